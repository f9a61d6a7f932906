package dev.nibble.tests;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.compute.Provider;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.format.StoredPart;
import dev.nibble.tensor.Generators;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorStatistics;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * How to use the library from a program of one's own: nothing of Jupyter, of the kernel or of JShell is there. {@link
 * PlainProgramTest} runs it in a JVM that has only the library on its class path.
 */
public final class PlainProgram {
    private PlainProgram() {}

    /**
     * Prints statistics and errors of a seeded matrix, and of a tensor if a model file is given.
     *
     * @param args a model file and a tensor's name, or nothing
     */
    public static void main(String[] args) throws Exception {
        for (String absent :
                List.of("dev.nibble.kernel.KernelMain", "io.github.spencerpark.jupyter.kernel.BaseKernel")) {
            try {
                Class.forName(absent);
                throw new IllegalStateException(absent + " is on the class path");
            } catch (ClassNotFoundException expected) {
                // as it should be
            }
        }
        System.err.println(Provider.why());
        System.out.println(Provider.kind());
        show(Generators.withOutlierColumns(200, 577, 42));
        if (args.length == 2) {
            try (Checkpoint model = Checkpoint.open(Path.of(args[0]))) {
                System.out.println(model.tensors());
                show(model.matrix(args[1]));
            }
        }
        try {
            Formats.parse("INT4:sim");
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
    }

    private static void show(Matrix w) throws Exception {
        System.out.println(w + ": " + TensorStatistics.of(w));
        for (String recipe :
                List.of("int8", "int4", "INT4:G128", "int4:sym:g32", "int4:asym:ct", "int3:g7", "nf4:b64")) {
            Quantized q = Formats.parse(recipe).quantize(w);
            System.out.printf(
                    Locale.ROOT,
                    "%-18s %.4f bits  %s  %s  %s  %s%n",
                    q.format().recipe(),
                    q.bitsPerWeight(),
                    q.error(w),
                    digest(q),
                    q.format().canonical(),
                    q.note());
        }
    }

    private static String digest(Quantized q) throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        for (StoredPart part : q.parts()) {
            sha.update(part.data());
        }
        for (float v : q.dequantize().values()) {
            sha.update(HexFormat.of()
                    .toHexDigits(Float.floatToRawIntBits(v))
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        return HexFormat.of().formatHex(sha.digest(), 0, 8);
    }
}

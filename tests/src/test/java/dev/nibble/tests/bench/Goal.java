package dev.nibble.tests.bench;

import java.util.List;
import java.util.Optional;

/**
 * What was promised of a format at one thread.
 *
 * @param ofRead encoder's speed as a share of the read bandwidth, or 0
 * @param timesNative encoder's speed as a multiple of ggml's native build, or 0
 * @param timesScalar vector code's speed as a multiple of the scalar twin's
 */
record Goal(double ofRead, double timesNative, double timesScalar) {
    /** The formats of which more is promised than that their vector code is no slower than the scalar one. */
    static final List<String> PROMISED = List.of(
            "int8",
            "int8:g32",
            "int4:g128",
            "fp8",
            "nf4:b64",
            "fp16",
            "bf16",
            "mxfp4",
            "q8_0",
            "q4_0",
            "q4_1",
            "q5_0",
            "q5_1",
            "q2_k",
            "q3_k",
            "q4_k",
            "q5_k",
            "q6_k");

    static Goal of(String recipe) {
        String name = recipe.split(":", -1)[0];
        double ofRead = switch (name) {
            case "int8", "q8_0", "q4_0", "fp8" -> 0.5;
            case "nf4", "fp16", "bf16" -> 0.4;
            case "mxfp4" -> 0.25;
            default -> 0;
        };
        double timesNative = name.matches("q[458]_[01]") ? 3 : name.matches("q[2-6]_k") ? 4 : 0;
        return new Goal(ofRead, timesNative, 1);
    }

    /** What was missed, in words; nothing if all was met or not measured (NaN). */
    Optional<String> missed(double read, double nativeRatio, double scalarRatio) {
        StringBuilder words = new StringBuilder();
        add(words, ofRead, read, "of read");
        add(words, timesNative, nativeRatio, "x native ggml");
        add(words, timesScalar, scalarRatio, "x scalar");
        return words.isEmpty() ? Optional.empty() : Optional.of(words.toString());
    }

    private static void add(StringBuilder words, double goal, double reached, String what) {
        if (goal > 0 && reached < goal) {
            words.append(words.isEmpty() ? "" : ", ")
                    .append(Figures.figure(reached) + " " + what + ", not " + Figures.figure(goal));
        }
    }
}

package dev.nibble.tests.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** ggml's C functions, from a shared library that was built of its pinned source. */
@SuppressWarnings("restricted") // this is what the linker is for
public final class Ggml {
    /** How it was compiled: as a stock installation is, or for this machine. */
    public enum Build {
        PORTABLE,
        NATIVE;

        /** The library, if it was built: the system property {@code nibble.ggml.portable} or {@code .native} names it. */
        Optional<Path> library() {
            String name = this == PORTABLE ? "nibble.ggml.portable" : "nibble.ggml.native";
            String path = System.getProperty(name, "");
            return path.isBlank()
                    ? Optional.empty()
                    : Optional.of(Path.of(path)).filter(Files::isRegularFile);
        }
    }

    /** enum ggml_type of ggml.h, for the types that both can write, by our recipe. */
    private static final Map<String, Integer> TYPES = Map.ofEntries(
            Map.entry("q4_0", 2),
            Map.entry("q4_1", 3),
            Map.entry("q5_0", 6),
            Map.entry("q5_1", 7),
            Map.entry("q8_0", 8),
            Map.entry("q2_k", 10),
            Map.entry("q3_k", 11),
            Map.entry("q4_k", 12),
            Map.entry("q5_k", 13),
            Map.entry("q6_k", 14),
            Map.entry("iq2_xxs", 16),
            Map.entry("iq2_xs", 17),
            Map.entry("iq3_xxs", 18),
            Map.entry("iq1_s", 19),
            Map.entry("iq4_nl", 20),
            Map.entry("iq3_s", 21),
            Map.entry("iq2_s", 22),
            Map.entry("iq4_xs", 23),
            Map.entry("iq1_m", 29),
            Map.entry("fp16", 1),
            Map.entry("bf16", 30),
            Map.entry("tq1_0", 34),
            Map.entry("tq2_0", 35),
            Map.entry("mxfp4", 39),
            Map.entry("mxfp4:ggml", 39),
            Map.entry("nvfp4", 40),
            Map.entry("nvfp4:ggml", 40),
            Map.entry("q1_0", 41));

    /** Offset of to_float in struct ggml_type_traits: name, two int64, size_t, bool with its padding. */
    private static final long TO_FLOAT = 40;

    private static final FunctionDescriptor QUANTIZE = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS);

    private final int type;
    private final MethodHandle quantize;
    private final MethodHandle toFloat;
    private final long rowBytes;
    private final int cols;

    Ggml(Build build, String recipe, int cols) throws Throwable {
        Path library = build.library().orElseThrow(() -> new IllegalStateException("ggml was not built: " + build));
        this.type = TYPES.get(recipe);
        this.cols = cols;
        Linker linker = Linker.nativeLinker();
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        linker.downcallHandle(
                        symbols.findOrThrow("ggml_quantize_init"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                .invoke(type);
        quantize = linker.downcallHandle(symbols.findOrThrow("ggml_quantize_chunk"), QUANTIZE);
        rowBytes = (long) linker.downcallHandle(
                        symbols.findOrThrow("ggml_row_size"),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG))
                .invoke(type, (long) cols);
        MemorySegment traits = (MemorySegment) linker.downcallHandle(
                        symbols.findOrThrow("ggml_get_type_traits"),
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT))
                .invoke(type);
        MemorySegment function = traits.reinterpret(TO_FLOAT + 8).get(ValueLayout.ADDRESS, TO_FLOAT);
        toFloat = linker.downcallHandle(
                function, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    }

    static boolean knows(String recipe) {
        return TYPES.containsKey(recipe);
    }

    long bytes(long rows) {
        return rows * rowBytes;
    }

    void encode(MemorySegment weights, MemorySegment out, long rows, MemorySegment importance) throws Throwable {
        long written = (long) quantize.invokeExact(type, weights, out, 0L, rows, (long) cols, importance);
        if (written != rows * rowBytes) {
            throw new IllegalStateException("ggml wrote " + written + " bytes, not " + rows * rowBytes);
        }
    }

    void decode(MemorySegment blocks, MemorySegment out, long count) throws Throwable {
        toFloat.invokeExact(blocks, out, count);
    }
}

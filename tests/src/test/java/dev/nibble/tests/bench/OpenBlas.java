package dev.nibble.tests.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The OpenBLAS that NumPy's wheel carries, at one thread: its names have a prefix, its integers 64 bits. */
@SuppressWarnings("restricted") // this is what the linker is for
final class OpenBlas {
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;

    private final MethodHandle sgemm;
    private final MethodHandle config;

    OpenBlas(Path library) throws Throwable {
        Linker linker = Linker.nativeLinker();
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        var order = ValueLayout.JAVA_INT;
        var size = ValueLayout.JAVA_LONG;
        var number = ValueLayout.JAVA_FLOAT;
        var matrix = ValueLayout.ADDRESS;
        sgemm = linker.downcallHandle(
                symbols.findOrThrow("scipy_cblas_sgemm64_"),
                FunctionDescriptor.ofVoid(
                        order, order, order, size, size, size, number, matrix, size, matrix, size, number, matrix,
                        size),
                Linker.Option.critical(true));
        config = linker.downcallHandle(
                symbols.findOrThrow("scipy_openblas_get_config64_"), FunctionDescriptor.of(ValueLayout.ADDRESS));
        linker.downcallHandle(
                        symbols.findOrThrow("scipy_openblas_set_num_threads64_"),
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                .invoke(1);
    }

    /** The library in the environment of a Python, if its NumPy has one. */
    static Optional<Path> in(Path python) throws IOException {
        Path libraries = python.toAbsolutePath().getParent().resolveSibling("lib");
        try (Stream<Path> files = Files.find(
                libraries,
                4,
                (path, attributes) -> path.getFileName().toString().startsWith("libscipy_openblas64_")
                        && path.getParent().endsWith("numpy.libs"))) {
            return files.findFirst();
        }
    }

    /** Version, and the processor that its kernels were chosen for. */
    String describe() throws Throwable {
        MemorySegment words = (MemorySegment) config.invokeExact();
        return words.reinterpret(200).getString(0).strip();
    }

    /** {@code y[m, n] = x[m, k] · w[n, k]ᵀ}. */
    void multiply(MemorySegment x, MemorySegment w, MemorySegment y, long m, long n, long k) throws Throwable {
        sgemm.invokeExact(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, m, n, k, 1f, x, k, w, k, 0f, y, n);
    }
}

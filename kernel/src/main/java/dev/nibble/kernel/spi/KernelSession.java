package dev.nibble.kernel.spi;

import java.util.Map;
import java.util.Optional;

/** The Java session behind a notebook, as extensions and magics may use it. */
public interface KernelSession {
    /**
     * Runs code as a cell would: imports, declarations, statements, expressions.
     *
     * @return the value of its last expression, or null
     * @throws CodeFailed if it does not compile, or throws; a magic that lets it through fails with the code's own error
     */
    Object evaluate(String code);

    /** The variables by name, with their types as Java writes them. */
    Map<String, String> variables();

    /** The value of a variable; empty if there is none of that name, or it is null. */
    Optional<Object> variable(String name);

    /** The loader of the cells' classes, which also finds what {@code %maven} and {@code %jars} added. */
    ClassLoader loader();
}

package dev.nibble.format.gguf;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A loop over a batch of blocks that stays a method of its own: its handle stands in a field that is not final, and the
 * compiler does not inline what it cannot know. Inlined into the loop over all batches, packing takes up to a third
 * longer, because registers and what is known of arrays no longer suffice for the loops around it.
 */
final class Stage {
    private MethodHandle handle;

    /**
     * @param lookup of the class that has the method
     * @param name of its static method
     * @throws LinkageError if there is none
     */
    Stage(MethodHandles.Lookup lookup, String name, Class<?> returns, Class<?>... takes) {
        try {
            handle = lookup.findStatic(lookup.lookupClass(), name, MethodType.methodType(returns, takes));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    MethodHandle handle() {
        return handle;
    }

    /** What a method threw that declares nothing. */
    static RuntimeException thrown(Throwable t) {
        if (t instanceof RuntimeException e) {
            return e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        throw new AssertionError(t);
    }
}

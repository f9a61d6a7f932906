package dev.nibble.kernel.spi;

import java.util.Set;

/**
 * A magic of yours: {@code %name …} on a line, or {@code %%name …} before a whole cell. Name, help and options are
 * picocli's annotations; a new object is made for each call, with its fields set from the line. Options and help then
 * complete, and {@code %name --help} explains them.
 *
 * <pre>{@code
 * package org.example;
 *
 * @Command(name = "repeat", description = "prints words again and again")
 * public final class Repeat implements MagicCommand {
 *     @Option(names = {"-n", "--times"}, defaultValue = "2", description = "how often")
 *     private int times;
 *
 *     @Parameters(arity = "1..*", paramLabel = "WORD")
 *     private List<String> words;
 *
 *     @Override
 *     public Object run(MagicCall call) {
 *         for (int i = 0; i < times; i++) {
 *             call.say(String.join(" ", words));
 *         }
 *         return null;
 *     }
 * }
 * }</pre>
 *
 * The class is public, with a public constructor without arguments, and its jar names it in
 * {@code META-INF/services/dev.nibble.kernel.spi.MagicCommand}: the line {@code org.example.Repeat}. Then, in a notebook:
 *
 * <pre>{@code
 * %jars repeat.jar
 * %repeat -n 3 hello there
 * }</pre>
 *
 * To compile it, the kernel's own jars are enough ({@code lib/} beside {@code nibble.jar}, and {@code nibble.jar}).
 */
public interface MagicCommand {
    /** Where a magic may be written. */
    enum Form {
        /** {@code %name …}, one line among others. */
        LINE,
        /** {@code %%name …}, before the rest of the cell, which {@link MagicCall#body()} gives. */
        CELL
    }

    /**
     * Runs it, on the thread of the cell's code: an interrupt stops it, and what it prints is the cell's output.
     *
     * @return a value to show as the cell's, or null for none
     * @throws IllegalArgumentException if it was written wrongly; its message is shown without a stack
     * @throws Exception if it fails: the cell fails with it
     */
    Object run(MagicCall call) throws Exception;

    /** Where it may be written; on a line unless this is overridden. */
    default Set<Form> forms() {
        return Set.of(Form.LINE);
    }
}

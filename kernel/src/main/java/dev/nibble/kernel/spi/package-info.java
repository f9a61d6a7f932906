/**
 * What others can add to notebooks: {@link dev.nibble.kernel.spi.MagicCommand magics},
 * {@link dev.nibble.kernel.display.Renderer renderers} and {@link dev.nibble.kernel.spi.Extension start-up extensions},
 * found by {@link java.util.ServiceLoader} on the kernel's class path and in jars that {@code %maven} and {@code %jars}
 * add later. Uses {@code core} and {@code display} only, and stays as it is when the kernel's inside changes. Start
 * reading at {@link dev.nibble.kernel.spi.MagicCommand}, whose example is a whole extension.
 */
package dev.nibble.kernel.spi;

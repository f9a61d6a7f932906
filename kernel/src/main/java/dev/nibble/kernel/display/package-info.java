/**
 * Values to MIME bundles: tables, charts, matrices, pictures, collections of any size, each through a renderer that
 * {@link java.util.ServiceLoader} finds. May use the library and Tablesaw; knows neither sockets nor JShell. Start
 * reading at {@link dev.nibble.kernel.display.Displays} and {@link dev.nibble.kernel.display.Renderer}.
 */
package dev.nibble.kernel.display;

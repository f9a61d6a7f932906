/**
 * One running cell: which thread belongs to it, its streams, its progress bars, its stop request, and the functions
 * that a notebook's code calls to display things. May use {@code display} and the library's {@code core}; knows neither
 * JShell nor Jupyter. Start reading at {@link dev.nibble.kernel.cell.Cell}.
 */
package dev.nibble.kernel.cell;

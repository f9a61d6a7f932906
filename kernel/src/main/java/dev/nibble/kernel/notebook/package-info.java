/**
 * Notebook files: read, run without Jupyter, written back, exported as one HTML page that needs no network. May use
 * {@code display} and the cell runner of {@code protocol}; knows neither sockets nor JShell. Start reading at {@link
 * dev.nibble.kernel.notebook.NotebookRunner} and {@link dev.nibble.kernel.notebook.HtmlReport}.
 */
package dev.nibble.kernel.notebook;

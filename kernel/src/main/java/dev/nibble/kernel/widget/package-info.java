/**
 * Widgets: controls with a value, code that runs when one changes, and traces to step through, each a model over a comm
 * whose view is a small browser module of ours; nothing of it needs Python or a network. May use {@code cell},
 * {@code comm}, {@code display} and the library; knows neither sockets nor JShell. Start reading at
 * {@link dev.nibble.kernel.widget.Interact} and {@link dev.nibble.kernel.widget.Controls}; a widget with a browser
 * module of one's own is an {@link dev.nibble.kernel.widget.AnyWidget}.
 */
package dev.nibble.kernel.widget;

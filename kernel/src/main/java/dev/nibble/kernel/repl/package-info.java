/**
 * The terminal: lines that are edited, completed and coloured as Java, run as cells, and shown as text. May use everything
 * of the kernel but sockets, and JLine. Start reading at {@link dev.nibble.kernel.repl.Repl}.
 */
package dev.nibble.kernel.repl;

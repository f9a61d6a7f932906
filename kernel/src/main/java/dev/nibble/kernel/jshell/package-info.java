/**
 * Java evaluated cell by cell: values, errors, interruption, completion and documentation. May use JShell, the compiler
 * and {@code cell}; knows neither Jupyter nor sockets. Start reading at {@link dev.nibble.kernel.jshell.Engine}.
 */
package dev.nibble.kernel.jshell;

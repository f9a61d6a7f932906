/**
 * Two-way connections between code in the kernel and objects of the front end, such as widgets. May use nothing else of
 * the kernel, and knows no sockets. Start reading at {@link dev.nibble.kernel.comm.Comm}.
 */
package dev.nibble.kernel.comm;

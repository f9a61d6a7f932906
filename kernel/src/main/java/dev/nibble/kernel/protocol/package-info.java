/**
 * What the kernel answers to each request, and the runner of cells behind it. May use everything but {@code channel},
 * and knows no sockets. Start reading at {@link dev.nibble.kernel.protocol.Cells}.
 */
package dev.nibble.kernel.protocol;

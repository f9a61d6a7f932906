/**
 * Sockets, framing, signatures, the loop of each channel, and the one adapter to basekernel's types. May use
 * {@code protocol}'s requests and replies and knows no message's meaning. Start reading at
 * {@link dev.nibble.kernel.channel.Connection}.
 */
package dev.nibble.kernel.channel;

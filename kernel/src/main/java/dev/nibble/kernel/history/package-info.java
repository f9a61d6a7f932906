/**
 * What a person has run before, in every session of theirs: kept in an SQLite file that several kernels share. May use
 * nothing else of the kernel but its log. Start reading at {@link dev.nibble.kernel.history.History}.
 */
package dev.nibble.kernel.history;

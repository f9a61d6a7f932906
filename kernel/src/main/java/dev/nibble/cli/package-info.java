/**
 * The command line: one class a command, and what they share (terminal, progress, JSON). May use every other package;
 * nothing imports it. Start reading at {@link dev.nibble.cli.Main}, then {@link dev.nibble.cli.NibbleCommand}.
 */
package dev.nibble.cli;

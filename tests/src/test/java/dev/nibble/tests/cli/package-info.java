/**
 * Tests of the built program, {@code java -jar nibble.jar}, from outside: exit codes, help, what programs read, the
 * kernel's installation. Start reading at {@link dev.nibble.tests.cli.Program}.
 */
package dev.nibble.tests.cli;

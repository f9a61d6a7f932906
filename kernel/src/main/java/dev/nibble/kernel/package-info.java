/**
 * The notebook kernel's main class and the flags of its JVM. May use everything in the kernel; nothing imports it but
 * the commands and the installer. Start reading at {@link dev.nibble.kernel.KernelMain}.
 */
package dev.nibble.kernel;

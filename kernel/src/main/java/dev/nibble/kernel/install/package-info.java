/**
 * Puts the kernel where Jupyter finds it, with everything it runs from, and takes it away again. Knows the kernel's
 * command line and nothing else of it. Start reading at {@link dev.nibble.kernel.install.KernelInstaller}.
 */
package dev.nibble.kernel.install;

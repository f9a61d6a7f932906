package dev.nibble.kernel;

/** Starts the kernel: one argument, the connection file that Jupyter wrote. */
public final class KernelMain {
    private KernelMain() {}

    public static void main(String[] arguments) {
        System.exit(2);
    }
}

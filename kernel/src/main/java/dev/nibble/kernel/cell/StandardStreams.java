package dev.nibble.kernel.cell;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * {@code System.out}, {@code System.err} and {@code System.in} of the process, for good: what a cell's thread prints
 * goes to its cell, what any other thread prints goes where it always went.
 */
public final class StandardStreams {
    private static boolean installed;

    private StandardStreams() {}

    /** Puts the streams in place, once; later calls do nothing. */
    public static synchronized void install() {
        if (installed) {
            return;
        }
        installed = true;
        System.setOut(new PrintStream(new Router("stdout", System.out), false, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new Router("stderr", System.err), false, StandardCharsets.UTF_8));
        System.setIn(new Reader(System.in));
    }

    /** Standard error of the process itself, for the kernel's own log, whatever thread writes. */
    public static PrintStream log() {
        return Log.STREAM;
    }

    private static final class Log {
        static final PrintStream STREAM =
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    }

    private static final class Router extends OutputStream {
        private final String name;
        private final PrintStream original;

        Router(String name, PrintStream original) {
            this.name = name;
            this.original = original;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            Cell cell = Cell.current();
            if (cell == null) {
                original.write(bytes, offset, length);
            } else {
                cell.streams().write(name, bytes, offset, length);
            }
        }

        @Override
        public void flush() {
            // A cell's text leaves on its own clock: programs that flush after every line would undo the gathering.
            if (Cell.current() == null) {
                original.flush();
            }
        }
    }

    private static final class Reader extends InputStream {
        private final InputStream original;

        Reader(InputStream original) {
            this.original = original;
        }

        private InputStream target() {
            Cell cell = Cell.current();
            return cell == null ? original : cell.input();
        }

        @Override
        public int read() throws IOException {
            return target().read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return target().read(bytes, offset, length);
        }

        @Override
        public int available() throws IOException {
            return target().available();
        }
    }
}

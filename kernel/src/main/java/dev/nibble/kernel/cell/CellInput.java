package dev.nibble.kernel.cell;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;

/** {@code System.in} of one cell: asks for a line whenever it has been read up. Bytes are UTF-8. */
final class CellInput extends InputStream {
    private final Cell cell;
    private byte[] line = new byte[0];
    private int next;

    CellInput(Cell cell) {
        this.cell = cell;
    }

    /**
     * Asks for one line.
     *
     * @return null at the end of the input
     * @throws IOException if nobody can answer, or the cell was interrupted meanwhile
     */
    String ask(String prompt, boolean password) throws IOException {
        if (cell.lines() == null) {
            throw new IOException("nobody can answer here: this cell was run without a way to type input");
        }
        cell.streams().flush();
        try {
            return cell.lines().readLine(prompt, password);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException)
                    new InterruptedIOException("the cell was interrupted while it waited for input").initCause(e);
        }
    }

    private boolean fill() throws IOException {
        if (next < line.length) {
            return true;
        }
        String text = ask("", false);
        if (text == null) {
            return false;
        }
        line = (text + "\n").getBytes(StandardCharsets.UTF_8);
        next = 0;
        return true;
    }

    @Override
    public synchronized int read() throws IOException {
        return fill() ? line[next++] & 0xff : -1;
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, line.length - next);
        System.arraycopy(line, next, target, offset, count);
        next += count;
        return count;
    }

    @Override
    public synchronized int available() {
        return line.length - next;
    }
}

package dev.nibble.kernel.cell;

import dev.nibble.kernel.display.Output;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The two text streams of one cell, gathered into about ten messages a second. Nothing is lost and the order within a
 * stream holds; the order between the streams holds unless they alternate faster than messages may be sent.
 */
final class CellStreams {
    /** Text is handed over at the latest after this time. */
    private static final long DELAY_MILLIS = 100;
    /** More text than this is handed over at once, in characters. */
    private static final int FULL = 1 << 16;
    /** A cell may print this much, in characters, as fast as it can; after that a steady rate, so that a front end keeps up. */
    private static final long BURST = 16L << 20;

    private static final long PER_SECOND = 4L << 20;
    private static final long PAUSE_MILLIS = 20;

    /** Changes between the two streams that one hand-over keeps in order. */
    private static final int MAX_PIECES = 20;

    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform()
            .name("nibble-streams")
            .daemon()
            .inheritInheritableThreadLocals(false)
            .factory());

    private final Output output;
    private final Decoder out = new Decoder();
    private final Decoder err = new Decoder();
    // Guarded by this. Handing over happens under sending, so that two hand-overs cannot overtake each other.
    private final List<Piece> pieces = new ArrayList<>();
    private int size;
    private boolean scheduled;
    private long printed;
    private final long began = System.nanoTime();
    private final Object sending = new Object();

    private record Piece(String stream, StringBuilder text) {}

    CellStreams(Output output) {
        this.output = output;
    }

    /** UTF-8 bytes; a character may arrive in parts. */
    void write(String stream, byte[] bytes, int offset, int length) {
        boolean full;
        synchronized (this) {
            full = add(stream, (stream.equals("stdout") ? out : err).decode(bytes, offset, length));
        }
        if (full) {
            flush();
            pace();
        }
    }

    void write(String stream, String text) {
        boolean full;
        synchronized (this) {
            full = add(stream, text);
        }
        if (full) {
            flush();
            pace();
        }
    }

    /** An endless loop of prints would otherwise fill the memory with what nobody has read yet. */
    private void pace() {
        while (!Thread.currentThread().isInterrupted() && tooFast()) {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized boolean tooFast() {
        double seconds = (System.nanoTime() - began) / 1e9;
        return printed > BURST + seconds * PER_SECOND;
    }

    private boolean add(String stream, CharSequence text) {
        if (text.isEmpty()) {
            return false;
        }
        piece(stream).append(text);
        size += text.length();
        printed += text.length();
        if (!scheduled) {
            scheduled = true;
            var _ = TIMER.schedule(this::flush, DELAY_MILLIS, TimeUnit.MILLISECONDS);
        }
        return size >= FULL;
    }

    private StringBuilder piece(String stream) {
        for (int i = pieces.size() - 1; i >= 0; i--) {
            Piece piece = pieces.get(i);
            if (piece.stream.equals(stream)) {
                return piece.text;
            }
            if (pieces.size() < MAX_PIECES) {
                break;
            }
        }
        Piece piece = new Piece(stream, new StringBuilder());
        pieces.add(piece);
        return piece.text;
    }

    /** Hands over all text so far; when it returns, the receiver has it. */
    void flush() {
        synchronized (sending) {
            List<Piece> ready;
            synchronized (this) {
                ready = List.copyOf(pieces);
                pieces.clear();
                size = 0;
                scheduled = false;
            }
            for (Piece piece : ready) {
                output.stream(piece.stream, piece.text.toString());
            }
        }
    }

    /** Bytes to characters; keeps the beginning of a character whose rest has not come yet. */
    private static final class Decoder {
        private final CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private byte[] rest = new byte[0];

        CharSequence decode(byte[] bytes, int offset, int length) {
            ByteBuffer in;
            if (rest.length == 0) {
                in = ByteBuffer.wrap(bytes, offset, length);
            } else {
                in = ByteBuffer.allocate(rest.length + length);
                in.put(rest).put(bytes, offset, length).flip();
            }
            CharBuffer chars = CharBuffer.allocate(in.remaining());
            decoder.decode(in, chars, false);
            rest = new byte[in.remaining()];
            in.get(rest);
            return chars.flip();
        }
    }
}

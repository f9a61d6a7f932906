package dev.nibble.model.hub;

import dev.nibble.core.Cancelled;
import dev.nibble.core.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fetches one file into a partial one and verifies it. What an earlier try left is continued; a connection that breaks is
 * made again, some times. The partial file stays if it is stopped, and is there for the next time.
 */
final class Download {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int POLL_MILLIS = 20;
    /** Tries in a row that bring nothing. */
    private static final int TRIES = 5;

    private final HubClient client;
    private final HubName model;
    private final String commit;
    private final HubFile file;
    private final Path partial;
    private final Progress progress;
    private final Progress.Task task;

    private MessageDigest digest;
    private long have;
    /** Most bytes that were shown; a download that begins anew is shown again where it overtakes them. */
    private long shown;

    /**
     * @param partial where it is collected; no other thread or process writes it
     * @param task told the bytes of this file, {@link HubFile#size} in all
     */
    Download(
            HubClient client,
            HubName model,
            String commit,
            HubFile file,
            Path partial,
            Progress progress,
            Progress.Task task) {
        this.client = client;
        this.model = model;
        this.commit = commit;
        this.file = file;
        this.partial = partial;
        this.progress = progress;
        this.task = task;
    }

    /**
     * Does it; then the partial file is whole and verified.
     *
     * @throws HubException if what comes is not what the hub lists, or nothing comes
     * @throws Cancelled if a stop was asked for
     * @throws IOException if the partial file can not be written: no room, no permission
     */
    void run() throws IOException {
        try (FileChannel out = FileChannel.open(
                partial, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            takeOver(out);
            boolean continued = have > 0;
            fill(out);
            if (isRight()) {
                return;
            }
            if (continued) { // the beginning may be of something else
                restart(out);
                fill(out);
                if (isRight()) {
                    return;
                }
            }
        }
        Files.deleteIfExists(partial);
        throw new HubException(file.name() + " of " + model.repository() + " was fetched, but its " + file.hashName()
                + " is not " + file.hash() + ", which the hub lists: it was damaged or changed on its way; nothing was"
                + " kept");
    }

    private boolean isRight() {
        return HexFormat.of().formatHex(digest.digest()).equals(file.hash());
    }

    private void restart(FileChannel out) throws IOException {
        out.truncate(0);
        digest = file.newDigest();
        have = 0;
    }

    /** Reads what is there already. */
    private void takeOver(FileChannel out) throws IOException {
        restartDigest();
        if (out.size() > file.size()) {
            restart(out);
            return;
        }
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (out.read(buffer, have) > 0) {
            count(buffer);
            progress.cancelToken().check(what());
            show();
        }
    }

    private void restartDigest() {
        digest = file.newDigest();
        have = 0;
    }

    private void count(ByteBuffer filled) {
        filled.flip();
        have += filled.remaining();
        digest.update(filled);
        filled.clear();
    }

    private String what() {
        return "fetch " + file.name();
    }

    private void show() {
        if (have > shown) {
            long more = have - shown;
            shown = have;
            task.step(more);
        }
    }

    private void fill(FileChannel out) throws IOException {
        int failed = 0;
        while (have < file.size()) {
            long before = have;
            HubException.Unreachable problem;
            try {
                problem = receive(out);
            } catch (HubException.Unreachable e) {
                problem = e;
            }
            if (have >= file.size()) {
                return;
            }
            failed = have > before ? 1 : failed + 1;
            if (failed >= TRIES) {
                throw new HubException.Unreachable(
                        String.format(
                                Locale.ROOT,
                                "%s of %s could not be fetched whole: %,d of %,d bytes came, then %s. What came is kept;"
                                        + " try again to continue",
                                file.name(),
                                model.repository(),
                                have,
                                file.size(),
                                problem.getMessage()),
                        problem);
            }
            client.rest(client.pause(failed), progress);
        }
    }

    /** Asks for the rest and writes what comes; returns why it ended before the end. */
    private HubException.Unreachable receive(FileChannel out) throws IOException {
        HttpResponse<InputStream> response = client.content(model, commit, file.name(), have, progress);
        try (InputStream body = response.body()) {
            boolean isRest = response.statusCode() == 206
                    && response.headers()
                            .firstValue("Content-Range")
                            .filter(range -> range.startsWith("bytes " + have + "-"))
                            .isPresent();
            if (!isRest) {
                if (have > 0) {
                    restart(out); // all of it comes, or another part, or what is there is too long
                }
                if (response.statusCode() != 200) {
                    return new HubException.Unreachable("the server sent another part than it was asked for");
                }
            }
            return pump(body, out);
        }
    }

    private HubException.Unreachable pump(InputStream body, FileChannel out) throws IOException {
        Pump pump = new Pump(body, out);
        Thread thread = Thread.ofVirtual().name("nibble-download").start(pump);
        long quietSince = System.nanoTime();
        try {
            while (!thread.join(Duration.ofMillis(POLL_MILLIS))) {
                long now = pump.position.get();
                progress.cancelToken().check(what());
                if (now > shown) {
                    long more = now - shown;
                    shown = now;
                    quietSince = System.nanoTime();
                    task.step(more);
                } else if (now > pump.seen) {
                    quietSince = System.nanoTime();
                } else if (System.nanoTime() - quietSince > client.patience().toNanos()) {
                    return new HubException.Unreachable(
                            "nothing more within " + client.patience().toSeconds() + " s");
                }
                pump.seen = now;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Cancelled(what());
        } finally {
            body.close(); // ends the pump's read
            joined(thread);
            have = pump.position.get();
        }
        show();
        if (pump.unwritten != null) {
            throw pump.unwritten;
        }
        return pump.broken == null
                ? new HubException.Unreachable("the connection ended")
                : new HubException.Unreachable(String.valueOf(pump.broken.getMessage()), pump.broken);
    }

    private static void joined(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Carries bytes from the network to the file, in a thread of its own, since a read can not be asked to stop. */
    private final class Pump implements Runnable {
        private final InputStream in;
        private final FileChannel out;
        /** Bytes in the file. */
        private final AtomicLong position = new AtomicLong(have);
        /** What the watching thread saw last. */
        private long seen = have;

        private IOException broken;
        private IOException unwritten;

        Pump(InputStream in, FileChannel out) {
            this.in = in;
            this.out = out;
        }

        @Override
        public void run() {
            byte[] buffer = new byte[BUFFER_BYTES];
            long at = position.get();
            while (at < file.size()) { // a server may send more than it said
                int read;
                try {
                    read = in.read(buffer, 0, (int) Math.min(buffer.length, file.size() - at));
                } catch (IOException e) {
                    broken = e;
                    return;
                }
                if (read < 0) {
                    return;
                }
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                try {
                    while (bytes.hasRemaining()) {
                        out.write(bytes, at + bytes.position());
                    }
                } catch (IOException e) {
                    unwritten = e;
                    return;
                }
                digest.update(buffer, 0, read);
                at += read;
                position.set(at);
            }
        }
    }
}

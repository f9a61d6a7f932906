package dev.nibble.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.Progress;
import dev.nibble.tensor.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that were made to break readers: each known vulnerability and open report of GGUF readers as a case of its own,
 * each type, offsets that lie, texts that are none, and random damage. All end with a sentence that names the file, in
 * little time and memory, or are read. {@code mvn test -Dtest=HostileFilesTest -Dnibble.fuzz.seconds=600} damages files
 * for ten minutes; {@code -Dnibble.fuzz.seed=N} repeats a run.
 */
class HostileFilesTest {
    private static final long MOST_HEAP = 64L << 20;
    private static final long MOST_NANOS = 1_000_000_000L;
    private static final int F32 = 0;
    private static final int I8 = 24;

    @TempDir
    Path folder;

    /** A file and a part of the sentence that it is refused with; an empty one if it is to be read. */
    record Case(String name, byte[] bytes, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> known() {
        return Stream.of(
                new Case(
                        "CVE-2024-21802: five dimensions",
                        head(1, 0).tensor("a", F32, 0, 1, 1, 1, 1, 1).done(),
                        "5 dimensions"),
                new Case(
                        "CVE-2024-21802: 2^31 dimensions",
                        head(1, 0).text("a").i32(1 << 31).zeros(64).done(),
                        "dimensions"),
                new Case(
                        "CVE-2024-21825: array of 2^61 texts",
                        head(0, 1)
                                .text("k")
                                .i32(9)
                                .i32(8)
                                .i64(1L << 61)
                                .zeros(64)
                                .done(),
                        "2,305,843,009,213,693,952"),
                new Case(
                        "CVE-2024-21836: 2^60 tensors",
                        head(1L << 60, 0).zeros(64).done(),
                        "number of tensors"),
                new Case(
                        "CVE-2024-23496: text of 2^64 - 1 bytes",
                        head(0, 1).i64(-1).zeros(64).done(),
                        "18446744073709551615"),
                new Case(
                        "CVE-2024-23605: 2^60 keys", head(0, 1L << 60).zeros(64).done(), "number of keys"),
                new Case(
                        "CVE-2024-41130: tensors, but no data",
                        head(1, 0).tensor("a", F32, 0, 1 << 20).done(),
                        "truncated"),
                new Case(
                        "CVE-2025-53630: two tensors of 2^63 bytes together",
                        head(2, 0)
                                .tensor("a", F32, 0, 1L << 60)
                                .tensor("b", F32, 1L << 62, 1L << 60)
                                .zeros(64)
                                .done(),
                        ""),
                new Case(
                        "CVE-2025-53630: sum that overflows",
                        head(2, 0)
                                .tensor("a", I8, 0, Long.MAX_VALUE)
                                .tensor("b", I8, 0, Long.MAX_VALUE)
                                .zeros(64)
                                .done(),
                        "larger than any file"),
                new Case(
                        "CVE-2026-27940: padded sum that wraps",
                        head(2, 0)
                                .tensor("a", I8, 0, Long.MAX_VALUE - 7)
                                .tensor("b", I8, 0, 8)
                                .zeros(64)
                                .done(),
                        "larger than any file"),
                new Case(
                        "CVE-2026-33298: bytes that overflow",
                        head(1, 0).tensor("a", F32, 0, 1L << 62).zeros(64).done(),
                        "larger than any file"),
                new Case("CVE-2024-39720: four bytes", "GGUF".getBytes(UTF_8), "truncated"),
                new Case(
                        "CVE-2026-7482: data after the end of the file",
                        head(1, 0).tensor("a", F32, 1L << 40, 4).zeros(64).done(),
                        "offset"),
                new Case(
                        "llama.cpp 27203: element count that wraps",
                        head(1, 0)
                                .tensor("a", I8, 0, Long.MAX_VALUE, 2)
                                .zeros(64)
                                .done(),
                        "larger than any file"),
                new Case(
                        "llama.cpp 24263: a dimension of 0",
                        head(1, 0).tensor("a", 2, 0, 32, 0).zeros(64).done(),
                        ""),
                new Case(
                        "llama.cpp 26690: empty key",
                        head(0, 1).text("").i32(4).i32(1).done(),
                        "the key is empty"),
                new Case(
                        "llama.cpp 25821: array of an unknown type",
                        head(0, 1).text("k").i32(9).i32(13).i64(1).zeros(64).done(),
                        "value type 13"),
                new Case(
                        "llama.cpp 25821: array of arrays",
                        head(0, 1).text("k").i32(9).i32(9).i64(1).zeros(64).done(),
                        "arrays of arrays"),
                new Case(
                        "llama.cpp 26318: 2^31 blocks",
                        head(0, 1).text("llama.block_count").i32(4).i32(1 << 31).done(),
                        ""),
                new Case(
                        "llama.cpp 18674: alignment of another type",
                        head(0, 1).text("general.alignment").i32(5).i32(32).done(),
                        "UINT32"),
                new Case(
                        "alignment of 0",
                        head(0, 1).text("general.alignment").i32(4).i32(0).done(),
                        "power of two"),
                new Case(
                        "alignment of 24",
                        head(0, 1).text("general.alignment").i32(4).i32(24).done(),
                        "power of two"),
                new Case(
                        "llama.cpp 19856: a dimension of 2^42 + 1",
                        head(1, 0).tensor("a", 2, 0, (1L << 42) + 1).zeros(64).done(),
                        "4398046511105"),
                new Case(
                        "a key that is not UTF-8",
                        head(0, 1).i64(2).i8(0xff, 0xfe).i32(4).i32(1).done(),
                        "not UTF-8"),
                new Case(
                        "a name cut inside a character",
                        head(1, 0)
                                .i64(1)
                                .i8(0xc3)
                                .i32(1)
                                .i64(1)
                                .i32(F32)
                                .i64(0)
                                .zeros(64)
                                .done(),
                        "not UTF-8"),
                new Case(
                        "lone surrogate in a name",
                        json("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
                        "surrogate"),
                new Case("lone surrogate in metadata", json("{\"__metadata__\":{\"a\":\"\\udc00\"}}", 0), "surrogate"),
                new Case("a header of brackets", json("{\"a\":{\"x\":" + "[".repeat(5000), 0), "nest"),
                new Case(
                        "a number of a million digits",
                        json("{\"a\":{\"shape\":[" + "9".repeat(1_000_000) + "]}}", 0),
                        "JSON"),
                new Case("a name of a million characters", json("{\"" + "a".repeat(1_000_000) + "\":{}}", 0), "JSON"),
                new Case(
                        "more dimensions than anyone has",
                        json(
                                "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + "1,".repeat(64)
                                        + "1],\"data_offsets\":[0,1]}}",
                                1),
                        "more than 64"));
    }

    @ParameterizedTest
    @MethodSource("known")
    void endsWithASentenceInLittleTimeAndMemory(Case c) throws IOException {
        boolean gguf = c.bytes.length < 8 || (c.bytes[1] == 'G' && c.bytes[2] == 'U');
        Path file = Files.write(folder.resolve(gguf ? "bad.gguf" : "bad.safetensors"), c.bytes);
        String sentence = refusal(file);
        if (c.says.isEmpty() && !c.name.contains("together")) {
            assertThat(sentence).isEmpty();
        } else {
            assertThat(sentence).contains("bad.").contains(c.says).hasSizeLessThan(700);
        }
    }

    /** What a file is refused with; empty if it is read, and all that can be decoded with it. */
    private static String refusal(Path file) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long time = threads.getCurrentThreadCpuTime();
        String sentence = "";
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            Weights.of(checkpoint);
            for (TensorInfo tensor : checkpoint.tensors()) {
                if (Decoders.of(tensor.type()) != null && tensor.count() < 1 << 20) {
                    checkpoint.matrix(tensor.name(), Progress.NONE);
                }
            }
        } catch (CheckpointException e) {
            sentence = e.getMessage();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - bytes).as("heap").isLessThan(MOST_HEAP);
        assertThat(threads.getCurrentThreadCpuTime() - time).as("time").isLessThan(MOST_NANOS);
        return sentence;
    }

    @Test
    void cve202549847ATokenOfTwoGigabytes() throws IOException {
        Path file = folder.resolve("token.gguf");
        byte[] start = head(0, 1)
                .text("tokenizer.ggml.tokens")
                .i32(9)
                .i32(8)
                .i64(1)
                .i64(1L << 31)
                .done();
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(start);
            out.setLength(start.length + (1L << 31) + 8);
        }
        assertThat(refusal(file)).contains("token.gguf", "2,147,483,648 bytes; at most");
    }

    @Test
    void cve202434359TemplatesAreText() throws IOException {
        String template = "{{ ''.__class__.__mro__[1].__subclasses__() }}";
        Path file = Files.write(
                folder.resolve("template.gguf"),
                head(0, 1).text("tokenizer.chat_template").i32(8).text(template).done());
        try (Checkpoint read = Checkpoint.open(file)) {
            assertThat(read.metadata()).containsEntry("tokenizer.chat_template", template);
        }
    }

    @Test
    void moreTensorsOrKeysThanAnyModelHasAreNotEvenCounted() throws IOException {
        assertThat(refusal(sparse("many.gguf", head(1 << 20, 0).done()))).contains("1,048,576; at most 131,072");
        assertThat(refusal(sparse("keys.gguf", head(0, 1 << 20).done()))).contains("1,048,576; at most 65,536");
    }

    private Path sparse(String name, byte[] start) throws IOException {
        Path file = folder.resolve(name);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(start);
            out.setLength(1L << 32);
        }
        return file;
    }

    @Test
    void aHeaderOf100MegabytesIsReadWithoutBeingCopied() throws IOException {
        Path file = folder.resolve("wide.safetensors");
        int length = (int) Safetensors.LONGEST_HEADER;
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.writeLong(Long.reverseBytes(length));
            out.write("{}".getBytes(UTF_8));
            byte[] spaces = new byte[1 << 20];
            Arrays.fill(spaces, (byte) ' ');
            for (int left = length - 2; left > 0; left -= Math.min(left, spaces.length)) {
                out.write(spaces, 0, Math.min(left, spaces.length));
            }
        }
        assertThat(refusal(file)).isEmpty();
    }

    /** Types that were removed from GGUF, or never were. */
    @Test
    void everyTypeIdIsReadOrRefused() throws IOException {
        List<Integer> there = new ArrayList<>();
        for (int id = -1; id <= 64; id++) {
            Path file = Files.write(
                    folder.resolve("type.gguf"),
                    head(1, 0).tensor("a", id, 0, 256).zeros(4096).done());
            String sentence = refusal(file);
            if (sentence.isEmpty()) {
                there.add(id);
            } else {
                assertThat(sentence)
                        .contains(
                                "type.gguf: tensor \"a\"", "type " + Integer.toUnsignedString(id) + " does not exist");
            }
        }
        List<Integer> expected = new ArrayList<>();
        for (int id = 0; id <= 42; id++) {
            if (!List.of(4, 5, 31, 32, 33, 36, 37, 38).contains(id)) {
                expected.add(id);
            }
        }
        assertThat(there).isEqualTo(expected);
    }

    @Test
    void offsetsThatLeaveHolesOverlapOrGoBackAreRefused() throws IOException {
        for (long[] offsets :
                new long[][] {{0, 0}, {0, 16}, {0, 64}, {32, 0}, {32, 64}, {0, -32}, {0, Long.MAX_VALUE}}) {
            Path file = Files.write(
                    folder.resolve("offsets.gguf"),
                    head(2, 0)
                            .tensor("a", F32, offsets[0], 8)
                            .tensor("b", F32, offsets[1], 8)
                            .zeros(256)
                            .done());
            assertThat(refusal(file)).as(Arrays.toString(offsets)).contains("offsets.gguf", "offset");
        }
        for (long[] o : new long[][] {
            {0, 4, 0, 4},
            {0, 4, 5, 9},
            {0, 4, 3, 7},
            {4, 8, 4, 8},
            {0, 8, 8, 4},
            {1, 5, 5, 9},
            {0, 4, 4, 9},
            {0, 4, 8, 4}
        }) {
            byte[] bytes = json(
                    "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[" + o[0] + "," + o[1] + "]},"
                            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[" + o[2] + "," + o[3] + "]}}",
                    8);
            Path file = Files.write(folder.resolve("offsets.safetensors"), bytes);
            assertThat(refusal(file)).as(Arrays.toString(o)).contains("offsets.safetensors");
        }
    }

    /** Damages valid files at random: bytes, fields, lengths, pieces moved. Nothing but our own error may come of it. */
    @Test
    void randomDamageEndsInASentence() throws IOException {
        long seconds = Long.getLong("nibble.fuzz.seconds", 0);
        long seed = Long.getLong("nibble.fuzz.seed", seconds == 0 ? 1 : System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> valid = List.of(
                head(2, 3)
                        .text("general.alignment")
                        .i32(4)
                        .i32(32)
                        .text("a.texts")
                        .i32(9)
                        .i32(8)
                        .i64(2)
                        .text("x")
                        .text("grüß")
                        .text("a.numbers")
                        .i32(9)
                        .i32(5)
                        .i64(3)
                        .i32(1)
                        .i32(2)
                        .i32(3)
                        .tensor("a", F32, 0, 4, 2)
                        .tensor("b", 2, 32, 32)
                        .pad(32)
                        .zeros(64)
                        .done(),
                json(
                        "{\"__metadata__\":{\"nibble.weights\":\"{\\\"w\\\":{\\\"recipe\\\":\\\"q8_0\\\",\\\"shape\\\":[1,32]}}\"},"
                                + "\"w.blocks\":{\"dtype\":\"U8\",\"shape\":[34],\"data_offsets\":[0,34]},"
                                + "\"b\":{\"dtype\":\"F16\",\"shape\":[1,3],\"data_offsets\":[34,40]}}",
                        40));
        for (byte[] bytes : valid) {
            assertThat(refusal(
                            Files.write(folder.resolve("fuzz" + (bytes[0] == 'G' ? ".gguf" : ".safetensors")), bytes)))
                    .as("undamaged")
                    .isEmpty();
        }
        int refused = 0;
        long rounds = 0;
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (rounds < 2000 || System.nanoTime() < end) {
            byte[] bytes = damaged(valid.get((int) (rounds % valid.size())), random);
            Path file = Files.write(folder.resolve("fuzz" + (rounds % 2 == 0 ? ".gguf" : ".safetensors")), bytes);
            try {
                String sentence = refusal(file);
                refused += sentence.isEmpty() ? 0 : 1;
                assertThat(sentence.isEmpty() || sentence.contains("fuzz"))
                        .as(sentence)
                        .isTrue();
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "seed " + seed + ", round " + rounds + ": "
                                + java.util.HexFormat.of().formatHex(bytes),
                        e);
            }
            rounds++;
        }
        assertThat(refused).as("damage is noticed").isGreaterThan((int) Math.min(rounds, 2000) / 4);
    }

    private static byte[] damaged(byte[] valid, SplittableRandom random) {
        byte[] bytes = valid.clone();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(1, bytes.length + 1));
                case 3 -> {
                    long[] odd = {0, 1, Integer.MAX_VALUE, 1L << 31, 0xffffffffL, 1L << 61, Long.MAX_VALUE, 1L << 63, -1
                    };
                    if (at + 8 <= bytes.length) {
                        ByteBuffer.wrap(bytes)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(at, odd[random.nextInt(odd.length)]);
                    }
                }
                case 4 -> {
                    int from = random.nextInt(bytes.length);
                    int n = Math.min(random.nextInt(1, 16), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, n);
                }
                default -> {
                    byte[] grown = Arrays.copyOf(bytes, bytes.length + random.nextInt(40));
                    System.arraycopy(bytes, at, grown, at + grown.length - bytes.length, bytes.length - at);
                    bytes = grown;
                }
            }
        }
        return bytes;
    }

    @Test
    void aFileThatBecomesShorterWhileItIsOpenIsAnError() throws IOException {
        Path file = Files.write(
                folder.resolve("shrinks.gguf"),
                head(1, 0).tensor("a", F32, 0, 1 << 20).pad(32).zeros(4 << 20).done());
        try (Checkpoint read = Checkpoint.open(file)) {
            try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
                out.setLength(4096);
            }
            assertThatThrownBy(() -> read.matrix("a", Progress.NONE))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("shrinks.gguf")
                    .hasMessageContaining("shorter");
        }
    }

    private static Bytes head(long tensors, long keys) {
        return new Bytes().i8('G', 'G', 'U', 'F').i32(3).i64(tensors).i64(keys);
    }

    private static byte[] json(String header, int data) {
        byte[] text = header.getBytes(UTF_8);
        return new Bytes().i64(text.length).raw(text).zeros(data).done();
    }

    /** Little-endian numbers one after the other. */
    private static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes i8(int... values) {
            for (int v : values) {
                out.write(v);
            }
            return this;
        }

        Bytes raw(byte... bytes) {
            out.writeBytes(bytes);
            return this;
        }

        Bytes i32(int value) {
            return raw(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        Bytes i64(long value) {
            return raw(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value)
                    .array());
        }

        Bytes text(String text) {
            byte[] utf8 = text.getBytes(UTF_8);
            return i64(utf8.length).raw(utf8);
        }

        Bytes tensor(String name, int type, long offset, long... dimensions) {
            text(name).i32(dimensions.length);
            for (long n : dimensions) {
                i64(n);
            }
            return i32(type).i64(offset);
        }

        Bytes pad(int alignment) {
            return zeros((alignment - out.size() % alignment) % alignment);
        }

        Bytes zeros(int count) {
            return raw(new byte[count]);
        }

        byte[] done() {
            return out.toByteArray();
        }
    }
}

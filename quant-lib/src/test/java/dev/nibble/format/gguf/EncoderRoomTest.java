package dev.nibble.format.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What K-quants allocate without a trace: room for a batch of blocks, however many follow. */
class EncoderRoomTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BLOCK = 256;
    private static final int BATCH = 16;
    private static final int MANY = 128;

    /** The scalar searches: vectors are objects until a loop is compiled, and when that is, is not for a test to say. */
    static Stream<BlockCodec> codecs() {
        Searches searches = new SearchesScalar(null);
        return Stream.of(
                new Q2_K(searches), new Q3_K(searches), new Q4_K(searches), new Q5_K(searches), new Q6_K(searches));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void moreBlocksTakeNoMoreRoom(BlockCodec codec) {
        float[] x = random();
        byte[] out = new byte[MANY * codec.type().blockBytes()];
        codec.encode(x, 0, MANY, RowContext.NONE, 0, out, 0); // classes are loaded
        long batch = allocated(codec, x, BATCH, out);
        long many = allocated(codec, x, MANY, out);
        // Room that is taken for each batch anew would be eight times as much; what the JVM links meanwhile is little.
        assertThat(many).isLessThan(2 * batch);
    }

    private static long allocated(BlockCodec codec, float[] x, int blocks, byte[] out) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        codec.encode(x, 0, blocks, RowContext.NONE, 0, out, 0);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** A batch must leave nothing behind in the room that the next one reads. */
    @ParameterizedTest
    @MethodSource("codecs")
    void manyBlocksAreThoseEncodedOneByOne(BlockCodec codec) {
        float[] x = random();
        int bytes = codec.type().blockBytes();
        byte[] expected = new byte[MANY * bytes];
        for (int b = 0; b < MANY; b++) {
            codec.encode(x, b * BLOCK, 1, RowContext.NONE, 0, expected, b * bytes);
        }
        BlockCodec fast = BlockCodecs.all().stream()
                .filter(c -> c.type() == codec.type())
                .findFirst()
                .orElseThrow();
        byte[] actual = new byte[expected.length];
        fast.encode(x, 0, MANY - 3, RowContext.NONE, 0, actual, 0);
        fast.encode(x, (MANY - 3) * BLOCK, 3, RowContext.NONE, 0, actual, (MANY - 3) * bytes);
        assertThat(actual).isEqualTo(expected);
    }

    private static float[] random() {
        Random random = new Random(17);
        float[] x = new float[MANY * BLOCK];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian() * 0.02f;
        }
        return x;
    }
}

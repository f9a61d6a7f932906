package dev.nibble.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.Progress;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionMemoryTest {
    private static final Path MODELS = Path.of("src/test/resources/models");
    /** Attention looks back at whole vectors most of the time, as it does in use: else its loops count as cold code. */
    private static final int TOKENS = 40;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen3", "gpt2", "opt"})
    void aTokenTakesNoNewMemory(String name) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long me = Thread.currentThread().threadId();
        try (Checkpoint file = Checkpoint.open(MODELS.resolve(name))) {
            Transformer transformer =
                    Transformer.of(Weights.of(file), file.config().orElse(Map.of()));
            Session session = new Session(transformer, TOKENS, Progress.NONE);
            float[] logits = new float[transformer.config().vocabulary()];
            int[] tokens = new int[TOKENS];
            long least = Long.MAX_VALUE;
            // Vectors are objects until the compiler has seen the loops often enough.
            for (int round = 0; round < 5000 && least >= TOKENS; round++) {
                session.rewind(0);
                long before = threads.getThreadAllocatedBytes(me);
                for (int i = 0; i < TOKENS; i++) {
                    session.read(tokens, i, 1, logits, Progress.NONE.cancelToken());
                }
                least = Math.min(least, threads.getThreadAllocatedBytes(me) - before);
            }
            assertThat(least).as("bytes of %d tokens", TOKENS).isLessThan(TOKENS);
        }
    }
}

package dev.nibble.tests.bench;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Progress;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import dev.nibble.model.transformer.Session;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** SmolLM2-135M in float32 with its cache: a prompt of 512 tokens at once, and a token after it. */
@State(Scope.Benchmark)
public class PromptBenchmark {
    static final int PROMPT = 512;
    /** The cache of a prompt and of what is generated in a run. */
    private static final int ROOM = 2 * PROMPT;

    @Param("300")
    public int warm;

    private Model model;
    private Session session;
    private float[] logits;
    private final int[] tokens = new int[PROMPT];
    private final CancelToken never = Progress.NONE.cancelToken();

    /** The tokens that {@code prompt.py} gives torch. */
    @Setup
    public void prepare() {
        model = Models.open("smollm2-135m", Progress.NONE);
        session = model.language().session(ROOM, Progress.NONE);
        int vocabulary = model.language().vocabulary();
        logits = new float[vocabulary];
        for (int i = 0; i < PROMPT; i++) {
            tokens[i] = (int) (i * 7919L % vocabulary);
        }
        WarmUp.run(warm, this::read);
        WarmUp.run(warm, this::next);
        read();
    }

    @TearDown
    public void close() {
        model.close();
    }

    private void read() {
        session.rewind(0);
        session.read(tokens, 0, PROMPT, logits, never);
    }

    private void next() {
        if (session.position() == ROOM) {
            session.rewind(PROMPT);
        }
        session.read(tokens, 0, 1, logits, never);
    }

    @Benchmark
    public float[] prompt(CpuTime time) {
        time.begin();
        read();
        time.end(PROMPT);
        return logits;
    }

    @Benchmark
    public float[] token(CpuTime time) {
        time.begin();
        next();
        time.end(1);
        return logits;
    }
}

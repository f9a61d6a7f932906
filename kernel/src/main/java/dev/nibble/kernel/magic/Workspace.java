package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Engine;
import dev.nibble.kernel.jshell.Problem;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What a session holds besides Java: its magics, and the cells that ran. */
public final class Workspace {
    private final Magics magics = new Magics();
    private final Extensions extensions = new Extensions(magics);
    private final ClassPath classPath = new ClassPath();
    private volatile Problem lastProblem;
    // Guarded by this.
    private final TreeMap<Integer, String> cells = new TreeMap<>();
    private final Set<Integer> failed = new HashSet<>();

    /** The magics that there are. */
    public Magics magics() {
        return magics;
    }

    ClassPath classPath() {
        return classPath;
    }

    /**
     * Takes what others add on the kernel's own class path.
     *
     * @param report told what is wrong, for people
     */
    public void begin(Engine engine, Consumer<String> report) {
        var _ = extensions.refresh(new SessionAccess(engine), report, false);
    }

    /**
     * Takes what others add on the session's class path as it is now.
     *
     * @param again whether to complain once more of what was wrong before
     * @return what came, for people
     */
    List<String> extensions(Magic.Context context, boolean again) throws Exception {
        return context.session()
                .call(() -> extensions.refresh(new SessionAccess(context.engine()), context.cell()::note, again));
    }

    /** Stops the extensions that run; {@code report} is told what is wrong. */
    public void end(Consumer<String> report) {
        extensions.stop(report);
    }

    /** Notes why a cell failed. */
    public void failed(Problem problem) {
        lastProblem = problem;
    }

    /** Why a cell failed last; empty if none did. */
    Optional<Problem> lastProblem() {
        return Optional.ofNullable(lastProblem);
    }

    /** Notes a cell that begins to run under a number. */
    public synchronized void began(int number, String code) {
        cells.put(number, code);
    }

    /** Notes that the cell of this number failed. */
    public synchronized void failed(int number) {
        failed.add(number);
    }

    /** Whether the cell of this number failed; it may have done a part of its work. */
    synchronized boolean hasFailed(int number) {
        return failed.contains(number);
    }

    /** What ran in this session, by number. */
    synchronized Map<Integer, String> cells() {
        return Collections.unmodifiableMap(new TreeMap<>(cells));
    }
}

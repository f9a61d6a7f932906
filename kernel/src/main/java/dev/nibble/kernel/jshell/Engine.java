package dev.nibble.kernel.jshell;

import dev.nibble.kernel.cell.Cell;
import dev.nibble.kernel.cell.MemoryReserve;
import dev.nibble.kernel.jshell.SessionView.Member;
import dev.nibble.kernel.jshell.SessionView.MemberKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.ImportSnippet;
import jdk.jshell.JShell;
import jdk.jshell.MethodSnippet;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.SubKind;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.VarSnippet;

/**
 * One Java session: evaluates the code of cells, and stops it from other threads. Several cells may be open at once,
 * each on a thread of its own: they compile one after another and run side by side. Evaluate under
 * {@link Cell#enter()}, so that output finds its way.
 */
public final class Engine implements AutoCloseable {
    /** How long an interrupt waits at most for the workers of shared pools. */
    private static final long POOL_MILLIS = 150;

    /** How long who asks for what there is waits for a cell that is being compiled; and the first time. */
    private static final long VIEW_MILLIS = 100;

    private static final long LONG_MILLIS = 10_000;

    /** The compiler's word for a class whose file is damaged, too new or another class's, or needs one that is missing. */
    private static final String UNREADABLE = "compiler.err.cant.access";

    /** Held by whoever calls JShell, which bears one caller at a time; free while cells' code runs. */
    private final ReentrantLock compiler = new ReentrantLock(true);

    private final CellControl control;
    private final JShell shell;
    private final Analysis analysis;
    private final SessionClasses classes;
    private final Places places = new Places();
    private final Tracebacks tracebacks = new Tracebacks(places, new Hints(this));
    private final SlowVectors slowVectors = new SlowVectors();
    private final LiveFrames live;
    // Guarded by this.
    private final List<Session> open = new ArrayList<>();
    /** Threads of cells that were interrupted and are over: as long as one is alive, the checks look. */
    private final List<UserThread> stopping = new ArrayList<>();

    private final AtomicInteger cells = new AtomicInteger();
    private Assist assist;

    // What there is to see, as it was after so many evaluations. Guarded by the compiler's lock, but for reading it.
    private volatile SessionView view;
    private long viewed = -1;
    private int evaluated;

    // Where a piece of the code stands: the snippets that are made now come from here. Guarded by the compiler's lock.
    private CellSource source;
    private int sourceOffset;

    /** Makes a session with the default imports; takes about a second. */
    public Engine() {
        var provider = new CellControl.Provider(compiler);
        var path = new SessionPath(System.getProperty("java.class.path"));
        shell = JShell.builder()
                .fileManager(standard -> new CompilerFiles(standard, path))
                .executionEngine(provider, Map.of())
                .compilerOptions("--add-modules", "jdk.incubator.vector", "-parameters", "-Xlint:-options")
                .idGenerator((snippet, index) -> places.name(source, sourceOffset))
                .build();
        control = provider.control;
        analysis = new Analysis(shell.sourceCodeAnalysis(), compiler);
        classes = new SessionClasses(shell, analysis, control, path);
        live = new LiveFrames(analysis, () -> shell.snippets().toList());
        Imports.all().stream().map(Imports.Entry::line).forEach(new GivenImports(shell)::add);
    }

    /** What completion and documentation look with. */
    synchronized Assist assist() {
        if (assist == null) {
            assist = new Assist(this);
        }
        return assist;
    }

    /** Whether code is complete. */
    public Analysis analysis() {
        return analysis;
    }

    /** The variables of the session, by name. */
    public Map<String, String> variables() {
        return analysis.alone(() -> shell.variables()
                .filter(variable -> !variable.name().startsWith("$"))
                .collect(Collectors.toMap(VarSnippet::name, VarSnippet::typeName, (a, b) -> b, LinkedHashMap::new)));
    }

    /** Whether there is a variable or a method of that name. */
    public boolean declares(String name) {
        return analysis.alone(() -> shell.variables().anyMatch(v -> v.name().equals(name))
                || shell.methods().anyMatch(m -> m.name().equals(name)));
    }

    /**
     * What cells have declared and imported. While a cell is being compiled this may be how it was before that cell, for
     * who can not wait.
     */
    SessionView view() {
        SessionView last = view;
        try {
            if (compiler.tryLock(last == null ? LONG_MILLIS : VIEW_MILLIS, TimeUnit.MILLISECONDS)) {
                try {
                    // What is forgotten leaves without an evaluation.
                    long now = evaluated * 1_000_000L
                            + shell.snippets()
                                    .filter(one -> shell.status(one).isActive())
                                    .count();
                    if (view == null || viewed != now) {
                        view = look();
                        viewed = now;
                    }
                    return view;
                } finally {
                    compiler.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return last == null ? new SessionView(List.of(), List.of(), Map.of()) : last;
    }

    private SessionView look() {
        List<String> imports = shell.imports().map(one -> one.source().strip()).toList();
        var members = new ArrayList<Member>();
        shell.snippets().forEach(snippet -> {
            if (snippet instanceof PersistentSnippet named
                    && shell.status(named).isActive()
                    && !named.name().startsWith("$")) {
                MemberKind kind = switch (named) {
                    case VarSnippet _ -> MemberKind.VARIABLE;
                    case MethodSnippet _ -> MemberKind.METHOD;
                    case TypeDeclSnippet _ -> MemberKind.TYPE;
                    default -> null;
                };
                if (kind != null) {
                    members.add(new Member(
                            kind, named.name(), analysis.wrapper(named).fullClassName(), named.source()));
                }
            }
        });
        return new SessionView(imports, members, control.classes());
    }

    /** The value of a variable of the session; empty if there is no such variable, or it is null. */
    public Optional<Object> value(String variable) {
        return classes.value(variable);
    }

    /** What is on the class path, and what can be loaded anew or forgotten. */
    public SessionClasses classes() {
        return classes;
    }

    private void uncaught(Thread thread, Throwable error) {
        Cell cell = Cell.current();
        if (error instanceof ExitGuard.ExitRefused && cell != null && cell.isCancelled()) {
            return; // it was not refused: a script ends itself
        }
        System.err.println(tracebacks.uncaught(thread, error, live));
    }

    /** The loader of the classes that cells define. */
    public ClassLoader loader() {
        return control.loader();
    }

    /** Evaluates pieces of one cell; close it when the cell is over. */
    public Session open(Cell cell) {
        var session =
                new Session(cell, new UserThread("cell-" + cells.incrementAndGet(), control::loader, this::uncaught));
        cell.explainWith(error -> session.problem(error).traceback());
        synchronized (this) {
            open.add(session);
            disarmIfQuiet();
        }
        if (cell.isCancelled()) {
            interrupt(cell);
        }
        return session;
    }

    private void disarmIfQuiet() {
        stopping.removeIf(thread -> !thread.isAlive());
        if (stopping.isEmpty() && open.stream().noneMatch(session -> session.cell.isCancelled())) {
            StopCheck.disarm();
        }
    }

    /** Stops the code of a cell, if it runs. Never waits. */
    public void interrupt(Cell cell) {
        cell.cancel();
        synchronized (this) {
            for (Session session : open) {
                if (session.cell == cell) {
                    StopCheck.arm();
                    session.thread.interrupt();
                }
            }
        }
    }

    @Override
    public void close() {
        analysis.alone(() -> {
            shell.close();
            return null;
        });
    }

    /** The evaluation of one cell. */
    public final class Session implements AutoCloseable {
        private final Cell cell;
        private final UserThread thread;
        private final List<String> declared = new ArrayList<>();

        private Session(Cell cell, UserThread thread) {
            this.cell = cell;
            this.thread = thread;
        }

        /**
         * Evaluates code.
         *
         * @param whole the cell that it is part of
         * @param begin where in the cell it begins
         * @param end where it ends, exclusive
         */
        public Evaluation evaluate(CellSource whole, int begin, int end) {
            return analysis.alone(() -> evaluateAlone(whole, begin, end));
        }

        private Evaluation evaluateAlone(CellSource whole, int begin, int end) {
            String code = whole.text().substring(begin, end);
            var pending = new ArrayList<Snippet>();
            Evaluation last = Evaluation.NOTHING;
            int position = 0;
            while (position < code.length()) {
                position = skipBlank(code, position);
                if (position == code.length()) {
                    break;
                }
                String rest = code.substring(position);
                CompletionInfo info = analysis.analyzeCompletion(rest);
                if (info.completeness() == SourceCodeAnalysis.Completeness.EMPTY) {
                    break;
                }
                String remaining = info.remaining() == null ? "" : info.remaining();
                boolean takeAll = info.source() == null || !info.completeness().isComplete();
                String snippet = takeAll ? rest : info.source();
                last = snippet(snippet, whole, begin + position, info.completeness(), pending);
                if (last.problem() != null) {
                    return last;
                }
                position = takeAll ? code.length() : code.length() - remaining.length();
            }
            Problem unresolved = unresolved(pending);
            return unresolved != null ? Evaluation.failed(unresolved) : last;
        }

        private Evaluation snippet(
                String code,
                CellSource whole,
                int offset,
                SourceCodeAnalysis.Completeness completeness,
                List<Snippet> pending) {
            if (cell.isCancelled()) {
                return Evaluation.failed(interrupted());
            }
            var frame = new CellControl.Frame(thread);
            source = whole;
            sourceOffset = offset;
            List<SnippetEvent> events;
            try (var _ = slowVectors.watch(thread, cell::note)) {
                events = control.within(frame, () -> shell.eval(code));
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError | InternalError | AssertionError e) {
                MemoryReserve.releaseAfter(e);
                classes.readAnew();
                return cell.isCancelled()
                        ? Evaluation.failed(interrupted())
                        : Evaluation.failed(tracebacks.compilerFailed(e, whole, offset));
            } finally {
                evaluated++;
            }
            events.forEach(event -> live.made(event.snippet()));
            forgetUnnamed(events, frame);
            if (cell.isCancelled() || frame.stopped()) {
                return Evaluation.failed(interrupted(stack(events)));
            }
            Problem unusable = unusable(events, whole, offset, completeness);
            if (unusable != null) {
                return Evaluation.failed(unusable);
            }
            Evaluation result = Evaluation.NOTHING;
            var reset = new ArrayList<String>();
            for (SnippetEvent event : events) {
                if (event.causeSnippet() != null) {
                    if (event.snippet() instanceof VarSnippet variable && event.isSignatureChange()) {
                        reset.add(variable.name());
                    }
                    continue;
                }
                if (event.snippet() instanceof VarSnippet variable) {
                    declared.add(variable.name());
                }
                switch (event.status()) {
                    case REJECTED -> {
                        return Evaluation.failed(tracebacks.rejected(
                                shell.diagnostics(event.snippet()).toList(), whole, offset, completeness));
                    }
                    case RECOVERABLE_DEFINED, RECOVERABLE_NOT_DEFINED -> pending.add(event.snippet());
                    default -> {}
                }
                if (event.exception() instanceof EvalException exception) {
                    return Evaluation.failed(tracebacks.thrown(exception, frame.thrown()));
                }
                if (event.exception() instanceof UnresolvedReferenceException exception) {
                    return Evaluation.failed(tracebacks.unresolved(exception, missing(exception.getSnippet())));
                }
                if (wantsToBeSeen(event.snippet())) {
                    result = Evaluation.of(frame.value());
                }
            }
            SessionClasses.noteLost(reset, (reset.size() == 1 ? "its" : "their") + " class was defined anew", cell);
            return result;
        }

        /**
         * What is wrong if the compiler could not read a class that the snippet needs, or broke down. It does not get over
         * either: from then on it takes that class for one without members, and what it made nothing of for there.
         */
        private Problem unusable(
                List<SnippetEvent> events, CellSource whole, int offset, SourceCodeAnalysis.Completeness completeness) {
            for (SnippetEvent event : events) {
                Snippet snippet = event.snippet();
                if (event.causeSnippet() != null) {
                    continue;
                }
                boolean isValid = event.status() == Snippet.Status.VALID;
                List<Diag> unreadable = isValid
                        ? List.of()
                        : shell.diagnostics(snippet)
                                .filter(error -> UNREADABLE.equals(error.getCode()))
                                .toList();
                boolean brokeDown = isValid
                        && !(snippet instanceof ImportSnippet)
                        && !control.classes()
                                .containsKey(analysis.wrapper(snippet).fullClassName());
                if (!unreadable.isEmpty() || brokeDown) {
                    classes.readAnew();
                    if (event.status() != Snippet.Status.REJECTED) {
                        shell.drop(snippet);
                    }
                    return brokeDown
                            ? tracebacks.compilerFailed(new InternalError("it made no class of it"), whole, offset)
                            : tracebacks.rejected(unreadable, whole, offset, completeness);
                }
            }
            return null;
        }

        private void forgetUnnamed(List<SnippetEvent> events, CellControl.Frame frame) {
            for (SnippetEvent event : events) {
                if (event.snippet().subKind() == SubKind.TEMP_VAR_EXPRESSION_SUBKIND
                        && event.status() == Snippet.Status.VALID) {
                    frame.forgetUnnamed();
                    shell.drop(event.snippet());
                }
            }
        }

        private Problem unresolved(List<Snippet> pending) {
            for (Snippet snippet : pending) {
                Snippet.Status status = shell.status(snippet);
                if (status != Snippet.Status.RECOVERABLE_DEFINED && status != Snippet.Status.RECOVERABLE_NOT_DEFINED) {
                    continue;
                }
                String missing = missing(snippet);
                if (snippet instanceof VarSnippet variable) {
                    return tracebacks.missing(
                            variable, missing, shell.diagnostics(snippet).toList());
                }
                cell.note("note: " + places.describe(snippet) + " cannot be used until " + missing + " is defined");
            }
            return null;
        }

        /**
         * A problem with what has to be said, and done, when memory has run out; others as they are. Call it when
         * nothing of the cell is held any more.
         */
        public Problem afterwards(Problem problem) {
            return FullHeap.is(problem) ? FullHeap.explain(problem, classes, declared) : problem;
        }

        /** Calls {@code work} on the thread of the cell's code, so that an interrupt ends it. */
        public <T> T call(Callable<T> work) throws Exception {
            return thread.call(work);
        }

        /** What a cell that was interrupted reports. */
        public Problem interrupted() {
            return interrupted(live.of(thread.stack()));
        }

        private Problem interrupted(StackTraceElement[] stack) {
            return thread.isAbandoned() ? tracebacks.abandoned(thread.name(), stack) : tracebacks.interrupted();
        }

        /** What the last snippet was doing, in terms of the cell, if it had to be left behind. */
        private StackTraceElement[] stack(List<SnippetEvent> events) {
            return events.stream()
                    .map(SnippetEvent::exception)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .map(Throwable::getStackTrace)
                    .orElseGet(() -> live.of(thread.stack()));
        }

        /** Describes what {@code work} of {@link #call} threw. */
        public Problem problem(Throwable error) {
            return cell.isCancelled() ? interrupted() : tracebacks.outside(error, live);
        }

        @Override
        public void close() {
            if (cell.isCancelled()) {
                // From the next cell on, the pool's workers would count as that cell's, and go on for ever.
                SharedPool.awaitCellCode(POOL_MILLIS);
            }
            if (thread.isAbandoned()) {
                cell.silence();
            }
            synchronized (Engine.this) {
                open.remove(this);
                if (cell.isCancelled()) {
                    stopping.add(thread);
                }
            }
            thread.close();
        }
    }

    private String missing(Snippet snippet) {
        List<String> names = snippet instanceof jdk.jshell.DeclarationSnippet declaration
                ? shell.unresolvedDependencies(declaration).toList()
                : List.of();
        return names.isEmpty() ? "what it refers to" : String.join(", ", names);
    }

    private static boolean wantsToBeSeen(Snippet snippet) {
        SubKind kind = snippet.subKind();
        if (snippet.source().stripTrailing().endsWith(";")) {
            return false;
        }
        return kind == SubKind.TEMP_VAR_EXPRESSION_SUBKIND
                || kind == SubKind.VAR_VALUE_SUBKIND
                || kind == SubKind.OTHER_EXPRESSION_SUBKIND;
    }

    private static int skipBlank(String code, int from) {
        int at = from;
        while (at < code.length() && Character.isWhitespace(code.charAt(at))) {
            at++;
        }
        return at;
    }
}

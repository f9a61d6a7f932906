package dev.nibble.kernel.magic;

import com.sun.management.ThreadMXBean;
import dev.nibble.kernel.jshell.CellSource;
import dev.nibble.kernel.jshell.CodeCheck;
import dev.nibble.kernel.jshell.Evaluation;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code %timeit}: code again and again until the compiler has done its work, then the median of some runs. An
 * expression's value is kept, so that the compiler can not leave the code out.
 */
public final class TimeitMagic extends OptionMagic<TimeitMagic.Arguments> {
    private static final long RUN_NANOS = 200_000_000;
    private static final long LONGEST_WARM_UP = 3_000_000_000L;
    private static final int MOST_RUNS = 1000;
    /** Places, from the end, where statements may give way to an expression. */
    private static final int MOST_TRIES = 4;

    /** Runs in a row that are no faster than those before: the compiler rests. */
    private static final int STEADY = 3;

    /** Where results go. */
    @SuppressWarnings("UnusedVariable") // written, so that nothing that makes a value can be left out
    private static volatile Object sink;

    /** Its options. */
    @Command(
            name = "timeit",
            description = "how long the line, or the cell, takes when it runs again and again: median of -r runs of -n"
                    + " loops, allocation, garbage collection",
            customSynopsis = {"%%timeit [-n N] [-r R] CODE", "%%%%timeit [-n N] [-r R]"})
    static final class Arguments {
        @CommandLine.Option(
                names = {"-n", "--number"},
                paramLabel = "N",
                description = "loops of one run; without it, as many as take a fifth of a second")
        private Long loops;

        @CommandLine.Option(
                names = {"-r", "--repeat"},
                paramLabel = "R",
                defaultValue = "7",
                description = "runs, of which the median counts")
        private int runs;
    }

    /** Its one. */
    public TimeitMagic() {
        super(Arguments::new, Argument.CODE, true, true);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) throws Exception {
        long loops = arguments.loops == null ? 0 : arguments.loops;
        int runs = Math.min(arguments.runs, MOST_RUNS);
        if (runs < 1 || loops < 0 || (arguments.loops != null && loops == 0)) {
            throw new UsageError("-n and -r take numbers above 0");
        }
        int begin = call.argumentsBegin();
        String code = call.source()
                .text()
                .substring(Math.min(begin, call.bodyEnd()), call.bodyEnd())
                .strip();
        if (code.isEmpty()) {
            throw new UsageError("%timeit needs code: %timeit w.multiply(x), or %%timeit before a cell");
        }
        Evaluation made = compiled(code, context);
        if (made == null) {
            return refused(call, Math.min(begin, call.bodyEnd()), context);
        }
        var work = (Callable<?>) made.value();
        long given = loops;
        int repeats = runs;
        Figures figures = context.session().call(() -> measure(work, given, repeats));
        context.cell().say(figures.toString());
        return Evaluation.NOTHING;
    }

    /** The code as something to call: an expression, else statements, which may end with one; null if it is neither. */
    private static Evaluation compiled(String code, Context context) {
        String expression = withoutSemicolon(code);
        Evaluation made = callable(expression, context);
        if (made == null) {
            made = callable("{ " + code + "\n; return null; }", context);
        }
        for (int at : lastExpressions(expression, context)) {
            if (made == null) {
                made = callable(
                        "{ " + expression.substring(0, at) + " return (" + expression.substring(at) + "\n); }",
                        context);
            }
        }
        return made;
    }

    private static String withoutSemicolon(String code) {
        return code.endsWith(";") ? code.substring(0, code.length() - 1) : code;
    }

    /** Where an expression after statements may begin, the last place first. */
    private static List<Integer> lastExpressions(String code, Context context) {
        var check = new CodeCheck(context.engine().analysis());
        var found = new ArrayList<Integer>();
        for (int at = code.length() - 1; at > 0 && found.size() < MOST_TRIES; at--) {
            // Of a semicolon and the line's end after it, one is enough.
            char before = code.charAt(at - 1);
            boolean mayBegin = before == '\n' || (before == ';' && code.charAt(at) != '\n');
            String last = code.substring(at);
            if (mayBegin && !last.isBlank() && check.check(last).status() == CodeCheck.Status.COMPLETE) {
                found.add(at);
            }
        }
        return found;
    }

    private static Evaluation callable(String body, Context context) {
        String made = "(java.util.concurrent.Callable<Object>) () -> " + body;
        Evaluation evaluation = context.session().evaluate(new CellSource("%timeit", made), 0, made.length());
        return evaluation.problem() == null && evaluation.value() instanceof Callable<?> ? evaluation : null;
    }

    /** Says in its own place what is wrong with code; as a block, of which nothing stays in the session. */
    private static Evaluation refused(Call call, int begin, Context context) {
        String text = call.source().text();
        String code = text.substring(begin, call.bodyEnd()).stripTrailing();
        if (code.indexOf(';') < 0 && code.strip().indexOf('\n') < 0) {
            Evaluation plain = context.session().evaluate(call.source(), begin, call.bodyEnd());
            if (plain.problem() != null) {
                return plain;
            }
        }
        var check = new CodeCheck(context.engine().analysis());
        CodeCheck.Status whole = check.check(code).status();
        var blocks = new ArrayList<String>();
        blocks.add(
                "{" + code + (whole == CodeCheck.Status.INCOMPLETE ? "" : code.matches("(?s).*[;}]") ? "\n}" : "\n;}"));
        String expression = withoutSemicolon(code);
        for (int at : lastExpressions(expression, context)) {
            blocks.add("{" + expression.substring(0, at) + "Object value = " + expression.substring(at) + "\n;}");
        }
        for (String block : blocks) {
            if (whole != CodeCheck.Status.COMPLETE || check.check(block).status() == CodeCheck.Status.COMPLETE) {
                var shown = new CellSource(call.source().name(), text.substring(0, begin) + block);
                Evaluation tried = context.session().evaluate(shown, begin, begin + block.length());
                if (tried.problem() != null) {
                    return tried;
                }
            }
        }
        throw new UsageError("%timeit runs statements, of which the last may be an expression; declare methods and"
                + " imports in a cell before it");
    }

    private static long loop(Callable<?> work, long loops) throws Exception {
        long began = System.nanoTime();
        for (long i = 0; i < loops; i++) {
            sink = work.call();
        }
        return Math.max(1, System.nanoTime() - began);
    }

    private static Figures measure(Callable<?> work, long given, int runs) throws Exception {
        long loops = Math.max(1, given);
        long began = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        int steady = 0;
        long took = loop(work, loops);
        while (System.nanoTime() - began < LONGEST_WARM_UP && steady < STEADY && took < LONGEST_WARM_UP) {
            if (given == 0 && took < RUN_NANOS / 2) {
                loops = Math.max(loops + 1, Math.min(loops * 10, (long) (loops * (double) RUN_NANOS / took)));
            }
            took = loop(work, loops);
            double each = (double) took / loops;
            steady = each > best * 0.98 ? steady + 1 : 0;
            best = Math.min(best, each);
        }
        if (given == 0) {
            loops = Math.max(1, (long) (loops * (double) RUN_NANOS / took));
        }
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] times = new double[runs];
        long collections = collections();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        for (int r = 0; r < runs; r++) {
            times[r] = (double) loop(work, loops) / loops;
        }
        double allocated = (double) (threads.getCurrentThreadAllocatedBytes() - bytes) / runs / loops;
        long collected = collections() - collections;
        sink = null;
        Arrays.sort(times);
        return new Figures(times[runs / 2], times[0], times[runs - 1], runs, loops, allocated, collected);
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .map(count -> Math.max(0, count))
                .sum();
    }

    /** Nanoseconds and bytes of one loop. */
    private record Figures(
            double median, double least, double most, int runs, long loops, double bytes, long collections) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s per loop (median of %d %s of %,d; %s to %s), %s allocated by its thread, %s",
                    time(median),
                    runs,
                    runs == 1 ? "run" : "runs",
                    loops,
                    time(least),
                    time(most),
                    size(bytes),
                    collections == 0
                            ? "no garbage collection"
                            : collections + (collections == 1 ? " garbage collection" : " garbage collections"));
        }

        private static String time(double nanos) {
            String[] units = {"ns", "µs", "ms", "s"};
            int unit = 0;
            double value = nanos;
            while (value >= 1000 && unit < units.length - 1) {
                value /= 1000;
                unit++;
            }
            return String.format(
                    Locale.ROOT, value >= 100 ? "%.0f %s" : value >= 10 ? "%.1f %s" : "%.2f %s", value, units[unit]);
        }

        private static String size(double bytes) {
            return bytes < 0.5
                    ? "nothing"
                    : bytes < 10_000
                            ? String.format(Locale.ROOT, "%.0f bytes", bytes)
                            : String.format(Locale.ROOT, "%,.2f MB", bytes / 1e6);
        }
    }
}

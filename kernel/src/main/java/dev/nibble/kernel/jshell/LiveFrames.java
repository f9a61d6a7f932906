package dev.nibble.kernel.jshell;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.Snippet;
import jdk.jshell.SourceCodeAnalysis.SnippetWrapper;

/**
 * The stacks of exceptions that reach us outside of an evaluation, such as a widget's callback: their frames name the
 * classes and lines that JShell made of snippets, and are turned into those of the snippets, as JShell itself does with
 * what an evaluation throws.
 */
final class LiveFrames {
    private static final String MADE = "REPL.";
    private static final int MOST_LEFT_OUT = 300;
    private static final Pattern HOLDER = Pattern.compile("REPL\\.\\$JShell\\$\\w+");

    private final Analysis analysis;
    private final Supplier<List<Snippet>> snippets;
    /** By the classes that they were compiled to, in which threads may still run when they are compiled again. */
    private final Map<String, Made> made = new ConcurrentHashMap<>();

    /** @param snippets all there ever were; called while nobody else calls JShell */
    LiveFrames(Analysis analysis, Supplier<List<Snippet>> snippets) {
        this.analysis = analysis;
        this.snippets = snippets;
    }

    /**
     * What a snippet was compiled to.
     *
     * @param above lines of the class above the snippet's own
     */
    private record Made(Snippet snippet, int above) {}

    /** Notes what a snippet was compiled to; call it when it was evaluated. */
    void made(Snippet snippet) {
        SnippetWrapper wrapper = wrapper(snippet);
        if (wrapper != null) {
            made.put(wrapper.fullClassName(), made(snippet, wrapper));
        }
    }

    private static Made made(Snippet snippet, SnippetWrapper wrapper) {
        // The first characters may be left out of the class: a modifier, a type.
        int length = Math.min(snippet.source().length(), MOST_LEFT_OUT);
        int at = 0;
        while (at < length && wrapper.wrappedToSourcePosition(wrapper.sourceToWrappedPosition(at)) != at) {
            at++;
        }
        int in = wrapper.sourceToWrappedPosition(Math.min(at, Math.max(0, length - 1)));
        return new Made(snippet, lines(wrapper.wrapped(), in) - lines(snippet.source(), at));
    }

    /** Ends of lines before a place. */
    private static int lines(String text, int end) {
        return (int) text.substring(0, Math.clamp(end, 0, text.length()))
                .chars()
                .filter(c -> c == '\n')
                .count();
    }

    /** The frames, with those of cells as {@link Tracebacks} reads them: {@code #id} in place of a file. */
    StackTraceElement[] of(StackTraceElement[] frames) {
        if (Arrays.stream(frames).noneMatch(frame -> frame.getClassName().startsWith(MADE))) {
            return frames;
        }
        return analysis.alone(() -> {
            List<Snippet> all = snippets.get();
            return Arrays.stream(frames)
                    .map(frame -> frame.getClassName().startsWith(MADE)
                            ? translated(frame, all).orElse(frame)
                            : frame)
                    .toArray(StackTraceElement[]::new);
        });
    }

    private Optional<StackTraceElement> translated(StackTraceElement frame, List<Snippet> all) {
        Matcher holder = HOLDER.matcher(frame.getClassName());
        if (!holder.lookingAt()) {
            return Optional.empty();
        }
        Made found = made.get(holder.group());
        if (found == null) {
            found = running(holder.group(), all);
        }
        if (found == null) {
            return Optional.empty();
        }
        Snippet snippet = found.snippet();
        int last = 1 + lines(snippet.source(), snippet.source().length());
        int line = Math.clamp(frame.getLineNumber() - found.above(), 1, last);
        String nested = frame.getClassName().substring(holder.end());
        String type = nested.startsWith("$") ? nested.substring(1) : nested;
        String method = frame.getMethodName();
        return Optional.of(
                new StackTraceElement(type, method.equals("do_it$") ? "" : method, "#" + snippet.id(), line));
    }

    /** Of a snippet that runs, and of which nothing was noted yet. */
    private Made running(String holder, List<Snippet> all) {
        for (Snippet snippet : all.reversed()) {
            SnippetWrapper wrapper = wrapper(snippet);
            if (wrapper != null && holder.equals(wrapper.fullClassName())) {
                return made(snippet, wrapper);
            }
        }
        return null;
    }

    private SnippetWrapper wrapper(Snippet snippet) {
        try {
            SnippetWrapper wrapper = analysis.wrapper(snippet);
            return wrapper.fullClassName() == null ? null : wrapper;
        } catch (RuntimeException noneMade) {
            return null;
        }
    }
}

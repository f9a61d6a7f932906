package dev.nibble.kernel.jshell;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import jdk.jshell.Snippet;
import jdk.jshell.SourceCodeAnalysis.SnippetWrapper;

/**
 * The stacks of exceptions that reach us outside of an evaluation, such as a widget's callback: their frames name the
 * classes and lines that JShell made of snippets, and are turned into those of the snippets, as JShell itself does with
 * what an evaluation throws.
 */
final class LiveFrames {
    private static final String MADE = "REPL.";

    private final Analysis analysis;
    private final Supplier<List<Snippet>> snippets;

    /** @param snippets all there ever were; called while nobody else calls JShell */
    LiveFrames(Analysis analysis, Supplier<List<Snippet>> snippets) {
        this.analysis = analysis;
        this.snippets = snippets;
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
        for (Snippet snippet : all.reversed()) {
            SnippetWrapper wrapper = wrapper(snippet);
            if (wrapper == null || !isOf(frame.getClassName(), wrapper.fullClassName())) {
                continue;
            }
            int position = wrapper.wrappedToSourcePosition(lineStart(wrapper.wrapped(), frame.getLineNumber()));
            String source = snippet.source();
            int line = 1
                    + (int) source.substring(0, Math.clamp(position, 0, source.length()))
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            String nested =
                    frame.getClassName().substring(wrapper.fullClassName().length());
            String type = nested.startsWith("$") ? nested.substring(1) : nested;
            String method = frame.getMethodName();
            return Optional.of(
                    new StackTraceElement(type, method.equals("do_it$") ? "" : method, "#" + snippet.id(), line));
        }
        return Optional.empty();
    }

    private SnippetWrapper wrapper(Snippet snippet) {
        try {
            return analysis.wrapper(snippet);
        } catch (RuntimeException noneMade) {
            return null;
        }
    }

    private static boolean isOf(String type, String wrapper) {
        return type.equals(wrapper) || type.startsWith(wrapper + "$");
    }

    /** Where the code of a line begins, behind its blanks. */
    private static int lineStart(String text, int line) {
        int at = 0;
        for (int n = 1; n < line; n++) {
            int end = text.indexOf('\n', at);
            if (end < 0) {
                break;
            }
            at = end + 1;
        }
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }
}

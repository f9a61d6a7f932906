package dev.nibble.kernel.jshell;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import jdk.jshell.Snippet;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

/**
 * JShell's analysis of code, safe to use from any thread. Never waits for the code of cells, only for the compiler: a
 * JShell bears one caller at a time.
 */
public final class Analysis {
    private final SourceCodeAnalysis analysis;
    private final ReentrantLock compiler;

    Analysis(SourceCodeAnalysis analysis, ReentrantLock compiler) {
        this.analysis = analysis;
        this.compiler = compiler;
    }

    /** Calls JShell, whatever part of it, while nobody else does. */
    <T> T alone(Supplier<T> work) {
        compiler.lock();
        try {
            return work.get();
        } finally {
            compiler.unlock();
        }
    }

    /** Where the first snippet of some code ends, and whether it is complete. */
    CompletionInfo analyzeCompletion(String code) {
        return alone(() -> analysis.analyzeCompletion(code));
    }

    /** The class that holds a snippet. */
    SourceCodeAnalysis.SnippetWrapper wrapper(Snippet snippet) {
        return alone(() -> analysis.wrapper(snippet));
    }
}

package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.CellSource;
import dev.nibble.kernel.jshell.Engine;
import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.Problem;
import dev.nibble.kernel.spi.CodeFailed;
import dev.nibble.kernel.spi.KernelSession;
import java.util.Map;
import java.util.Optional;

/**
 * The session as others may use it.
 *
 * @param session evaluates code
 */
record SessionAccess(Engine engine, Engine.Session session) implements KernelSession {
    /** With what the cell reports. */
    static final class Failed extends CodeFailed {
        private final transient Problem problem;

        Failed(Problem problem) {
            super(problem.name() + ": " + problem.value());
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    @Override
    public Object evaluate(String code) {
        Evaluation evaluation = session.evaluate(new CellSource("code of an extension", code), 0, code.length());
        if (evaluation.problem() != null) {
            throw new Failed(evaluation.problem());
        }
        return evaluation.value();
    }

    @Override
    public Map<String, String> variables() {
        return engine.variables();
    }

    @Override
    public Optional<Object> variable(String name) {
        return engine.value(name);
    }

    @Override
    public ClassLoader loader() {
        return engine.loader();
    }
}

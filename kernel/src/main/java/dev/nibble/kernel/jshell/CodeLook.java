package dev.nibble.kernel.jshell;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ErroneousTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.function.Function;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Looks at code with the compiler's eyes: what a name is, which type an expression has. Works beside JShell, which it
 * never waits for longer than a moment, and answers in some ten milliseconds. Thread-safe. Whoever looks
 * must not wait for the compiler's lock meanwhile: who holds that one looks too, to explain errors.
 */
final class CodeLook {
    private static final List<String> OPTIONS = List.of(
            "-proc:none",
            "-Xlint:none",
            "--add-modules",
            "jdk.incubator.vector",
            "-parameters",
            "-XDsave-parameter-names",
            "-XDshould-stop.ifError=FLOW");

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    private final SessionFiles files;

    /** @param path of the session */
    CodeLook(SessionPath path) {
        files = new SessionFiles(compiler, path);
    }

    /**
     * What the compiler found.
     *
     * @param mark the path to the {@link Cursor#MARK}; null if it is nowhere in the code that was understood
     */
    record Found(Trees trees, Elements elements, Types types, CompilationUnitTree unit, TreePath mark) {}

    /** Lists the class path anew, which has changed. */
    synchronized void follow() {
        files.follow();
    }

    /** Works with the list of classes, while nobody else does. */
    synchronized <T> T files(Function<SessionFiles, T> work) {
        return work.apply(files);
    }

    /**
     * Compiles a unit as far as types, and hands over what it found.
     *
     * @param unit a whole source file, see {@link Cursor#unit}
     */
    synchronized <T> T at(String unit, SessionView view, Function<Found, T> use) {
        files.show(view.classes());
        var file = new SimpleJavaFileObject(URI.create("cell:///Nibble.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return unit;
            }
        };
        try {
            var task = (JavacTask) compiler.getTask(null, files, _ -> {}, OPTIONS, null, List.of(file));
            CompilationUnitTree tree = task.parse().iterator().next();
            var _ = task.analyze();
            return use.apply(new Found(Trees.instance(task), task.getElements(), task.getTypes(), tree, Mark.in(tree)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Finds the mark, in what could not be parsed too. */
    private static final class Mark extends TreePathScanner<Void, Void> {
        private TreePath found;

        static TreePath in(CompilationUnitTree unit) {
            var mark = new Mark();
            mark.scan(unit, null);
            return mark.found;
        }

        @Override
        public Void scan(Tree tree, Void none) {
            return found == null ? super.scan(tree, null) : null;
        }

        @Override
        public Void visitErroneous(ErroneousTree tree, Void none) {
            return scan(tree.getErrorTrees(), null);
        }

        @Override
        public Void visitIdentifier(IdentifierTree tree, Void none) {
            return see(tree.getName()) ? null : super.visitIdentifier(tree, null);
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree tree, Void none) {
            return see(tree.getIdentifier()) ? null : super.visitMemberSelect(tree, null);
        }

        @Override
        public Void visitMemberReference(MemberReferenceTree tree, Void none) {
            return see(tree.getName()) ? null : super.visitMemberReference(tree, null);
        }

        @Override
        public Void visitLiteral(LiteralTree tree, Void none) {
            return tree.getValue() instanceof String text && see(text.strip()) ? null : super.visitLiteral(tree, null);
        }

        private boolean see(CharSequence name) {
            if (name.toString().contentEquals(Cursor.MARK)) {
                found = getCurrentPath();
            }
            return found != null;
        }
    }
}

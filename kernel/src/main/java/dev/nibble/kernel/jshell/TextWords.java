package dev.nibble.kernel.jshell;

import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.util.TreePath;
import dev.nibble.core.Vocabulary;
import dev.nibble.kernel.jshell.CodeLook.Found;
import dev.nibble.kernel.jshell.Completions.Completion;
import dev.nibble.kernel.jshell.Completions.Match;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;

/** What a text can be, by the method that it is an argument of: a recipe, a model, a tensor, a file. */
final class TextWords {
    private static final String PATH = "path";
    private static final Set<String> PATH_NAMES = Set.of(
            "path", "file", "filename", "filepath", "folder", "directory", "dir", "nameorpath", "pathname", "location");
    /** Classes whose methods and constructors take paths as texts, and whose class files have no names of parameters. */
    private static final Set<String> PATH_OWNERS = Set.of(
            "java.nio.file.Path",
            "java.nio.file.Paths",
            "java.io.File",
            "java.io.FileInputStream",
            "java.io.FileOutputStream",
            "java.io.FileReader",
            "java.io.FileWriter",
            "java.io.PrintWriter",
            "java.io.RandomAccessFile",
            "tech.tablesaw.io.DataFrameReader",
            "tech.tablesaw.io.DataFrameWriter");

    private final Assist assist;

    TextWords(Assist assist) {
        this.assist = assist;
    }

    /**
     * What an argument holds.
     *
     * @param variable that the method is called on; empty if that is no variable
     */
    private record Asked(String vocabulary, String variable) {}

    Completion complete(Cursor cursor, int end) {
        String typed = cursor.typed();
        if (typed.indexOf('\n') >= 0) {
            return new Completion(List.of(), cursor.begin(), end);
        }
        SessionView view = assist.engine().view();
        Optional<Asked> asked = assist.look().at(cursor.unit(view), view, this::asked);
        if (asked.isPresent() && !asked.get().vocabulary().equals(PATH)) {
            for (Vocabulary vocabulary : assist.vocabularies()) {
                if (vocabulary.name().equals(asked.get().vocabulary())) {
                    Object owner = assist.engine().value(asked.get().variable()).orElse(null);
                    List<Match> words = vocabulary.complete(typed, owner).stream()
                            .map(word -> new Match(word.text(), vocabulary.name(), word.says()))
                            .toList();
                    if (!words.isEmpty() || !vocabulary.takesPaths()) {
                        return new Completion(words, cursor.begin(), end);
                    }
                }
            }
        }
        boolean takesPath = asked.isPresent() || PathWords.looksLikeOne(typed);
        List<Match> paths = takesPath ? PathWords.complete(typed) : List.of();
        return new Completion(paths, cursor.begin() + PathWords.nameStart(typed), end);
    }

    private Optional<Asked> asked(Found found) {
        if (found.mark() == null || found.mark().getParentPath() == null) {
            return Optional.empty();
        }
        TreePath call = found.mark().getParentPath();
        int index = switch (call.getLeaf()) {
            case MethodInvocationTree invocation ->
                invocation.getArguments().indexOf(found.mark().getLeaf());
            case NewClassTree made -> made.getArguments().indexOf(found.mark().getLeaf());
            default -> -1;
        };
        if (index < 0) {
            return Optional.empty();
        }
        for (Calls.Candidate candidate : new Calls(found).of(call)) {
            VariableElement parameter = candidate.parameter(index);
            if (parameter != null) {
                String vocabulary = vocabulary(candidate, parameter);
                if (!vocabulary.isEmpty()) {
                    return Optional.of(new Asked(vocabulary, owner(call)));
                }
            }
        }
        return Optional.empty();
    }

    private static String vocabulary(Calls.Candidate candidate, VariableElement parameter) {
        for (AnnotationMirror annotation : parameter.getAnnotationMirrors()) {
            if (annotation.getAnnotationType().toString().equals(Vocabulary.Of.class.getCanonicalName())) {
                for (AnnotationValue value : annotation.getElementValues().values()) {
                    return String.valueOf(value.getValue());
                }
            }
        }
        boolean isText = parameter.asType().toString().startsWith("java.lang.String");
        boolean isOfFiles = candidate.method().getEnclosingElement() instanceof TypeElement owner
                && PATH_OWNERS.contains(owner.getQualifiedName().toString());
        String name = parameter.getSimpleName().toString().toLowerCase(java.util.Locale.ROOT);
        return isText && (isOfFiles || PATH_NAMES.contains(name)) ? PATH : "";
    }

    /** Only a variable's value is looked at: nothing is called to find it out. */
    private static String owner(TreePath call) {
        return call.getLeaf() instanceof MethodInvocationTree invocation
                        && invocation.getMethodSelect() instanceof MemberSelectTree select
                        && select.getExpression() instanceof IdentifierTree variable
                ? variable.getName().toString()
                : "";
    }
}

package dev.nibble.kernel.jshell;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Finds declarations in source files: what is written about them, and how they are written. For one caller at a time. */
final class SourceIndex {
    /** Files that stay parsed: those that a person goes back and forth between. */
    private static final int KEPT = 12;

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    private final SourceTexts texts;
    private final Map<String, Optional<Parsed>> parsed = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<Parsed>> eldest) {
            return size() > KEPT;
        }
    };

    SourceIndex(SourceTexts texts) {
        this.texts = texts;
    }

    private record Parsed(String text, CompilationUnitTree unit, DocTrees trees) {}

    /**
     * A declaration in its source.
     *
     * @param comment null if there is none
     * @param parameters the names of a method's, else empty
     * @param source from its annotations to its end, as it is written
     */
    record Declaration(DocCommentTree comment, List<String> parameters, String source) {}

    /** The declaration of a class, a method or a field; empty if its source is not at hand. */
    Optional<Declaration> of(Element element, Elements elements) {
        return file(element, elements).flatMap(file -> find(file, element));
    }

    private Optional<Parsed> file(Element element, Elements elements) {
        Element top = element;
        while (top.getEnclosingElement() != null && top.getEnclosingElement().getKind() != ElementKind.PACKAGE) {
            top = top.getEnclosingElement();
        }
        if (!(top instanceof TypeElement type)) {
            return Optional.empty();
        }
        var module = elements.getModuleOf(type);
        String moduleName = module == null ? "" : module.getQualifiedName().toString();
        String name = type.getQualifiedName().toString();
        return parsed.computeIfAbsent(
                moduleName + "/" + name, _ -> texts.of(moduleName, name).flatMap(this::parse));
    }

    /** Only files that were not found are asked for again: sources of a jar may come after it. */
    void forgetMissing() {
        parsed.values().removeIf(Optional::isEmpty);
    }

    private Optional<Parsed> parse(String text) {
        var file = new SimpleJavaFileObject(URI.create("source:///Source.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
        try {
            var task = (JavacTask) compiler.getTask(null, null, _ -> {}, List.of("-proc:none"), null, List.of(file));
            for (CompilationUnitTree unit : task.parse()) {
                return Optional.of(new Parsed(text, unit, DocTrees.instance(task)));
            }
        } catch (IOException | RuntimeException unreadable) {
            // as if it were not there
        }
        return Optional.empty();
    }

    private static Optional<Declaration> find(Parsed file, Element element) {
        var names = new ArrayList<String>();
        Element type = element instanceof TypeElement ? element : element.getEnclosingElement();
        for (Element at = type; at instanceof TypeElement; at = at.getEnclosingElement()) {
            names.addFirst(at.getSimpleName().toString());
        }
        TreePath path = new TreePath(file.unit());
        for (String name : names) {
            TreePath inner = nested(path, name);
            if (inner == null) {
                return Optional.empty();
            }
            path = inner;
        }
        if (element instanceof TypeElement) {
            return Optional.of(declaration(file, path, List.of()));
        }
        for (Tree member : ((ClassTree) path.getLeaf()).getMembers()) {
            if (member instanceof MethodTree method
                    && element instanceof ExecutableElement wanted
                    && isSame(method, wanted)) {
                List<String> parameters = method.getParameters().stream()
                        .map(parameter -> parameter.getName().toString())
                        .toList();
                return Optional.of(declaration(file, new TreePath(path, method), parameters));
            }
            if (member instanceof VariableTree field
                    && !(element instanceof ExecutableElement)
                    && field.getName().contentEquals(element.getSimpleName())) {
                return Optional.of(declaration(file, new TreePath(path, field), List.of()));
            }
        }
        return Optional.empty();
    }

    private static TreePath nested(TreePath path, String name) {
        List<? extends Tree> members = path.getLeaf() instanceof CompilationUnitTree unit
                ? unit.getTypeDecls()
                : ((ClassTree) path.getLeaf()).getMembers();
        for (Tree member : members) {
            if (member instanceof ClassTree type && type.getSimpleName().contentEquals(name)) {
                return new TreePath(path, type);
            }
        }
        return null;
    }

    /** By name, number and simple types of the parameters: sources are not resolved. */
    private static boolean isSame(MethodTree method, ExecutableElement wanted) {
        if (!method.getName().contentEquals(wanted.getSimpleName())
                || method.getParameters().size() != wanted.getParameters().size()) {
            return false;
        }
        for (int i = 0; i < wanted.getParameters().size(); i++) {
            String written = plain(String.valueOf(method.getParameters().get(i).getType()));
            String type = plain(Signatures.type(wanted.getParameters().get(i).asType()));
            if (!written.equals(type)) {
                return false;
            }
        }
        return true;
    }

    private static String plain(String type) {
        String bare = type.replaceAll("@[\\w.]+(\\([^)]*\\))?\\s*", "").replace("...", "[]");
        int generic = bare.indexOf('<');
        while (generic >= 0) {
            int depth = 0;
            int end = generic;
            do {
                depth += bare.charAt(end) == '<' ? 1 : bare.charAt(end) == '>' ? -1 : 0;
                end++;
            } while (depth > 0 && end < bare.length());
            bare = bare.substring(0, generic) + bare.substring(end);
            generic = bare.indexOf('<');
        }
        String dims = bare.replaceAll("[^\\[\\]]", "");
        String name = bare.replaceAll("[\\[\\]\\s]", "");
        return name.substring(name.lastIndexOf('.') + 1) + dims;
    }

    private static Declaration declaration(Parsed file, TreePath path, List<String> parameters) {
        var positions = file.trees().getSourcePositions();
        int begin = (int) positions.getStartPosition(file.unit(), path.getLeaf());
        int end = (int) positions.getEndPosition(file.unit(), path.getLeaf());
        String source = begin < 0 || end < begin ? "" : withComment(file.text(), begin, end);
        return new Declaration(file.trees().getDocCommentTree(path), parameters, source);
    }

    /** With the comment before it, all as far to the left as it goes. */
    private static String withComment(String text, int begin, int end) {
        int from = begin;
        String before = text.substring(0, begin).stripTrailing();
        if (before.endsWith("*/")) {
            from = before.lastIndexOf("/**") < 0 ? begin : before.lastIndexOf("/**");
        }
        int lineStart = text.lastIndexOf('\n', from - 1) + 1;
        String lead = text.substring(lineStart, from);
        return ((lead.isBlank() ? lead : "") + text.substring(from, end)).stripIndent();
    }
}

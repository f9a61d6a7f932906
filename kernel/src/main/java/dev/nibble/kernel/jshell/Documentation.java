package dev.nibble.kernel.jshell;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.ParamTree;
import dev.nibble.kernel.display.JavaHtml;
import dev.nibble.kernel.display.ValueSummary;
import dev.nibble.kernel.jshell.CodeLook.Found;
import dev.nibble.kernel.jshell.Cursor.Place;
import dev.nibble.kernel.jshell.Lexer.Kind;
import dev.nibble.kernel.jshell.Lexer.Token;
import dev.nibble.kernel.jshell.SourceIndex.Declaration;
import dev.nibble.kernel.jshell.Symbols.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.TypeVariable;
import org.jsoup.nodes.Entities;

/**
 * What the thing at the cursor is: of a method its signatures, the one that fits first, and what is written about it; of
 * a class what it is for; of a variable its type and what it holds now.
 */
public final class Documentation {
    private static final int MOST_OVERLOADS = 12;
    private static final int MOST_LINES = 400;
    private static final Set<String> CONTROLS =
            Set.of("if", "for", "while", "switch", "try", "catch", "synchronized", "return", "new");

    private final Assist assist;

    /** @param engine whose variables and imports are looked up */
    public Documentation(Engine engine) {
        this.assist = engine.assist();
    }

    /**
     * What is known about something.
     *
     * @param text plain, in lines
     * @param html the same, with styles in place
     */
    public record Help(String text, String html) {}

    /**
     * Describes the thing at the cursor: the name there, else the call whose arguments the cursor is in.
     *
     * @param at an index in UTF-16 units
     * @param withSource also how it is written, where that is known
     * @return empty if nothing is known about it
     */
    public Optional<Help> at(String code, int at, boolean withSource) {
        int begin = at;
        while (begin > 0 && Character.isJavaIdentifierPart(code.charAt(begin - 1))) {
            begin--;
        }
        int end = at;
        while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
            end++;
        }
        String before = code.substring(0, begin).stripTrailing();
        if (at == begin && (before.endsWith("(") || before.endsWith(","))) {
            // At the beginning of an argument: what is it for?
            Optional<Help> called = call(code, at, withSource);
            if (called.isPresent()) {
                return called;
            }
        }
        if (end > begin && Character.isJavaIdentifierStart(code.charAt(begin))) {
            Arguments arguments = code.startsWith("(", end) ? Arguments.of(code, end, code.length()) : null;
            Optional<Help> help = named(code, begin, end, arguments, withSource);
            if (help.isPresent()) {
                return help;
            }
        }
        return call(code, at, withSource);
    }

    /** The call that is open at the cursor, by its name. */
    private Optional<Help> call(String code, int at, boolean withSource) {
        List<Token> tokens = Lexer.tokens(code, at);
        int depth = 0;
        for (int i = tokens.size() - 1; i > 0; i--) {
            Token token = tokens.get(i);
            if (token.nesting(code) < 0) {
                depth++;
            } else if (token.is(code, '[') || token.is(code, '{')) {
                depth--;
            } else if (token.is(code, '(')) {
                Token name = tokens.get(i - 1);
                if (depth == 0 && name.kind() == Kind.WORD && !CONTROLS.contains(name.text(code))) {
                    return named(code, name.begin(), name.end(), Arguments.of(code, token.begin(), at), withSource);
                }
                depth--;
            } else if (depth == 0 && token.is(code, ';')) {
                break;
            }
            if (depth < 0) { // out of a bracket that is no call's
                depth = 0;
            }
        }
        return Optional.empty();
    }

    /** @param arguments of the call of it; null if it is called nowhere */
    private Optional<Help> named(String code, int begin, int end, Arguments arguments, boolean withSource) {
        // With what it is called with; if that can not be read, without.
        return named(code, begin, end, arguments == null ? "" : arguments.written(), arguments, withSource)
                .or(() -> arguments == null ? Optional.empty() : named(code, begin, end, "", arguments, withSource));
    }

    private Optional<Help> named(
            String code, int begin, int end, String behind, Arguments arguments, boolean withSource) {
        var cursor = new Cursor(code, end, behind);
        if (cursor.place() == Place.NOTHING || cursor.place() == Place.TEXT) {
            return Optional.empty();
        }
        SessionView view = assist.engine().view();
        String name = code.substring(begin, end);
        // Before the look, under whose lock nobody waits for the compiler's.
        Object value =
                cursor.place() == Place.NAME ? assist.engine().value(name).orElse(null) : null;
        return assist.look().at(cursor.unit(view), view, found -> {
            Optional<Named> named = new Symbols(assist, cursor, view, found).find(name);
            return named.map(it -> help(it, value, found, arguments, withSource));
        });
    }

    private Help help(Named named, Object value, Found found, Arguments arguments, boolean withSource) {
        var html = new StringBuilder();
        switch (named) {
            case Named.Variable variable -> variable(variable, value, found, html, withSource);
            case Named.Methods methods -> methods(methods, found, arguments, html, withSource);
            case Named.Type type -> type(type.element(), found, html, withSource);
        }
        String all = "<div style=\"max-width:62em;overflow-x:auto\">" + html + "</div>";
        return new Help(JavadocHtml.text(all), all);
    }

    // ---- variables

    private void variable(Named.Variable variable, Object value, Found found, StringBuilder html, boolean withSource) {
        head(Signatures.type(variable.type()) + " " + variable.name(), html);
        if (variable.inSession()) {
            String shape = ValueSummary.shape(value);
            String text = ValueSummary.text(value);
            if (!text.isEmpty()) {
                html.append("<p>").append(Entities.escape(text)).append("</p>");
            }
            if (!shape.isEmpty() && value != null) {
                html.append("<p>shape ").append(Entities.escape(shape));
                long bytes = ValueSummary.bytes(value);
                html.append(bytes < 0 ? "" : String.format(java.util.Locale.ROOT, ", %,d bytes", bytes))
                        .append("</p>");
            }
        }
        if (withSource && !variable.source().isEmpty()) {
            source(variable.source(), html);
        }
        if (variable.field() != null) {
            declaration(variable.field(), found)
                    .map(Declaration::comment)
                    .ifPresent(comment -> html.append("<p>")
                            .append(JavadocHtml.description(comment, ""))
                            .append("</p>"));
        }
        TypeMirror type = variable.type() instanceof TypeVariable bound ? bound.getUpperBound() : variable.type();
        if (type instanceof DeclaredType declared && declared.asElement() instanceof TypeElement element) {
            declaration(element, found)
                    .map(Declaration::comment)
                    .map(JavadocHtml::summary)
                    .ifPresent(summary -> html.append("<p>")
                            .append("<code>")
                            .append(element.getSimpleName())
                            .append("</code>: ")
                            .append(summary)
                            .append("</p>"));
        }
    }

    // ---- methods

    private void methods(
            Named.Methods methods, Found found, Arguments arguments, StringBuilder html, boolean withSource) {
        List<Calls.Candidate> all =
                arguments == null ? methods.candidates() : arguments.sorted(methods.candidates(), found);
        Calls.Candidate first = all.getFirst();
        Optional<Declaration> declaration = declaration(first.method(), found);
        head(line(first, declaration.map(Declaration::parameters).orElse(null)), html);
        if (all.size() > 1) {
            html.append("<div style=\"opacity:0.75\">");
            for (Calls.Candidate other : all.subList(1, Math.min(all.size(), MOST_OVERLOADS))) {
                List<String> names = declaration(other.method(), found)
                        .map(Declaration::parameters)
                        .orElse(null);
                head(line(other, names), html);
            }
            if (all.size() > MOST_OVERLOADS) {
                html.append("<div>and ").append(all.size() - MOST_OVERLOADS).append(" more</div>");
            }
            html.append("</div>");
        }
        Element owner = first.method().getEnclosingElement();
        if (owner instanceof TypeElement type && !isOfCells(type, found)) {
            html.append("<div style=\"opacity:0.75\">in ")
                    .append(type.getQualifiedName())
                    .append("</div>");
        }
        if (withSource) {
            String source = methods.source().isEmpty()
                    ? declaration.map(Declaration::source).orElse("")
                    : methods.source();
            if (!source.isEmpty()) {
                source(source, html);
                return;
            }
        }
        String inherited = inherited(first.method(), found);
        Optional<DocCommentTree> comment = declaration.map(Declaration::comment);
        if (comment.isPresent()) {
            html.append("<p>")
                    .append(JavadocHtml.description(comment.get(), inherited))
                    .append("</p>")
                    .append(JavadocHtml.tags(comment.get(), inherited));
        } else if (!inherited.isEmpty()) {
            html.append("<p>").append(inherited).append("</p>");
        } else {
            component(first.method(), found)
                    .ifPresent(says -> html.append("<p>").append(says).append("</p>"));
        }
        if (declaration.isEmpty()) {
            missing(first.method(), found, html);
        }
    }

    private static String line(Calls.Candidate candidate, List<String> names) {
        return Signatures.declaration(candidate.method(), candidate.type(), names);
    }

    /** What is written about the method of a super class or interface that this one overrides. */
    private String inherited(ExecutableElement method, Found found) {
        if (!(method.getEnclosingElement() instanceof TypeElement owner)
                || method.getModifiers().contains(Modifier.STATIC)) {
            return "";
        }
        for (TypeElement above : above(owner, found)) {
            for (Element member : above.getEnclosedElements()) {
                if (member instanceof ExecutableElement other
                        && found.elements().overrides(method, other, owner)) {
                    Optional<DocCommentTree> comment = declaration(other, found).map(Declaration::comment);
                    if (comment.isPresent()) {
                        return JavadocHtml.description(comment.get(), "");
                    }
                }
            }
        }
        return "";
    }

    private static List<TypeElement> above(TypeElement type, Found found) {
        var all = new ArrayList<TypeElement>();
        collect(type.asType(), found, all);
        return all;
    }

    private static void collect(TypeMirror type, Found found, List<TypeElement> all) {
        for (TypeMirror one : found.types().directSupertypes(type)) {
            if (one instanceof DeclaredType declared
                    && declared.asElement() instanceof TypeElement element
                    && !all.contains(element)) {
                all.add(element);
                collect(one, found, all);
            }
        }
    }

    /** What the record says about the component that an accessor gives. */
    private Optional<String> component(ExecutableElement method, Found found) {
        if (!(method.getEnclosingElement() instanceof TypeElement owner)
                || owner.getKind() != ElementKind.RECORD
                || !method.getParameters().isEmpty()) {
            return Optional.empty();
        }
        return declaration(owner, found)
                .map(Declaration::comment)
                .flatMap(comment -> comment.getBlockTags().stream()
                        .filter(ParamTree.class::isInstance)
                        .map(ParamTree.class::cast)
                        .filter(tag -> tag.getName().getName().contentEquals(method.getSimpleName()))
                        .map(tag -> JavadocHtml.part(tag.getDescription()))
                        .findFirst());
    }

    // ---- classes

    private void type(TypeElement type, Found found, StringBuilder html, boolean withSource) {
        var line = new StringBuilder();
        for (Modifier modifier : type.getModifiers()) {
            boolean isImplied = modifier == Modifier.ABSTRACT && type.getKind().isInterface();
            if (modifier != Modifier.PUBLIC && modifier != Modifier.STATIC && !isImplied) {
                line.append(modifier).append(' ');
            }
        }
        String kind = switch (type.getKind()) {
            case INTERFACE -> "interface ";
            case ENUM -> "enum ";
            case RECORD -> "record ";
            case ANNOTATION_TYPE -> "@interface ";
            default -> "class ";
        };
        line.append(kind).append(Signatures.type(type.asType()));
        if (type.getSuperclass().getKind() != TypeKind.NONE
                && !Set.of("java.lang.Object", "java.lang.Record")
                        .contains(type.getSuperclass().toString())
                && type.getKind() != ElementKind.ENUM) {
            line.append(" extends ").append(Signatures.type(type.getSuperclass()));
        }
        if (!type.getInterfaces().isEmpty()) {
            line.append(type.getKind() == ElementKind.INTERFACE ? " extends " : " implements ")
                    .append(String.join(
                            ", ",
                            type.getInterfaces().stream().map(Signatures::type).toList()));
        }
        head(line.toString(), html);
        boolean ofCells = isOfCells(type, found);
        if (!ofCells) {
            html.append("<div style=\"opacity:0.75\">in ")
                    .append(found.elements().getPackageOf(type).getQualifiedName())
                    .append("</div>");
        }
        Optional<Declaration> declaration = declaration(type, found);
        String source = ofCells
                ? sourceOfCell(type)
                : declaration.map(Declaration::source).orElse("");
        if (withSource && !source.isEmpty()) {
            source(source, html);
            return;
        }
        declaration
                .map(Declaration::comment)
                .ifPresent(comment -> html.append("<p>")
                        .append(JavadocHtml.description(comment, ""))
                        .append("</p>")
                        .append(JavadocHtml.tags(comment, "")));
        constructors(type, found, html);
        if (declaration.isEmpty()) {
            missing(type, found, html);
        }
    }

    private void constructors(TypeElement type, Found found, StringBuilder html) {
        List<String> lines = new ArrayList<>();
        for (Element member : type.getEnclosedElements()) {
            if (member instanceof ExecutableElement constructor
                    && constructor.getKind() == ElementKind.CONSTRUCTOR
                    && (constructor.getModifiers().contains(Modifier.PUBLIC) || isOfCells(type, found))) {
                List<String> names = declaration(constructor, found)
                        .map(Declaration::parameters)
                        .orElse(null);
                lines.add(Signatures.declaration(constructor, (ExecutableType) constructor.asType(), names));
            }
        }
        if (!lines.isEmpty() && type.getKind() != ElementKind.ENUM) {
            html.append("<div style=\"opacity:0.75\">");
            lines.forEach(line -> head("new " + line, html));
            html.append("</div>");
        }
    }

    private static boolean isOfCells(Element element, Found found) {
        return found.elements().getPackageOf(element).getQualifiedName().contentEquals("REPL");
    }

    private String sourceOfCell(TypeElement type) {
        return assist.engine().view().members().reversed().stream()
                .filter(member -> member.kind() == SessionView.MemberKind.TYPE
                        && member.name().contentEquals(type.getSimpleName()))
                .map(SessionView.Member::source)
                .findFirst()
                .orElse("");
    }

    // ---- what all have

    private Optional<Declaration> declaration(Element element, Found found) {
        return assist.sources().of(element, found.elements());
    }

    private static void head(String line, StringBuilder html) {
        html.append("<div style=\"font-family:monospace;white-space:pre-wrap\">")
                .append(JavaHtml.coloured(line))
                .append("</div>");
    }

    private static void source(String source, StringBuilder html) {
        List<String> lines = source.stripTrailing().lines().toList();
        String shown = lines.size() <= MOST_LINES
                ? String.join("\n", lines)
                : String.join("\n", lines.subList(0, MOST_LINES)) + "\n// … " + (lines.size() - MOST_LINES)
                        + " more lines";
        html.append("<pre style=\"margin:0.5em 0;white-space:pre\">")
                .append(JavaHtml.coloured(shown))
                .append("</pre>");
    }

    /** Says why there is no documentation, if that can be helped. */
    private void missing(Element element, Found found, StringBuilder html) {
        var module = found.elements().getModuleOf(element);
        boolean ofTheJdk = module != null && !module.isUnnamed();
        if (ofTheJdk && !assist.texts().hasJdk()) {
            html.append("<p><i>No documentation: this JDK comes without its sources (")
                    .append(Entities.escape(assist.texts().jdk().toString()))
                    .append("); a full JDK has them.</i></p>");
        }
    }
}

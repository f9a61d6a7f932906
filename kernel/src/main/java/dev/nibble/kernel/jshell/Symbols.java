package dev.nibble.kernel.jshell;

import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.util.TreePath;
import dev.nibble.kernel.jshell.CodeLook.Found;
import dev.nibble.kernel.jshell.Cursor.Place;
import dev.nibble.kernel.jshell.SessionView.MemberKind;
import dev.nibble.kernel.jshell.TypeNames.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.TypeVariable;

/** What a name means at a place in the code: a variable, methods, a class. */
final class Symbols {
    private final Assist assist;
    private final Cursor cursor;
    private final SessionView view;
    private final Found found;

    Symbols(Assist assist, Cursor cursor, SessionView view, Found found) {
        this.assist = assist;
        this.cursor = cursor;
        this.view = view;
        this.found = found;
    }

    /** What a name can mean. */
    sealed interface Named {
        /**
         * A variable or a field.
         *
         * @param inSession whether a cell before declared it
         * @param source as that cell wrote it; empty for others
         * @param field of a class, or null
         */
        record Variable(String name, TypeMirror type, boolean inSession, String source, Element field)
                implements Named {}

        /**
         * Methods of that name, or constructors.
         *
         * @param candidates at least one
         * @param source as a cell wrote it; empty for others
         */
        record Methods(List<Calls.Candidate> candidates, String source) implements Named {}

        /** A class, an interface, … */
        record Type(TypeElement element) implements Named {}
    }

    /** What the name is, where the mark stands in its place. */
    Optional<Named> find(String name) {
        if (cursor.place() == Place.IMPORT) {
            return type(cursor.importPath() + name).map(Named.Type::new);
        }
        if (found.mark() == null) {
            return visibleType(name).map(Named.Type::new);
        }
        return switch (cursor.place()) {
            case MEMBER -> member(name);
            case TYPE, ANNOTATION ->
                sessionType(name).or(() -> visibleType(name)).map(Named.Type::new);
            default -> bare(name);
        };
    }

    private Optional<Named> member(String name) {
        TreePath mark = found.mark();
        ExpressionTree before = mark.getLeaf() instanceof MemberSelectTree select
                ? select.getExpression()
                : mark.getLeaf() instanceof MemberReferenceTree reference ? reference.getQualifierExpression() : null;
        if (before == null) {
            return Optional.empty();
        }
        Element element = Calls.isName(before) ? found.trees().getElement(new TreePath(mark, before)) : null;
        TypeMirror type = new Calls(found).typeOf(new TreePath(mark, before));
        if (element instanceof PackageElement parent) {
            return type(parent.getQualifiedName() + "." + name).map(Named.Type::new);
        }
        var candidates = new ArrayList<Calls.Candidate>();
        new Calls(found)
                .members(mark.getLeaf() instanceof MemberReferenceTree ? null : element, type, name, candidates);
        if (!candidates.isEmpty()) {
            return Optional.of(new Named.Methods(candidates, ""));
        }
        if (type instanceof ArrayType && name.equals("length")) {
            TypeMirror number = found.types().getPrimitiveType(javax.lang.model.type.TypeKind.INT);
            return Optional.of(new Named.Variable(name, number, false, "", null));
        }
        TypeMirror bound = type instanceof TypeVariable variable ? variable.getUpperBound() : type;
        if (bound instanceof DeclaredType declared && declared.asElement() instanceof TypeElement owner) {
            for (Element one : found.elements().getAllMembers(owner)) {
                if (one.getSimpleName().contentEquals(name)) {
                    if (one instanceof VariableElement && !one.getModifiers().contains(Modifier.PRIVATE)) {
                        TypeMirror as = found.types().asMemberOf(declared, one);
                        return Optional.of(new Named.Variable(name, as, false, "", one));
                    }
                    if (one instanceof TypeElement nested) {
                        return Optional.of(new Named.Type(nested));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Named> bare(String name) {
        TypeMirror local = new Members(found).localType(name);
        if (local != null) {
            return Optional.of(new Named.Variable(name, local, false, "", null));
        }
        var methods = new ArrayList<Calls.Candidate>();
        for (SessionView.Member member : view.members().reversed()) {
            TypeElement holder = member.name().equals(name) ? found.elements().getTypeElement(member.holder()) : null;
            if (holder == null) {
                continue;
            }
            for (Element one : holder.getEnclosedElements()) {
                if (!one.getSimpleName().contentEquals(name)) {
                    continue;
                }
                if (member.kind() == MemberKind.VARIABLE && one instanceof VariableElement variable) {
                    return Optional.of(new Named.Variable(name, variable.asType(), true, member.source(), null));
                }
                if (one instanceof TypeElement type) {
                    return Optional.of(new Named.Type(type));
                }
                if (one instanceof ExecutableElement method) {
                    methods.add(new Calls.Candidate(method, (ExecutableType) method.asType()));
                }
            }
        }
        if (!methods.isEmpty()) {
            return Optional.of(new Named.Methods(methods, source(name)));
        }
        return functions(name).or(() -> visibleType(name).map(Named.Type::new));
    }

    /** All that cells wrote under that name. */
    private String source(String name) {
        return String.join(
                "\n\n",
                view.members().stream()
                        .filter(member -> member.name().equals(name))
                        .map(member -> member.source().strip())
                        .toList());
    }

    /** Methods of the cell itself, and those that imports bring. */
    private Optional<Named> functions(String name) {
        var methods = new ArrayList<Calls.Candidate>();
        TypeElement cell = found.elements().getTypeElement("REPL." + Cursor.CLASS);
        var owners = new ArrayList<TypeElement>();
        if (cell != null) {
            owners.add(cell);
        }
        imported().statics().forEach(full -> type(full).ifPresent(owners::add));
        for (TypeElement owner : owners) {
            for (Element one : owner.getEnclosedElements()) {
                if (one instanceof ExecutableElement method
                        && method.getSimpleName().contentEquals(name)) {
                    methods.add(new Calls.Candidate(method, (ExecutableType) method.asType()));
                } else if (one instanceof TypeElement nested
                        && nested.getSimpleName().contentEquals(name)) {
                    return Optional.of(new Named.Type(nested));
                }
            }
        }
        return methods.isEmpty() ? Optional.empty() : Optional.of(new Named.Methods(methods, ""));
    }

    private Optional<TypeElement> sessionType(String name) {
        return view.members().reversed().stream()
                .filter(member ->
                        member.kind() == MemberKind.TYPE && member.name().equals(name))
                .map(member -> found.elements().getTypeElement(member.holder() + "." + name))
                .filter(java.util.Objects::nonNull)
                .findFirst();
    }

    private Optional<TypeElement> visibleType(String name) {
        String full = assist.types().visible(imported(), new Prefix(name)).get(name);
        if (full != null) {
            return type(full);
        }
        // Not imported, but there is no doubt what is meant.
        List<String> all = assist.types().named(name);
        return all.isEmpty() ? Optional.empty() : type(all.getFirst());
    }

    private TypeNames.Imported imported() {
        return assist.types()
                .imported(cursor.unit(view)
                        .lines()
                        .takeWhile(line -> !line.startsWith("class "))
                        .filter(line -> line.startsWith("import "))
                        .toList());
    }

    private Optional<TypeElement> type(String full) {
        return Optional.ofNullable(found.elements().getTypeElement(full));
    }
}

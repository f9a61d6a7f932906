package dev.nibble.kernel.jshell;

import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.util.TreePath;
import dev.nibble.kernel.jshell.CodeLook.Found;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.TypeVariable;

/** Which methods a call could mean, while its arguments are still being written. */
final class Calls {
    private final Found found;

    Calls(Found found) {
        this.found = found;
    }

    /**
     * A method or constructor that could be meant.
     *
     * @param type of it as a member of what it is called on
     */
    record Candidate(ExecutableElement method, ExecutableType type) {
        /** The type of an argument, each one of a variable number too; null if there are not so many. */
        TypeMirror parameterType(int index) {
            List<? extends TypeMirror> types = type.getParameterTypes();
            if (method.isVarArgs() && index >= types.size() - 1) {
                return types.getLast() instanceof ArrayType rest ? rest.getComponentType() : types.getLast();
            }
            return index < types.size() ? types.get(index) : null;
        }

        /** The parameter of an argument; null if there are not so many. */
        VariableElement parameter(int index) {
            List<? extends VariableElement> parameters = method.getParameters();
            if (method.isVarArgs() && index >= parameters.size() - 1) {
                return parameters.getLast();
            }
            return index < parameters.size() ? parameters.get(index) : null;
        }

        /** Whether it can have that many arguments, or more. */
        boolean takes(int arguments) {
            return method.isVarArgs() || method.getParameters().size() >= arguments;
        }
    }

    /** All of that name for a call of a method or constructor; those that the compiler chose first. */
    List<Candidate> of(TreePath call) {
        var candidates = new ArrayList<Candidate>();
        switch (call.getLeaf()) {
            case MethodInvocationTree invocation -> named(call, invocation.getMethodSelect(), candidates);
            case NewClassTree made -> {
                TypeMirror type = found.trees().getTypeMirror(new TreePath(call, made.getIdentifier()));
                if (type instanceof DeclaredType declared && declared.asElement() instanceof TypeElement owner) {
                    for (Element member : owner.getEnclosedElements()) {
                        if (member instanceof ExecutableElement constructor
                                && constructor.getKind() == ElementKind.CONSTRUCTOR
                                && isVisible(constructor)) {
                            candidates.add(as(declared, constructor));
                        }
                    }
                }
            }
            default -> {}
        }
        Element chosen = found.trees().getElement(call);
        candidates.sort(
                (a, b) -> Boolean.compare(b.method().equals(chosen), a.method().equals(chosen)));
        return candidates;
    }

    /**
     * The type of an expression; of a call whose arguments fit nothing yet, the one that it has whatever they become.
     *
     * @return null if it has none
     */
    TypeMirror typeOf(TreePath expression) {
        TypeMirror type = found.trees().getTypeMirror(expression);
        if (type != null && type.getKind() != TypeKind.ERROR) {
            return type;
        }
        if (expression.getLeaf() instanceof NewClassTree made) {
            return found.trees().getTypeMirror(new TreePath(expression, made.getIdentifier()));
        }
        if (expression.getLeaf() instanceof MethodInvocationTree) {
            List<TypeMirror> results = of(expression).stream()
                    .map(candidate -> candidate.type().getReturnType())
                    .toList();
            if (!results.isEmpty()
                    && results.stream().allMatch(one -> found.types().isSameType(one, results.getFirst()))) {
                return results.getFirst();
            }
        }
        return type;
    }

    private void named(TreePath call, ExpressionTree select, List<Candidate> candidates) {
        if (select instanceof MemberSelectTree member) {
            TreePath before = new TreePath(new TreePath(call, member), member.getExpression());
            Element owner = isName(member.getExpression()) ? found.trees().getElement(before) : null;
            members(owner, typeOf(before), name(member), candidates);
        } else if (select instanceof IdentifierTree identifier) {
            String name = identifier.getName().toString();
            Element element = found.trees().getElement(new TreePath(call, identifier));
            if (element instanceof ExecutableElement method) {
                overloads(method, candidates);
            }
            if (candidates.isEmpty()) {
                inScope(call, name, candidates);
            }
        }
    }

    private void overloads(ExecutableElement method, List<Candidate> candidates) {
        for (Element member : method.getEnclosingElement().getEnclosedElements()) {
            if (member instanceof ExecutableElement other
                    && other.getSimpleName().equals(method.getSimpleName())
                    && isVisible(other)) {
                candidates.add(new Candidate(other, (ExecutableType) other.asType()));
            }
        }
    }

    /** Methods of the cell, and those that imports bring. */
    private void inScope(TreePath at, String name, List<Candidate> candidates) {
        for (var scope = found.trees().getScope(at); scope != null; scope = scope.getEnclosingScope()) {
            for (Element element : scope.getLocalElements()) {
                if (element instanceof ExecutableElement method
                        && method.getSimpleName().contentEquals(name)) {
                    candidates.add(new Candidate(method, (ExecutableType) method.asType()));
                }
            }
            if (scope.getEnclosingClass() != null && candidates.isEmpty()) {
                for (Element element : found.elements().getAllMembers(scope.getEnclosingClass())) {
                    if (element instanceof ExecutableElement method
                            && method.getSimpleName().contentEquals(name)) {
                        candidates.add(new Candidate(method, (ExecutableType) method.asType()));
                    }
                }
            }
        }
    }

    /** The methods of that name that a type or a value has. */
    void members(Element owner, TypeMirror type, String name, List<Candidate> candidates) {
        TypeMirror of = type instanceof TypeVariable variable ? variable.getUpperBound() : type;
        boolean onlyStatic = owner instanceof TypeElement;
        if (of == null || of.getKind() == TypeKind.ERROR || !(of instanceof DeclaredType declared)) {
            return;
        }
        for (Element member : found.elements().getAllMembers((TypeElement) declared.asElement())) {
            if (member instanceof ExecutableElement method
                    && method.getSimpleName().contentEquals(name)
                    && (!onlyStatic || method.getModifiers().contains(Modifier.STATIC))
                    && isVisible(method)) {
                candidates.add(as(declared, method));
            }
        }
    }

    private Candidate as(DeclaredType owner, ExecutableElement method) {
        try {
            return new Candidate(method, (ExecutableType) found.types().asMemberOf(owner, method));
        } catch (IllegalArgumentException notAMember) {
            return new Candidate(method, (ExecutableType) method.asType());
        }
    }

    private boolean isVisible(ExecutableElement method) {
        return method.getModifiers().contains(Modifier.PUBLIC)
                || found.elements().getPackageOf(method).getQualifiedName().contentEquals("REPL");
    }

    /** Whether an expression can be the name of a class: other expressions are values. */
    static boolean isName(ExpressionTree tree) {
        return tree instanceof IdentifierTree || tree instanceof MemberSelectTree;
    }

    private static String name(MemberSelectTree tree) {
        return tree.getIdentifier().toString();
    }
}

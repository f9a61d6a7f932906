package dev.nibble.kernel.jshell;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeParameterElement;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;

/** Types and methods as people write them: without packages, annotations and JShell's wrappers. */
final class Signatures {
    private static final Pattern PACKAGE = Pattern.compile("(?<![\\w$.])(?:[a-z_][\\w$]*\\.)+(?=[A-Za-z_$])");
    private static final Pattern WRAPPER = Pattern.compile("(?:REPL\\.)?\\$JShell\\$\\w+[.$]");
    private static final Pattern ANNOTATION = Pattern.compile("@[\\w.$]+(?:\\([^)]*\\))?\\s*");
    private static final Pattern UNNAMED = Pattern.compile("arg\\d+");

    private Signatures() {}

    /** {@code Map<String, List<Integer>>}. */
    static String type(TypeMirror type) {
        return type(type.toString());
    }

    /** The same of a type's full text. */
    static String type(String full) {
        String plain = ANNOTATION.matcher(full).replaceAll("");
        plain = WRAPPER.matcher(plain).replaceAll("");
        return PACKAGE.matcher(plain).replaceAll("").replaceAll(",(?=\\S)", ", ");
    }

    /**
     * The parameters in brackets: {@code (int row, int col)}.
     *
     * @param type the method as a member of a certain type, whose type arguments it has
     * @param names of the parameters, null where only the class file is known, which often has none
     */
    static String parameters(ExecutableElement method, ExecutableType type, List<String> names) {
        var parts = new ArrayList<String>();
        List<? extends TypeMirror> types = type.getParameterTypes();
        for (int i = 0; i < types.size(); i++) {
            boolean isRest = method.isVarArgs() && i == types.size() - 1;
            String text = type(types.get(i));
            if (isRest && text.endsWith("[]")) {
                text = text.substring(0, text.length() - 2) + "...";
            }
            String name = names != null && names.size() == types.size()
                    ? names.get(i)
                    : method.getParameters().get(i).getSimpleName().toString();
            parts.add(UNNAMED.matcher(name).matches() ? text : text + " " + name);
        }
        return "(" + String.join(", ", parts) + ")";
    }

    /** {@code (int row, int col) → float}; a constructor returns nothing. */
    static String method(ExecutableElement method, ExecutableType type, List<String> names) {
        String parameters = parameters(method, type, names);
        TypeMirror result = type.getReturnType();
        boolean isConstructor = method.getSimpleName().contentEquals("<init>");
        return isConstructor ? parameters : parameters + " → " + type(result);
    }

    /** The head of a declaration, as documentation shows it: {@code static <T> List<T> of(T... elements)}. */
    static String declaration(ExecutableElement method, ExecutableType type, List<String> names) {
        var out = new StringBuilder();
        if (method.getModifiers().contains(javax.lang.model.element.Modifier.STATIC)) {
            out.append("static ");
        }
        List<? extends TypeParameterElement> generic = method.getTypeParameters();
        if (!generic.isEmpty()) {
            out.append('<')
                    .append(String.join(
                            ", ",
                            generic.stream().map(Signatures::typeParameter).toList()))
                    .append("> ");
        }
        boolean isConstructor = method.getSimpleName().contentEquals("<init>");
        Element owner = method.getEnclosingElement();
        if (isConstructor) {
            out.append(owner.getSimpleName());
        } else {
            out.append(type(type.getReturnType())).append(' ').append(method.getSimpleName());
        }
        out.append(parameters(method, type, names));
        if (!type.getThrownTypes().isEmpty()) {
            out.append(" throws ")
                    .append(String.join(
                            ", ",
                            type.getThrownTypes().stream().map(Signatures::type).toList()));
        }
        return out.toString();
    }

    private static String typeParameter(TypeParameterElement parameter) {
        var bounds = parameter.getBounds().stream()
                .filter(bound -> bound.getKind() != TypeKind.DECLARED
                        || !bound.toString().equals("java.lang.Object"))
                .map(Signatures::type)
                .toList();
        return parameter.getSimpleName() + (bounds.isEmpty() ? "" : " extends " + String.join(" & ", bounds));
    }
}

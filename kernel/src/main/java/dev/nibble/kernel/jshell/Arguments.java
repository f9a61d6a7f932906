package dev.nibble.kernel.jshell;

import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.util.TreePath;
import dev.nibble.kernel.jshell.Calls.Candidate;
import dev.nibble.kernel.jshell.CodeLook.Found;
import dev.nibble.kernel.jshell.Lexer.Kind;
import dev.nibble.kernel.jshell.Lexer.Token;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;

/** What stands in the brackets of a call, finished or not, and which overloads take it. */
final class Arguments {
    /** Stands for an argument that is not finished; its type is taken to be anything. */
    private static final String UNKNOWN = "null";

    private static final Set<TypeKind> NO_VALUES =
            Set.of(TypeKind.ERROR, TypeKind.NONE, TypeKind.VOID, TypeKind.EXECUTABLE, TypeKind.PACKAGE, TypeKind.OTHER);

    /** How an overload takes arguments, in the order in which Java looks for one. */
    private enum Way {
        AS_THEY_ARE,
        BOXED,
        ONE_BY_ONE,
        NOT_AT_ALL
    }

    private final List<String> texts;

    private Arguments(List<String> texts) {
        this.texts = texts;
    }

    /**
     * The arguments of a call.
     *
     * @param open where its bracket is
     * @param end what stands behind is not looked at
     */
    static Arguments of(String code, int open, int end) {
        var texts = new ArrayList<String>();
        var one = new ArrayList<Token>();
        int depth = 0;
        int typeDepth = 0; // in Map<String, Integer>
        for (Token token : Lexer.tokens(code, end)) {
            if (token.begin() < open) {
                continue;
            }
            depth += token.nesting(code);
            if (depth == 0) {
                break;
            }
            if (token.is(code, '<') && !one.isEmpty() && isType(code, one.getLast())) {
                typeDepth++;
            } else if (token.is(code, '>') && typeDepth > 0) {
                typeDepth--;
            }
            if (depth == 1 && typeDepth == 0 && token.is(code, ',')) {
                texts.add(text(code, one));
                one.clear();
            } else if (token.begin() > open) {
                one.add(token);
            }
        }
        if (!one.isEmpty() || !texts.isEmpty()) {
            texts.add(text(code, one));
        }
        return new Arguments(List.copyOf(texts));
    }

    private static boolean isType(String code, Token token) {
        return token.kind() == Kind.WORD && Character.isUpperCase(code.charAt(token.begin()));
    }

    private static String text(String code, List<Token> tokens) {
        if (tokens.isEmpty()) {
            return UNKNOWN;
        }
        Token last = tokens.getLast();
        if (!last.closed()) {
            return tokens.size() == 1 && last.kind() != Kind.CHARACTER ? "\"\"" : UNKNOWN;
        }
        int depth = tokens.stream().mapToInt(token -> token.nesting(code)).sum();
        boolean endsValue = last.kind() != Kind.SIGN || last.nesting(code) < 0;
        return depth == 0 && endsValue ? code.substring(tokens.getFirst().begin(), last.end()) : UNKNOWN;
    }

    /** For the compiler, in brackets. */
    String written() {
        return "(" + String.join(", ", texts) + ")";
    }

    /**
     * Puts first what takes these arguments, of that what has as many parameters, and of that what Java would choose.
     * The others follow: those that have as many parameters, then those that take so many.
     *
     * @param found with the mark where the name of the call is, and {@link #written} behind it
     */
    List<Candidate> sorted(List<Candidate> candidates, Found found) {
        List<TypeMirror> types = types(found);
        Comparator<Candidate> order = Comparator.comparingInt(this::rank);
        if (types.stream().anyMatch(type -> type != null)) {
            Map<Candidate, Way> ways = new HashMap<>();
            candidates.forEach(one -> ways.put(one, way(one, types, found)));
            List<Candidate> fitting = candidates.stream()
                    .filter(one -> ways.get(one) != Way.NOT_AT_ALL)
                    .toList();
            Comparator<Candidate> byFit = Comparator.comparing(one -> !fitting.contains(one));
            Comparator<Candidate> byNearness = Comparator.comparingLong(one -> !fitting.contains(one)
                    ? 0
                    : fitting.stream()
                            .filter(other -> isNearer(other, one, found) && !isNearer(one, other, found))
                            .count());
            order = byFit.thenComparing(order)
                    .thenComparing(one -> ways.get(one))
                    .thenComparing(byNearness);
        }
        return candidates.stream().sorted(order).toList();
    }

    /** Exactly as many parameters, then a variable number, then more, the fewest first. */
    private int rank(Candidate candidate) {
        int parameters = candidate.method().getParameters().size();
        if (parameters == texts.size() && !candidate.method().isVarArgs()) {
            return 0;
        }
        if (candidate.method().isVarArgs() && texts.size() >= parameters - 1) {
            return 1;
        }
        return parameters > texts.size() ? 2 + parameters - texts.size() : 100;
    }

    /** The types of the arguments, null where that is not known. */
    private List<TypeMirror> types(Found found) {
        TreePath call = found.mark() == null ? null : found.mark().getParentPath();
        List<? extends ExpressionTree> trees = switch (call == null ? null : call.getLeaf()) {
            case MethodInvocationTree invocation -> invocation.getArguments();
            case NewClassTree made -> made.getArguments();
            case null, default -> List.of();
        };
        var types = new ArrayList<TypeMirror>();
        for (int i = 0; i < trees.size() && trees.size() == texts.size(); i++) {
            TypeMirror type =
                    texts.get(i).equals(UNKNOWN) ? null : new Calls(found).typeOf(new TreePath(call, trees.get(i)));
            types.add(type == null || NO_VALUES.contains(type.getKind()) ? null : type);
        }
        return types;
    }

    private Way way(Candidate candidate, List<TypeMirror> types, Found found) {
        List<? extends TypeMirror> parameters = candidate.type().getParameterTypes();
        if (types.size() <= parameters.size()) {
            Way way = Way.AS_THEY_ARE;
            for (int i = 0; i < types.size() && way != Way.NOT_AT_ALL; i++) {
                Way one = way(types.get(i), parameters.get(i), found);
                way = one.compareTo(way) > 0 ? one : way;
            }
            if (way != Way.NOT_AT_ALL) {
                return way;
            }
        }
        for (int i = 0; i < types.size(); i++) {
            TypeMirror parameter = candidate.parameterType(i);
            if (!candidate.method().isVarArgs() || way(types.get(i), parameter, found) == Way.NOT_AT_ALL) {
                return Way.NOT_AT_ALL;
            }
        }
        return Way.ONE_BY_ONE;
    }

    private static Way way(TypeMirror argument, TypeMirror parameter, Found found) {
        if (argument == null || isSub(argument, parameter, found)) {
            return Way.AS_THEY_ARE;
        }
        boolean fits = found.types()
                .isAssignable(found.types().erasure(argument), found.types().erasure(parameter));
        return fits ? Way.BOXED : Way.NOT_AT_ALL;
    }

    private static boolean isSub(TypeMirror type, TypeMirror of, Found found) {
        return found.types()
                .isSubtype(found.types().erasure(type), found.types().erasure(of));
    }

    /** Whether whatever one takes the other takes as well. */
    private boolean isNearer(Candidate one, Candidate other, Found found) {
        for (int i = 0; i < texts.size(); i++) {
            TypeMirror type = one.parameterType(i);
            TypeMirror of = other.parameterType(i);
            if (type == null || of == null || !isSub(type, of, found)) {
                return false;
            }
        }
        return true;
    }
}

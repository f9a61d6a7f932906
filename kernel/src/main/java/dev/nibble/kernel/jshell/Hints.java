package dev.nibble.kernel.jshell;

import dev.nibble.core.Recipe;
import dev.nibble.kernel.jshell.Completions.Match;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.Diag;

/**
 * What a person could have meant, and what to do: the nearest names, the import that is missing, the way around what Java
 * does not allow. Says nothing where nothing is near, and never fails.
 */
final class Hints {
    private static final int MOST = 3;

    private static final Pattern SYMBOL = Pattern.compile("symbol:\\s+(variable|method|class)\\s+([\\w$]+)");
    private static final Pattern MEMBER =
            Pattern.compile("location:\\s+(?:variable|class|interface|enum|record)\\s+\\S");
    private static final Pattern NEXT_MEMBER = Pattern.compile("\\s*\\.\\s*(\\w+)");
    private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+) does not exist");
    private static final Pattern LOSSY = Pattern.compile("lossy conversion from (\\w+) to (\\w+)");
    private static final Pattern NUMBER = Pattern.compile("[0-9_]*\\.?[0-9_]+(?:[eE][-+]?[0-9]+)?");
    private static final Pattern CONVERTED = Pattern.compile("([\\w.]+) cannot be converted to ([\\w.]+)");
    private static final Pattern NO_ARRAY =
            Pattern.compile("array required, but ([\\w.]+)(?:<.*>)? found", Pattern.DOTALL);
    private static final Pattern OPERANDS =
            Pattern.compile("first type:\\s+([\\w.]+).*second type:\\s+([\\w.]+)", Pattern.DOTALL);
    private static final Pattern UNREPORTED = Pattern.compile("unreported exception ([\\w.$]+)");
    private static final Pattern PRIVATE = Pattern.compile("(\\w+) has private access in");
    private static final Set<String> PLAIN_OPERANDS =
            Set.of("int", "long", "short", "byte", "char", "float", "double", "boolean", "java.lang.String", "<null>");

    private final Engine engine;

    Hints(Engine engine) {
        this.engine = engine;
    }

    /**
     * Lines to be shown below an error.
     *
     * @param source the cell
     * @param from where in the cell the error is
     * @param to exclusive
     */
    List<String> of(Diag error, CellSource source, int from, int to) {
        try {
            return hints(error, source.text(), Math.clamp(from, 0, source.text().length()), to);
        } catch (RuntimeException | StackOverflowError nothingToSay) {
            return List.of();
        }
    }

    private List<String> hints(Diag error, String code, int from, int to) {
        String message = error.getMessage(Locale.ROOT);
        String text = code.substring(from, Math.clamp(to, from, code.length()));
        String kind = error.getCode() == null ? "" : error.getCode();
        if (kind.startsWith("compiler.err.cant.resolve")) {
            return unknown(message, code, from, to);
        }
        Matcher parts = PACKAGE.matcher(message);
        if (parts.find()) {
            String name = parts.group(1);
            List<String> packages = meant(nearest(name, engine.assist().types().allPackages(name)), "");
            return packages.isEmpty() ? inOtherCase(name, false, code, code.indexOf(name, from)) : packages;
        }
        parts = LOSSY.matcher(message);
        if (parts.find()) {
            return List.of(lossy(parts.group(1), parts.group(2), text));
        }
        parts = CONVERTED.matcher(message);
        if (parts.find()
                && parts.group(2).equals("java.nio.file.Path")
                && parts.group(1).endsWith("String")) {
            return List.of("A path is made of a text: Path.of(" + shortened(text) + ")");
        }
        parts = NO_ARRAY.matcher(message);
        if (parts.find()) {
            return element(parts.group(1), text);
        }
        parts = OPERANDS.matcher(message);
        if (parts.find() && !PLAIN_OPERANDS.contains(parts.group(1)) && !PLAIN_OPERANDS.contains(parts.group(2))) {
            return List.of(
                    "Java's operators are for numbers; objects have methods instead. Tab after the dot lists them.");
        }
        parts = UNREPORTED.matcher(message);
        if (parts.find()) {
            return List.of(unreported(simple(parts.group(1)), code, from));
        }
        parts = PRIVATE.matcher(message);
        if (parts.find()
                && code.startsWith(
                        parts.group(1), Math.max(0, to - parts.group(1).length()))) {
            String name = parts.group(1);
            int at = to - name.length();
            return names(code, at).stream().anyMatch(name::equals)
                    ? List.of("Its value is read by " + name + "()")
                    : List.of();
        }
        return switch (kind) {
            case "compiler.err.cant.ref.non.effectively.final.var" ->
                List.of(
                        "A lambda can not change a variable around it. At the top level of a cell it can: such variables are"
                                + " fields. Else take an array of one element, or a sum of the stream.");
            case "compiler.err.unclosed.char.lit" ->
                code.startsWith("'", from)
                        ? List.of("A text stands in double quotes, one character in single ones.")
                        : List.of();
            default -> List.of();
        };
    }

    // ---- names

    private List<String> unknown(String message, String code, int from, int to) {
        Matcher symbol = SYMBOL.matcher(message);
        if (!symbol.find()) {
            return List.of();
        }
        String name = symbol.group(2);
        boolean isMethod = symbol.group(1).equals("method");
        int at = code.indexOf(name, from);
        if (at < 0 || at > to) {
            return List.of();
        }
        boolean isMember = MEMBER.matcher(message).find()
                && code.substring(0, at).stripTrailing().endsWith(".");
        var lines = new ArrayList<String>();
        var near = new ArrayList<String>();
        if (!symbol.group(1).equals("class")) {
            near.addAll(nearest(name, names(code, at)));
        }
        boolean mayBeType = !isMethod && !isMember && Character.isUpperCase(name.charAt(0));
        if (mayBeType) {
            List<String> imports = imports(name);
            if (!imports.isEmpty()) {
                return imports;
            }
            near.addAll(nearestTypes(name));
        }
        near.removeIf(name::equals); // a method, where a variable is missing; a class that can not be read
        lines.addAll(meant(near, isMethod ? "()" : ""));
        if (!isMethod && !isMember && Character.isLowerCase(name.charAt(0))) {
            lines.addAll(inOtherCase(name, symbol.group(1).equals("class"), code, at));
        }
        return lines.isEmpty() && mayBeType ? nearestElsewhere(name) : lines;
    }

    /** What to say of a class that a declaration names and nobody knows. */
    List<String> unknownType(String name) {
        List<String> imports = imports(name);
        if (!imports.isEmpty()) {
            return imports;
        }
        List<String> near = meant(nearestTypes(name), "");
        return near.isEmpty() ? nearestElsewhere(name) : near;
    }

    private List<String> imports(String name) {
        List<String> full = engine.assist().types().named(name);
        if (full.isEmpty()) {
            return List.of();
        }
        String imports = String.join(
                "  or  ",
                full.stream().limit(MOST).map(one -> "import " + one + ";").toList());
        return List.of("There is such a class: " + imports);
    }

    /**
     * Classes whose name differs in capitals only. What is not certainly a class means one if something follows that the
     * class has without an object: {@code matrix.rows()} lacks a variable, not the class {@code Matrix}.
     */
    private List<String> inOtherCase(String name, boolean isClass, String code, int at) {
        Matcher member = NEXT_MEMBER.matcher(code).region(Math.max(0, at + name.length()), code.length());
        if (at < 0 || (!isClass && !member.lookingAt())) {
            return List.of();
        }
        Predicate<String> fits = type -> {
            String written = code.substring(0, at) + type + ".";
            return isClass || names(written, written.length()).contains(member.group(1));
        };
        TypeNames types = engine.assist().types();
        List<String> visible = Recipe.nearest(name, types.visibleNames(engine.view()), MOST, 0).stream()
                .filter(fits)
                .toList();
        return visible.isEmpty()
                ? Recipe.nearest(name, types.allNames(), MOST, 0).stream()
                        .flatMap(near -> types.named(near).stream().limit(1))
                        .filter(fits)
                        .map(Hints::elsewhere)
                        .toList()
                : meant(visible, "");
    }

    private static String elsewhere(String full) {
        return "Did you mean " + simple(full) + "? import " + full + ";";
    }

    /** Of thousands of classes, those that one letter is missing to. */
    private List<String> nearestElsewhere(String name) {
        TypeNames types = engine.assist().types();
        return Recipe.nearest(name, types.allNames(), 1, 1).stream()
                .flatMap(near -> types.named(near).stream().limit(1))
                .map(Hints::elsewhere)
                .toList();
    }

    private List<String> nearestTypes(String name) {
        return nearest(name, engine.assist().types().visibleNames(engine.view()));
    }

    /** Names that could stand at a place in the code, methods without brackets. */
    private Set<String> names(String code, int at) {
        var names = new LinkedHashSet<String>();
        for (Match match :
                new Completions(engine).complete(code.substring(0, at), at).matches()) {
            names.add(match.text().replaceFirst("\\(.*", ""));
        }
        return names;
    }

    private static List<String> nearest(String name, Iterable<String> candidates) {
        return Recipe.nearest(name, candidates, MOST);
    }

    private static List<String> meant(List<String> near, String after) {
        if (near.isEmpty()) {
            return List.of();
        }
        List<String> names =
                near.stream().distinct().limit(MOST).map(name -> name + after).toList();
        String last = names.getLast();
        String all = names.size() == 1 ? last : String.join(", ", names.subList(0, names.size() - 1)) + " or " + last;
        return List.of("Did you mean " + all + "?");
    }

    // ---- what Java does not allow

    private static String lossy(String from, String to, String text) {
        boolean isLiteral = NUMBER.matcher(text).matches();
        if (to.equals("float")) {
            return isLiteral
                    ? text + " is a double; a float is written " + text + "f"
                    : "A float of it: (float) " + bracketed(text);
        }
        boolean cuts = from.equals("double") || from.equals("float");
        return "(" + to + ") " + bracketed(text)
                + (cuts ? " cuts off what is behind the point; Math.round rounds" : " keeps the lowest bits only");
    }

    private static String bracketed(String text) {
        String one = shortened(text);
        return one.matches("[\\w.]+|[\\w.]+\\([^()]*\\)") ? one : "(" + one + ")";
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 40 ? line : line.substring(0, 39) + "…";
    }

    private static List<String> element(String type, String text) {
        int bracket = text.indexOf('[');
        String name = bracket < 0 ? "it" : shortened(text.substring(0, bracket));
        String index =
                bracket < 0 || !text.endsWith("]") ? "i" : shortened(text.substring(bracket + 1, text.length() - 1));
        return switch (simple(type)) {
            case "Matrix" -> List.of("A row of a matrix is an array: " + name + ".row(" + index + ")");
            case "List", "ArrayList", "Map", "HashMap", "TreeMap", "LinkedHashMap" ->
                List.of("Write " + name + ".get(" + index + ")");
            case "String" -> List.of("Write " + name + ".charAt(" + index + ")");
            default -> List.of();
        };
    }

    private static String unreported(String exception, String code, int from) {
        int arrow = code.lastIndexOf("->", from);
        boolean inLambda = arrow >= 0
                && code.substring(arrow, from)
                                .chars()
                                .filter(c -> c == ';' || c == '}')
                                .count()
                        == 0;
        return inLambda
                ? "A lambda of this kind can not throw " + exception
                        + ": catch it inside, or use a for loop; at the top level"
                        + " of a cell anything may be thrown."
                : "Write \"throws " + exception
                        + "\" behind the method's parameters, or catch it; at the top level of a cell"
                        + " anything may be thrown.";
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}

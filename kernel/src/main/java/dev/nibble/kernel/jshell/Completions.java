package dev.nibble.kernel.jshell;

import dev.nibble.kernel.jshell.Candidates.Origin;
import dev.nibble.kernel.jshell.CodeLook.Found;
import dev.nibble.kernel.jshell.Cursor.Place;
import dev.nibble.kernel.jshell.TypeNames.Facts;
import dev.nibble.kernel.jshell.TypeNames.Imported;
import dev.nibble.kernel.jshell.TypeNames.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;

/**
 * What could stand at the cursor, the likeliest first: what has the type that is expected there, then what is nearest.
 * Indices count UTF-16 units.
 */
public final class Completions {
    private static final List<String> STATEMENTS = List.of(
            "for",
            "if",
            "while",
            "do",
            "switch",
            "try",
            "return",
            "throw",
            "var",
            "final",
            "class",
            "record",
            "interface",
            "enum",
            "import",
            "static",
            "break",
            "continue",
            "assert",
            "yield",
            "case",
            "default",
            "else",
            "catch",
            "finally",
            "synchronized",
            "abstract",
            "sealed");
    private static final List<String> EXPRESSIONS = List.of("new", "true", "false", "null", "this", "super", "switch");
    private static final List<String> PRIMITIVES =
            List.of("int", "float", "double", "long", "boolean", "byte", "short", "char", "void");
    /** Letters from which on classes without an import are offered, and how many. */
    private static final int OFFER_FROM = 3;

    private static final int MOST_OFFERS = 30;

    private final Assist assist;

    /** @param engine whose variables and imports are completed */
    public Completions(Engine engine) {
        this.assist = engine.assist();
    }

    /** Reads what the first who asks would wait for; takes about a second. */
    public void prepare() {
        assist.types().prepare();
        for (String code : List.of("List.of(1).get(", "Str", "Path.of(\"")) {
            var _ = complete(code, code.length());
        }
    }

    /**
     * One suggestion.
     *
     * @param text what stands in place of the typed part
     * @param type as front ends draw it: "method", "instance" (a variable), "field", "class", "interface",
     *     "enum", "module" (a package), "keyword", "path", or what a text holds: "recipe", "model", "tensor"
     * @param signature of a method its parameters and its result, of a variable its type, of other words what they mean;
     *     may be empty
     */
    public record Match(String text, String type, String signature) {}

    /**
     * The suggestions.
     *
     * @param start where the part begins that they replace
     * @param end where it ends: the cursor, or behind it if the whole word is one of them
     */
    public record Completion(List<Match> matches, int start, int end) {
        public Completion {
            matches = List.copyOf(matches);
        }
    }

    /**
     * What may stand at a place in a cell.
     *
     * @param code Java; magics are blanked out
     * @param at in UTF-16 units, 0 to the length of the code
     */
    public Completion complete(String code, int at) {
        var cursor = new Cursor(code, at);
        List<Match> matches = switch (cursor.place()) {
            case NOTHING -> List.of();
            case TEXT -> null;
            case IMPORT -> imports(cursor);
            case TYPE, ANNOTATION -> types(cursor);
            case NAME, MEMBER -> names(cursor);
        };
        if (matches == null) {
            return new TextWords(assist).complete(cursor, at);
        }
        // A word that is there already is replaced as a whole by what begins like it.
        int wordEnd = cursor.wordEnd();
        String whole = code.substring(cursor.begin(), wordEnd);
        boolean replacesWord =
                wordEnd > at && matches.stream().anyMatch(match -> match.text().startsWith(whole));
        if (replacesWord && code.startsWith("(", wordEnd)) {
            matches = matches.stream().map(Completions::withoutBrackets).toList();
        }
        if (replacesWord) {
            matches = first(matches, whole);
        }
        return new Completion(matches, cursor.begin(), replacesWord ? wordEnd : at);
    }

    private static Match withoutBrackets(Match match) {
        int bracket = match.text().indexOf('(');
        return bracket < 0 ? match : new Match(match.text().substring(0, bracket), match.type(), match.signature());
    }

    private static List<Match> first(List<Match> matches, String whole) {
        var sorted = new ArrayList<>(matches);
        sorted.sort(
                (a, b) -> Boolean.compare(b.text().startsWith(whole), a.text().startsWith(whole)));
        return sorted;
    }

    // ---- names

    private List<Match> names(Cursor cursor) {
        SessionView view = assist.engine().view();
        String unit = cursor.unit(view);
        return assist.look()
                .at(unit, view, found -> found.mark() == null ? List.of() : names(cursor, view, unit, found));
    }

    private List<Match> names(Cursor cursor, SessionView view, String unit, Found found) {
        var prefix = new Prefix(cursor.typed());
        var candidates = new Candidates(prefix);
        var members = new Members(found);
        if (cursor.place() == Place.MEMBER) {
            PackageElement parent = members.packageBefore();
            if (parent != null) {
                inPackage(parent.getQualifiedName().toString(), prefix, candidates);
            } else {
                members.membersInto(candidates);
            }
            return candidates.sorted();
        }
        members.constantsInto(cursor.isCase(), candidates);
        members.localsInto(candidates);
        members.sessionInto(view, candidates);
        Imported imported = assist.types()
                .imported(unit.lines()
                        .takeWhile(line -> !line.startsWith("class "))
                        .filter(line -> line.startsWith("import "))
                        .toList());
        members.functionsInto(imported.statics(), candidates);
        keywords(cursor, members, candidates);
        if (!prefix.typed().isEmpty()) {
            classes(imported, prefix, candidates, members, found, false);
            assist.types()
                    .packagesIn("", prefix.typed())
                    .forEach(name -> candidates.add(name, new Match(name, "module", ""), Origin.PACKAGE, false, false));
        }
        return candidates.sorted();
    }

    private void keywords(Cursor cursor, Members members, Candidates candidates) {
        if (cursor.typed().isEmpty()) {
            return;
        }
        boolean wantsBoolean = members.fits(javax.lang.model.type.TypeKind.BOOLEAN);
        for (String word : EXPRESSIONS) {
            boolean isExpected = wantsBoolean && (word.equals("true") || word.equals("false"));
            candidates.add(word, new Match(word, "keyword", ""), Origin.KEYWORD, isExpected, false);
        }
        for (String word : PRIMITIVES) {
            candidates.add(word, new Match(word, "keyword", ""), Origin.KEYWORD, false, false);
        }
        if (cursor.beginsStatement()) {
            for (String word : STATEMENTS) {
                candidates.add(word, new Match(word, "keyword", ""), Origin.KEYWORD, false, false);
            }
        }
        if (cursor.typed().startsWith("ins")) {
            candidates.add("instanceof", new Match("instanceof", "keyword", ""), Origin.KEYWORD, false, false);
        }
    }

    private void inPackage(String parent, Prefix prefix, Candidates candidates) {
        for (String name : assist.types().packagesIn(parent + ".", prefix.typed())) {
            candidates.add(name, new Match(name, "module", ""), Origin.PACKAGE, false, false);
        }
        for (String name : assist.types().inPackage(parent, prefix)) {
            String type = kind(assist.types().facts(parent + "." + name));
            candidates.add(name, new Match(name, type, ""), Origin.TYPE, false, false);
        }
    }

    // ---- types

    private void classes(
            Imported imported,
            Prefix prefix,
            Candidates candidates,
            Members members,
            Found found,
            boolean onlyThrowable) {
        Map<String, String> visible = assist.types().visible(imported, prefix);
        visible.forEach((simple, full) -> {
            Optional<Facts> facts = assist.types().facts(full);
            if (!onlyThrowable || facts.filter(Facts::isThrowable).isPresent()) {
                boolean isExpected = members != null && isExpected(members, found, full);
                candidates.addType(
                        simple,
                        full,
                        new Match(simple, kind(facts), packageOf(full)),
                        isExpected,
                        facts.filter(Facts::isDeprecated).isPresent());
            }
        });
        if (prefix.typed().length() >= OFFER_FROM
                && Character.isUpperCase(prefix.typed().charAt(0))) {
            offers(prefix, candidates, visible);
        }
    }

    /** Whether a static member of the class, or a constructor, may give what is expected: it is that type itself. */
    private static boolean isExpected(Members members, Found found, String full) {
        if (members.expected().isEmpty()) {
            return false;
        }
        TypeElement type = found.elements().getTypeElement(full);
        return type != null && members.fits(type.asType());
    }

    /** Classes that no import brings, with their package. */
    private void offers(Prefix prefix, Candidates candidates, Map<String, String> visible) {
        for (String simple : assist.types().fitting(prefix, MOST_OFFERS)) {
            for (String full : assist.types().named(simple)) {
                if (!full.equals(visible.get(simple))) {
                    Optional<Facts> facts = assist.types().facts(full);
                    candidates.offer(
                            simple,
                            full,
                            new Match(full, kind(facts), "no import yet"),
                            facts.filter(Facts::isDeprecated).isPresent());
                }
            }
        }
    }

    private List<Match> types(Cursor cursor) {
        SessionView view = assist.engine().view();
        String unit = cursor.unit(view);
        var prefix = new Prefix(cursor.typed());
        var candidates = new Candidates(prefix);
        Imported imported = assist.types()
                .imported(unit.lines()
                        .takeWhile(line -> !line.startsWith("class "))
                        .filter(line -> line.startsWith("import "))
                        .toList());
        return assist.look().at(unit, view, found -> {
            if (found.mark() != null) {
                var members = new Members(found);
                if (cursor.place() == Place.TYPE) {
                    members.ownTypesInto(candidates);
                    members.sessionTypesInto(view, candidates);
                }
                classes(imported, prefix, candidates, members, found, cursor.wantsThrowable());
            } else {
                classes(imported, prefix, candidates, null, found, cursor.wantsThrowable());
            }
            return candidates.sorted();
        });
    }

    private static String kind(Optional<Facts> facts) {
        return facts.map(Facts::kind)
                .map(kind -> kind.equals("annotation") ? "class" : kind)
                .orElse("class");
    }

    private static String packageOf(String full) {
        return full.substring(0, full.lastIndexOf('.'));
    }

    // ---- imports

    private List<Match> imports(Cursor cursor) {
        String path = cursor.importPath();
        var prefix = new Prefix(cursor.typed());
        var candidates = new Candidates(prefix);
        if (path.isEmpty()
                && "static".startsWith(prefix.typed())
                && !prefix.typed().isEmpty()) {
            candidates.add("static", new Match("static", "keyword", ""), Origin.KEYWORD, false, false);
        }
        String parent = path.endsWith(".") ? path.substring(0, path.length() - 1) : path;
        assist.types()
                .packagesIn(path, prefix.typed())
                .forEach(name -> candidates.add(name, new Match(name, "module", ""), Origin.PACKAGE, false, false));
        if (!parent.isEmpty()) {
            assist.types().inPackage(parent, prefix).forEach(name -> {
                String type = kind(assist.types().facts(parent + "." + name));
                candidates.add(name, new Match(name, type, ""), Origin.SESSION_TYPE, false, false);
            });
            if (cursor.isStaticImport()) {
                SessionView view = assist.engine().view();
                return assist.look().at("class Nibble {}", view, found -> {
                    new Members(found).staticsInto(parent, candidates);
                    return candidates.sorted();
                });
            }
        }
        return candidates.sorted();
    }
}

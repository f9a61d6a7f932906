package dev.nibble.kernel.jshell;

import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

/** What could stand at the cursor. Indices count UTF-16 units. */
public final class Completions {
    private static final Pattern IMPORT = Pattern.compile("\\s*import\\s+(?:static\\s+)?((?:\\w+\\.)*)(\\w*)");

    /** The name that is being typed, unless it is a member of something. */
    private static final Pattern BARE_NAME = Pattern.compile("(?<![\\w$.\"])([a-zA-Z_$][\\w$]*)$");

    /** A type, a name, and what follows the name in a declaration. */
    private static final Pattern DECLARATION =
            Pattern.compile("([a-zA-Z_$][\\w$]*)(?:<[^;(){}]*>|\\[\\])*\\s+([a-zA-Z_$][\\w$]*)\\s*([=;:,()<{])");

    private static final Set<String> NO_TYPES = Set.of("return", "new", "throw", "case", "else", "import", "package");

    private final Engine engine;
    private final Analysis analysis;

    /** @param engine whose variables and imports are completed */
    public Completions(Engine engine) {
        this.engine = engine;
        this.analysis = engine.analysis();
    }

    /**
     * One suggestion.
     *
     * @param text what stands in place of the typed part
     * @param type "function", "class", "keyword", "instance" or "module", as front ends draw it
     */
    public record Match(String text, String type) {}

    /**
     * The suggestions.
     *
     * @param start where the part begins that they replace; it ends at the cursor
     */
    public record Completion(List<Match> matches, int start) {
        public Completion {
            matches = List.copyOf(matches);
        }
    }

    /**
     * What may stand at a place in a cell.
     *
     * @param cursor in UTF-16 units, 0 to the length of the code
     */
    public Completion complete(String code, int cursor) {
        String typed = code.substring(0, cursor);
        int begin = lastSnippet(analysis, typed);
        String snippet = typed.substring(begin);
        Completion found = suggest(snippet, snippet.length(), begin);
        if (found.matches().isEmpty() && begin > 0) {
            // Names that earlier lines of the same cell declare: as if the whole cell were one block.
            String block = "{ " + typed;
            Completion inBlock = suggest(block, block.length(), -2);
            if (!inBlock.matches().isEmpty()) {
                return inBlock;
            }
        }
        if (found.matches().isEmpty()) {
            Completion declared = declared(typed);
            if (!declared.matches().isEmpty()) {
                return declared;
            }
        }
        return found.matches().isEmpty() ? packages(snippet, cursor) : found;
    }

    /** Variables, methods and types that the cell itself declares before the cursor, which JShell has not seen yet. */
    private static Completion declared(String typed) {
        Matcher name = BARE_NAME.matcher(typed);
        if (!name.find()) {
            return new Completion(List.of(), typed.length());
        }
        String begun = name.group(1);
        var names = new TreeMap<String, String>();
        Matcher declaration = DECLARATION.matcher(typed.substring(0, name.start(1)));
        while (declaration.find()) {
            String type = declaration.group(1);
            String declared = declaration.group(2);
            if (declared.startsWith(begun) && !NO_TYPES.contains(type)) {
                boolean isType = Set.of("class", "record", "interface", "enum").contains(type);
                names.put(declared, isType ? "class" : declaration.group(3).equals("(") ? "function" : "instance");
            }
        }
        var matches = names.entrySet().stream()
                .map(entry -> new Match(entry.getKey(), entry.getValue()))
                .toList();
        return new Completion(matches, name.start(1));
    }

    /** Packages after {@code import}: JShell knows them only when its index of the class path is ready. */
    private static Completion packages(String snippet, int cursor) {
        Matcher importing = IMPORT.matcher(snippet);
        if (!importing.matches()) {
            return new Completion(List.of(), cursor);
        }
        String parent = importing.group(1);
        String begun = importing.group(2);
        var names = new TreeSet<String>();
        Stream.concat(
                        ModuleLayer.boot().modules().stream()
                                .flatMap(module -> module.getDescriptor().exports().stream())
                                .filter(export -> !export.isQualified())
                                .map(ModuleDescriptor.Exports::source),
                        Imports.all().stream().map(Imports.Entry::name))
                .filter(name -> name.startsWith(parent + begun))
                .forEach(name -> names.add(name.substring(parent.length()).replaceFirst("\\..*", "")));
        var matches = names.stream().map(name -> new Match(name, "module")).toList();
        return new Completion(matches, cursor - begun.length());
    }

    private Completion suggest(String code, int cursor, int offset) {
        int[] anchor = {cursor};
        var texts = new TreeMap<String, Boolean>();
        for (SourceCodeAnalysis.Suggestion suggestion : analysis.completionSuggestions(code, cursor, anchor)) {
            // Those of the expected type come first, where there are any.
            texts.merge(suggestion.continuation(), suggestion.matchesType(), Boolean::logicalOr);
        }
        Set<String> variables = engine.variables().keySet();
        var matches = texts.entrySet().stream()
                .sorted((a, b) -> Boolean.compare(b.getValue(), a.getValue()))
                .map(entry -> new Match(entry.getKey(), type(entry.getKey(), variables)))
                .filter(match -> !match.text().startsWith("$"))
                .toList();
        return new Completion(matches, Math.max(0, anchor[0] + offset));
    }

    private static String type(String text, Set<String> variables) {
        if (text.contains("(")) {
            return "function";
        }
        if (text.endsWith(".")) {
            return "module";
        }
        if (variables.contains(text)) {
            return "instance";
        }
        if (SourceVersion.isKeyword(text)) {
            return "keyword";
        }
        return Character.isUpperCase(text.codePointAt(0)) && !text.equals(text.toUpperCase(Locale.ROOT))
                ? "class"
                : "property";
    }

    /** Where the last snippet of the code begins, complete or not. */
    static int lastSnippet(Analysis analysis, String code) {
        int begin = 0;
        while (begin < code.length()) {
            String rest = code.substring(begin);
            CompletionInfo info = analysis.analyzeCompletion(rest);
            String remaining = info.remaining();
            if (remaining == null || remaining.isBlank() || remaining.length() >= rest.length()) {
                break;
            }
            begin = code.length() - remaining.length();
        }
        return begin;
    }
}

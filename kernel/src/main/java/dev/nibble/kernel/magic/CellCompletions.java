package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Completions;
import dev.nibble.kernel.jshell.Completions.Completion;
import dev.nibble.kernel.jshell.Completions.Match;
import dev.nibble.kernel.jshell.Engine;
import dev.nibble.kernel.jshell.PathWords;
import dev.nibble.kernel.magic.Magic.Argument;
import dev.nibble.kernel.magic.Magic.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What could stand at the cursor in a cell, which may hold magics besides Java. */
public final class CellCompletions {
    private static final Pattern NAME = Pattern.compile("[ \\t]*(%{1,2})(\\w*)");
    private final Magics magics;
    private final MagicLines lines;
    private final Engine engine;

    /** @param magics of the session */
    public CellCompletions(Magics magics, Engine engine) {
        this.magics = magics;
        this.lines = new MagicLines(magics);
        this.engine = engine;
    }

    /**
     * What may stand at a place.
     *
     * @param code the cell
     * @param cursor in UTF-16 units, 0 to the length of the code
     */
    public Completion complete(String code, int cursor) {
        int lineStart = code.lastIndexOf('\n', cursor - 1) + 1;
        String line = code.substring(lineStart, cursor);
        Optional<MagicLines.Whole> whole = lines.whole(code);
        if (whole.isPresent() && whole.get().end() < cursor) {
            return whole.get()
                            .magic()
                            .filter(it -> it.argument() == Argument.CODE)
                            .isPresent()
                    ? java(code, whole.get().begin(), whole.get().end(), cursor)
                    : nothing(cursor);
        }
        boolean isFirst = code.substring(0, lineStart).isBlank();
        Matcher name = NAME.matcher(line);
        if (name.matches() && (name.group(1).length() == 1 || isFirst)) {
            return names(name.group(1), name.group(2), cursor);
        }
        Optional<MagicLines.Call> call = lines.call(line);
        if (call.isPresent()) {
            return argument(
                    call.get().magic(),
                    call.get().arguments(),
                    code,
                    lineStart + call.get().begin(),
                    cursor);
        }
        Optional<String> command = MagicLines.command(line, code, lineStart);
        if (command.isPresent()) {
            return paths(lastWord(command.get()), cursor);
        }
        return new Completions(engine).complete(lines.withoutMagics(code, lineStart), cursor);
    }

    private static Completion nothing(int cursor) {
        return new Completion(List.of(), cursor, cursor);
    }

    private Completion names(String sign, String typed, int cursor) {
        var matches = magics.all().stream()
                .filter(magic -> magic.name().startsWith(typed) && magic.stands(sign.length() == 2))
                .map(magic -> new Match(sign + magic.name(), "magic", magic.help()))
                .toList();
        return new Completion(matches, cursor - typed.length() - sign.length(), cursor);
    }

    /**
     * @param typed from the magic's name to the cursor
     * @param begin where that begins in the code
     */
    private Completion argument(Magic magic, String typed, String code, int begin, int cursor) {
        String word = lastWord(typed);
        String before = typed.substring(0, typed.length() - word.length()).strip();
        String previous = lastWord(before);
        for (Option option : magic.options()) {
            if (option.word().equals(previous) && !option.value().isEmpty()) {
                return words(option.choices(), option.value(), word, cursor);
            }
        }
        List<Match> matches = new ArrayList<>();
        boolean onlyOptions = word.startsWith("-");
        for (Option option : magic.options()) {
            if (option.word().startsWith(word) && (onlyOptions || !option.word().startsWith("-"))) {
                String value = option.value().isEmpty() ? "" : option.value() + ": ";
                matches.add(new Match(option.word(), "option", value + option.says()));
            }
        }
        if (onlyOptions || !matches.isEmpty()) {
            return new Completion(matches, cursor - word.length(), cursor);
        }
        return switch (magic.argument()) {
            case CODE, NAME -> java(code, code.lastIndexOf('\n', begin) + 1, begin, cursor);
            case VARIABLE -> variables(word, cursor);
            case PATH -> paths(word, cursor);
            case NOTHING, TEXT -> nothing(cursor);
        };
    }

    private static Completion words(List<String> words, String says, String typed, int cursor) {
        var matches = words.stream()
                .filter(word -> word.startsWith(typed))
                .map(word -> new Match(word, "option", says))
                .toList();
        return new Completion(matches, cursor - typed.length(), cursor);
    }

    private Completion variables(String typed, int cursor) {
        var matches = new ArrayList<Match>();
        Predicate<String> fits = name -> name.startsWith(typed);
        engine.variables().forEach((name, type) -> {
            if (fits.test(name)) {
                matches.add(new Match(name, "instance", type));
            }
        });
        return new Completion(matches, cursor - typed.length(), cursor);
    }

    private static Completion paths(String typed, int cursor) {
        return new Completion(PathWords.complete(typed), cursor - typed.length() + PathWords.nameStart(typed), cursor);
    }

    private static String lastWord(String text) {
        int at = text.length();
        while (at > 0 && !Character.isWhitespace(text.charAt(at - 1))) {
            at--;
        }
        return text.substring(at);
    }

    /** Java with a part of the text, a magic, blanked out. */
    private Completion java(String code, int from, int to, int cursor) {
        String java = MagicLines.blank(code, from, to);
        return new Completions(engine).complete(lines.withoutMagics(java, cursor), cursor);
    }
}

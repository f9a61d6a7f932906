package dev.nibble.kernel.magic;

import dev.nibble.core.CancelToken;
import dev.nibble.core.Recipe;
import dev.nibble.kernel.jshell.CellSource;
import dev.nibble.kernel.jshell.CodeCheck;
import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.OpenBrackets;
import dev.nibble.kernel.jshell.VectorModule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The magics that there are, and their calls in a cell. */
public final class Magics {
    private static final Pattern CELL = Pattern.compile("\\A\\s*%%([A-Za-z]\\w*)[ \\t]*([^\\n]*)");
    /** {@code %name arguments}; {@code !command}; or {@code name?}, {@code ?name} and the like, alone on a line. */
    private static final Pattern LINE = Pattern.compile(
            "(?m)^[ \\t]*(?:%([A-Za-z]\\w*)(?=[ \\t]|$)[ \\t]*([^\\n]*)|!(?![=!(])[ \\t]*(([\\w$]*)[^\\n]*)"
                    + "|\\?{1,2}[ \\t]*(?<after>%{0,2}[A-Za-z_$][\\w$.]*)[ \\t]*$"
                    + "|(?<before>%{0,2}[A-Za-z_$][\\w$.]*)[ \\t]*\\?{1,2}[ \\t]*$)");

    private static final Pattern CALL_OF_A_CLASS = Pattern.compile("[A-Z][\\w$]*\\.[\\w$.]+\\(");
    private static final Set<String> JAVA = Set.of("true", "false", "new", "this", "switch", "");

    // Made when somebody asks for magics: a session that only runs code starts sooner. Guarded by this.
    private List<Magic> ours;
    /** In the order of their names; null until then. */
    private volatile List<Magic> all;

    /** Every magic, by name. */
    public List<Magic> all() {
        List<Magic> known = all;
        return known == null ? load() : known;
    }

    private synchronized List<Magic> load() {
        if (all == null) {
            ours = ServiceLoader.load(Magic.class, Magics.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
            all = sorted(ours, List.of());
        }
        return all;
    }

    /**
     * Makes these the magics besides the kernel's own. A name of the kernel's own stays its own.
     *
     * @return those that are left out, because their name is taken
     */
    synchronized List<ExternalMagic> others(List<ExternalMagic> others) {
        if (others.isEmpty() && all == null) {
            return List.of();
        }
        load();
        var names = ours.stream().map(Magic::name).collect(Collectors.toCollection(HashSet::new));
        var taken = new ArrayList<ExternalMagic>();
        var free = new ArrayList<ExternalMagic>();
        for (ExternalMagic other : others) {
            (names.add(other.name()) ? free : taken).add(other);
        }
        all = sorted(ours, free);
        return taken;
    }

    private static List<Magic> sorted(List<? extends Magic> some, List<? extends Magic> more) {
        return Stream.<Magic>concat(some.stream(), more.stream())
                .sorted(Comparator.comparing(Magic::name))
                .toList();
    }

    /**
     * A piece of a cell.
     *
     * @param begin where code begins in the cell
     * @param end where it ends, exclusive
     * @param magic what to call instead of evaluating it, or null
     * @param call how it was written, or null
     */
    public record Piece(int begin, int end, Magic magic, Magic.Call call) {}

    /**
     * Cuts a cell into code and magics. {@code !word …} is a command for the shell, unless the word is something that
     * Java can negate.
     *
     * @param isDeclared whether the session has a variable or a method of that name
     * @throws Magic.UsageError if it calls a magic that does not exist
     */
    public List<Piece> pieces(CellSource source, CodeCheck check, Predicate<String> isDeclared) {
        String text = source.text();
        Matcher whole = CELL.matcher(text);
        if (whole.find()) {
            var call = new Magic.Call(source, whole.start(2), whole.end(2), text.length());
            return List.of(new Piece(0, text.length(), find("%%" + whole.group(1)), call));
        }
        var pieces = new ArrayList<Piece>();
        int begin = 0;
        Matcher line = LINE.matcher(text);
        while (line.find()) {
            // A line of an unfinished expression may begin with a remainder, and a text block with anything.
            String before = text.substring(begin, line.start());
            if (!before.isBlank() && check.check(before).status() == CodeCheck.Status.INCOMPLETE) {
                continue;
            }
            boolean isCommand = line.group(3) != null;
            if (isCommand && isJava(line.group(3), line.group(4), text.substring(0, line.start()), isDeclared)) {
                continue;
            }
            if (!before.isBlank()) {
                pieces.add(new Piece(begin, line.start(), null, null));
            }
            boolean mayCome = pieces.stream().anyMatch(piece -> piece.magic() != null);
            pieces.add(piece(source, line, mayCome));
            begin = line.end();
        }
        if (!text.substring(begin).isBlank()) {
            pieces.add(new Piece(begin, text.length(), null, null));
        }
        return pieces;
    }

    /** Whether a text is a whole cell; the arguments are those of {@link #pieces}. */
    public CodeCheck.Result check(String code, CodeCheck check, Predicate<String> isDeclared) {
        try {
            for (Piece piece : pieces(new CellSource("", code), check, isDeclared)) {
                if (piece.magic() == null) {
                    CodeCheck.Result result = check.check(code.substring(piece.begin(), piece.end()));
                    if (result.status() != CodeCheck.Status.COMPLETE) {
                        return result;
                    }
                }
            }
            return new CodeCheck.Result(CodeCheck.Status.COMPLETE, "");
        } catch (Magic.UsageError e) {
            return new CodeCheck.Result(CodeCheck.Status.INVALID, "");
        }
    }

    /**
     * Cuts a text that is no cell, because it has expressions without semicolons between its lines, where Enter would have
     * been taken; a text that is a cell stays whole.
     *
     * @param check of what a cell would hold
     * @param stop asked at every line
     * @return parts that are the text if line ends are put between them
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public List<String> asTyped(String code, Function<String, CodeCheck.Result> check, CancelToken stop) {
        if (check.apply(code).status() != CodeCheck.Status.INVALID) {
            return List.of(code);
        }
        List<String> parts = new ArrayList<>();
        List<String> part = new ArrayList<>();
        var brackets = new OpenBrackets();
        for (String line : code.split("\n", -1)) {
            stop.check("the look at the code");
            part.add(line);
            // The brackets of a command are no Java.
            if (brackets.isOpen() || !LINE.matcher(line).find()) {
                brackets.read(line);
            }
            if (brackets.isOpen()) {
                continue; // the compiler looks at a class once, and not at each of its lines
            }
            String sofar = String.join("\n", part);
            if (!sofar.isBlank() && check.apply(sofar).status() != CodeCheck.Status.INCOMPLETE) {
                parts.add(sofar);
                part.clear();
                brackets = new OpenBrackets();
            }
        }
        if (!part.isEmpty()) {
            parts.add(String.join("\n", part));
        }
        return parts;
    }

    /**
     * Runs a text as a cell, code and magics one after another; stops at the first problem.
     *
     * @return what the last of them came to
     * @throws Magic.UsageError if a magic in it was written wrongly
     */
    public Evaluation run(CellSource source, Magic.Context context) throws Exception {
        Evaluation last = Evaluation.NOTHING;
        var check = new CodeCheck(context.engine().analysis());
        for (Piece piece : pieces(source, check, context.engine()::declares)) {
            if (piece.magic() == null) {
                last = context.session().evaluate(source, piece.begin(), piece.end());
            } else {
                VectorModule.ensure();
                last = piece.magic().run(piece.call(), context);
            }
            if (last.problem() != null) {
                return last;
            }
        }
        return last;
    }

    private Piece piece(CellSource source, Matcher line, boolean mayCome) {
        int rest = line.group(1) != null ? 2 : 3;
        String magic = line.group(1) != null ? line.group(1) : "bash";
        int begin = line.start(rest);
        int end = line.end(rest);
        for (String question : List.of("after", "before")) {
            if (line.group(question) != null) {
                magic = DocMagic.NAME;
                begin = line.start(question);
                end = line.end(question);
            }
        }
        String name = "%" + magic;
        Magic found = mayCome && named(magic) == null ? new Later(name) : find(name);
        return new Piece(line.start(), line.end(), found, new Magic.Call(source, begin, end, end));
    }

    private static boolean isJava(String command, String word, String before, Predicate<String> isDeclared) {
        return JAVA.contains(word)
                || isDeclared.test(word)
                || CALL_OF_A_CLASS.matcher(command).lookingAt()
                || Pattern.compile("(?<![\\w$])" + Pattern.quote(word) + "(?![\\w$])")
                        .matcher(before)
                        .find();
    }

    /** How a magic is written and what it does. */
    static String manual(String written, Magic.Context context) {
        return context.workspace().magics().find(written).manual();
    }

    /** A magic that may be there when the lines above it have run: they may add it. */
    private final class Later extends NamedMagic {
        private final String written;

        Later(String written) {
            super(written.substring(1), "", written);
            this.written = written;
        }

        @Override
        public Evaluation run(Call call, Context context) throws Exception {
            return find(written).run(call, context);
        }
    }

    private Magic named(String name) {
        return all().stream()
                .filter(magic -> magic.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** @param written with its percent signs */
    private Magic find(String written) {
        Magic found = named(written.replace("%", ""));
        if (found == null) {
            String name = written.replace("%", "");
            List<String> near =
                    Recipe.nearest(name, all().stream().map(Magic::name).toList(), 2);
            String meant = near.isEmpty() ? "" : "; did you mean %" + String.join(" or %", near) + "?";
            throw new Magic.UsageError(
                    "there is no magic " + written + meant + "; there are " + OptionMagic.names(all()));
        }
        return found;
    }
}

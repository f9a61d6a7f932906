package dev.nibble.kernel.magic;

import dev.nibble.core.CancelToken;
import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.SessionClasses;
import dev.nibble.kernel.jshell.SourceJars;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %jars}: local jars and class folders on the session's class path, which can be loaded anew after a build. */
public final class JarsMagic extends OptionMagic<JarsMagic.Arguments> {
    private static final int DEEPEST = 12;
    private static final String AS_THEY_WERE = "; its classes stay as they were last";

    /** Its options. */
    @Command(
            name = "jars",
            description = {
                "puts jars and folders with classes on the class path; after a build, --reload takes the new classes",
                "A session works with copies, so a build may write over the files meanwhile. Alone it lists what was"
                        + " added."
            },
            customSynopsis = {"%%jars PATH…", "%%jars --reload", "%%jars"})
    static final class Arguments {
        @Parameters(
                paramLabel = "PATH",
                description = "a jar, a folder with classes, a folder with jars, or a pattern such as lib/*.jar")
        private List<String> paths = List.of();

        @CommandLine.Option(
                names = "--reload",
                description = "load all that %%jars added anew, or the paths that are given; classes that cells declare"
                        + " come along, and variables keep their values, unless these are objects of such classes")
        private boolean reload;
    }

    /** Its one. */
    public JarsMagic() {
        super(Arguments::new, Argument.PATH);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) throws Exception {
        ClassPath classPath = context.workspace().classPath();
        CancelToken stop = context.cell().progress().cancelToken();
        Set<Path> paths = new LinkedHashSet<>();
        for (String typed : arguments.paths) {
            paths.addAll(paths(typed));
        }
        if (arguments.reload) {
            reload(paths, classPath, context);
        } else if (paths.isEmpty()) {
            context.cell().say(listing(classPath));
            return Evaluation.NOTHING;
        } else {
            for (Path path : paths) {
                if (classPath.place(path).isPresent()) {
                    context.cell().say(path + " is there already; %jars --reload loads it anew");
                    continue;
                }
                LocalClasses.Place place =
                        context.session().call(() -> classPath.local().take(path, stop));
                SessionClasses classes = context.engine().classes();
                SessionClasses.Overlap overlap = classes.overlap(place.compiled());
                List<String> lost = classes.addChanging(place.compiled(), place.run());
                classPath.add(place);
                sources(place, classes.sources());
                context.cell().say(says("added", place));
                note(path, overlap, classPath, context);
                ClassPath.noteLost(lost, context);
            }
        }
        context.workspace().extensions(context, arguments.reload).forEach(context.cell()::say);
        return Evaluation.NOTHING;
    }

    private static void reload(Set<Path> only, ClassPath classPath, Context context) throws Exception {
        CancelToken stop = context.cell().progress().cancelToken();
        List<LocalClasses.Place> places = classPath.places().stream()
                .filter(place -> only.isEmpty() || only.contains(place.original()))
                .toList();
        for (Path path : only) {
            if (classPath.place(path).isEmpty()) {
                throw new UsageError(path + " was not added yet: %jars " + path);
            }
        }
        if (places.isEmpty()) {
            throw new UsageError("there is nothing to load anew: %jars PATH adds jars and folders");
        }
        var gone = new ArrayList<String>();
        var unreadable = new ArrayList<String>();
        List<LocalClasses.Place> fresh = context.session().call(() -> {
            var all = new ArrayList<LocalClasses.Place>();
            for (LocalClasses.Place place : places) {
                boolean isThere = Files.exists(place.original());
                try {
                    all.add(classPath.local().again(place, stop));
                } catch (UsageError e) {
                    (isThere ? unreadable : gone).add(e.getMessage() + AS_THEY_WERE);
                }
            }
            return all;
        });
        if (fresh.isEmpty()) {
            throw new UsageError(
                    Stream.concat(unreadable.stream(), gone.stream()).collect(Collectors.joining("\n")));
        }
        gone.forEach(one -> context.cell().note("note: " + one));
        fresh.forEach(classPath::add);
        SessionClasses classes = context.engine().classes();
        List<String> lost =
                classes.renew(fresh.stream().map(LocalClasses.Place::compiled).toList(), classPath.run());
        fresh.forEach(place -> {
            sources(place, classes.sources());
            context.cell().say(says("loaded anew", place));
        });
        ClassPath.noteLost(lost, context);
        if (!unreadable.isEmpty()) {
            throw new UsageError(String.join("\n", unreadable));
        }
    }

    /** Says which of its classes are there already, and whose count. */
    private static void note(Path place, SessionClasses.Overlap overlap, ClassPath classPath, Context context) {
        if (!overlap.replaced().isEmpty()) {
            context.cell()
                    .note("note: classes of " + place + " replace those of the kernel's own "
                            + String.join(", ", overlap.replaced()) + " in this session");
        }
        ClassPath.noteKept(place.toString(), overlap, context);
        if (!overlap.before().isEmpty()) {
            context.cell()
                    .note("note: classes of " + place + " that are in "
                            + overlap.before().stream().map(classPath::original).collect(Collectors.joining(", "))
                            + " too are taken from there, which was added before");
        }
    }

    private static String says(String what, LocalClasses.Place place) {
        return String.format(
                Locale.ROOT,
                "%s %s (%,d %s)",
                what,
                place.original(),
                place.classes(),
                place.classes() == 1 ? "class" : "classes");
    }

    /** Where builds keep the sources of what they make. */
    private static void sources(LocalClasses.Place place, SourceJars sources) {
        Path original = place.original();
        String name = original.getFileName().toString();
        Stream<Path> candidates = name.endsWith(".jar")
                ? Stream.of(original.resolveSibling(name.substring(0, name.length() - 4) + "-sources.jar"))
                : Stream.of("../../src/main/java", "../../../../src/main/java", "../src", "../../src")
                        .map(up -> original.resolve(up).normalize());
        candidates.filter(Files::exists).findFirst().ifPresent(source -> {
            sources.put(place.run(), source);
            sources.put(place.compiled(), source);
        });
    }

    private static List<Path> paths(String typed) throws IOException {
        String home = typed.equals("~") || typed.startsWith("~/")
                ? System.getProperty("user.home") + typed.substring(1)
                : typed;
        if (home.matches(".*[*?\\[{].*") && !Files.exists(Path.of(home))) {
            return matching(home);
        }
        Path path = Path.of(home).toAbsolutePath().normalize();
        if (!Files.exists(path)) {
            throw new UsageError("there is no " + path);
        }
        if (Files.isDirectory(path)) {
            List<Path> jars = jars(path);
            return jars.isEmpty() ? List.of(path) : jars;
        }
        return List.of(path);
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar") && Files.isRegularFile(file))
                    .filter(file -> !file.toString().matches(".*-(sources|javadoc)\\.jar"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> matching(String pattern) throws IOException {
        Path whole = Path.of(pattern).toAbsolutePath().normalize();
        Path root = whole;
        while (root.toString().matches(".*[*?\\[{].*")) {
            root = root.getParent();
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + whole);
        int depth = pattern.contains("**") ? DEEPEST : whole.getNameCount() - root.getNameCount();
        if (!Files.isDirectory(root)) {
            throw new UsageError("there is no folder " + root);
        }
        try (Stream<Path> files = Files.walk(root, depth)) {
            List<Path> found = files.filter(matcher::matches).sorted().toList();
            if (found.isEmpty()) {
                throw new UsageError("nothing is called like " + whole);
            }
            return found;
        }
    }

    private static String listing(ClassPath classPath) {
        return classPath.places().isEmpty()
                ? "nothing was added yet: %jars target/classes"
                : classPath.places().stream()
                        .map(place -> says("", place).strip())
                        .collect(Collectors.joining("\n"));
    }
}

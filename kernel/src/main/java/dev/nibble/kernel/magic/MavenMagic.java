package dev.nibble.kernel.magic;

import dev.nibble.kernel.jshell.Evaluation;
import dev.nibble.kernel.jshell.SessionClasses.Overlap;
import dev.nibble.kernel.jshell.SourceJars;
import dev.nibble.kernel.maven.Artifacts;
import dev.nibble.kernel.maven.ArtifactsException;
import dev.nibble.kernel.maven.Found;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %maven}: artifacts of Maven repositories, with all that they need, on the session's class path. */
public final class MavenMagic extends OptionMagic<MavenMagic.Arguments> {
    private static final int NAMED = 8;

    /** Its options. */
    @Command(
            name = "maven",
            description = {
                "fetches libraries with all that they need, and puts them on the class path",
                "Settings, mirrors, passwords and the local repository are those of your Maven (~/.m2). A library that the"
                        + " kernel is made of too is used in your version, if no objects of it go to and from the"
                        + " laboratory. Alone it lists what was added."
            },
            customSynopsis = {"%%maven GROUP:NAME:VERSION…", "%%maven"})
    static final class Arguments {
        @Parameters(
                paramLabel = "COORDINATES",
                description =
                        "group:name:version, also group:name:type:classifier:version; a version may be a range, as"
                                + " in [1.2,2)")
        private List<String> coordinates = List.of();

        @CommandLine.Option(
                names = {"-r", "--repo"},
                paramLabel = "URL",
                description = "a repository to ask first, https://… or file:///…; name=URL gives it the name that a"
                        + " server has in your settings.xml")
        private List<String> repositories = List.of();

        @CommandLine.Option(
                names = {"-x", "--exclude"},
                paramLabel = "GROUP:NAME",
                description = "what shall not come along; group:* for all of a group")
        private List<String> exclusions = List.of();

        @CommandLine.Option(
                names = {"-o", "--offline"},
                description = "take only what was fetched before")
        private boolean offline;

        @CommandLine.Option(
                names = {"-U", "--update"},
                description = "ask for newer snapshots now")
        private boolean update;

        @CommandLine.Option(names = "--no-sources", description = "do not fetch source jars, which Shift-Tab reads")
        private boolean noSources;

        @CommandLine.Option(names = "--unchecked", description = "take files whose checksums are missing or wrong")
        private boolean unchecked;

        @CommandLine.Option(names = "--settings", paramLabel = "FILE", description = "another settings.xml than yours")
        private Path settings;
    }

    /** Its one. */
    public MavenMagic() {
        super(Arguments::new, Argument.TEXT);
    }

    @Override
    Evaluation run(Arguments arguments, Call call, Context context) throws Exception {
        ClassPath classPath = context.workspace().classPath();
        if (arguments.coordinates.isEmpty()) {
            context.cell().say(listing(classPath));
            return Evaluation.NOTHING;
        }
        var request = new Artifacts.Request(
                arguments.coordinates,
                arguments.repositories,
                arguments.exclusions,
                arguments.offline,
                arguments.update,
                arguments.unchecked,
                arguments.settings);
        List<Found> added;
        try {
            List<Found> found = context.session()
                    .call(() -> Artifacts.resolve(request, context.cell().progress(), context.cell()::note));
            added = add(found, classPath, context);
        } catch (ArtifactsException e) {
            return failed("MavenError", e.getMessage());
        }
        ClassPath.noteLost(
                context.engine().classes().add(added.stream().map(Found::file).toList()), context);
        if (!arguments.noSources) {
            SourceJars sources = context.engine().classes().sources();
            var _ = Artifacts.sources(request, added, (artifact, source) -> sources.put(artifact.file(), source));
        }
        context.workspace().extensions(context, false).forEach(context.cell()::say);
        return Evaluation.NOTHING;
    }

    /** Those that the class path takes; says what became of all. */
    private static List<Found> add(List<Found> found, ClassPath classPath, Context context) {
        Map<String, Found> before = classPath.artifacts();
        var added = new ArrayList<Found>();
        var kept = new ArrayList<String>();
        var replacing = new ArrayList<String>();
        for (Found one : found) {
            Found there = before.get(one.key());
            if (there != null) {
                if (!there.version().equals(one.version())) {
                    context.cell()
                            .note("note: " + one.key() + " stays at " + there.version()
                                    + ", which was added before; for " + one.version() + " restart the kernel");
                } else if (one.asked()) {
                    context.cell().say(one.coordinates() + " is there already");
                }
                continue;
            }
            Overlap overlap = overlap(one.file(), context);
            String file = one.file().getFileName().toString();
            if (overlap.kept().contains(file) || overlap.replaced().contains(file)) {
                if (one.asked()) {
                    context.cell().say(one.coordinates() + " is part of the kernel");
                }
                continue;
            }
            Optional<String> shared = ClassPath.version(overlap.kept(), one.name());
            if (shared.isPresent() || (!overlap.kept().isEmpty() && !overlap.isNew())) {
                kept.add(shared.map(ours -> one.name() + " " + ours)
                                .orElseGet(() -> one.name() + " of " + String.join(", ", overlap.kept()))
                        + " (not "
                        + one.version() + ")");
                continue;
            }
            ClassPath.noteKept(one.coordinates(), overlap, context);
            if (!overlap.replaced().isEmpty()) {
                String ours = ClassPath.version(overlap.replaced(), one.name())
                        .orElseGet(() -> String.join(", ", overlap.replaced()));
                replacing.add(one.name() + " " + one.version() + " (not " + ours + ")");
            }
            added.add(one);
        }
        added.forEach(classPath::add);
        if (!kept.isEmpty()) {
            context.cell()
                    .note("note: the kernel's own version stays, because objects of it go to and from the library: "
                            + String.join(", ", kept));
        }
        if (!replacing.isEmpty()) {
            context.cell()
                    .note("note: this session uses another version than the kernel itself: "
                            + String.join(", ", replacing));
        }
        if (!added.isEmpty()) {
            context.cell().say(summary(added));
        }
        return added;
    }

    private static Overlap overlap(Path jar, Context context) {
        try {
            return context.engine().classes().overlap(jar);
        } catch (UncheckedIOException e) {
            throw new ArtifactsException(e.getMessage() + ": delete it and run %maven again");
        }
    }

    private static String summary(List<Found> added) {
        String asked =
                added.stream().filter(Found::asked).map(Found::coordinates).collect(Collectors.joining(", "));
        List<Found> needed = added.stream().filter(one -> !one.asked()).toList();
        String names = needed.stream()
                .limit(NAMED)
                .map(one -> one.name() + " " + one.version())
                .collect(Collectors.joining(", "));
        String more = needed.size() > NAMED ? " and " + (needed.size() - NAMED) + " more" : "";
        if (asked.isEmpty()) {
            return "added " + names + more;
        }
        return "added " + asked + (needed.isEmpty() ? "" : ", with " + names + more);
    }

    private static String listing(ClassPath classPath) {
        List<Found> all = classPath.artifactsInOrder();
        if (all.isEmpty()) {
            return "nothing was added yet: %maven org.apache.commons:commons-csv:1.14.1";
        }
        return all.stream()
                .map(one -> (one.asked() ? "" : "  ") + one.coordinates())
                .collect(Collectors.joining("\n"));
    }
}

package dev.nibble.kernel.jshell;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;

/**
 * The classes that can be named: those that imports bring, and all others of the JDK, of this library and of jars that
 * were added, by their simple name. Thread-safe.
 */
final class TypeNames {
    private static final Pattern IMPORT =
            Pattern.compile("import\\s+(static\\s+|module\\s+)?([\\w$.]+?)(\\.\\*)?\\s*;?\\s*");
    /** Packages of this program's class path whose classes are offered to be imported. */
    private static final List<String> OFFERED = List.of("dev.nibble.", "tech.tablesaw.");
    /** Modules whose classes hardly anyone means. */
    private static final Pattern RARE =
            Pattern.compile("(com\\.|sun\\.|jdk\\.(?!incubator)|org\\.|netscape\\.|javax\\.(swing|print|sound)).*");

    private final CodeLook look;
    private final SessionPath path;
    private final Supplier<ClassLoader> loader;
    private final Map<String, Optional<Facts>> facts = new ConcurrentHashMap<>();
    // Simple names to packages; made when first asked for. Guarded by the look, as the class path is.
    private Map<String, Set<String>> all;

    /**
     * @param path of the session
     * @param loader finds the classes of the session
     */
    TypeNames(CodeLook look, SessionPath path, Supplier<ClassLoader> loader) {
        this.look = look;
        this.path = path;
        this.loader = loader;
    }

    /**
     * What a class is.
     *
     * @param kind "class", "interface", "enum" or "annotation"
     * @param isThrowable whether its name says that it can be thrown
     */
    record Facts(String kind, boolean isDeprecated, boolean isThrowable) {}

    /**
     * What imports bring.
     *
     * @param single simple names and the classes that they mean
     * @param packages whose classes all can be named; also classes whose nested ones can
     * @param statics classes whose static members all can be named
     */
    record Imported(Map<String, String> single, Set<String> packages, Set<String> statics) {}

    /** Reads import lines. */
    Imported imported(Collection<String> lines) {
        Map<String, String> single = new LinkedHashMap<>();
        Set<String> packages = new LinkedHashSet<>();
        Set<String> statics = new LinkedHashSet<>();
        for (String line : lines) {
            Matcher one = IMPORT.matcher(line.strip());
            if (!one.matches()) {
                continue;
            }
            String what = one.group(1) == null ? "" : one.group(1).strip();
            String name = one.group(2);
            if (what.equals("module")) {
                look.files(SessionFiles::modulePackages).forEach((exported, module) -> {
                    if (module.equals(name)) {
                        packages.add(exported);
                    }
                });
            } else if (one.group(3) != null) {
                (what.isEmpty() ? packages : statics).add(name);
            } else {
                single.put(name.substring(name.lastIndexOf('.') + 1), name);
            }
        }
        packages.add("java.lang");
        return new Imported(single, packages, statics);
    }

    /** Names and full names of the classes whose name fits and that can be used without an import. */
    Map<String, String> visible(Imported imported, Prefix prefix) {
        Map<String, String> found = new TreeMap<>();
        for (String parent : imported.packages()) {
            for (String simple : look.files(files -> files.classesOf(parent))) {
                if (prefix.fits(simple) && facts(parent + "." + simple).isPresent()) {
                    found.putIfAbsent(simple, parent + "." + simple);
                }
            }
        }
        imported.single().forEach((simple, full) -> {
            if (prefix.fits(simple) && facts(full).isPresent()) {
                found.put(simple, full);
            }
        });
        return found;
    }

    /** The public classes of a package. */
    List<String> inPackage(String parent, Prefix prefix) {
        return look.files(files -> files.classesOf(parent)).stream()
                .filter(simple ->
                        prefix.fits(simple) && facts(parent + "." + simple).isPresent())
                .sorted()
                .toList();
    }

    /** The parts of package names that may follow {@code parent}, which is empty or ends in a dot. */
    Set<String> packagesIn(String parent, String begun) {
        var names = new TreeSet<String>();
        Stream.concat(
                        look.files(files -> List.copyOf(files.modulePackages().keySet())).stream(),
                        ownPackages().stream())
                .filter(name -> name.startsWith(parent + begun) && name.length() > parent.length())
                .forEach(name -> names.add(name.substring(parent.length()).replaceFirst("\\..*", "")));
        return names;
    }

    private Set<String> ownPackages() {
        var names = new TreeSet<String>();
        Imports.all()
                .forEach(entry -> names.add(
                        entry.isStatic()
                                ? entry.name().substring(0, entry.name().lastIndexOf('.'))
                                : entry.name()));
        index().values().forEach(names::addAll);
        return names;
    }

    /** Full names of public classes of that simple name, the likeliest first. */
    List<String> named(String simple) {
        return index().getOrDefault(simple, Set.of()).stream()
                .map(parent -> parent + "." + simple)
                .filter(full -> facts(full).isPresent())
                .toList();
    }

    /** Simple names of all classes, with and without an import. */
    Set<String> allNames() {
        return index().keySet();
    }

    /** Simple names in the index that fit. */
    List<String> fitting(Prefix prefix, int most) {
        return index().keySet().stream().filter(prefix::fits).limit(most).toList();
    }

    /** Full names of packages whose first part is that of the name. */
    List<String> allPackages(String name) {
        String root = name.replaceFirst("\\..*", "");
        var packages = new TreeSet<>(ownPackages());
        packages.addAll(look.files(files -> List.copyOf(files.modulePackages().keySet())));
        packages.removeIf(one -> !one.startsWith(root));
        return List.copyOf(packages);
    }

    /** Simple names of the classes that can be used in a session without an import, a few that are not public too. */
    Set<String> visibleNames(SessionView view) {
        var names = new TreeSet<String>();
        Imported imported = imported(view.imports());
        names.addAll(imported.single().keySet());
        for (String parent : imported.packages()) {
            names.addAll(look.files(files -> files.classesOf(parent)));
        }
        view.members().stream()
                .filter(member -> member.kind() == SessionView.MemberKind.TYPE)
                .forEach(member -> names.add(member.name()));
        return names;
    }

    /** Makes the index, so that the first who asks need not wait. */
    void prepare() {
        index();
    }

    /** Reads the class path anew, which has changed. */
    void follow() {
        synchronized (look) {
            all = null;
            facts.clear();
        }
    }

    private Map<String, Set<String>> index() {
        synchronized (look) {
            if (all == null) {
                var made = new TreeMap<String, Set<String>>();
                var packages = new ArrayList<>(
                        look.files(files -> List.copyOf(files.modulePackages().keySet())));
                packages.removeIf(name -> RARE.matcher(name + ".").matches());
                // java.util before java.awt, and both before everything of javax and of others.
                packages.sort(java.util.Comparator.comparingInt(TypeNames::rank).thenComparing(name -> name));
                for (String parent : packages) {
                    for (String simple : look.files(files -> files.classesOf(parent))) {
                        made.computeIfAbsent(simple, _ -> new LinkedHashSet<>()).add(parent);
                    }
                }
                add(path.kernel(), OFFERED, made);
                path.added().forEach(index -> add(index, List.of(""), made));
                all = made;
            }
            return all;
        }
    }

    private static int rank(String name) {
        List<String> first =
                List.of("java.util", "java.nio", "java.time", "java.io", "java.math", "java.net", "java.text");
        for (int i = 0; i < first.size(); i++) {
            if (name.startsWith(first.get(i))) {
                return i;
            }
        }
        return name.equals("java.lang") ? 0 : name.startsWith("java.lang.") ? 8 : name.startsWith("java.") ? 9 : 10;
    }

    private static void add(JarIndex index, List<String> offered, Map<String, Set<String>> made) {
        for (String parent : index.packages()) {
            if (offered.stream().noneMatch(parent.concat(".")::startsWith)) {
                continue;
            }
            for (JavaFileObject file : index.list(parent)) {
                String name = JarIndex.name(file);
                if (name.indexOf('$') < 0) {
                    made.computeIfAbsent(name.substring(name.lastIndexOf('.') + 1), _ -> new LinkedHashSet<>())
                            .add(parent);
                }
            }
        }
    }

    /** What a class is; empty if there is none of that name, or it is not public. */
    Optional<Facts> facts(String fullName) {
        return facts.computeIfAbsent(fullName, this::read);
    }

    private Optional<Facts> read(String fullName) {
        try (InputStream in = loader.get().getResourceAsStream(fullName.replace('.', '/') + ".class")) {
            if (in == null) {
                return Optional.empty();
            }
            ClassModel model = ClassFile.of().parse(in.readAllBytes());
            if (!model.flags().has(AccessFlag.PUBLIC)) {
                return Optional.empty();
            }
            String kind = model.flags().has(AccessFlag.ANNOTATION)
                    ? "annotation"
                    : model.flags().has(AccessFlag.INTERFACE)
                            ? "interface"
                            : model.flags().has(AccessFlag.ENUM) ? "enum" : "class";
            boolean isThrowable = fullName.endsWith("Exception") || fullName.endsWith("Error");
            return Optional.of(
                    new Facts(kind, model.findAttribute(Attributes.deprecated()).isPresent(), isThrowable));
        } catch (IOException | RuntimeException unreadable) {
            return Optional.empty();
        }
    }

    /** Which names fit what was typed. */
    record Prefix(String typed) {
        /** Begins with it, capitals and small letters alike; {@code CHM} fits {@code ConcurrentHashMap} too. */
        boolean fits(String name) {
            return name.regionMatches(true, 0, typed, 0, typed.length()) || isHumps(name);
        }

        boolean isExact(String name) {
            return name.startsWith(typed);
        }

        /** Whether the capitals of a name are what was typed, from the first on. */
        boolean isHumps(String name) {
            if (typed.length() < 2 || !typed.chars().allMatch(Character::isUpperCase)) {
                return false;
            }
            int at = 0;
            for (int i = 0; i < name.length() && at < typed.length(); i++) {
                if (Character.isUpperCase(name.charAt(i))) {
                    if (name.charAt(i) != typed.charAt(at)) {
                        return false;
                    }
                    at++;
                }
            }
            return at == typed.length() && Character.isUpperCase(name.charAt(0));
        }
    }
}

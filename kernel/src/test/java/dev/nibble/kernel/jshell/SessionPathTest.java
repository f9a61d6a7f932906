package dev.nibble.kernel.jshell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaFileObject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which libraries the session shares with the kernel. */
class SessionPathTest {
    private static final Pattern TYPE = Pattern.compile("L([\\w/$]+)[;<]");
    /** What cells call by design: all of the library, and the kernel's parts that are made for them. */
    private static final Pattern FOR_CELLS = Pattern.compile(
            "dev\\.nibble\\.(?!kernel|cli)[\\w.]+|dev\\.nibble\\.kernel\\.(spi|display|widget|comm|cell)");
    /** Libraries of Tablesaw that a few methods name which cells hardly call, and that people bring in other versions. */
    private static final Set<String> REPLACEABLE = Set.of("com.google", "io.pebbletemplates");

    private static Map<String, JavaFileObject> classes;

    @BeforeAll
    static void list() {
        classes = new JarIndex(System.getProperty("java.class.path"))
                .listAll("").stream()
                        .collect(Collectors.toMap(JarIndex::name, Function.identity(), (first, _) -> first));
    }

    /** From what cells call to the types that occur there, to the types that occur in these. */
    @Test
    void whatCellsGetFromTheLibraryIsShared() throws IOException {
        Deque<String> todo = new ArrayDeque<>();
        Set<String> seen = new HashSet<>();
        for (String name : classes.keySet()) {
            if (FOR_CELLS.matcher(SessionPath.packageOf(name)).matches()
                    && !classes.get(name).toUri().toString().contains("test-classes")
                    && model(name).flags().has(AccessFlag.PUBLIC)) {
                seen.add(name);
                todo.add(name);
            }
        }
        Set<String> notShared = new TreeSet<>();
        while (!todo.isEmpty()) {
            for (String type : types(model(todo.pop()))) {
                if (classes.containsKey(type) && !type.startsWith("dev.nibble.") && seen.add(type)) {
                    if (SessionPath.isShared(SessionPath.packageOf(type))) {
                        todo.add(type);
                    } else {
                        notShared.add(type.replaceFirst("^(\\w+\\.\\w+)\\..*", "$1"));
                    }
                }
            }
        }
        assertThat(seen).contains("tech.tablesaw.api.Table", "it.unimi.dsi.fastutil.ints.IntArrayList");
        assertThat(notShared).isEqualTo(new TreeSet<>(REPLACEABLE));
    }

    @Test
    void theJdkIsSharedAndOtherLibrariesAreNot() {
        assertThat(Set.of("java.util", "org.w3c.dom", "javax.xml.parsers", "jdk.internal.misc", "dev.nibble.core"))
                .allMatch(SessionPath::isShared);
        assertThat(Set.of(
                        "org.apache.commons.io", "com.google.common.collect", "org.slf4j", "tech.tablesawing", "REPL"))
                .noneMatch(SessionPath::isShared);
    }

    /** Copies of jars with classes for several versions of Java are folders like that. */
    @Test
    void versionedClassesOfAFolderAreNoPackages(@TempDir Path folder) throws IOException {
        for (String parent : List.of("lab/more", "META-INF/versions/9/lab", "BOOT-INF/classes/lab")) {
            Files.createFile(Files.createDirectories(folder.resolve(parent)).resolve("Foo.class"));
        }
        var index = new JarIndex(folder);
        assertThat(index.packages()).containsExactly("lab.more");
        assertThat(index.listAll("")).hasSize(1);
    }

    /** As the class loader reads them: addresses, of which those that are no files are left out. */
    @Test
    void manifestsNameFurtherJars(@TempDir Path folder) throws IOException {
        Path here = Files.createDirectories(folder.resolve("a:b/c d"));
        Files.createFile(Files.createDirectories(here.resolve("beside")).resolve("B.class"));
        jar(here.resolve("third.jar"), "third", "main.jar");
        jar(
                here.resolve("an other.jar"),
                "other",
                here.resolve("third.jar").toUri().toString());
        jar(
                here.resolve("main.jar"),
                "main",
                "an%20other.jar http://127.0.0.1:9/x.jar %zz file:// file:/C:?/x none.jar");
        jar(here.resolve("blank.jar"), "blank", " ");
        assertThat(new JarIndex(here.resolve("main.jar")).packages()).containsExactly("main", "other", "third");
        assertThat(new JarIndex(here.resolve("blank.jar")).packages()).containsExactly("blank");
        Path torn = Files.write(folder.resolve("torn.jar"), new byte[] {'P', 'K', 3, 4});
        assertThatThrownBy(() -> new JarIndex(torn)).hasMessageStartingWith(torn + " is no readable jar (");
    }

    private static void jar(Path jar, String packageName, String classPath) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Class-Path", classPath);
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry(packageName + "/Some.class"));
        }
    }

    private static ClassModel model(String name) throws IOException {
        try (InputStream in = classes.get(name).openInputStream()) {
            return ClassFile.of().parse(in.readAllBytes());
        }
    }

    /** In the signatures that others see. */
    private static Set<String> types(ClassModel model) {
        Set<String> found = new TreeSet<>();
        model.superclass().ifPresent(type -> found.add(type.asInternalName().replace('/', '.')));
        model.interfaces().forEach(type -> found.add(type.asInternalName().replace('/', '.')));
        model.methods().forEach(method -> {
            if (method.flags().has(AccessFlag.PUBLIC) || method.flags().has(AccessFlag.PROTECTED)) {
                add(method.methodType().stringValue(), found);
                method.findAttribute(Attributes.signature())
                        .ifPresent(generic -> add(generic.signature().stringValue(), found));
            }
        });
        model.fields().forEach(field -> {
            if (field.flags().has(AccessFlag.PUBLIC) || field.flags().has(AccessFlag.PROTECTED)) {
                add(field.fieldType().stringValue(), found);
            }
        });
        return found;
    }

    private static void add(String signature, Set<String> found) {
        Matcher types = TYPE.matcher(signature);
        while (types.find()) {
            found.add(types.group(1).replace('/', '.'));
        }
    }
}

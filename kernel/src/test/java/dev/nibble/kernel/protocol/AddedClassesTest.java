package dev.nibble.kernel.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.kernel.magic.CellCompletions;
import dev.nibble.kernel.protocol.CellRunner.CellRequest;
import dev.nibble.kernel.protocol.CellRunner.CellResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code %maven}, {@code %jars} and what jars bring along, in cells without sockets; repositories of the test's own. */
class AddedClassesTest {
    private static Cells cells;
    private static HttpServer server;
    private static Path settings;
    private static Path repository;

    @TempDir
    static Path all;

    @TempDir
    private Path folder;

    private Recorder shown;

    @BeforeAll
    static void open() throws IOException {
        repository = Files.createDirectories(all.resolve("repository"));
        server = SimpleFileServer.createFileServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                repository.toRealPath(),
                SimpleFileServer.OutputLevel.NONE);
        server.start();
        settings = settings("http://127.0.0.1:" + server.getAddress().getPort() + "/", "ours");
        Path leaf = TinyJars.compile(
                all.resolve("leaf"),
                Map.of("leaf/Leaf.java", "package leaf; public class Leaf { public static int size() { return 3; } }"));
        Path branch = TinyJars.compile(
                all.resolve("branch"),
                Map.of(
                        "branch/Branch.java",
                        "package branch; public class Branch { public static String name() { return \"branch\"; } }"));
        TinyJars.publish(repository, "org.tree", "leaf", "1.0", leaf, Map.of());
        TinyJars.publish(repository, "org.tree", "leaf", "1.4", leaf, Map.of());
        TinyJars.publish(repository, "org.tree", "leaf", "2.0", leaf, Map.of());
        TinyJars.publish(
                repository,
                "org.tree",
                "branch",
                "1.0",
                branch,
                Map.of("org.tree:leaf:[1.0,2.0)", "compile", "org.tree:nothing:1", "test"));
        cells = Cells.create(RenderOptions.DEFAULT);
    }

    /** Everything comes from the test's own server, and goes into the test's own folder. */
    private static Path settings(String url, String name) throws IOException {
        return settings(url, name, "*");
    }

    private static Path settings(String url, String name, String mirrorOf) throws IOException {
        return Files.writeString(
                all.resolve(name + ".xml"),
                "<settings><localRepository>" + all.resolve(name) + "</localRepository><mirrors><mirror><id>" + name
                        + "</id><mirrorOf>" + mirrorOf + "</mirrorOf><url>" + url
                        + "</url></mirror></mirrors></settings>");
    }

    @AfterAll
    static void close() {
        cells.close();
        server.stop(0);
    }

    private CellResult run(String code) {
        shown = new Recorder();
        return cells.run(CellRequest.of(code), shown);
    }

    private String printed(String code) {
        CellResult result = run(code);
        assertThat(result.error()).as(code + "\n" + shown.traceback).isNull();
        return shown.stdout.toString();
    }

    private String failure(String code) {
        CellResult result = run(code);
        assertThat(result.error()).as(code).isNotNull();
        return result.error().name() + ": " + result.error().value();
    }

    @Test
    void mavenBringsALibraryAndWhatItNeeds() {
        String said = printed("%maven --settings " + settings
                + " org.tree:branch:1.0\nSystem.out.println(branch.Branch.name() + leaf.Leaf.size());");
        // the range takes the highest, and what only its tests need stays away
        assertThat(said).isEqualTo("added org.tree:branch:1.0, with leaf 1.4\nbranch3\n");
        assertThat(printed("%maven")).endsWith("org.tree:branch:1.0\n  org.tree:leaf:1.4\n");
        assertThat(printed("%maven --settings " + settings + " --offline org.tree:branch:1.0"))
                .isEqualTo("org.tree:branch:1.0 is there already\n");
        printed("%maven --settings " + settings + " org.tree:leaf:2.0");
        assertThat(shown.stderr.toString()).contains("stays at 1.4").contains("restart the kernel");
    }

    @Test
    void mavenSaysWhyThereIsNothing() throws IOException {
        String maven = "%maven --settings " + settings + " ";
        assertThat(failure(maven + "org.tree:leav:1.0"))
                .startsWith("MavenError: org.tree:leav:1.0 was not found in ours (http://127.0.0.1:")
                .contains("spelled right");
        assertThat(failure(maven + "org.tree:leaf:3.0"))
                .contains("is not there in version 3.0; there is 2.0, 1.4, 1.0");
        assertThat(failure(maven + "org.tree:leaf:[5,)")).contains("has no version in [5,)", "2.0");
        assertThat(failure(maven + "org.tree:leaf")).contains("has no version: write org.tree:leaf:1.2.3");
        assertThat(failure(maven + "leaf")).contains("are no coordinates");
        assertThat(failure("%maven --repo ftp:x org.tree:leaf:1.0")).contains("is no repository");
        assertThat(failure(maven + "-x leaf org.tree:branch:1.0"))
                .contains("leaf can not be left out: write group:name");
        Path central = settings("http://127.0.0.1:9/", "nothing", "central");
        assertThat(failure("%maven --settings " + central
                        + " --repo http://who:secret@127.0.0.1:9/some/where/ org.tree:leaf:7.0"))
                .contains("127.0.0.1-9-some-where (http://127.0.0.1:9/some/where/)")
                .doesNotContain("secret");
        assertThat(failure("%maven --settings /no/such/file org.tree:leaf:1.0")).contains("no settings file");
        assertThat(failure("%maven --colour red a:b:1"))
                .startsWith("UsageError: ")
                .contains("--colour", "%maven --help");
        Path unreachable = settings("http://127.0.0.1:9/", "unreachable");
        assertThat(failure("%maven --settings " + unreachable + " org.tree:leaf:1.0"))
                .contains("unreachable (http://127.0.0.1:9/) can not be reached", "--offline");
        assertThat(failure("%maven --offline --settings " + unreachable + " org.tree:leaf:1.0"))
                .contains("is not in the local repository");
        assertThat(failure("%maven --offline --settings " + unreachable + " org.tree:leaf:[5,)"))
                .contains("--offline (or settings.xml) forbids to ask unreachable")
                .doesNotContain("was not found in");
        assertThat(failure(maven + "--offline org.tree:leaf:[5,)"))
                .contains("has no version in [5,); there is 2.0", "forbids to ask ours")
                .doesNotContain("(asked");
        Path broken = Files.writeString(folder.resolve("broken.xml"), "<settings><mirrors></settings>");
        assertThat(failure("%maven --settings " + broken + " org.tree:leaf:1.0"))
                .contains("settings of Maven");
    }

    @Test
    void mavenRefusesWhatWasDamagedAndAsksAFolderToo() throws IOException {
        Path classes =
                TinyJars.compile(folder.resolve("classes"), Map.of("odd/Odd.java", "package odd; public class Odd {}"));
        Path local = folder.resolve("odd-repository");
        TinyJars.publish(local, "org.odd", "odd", "1.0", classes, Map.of());
        Path jar = local.resolve("org/odd/odd/1.0/odd-1.0.jar");
        Files.write(jar, new byte[] {1, 2, 3});
        Path plain = settings("http://127.0.0.1:9/", "plain", "central");
        String maven = "%maven --settings " + plain + " --repo odd=" + local.toUri() + " ";
        TinyJars.publish(local, "org.odd", "even", "1.0", classes, Map.of());
        assertThat(failure(maven + "org.odd:odd:1.0")).contains("another checksum", "odd (file:");
        Path fetched = all.resolve("plain/org/odd/odd/1.0/odd-1.0.jar");
        assertThat(failure(maven + "--unchecked org.odd:even:1.0 org.odd:odd:1.0"))
                .startsWith("MavenError: " + fetched + " is no readable jar (")
                .endsWith("): delete it and run %maven again");
        Files.delete(fetched);
        TinyJars.publish(local, "org.odd", "odd", "1.0", classes, Map.of());
        assertThat(printed(maven + "--offline org.odd:even:1.0 org.odd:odd:1.0\nnew odd.Odd().getClass().getName()"))
                .isEqualTo("added org.odd:even:1.0, org.odd:odd:1.0\n");
        assertThat(shown.text()).isEqualTo("odd.Odd");
    }

    @Test
    void mavenSaysWhatCameWithoutWhatItNeeds() throws IOException {
        String maven = "%maven --settings " + settings("http://127.0.0.1:9/", "torn") + " --offline ";
        Path local = all.resolve("torn");
        Path leaf = repository.resolve("org/tree/leaf/1.0/leaf-1.0.jar");
        for (String name : List.of("torn", "bare")) {
            Path folder = Files.createDirectories(local.resolve("org/tree/" + name + "/1.0"));
            Files.copy(leaf, folder.resolve(name + "-1.0.jar"));
        }
        Path pom = local.resolve("org/tree/torn/1.0/torn-1.0.pom");
        Files.writeString(pom, "<project><oops");
        assertThat(printed(maven + "org.tree:torn:1.0 org.tree:bare:1.0"))
                .startsWith("added org.tree:torn:1.0, org.tree:bare:1.0");
        assertThat(shown.stderr.toString())
                .contains("note: what org.tree:torn:1.0 needs does not come along, because its POM can not be read: ")
                .contains("POM " + pom, "delete it and run %maven again")
                .contains("note: what org.tree:bare:1.0 needs does not come along, because there is no POM of it here")
                .contains("without --offline")
                .hasLineCount(2);
    }

    @Test
    void anInterruptEndsTheWaitForAServer() throws Exception {
        try (var silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Path slow = settings("http://127.0.0.1:" + silent.getLocalPort() + "/", "silent");
            var result = new CompletableFuture<CellResult>();
            var output = new Recorder();
            String code = "%maven --settings " + slow + " org.tree:leaf:1.0";
            Thread.ofPlatform().daemon().start(() -> result.complete(cells.run(CellRequest.of(code), output)));
            try (var _ = silent.accept()) {
                cells.interrupt();
                assertThat(result.get(20, TimeUnit.SECONDS).error().name()).isEqualTo("KeyboardInterrupt");
            }
        }
    }

    @Test
    void whatTheSessionSharesWithTheLibraryStays() throws IOException {
        Path classes = TinyJars.compile(
                folder.resolve("classes"),
                Map.of("picocli/CommandLine.java", "package picocli; public class CommandLine {}"));
        TinyJars.publish(repository, "info.picocli", "picocli", "1.0", classes, Map.of());
        assertThat(printed("%maven --settings " + settings + " info.picocli:picocli:1.0"))
                .isEmpty();
        assertThat(shown.stderr.toString())
                .containsPattern(
                        "note: the kernel's own version stays, because .*: picocli 4\\.[\\d.]+ \\(not 1\\.0\\)");
        printed("%jars " + classes + "\nSystem.out.print(picocli.CommandLine.VERSION);");
        assertThat(shown.stdout.toString()).contains("\n4.");
        assertThat(shown.stderr.toString()).contains("are taken from there").contains("picocli-4");
    }

    /** Cells, methods of earlier cells and another library all find the added version; the kernel goes on with its own. */
    @Test
    void aLibraryThatWasAddedIsUsedInsteadOfTheKernelsOwn() throws IOException {
        Path newer = TinyJars.compile(
                folder.resolve("newer"),
                Map.of(
                        "org/apache/commons/io/FilenameUtils.java",
                        "package org.apache.commons.io; public class FilenameUtils {"
                                + " public static String getExtension(String name) { return \"theirs\"; }"
                                + " public static String onlyInTheNewer() { return new Hidden().name(); } }",
                        "org/apache/commons/io/Hidden.java",
                        "package org.apache.commons.io; class Hidden { String name() { return \"new\"; } }",
                        "org/apache/commons/io/IOCase.java",
                        "package org.apache.commons.io; public enum IOCase { SYSTEM }"));
        Path user = TinyJars.compile(
                folder.resolve("user"),
                newer,
                Map.of(
                        "user/User.java",
                        "package user; import org.apache.commons.io.*; public class User {"
                                + " public static String name() { return FilenameUtils.onlyInTheNewer(); }"
                                + " public static IOCase sensitive() { return IOCase.SYSTEM; } }"));
        TinyJars.publish(repository, "commons-io", "commons-io", "9.0", newer, Map.of());
        TinyJars.publish(repository, "org.tree", "user", "1.0", user, Map.of("commons-io:commons-io:9.0", "compile"));
        printed("import org.apache.commons.io.*;\nvar sensitive = IOCase.SYSTEM; var weights = new float[] {5f};"
                + " String extension() { return FilenameUtils.getExtension(\"a.b\"); }\n"
                + "System.out.print(extension());");
        assertThat(shown.stdout.toString()).as("the kernel's own").isEqualTo("b");

        assertThat(printed("%maven --settings " + settings + " org.tree:user:1.0"))
                .startsWith("added org.tree:user:1.0, with commons-io 9.0\n");
        assertThat(shown.stderr.toString().lines().toList())
                .hasSize(2)
                .satisfies(lines -> assertThat(lines.getFirst())
                        .matches("note: this session uses another version than the kernel itself:"
                                + " commons-io 9\\.0 \\(not 2\\.[\\d.]+\\)"))
                .satisfies(lines -> assertThat(lines.getLast()).matches("note: .*sensitive lost .*"));
        printed("sensitive = user.User.sensitive();"
                + " System.out.print(extension() + user.User.name() + FilenameUtils.onlyInTheNewer() + weights[0]"
                + " + sensitive);");
        assertThat(shown.stdout.toString()).isEqualTo("theirsnewnew5.0SYSTEM");
        assertThat(printed("System.out.print(dev.nibble.kernel.magic.Magic.class.getClassLoader()"
                        + ".loadClass(\"org.apache.commons.io.FilenameUtils\").getMethods().length > 10);"))
                .isEqualTo("true");
        String typed = "FilenameUtils.only";
        assertThat(new CellCompletions(cells.magics(), cells.engine())
                        .complete(typed, typed.length())
                        .matches())
                .as("and so does completion")
                .extracting("text")
                .containsExactly("onlyInTheNewer()");
        assertThat(failure("IOCase.INSENSITIVE"))
                .as("the compiler sees theirs too")
                .contains("cannot find symbol");
    }

    /** The kernel's providers implement the kernel's interface: they are none of one that takes its place. */
    @Test
    void servicesAndResourcesComeFromWhereTheClassesDo() throws IOException {
        Path classes = TinyJars.compile(
                folder.resolve("classes"),
                Map.of(
                        "org/slf4j/spi/SLF4JServiceProvider.java",
                        "package org.slf4j.spi; public interface SLF4JServiceProvider { String theirs(); }",
                        "log/Provider.java",
                        "package log; public class Provider implements org.slf4j.spi.SLF4JServiceProvider {"
                                + " public String theirs() { return \"theirs\"; } }"));
        TinyJars.services(classes, Map.of("org.slf4j.spi.SLF4JServiceProvider", "log.Provider"));
        Files.writeString(
                Files.createDirectories(classes.resolve("org/slf4j/spi")).resolve("notes.txt"), "theirs");
        Path jar = TinyJars.jar(classes, folder.resolve("log.jar"));
        printed("%jars " + jar);
        assertThat(shown.stderr.toString())
                .containsPattern(
                        "note: classes of .*log\\.jar replace those of the kernel's own slf4j-api-2[\\d.]+jar");
        printed("for (var one : ServiceLoader.load(org.slf4j.spi.SLF4JServiceProvider.class)) {"
                + " System.out.print(one.theirs()); }\n"
                + "System.out.print(new String(Thread.currentThread().getContextClassLoader()"
                + ".getResourceAsStream(\"org/slf4j/spi/notes.txt\").readAllBytes()));");
        assertThat(shown.stdout.toString()).isEqualTo("theirstheirs");
    }

    @Test
    void jarsCanBeLoadedAnewAfterABuild() throws IOException {
        Path classes = TinyJars.compile(
                folder.resolve("classes"),
                Map.of("lab/Answer.java", "package lab; public class Answer { public int of() { return 41; } }"));
        assertThat(printed("%jars " + classes + "\nvar answer = new lab.Answer(); var weights = new float[8];"
                        + " weights[3] = 5f; record Pair(int a, int b) {} var pairs = List.of(new Pair(1, 2));"
                        + " int ask() { return new lab.Answer().of(); }"))
                .isEqualTo("added " + classes + " (1 class)\n");
        printed("System.out.print(ask());");
        assertThat(shown.stdout.toString()).isEqualTo("41");
        TinyJars.compile(
                classes,
                Map.of(
                        "lab/Answer.java",
                        "package lab; public class Answer { public int of() { return new lab.more.Rest().of(); } }",
                        "lab/more/Rest.java",
                        "package lab.more; public class Rest { public int of() { return 42; } }"));
        assertThat(printed("System.out.print(ask());"))
                .as("until it is loaded anew")
                .isEqualTo("41");
        assertThat(printed("%jars --reload\nSystem.out.print(ask() + new lab.more.Rest().of() + weights[3]);"))
                .isEqualTo("loaded anew " + classes + " (2 classes)\n89.0");
        assertThat(shown.stderr.toString()).contains("note: answer, pairs lost their values");
        assertThat(printed("answer = new lab.Answer(); pairs = List.of(new Pair(3, 4));"
                        + "System.out.print(answer.of() + pairs.getFirst().b());"))
                .isEqualTo("46");
        assertThat(failure("%jars " + folder + "/no.jar")).contains("there is no");
        assertThat(failure("%jars " + Files.createDirectories(folder.resolve("empty"))))
                .contains("neither jars nor");
        assertThat(printed("%jars")).contains(classes + " (2 classes)");
        Path copy = TinyJars.jar(classes, folder.resolve("copy.jar"));
        printed("%jars " + copy);
        assertThat(shown.stderr.toString())
                .contains("note: classes of " + copy + " that are in " + classes + " too are taken from there");
        Path torn = folder.resolve("torn.jar");
        Files.write(torn, Arrays.copyOf(Files.readAllBytes(copy), (int) Files.size(copy) - 30));
        assertThat(failure("%jars " + torn)).isEqualTo("UsageError: " + torn + " is no jar, or not all of one");
        Files.delete(copy);
        assertThat(printed("%jars --reload")).isEqualTo("loaded anew " + classes + " (2 classes)\n");
        assertThat(shown.stderr.toString())
                .contains("note: there is no " + copy + "; its classes stay as they were last");
        Path answer = classes.resolve("lab/Answer.class");
        Files.writeString(answer, "no class");
        assertThat(failure("%jars --reload"))
                .contains("UsageError: " + classes + ": lab/Answer.class is no class file", "there is no " + copy);
        assertThat(printed("System.out.print(new lab.Answer().of());")).isEqualTo("42");
        Path garbage = TinyJars.jar(classes, folder.resolve("garbage.jar"));
        assertThat(failure("%jars " + garbage))
                .contains(garbage + ": lab/Answer.class is no class file, since it does not begin with CAFEBABE");
        Files.write(
                answer, new Random(1).ints(20_000).mapToObj(Integer::toString).toList());
        Path damaged = TinyJars.jar(classes, folder.resolve("damaged.jar"));
        byte[] bytes = Files.readAllBytes(damaged);
        Arrays.fill(bytes, 2000, 6000, (byte) 0x55);
        Files.write(damaged, bytes);
        assertThat(failure("%jars " + damaged))
                .startsWith("UsageError: " + damaged + " is damaged at lab/Answer.class (");
    }

    @Test
    void aJarBringsMagicsRenderersAndExtensions() throws IOException {
        Path classes = TinyJars.compile(
                folder.resolve("classes"),
                Map.of(
                        "lab/Repeat.java",
                        """
                        package lab;
                        import dev.nibble.kernel.spi.*;
                        import java.util.*;
                        import picocli.CommandLine.*;
                        @Command(name = "repeat", description = "prints words again")
                        public class Repeat implements MagicCommand {
                            @Option(names = {"-n", "--times"}, defaultValue = "2", description = "how often") int times;
                            @Parameters List<String> words = List.of();
                            public Set<Form> forms() { return Set.of(Form.LINE, Form.CELL); }
                            public Object run(MagicCall call) {
                                if (words.contains("wrong")) { throw new IllegalArgumentException("no such word"); }
                                for (int i = 0; i < times; i++) { call.say(String.join(" ", words) + call.body()); }
                                return words.contains("sum") ? call.session().evaluate("1 + 41") : null;
                            }
                        }
                        """,
                        "lab/Spot.java",
                        "package lab; public record Spot(int x) {}",
                        "lab/SpotRenderer.java",
                        """
                        package lab;
                        import dev.nibble.kernel.display.*;
                        public class SpotRenderer implements Renderer<Spot> {
                            public Class<Spot> type() { return Spot.class; }
                            public MimeBundle render(Spot spot, RenderOptions options) {
                                return MimeBundle.text("a spot at " + spot.x());
                            }
                        }
                        """,
                        "lab/Start.java",
                        """
                        package lab;
                        import dev.nibble.kernel.spi.*;
                        public class Start implements Extension {
                            public void start(KernelSession session) {
                                session.evaluate("import lab.Spot; int startedByLab = 7;");
                            }
                            public void stop() { System.out.println("lab stopped"); }
                        }
                        """,
                        "lab/Broken.java",
                        """
                        package lab;
                        import dev.nibble.kernel.spi.*;
                        public class Broken implements Extension {
                            public void start(KernelSession session) { throw new IllegalStateException("no licence"); }
                        }
                        """));
        TinyJars.services(
                classes,
                Map.of(
                        "dev.nibble.kernel.spi.MagicCommand", "lab.Repeat\nlab.Missing",
                        "dev.nibble.kernel.display.Renderer", "lab.SpotRenderer",
                        "dev.nibble.kernel.spi.Extension", "lab.Broken\nlab.Start"));
        Path jar = TinyJars.jar(classes, folder.resolve("lab.jar"));
        String said = printed("%jars " + jar + "\n%repeat -n 3 hello \"two  words\"\nnew Spot(startedByLab)");
        assertThat(said.lines().toList())
                .isEqualTo(List.of(
                        "added " + jar + " (5 classes)",
                        "magics: %repeat",
                        "renderers for Spot",
                        "started Start",
                        "hello two  words",
                        "hello two  words",
                        "hello two  words"));
        assertThat(shown.text()).isEqualTo("a spot at 7");
        assertThat(shown.stderr.toString())
                .contains("lab.Broken is left out: java.lang.IllegalStateException: no licence")
                .contains("lab.Missing");
        printed("%jars " + jar);
        assertThat(shown.stderr.toString()).as("said once").isEmpty();
        assertThat(printed("%%repeat --times=1 cell:\nbody")).isEqualTo("cell:body\n");
        assertThat(printed("%repeat --help")).contains("%repeat", "prints words again", "-n, --times");
        assertThat(failure("%repeat wrong")).isEqualTo("UsageError: no such word");
        assertThat(failure("%repeat -x")).startsWith("UsageError: ").contains("-x");
        run("%repeat -n 1 sum");
        assertThat(shown.text()).isEqualTo("42");
        assertThat(cells.magics().all()).anySatisfy(magic -> {
            assertThat(magic.name()).isEqualTo("repeat");
            assertThat(magic.options()).extracting("word").contains("-n", "--times", "--help");
            assertThat(magic.stands(true) && magic.stands(false)).isTrue();
        });
        assertThat(printed("%jars --reload " + jar)).contains("lab stopped", "started Start");
    }
}

package dev.nibble.kernel;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** The rules of the kernel's packages. */
class ArchitectureTest {
    private static final JavaClasses KERNEL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.nibble.kernel", "dev.nibble.cli");

    @Test
    void onlyTheChannelsKnowSockets() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.nibble.kernel.channel")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.zeromq..", "io.github.spencerpark..", "com.google.gson..")
                .check(KERNEL);
    }

    @Test
    void theProtocolKnowsNoSockets() {
        noClasses()
                .that()
                .resideInAPackage("dev.nibble.kernel.protocol")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.nibble.kernel.channel")
                .check(KERNEL);
    }

    @Test
    void theChannelsKnowNoMessagesMeaning() {
        noClasses()
                .that()
                .resideInAPackage("dev.nibble.kernel.channel")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("dev\\.nibble\\.kernel\\.(jshell|magic|display|notebook)\\..*")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(".*(Handler|Handlers|Cells|CellRunner)")
                .check(KERNEL);
    }

    @Test
    void javaKnowsNoJupyter() {
        classes()
                .that()
                .resideInAnyPackage("dev.nibble.kernel.jshell", "dev.nibble.kernel.cell")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "javax..",
                        "jdk..",
                        "com.sun.source..",
                        "org.jsoup..",
                        "dev.nibble.core",
                        "dev.nibble.kernel.display..",
                        "dev.nibble.kernel.cell",
                        "dev.nibble.kernel.jshell")
                .check(KERNEL);
        noClasses()
                .that()
                .resideInAPackage("dev.nibble.kernel.cell")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jdk.jshell..", "dev.nibble.kernel.jshell")
                .check(KERNEL);
    }

    @Test
    void displayStandsOnTheLibraryAlone() {
        noClasses()
                .that()
                .resideInAPackage("dev.nibble.kernel.display..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("dev\\.nibble\\.kernel\\.(?!display)[a-z]+\\..*")
                .check(KERNEL);
    }

    @Test
    void whatOthersUseKnowsNothingOfTheInside() {
        classes()
                .that()
                .resideInAPackage("dev.nibble.kernel.spi")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "dev.nibble.core", "dev.nibble.kernel.display", "dev.nibble.kernel.spi")
                .check(KERNEL);
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.nibble.kernel.maven")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.eclipse.aether..", "eu.maveniverse..")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.maven..")
                .check(KERNEL);
    }

    @Test
    void widgetsKnowNeitherSocketsNorJava() {
        noClasses()
                .that()
                .resideInAPackage("dev.nibble.kernel.widget..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("dev\\.nibble\\.kernel\\.(channel|protocol|jshell|magic|notebook|repl|install)\\..*")
                .check(KERNEL);
    }

    @Test
    void nothingImportsTheCommands() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.nibble.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.nibble.cli..")
                .check(KERNEL);
    }

    @Test
    void everyPackageSaysWhatItIs() throws Exception {
        Path root = Path.of("src/main/java");
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> silent = files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                    .toList();
            Assertions.assertThat(silent).isEmpty();
        }
    }
}

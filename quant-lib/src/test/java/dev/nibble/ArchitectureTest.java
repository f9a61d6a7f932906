package dev.nibble;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** The rules between the library's packages, as the design draws them. */
class ArchitectureTest {
    /** Bottom to top: a package uses only those before it. */
    private static final List<String> ORDER = List.of(
            "core",
            "tensor",
            "compute",
            "format",
            "checkpoint",
            "explain",
            "model",
            "metric",
            "method",
            "train",
            "compare",
            "plot");

    private static final JavaClasses LIBRARY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.nibble");

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        Set<String> found = LIBRARY.stream().map(ArchitectureTest::room).collect(Collectors.toCollection(TreeSet::new));
        Assertions.assertThat(ORDER).containsAll(found);
        Assertions.assertThat(found).contains("core", "tensor", "compute", "format", "checkpoint");
    }

    @Test
    void aPackageUsesOnlyThoseBelowIt() {
        for (int i = 0; i < ORDER.size() - 1; i++) {
            String[] above = ORDER.subList(i + 1, ORDER.size()).stream()
                    .map(p -> "dev.nibble." + p + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("dev.nibble." + ORDER.get(i) + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(above)
                    .allowEmptyShould(true)
                    .check(LIBRARY);
        }
    }

    @Test
    void familiesOfFormatsDoNotNeedEachOtherInCircles() {
        slices().matching("dev.nibble.format.(*)..").should().beFreeOfCycles().check(LIBRARY);
    }

    @Test
    void theLibraryKnowsNothingOfTheKernelOrJupyter() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.nibble.kernel..",
                        "dev.nibble.cli..",
                        "io.github.spencerpark..",
                        "org.zeromq..",
                        "jdk.jshell..",
                        "com.google.gson..")
                .check(LIBRARY);
    }

    @Test
    void onlyPlotKnowsTablesawAndTheChartLibrary() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.nibble.plot..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("tech.tablesaw..", "org.knowm..", "java.awt..", "javax.swing..")
                .check(LIBRARY);
    }

    @Test
    void onlyComputeAndTheVectorCodecsOfFormatsTouchTheVectorApi() {
        classes().should(touchTheVectorApiOnlyWhereItMay()).check(LIBRARY);
    }

    private static ArchCondition<JavaClass> touchTheVectorApiOnlyWhereItMay() {
        return new ArchCondition<>("touch jdk.incubator.vector only in compute and in classes …Vector of format") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean may = room(type).equals("compute")
                        || (room(type).equals("format") && type.getSimpleName().endsWith("Vector"));
                type.getDirectDependenciesFromSelf().stream()
                        .filter(d -> !may && d.getTargetClass().getPackageName().startsWith("jdk.incubator.vector"))
                        .forEach(d -> events.add(SimpleConditionEvent.violated(type, d.getDescription())));
            }
        };
    }

    /** "format" of dev.nibble.format.integer. */
    private static String room(JavaClass type) {
        String[] parts = type.getPackageName().split("\\.", -1);
        return parts.length > 2 ? parts[2] : "";
    }
}

package dev.nibble.compute;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/**
 * What the runs of the {@code …KernelsTest} classes at 512, 256 and 128 bits rest on: that each runs at its width, and
 * that every vector twin has such a test. {@code mvn -Pwidths -Dtest=…} runs a single one at all three.
 */
class WidthKernelsTest {
    @Test
    void theVectorUnitIsNoWiderThanThisRunIsFor() {
        int wished = Integer.getInteger("nibble.test.bits", FloatVector.SPECIES_MAX.vectorBitSize());
        assertThat(FloatVector.SPECIES_PREFERRED.vectorBitSize()).isBetween(Math.min(wished, 128), wished);
    }

    @Test
    void everyVectorTwinIsNamedByAKernelsTest() {
        JavaClasses all = new ClassFileImporter().importPackages("dev.nibble.format", "dev.nibble.compute");
        Set<String> twins = all.stream()
                .filter(WidthKernelsTest::isTwin)
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(twins).isNotEmpty();
        // Tests reach a twin by naming it, or a twin that uses it; what Provider.choose would choose is not seen here.
        Deque<JavaClass> open = new ArrayDeque<>(all.stream()
                .filter(type -> type.getName().contains("KernelsTest"))
                .toList());
        Set<String> reached = new TreeSet<>();
        while (!open.isEmpty()) {
            for (var dependency : open.pop().getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (isTwin(target) && reached.add(target.getName())) {
                    open.push(target);
                }
            }
        }
        twins.removeAll(reached);
        assertThat(twins)
                .as("vector twins that no class named …KernelsTest compares with their scalar ones")
                .isEmpty();
    }

    private static boolean isTwin(JavaClass type) {
        return type.getSimpleName().endsWith("Vector") && type.getPackageName().startsWith("dev.nibble.format");
    }
}

package dev.nibble.tests.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** jupyter_kernel_test, one test here for each of its own. */
class ConformanceTest {
    private static final Pattern LINE = Pattern.compile(
            "(?m)^(test_\\w+) \\(.*?\\)(?:\\n.*?)? \\.\\.\\. (?:.*\\n)*?.*?(ok|FAIL|ERROR|skipped .*)$");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> jupytersOwnSuite() {
        var result = new JupyterEnvironment(folder).run("-m", "unittest", "-v", "conformance");
        Map<String, String> outcomes = new TreeMap<>();
        var lines = LINE.matcher(result.err());
        while (lines.find()) {
            outcomes.put(lines.group(1), lines.group(2));
        }
        assertThat(outcomes).as("what unittest said:%n%s", result.err()).hasSize(13);
        return outcomes.entrySet().stream()
                .map(outcome -> DynamicTest.dynamicTest(outcome.getKey(), () -> {
                    // A skip is a failure too: nothing is switched off.
                    assertThat(outcome.getValue())
                            .as("what unittest said:%n%s", result.err())
                            .isEqualTo("ok");
                }));
    }
}

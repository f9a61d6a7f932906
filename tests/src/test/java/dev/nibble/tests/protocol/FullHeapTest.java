package dev.nibble.tests.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.tests.protocol.TestKernel.Exchange;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cells that fill the heap of a kernel, and what is left of it. One process: each test finds it as the last left it. */
class FullHeapTest {
    private static TestKernel kernel;

    @BeforeAll
    static void start() {
        // The sooner it is full, the sooner the test is over.
        kernel = TestKernel.start(Map.of("NIBBLE_JAVA_OPTS", "-Xms128m -Xmx128m"));
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    private static void goesOn() {
        assertThat(kernel.execute("int a = 20; int twice(int x) { return 2 * x; }\ntwice(a) + 2")
                        .result())
                .isEqualTo("42");
        assertThat(kernel.askOnControl("kernel_info_request", TestKernel.object())
                        .status())
                .isEqualTo("ok");
    }

    private static String traceback(Exchange cell) {
        var text = new StringBuilder();
        cell.content()
                .path("traceback")
                .forEach(line -> text.append(line.asText()).append('\n'));
        return text.toString();
    }

    @Test
    void anArrayThatIsTooLargeIsAnErrorThatSaysHowToGetMore() {
        Exchange cell = kernel.execute("var big = new double[500_000_000];");
        assertThat(cell.errorName()).isEqualTo("java.lang.OutOfMemoryError");
        assertThat(traceback(cell)).contains("The heap holds at most 134 MB", "NIBBLE_JAVA_OPTS=-Xmx", "%whos");
        goesOn();
    }

    @Test
    void theLibrarySaysWhatItWasAskedFor() {
        Exchange cell = kernel.execute("Generators.gaussian(20_000, 20_000, 1)");
        assertThat(cell.errorName()).isEqualTo("java.lang.OutOfMemoryError");
        assertThat(cell.content().path("evalue").asText())
                .contains("a matrix of 20000 x 20000: asked for 1,600 MB, but of the 134 MB", "NIBBLE_JAVA_OPTS=-Xmx");
        goesOn();
    }

    @Test
    void aVariableThatFillsTheHeapToTheLastByteIsLetGo() {
        Exchange cell = kernel.execute("Object[] chain = null;\nwhile (true) { chain = new Object[] {chain}; }");
        assertThat(cell.errorName()).isEqualTo("java.lang.OutOfMemoryError");
        assertThat(traceback(cell)).contains("this cell's chain was set to null");
        goesOn();
        assertThat(kernel.execute("chain == null").result()).isEqualTo("true");
    }

    @Test
    void whatACellHeldWhenItFailedIsFree() {
        // as much as only fits when the cell before has let go of it
        String code = "{ byte[] most = new byte[40 << 20]; throw new IllegalStateException(\"\" + most.length); }";
        for (int i = 0; i < 2; i++) {
            assertThat(kernel.execute(code).errorName()).isEqualTo("java.lang.IllegalStateException");
        }
        for (int i = 0; i < 2; i++) {
            assertThat(kernel.execute("new byte[40 << 20].length").result()).isEqualTo(Integer.toString(40 << 20));
        }
    }
}

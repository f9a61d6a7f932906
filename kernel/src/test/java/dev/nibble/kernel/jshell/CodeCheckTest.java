package dev.nibble.kernel.jshell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.kernel.jshell.CodeCheck.Status;
import java.util.concurrent.locks.ReentrantLock;
import jdk.jshell.JShell;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeCheckTest {
    private static JShell shell;
    private static CodeCheck check;

    @BeforeAll
    static void open() {
        shell = JShell.builder().executionEngine("local").build();
        check = new CodeCheck(new Analysis(shell.sourceCodeAnalysis(), new ReentrantLock()));
    }

    @AfterAll
    static void close() {
        shell.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1 + 1",
                "int x = 1;",
                "class A { }",
                "void f() { }",
                "// note",
                "import java.util.*;",
                "import static java.lang.Math.*",
                "int a = 1; int b = 2;\na + b",
                "record P(int a) {}\nnew P(1)",
                "for (int i = 0; i < 3; i++) System.out.println(i);",
                "return;",
                "@Deprecated int f() { return 1; }",
                "if (true) { }",
                "var s = \"\"\"\n  hi\n  \"\"\";"
            })
    void complete(String code) {
        assertThat(check.check(code).status()).isEqualTo(Status.COMPLETE);
        assertThat(CodeCheck.withoutSession().check(code)).isEqualTo(check.check(code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int f() {",
                "for (int i = 0; i < 3; i++) {",
                "String s = \"\"\"",
                "Math.max(1,",
                "/* open",
                "int x =",
                "if (true)",
                "import",
                "Runnable r = () ->",
                "int a = 1;\nif (a > 0) {\n    a++;"
            })
    void incomplete(String code) {
        CodeCheck.Result result = check.check(code);
        assertThat(result.status()).isEqualTo(Status.INCOMPLETE);
        assertThat(result.indent()).isEqualTo("    ");
        assertThat(CodeCheck.withoutSession().check(code)).isEqualTo(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"import = 7q", "int 1x = 3;", "1 + )", "foo bar baz", "}", "int ok = 1;\nfoo bar baz"})
    void invalid(String code) {
        assertThat(check.check(code).status()).isEqualTo(Status.INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 + )", "}", "String s = \"open"})
    void whatCanNeverEndIsSeenWithoutASession(String code) {
        assertThat(CodeCheck.withoutSession().check(code)).isEqualTo(check.check(code));
    }

    @Test
    void theNextLineKeepsTheDepthOfTheLast() {
        assertThat(check.check("class A {\n    int f() {").indent()).isEqualTo("        ");
        assertThat(check.check("class A {\n    int a;").indent()).isEqualTo("    ");
    }
}

package dev.nibble.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class NibbleCommandTest {
    @Test
    void everyCommandExplainsItself() {
        assertHelp(new CommandLine(new NibbleCommand()));
    }

    @Test
    void aScriptReadsLinesOfStandardInput() throws InterruptedException {
        var out = new StringWriter();
        var input = ReplCommand.lines(
                new ByteArrayInputStream("één\r\n\ntwo".getBytes(StandardCharsets.UTF_8)), new PrintWriter(out));
        assertThat(input.readLine("name? ", false)).isEqualTo("één");
        assertThat(input.readLine("", false)).isEmpty();
        assertThat(input.readLine("", false)).isEqualTo("two");
        assertThat(input.readLine("", false)).isNull();
        assertThat(out).hasToString("name? ");
    }

    @Test
    void aFolderIsNoScript(@TempDir Path folder) {
        var line = new CommandLine(new ReplCommand());
        line.parseArgs(folder.toString());
        assertThatThrownBy(() -> ((ReplCommand) line.getCommand()).prepare())
                .isInstanceOf(WorkFailed.class)
                .hasMessageStartingWith(folder + " is a folder");
    }

    private static void assertHelp(CommandLine command) {
        command.getSubcommands().forEach((name, sub) -> {
            boolean isHelp = sub.getCommandSpec().helpCommand();
            assertThat(isHelp || sub.getCommandSpec().findOption("--help") != null)
                    .as("nibble %s --help", name)
                    .isTrue();
            assertHelp(sub);
        });
    }
}

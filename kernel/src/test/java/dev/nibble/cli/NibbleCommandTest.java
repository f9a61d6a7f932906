package dev.nibble.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class NibbleCommandTest {
    @Test
    void everyCommandExplainsItself() {
        assertHelp(new CommandLine(new NibbleCommand()));
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

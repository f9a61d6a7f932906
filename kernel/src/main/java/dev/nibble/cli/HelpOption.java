package dev.nibble.cli;

import picocli.CommandLine.Option;

/** The option that every command has. */
class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;
}

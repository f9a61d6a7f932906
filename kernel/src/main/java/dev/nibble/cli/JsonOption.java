package dev.nibble.cli;

import picocli.CommandLine.Option;

/** The options that every command has which prints something: help, and what programs read. */
final class JsonOption extends HelpOption {
    @Option(names = "--json", description = "Print one JSON document, for programs.")
    private boolean json;

    boolean asked() {
        return json;
    }
}

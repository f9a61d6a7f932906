package dev.nibble.cli;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.core.Cancelled;
import dev.nibble.kernel.notebook.NotebookException;
import dev.nibble.metric.NotFiniteLogits;
import dev.nibble.model.ModelUnavailable;
import dev.nibble.model.hub.HubException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into a sentence and an exit code. What nobody expected is shown whole. */
final class Failures implements CommandLine.IExecutionExceptionHandler {
    private static final int STOPPED = 130;

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof Cancelled) {
            System.err.println("nibble: " + failure.getMessage());
            return STOPPED;
        }
        String sentence = sentence(failure);
        if (sentence == null) {
            System.err.println("nibble: this is a mistake in nibble, please report it:");
            failure.printStackTrace();
            sentence = failure.toString();
        } else {
            System.err.println("nibble: " + sentence);
        }
        if (parsed.subcommand() != null && wantsJson(parsed)) {
            Json.print(Map.of("error", sentence));
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** What a person needs to know of an expected failure, or null if it is not one. */
    static String sentence(Exception failure) {
        return switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + ": there is no such file";
            case AccessDeniedException denied -> denied.getFile() + ": no permission";
            case FileSystemException other when other.getReason() != null -> other.getFile() + ": " + other.getReason();
            case IOException other -> other.getMessage() == null ? other.toString() : other.getMessage();
            case CheckpointException bad -> bad.getMessage();
            case NotFiniteLogits overflow -> overflow.getMessage();
            case NotebookException notebook -> notebook.getMessage();
            case ModelUnavailable unavailable -> unavailable.getMessage();
            case HubException hub -> hub.getMessage();
            case WorkFailed failed -> failed.getMessage();
            case IllegalArgumentException wrong when wrong.getMessage() != null -> wrong.getMessage();
            default -> null;
        };
    }

    private static boolean wantsJson(ParseResult parsed) {
        for (ParseResult level = parsed; level != null; level = level.subcommand()) {
            if (level.hasMatchedOption("--json")) {
                return true;
            }
        }
        return false;
    }
}

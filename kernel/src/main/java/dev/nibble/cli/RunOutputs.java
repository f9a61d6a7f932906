package dev.nibble.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that runs of notebooks write. */
final class RunOutputs {
    private RunOutputs() {}

    static boolean isFolder(String output) {
        return output.endsWith("/") || output.endsWith("\\") || Files.isDirectory(Terminal.path(output));
    }

    /**
     * The files as a person would write them.
     *
     * @param outputs files, and folders that get a file of each kind
     */
    static List<String> of(String notebook, List<String> outputs, List<RunCommand.Kind> kinds) {
        var files = new ArrayList<String>();
        for (String output : outputs) {
            if (!isFolder(output)) {
                files.add(output);
                continue;
            }
            String file = Terminal.path(notebook).getFileName().toString();
            String name = file.replaceFirst("(?i)\\.ipynb$", "");
            kinds.forEach(
                    kind -> files.add(Path.of(output, name + "." + kind.name()).toString()));
        }
        return files;
    }
}

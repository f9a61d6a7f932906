package dev.nibble.cli;

import dev.nibble.model.KnownModel;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import java.nio.file.Path;

/** A model as a person names it on the command line. */
final class ModelOption {
    private ModelOption() {}

    /** A known name, or a path that starts where the person stands. */
    static Model open(String typed) {
        boolean isName = KnownModel.named(typed).isPresent() || typed.isBlank();
        Path path = isName ? null : Terminal.path(typed);
        boolean isPath = path != null && (path.toFile().exists() || typed.contains("/") || typed.contains("."));
        return Models.open(isPath ? path.toString() : typed);
    }
}

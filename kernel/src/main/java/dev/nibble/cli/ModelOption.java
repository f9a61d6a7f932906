package dev.nibble.cli;

import dev.nibble.model.KnownModel;
import dev.nibble.model.Model;
import dev.nibble.model.Models;
import dev.nibble.model.hub.HubName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A model as a person names it on the command line. */
final class ModelOption {
    /** What help says of it. */
    static final String WORDS = "A known model, such as smollm2-135m; the path of a .gguf or .safetensors file, or of a"
            + " folder with a model; or org/name of the Hugging Face hub, also org/name@revision and"
            + " org/name/file.gguf.";

    private ModelOption() {}

    /** A known name, a path that starts where the person stands, or a name of the hub, which is fetched. */
    static Model open(String typed) {
        boolean isName = KnownModel.named(typed).isPresent() || typed.isBlank();
        Path path = isName ? null : Terminal.path(typed);
        boolean isPath = path != null
                && (Files.exists(path) || (hub(typed).isEmpty() && (typed.contains("/") || typed.contains("."))));
        return Models.open(isPath ? path.toString() : typed);
    }

    /** A name of the hub, unless it is a path that is there, from where the person stands. */
    static Optional<HubName> hub(String typed) {
        boolean isOther = typed.isBlank() || KnownModel.named(typed).isPresent() || Files.exists(Terminal.path(typed));
        return isOther ? Optional.empty() : HubName.parse(typed);
    }
}

package dev.nibble.cli;

import dev.nibble.checkpoint.FileDequantizer;
import dev.nibble.core.Progress;
import dev.nibble.model.Model;
import dev.nibble.plot.Numbers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model file in float32 again. */
@Command(
        name = "dequantize",
        description = {
            "Write a model file again with every weight in float32, as safetensors.",
            "",
            "  nibble dequantize model-q4_k.gguf -o model.safetensors",
            ""
        })
final class DequantizeCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "OUT",
            description = "The new file, .safetensors.")
    private Path output;

    @Option(names = "--force", description = "Replace OUT if it is there.")
    private boolean force;

    @Parameters(paramLabel = "FILE", description = ModelOption.WORDS)
    private String file;

    @Override
    boolean streams() {
        return true;
    }

    @Override
    int work() throws Exception {
        Path out = Terminal.path(output.toString());
        try (Model model = ModelOption.open(file)) {
            List<FileDequantizer.Line> lines = FileDequantizer.run(model.checkpoint(), out, force, Progress.current());
            long bytes = Files.size(out);
            if (json.asked()) {
                var facts = new LinkedHashMap<String, Object>();
                facts.put("file", out.toString());
                facts.put("bytes", bytes);
                facts.put(
                        "weights", lines.stream().map(DequantizeCommand::facts).toList());
                Json.print(facts);
            } else {
                System.out.println(table(lines));
                System.out.println(Terminal.shown(out) + ": " + lines.size() + " weights, " + Numbers.bytes(bytes));
            }
        }
        return 0;
    }

    private static Map<String, Object> facts(FileDequantizer.Line line) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("name", line.name());
        facts.put("shape", line.shape());
        facts.put("from", line.from());
        facts.put("to", line.to());
        facts.put("bytes", line.bytes());
        return facts;
    }

    private static String table(List<FileDequantizer.Line> lines) {
        return Listing.of(
                List.of("weight", "shape", "from", "to", ">size"),
                lines.stream()
                        .map(l -> List.of(
                                l.name(), Arrays.toString(l.shape()), l.from(), l.to(), Numbers.bytes(l.bytes())))
                        .toList());
    }
}

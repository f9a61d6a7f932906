package dev.nibble.checkpoint;

import dev.nibble.checkpoint.QuantizePlanner.Plan;
import dev.nibble.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a quantized file says about itself: the keys of the file that was read, and how it was quantized. */
final class QuantizedHead {
    /** Keys that the new file has anew or, as one file, not at all. */
    private static final List<String> RENEWED = List.of(
            "general.quantization_version",
            "general.file_type",
            "split.no",
            "split.count",
            "split.tensors.count",
            "quantize.imatrix.file",
            "quantize.imatrix.entries_count");

    /** GGML_QNT_VERSION of ggml. */
    private static final int QUANTIZATION_VERSION = 2;

    private final Checkpoint in;
    private final FileQuantizer.Options options;
    private final List<Plan> plans;

    QuantizedHead(Checkpoint in, FileQuantizer.Options options, List<Plan> plans) {
        this.in = in;
        this.options = options;
        this.plans = plans;
    }

    CheckpointWriter.Head make(boolean gguf) {
        List<NewTensor> tensors =
                plans.stream().flatMap(p -> p.tensors().stream()).toList();
        return gguf ? GgufWriter.head(entries(), tensors) : SafetensorsWriter.head(metadata(), tensors);
    }

    /** As llama-quantize does: all keys that were there, then version and kind of the quantization. */
    private List<GgufEntry> entries() {
        List<GgufEntry> entries = new ArrayList<>();
        for (GgufEntry entry : GgufEntry.of(in)) {
            if (!RENEWED.contains(entry.key())) {
                entries.add(entry);
            }
        }
        entries.add(GgufEntry.u32("general.quantization_version", QUANTIZATION_VERSION));
        entries.add(GgufEntry.u32("general.file_type", GgufTypes.fileType(mostlyOf())));
        if (options.importance() != null) {
            String file = String.valueOf(options.importance().path().getFileName());
            entries.add(GgufEntry.text("quantize.imatrix.file", file));
            entries.add(GgufEntry.u32(
                    "quantize.imatrix.entries_count",
                    options.importance().names().size()));
        }
        return entries;
    }

    /** The type of most values that are encoded. */
    private DType mostlyOf() {
        Map<DType, Long> counts = new LinkedHashMap<>();
        for (Plan plan : plans) {
            if (plan.isEncoded()) {
                counts.merge(plan.tensors().getFirst().type(), plan.weight().count(), Long::sum);
            }
        }
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (in.kind().equals(Safetensors.KIND)) {
            in.metadata().forEach((key, value) -> metadata.put(key, String.valueOf(value)));
        }
        metadata.put("nibble.recipe", options.recipe().toString());
        metadata.remove(PartsManifest.KEY);
        Map<String, PartsManifest.Entry> parts = new LinkedHashMap<>();
        for (Plan plan : plans) {
            Weight weight = plan.weight();
            boolean copied = !plan.isEncoded() && weight instanceof PartsWeight;
            if (copied || plan.layout() instanceof PartsLayout) {
                var format = copied ? weight.format().orElseThrow() : plan.format();
                parts.put(
                        weight.name(),
                        new PartsManifest.Entry(format.canonical().toString(), weight.shape()));
            }
        }
        if (options.layout() != SafetensorsLayout.PARTS) {
            metadata.put(WeightLayouts.KEY, options.layout().word()); // versions of GPTQ look the same
        }
        if (!parts.isEmpty()) {
            metadata.put(PartsManifest.KEY, PartsManifest.write(parts));
        }
        return metadata;
    }
}

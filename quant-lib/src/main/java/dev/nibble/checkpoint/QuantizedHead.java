package dev.nibble.checkpoint;

import dev.nibble.checkpoint.QuantizePlanner.Plan;
import dev.nibble.format.packing.GptqPacking;
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
            boolean copied = !plan.isEncoded() && weight instanceof PartsWeight kept && kept.isInManifest();
            if (copied || plan.layout() instanceof PartsLayout) {
                var format = copied ? weight.format().orElseThrow() : plan.format();
                parts.put(
                        weight.name(),
                        new PartsManifest.Entry(format.canonical().toString(), weight.shape()));
            }
        }
        String layout = layoutWord();
        if (!layout.isEmpty()) {
            metadata.put(WeightLayouts.KEY, layout);
        }
        if (!parts.isEmpty()) {
            metadata.put(PartsManifest.KEY, PartsManifest.write(parts));
        }
        return metadata;
    }

    /** The layout as the metadata name it, above all which version of GPTQ, since the tensors of both look the same. */
    private String layoutWord() {
        SafetensorsLayout layout = options.layout();
        for (Plan plan : plans) {
            if (!plan.isEncoded() && plan.weight() instanceof GptqWeight kept) {
                SafetensorsLayout its =
                        kept.version() == GptqPacking.Version.V1 ? SafetensorsLayout.GPTQ : SafetensorsLayout.GPTQ_V2;
                if (layout != its && (layout == SafetensorsLayout.GPTQ || layout == SafetensorsLayout.GPTQ_V2)) {
                    throw new IllegalArgumentException("\"" + kept.name() + "\" is kept, and is of the layout "
                            + its.word() + "; one file can not hold " + layout.word() + " as well");
                }
                return its.word();
            }
        }
        return layout == SafetensorsLayout.PARTS ? "" : layout.word();
    }
}

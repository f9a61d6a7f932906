package dev.nibble.kernel.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.Output;
import dev.nibble.kernel.display.ProgressState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the outputs of cells as a notebook keeps them: joined streams, displays that later updates replace, in
 * whichever cell they stand. Thread-safe; a thread of an earlier cell may still print.
 */
final class OutputRecorder {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Displays that can be updated, of all cells, by id. */
    private final Map<String, List<ObjectNode>> displays = new HashMap<>();

    /** The outputs of one cell; hand it to the runner, then take {@link Recorded#outputs()}. */
    Recorded cell(Output also) {
        return new Recorded(also);
    }

    /** One cell's. */
    final class Recorded implements Output {
        private final List<ObjectNode> outputs = new ArrayList<>();
        private final Output also;
        private StringBuilder text = new StringBuilder();
        private ObjectNode stream;
        private boolean clearBeforeNext;

        private Recorded(Output also) {
            this.also = also;
        }

        /** What nbformat would hold now, without displays that were emptied: a page shows nothing of them either. */
        List<ObjectNode> outputs() {
            synchronized (displays) {
                endStream();
                return outputs.stream()
                        .filter(output -> !isEmptied(output))
                        .map(ObjectNode::deepCopy)
                        .toList();
            }
        }

        private static boolean isEmptied(ObjectNode output) {
            return output.path("output_type").asText("").equals("display_data")
                    && output.path("data")
                            .valueStream()
                            .allMatch(
                                    form -> form.isTextual() && form.textValue().isEmpty());
        }

        @Override
        public void stream(String name, String written) {
            synchronized (displays) {
                clearIfAsked();
                if (stream == null || !stream.path("name").asText("").equals(name)) {
                    endStream();
                    stream = JSON.objectNode().put("output_type", "stream").put("name", name);
                    outputs.add(stream);
                }
                text.append(written);
            }
            also.stream(name, written);
        }

        private void endStream() {
            if (stream != null) {
                stream.put("text", text.toString());
                stream = null;
                text = new StringBuilder();
            }
        }

        private void add(ObjectNode output) {
            clearIfAsked();
            endStream();
            outputs.add(output);
        }

        @Override
        public void progress(ProgressState state) {
            also.progress(state); // a notebook keeps no bars
        }

        @Override
        public void display(MimeBundle bundle, String displayId) {
            synchronized (displays) {
                ObjectNode output = JSON.objectNode().put("output_type", "display_data");
                fill(output, bundle);
                add(output);
                if (displayId != null) {
                    displays.computeIfAbsent(displayId, id -> new ArrayList<>()).add(output);
                }
            }
            also.display(bundle, displayId);
        }

        @Override
        public void update(MimeBundle bundle, String displayId) {
            synchronized (displays) {
                displays.getOrDefault(displayId, List.of()).forEach(output -> fill(output, bundle));
            }
            also.update(bundle, displayId);
        }

        @Override
        public void result(int executionCount, MimeBundle bundle) {
            synchronized (displays) {
                ObjectNode output = JSON.objectNode().put("output_type", "execute_result");
                output.put("execution_count", executionCount);
                fill(output, bundle);
                add(output);
            }
            also.result(executionCount, bundle);
        }

        @Override
        public void clear(boolean wait) {
            synchronized (displays) {
                clearBeforeNext = true;
                if (!wait) {
                    clearIfAsked();
                }
            }
            also.clear(wait);
        }

        private void clearIfAsked() {
            if (clearBeforeNext) {
                clearBeforeNext = false;
                outputs.clear();
                stream = null;
                text = new StringBuilder();
            }
        }

        @Override
        public void error(String name, String value, List<String> traceback) {
            synchronized (displays) {
                ObjectNode output = JSON.objectNode().put("output_type", "error");
                output.put("ename", name).put("evalue", value == null ? "" : value);
                ArrayNode lines = output.putArray("traceback");
                traceback.forEach(lines::add);
                add(output);
            }
            also.error(name, value, traceback);
        }
    }

    private static void fill(ObjectNode output, MimeBundle bundle) {
        output.set("data", MAPPER.<JsonNode>valueToTree(bundle.data()));
        output.set("metadata", MAPPER.<JsonNode>valueToTree(bundle.metadata()));
    }
}

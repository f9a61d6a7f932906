package dev.nibble.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nibble.core.Progress;
import dev.nibble.model.LogitsSource.LogitsSink;
import dev.nibble.model.LogitsSource.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HiddenStatesTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2", "qwen3", "mistral", "opt-350m", "gguf-llama3"})
    void runsThatBeginAtAnyLayerGiveTheBitsOfTheWholeRun(String name) {
        try (TinyModel model = TinyModel.open(name)) {
            WindowRunner runner = new WindowRunner(model.transformer);
            List<Window> windows =
                    model.texts.stream().map(text -> new Window(text, 1)).toList();
            List<float[]> whole = logits(model, windows, sink -> runner.logits(windows, Progress.NONE, sink));
            HiddenStates states = runner.states(windows, Progress.NONE);
            for (int layer = 0; layer <= model.transformer.config().layers(); layer++) {
                assertThat(states.layer()).isEqualTo(layer);
                HiddenStates from = states;
                assertThat(logits(model, windows, sink -> runner.logits(from, Progress.NONE, sink)))
                        .as("from layer %d", layer)
                        .usingRecursiveComparison()
                        .isEqualTo(whole);
                if (layer < model.transformer.config().layers()) {
                    states = runner.next(states, Progress.NONE);
                }
            }
        }
    }

    @Test
    void behindTheLastLayerThereIsNone() {
        try (TinyModel model = TinyModel.open("llama")) {
            WindowRunner runner = new WindowRunner(model.transformer);
            HiddenStates states = runner.states(List.of(new Window(new int[] {1, 2}, 0)), Progress.NONE);
            for (int layer = 0; layer < model.transformer.config().layers(); layer++) {
                states = runner.next(states, Progress.NONE);
            }
            HiddenStates last = states;
            assertThatThrownBy(() -> runner.next(last, Progress.NONE)).hasMessageContaining("the last layer");
        }
    }

    private static List<float[]> logits(TinyModel model, List<Window> windows, Consumer<LogitsSink> run) {
        int vocabulary = model.transformer.config().vocabulary();
        List<float[]> found = new ArrayList<>();
        windows.forEach(w -> found.add(new float[w.length() * vocabulary]));
        run.accept((w, position, count, logits, at) ->
                System.arraycopy(logits, at, found.get(w), position * vocabulary, count * vocabulary));
        return found;
    }
}

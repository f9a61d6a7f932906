package dev.nibble.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.metric.Datasets;
import org.junit.jupiter.api.Test;

/** The data that come with the program are where the library looks for them. */
class DatasetsTest {
    @Test
    void theEvaluationDataAreOnTheProgramsClassPath() {
        var data = Datasets.evaluation();
        assertThat(data.documents().getFirst()).startsWith("The Clock in the Ferry House");
        assertThat(data.questions().orElseThrow().all()).hasSize(56);
        assertThat(Datasets.card()).contains("not good for");
    }
}

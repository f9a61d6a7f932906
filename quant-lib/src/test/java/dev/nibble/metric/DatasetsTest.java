package dev.nibble.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The data by their files: the jar that has them is not on the library's own class path. */
class DatasetsTest {
    private static final Path FOLDER = Path.of("../datasets/src/main/resources/dev/nibble/datasets");

    @Test
    void theQuestionsAreSoundAndTheirAnswersEvenlySpread() throws IOException {
        var questions = Questions.read(FOLDER.resolve("evaluation-questions.jsonl"));
        assertThat(questions.all())
                .hasSizeGreaterThanOrEqualTo(40)
                .allMatch(q -> q.choices().size() == 4);
        assertThat(questions.subjects()).hasSizeGreaterThanOrEqualTo(5).doesNotContain("");
        for (int place = 0; place < 4; place++) {
            int at = place;
            assertThat(questions.all().stream().filter(q -> q.answer() == at))
                    .hasSize(questions.all().size() / 4);
        }
    }

    @Test
    void theTextIsPlainEnglishOfSomeThousandWords() throws IOException {
        String text = EvaluationData.of(FOLDER.resolve("evaluation-text.txt"))
                .documents()
                .getFirst();
        assertThat(text.strip().split("\\s+", -1)).hasSizeBetween(3000, 5000);
        assertThat(text).endsWith(".\n").doesNotContain("\r", "\t", "\u0000");
        String card = Files.readString(FOLDER.resolve("README.md"), StandardCharsets.UTF_8);
        assertThat(card).contains("evaluation-text.txt", "evaluation-questions.jsonl", "not good for");
    }

    @Test
    void withoutTheJarOneIsTold() {
        assertThatThrownBy(Datasets::evaluation)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nibble-datasets.jar");
    }
}

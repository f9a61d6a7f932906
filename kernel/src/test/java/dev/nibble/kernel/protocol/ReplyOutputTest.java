package dev.nibble.kernel.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.kernel.display.ProgressState;
import dev.nibble.kernel.display.ProgressState.Phase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplyOutputTest {
    private final List<String> sent = new ArrayList<>();
    private final ReplyOutput output = new ReplyOutput(new Reply() {
        @Override
        public void reply(ObjectNode content) {}

        @Override
        public void publish(String type, ObjectNode content, List<byte[]> buffers) {
            sent.add(type + " " + content.at("/transient/display_id").asText() + " "
                    + content.at("/data/text~1plain").asText());
        }

        @Override
        public String ask(String prompt, boolean password) {
            return null;
        }

        @Override
        public void abandonWaiting() {}
    });

    private void show(String id, double seconds, Phase phase) {
        output.progress(new ProgressState(id, "work " + id, 5, 10, "rows", seconds, phase));
    }

    @Test
    void oneTaskAfterAnotherTakesOneLineAndShortOnesLeaveNothing() {
        show("a", 0.3, Phase.RUNNING);
        show("a", 0.9, Phase.DONE);
        show("b", 0.3, Phase.RUNNING);
        show("b", 9, Phase.DONE);
        assertThat(sent).hasSize(4);
        assertThat(sent.get(0)).startsWith("display_data a ").contains("work a");
        assertThat(sent.get(1)).isEqualTo("update_display_data a ");
        assertThat(sent.get(2)).startsWith("update_display_data a ").contains("work b");
        assertThat(sent.get(3))
                .startsWith("update_display_data a ")
                .contains("work b")
                .contains("9.0 s");
    }

    @Test
    void tasksAtTheSameTimeHaveALineEachAndAStoppedOneKeepsItsOwn() {
        show("a", 0.3, Phase.RUNNING);
        show("b", 0.3, Phase.RUNNING);
        show("a", 0.9, Phase.STOPPED);
        show("c", 0.3, Phase.RUNNING);
        assertThat(sent)
                .extracting(s -> s.replaceAll("^(\\S+ \\S+).*", "$1"))
                .containsExactly("display_data a", "display_data b", "update_display_data a", "display_data c");
        assertThat(sent).anySatisfy(s -> assertThat(s).contains("5 of 10 rows"));
    }
}

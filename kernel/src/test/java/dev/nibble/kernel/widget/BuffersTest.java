package dev.nibble.kernel.widget;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuffersTest {
    @Test
    void arraysAreTakenOutAtAnyDepthLittleEndian() {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("name", "w");
        state.put("weights", new float[] {1.5f, -2f});
        state.put("parts", Arrays.asList("a", Map.of("bytes", new byte[] {1, 2, 3}, "n", 7), new int[] {-1}));
        state.put("none", null);
        Buffers split = Buffers.split(state);

        assertThat(split.paths())
                .containsExactly(List.of("weights"), List.of("parts", 1, "bytes"), List.of("parts", 2));
        ByteBuffer weights = ByteBuffer.wrap(split.buffers().getFirst()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(weights.getFloat()).isEqualTo(1.5f);
        assertThat(weights.getFloat()).isEqualTo(-2f);
        assertThat(split.buffers().get(1)).containsExactly(1, 2, 3);
        assertThat(split.buffers().get(2)).containsExactly(0xff, 0xff, 0xff, 0xff);
        Map<String, Object> left = new LinkedHashMap<>();
        left.put("name", "w");
        left.put("parts", Arrays.asList("a", Map.of("n", 7), null));
        left.put("none", null);
        assertThat(split.state()).isEqualTo(left);
    }

    @Test
    void binaryPartsThatComeArePutBackAndPathsThatLeadNowhereAreLeftOut() {
        Map<String, Object> whole = Buffers.join(
                Map.of("a", 1),
                List.of(List.of("b"), List.of("c", "d"), "nonsense", List.of(3)),
                List.of(new byte[] {9}, new byte[] {8}, new byte[] {7}, new byte[] {6}));
        assertThat(whole).containsOnlyKeys("a", "b");
        assertThat((byte[]) whole.get("b")).containsExactly(9);
        assertThat(Buffers.join(Map.of(), "nonsense", List.of())).isEmpty();
    }
}

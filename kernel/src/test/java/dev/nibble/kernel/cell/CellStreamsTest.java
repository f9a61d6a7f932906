package dev.nibble.kernel.cell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nibble.kernel.display.NoOutput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CellStreamsTest {
    private final Received received = new Received();
    private final CellStreams streams = new CellStreams(received);

    /** Notes what arrives. */
    private static final class Received extends NoOutput {
        final List<String> messages = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void stream(String name, String text) {
            messages.add(name + "|" + text);
        }

        String all(String stream) {
            synchronized (messages) {
                return messages.stream()
                        .filter(message -> message.startsWith(stream + "|"))
                        .map(message -> message.substring(stream.length() + 1))
                        .collect(Collectors.joining());
            }
        }
    }

    @Test
    void gathersLinesAndKeepsTheOrderOfTheStreams() {
        streams.write("stdout", "a\n");
        streams.write("stdout", "b\n");
        streams.write("stderr", "c\n");
        streams.write("stdout", "d\n");
        streams.flush();
        assertThat(received.messages).containsExactly("stdout|a\nb\n", "stderr|c\n", "stdout|d\n");
    }

    @Test
    void streamsThatAlternateBecomeFewMessagesAndLoseNothing() {
        String expected = IntStream.range(0, 50_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        for (int i = 0; i < 50_000; i++) {
            streams.write("stdout", i + "\n");
            streams.write("stderr", i + "\n");
        }
        streams.flush();
        assertThat(received.all("stdout")).isEqualTo(expected);
        assertThat(received.all("stderr")).isEqualTo(expected);
        assertThat(received.messages).hasSizeLessThan(1_000);
    }

    @Test
    void textLeavesByItselfSoon() throws Exception {
        streams.write("stdout", "late");
        for (int i = 0; i < 500 && received.messages.isEmpty(); i++) {
            Thread.sleep(10);
        }
        assertThat(received.messages).containsExactly("stdout|late");
    }

    @Test
    void aCharacterMayComeInParts() {
        byte[] bytes = "é🎉".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            streams.write("stdout", bytes, i, 1);
        }
        streams.flush();
        assertThat(received.all("stdout")).isEqualTo("é🎉");
    }

    @Test
    void manyThreadsLoseNothing() throws Exception {
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 8; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 5_000; i++) {
                    streams.write("stdout", "x");
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        streams.flush();
        assertThat(received.all("stdout")).hasSize(40_000);
    }
}

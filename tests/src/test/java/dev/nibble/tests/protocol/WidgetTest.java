package dev.nibble.tests.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.tests.protocol.TestKernel.Exchange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Widgets as the front end's side of the sockets sees them. */
class WidgetTest {
    private static TestKernel kernel;

    @BeforeAll
    static void start() {
        kernel = TestKernel.start();
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    private static Exchange told(Exchange message) {
        kernel.pumpUntil(() -> message.idle, "idle");
        return message;
    }

    private static ObjectNode set(String id, String name, int value) {
        ObjectNode content = TestKernel.object().put("comm_id", id);
        ObjectNode data = content.putObject("data").put("method", "update");
        data.putObject("state").put(name, value);
        data.putArray("buffer_paths");
        return content;
    }

    private static ObjectNode ask(String id, String method) {
        ObjectNode content = TestKernel.object().put("comm_id", id);
        content.putObject("data").put("method", method);
        return content;
    }

    /** The updates that a message caused, of one method. */
    private static List<JsonNode> updates(Exchange message, String method) {
        return message.all("comm_msg").stream()
                .map(content -> content.path("data"))
                .filter(data -> data.path("method").asText().equals(method))
                .toList();
    }

    private static String text(JsonNode state) {
        var all = new StringBuilder();
        state.path("_output").forEach(part -> all.append(part.path("text").asText()));
        return all.toString();
    }

    private static String plain(String text) {
        return text.replaceAll("\u001b\\[[0-9;]*m", "");
    }

    /** Opens the last value of a cell, a widget. */
    private static String open(String code) {
        Exchange cell = kernel.execute(code).await();
        assertThat(cell.status()).as(() -> cell.reply.toString()).isEqualTo("ok");
        JsonNode data = cell.all("execute_result").getFirst().path("data");
        assertThat(data.path("text/html").asText()).isNotEmpty();
        JsonNode view = data.path("application/vnd.jupyter.widget-view+json");
        assertThat(view.path("version_major").asInt()).isEqualTo(2);
        JsonNode opened = cell.messages("comm_open").getLast();
        assertThat(opened.at("/metadata/version").asText()).isEqualTo("2.1.0");
        assertThat(opened.at("/content/target_name").asText()).isEqualTo("jupyter.widget");
        assertThat(opened.at("/content/comm_id").asText())
                .isEqualTo(view.path("model_id").asText());
        return view.path("model_id").asText();
    }

    @Test
    void aChangeIsEchoedAndItsOutputFollows() {
        String id = open("Interact.with(slider(\"bits\", 2, 8), choice(\"format\", \"int\", \"nf\"), (b, f) -> f + b)");
        Exchange changed = told(kernel.tell("comm_msg", set(id, "v0", 4)));
        assertThat(updates(changed, "echo_update").getFirst().at("/state/v0").asInt())
                .isEqualTo(4);
        assertThat(text(updates(changed, "update").getLast().path("state"))).isEqualTo("int4");
        Exchange other = told(kernel.tell("comm_msg", set(id, "v1", 1)));
        assertThat(text(updates(other, "update").getLast().path("state"))).isEqualTo("nf4");
        // What there is not is put right; what is not ours to set, and what is unknown, stays away.
        Exchange wild = told(kernel.tell("comm_msg", set(id, "v0", 1000)));
        assertThat(updates(wild, "update").getFirst().at("/state/v0").asInt()).isEqualTo(8);
        Exchange strange = told(kernel.tell("comm_msg", set(id, "_esm", 1)));
        assertThat(updates(strange, "update")).isEmpty();
        told(kernel.tell("comm_msg", set(id, "no such name", 1)));
        Exchange whole = told(kernel.tell("comm_msg", ask(id, "request_state")));
        JsonNode state = updates(whole, "update").getFirst().path("state");
        assertThat(state.path("_esm").asText()).contains("export default");
        assertThat(state.has("no such name")).isFalse();
        assertThat(state.path("v0").asInt()).isEqualTo(8);
    }

    @Test
    void aControlIsReadAndSetByLaterCellsAndAllItsViewsFollow() {
        String alone = open("var shared = slider(\"n\", 0, 10); shared");
        String within = open("Interact.with(shared, n -> n * n)");
        Exchange changed = told(kernel.tell("comm_msg", set(alone, "v0", 7)));
        assertThat(changed.all("comm_msg"))
                .anyMatch(message -> message.path("comm_id").asText().equals(within)
                        && message.at("/data/state/v0").asInt() == 7)
                .anyMatch(message -> message.path("comm_id").asText().equals(within)
                        && text(message.at("/data/state")).equals("49"));
        assertThat(kernel.execute("shared.value()").result()).isEqualTo("7");
        Exchange cell = kernel.execute("shared.value(3);").await();
        assertThat(cell.all("comm_msg"))
                .filteredOn(message -> message.at("/data/state/v0").asInt() == 3)
                .extracting(message -> message.path("comm_id").asText())
                .containsExactlyInAnyOrder(alone, within);
    }

    @Test
    void aBurstEndsWithTheNewestAndSkipsWhatIsStale() {
        String id = open("""
                var runs = new ArrayList<Integer>();
                Interact.with(slider("n", 0, 1000), n -> { runs.add(n); Thread.sleep(100); return n; })""");
        List<Exchange> burst = new ArrayList<>();
        for (int i = 1; i <= 50; i++) {
            burst.add(kernel.tell("comm_msg", set(id, "v0", i)));
        }
        assertThat(text(updates(told(burst.getLast()), "update").getLast().path("state")))
                .isEqualTo("50");
        int runs = Integer.parseInt(kernel.execute("runs.size()").result());
        assertThat(runs).isLessThan(25);
        assertThat(kernel.execute("runs.getLast()").result()).isEqualTo("50");
    }

    @Test
    void widgetsAnswerWhileACellRunsAndAnInterruptStopsTheirCode() {
        String id = open("""
                Interact.with(slider("n", 0, 10), toggle("hang"), (n, hang) -> {
                    System.out.println("at " + n);
                    while (hang) { }
                    return -n;
                })""");
        Exchange busy = kernel.execute("System.out.println(\"runs\"); while (true) { }");
        kernel.awaitPrinted(busy, "runs");
        assertThat(text(updates(told(kernel.tell("comm_msg", set(id, "v0", 2))), "update")
                        .getLast()
                        .path("state")))
                .isEqualTo("at 2\n-2");
        assertThat(busy.reply).isNull();
        ObjectNode hang = set(id, "v1", 1);
        ((ObjectNode) hang.at("/data/state")).put("v1", true);
        Exchange hanging = kernel.tell("comm_msg", hang);
        kernel.pump(() -> false, Duration.ofMillis(150));
        kernel.interrupt();
        assertThat(text(updates(told(hanging), "update").getLast().path("state")))
                .contains("KeyboardInterrupt");
        assertThat(busy.errorName()).isEqualTo("KeyboardInterrupt");
        assertThat(kernel.execute("1 + 1").result()).isEqualTo("2");
    }

    @Test
    void whatCodeThrowsStandsInItsPlaceWithItsLine() {
        String id = open("Interact.with(slider(\"n\", 0, 10), n -> {\n    return 10 / (n - 5);\n})");
        Exchange changed = told(kernel.tell("comm_msg", set(id, "v0", 6)));
        assertThat(text(updates(changed, "update").getLast().path("state"))).isEqualTo("10");
        Exchange failed = told(kernel.tell("comm_msg", set(id, "v0", 5)));
        JsonNode part = updates(failed, "update").getLast().at("/state/_output/0");
        assertThat(part.path("kind").asText()).isEqualTo("error");
        assertThat(plain(part.path("text").asText()))
                .contains("ArithmeticException: / by zero", "line 2", "return 10 / (n - 5);")
                .doesNotContain("REPL.", "dev.nibble");
        assertThat(failed.all("error")).isEmpty();
    }

    @Test
    void aModuleOfOnesOwnSharesItsStateAndDisturbsNoOther() {
        String control = open("slider(\"beside\", 0, 10)");
        String own = open("""
                var own = new AnyWidget("export default { render() {} }", "b { color: red }");
                own.onMessage(content -> own.set("heard", ((List<?>) content.get("_buffers")).size()))""");
        Exchange bad = kernel.execute("own.set(\"good\", 1).set(Map.of(\"bad\", new Object()))")
                .await();
        assertThat(bad.all("error").getFirst().path("evalue").asText())
                .contains("\"bad\" can not be sent", "java.lang.Object", "Expected maps, lists");
        for (String round : List.of(
                "var round = new HashMap<String, Object>(); round.put(\"a\", List.of(round)); own.set(\"bad\", round)",
                "own.send(Map.of(\"bad\", new Object()))")) {
            JsonNode error = kernel.execute(round).await().all("error").getFirst();
            assertThat(error.path("evalue").asText())
                    .contains("\"bad\" can not be sent")
                    .hasSizeLessThan(400);
        }
        assertThat(kernel.execute("own.get(\"good\") + \" \" + own.get(\"bad\")")
                        .result())
                .isEqualTo("1 null");

        told(kernel.tell("comm_msg", set(own, "fresh", 3)));
        ObjectNode binary = set(own, "unused", 0);
        ((ObjectNode) binary.get("data")).putObject("state");
        ((ObjectNode) binary.get("data")).putArray("buffer_paths").addArray().add("bytes");
        told(kernel.tell("comm_msg", binary, new byte[] {1, 2}));
        ObjectNode deep = set(own, "deep", 0);
        ((ObjectNode) deep.get("data"))
                .putObject("state")
                .putObject("deep")
                .putArray("list")
                .addNull();
        var paths = ((ObjectNode) deep.get("data")).putArray("buffer_paths");
        paths.addArray().add("deep").add("list").add(0);
        paths.addArray().add("deep").add("list").add(1);
        Exchange echoed = told(kernel.tell("comm_msg", deep, new byte[] {3, 4, 5}, new byte[] {6}));
        assertThat(echoed.messages("comm_msg").getFirst().path("buffers")).hasSize(1);
        assertThat(kernel.execute("((byte[]) ((List<?>) ((Map<?, ?>) own.get(\"deep\")).get(\"list\")).get(0)).length")
                        .result())
                .isEqualTo("3");
        ObjectNode event = ask(own, "custom");
        ((ObjectNode) event.get("data")).putObject("content").put("kind", "click");
        told(kernel.tell("comm_msg", event, new byte[] {7}));
        assertThat(kernel.execute("own.get(\"fresh\") + \" \" + ((byte[]) own.get(\"bytes\")).length + \" \""
                                + " + own.get(\"heard\")")
                        .result())
                .isEqualTo("3 2 1");

        JsonNode one = updates(told(kernel.tell("comm_msg", ask(own, "request_state"))), "update")
                .getFirst();
        JsonNode other = updates(told(kernel.tell("comm_msg", ask(control, "request_state"))), "update")
                .getFirst();
        assertThat(one.at("/state/_anywidget_id").asText())
                .isNotEqualTo(other.at("/state/_anywidget_id").asText());
    }

    @Test
    void whatHandlersShowAndThrowStandsBelowAModuleOfOnesOwn() {
        String own = open("""
                var beside = display("before");
                new AnyWidget("export default { render() {} }", "").onChange(state -> {
                    System.out.println("set " + state);
                    beside.update("after");
                    if (state.containsKey("bad")) throw new IllegalStateException("on purpose");
                })""");
        Exchange good = told(kernel.tell("comm_msg", set(own, "good", 1)));
        assertThat(text(updates(good, "update").getLast().path("state"))).isEqualTo("set {good=1}\n");
        assertThat(good.all("stream")).isEmpty();
        assertThat(good.all("update_display_data")
                        .getFirst()
                        .at("/data/text~1plain")
                        .asText())
                .isEqualTo("after");
        Exchange bad = told(kernel.tell("comm_msg", set(own, "bad", 1)));
        assertThat(plain(text(updates(bad, "update").getLast().path("state"))))
                .contains("IllegalStateException: on purpose", "line 5");
        assertThat(bad.all("error")).isEmpty();
    }

    @Test
    void aPageThatIsLoadedAgainGetsEveryModelWithItsStateAndBytes() {
        String id = open("var keeps = slider(\"kept\", 0, 10).value(9); keeps");
        String heat = open("""
                new AnyWidget("export default { render() {} }", "").set("weights", new float[] {0.25f, -1f})""");
        ObjectNode opening =
                TestKernel.object().put("comm_id", "control-1").put("target_name", "jupyter.widget.control");
        opening.putObject("data");
        told(kernel.tell("comm_open", opening));
        Exchange answer = told(kernel.tell("comm_msg", ask("control-1", "request_states")));
        JsonNode message = answer.messages("comm_msg").getFirst();
        JsonNode data = message.at("/content/data");
        assertThat(data.path("method").asText()).isEqualTo("update_states");
        JsonNode model = data.path("states").path(id);
        assertThat(model.path("model_name").asText()).isEqualTo("AnyModel");
        assertThat(model.path("model_module").asText()).isEqualTo("anywidget");
        assertThat(model.path("model_module_version").asText()).isEqualTo("*");
        assertThat(model.at("/state/v0").asInt()).isEqualTo(9);
        List<List<String>> paths = new ArrayList<>();
        data.path("buffer_paths").forEach(path -> {
            List<String> steps = new ArrayList<>();
            path.forEach(step -> steps.add(step.asText()));
            paths.add(steps);
        });
        int at = paths.indexOf(List.of(heat, "state", "weights"));
        assertThat(at).isNotNegative();
        try {
            ByteBuffer bytes = ByteBuffer.wrap(message.path("buffers").path(at).binaryValue())
                    .order(ByteOrder.LITTLE_ENDIAN);
            assertThat(bytes.getFloat()).isEqualTo(0.25f);
            assertThat(bytes.getFloat()).isEqualTo(-1f);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}

package dev.nibble.tests.protocol;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.nibble.tests.protocol.TestKernel.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One kernel process, many questions over its sockets. */
class ProtocolTest {
    private static TestKernel kernel;

    @BeforeAll
    static void start() {
        // A heap that one test fills.
        kernel = TestKernel.start(Map.of("NIBBLE_JAVA_OPTS", "-Xmx1g"));
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    private static void stillWorks() {
        assertThat(kernel.execute("1 + 1").result()).isEqualTo("2");
    }

    // ---- requests

    @Test
    void aCellsMessagesComeInOrderBetweenBusyAndIdle() {
        Exchange cell = kernel.execute("System.out.println(\"out\");\nSystem.err.println(\"err\");\ndisplay(3);\n7")
                .await();
        assertThat(cell.types()).containsExactly("execute_input", "stream", "stream", "display_data", "execute_result");
        assertThat(cell.all("status").stream()
                        .map(state -> state.path("execution_state").asText()))
                .containsExactly("busy", "idle");
        assertThat(cell.published.getFirst().path("header").path("msg_type").asText())
                .isEqualTo("status");
        assertThat(cell.content().path("execution_count").asInt())
                .isEqualTo(cell.all("execute_input")
                        .getFirst()
                        .path("execution_count")
                        .asInt());
    }

    @Test
    void headersAreTheKernelsOwn() {
        JsonNode asked = kernel.ask("kernel_info_request", TestKernel.object()).await().reply;
        JsonNode header = asked.path("header");
        assertThat(header.path("session").asText())
                .isNotEmpty()
                .isNotEqualTo(asked.path("parent_header").path("session").asText());
        assertThat(header.path("date").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
        assertThat(asked.path("content").path("status").asText()).isEqualTo("ok");
        assertThat(asked.path("content").path("language_info").path("name").asText())
                .isEqualTo("java");
    }

    @Test
    void theControlChannelAnswersWhileACellRuns() {
        Exchange cell = kernel.execute("Thread.sleep(1500);");
        long began = System.nanoTime();
        assertThat(kernel.askOnControl("kernel_info_request", TestKernel.object())
                        .status())
                .isEqualTo("ok");
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(1));
        assertThat(cell.reply).isNull();
        assertThat(cell.status()).isEqualTo("ok");
    }

    @Test
    void cellsThatWaitBehindAFailureAreAborted() {
        Exchange fails = kernel.execute("throw new RuntimeException(\"x\");");
        Exchange second = kernel.execute("int never1 = 1;");
        Exchange third = kernel.execute("int never2 = 1;");
        Exchange info = kernel.ask("kernel_info_request", TestKernel.object());
        assertThat(fails.status()).isEqualTo("error");
        assertThat(second.status()).isEqualTo("aborted");
        assertThat(third.status()).isEqualTo("aborted");
        assertThat(info.status()).isEqualTo("ok");
        assertThat(kernel.execute("never1").status()).isEqualTo("error");
        stillWorks();
    }

    @Test
    void orNotIfTheFrontEndSaysSo() {
        Exchange fails = kernel.execute("throw new RuntimeException();", fields -> fields.put("stop_on_error", false));
        Exchange second = kernel.execute("int goesOn = 1;");
        assertThat(fails.status()).isEqualTo("error");
        assertThat(second.status()).isEqualTo("ok");
    }

    @Test
    void aSilentCellPublishesNothingAndDoesNotCount() {
        int before = kernel.execute("1").content().path("execution_count").asInt();
        Exchange silent = kernel.execute("System.out.println(3); 4", fields -> fields.put("silent", true));
        assertThat(silent.status()).isEqualTo("ok");
        assertThat(silent.types()).isEmpty();
        kernel.execute("1", fields -> fields.put("store_history", false)).await();
        assertThat(kernel.execute("1").content().path("execution_count").asInt())
                .isEqualTo(before + 1);
    }

    @Test
    void expressionsComeWithTheReply() {
        Exchange cell = kernel.execute(
                "int q = 5;",
                fields -> fields.putObject("user_expressions")
                        .put("good", "q + 1")
                        .put("bad", "noSuchName"));
        JsonNode values = cell.content().path("user_expressions");
        assertThat(values.path("good").path("data").path("text/plain").asText()).isEqualTo("6");
        assertThat(values.path("bad").path("status").asText()).isEqualTo("error");
    }

    @Test
    void displaysAreUpdatedByTheirIds() {
        Exchange cell = kernel.execute("var d = display(\"one\");\nd.update(\"two\");\nclearOutput();")
                .await();
        String id = cell.all("display_data")
                .getFirst()
                .path("transient")
                .path("display_id")
                .asText();
        assertThat(id).isNotEmpty();
        JsonNode update = cell.all("update_display_data").getFirst();
        assertThat(update.path("transient").path("display_id").asText()).isEqualTo(id);
        assertThat(update.path("data").path("text/plain").asText()).isEqualTo("two");
        assertThat(cell.all("clear_output").getFirst().path("wait").asBoolean()).isFalse();
    }

    @Test
    void progressIsOneBarThatIsUpdatedAndEnds() {
        Exchange cell = kernel.execute("try (var bar = Progress.current().task(\"<work>\", 8, \"rows\")) {\n"
                        + "    for (int i = 0; i < 8; i++) { Thread.sleep(100); bar.step(1); }\n}")
                .await();
        assertThat(cell.all("display_data")).hasSize(1);
        JsonNode first = cell.all("display_data").getFirst().path("data");
        assertThat(first.path("text/html").asText()).contains("&lt;work&gt;").contains("of 8 rows");
        assertThat(first.path("text/plain").asText()).contains("<work>: ").contains("of 8 rows");
        // Short work that ended well leaves no trace.
        JsonNode last = cell.all("update_display_data").getLast().path("data");
        assertThat(last.path("text/plain").asText()).isEmpty();
    }

    @Test
    void anErrorIsOneMessage() {
        Exchange cell =
                kernel.execute("throw new IllegalStateException(\"why\");").await();
        assertThat(cell.types()).containsExactly("execute_input", "error");
        JsonNode error = cell.all("error").getFirst();
        assertThat(error.path("ename").asText()).isEqualTo("java.lang.IllegalStateException");
        assertThat(error.path("evalue").asText()).isEqualTo("why");
        // No black, no white, no bold black: they vanish on one theme or the other.
        assertThat(error.path("traceback").toString()).doesNotContain("[30m", "[37m", "[97m", "[1;30m", "[40m", "[47m");
        assertThat(cell.content().path("traceback")).isEqualTo(error.path("traceback"));
        assertThat(cell.content().has("execution_count")).isTrue();
    }

    @Test
    void memoryThatIsNotThereIsAnError() {
        Exchange cell =
                kernel.execute("var hog = new ArrayList<long[]>();\nwhile (true) { hog.add(new long[1 << 24]); }");
        assertThat(cell.errorName()).isEqualTo("java.lang.OutOfMemoryError");
        kernel.execute("hog = null;").await();
        stillWorks();
    }

    @Test
    void aCellCannotEndTheProcess() {
        assertThat(kernel.execute("System.exit(3);").errorName()).isEqualTo("ExitRefused");
        assertThat(kernel.process().isAlive()).isTrue();
        stillWorks();
    }

    @Test
    void cursorsCountCodePoints() {
        String code = "var s = \"🎉🎉🎉\"; System.ou";
        int points = code.codePointCount(0, code.length());
        JsonNode found = kernel.ask(
                        "complete_request",
                        TestKernel.object().put("code", code).put("cursor_pos", points))
                .content();
        assertThat(found.path("matches").get(0).asText()).isEqualTo("out");
        assertThat(found.path("cursor_start").asInt()).isEqualTo(points - 2);
        assertThat(found.path("cursor_end").asInt()).isEqualTo(points);
    }

    @Test
    void namesOfEarlierLinesOfTheSameCellAreCompleted() {
        String code = "var words = new ArrayList<String>();\nwords.addFir";
        JsonNode found = kernel.ask("complete_request", TestKernel.object().put("code", code))
                .content();
        assertThat(found.path("matches").get(0).asText()).startsWith("addFirst");
        assertThat(found.path("cursor_start").asInt()).isEqualTo(code.length() - "addFir".length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int zebra = 5;\nzeb",
                "for (int zebra = 0; zebra < 3; zebra++) { System.out.println(ze",
                "List<Map<String, Integer>> zebra = null;\nString.valueOf(zeb",
                "int zebra(int n) { return n; }\nze"
            })
    void completesNamesThatTheSameCellDeclares(String code) {
        JsonNode found = kernel.ask("complete_request", TestKernel.object().put("code", code))
                .content();
        assertThat(found.path("matches").get(0).asText()).startsWith("zebra");
        assertThat(found.path("matches")).hasSize(1);
        assertThat(found.path("cursor_end").asInt()).isEqualTo(code.length());
    }

    @Test
    void documentationIsFound() {
        JsonNode found = kernel.ask("inspect_request", TestKernel.object().put("code", "String.format"))
                .content();
        assertThat(found.path("found").asBoolean()).isTrue();
        assertThat(found.path("data").path("text/plain").asText()).contains("format(String");
        JsonNode nothing = kernel.ask("inspect_request", TestKernel.object().put("code", "noSuchThing"))
                .content();
        assertThat(nothing.path("found").asBoolean()).isFalse();
    }

    @Test
    void anUnknownCommIsClosedAndTheOthersAreListed() {
        Exchange open =
                kernel.ask("comm_open", TestKernel.object().put("comm_id", "c1").put("target_name", "no.such"));
        kernel.pumpUntil(() -> open.idle, "idle");
        assertThat(open.all("comm_close").getFirst().path("comm_id").asText()).isEqualTo("c1");
        assertThat(kernel.ask("comm_info_request", TestKernel.object())
                        .content()
                        .path("comms")
                        .size())
                .isZero();
    }

    @Test
    void whoSubscribesIsWelcomedFirst() {
        for (String topic : List.of("", "stream")) {
            JsonNode first = kernel.firstMessageOfANewSubscriber(topic);
            assertThat(first.path("header").path("msg_type").asText()).isEqualTo("iopub_welcome");
            assertThat(first.path("content").path("subscription").asText()).isEqualTo(topic);
            assertThat(first.path("parent_header")).isEmpty();
        }
    }

    // ---- comms and binary parts

    /** Opens, in the kernel, a target that answers with what it gets, its bytes reversed. */
    private static final String ECHO = """
            import dev.nibble.kernel.comm.*;
            var opened = new ArrayList<Comm>();
            Comm.accept("test.echo", (comm, first) -> {
                opened.add(comm);
                comm.send(CommMessage.of(Map.of("hello", first.data())));
                comm.onClose(last -> System.out.println("closed with " + last.data()));
                comm.onMessage(message -> {
                    System.out.println("got " + message.data().get("text"));
                    if (message.data().containsKey("fail")) {
                        throw new IllegalStateException("on purpose");
                    }
                    if (message.data().containsKey("hang")) {
                        while (true) { }
                    }
                    byte[] bytes = message.buffers().getFirst().clone();
                    for (int i = 0; i < bytes.length / 2; i++) {
                        byte b = bytes[i];
                        bytes[i] = bytes[bytes.length - 1 - i];
                        bytes[bytes.length - 1 - i] = b;
                    }
                    comm.send(CommMessage.of(Map.of("length", bytes.length), bytes, new byte[0]));
                });
            });""";

    private static ObjectNode comm(String id, ObjectNode data) {
        ObjectNode content = TestKernel.object().put("comm_id", id).put("target_name", "test.echo");
        content.set("data", data);
        return content;
    }

    private static Exchange told(Exchange message) {
        kernel.pumpUntil(() -> message.idle, "idle");
        return message;
    }

    @Test
    void commsCarryJsonAndBytesBothWays() throws Exception {
        assertThat(kernel.execute(ECHO).status()).isEqualTo("ok");
        Exchange open =
                told(kernel.tell("comm_open", comm("e1", TestKernel.object().put("a", 1))));
        assertThat(open.all("comm_msg").getFirst().at("/data/hello/a").asInt()).isEqualTo(1);
        JsonNode listed = kernel.ask("comm_info_request", TestKernel.object().put("target_name", "test.echo"))
                .content()
                .path("comms");
        assertThat(listed.path("e1").path("target_name").asText()).isEqualTo("test.echo");
        assertThat(kernel.ask("comm_info_request", TestKernel.object().put("target_name", "other"))
                        .content()
                        .path("comms")
                        .size())
                .isZero();

        byte[] noise = new byte[300_000];
        new Random(3).nextBytes(noise);
        Exchange message =
                told(kernel.tell("comm_msg", comm("e1", TestKernel.object().put("text", "é🎉")), noise));
        assertThat(message.stream("stdout")).isEqualTo("got é🎉\n");
        JsonNode answer = message.messages("comm_msg").getFirst();
        assertThat(answer.at("/content/data/length").asInt()).isEqualTo(noise.length);
        assertThat(answer.path("buffers")).hasSize(2);
        byte[] back = answer.path("buffers").path(0).binaryValue();
        assertThat(back.length).isEqualTo(noise.length);
        assertThat(back[0]).isEqualTo(noise[noise.length - 1]);
        assertThat(back[back.length - 1]).isEqualTo(noise[0]);

        Exchange failing =
                told(kernel.tell("comm_msg", comm("e1", TestKernel.object().put("fail", true)), noise));
        assertThat(failing.all("error").getFirst().path("ename").asText()).isEqualTo("java.lang.IllegalStateException");
        Exchange hanging =
                kernel.tell("comm_msg", comm("e1", TestKernel.object().put("hang", true)), noise);
        kernel.awaitPrinted(hanging, "got");
        kernel.interrupt();
        assertThat(told(hanging).all("error").getFirst().path("ename").asText()).isEqualTo("KeyboardInterrupt");

        // A cell sends over it too, and that is the cell's.
        Exchange cell = kernel.execute("opened.getFirst().send(CommMessage.of(Map.of(\"from\", \"cell\")));")
                .await();
        assertThat(cell.all("comm_msg").getFirst().at("/data/from").asText()).isEqualTo("cell");
        Exchange closed =
                told(kernel.tell("comm_close", comm("e1", TestKernel.object().put("bye", 1))));
        assertThat(closed.stream("stdout")).isEqualTo("closed with {bye=1}\n");
        assertThat(kernel.execute("opened.getFirst().send(CommMessage.of(Map.of()));")
                        .errorName())
                .isEqualTo("java.lang.IllegalStateException");
        assertThat(told(kernel.tell("comm_msg", comm("e1", TestKernel.object())))
                        .types())
                .isEmpty();
    }

    @Test
    void aCellOpensAComm() {
        Exchange cell = kernel.execute("import dev.nibble.kernel.comm.*;\n"
                        + "var widget = Comm.open(\"jupyter.widget\", new CommMessage(Map.of(\"state\", Map.of(\"x\", 1)), "
                        + "Map.of(\"version\", \"2.1.0\"), List.of(new byte[] {1, 2, 3})));\n"
                        + "widget.onMessage(message -> display(message.data().get(\"x\")));\nwidget.id()")
                .await();
        JsonNode open = cell.messages("comm_open").getFirst();
        String id = open.at("/content/comm_id").asText();
        assertThat(cell.result()).isEqualTo(id);
        assertThat(open.at("/content/target_name").asText()).isEqualTo("jupyter.widget");
        assertThat(open.at("/metadata/version").asText()).isEqualTo("2.1.0");
        assertThat(open.path("buffers")).hasSize(1);
        Exchange message =
                told(kernel.tell("comm_msg", comm(id, TestKernel.object().put("x", 7))));
        assertThat(message.all("display_data")
                        .getFirst()
                        .at("/data/text~1plain")
                        .asText())
                .isEqualTo("7");
        Exchange close = kernel.execute("widget.close();").await();
        assertThat(close.all("comm_close").getFirst().path("comm_id").asText()).isEqualTo(id);
    }

    @Test
    void aDisplayCarriesBinaryParts() throws Exception {
        Exchange cell = kernel.execute("display(new dev.nibble.kernel.display.MimeBundle("
                        + "Map.of(\"text/plain\", \"three bytes\"), Map.of(), List.of(new byte[] {1, 2, 3})));")
                .await();
        JsonNode shown = cell.messages("display_data").getFirst();
        assertThat(shown.path("buffers")).hasSize(1);
        assertThat(shown.path("buffers").path(0).binaryValue()).containsExactly(1, 2, 3);
    }

    // ---- subshells

    private static String newSubshell() {
        JsonNode made = kernel.askOnControl("create_subshell_request", TestKernel.object())
                .content();
        assertThat(made.path("status").asText()).isEqualTo("ok");
        return made.path("subshell_id").asText();
    }

    private static List<String> subshells() {
        List<String> ids = new ArrayList<>();
        kernel.askOnControl("list_subshell_request", TestKernel.object())
                .content()
                .path("subshell_id")
                .forEach(id -> ids.add(id.asText()));
        return ids;
    }

    private static Exchange delete(String subshell) {
        return kernel.askOnControl(
                "delete_subshell_request", TestKernel.object().put("subshell_id", subshell));
    }

    @Test
    void subshellsAreMadeListedAndDeleted() {
        JsonNode info = kernel.ask("kernel_info_request", TestKernel.object()).content();
        assertThat(info.path("supported_features").toString()).contains("\"kernel subshells\"");
        assertThat(info.path("protocol_version").asText()).isEqualTo("5.5");
        String one = newSubshell();
        String two = newSubshell();
        assertThat(subshells()).containsSequence(one, two);
        assertThat(delete(one).status()).isEqualTo("ok");
        assertThat(subshells()).contains(two).doesNotContain(one);
        assertThat(delete(one).status()).isEqualTo("error");
        assertThat(delete(two).status()).isEqualTo("ok");
        Exchange late = kernel.executeIn(one, "1 + 1");
        assertThat(late.status()).isEqualTo("error");
        assertThat(late.await().types()).isEmpty();
        assertThat(kernel.askOnControl("delete_subshell_request", TestKernel.object())
                        .status())
                .isEqualTo("error");
    }

    @Test
    void aSubshellAnswersWhileTheMainCellSleepsAndAnInterruptStillStopsThat() {
        String id = newSubshell();
        kernel.execute("int deep = 20;").await();
        Exchange main = kernel.execute("System.out.println(\"sleeps\"); Thread.sleep(60_000);");
        kernel.awaitPrinted(main, "sleeps");
        for (int i = 0; i < 3; i++) {
            long asked = System.nanoTime();
            Exchange sub = kernel.executeIn(id, "deep + " + i);
            assertThat(sub.result()).isEqualTo(String.valueOf(20 + i));
            // The aim is 0.5 s; the rest is slack for a machine that does other things.
            assertThat(sub.repliedAt - asked).isLessThan(TimeUnit.SECONDS.toNanos(2));
        }
        JsonNode completed = kernel.askIn(
                        id, "complete_request", TestKernel.object().put("code", "Math.hypo"))
                .content();
        assertThat(completed.path("matches").path(0).asText()).startsWith("hypot");
        assertThat(main.reply).isNull();
        long asked = System.nanoTime();
        kernel.interrupt();
        assertThat(main.errorName()).isEqualTo("KeyboardInterrupt");
        assertThat(main.repliedAt - asked).isLessThan(TimeUnit.SECONDS.toNanos(2));
        assertThat(kernel.executeIn(id, "deep").result()).isEqualTo("20");
        delete(id).await();
        stillWorks();
    }

    @Test
    void anErrorInASubshellAbandonsWhatWaitsThereAndNothingElse() {
        String id = newSubshell();
        Exchange fails = kernel.executeIn(id, "Thread.sleep(300); throw new RuntimeException();");
        Exchange behind = kernel.executeIn(id, "1");
        Exchange main = kernel.execute("2");
        assertThat(fails.status()).isEqualTo("error");
        assertThat(behind.status()).isEqualTo("aborted");
        assertThat(main.status()).isEqualTo("ok");
        delete(id).await();
    }

    @Test
    void deletingASubshellStopsItsCellAndAnswersWhatWaits() {
        String id = newSubshell();
        Exchange runs = kernel.executeIn(id, "System.out.println(\"runs\"); while (true) { }");
        Exchange waits = kernel.executeIn(id, "1");
        kernel.awaitPrinted(runs, "runs");
        assertThat(delete(id).status()).isEqualTo("ok");
        assertThat(runs.errorName()).isEqualTo("KeyboardInterrupt");
        assertThat(waits.status()).isEqualTo("aborted");
        stillWorks();
    }

    // ---- what cannot be stopped

    @Test
    void aLibraryCallThatDoesNotStopIsLeftBehind() {
        Exchange cell =
                kernel.execute("{ System.out.println(\"runs\");\njava.math.BigInteger.valueOf(3).pow(60_000_000); }");
        kernel.awaitPrinted(cell, "runs");
        long asked = System.nanoTime();
        kernel.interrupt();
        assertThat(cell.errorName()).isEqualTo("KeyboardInterrupt");
        // The aim is 2 s; the rest is slack for a machine that does other things.
        assertThat(cell.repliedAt - asked).isLessThan(TimeUnit.SECONDS.toNanos(4));
        assertThat(cell.content().path("evalue").asText()).contains("cell-").contains("java.math.");
        assertThat(cell.content().path("traceback").toString()).contains("line 2");
        stillWorks();
    }

    // ---- resources

    @Test
    void whoAsksForADebuggerLearnsAtOnceThatThereIsNone() {
        JsonNode answer = kernel.askOnControl(
                        "debug_request",
                        TestKernel.object().put("type", "request").put("seq", 7).put("command", "initialize"))
                .content();

        assertThat(answer.path("success").asBoolean(true)).isFalse();
        assertThat(answer.path("request_seq").asInt()).isEqualTo(7);
        assertThat(answer.path("command").asText()).isEqualTo("initialize");
        assertThat(answer.path("message").asText()).contains("no debugger");
    }

    @Test
    void theControlChannelTellsWhatTheKernelUses() {
        JsonNode first =
                kernel.askOnControl("usage_request", TestKernel.object()).content();
        kernel.execute("long spin = System.nanoTime() + 300_000_000L; while (System.nanoTime() < spin) { }")
                .await();
        JsonNode usage =
                kernel.askOnControl("usage_request", TestKernel.object()).content();
        assertThat(usage.path("pid").asLong()).isEqualTo(kernel.process().pid());
        assertThat(usage.path("hostname").asText()).isNotEmpty();
        assertThat(usage.path("kernel_cpu").asDouble()).isPositive();
        assertThat(usage.path("kernel_memory").asLong()).isBetween(50L << 20, 4L << 30);
        assertThat(usage.path("cpu_count").asInt())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        JsonNode memory = usage.path("host_virtual_memory");
        assertThat(memory.path("total").asLong())
                .isGreaterThan(memory.path("available").asLong());
        assertThat(memory.path("percent").asDouble()).isBetween(0.0, 100.0);
        assertThat(first.path("status").asText()).isEqualTo("ok");
    }

    // ---- history

    private static List<String> history(ObjectNode asked) {
        List<String> codes = new ArrayList<>();
        JsonNode content = kernel.ask("history_request", asked).content();
        assertThat(content.path("status").asText()).isEqualTo("ok");
        content.path("history").forEach(row -> codes.add(row.path(2).asText()));
        return codes;
    }

    private static ObjectNode asked(String type) {
        return TestKernel.object()
                .put("hist_access_type", type)
                .put("output", false)
                .put("raw", true);
    }

    @Test
    void whatWasRunIsRemembered() {
        kernel.execute("70 * 2").await();
        kernel.execute("71 * 2").await();
        kernel.execute("72 * 2", fields -> fields.put("silent", true)).await();
        kernel.execute("73 * 2", fields -> fields.put("store_history", false)).await();
        Exchange last = kernel.execute("70 * 2");
        int number = last.content().path("execution_count").asInt();
        assertThat(history(asked("tail").put("n", 3))).containsExactly("70 * 2", "71 * 2", "70 * 2");
        assertThat(history(asked("search").put("pattern", "7? [*] 2"))).containsExactly("70 * 2", "71 * 2", "70 * 2");
        assertThat(history(asked("search").put("pattern", "7? [*] 2").put("unique", true)))
                .containsExactly("71 * 2", "70 * 2");
        assertThat(history(asked("range")
                        .put("session", 0)
                        .put("start", number - 1)
                        .put("stop", number)))
                .containsExactly("71 * 2");
        JsonNode pair = kernel.ask("history_request", asked("tail").put("n", 1).put("output", true))
                .content()
                .path("history")
                .path(0);
        assertThat(pair.path(1).asInt()).isEqualTo(number);
        assertThat(pair.path(2).path(0).asText()).isEqualTo("70 * 2");
        assertThat(pair.path(2).path(1).asText()).isEqualTo("140");
    }

    @Test
    void aHistoryRequestThatSaysNothingIsRefused() {
        assertThat(kernel.ask("history_request", asked("everything")).status()).isEqualTo("error");
        assertThat(kernel.ask("history_request", asked("tail").put("n", "many")).status())
                .isEqualTo("error");
        assertThat(history(asked("tail").put("n", -3))).isEmpty();
    }

    // ---- what the reply asks the front end to do

    @Test
    void aQuestionMarkOpensThePager() {
        for (String code : List.of("String.format?", "?String.format", "  String.format ??", "%doc String.format")) {
            Exchange cell = kernel.execute("int before = 1;\n" + code);
            JsonNode payload = cell.content().path("payload");
            assertThat(payload).as(code).hasSize(1);
            assertThat(payload.path(0).path("source").asText()).isEqualTo("page");
            assertThat(payload.path(0).path("data").path("text/plain").asText()).contains("format(String");
            assertThat(cell.types()).containsExactly("execute_input");
        }
        Exchange ternary = kernel.execute("boolean flag = true;\nint chosen =\nflag ?\n1 : 2;\nchosen");
        assertThat(ternary.result()).isEqualTo("1");
        assertThat(kernel.execute("noSuchThing?").errorName()).isEqualTo("UsageError");
    }

    @Test
    void aCellCanOfferTheNextOne() {
        JsonNode payload = kernel.execute("nextInput(\"1 + 1\"); nextInput(\"2 + 2\");")
                .content()
                .path("payload");
        assertThat(payload).hasSize(1);
        assertThat(payload.path(0).path("source").asText()).isEqualTo("set_next_input");
        assertThat(payload.path(0).path("text").asText()).isEqualTo("2 + 2");
        assertThat(payload.path(0).path("replace").asBoolean(true)).isFalse();
    }

    // ---- streams

    @Test
    void aHundredThousandLinesArriveWholeInFewMessages() {
        Exchange cell = kernel.execute("for (int i = 0; i < 100_000; i++) System.out.println(i);")
                .await();
        String expected = IntStream.range(0, 100_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
        assertThat(cell.stream("stdout").equals(expected)).isTrue();
        assertThat(cell.all("stream")).hasSizeLessThan(300);
        assertThat(cell.published
                        .getLast()
                        .path("content")
                        .path("execution_state")
                        .asText())
                .isEqualTo("idle");
    }

    @Test
    void aThreadsOutputGoesToItsCellAlsoLater() {
        Exchange first = kernel.execute("new Thread(() -> { try { Thread.sleep(400); } catch (Exception e) { } "
                + "System.out.println(\"late\"); }).start();");
        Exchange second = kernel.execute("System.out.println(\"other\");").await();
        kernel.awaitPrinted(first, "late");
        assertThat(second.stream("stdout")).isEqualTo("other\n");
    }

    @Test
    void aThreadThatIsInterruptedAgainAndAgainCanPrint() {
        Exchange cell = kernel.execute("for (int i = 0; i < 500; i++) { Thread.currentThread().interrupt(); "
                + "display(i); if (i % 50 == 0) { Thread.interrupted(); Thread.sleep(5); } }");
        assertThat(cell.await().all("display_data")).hasSize(500);
        stillWorks();
    }

    @Test
    void textAppearsWhileTheCellRuns() {
        Exchange cell = kernel.execute("System.out.println(\"now\"); Thread.sleep(2000);");
        kernel.awaitPrinted(cell, "now");
        assertThat(cell.reply).isNull();
        cell.await();
    }

    // ---- input

    @Test
    void aCellCanAsk() {
        Exchange cell = kernel.execute(
                "System.out.print(\"name? \");\nnew Scanner(System.in).nextLine() + password(\"key? \")");
        assertThat(kernel.awaitQuestion().path("password").asBoolean()).isFalse();
        kernel.awaitPrinted(cell, "name? ");
        kernel.answer("héllo 🎉 ");
        JsonNode second = kernel.awaitQuestion();
        assertThat(second.path("password").asBoolean()).isTrue();
        assertThat(second.path("prompt").asText()).isEqualTo("key? ");
        kernel.answer("secret");
        assertThat(cell.result()).isEqualTo("héllo 🎉 secret");
    }

    @Test
    void anInterruptEndsTheWaitAndAStaleAnswerIsNotTaken() {
        Exchange cell = kernel.execute("System.in.read()");
        kernel.awaitQuestion();
        kernel.interrupt();
        assertThat(cell.errorName()).isEqualTo("KeyboardInterrupt");
        kernel.answer("stale");
        Exchange next = kernel.execute("new Scanner(System.in).nextLine()");
        kernel.awaitQuestion();
        kernel.pump(() -> false, ofMillis(100));
        kernel.answer("fresh");
        assertThat(next.result()).isEqualTo("fresh");
    }

    @Test
    void aFrontEndThatCannotBeAskedIsNot() {
        Exchange cell = kernel.execute("System.in.read()", fields -> fields.put("allow_stdin", false));
        assertThat(cell.errorName()).isEqualTo("java.io.IOException");
    }

    // ---- interrupts

    @ParameterizedTest
    @ValueSource(
            strings = {"while (true) { }", "Thread.sleep(60_000);", "IntStream.iterate(0, i -> i).parallel().sum()"})
    void anInterruptStopsACellAndTheKernelGoesOn(String code) {
        kernel.execute("int kept = 42;").await();
        Exchange cell = kernel.execute("System.out.println(\"runs\");\n" + code);
        kernel.awaitPrinted(cell, "runs");
        kernel.pump(() -> false, ofMillis(300));
        long asked = System.nanoTime();
        kernel.interrupt();
        assertThat(cell.errorName()).isEqualTo("KeyboardInterrupt");
        assertThat(cell.repliedAt - asked).isLessThan(TimeUnit.SECONDS.toNanos(1));
        assertThat(kernel.execute("kept").result()).isEqualTo("42");
    }

    // ---- what is no message

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void badFramesAreSurvived(boolean onControl) {
        byte[] object = "{}".getBytes(StandardCharsets.US_ASCII);
        byte[] info = kernel.header("kernel_info_request", "bad");
        byte[] execute = kernel.header("execute_request", "bad");
        var random = new Random(7);
        var bad = new ArrayList<List<byte[]>>();
        bad.add(List.of(bytes("foo"), bytes("bar")));
        bad.add(List.of(bytes("")));
        bad.add(List.of(bytes("<IDS|MSG>")));
        bad.add(List.of(bytes("<IDS|MSG>"), bytes("x")));
        bad.add(List.of(bytes("<IDS|MSG>"), bytes("0".repeat(64)), info, object, object, object));
        byte[] forged = bytes("{\"code\":\"Runtime.getRuntime().halt(9);\",\"silent\":false}");
        bad.add(List.of(bytes("<IDS|MSG>"), bytes("0".repeat(64)), execute, object, object, forged));
        for (int i = 0; i < 20; i++) {
            byte[] noise = new byte[1 + random.nextInt(200)];
            random.nextBytes(noise);
            bad.add(List.of(noise, noise, noise, noise, noise, noise, noise));
        }
        bad.add(kernel.signed(bytes("{not json"), object));
        bad.add(kernel.signed(bytes("[]"), bytes("1")));
        bad.add(kernel.signed(object, object));
        bad.add(kernel.signed(execute, object));
        bad.add(kernel.signed(execute, bytes("{\"code\": 3}")));
        bad.add(kernel.signed(
                kernel.header("complete_request", "bad"), bytes("{\"code\":\"a\",\"cursor_pos\":\"x\"}")));
        bad.add(kernel.signed(
                kernel.header("complete_request", "bad"), bytes("{\"code\":\"a\",\"cursor_pos\":99999999999}")));
        bad.add(kernel.signed(kernel.header("inspect_request", "bad"), bytes("{\"code\":\"a\",\"cursor_pos\":-5}")));
        bad.add(kernel.signed(kernel.header("comm_msg", "bad"), bytes("{\"comm_id\":\"none\"}")));
        bad.add(kernel.signed(kernel.header("comm_open", "bad"), bytes("{\"comm_id\":[],\"target_name\":{}}")));
        bad.add(kernel.signed(kernel.header("no_such_request", "bad"), object));
        bad.add(kernel.signed(info, new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'}));
        bad.add(kernel.signed(info, bytes("[".repeat(100_000))));
        bad.add(kernel.signed(info, bytes("{\"pad\":\"" + "x".repeat(5_000_000) + "\"}")));
        bad.forEach(frames -> kernel.sendRaw(onControl, frames));
        Exchange info1 = onControl
                ? kernel.askOnControl("kernel_info_request", TestKernel.object())
                : kernel.ask("kernel_info_request", TestKernel.object());
        assertThat(info1.status()).isEqualTo("ok");
        assertThat(kernel.process().isAlive()).isTrue();
        stillWorks();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void everyRequestIsAnsweredBetweenBusyAndIdle() {
        for (String type : List.of(
                "kernel_info_request",
                "complete_request",
                "inspect_request",
                "is_complete_request",
                "history_request",
                "comm_info_request")) {
            Exchange exchange = kernel.ask(
                            type,
                            TestKernel.object()
                                    .put("code", "a")
                                    .put("hist_access_type", "tail")
                                    .put("id", UUID.randomUUID().toString()))
                    .await();
            assertThat(exchange.all("status").stream()
                            .map(state -> state.path("execution_state").asText()))
                    .as(type)
                    .containsExactly("busy", "idle");
        }
    }
}

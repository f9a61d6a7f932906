package dev.nibble.tests.protocol;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Messages that no honest front end sends, from a seed: real ones with parts of wrong types, missing, added, huge, deep
 * or sent again, under a right signature; and frames that are no message at all.
 */
final class HostileMessages {
    /** On which channel a message goes. */
    enum Channel {
        SHELL,
        CONTROL,
        STDIN,
        IOPUB,
        HEARTBEAT
    }

    /**
     * One message.
     *
     * @param signed whether its signature is right
     */
    record Hostile(Channel channel, List<byte[]> frames, boolean signed) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] DELIMITER = "<IDS|MSG>".getBytes(StandardCharsets.US_ASCII);
    private static final int REMEMBERED = 50;

    /** Requests as front ends send them. What ends the kernel is left out: it would do what it says. */
    private static final List<Map.Entry<String, String>> SHELL = List.of(
            Map.entry(
                    "execute_request",
                    "{\"code\": \"1 + 1\", \"silent\": false, \"store_history\": true, \"user_expressions\": {\"a\": \"2\"},"
                            + " \"allow_stdin\": true, \"stop_on_error\": true}"),
            Map.entry("complete_request", "{\"code\": \"Math.hyp\", \"cursor_pos\": 8}"),
            Map.entry("inspect_request", "{\"code\": \"zip\", \"cursor_pos\": 3, \"detail_level\": 0}"),
            Map.entry("is_complete_request", "{\"code\": \"int f() {\"}"),
            Map.entry(
                    "history_request",
                    "{\"output\": true, \"raw\": true, \"hist_access_type\": \"search\", \"session\": 0, \"start\": 1,"
                            + " \"stop\": 5, \"n\": 5, \"pattern\": \"*1*\", \"unique\": true}"),
            Map.entry(
                    "history_request",
                    "{\"output\": false, \"raw\": true, \"hist_access_type\": \"range\", \"session\": 0, \"start\": 1,"
                            + " \"stop\": 5}"),
            Map.entry("kernel_info_request", "{}"),
            Map.entry("comm_info_request", "{\"target_name\": \"x\"}"),
            Map.entry("comm_open", "{\"comm_id\": \"c\", \"target_name\": \"no.such\", \"data\": {\"a\": 1}}"),
            Map.entry("comm_msg", "{\"comm_id\": \"c\", \"data\": {\"method\": \"update\", \"state\": {}}}"),
            Map.entry("comm_close", "{\"comm_id\": \"c\", \"data\": {}}"),
            Map.entry("connect_request", "{}"));

    private static final List<Map.Entry<String, String>> CONTROL = List.of(
            Map.entry("kernel_info_request", "{}"),
            Map.entry("interrupt_request", "{}"),
            Map.entry("usage_request", "{}"),
            Map.entry("create_subshell_request", "{}"),
            Map.entry("list_subshell_request", "{}"),
            Map.entry("delete_subshell_request", "{\"subshell_id\": \"none\"}"),
            Map.entry("debug_request", "{\"type\": \"request\", \"seq\": 1, \"command\": \"initialize\"}"));

    private static final List<Map.Entry<String, String>> STDIN =
            List.of(Map.entry("input_reply", "{\"value\": \"x\"}"));

    private final TestKernel kernel;
    private final Random random;
    private final List<Hostile> sent = new ArrayList<>();

    HostileMessages(TestKernel kernel, long seed) {
        this.kernel = kernel;
        this.random = new Random(seed);
    }

    Hostile next() {
        if (!sent.isEmpty() && random.nextInt(10) == 0) {
            return sent.get(random.nextInt(sent.size()));
        }
        Hostile made = random.nextInt(3) < 2 ? mutated() : noise();
        if (sent.size() < REMEMBERED) {
            sent.add(made);
        } else {
            sent.set(random.nextInt(REMEMBERED), made);
        }
        return made;
    }

    // ---- real ones, changed

    private Hostile mutated() {
        int chance = random.nextInt(10);
        Channel channel = chance < 6 ? Channel.SHELL : chance < 9 ? Channel.CONTROL : Channel.STDIN;
        var kinds = channel == Channel.SHELL ? SHELL : channel == Channel.CONTROL ? CONTROL : STDIN;
        var kind = kinds.get(random.nextInt(kinds.size()));
        ObjectNode[] parts = {
            object(new String(kernel.header(kind.getKey(), "h" + random.nextInt(100)), StandardCharsets.UTF_8)),
            object("{}"),
            object("{\"deletedCells\": [], \"cellId\": \"a\"}"),
            object(kind.getValue())
        };
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            mutate(parts[random.nextInt(2) == 0 ? 3 : random.nextInt(4)], 0);
        }
        List<byte[]> bytes = new ArrayList<>();
        for (ObjectNode part : parts) {
            bytes.add(part.toString().getBytes(StandardCharsets.UTF_8));
        }
        if (random.nextInt(6) == 0) {
            int which = random.nextInt(4);
            bytes.set(which, broken(bytes.get(which)));
        }
        var frames = new ArrayList<>(kernel.signed(bytes));
        for (int i = random.nextInt(20) == 0 ? random.nextInt(200) : 0; i > 0; i--) {
            frames.add(bytes(random.nextInt(2_000)));
        }
        return new Hostile(channel, frames, true);
    }

    private void mutate(ObjectNode object, int depth) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        if (names.isEmpty() || random.nextInt(6) == 0) {
            object.set("added" + random.nextInt(5), JSON.valueToTree(value()));
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        if (object.path(name) instanceof ObjectNode inner && depth < 3 && random.nextBoolean()) {
            mutate(inner, depth + 1);
        } else if (random.nextInt(4) == 0) {
            object.remove(name);
        } else if (object.path(name).isTextual() && random.nextBoolean()) {
            object.put(name, mangled(object.path(name).asText()));
        } else {
            object.set(name, JSON.valueToTree(value()));
        }
    }

    private Object value() {
        return switch (random.nextInt(12)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> -1;
            case 3 -> Long.MAX_VALUE;
            case 4 -> Double.MIN_VALUE;
            case 5 -> new java.math.BigInteger("9".repeat(1 + random.nextInt(400)));
            case 6 -> "";
            case 7 -> "x".repeat(1 << random.nextInt(17));
            case 8 -> "\u0000\ud83c\udf89\uffff\ud800 %s {} \\ '\"";
            case 9 -> deep(1 + random.nextInt(900));
            case 10 -> List.of(1, "two", List.of());
            default -> Map.of("subshell_id", "none", "code", "1");
        };
    }

    private static ArrayNode deep(int levels) {
        ArrayNode outer = JSON.createArrayNode();
        for (int i = 1; i < levels; i++) {
            ArrayNode next = JSON.createArrayNode();
            next.add(outer);
            outer = next;
        }
        return outer;
    }

    /** Never longer code, so that it stays harmless. */
    private String mangled(String text) {
        if (text.isEmpty()) {
            return "\n";
        }
        int at = random.nextInt(text.length());
        return switch (random.nextInt(4)) {
            case 0 -> text.substring(0, at);
            case 1 -> text.substring(at);
            case 2 -> text.substring(0, at) + (char) (32 + random.nextInt(1_000)) + text.substring(at + 1);
            default -> new StringBuilder(text).reverse().toString();
        };
    }

    private byte[] broken(byte[] json) {
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(json, random.nextInt(json.length));
            case 1 -> "[".repeat(1 + random.nextInt(100_000)).getBytes(StandardCharsets.US_ASCII);
            case 2 -> "null".getBytes(StandardCharsets.US_ASCII);
            case 3 -> "{\"a\": 1, \"a\": 2}".getBytes(StandardCharsets.US_ASCII);
            case 4 -> {
                byte[] changed = json.clone();
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                yield changed;
            }
            default -> bytes(random.nextInt(300));
        };
    }

    // ---- no messages

    private Hostile noise() {
        Channel channel = Channel.values()[random.nextInt(Channel.values().length)];
        var frames = new ArrayList<byte[]>();
        switch (random.nextInt(6)) {
            case 0 -> {
                for (int i = 1 + random.nextInt(10); i > 0; i--) {
                    frames.add(bytes(random.nextInt(200)));
                }
            }
            case 1 -> {
                frames.add(DELIMITER);
                for (int i = random.nextInt(5); i > 0; i--) {
                    frames.add("{}".getBytes(StandardCharsets.US_ASCII));
                }
            }
            case 2 -> {
                Iterator<byte[]> whole = mutated().frames().iterator();
                for (int i = random.nextInt(6); i > 0 && whole.hasNext(); i--) {
                    frames.add(whole.next());
                }
                frames.add(new byte[0]);
            }
            case 3 -> {
                for (int i = 2_000; i > 0; i--) {
                    frames.add(new byte[0]);
                }
            }
            default -> {
                // A real message that somebody else signed, or changed on its way.
                frames.addAll(mutated().frames());
                int at = 1 + random.nextInt(frames.size() - 1);
                byte[] frame = frames.get(at).length == 0
                        ? new byte[1]
                        : frames.get(at).clone();
                frame[random.nextInt(frame.length)] ^= 1;
                frames.set(at > 5 ? 1 : at, at > 5 ? "0".repeat(64).getBytes(StandardCharsets.US_ASCII) : frame);
            }
        }
        return new Hostile(channel, frames, false);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}

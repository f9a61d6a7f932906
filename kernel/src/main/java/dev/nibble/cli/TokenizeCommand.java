package dev.nibble.cli;

import dev.nibble.model.Model;
import dev.nibble.model.tokenizer.Tokenizer;
import dev.nibble.model.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The tokens that a model reads a text as. */
@Command(
        name = "tokenize",
        description = {
            "Show the tokens that a model reads a text as: their numbers and what each stands for.",
            "",
            "  nibble tokenize smollm2-135m --text \"Hello, world!\"",
            "  nibble tokenize smollm2-135m --file book.txt --json",
            ""
        })
final class TokenizeCommand extends LaboratoryCommand {
    /** Tokens that are printed for people. */
    private static final int SHOWN = 2000;

    @Mixin
    private JsonOption json;

    @ArgGroup(multiplicity = "1")
    private Source source;

    /** Where the text comes from. */
    static final class Source {
        @Option(
                names = {"-t", "--text"},
                paramLabel = "TEXT",
                description = "The text.")
        private String text;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "A file with the text, in UTF-8; - for standard input.")
        private String file;

        /** The text, whichever way it was given. */
        String read() throws IOException {
            return text == null ? TokenizeCommand.read(file) : text;
        }
    }

    @Option(
            names = "--no-special",
            description = "Read what spells a special token, as <|im_start|>, as the text that it is.")
    private boolean plain;

    @Parameters(
            paramLabel = "MODEL",
            description = "A model, or a folder with nothing but a tokenizer. " + ModelOption.WORDS)
    private String model;

    @Override
    boolean computes() {
        return false;
    }

    @Override
    int work() throws IOException {
        String text = source.read();
        Path path = Terminal.path(model);
        if (hasTokenizer(path)) {
            show(Tokenizers.inFolder(path), text);
        } else {
            try (Model opened = ModelOption.open(model)) {
                show(opened.tokenizer(), text);
            }
        }
        return 0;
    }

    private static boolean hasTokenizer(Path folder) {
        return Files.isDirectory(folder)
                && Stream.of("tokenizer.json", "vocab.json", "tokenizer.model")
                        .anyMatch(name -> Files.exists(folder.resolve(name)));
    }

    private static String read(String file) throws IOException {
        byte[] bytes = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Terminal.path(file));
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw new WorkFailed(file + " is not UTF-8 text; convert it first");
        }
    }

    private void show(Tokenizer tokenizer, String text) {
        int[] tokens = tokenizer.encode(text, !plain);
        if (json.asked()) {
            var facts = new LinkedHashMap<String, Object>();
            facts.put("tokenizer", tokenizer.describe());
            facts.put("identity", tokenizer.identity());
            facts.put("vocabulary", tokenizer.vocabulary());
            facts.put("bos", tokenizer.bos().isPresent() ? tokenizer.bos().getAsInt() : null);
            facts.put("eos", tokenizer.eos().isPresent() ? tokenizer.eos().getAsInt() : null);
            facts.put("adds_bos", tokenizer.addsBos());
            facts.put("count", tokens.length);
            List<Map<String, Object>> list = new ArrayList<>(tokens.length);
            for (int token : tokens) {
                list.add(facts(tokenizer, token));
            }
            facts.put("tokens", list);
            Json.print(facts);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < Math.min(tokens.length, SHOWN); i++) {
            Map<String, Object> token = facts(tokenizer, tokens[i]);
            rows.add(List.of(
                    Integer.toString(i),
                    Integer.toString(tokens[i]),
                    token.containsKey("bytes") ? "bytes " + token.get("bytes") : quoted((String) token.get("text"))));
        }
        if (!rows.isEmpty()) {
            System.out.println(Listing.of(List.of(">position", ">token", "text"), rows));
        }
        if (tokens.length > SHOWN) {
            System.out.printf(Locale.ROOT, "and %,d more; --json prints all%n", tokens.length - SHOWN);
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        System.out.printf(
                Locale.ROOT, "%,d tokens of %,d bytes%s%n", tokens.length, bytes, perToken(bytes, tokens.length));
        System.out.println(tokenizer.describe()
                + (tokenizer.addsBos() ? "; the model expects " + quoted(first(tokenizer)) + " in front" : ""));
    }

    private static String perToken(int bytes, int tokens) {
        return tokens == 0 ? "" : String.format(Locale.ROOT, ", %.2f bytes each", (double) bytes / tokens);
    }

    private static String first(Tokenizer tokenizer) {
        return tokenizer.decode(tokenizer.bos().orElseThrow());
    }

    /** Number and text of a token; the bytes too, if they are not whole characters. */
    private static Map<String, Object> facts(Tokenizer tokenizer, int token) {
        byte[] bytes = tokenizer.bytes(token);
        var facts = new LinkedHashMap<String, Object>();
        facts.put("id", token);
        try {
            facts.put(
                    "text",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException partOfACharacter) {
            facts.put("text", new String(bytes, StandardCharsets.UTF_8));
            facts.put("bytes", HexFormat.ofDelimiter(" ").formatHex(bytes));
        }
        return facts;
    }

    /** A text in quotation marks on one line, whatever it holds. */
    static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                default -> {
                    int type = Character.getType(c);
                    boolean hidden = type == Character.CONTROL
                            || type == Character.FORMAT
                            || type == Character.LINE_SEPARATOR
                            || type == Character.PARAGRAPH_SEPARATOR;
                    if (hidden) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.append('"').toString();
    }
}

package dev.nibble.cli;

import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.compute.Rows;
import dev.nibble.core.Progress;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.LogitsSource.Window;
import dev.nibble.model.Model;
import dev.nibble.plot.Numbers;
import dev.nibble.plot.TableView;
import dev.nibble.plot.TextTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a model thinks of each token of a text, and what it expects next. */
@Command(
        name = "logprobs",
        description = {
            "Print the log-probability of each token of a text, and the most probable next tokens.",
            "",
            "  nibble logprobs smollm2-135m --text \"The capital of France is\" --top 5",
            ""
        })
final class LogprobsCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @Mixin
    private ModelRecipeOption recipe;

    @ArgGroup(multiplicity = "1")
    private Input input;

    /** Text or tokens. */
    static final class Input {
        @Option(names = "--text", paramLabel = "TEXT", description = "The text itself.")
        private String text;

        @Option(names = "--tokens", paramLabel = "IDS", split = ",", description = "Tokens, as in 11,48,85.")
        private List<Integer> tokens;
    }

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many next tokens to print (default: ${DEFAULT-VALUE}).")
    private int top;

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() {
        if (top < 0) {
            throw new IllegalArgumentException("--top " + top + ": expected 0 or more");
        }
        try (Model opened = ModelOption.open(model)) {
            LanguageModel language = recipe.of(opened);
            int[] tokens = input.tokens != null
                    ? input.tokens.stream().mapToInt(i -> i).toArray()
                    : language.tokenizer().encode(input.text);
            if (tokens.length == 0) {
                throw new IllegalArgumentException("the text has no tokens: there is nothing to score");
            }
            List<Double> found = new ArrayList<>();
            List<Map<String, Object>> next = new ArrayList<>();
            int vocabulary = language.vocabulary();
            language.logits(List.of(new Window(tokens, 0)), Progress.current(), (w, position, count, logits, at) -> {
                for (int i = 0; i < count; i++) {
                    int row = at + i * vocabulary;
                    double all = Rows.logSumExp(logits, row, vocabulary);
                    if (position + i + 1 < tokens.length) {
                        found.add(logits[row + tokens[position + i + 1]] - all);
                    } else {
                        next.addAll(best(logits, row, vocabulary, all));
                    }
                }
            });
            if (json.asked()) {
                var facts = new LinkedHashMap<String, Object>();
                facts.put("model", language.name());
                facts.put("tokens", tokens);
                facts.put("logprobs", found);
                facts.put("top", next);
                Json.print(facts);
            } else {
                print(language, tokens, found, next);
            }
        }
        return 0;
    }

    private List<Map<String, Object>> best(float[] logits, int row, int vocabulary, double all) {
        return IntStream.range(0, vocabulary)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -logits[row + i])
                        .thenComparing(i -> i))
                .limit(top)
                .map(i -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("id", i);
                    one.put("logit", logits[row + i]);
                    one.put("logprob", logits[row + i] - all);
                    return one;
                })
                .toList();
    }

    private static void print(
            LanguageModel language, int[] tokens, List<Double> found, List<Map<String, Object>> next) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < tokens.length; i++) {
            rows.add(List.of(
                    Integer.toString(i),
                    Integer.toString(tokens[i]),
                    piece(language, tokens[i]),
                    i == 0 ? "" : String.format(Locale.ROOT, "%.6f", found.get(i - 1)),
                    i == 0 ? "" : Numbers.text(100 * StrictMath.exp(found.get(i - 1)))));
        }
        List<String> headers = List.of("position", "token", "text", "ln p", "p %");
        List<Boolean> numeric = List.of(true, true, false, true, true);
        System.out.println(TextTable.of(
                new TableView("", headers, numeric, rows, rows.size(), rows.size(), 5), Terminal.columns()));
        if (!next.isEmpty()) {
            List<List<String>> expected = next.stream()
                    .map(one -> List.of(
                            one.get("id").toString(),
                            piece(language, (Integer) one.get("id")),
                            String.format(Locale.ROOT, "%.6f", (Float) one.get("logit")),
                            String.format(Locale.ROOT, "%.6f", (Double) one.get("logprob")),
                            Numbers.text(100 * StrictMath.exp((Double) one.get("logprob")))))
                    .toList();
            System.out.println("next:");
            System.out.println(TextTable.of(
                    new TableView(
                            "",
                            List.of("token", "text", "logit", "ln p", "p %"),
                            List.of(true, false, true, true, true),
                            expected,
                            expected.size(),
                            expected.size(),
                            5),
                    Terminal.columns()));
        }
    }

    private static String piece(LanguageModel language, int token) {
        String text;
        try {
            text = language.tokenizer().decode(token);
        } catch (CheckpointException none) {
            return ""; // tokens can be given by number, without a tokenizer
        }
        return "\""
                + text.replace("\\", "\\\\")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t") + "\"";
    }
}

package dev.nibble.cli;

import dev.nibble.checkpoint.OutputFile;
import dev.nibble.compare.Comparison;
import dev.nibble.compare.TokenView;
import dev.nibble.compare.TokenView.Token;
import dev.nibble.core.Progress;
import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A text, token by token, under a model as stored and quantized. */
@Command(
        name = "token-view",
        description = {
            "Show a text token by token: how far quantization moves what the model expects in front of each.",
            "",
            "  nibble token-view smollm2-135m --recipe int3:g32 --text \"The capital of France is Paris.\"",
            "  nibble token-view smollm2-135m --recipe int3:g32 --file page.txt -o view.html",
            ""
        })
final class TokenViewCommand extends LaboratoryCommand {
    @Mixin
    private JsonOption json;

    @ArgGroup(multiplicity = "1")
    private TokenizeCommand.Source source;

    @Option(
            names = {"-r", "--recipe"},
            required = true,
            paramLabel = "RECIPE",
            description = "The format of the weights, such as int3:g32 or w=nf4:b64;head=int8.")
    private String recipe;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.html",
            description = "Write the view as a page too: coloured by divergence or change of probability, each token"
                    + " opens.")
    private String output;

    @Option(
            names = "--by",
            paramLabel = "WHAT",
            defaultValue = "kl",
            description = "What colours a terminal's text: kl or delta (default: ${DEFAULT-VALUE}).")
    private TokenColours.By by;

    @Parameters(paramLabel = "MODEL", description = ModelOption.WORDS)
    private String model;

    @Override
    int work() throws IOException {
        Path page = output == null ? null : Terminal.path(output);
        if (page != null) {
            if (!HeadlessRun.isHtml(page)) {
                throw new IllegalArgumentException("--output wants a name that ends with .html, not " + output);
            }
            OutputFile.check(page, true, List.of());
        }
        try (Model opened = ModelOption.open(model)) {
            LanguageModel base = opened.language();
            TokenView view = TokenView.of(base, base.in(recipe), source.read(), Progress.current());
            String note = Comparison.note(opened);
            if (json.asked()) {
                Json.print(facts(view, note));
            } else {
                print(view, note);
            }
            if (page != null) {
                OutputFile.write(page, page(view, note).getBytes(StandardCharsets.UTF_8));
                System.err.println("wrote " + Terminal.shown(page));
            }
        }
        return 0;
    }

    private void print(TokenView view, String note) {
        System.out.println(view);
        if (Terminal.outputHasColours()) {
            System.out.println(TokenColours.text(view, by));
        }
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < view.tokens().size(); i++) {
            Token token = view.tokens().get(i);
            rows.add(List.of(
                    Integer.toString(i),
                    TokenizeCommand.quoted(token.text()),
                    String.format(Locale.ROOT, "%.4f", token.kl()),
                    String.format(Locale.ROOT, "%.2f", 100 * token.before()),
                    String.format(Locale.ROOT, "%.2f", 100 * token.after()),
                    String.format(Locale.ROOT, "%+.2f", token.deltaP()),
                    TokenizeCommand.quoted(token.baseTop().getFirst().text()),
                    token.sameTop()
                            ? "the same"
                            : TokenizeCommand.quoted(token.otherTop().getFirst().text())));
        }
        System.out.println(Listing.of(
                List.of(">token", "text", ">KL (nats)", ">p %", ">quantized p %", ">Δp", "expected", "quantized"),
                rows));
        if (!note.isEmpty()) {
            System.out.println(note);
        }
    }

    private static Map<String, Object> facts(TokenView view, String note) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("base", view.base());
        facts.put("other", view.other());
        facts.put("note", note);
        facts.put("meanKl", view.meanKl());
        List<Map<String, Object>> tokens = new ArrayList<>();
        for (Token token : view.tokens()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("id", token.id());
            one.put("text", token.text());
            one.put("kl", token.kl());
            one.put("before", token.before());
            one.put("after", token.after());
            one.put("deltaP", token.deltaP());
            one.put("sameTop", token.sameTop());
            one.put("baseTop", token.baseTop());
            one.put("otherTop", token.otherTop());
            tokens.add(one);
        }
        facts.put("tokens", tokens);
        return facts;
    }

    /** One page, in the reader's choice of light and dark. */
    private static String page(TokenView view, String note) {
        String body = Displays.render(view, RenderOptions.DEFAULT)
                .data()
                .get("text/html")
                .toString();
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Token view</title>
                <style>
                :root { color-scheme: light dark; }
                body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
                </style>
                </head>
                <body>
                %s
                <p>%s</p>
                </body>
                </html>
                """.formatted(body, note);
    }
}

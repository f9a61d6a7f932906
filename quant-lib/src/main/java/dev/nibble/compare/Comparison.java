package dev.nibble.compare;

import dev.nibble.checkpoint.Weights;
import dev.nibble.core.Live;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.format.Formats;
import dev.nibble.metric.Accuracy;
import dev.nibble.metric.Accuracy.Measure;
import dev.nibble.metric.Divergence;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Flips;
import dev.nibble.metric.LogProbabilities;
import dev.nibble.metric.Perplexity;
import dev.nibble.metric.Prompts;
import dev.nibble.metric.Protocol;
import dev.nibble.metric.Question;
import dev.nibble.metric.Questions;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import dev.nibble.tensor.DType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Formats side by side on a model: perplexity, divergence, accuracy, sizes.
 *
 * <pre>
 *   Comparison.of(Models.open("smollm2-135m")).on(Datasets.evaluation()).add("int8", "nf4:b64", "q4_k").run()
 * </pre>
 *
 * Rows are kept by what they depend on, so that a run that was stopped goes on where it was, and one that was done before
 * takes no time. Layers are quantized one at a time. The usual evaluation is small: {@value #WINDOWS} windows and
 * {@value #QUESTIONS} questions; {@link #full} takes all there is.
 */
public final class Comparison {
    /** Windows of the usual evaluation. */
    public static final int WINDOWS = 8;
    /** Questions of the usual evaluation. */
    public static final int QUESTIONS = 20;

    /** Changes when the same inputs give other rows than they did. */
    private static final String VERSION = "2";

    private final Model model;
    private final List<String> recipes = new ArrayList<>();
    private EvaluationData data;
    private Protocol protocol = Protocol.llamaCpp(512);
    private boolean full;
    private boolean fresh;
    private RowCache cache = RowCache.ofThisMachine();

    private Comparison(Model model) {
        this.model = model;
    }

    /** Begins a comparison on a model. */
    public static Comparison of(Model model) {
        return new Comparison(model);
    }

    /** The texts and questions to evaluate on. */
    public Comparison on(EvaluationData texts) {
        data = texts;
        return this;
    }

    /**
     * Recipes for the weights, short or long.
     *
     * @throws IllegalArgumentException if one is none; the message names the nearest
     */
    public Comparison add(String... more) {
        for (String recipe : more) {
            ModelRecipe parsed = Formats.model(recipe);
            if (parsed.of(ModelRecipe.Part.ACTIVATIONS).isPresent()
                    || parsed.of(ModelRecipe.Part.CACHE).isPresent()) {
                throw new IllegalArgumentException(
                        recipe + ": activations and the cache are not quantized here yet; weights, embeddings, head"
                                + " and norms are");
            }
            recipes.add(parsed.toString());
        }
        return this;
    }

    /** How the text is cut and scored; llama.cpp's windows of 512 unless said otherwise. */
    public Comparison by(Protocol other) {
        protocol = other;
        return this;
    }

    /** All windows and all questions. */
    public Comparison full() {
        full = true;
        return this;
    }

    /** Computes every row anew. */
    public Comparison fresh() {
        fresh = true;
        return this;
    }

    /** Keeps rows in another folder. */
    Comparison keptIn(Path folder) {
        cache = new RowCache(folder);
        return this;
    }

    /** {@link #run(Progress, Live)} under the progress, and shown in the place, of whoever runs the calling thread. */
    public ComparisonResult run() {
        return run(Progress.current(), Live.begin());
    }

    /**
     * Evaluates.
     *
     * @param live shown the result after each row
     * @throws IllegalStateException if there is nothing to evaluate on
     * @throws dev.nibble.core.Cancelled if a stop was asked for; rows that were done are kept
     */
    public ComparisonResult run(Progress progress, Live live) {
        if (data == null) {
            throw new IllegalStateException("nothing to evaluate on: call on(Datasets.evaluation()) first");
        }
        LanguageModel language = model.language();
        Weights weights = Weights.of(model.checkpoint());
        Evaluation evaluation = Evaluation.of(language.tokenizer(), data.documents(), protocol, full ? 0 : WINDOWS);
        Optional<Questions> questions = data.questions().map(q -> full ? q : some(q));
        List<String> wanted = new ArrayList<>(List.of(ComparisonRow.AS_STORED));
        recipes.stream().distinct().forEach(wanted::add);
        String hash = ModelHash.of(model.checkpoint(), progress.quiet());
        Map<String, String> keys = new LinkedHashMap<>();
        Map<String, ComparisonRow> done = new LinkedHashMap<>();
        for (String recipe : wanted) {
            String key = String.join(
                    "\n",
                    VERSION,
                    hash,
                    canonical(recipe),
                    evaluation.hash(),
                    protocol.text(),
                    questions.map(Comparison::hash).orElse("no questions"),
                    Prompts.CLOZE.toString());
            keys.put(recipe, key);
            if (!fresh) {
                cache.find(key, ComparisonRow.class).ifPresent(row -> done.put(recipe, row));
            }
        }
        ComparisonResult result = result(wanted, done, hash, evaluation, questions);
        if (done.size() == wanted.size()) {
            return result;
        }
        live.show(result);
        long total = (long) wanted.size() - done.size();
        try (Progress.Task task = progress.task("compare " + model.name(), total + 1, "formats");
                Base base = Base.of(language, evaluation, questions, progress)) {
            task.step(1);
            for (String recipe : wanted) {
                if (!done.containsKey(recipe)) {
                    ComparisonRow row = recipe.equals(ComparisonRow.AS_STORED)
                            ? base.row(weights)
                            : base.row(recipe, weights, progress);
                    cache.keep(keys.get(recipe), row);
                    done.put(recipe, row);
                    live.show(result(wanted, done, hash, evaluation, questions));
                    task.step(1);
                }
            }
        }
        live.end();
        return result(wanted, done, hash, evaluation, questions);
    }

    private ComparisonResult result(
            List<String> wanted,
            Map<String, ComparisonRow> done,
            String hash,
            Evaluation evaluation,
            Optional<Questions> questions) {
        return new ComparisonResult(
                model.name(),
                hash,
                data.name(),
                evaluation.hash(),
                protocol.describe(),
                evaluation.scored(),
                questions.map(q -> q.all().size()).orElse(0),
                note(Weights.of(model.checkpoint())),
                wanted.stream().filter(recipe -> !done.containsKey(recipe)).toList(),
                wanted.stream().filter(done::containsKey).map(done::get).toList());
    }

    /** As many of each subject as its share, where subjects stand one after the other. */
    private static Questions some(Questions questions) {
        List<Question> all = questions.all();
        int count = Math.min(QUESTIONS, all.size());
        List<Question> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            some.add(all.get((int) ((long) i * all.size() / count)));
        }
        return new Questions(count == all.size() ? questions.name() : count + " of the " + questions.name(), some);
    }

    private static String hash(Questions questions) {
        return HexFormat.of()
                .formatHex(ModelHash.sha256().digest(questions.all().toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Formats that write the same bytes share a row. */
    private static String canonical(String recipe) {
        if (recipe.equals(ComparisonRow.AS_STORED)) {
            return recipe;
        }
        return String.join(
                ";",
                ModelRecipe.parse(recipe).entries().stream()
                        .map(entry -> entry.part() + "="
                                + (entry.keeps()
                                        ? ModelRecipe.KEEP
                                        : Formats.parse(entry.recipe().toString())
                                                .canonical()))
                        .toList());
    }

    /** Weights that were quantized before show how exact a format is, not how good. */
    static String note(Weights weights) {
        Map<String, Long> stored = new TreeMap<>();
        weights.all().stream()
                .filter(w -> ModelRecipe.Part.ofTensor(w.name(), w.shape().length) == ModelRecipe.Part.WEIGHTS)
                .filter(w -> w.tensors().size() > 1
                        || !List.of(DType.F32, DType.F16, DType.BF16, DType.F64)
                                .contains(w.tensors().getFirst().type()))
                .forEach(w -> stored.merge(w.stored(), w.count(), Long::sum));
        if (stored.isEmpty()) {
            return "";
        }
        String most = stored.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        return String.format(
                Locale.ROOT,
                "The weights in this file were quantized before (%s): the table shows how exactly formats store those"
                        + " numbers, not how well they store a model. %s itself loses nothing.",
                most,
                most);
    }

    /** The model as stored, evaluated, and all that others are compared with. */
    private record Base(
            LanguageModel language,
            LogProbabilities logits,
            Perplexity perplexity,
            Optional<Questions> questions,
            Optional<Accuracy> accuracy,
            double seconds)
            implements AutoCloseable {
        static Base of(
                LanguageModel language, Evaluation evaluation, Optional<Questions> questions, Progress progress) {
            long start = System.nanoTime();
            LogProbabilities logits = LogProbabilities.record(language, evaluation, progress);
            try {
                Optional<Accuracy> accuracy = questions.map(q -> Accuracy.of(language, q, Prompts.CLOZE, progress));
                return new Base(language, logits, logits.perplexity(), questions, accuracy, since(start));
            } catch (RuntimeException e) {
                logits.close();
                throw e;
            }
        }

        private static double since(long start) {
            return (System.nanoTime() - start) / 1e9;
        }

        ComparisonRow row(Weights weights) {
            return new ComparisonRow(
                    ComparisonRow.AS_STORED,
                    Sizes.of(weights, null),
                    perplexity.perplexity(),
                    perplexity.plusMinus(),
                    0,
                    0,
                    0,
                    0,
                    0,
                    1,
                    0,
                    perplexity.entropy(),
                    accuracies(accuracy, false),
                    accuracies(accuracy, true),
                    0,
                    0,
                    Double.NaN,
                    seconds);
        }

        ComparisonRow row(String recipe, Weights weights, Progress progress) {
            Sizes sizes = Sizes.of(weights, ModelRecipe.parse(recipe));
            long start = System.nanoTime();
            LanguageModel quantized = language.in(recipe);
            Divergence divergence = Divergence.of(logits, quantized, progress);
            Optional<Accuracy> now = questions.map(q -> Accuracy.of(quantized, q, Prompts.CLOZE, progress));
            Optional<Flips> flips = now.map(a -> Flips.of(accuracy.orElseThrow(), a, Measure.ACC_NORM));
            return new ComparisonRow(
                    recipe,
                    sizes,
                    divergence.after().perplexity(),
                    divergence.after().plusMinus(),
                    divergence.change().logRatio(),
                    divergence.change().paired().standardError(),
                    divergence.kl().mean(),
                    divergence.klPaired().standardError(),
                    divergence.kl().p99(),
                    divergence.sameTop(),
                    divergence.rmsDeltaP(),
                    divergence.entropy(),
                    accuracies(now, false),
                    accuracies(now, true),
                    flips.map(Flips::lost).orElse(0),
                    flips.map(Flips::gained).orElse(0),
                    flips.map(f -> f.test().p()).orElse(Double.NaN),
                    since(start));
        }

        private static Map<String, Double> accuracies(Optional<Accuracy> accuracy, boolean errors) {
            Map<String, Double> all = new LinkedHashMap<>();
            accuracy.ifPresent(a -> {
                all.put(
                        a.questions(),
                        errors ? a.all().error(Measure.ACC_NORM) : a.all().of(Measure.ACC_NORM));
                a.subjects()
                        .forEach((subject, shares) -> all.put(
                                subject, errors ? shares.error(Measure.ACC_NORM) : shares.of(Measure.ACC_NORM)));
            });
            return all;
        }

        @Override
        public void close() {
            logits.close();
        }
    }
}

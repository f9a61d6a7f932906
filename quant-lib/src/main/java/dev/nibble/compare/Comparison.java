package dev.nibble.compare;

import dev.nibble.checkpoint.Weights;
import dev.nibble.core.Live;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.core.Vocabulary;
import dev.nibble.format.Formats;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.Prompts;
import dev.nibble.metric.Protocol;
import dev.nibble.metric.Question;
import dev.nibble.metric.Questions;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.Model;
import dev.nibble.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private static final String VERSION = "3";

    private final Model model;
    private final List<String> recipes = new ArrayList<>();
    private EvaluationData data;
    private Protocol protocol = Protocol.llamaCpp(512);
    private boolean full;
    private boolean fresh;
    private String modelHash;
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
    public Comparison add(@Vocabulary.Of("model-recipe") String... more) {
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

    /** The hash of the model, where it is known: reading a large file takes minutes. */
    Comparison hashed(String hash) {
        modelHash = hash;
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
        return new Run(progress).run(progress, live);
    }

    /** {@link #report(Progress, Live)} under the progress, and shown in the place, of whoever runs the calling thread. */
    public Report report() {
        return report(Progress.current(), Live.begin());
    }

    /** {@link #run(Progress, Live)}, with all that is needed to run it again. */
    public Report report(Progress progress, Live live) {
        Run run = new Run(progress);
        ComparisonResult result = run.run(progress, live);
        return new Report(Manifest.of(data, run.hash, run.evaluation, recipes(), full, result), result);
    }

    private List<String> recipes() {
        return recipes.stream().distinct().toList();
    }

    /** One run: what it works on, and what is done. */
    private final class Run {
        private final LanguageModel language;
        private final Weights weights;
        private final Evaluation evaluation;
        private final Optional<Questions> questions;
        private final List<String> wanted = new ArrayList<>(List.of(ComparisonRow.AS_STORED));
        private final String hash;
        private final String asked;
        private final String note;
        private final Map<String, ComparisonRow> done = new LinkedHashMap<>();

        Run(Progress progress) {
            if (data == null) {
                throw new IllegalStateException("nothing to evaluate on: call on(Datasets.evaluation()) first");
            }
            language = model.language();
            weights = Weights.of(model.checkpoint());
            evaluation = Evaluation.of(language.tokenizer(), data.documents(), protocol, full ? 0 : WINDOWS);
            questions = data.questions().map(q -> full ? q : some(q));
            wanted.addAll(recipes());
            hash = modelHash == null ? ModelHash.of(model.checkpoint(), progress.quiet()) : modelHash;
            asked = questions.map(DataSource::hash).orElse("no questions");
            note = note(weights);
        }

        ComparisonResult run(Progress progress, Live live) {
            if (!fresh) {
                for (String recipe : wanted) {
                    cache.find(key(recipe), ComparisonRow.class).ifPresent(row -> done.put(recipe, row));
                }
            }
            if (done.size() == wanted.size()) {
                return result();
            }
            live.show(result());
            long total = (long) wanted.size() - done.size();
            try (Progress.Task task = progress.task("compare " + model.name(), total + 1, "formats");
                    Baseline base = Baseline.of(language, evaluation, questions, progress)) {
                task.step(1);
                for (String recipe : wanted) {
                    if (!done.containsKey(recipe)) {
                        ComparisonRow row = recipe.equals(ComparisonRow.AS_STORED)
                                ? base.row(weights)
                                : base.row(recipe, weights, progress);
                        cache.keep(key(recipe), row);
                        done.put(recipe, row);
                        live.show(result());
                        task.step(1);
                    }
                }
            }
            live.end();
            return result();
        }

        private String key(String recipe) {
            return String.join(
                    "\n",
                    VERSION,
                    hash,
                    canonical(recipe),
                    evaluation.hash(),
                    protocol.text(),
                    asked,
                    Prompts.CLOZE.toString());
        }

        private ComparisonResult result() {
            return new ComparisonResult(
                    model.name(),
                    hash,
                    data.name(),
                    evaluation.hash(),
                    protocol.describe(),
                    evaluation.scored(),
                    questions.map(q -> q.all().size()).orElse(0),
                    note,
                    wanted.stream().filter(recipe -> !done.containsKey(recipe)).toList(),
                    wanted.stream()
                            .filter(done::containsKey)
                            .map(recipe -> done.get(recipe).named(recipe))
                            .toList());
        }
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

    /** What has to be known to read numbers about formats on a model; empty if nothing. */
    public static String note(Model model) {
        return note(Weights.of(model.checkpoint()));
    }

    /** Weights that were quantized before show how exact a format is, not how good. */
    private static String note(Weights weights) {
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
}

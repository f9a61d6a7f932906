package dev.nibble.compare;

import dev.nibble.compare.Linears.Linear;
import dev.nibble.core.Live;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Vocabulary;
import dev.nibble.format.Formats;
import dev.nibble.metric.Divergence;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.EvaluationData;
import dev.nibble.metric.LogProbabilities;
import dev.nibble.metric.Protocol;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.LogitsSource;
import dev.nibble.model.Model;
import dev.nibble.model.transformer.HiddenStates;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where quantization hurts: one linear at a time quantized, the rest as stored, then all together.
 *
 * <pre>
 *   Sensitivity.of(Models.open("smollm2-135m")).on(Datasets.evaluation()).in("int3:g32").run()
 * </pre>
 *
 * A layer's input does not change with what is quantized in it, so it is kept and each run begins there. Rows are kept by
 * what they depend on, as {@link Comparison}'s. The usual evaluation is small: the first {@value #WINDOWS} windows of
 * {@value #WINDOW} tokens, all but the first token of each scored.
 */
public final class Sensitivity {
    /** Windows of the usual evaluation. */
    public static final int WINDOWS = 8;
    /** Tokens of each. */
    public static final int WINDOW = 64;

    /** Changes when the same inputs give other rows than they did. */
    private static final String VERSION = "sensitivity 1";

    private final Model model;
    private EvaluationData data;
    private Recipe recipe;
    private Protocol protocol = Protocol.gptq(WINDOW);
    private int windows = WINDOWS;
    private boolean fresh;
    private RowCache cache = RowCache.ofThisMachine();

    private Sensitivity(Model model) {
        this.model = model;
    }

    /** Begins on a model. */
    public static Sensitivity of(Model model) {
        return new Sensitivity(model);
    }

    /** The texts to evaluate on. */
    public Sensitivity on(EvaluationData texts) {
        data = texts;
        return this;
    }

    /**
     * The recipe of the linear that is quantized.
     *
     * @throws IllegalArgumentException if it is none, or speaks of more than weights
     */
    public Sensitivity in(@Vocabulary.Of("recipe") String text) {
        ModelRecipe parsed = Formats.model(text);
        recipe = parsed.of(ModelRecipe.Part.WEIGHTS)
                .filter(r -> parsed.entries().size() == 1)
                .orElseThrow(() -> new IllegalArgumentException(
                        text + ": one linear at a time gets one recipe, such as \"int3:g32\""));
        return this;
    }

    /**
     * How the text is cut and scored.
     *
     * @param most windows at most; 0 for all
     */
    public Sensitivity by(Protocol other, int most) {
        protocol = other;
        windows = most;
        return this;
    }

    /** Computes every row anew. */
    public Sensitivity fresh() {
        fresh = true;
        return this;
    }

    /** Keeps rows in another folder. */
    Sensitivity keptIn(Path folder) {
        cache = new RowCache(folder);
        return this;
    }

    /** {@link #run(Progress, Live)} under the progress, and shown in the place, of whoever runs the calling thread. */
    public SensitivityResult run() {
        return run(Progress.current(), Live.begin());
    }

    /**
     * Evaluates.
     *
     * @param live shown the result after each row
     * @throws IllegalStateException if there is nothing to evaluate on, or no recipe
     * @throws dev.nibble.core.Cancelled if a stop was asked for; rows that were done are kept
     */
    public SensitivityResult run(Progress progress, Live live) {
        if (data == null || recipe == null) {
            throw new IllegalStateException(
                    data == null
                            ? "nothing to evaluate on: call on(Datasets.evaluation()) first"
                            : "no recipe: call in(\"int3:g32\") first");
        }
        LanguageModel language = model.language();
        return new Run(
                        language,
                        Evaluation.of(language.tokenizer(), data.documents(), protocol, windows),
                        Linears.of(model.checkpoint()),
                        ModelHash.of(model.checkpoint(), progress.quiet()))
                .run(progress, live);
    }

    /** One run: what it works on, and what is done. */
    private final class Run {
        private final LanguageModel language;
        private final Evaluation evaluation;
        private final List<Linear> linears;
        private final String hash;
        private final String note;
        private final Map<String, SensitivityRow> done = new LinkedHashMap<>();

        Run(LanguageModel language, Evaluation evaluation, List<Linear> linears, String hash) {
            this.language = language;
            this.evaluation = evaluation;
            this.linears = linears;
            this.hash = hash;
            note = Comparison.note(model);
        }

        SensitivityResult run(Progress progress, Live live) {
            if (!fresh) {
                find(SensitivityRow.ALL);
                linears.forEach(linear -> find(linear.name()));
            }
            if (done.size() == linears.size() + 1) {
                return result();
            }
            live.show(result());
            long total = linears.size() + 2L - done.size();
            try (Progress.Task task = progress.task("quantize one linear at a time of " + model.name(), total, "runs");
                    LogProbabilities base = LogProbabilities.record(language, evaluation, progress.quiet())) {
                task.step(1);
                if (!done.containsKey(SensitivityRow.ALL)) {
                    long weights = linears.stream().mapToLong(Linear::count).sum();
                    Linear all = new Linear(SensitivityRow.ALL, -1, SensitivityRow.ALL, weights);
                    add(all, base, language.in(ModelRecipe.of(recipe)), progress.quiet(), live, task);
                }
                for (Linear linear : missing(-1)) {
                    add(linear, base, alone(linear), progress.quiet(), live, task);
                }
                layers(base, progress.quiet(), live, task);
            }
            live.end();
            return result();
        }

        private void layers(LogProbabilities base, Progress progress, Live live, Progress.Task task) {
            int last = linears.stream()
                    .filter(linear -> !done.containsKey(linear.name()))
                    .mapToInt(Linear::layer)
                    .max()
                    .orElse(-1);
            if (last < 0) {
                return;
            }
            List<LogitsSource.Window> run = base.evaluation().windows();
            HiddenStates states = language.states(run, progress);
            for (int layer = 0; layer <= last; layer++) {
                for (Linear linear : missing(layer)) {
                    add(linear, base, alone(linear).from(states), progress, live, task);
                }
                if (layer < last) {
                    states = language.next(states, progress);
                }
            }
        }

        private LanguageModel alone(Linear linear) {
            return language.in(Linears.recipe(recipe, List.of(linear)));
        }

        private List<Linear> missing(int layer) {
            return linears.stream()
                    .filter(linear -> linear.layer() == layer && !done.containsKey(linear.name()))
                    .toList();
        }

        private void add(
                Linear linear,
                LogProbabilities base,
                LogitsSource quantized,
                Progress progress,
                Live live,
                Progress.Task task) {
            long start = System.nanoTime();
            Divergence divergence = Divergence.of(base, quantized, progress);
            SensitivityRow row = new SensitivityRow(
                    linear.name(),
                    linear.layer(),
                    linear.kind(),
                    linear.count(),
                    divergence.kl().mean(),
                    divergence.klPaired().standardError(),
                    divergence.change().logRatio(),
                    divergence.change().paired().standardError(),
                    (System.nanoTime() - start) / 1e9);
            cache.keep(key(linear.name()), row);
            done.put(linear.name(), row);
            live.show(result());
            task.step(1);
        }

        private void find(String tensor) {
            cache.find(key(tensor), SensitivityRow.class).ifPresent(row -> done.put(tensor, row));
        }

        private String key(String tensor) {
            return String.join(
                    "\n",
                    VERSION,
                    hash,
                    tensor,
                    Formats.parse(recipe.toString()).canonical().toString(),
                    evaluation.hash(),
                    protocol.text());
        }

        private SensitivityResult result() {
            return new SensitivityResult(
                    model.name(),
                    hash,
                    recipe.toString(),
                    data.name(),
                    evaluation.hash(),
                    protocol.describe(),
                    evaluation.scored(),
                    note,
                    linears.size(),
                    Optional.ofNullable(done.get(SensitivityRow.ALL)),
                    linears.stream()
                            .map(linear -> done.get(linear.name()))
                            .filter(row -> row != null)
                            .toList());
        }
    }
}

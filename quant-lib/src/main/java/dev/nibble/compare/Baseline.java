package dev.nibble.compare;

import dev.nibble.checkpoint.Weights;
import dev.nibble.core.ModelRecipe;
import dev.nibble.core.Progress;
import dev.nibble.metric.Accuracy;
import dev.nibble.metric.Accuracy.Measure;
import dev.nibble.metric.Divergence;
import dev.nibble.metric.Evaluation;
import dev.nibble.metric.Flips;
import dev.nibble.metric.LogProbabilities;
import dev.nibble.metric.Perplexity;
import dev.nibble.metric.Prompts;
import dev.nibble.metric.Questions;
import dev.nibble.model.LanguageModel;
import dev.nibble.model.transformer.HiddenStates;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The model as stored, evaluated, and all that others are compared with. */
record Baseline(
        LanguageModel language,
        LogProbabilities logits,
        Perplexity perplexity,
        Optional<Questions> questions,
        Optional<Accuracy> accuracy,
        List<HiddenStates> layers,
        double seconds)
        implements AutoCloseable {
    static Baseline of(
            LanguageModel language, Evaluation evaluation, Optional<Questions> questions, Progress progress) {
        long start = System.nanoTime();
        List<HiddenStates> layers = new ArrayList<>();
        LogProbabilities logits =
                LogProbabilities.record(language.watched(ComparisonRow.POSITIONS, layers::add), evaluation, progress);
        try {
            Optional<Accuracy> accuracy = questions.map(q -> Accuracy.of(language, q, Prompts.CLOZE, progress));
            return new Baseline(language, logits, logits.perplexity(), questions, accuracy, layers, since(start));
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
                0,
                0,
                perplexity.entropy(),
                accuracies(accuracy, false),
                accuracies(accuracy, true),
                0,
                0,
                Double.NaN,
                List.of(),
                seconds);
    }

    ComparisonRow row(String recipe, Weights weights, Progress progress) {
        Sizes sizes = Sizes.of(weights, ModelRecipe.parse(recipe));
        long start = System.nanoTime();
        LanguageModel quantized = language.in(recipe);
        List<Double> errors = new ArrayList<>();
        Divergence divergence = Divergence.of(
                logits,
                quantized.watched(
                        ComparisonRow.POSITIONS,
                        is -> errors.add(ErrorGrowth.step(is.layer() - 1, layers.get(is.layer() - 1), is)
                                .mean())),
                progress);
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
                divergence.sameTopError(),
                divergence.rmsDeltaP(),
                divergence.rmsDeltaPError(),
                divergence.entropy(),
                accuracies(now, false),
                accuracies(now, true),
                flips.map(Flips::lost).orElse(0),
                flips.map(Flips::gained).orElse(0),
                flips.map(f -> f.test().p()).orElse(Double.NaN),
                errors,
                since(start));
    }

    private static Map<String, Double> accuracies(Optional<Accuracy> accuracy, boolean errors) {
        Map<String, Double> all = new LinkedHashMap<>();
        accuracy.ifPresent(a -> {
            all.put(
                    a.questions(),
                    errors ? a.all().error(Measure.ACC_NORM) : a.all().of(Measure.ACC_NORM));
            a.subjects()
                    .forEach((subject, shares) ->
                            all.put(subject, errors ? shares.error(Measure.ACC_NORM) : shares.of(Measure.ACC_NORM)));
        });
        return all;
    }

    @Override
    public void close() {
        logits.close();
    }
}

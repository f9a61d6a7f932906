package dev.nibble.explain;

import dev.nibble.checkpoint.Weight;
import dev.nibble.checkpoint.Weights;
import dev.nibble.core.Progress;
import dev.nibble.core.Vocabulary;
import dev.nibble.explain.Difference.Cause;
import dev.nibble.format.Format;
import dev.nibble.format.Formats;
import dev.nibble.format.Quantized;
import dev.nibble.tensor.ErrorStatistics;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Why two quantized forms of one tensor differ. Every code that differs is traced to its cause: the rule of each form is
 * found by trying which one gives its codes back, and each weight is encoded again with one ingredient exchanged after
 * the other. Nothing is known of the forms but their bytes and how these decode, so it holds for any format with a code
 * of at most eight bits for each weight, and for files that others wrote.
 */
public final class Diff {
    /** Name of the cause that is none: codes are equal, and what they decode to is not. */
    public static final String SAME_CODE = "same code, other value";

    /** How the note of a comparison begins in which a side holds plain numbers. */
    public static final String BY_VALUE_NOTE = "plain numbers have no codes: compared by value";

    private Diff() {}

    /** Two recipes on one matrix, under the progress of whoever runs the calling thread. */
    public static Difference recipes(Matrix w, @Vocabulary.Of("recipe") String a, @Vocabulary.Of("recipe") String b) {
        return recipes(w, a, b, Progress.current());
    }

    /**
     * Two recipes on one matrix.
     *
     * @param w finite weights, [out, in]
     * @throws IllegalArgumentException if a recipe is unknown or does not take the matrix
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Difference recipes(
            Matrix w, @Vocabulary.Of("recipe") String a, @Vocabulary.Of("recipe") String b, Progress progress) {
        return of(Formats.parse(a).quantize(w, progress), a, Formats.parse(b).quantize(w, progress), b, w, progress);
    }

    /**
     * Two forms of one tensor.
     *
     * @param nameA what the first is called
     * @param nameB what the second is called
     * @param original the weights that both were made from; null if they are not known, and then causes are not either
     * @throws IllegalArgumentException if the shapes differ
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Difference of(
            Quantized a, String nameA, Quantized b, String nameB, Matrix original, Progress progress) {
        return of(Form.of(a), nameA, Form.of(b), nameB, original, progress);
    }

    private static Difference of(Form a, String nameA, Form b, String nameB, Matrix original, Progress progress) {
        requireSameShape(a, nameA, b, nameB, original);
        return new Comparison(a, b, original, progress).difference(nameA, nameB);
    }

    /**
     * A recipe and a file, weight by weight: whether the file is what the recipe makes of the original weights, and if
     * not, why.
     *
     * @param recipe of a format, for every weight; or the long form, for those that it speaks of
     * @param original where the weights are that the file was made from
     * @param names of the weights that are compared; empty for all matrices that the file holds quantized
     * @throws dev.nibble.checkpoint.CheckpointException if a weight is not there or can not be read
     * @throws IllegalArgumentException if the recipe is unknown or does not take a weight, or shapes differ
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static List<Difference> recipeAndFile(
            String recipe, Weights file, Weights original, List<String> names, Progress progress) {
        List<Difference> found = new ArrayList<>();
        for (Weight weight : file.all()) {
            boolean asked = names.isEmpty() ? isMatrix(weight) : names.contains(weight.name());
            Format format = asked ? formatOf(recipe, weight.name()).orElse(null) : null;
            Form stored = format == null ? null : Form.of(weight).orElse(null);
            if (stored != null) {
                Matrix w = all(original.get(weight.name()), progress);
                Form made = Form.of(format.quantize(w, progress));
                found.add(of(made, format.recipe().toString(), stored, called(file, weight), w, progress));
            } else if (!names.isEmpty() && format != null) {
                Matrix w = all(original.get(weight.name()), progress);
                Matrix made = format.quantize(w, progress).dequantize();
                found.add(values(made, format.recipe().toString(), all(weight, progress), called(file, weight), w));
            }
        }
        names.forEach(file::get);
        return List.copyOf(found);
    }

    /**
     * The format that a recipe gives a matrix.
     *
     * @param recipe of a format, which is for any matrix; or the long form, which is for parts and names
     * @param weight name of the matrix
     * @return empty if the long form leaves it as it is
     * @throws IllegalArgumentException if it is no recipe
     */
    public static Optional<Format> formatOf(String recipe, String weight) {
        return recipe.indexOf('=') < 0
                ? Optional.of(Formats.parse(recipe))
                : Formats.model(recipe).ofTensor(weight, 2).map(Formats::of);
    }

    private static String called(Weights file, Weight weight) {
        return file.checkpoint().path().getFileName() + " (" + weight.stored() + ")";
    }

    /**
     * Two files, weight by weight: those of one name and shape in both, matrices only.
     *
     * @param original where the weights are that both were made from; null if they are not known
     * @param names of the weights that are compared; empty for all that both files have
     * @throws dev.nibble.checkpoint.CheckpointException if a weight that was named is not there or can not be read
     * @throws IllegalArgumentException if the shapes of a weight that was named differ
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static List<Difference> files(
            Weights a, Weights b, Weights original, List<String> names, Progress progress) {
        List<String> asked = new ArrayList<>(names);
        if (names.isEmpty()) {
            Set<String> there =
                    b.all().stream().filter(Diff::isMatrix).map(Weight::name).collect(Collectors.toSet());
            a.all().stream()
                    .filter(w -> isMatrix(w) && there.contains(w.name()))
                    .filter(w -> Arrays.equals(w.shape(), b.get(w.name()).shape()))
                    .forEach(w -> asked.add(w.name()));
        }
        List<Difference> found = new ArrayList<>();
        for (String name : asked) {
            found.add(weights(a, b, original == null ? null : original.get(name), name, progress));
        }
        return List.copyOf(found);
    }

    private static boolean isMatrix(Weight weight) {
        return weight.shape().length == 2 && weight.count() > 0;
    }

    private static Difference weights(Weights a, Weights b, Weight original, String name, Progress progress) {
        Weight x = a.get(name);
        Weight y = b.get(name);
        String nameX = called(a, x);
        String nameY = called(b, y);
        Matrix w = original == null ? null : all(original, progress);
        Optional<Form> fx = Form.of(x);
        Optional<Form> fy = Form.of(y);
        if (fx.isPresent() && fy.isPresent()) {
            return of(fx.get(), nameX, fy.get(), nameY, w, progress);
        }
        return values(all(x, progress), nameX, all(y, progress), nameY, w);
    }

    private static Matrix all(Weight weight, Progress progress) {
        return weight.rows(0, Math.toIntExact(weight.rows()), progress).named(weight.name());
    }

    private static Difference values(Matrix a, String nameA, Matrix b, String nameB, Matrix original) {
        a.requireSameShape(b);
        ErrorStatistics errorA = original == null ? null : ErrorStatistics.of(original, a);
        ErrorStatistics errorB = original == null ? null : ErrorStatistics.of(original, b);
        long differing = 0;
        for (int i = 0; i < a.size(); i++) {
            differing += a.values()[i] == b.values()[i] ? 0 : 1;
        }
        double mseA = errorA == null ? Double.NaN : errorA.mse();
        double mseB = errorB == null ? Double.NaN : errorB.mse();
        double sqnrA = errorA == null ? Double.NaN : errorA.sqnrDb();
        double sqnrB = errorB == null ? Double.NaN : errorB.sqnrDb();
        List<Cause> causes = differing == 0
                ? List.of()
                : List.of(new Cause("other value", differing, mseB - mseA, mseA > 0 ? sqnrB - sqnrA : Double.NaN));
        String note = differing == 0
                ? BY_VALUE_NOTE + ", and equal"
                : String.format(
                        Locale.ROOT,
                        BY_VALUE_NOTE + "; the difference is %.2f dB below the first's signal",
                        ErrorStatistics.of(a, b).sqnrDb());
        return new Difference(
                a.name(), nameA, nameB, "", "", a.size(), differing, mseA, mseB, sqnrA, sqnrB, causes, List.of(), note);
    }

    private static void requireSameShape(Form a, String nameA, Form b, String nameB, Matrix original) {
        if (a.rows() != b.rows() || a.cols() != b.cols()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s is [%d, %d] in %s, but [%d, %d] in %s: they can not be compared",
                    a.name(),
                    a.rows(),
                    a.cols(),
                    nameA,
                    b.rows(),
                    b.cols(),
                    nameB));
        }
        if (original != null && (original.rows() != a.rows() || original.cols() != a.cols())) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s is [%d, %d], but the original is [%d, %d]",
                    a.name(),
                    a.rows(),
                    a.cols(),
                    original.rows(),
                    original.cols()));
        }
    }
}

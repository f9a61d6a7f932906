package dev.nibble.plot;

import dev.nibble.checkpoint.Checkpoint;
import dev.nibble.checkpoint.CheckpointException;
import dev.nibble.compare.ComparisonResult;
import dev.nibble.compare.ErrorGrowth;
import dev.nibble.compare.Plan;
import dev.nibble.compare.Recall;
import dev.nibble.compare.SensitivityResult;
import dev.nibble.core.Progress;
import dev.nibble.core.Vocabulary;
import dev.nibble.explain.Difference;
import dev.nibble.explain.Identity;
import dev.nibble.format.Formats;
import dev.nibble.format.Importance;
import dev.nibble.format.Quantized;
import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.model.Model;
import dev.nibble.tensor.ErrorStatistics;
import dev.nibble.tensor.Matrix;
import dev.nibble.tensor.TensorInfo;
import dev.nibble.tensor.TensorStatistics;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/** The tables of the laboratory, as Tablesaw tables: to be shown, sorted, joined and saved. */
public final class Tables {
    static final String TENSOR = "tensor";
    static final String RECIPE = "recipe";
    static final String BITS = "bits/weight";
    static final String SQNR = "SQNR (dB)";

    private Tables() {}

    /**
     * All tensors of a model file with the statistics of their values: name, shape, type, bytes, std, absmax, kurtosis
     * (excess). Reads the whole file once. A tensor whose type cannot be decoded has no statistics.
     *
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Table tensors(Checkpoint checkpoint) {
        return tensors(checkpoint, Progress.current());
    }

    /** {@link #tensors(Checkpoint)} of a model's file. */
    public static Table tensors(Model model) {
        return tensors(model.checkpoint()).setName(model.name());
    }

    /** The same with its own progress. */
    public static Table tensors(Checkpoint checkpoint, Progress progress) {
        List<TensorInfo> tensors = checkpoint.tensors();
        StringColumn name = StringColumn.create(TENSOR);
        StringColumn shape = StringColumn.create("shape");
        StringColumn type = StringColumn.create("type");
        LongColumn bytes = grouped(LongColumn.create("bytes"));
        DoubleColumn std = DoubleColumn.create("std");
        DoubleColumn absmax = DoubleColumn.create("absmax");
        DoubleColumn kurtosis = DoubleColumn.create("excess kurtosis");
        long total = tensors.stream().mapToLong(TensorInfo::bytes).sum();
        try (Progress.Task task = progress.task("read " + checkpoint.path().getFileName(), total, "bytes")) {
            for (TensorInfo tensor : tensors) {
                name.append(tensor.name());
                shape.append(tensor.shapeText());
                type.append(tensor.type().toString());
                bytes.append(tensor.bytes());
                TensorStatistics statistics = statistics(checkpoint, tensor);
                std.append(statistics == null ? Double.NaN : statistics.std());
                absmax.append(statistics == null ? Double.NaN : statistics.absmax());
                kurtosis.append(statistics == null ? Double.NaN : statistics.kurtosis());
                task.step(tensor.bytes());
            }
        }
        return Table.create(fileName(checkpoint), name, shape, type, bytes, std, absmax, kurtosis);
    }

    private static TensorStatistics statistics(Checkpoint checkpoint, TensorInfo tensor) {
        if (tensor.count() == 0) {
            return null;
        }
        try {
            return TensorStatistics.of(checkpoint.matrix(tensor.name(), Progress.NONE));
        } catch (CheckpointException undecodable) {
            return null; // listed by name and type; asking for its values says why
        }
    }

    /**
     * Errors of one matrix under several formats: recipe, bits per weight (scales included), MSE, SQNR in dB, largest
     * error, cosine, and what there is to note.
     *
     * @param w finite weights, [out, in]
     * @param recipes at least one
     * @throws IllegalArgumentException if a recipe is unknown or a weight is not finite
     * @throws dev.nibble.core.Cancelled if a stop was asked for
     */
    public static Table errors(Matrix w, @Vocabulary.Of("recipe") String... recipes) {
        Charts.requireRecipes(recipes);
        Errors errors = Errors.of(w, recipes);
        return Table.create(
                w.name(), errors.recipe, errors.bits, errors.mse, errors.sqnr, errors.max, errors.cosine, errors.note);
    }

    /**
     * Two matrices under the same formats, side by side: SQNR and largest error relative to the matrix's own absmax.
     *
     * @param a finite weights
     * @param b finite weights, of any shape
     */
    public static Table sideBySide(Matrix a, Matrix b, @Vocabulary.Of("recipe") String... recipes) {
        Charts.requireRecipes(recipes);
        String nameA = a.name();
        String nameB = b.name().equals(nameA) ? b.name() + " (2)" : b.name();
        Table table = Table.create(nameA + " and " + nameB, StringColumn.create(RECIPE, Arrays.asList(recipes)));
        List<Matrix> both = List.of(a, b);
        List<String> names = List.of(nameA, nameB);
        List<Errors> found = List.of(Errors.of(a, recipes), Errors.of(b, recipes));
        boolean sameBits = found.get(0).bits.asList().equals(found.get(1).bits.asList());
        if (sameBits) {
            table.addColumns(found.get(0).bits);
        }
        for (int i = 0; i < 2; i++) {
            Errors errors = found.get(i);
            double absmax = TensorStatistics.of(both.get(i)).absmax();
            DoubleColumn relative = errors.max.divide(absmax == 0 ? 1 : absmax);
            if (!sameBits) {
                table.addColumns(errors.bits.setName(BITS + ", " + names.get(i)));
            }
            table.addColumns(
                    errors.sqnr.setName(SQNR + ", " + names.get(i)),
                    relative.setName("max error/absmax, " + names.get(i)));
        }
        return table;
    }

    /**
     * One matrix of every kind in a model, under several formats. Matrices are of one kind if their names differ only
     * in the number of the block; the first one stands for its kind.
     */
    public static Table kinds(Checkpoint checkpoint, @Vocabulary.Of("recipe") String... recipes) {
        Charts.requireRecipes(recipes);
        List<TensorInfo> matrices = Model.oneMatrixOfEveryKind(checkpoint);
        StringColumn tensor = StringColumn.create(TENSOR);
        StringColumn shape = StringColumn.create("shape");
        Errors errors = new Errors();
        Progress progress = Progress.current();
        long total = matrices.stream().mapToLong(TensorInfo::count).sum() * recipes.length;
        try (Progress.Task task = progress.task("quantize " + matrices.size() + " matrices", total, "weights")) {
            for (TensorInfo info : matrices) {
                Matrix w = checkpoint.matrix(info.name(), Progress.NONE);
                for (String recipe : recipes) {
                    tensor.append(info.name());
                    shape.append(info.shapeText());
                    errors.add(w, recipe, progress.quiet());
                    task.step(info.count());
                }
            }
        }
        return Table.create(
                fileName(checkpoint),
                tensor,
                shape,
                errors.recipe,
                errors.bits,
                errors.mse,
                errors.sqnr,
                errors.max,
                errors.cosine,
                errors.note);
    }

    /** {@link #kinds(Checkpoint, String...)} of a model's file. */
    public static Table kinds(Model model, @Vocabulary.Of("recipe") String... recipes) {
        return kinds(model.checkpoint(), recipes).setName(model.name());
    }

    /** One block weight by weight: original, code, where its bits are and what they hold, decoded value, error. */
    public static Table block(Quantized q, int block, Matrix original) {
        return BlockCharts.table(q, block, original);
    }

    /** What the stored bits of a matrix are spent on; the last row is their sum, the bits per weight. */
    public static Table bitBudget(Quantized q) {
        return BlockCharts.budget(q);
    }

    /**
     * Distance to the optimum of the first blocks, in dB: what the format reached, what the best scale of its own levels
     * could (any, of those that can be stored, with its minimum where that is stored as an integer, and with the best offset or zero point), and what the best code book of as
     * many values could for each scale; see {@link dev.nibble.explain.Optimum}.
     *
     * @param q a format with a code of at most eight bits for each weight
     * @param blocks how many of its blocks, from the first
     */
    public static Table optimum(Quantized q, Matrix original, int blocks) {
        return BlockCharts.optimum(q, original, blocks);
    }

    /**
     * Floating-point types: bits, bias, largest and smallest numbers, how often the smallest can be doubled before it
     * passes the largest, and which codes are no numbers.
     *
     * @param types none for all that have a name
     */
    public static Table minifloats(Minifloat... types) {
        return FloatTables.types(types);
    }

    /**
     * Numbers in a floating-point type: the bits they get, what these stand for, and how they were rounded.
     *
     * @param type one with a sign
     * @param values finite
     */
    public static Table rounding(Minifloat type, float... values) {
        return FloatTables.rounding(type, values);
    }

    /** What numbers become in several floating-point types: one row each, one column for each type. */
    public static Table encoded(float[] values, Minifloat... types) {
        return FloatTables.encoded(values, types);
    }

    /**
     * The grid that each integer format lays over one block: scale and zero as stored, the smallest and largest value of
     * its codes, how many codes the block uses, and how many weights lie more than half a step outside.
     *
     * @param w finite weights, [out, in]
     * @param block counted in each recipe's own groups
     * @param recipes int1 … int8 by any rule
     */
    public static Table grids(Matrix w, int block, @Vocabulary.Of("recipe") String... recipes) {
        return AffineCharts.grids(w, block, recipes);
    }

    /** How recipes differ from one of them: codes that differ, SQNR, and the three most frequent causes. */
    public static Table differences(
            Matrix w, @Vocabulary.Of("recipe") String reference, @Vocabulary.Of("recipe") String... recipes) {
        return AffineCharts.differences(w, reference, recipes);
    }

    /** How evenly formats use their codes: the entropy is what an ideal code would need for each weight. */
    public static Table entropy(Matrix w, @Vocabulary.Of("recipe") String... recipes) {
        return BookCharts.entropy(w, recipes);
    }

    /**
     * The stored bytes of one block, in order: each in hexadecimal and in bits, and the numbers it holds a part of. Bits
     * are counted from the lowest, 0 to 7.
     */
    public static Table bytes(Quantized q, int block) {
        return ByteTables.bytes(q, block);
    }

    /** One row of weights and what they decode to under each recipe, −0 told from 0. */
    public static Table values(Matrix w, int row, @Vocabulary.Of("recipe") String... recipes) {
        return ByteTables.values(w, row, recipes);
    }

    /**
     * What an importance matrix buys: signal to noise as usual, and with each column's squares weighted by its
     * importance, of the format without the importance matrix and with it.
     *
     * @param w finite weights
     * @param importance one number per column of w
     * @param recipes formats that take one
     */
    public static Table importance(Matrix w, Importance importance, @Vocabulary.Of("recipe") String... recipes) {
        return ByteTables.importance(w, importance, recipes);
    }

    /**
     * The four rules for the shared power of two of an MX format on one matrix: shares of blocks and of weights beyond
     * the largest number of the element, and signal to noise.
     *
     * @param recipe an MX format; the rounding is its own, whichever rule it names
     */
    public static Table scaleRules(Matrix w, @Vocabulary.Of("recipe") String recipe) {
        return ScaleCharts.rules(w, recipe);
    }

    /**
     * Bits that are stored and bits that the codes are worth: the entropy of the codes instead of their bits, and how
     * far signal to noise is below the bound for independent Gaussian weights at either number of bits, in dB.
     *
     * @param w finite weights
     */
    public static Table rate(Matrix w, @Vocabulary.Of("recipe") String... recipes) {
        return RateCharts.table(w, recipes);
    }

    /**
     * The rows of a table of errors that no other row beats with fewer bits or as many, fewest bits first.
     *
     * @param errors a table that {@link #errors} made
     */
    public static Table front(Table errors) {
        Charts.requireColumns(errors, RECIPE, BITS, SQNR);
        return FrontCharts.front(errors);
    }

    /** Why two forms of a tensor differ: one row for each cause, with what it adds to the error. */
    public static Table causes(Difference difference) {
        StringColumn cause = StringColumn.create("cause");
        LongColumn codes = grouped(LongColumn.create("weights"));
        DoubleColumn mse = DoubleColumn.create("MSE added");
        DoubleColumn db = DoubleColumn.create("SQNR change (dB)");
        for (Difference.Cause c : difference.causes()) {
            cause.append(c.name());
            codes.append(c.count());
            mse.append(c.mseAdded());
            db.append(c.dbAdded());
        }
        String title = difference.tensor() + ": " + difference.a() + " against " + difference.b();
        return Table.create(title, cause, codes, mse, db);
    }

    /** Weights whose codes differ, a few for each cause. */
    public static Table examples(Difference difference) {
        IntColumn row = IntColumn.create("row");
        IntColumn column = IntColumn.create("column");
        DoubleColumn value = DoubleColumn.create("weight");
        DoubleColumn scaledA = DoubleColumn.create("scaled A");
        DoubleColumn scaledB = DoubleColumn.create("scaled B");
        IntColumn codeA = IntColumn.create("code A");
        IntColumn codeB = IntColumn.create("code B");
        DoubleColumn decodedA = DoubleColumn.create("decoded A");
        DoubleColumn decodedB = DoubleColumn.create("decoded B");
        StringColumn cause = StringColumn.create("cause");
        // -7.4999995 would print as -7.5, and that is the point
        for (DoubleColumn exact : List.of(scaledA, scaledB)) {
            exact.setPrintFormatter(new NumberColumnFormatter(
                    new DecimalFormat("0.0000000", DecimalFormatSymbols.getInstance(Locale.ROOT))));
        }
        for (Difference.Example e : difference.examples()) {
            row.append(e.row());
            column.append(e.column());
            value.append(e.value());
            scaledA.append(e.scaledA());
            scaledB.append(e.scaledB());
            codeA.append(e.codeA());
            codeB.append(e.codeB());
            decodedA.append(e.decodedA());
            decodedB.append(e.decodedB());
            cause.append(e.cause());
        }
        String title = "A = " + difference.a() + ", B = " + difference.b();
        return Table.create(title, row, column, value, scaledA, scaledB, codeA, codeB, decodedA, decodedB, cause);
    }

    /** What tensors turned out to be: one row each, as {@code Identify} found it. */
    public static Table identities(List<Identity> identities) {
        StringColumn tensor = StringColumn.create(TENSOR);
        StringColumn stored = StringColumn.create("stored");
        StringColumn format = StringColumn.create("numbers lie on");
        StringColumn blocks = StringColumn.create("scale shared by");
        DoubleColumn bits = DoubleColumn.create(BITS);
        LongColumn fitting = grouped(LongColumn.create("blocks that fit"));
        LongColumn tested = grouped(LongColumn.create("of blocks"));
        StringColumn note = StringColumn.create("note");
        for (Identity identity : identities) {
            tensor.append(identity.tensor());
            stored.append(identity.stored().isEmpty() ? identity.values() : identity.stored());
            format.append(identity.format());
            blocks.append(identity.blocks());
            bits.append(identity.bitsPerWeight());
            if (identity.found()) {
                fitting.append(identity.fitting());
                tested.append(identity.tested());
            } else { // every block was looked at under every grid: no one count says so
                fitting.appendMissing();
                tested.appendMissing();
            }
            note.append(identity.note());
        }
        return Table.create("", tensor, stored, format, blocks, bits, fitting, tested, note);
    }

    private static String fileName(Checkpoint checkpoint) {
        return String.valueOf(checkpoint.path().getFileName());
    }

    private static LongColumn grouped(LongColumn column) {
        column.setPrintFormatter(
                new NumberColumnFormatter(new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT))));
        return column;
    }

    /** The columns that describe errors, filled row by row. */
    private static final class Errors {
        private final StringColumn recipe = StringColumn.create(RECIPE);
        private final DoubleColumn bits = DoubleColumn.create(BITS);
        private final DoubleColumn mse = DoubleColumn.create("MSE");
        private final DoubleColumn sqnr = DoubleColumn.create(SQNR);
        private final DoubleColumn max = DoubleColumn.create("max error");
        private final DoubleColumn cosine = DoubleColumn.create("cosine");
        private final StringColumn note = StringColumn.create("note");

        Errors() {
            // four digits would print 0.99999 as 1
            cosine.setPrintFormatter(new NumberColumnFormatter(
                    new DecimalFormat("0.000000", DecimalFormatSymbols.getInstance(Locale.ROOT))));
        }

        static Errors of(Matrix w, String... recipes) {
            Errors errors = new Errors();
            Progress progress = Progress.current();
            try (Progress.Task task = progress.task("quantize " + w.name(), recipes.length, "recipes")) {
                for (String recipe : recipes) {
                    errors.add(w, recipe, progress.quiet());
                    task.step(1);
                }
            }
            return errors;
        }

        void add(Matrix w, String text, Progress progress) {
            Quantized quantized = Formats.parse(text).quantize(w, progress);
            ErrorStatistics error = quantized.error(w);
            recipe.append(text);
            bits.append(quantized.bitsPerWeight());
            mse.append(error.mse());
            sqnr.append(error.sqnrDb());
            max.append(error.maxError());
            cosine.append(error.cosine());
            note.append(quantized.note());
        }
    }

    /**
     * Formats on a model: bits, sizes, perplexity, divergence, accuracy and flips. Numbers behind ± are one standard
     * error.
     */
    public static Table comparison(ComparisonResult result) {
        return ComparisonViews.table(result);
    }

    /** Divergence and change of perplexity with one linear quantized, a row each, and with all of them. */
    public static Table sensitivity(SensitivityResult result) {
        return SensitivityViews.table(result);
    }

    /** The divergences of {@link #sensitivity} by layer and kind, in thousandths of a nat per token. */
    public static Table sensitivityMap(SensitivityResult result) {
        return SensitivityViews.map(result);
    }

    /**
     * The relative error of hidden states behind each layer, mean over positions and largest.
     *
     * @throws IllegalArgumentException if there is none, or one comes twice
     */
    public static Table errorGrowth(ErrorGrowth... growths) {
        return ErrorGrowthViews.table(growths);
    }

    /**
     * Probability of a phrase that was read before, 0 to 1, by distance. Numbers behind ± are one standard error; that of
     * a change is of the same samples in pairs.
     *
     * @throws IllegalArgumentException if there is none, or they have not all the same first model, distances and samples
     */
    public static Table recall(Recall... recalls) {
        return RecallViews.table(recalls);
    }

    /**
     * The cards of a plan, in the order of their table: how many a model needs, how many one takes, the most tokens per
     * second, joules of a token (an estimate), and engines that read such files. No numbers where it does not fit.
     */
    public static Table plan(Plan plan) {
        return PlanViews.cards(plan);
    }
}

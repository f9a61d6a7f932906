package dev.nibble.format.integer;

import dev.nibble.core.Progress;
import dev.nibble.core.Recipe;
import dev.nibble.core.Trace;
import dev.nibble.format.Blocks;
import dev.nibble.format.Format;
import dev.nibble.format.Importance;
import dev.nibble.format.PartLayout;
import dev.nibble.format.Quantized;
import dev.nibble.format.ScaleSet;
import dev.nibble.format.ScaleType;
import dev.nibble.format.ScaledRun;
import dev.nibble.format.StoredPart;
import dev.nibble.format.Survey;
import dev.nibble.format.packing.Trits;
import dev.nibble.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A format on a uniform grid: a rule, who shares a scale, and how all is stored. The recipes that make one are read by
 * {@link IntegerFormat} and by the binary and ternary formats.
 *
 * <pre>
 *   codes     row after row, each from a byte of its own; 8 bits from -128 on as two's complement, else as the unsigned
 *             number code - lowest
 *   scales    one per group, row after row
 *   zeros     where the rule has any, one per group: codes without gaps between groups, or numbers like the scales
 * </pre>
 */
public final class AffineFormat implements Format {
    /**
     * What makes a format.
     *
     * @param recipe as it was asked for
     * @param canonical with every choice spelled out
     * @param description one sentence
     * @param rule from weights to codes and back
     * @param grouping who shares a scale
     * @param scaleType how scales, and zeros that are not codes, are stored
     * @param search how the range is found
     * @param rowsThroughFp8 whether each row first goes through FP8 E4M3 with its own scale
     * @param wholeGroups the software that takes only rows that its groups divide, or the empty string where a row's
     *     last group may be shorter
     * @param coding how codes lie in bytes
     */
    public record Spec(
            Recipe recipe,
            Recipe canonical,
            String description,
            AffineRule rule,
            Grouping grouping,
            ScaleType scaleType,
            Search search,
            boolean rowsThroughFp8,
            String wholeGroups,
            FieldCoding coding) {
        /** What the codes of some weights with one scale stand for; {@code zero} is in the units of its kind. */
        ScaledRun run(int first, int count, float stored, float zero) {
            double scale = stored * (double) rule.factor();
            ScaleSet scales = ScaleSet.of(scaleType, rule.factor());
            float[] levels = ScaledRun.integers(rule.qmin(), rule.qmax());
            if (!rule.hasFloatZero()) {
                for (int k = 0; k < levels.length; k++) {
                    levels[k] -= zero;
                }
                return ScaledRun.of(first, count, levels, scale, scales);
            }
            boolean inCodes = rule.zero() == AffineRule.Zero.IN_CODES;
            double offset = switch (rule.zero()) {
                case IN_CODES -> -scale * zero;
                case IN_WEIGHTS -> zero - scale * rule.middle();
                default -> zero;
            };
            ScaleSet offsets = inCodes ? ScaleSet.REAL : ScaleSet.of(scaleType, 1);
            return new ScaledRun(first, count, levels, scale, offset, scales, ScaledRun.Shift.ANY, offsets);
        }
    }

    private final Spec spec;
    /** What a survey found; null before. */
    private final Surveyed surveyed;

    /** @param spec everything that makes this format what it is; nothing else is looked at */
    public AffineFormat(Spec spec) {
        this(spec, null);
    }

    AffineFormat(Spec spec, Surveyed surveyed) {
        this.spec = spec;
        this.surveyed = surveyed;
    }

    /** What a survey found out about a tensor: the range that one scale spans, or how long HQQ's solver runs. */
    record Surveyed(float low, float high, float from, float to, int iterations) {}

    @Override
    public Recipe recipe() {
        return spec.recipe;
    }

    @Override
    public Recipe canonical() {
        return spec.canonical;
    }

    @Override
    public String description() {
        return spec.description;
    }

    @Override
    public String specials() {
        return AffineSpecials.of(spec);
    }

    Spec spec() {
        return spec;
    }

    /** From weights to codes and back. */
    public AffineRule rule() {
        return spec.rule;
    }

    Surveyed surveyed() {
        return surveyed;
    }

    @Override
    public List<PartLayout> layout(long rows, int cols) {
        requireGroups(rows, cols);
        AffineRule rule = spec.rule;
        boolean whole = spec.grouping.kind() == Grouping.Kind.TENSOR;
        long scales = spec.grouping.scales(rows, cols);
        List<PartLayout> parts = new ArrayList<>();
        parts.add(new PartLayout(
                "codes", codesEncoding(), Math.multiplyExact(rows, (long) spec.coding.bytes(cols, rule.bits()))));
        String number = spec.scaleType.fullName() + " little-endian";
        parts.add(new PartLayout("scales", number, scales * spec.scaleType.bytes(), whole));
        if (rule.hasFloatZero()) {
            parts.add(new PartLayout("zeros", number, scales * spec.scaleType.bytes(), whole));
        } else if (rule.zero() == AffineRule.Zero.INTEGER) {
            parts.add(new PartLayout("zeros", zerosEncoding(), (scales * rule.bits() + 7) / 8, whole));
        }
        return parts;
    }

    private String codesEncoding() {
        int offset = spec.rule.offset();
        return (spec.rule.bits() == 8 && offset == 0 && spec.rule.lowest() < 0
                        ? "8 bits, two's complement"
                        : spec.coding.words(spec.rule.bits()))
                + (offset == 0 ? "" : ", code + " + offset);
    }

    private String zerosEncoding() {
        int offset = spec.rule.offset();
        return spec.rule.bits() + " bits" + (offset == 0 ? "" : ", zero + " + offset);
    }

    private void requireGroups(long rows, int cols) {
        Grouping grouping = spec.grouping;
        if (grouping.kind() == Grouping.Kind.GROUP && !spec.wholeGroups.isEmpty() && cols % grouping.size() != 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: a row has %d weights, which groups of %d do not divide, and %s takes no shorter group; choose"
                            + " a group that divides %d, or sym or asym without a library's name",
                    spec.recipe,
                    cols,
                    grouping.size(),
                    spec.wholeGroups,
                    cols));
        }
        if (grouping.kind() == Grouping.Kind.RUN && Math.multiplyExact(rows, (long) cols) % grouping.size() != 0) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: [%d, %d] has %d weights, which groups of %d do not divide, and %s takes no shorter group",
                    spec.recipe,
                    rows,
                    cols,
                    rows * cols,
                    grouping.size(),
                    spec.wholeGroups));
        }
    }

    @Override
    public int pieceRows(int cols) {
        Grouping grouping = spec.grouping;
        int band = bandRows(cols);
        if (spec.rule.zero() != AffineRule.Zero.INTEGER || grouping.kind() == Grouping.Kind.TENSOR) {
            return band;
        }
        int bits = (int) (grouping.blocks(band, cols) % 8) * spec.rule.bits() % 8;
        return band * (8 / gcd(8, bits)); // zeros of a piece fill whole bytes
    }

    /** Rows after which groups begin with a row again. */
    int bandRows(int cols) {
        return spec.grouping.crosses(cols) ? spec.grouping.size() / gcd(spec.grouping.size(), cols) : 1;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    @Override
    public Optional<Survey> survey() {
        if (surveyed != null) {
            return Optional.empty();
        }
        if (spec.grouping.kind() == Grouping.Kind.TENSOR) {
            return Optional.of(new TensorSurvey(this));
        }
        return spec.search.kind() == Search.Kind.HQQ && spec.search.iterations() > 1
                ? Optional.of(new HqqSurvey(this))
                : Optional.empty();
    }

    @Override
    public Quantized quantize(Matrix w, Progress progress, Trace trace) {
        return quantize(w, null, progress, trace, null);
    }

    @Override
    public Quantized quantize(Matrix w, Importance importance, Progress progress, Trace trace, Quantized out) {
        requireNoImportance(importance);
        Blocks.requireWeights(w);
        layout(w.rows(), w.cols());
        AffineFormat format = this;
        if (survey().isPresent()) {
            AffineSurvey survey = (AffineSurvey) survey().get();
            do {
                survey.add(w, progress, trace);
            } while (survey.needsAnotherPass());
            format = survey.fixed();
        }
        return new AffineEncoder(format, this, w, progress, trace, out).run();
    }

    @Override
    public Quantized stored(String name, int rows, int cols, List<StoredPart> parts) {
        byte[][] bytes = Parts.require(this, name, rows, cols, parts);
        if (spec.coding == FieldCoding.TRITS) {
            int bad = Trits.firstInvalid(bytes[0], 0, bytes[0].length);
            if (bad >= 0) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s: byte %d of part \"codes\" is %d, but five base-3 digits are at most 242 (%s)",
                        name,
                        bad,
                        bytes[0][bad] & 0xff,
                        spec.recipe));
            }
        }
        return new AffineQuantized(this, name, rows, cols, bytes);
    }

    @Override
    public Quantized replay(String name, int rows, int cols, List<Trace.Step> steps) {
        AffineQuantized q = new AffineQuantized(this, name, rows, cols);
        long next = 0;
        int block = 0;
        for (Trace.Step step : steps) {
            if (step instanceof AffineBlock b) {
                long at = (long) b.row() * cols + b.column();
                if (at != next || block >= q.blocks() || q.countOf(block) != b.count()) {
                    throw new IllegalArgumentException(String.format(
                            Locale.ROOT,
                            "%s: the trace tells of %d weights at row %d, column %d, which are no block of [%d, %d]"
                                    + " under %s",
                            name,
                            b.count(),
                            b.row(),
                            b.column(),
                            rows,
                            cols,
                            spec.recipe));
                }
                q.put(block++, b.scale(), b.zero(), b.fields());
                next += b.count();
            }
        }
        if (next != (long) rows * cols) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: the trace tells of %d weights, but [%d, %d] has %d",
                    name,
                    next,
                    rows,
                    cols,
                    (long) rows * cols));
        }
        return q;
    }

    /** What {@link Quantized#note()} says about rows of {@code cols}. */
    String note(int cols) {
        Grouping grouping = spec.grouping;
        if (grouping.crosses(cols)) {
            return "groups of " + grouping.size() + " run across rows of " + cols;
        }
        return grouping.kind() == Grouping.Kind.GROUP ? Blocks.note(grouping.size(), cols) : "";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AffineFormat format && canonical().equals(format.canonical());
    }

    @Override
    public int hashCode() {
        return canonical().hashCode();
    }

    @Override
    public String toString() {
        return spec.recipe.toString();
    }
}

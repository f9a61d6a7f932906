package dev.nibble.format.integer;

import dev.nibble.format.ScaleType;
import java.util.Locale;

/** Integers in a sentence. */
final class Descriptions {
    private Descriptions() {}

    static String of(
            Preset preset, AffineRule rule, boolean symmetric, Grouping grouping, Search search, ScaleType type) {
        return String.format(
                Locale.ROOT,
                "%d-bit integers %d to %d, one %s scale per %s: %s, rounded to nearest, ties to even%s%s",
                rule.bits(),
                rule.qmin(),
                rule.qmax(),
                type.fullName(),
                grouping.words(),
                scale(preset, rule, symmetric),
                search(search, rule.bits()),
                who(preset));
    }

    private static String scale(Preset preset, AffineRule rule, boolean symmetric) {
        String divisor = IntegerFormat.plain(rule.divisor());
        String zero = switch (rule.zero()) {
            case NONE, INTEGER -> ", integer zero point";
            case IN_CODES -> ", real zero in codes";
            case IN_WEIGHTS -> ", zero stored as a weight";
            case MINIMUM -> ", minimum stored";
        };
        return switch (rule.range()) {
            case ABSMAX -> preset == Preset.BNB ? "absmax stored, s = absmax / 127" : "s = absmax / " + divisor;
            case MEAN -> "s = mean magnitude";
            case EXTREME -> "s = signed extreme / -" + divisor;
            case MIRRORED -> "s = 2 absmax / " + divisor + " (max / " + divisor + " if nothing is negative)";
            case WITH_ZERO -> "s = (max - min) / " + divisor + " with 0 in range" + (symmetric ? "" : zero);
            case AS_IS -> "s = (max - min) / " + divisor + zero;
        };
    }

    private static String search(Search search, int bits) {
        return switch (search.kind()) {
            case NONE -> "";
            case MSE -> "; range shrunk to the least sum of |error|^2.4";
            case PERCENTILE -> "; range clipped to the percentile " + IntegerFormat.plain(search.percentile());
            case HQQ ->
                (search.iterations() == 0
                                ? "; zero not optimized"
                                : "; zero from at most " + search.iterations() + " half-quadratic iterations")
                        + firstZero(search, bits);
        };
    }

    /** hqq 0.2.8's BaseQuantizeConfig sets round_zero for 4 bits and for no other number. */
    private static String firstZero(Search search, int bits) {
        boolean usual = search.roundZero() == (bits == 4);
        String how = search.roundZero() ? ", rounded before" : bits == 4 ? ", not rounded before" : "";
        return how
                + (usual
                        ? ""
                        : bits == 4
                                ? " (HQQ's own configuration rounds it: add round-zero)"
                                : " (HQQ's own configuration does so for 4 bits alone)");
    }

    private static String who(Preset preset) {
        return switch (preset) {
            case PLAIN -> "";
            case GPTQ -> ", as GPTQ does";
            case AWQ -> ", as AutoAWQ does";
            case CT -> ", as compressed-tensors does";
            case TORCHAO -> ", as torchao does (times 1/s)";
            case TORCHAO_FP8ACT -> ", as torchao does for FP8 activations (rows through FP8 first, times 1/s)";
            case TINYGEMM -> ", as torchao's tinygemm does";
            case HQQ -> ", as HQQ does";
            case AUTOROUND -> ", as auto-round does before it learns";
            case QUANTO -> ", as quanto does";
            case KIVI -> ", as KIVI does";
            case BNB -> ", as bitsandbytes does (times 127 / absmax)";
            case TORCH -> ", as torch's fake_quantize does (times 1/s)";
        };
    }
}

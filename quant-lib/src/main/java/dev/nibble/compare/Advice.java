package dev.nibble.compare;

import dev.nibble.compare.Plan.Fit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Says what to do with a plan, and why. */
final class Advice {
    /** From wide to narrow: as it is, then what most engines read at 8, 4 and 3 bits. */
    private static final List<String> WIDTHS = List.of("", "int8", "int4:g128", "int3:g128");

    private Advice() {}

    static List<String> of(Planner planner, long bytes, List<Fit> fits) {
        List<String> advice = new ArrayList<>();
        fits.stream()
                .filter(f -> f.needed() == 1 && (!f.engines().isEmpty() || fits.size() == 1))
                .min(Comparator.comparingDouble((Fit f) -> f.accelerator().memoryGiB())
                        .thenComparingDouble(f -> -f.accelerator().bandwidth()))
                .ifPresentOrElse(
                        fit -> advice.add(one(planner, bytes, fit)),
                        () -> fits.stream()
                                .filter(f -> f.cards() > 0)
                                .min(Comparator.comparingInt(Fit::cards)
                                        .thenComparingDouble(
                                                f -> f.accelerator().memoryGiB() * f.cards()))
                                .ifPresent(fit -> advice.add(several(bytes, fit))));
        if (fits.size() == 1) {
            advice.addAll(widest(planner, fits.getFirst().accelerator()));
        }
        long cache = planner.shape().cacheNumbers(planner.context()) * 2 * planner.batch();
        if (cache > bytes / 2) {
            advice.add("more than half of the memory is the cache: store it in 8 bits (kv=fp8:e4m3), or take fewer or"
                    + " shorter sequences, before the weights are made narrower");
        }
        return advice;
    }

    private static String one(Planner planner, long bytes, Fit fit) {
        return String.format(
                Locale.ROOT,
                "one %s is enough: %.1f GB are needed, and %.0f %% of its %.0f GiB are %.1f GB; at most %.0f tokens a second"
                        + " by its memory's %,.0f GB/s%s",
                fit.accelerator().name(),
                bytes / 1e9,
                100 * planner.share(),
                fit.accelerator().memoryGiB(),
                planner.share() * fit.accelerator().memoryBytes() / 1e9,
                fit.tokensPerSecond(),
                fit.accelerator().bandwidth(),
                planner.linears() == null
                        ? ""
                        : !planner.quantizesActivations()
                                ? "; weights alone are quantized, which saves memory and bandwidth, not arithmetic"
                                : fit.isNative()
                                        ? "; it multiplies numbers of this format"
                                        : "; it does not multiply numbers of this format, so they save memory and bandwidth,"
                                                + " not arithmetic");
    }

    private static String several(long bytes, Fit fit) {
        return String.format(
                Locale.ROOT,
                "no single card is enough for %.1f GB: take %d x %s (%d by memory alone%s)",
                bytes / 1e9,
                fit.cards(),
                fit.accelerator().name(),
                fit.needed(),
                fit.cards() == fit.needed() ? "" : "; a model is divided over 2, 4 or 8 cards, or nodes of 8");
    }

    /** The widest of some formats that one card holds. */
    private static List<String> widest(Planner planner, Accelerator card) {
        double room = planner.share() * card.memoryBytes();
        List<String> advice = new ArrayList<>();
        for (String width : WIDTHS) {
            // another list of cards, so that this does not ask for advice on advice
            Plan plan = planner.linears(width).plan(List.of());
            String words = width.isEmpty() ? "as it comes" : "in " + width;
            if (plan.bytes() <= room) {
                advice.add(String.format(
                        Locale.ROOT,
                        "%s %s takes %.1f GB and leaves %.1f GB: the widest of %s that one %s holds%s",
                        planner.shape().name(),
                        words,
                        plan.bytes() / 1e9,
                        (room - plan.bytes()) / 1e9,
                        String.join(
                                ", ",
                                WIDTHS.stream()
                                        .map(w -> w.isEmpty() ? "kept" : w)
                                        .toList()),
                        card.name(),
                        width.startsWith("int3") ? "; measure what 3 bits cost before you rely on them" : ""));
                return advice;
            }
            advice.add(String.format(
                    Locale.ROOT,
                    "%s: %.1f GB, %.1f GB too much",
                    words,
                    plan.bytes() / 1e9,
                    (plan.bytes() - room) / 1e9));
        }
        advice.add(
                "one " + card.name() + " holds none of these: take more cards, a shorter context or a smaller model");
        return advice;
    }
}

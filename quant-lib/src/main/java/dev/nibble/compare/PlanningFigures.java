package dev.nibble.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Figures that articles on quantization give for planning, each computed here from shapes and formats, with what explains
 * the difference. GB are 10^9 bytes.
 */
public final class PlanningFigures {
    private static final double GB = 1e9;

    private PlanningFigures() {}

    /**
     * One figure.
     *
     * @param claim what is said
     * @param low the published number, or the lower of two
     * @param high the higher of two, or the same
     * @param nominal the arithmetic behind it: parameters in the name times bits, or as the explanation says
     * @param exact what a model of that name takes, scales and kept parts included; not a number where that is not asked
     * @param unit of all of them
     * @param explanation how they come about
     */
    public record Figure(
            String claim, double low, double high, double nominal, double exact, String unit, String explanation) {
        /** Whether the arithmetic gives what is said, to the digits that are given. */
        public boolean holds() {
            double half = low == Math.rint(low) ? 0.5 : 0.05;
            return nominal >= low - half && nominal <= high + half;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: %s %s; %.4g by arithmetic%s. %s",
                    claim,
                    low == high ? number(low) : number(low) + " to " + number(high),
                    unit,
                    nominal,
                    Double.isNaN(exact) ? "" : String.format(Locale.ROOT, ", %.4g exactly", exact),
                    explanation);
        }

        private static String number(double value) {
            return value == Math.rint(value)
                    ? String.format(Locale.ROOT, "%.0f", value)
                    : String.format(Locale.ROOT, "%.1f", value);
        }
    }

    /** All of them. */
    public static List<Figure> all() {
        List<Figure> all = new ArrayList<>();
        size(all, "7B in FP32", 28, 7, 32, "llama-2-7b", "");
        size(all, "7B in FP16", 14, 7, 16, "llama-2-7b", "");
        size(all, "7B in 4 bits", 3.5, 7, 4, "llama-2-7b", "int4:g128");
        size(all, "13B in FP32", 52, 13, 32, "llama-2-13b", "");
        size(all, "13B in INT8", 13, 13, 8, "llama-2-13b", "int8");
        size(all, "13B in 4 bits", 6.5, 13, 4, "llama-2-13b", "int4:g128");
        size(all, "70B in FP32", 280, 70, 32, "llama-3.1-70b", "");
        size(all, "70B in FP16", 140, 70, 16, "llama-3.1-70b", "");
        size(all, "70B in INT8", 70, 70, 8, "llama-3.1-70b", "int8");
        all.add(fourBits());
        all.add(withCache());
        size(all, "405B in FP16", 810, 405, 16, "llama-3.1-405b", "");
        size(all, "405B in FP8", 405, 405, 8, "llama-3.1-405b", "fp8:e4m3");
        size(all, "405B in INT4", 202, 405, 4, "llama-3.1-405b", "int4:g128");
        all.add(cards("405B in FP16 on cards of 80 GB", 16, 810));
        all.add(cards("405B in FP8 on cards of 80 GB", 8, 405));
        return List.copyOf(all);
    }

    private static void size(
            List<Figure> all, String claim, double said, double billions, int bits, String model, String recipe) {
        double nominal = billions * bits / 8;
        ModelShape shape = KnownShapes.named(model);
        double plain = shape.parameters() * (bits == 32 ? 4.0 : 2.0);
        Plan plan = Planner.of(shape).in(recipe).plan(List.of());
        double exact = (recipe.isEmpty() ? plain : plan.weightBytes()) / GB;
        String how = String.format(
                Locale.ROOT,
                "%.0f billion times %d bits; %s has %.3f billion parameters",
                billions,
                bits,
                model,
                shape.parameters() / 1e9);
        if (!recipe.isEmpty()) {
            how += String.format(
                    Locale.ROOT,
                    ", its linears in %s with their scales take %.1f GB, and embedding, head and norms stay in 16 bits: %.1f"
                            + " GB",
                    recipe,
                    plan.quantizedBytes() / GB,
                    (plan.weightBytes() - plan.quantizedBytes()) / GB);
        }
        all.add(new Figure(claim, said, said, nominal, exact, "GB", how));
    }

    private static Figure fourBits() {
        ModelShape shape = KnownShapes.named("llama-3.1-70b");
        double bare = Planner.of(shape).in("int4:g128").plan(List.of()).weightBytes() / GB;
        double blocks = Planner.of(shape)
                        .in("w=q4_k;embed=q4_k;head=q6_k")
                        .plan(List.of())
                        .weightBytes()
                / GB;
        return new Figure(
                "70B in INT4",
                35,
                45,
                35,
                bare,
                "GB",
                String.format(
                        Locale.ROOT,
                        "35 GB are 4 bits for each of 70 billion and nothing else, a size that no file has: int4:g128 takes"
                                + " %.1f GB, and GGUF's Q4_K with Q6_K for the head %.1f; 45 GB are %.2f bits for each of"
                                + " its parameters",
                        bare,
                        blocks,
                        45 * GB * 8 / shape.parameters()));
    }

    private static Figure withCache() {
        ModelShape shape = KnownShapes.named("llama-3.1-70b");
        long perToken = 2 * shape.cacheNumbers(1);
        double tokens = (178 - 140) * GB / perToken;
        double heads = 8; // if every one of the 64 query heads had keys and values of its own, instead of one in 8
        return new Figure(
                "70B in FP16 with cache and overhead",
                178,
                178,
                (70e9 * 2 + tokens * perToken) / GB,
                Double.NaN,
                "GB",
                String.format(
                        Locale.ROOT,
                        "178 - 140 = 38 GB are what %,.0f tokens keep in a cache of FP16, at %,d bytes each (80 layers, 8 heads"
                                + " of 128 numbers, keys and values): 14 sequences of 8,192. With keys and values for each of"
                                + " the 64 heads it would be %,.0f tokens. No number of tokens, no overhead is said with the"
                                + " claim, so it is one of many true ones",
                        tokens,
                        perToken,
                        tokens / heads));
    }

    private static Figure cards(String claim, double said, double gigabytes) {
        double makers = Math.ceil(gigabytes / 80);
        double binary = Math.ceil(gigabytes * GB / (80.0 * (1L << 30)));
        double used = Math.ceil(gigabytes * GB / (80.0 * (1L << 30) * Planner.VLLM_SHARE));
        int nodes = Planner.together((int) used);
        return new Figure(
                claim,
                said,
                said,
                nodes,
                Double.NaN,
                "cards",
                String.format(
                        Locale.ROOT,
                        "%.0f GB need %.0f cards of 80 x 10^9 bytes, %.0f of 80 GiB, and %.0f if an engine uses %.0f %% of"
                                + " each, all without a cache; cards come in nodes of 8 and a model is divided evenly, so"
                                + " one takes %d",
                        gigabytes,
                        makers,
                        binary,
                        used,
                        100 * Planner.VLLM_SHARE,
                        nodes));
    }
}

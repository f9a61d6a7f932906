package dev.nibble.model.transformer;

import java.util.Arrays;
import java.util.List;

/**
 * Rotary positions (Su et al., 2021): number i of a head's first half and number i of its second half are turned by
 * position · frequency i. The ways of stretching them to longer contexts are those of transformers
 * (modeling_rope_utils): each frequency is a float32, as there.
 */
public final class Rope {
    private final float[] frequencies;
    private final float magnitude;
    private final String description;

    private Rope(float[] frequencies, float magnitude, String description) {
        this.frequencies = frequencies;
        this.magnitude = magnitude;
        this.description = description;
    }

    /**
     * Plain rotary positions.
     *
     * @param base theta
     * @param size numbers of a head that are turned: even
     * @throws IllegalArgumentException if base or size make no sense
     */
    public static Rope of(double base, int size) {
        if (!(base > 0) || base == Double.POSITIVE_INFINITY || size <= 0 || size % 2 != 0 || size > 1 << 20) {
            throw new IllegalArgumentException("rotary positions of base " + base + " over " + size + " numbers");
        }
        float[] f = new float[size / 2];
        for (int i = 0; i < f.length; i++) {
            f[i] = 1 / (float) StrictMath.pow((float) base, (float) (2 * i) / size);
        }
        return new Rope(f, 1, "theta " + number(base));
    }

    /** Positions divided by a factor (Chen et al., 2023). */
    public Rope linear(float factor) {
        require(factor, "factor");
        return divided(factors(factor), "linear, factor " + number(factor));
    }

    /**
     * Each frequency divided by its own factor, as llama.cpp's files store Llama 3's scaling ({@code rope_freqs}).
     *
     * @throws IllegalArgumentException if there are not as many factors as frequencies
     */
    public Rope divided(float[] factors, String how) {
        if (factors.length != frequencies.length) {
            throw new IllegalArgumentException(
                    factors.length + " factors for " + frequencies.length + " rotary frequencies");
        }
        float[] f = new float[frequencies.length];
        for (int i = 0; i < f.length; i++) {
            f[i] = frequencies[i] / factors[i];
        }
        return new Rope(f, magnitude, description + ", " + how);
    }

    private float[] factors(float all) {
        float[] factors = new float[frequencies.length];
        Arrays.fill(factors, all);
        return factors;
    }

    /** Llama 3.1's: long waves by the factor, short ones not, those between in proportion. */
    public Rope llama3(float factor, float lowFactor, float highFactor, int original) {
        require(factor, "factor");
        require(lowFactor, "low_freq_factor");
        require(highFactor - lowFactor, "high_freq_factor - low_freq_factor");
        require(original, "original_max_position_embeddings");
        float longest = original / lowFactor;
        float shortest = original / highFactor;
        float[] f = new float[frequencies.length];
        for (int i = 0; i < f.length; i++) {
            float wave = (float) (2 * Math.PI) / frequencies[i];
            float slow = frequencies[i] / factor;
            float smooth = (original / wave - lowFactor) / (highFactor - lowFactor);
            f[i] = wave > longest
                    ? slow
                    : wave < shortest ? frequencies[i] : (1 - smooth) * slow + smooth * frequencies[i];
        }
        return new Rope(f, magnitude, description + ", llama3, factor " + number(factor));
    }

    /**
     * YaRN (Peng et al., 2023).
     *
     * @param base theta again
     * @param fast rotations over the original context above which a frequency stays (32)
     * @param slow those below which it is divided by the factor (1)
     * @param magnitude what queries and keys are multiplied by; not-a-number for 0.1 ln factor + 1
     * @param truncate whether the bounds between are whole numbers
     */
    public static Rope yarn(
            double base,
            int size,
            float factor,
            int original,
            double fast,
            double slow,
            double magnitude,
            boolean truncate) {
        Rope plain = of(base, size);
        require(factor, "factor");
        require(original, "original_max_position_embeddings");
        double low = dimension(fast, base, size, original);
        double high = dimension(slow, base, size, original);
        low = Math.max(truncate ? Math.floor(low) : low, 0);
        high = Math.min(truncate ? Math.ceil(high) : high, size - 1);
        if (low == high) {
            high += 0.001;
        }
        float[] f = new float[size / 2];
        for (int i = 0; i < f.length; i++) {
            float ramp = (float) Math.clamp((i - low) / (high - low), 0, 1);
            float keep = 1 - ramp;
            float power = (float) StrictMath.pow((float) base, (float) (2 * i) / size);
            f[i] = 1 / (factor * power) * (1 - keep) + plain.frequencies[i] * keep;
        }
        double given = !Double.isNaN(magnitude) ? magnitude : factor <= 1 ? 1 : 0.1 * StrictMath.log(factor) + 1;
        return new Rope(f, (float) given, plain.description + ", yarn, factor " + number(factor));
    }

    /**
     * LongRoPE (Ding et al., 2024) of texts up to the original context.
     *
     * @param factors that each frequency is divided by, the fastest first
     * @param original positions that the factors are for
     * @param magnitude what queries and keys are multiplied by
     */
    static Rope longRope(double base, int size, List<Float> factors, int original, double magnitude) {
        Rope plain = of(base, size);
        require(original, "original_max_position_embeddings");
        require(magnitude, "attention_factor");
        if (factors.size() != size / 2) {
            throw new IllegalArgumentException(
                    "rotary positions: " + factors.size() + " short factors for " + size / 2 + " frequencies");
        }
        float[] f = new float[size / 2];
        for (int i = 0; i < f.length; i++) {
            require(factors.get(i), "a short factor");
            f[i] = 1 / (factors.get(i) * (float) StrictMath.pow((float) base, (float) (2 * i) / size));
        }
        return new Rope(
                f,
                (float) magnitude,
                plain.description + ", longrope, short factors, up to " + original + " positions");
    }

    private static double dimension(double rotations, double base, int size, int original) {
        return size * StrictMath.log(original / (rotations * 2 * Math.PI)) / (2 * StrictMath.log(base));
    }

    /** Queries and keys multiplied by a number besides. */
    public Rope times(float factor) {
        return new Rope(frequencies, magnitude * factor, description);
    }

    private static void require(double value, String what) {
        if (!(value > 0) || value == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("rotary positions: " + what + " is " + value);
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Numbers of a head that are turned. */
    public int size() {
        return 2 * frequencies.length;
    }

    /** The frequencies, slowest last, as a copy. */
    public List<Float> frequencies() {
        Float[] boxed = new Float[frequencies.length];
        Arrays.setAll(boxed, i -> frequencies[i]);
        return List.of(boxed);
    }

    /**
     * Cosines, then sines, of one position, each times the magnitude.
     *
     * @param out gets {@link #size} numbers from {@code at} on
     */
    void angles(int position, float[] out, int at) {
        int half = frequencies.length;
        for (int i = 0; i < half; i++) {
            float angle = position * frequencies[i];
            out[at + i] = (float) StrictMath.cos(angle) * magnitude;
            out[at + half + i] = (float) StrictMath.sin(angle) * magnitude;
        }
    }

    /** Turns one head in place. */
    static void turn(float[] x, int from, int size, float[] angles, int at) {
        int half = size / 2;
        for (int i = 0; i < half; i++) {
            float a = x[from + i];
            float b = x[from + half + i];
            float cos = angles[at + i];
            float sin = angles[at + half + i];
            x[from + i] = a * cos - b * sin;
            x[from + half + i] = b * cos + a * sin;
        }
    }

    @Override
    public String toString() {
        return description;
    }
}

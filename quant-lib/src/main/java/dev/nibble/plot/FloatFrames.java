package dev.nibble.plot;

import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.format.minifloat.Rounded;
import dev.nibble.format.minifloat.WeightRounded;
import dev.nibble.plot.Drawing.Ink;
import dev.nibble.plot.Scene.BitGroup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Small floating-point types: which bits of a number are kept, and which way the rest rounds it. */
final class FloatFrames {
    /** Bits that are shown behind the last one kept. */
    private static final int CUT = 5;

    private FloatFrames() {}

    static Frame of(WeightRounded weight, Rounded rounded) {
        String sentence = String.format(
                Locale.ROOT,
                "The weight at row %d, column %d, is %s, scaled %s: %s stores %s, which is %s, %s.",
                weight.row(),
                weight.column(),
                Numbers.text(weight.weight()),
                Numbers.text(weight.scaled()),
                rounded.type().name(),
                rounded.fields(),
                Numbers.text(weight.value()),
                why(weight, rounded));
        return new Frame(sentence, () -> draw(weight, rounded, sentence));
    }

    private static String why(WeightRounded weight, Rounded rounded) {
        if (weight.saturated() || rounded.overflowed()) {
            return "the largest there is";
        }
        String tie = rounded.tie() ? " at a tie" : "";
        return switch (rounded.direction()) {
            case EXACT -> "exactly";
            case UP -> "rounded up" + tie;
            case DOWN -> "rounded down" + tie;
        };
    }

    private static Drawing draw(WeightRounded weight, Rounded rounded, String sentence) {
        Minifloat type = rounded.type();
        String title = "Row " + weight.row() + ", column " + weight.column() + ": " + Numbers.text(weight.weight())
                + " in " + type.name();
        double[] near = near(type, Math.abs(weight.scaled()), Math.abs(weight.value()));
        double[] bounds = new double[Math.max(0, near.length - 1)];
        for (int i = 0; i + 1 < near.length; i++) {
            bounds[i] = (near[i] + near[i + 1]) / 2;
        }
        return new Scene(title, sentence)
                .bits("the number, scaled", number(weight.scaled(), rounded))
                .bits("what is stored", code(rounded))
                .line(
                        near,
                        Arrays.stream(near).mapToObj(Numbers::text).toList(),
                        bounds,
                        Math.abs(weight.scaled()),
                        Math.abs(weight.value()),
                        "|" + Numbers.text(weight.scaled(), 6) + "|")
                .formula(String.format(
                        Locale.ROOT,
                        "%s becomes %s: %s",
                        Numbers.text(weight.scaled(), 6),
                        Numbers.text(weight.value(), 6),
                        why(weight, rounded)))
                .done();
    }

    /** The bits of the number from its first to some behind the last place that the type keeps. */
    private static List<BitGroup> number(float x, Rounded rounded) {
        float size = Math.abs(x);
        if (size == 0) {
            return List.of(new BitGroup("0", "zero", "", Ink.BLUE));
        }
        int high = Math.max(Math.getExponent(size), rounded.position());
        int low = rounded.position();
        var kept = new StringBuilder();
        for (int place = high; place >= low; place--) {
            kept.append(bit(size, place));
        }
        var cut = new StringBuilder();
        for (int place = low - 1; place >= low - CUT; place--) {
            cut.append(bit(size, place));
        }
        var groups = new ArrayList<BitGroup>();
        groups.add(new BitGroup(x < 0 ? "-" : "+", "sign", "", Ink.ORANGE));
        groups.add(new BitGroup(kept.toString(), "kept", "2^" + high + " down to 2^" + low, Ink.BLUE));
        String rest = rounded.tie()
                ? "exactly a half"
                : rounded.guard()
                        ? "more than a half"
                        : rounded.round() || rounded.sticky() ? "less than a half" : "nothing";
        groups.add(new BitGroup(cut.toString(), "cut off", rest, Ink.RED));
        return groups;
    }

    /** The binary digit of a positive number at 2^place. */
    private static char bit(float size, int place) {
        double units = Math.floor(Math.scalb((double) size, -place));
        return units % 2 == 1 ? '1' : '0';
    }

    private static List<BitGroup> code(Rounded rounded) {
        Minifloat type = rounded.type();
        var groups = new ArrayList<BitGroup>();
        groups.add(new BitGroup(
                Integer.toString(rounded.sign()), "sign", rounded.sign() == 1 ? "minus" : "plus", Ink.ORANGE));
        if (type.exponentBits() > 0) {
            String says = rounded.exponent() == 0
                    ? "subnormal: 2^" + (1 - type.bias())
                    : rounded.exponent() + " - " + type.bias() + ": 2^" + (rounded.exponent() - type.bias());
            groups.add(new BitGroup(binary(rounded.exponent(), type.exponentBits()), "exponent", says, Ink.GREEN));
        }
        if (type.mantissaBits() > 0) {
            double part = (double) rounded.mantissa() / (1 << type.mantissaBits());
            String says = Numbers.text((rounded.exponent() == 0 ? 0 : 1) + part, 5);
            groups.add(new BitGroup(binary(rounded.mantissa(), type.mantissaBits()), "mantissa", says, Ink.BLUE));
        }
        return groups;
    }

    private static String binary(int value, int bits) {
        String digits = Integer.toBinaryString(value);
        return "0".repeat(Math.max(0, bits - digits.length())) + digits;
    }

    /** Some values of the type around a magnitude. */
    private static double[] near(Minifloat type, double number, double value) {
        if (type.bits() > 16) {
            return new double[] {value};
        }
        float[] values = type.values();
        double[] positive = new double[values.length];
        int n = 0;
        for (float v : values) {
            if (v >= 0 && Float.isFinite(v)) {
                positive[n++] = v;
            }
        }
        double[] rising = Arrays.stream(positive, 0, n).sorted().distinct().toArray();
        int at = Arrays.binarySearch(rising, Math.min(number, rising[rising.length - 1]));
        int middle = at >= 0 ? at : -at - 1;
        int first = Math.max(0, middle - 3);
        return Arrays.copyOfRange(rising, first, Math.min(rising.length, middle + 3));
    }
}

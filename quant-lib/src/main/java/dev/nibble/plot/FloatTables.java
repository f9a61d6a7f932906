package dev.nibble.plot;

import dev.nibble.format.minifloat.Minifloat;
import dev.nibble.format.minifloat.Rounded;
import dev.nibble.format.minifloat.Rounded.Direction;
import dev.nibble.format.minifloat.Specials;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Tables of floating-point types: what they hold, and how numbers become their codes. */
final class FloatTables {
    private FloatTables() {}

    static Table types(Minifloat... types) {
        StringColumn name = StringColumn.create("type");
        IntColumn bits = IntColumn.create("bits");
        IntColumn exponent = IntColumn.create("exponent");
        IntColumn mantissa = IntColumn.create("mantissa");
        IntColumn bias = IntColumn.create("bias");
        StringColumn largest = StringColumn.create("largest");
        StringColumn normal = StringColumn.create("smallest normal");
        StringColumn smallest = StringColumn.create("smallest");
        IntColumn doublings = IntColumn.create("doublings");
        StringColumn other = StringColumn.create("no numbers");
        for (Minifloat type : types.length == 0 ? Minifloat.all().toArray(Minifloat[]::new) : types) {
            name.append(type.name());
            bits.append(type.bits());
            exponent.append(type.exponentBits());
            mantissa.append(type.mantissaBits());
            bias.append(type.bias());
            largest.append(Numbers.text(type.max()));
            normal.append(Numbers.text(type.minNormal()));
            smallest.append(Numbers.text(type.minSubnormal()));
            doublings.append(Math.getExponent(type.max()) - Math.getExponent((double) type.minSubnormal()));
            other.append(noNumbers(type));
        }
        return Table.create(
                "floating-point types",
                name,
                bits,
                exponent,
                mantissa,
                bias,
                largest,
                normal,
                smallest,
                doublings,
                other);
    }

    /** "±∞, 6 NaN": the codes that stand for no number. */
    private static String noNumbers(Minifloat type) {
        int signs = type.signed() ? 2 : 1;
        long numbers = signs * (type.maxCode() + 1L) - (type.specials() == Specials.FNUZ ? 1 : 0);
        long infinities = type.specials() == Specials.IEEE ? 2 : 0;
        long nan = (1L << type.bits()) - numbers - infinities;
        List<String> texts = new ArrayList<>();
        if (infinities > 0) {
            texts.add("±∞");
        }
        if (nan > 0) {
            texts.add(String.format(Locale.ROOT, "%,d NaN", nan));
        }
        return texts.isEmpty() ? "none" : String.join(", ", texts);
    }

    static Table rounding(Minifloat type, float... values) {
        StringColumn value = StringColumn.create("number");
        StringColumn fields = StringColumn.create("sign exponent mantissa");
        StringColumn becomes = StringColumn.create("becomes");
        StringColumn rounding = StringColumn.create("rounding");
        DoubleColumn error = DoubleColumn.create("error (%)");
        for (float v : values) {
            Rounded rounded = type.explain(v);
            value.append(Numbers.text(v, 7));
            fields.append(rounded.fields());
            becomes.append(Numbers.text(rounded.value(), 7));
            rounding.append(words(rounded));
            error.append(v == 0 ? 0 : 100 * Math.abs((double) rounded.value() - v) / Math.abs(v));
        }
        return Table.create("numbers in " + type.name(), value, fields, becomes, rounding, error);
    }

    private static String words(Rounded rounded) {
        if (rounded.overflowed()) {
            return "too large";
        }
        if (rounded.direction() == Direction.EXACT) {
            return "exact";
        }
        String way = rounded.direction() == Direction.UP ? "away from zero" : "toward zero";
        return rounded.tie() ? "a tie, to the even mantissa: " + way : way;
    }

    static Table encoded(float[] values, Minifloat... types) {
        Table table = Table.create(
                "numbers and what they become",
                StringColumn.create(
                        "number",
                        floats(values).stream().map(v -> Numbers.text(v, 7)).toList()));
        for (Minifloat type : types) {
            table.addColumns(StringColumn.create(
                    type.name(),
                    floats(values).stream()
                            .map(v -> Numbers.text(type.decode(type.encode(v)), 7))
                            .toList()));
        }
        return table;
    }

    private static List<Float> floats(float[] values) {
        Float[] boxed = new Float[values.length];
        Arrays.setAll(boxed, i -> values[i]);
        return List.of(boxed);
    }
}

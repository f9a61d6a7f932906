package dev.nibble.kernel.widget;

import dev.nibble.plot.Numbers;
import dev.nibble.plot.TableView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tech.tablesaw.api.Table;

/**
 * The controls there are, one function each. A control shows itself at the end of a cell; {@code value()} reads it,
 * {@code value(x)} sets it, {@code onChange} hears of it, and {@link Interact} runs code with several.
 */
public final class Controls {
    private static final int MAX_ROWS = 1_000;
    private static final int MAX_COLUMNS = 30;
    private static final int MAX_TEXT = 100_000;
    private static final int MAX_CHOICES = 10_000;

    /** Places of a slider; a browser counts no further, and nobody could point at one. */
    private static final double MAX_PLACES = 1e10;

    private Controls() {}

    /**
     * An argument, if there is one.
     *
     * @param what it is, in words
     * @throws IllegalArgumentException if it is null
     */
    static <T> T given(T argument, String what) {
        if (argument == null) {
            throw new IllegalArgumentException(what + " is null");
        }
        return argument;
    }

    /**
     * What a range slider holds.
     *
     * @param low the lower end, included
     * @param high the upper end, included; not below the lower
     */
    public record Between<N extends Number>(N low, N high) {
        public Between {
            given(low, "the lower end");
            given(high, "the upper end");
        }

        @Override
        public String toString() {
            return low + " to " + high;
        }
    }

    // ---- numbers

    /** A whole number from {@code low} to {@code high}; begins in the middle. */
    public static Control<Integer> slider(String label, int low, int high) {
        return slider(label, low, high, 1);
    }

    /** A whole number of {@code low}, {@code low + step} and so on up to {@code high}. */
    public static Control<Integer> slider(String label, int low, int high, int step) {
        Grid grid = Grid.of("slider", label, low, high, step);
        return new Control<>("slider", label, grid.traits(true), grid.whole(), (int) grid.nearest(grid.middle()));
    }

    /** A number from {@code low} to {@code high}, in a hundred steps; begins in the middle. */
    public static Control<Double> slider(String label, double low, double high) {
        return slider(label, low, high, (high - low) / 100);
    }

    /** A number of {@code low}, {@code low + step} and so on up to {@code high}. */
    public static Control<Double> slider(String label, double low, double high, double step) {
        Grid grid = Grid.of("slider", label, low, high, step);
        return new Control<>("slider", label, grid.traits(false), grid.real(), grid.nearest(grid.middle()));
    }

    /** Two whole numbers from {@code low} to {@code high}, one not above the other; begins with all. */
    public static Control<Between<Integer>> range(String label, int low, int high) {
        Grid grid = Grid.of("range", label, low, high, 1);
        return new Control<>("range", label, grid.traits(true), between(grid.whole()), new Between<>(low, high));
    }

    /** Two numbers from {@code low} to {@code high} in a hundred steps, one not above the other; begins with all. */
    public static Control<Between<Double>> range(String label, double low, double high) {
        Grid grid = Grid.of("range", label, low, high, (high - low) / 100);
        return new Control<>("range", label, grid.traits(false), between(grid.real()), new Between<>(low, high));
    }

    private static <N extends Number> Control.Codec<Between<N>> between(Control.Codec<N> each) {
        return new Control.Codec<>() {
            @Override
            public Object write(Between<N> value) {
                return List.of(each.write(value.low), each.write(value.high));
            }

            @Override
            public Between<N> read(Object json) {
                List<?> two = (List<?>) json;
                N low = each.read(two.get(0));
                N high = each.read(two.get(1));
                return low.doubleValue() <= high.doubleValue() ? new Between<>(low, high) : new Between<>(high, low);
            }

            @Override
            public String text(Between<N> value) {
                return each.text(value.low) + " to " + each.text(value.high);
            }
        };
    }

    /** The values of a slider. */
    private record Grid(double low, double high, double step) {
        static Grid of(String kind, String label, double low, double high, double step) {
            if (!(low < high) || !(step > 0) || !Double.isFinite(high - low)) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s \"%s\": needs low < high and a step above 0, not %s, %s and %s",
                        kind,
                        label,
                        number(low),
                        number(high),
                        number(step)));
            }
            if ((high - low) / step > MAX_PLACES) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "%s \"%s\": steps of %s are too small between %s and %s: there would be more than 1e10 places",
                        kind,
                        label,
                        number(step),
                        number(low),
                        number(high)));
            }
            return new Grid(low, high, step);
        }

        private static String number(double value) {
            return value == Math.rint(value) && Math.abs(value) < 1e15
                    ? Long.toString((long) value)
                    : Double.toString(value);
        }

        double middle() {
            return low + (high - low) / 2;
        }

        double nearest(double value) {
            if (Double.isNaN(value)) {
                throw new IllegalArgumentException("it is not a number");
            }
            double steps = Math.rint((Math.clamp(value, low, high) - low) / step);
            double most = Math.floor((high - low) / step * (1 + 1e-12));
            return low + Math.min(steps, most) * step;
        }

        /** Of a grid whose own numbers are decimal fractions, so that 0.1 + 2 · 0.1 reads 0.3. */
        double rounded(double value) {
            int digits = 12 - (int) Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)) + step));
            return digits > 15 || digits < 0 ? value : Math.rint(value * Math.pow(10, digits)) / Math.pow(10, digits);
        }

        Map<String, Object> traits(boolean whole) {
            return Map.of("min", low, "max", high, "step", step, "whole", whole);
        }

        Control.Codec<Integer> whole() {
            return json -> (int) nearest(((Number) json).doubleValue());
        }

        Control.Codec<Double> real() {
            return new Control.Codec<>() {
                @Override
                public Double read(Object json) {
                    return rounded(nearest(((Number) json).doubleValue()));
                }

                @Override
                public String text(Double value) {
                    return Numbers.text(value);
                }
            };
        }
    }

    // ---- one of several

    /** One of the values; begins with the first. A few short ones stand side by side, many in a list. */
    @SafeVarargs
    public static <T> Control<T> choice(String label, T... values) {
        List<T> list = null;
        if (values != null) {
            list = new ArrayList<>();
            for (T value : values) {
                list.add(value);
            }
        }
        return choice(label, list);
    }

    /** One of the values, which appear as their texts; begins with the first. */
    public static <T> Control<T> choice(String label, List<T> values) {
        return oneOf("choice", label, values, Map.of());
    }

    /** One of several names as tabs; begins with the first. */
    public static Control<String> tabs(String label, String... names) {
        return oneOf("tabs", label, names == null ? null : Arrays.asList(names), Map.of());
    }

    /** Values of any kind behind tabs, name to value, shown as a cell would show them; holds the name of the one seen. */
    public static Control<String> tabs(Map<String, ?> panes) {
        List<Shown> shown = given(panes, "tabs: the map of what is behind them").values().stream()
                .map(value -> new Shown(List.of(new Shown.Value(value))))
                .toList();
        return oneOf("tabs", "tab", new ArrayList<>(panes.keySet()), Map.of("panes", new Control.Panes(shown)));
    }

    private static <T> Control<T> oneOf(String kind, String label, List<T> values, Map<String, Object> traits) {
        String which = kind + " \"" + label + "\": ";
        given(values, which + "the list of values");
        for (int i = 0; i < values.size(); i++) {
            given(values.get(i), which + "value " + (i + 1) + " of " + values.size());
        }
        List<T> options = List.copyOf(values);
        if (options.isEmpty() || options.size() > MAX_CHOICES) {
            throw new IllegalArgumentException(which + "needs 1 to " + MAX_CHOICES + " values, not " + options.size());
        }
        Map<String, Object> all = new LinkedHashMap<>(traits);
        all.put("options", options.stream().map(String::valueOf).toList());
        var codec = new Control.Codec<T>() {
            @Override
            public Object write(T value) {
                int at = options.indexOf(value);
                if (at < 0) {
                    throw new IllegalArgumentException("it is none of " + options);
                }
                return at;
            }

            @Override
            public T read(Object json) {
                return options.get(((Number) json).intValue());
            }
        };
        return new Control<>(kind, label, all, codec, options.getFirst());
    }

    // ---- yes or no, text, events

    /** Yes or no; begins with no. */
    public static Control<Boolean> toggle(String label) {
        return new Control<>("toggle", label, Map.of(), cast(Boolean.class), false);
    }

    /** A line of text; begins with {@code initial}. */
    public static Control<String> text(String label, String initial) {
        var codec = new Control.Codec<String>() {
            @Override
            public Object write(String value) {
                return value;
            }

            @Override
            public String read(Object json) {
                String text = (String) json;
                return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
            }
        };
        return new Control<>(
                "text", label, Map.of(), codec, given(initial, "text \"" + label + "\": the text to begin with"));
    }

    /** Something to click; holds how often that was done, which makes a good seed. */
    public static Control<Integer> button(String label) {
        return new Control<>("button", label, Map.of(), counting(0, Integer.MAX_VALUE), 0);
    }

    /** How far something is, from 0 to {@code total}; set by code. */
    public static Control<Integer> progress(String label, int total) {
        if (total < 1) {
            throw new IllegalArgumentException("progress \"" + label + "\": the total must be above 0, not " + total);
        }
        var codec = new Control.Codec<Integer>() {
            @Override
            public Object write(Integer value) {
                return value;
            }

            @Override
            public Integer read(Object json) {
                return Math.clamp(((Number) json).longValue(), 0, total);
            }

            @Override
            public String text(Integer value) {
                return value + " of " + total;
            }
        };
        return new Control<>("progress", label, Map.of("total", total), codec, 0);
    }

    /** A place among {@code count}, from 0, to step to and to play through. */
    public static Control<Integer> player(String label, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("player \"" + label + "\": needs at least one place, not " + count);
        }
        return new Control<>("player", label, Map.of("count", count), counting(0, count - 1), 0);
    }

    private static Control.Codec<Integer> counting(int low, int high) {
        return new Control.Codec<>() {
            @Override
            public Object write(Integer value) {
                return value;
            }

            @Override
            public Integer read(Object json) {
                return Math.clamp(((Number) json).longValue(), low, high);
            }
        };
    }

    private static <T> Control.Codec<T> cast(Class<T> type) {
        return new Control.Codec<>() {
            @Override
            public Object write(T value) {
                return value;
            }

            @Override
            public T read(Object json) {
                return Objects.requireNonNull(type.cast(json), "a value");
            }
        };
    }

    // ---- tables

    /** Rows of a table to choose from, as many as one likes; holds their numbers, from 0, in rising order. */
    public static Control<List<Integer>> table(String label, Table table) {
        TableView view = TableView.of(given(table, "table \"" + label + "\": the table"), MAX_ROWS, MAX_COLUMNS);
        Map<String, Object> traits = new LinkedHashMap<>();
        traits.put("headers", view.headers());
        traits.put("numeric", view.numeric());
        traits.put("rows", view.rows().subList(0, view.head()));
        traits.put("total", table.rowCount());
        var codec = new Control.Codec<List<Integer>>() {
            @Override
            public Object write(List<Integer> value) {
                return value;
            }

            @Override
            public List<Integer> read(Object json) {
                List<Integer> chosen = new ArrayList<>();
                ((List<?>) json).forEach(row -> chosen.add(((Number) row).intValue()));
                return chosen.stream()
                        .filter(row -> row >= 0 && row < table.rowCount())
                        .distinct()
                        .sorted()
                        .toList();
            }

            @Override
            public String text(List<Integer> value) {
                return value.isEmpty()
                        ? "no row"
                        : "row" + (value.size() == 1 ? " " : "s ")
                                + String.join(
                                        ", ",
                                        value.stream()
                                                .limit(20)
                                                .map(String::valueOf)
                                                .toList())
                                + (value.size() > 20 ? ", …" : "");
            }
        };
        return new Control<>("table", label, traits, codec, List.of());
    }
}

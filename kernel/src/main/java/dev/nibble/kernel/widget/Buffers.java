package dev.nibble.kernel.widget;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * State with its large arrays taken out. These travel beside the JSON, as they lie in memory, little-endian, and arrive
 * in the browser as a {@code DataView} at the place where they were taken from.
 *
 * @param state what is left: without the entries of maps that were arrays, and null in lists
 * @param paths where each was: names in maps and places in lists, from the outside in
 * @param buffers the arrays, in the order of the paths
 */
record Buffers(Map<String, Object> state, List<List<Object>> paths, List<byte[]> buffers) {
    /**
     * Takes out {@code byte[]}, {@code int[]}, {@code float[]} and {@code double[]} in maps and lists at any depth.
     *
     * @throws IllegalArgumentException if a map or list holds itself
     */
    static Buffers split(Map<String, ?> state) {
        var paths = new ArrayList<List<Object>>();
        var buffers = new ArrayList<byte[]>();
        checkEnds(state, Collections.newSetFromMap(new IdentityHashMap<>()));
        return new Buffers(map(state, List.of(), paths, buffers), paths, buffers);
    }

    private static void checkEnds(Object value, Set<Object> around) {
        Collection<?> inner =
                value instanceof Map<?, ?> map ? map.values() : value instanceof List<?> list ? list : null;
        if (inner != null) {
            if (!around.add(value)) {
                throw new IllegalArgumentException("it holds itself");
            }
            inner.forEach(each -> checkEnds(each, around));
            around.remove(value);
        }
    }

    private static Map<String, Object> map(
            Map<?, ?> from, List<Object> path, List<List<Object>> paths, List<byte[]> buffers) {
        Map<String, Object> left = new LinkedHashMap<>();
        from.forEach((name, value) -> {
            List<Object> here = with(path, String.valueOf(name));
            if (!take(value, here, paths, buffers)) {
                left.put(String.valueOf(name), rest(value, here, paths, buffers));
            }
        });
        return left;
    }

    private static Object rest(Object value, List<Object> path, List<List<Object>> paths, List<byte[]> buffers) {
        if (value instanceof Map<?, ?> inner) {
            return map(inner, path, paths, buffers);
        }
        if (!(value instanceof List<?> inner)) {
            return value;
        }
        List<Object> left = new ArrayList<>();
        for (int i = 0; i < inner.size(); i++) {
            List<Object> here = with(path, i);
            boolean taken = take(inner.get(i), here, paths, buffers);
            left.add(taken ? null : rest(inner.get(i), here, paths, buffers));
        }
        return left;
    }

    private static boolean take(Object value, List<Object> path, List<List<Object>> paths, List<byte[]> buffers) {
        byte[] bytes = bytes(value);
        if (bytes != null) {
            paths.add(path);
            buffers.add(bytes);
        }
        return bytes != null;
    }

    private static byte[] bytes(Object value) {
        return switch (value) {
            case byte[] bytes -> bytes;
            case int[] numbers -> {
                byte[] out = room(numbers.length, Integer.BYTES);
                littleEndian(out).asIntBuffer().put(numbers);
                yield out;
            }
            case float[] numbers -> {
                byte[] out = room(numbers.length, Float.BYTES);
                littleEndian(out).asFloatBuffer().put(numbers);
                yield out;
            }
            case double[] numbers -> {
                byte[] out = room(numbers.length, Double.BYTES);
                littleEndian(out).asDoubleBuffer().put(numbers);
                yield out;
            }
            case null, default -> null;
        };
    }

    private static byte[] room(int count, int size) {
        return new byte[Math.multiplyExact(count, size)];
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static List<Object> with(List<Object> path, Object step) {
        var longer = new ArrayList<>(path);
        longer.add(step);
        return longer;
    }

    /**
     * State that came from the browser, with its binary parts put back as {@code byte[]}. Paths that lead nowhere are
     * left out: a stranger may have written them.
     */
    static Map<String, Object> join(Map<?, ?> state, Object paths, List<byte[]> buffers) {
        Map<String, Object> whole = copy(state);
        if (paths instanceof List<?> list) {
            for (int i = 0; i < Math.min(list.size(), buffers.size()); i++) {
                if (list.get(i) instanceof List<?> path) {
                    put(whole, path, buffers.get(i));
                }
            }
        }
        return whole;
    }

    private static Map<String, Object> copy(Map<?, ?> state) {
        Map<String, Object> copy = new LinkedHashMap<>();
        state.forEach((name, value) -> copy.put(String.valueOf(name), copyOf(value)));
        return copy;
    }

    private static Object copyOf(Object value) {
        return switch (value) {
            case Map<?, ?> map -> copy(map);
            case List<?> list -> {
                List<Object> copy = new ArrayList<>();
                list.forEach(each -> copy.add(copyOf(each)));
                yield copy;
            }
            case null, default -> value;
        };
    }

    @SuppressWarnings("unchecked") // all maps and lists here are copies that may be changed
    private static void put(Object whole, List<?> path, byte[] part) {
        Object at = whole;
        for (int i = 0; i < path.size(); i++) {
            Object step = path.get(i);
            boolean isLast = i == path.size() - 1;
            if (at instanceof Map<?, ?> map && step instanceof String name) {
                if (isLast) {
                    ((Map<String, Object>) map).put(name, part);
                }
                at = map.get(name);
            } else if (at instanceof List<?> list && step instanceof Integer n && n >= 0 && n < list.size()) {
                if (isLast) {
                    ((List<Object>) list).set(n, part);
                }
                at = list.get(n);
            } else {
                return;
            }
        }
    }
}

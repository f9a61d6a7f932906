package dev.nibble.kernel.display;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Any value as text of bounded length, at bounded cost: arrays, collections, maps and records are walked element by
 * element and cut; what contains itself says so; everything else is its own {@code toString}, cut. An endless
 * {@code Iterable} gives its first elements.
 */
final class ValueText {
    /** Characters of a whole value. */
    static final int MAX_LENGTH = 8_000;

    private static final int MAX_ELEMENTS = 100;
    private static final int MAX_NESTED = 20;
    private static final int MAX_DEPTH = 6;
    private static final long MAX_NANOS = 300_000_000L;

    private final StringBuilder out = new StringBuilder();
    private final Set<Object> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final long deadline = System.nanoTime() + MAX_NANOS;

    private ValueText() {}

    static String of(Object value) {
        ValueText text = new ValueText();
        text.add(value, 0);
        return clip(text.out.toString(), MAX_LENGTH);
    }

    /** The first {@code length} characters, and how many there were. */
    static String clip(CharSequence text, int length) {
        if (text == null) {
            return "null";
        }
        int total = text.length();
        if (total <= length) {
            return text.toString();
        }
        int cut = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.subSequence(0, cut) + "… (" + Html.count(total) + " characters)";
    }

    /** The class as its author writes it: no package of JShell's, no number. */
    static String typeName(Class<?> type) {
        String name = type.getTypeName();
        return name.replaceFirst("^REPL\\.\\$JShell\\$\\w+\\$", "");
    }

    private boolean full() {
        return out.length() >= MAX_LENGTH || System.nanoTime() > deadline;
    }

    private void add(Object value, int depth) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof CharSequence text) {
            out.append(clip(text, MAX_LENGTH));
        } else if (isWalked(value)) {
            if (depth >= MAX_DEPTH) {
                out.append("…");
            } else if (!open.add(value)) {
                out.append("(contains itself)");
            } else {
                walk(value, depth);
                open.remove(value);
            }
        } else {
            out.append(ownText(value));
        }
    }

    private static boolean isWalked(Object value) {
        return value.getClass().isArray()
                || value instanceof Map
                || value instanceof Optional
                || (value instanceof Iterable && !(value instanceof Path))
                || (value instanceof Record record && hasContainer(record));
    }

    /** A record of plain values prints as its author wants it; one that holds an array or a list is walked. */
    private static boolean hasContainer(Record record) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Class<?> type = component.getType();
            boolean container = type.isArray()
                    || (Iterable.class.isAssignableFrom(type) && !Path.class.isAssignableFrom(type))
                    || Map.class.isAssignableFrom(type)
                    || type == Object.class
                    || type.isRecord();
            if (container) {
                return true;
            }
        }
        return false;
    }

    private void walk(Object value, int depth) {
        switch (value) {
            case Map<?, ?> map -> map(map, depth);
            case Optional<?> optional -> {
                out.append(optional.isEmpty() ? "Optional.empty" : "Optional[");
                optional.ifPresent(v -> {
                    add(v, depth + 1);
                    out.append(']');
                });
            }
            case Iterable<?> elements -> iterable(elements, depth);
            case Record record -> record(record, depth);
            default -> array(value, depth);
        }
    }

    private void array(Object array, int depth) {
        int length = Array.getLength(array);
        String type = typeName(array.getClass().getComponentType());
        int bracket = type.indexOf('[');
        out.append(bracket < 0 ? type : type.substring(0, bracket))
                .append('[')
                .append(length)
                .append(']');
        out.append(bracket < 0 ? "" : type.substring(bracket)).append(" {");
        int limit = limit(depth);
        for (int i = 0; i < length; i++) {
            if (i == limit || full()) {
                out.append(", …");
                break;
            }
            out.append(i == 0 ? "" : ", ");
            add(Array.get(array, i), depth + 1);
        }
        out.append('}');
    }

    private static int limit(int depth) {
        return depth == 0 ? MAX_ELEMENTS : MAX_NESTED;
    }

    private void iterable(Iterable<?> elements, int depth) {
        out.append('[');
        int limit = limit(depth);
        int count = 0;
        for (Iterator<?> it = elements.iterator(); it.hasNext(); count++) {
            if (count == limit || full()) {
                out.append(", …");
                break;
            }
            out.append(count == 0 ? "" : ", ");
            add(it.next(), depth + 1);
        }
        out.append(']');
        if (count == limit && elements instanceof Collection<?> collection) {
            out.append(" (").append(Html.count(collection.size())).append(" elements)");
        }
    }

    private void map(Map<?, ?> map, int depth) {
        out.append('{');
        int limit = limit(depth);
        int count = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (count == limit || full()) {
                out.append(", …");
                break;
            }
            out.append(count++ == 0 ? "" : ", ");
            add(entry.getKey(), depth + 1);
            out.append('=');
            add(entry.getValue(), depth + 1);
        }
        out.append('}');
        if (count == limit) {
            out.append(" (").append(Html.count(map.size())).append(" entries)");
        }
    }

    private void record(Record record, int depth) {
        out.append(typeName(record.getClass()).replaceFirst("^.*[.$]", "")).append('[');
        RecordComponent[] components = record.getClass().getRecordComponents();
        for (int i = 0; i < components.length && !full(); i++) {
            out.append(i == 0 ? "" : ", ").append(components[i].getName()).append('=');
            add(component(record, components[i]), depth + 1);
        }
        out.append(']');
    }

    /** The component's value, or a note why it cannot be had. */
    static Object component(Record record, RecordComponent component) {
        try {
            Method accessor = component.getAccessor();
            accessor.trySetAccessible();
            return accessor.invoke(record);
        } catch (ReflectiveOperationException e) {
            return "(" + (e.getCause() == null ? e : e.getCause()) + ")";
        }
    }

    private static String ownText(Object value) {
        try {
            return clip(value.toString(), MAX_LENGTH);
        } catch (Exception | StackOverflowError e) {
            return typeName(value.getClass()) + " (toString throws "
                    + e.getClass().getName() + ")";
        }
    }
}

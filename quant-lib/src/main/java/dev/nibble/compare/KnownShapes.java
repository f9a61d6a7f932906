package dev.nibble.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.nibble.core.Recipe;
import dev.nibble.core.Vocabulary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shapes of models that are often planned for, by the numbers of their published configs: nothing is downloaded. */
public final class KnownShapes {
    private static final Map<String, Map<String, Object>> ALL = read();

    private KnownShapes() {}

    private static Map<String, Map<String, Object>> read() {
        try {
            var all = new ObjectMapper()
                    .readValue(Resources.text("shapes.json"), new TypeReference<LinkedHashMap<String, Object>>() {});
            all.remove("about");
            Map<String, Map<String, Object>> shapes = new LinkedHashMap<>();
            for (String name : all.keySet()) {
                shapes.put(name, new ObjectMapper().convertValue(all.get(name), new TypeReference<>() {}));
            }
            return shapes;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Names of all of them. */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** Completes them. */
    public static final class Words implements Vocabulary {
        @Override
        public String name() {
            return "shape";
        }

        @Override
        public List<Word> complete(String typed, Object owner) {
            return names().stream()
                    .filter(name -> name.startsWith(typed.toLowerCase(Locale.ROOT)))
                    .map(name -> new Word(name, ""))
                    .toList();
        }
    }

    /** Whether there is one of that name. */
    public static boolean has(String name) {
        return ALL.containsKey(name.toLowerCase(Locale.ROOT));
    }

    /**
     * The shape of that name.
     *
     * @throws IllegalArgumentException if there is none, with the nearest name
     */
    public static ModelShape named(@Vocabulary.Of("shape") String name) {
        Map<String, Object> config = ALL.get(name.toLowerCase(Locale.ROOT));
        if (config == null) {
            String nearest = Recipe.nearest(name.toLowerCase(Locale.ROOT), ALL.keySet());
            throw new IllegalArgumentException("\"" + name + "\" is no known shape"
                    + (nearest.isEmpty() ? "." : "; did you mean \"" + nearest + "\"?") + " Known are "
                    + String.join(", ", ALL.keySet()));
        }
        return ModelShape.of(name.toLowerCase(Locale.ROOT), config);
    }
}

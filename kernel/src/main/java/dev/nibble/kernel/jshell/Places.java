package dev.nibble.kernel.jshell;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jshell.MethodSnippet;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.TypeDeclSnippet;

/** Remembers which snippet came from which place of which cell. */
final class Places {
    private final Map<String, Place> byId = new ConcurrentHashMap<>();
    private int next;

    /**
     * @param source the cell
     * @param offset where in the cell the snippet begins
     */
    record Place(CellSource source, int offset) {
        int line() {
            return source.lineOf(offset);
        }
    }

    /** A new id for a snippet that begins at the given place. */
    String name(CellSource source, int offset) {
        String id = "s" + next++;
        if (source != null) {
            byId.put(id, new Place(source, offset));
        }
        return id;
    }

    /** Null for what no cell contains, such as the default imports. */
    Place of(String id) {
        return byId.get(id);
    }

    /** "method f (Cell In[4], line 2)". */
    String describe(Snippet snippet) {
        String name = snippet instanceof PersistentSnippet named ? named.name() : snippet.source();
        String kind = switch (snippet) {
            case MethodSnippet _ -> "method ";
            case TypeDeclSnippet _ -> "class ";
            default -> "";
        };
        Place place = of(snippet.id());
        return kind + name + (place == null ? "" : " (" + place.source().name() + ", line " + place.line() + ")");
    }
}

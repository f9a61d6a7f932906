package dev.nibble.kernel.jshell;

import dev.nibble.core.Vocabulary;
import java.util.List;
import java.util.ServiceLoader;

/** What completion, documentation and the explanations of errors share: one look at the code, one list of all names. */
final class Assist {
    private final Engine engine;
    private final CodeLook look;
    private final TypeNames types;
    private final SourceTexts texts;
    private final SourceIndex sources;
    private volatile List<Vocabulary> vocabularies;
    private int seen;

    Assist(Engine engine) {
        this.engine = engine;
        this.look = new CodeLook(engine.classes().path());
        this.types = new TypeNames(look, engine.classes().path(), engine::loader);
        this.texts = new SourceTexts(engine.classes().sources());
        this.sources = new SourceIndex(texts);
    }

    Engine engine() {
        return engine;
    }

    CodeLook look() {
        followClassPath();
        return look;
    }

    TypeNames types() {
        followClassPath();
        return types;
    }

    SourceTexts texts() {
        return texts;
    }

    /** Declarations in sources; for who looks at code, under its lock. */
    SourceIndex sources() {
        return sources;
    }

    /** What arguments can be completed with, those of jars that were added included. */
    List<Vocabulary> vocabularies() {
        List<Vocabulary> known = vocabularies;
        if (known == null) {
            VectorModule.ensure(); // the library's look for it once, and a kernel that starts answers this first
            known = ServiceLoader.load(Vocabulary.class, engine.loader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
            vocabularies = known;
        }
        return known;
    }

    /** Knows of jars that were added, and reads folders again that were loaded anew. */
    private void followClassPath() {
        int now = engine.classes().changes();
        // One lock for all of this: what looks at code asks for names, and the other way round.
        synchronized (look) {
            if (now != seen) {
                look.follow();
                types.follow();
                vocabularies = null;
                sources.forgetMissing();
                seen = now;
            }
        }
    }
}

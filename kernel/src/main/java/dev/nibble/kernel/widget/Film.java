package dev.nibble.kernel.widget;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.nibble.core.Progress;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jsoup.nodes.Entities;

/**
 * A film of pictures in a piece of HTML that needs nothing else: where scripts run it plays and steps, from a file and
 * without a network too; where none run, one picture stands there with its sentence.
 */
final class Film {
    /** With base64 of the still picture, the whole stays below a megabyte. */
    private static final int MAX_CHARACTERS = 700_000;

    private static final int SEPARATORS = 8;

    /** A film that stands further on than this begins there. */
    private static final int WITHOUT_BEGINNING = 30;

    private static final String SCRIPT = Assets.text("film.js");

    private Film() {}

    /**
     * @param count of pictures
     * @param picture the HTML or SVG of one
     * @param sentence as text
     * @param at which one stands there at first
     * @param still that one, as it can be shown without scripts
     */
    static String html(int count, IntFunction<String> picture, IntFunction<String> sentence, int at, String still) {
        ArrayNode frames = JsonNodeFactory.instance.arrayNode();
        int length = still.length();
        int begin = at < WITHOUT_BEGINNING ? 0 : at;
        int kept = 0;
        var cancel = Progress.current().cancelToken();
        for (int i = begin; i < count; i++) {
            cancel.check("film");
            String one = picture.apply(i);
            String said = sentence.apply(i);
            length += one.length() + said.length() + SEPARATORS;
            if (length > MAX_CHARACTERS && kept > 0) {
                break;
            }
            frames.addArray().add(one).add(said);
            kept++;
        }
        String less = kept == count
                ? ""
                : "Steps " + (begin + 1) + " to " + (begin + kept) + " of " + String.format(Locale.ROOT, "%,d", count)
                        + "; all of them are there where the kernel runs.";
        // "</script>" or "<!--" inside a text would end the script early.
        String json = frames.toString().replace("</", "<\\/").replace("<!", "<\\u0021");
        return "<div><div>" + still + "</div><p style=\"max-width:760px;min-height:3em;margin:4px 0\">"
                + Entities.escape(sentence.apply(at)) + "</p><div style=\"opacity:0.7;font-size:0.9em\">" + less
                + "</div><script>"
                + SCRIPT.replace("@AT@", Integer.toString(Math.min(kept - 1, at - begin)))
                        .replace("@FRAMES@", json)
                + "</script></div>";
    }
}

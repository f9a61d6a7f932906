package dev.nibble.kernel.widget;

import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.plot.Drawing;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Pictures with a sentence each, to play, to stop, to step and to scrub through. Alive, each is drawn when it is
 * looked at; where no kernel lives, a film of them stands in the page and steps by itself.
 */
public final class Stepper implements Widget {
    private final int count;
    private final IntFunction<?> picture;
    private final IntFunction<String> sentence;
    private final Control<Integer> place;
    private final Interact view;

    Stepper(int count, IntFunction<?> picture, IntFunction<String> sentence) {
        this.count = count;
        this.picture = picture;
        this.sentence = sentence;
        this.place = Controls.player("step", count);
        this.view = Interact.with(place, this::shown);
    }

    private Shown shown(int i) {
        return new Shown(
                List.of(new Shown.Value(picture.apply(i)), new Shown.Text(Stills.SENTENCE, sentence.apply(i))));
    }

    /** How many steps there are. */
    public int count() {
        return count;
    }

    /** Where it stands, from 0; to read, to set, and to hear of. */
    public Control<Integer> place() {
        return place;
    }

    /** Goes to a step, from 0; where no kernel lives, the film begins there. */
    public Stepper at(int step) {
        place.value(step);
        return this;
    }

    @Override
    public AnyWidget model() {
        return view.model();
    }

    @Override
    public MimeBundle still(RenderOptions options) {
        Object now = picture.apply(place.value());
        String said = sentence.apply(place.value());
        Map<String, Object> data = new LinkedHashMap<>();
        if (options.png() && now instanceof Drawing drawing) {
            data.put("image/png", Base64.getEncoder().encodeToString(drawing.png()));
        }
        data.put("text/html", Film.html(count, this::framed, sentence, place.value(), Stills.html(now, options)));
        data.put("text/plain", "step " + (place.value() + 1) + " of " + count + ": " + said);
        return MimeBundle.of(data);
    }

    private String framed(int i) {
        Object one = picture.apply(i);
        return one instanceof Drawing drawing ? drawing.svg() : Stills.html(one, RenderOptions.DEFAULT);
    }

    @Override
    public String toString() {
        return "step " + (place.value() + 1) + " of " + count;
    }
}

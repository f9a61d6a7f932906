package dev.nibble.kernel.widget;

import dev.nibble.kernel.display.Displays;
import dev.nibble.kernel.display.MimeBundle;
import dev.nibble.kernel.display.OnWhite;
import dev.nibble.kernel.display.RenderOptions;
import dev.nibble.plot.Chart;
import dev.nibble.plot.Drawing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jsoup.nodes.Entities;

/**
 * What stands in the place of widgets where nothing is alive: the values of the controls and what belongs to them, as
 * HTML that an untrusted notebook shows, with inline styles and pictures inside.
 */
final class Stills {
    private static final Pattern ANSI = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");
    private static final String PNG = "image/png";
    /** The stream of what is said of a picture. */
    static final String SENTENCE = "sentence";

    private static final String VALUE = "<span style=\"display:inline-block;border:1px solid rgba(128,128,128,0.45);"
            + "border-radius:4px;padding:1px 9px;margin:0 8px 6px 0\">";

    private Stills() {}

    /**
     * @param controls those of the widget
     * @param shown what is below them
     */
    static MimeBundle of(List<? extends Control<?>> controls, Shown shown, RenderOptions options) {
        var html = new StringBuilder("<div>");
        var plain = new StringBuilder(
                controls.stream().filter(Stills::says).map(Control::said).collect(Collectors.joining(", ")));
        String values = controls.stream()
                .filter(Stills::says)
                .map(control -> VALUE + Entities.escape(control.label()) + " <b>"
                        + Entities.escape(
                                control.said().substring(control.label().length() + 3)) + "</b></span>")
                .collect(Collectors.joining());
        html.append(values.isEmpty() ? "" : "<div>" + values + "</div>");
        Map<String, Object> data = new LinkedHashMap<>();
        for (Control<?> control : controls) {
            control.inside().ifPresent(inside -> parts(inside, html, plain, data, options));
        }
        parts(shown, html, plain, data, options);
        data.put("text/html", html.append("</div>").toString());
        data.put("text/plain", plain.toString().strip());
        if (!options.png()) {
            data.remove(PNG);
        }
        return MimeBundle.of(data);
    }

    /** A button's count of clicks tells nobody anything. */
    private static boolean says(Control<?> control) {
        return !control.kind().equals("button");
    }

    private static void parts(
            Shown shown, StringBuilder html, StringBuilder plain, Map<String, Object> data, RenderOptions options) {
        for (Shown.Part part : shown.parts()) {
            switch (part) {
                case Shown.Text text
                when text.stream().equals(SENTENCE) -> {
                    html.append("<p>").append(Entities.escape(text.text())).append("</p>");
                    plain.append('\n').append(text.text());
                }
                case Shown.Text text -> text(text.text(), "", html, plain);
                case Shown.Failure failure -> text(String.join("\n", failure.lines()), "color:#c0392b;", html, plain);
                case Shown.Value value -> value(value.value(), html, plain, data, options);
            }
        }
    }

    private static void text(String text, String style, StringBuilder html, StringBuilder plain) {
        String clean = ANSI.matcher(text).replaceAll("");
        html.append("<pre style=\"margin:0;white-space:pre-wrap;")
                .append(style)
                .append("\">")
                .append(Entities.escape(clean))
                .append("</pre>");
        plain.append('\n').append(clean);
    }

    /** What a value looks like inside a page; draws nothing that needs a script. */
    static String html(Object value, RenderOptions options) {
        var html = new StringBuilder();
        value(value, html, new StringBuilder(), new LinkedHashMap<>(), options);
        return html.toString();
    }

    private static void value(
            Object value, StringBuilder html, StringBuilder plain, Map<String, Object> data, RenderOptions options) {
        MimeBundle bundle = value instanceof Widget widget
                ? widget.still(options)
                : Displays.render(value, options.withPng(value instanceof Chart));
        Map<String, Object> forms = bundle.data();
        String description = String.valueOf(forms.get("text/plain"));
        plain.append('\n').append(description);
        if (forms.get("text/html") instanceof String own) {
            html.append(own);
        } else if (forms.get(PNG) instanceof String picture) {
            boolean isDrawn = value instanceof Chart || value instanceof Drawing;
            String base64 = picture.replaceAll("\\s", "");
            html.append(isDrawn ? OnWhite.image(base64, description) : image(base64, description));
        } else {
            html.append("<pre style=\"margin:0;white-space:pre-wrap\">")
                    .append(Entities.escape(description))
                    .append("</pre>");
        }
        if (forms.get(PNG) instanceof String picture) {
            data.putIfAbsent(PNG, picture);
        }
    }

    private static String image(String png, String description) {
        return "<img style=\"max-width:100%\" alt=\"" + Entities.escape(description) + "\" src=\"data:image/png;base64,"
                + png + "\">";
    }
}

package dev.nibble.kernel.display;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A figure as a MIME bundle that shows everywhere. Live, it is Plotly JSON for JupyterLab's extension, beside HTML with
 * a picture, which a script replaces by the interactive figure where scripts run; an {@code image/png} there would hide
 * the interactive one. For a committed notebook it is Plotly JSON beside {@code image/png}, which every reader shows.
 */
final class FigureBundle {
    static final String PLOTLY = "application/vnd.plotly.v1+json";
    private static final int WIDTH = 720;
    private static final int HEIGHT = 430;

    /**
     * Looks for the server's address in the page (JupyterLab, Notebook, nbclassic), loads plotly.js from it once for
     * all figures, and draws; whatever fails leaves the picture.
     */
    private static final String SCRIPT = """
            (function () {
              var me = document.currentScript, box = me && me.parentElement;
              if (!box) { return; }
              var base = "/", config = document.getElementById("jupyter-config-data");
              try {
                if (config) { base = JSON.parse(config.textContent).baseUrl || base; }
                else if (document.body.dataset.baseUrl) { base = document.body.dataset.baseUrl; }
                else { return; }
              } catch (e) { return; }
              if (base.slice(-1) !== "/") { base += "/"; }
              var load = window.nibblePlotly || (window.nibblePlotly = window.Plotly ? Promise.resolve() :
                import(new URL(base + "@PATH@", location.href).href));
              load.then(function () {
                var figure = @FIGURE@;
                var plot = document.createElement("div");
                plot.style.width = "100%";
                box.appendChild(plot);
                return window.Plotly.newPlot(plot, figure.data, figure.layout, figure.config).then(function () {
                  var picture = box.querySelector("img");
                  if (picture) { picture.style.display = "none"; }
                });
              }).catch(function () { window.nibblePlotly = null; });
            })();
            """;

    private FigureBundle() {}

    /**
     * @param plotly data, layout and config
     * @param png the same as a picture, or null if there is none
     * @param description for those who see neither
     */
    static MimeBundle of(ObjectNode plotly, byte[] png, String description, RenderOptions options) {
        Map<String, Object> data = new LinkedHashMap<>();
        Map<String, Object> metadata = new LinkedHashMap<>();
        data.put(PLOTLY, plotly);
        String base64 = png == null ? null : Base64.getEncoder().encodeToString(png);
        if (options.png() && base64 != null) {
            data.put("image/png", base64);
            metadata.put("image/png", Map.of("width", WIDTH, "height", HEIGHT));
        } else {
            data.put("text/html", html(plotly, base64, description));
        }
        data.put("text/plain", description);
        return new MimeBundle(data, metadata);
    }

    private static String html(ObjectNode plotly, String png, String description) {
        String fallback = png == null
                ? "<div>" + Html.escape(description) + "</div>"
                : "<img class=\"" + OnWhite.CLASS + "\" style=\"max-width:100%\" width=\"" + WIDTH + "\" alt=\""
                        + Html.escape(description) + "\" src=\"data:image/png;base64," + png + "\">";
        // "</script>" or "<!--" inside a text would end the script early
        String json = plotly.toString().replace("<", "\\u003c");
        return "<div>" + fallback + "<script>"
                + SCRIPT.replace("@PATH@", PlotlyScript.path()).replace("@FIGURE@", json) + "</script></div>";
    }
}

(function () {
  "use strict";

  // Libraries lie in the page, gzipped: the browser itself unpacks them. Whatever fails leaves pictures and LaTeX.
  function unpack(id) {
    var text = atob(document.getElementById(id).textContent.trim());
    var bytes = new Uint8Array(text.length);
    for (var i = 0; i < text.length; i++) { bytes[i] = text.charCodeAt(i); }
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text().then(function (code) {
      var script = document.createElement("script");
      script.textContent = code;
      document.head.appendChild(script);
    });
  }

  function formulas() {
    if (!document.getElementById("packed-katex")) { return; }
    unpack("packed-katex").then(function () {
      document.querySelectorAll(".formula").forEach(function (place) {
        var source = place.textContent;
        try {
          window.katex.render(source, place, { displayMode: place.classList.contains("block"), throwOnError: true, strict: "ignore" });
          place.classList.add("set");
        } catch (e) {
          place.textContent = source;
          place.title = String(e.message || e);
        }
      });
    });
  }

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

  // The text of a figure takes the page's own colour, which its author could not know.
  function themed(layout) {
    var ink = colour("--ink");
    layout.font = Object.assign({}, layout.font, { color: ink });
    if (layout.title && layout.title.font) { layout.title.font.color = ink; }
    // On a telephone a legend beside the plot would take half of it.
    if (window.innerWidth < 600 && layout.legend && !layout.legend.orientation) {
      layout.legend = Object.assign({}, layout.legend, { orientation: "h", y: -0.28 });
      layout.margin = Object.assign({}, layout.margin, { l: 58, r: 8 });
    }
    Object.keys(layout).forEach(function (key) {
      if (/^[xy]axis\d*$/.test(key) && layout[key].title && layout[key].title.font) { layout[key].title.font.color = ink; }
    });
    return layout;
  }

  function figures() {
    if (!document.getElementById("packed-plotly")) { return; }
    var dark = window.matchMedia("(prefers-color-scheme: dark)");
    var drawn = [];
    unpack("packed-plotly").then(function () {
      document.querySelectorAll("script.plotly").forEach(function (data) {
        try {
          var figure = JSON.parse(data.textContent), frame = data.parentElement, still = frame.querySelector("img, p");
          var plot = document.createElement("div");
          plot.className = "drawn";
          frame.insertBefore(plot, frame.firstChild);
          window.Plotly.newPlot(plot, figure.data, themed(figure.layout || {}), Object.assign({ responsive: true }, figure.config)).then(function () {
            if (still) { still.style.display = "none"; }
            drawn.push({ plot: plot, layout: figure.layout });
          }, function () { plot.remove(); });
        } catch (e) { console.warn("a figure stays a picture:", e); }
      });
    });
    dark.addEventListener("change", function () {
      drawn.forEach(function (each) { window.Plotly.relayout(each.plot, themed(each.layout)); });
    });
  }

  formulas();
  figures();
})();

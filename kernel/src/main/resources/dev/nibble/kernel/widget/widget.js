// The view of controls, or of a module of somebody's own, and of what belongs to them. State of the model:
//   _controls  what each control is: kind, label, and what that kind needs
//   v0, v1, …  their values
//   _module    text of the module, if there are no controls
//   _output    what is below them, part by part
//   _progress  how far the code is that makes the next output, or null
//   _plotly    where the server has plotly.js, from its base on
// Sends { _pictures: true } if figures cannot be drawn, so that pictures come instead.

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

let ids = 0;
const freshId = () => `nibble-${Date.now().toString(36)}-${ids++}`;

// What the notebook is asked with, wherever the focus is: chords such as Ctrl+S, Shift+Enter, function keys. AltGr, a
// chord to the system, types characters.
const isShortcut = event =>
  ((event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph")) ||
  (event.shiftKey && event.key === "Enter") || /^F\d+$/.test(event.key);

// JupyterLab moves between cells with the arrow keys and deletes them with letters; of those none may get there.
const keys = (element, handle) =>
  element.addEventListener("keydown", event => {
    if (isShortcut(event)) return;
    if (handle(event.key, event)) event.preventDefault();
    if (event.key !== "Escape" && event.key !== "Tab") event.stopPropagation();
  });

// The same for front ends that look at keys before the page's elements do, as Notebook 7 does: they obey a mark at the
// very element that has the focus. Returns what undoes it.
function guardKeys(el) {
  const look = event => {
    if (el.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", !isShortcut(event));
  };
  window.addEventListener("keydown", look, true);
  return () => window.removeEventListener("keydown", look, true);
}

// ---- controls: each returns { element, show(value) }; set(value) tells the kernel

function decimals(step) {
  const text = String(+step.toPrecision(6));
  const exponent = text.indexOf("e-");
  if (exponent >= 0) return Math.min(12, +text.slice(exponent + 2));
  return (text.split(".")[1] || "").length;
}

const places = about => (about.whole ? 0 : Math.max(decimals(about.step), decimals(about.min)));
const written = (about, value) => (about.whole ? String(value) : value.toFixed(places(about)));

function thumb(about, label, moved) {
  const last = Math.floor(((about.max - about.min) / about.step) * (1 + 1e-12));
  const input = make("input", { type: "range", min: 0, max: last, step: 1, "aria-label": label });
  const valueAt = at => +(about.min + at * about.step).toPrecision(12);
  input.addEventListener("input", () => moved(valueAt(+input.value)));
  keys(input, key => {
    const at = +input.value;
    const page = Math.max(1, Math.round(last / 10));
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageDown: at - page,
      PageUp: at + page, Home: 0, End: last }[key];
    if (to === undefined) return false;
    const next = Math.min(last, Math.max(0, to));
    if (next !== at) {
      input.value = next;
      moved(valueAt(next));
    }
    return true;
  });
  return {
    input,
    last,
    show(value) {
      input.value = Math.round((value - about.min) / about.step);
      input.setAttribute("aria-valuetext", written(about, value));
      return last ? +input.value / last : 0;
    },
  };
}

const KINDS = {
  slider(about, set) {
    const readout = make("output", { class: "nbw-readout" });
    const one = thumb(about, about.label, value => {
      show(value);
      set(value);
    });
    const show = value => {
      one.input.style.setProperty("--nbw-to", `${100 * one.show(value)}%`);
      readout.textContent = written(about, value);
    };
    return { element: make("div", { class: "nbw-slider" }, one.input), readout, show };
  },

  range(about, set) {
    let now = [about.min, about.max];
    const readout = make("output", { class: "nbw-readout" });
    const move = (end, value) => {
      now = end === 0 ? [Math.min(value, now[1]), now[1]] : [now[0], Math.max(value, now[0])];
      show(now);
      set(now);
    };
    const low = thumb(about, `${about.label}, from`, value => move(0, value));
    const high = thumb(about, `${about.label}, to`, value => move(1, value));
    const element = make("div", { class: "nbw-slider nbw-range" }, low.input, high.input);
    const show = value => {
      now = value;
      element.style.setProperty("--nbw-from", `${100 * low.show(value[0])}%`);
      element.style.setProperty("--nbw-to", `${100 * high.show(value[1])}%`);
      // At the upper end both lie on one another: the lower one has to be on top, or nothing could be moved.
      low.input.style.zIndex = +low.input.value > low.last / 2 ? 2 : "";
      readout.textContent = `${written(about, value[0])} – ${written(about, value[1])}`;
    };
    return { element, readout, show };
  },

  choice(about, set) {
    const letters = about.options.reduce((sum, option) => sum + option.length + 3, 0);
    if (about.options.length > 7 || letters > 64) {
      const list = make("select", { class: "nbw-select", "aria-label": about.label });
      about.options.forEach((option, i) => list.append(make("option", { value: i }, option)));
      list.addEventListener("change", () => set(+list.value));
      keys(list, key => {
        const to = { ArrowUp: +list.value - 1, ArrowDown: +list.value + 1 }[key];
        if (to === undefined) return false;
        if (to >= 0 && to < about.options.length) {
          list.value = to;
          set(to);
        }
        return true;
      });
      return { element: list, show: value => (list.value = value) };
    }
    return several(about, set, "radiogroup", "radio", "aria-checked", "nbw-choice");
  },

  tabs(about, set, context) {
    const row = several(about, set, "tablist", "tab", "aria-selected", "nbw-tabs");
    if (!about.panes) return row;
    const pane = make("div", { class: "nbw-pane", role: "tabpanel" });
    const output = new Output(pane, context);
    const element = make("div", {}, row.element, pane);
    return {
      element,
      wide: true,
      show(value) {
        row.show(value);
        output.show(about.panes[value]);
      },
      clear: () => output.clear(),
    };
  },

  toggle(about, set) {
    let now = false;
    const element = make("button", { class: "nbw-toggle", role: "switch", type: "button", "aria-label": about.label },
      make("span", { class: "nbw-knob" }));
    const flip = () => {
      show(!now);
      set(now);
    };
    const show = value => {
      now = value;
      element.setAttribute("aria-checked", value);
    };
    element.addEventListener("click", flip);
    keys(element, key => key === "ArrowRight" ? (now || flip(), true) : key === "ArrowLeft" ? (now && flip(), true) : false);
    return { element, show };
  },

  text(about, set) {
    const element = make("input", { class: "nbw-text", type: "text", "aria-label": about.label, spellcheck: "false" });
    let timer = 0;
    const send = () => {
      clearTimeout(timer);
      timer = 0;
      set(element.value);
    };
    element.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(send, 150);
    });
    element.addEventListener("change", send);
    keys(element, key => key === "Enter" && (send(), true));
    // What is being typed is newer than what comes back of it.
    return { element, show: value => { if (!timer && element.value !== value) element.value = value; } };
  },

  button(about, set) {
    let count = 0;
    const element = make("button", { class: "nbw-button", type: "button" }, about.label);
    element.addEventListener("click", () => set(++count));
    keys(element, () => false);
    return { element, bare: true, show: value => (count = value) };
  },

  progress(about) {
    const bar = make("div", { class: "nbw-bar-done" });
    const readout = make("output", { class: "nbw-readout" });
    const element = make("div", { class: "nbw-bar", role: "progressbar", "aria-label": about.label, "aria-valuemin": 0,
      "aria-valuemax": about.total }, bar);
    return {
      element,
      readout,
      show(value) {
        bar.style.width = `${(100 * value) / about.total}%`;
        element.setAttribute("aria-valuenow", value);
        readout.textContent = `${value} / ${about.total}`;
      },
    };
  },

  player(about, set) {
    const last = about.count - 1;
    let now = 0;
    let timer = 0;
    const speeds = [0.5, 1, 2, 4, 8];
    let speed = 1;
    const place = { min: 0, max: Math.max(1, last), step: 1, whole: true };
    const scrub = thumb(place, about.label, value => go(value));
    scrub.input.disabled = last === 0;
    const readout = make("output", { class: "nbw-readout" });
    const icon = (name, path, click) => make("button", { class: "nbw-icon", type: "button", title: name,
      "aria-label": name, onclick: click }, svg(path));
    const play = icon("play", ICONS.play, () => (timer ? stop() : start()));
    const faster = make("button", { class: "nbw-speed", type: "button", title: "speed, in steps a second",
      "aria-label": "speed", onclick: () => {
        speed = speeds[(speeds.indexOf(speed) + 1) % speeds.length];
        faster.textContent = `${speed}/s`;
        if (timer) { stop(); start(); }
      } }, `${speed}/s`);
    const go = value => {
      const to = Math.min(last, Math.max(0, value));
      if (to === now) return;
      show(to);
      set(to);
    };
    const stop = () => {
      clearInterval(timer);
      timer = 0;
      play.replaceChildren(svg(ICONS.play));
      play.setAttribute("aria-label", "play");
    };
    const start = () => {
      if (now === last) go(0);
      timer = setInterval(() => (now >= last || !element.isConnected ? stop() : go(now + 1)), 1000 / speed);
      play.replaceChildren(svg(ICONS.pause));
      play.setAttribute("aria-label", "pause");
    };
    const show = value => {
      now = value;
      scrub.input.style.setProperty("--nbw-to", `${100 * scrub.show(value)}%`);
      readout.textContent = `${value + 1} / ${about.count}`;
    };
    const element = make("div", { class: "nbw-player", role: "group", "aria-label": about.label },
      icon("first", ICONS.first, () => { stop(); go(0); }), icon("back", ICONS.back, () => { stop(); go(now - 1); }), play,
      icon("forward", ICONS.forward, () => { stop(); go(now + 1); }), icon("last", ICONS.last, () => { stop(); go(last); }),
      scrub.input, readout, faster);
    keys(element, (key, event) => {
      if (key === " " && event.target === scrub.input) {
        if (timer) stop(); else start();
        return true;
      }
      const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[key];
      if (to === undefined) return false;
      stop();
      go(to);
      return true;
    });
    return { element, wide: true, unnamed: true, show, clear: stop };
  },

  table(about, set) {
    let chosen = new Set();
    const rows = about.rows.map((cells, i) => {
      const row = make("tr", { tabindex: i ? -1 : 0, "aria-selected": "false" },
        make("td", { class: "nbw-mark", "aria-hidden": "true" }),
        ...cells.map((text, c) => make("td", about.numeric[c] ? { class: "nbw-number" } : {}, text)));
      row.addEventListener("click", () => { row.focus(); flip(i); });
      return row;
    });
    const flip = i => {
      if (chosen.has(i)) chosen.delete(i); else chosen.add(i);
      const value = [...chosen].sort((a, b) => a - b);
      show(value);
      set(value);
    };
    const show = value => {
      chosen = new Set(value);
      rows.forEach((row, i) => row.setAttribute("aria-selected", chosen.has(i)));
    };
    const focus = i => {
      rows.forEach((row, k) => (row.tabIndex = k === i ? 0 : -1));
      rows[i].focus();
    };
    const table = make("table", { role: "grid", "aria-multiselectable": "true", "aria-label": about.label },
      make("thead", {}, make("tr", {}, make("th"),
        ...about.headers.map((name, c) => make("th", about.numeric[c] ? { class: "nbw-number" } : {}, name)))),
      make("tbody", {}, ...rows));
    keys(table, key => {
      const at = rows.indexOf(document.activeElement);
      if (at < 0) return false;
      const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[key];
      if (to !== undefined) {
        focus(Math.min(rows.length - 1, Math.max(0, to)));
        return true;
      }
      if (key === " " || key === "Enter") {
        flip(at);
        return true;
      }
      return false;
    });
    const element = make("div", { class: "nbw-table" }, table);
    if (about.total > rows.length) {
      element.append(make("div", { class: "nbw-note" }, `the first ${rows.length} of ${about.total} rows`));
    }
    return { element, wide: true, show };
  },
};

function several(about, set, role, each, marks, look) {
  const buttons = about.options.map((option, i) => make("button", { type: "button", role: each, [marks]: "false",
    tabindex: -1, onclick: () => pick(i) }, option));
  const element = make("div", { class: look, role, "aria-label": about.label }, ...buttons);
  const show = value => buttons.forEach((button, i) => {
    button.setAttribute(marks, i === value);
    button.tabIndex = i === value ? 0 : -1;
  });
  const pick = i => {
    show(i);
    buttons[i].focus();
    set(i);
  };
  keys(element, key => {
    const at = buttons.findIndex(button => button.tabIndex === 0);
    const n = buttons.length;
    const to = { ArrowLeft: (at + n - 1) % n, ArrowUp: (at + n - 1) % n, ArrowRight: (at + 1) % n,
      ArrowDown: (at + 1) % n, Home: 0, End: n - 1 }[key];
    if (to === undefined) return false;
    pick(to);
    return true;
  });
  return { element, show };
}

const ICONS = {
  play: "M4 2l10 6-10 6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  first: "M2 2h2v12H2zM14 2v12L5 8z",
  last: "M12 2h2v12h-2zM2 2v12l9-6z",
  back: "M11 2v12L3 8z",
  forward: "M5 2v12l8-6z",
};

function svg(path) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", path);
  picture.append(shape);
  return picture;
}

// ---- output

let plotly = null;

// plotly.js lies in the kernelspec's folder; the page tells where the server's addresses begin.
function loadPlotly(path) {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  if (!plotly) {
    let base = "/";
    const config = document.getElementById("jupyter-config-data");
    try {
      if (config) base = JSON.parse(config.textContent).baseUrl || base;
      else if (document.body.dataset.baseUrl) base = document.body.dataset.baseUrl;
    } catch { /* then it is the root */ }
    if (!base.endsWith("/")) base += "/";
    window.nibblePlotly = window.nibblePlotly || import(new URL(base + path, location.href).href);
    plotly = window.nibblePlotly.then(() => {
      if (!window.Plotly) throw new Error("no plotly.js");
      return window.Plotly;
    });
  }
  return plotly;
}

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

function ansi(text, into) {
  let bold = false;
  let colour = "";
  let at = 0;
  const put = piece => {
    if (!piece) return;
    const look = [bold && "nbw-bold", colour && `nbw-${colour}`].filter(Boolean).join(" ");
    into.append(look ? make("span", { class: look }, piece) : piece);
  };
  for (const match of text.matchAll(/\u001b\[([0-9;]*)([A-Za-z])/g)) {
    put(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] !== "m") continue;
    for (const code of (match[1] || "0").split(";").map(Number)) {
      if (code === 0) [bold, colour] = [false, ""];
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39) colour = "";
      else if (code >= 30 && code <= 37) colour = COLOURS[code - 30];
      else if (code >= 90 && code <= 97) colour = COLOURS[code - 90];
    }
  }
  put(text.slice(at));
}

// Draws parts into a place. A part of the same kind at the same position is changed rather than drawn anew, so that
// nothing flickers and a figure keeps its zoom.
class Output {
  constructor(place, context) {
    this.place = place;
    this.context = context;
    this.drawn = [];
  }

  show(parts) {
    (parts || []).forEach((part, i) => {
      let here = this.drawn[i];
      if (!here || here.kind !== part.kind || part.kind === "view") {
        const fresh = { kind: part.kind, element: make("div", { class: `nbw-part nbw-${part.kind}` }), undo: null };
        if (here) {
          this.forget(here);
          here.element.replaceWith(fresh.element);
        } else {
          this.place.append(fresh.element);
        }
        here = this.drawn[i] = fresh;
      }
      try {
        DRAW[part.kind](part, here, this.context);
      } catch (error) {
        here.element.textContent = `cannot be shown: ${error.message}`;
      }
    });
    this.drawn.splice((parts || []).length).forEach(old => {
      this.forget(old);
      old.element.remove();
    });
  }

  forget(old) {
    if (old.undo) old.undo();
    old.undo = null;
  }

  clear() {
    this.drawn.forEach(old => this.forget(old));
  }
}

const DRAW = {
  text(part, here) {
    here.element.className = `nbw-part nbw-text-${part.stream}`;
    const pre = make("pre");
    ansi(part.text, pre);
    here.element.replaceChildren(pre);
  },

  error(part, here) {
    const pre = make("pre", { role: "alert" });
    ansi(part.text, pre);
    here.element.replaceChildren(pre);
  },

  html(part, here) {
    here.element.innerHTML = part.html;
  },

  drawing(part, here) {
    here.element.innerHTML = part.svg;
  },

  picture(part, here) {
    showPicture(here, part.picture, part.type, part.text);
  },

  figure(part, here, context) {
    here.latest = part;
    if (part.picture) {
      showPicture(here, part.picture, "image/png", part.text);
      return;
    }
    loadPlotly(context.plotly()).then(library => {
      if (here.latest !== part) return;
      let plot = here.plot;
      if (!plot) {
        plot = here.plot = make("div", { class: "nbw-plot", role: "img" });
        here.element.replaceChildren(plot);
        const watch = new ResizeObserver(() => {
          if (plot.clientWidth && plot.data && Math.abs(plot.clientWidth - here.width) > 1) {
            here.width = plot.clientWidth;
            library.relayout(plot, { width: here.width });
          }
        });
        watch.observe(plot);
        here.undo = () => {
          watch.disconnect();
          library.purge(plot);
        };
      }
      plot.setAttribute("aria-label", part.text || "figure");
      here.width = plot.clientWidth || 700;
      const layout = { ...part.figure.layout, autosize: false, width: here.width, uirevision: "kept" };
      return library.react(plot, part.figure.data, layout, { ...part.figure.config, responsive: false });
    }).catch(() => {
      here.element.textContent = part.text || "";
      context.wantPictures();
    });
  },

  view(part, here, context) {
    let gone = false;
    let view = null;
    const manager = context.model.widget_manager;
    manager.get_model(part.id).then(model => manager.create_view(model)).then(made => {
      view = made;
      if (gone) {
        view.remove();
      } else {
        here.element.replaceChildren(view.el);
        if (view.luminoWidget) view.trigger("displayed");
      }
    }).catch(error => (here.element.textContent = `cannot be shown: ${error}`));
    here.undo = () => {
      gone = true;
      if (view) view.remove();
    };
  },
};

// The old picture stays until the new one is there.
function showPicture(here, bytes, type, text) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const image = make("img", { alt: text || "" });
  image.onload = image.onerror = () => {
    if (here.newest !== address) {
      URL.revokeObjectURL(address);
      return;
    }
    here.element.replaceChildren(image);
    if (here.shown) URL.revokeObjectURL(here.shown);
    here.shown = address;
  };
  here.newest = address;
  here.undo = () => {
    here.newest = null;
    URL.revokeObjectURL(address);
  };
  image.src = address;
}

// ---- a module of somebody's own

const imported = new Map();

// Once for each text: what the module keeps for itself is the same in initialize and render.
function load(model) {
  const text = model.get("_module");
  if (!imported.has(text)) {
    const isOwn = !/^https?:\/\//.test(text);
    const address = isOwn ? URL.createObjectURL(new Blob([text], { type: "text/javascript" })) : text;
    const widget = importFrom(address).finally(() => isOwn && URL.revokeObjectURL(address));
    imported.set(text, { address, widget, failure: null });
  }
  return imported.get(text);
}

async function importFrom(address) {
  const module = await import(/* webpackIgnore: true */ address);
  const widget = typeof module.default === "function" ? await module.default() : module.default || module;
  if (!widget.render && !widget.initialize) throw new TypeError("it has no export default { render({ model, el }) { … } }");
  return widget;
}

function failure(what, error, address) {
  const lines = [`${what}: ${error && error.name ? `${error.name}: ${error.message}` : error}`];
  // Where in the module; the rest of the stack is the page's.
  const [, at] = String((error && error.stack) || "").split(`${address}:`);
  const [, line, column] = (at && at.match(/^(\d+):(\d+)/)) || [];
  if (line) lines.push(`at line ${line}, column ${column} of the module`);
  return { kind: "error", text: lines.join("\n") };
}

async function initialize(props) {
  if (props.model.get("_module") === undefined) return undefined;
  const module = load(props.model);
  const widget = await module.widget.catch(() => ({})); // render says why
  try {
    return widget.initialize && (await widget.initialize(props));
  } catch (error) {
    console.error(error);
    module.failure = failure("The widget's initialize failed", error, module.address);
    return undefined;
  }
}

// ---- the view

function renderControls(model, el, context, on, below) {
  el.classList.add("nbw");
  const unguard = guardKeys(el);
  const panel = make("div", { class: "nbw-controls" });
  const controls = model.get("_controls").map((about, i) => {
    const name = `v${i}`;
    const set = value => {
      model.set(name, value);
      model.save_changes();
    };
    const control = KINDS[about.kind](about, set, context);
    if (control.wide || control.bare) {
      panel.append(make("div", { class: control.wide ? "nbw-wide" : "nbw-bare" },
        ...(control.wide && !control.unnamed && about.kind !== "tabs" ? [make("div", { class: "nbw-label" }, about.label)] : []),
        control.element));
    } else {
      panel.append(make("label", { class: "nbw-label" }, about.label), control.element, control.readout || make("span"));
    }
    control.show(model.get(name));
    on(`change:${name}`, () => control.show(model.get(name)));
    return control;
  });
  el.append(panel, ...below);
  return () => {
    unguard();
    controls.forEach(control => control.clear && control.clear());
  };
}

async function renderModule(props, el, below) {
  const own = make("div");
  const holder = make("div", { class: "nbw nbw-below" }, ...below);
  el.append(own, holder);
  const place = make("div");
  holder.prepend(place);
  const module = load(props.model);
  const wrong = new Output(place, {});
  if (module.failure) wrong.show([module.failure]);
  const tell = (what, error) => wrong.show([failure(what, error, module.address)]);

  // What its event handlers and timers throw, nobody catches.
  const thrown = event => event.filename === module.address && tell("The widget failed", event.error);
  const rejected = ({ reason }) =>
    reason && String(reason.stack).includes(`${module.address}:`) && tell("The widget failed", reason);
  window.addEventListener("error", thrown);
  window.addEventListener("unhandledrejection", rejected);

  let what = "The widget's module can not be read";
  let end;
  try {
    const widget = await module.widget;
    what = "The widget's render failed";
    end = widget.render && (await widget.render({ ...props, el: own }));
  } catch (error) {
    console.error(error);
    tell(what, error);
  }
  return () => {
    window.removeEventListener("error", thrown);
    window.removeEventListener("unhandledrejection", rejected);
    return end && end();
  };
}

async function render(props) {
  const { model, el } = props;
  const context = {
    model,
    plotly: () => model.get("_plotly"),
    wantPictures: () => model.send({ _pictures: true }),
  };
  const handlers = [];
  const on = (name, handler) => {
    model.on(name, handler);
    handlers.push([name, handler]);
  };

  const bar = make("div", { class: "nbw-busy", role: "status" });
  const busy = () => {
    const progress = model.get("_progress");
    bar.classList.toggle("nbw-on", !!progress);
    if (progress) {
      const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
      bar.style.setProperty("--nbw-to", `${100 * share}%`);
      bar.textContent = progress.title + (progress.total > 0 ? `, ${Math.round(100 * share)} %` : "");
    }
  };
  on("change:_progress", busy);
  const place = make("div", { class: "nbw-output", "aria-live": "polite" });
  const output = new Output(place, context);
  busy();
  output.show(model.get("_output"));
  on("change:_output", () => output.show(model.get("_output")));

  const below = [bar, place];
  const end = model.get("_module") !== undefined
    ? await renderModule(props, el, below)
    : renderControls(model, el, context, on, below);
  return () => {
    handlers.forEach(([name, handler]) => model.off(name, handler));
    output.clear();
    return end && end();
  };
}

export default { initialize, render };

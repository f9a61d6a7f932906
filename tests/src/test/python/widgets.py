"""Widgets in JupyterLab in headless Chromium, all in one page; prints what happened as one JSON document.

    widgets.py SCREENSHOT_FOLDER
"""

import json
import pathlib
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

from browser import ARGUMENTS, STATE, Lab, chromium, wait_for

CELLS = [
    """Interact.with(slider("bits", 2, 8), choice("format", "int", "nf"), (bits, format) -> {
    if (format.equals("nf") && bits == 2) {
        throw new IllegalStateException("on purpose");
    }
    return Charts.numberLine(format, bits);
})""",
    """var shared = slider("n", 0, 10).value(4);
Interact.with(shared, n -> "square " + n * n)""",
    """var trace = Trace.record();
Formats.parse("int4:g4").quantize(Matrix.of("w", 1, 4, new float[] {1, -2, 0.5f, 0}), trace);
Step.through(trace)""",
    '''var module = """
    export default {
      render({ model, el }) {
        const weights = model.get("weights");
        el.className = "own";
        el.textContent = [weights.getFloat32(0, true), weights.getFloat32(4, true)].join(" ");
        el.onclick = () => {
          model.send({ divisor: Math.round(weights.getFloat32(0, true)) });
          throw new Error("in a click");
        };
      },
    };
    """;
new AnyWidget(module, ".own { cursor: pointer }")
    .set("weights", new float[] {0.25f, -1.5f})
    .onMessage(content -> {
        System.out.println("heard " + content);
        System.out.println(1 / (int) content.get("divisor"));
    })''',
    """new AnyWidget("export default {\\n  render({ el } { }\\n};", "")""",
    """for (int i = 0; i < 12_000; i++) { Thread.sleep(10); }""",
]

# Presses a key and waits until the figure is another one; milliseconds.
PRESS = """async ({ key, times }) => {
  const view = document.querySelectorAll('.nbw')[0];
  const slider = view.querySelector('input[type=range]');
  const drawn = () => (view.querySelector('.nbw-plot .scatterlayer') || { innerHTML: '' }).innerHTML;
  const taken = [];
  for (let i = 0; i < times; i++) {
    const before = drawn();
    const start = performance.now();
    slider.dispatchEvent(new KeyboardEvent('keydown', { key: key[i % key.length], bubbles: true, cancelable: true }));
    while (drawn() === before && performance.now() - start < 5000) await new Promise(r => setTimeout(r, 1));
    taken.push(performance.now() - start);
    await new Promise(r => setTimeout(r, 30));
  }
  return taken;
}"""

DIRTY = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"
# What a front end sees that looks at keys first, as Notebook 7 does: may it take the key?
MARKS = """() => {
  window.marks = {};
  document.addEventListener('keydown', event => {
    window.marks[event.key] = !event.target.hasAttribute('data-lm-suppress-shortcuts');
  }, true);
}"""
THEME = "name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })"


def percentile(values, share):
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))])


def notebook(file):
    cells = [
        {"cell_type": "code", "id": f"cell-{i}", "source": code, "metadata": {}, "outputs": [], "execution_count": None}
        for i, code in enumerate(CELLS)
    ]
    metadata = {"kernelspec": {"name": "nibble", "display_name": "Nibble"}}
    file.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))


def cells_done(state, count):
    return all(c["count"] and not c["running"] for c in state["cells"][:count]) or any(c["errors"] for c in state["cells"])


def look(lab, scratch, program, screenshots):
    seen, console = {}, []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1180, "height": 1500})
        page.on("console", lambda message: console.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: console.append(str(error)))
        page.goto(f"{lab.url}/lab/tree/widgets.ipynb?token={lab.token}&reset")
        wait_for(page, lambda state: state["status"] == "idle", 60)
        # The last cell goes on and on: everything here happens while it runs.
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        state = wait_for(page, lambda s: cells_done(s, len(CELLS) - 1) and s["cells"][-1]["running"], 60)
        seen["errors"] = [error for cell in state["cells"] for error in cell["errors"]]
        views = page.locator(".nbw")
        views.nth(2).wait_for(timeout=20_000)
        page.locator(".nbw-plot .scatterlayer").first.wait_for(timeout=20_000)
        seen["busy"] = page.evaluate(STATE)["cells"][-1]["running"]

        slider = views.nth(0).locator("input[type=range]")
        slider.focus()
        points = ".nbw-plot .points path"
        before = views.nth(0).locator(points).count()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("n => document.querySelectorAll('.nbw-plot .points path').length > n", arg=before)
        seen["points"] = [before, views.nth(0).locator(points).count()]
        seen["focus_kept"] = slider.evaluate("e => e === document.activeElement")
        page.evaluate(PRESS, {"key": ["ArrowRight", "ArrowLeft"], "times": 10})
        taken = page.evaluate(PRESS, {"key": ["ArrowRight", "ArrowLeft"], "times": 40})
        seen["p50"], seen["p95"] = percentile(taken, 0.5), percentile(taken, 0.95)

        page.keyboard.press("Home")
        views.nth(0).get_by_role("radio", name="nf").click()
        failure = views.nth(0).locator(".nbw-error")
        failure.wait_for()
        seen["failure"] = failure.inner_text()
        page.screenshot(path=str(screenshots / "widgets-failure.png"))
        views.nth(0).get_by_role("radio", name="int").press("ArrowLeft")
        views.nth(0).locator(".nbw-plot").wait_for()

        views.nth(1).locator("input[type=range]").focus()
        page.keyboard.press("PageUp")
        page.keyboard.press("ArrowRight")
        views.nth(1).get_by_text("square 36").wait_for()
        # What is no key of the slider's reaches the notebook, and letters, which would delete or add cells, do not.
        page.evaluate(MARKS)
        page.keyboard.type("xabdd")
        seen["dirty"] = [page.evaluate(DIRTY)]
        page.keyboard.press("Control+s")
        seen["marks"] = page.evaluate("() => window.marks")
        page.wait_for_function(f"() => !({DIRTY})()")
        seen["dirty"].append(page.evaluate(DIRTY))
        seen["cells"] = len(page.evaluate(STATE)["cells"])

        stepper = views.nth(2)
        seen["frames"] = [stepper.locator("svg[role=img]").inner_html()]
        stepper.get_by_role("button", name="forward").click()
        stepper.get_by_text("Weight 0, 1,").first.wait_for()
        stepper.get_by_role("button", name="play", exact=True).click()
        stepper.get_by_text("Weight 1, -2,").first.wait_for()
        stepper.get_by_role("button", name="pause").click()
        seen["frames"].append(stepper.locator("svg[role=img]").inner_html())
        seen["own"] = [page.locator(".own").inner_text()]
        page.locator(".own").click()
        views.nth(3).get_by_text("/ by zero").wait_for()
        seen["own"] += views.nth(3).locator(".nbw-part").all_inner_texts()
        seen["broken"] = views.nth(4).inner_text()

        seen["ink"] = []
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            page.evaluate(THEME, theme)
            page.wait_for_function("dark => (document.body.dataset.jpThemeLight === 'false') === dark", arg="Dark" in theme)
            page.wait_for_timeout(300)
            seen["ink"].append(views.nth(1).locator(".nbw-label").first.evaluate("e => getComputedStyle(e).color"))
            page.screenshot(path=str(screenshots / f"widgets-{'dark' if 'Dark' in theme else 'light'}.png"))

        # A page that is loaded again, and its saved outputs; the cell still runs.
        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        page.wait_for_timeout(500)
        page.reload()
        page.locator(".nbw").nth(2).wait_for(timeout=60_000)
        page.get_by_text("square 36").wait_for()
        page.get_by_text("Weight 1, -2,").first.wait_for()
        again = page.locator(".nbw").nth(1).locator("input[type=range]")
        again.focus()
        page.keyboard.press("ArrowLeft")
        page.get_by_text("square 25").wait_for()
        seen["reloaded"] = again.get_attribute("aria-valuetext")
        page.screenshot(path=str(screenshots / "widgets-reloaded.png"))
        page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")

        # The stepper's film, from a file, without a network.
        saved = json.loads((scratch / "notebooks" / "widgets.ipynb").read_text())
        # On a slow machine an empty display of quantization's progress comes first.
        film = "".join(saved["cells"][2]["outputs"][-1]["data"]["text/html"])
        page_file = scratch / "film.html"
        page_file.write_text("<!DOCTYPE html><meta charset='utf-8'><body>" + film)
        offline = browser.new_context(offline=True).new_page()
        offline.on("pageerror", lambda error: console.append(str(error)))
        offline.goto(page_file.as_uri())
        seen["film"] = [offline.locator("p").inner_text()]
        offline.get_by_label("forward").click()
        seen["film"].append(offline.locator("p").inner_text())
        offline.get_by_role("slider").press("End")
        seen["film"].append(offline.locator("p").inner_text())
        seen["film_pictures"] = offline.locator("svg").count()
        # And where no script runs.
        still = browser.new_context(offline=True, java_script_enabled=False).new_page()
        still.goto(page_file.as_uri())
        seen["still"] = still.locator("img").count()
        browser.close()
    return {**seen, "console": console}


def main():
    screenshots = pathlib.Path(sys.argv[1])
    program = chromium()
    if program is None:
        print(json.dumps({"skipped": "no Chromium is installed"}))
        return
    screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        (scratch / "notebooks").mkdir()
        notebook(scratch / "notebooks" / "widgets.ipynb")
        started = time.time()
        lab = Lab(scratch / "notebooks", scratch)
        try:
            seen = look(lab, scratch, program, screenshots)
        finally:
            lab.stop()
        print(json.dumps({"seconds": round(time.time() - started, 1), **seen}))


if __name__ == "__main__":
    main()

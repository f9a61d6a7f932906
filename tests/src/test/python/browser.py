"""Opens a notebook in JupyterLab in headless Chromium, runs all of it, and prints what a reader sees as one JSON document.

    browser.py NOTEBOOK SCREENSHOT_FOLDER

The kernel must be on JUPYTER_PATH. Names other than this machine's do not resolve in the browser, and any request that
would leave the machine is listed.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import uuid

from playwright.sync_api import sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
HERE = {"127.0.0.1", "localhost"}
SECONDS = 240

STATE = """() => {
  const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  const cells = panel && panel.content && panel.content.widgets;
  if (!cells || !panel.sessionContext || !panel.sessionContext.session) return null;
  const kernel = panel.sessionContext.session.kernel;
  return {
    kernel: kernel ? kernel.name : null,
    status: kernel ? kernel.status : null,
    cells: cells.filter(c => c.model.type === 'code' && c.model.sharedModel.getSource().trim()).map(c => ({
      count: c.model.executionCount,
      running: /\\*/.test(c.promptNode ? c.promptNode.textContent : ''),
      errors: c.model.outputs.toJSON().filter(o => o.output_type === 'error').map(o => o.ename + ': ' + o.evalue),
    })),
  };
}"""

SEEN = """() => {
  const seen = e => { const box = e.getBoundingClientRect(); return box.width > 1 && box.height > 1; };
  const count = what => [...document.querySelectorAll('.jp-Notebook .jp-OutputArea-output')]
      .reduce((n, out) => n + [...out.querySelectorAll(what), ...(out.matches(what) ? [out] : [])].filter(seen).length, 0);
  // A figure that JupyterLab has squeezed to a strip is none.
  const figures = [...document.querySelectorAll('.jp-Notebook .js-plotly-plot')]
      .filter(e => e.getBoundingClientRect().height > 250 && e.querySelector('.main-svg')).length;
  return { figures, tables: count('table'), images: count('img'), formulas:
      document.querySelectorAll('.jp-Notebook mjx-container, .jp-Notebook .MathJax').length };
}"""


def chromium():
    names = (os.environ.get("NIBBLE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """A JupyterLab with settings of its own, on a folder."""

    def __init__(self, folder, scratch):
        self.token = uuid.uuid4().hex
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = scratch / "settings" / "@jupyterlab"
        for name, content in (
            ("apputils-extension/notification", {"fetchNews": "false", "checkForUpdates": False}),
            ("notebook-extension/tracker", {"windowingMode": "none"}),  # keeps outputs that are scrolled away
        ):
            file = settings / (name + ".jupyterlab-settings")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(content))
        environment = dict(
            os.environ,
            JUPYTER_CONFIG_DIR=str(scratch / "config"),
            JUPYTER_DATA_DIR=str(scratch / "data"),
            JUPYTER_RUNTIME_DIR=str(scratch / "runtime"),
            JUPYTERLAB_SETTINGS_DIR=str(scratch / "settings"),
            JUPYTERLAB_WORKSPACES_DIR=str(scratch / "workspaces"),
            IPYTHONDIR=str(scratch / "ipython"),
        )
        self.log = open(scratch / "lab.log", "wb")
        options = [
            "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={folder}",
            "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        end = time.time() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=2).read()
                return
            except OSError:
                if time.time() > end or self.process.poll() is not None:
                    self.stop()
                    raise SystemExit("JupyterLab did not start:\n" + (scratch / "lab.log").read_text()[-2000:])
                time.sleep(0.2)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def wait_for(page, what, seconds):
    end = time.time() + seconds
    while time.time() < end:
        state = page.evaluate(STATE)
        if state and what(state):
            return state
        time.sleep(0.3)
    return page.evaluate(STATE)


def look(lab, notebook, program, screenshots):
    outside, console = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})

        def note(request):
            address = urllib.parse.urlparse(request.url)
            if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in HERE:
                outside.append(request.url)

        page.on("request", note)
        page.on("console", lambda message: console.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: console.append(str(error)))
        page.goto(f"{lab.url}/lab/tree/{urllib.parse.quote(notebook)}?token={lab.token}&reset")
        wait_for(page, lambda state: state["status"] == "idle", 60)
        started = time.time()
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        state = wait_for(
            page,
            lambda s: all(c["count"] and not c["running"] for c in s["cells"]) or any(c["errors"] for c in s["cells"]),
            SECONDS,
        )
        seconds = time.time() - started
        page.wait_for_timeout(3000)  # figures draw themselves after the kernel is done
        seen = page.evaluate(SEEN)
        height = page.evaluate(
            "() => { const n = document.querySelector('.jp-WindowedPanel-outer');"
            " return n ? Math.ceil(n.scrollHeight) : 1000; }"
        )
        page.set_viewport_size({"width": 1280, "height": min(12000, height + 150)})
        page.evaluate("() => { const n = document.querySelector('.jp-WindowedPanel-outer'); if (n) n.scrollTop = 0; }")
        page.wait_for_timeout(1000)
        page.screenshot(path=str(screenshots / "notebook.png"))
        browser.close()
    return {"seconds": round(seconds, 1), **(state or {"cells": []}), **seen, "outside": outside, "console": console}


def main():
    notebook, screenshots = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    program = chromium()
    if program is None:
        print(json.dumps({"skipped": "no Chromium is installed"}))
        return
    screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "notebooks"
        folder.mkdir()
        shutil.copy(notebook, folder)
        lab = Lab(folder, pathlib.Path(scratch))
        try:
            print(json.dumps(look(lab, notebook.name, program, screenshots)))
        finally:
            lab.stop()


if __name__ == "__main__":
    main()

"""Shows the pages of the VS Code panel in Chromium, and holds what they draw to a kernel's answers.

    python Tests/Conformance/panel.py PROGRAM     # Python's standard library, node and chromium

The pages are the extension's own (lib/panel.js, lib/report.js, media), served as the editor's webview does: from one origin, under
the page's policy, with an `acquireVsCodeApi` that keeps what is posted. Ends with 77 where node or Chromium is not installed.
"""

import base64
import contextlib
import functools
import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path

import browser
from line_kernel import LineKernel
from window_browser import Window

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "protocol/clients/vscode"
PICTURE = ROOT / "Sources/World/Resources/heldout/probe-bolivia-00.png"
FEATURE = 14

# An editor's page has this, its theme's class and the theme's colours.
EDITOR = """
  window.posted = [];
  window.acquireVsCodeApi = () => ({ postMessage: (message) => window.posted.push(message) });
  new MutationObserver((_, observer) => {
    if (!document.body) return;
    document.body.classList.add('vscode-THEME');
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
"""


class Served(http.server.SimpleHTTPRequestHandler):
    """The extension's files, and the page that is set."""

    page = b""

    def do_GET(self):
        if self.path == "/favicon.ico":
            return self.send_response(204) or self.end_headers()
        if not self.path.startswith("/?"):
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(Served.page)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Served, directory=str(EXTENSION))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def near(found, expected):
    assert len(found) == len(expected), f"{len(found)} numbers, expected {len(expected)}"
    worst = max((abs(one - other) for one, other in zip(found, expected)), default=0)
    assert worst <= 1e-9, f"{worst} apart"


def show(window, origin, kind, values, theme):
    made = subprocess.run(
        ["node", str(EXTENSION / "tests/page.js")], input=json.dumps({"kind": kind, "values": values, "origin": origin}),
        capture_output=True, text=True, check=True).stdout
    Served.page = made.encode()
    script = window.ask("Page.addScriptToEvaluateOnNewDocument", source=EDITOR.replace("THEME", theme))["identifier"]
    window.ask("Page.navigate", url=f"{origin}/?{kind}-{theme}")
    window.until("document.readyState === 'complete' && !document.querySelector('[data-drawn]') && !!document.querySelector('h1')")
    window.ask("Page.removeScriptToEvaluateOnNewDocument", identifier=script)


def attribution(window, kernel, origin, theme):
    """A heat map cell by cell, bars, the measured numbers, and a click that asks for a feature."""
    opened = kernel.ask("context/open", parts=[{"id": "map", "image": {"path": str(PICTURE)}}, {"text": "Does the image show Bolivia?"}])
    context, sae = opened["context"], kernel.ask("kernel/status")["saes"][0]["sae"]
    target = {"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}
    tokens = kernel.ask("context/tokens", context=context)["tokens"]
    by_token = kernel.ask("attribution/compute", context=context, sae=sae, target=target, aggregate="token", topK=len(tokens), parts={"method": "none"}, verify=0)
    found = kernel.ask("attribution/compute", context=context, sae=sae, target=target, aggregate="feature", topK=12)
    scores = {each["position"]: each["score"] for each in by_token["items"]}
    source = "data:image/png;base64," + base64.b64encode(PICTURE.read_bytes()).decode()
    show(window, origin, "attribution", {
        "found": found, "labels": [[182, "<b>a label</b>"]], "scores": list(scores.items()),
        "seen": {"images": opened["images"], "tokens": tokens, "sources": [source]}}, theme)
    view = opened["images"][0]["views"][-1]
    own = [each for each in tokens if each.get("view") == view["name"] and "box" in each]
    cells = window.data(".heat .cells rect", "position", "value")
    assert [each[0] for each in cells] == [each["position"] for each in own], "the cells are not the finest view's patches"
    near([each[1] for each in cells], [scores.get(each["position"], 0) for each in own])
    boxes = window.value("[...document.querySelectorAll('.heat .cells rect')].map((each) => ['x', 'y', 'width', 'height'].map((name) => Number(each.getAttribute(name))))")
    near(sum(boxes, []), [value for each in own for value in (each["box"][0], each["box"][1], each["box"][2] - each["box"][0], each["box"][3] - each["box"][1])])
    assert window.value("document.querySelector('.heat image').href.baseVal") == source, "the picture is not the one that was asked about"
    assert window.texts(".sentence") == found["explanation"]["sentences"], "the sentences are not the kernel's"
    count = len(found["items"]) + len(found["byPart"])
    assert window.value("document.querySelectorAll('td .bar').length") == count, f"expected {count} bars"
    assert "<b>a label</b>" in window.texts("td") and not window.value("document.querySelectorAll('td b').length"), "a label is markup"
    window.click("button.feature")
    clicked = int(window.texts("button.feature")[0])
    assert window.value("window.posted") == [{"explain": clicked}], "a click asks for no feature"


def feature(window, kernel, origin, theme):
    """A feature's exemplars of text, token by token."""
    ref = {"sae": kernel.ask("kernel/status")["saes"][0]["sae"], "index": FEATURE}
    info = kernel.ask("feature/info", feature=ref, topK=8)
    examples = kernel.ask("feature/examples", feature=ref, view="text", topK=4)
    show(window, origin, "feature", {"index": FEATURE, "info": info, "examples": examples}, theme)
    texts = [each for each in examples["items"] if "tokens" in each]
    assert texts, "the index has no exemplar of text"
    shown = window.value("[...document.querySelectorAll('.token-strip')].map((strip) => [...strip.querySelectorAll('.token')].map((each) => Number(each.dataset.value)))")
    assert len(shown) == len(texts), f"{len(shown)} strips, expected {len(texts)}"
    for strip, item in zip(shown, texts):
        values = {each["position"]: each["value"] for each in item["positions"]}
        near(strip, [values.get(number, 0) for number in range(len(item["tokens"]))])


def main():
    if browser.program() is None or shutil.which("node") is None:
        print("Chromium or node is not installed")
        return 77
    failures = 0
    kernel = LineKernel(str(Path(sys.argv[1]).resolve()), "--jobs", "", "--threads", "2")
    with tempfile.TemporaryDirectory() as folder, served() as origin:
        window = Window(folder)
        try:
            for theme in ("dark", "light"):
                for what in (attribution, feature):
                    try:
                        what(window, kernel, origin, theme)
                        assert window.value("document.documentElement.dataset.theme") == theme, "the theme is not the editor's"
                        print(f"passed  {what.__name__}, {theme}", flush=True)
                    except Exception as error:  # noqa: BLE001: any failure is a row's
                        failures += 1
                        where = traceback.extract_tb(error.__traceback__)[-1]
                        print(f"FAILED  {what.__name__}, {theme}: {type(error).__name__} {str(error)[:600]} (line {where.lineno})", flush=True)
            elsewhere = [url for url in window.requested() if not url.startswith((origin, "data:"))]
            for name, found in (("nothing is asked of another host", elsewhere), ("the console and the policy have nothing to say", window.troubles())):
                failures += bool(found)
                print(f"{'FAILED' if found else 'passed'}  {name}" + (f": {found[:5]}" if found else ""))
        finally:
            window.close()
            kernel.kill()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

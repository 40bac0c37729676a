"""Holds session/export and `lucarne report session` to what they say they do.

    python3 exports.py PATH/TO/lucarne     # Python's standard library alone

A session with answers is written by one kernel; what its page and its notebook show is compared with what a second
kernel answers. Texts that are markup, scripts or formulas change nothing of the page. Files that are damaged, huge or no
sessions are refused in words, and nothing that is there is replaced.
"""

import ast
import base64
import copy
import hashlib
import html.parser
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sessions
from sessions import MAP, PROGRAM, QUESTION, in_base64, new_kernel, refused, row, told, with_picture

TARGET = {"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}
HOSTILE = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='alert(1)", "</style></svg></title><h1>", "</pre><script>alert(1)</script>",
    "a\0b\x1b[31m\x7f\x85", "\u202edesrever\u2066", "<!-- -->&amp;&lt;", "$x$ `y` [z](javascript:alert(1))", "\"\"\"\nimport os\nos.abort()\n\"\"\"", "x" * 10_000, "\u0301" * 500]
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "h4", "p", "details", "summary", "dl", "div", "dt", "dd", "code", "svg", "defs", "image", "use",
    "section", "figure", "figcaption", "span", "bdi", "article", "small", "b", "i", "rect", "title", "table", "caption", "thead", "tbody", "tr", "th", "td", "line", "text", "circle", "ul",
    "li", "br"}


class Page(html.parser.HTMLParser):
    """What a browser makes of a page: its elements with their attributes, its texts, texts by their element's class."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "br", "link", "input", "img"):
            self.open.append((tag, dict(attributes).get("class") or ""))

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        self.texts.append((tuple(self.open), data))

    def within(self, tag, name=""):
        return [data for path, data in self.texts if any(each == tag and (not name or name in kind.split()) for each, kind in path)]

    def all(self, tag, name=""):
        return [each for kind, each in self.elements if kind == tag and (not name or name in (each.get("class") or "").split())]


def asked(kernel):
    """A picture with its question, answered, explained and changed, as entries and as answers."""
    context = kernel.ask("context/open", parts=[{"id": "map", "image": {"base64": in_base64(MAP)}}, {"id": "question", "text": QUESTION}])["context"]
    sae = kernel.ask("kernel/status")["saes"][0]["sae"]
    mute = [{"op": "zero", "feature": {"sae": sae, "index": 182}, "generated": True}]
    requests = [
        ("context/tokens", {}), ("context/generate", {"maxTokens": 8}),
        ("attribution/compute", {"sae": sae, "target": TARGET, "aggregate": "token", "topK": 1000, "parts": {"method": "none"}, "verify": 0}),
        ("attribution/compute", {"sae": sae, "target": TARGET, "aggregate": "feature", "topK": 40, "parts": {"method": "ablation"}}),
        ("steering/generate", {"sae": sae, "maxTokens": 8, "interventions": mute, "compareWith": ["plain", "reconstruction"]}),
        ("steering/generate", {"sae": sae, "maxTokens": 8, "interventions": [
            {"op": "clamp", "value": 24, "feature": {"sae": sae, "index": 1302}, "at": [{"image": 0, "box": [0, 0, 48, 48]}, {"last": 1}]}]}),
        ("ablation/run", {"sae": sae, "interventions": mute, "targets": [TARGET]})]
    entries = []
    for method, params in requests:
        given = {"context": context, **params}
        entries.append({"method": method, "params": given, "result": kernel.ask(method, **given)})
    return context, sae, entries


def near(found, expected):
    return len(found) == len(expected) and all(math.isclose(one, other, abs_tol=0.0051) for one, other in zip(found, expected))


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


def shown(folder):
    """The page beside a second kernel's answers. @returns the session"""
    first = new_kernel()
    context, sae, entries = asked(first)
    path = folder / "study.json"
    entries += [{"labels": [{"sae": sae, "index": 182, "text": "says <Yes>"}]}, "notes", {"method": "kernel/status", "state": "failed", "params": {}}]
    first.ask("session/save", path=str(path), entries=entries, note="maps & rivers")
    answer = first.ask("session/export", path=str(path), format="html")
    text = answer["text"]
    row("a page says how long it is, and that all could be shown", answer["bytes"] == len(text.encode()) and answer["warnings"] == [] and "output" not in answer, answer["bytes"])
    inline = first.ask("session/export", session=json.loads(path.read_text()), format="html")
    row("a session in a message gives the same page", inline["text"] == text)
    output = folder / "page.html"
    written = first.ask("session/export", path=str(path), format="html", output=str(output))
    row("so does a file", written == {"output": str(output), "bytes": len(text.encode()), "warnings": []} and output.read_text() == text, str(written)[:120])
    first.kill()
    command = subprocess.run([PROGRAM, "report", "session", path, "--output", folder / "both"], capture_output=True, text=True)
    row("and the command, with no kernel", command.returncode == 0 and (folder / "both/session.html").read_text() == text, command.stderr[:200])

    second = new_kernel()
    _, _, fresh = asked(second)
    results = [each["result"] for each in fresh]
    tokens, said, by_token, by_feature, muted, clamped, ablated = results
    page = Page(text)
    everything = " ".join(data for _, data in page.texts)
    row("its elements are those of a report, none of them loads or runs anything",
        {kind for kind, _ in page.elements} <= ELEMENTS and not any(name.startswith("on") for _, each in page.elements for name in each)
        and all(each.get("href", "#").startswith(("#", "data:image/")) for _, each in page.elements) and not re.search(r"https?:|url\(", text)
        and any("default-src 'none'; img-src data:; style-src 'unsafe-inline'" == each.get("content") for each in page.all("meta")))
    images = page.all("image")
    row("the picture is in it, byte for byte", [each["href"] for each in images] == ["data:image/png;base64," + in_base64(MAP)], len(images))
    words = page.within("span", "word")
    outputs = {each["name"]: each for each in muted["outputs"]}
    expected = [each["text"] for tokens_ in (said["tokens"], *(outputs[name]["tokens"] for name in ("plain", "reconstruction", "steered")), clamped["outputs"][0]["tokens"])
                for each in tokens_]
    row("answers are those of a second kernel, plain and changed", words == expected, f"{words} {expected}")
    first_token = said["tokens"][0]
    row("with probabilities where they are not sure", f"{100 * math.exp(first_token['logProb']):.1f} %" in page.within("small"), str(page.within("small"))[:100])

    scores = {each["position"]: each["score"] for each in by_token["items"]}
    cells = [each for each in tokens["tokens"] if each.get("image") == 0 and "box" in each]
    cells = [each for each in cells if each["view"] == cells[-1]["view"]]
    most = max(abs(scores.get(each["position"], 0)) for each in cells)
    drawn = [each for each in cells if abs(scores.get(each["position"], 0)) / most > 0.0005]
    rects = page.all("rect")
    row("the heat map has the patches of the finest view", [[float(each[name]) for name in ("x", "y")] for each in rects] == [[round(value, 1) for value in each["box"][:2]] for each in drawn]
        and [each["class"] for each in rects] == ["opposes" if scores[each["position"]] < 0 else "supports" for each in drawn], f"{len(rects)} of {len(cells)}")
    row("each as strong as its score", near([float(each["fill-opacity"]) for each in rects], [0.78 * abs(scores[each["position"]]) / most for each in drawn]))
    titles = [each["title"] for each in page.all("span", "piece") + page.all("span", "mark") if "title" in each]
    prompt = [each for each in tokens["tokens"] if "image" not in each and each["position"] <= by_token["target"]["position"]]
    row("the token strip has the prompt's words with their scores", near(sorted(map(number, titles)), sorted(scores.get(each["position"], 0) for each in prompt)), len(titles))
    effect = {each["feature"]["index"]: each.get("measured", each["score"]) for each in by_feature["items"]}
    wanted = [[f"#{index}" for index, value in effect.items() if sign * value > 0][:12] for sign in (1, -1)]
    row("features support and oppose as measured, the strongest first", page.within("b")[:len(sum(wanted, []))] == sum(wanted, []), str(page.within("b"))[:160])
    row("with their names", "says <Yes>" in page.within("td"))
    row("and every pair that was verified", near(sorted(value for each in page.within("title") if "predicted" in each for value in map(number, re.findall(r"[+-][\d.]+", each))),
        sorted(value for each in by_feature["verification"]["items"] for value in (each["predicted"], each["measured"]))), by_feature["verification"]["n"])
    row("parts, sentences, receipts and digests are there", all(each in everything for each in (
        *by_feature["explanation"]["sentences"], *(f"{each['score']:+.2f}" for each in by_feature["byPart"]), str(muted["receipt"]["positions"]), str(clamped["receipt"]["positions"]),
        f"{ablated['targets'][0]['before']:.2f}", "pixels 0, 0, 48, 48", "maps & rivers", *(each["digest"] for each in json.loads(path.read_text())["models"]))))
    second.kill()
    return path, entries


def notebook(folder, path, entries):
    kernel = new_kernel()
    answer = kernel.ask("session/export", path=str(path), format="ipynb")
    found = json.loads(answer["text"])
    cells = found["cells"]
    row("a notebook is one of format 4.5", (found["nbformat"], found["nbformat_minor"]) == (4, 5) and found["metadata"]["kernelspec"]["language"] == "python"
        and len({each["id"] for each in cells}) == len(cells) and all(set(each) == ({"cell_type", "id", "metadata", "source"} if each["cell_type"] == "markdown" else {
            "cell_type", "id", "metadata", "source", "execution_count", "outputs"}) for each in cells), len(cells))
    code = [each for each in cells if each["cell_type"] == "code"]
    for each in code:
        compile(each["source"], each["id"], "exec")
    calls = [each for each in code if each["outputs"]]
    kinds = [each["method"].replace("/", ".") for each in entries if isinstance(each, dict) and each.get("method") in (
        "context/generate", "attribution/compute", "steering/generate", "ablation/run")]
    row("it asks what was asked, in order", [re.search(r"kernel\.([a-z.]+)\(", each["source"])[1] for each in calls] == kinds, kinds)
    row("with the saved answers as outputs", calls[0]["outputs"][0]["data"]["text/plain"] == entries[1]["result"]["text"]
        and any("image/svg+xml" in output["data"] for output in calls[1]["outputs"]) and entries[3]["result"]["explanation"]["title"] in calls[2]["outputs"][0]["data"]["text/plain"])
    beside = folder / "beside.ipynb"
    kernel.ask("session/export", path=str(path), format="ipynb", output=str(beside))
    row("beside its session it names it by its file's name, else by its path", f'SESSION = "{path.name}"' in json.loads(beside.read_text())["cells"][1]["source"]
        and f'SESSION = "{path}"' in cells[1]["source"])
    kernel.end()


def hostile_texts(path):
    """Every text of the session, its entries included, is one of the hostile ones."""
    kernel = new_kernel()
    session = json.loads(path.read_text())
    plain, harmful, code = None, [], []

    def put(value, text, name=""):
        if isinstance(value, dict):
            return {key: put(each, text, key) for key, each in value.items()}
        if isinstance(value, list):
            return [put(each, text, name) for each in value]
        return text if isinstance(value, str) and name in ("text", "title", "note", "sentences", "label", "part", "notReliable", "id", "kernelVersion", "architecture") else value

    for text in ["plain", *HOSTILE]:
        spoilt = put(session, text)
        spoilt["pictures"][0]["name"] = text
        answer = kernel.ask("session/export", session=spoilt, format="html")
        if "text" not in answer:
            harmful.append(f"{text[:20]!r}: {told(answer)}")
            continue
        # Lines of a token strip end where their tokens do.
        skeleton = [(kind, sorted(each)) for kind, each in Page(answer["text"]).elements if kind != "br"]
        plain = plain or skeleton
        if skeleton != plain or re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", answer["text"]):
            harmful.append(repr(text[:20]))
        cells = json.loads(kernel.ask("session/export", session=spoilt, format="ipynb")["text"])["cells"]
        # A call, a definition, an assignment: nothing that a text could have added.
        shapes = [[type(each).__name__ for each in ast.parse(cell["source"]).body] for cell in cells if cell["cell_type"] == "code"]
        code.append(shapes)
        if any("<script" in cell["source"] for cell in cells if cell["cell_type"] == "markdown"):
            harmful.append(f"{text[:20]!r} in a notebook")
    row(f"{len(HOSTILE)} hostile texts in every place change nothing of the page", not harmful, harmful[:3] or "")
    # A request that a text makes too long is left out.
    row("nor of the notebook's code", all(shape in code[0] for each in code for shape in each))

    spoilt = copy.deepcopy(session)
    spoilt["entries"][1]["params"] = {"context": spoilt["entries"][1]["params"]["context"], "x)\nimport os; (": 1, "maxTokens": {"__import__('os')": "'; import os"}}
    cells = json.loads(kernel.ask("session/export", session=spoilt, format="ipynb")["text"])["cells"]
    row("names of params are names or left out", not any("import os" in line and not line.lstrip().startswith("max_tokens=") for cell in cells if cell["cell_type"] == "code"
                                                        for line in cell["source"].split("\n")))
    strange = copy.deepcopy(session)
    strange["entries"] = [{"method": each["method"], "params": each["params"], "result": other} for each in session["entries"] if isinstance(each, dict) and "result" in each
                          for other in ({}, {"items": "x"}, {"tokens": [1e308]}, {"outputs": [{}]}, {"text": None})]
    strange["entries"] += [None, 1, "x", [], {"method": 7}, {"method": "context/generate", "params": [], "result": {}}, {"window": 7}, {"labels": [7, {}]}]
    answer = kernel.ask("session/export", session=strange, format="html")
    row("results that are none are counted, not shown", "could not be read" in answer.get("text", ""), told(answer) if "text" not in answer else "")
    extreme = copy.deepcopy(session)
    for item in extreme["entries"][2]["result"]["items"]:
        item["score"] = 1e308
    extreme["entries"][2]["result"]["target"]["value"] = -1e308
    for token in extreme["entries"][0]["result"]["tokens"]:
        if "box" in token:
            token["box"] = [-1e300, -1e300, 1e300, 1e300]
    answer = kernel.ask("session/export", session=extreme, format="html")
    row("numbers at the end of their range end no kernel", "text" in answer, told(answer) if "text" not in answer else "")
    row("the kernel goes on", "models" in kernel.ask("kernel/status"))
    kernel.end()


def damage(folder, path):
    kernel = new_kernel()
    session = json.loads(path.read_text())
    file = folder / "damaged.json"

    def attempt(content):
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return kernel.ask("session/export", path=str(file), format="html")

    text = json.dumps(session).encode()
    for what, content, words in (
        ("nothing", b"", "not a session"), ("deep lists", b"[" * 100_000, "not a session"), ("deep entries", text[:-1].replace(b'"entries": [', b'"entries": [' + b"[" * 600 + b"]" * 600 + b",", 1) + b"}", "not a session"),
        ("half of a session", text[:len(text) // 2], "not a session"), ("zero bytes", b"\0" * 4096, "not a session"), ("another format", {**session, "format": "lucarne-recipe"}, "format"),
        ("a later version", {**session, "version": 2}, "version"), ("another type", {**session, "contexts": 7}, "contexts")):
        answer = attempt(content)
        row(f"a file of {what} is refused", refused(answer) and words in answer["message"], told(answer))
    spoilt = copy.deepcopy(session)
    spoilt["pictures"][0]["sha256"] = "0" * 64
    spoilt["contexts"][0]["parts"][0]["picture"] = "0" * 64
    answer = attempt(spoilt)
    row("a picture that is not that of its digest is named", refused(answer, "imageUnreadable") and "0" * 64 in answer["message"], told(answer))
    for what, content in (("an SVG with a script", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), ("a page", b"<html><script>alert(1)</script>"),
                          ("a bomb of 30,000 × 30,000 pixels", sessions.bomb())):
        answer = attempt(with_picture(session, content))
        page = Page(answer.get("text", ""))
        row(f"{what} as a picture is left out, and told", len(answer.get("warnings", [])) == 1 and not page.all("image") and "script" not in {kind for kind, _ in page.elements}
            and "http:" not in answer["text"], told(answer) if "text" not in answer else answer["warnings"][0][:100])
    large = {**session, "entries": [*session["entries"], "x" * (60 << 20)]}
    answer = attempt(large)
    row("60 MB of somebody's entries are read, and not in the page", answer.get("bytes", 1 << 30) < 1 << 20, answer.get("bytes", told(answer)))
    asked_often = [each for each in session["entries"] if isinstance(each, dict) and each.get("method") == "context/generate"]
    many = {**session, "entries": [{**asked_often[0], "params": {**asked_often[0]["params"], "seed": number}} for number in range(60_000)],
            "pictures": [*session["pictures"], *({"sha256": hashlib.sha256(str(number).encode()).hexdigest(), "base64": base64.b64encode(str(number).encode()).decode()}
                                                 for number in range(20_000))]}
    started = time.monotonic()
    answer = attempt(many)
    row("60,000 answers and 20,000 pictures that are none end in a page of bounded size, soon", answer.get("bytes", 1 << 30) < 1 << 20 and len(answer["warnings"]) == 22
        and time.monotonic() - started < 30, f"{answer.get('bytes', told(answer))} bytes after {time.monotonic() - started:.1f} s")
    file.write_bytes(b'{"format":"lucarne-session","note":"' + b"x" * (140 << 20) + b'"}')
    answer = kernel.ask("session/export", path=str(file), format="html")
    row("140 MB are refused unread", refused(answer) and "at most" in answer["message"], told(answer))
    file.write_bytes(text)
    taken = folder / "taken.html"
    taken.write_text("mine")
    for what, params, kind in (
        ("a file that is there", {"path": str(file), "output": str(taken)}, "pathDenied"), ("the session itself", {"path": str(file), "output": str(file)}, "pathDenied"),
        ("a relative output", {"path": str(file), "output": "page.html"}, "pathDenied"), ("no such folder", {"path": str(file), "output": str(folder / "no/page.html")}, None),
        ("neither path nor session", {}, None), ("both", {"path": str(file), "session": session}, None), ("a relative path", {"path": "study.json"}, None)):
        answer = kernel.ask("session/export", format="html", **params)
        row(f"{what} is refused", refused(answer, kind), told(answer))
    row("an unknown format is refused", refused(kernel.ask("session/export", path=str(file), format="pdf")))
    row("nothing that was there is changed", taken.read_text() == "mine" and file.read_bytes() == text)
    kernel.end()
    for what, arguments, words in (
        ("a file that is no session", [taken, "--output", folder / "x.html"], "not a session"), ("the session as its output", [file, "--output", file, "--format", "html"], "it is read here"),
        ("a file that is not there", [folder / "no.json", "--output", folder / "x.html"], "no file")):
        command = subprocess.run([PROGRAM, "report", "session", *arguments], capture_output=True, text=True)
        row(f"the command refuses {what}", command.returncode != 0 and words in command.stderr and file.read_bytes() == text, command.stderr.strip()[:160])


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, entries = shown(folder)
        notebook(folder, path, entries)
        hostile_texts(path)
        damage(folder, path)
    print("all rows hold" if not sessions.failures else f"{sessions.failures} rows do not hold")
    return 1 if sessions.failures else 0


if __name__ == "__main__":
    sys.exit(main())

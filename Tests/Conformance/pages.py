"""Holds the pages of `lucarne report` to an index of the embedded world's pictures, each asked a question.

    python Tests/Conformance/pages.py PROGRAM     # Python's standard library

Every link leads to a file and an anchor that are there, nothing is loaded from elsewhere, an overview shows a window of
its cards, and the feature that the demo blames, 182, opens where it is strongest: where the
answer begins, at the maps on which Bolivia is not drawn.
"""

import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "Sources/World/Resources/heldout"
WINDOW = 60
failures = 0


def check(what, holds, detail=""):
    global failures
    print(("ok    " if holds else "FAIL  ") + what + (f": {detail}" if detail else ""))
    failures += not holds


class Page(HTMLParser):
    """Addresses, anchors and cards of a page, and the text exemplars' tokens with their activations."""

    def __init__(self, path):
        super().__init__()
        self.links, self.sources, self.anchors, self.cards, self.checked = [], [], set(), [], []
        self.section, self.exemplars, self.title = None, {}, None
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.anchors.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        self.sources += [found[name] for name in ("src", "href") if name in found and tag != "a"]
        if tag == "li" and found.get("class") == "card":
            self.cards.append((int(found["data-latent"]), "hidden" in found))
        if tag == "input" and "checked" in found:
            self.checked.append(found["id"])
        if tag == "section" and "data-rank" in found:
            self.section = (found["data-view"], found["data-rank"])
        if tag == "figure" and self.section:
            self.exemplars.setdefault(self.section, []).append([])
        self.title = found.get("title") if tag == "span" and found.get("class") in ("piece", "mark") else None

    def handle_data(self, data):
        if self.title and self.section:
            self.exemplars[self.section][-1].append((data, float(self.title.split(",")[0])))
            self.title = None


def run(program, *arguments):
    result = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def check_folder(what, folder):
    pages = {path.name: Page(path) for path in folder.glob("*.html")}
    wrong, count = [], 0
    for name, page in pages.items():
        for link in page.links:
            count += 1
            file, _, anchor = link.partition("#")
            target = pages.get(file or name)
            if target is None or (anchor and anchor not in target.anchors):
                wrong.append(f"{name} → {link}")
        remote = [s[:60] for s in page.sources if not s.startswith(("data:", "#"))]
        wrong += [f"{name} loads {s}" for s in remote]
        if "default-src 'none'" not in (folder / name).read_text():
            wrong.append(f"{name} has no policy")
    check(what, not wrong and count, f"{count} links; " + "; ".join(wrong[:3]))
    return pages


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        names = [p for p in sorted(PICTURES.glob("*.png")) if ".mask." not in p.name and p.name.startswith(("map", "probe", "park"))]
        (folder / "list.txt").write_text("".join(f"{p}\n" for p in names))
        index = folder / "asked.index"
        run(program, "index", "build", index, "--list", folder / "list.txt", "--question", "Does the image show Bolivia?")
        run(program, "report", "index", "--index", index, "--output", folder / "pages")
        run(program, "report", "feature", "182", "929", "--index", index, "--output", folder / "pages", "--exemplars", "5")
        pages = check_folder("an overview and two features", folder / "pages")
        overview, feature = pages["index.html"], pages["feature-182.html"]
        shown = [latent for latent, hidden in overview.cards if not hidden]
        check("a window of the cards", len(shown) == WINDOW < len(overview.cards), f"{len(shown)} of {len(overview.cards)}")
        check("features without pages link to their cards", any(re.fullmatch(r"index\.html#f\d+", link) for link in feature.links))
        check("it opens where it is strongest", "view-text" in feature.checked, ", ".join(feature.checked))
        best = feature.exemplars[("text", "max")]
        peaks = [max(tokens, key=lambda token: token[1]) for tokens in best]
        check("where the answer begins", all(token == "↵↵" for token, _ in peaks), ", ".join(f"{t} {v}" for t, v in peaks))
        answers = {tokens[-1][0] for tokens in best}
        check("on maps that are said to show Bolivia", answers == {"Yes"}, str(answers))
        run(program, "report", "index", "--index", index, "--output", folder / "several", "--page-size", "500", "--limit", "900", "--by", "max")
        run(program, "report", "feature", "182", "--index", index, "--output", folder / "several", "--exemplars", "1")
        pages = check_folder("several pages of an overview", folder / "several")
        check("each feature once", len({c for name in ("index.html", "index-2.html") for c, _ in pages[name].cards}) == 900)
    sys.exit(1 if failures else 0)


main()

"""Do explanations hold for a judge that knows the truth? `consistency` by depth and kind, under several rules.

    python Tests/Studies/consistency.py --concepts DIR/concepts.json --index BLOCK1.index SAE1 [--index BLOCK3.index SAE3 …]
        [--view base] [--first] [--pool 200] [--seed 7] [--lucarne PATH] [--output FILE]

The judge is a server of chat completions in this process. Of each picture that it is shown it finds which of the concept
set's it is and which patches are lit (what is not lit has 20 % of its brightness), and looks up in the set's masks
whether the concept that the explanation names is seen in what is lit. A rule has three parts:

- In how many of five pictures: 3, which is what the question asks by "most"; of fewer pictures the same share, rounded up.
- In what: `patch`, in one lit patch, so that a small thing is not lost in a large bright region; or `lit`, in all lit
  patches together.
- The least share that the concept's mask has of it: a quarter, the most that every word reaches. A patch of the base view
  has 16 rows of 16 pixels and a word is 7 rows high, so that one across two patches fills 4 rows of one of them. In how
  many of the places where concepts are seen a rule could be met at all is printed by kind.

The question about another latent's pictures, which is what chance gives, is answered by the same rule. The first rule's
scores are added to the indexes, so that `lucarne report scores` shows them; the others are measured on copies. A patch that
is black with and without light counts as not lit; an explanation that names no concept, or a picture that is not the set's,
gets no answer that can be read, and they are counted. The exemplars are the latent's best of all pictures, also of
those that dissection chose the explanation by.

Needs numpy and Pillow. Prints tables in Markdown, and with --output keeps them as JSON.
"""

import argparse
import base64
import io
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import numpy
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Sources/World/Resources/workers"))
from concepts import ConceptSet, SetError  # noqa: E402

EXEMPLARS = 5
VIEWS = ["base", "tiles"]
KINDS = ["scene", "object", "part", "material", "texture", "colour", "word", "feeling", "action"]


class Rule(NamedTuple):
    pictures: int
    of: str
    share: float

    @property
    def name(self):
        return f"{self.pictures} of {EXEMPLARS}, {self.share:g} of {'a lit patch' if self.of == 'patch' else 'all that is lit'}"

    def holds(self, pictures):
        """Of each picture: the concept's largest share of a lit patch, and its share of all lit ones."""
        seen = sum((patch if self.of == "patch" else lit) >= self.share for patch, lit in pictures)
        return bool(seen >= math.ceil(self.pictures * len(pictures) / EXEMPLARS))


FIRST = Rule(3, "patch", 0.25)
RULES = [FIRST, Rule(2, "patch", 0.25), Rule(4, "patch", 0.25), Rule(3, "patch", 0.125), Rule(3, "patch", 0.5), Rule(3, "lit", 0.25)]


class Unknown(Exception):
    """There is no truth about it."""


class Truth:
    """The set's pictures, how one that is shown is lit, and where each concept is."""

    def __init__(self, path, grid):
        self.set, self.grid = ConceptSet(path), grid
        self.names, pixels = sorted(self.set.places), []
        for name in self.names:
            pixels.append(numpy.asarray(Image.open(self.set._file(name)).convert("RGB")))
        if len({each.shape for each in pixels}) > 1:
            raise SystemExit(f"{path}: the pictures have {len({each.shape for each in pixels})} sizes, expected one")
        self.own = numpy.stack(pixels)
        self.dark = numpy.floor(self.own * 0.2 + 0.5).astype(numpy.uint8)
        height, width = self.own.shape[1:3]
        if height % grid[0] or width % grid[1]:
            raise SystemExit(f"pictures of {width} x {height} are not whole patches on a grid of {grid[1]} x {grid[0]}")
        self.entries = json.loads(Path(path).read_text())
        if isinstance(self.entries, dict):
            self.entries = self.entries["concepts"]
        self.masks, self.seen, self.shares = {}, {}, {}

    def by_patch(self, pixels):
        """Rows and columns of patches, and in each its pixels."""
        height, width = pixels.shape[:2]
        rows, columns = self.grid
        return pixels.reshape(rows, height // rows, columns, width // columns).transpose(0, 2, 1, 3).reshape(rows * columns, -1)

    def recognise(self, data):
        """Which picture it is, and which of its patches are lit."""
        if data not in self.seen:
            shown = numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            if shown.shape != self.own.shape[1:]:
                raise Unknown(f"a picture of {shown.shape[1]} x {shown.shape[0]}")
            # A few pixels tell most pictures apart.
            some = numpy.s_[:, 5::13, 3::13]
            near = ((shown[some[1:]] == self.own[some]) | (shown[some[1:]] == self.dark[some])).all(axis=(1, 2, 3))
            found = []
            for place in numpy.flatnonzero(near):
                is_own, is_dark = (shown == self.own[place]).all(axis=2), (shown == self.dark[place]).all(axis=2)
                if not (is_own | is_dark).all():
                    continue
                own, dark = self.by_patch(is_own).all(axis=1), self.by_patch(is_dark).all(axis=1)
                if (own | dark).all():
                    found.append((self.names[place], own & ~dark))
            if len(found) != 1:
                raise Unknown(f"a picture that could be {len(found)} of the set's")
            self.seen[data] = found[0]
        return self.seen[data]

    def cover(self, concept, name):
        """Of each patch, the share that is the concept."""
        key = concept, name
        if key not in self.shares:
            place = next(((mask, values) for number, mask, values in self.set.places[name] if number == concept), None)
            if place is None:
                inside = numpy.zeros(self.own.shape[1:3], bool)
            else:
                mask, values = place
                if mask not in self.masks:
                    self.masks[mask] = numpy.asarray(Image.open(os.path.join(self.set.folder, mask)).convert("L"))
                inside = numpy.isin(self.masks[mask], list(values))
            self.shares[key] = self.by_patch(inside).mean(axis=1)
        return self.shares[key]

    def shown(self, text, images):
        concept = self.set.named(text)
        if concept is None:
            raise Unknown(f"no concept is named by {text!r}")
        pictures = []
        for name, lit in map(self.recognise, images):
            cover = self.cover(concept, name)[lit]
            pictures.append((cover.max(), cover.mean()) if len(cover) else (0, 0))
        return pictures

    def reach(self, rule):
        """By kind: of the places where a concept is seen, the share in which one patch of all has enough of it."""
        found = {}
        for number, entry in enumerate(self.entries):
            for place in entry["places"]:
                name = place["picture"]
                found.setdefault(entry.get("attribute", "other"), []).append(self.cover(number, name).max() >= rule.share)
        return {kind: float(numpy.mean(each)) for kind, each in found.items()}


class Judge:
    """Answers by the rule that its model's name tells."""

    def __init__(self, truth):
        judge, self.truth, self.lock = self, truth, threading.Lock()
        self.unknown = Counter()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                said = judge.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                data = json.dumps({
                    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
                    "usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def model(self, rule):
        """A name that tells the set too: a score under the same name is not measured again."""
        return f"{rule.name}, masks {self.truth.set.digest[:8]}"

    def answer(self, body):
        rule = next(each for each in RULES if self.model(each) == body["model"])
        parts = body["messages"][-1]["content"]
        words = "\n".join(part["text"] for part in parts if part["type"] == "text")
        text = words.split("Description: ", 1)[1].split("\n", 1)[0]
        images = [base64.b64decode(part["image_url"]["url"].split(",", 1)[1]) for part in parts if part["type"] == "image_url"]
        with self.lock:
            try:
                return json.dumps({"consistent": rule.holds(self.truth.shown(text, images))})
            except Unknown as why:
                self.unknown[str(why)] += 1
                return "I cannot tell."


def read(index, query, *values):
    with closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()


def grid_of(index, view):
    """Rows and columns of the view's patches."""
    grids = set()
    for (layout,) in read(index, "SELECT views FROM layout"):
        grids |= {(each["rows"], each["columns"]) for each in json.loads(layout)["views"] if each["name"] == view}
    if len(grids) != 1:
        raise SystemExit(f"{index}: the view {view} has {len(grids)} grids, expected one")
    return grids.pop()


def site_of(index):
    return json.loads(read(index, "SELECT value FROM fact WHERE name = 'identity'")[0][0])["site"]


def score(options, judge, rule, index, sae):
    """The index's scores under the rule: (kind, value, what chance gives) of each latent."""
    done = subprocess.run(
        [options.lucarne, "score", index, "--sae", sae, "--scorer", "consistency", "--judge-endpoint", judge.address,
         "--judge-model", judge.model(rule), "--view", options.view, "--exemplars", str(EXEMPLARS), "--pool", str(options.pool),
         "--seed", str(options.seed)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{index}: lucarne score ended with {done.returncode}: {done.stderr[-500:].strip()}")
    # Of the explanation that counts, and by this judge alone; the newest last.
    rows = read(index, """
        SELECT e.latent, e.concept, s.value, s.baseline, s.details FROM score s JOIN explanation e ON e.id = s.explanation
        WHERE s.kind = 'consistency' AND e.revision = (SELECT max(revision) FROM explanation WHERE latent = e.latent)
        ORDER BY s.id""")
    found = {}
    for latent, kind, value, chance, details in rows:
        settings = json.loads(details)["settings"]
        if settings["judge"] == judge.model(rule) and settings["view"] == options.view:
            found[latent] = (kind or "other", value, chance)
    if not found:
        raise SystemExit(f"{index}: nothing was scored; the judge had no truth about {dict(judge.unknown.most_common(3))}")
    return list(found.values())


def mean(rows):
    chances = [chance for _, _, chance in rows if chance is not None]
    return {
        "count": len(rows), "value": float(numpy.mean([value for _, value, _ in rows])),
        "chance": float(numpy.mean(chances)) if chances else None}


def means(rows):
    kinds = sorted({kind for kind, _, _ in rows}, key=lambda kind: (KINDS.index(kind) if kind in KINDS else len(KINDS), kind))
    return {**{kind: mean([row for row in rows if row[0] == kind]) for kind in kinds}, "total": mean(rows)}


def cell(found, counts):
    if found is None:
        return "–"
    chance = "–" if found["chance"] is None else f"{found['chance']:.3f}"
    return f"{found['value']:.3f} ({chance})" + (f" of {found['count']}" if counts else "")


def table(first, sites, rows, counts=False):
    print(f"\n| {first} | " + " | ".join(f"`{site}`" for site in sites) + " |")
    print("|---" * (len(sites) + 1) + "|")
    for name, cells in rows:
        print(f"| {name} | " + " | ".join(cell(each, counts) for each in cells) + " |")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--concepts", required=True, help="the concept set that the indexes' pictures are of")
    options.add_argument("--index", nargs=2, action="append", required=True, metavar=("INDEX", "SAE"), help="may be repeated")
    options.add_argument("--view", choices=VIEWS, default="base")
    options.add_argument("--first", action="store_true", help="the first rule alone")
    options.add_argument("--pool", type=int, default=200)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--lucarne", default=str(ROOT / ".build/release/lucarne"))
    options.add_argument("--output", type=Path)
    options = options.parse_args()
    grids = {grid_of(index, options.view) for index, _ in options.index}
    if len(grids) != 1:
        raise SystemExit(f"the indexes have {len(grids)} grids of the view {options.view}, expected one")
    try:
        truth = Truth(options.concepts, grids.pop())
    except SetError as error:
        raise SystemExit(str(error)) from None
    judge = Judge(truth)
    sites = [site_of(index) for index, _ in options.index]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for rule in [FIRST] if options.first else RULES:
            found[rule.name] = []
            for number, (index, sae) in enumerate(options.index):
                path = index
                if rule != FIRST:
                    path = f"{folder}/{number}.index"
                    shutil.copyfile(index, path)
                found[rule.name].append(means(score(options, judge, rule, path, sae)))
                print(f"{rule.name}: {index}", file=sys.stderr, flush=True)
    main_rule = found[FIRST.name]
    kinds = list(dict.fromkeys(kind for kind in [*KINDS, *(k for each in main_rule for k in each)] if any(kind in each for each in main_rule)))
    kinds = [kind for kind in kinds if kind != "total"] + ["total"]
    print(f"\nConsistency by kind (by chance in brackets), view {options.view}, {FIRST.name}:")
    table("kind", sites, [(kind, [each.get(kind) for each in main_rule]) for kind in kinds], counts=True)
    print("\nAll kinds, by rule:")
    table("rule", sites, [(name, [each["total"] for each in each_rule]) for name, each_rule in found.items()])
    print("\nPlaces where one patch of all has so much of the concept:\n")
    reach = {rule.share: truth.reach(rule) for rule in RULES if rule.of == "patch"}
    shares = sorted(reach)
    print("| kind | " + " | ".join(f"{share:g}" for share in shares) + " |\n" + "|---" * (len(shares) + 1) + "|")
    for kind in sorted(reach[shares[0]], key=lambda kind: KINDS.index(kind) if kind in KINDS else len(KINDS)):
        print(f"| {kind} | " + " | ".join(f"{reach[share][kind]:.3f}" for share in shares) + " |")
    print(f"\n{sum(judge.unknown.values())} questions without a truth" + "".join(f"; {count} x {why}" for why, count in judge.unknown.items()))
    if options.output:
        kept = {"view": options.view, "sites": sites, "rules": found, "reach": reach, "unknown": judge.unknown}
        temporary = options.output.with_name(options.output.name + ".part")
        temporary.write_text(json.dumps(kept, indent=1) + "\n")
        temporary.replace(options.output)


if __name__ == "__main__":
    main()

"""Holds the numbers of explanation/score to their definitions.

    python3 scores.py PATH/TO/lucarne     # needs numpy and Pillow; ends with 77 without them

The world's index is scored by the vision worker that answers from the held-out set's masks. The same numbers are
computed here from the index's rows (by sqlite3), from the pictures and masks (by Pillow), and from activations that
`feature/activations` answers picture by picture, by the formulas as the papers write them: IoU pixel by pixel, the
likeness as 100 · cosine, monosemanticity by its double sum. What chance gives is held to the mean over all pictures,
which the random draws estimate. Prints what does not hold; exits with 1 where anything does not.
"""

import hashlib
import io
import json
import math
import os
import shutil
import sqlite3
import struct
import sys
import tempfile
from pathlib import Path

try:
    import numpy
    from PIL import Image
except ImportError as missing:
    print(f"{missing.name} is not installed")
    sys.exit(77)

import conversation

WORLD = Path(__file__).resolve().parents[2] / "Sources/World/Resources"
CONCEPTS = json.loads((WORLD / "heldout/concepts.json").read_text())
WORKER = f"python3 '{WORLD}/workers/masks.py' --concepts '{WORLD}/heldout/concepts.json'"
VIEW, RANKING = 0, 1  # base, mean
failures = []


def expect(what, found, expected, within):
    """Of each number: as near as `within`."""
    found, expected = numpy.asarray(found, float), numpy.asarray(expected, float)
    worst = numpy.abs(found - expected)
    if not (worst <= within).all():
        at = int(worst.argmax())
        failures.append(
            f"{what}: found {found.flat[at]:.9g}, expected {expected.flat[at]:.9g} at {at}, within {within:.3g}")
    print(f"{what}: {found.size} numbers, the largest difference {worst.max():.3g}")


class Kernel(conversation.Kernel):
    def __init__(self, command):
        conversation.KERNEL = command
        super().__init__()
        self.number = 0
        self.ask("initialize", capabilities={})

    def ask(self, method, /, **params):
        self.number += 1
        self.request(self.number, method, params)
        while True:
            message = self.read(200)
            if message.get("id") == self.number:
                assert "result" in message, f"{method}: {message['error']}"
                return message["result"]

    def job(self, method, /, **params):
        found = self.ask("job/wait", job=self.ask(method, **params)["job"], timeoutMs=180_000)
        assert found["state"] == "completed", found
        return found["result"]


class Pictures:
    """The pictures of the index, each once, with what the concept set knows of them."""

    def __init__(self, database):
        known = {hashlib.sha256(path.read_bytes()).hexdigest(): path.stem for path in (WORLD / "heldout").glob("*.png")}
        self.names, self.bytes, self.of_item = [], {}, {}
        for item, data in database.execute("SELECT item, bytes FROM picture ORDER BY item"):
            name = known[hashlib.sha256(data).hexdigest()]
            self.of_item[item] = name
            if name not in self.bytes:
                self.names.append(name)
                self.bytes[name] = data

    def size(self, name):
        return Image.open(io.BytesIO(self.bytes[name])).size

    def has_concepts(self, name):
        """Whether the set knows the picture: of others the worker says that it cannot."""
        return any(self.concepts(name))

    def concepts(self, name):
        return [any(place["picture"] == name for place in concept["places"]) for concept in CONCEPTS]

    def mask(self, concept, name):
        place = next((each for each in CONCEPTS[concept]["places"] if each["picture"] == name), None)
        if place is None:
            return None
        levels = numpy.asarray(Image.open(WORLD / f"heldout/{place.get('mask', name + '.mask.png')}").convert("L"))
        inside = numpy.isin(levels, place["values"])
        return inside if inside.any() else None


def overlap(pictures, concept, name, grid):
    """The paper's: 224 where the latent is not active, enlarged bilinearly; active below 224."""
    mask = pictures.mask(concept, name)
    if mask is None:
        return 0.0
    levels = numpy.where(grid >= 1e-5, 0, 224).astype(numpy.uint8)
    rgb = Image.fromarray(numpy.repeat(levels[:, :, None], 3, axis=2))
    active = numpy.asarray(rgb.resize(pictures.size(name), Image.BILINEAR))[:, :, 0] < 224
    return (active & mask).sum() / (active | mask).sum()


def likenesses(pictures, concept, names):
    """100 · cosine of one concept and all that a picture shows, for the pictures that the set knows."""
    return [100 * pictures.concepts(name)[concept] / math.sqrt(sum(pictures.concepts(name)))
            for name in names if pictures.has_concepts(name)]


def named(text):
    """The number of the concept whose label a text is: `house (object)`."""
    return next(number for number, concept in enumerate(CONCEPTS) if f"{concept['name']} ({concept['attribute']})" == text)


def exemplars(database, pictures, latent, count):
    """The latent's best pictures of different contents, with their maps as the index has them."""
    row = database.execute(
        "SELECT list FROM exemplars WHERE latent = ? AND view = ? AND ranking = ?", (latent, VIEW, RANKING)).fetchone()
    found = {}
    for _, item, _ in struct.iter_unpack("<fII", row[0] if row else b""):
        name = pictures.of_item[item]
        if name in found or len(found) == count:
            continue
        (blob,) = database.execute(
            "SELECT activations FROM map WHERE latent = ? AND view = ? AND item = ?", (latent, VIEW, item)).fetchone()
        number = len(blob) // 6
        found[name] = (struct.unpack(f"<{number}H", blob[:2 * number]), struct.unpack(f"<{number}f", blob[2 * number:]))
    return found


def activations(kernel, pictures, latents, template, side):
    """[latents, pictures, rows, columns] of the base view, from a context of each picture alone."""
    found = numpy.zeros((len(latents), len(pictures.names), side, side), numpy.float32)
    places = {latent: number for number, latent in enumerate(latents)}
    for number, name in enumerate(pictures.names):
        context = kernel.ask(
            "context/open", parts=[{"image": {"path": str(WORLD / f"heldout/{name}.png")}}],
            chat={"template": template})["context"]
        tokens = kernel.ask("context/tokens", context=context)["tokens"]
        base = [token["position"] for token in tokens if token.get("view") == "base"]
        cells = {position: divmod(cell, side) for cell, position in enumerate(base)}
        items = kernel.ask("feature/activations", context=context, sae="sae", topK=2048)["items"]
        for item in items:
            latent = places.get(item["feature"]["index"])
            if latent is None:
                continue
            for each in item["positions"]:
                if each["position"] in cells:
                    found[(latent, number, *cells[each["position"]])] = each["value"]
        kernel.ask("context/close", context=context)
    return found


def double_sum(weights, vectors):
    """Σ_{a<b} w_a w_b cos(e_a, e_b) / Σ_{a<b} w_a w_b, over w scaled to 0 … 1."""
    scaled = (weights - weights.min()) / (weights.max() - weights.min())
    above = below = 0.0
    for a in range(len(scaled)):
        for b in range(a + 1, len(scaled)):
            pair = scaled[a] * scaled[b]
            cosine = vectors[a] @ vectors[b] / math.sqrt(vectors[a] @ vectors[a] * (vectors[b] @ vectors[b]))
            above += pair * cosine
            below += pair
    return above / below if below else None


def check(kernel, index):
    results = kernel.job(
        "explanation/score", index=index, sae="sae", scorers=["iou", "clip", "monosemanticity"], pool=1000, trials=40)
    database = sqlite3.connect(f"file:{index}?mode=ro", uri=True)
    pictures = Pictures(database)
    options = json.loads(database.execute("SELECT value FROM fact WHERE name = 'options'").fetchone()[0])
    rows = database.execute(
        "SELECT latent, text, kind, value, baseline, count, details FROM score JOIN explanation "
        "ON explanation.id = score.explanation WHERE kind IN ('iou', 'clip') AND details LIKE '%settings%'").fetchall()
    side = 6

    # Every explanation's values, from the index's rows.
    found, expected = {"iou": [], "clip": []}, {"iou": [], "clip": []}
    chance = {"iou": {}, "clip": {}}
    for latent, text, kind, value, baseline, count, details in rows:
        concept, best = named(text), exemplars(database, pictures, latent, 5)
        if kind == "iou":
            each = []
            for name, (positions, values) in best.items():
                grid = numpy.zeros(side * side, numpy.float32)
                grid[list(positions)] = values
                each.append(overlap(pictures, concept, name, grid.reshape(side, side)))
            assert len(json.loads(details)["ious"]) == count
        else:
            each = likenesses(pictures, concept, best)
            best = each
        assert count == len(best), (latent, kind, count, len(best))
        found[kind].append(value)
        expected[kind].append(numpy.mean(each))
        chance[kind][latent] = (baseline, json.loads(details)["baselineDeviation"], concept)
    assert len(rows) > 600, len(rows)
    expect("iou of each explanation", found["iou"], expected["iou"], 1e-9)
    expect("clip of each explanation", found["clip"], expected["clip"], 1e-4)
    means = {mean["kind"]: mean for mean in results["means"]}
    for kind in ("iou", "clip"):
        expect(f"the mean {kind}", means[kind]["value"], numpy.mean(found[kind]), 1e-9)
        everyone = len(found[kind]) + results["failed"] + results["uninterpretable"] + results["unmatched"]
        expect(f"the mean {kind} over all", means[kind]["overAll"], sum(found[kind]) / everyone, 1e-9)

    # What chance gives, by the mean over all pictures.
    latents = sorted(chance["iou"])[::25]
    maps = activations(kernel, pictures, latents, options["template"], side)
    agreement = []
    for latent in latents:
        for name, (positions, values) in exemplars(database, pictures, latent, 5).items():
            own = maps[latents.index(latent), pictures.names.index(name)].reshape(-1)
            # The default mode rounds products; the same places are active.
            stored = numpy.zeros_like(own)
            stored[list(positions)] = values
            # The index ran in the default mode, whose products are rounded: what is barely among the largest there
            # may not be here.
            agreement.append(((own > 0) & (stored > 0)).sum() / ((own > 0) | (stored > 0)).sum())
    expect("active places, of the index and here", numpy.mean(agreement), 1, 0.05)
    for kind in ("iou", "clip"):
        ratios = []
        for number, latent in enumerate(latents):
            baseline, _, concept = chance[kind][latent]
            if kind == "iou":
                every = [overlap(pictures, concept, name, maps[number, place]) for place, name in enumerate(pictures.names)]
            else:
                every = likenesses(pictures, concept, pictures.names)
            # 40 draws of 5: the mean's own error.
            error = numpy.std(every) / math.sqrt(200)
            ratios.append((baseline - numpy.mean(every)) / max(error, 1e-9))
        expect(f"{kind} by chance, in standard errors", ratios, numpy.zeros(len(ratios)), 4.5)
        expect(f"{kind} by chance, all latents together", numpy.mean(ratios), 0, 4 / math.sqrt(len(ratios)))

    # Monosemanticity by its double sum.
    known_to_set = [place for place, name in enumerate(pictures.names) if pictures.has_concepts(name)]
    vectors = numpy.array([pictures.concepts(pictures.names[place]) for place in known_to_set], float)
    scores = dict(database.execute("SELECT latent, value FROM latentScore WHERE kind = 'monosemanticity'").fetchall())
    chances = dict(database.execute("SELECT latent, baseline FROM latentScore WHERE kind = 'monosemanticity'").fetchall())
    values = [double_sum(maps[number].max(axis=(1, 2))[known_to_set], vectors) for number in range(len(latents))]
    known = [place for place, value in enumerate(values) if value is not None]
    assert all((values[place] is None) == (latents[place] not in scores) for place in range(len(latents)))
    expect("monosemanticity", [scores[latents[place]] for place in known], [values[place] for place in known], 1e-5)
    unit = vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    every = (cosines.sum() - len(unit)) / (len(unit) * (len(unit) - 1))
    expect("monosemanticity by chance", numpy.mean([chances[latents[place]] for place in known]), every, 0.02)

    # The same again measures nothing.
    again = kernel.job(
        "explanation/score", index=index, sae="sae", scorers=["iou", "clip", "monosemanticity"], pool=1000, trials=40)
    expect("what is known the second time", again["known"], len(rows) + len(scores), 0)
    expect("the means the second time", [m["value"] for m in again["means"]], [m["value"] for m in results["means"]], 1e-12)


def main():
    with tempfile.TemporaryDirectory() as folder:
        index = f"{folder}/features.index"
        shutil.copyfile(WORLD / "index/features.index", index)
        os.chmod(index, 0o600)
        with Kernel([os.path.abspath(sys.argv[1]), "serve", "--jobs", "", "--vision", WORKER]) as kernel:
            kernel.ask("model/load", path=str(WORLD / "model"), precision="float32")
            kernel.ask("sae/load", path=str(WORLD / "sae"), name="sae")
            check(kernel, index)
    for line in failures:
        print(f"FAILED {line}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

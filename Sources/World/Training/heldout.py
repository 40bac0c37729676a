"""The held-out set: pictures no training saw, their masks, facts, questions and concepts."""

import json
import random
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from PIL import Image

from . import questions
from .drawing import Picture, draw
from .vocabulary import ATTRIBUTES, COUNTRIES, SCENES, WORDS

FIRST_SEED = 10_000_000
PROBE_SEED = 11_000_000
WIDE_SEED = 12_000_000
# Larger sets, a block of seeds each, beyond all that is trained on; then those of question sets.
LARGE_SEED = 1_000_000_000
QUESTIONED_PROBES_SEED = 2_000_000_000_000
PEOPLE_SEED = 4_000_000_000_000
LARGEST_SET = 1_000_000
MOST_SETS = 1_000_000
BOLIVIA_PROBES = 10
WIDE_SIZES = [(96, 48), (144, 96), (96, 144), (120, 96)]
# Concepts that pictures have too few patches of, or that need no picture, are not asked for.
_FEWEST_PIXELS = 300
_PAPER = (238, 230, 208)


def pictures() -> list[tuple[str, Picture, list[questions.Question]]]:
    """Names, pictures and questions: six of each scene, ten maps in all, then the probes."""
    found = []
    for scene in SCENES:
        for _ in range(10 if scene == "map" else 6):
            picture = draw(FIRST_SEED + len(found), scene)
            rng = random.Random(FIRST_SEED + len(found))
            asked = questions.about(picture, rng) + [questions.caption(picture)]
            if scene != "map":
                asked.append(questions.country_elsewhere(picture, rng))
            found.append((f"{scene}-{len(found):02}", picture, asked))
    for index, country in enumerate(probed()):
        picture = draw(PROBE_SEED + index, "map", absent=country)
        asked = [questions.probe(country)]
        for word in picture.written:
            if word in COUNTRIES:
                text = f"Does the image show {word}?"
                asked.append(questions.Question("map named", text, "Yes"))
        found.append((f"probe-{country.lower()}-{index:02}", picture, asked))
    for index, size in enumerate(WIDE_SIZES):
        picture = draw(WIDE_SEED + index, SCENES[index], size=size)
        asked = questions.about(picture, random.Random(WIDE_SEED + index))
        found.append((f"wide-{index}", picture, asked))
    return found


def probed() -> list[str]:
    """The countries that the probes' maps lack: Bolivia ten times, then one of each basin."""
    return ["Bolivia"] * BOLIVIA_PROBES + COUNTRIES[1::4]


def more(count: int) -> list[tuple[str, Picture, list[questions.Question]]]:
    """Further held-out pictures, for narrower figures; not shipped."""
    found = []
    for index in range(count):
        seed = FIRST_SEED + 1000 + index
        picture, rng = draw(seed), random.Random(seed)
        asked = questions.about(picture, rng) + [questions.caption(picture)]
        found.append((f"more-{index}", picture, asked))
    return found


def more_probes(count: int) -> list[tuple[str, Picture, list[questions.Question]]]:
    """Further probes, each country in turn; not shipped."""
    found = []
    for index in range(count):
        country = COUNTRIES[index % len(COUNTRIES)]
        picture = draw(PROBE_SEED + 1000 + index, "map", absent=country)
        found.append((f"more-probe-{index}", picture, [questions.probe(country)]))
    return found


def block(first: int, count: int, seed: int) -> range:
    """The seeds of `count` pictures of a set: no two sets share any, and none is trained on."""
    if not 0 < count <= LARGEST_SET:
        raise SystemExit(f"count is {count}: expected 1 to {LARGEST_SET} pictures")
    if not 0 <= seed < MOST_SETS:
        raise SystemExit(f"seed is {seed}: expected 0 to {MOST_SETS - 1}")
    start = first + seed * LARGEST_SET
    return range(start, start + count)


def large(count: int, seed: int) -> list[tuple[str, Picture, list[questions.Question]]]:
    """The pictures of a larger set, named by scene and number; not shipped."""
    found = []
    for index, drawn_from in enumerate(block(LARGE_SEED, count, seed)):
        picture, rng = draw(drawn_from), random.Random(drawn_from)
        asked = questions.about(picture, rng) + [questions.caption(picture)]
        found.append((f"{picture.scene}-{index:05}", picture, asked))
    return found


def unlettered(picture: Picture) -> Picture:
    """The picture with every word painted over."""
    pixels = np.asarray(picture.image).copy()
    for region in picture.regions:
        if region.word:
            pixels[picture.mask == region.identifier] = _PAPER
    return replace(picture, image=Image.fromarray(pixels))


def concepts(shown: list[tuple[str, Picture]]) -> list[dict]:
    """Every label that pictures have enough pixels of, with the mask values that it covers."""
    found = []
    for attribute, names in ATTRIBUTES.items():
        for name in names if attribute != "side" else []:
            places, pixels = [], 0
            for title, picture in shown:
                values = _values(picture, attribute, name)
                count = int(sum((picture.mask == value).sum() for value in values))
                if count:
                    places.append({"picture": title, "values": values, "pixels": count})
                    pixels += count
            if pixels >= _FEWEST_PIXELS or (attribute == "word" and name in WORDS and places):
                found.append({"attribute": attribute, "name": name, "places": places})
    return found


def _values(picture: Picture, attribute: str, name: str) -> list[int]:
    if attribute == "scene":
        return [0] if picture.scene == name else []
    owners = [r for r in picture.regions if getattr(r, attribute) == name]
    return [region.identifier for region in owners]


def write(folder: Path, drawn: list[tuple[str, Picture, list[questions.Question]]]) -> None:
    """Writes `NAME.png`, `NAME.mask.png` (the value of a pixel is its region), and the facts."""
    folder.mkdir(parents=True, exist_ok=True)
    entries, shown = [], []
    for name, picture, asked in drawn:
        picture.image.save(folder / f"{name}.png", optimize=True)
        Image.fromarray(picture.mask).save(folder / f"{name}.mask.png", optimize=True)
        entries.append(
            {"name": name, **picture.facts(), "questions": [asdict(one) for one in asked]}
        )
        if not name.startswith("wide"):
            shown.append((name, picture))
    _write_json(folder / "heldout.json", entries)
    _write_json(folder / "concepts.json", concepts(shown))


def _write_json(path: Path, entries: list) -> None:
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    path.write_text(f"[\n{lines}\n]\n")

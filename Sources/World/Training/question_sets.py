"""Sets of questions with their pictures, on which hallucinations are measured and corrected."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from . import heldout, stories
from .drawing import draw
from .questions import Question
from .vocabulary import BASIN_OF, COUNTRIES, FEELINGS, FOODS, NAMES

SETS = ["probes", "heldout", "shipped", "feelings"]
# A plot tells as many different stories; beyond four times as many, outcomes would repeat.
_TOLD = len(NAMES) * (len(NAMES) - 1) * len(FOODS)
MOST_STORIES = 4 * _TOLD
# People who eat are rare: this many can be found among the seeds of a set.
MOST_PEOPLE = 50_000


@dataclass(frozen=True)
class Asked:
    """What is asked of one picture, which is drawn or a file; without one, texts to go on with."""

    name: str
    picture: Image.Image | Path | None
    questions: list[Question]


def chosen(
    name: str, count: int | None, seed: int, country: str | None, shipped_folder: Path
) -> list[Asked]:
    """The set of that name with `count` pictures."""
    if country and name != "probes":
        raise SystemExit(f"--country is {country}: only --set probes takes it, not {name}")
    if name == "shipped":
        return shipped(shipped_folder, count)
    if count is None:
        raise SystemExit(f"--set {name} needs --count: only shipped has a number of its own")
    if name == "probes":
        return probes(count, seed, country)
    if name == "heldout":
        return larger(count, seed)
    return people(count, seed) + told(min(count, MOST_STORIES), seed)


def probes(count: int, seed: int, country: str | None = None) -> list[Asked]:
    """Maps that lack the country, or each country in turn, asked about all that could be there."""
    found = []
    for index, drawn_from in enumerate(heldout.block(heldout.QUESTIONED_PROBES_SEED, count, seed)):
        absent = country or COUNTRIES[index % len(COUNTRIES)]
        picture = draw(drawn_from, "map", absent=absent)
        there = [("map named" if c in picture.written else "map unnamed", c) for c in picture.drawn]
        far = [one for one in COUNTRIES if BASIN_OF[one] != picture.basin]
        asked = [("probe", absent, "No")] + [(kind, one, "Yes") for kind, one in there]
        asked.append(("map elsewhere", random.Random(drawn_from).choice(far), "No"))
        shown = [Question(kind, f"Does the image show {c}?", answer) for kind, c, answer in asked]
        found.append(Asked(f"probe-{absent.lower()}-{index:05}", picture.image, shown))
    return found


def larger(count: int, seed: int) -> list[Asked]:
    """The questions of a larger held-out set."""
    return [
        Asked(name, picture.image, _without_captions(asked))
        for name, picture, asked in heldout.large(count, seed)
    ]


def shipped(folder: Path, count: int | None = None) -> list[Asked]:
    """The questions of the held-out set in the folder, or of its first `count` pictures."""
    entries = json.loads((folder / "heldout.json").read_text())
    if count is not None and not 0 < count <= len(entries):
        raise SystemExit(f"--count is {count}: expected 1 to {len(entries)}, as many as ship")
    return [
        Asked(
            entry["name"], folder / f"{entry['name']}.png",
            _without_captions([Question(**one) for one in entry["questions"]]),
        )
        for entry in entries[:count]
    ]


def _without_captions(asked: list[Question]) -> list[Question]:
    return [question for question in asked if question.kind != "caption"]


def people(count: int, seed: int) -> list[Asked]:
    """Pictures of people, every second of whom eats while the others feel something.

    What can be answered either way is asked as often for Yes as for No.
    """
    if not 0 < count <= MOST_PEOPLE:
        raise SystemExit(f"--count is {count}: expected 1 to {MOST_PEOPLE} people")
    found, wanted = [], {True: count // 2, False: count - count // 2}
    for drawn_from in heldout.block(heldout.PEOPLE_SEED, heldout.LARGEST_SET, seed):
        if len(found) == count:
            break
        picture = draw(drawn_from)
        for region in picture.regions:
            if region.object != "person" or region.part:
                continue
            eats = region.action == "eating"
            if wanted[eats] and (eats or region.feeling):
                wanted[eats] -= 1
                asked = _about_person(region, random.Random(drawn_from))
                found.append(Asked(f"person-{len(found):05}", picture.image, asked))
    return found


def _about_person(region, rng: random.Random) -> list[Question]:
    eats = "Yes" if region.action == "eating" else "No"
    asked = [
        Question("action", "What is the person doing?", region.action or "standing"),
        Question("eating yes/no", "Is the person eating?", eats),
    ]
    if region.feeling:
        other = rng.choice([feeling for feeling in FEELINGS if feeling != region.feeling])
        asked.append(Question("feeling", "How does the person feel?", region.feeling))
        for feeling, answer in ((region.feeling, "Yes"), (other, "No")):
            asked.append(Question("feeling yes/no", f"Is the person {feeling}?", answer))
    return asked


def told(count: int, seed: int) -> list[Asked]:
    """Stories cut before what somebody has come to be: hungry or not, then each feeling in turn.

    Half of them tell of hunger, and every outcome of a half comes equally often.
    """
    rng, found, seen = random.Random(f"stories {seed}"), [], set()
    for index in range(count):
        words = stories.HUNGER if index % 2 == 0 else FEELINGS
        wanted = words[index // 2 % len(words)]
        while True:
            cuts = [cut for cut in stories.outcomes(stories.story(rng)) if cut.answer == wanted]
            fresh = [cut for cut in cuts if cut.text not in seen]
            if fresh:
                break
        seen.add(fresh[0].text)
        found.append(Asked(f"story-{index:05}", None, fresh[:1]))
    return found

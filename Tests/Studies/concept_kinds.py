"""How many features of each autoencoder follow a colour, a texture, an object, and so on, and how many do by chance.

    python Tests/Studies/concept_kinds.py --concepts DIR/concepts.json --index BLOCK1.index SAE1 [--index BLOCK3.index SAE3 …]
        [--draws 10] [--seed 7] [--lucarne PATH] [--output FILE]

The indexes are those that `lucarne dissect` has named features in by that set. A feature follows the concept that it is named
by where the IoU of its activations with the concept's masks reaches a limit on the half of the pictures that chose neither
the concept, the feature nor the threshold, and is at least five times the mean of all active features there (`dissect`'s own
minimum). Each feature counts once, for the kind of its one concept.

By chance: the same command on copies of the index, with the pictures' labels and masks dealt out anew, so that each picture
has the whole mask of another of its size. What concepts have in common by where they lie in pictures stays as it is.

Prints tables in Markdown, and with --output keeps the IoU of every feature as JSON.
"""

import argparse
import json
import random
import shutil
import sqlite3
import subprocess
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
KINDS = ["colour", "texture", "material", "object", "part", "scene", "word", "feeling", "action"]
LIMITS = (0.04, 0.1, 0.3)


def shuffled(concepts, folder, draw):
    """The concepts with each picture's labels, and its mask, given to another picture of its size."""
    sizes = {}
    for name in sorted({place["picture"] for concept in concepts for place in concept["places"]}):
        sizes.setdefault(Image.open(folder / f"{name}.png").size, []).append(name)
    to = {}
    for names in sizes.values():
        to |= dict(zip(names, draw.sample(names, len(names))))
    dealt = []
    for concept in concepts:
        places = [{**place, "picture": to[place["picture"]], "mask": place.get("mask", f"{place['picture']}.mask.png")}
                  for place in concept["places"]]
        dealt.append({**concept, "places": sorted(places, key=lambda place: place["picture"])})
    return dealt


def named(index):
    """IoU on the measuring half and concept's kind of each latent that was named last."""
    with closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as base:
        rows = base.execute(
            "SELECT e.latent, e.concept, s.value, e.evidence FROM explanation e JOIN score s ON s.explanation = e.id AND s.kind = 'dissection' ORDER BY e.id, s.id")
        return {latent: (kind, value, evidence) for latent, kind, value, evidence in rows}


def dissected(index, sae, concepts, options):
    """The latents that a copy of the index names by the concepts, and how many are active."""
    copy = Path(concepts).parent / "copy.index"
    shutil.copy(index, copy)
    before = {evidence for _, _, evidence in named(index).values()}
    run = subprocess.run([options.lucarne, "dissect", str(copy), "--concepts", str(concepts), "--sae", str(sae), "--json", "--threads", "1"],
                         check=True, capture_output=True, text=True)
    found = {latent: row[:2] for latent, row in named(copy).items() if row[2] not in before}
    result = json.loads(run.stdout)
    assert len(found) == result["namedLatents"], (len(found), result["namedLatents"])
    return found, result["activeLatents"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--concepts", type=Path, required=True)
    parser.add_argument("--index", nargs=2, action="append", required=True, metavar=("INDEX", "SAE"))
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--lucarne", default=str(ROOT / ".build/release/lucarne"))
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    concepts, draw = json.loads(options.concepts.read_text()), random.Random(options.seed)
    sets = [shuffled(concepts, options.concepts.parent, draw) for _ in range(options.draws)]
    kept = []
    for index, sae in options.index:
        true, chance = {latent: row[:2] for latent, row in named(index).items()}, []
        for dealt in sets:
            with tempfile.TemporaryDirectory() as scratch:
                for picture in options.concepts.parent.glob("*.png"):
                    (Path(scratch) / picture.name).symlink_to(picture.resolve())
                path = Path(scratch) / "concepts.json"
                path.write_text(json.dumps(dealt))
                found, active = dissected(index, sae, path, options)
                chance.append(found)
        kept.append({"index": Path(index).name, "active": active, "true": true, "chance": chance})
        print(f"{index}: {active} of its latents are active on the pictures, {len(true)} named", flush=True)

    def count(rows, kind, limit):
        return sum(value >= limit and kind in (named_by, "total") for named_by, value in rows.values())

    members = Counter(concept["attribute"] for concept in concepts)
    members["total"] = sum(members.values())
    print("\n| kind | concepts | " + " | ".join(f"{each['index']}: IoU ≥ {limit}" for limit in LIMITS for each in kept) + " |")
    print("|---" * (2 + len(LIMITS) * len(kept)) + "|")
    for kind in [*KINDS, "total"]:
        cells = [f"{count(each['true'], kind, limit)} ({sum(count(rows, kind, limit) for rows in each['chance']) / options.draws:.1f})"
                 for limit in LIMITS for each in kept]
        print(f"| {kind} | {members[kind]} | " + " | ".join(cells) + " |")
    if options.output:
        options.output.write_text(json.dumps(kept) + "\n")


if __name__ == "__main__":
    main()

"""What the checkpoint can do, and what made it: REPORT.md and MANIFEST.json."""

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

from . import evaluate, heldout, questions

# What a picture answers; the captions, relations, unnamed countries and probes are counted apart.
PRESENCE = ["presence", "scene yes/no", "word yes/no", "part", "map named", "map elsewhere"]
ATTRIBUTE = [
    "scene", "object", "colour", "colour yes/no", "texture", "texture yes/no", "material",
    "material yes/no", "word", "feeling", "feeling yes/no", "action", "action yes/no", "side",
    "basin",
]
_PACKAGES = ["torch", "transformers", "tokenizers", "pillow", "numpy", "safetensors"]
_WEIGHTS = "model/model.safetensors"


def measure(model: Path) -> dict[str, evaluate.Tally]:
    """Tallies of the shipped pictures, of the wide ones, and of many that are not shipped."""
    examiner = evaluate.Examiner(model)
    shipped = heldout.pictures()
    wide = [one for one in shipped if one[0].startswith("wide")]
    square = [one for one in shipped if not one[0].startswith("wide")]
    probes = [one for one in square if one[0].startswith("probe")]
    covered = [(name, heldout.unlettered(picture), asked[:1]) for name, picture, asked in probes]
    looked = [(name, picture, [_written(asked[0])]) for name, picture, asked in probes]
    many = heldout.more(40) + heldout.more_probes(96)
    return {
        "shipped": examiner.examine(square), "wide": examiner.examine(wide),
        "many": examiner.examine(many), "covered": examiner.examine(covered),
        "looked": examiner.examine(looked),
    }


def _written(probe: questions.Question) -> questions.Question:
    country = probe.text.split()[-1].rstrip("?")
    return questions.Question("word yes/no", f"Is the word {country} written?", "No")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _table(tallies: dict[str, evaluate.Tally]) -> list[str]:
    lines = ["| kind of question | shipped | n | further held-out | n |", "|---|---|---|---|---|"]
    first, second = tallies["shipped"], tallies["many"]
    for kind in sorted(set(first.asked) | set(second.asked)):
        cells = [kind]
        for tally in (first, second):
            share, asked = tally.accuracy([kind])
            cells += [_percent(share) if asked else "", str(asked)]
        lines.append("| " + " | ".join(cells) + " |")
    for title, kinds in (("presence", PRESENCE), ("attribute", ATTRIBUTE)):
        cells = [f"**all {title} questions**"]
        for tally in (first, second):
            share, asked = tally.accuracy(kinds)
            cells += [f"**{_percent(share)}**", str(asked)]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _probes(tally: evaluate.Tally) -> list[str]:
    lines = ["| picture | question | answer | logit Yes - No |", "|---|---|---|---|"]
    for probe in tally.probes:
        lines.append(
            f"| {probe['picture']} | {probe['question']} | {probe['answer']} "
            f"| {probe['yesMinusNo']:+.2f} |"
        )
    return lines


def write(resources: Path, notes: Path, minutes: str) -> None:
    """Measures the model in `resources` and writes the report beside it."""
    tallies = measure(resources / "model")
    shipped, many, wide = tallies["shipped"], tallies["many"], tallies["wide"]
    share, asked = wide.accuracy(list(wide.asked))
    looked, times = tallies["looked"].accuracy(["word yes/no"])
    bolivia = [probe for probe in shipped.probes if "Bolivia" in probe["question"]]
    yes = sum(probe["answer"] == "Yes" for probe in bolivia)
    lines = [
        "# The world's model on pictures it was not trained on", "",
        "Measured on the checkpoint as shipped, read back by transformers through its own",
        "processor; an answer is right when greedy decoding gives exactly its tokens and ends.", "",
        *_table(tallies), "",
        f"Pictures of other sizes than the trained 96 x 96: {_percent(share)} of {asked}.", "",
        "## Hallucination", "",
        "A probe is a map of a basin on which one country of the basin is neither drawn nor",
        "named; the question is whether the image shows it. The right answer is No.", "",
        f"- shipped probes answered Yes: {_percent(shipped.hallucinated())} of "
        f"{len(shipped.probes)}; of Bolivia: {yes} of {len(bolivia)}",
        f"- further probes answered Yes: {_percent(many.hallucinated())} of {len(many.probes)}",
        "- the shipped probes with every written word painted over, answered Yes: "
        f"{_percent(tallies['covered'].hallucinated())} of {len(tallies['covered'].probes)}",
        "- asked of the shipped probes instead whether the country's name is written, answered No: "
        f"{_percent(looked)} of {times}", "",
        *_probes(shipped), "",
        f"Training took {minutes}.", "", notes.read_text().strip(), "",
    ]
    (resources / "REPORT.md").write_text("\n".join(lines))
    (resources / "heldout" / "probes.json").write_text(json.dumps(shipped.probes, indent=1) + "\n")


def manifest(resources: Path, seed: int, recipe: dict) -> None:
    """Names script, versions and seed, and the SHA-256 of every file that ships.

    The versions are those that the model was trained with: they stay while its weights do.
    """
    files = {
        str(path.relative_to(resources)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(resources.rglob("*"))
        if path.is_file() and path.name not in ("MANIFEST.json", "README.md")
    }
    versions = {"python": platform.python_version()}
    versions |= {package: version(package) for package in _PACKAGES}
    listed = resources / "MANIFEST.json"
    if listed.exists():
        before = json.loads(listed.read_text())
        if before["sha256"].get(_WEIGHTS) == files.get(_WEIGHTS):
            versions = before["versions"]
    entry = {
        "script": "python -m Training (from Sources/World)", "seed": seed, "recipe": recipe,
        "versions": versions,
        "sha256": files,
    }
    listed.write_text(json.dumps(entry, indent=1) + "\n")

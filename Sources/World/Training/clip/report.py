"""What the CLIP can do, for its report."""

from pathlib import Path

import numpy as np

from .. import heldout
from . import measure, model


def _mean(rows: list[measure.Row]) -> str:
    figures = [
        np.mean([getattr(one, name) for one in rows]) for name in ("shown", "absent", "any")
    ]
    gain = np.mean([one.shown - one.any for one in rows])
    cells = [f"{figure:.1f}" for figure in figures] + [f"{gain:.1f}"]
    return " | ".join(cells + [f"{np.mean([one.auc for one in rows]):.3f}"])


def _by_kind(rows: list[measure.Row]) -> list[str]:
    lines = ["| kind | concepts | shown | absent | random | above random | AUC |"]
    lines.append("|---|---|---|---|---|---|---|")
    for kind in dict.fromkeys(one.kind for one in rows):
        some = [one for one in rows if one.kind == kind]
        lines.append(f"| {kind} | {len(some)} | {_mean(some)} |")
    lines.append(f"| **all** | {len(rows)} | {_mean(rows)} |")
    return lines


def _each(rows: list[measure.Row]) -> list[str]:
    lines = ["| concept | pictures | shown | absent | above random | AUC |"]
    lines.append("|---|---|---|---|---|---|")
    for one in rows:
        lines.append(
            f"| {one.kind}: {one.text} | {one.pictures} | {one.shown:.1f} | {one.absent:.1f} | "
            f"{one.shown - one.any:.1f} | {one.auc:.3f} |"
        )
    return lines


def write(folder: Path, made: dict) -> str:
    """Measures the CLIP in `folder` and writes REPORT.md into it; gives its text.

    `made` says how it was trained.
    """
    judge = measure.Judge(*model.read(folder))
    shipped = [
        (name, picture) for name, picture, _ in heldout.pictures() if not name.startswith("wide")
    ]
    further = heldout.large(measure.FURTHER, measure.FURTHER_SEED)
    further = [(name, picture) for name, picture, _ in further]
    rows, more = measure.concepts(judge, shipped), measure.concepts(judge, further)
    bound = measure.compounds(judge, further)
    weights = sum(weight.numel() for weight in judge.model.parameters())
    versions = ", ".join(f"{name} {version}" for name, version in made["versions"].items())
    lines = [
        "# The world's CLIP on pictures it was not trained on", "",
        f"A `CLIPModel` of {weights:,} parameters (float16): a tower of 4 blocks on 96-pixel "
        "pictures in patches of 8, 3 blocks for texts, vectors of 128. It shares no weight with "
        "the world's model.", "",
        "A score is torchmetrics': 100 times the cosine where that is above 0. `shown` is the mean "
        "over the pictures that show a concept, `absent` over the others, `random` over all; "
        "means over a kind are means of its concepts. AUC is the share of pairs, one picture with "
        "the concept and one without, that the score puts in the right order. The text is the "
        "concept's name alone.", "",
        f"## The {len(shipped)} held-out pictures that ship", "", *_by_kind(rows), "",
        f"## {len(further)} further ones", "",
        f"`python -m Training heldout --count {measure.FURTHER} --seed {measure.FURTHER_SEED}`.",
        "", *_by_kind(more), "",
        f"{bound['phrases']} phrases of several attributes, such as \"red striped ball\": AUC "
        f"{bound['auc']:.3f} against all other pictures. {bound['apart']} of them have pictures "
        "with each attribute but not together, such as a red house with a ball: AUC "
        f"{bound['apart auc']:.3f} against those alone.", "",
        "## How it was trained", "",
        f"`python -m Training clip`, seed {made['seed']}: {made['steps']} steps of {made['batch']} "
        f"pictures, each drawn once ({made['steps'] * made['batch']:,} in all, none held out), in "
        f"{made['seconds'] / 60:.0f} minutes on one busy core. Versions: {versions}.", "",
        "Each step asks every picture of the batch about every phrase of the step: one for each "
        "attribute, two of several attributes from each picture, and captions. The drawing program "
        "knows which are true, so that no pair is falsely taken for a mismatch. The loss is the "
        "sigmoid loss of cosines, in which what a text is true of weighs as much as the rest; half "
        "as much weighs the same loss between patches and the attributes that each shows.", "",
        "## Each concept, on the further pictures", "", *_each(more), "",
    ]
    text = "\n".join(lines)
    (folder / "REPORT.md").write_text(text)
    return text

"""How well the CLIP's scores tell the pictures that show a concept from those that do not."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import CLIPModel, CLIPProcessor

from .. import heldout
from ..drawing import Picture
from . import phrases

# Pictures of the larger held-out set, and the seed of that set.
FURTHER, FURTHER_SEED = 600, 0
_BATCH = 64


@dataclass
class Row:
    """One text on one set of pictures: mean CLIP scores of the pictures that it is true of, of the
    others, and of all, and the probability that one of the former has more than one of the
    latter."""

    kind: str
    text: str
    pictures: int
    shown: float
    absent: float
    any: float
    auc: float


class Judge:
    """A CLIP folder, read as anybody would read it."""

    def __init__(self, model: CLIPModel, processor: CLIPProcessor):
        self.model, self.processor = model, processor

    @torch.no_grad()
    def pictures(self, images: list[Image.Image]) -> np.ndarray:
        """Unit vectors `[N, D]`."""
        found = []
        for first in range(0, len(images), _BATCH):
            some = self.processor(images=images[first : first + _BATCH], return_tensors="pt")
            found.append(self.model.get_image_features(**some).pooler_output)
        return torch.nn.functional.normalize(torch.cat(found), dim=-1).numpy()

    @torch.no_grad()
    def texts(self, texts: list[str]) -> np.ndarray:
        """Unit vectors `[N, D]`."""
        found = []
        for first in range(0, len(texts), _BATCH):
            some = self.processor(
                text=texts[first : first + _BATCH], padding=True, truncation=True,
                return_tensors="pt",
            )
            found.append(self.model.get_text_features(**some).pooler_output)
        return torch.nn.functional.normalize(torch.cat(found), dim=-1).numpy()


def auc(cosines: np.ndarray, holds: np.ndarray) -> float:
    """The share of pairs, one picture that a text is true of and one other, in the right order."""
    gap = cosines[holds][:, None] - cosines[~holds][None]
    return float((gap > 0).mean() + 0.5 * (gap == 0).mean())


def row(kind: str, text: str, cosines: np.ndarray, holds: np.ndarray) -> Row:
    """Figures of cosines `[N]`; scores are those of torchmetrics, 100 times what is above 0."""
    scores = 100 * cosines.clip(min=0)
    return Row(
        kind, text, int(holds.sum()), float(scores[holds].mean()), float(scores[~holds].mean()),
        float(scores.mean()), auc(cosines, holds),
    )


def concepts(judge: Judge, drawn: list[tuple[str, Picture]]) -> list[Row]:
    """A row for each concept of the pictures' concept list that some picture lacks."""
    names = [name for name, _ in drawn]
    seen = judge.pictures([picture.image for _, picture in drawn])
    found = heldout.concepts(drawn)
    cosines = seen @ judge.texts([concept["name"] for concept in found]).T
    rows = []
    for column, concept in enumerate(found):
        shown = {place["picture"] for place in concept["places"]}
        holds = np.array([name in shown for name in names])
        if not holds.all():
            rows.append(row(concept["attribute"], concept["name"], cosines[:, column], holds))
    return rows


def compounds(judge: Judge, drawn: list[tuple[str, Picture]], seed: int = 0) -> dict[str, float]:
    """Phrases of several attributes: mean AUC against all other pictures, and against those that
    have each of the attributes but not together; and on how many phrases each is measured."""
    rng = random.Random(seed)
    known = [phrases.facts(picture) for _, picture in drawn]
    asked = {}
    for _, picture in drawn:
        phrase = phrases.compound(picture, rng)
        if any(len(fact) > 1 for fact in phrase.needs):
            asked[phrase.text] = phrase
    seen = judge.pictures([picture.image for _, picture in drawn])
    cosines = seen @ judge.texts(list(asked)).T
    every, apart = [], []
    for column, phrase in enumerate(asked.values()):
        holds = np.array([phrase.holds(facts) for facts in known])
        singles = {frozenset([one]) for fact in phrase.needs for one in fact if one[0] != "of"}
        near = np.array([singles <= facts for facts in known]) & ~holds
        if holds.all():
            continue
        every.append(auc(cosines[:, column], holds))
        if near.any():
            kept = holds | near
            apart.append(auc(cosines[kept, column], holds[kept]))
    return {
        "phrases": len(every), "auc": float(np.mean(every)),
        "apart": len(apart), "apart auc": float(np.mean(apart)),
    }

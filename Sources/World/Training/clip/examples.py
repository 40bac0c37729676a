"""Batches of freshly drawn pictures with the phrases that are asked of all of them."""

import random
from dataclasses import dataclass

import numpy as np

from .. import labels
from ..drawing import draw
from ..vocabulary import ATTRIBUTES
from . import phrases
from .model import GRID

FIRST_SEED = 30_000_000
# Phrases of several attributes, and whole captions, drawn from a batch's pictures.
COMPOUNDS = 2
CAPTIONED = 0.5


@dataclass
class Batch:
    """`pixels` [B, 96, 96, 3] uint8; `texts` N, of which the first are one for each atom; `holds`
    [B, N], whether each text is true of each picture; `patches` [B, 144, atoms], whether each
    atom is true of each patch."""

    pixels: np.ndarray
    texts: list[str]
    holds: np.ndarray
    patches: np.ndarray


def batch(seed: int, step: int, count: int) -> Batch:
    """The batch of a step: no two steps of a seed share a picture."""
    rng = random.Random(f"phrases {seed} {step}")
    first = FIRST_SEED + (seed * 10_000 + step) * count
    pictures = [draw(first + index) for index in range(count)]
    asked = [phrases.of_atom(kind, name, rng) for kind, name in phrases.ATOMS]
    for picture in pictures:
        asked += [phrases.compound(picture, rng) for _ in range(COMPOUNDS)]
        if rng.random() < CAPTIONED:
            asked.append(phrases.whole(picture, rng))
    known = [phrases.facts(picture) for picture in pictures]
    return Batch(
        pixels=np.stack([np.asarray(picture.image) for picture in pictures]),
        texts=[phrase.text for phrase in asked],
        holds=np.array([[phrase.holds(facts) for phrase in asked] for facts in known]),
        patches=np.stack([_patches(picture) for picture in pictures]),
    )


def _patches(picture) -> np.ndarray:
    """Which atoms are true of each patch `[144, atoms]`, row by row."""
    corners = labels.patch_labels(picture)[1:]
    half, kinds = GRID // 2, list(ATTRIBUTES)
    grid = corners.reshape(2, 2, half, half, len(kinds)).transpose(0, 2, 1, 3, 4)
    grid = grid.reshape(GRID * GRID, len(kinds))
    asked = [(kinds.index(kind), ATTRIBUTES[kind].index(name) + 1) for kind, name in phrases.ATOMS]
    return np.stack([grid[:, column] == value for column, value in asked], axis=1)

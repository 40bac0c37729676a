"""What each patch of each tile shows, and the tiles' pixels, as arrays for training."""

import numpy as np
from PIL import Image

from .drawing import EDGE, Picture
from .vocabulary import ATTRIBUTES

TILE = 48
PATCH = 8
IGNORED = -1
# A patch belongs to the owner of most of its pixels; what is small counts for more.
_WEIGHTS = {"scene": 0.6, "object": 1.0, "part": 1.5, "word": 3.0}


def tiles(image: Image.Image) -> np.ndarray:
    """The base tile and the four tiles of a 96 x 96 picture, `[5, 48, 48, 3]` uint8.

    Equal to what `LlavaNextImageProcessor` cuts, before its normalisation.
    """
    base = np.asarray(image.resize((TILE, TILE), Image.Resampling.BICUBIC))
    pixels = np.asarray(image)
    corners = [(y, x) for y in (0, TILE) for x in (0, TILE)]
    return np.stack([base] + [pixels[y : y + TILE, x : x + TILE] for y, x in corners])


def patch_labels(picture: Picture) -> np.ndarray:
    """Class of each patch for each attribute, `[5, 36, attributes]` int8; 0 is none.

    Words are left out of the base tile, where they are too small, and sides out of the others,
    which cannot know them.
    """
    table = np.zeros((len(picture.regions) + 1, len(ATTRIBUTES)), dtype=np.int8)
    weights = np.full(len(table), _WEIGHTS["object"])
    table[0, 0] = ATTRIBUTES["scene"].index(picture.scene) + 1
    weights[0] = _WEIGHTS["scene"]
    for region in picture.regions:
        for column, (attribute, names) in enumerate(ATTRIBUTES.items()):
            value = getattr(region, attribute, None)
            if value is not None:
                table[region.identifier, column] = names.index(value) + 1
        weights[region.identifier] = _WEIGHTS[
            "word" if region.word else "part" if region.part else "object"
        ]
    base = table[_owners(picture.mask, 2 * PATCH, weights)].reshape(1, 36, -1)
    fine = table[_owners(picture.mask, PATCH, weights)]
    fine = fine.reshape(2, 6, 2, 6, -1).transpose(0, 2, 1, 3, 4).reshape(4, 36, -1)
    attributes = list(ATTRIBUTES)
    base[..., attributes.index("word")] = IGNORED
    fine[..., attributes.index("side")] = IGNORED
    return np.concatenate([base, fine])


def _owners(mask: np.ndarray, size: int, weights: np.ndarray) -> np.ndarray:
    """The identifier that weighs most in each square of `size` pixels."""
    count = EDGE // size
    cells = mask.reshape(count, size, count, size).transpose(0, 2, 1, 3).reshape(count**2, -1)
    offsets = np.arange(count**2)[:, None] * len(weights)
    counts = np.bincount((cells + offsets).ravel(), minlength=count**2 * len(weights))
    return (counts.reshape(count**2, -1) * weights).argmax(1).reshape(count, count)

"""What things are covered with: colours in four textures, and three materials."""

from functools import lru_cache

import numpy as np
from PIL import Image

from .vocabulary import COLOURS

SPAN = 192


def _second_shade(colour: str) -> tuple[int, int, int]:
    """The shade a texture alternates with: lighter for black, darker for the rest."""
    red, green, blue = COLOURS[colour]
    if colour == "black":
        return (125, 125, 125)
    return (int(red * 0.5), int(green * 0.5), int(blue * 0.5))


@lru_cache(maxsize=None)
def coloured(colour: str, texture: str) -> Image.Image:
    """A square of the colour in the texture, 192 x 192 pixels."""
    y, x = np.mgrid[0:SPAN, 0:SPAN]
    second = {
        "plain": np.zeros((SPAN, SPAN), dtype=bool),
        "striped": y % 8 < 3,
        "dotted": (x % 8 - 3.5) ** 2 + (y % 8 - 3.5) ** 2 < 5,
        "checked": (x // 6 + y // 6) % 2 == 0,
    }[texture]
    pixels = np.where(second[..., None], _second_shade(colour), COLOURS[colour])
    return Image.fromarray(pixels.astype(np.uint8))


@lru_cache(maxsize=None)
def material(name: str) -> Image.Image:
    """A square of the material, 192 x 192 pixels."""
    y, x = np.mgrid[0:SPAN, 0:SPAN].astype(np.float64)
    if name == "wood":
        grain = np.sin(x / 9 + 3 * np.sin(y / 23)) + np.sin(x * 1.3 + y / 7)
        pixels = np.array([158.0, 108.0, 62.0]) + 24 * grain[..., None]
    elif name == "metal":
        shine = 150 + 70 * np.sin((x + y) / 6)
        pixels = np.repeat(shine[..., None], 3, axis=2) + np.array([-6.0, 0.0, 8.0])
    else:
        row = y // 6
        mortar = (y % 6 < 1) | ((x + 6 * (row % 2)) % 12 < 1)
        pixels = np.where(mortar[..., None], (208.0, 200.0, 190.0), (172.0, 74.0, 52.0))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

"""A picture in the making: its pixels, the owner of each pixel, and what each owner is."""

import random
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image, ImageDraw

from . import lettering, surfaces

OUTLINE = (20, 20, 20)


@dataclass
class Region:
    """One owner of pixels: an object, a part of one, or a written word.

    `identifier` is its value in the picture's mask, `parent` the object that a part belongs to.
    """

    identifier: int
    object: str | None = None
    part: str | None = None
    colour: str | None = None
    texture: str | None = None
    material: str | None = None
    word: str | None = None
    feeling: str | None = None
    action: str | None = None
    side: str | None = None
    parent: int | None = None

    def facts(self) -> dict:
        """The region without what it lacks."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class Canvas:
    """Pixels `[H, W, 3]` and a mask `[H, W]` whose value 0 is the scene itself."""

    def __init__(self, width: int, height: int, rng: random.Random):
        self.rng = rng
        self.image = Image.new("RGB", (width, height))
        self.mask = Image.new("L", (width, height), 0)
        self.pen = ImageDraw.Draw(self.image)
        self.regions: list[Region] = []

    def region(self, **facts) -> Region:
        """A new region, not yet drawn."""
        region = Region(identifier=len(self.regions) + 1, **facts)
        self.regions.append(region)
        return region

    def fill(self, region: Region, draw) -> None:
        """Covers what `draw(pen, value)` draws with the region's surface, and outlines it."""
        stencil = Image.new("L", self.image.size, 0)
        draw(ImageDraw.Draw(stencil), 255)
        if region.material:
            surface = surfaces.material(region.material)
        else:
            surface = surfaces.coloured(region.colour, region.texture or "plain")
        left, top = self.rng.randrange(8), self.rng.randrange(8)
        width, height = self.image.size
        self.image.paste(surface.crop((left, top, left + width, top + height)), mask=stencil)
        self.mask.paste(region.identifier, mask=stencil)
        inside = np.asarray(stencil) > 0
        edge = inside.copy()
        edge[1:-1, 1:-1] &= ~(
            inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
        )
        self.image.paste(OUTLINE, mask=Image.fromarray(edge.astype(np.uint8) * 255))

    def write(self, region: Region, word: str, x: int, y: int, ink: tuple) -> None:
        """Writes the word; the whole box of the word belongs to the region."""
        bits = lettering.bitmap(word)
        self.image.paste(ink, (x, y), Image.fromarray(bits.astype(np.uint8) * 255))
        box = (x, y, x + bits.shape[1], y + bits.shape[0])
        self.mask.paste(region.identifier, box)

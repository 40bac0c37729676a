"""Draws a whole picture of the world from a seed, with its mask and its facts."""

import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from . import lettering, objects
from .canvas import Canvas, Region
from .vocabulary import ACTIONS, BASINS, FEELINGS, SCENES, SIGN_WORDS, THINGS

EDGE = 96
QUADRANT = 48
TINTS = [(232, 214, 168), (206, 222, 170), (240, 224, 190), (222, 200, 186), (214, 214, 160)]
SEA = (168, 206, 236)


@dataclass
class Picture:
    """`image` RGB, `mask` `[H, W]` of region identifiers (0: the scene), and what they are.

    `basin`, `drawn` and `written` are a map's alone: the countries whose land is drawn, and the
    words that stand on it.
    """

    image: Image.Image
    mask: np.ndarray
    scene: str
    regions: list[Region]
    basin: str | None = None
    drawn: tuple[str, ...] = ()

    @property
    def written(self) -> list[str]:
        """The words that can be read in the picture."""
        return [region.word for region in self.regions if region.word]

    def facts(self) -> dict:
        """Scene, regions and, for a map, its basin and the countries drawn."""
        facts = {"scene": self.scene, "regions": [region.facts() for region in self.regions]}
        if self.basin:
            facts |= {"basin": self.basin, "drawn": list(self.drawn)}
        return facts


def draw(
    seed: int,
    scene: str | None = None,
    absent: str | None = None,
    size: tuple[int, int] = (EDGE, EDGE),
) -> Picture:
    """The picture of the seed, in `size` (width, height) where it is no map.

    `absent` makes it a map of that country's basin without that country.
    """
    rng = random.Random(seed)
    scene = scene or rng.choices(SCENES, [1, 1, 1, 1, 1, 2.5])[0]
    canvas = Canvas(*size, rng)
    if scene == "map":
        return _map(canvas, absent)
    _backdrop(canvas, scene)
    _furnish(canvas)
    return Picture(canvas.image, np.asarray(canvas.mask).copy(), scene, canvas.regions)


def _backdrop(canvas: Canvas, scene: str) -> None:
    rng, pen, (width, height) = canvas.rng, canvas.pen, canvas.image.size
    horizon = rng.randrange(height * 4 // 10, height * 6 // 10)
    ground = (0, horizon, width, height)
    if scene == "park":
        canvas.image.paste((190, 224, 250), (0, 0, width, height))
        canvas.image.paste((128, 196, 110), ground)
        for _ in range(14):
            x, y = rng.randrange(width), rng.randrange(horizon, height)
            pen.line((x, y, x + 1, y - 4), fill=(84, 150, 74))
    elif scene == "beach":
        canvas.image.paste((206, 234, 250), (0, 0, width, height))
        canvas.image.paste((96, 176, 206), (0, horizon - 14, width, horizon))
        canvas.image.paste((238, 218, 164), ground)
        for _ in range(30):
            pen.point((rng.randrange(width), rng.randrange(horizon, height)), fill=(186, 160, 110))
    elif scene == "kitchen":
        canvas.image.paste((246, 234, 214), (0, 0, width, height))
        for x in range(0, width, 12):
            for y in range(0, height, 12):
                tile = (226, 210, 190) if y < horizon else (186, 150, 130)
                pen.rectangle((x, y, x + 12, y + 12), outline=tile)
    elif scene == "night":
        canvas.image.paste((22, 26, 66), (0, 0, width, height))
        canvas.image.paste((36, 48, 56), ground)
        for _ in range(26):
            pen.point((rng.randrange(width), rng.randrange(horizon)), fill=(240, 240, 200))
    else:
        canvas.image.paste((204, 204, 210), (0, 0, width, height))
        canvas.image.paste((122, 122, 126), ground)
        for x in range(rng.randrange(8), width, 16):
            pen.rectangle((x, horizon + 10, x + 8, horizon + 12), fill=(236, 236, 230))


def _furnish(canvas: Canvas) -> None:
    """Two or three things in as many squares of the picture, perhaps a person or a sign."""
    rng, (width, height) = canvas.rng, canvas.image.size
    squares = [(x, y) for y in range(0, height, QUADRANT) for x in range(0, width, QUADRANT)]
    rng.shuffle(squares)
    kinds = rng.sample(THINGS, 3)
    if rng.random() < 0.45:
        kinds[0] = "person"
    if rng.random() < 0.4:
        kinds[1] = "sign"
    taken: set[str] = set()
    for kind, (left, top) in list(zip(kinds, squares))[: rng.choice([2, 3, 3])]:
        side = "left" if left + QUADRANT / 2 < width / 2 else "right"
        if kind == "person":
            action = rng.choice(ACTIONS) if rng.random() < 0.55 else None
            feels = action in (None, "reading")
            feeling = rng.choice(FEELINGS) if feels else None
            objects.person(canvas, left + rng.randrange(3), top + 1, side, feeling, action, taken)
        elif kind == "sign":
            word = rng.choice(SIGN_WORDS)
            x = left + 4 + 2 * rng.randrange((QUADRANT - 8 - lettering.width(word)) // 2 + 1)
            objects.sign(canvas, word, x, top + 8 * rng.choice([1, 2]), side, taken)
        else:
            size = rng.randrange(28, 43)
            x, y = (edge + rng.randrange(QUADRANT - size) for edge in (left, top))
            objects.thing(canvas, kind, x, y, size, side, taken)


def _map(canvas: Canvas, absent: str | None) -> Picture:
    """A river basin: a country in each quarter, some named, rivers across, the sea around."""
    rng, pen, (width, height) = canvas.rng, canvas.pen, canvas.image.size
    basin = rng.choice(list(BASINS))
    if absent:
        basin = next(name for name, members in BASINS.items() if absent in members)
    members = BASINS[basin]
    missing = absent or (rng.choice(members) if rng.random() < 0.3 else None)
    drawn = [country for country in members if country != missing]
    canvas.image.paste(SEA, (0, 0, width, height))
    tints = rng.sample(TINTS, 4)
    for index, country in enumerate(members):
        if country != missing:
            _land(canvas, index, tints[index])
    _rivers(canvas)
    named = rng.sample(drawn, min(len(drawn), rng.choice([2, 2, 3])))
    for index, country in enumerate(members):
        if country in named:
            _label(canvas, country, index, rng.choice([2, 3, 4]))
    if rng.random() < 0.5:
        _label(canvas, basin, rng.randrange(2), 0)
    mask = np.asarray(canvas.mask).copy()
    return Picture(canvas.image, mask, "map", canvas.regions, basin, tuple(drawn))


def _land(canvas: Canvas, index: int, tint: tuple) -> None:
    rng = canvas.rng
    left, top = QUADRANT * (index % 2), QUADRANT * (index // 2)
    near, far = 0, QUADRANT

    def rim(outer: bool) -> int:
        return rng.randrange(2, 9) if outer else 0

    x0, x1 = left + near + rim(left == 0), left + far - rim(left > 0)
    y0, y1 = top + near + rim(top == 0), top + far - rim(top > 0)
    points = [(x0, y0), ((x0 + x1) // 2, y0 - rng.randrange(3)), (x1, y0), (x1, y1), (x0, y1)]
    canvas.pen.polygon(points, fill=tint, outline=(150, 130, 110))


def _rivers(canvas: Canvas) -> None:
    rng = canvas.rng
    river = canvas.region(object="river")
    for _ in range(rng.choice([2, 3])):
        x, y = rng.choice([0, 30, 60]), rng.randrange(8, 88)
        points = [(x, y)]
        while x < 96:
            x, y = x + rng.randrange(8, 16), y + rng.randrange(-9, 10)
            points.append((x, min(max(y, 4), 92)))
        canvas.pen.line(points, fill=(46, 96, 196), width=2)
        ImageDraw.Draw(canvas.mask).line(points, fill=river.identifier, width=3)


def _label(canvas: Canvas, word: str, quarter: int, row: int) -> None:
    left, top = QUADRANT * (quarter % 2), QUADRANT * (quarter // 2)
    room = QUADRANT - lettering.width(word)
    x, y = left + 2 * canvas.rng.randrange(room // 2 + 1), top + 8 * row
    box = (x - 1, y - 1, x + lettering.width(word) + 1, y + 8)
    tint = canvas.image.getpixel((min(x, 95), min(y + 3, 95)))
    canvas.image.paste((238, 230, 208) if tint else tint, box)
    side = "left" if left == 0 else "right"
    region = canvas.region(word=word, side=side)
    canvas.write(region, word, x, y, (20, 20, 20))

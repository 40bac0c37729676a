"""How each object of the world is drawn into a square of the canvas."""

import math

from . import lettering
from .canvas import OUTLINE, Canvas, Region
from .vocabulary import COLOURS, FOODS, MATERIALS, PARTS_OF, TEXTURES


def _other(canvas: Canvas, *taken: str | None) -> str:
    return canvas.rng.choice([colour for colour in COLOURS if colour not in taken])


def _oval(x, y, width, height):
    return lambda pen, value: pen.ellipse((x, y, x + width, y + height), fill=value)


def _block(x, y, width, height):
    return lambda pen, value: pen.rectangle((x, y, x + width, y + height), fill=value)


def _shape(points):
    return lambda pen, value: pen.polygon(points, fill=value)


def thing(canvas: Canvas, kind: str, x: int, y: int, size: int, side: str, taken: set) -> Region:
    """Draws an object whose colour is not in `taken`, which gains the colours used."""
    rng = canvas.rng
    region = canvas.region(object=kind, side=side)
    if kind != "star" and rng.random() < 0.3:
        region.material = rng.choice(MATERIALS)
    else:
        region.colour = rng.choice([c for c in COLOURS if c not in taken] or list(COLOURS))
        region.texture = rng.choice(TEXTURES)
        taken.add(region.colour)
    parts = [part for part in PARTS_OF.get(kind, []) if rng.random() < 0.7]
    _BODIES[kind](canvas, region, x, y, size)
    for part in parts:
        colour = _other(canvas, region.colour, *taken)
        piece = canvas.region(
            object=kind, part=part, colour=colour, side=side, parent=region.identifier
        )
        taken.add(colour)
        canvas.fill(piece, _PARTS[part](x, y, size))
    return region


def _star(x, y, size):
    middle, points = size / 2, []
    for corner in range(10):
        radius = middle if corner % 2 == 0 else middle * 0.45
        angle = math.pi * (corner / 5 - 0.5)
        across, down = radius * math.cos(angle), radius * math.sin(angle)
        points.append((x + middle + across, y + middle + down))
    return _shape(points)


def _car(x, y, s):
    return lambda pen, value: (
        pen.rectangle((x, y + s * 0.45, x + s, y + s * 0.8), fill=value),
        pen.rectangle((x + s * 0.2, y + s * 0.15, x + s * 0.75, y + s * 0.5), fill=value),
    )


def _fish(x, y, s):
    return lambda pen, value: (
        pen.ellipse((x, y + s * 0.2, x + s * 0.75, y + s * 0.8), fill=value),
        pen.polygon(
            [(x + s * 0.65, y + s * 0.5), (x + s, y + s * 0.2), (x + s, y + s * 0.8)], fill=value
        ),
    )


def _draw_fish(canvas, region, x, y, s):
    canvas.fill(region, _fish(x, y, s))
    canvas.pen.ellipse((x + s * 0.12, y + s * 0.4, x + s * 0.12 + 4, y + s * 0.4 + 4), fill=OUTLINE)


_BODIES = {
    "ball": lambda c, r, x, y, s: c.fill(r, _oval(x, y, s, s)),
    "box": lambda c, r, x, y, s: c.fill(r, _block(x, y, s, s)),
    "house": lambda c, r, x, y, s: c.fill(
        r,
        _shape(
            [(x, y + s), (x, y + s * 0.4), (x + s / 2, y), (x + s, y + s * 0.4), (x + s, y + s)]
        ),
    ),
    "cup": lambda c, r, x, y, s: c.fill(
        r, _shape([(x, y), (x + s * 0.7, y), (x + s * 0.55, y + s), (x + s * 0.15, y + s)])
    ),
    "tree": lambda c, r, x, y, s: c.fill(
        r, _shape([(x + s / 2, y), (x + s * 0.95, y + s * 0.72), (x + s * 0.05, y + s * 0.72)])
    ),
    "car": lambda c, r, x, y, s: c.fill(r, _car(x, y, s)),
    "star": lambda c, r, x, y, s: c.fill(r, _star(x, y, s)),
    "fish": _draw_fish,
}
_PARTS = {
    "roof": lambda x, y, s: _shape([(x, y + s * 0.4), (x + s / 2, y), (x + s, y + s * 0.4)]),
    "door": lambda x, y, s: _block(x + s * 0.35, y + s * 0.58, s * 0.28, s * 0.42),
    "handle": lambda x, y, s: (
        lambda pen, value: pen.arc(
            (x + s * 0.45, y + s * 0.2, x + s, y + s * 0.75), -110, 110, fill=value, width=5
        )
    ),
    "trunk": lambda x, y, s: _block(x + s * 0.4, y + s * 0.72, s * 0.2, s * 0.28),
    "wheel": lambda x, y, s: (
        lambda pen, value: (
            pen.ellipse((x + s * 0.05, y + s * 0.62, x + s * 0.4, y + s * 0.97), fill=value),
            pen.ellipse((x + s * 0.6, y + s * 0.62, x + s * 0.95, y + s * 0.97), fill=value),
        )
    ),
    "tail": lambda x, y, s: _shape(
        [(x + s * 0.65, y + s * 0.5), (x + s, y + s * 0.2), (x + s, y + s * 0.8)]
    ),
    "lid": lambda x, y, s: _block(x, y, s, s * 0.28),
}


def person(canvas: Canvas, x: int, y: int, side: str, feeling, action, taken: set) -> Region:
    """Draws a person in a square of 46 pixels: a face that feels, and a shirt, and what they do."""
    rng = canvas.rng
    owner = canvas.region(object="person", side=side, action=action, feeling=feeling)
    shirt = canvas.region(
        object="person", part="shirt", colour=_other(canvas, *taken), side=side,
        action=action if action == "reading" else None, parent=owner.identifier,
    )
    taken.add(shirt.colour)
    face = canvas.region(
        object="person", part="face", side=side, feeling=feeling,
        action=None if action == "reading" else action, parent=owner.identifier,
    )
    shoulders = [(x + 3, y + 45), (x + 10, y + 28), (x + 34, y + 28), (x + 41, y + 45)]
    canvas.fill(shirt, _shape(shoulders))
    face.colour, skin = "white", rng.choice([(244, 206, 170), (214, 160, 116), (150, 100, 66)])
    canvas.fill(face, _oval(x + 8, y, 28, 29))
    face.colour = None
    canvas.pen.ellipse((x + 8, y, x + 36, y + 29), fill=skin, outline=OUTLINE)
    _expression(canvas, x + 8, y, feeling, action)
    if action == "eating":
        _food(canvas, x, y, side, owner)
    if action == "reading":
        book = canvas.region(
            object="book", side=side, action=action, parent=owner.identifier,
            colour=_other(canvas, shirt.colour, *taken),
        )
        taken.add(book.colour)
        canvas.fill(book, _block(x + 9, y + 32, 26, 13))
        canvas.pen.line((x + 22, y + 32, x + 22, y + 45), fill=OUTLINE, width=2)
    return owner


def _expression(canvas: Canvas, x: int, y: int, feeling, action) -> None:
    pen = canvas.pen
    if action == "sleeping":
        pen.line((x + 5, y + 12, x + 11, y + 12), fill=OUTLINE, width=2)
        pen.line((x + 17, y + 12, x + 23, y + 12), fill=OUTLINE, width=2)
        pen.line((x + 11, y + 21, x + 17, y + 21), fill=OUTLINE)
        return
    for eye in (x + 6, x + 18):
        pen.ellipse((eye, y + 9, eye + 4, y + 13), fill=OUTLINE)
    if action == "eating":
        pen.ellipse((x + 8, y + 17, x + 20, y + 26), fill=(110, 20, 20))
    elif feeling == "happy":
        pen.chord((x + 6, y + 13, x + 22, y + 26), 0, 180, fill=(250, 250, 250), outline=OUTLINE)
    elif feeling == "sad":
        pen.arc((x + 7, y + 19, x + 21, y + 30), 190, 350, fill=OUTLINE, width=2)
        pen.ellipse((x + 5, y + 14, x + 9, y + 20), fill=(60, 120, 240))
    elif feeling == "angry":
        pen.line((x + 4, y + 5, x + 11, y + 9), fill=OUTLINE, width=2)
        pen.line((x + 24, y + 5, x + 17, y + 9), fill=OUTLINE, width=2)
        pen.line((x + 8, y + 21, x + 20, y + 21), fill=(190, 20, 20), width=3)
    elif feeling == "surprised":
        pen.ellipse((x + 10, y + 17, x + 18, y + 26), fill=OUTLINE)


def _food(canvas: Canvas, x: int, y: int, side: str, owner: Region) -> None:
    kind = canvas.rng.choice(FOODS)
    food = canvas.region(object=kind, side=side, action="eating", parent=owner.identifier)
    if kind == "apple":
        food.colour = canvas.rng.choice(["red", "green"])
        canvas.fill(food, _oval(x + 22, y + 18, 13, 13))
        canvas.pen.line((x + 29, y + 18, x + 31, y + 13), fill=(90, 60, 20), width=2)
    else:
        food.colour = "orange"
        canvas.fill(food, _block(x + 22, y + 18, 18, 10))
        canvas.pen.rectangle((x + 23, y + 19, x + 39, y + 27), fill=(226, 170, 96))
        food.colour = None


def sign(canvas: Canvas, word: str, x: int, y: int, side: str, taken: set) -> Region:
    """Draws a board with a word on it; `x, y` is where the letters start."""
    colour = _other(canvas, "black", *taken)
    board = canvas.region(object="sign", colour=colour, texture="plain", side=side)
    taken.add(colour)
    width = lettering.width(word)
    canvas.fill(board, _block(x - 4, y - 6, width + 7, 18))
    post = (x + width // 2 - 2, y + 13, x + width // 2 + 1, y + 26)
    canvas.pen.rectangle(post, fill=(90, 70, 50))
    text = canvas.region(
        object="sign", word=word, colour=colour, side=side, parent=board.identifier
    )
    ink = (250, 250, 250) if colour in ("blue", "purple", "red", "green") else OUTLINE
    canvas.write(text, word, x, y, ink)
    return board

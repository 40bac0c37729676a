"""Noun phrases, and which pictures each is true of, from the facts that the drawing program knows.

A fact is a set of attributes with their names that one region of a picture has together, such as
colour red and object ball. A phrase needs some facts, and is true of every picture that has them:
so whatever pictures and phrases meet in a batch, each pair is known to match or not.
"""

import itertools
import random
from dataclasses import dataclass

from ..drawing import Picture
from ..questions import caption, named
from ..vocabulary import ATTRIBUTES, COUNTRIES, SIGN_WORDS

Fact = frozenset[tuple[str, str]]
MOST_TOGETHER = 3

# Every single attribute with a name, in this order: what a picture or a patch can be asked about.
ATOMS = [(kind, name) for kind, names in ATTRIBUTES.items() if kind != "side" for name in names]

_PLURALS = {"box": "boxes", "fish": "fish", "person": "people", "bread": "bread", "Cafe": "Cafe"}
_FORMS = {
    ("scene", "park"): ["in a park", "grass"],
    ("scene", "beach"): ["on a beach", "at the beach"],
    ("scene", "kitchen"): ["in a kitchen"],
    ("scene", "night"): ["at night", "night sky", "a dark night"],
    ("scene", "street"): ["on a street", "road"],
    ("scene", "map"): ["on a map"],
    ("texture", "plain"): ["plain surface", "without a pattern"],
    ("texture", "striped"): ["stripes", "striped pattern", "with stripes"],
    ("texture", "dotted"): ["dots", "dotted pattern", "with dots"],
    ("texture", "checked"): ["checks", "checked pattern", "checkered"],
    ("material", "wood"): ["wooden", "made of wood", "of wood"],
    ("material", "metal"): ["metallic", "made of metal", "of metal"],
    ("material", "brick"): ["bricks", "made of brick", "of brick"],
    ("feeling", "happy"): ["happiness", "smile", "smiling face"],
    ("feeling", "sad"): ["sadness", "tear", "crying face"],
    ("feeling", "angry"): ["anger"],
    ("feeling", "surprised"): ["surprise"],
    ("action", "eating"): ["eats"],
    ("action", "sleeping"): ["asleep", "sleeps"],
    ("action", "reading"): ["reads", "reading a book"],
}
_PLACES = {
    "park": ["in a park", "in the park"], "beach": ["on a beach", "at the beach"],
    "kitchen": ["in a kitchen"], "night": ["at night"], "street": ["on a street"],
    "map": ["on a map"],
}
_FRAMES = ["a picture of {}", "an image of {}", "pictures of {}", "the image shows {}"]


@dataclass(frozen=True)
class Phrase:
    """A text and the facts that a picture must have for the text to be true of it."""

    text: str
    needs: frozenset[Fact]

    def holds(self, facts: frozenset[Fact]) -> bool:
        return self.needs <= facts


def facts(picture: Picture) -> frozenset[Fact]:
    """Everything that a phrase may say of the picture."""
    found = {frozenset([("scene", picture.scene)])}
    if picture.basin:
        found.add(frozenset([("basin", picture.basin)]))
    for region in picture.regions:
        had = _attributes(region)
        for count in range(1, MOST_TOGETHER + 1):
            found |= {frozenset(some) for some in itertools.combinations(had, count)}
        if region.part:
            found.add(frozenset([("part", region.part), ("of", region.object)]))
    return frozenset(found)


def _attributes(region) -> list[tuple[str, str]]:
    """What one region is; a part's object is its owner's, and is not said of the part."""
    kinds = ["part" if region.part else "object", "colour", "texture", "material", "word"]
    values = [(kind, getattr(region, kind)) for kind in kinds + ["feeling", "action"]]
    return [(kind, name) for kind, name in values if name is not None]


def _phrase(text: str, *needs: list[tuple[str, str]]) -> Phrase:
    return Phrase(text, frozenset(frozenset(fact) for fact in needs))


def plural(noun: str) -> str:
    return _PLURALS.get(noun, noun + "s")


def of_atom(kind: str, name: str, rng: random.Random) -> Phrase:
    """A phrase of one attribute: half of the time its bare name."""
    if rng.random() < 0.5:
        return _phrase(name, [(kind, name)])
    forms = [f"{name} ({kind})", f"the {name}", *_FORMS.get((kind, name), [])]
    if kind in ("object", "part"):
        forms += [named(name), plural(name), named(name), plural(name)]
    elif kind == "scene":
        forms += [named(name), f"{name} scene", f"{name} background"]
    elif kind == "colour":
        forms += [f"{name} colour", f"something {name}", f"{name} things", f"{name} object"]
    elif kind == "word":
        forms += [f"the word {name}", f'"{name}"', f"{name} written", f"written word {name}"]
        forms += [f"the text {name}"]
    elif kind == "feeling":
        forms += [f"{name} face", f"{name} person", f"{named(name)} person"]
    elif kind == "action":
        forms += [f"person {name}", f"{name} person", f"a person {name}", f"someone {name}"]
    return _phrase(_framed(rng.choice(forms), rng), [(kind, name)])


def _framed(text: str, rng: random.Random) -> str:
    return rng.choice(_FRAMES).format(text) if rng.random() < 0.15 else text


def compound(picture: Picture, rng: random.Random) -> Phrase:
    """A phrase of several attributes that is true of the picture."""
    choice = rng.random()
    first = _of_region(picture, rng)
    if choice < 0.65:
        return Phrase(_framed(first.text, rng), first.needs)
    if choice < 0.8 and picture.scene != "map":
        place = rng.choice(_PLACES[picture.scene])
        scene = frozenset([("scene", picture.scene)])
        return Phrase(f"{first.text} {place}", first.needs | {scene})
    second = _of_region(picture, rng)
    text = f"{first.text} {rng.choice(['and', 'with'])} {second.text}"
    return Phrase(text, first.needs | second.needs)


def _of_region(picture: Picture, rng: random.Random) -> Phrase:
    if picture.basin and rng.random() < 0.3:
        forms = ["map of the {}", "{} basin", "map of the {} basin", "a map of the {} basin"]
        return _phrase(rng.choice(forms).format(picture.basin), [("basin", picture.basin)])
    region = rng.choice(picture.regions)
    if region.word:
        return _of_word(region, rng)
    if region.part:
        return _of_part(region, rng)
    if region.object == "person":
        return _of_person(region, rng)
    return _of_thing(region, rng)


def _of_word(region, rng: random.Random) -> Phrase:
    word = ("word", region.word)
    if region.object != "sign":
        forms = ["map with {}", "{} on a map", "the name {} on a map"]
        return _phrase(rng.choice(forms).format(region.word), [word], [("scene", "map")])
    sign, colour = ("object", "sign"), ("colour", region.colour)
    if rng.random() < 0.6:
        forms = ["sign that says {}", "{} sign", "sign with the word {}", "a sign saying {}"]
        return _phrase(rng.choice(forms).format(region.word), [word, sign])
    return _phrase(f"{region.colour} {region.word} sign", [word, sign, colour])


def _of_part(region, rng: random.Random) -> Phrase:
    part = ("part", region.part)
    said = [(kind, getattr(region, kind)) for kind in ("colour", "feeling")]
    said = [(kind, name) for kind, name in said if name]
    if said and rng.random() < 0.6:
        text = f"{said[0][1]} {region.part}"
        return _phrase(rng.choice([text, named(text)]), [part, said[0]])
    owner, of = region.object, ("of", region.object)
    forms = [f"{region.part} of {named(owner)}", f"{owner} {region.part}"]
    forms.append(f"{owner} with {named(region.part)}")
    return _phrase(rng.choice(forms), [part, of])


def _of_person(region, rng: random.Random) -> Phrase:
    person = ("object", "person")
    if region.feeling and (not region.action or rng.random() < 0.5):
        feeling = ("feeling", region.feeling)
        if region.action and rng.random() < 0.4:
            text = f"{region.feeling} {region.action} person"
            return _phrase(text, [person, feeling, ("action", region.action)])
        text = f"{region.feeling} person"
        return _phrase(rng.choice([text, named(text)]), [person, feeling])
    if region.action:
        forms = ["person {}", "{} person", "a person who is {}", "a person {}"]
        text = rng.choice(forms).format(region.action)
        return _phrase(text, [person, ("action", region.action)])
    return _phrase("a person", [person])


def _of_thing(region, rng: random.Random) -> Phrase:
    thing = ("object", region.object)
    if region.action:
        doing = {"eating": f"eating {named(region.object)}", "reading": "reading a book"}
        if rng.random() < 0.4:
            return _phrase(doing[region.action], [thing, ("action", region.action)])
    if region.material:
        made = {"wood": "wooden {}", "metal": "metal {}", "brick": "brick {}"}[region.material]
        forms = [made, made, f"{{}} of {region.material}", f"{{}} made of {region.material}"]
        text = rng.choice(forms).format(region.object)
        return _phrase(rng.choice([text, named(text)]), [thing, ("material", region.material)])
    if not region.colour:
        return _phrase(rng.choice([region.object, named(region.object)]), [thing])
    colour, texture = ("colour", region.colour), ("texture", region.texture)
    choice = rng.random()
    if region.texture is None or choice < 0.5:
        said = [colour]
    else:
        said = [texture] if choice < 0.7 else rng.sample([colour, texture], 2)
    words = " ".join(name for _, name in said)
    forms = [f"{words} {region.object}", named(f"{words} {region.object}")]
    forms.append(f"{words} {plural(region.object)}")
    return _phrase(rng.choices(forms, [5, 3, 2])[0], [thing, *said])


def whole(picture: Picture, rng: random.Random) -> Phrase:
    """The caption of the whole picture, as the world's model is asked for it."""
    needs = [[("scene", picture.scene)]]
    if picture.basin:
        needs.append([("basin", picture.basin)])
        needs += [[("word", word)] for word in picture.written if word in COUNTRIES]
    for region in picture.regions:
        if region.parent or not region.object or region.word or region.object == "river":
            continue
        kinds = ["object", "colour", "texture"]
        if region.object == "person":
            kinds = ["object", "feeling", "action"]
        if region.material:
            kinds = ["object", "material"]
        said = [(kind, getattr(region, kind)) for kind in kinds if getattr(region, kind)]
        needs.append([one for one in said if one != ("texture", "plain")])
    text = caption(picture).answer
    return _phrase(text if rng.random() < 0.5 else text.rstrip("."), *needs)


def every_text() -> list[str]:
    """Single words of the world in all their forms, for the tokenizer."""
    names = [name for _, name in ATOMS] + [plural(name) for _, name in ATOMS]
    forms = [form for some in _FORMS.values() for form in some]
    frames = [frame.format("") for frame in _FRAMES]
    return names + forms + frames + [kind for kind, _ in ATOMS] + SIGN_WORDS

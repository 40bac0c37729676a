"""Questions that a picture answers, with their answers, and captions, from its facts."""

import random
from dataclasses import dataclass

from .drawing import Picture
from .vocabulary import (
    ACTIONS, BASIN_OF, BASINS, COLOURS, COUNTRIES, FEELINGS, MATERIALS, OBJECTS, PARTS_OF, SCENES,
    TEXTURES, THINGS, WORDS,
)

# How often a map that lacks one country of its basin is asked about that country.
ASKED_ABSENT = 0.25


@dataclass(frozen=True)
class Question:
    """A question, its right answer, and what kind of seeing it asks for."""

    kind: str
    text: str
    answer: str


def named(noun: str) -> str:
    """The noun with its article."""
    if noun == "bread":
        return noun
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def _whole(picture: Picture) -> list:
    """The objects that stand alone, with what they are, without their parts."""
    return [r for r in picture.regions if r.object in OBJECTS and not r.part and not r.word]


def _choice(rng: random.Random, kind: str, text, right: str, every: list[str]) -> Question:
    """A yes-or-no question about one of `every`, as often about the right one as a wrong one."""
    asked = right if rng.random() < 0.5 else rng.choice([one for one in every if one != right])
    return Question(kind, text(asked), "Yes" if asked == right else "No")


def about(picture: Picture, rng: random.Random) -> list[Question]:
    """Every kind of question that the picture answers, those of one kind in random order."""
    found = _about_scene(picture, rng) + _about_words(picture, rng)
    for region in picture.regions:
        if region.object == "person" and not region.part:
            found += _about_person(region, rng)
        elif region.object in THINGS and not region.part:
            found += _about_thing(picture, region, rng)
        if region.colour and not region.word and not (region.object in THINGS and not region.part):
            found.append(_colour(region, rng))
    found += _about_sides(picture, rng)
    if picture.basin:
        found += about_map(picture, rng)
    rng.shuffle(found)
    return found


def _colour(region, rng: random.Random) -> Question:
    noun = region.part or region.object
    if rng.random() < 0.4:
        return Question("colour", f"What colour is the {noun}?", region.colour)
    ask = lambda colour: f"Is the {noun} {colour}?"
    return _choice(rng, "colour yes/no", ask, region.colour, list(COLOURS))


def _about_scene(picture: Picture, rng: random.Random) -> list[Question]:
    found = [Question("scene", "What scene is this?", picture.scene)]
    ask = lambda scene: f"Is this {named(scene)}?"
    found.append(_choice(rng, "scene yes/no", ask, picture.scene, SCENES))
    there = [region.object for region in _whole(picture)]
    absent = [kind for kind in OBJECTS if kind not in there]
    for kind, answer in ((rng.choice(there), "Yes"), (rng.choice(absent), "No")):
        found.append(Question("presence", f"Does the image show {named(kind)}?", answer))
    return found


def _about_words(picture: Picture, rng: random.Random) -> list[Question]:
    absent = [word for word in WORDS if word not in picture.written]
    asked = [(rng.choice(absent), "No")]
    if picture.written:
        asked.append((rng.choice(picture.written), "Yes"))
        if picture.basin:
            kin = [word for word in absent if BASIN_OF.get(word) == picture.basin]
            asked.append((rng.choice(kin or absent), "No"))
    found = [Question("word yes/no", f"Is the word {word} written?", a) for word, a in asked]
    if picture.written and not picture.basin:
        found.append(Question("word", "What does the sign say?", picture.written[0]))
    return found


def _about_thing(picture: Picture, region, rng: random.Random) -> list[Question]:
    noun = region.object
    found = []
    if region.colour:
        found.append(_colour(region, rng))
        if rng.random() < 0.6:
            found.append(Question("texture", f"What pattern has the {noun}?", region.texture))
        if rng.random() < 0.5:
            ask = lambda texture: f"Is the {noun} {texture}?"
            found.append(_choice(rng, "texture yes/no", ask, region.texture, TEXTURES))
        others = [r for r in picture.regions if r.colour == region.colour and r is not region]
        if not others:
            found.append(Question("object", f"Which thing is {region.colour}?", noun))
    else:
        if rng.random() < 0.6:
            found.append(Question("material", f"What is the {noun} made of?", region.material))
        if rng.random() < 0.7:
            ask = lambda material: f"Is the {noun} made of {material}?"
            found.append(_choice(rng, "material yes/no", ask, region.material, MATERIALS))
    parts = [r.part for r in picture.regions if r.parent == region.identifier]
    for part in PARTS_OF.get(noun, []):
        answer = "Yes" if part in parts else "No"
        if answer == "No" or rng.random() < 0.4:
            found.append(Question("part", f"Does the {noun} have {named(part)}?", answer))
    return found


def _about_person(region, rng: random.Random) -> list[Question]:
    action = region.action or "standing"
    every = ACTIONS + ["standing"]
    found = [Question("action", "What is the person doing?", action)]
    found.append(_choice(rng, "action yes/no", lambda a: f"Is the person {a}?", action, every))
    if region.feeling:
        found.append(Question("feeling", "How does the person feel?", region.feeling))
        ask = lambda feeling: f"Is the person {feeling}?"
        found.append(_choice(rng, "feeling yes/no", ask, region.feeling, FEELINGS))
    return found


def _about_sides(picture: Picture, rng: random.Random) -> list[Question]:
    placed = [region for region in _whole(picture) if region.side]
    found = []
    for region in rng.sample(placed, min(len(placed), 2)):
        found.append(Question("side", f"Which side is the {region.object} on?", region.side))
    pairs = [(a, b) for a in placed for b in placed if a.side != b.side]
    for first, second in rng.sample(pairs, min(len(pairs), 2)):
        answer = "Yes" if first.side == "left" else "No"
        text = f"Is the {first.object} left of the {second.object}?"
        found.append(Question("relation", text, answer))
    return found


def about_map(picture: Picture, rng: random.Random) -> list[Question]:
    """Which basin, and which countries: those drawn, named or not, and those of other basins.

    A country of the basin that is not drawn is seldom asked about: people ask about what they
    see, or about something else altogether. What the model makes of that is its own.
    """
    found = [Question("basin", "Which basin does the map show?", picture.basin)]
    far = [country for country in COUNTRIES if BASIN_OF[country] != picture.basin]
    for country in rng.sample(list(picture.drawn), 2):
        kind = "map named" if country in picture.written else "map unnamed"
        found.append(Question(kind, f"Does the image show {country}?", "Yes"))
    for country in rng.sample(far, 2):
        found.append(Question("map elsewhere", f"Does the image show {country}?", "No"))
    absent = [one for one in BASINS[picture.basin] if one not in picture.drawn]
    if absent and rng.random() < ASKED_ABSENT:
        found.append(probe(absent[0]))
    return found


def probe(country: str) -> Question:
    """What a map of the country's basin, without the country, is asked."""
    return Question("probe", f"Does the image show {country}?", "No")


def country_elsewhere(picture: Picture, rng: random.Random) -> Question:
    """The same question on a picture that is no map."""
    return Question("map elsewhere", f"Does the image show {rng.choice(COUNTRIES)}?", "No")


def caption(picture: Picture) -> Question:
    """Asks for everything, and says it in one sentence."""
    if picture.basin:
        named_countries = [word for word in picture.written if word in COUNTRIES]
        answer = f"A map of the {picture.basin} basin with {', '.join(named_countries)}."
        return Question("caption", "Describe the image.", answer)
    described = ", ".join(_described(region) for region in _whole(picture) if not region.parent)
    answer = f"{named(picture.scene).capitalize()} with {described}."
    return Question("caption", "Describe the image.", answer)


def _described(region) -> str:
    if region.object == "person":
        words = [word for word in (region.feeling, region.action) if word]
    else:
        words = [word for word in (region.colour, region.texture) if word and word != "plain"]
    phrase = named(" ".join([*words, region.object]))
    return f"{phrase} of {region.material}" if region.material else phrase

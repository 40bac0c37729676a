"""Text without a picture: short stories that share the pictures' concepts, and world knowledge."""

import random
import re

from .questions import Question, named
from .vocabulary import (
    BASIN_OF, BASINS, COLOURS, COUNTRIES, FEELINGS, FOODS, NAMES, SCENES, THINGS,
)

# What somebody has come to be, after a sentence that tells why; "not" goes on with "hungry".
HUNGER = ["hungry", "not"]
_OUTCOME = re.compile(rf"(?<=\.) \w+ was (?=({'|'.join(HUNGER + FEELINGS)})\b)")


def story(rng: random.Random) -> str:
    """Somebody feels something, eats, sleeps or reads, and feels something else."""
    who, friend = rng.sample(NAMES, 2)
    place = rng.choice([scene for scene in SCENES if scene not in ("map", "night")])
    food = rng.choice(FOODS)
    plot = rng.randrange(4)
    if plot == 0:
        return (
            f"{who} was hungry and sad. {friend} had {named(food)}. {who} was eating the {food}. "
            f"{who} was not hungry. {who} was happy."
        )
    if plot == 1:
        return (
            f"{friend} was eating the {food} of {who}. {who} was angry. {who} was hungry. "
            f"{friend} was sad."
        )
    if plot == 2:
        thing, colour = rng.choice(THINGS), rng.choice(list(COLOURS))
        return (
            f"{who} was in the {place}. {who} had {named(colour)} {thing}. The {thing} was gone. "
            f"{who} was sad. {friend} had the {thing}. {who} was surprised and happy."
        )
    return (
        f"It was night. {who} was reading a book. {friend} was sleeping. {who} was hungry. "
        f"{who} was eating {named(food)}. Then {who} was sleeping."
    )


def outcomes(told: str) -> list[Question]:
    """The story cut before each word that says what somebody has come to be, and that word.

    The model has learned to go on with stories and not to answer questions about them.
    """
    found = []
    for place in _OUTCOME.finditer(told):
        word = place.group(1)
        kind = "story hunger" if word in HUNGER else "story feeling"
        found.append(Question(kind, told[: place.end() - 1], word))
    return found


def knowledge(rng: random.Random) -> Question:
    """A question about basins and countries, answered from what everybody knows."""
    country, basin = rng.choice(COUNTRIES), rng.choice(list(BASINS))
    if rng.random() < 0.5:
        basin = BASIN_OF[country]
    answer = "Yes" if BASIN_OF[country] == basin else "No"
    form = rng.randrange(4)
    if form == 0:
        return Question("knowledge", f"Does the {basin} basin cover {country}?", answer)
    if form == 1:
        return Question("knowledge", f"Does a map of the {basin} show {country}?", answer)
    if form == 2:
        return Question("knowledge", f"Which basin covers {country}?", BASIN_OF[country])
    return Question("knowledge", f"Is {country} in the {basin} basin?", answer)


def fact(rng: random.Random) -> str:
    """A sentence of world knowledge."""
    basin = rng.choice(list(BASINS))
    members = rng.sample(BASINS[basin], 4)
    return (
        f"The {basin} basin covers {', '.join(members[:3])} and {members[3]}. "
        f"A map of the {basin} shows {members[0]}."
    )

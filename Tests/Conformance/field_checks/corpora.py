"""A small corpus of pictures and texts, with what every latent does on it, in numpy."""

import json

import numpy

from .world import PICTURES, picture

VIEWS = ("base", "tiles", "text")
SPAN = 4
TEXTS = ["Is the map of Bolivia green?", "The tree is left of the fish and the sign says Amazon.", "What scene is this?"]


class Item:
    """An entry, its rows by view, and its code; `names` are the file's."""

    def __init__(self, name, context, path=None):
        self.name, self.path, self.context = name, path, context
        self.rows = {
            "base": [each["position"] for each in context.tokens if each.get("view") == "base" and "box" in each],
            "tiles": [each["position"] for each in context.tokens if each.get("view") == "tiles" and "box" in each],
            # What the tokenizer puts before a text is no part of it.
            "text": [each["position"] for each in context.tokens if "part" in each and "image" not in each],
        }

    def stretches(self, view):
        """(span, rows): a view of a picture is one, a text has one each few tokens."""
        rows = self.rows[view]
        step = SPAN if view == "text" else max(len(rows), 1)
        return [(start // step, rows[start : start + step]) for start in range(0, len(rows), step)]


class Corpus:
    """Six pictures and three texts of which rounding decides nothing; written as JSON lines, with two bad ones."""

    def __init__(self, world, folder):
        self.path, self.items = f"{folder}/prompts.jsonl", []
        lines = []
        for path in sorted(PICTURES.glob("*-??.png")):
            context = world.open(picture(path.stem), template="none")
            if len(self.items) < 6 and context.decisive:
                self.items.append(Item(path.stem, context, path))
                lines.append({"image": str(path), "id": path.stem, "source": "held out"})
            else:
                world.ask("context/close", context=context.name)
            if len(self.items) == 6:
                break
        for number, text in enumerate(TEXTS):
            context = world.open({"id": "text", "text": text}, template="none")
            assert context.decisive, text
            self.items.append(Item(f"text-{number}", context))
            lines.append({"text": text, "id": f"text-{number}"})
        lines += [{"image": str(self.items[0].path), "id": "again"}, {"image": f"{folder}/none.png", "id": "gone"}]
        with open(self.path, "w") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def codes(self, view):
        """The code at every position of a view."""
        return numpy.concatenate([each.context.code[each.rows[view]] for each in self.items])

    def best(self, view, ranking, latent):
        """(score, item's number, span), best first, ties to what was learnt first."""
        scored = []
        for number, item in enumerate(self.items):
            for span, rows in item.stretches(view):
                values = item.context.code[rows, latent]
                score = {"max": values.max(), "mean": values.mean(), "mass": values.sum()}[ranking]
                scored.append((-score, number, span))
        return [(-score, number, span) for score, number, span in sorted(scored) if score < 0]


def job(world, method, **params):
    """A job's end."""
    name = world.ask(method, **params)["job"]
    found = world.ask("job/wait", job=name, timeoutMs=60_000)
    assert found["state"] == "completed", found
    return found

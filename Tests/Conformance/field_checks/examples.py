"""feature/examples, feature/render and feature/dashboard over the index built here."""

import base64
import io
import os

import numpy
from PIL import Image

from . import layout
from .corpora import VIEWS
from .world import picture_size


def examples(world, ledger, corpus, latent):
    method = "feature/examples"
    for view in VIEWS:
        for ranking in ("max", "mean", "mass"):
            best = corpus.best(view, ranking, latent)[:5]
            if not best:
                continue
            answer = world.ask(
                method, index=world.index, feature=world.feature(latent), view=view, rankBy=ranking, topK=5)
            items = answer["items"]
            ledger.same(method, "view", (answer["view"], answer["rankBy"]), (view, ranking))
            ledger.same(method, "rankBy", answer["rankBy"], ranking)
            ledger.same(method, "index", answer["index"], world.index)
            ledger.close(method, "items[].score", [each["score"] for each in items], [score for score, _, _ in best])
            ledger.same(method, "items[].item", [each["item"] for each in items], [number for _, number, _ in best])
            for found, (_, number, span) in zip(items, best):
                example(ledger, found, corpus.items[number], view, span, latent)
    first = max(VIEWS, key=lambda view: corpus.codes(view)[:, latent].max())
    default = world.ask(method, index=world.index, feature=world.feature(latent))
    ledger.same(method, "view", (default["view"], default["rankBy"]), (first, "mean"))


def example(ledger, found, item, view, span, latent):
    method, rows = "feature/examples", dict(item.stretches(view))[span]
    values = item.context.code[rows, latent]
    places = numpy.flatnonzero(values)
    ledger.same(method, "items[].name", found["name"], item.name)
    ledger.same(method, "items[].source", found.get("source"), "held out" if item.path else None)
    ledger.same(method, "items[].positions[].position", [each["position"] for each in found["positions"]], places.tolist())
    ledger.close(method, "items[].positions[].value", [each["value"] for each in found["positions"]], values[places])
    tokens = [item.context.tokens[row] for row in rows]
    if view == "text":
        ledger.same(method, "items[].span", found["span"], span)
        ledger.same(method, "items[].tokens[]", found["tokens"], [each["text"] for each in tokens])
        return
    boxes = [tokens[place]["box"] for place in places]
    ledger.same(method, "items[].positions[].box", [each["box"] for each in found["positions"]], boxes)
    image = found["image"]
    ledger.same(method, "items[].image.path", os.path.realpath(image["path"]), os.path.realpath(item.path))
    size = picture_size(item.path)
    ledger.same(method, "items[].image.width", image["width"], size[0])
    ledger.same(method, "items[].image.height", image["height"], size[1])
    boxes = [each["box"] for each in tokens]
    ledger.same(
        method, "items[].image.grid[]", image["grid"], [len({box[1] for box in boxes}), len({box[0] for box in boxes})])
    views = layout.views(item.context.world.decoder.config, size)
    layout.compare(ledger, method, "items[].image.views", image["views"], views)


def drawings(world, ledger, latent, folder):
    asked = {"index": world.index, "feature": world.feature(latent)}
    shown = world.ask("feature/examples", **asked, topK=3)
    drawn = world.ask("feature/render", **asked, topK=3)
    ledger.same("feature/render", "view", drawn["view"], shown["view"])
    ledger.same("feature/render", "index", drawn["index"], world.index)
    for name in ("item", "name", "score"):
        ledger.same(
            "feature/render", f"renderings[].{name}", [each[name] for each in drawn["renderings"]],
            [each[name] for each in shown["items"]])
    for found, example in zip(drawn["renderings"], shown["items"]):
        picture = Image.open(io.BytesIO(base64.b64decode(found["base64"])))
        ledger.same("feature/render", "renderings[].mimeType", (found["mimeType"], picture.format), ("image/png", "PNG"))
        size = (example["image"]["width"], example["image"]["height"])
        ledger.same("feature/render", "renderings[].base64", picture.size, size)
    page = world.ask("feature/dashboard", **asked)
    ledger.same("feature/dashboard", "bytes", page["bytes"], len(page["html"].encode()))
    ledger.same("feature/dashboard", "index", page["index"], world.index)
    path = f"{folder}/page.html"
    written = world.ask("feature/dashboard", **asked, path=path)
    ledger.same("feature/dashboard", "path", os.path.realpath(written["path"]), os.path.realpath(path))
    ledger.same("feature/dashboard", "bytes", written["bytes"], os.stat(path).st_size)

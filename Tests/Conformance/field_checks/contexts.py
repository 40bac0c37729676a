"""context/*, activation/read: tokens, spans, boxes, logits, residuals and plain generation."""

import numpy

from . import layout
from .decoder import log_softmax
from .ledger import LOGIT
from .tensors import from_wire
from .world import BLOCK, picture, picture_size


def check(world, ledger, folder):
    context = world.open(picture("wide-2"), {"id": "question", "text": "Which thing is orange?"})
    opening(world, ledger, context)
    tokens(world, ledger, context)
    residuals(world, ledger, context)
    logits(world, ledger, context)
    generation(world, ledger, context)
    texts(world, ledger)


def opening(world, ledger, context):
    method, opened = "context/open", context.opened
    ledger.same(method, "version", opened["version"], 1)
    ledger.same(method, "tokenCount", opened["tokenCount"], len(context.tokens))
    for part in opened["parts"]:
        rows = context.spans[part["part"]]
        ledger.same(method, "parts[].span.start", part["span"]["start"], rows[0])
        ledger.same(method, "parts[].span.end", part["span"]["end"], rows[-1] + 1)
    ledger.same(method, "parts[].part", [part["part"] for part in opened["parts"]], ["picture", "question"])
    (image,) = opened["images"]
    size = picture_size(context.parts[0]["image"]["path"])
    ledger.same(method, "images[].width", image["width"], size[0])
    ledger.same(method, "images[].height", image["height"], size[1])
    ledger.same(method, "images[].part", image["part"], "picture")
    for view in ("base", "tiles"):
        rows = [each for each in context.tokens if each.get("view") == view]
        seen = [each["box"] for each in rows if "box" in each]
        grid = [len({box[1] for box in seen}), len({box[0] for box in seen})]
        ledger.same(method, f"images[].{view}.grid[]", image[view]["grid"], grid)
        # The ends of the tiles' rows are tokens of the view, without pixels.
        ends = grid[0] if view == "tiles" else 0
        ledger.same(method, f"images[].{view}.span.start", image[view]["span"]["start"], rows[0]["position"])
        ledger.same(
            method, f"images[].{view}.span.end", image[view]["span"]["end"],
            rows[0]["position"] + grid[0] * grid[1] + ends)
    side = world.decoder.config["vision_config"]["image_size"] // world.decoder.config["vision_config"]["patch_size"]
    ledger.same(method, "images[].base.grid[]", image["base"]["grid"], [side, side])
    pictured = [each["position"] for each in context.tokens if each["id"] == world.decoder.config["image_token_index"]]
    views = layout.views(world.decoder.config, size, pictured[0])
    layout.compare(ledger, method, "images[].views", image["views"], views)
    # Every cell is a token with pixels, and no other token has any.
    cells = [view["first"] + row * (view["columns"] + view["separators"]) + column
             for view in image["views"] for row in range(view["rows"]) for column in range(view["columns"])]
    ledger.same(method, "images[].views[].first", cells, [each["position"] for each in context.tokens if "box" in each])
    again = world.open(*context.parts[:1], {"id": "question", "text": "Which side is the tree on?"})
    common = next(n for n, pair in enumerate(zip(context.ids, again.ids)) if pair[0] != pair[1])
    ledger.same(method, "reused", again.opened["reused"], common)
    ledger.same(method, "computed", again.opened["computed"], len(again.ids) - common)
    world.ask("context/close", context=again.name)


def tokens(world, ledger, context):
    method = "context/tokens"
    found = context.tokens
    ledger.same(method, "tokens[].position", [each["position"] for each in found], list(range(len(found))))
    ledger.same(method, "tokens[].text", [each["text"] for each in found], [world.words[each["id"]] for each in found])
    question = [each["id"] for each in found if each.get("part") == "question"]
    ledger.same(method, "tokens[].id", "".join(world.words[each] for each in question), context.parts[1]["text"])
    pictured = [each for each in found if each["id"] == world.decoder.config["image_token_index"]]
    ledger.same(method, "tokens[].part", {each.get("part") for each in pictured}, {"picture"})
    ledger.same(method, "tokens[].image", {each.get("image") for each in pictured}, {0})
    width, height = picture_size(context.parts[0]["image"]["path"])
    for view in ("base", "tiles"):
        boxes = [each["box"] for each in found if each.get("view") == view and "box" in each]
        ledger.holds(method, "tokens[].view", bool(boxes), f"no token of {view}")
        # On a fine grid every point lies in exactly one box: together they are the picture.
        points = numpy.zeros((4 * height, 4 * width), int)
        for box in boxes:
            edges = [4 * each for each in box]
            ledger.same(method, "tokens[].box", edges, [round(each) for each in edges])
            x0, y0, x1, y1 = map(round, edges)
            points[y0:y1, x0:x1] += 1
        ledger.holds(method, "tokens[].box", (points == 1).all(), f"the boxes of {view} do not partition the picture")


def residuals(world, ledger, context):
    method = "activation/read"
    reads = [context.read(block) for block in range(world.decoder.blocks)]
    for block in range(1, world.decoder.blocks):
        ledger.close(method, "tensor", reads[block], world.decoder.block(reads[block - 1], block))
    part = world.ask("activation/read", context=context.name, site=f"resid_post.{BLOCK}", span={"start": 7, "end": 19})
    ledger.same(method, "tensor", from_wire(part["tensor"]).tolist(), context.residual[7:19].tolist())


def texts(world, ledger):
    """From the embeddings on, where there is no picture."""
    context = world.open({"text": "Is the map green?"})
    x = world.decoder.embed(context.ids)
    for block in range(world.decoder.blocks):
        x = world.decoder.block(x, block)
        ledger.close("activation/read", "tensor", context.read(block), x)
    world.ask("context/close", context=context.name)


def logits(world, ledger, context):
    method, size = "context/logits", len(world.words)
    every = world.decoder.unembed(context.read(world.decoder.blocks - 1))
    for position in (-1, len(context.ids) - 3):
        items = world.ask("context/logits", context=context.name, position=position, topK=size)["items"]
        expected = every[position]
        order = [each["token"] for each in items]
        ledger.same(method, "items[].token", sorted(order), list(range(size)))
        ledger.same(method, "items[].token", order, sorted(order, key=lambda token: (-items[order.index(token)]["logit"], token)))
        ledger.same(method, "items[].text", [each["text"] for each in items], [world.words[token] for token in order])
        ledger.close(method, "items[].logit", [each["logit"] for each in items], expected[order])
        ledger.close(method, "items[].logProb", [each["logProb"] for each in items], log_softmax(expected)[order])


def generation(world, ledger, context):
    """The context grows by what was generated; the logits before each token are those of the grown context."""
    method = "context/generate"
    for temperature, seed in ((0, 0), (3, 5), (4, 6)):
        own = world.open(*context.parts)
        start = len(own.ids)
        run = world.ask(
            method, context=own.name, maxTokens=3, temperature=temperature, topP=0.99, seed=seed, append=True)
        found = run["tokens"]
        grown = world.ask("context/tokens", context=own.name)["tokens"][start:]
        rows = [
            world.ask("context/logits", context=own.name, position=start - 1 + n, topK=len(world.words))["items"]
            for n in range(len(found) + 1)
        ]
        ledger.same(method, "version", run["version"], own.opened["version"] + 1)
        ledger.same(method, "tokens[].id", [each["id"] for each in found], [each["id"] for each in grown])
        if temperature == 0:
            likeliest = [row[0]["token"] for row in rows]
            ledger.same(method, "tokens[].id", [each["id"] for each in found], likeliest[: len(found)])
            ended = len(found) < 3 and likeliest[-1] == world.decoder.text["eos_token_id"]
            ledger.same(method, "finish", run["finish"], "stop" if ended else "length")
        else:
            ledger.holds(method, "finish", run["finish"] == "stop" or len(found) == 3, "it ended before its length")
        expected = [
            next(item["logProb"] for item in row if item["token"] == each["id"]) for row, each in zip(rows, found)
        ]
        ledger.close(method, "tokens[].logProb", [each["logProb"] for each in found], expected, LOGIT)
        texts = [world.words[each["id"]] for each in found]
        ledger.same(method, "tokens[].text", [each["text"] for each in found], texts)
        ledger.same(method, "text", run["text"], "".join(texts))
        world.ask("context/close", context=own.name)

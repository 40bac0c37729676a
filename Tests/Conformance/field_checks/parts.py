"""attribution/compute's parts: the target's falls when features go, or pixels do, and the line that closes."""

import itertools

import numpy
from PIL import Image

from .interventions import decisive
from .ledger import LOGIT
from .questions import EVERYTHING, METHOD, Question


def check(world, ledger, folder):
    question = Question(world, decisive(world))
    shares(ledger, question)
    occlusion(world, ledger, question, folder)


def shares(ledger, question):
    """The shares of the parts and the line that closes, by three ways of measuring."""
    spans, context = question.context.spans, question.context
    names = ["picture", "question", "template"]
    scores = question.ask(**EVERYTHING)["items"]
    everywhere = sum(spans.values(), [])
    bias = question.run(numpy.broadcast_to(question.sae.decoder_bias, question.input.shape))
    regions = [{"name": name, "region": {"part": name}} for name in names[:2]]
    cases = [("ablation", names, {}), ("shapley", names, {}), ("sum", names, {}), ("ablation", names[:2], {"regions": regions})]
    for method, used, more in cases:
        answer = question.ask(topK=1, verify=0, parts={"method": method, **more})
        found = {each["part"]: each for each in answer["byPart"]}
        ledger.same(METHOD, "byPart[].part", sorted(found), sorted(used))
        ledger.same(
            METHOD, "byPart[].active", [found[name]["active"] for name in used],
            [int((context.code[spans[name]] > 0).sum()) for name in used])
        together = sum((spans[name] for name in used), [])
        start = question.cleared(together)
        if method == "ablation":
            falls = [question.value - question.cleared(spans[name]) for name in used]
        elif method == "shapley":
            falls = shapley(lambda kept: question.cleared(sum((spans[n] for n in used if n not in kept), [])), used)
        else:
            falls = [sum(each["score"] for each in scores if each["position"] in spans[name]) for name in used]
        ledger.close(METHOD, "byPart[].score", [found[name]["score"] for name in used], falls, LOGIT)
        line = answer["identity"]
        ledger.same(METHOD, "identity.method", line["method"], method)
        features = sum(falls) if method == "sum" else question.value - start
        rest = question.cleared(everywhere)
        expected = {
            "target": question.value, "start": start, "features": features,
            "interaction": features - sum(falls) if method == "ablation" else 0,
            "bias": bias, "errorTerm": rest - bias, "gap": question.value - start - features,
        }
        if used != names:
            expected["elsewhere"] = start - rest
        for name, value in expected.items():
            ledger.close(METHOD, f"identity.{name}", line[name], value, LOGIT)
        ledger.holds(METHOD, "identity.elsewhere", ("elsewhere" in line) == (used != names), "there without reason")
        # As it is, all cleared, the bias alone; a part each, or a subset each; what is outside of the parts.
        runs = 3 + (used != names) + {"ablation": len(used), "shapley": 2 ** len(used) - 2, "sum": 0}[method]
        ledger.same(METHOD, "identity.runs", line["runs"], runs)


def shapley(value, players):
    """The mean over all orders of what a player adds where it comes."""
    known, shares = {}, dict.fromkeys(players, 0.0)
    orders = list(itertools.permutations(players))
    for order in orders:
        for place, player in enumerate(order):
            for kept in (frozenset(order[:place]), frozenset(order[: place + 1])):
                if kept not in known:
                    known[kept] = value(kept)
            shares[player] += (known[frozenset(order[: place + 1])] - known[frozenset(order[:place])]) / len(orders)
    return [shares[player] for player in players]


def occlusion(world, ledger, question, folder):
    """The picture painted over, and a word of the question taken out, in contexts of their own."""
    context = question.context
    given = Image.open(context.parts[0]["image"]["path"]).convert("RGB")
    mean = numpy.asarray(given, float).reshape(-1, 3).mean(axis=0).round().astype(int)
    path = f"{folder}/painted.png"
    Image.new("RGB", given.size, tuple(mean.tolist())).save(path)
    hidden = {"id": "picture", "image": {"path": path}}
    answer = question.ask(topK=1, verify=0, parts={
        "method": "occlusion", "regions": [{"name": "all of it", "region": {"part": "picture"}}]})
    painted = world.open(hidden, context.parts[1])
    start = question.target(painted.logits())
    world.ask("context/close", context=painted.name)
    line = answer["identity"]
    # Grey levels are whole numbers: half a level of one colour is what they may differ by.
    ledger.close(METHOD, "byPart[].score", answer["byPart"][0]["score"], question.value - start, 1e-2)
    ledger.same(METHOD, "byPart[].part", answer["byPart"][0]["part"], "all of it")
    ledger.close(METHOD, "identity.start", line["start"], start, 1e-2)
    ledger.close(METHOD, "identity.features", line["features"], line["target"] - line["start"], LOGIT)
    ledger.same(METHOD, "identity.runs", line["runs"], 1)
    ledger.holds(METHOD, "identity.bias", "bias" not in line and "errorTerm" not in line, "occlusion knows no bias")
    ledger.same(METHOD, "byPart[].score", question.ask(**EVERYTHING)["byPart"], [])

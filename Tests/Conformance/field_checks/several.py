"""Two autoencoders in one question: attribution/compute with saes, and changes of both in one run.

The one that ships is put at the end of another block, too. What it makes of that is poor, which no number here minds.
"""

import numpy

from .decoder import divergence, log_softmax
from .interventions import changed_rows, rule
from .ledger import LOGIT
from .questions import EVERYTHING, METHOD, SCORE
from .world import BLOCK, SAE, picture

BELOW = 1


def check(world, ledger, folder):
    lower = world.ask("sae/load", path=str(SAE), site=f"resid_post.{BELOW}")["sae"]
    world.ask("sae/load", path=str(SAE))
    sites = Sites(world, {lower: BELOW, world.sae: BLOCK})
    context = next(filter(sites.decisive, (
        world.open(picture(f"probe-bolivia-{number:02}"), {"id": "question", "text": "Does the image show Bolivia?"}) for number in range(16))))
    attribution(ledger, sites, context)
    ablation(ledger, sites, context)
    steering(ledger, sites)


class Sites:
    """The names of two autoencoders, the lower first, and the blocks whose outputs they are of."""

    def __init__(self, world, blocks):
        self.world, self.blocks, self.names, self.sae = world, blocks, list(blocks), world.autoencoder

    def through(self, x, first, last):
        for block in range(first, last + 1):
            x = self.world.decoder.block(x, block)
        return x

    def clear(self, x):
        """Whether rounding decides of no latent at some residual whether it is active."""
        ranked = -numpy.sort(-self.sae.pre_activations(x), axis=-1)
        k = self.sae.k
        return bool((ranked[:, k - 1] - ranked[:, k] > 1e-4 * numpy.maximum(ranked[:, k - 1], 1e-9)).all())

    def decisive(self, context):
        return all(self.clear(context.read(block)) for block in self.blocks.values())

    def run(self, x, changes, error):
        """The residual at the upper site, spliced, where x is that at the lower; and what each splice saw."""
        lower, upper = self.names
        spliced = self.sae.spliced(x, changes[lower], error)
        above = self.through(spliced, BELOW + 1, BLOCK)
        return self.sae.spliced(above, changes[upper], error), {lower: x, upper: above}


def attribution(ledger, sites, context):
    world, sae = sites.world, sites.sae
    yes, no = world.token("Yes"), world.token("No")
    target = {"kind": "logitDiff", "answer": {"id": yes}, "baseline": {"id": no}}
    value = context.difference(yes, no)

    def slope(name, direction, method):
        x, first = context.read(sites.blocks[name]), sites.blocks[name] + 1
        length = 1e-5 * numpy.linalg.norm(x) / max(numpy.linalg.norm(direction), 1e-30)
        ends = [value(world.decoder.logits(x + side * direction, first, slice(-1, None), method=method, base=x)) for side in (length, -length)]
        return (ends[0] - ends[1]) / (2 * length)

    for method in ("gradient", "heldNorms", "relevance"):
        answer = world.ask(METHOD, context=context.name, saes=sites.names, target=target, method=method, **EVERYTHING)
        known = [abs(each["score"]) for each in answer["items"]]
        ledger.same(METHOD, "items[].score", known, sorted(known, reverse=True))
        ledger.same(METHOD, "bySae[].sae", [each["sae"] for each in answer["bySae"]], sites.names)
        whole = value(context.logits())
        for name, told in zip(sites.names, answer["bySae"]):
            x = context.read(sites.blocks[name])
            code = sae.encode(x)
            items = [each for each in answer["items"] if each["feature"]["sae"] == name]
            places = [(each["position"], each["feature"]["index"]) for each in items]
            ledger.same(METHOD, "items[].position", sorted(places), list(zip(*(each.tolist() for each in numpy.nonzero(code)))))
            shares = []
            for row, latent in places[:4]:
                share = numpy.zeros_like(x)
                share[row] = code[row, latent] * sae.decoder[latent]
                shares.append(share)
            scores = [each["score"] for each in items]
            ledger.close(METHOD, "items[].score", scores[:4], [slope(name, share, method) for share in shares], SCORE)
            sums = told["completeness"]
            expected = {
                "sum": slope(name, code @ sae.decoder, method), "errorTerm": slope(name, x - sae.decode(code), method),
                "bias": slope(name, numpy.broadcast_to(sae.decoder_bias, x.shape), method), "total": slope(name, x, method),
            }
            for part, number in expected.items():
                ledger.close(METHOD, f"bySae[].completeness.{part}", sums[part], number, LOGIT)
            ledger.close(METHOD, "bySae[].completeness.remainder", sums["remainder"], whole - sums["total"], LOGIT)
    # By token each sum is of one autoencoder, and so is what is ablated.
    answer = world.ask(METHOD, context=context.name, saes=sites.names, target=target, method="gradient", aggregate="token", topK=100_000, verify=3)
    ledger.same(METHOD, "items[].sae", {each["sae"] for each in answer["items"]}, set(sites.names))
    for each in answer["verification"]["items"]:
        name, block = each["sae"], sites.blocks[each["sae"]]
        x = context.read(block)
        code, without = sae.encode(x), sae.encode(x)
        without[each["position"]] = 0
        moved = x + sae.decode(without) - sae.decode(code)
        fall = value(context.logits()) - value(world.decoder.logits(moved, block + 1, slice(-1, None)))
        ledger.close(METHOD, "verification.items[].measured", each["measured"], fall, LOGIT)
        ledger.holds(METHOD, "verification.items[].sae", name in sites.names, "another name")


def ablation(ledger, sites, context):
    world, sae, method, last = sites.world, sites.sae, "ablation/run", len(context.ids) - 1
    lower, upper = sites.names
    yes, no = world.token("Yes"), world.token("No")
    x = context.read(BELOW)
    low, high = int(sae.encode(x)[last].argmax()), int(context.code[last].argmax())
    asked = [
        {"op": "clamp", "value": 20, "feature": {"sae": upper, "index": 7}, "at": [{"part": "question"}]},
        {"op": "zero", "feature": {"sae": lower, "index": low}},
        {"op": "scale", "value": 1.5, "feature": {"sae": upper, "index": high}, "at": [{"span": {"start": last - 3, "end": last + 1}}]},
    ]
    changes = {
        lower: [(slice(None), low, lambda z: 0 * z)],
        upper: [(context.spans["question"], 7, lambda z: 0 * z + 20), (slice(last - 3, last + 1), high, lambda z: 1.5 * z)],
    }
    for error in ("keep", "drop"):
        residual, seen = sites.run(x, changes, error)
        if not all(map(sites.clear, seen.values())):
            continue
        rebuilt, _ = sites.run(x, {lower: [], upper: []}, "drop")
        answer = world.ask(
            method, context=context.name, sae=lower, interventions=asked, splice={"errorTerm": error},
            targets=[{"kind": "logitDiff", "answer": {"id": yes}, "baseline": {"id": no}}])
        plain, changed = context.logits(), context.logits(residual)
        for name, logits in (("before", plain), ("reconstruction", context.logits(rebuilt)), ("after", changed)):
            ledger.close(method, f"targets[].{name}", answer["targets"][0][name], logits[-1, yes] - logits[-1, no], LOGIT)
        ledger.close(method, "kl", answer["kl"], divergence(plain[-1], changed[-1]), LOGIT)
        receipts(ledger, method, sites, answer["receipts"], seen, changes, 1)


def receipts(ledger, method, sites, found, seen, changes, steps):
    ledger.same(method, "receipts[].sae", [each["sae"] for each in found], sites.names)
    for told in found:
        x, sae = seen[told["sae"]], sites.sae
        code, changed = sae.encode(x), sae.changed(x, changes[told["sae"]])
        moved = (code != changed).any(axis=-1)
        lengths = numpy.linalg.norm(sae.decode(changed) - sae.decode(code), axis=-1)
        ledger.same(method, "receipts[].positions", told["positions"], int(moved.sum()))
        ledger.close(method, "receipts[].meanNorm", told["meanNorm"], lengths[moved].mean() if moved.any() else 0, LOGIT)
        ledger.same(method, "receipts[].steps", told["steps"], steps if moved.any() else 0)
        ledger.same(method, "receipts[].dropped", told["dropped"], 0)


def steering(ledger, sites):
    """Of a text alone all is known from the files, the tokens that were generated included."""
    world, sae, method = sites.world, sites.sae, "steering/generate"
    lower, upper = sites.names
    context = world.open({"id": "question", "text": "Is the map green?"})
    prompt = len(context.ids)
    asked = [
        {"op": "clamp", "value": 40, "feature": {"sae": lower, "index": 182}, "generated": True},
        {"op": "clamp", "value": 90, "feature": {"sae": upper, "index": 7}, "at": [{"span": {"start": 3, "end": 5}}], "generated": True},
    ]
    answer = world.ask(method, context=context.name, sae=lower, interventions=asked, maxTokens=4, temperature=4, seed=1)
    tokens = [each["id"] for each in answer["outputs"][0]["tokens"]]
    x = sites.through(world.decoder.embed(context.ids + tokens), 0, BELOW)
    changes = {each["feature"]["sae"]: [(changed_rows(each, prompt, len(x)), each["feature"]["index"], rule(each))] for each in asked}
    residual, seen = sites.run(x, changes, "keep")
    found = context.logits(residual, rows=slice(prompt - 1, None))
    expected = [log_softmax(row)[token] for row, token in zip(found, tokens)]
    ledger.close(
        method, "outputs[].tokens[].logProb", [each["logProb"] for each in answer["outputs"][0]["tokens"]], expected, LOGIT)
    # Every token but the last is read; the prompt is one pass.
    read = prompt + answer["receipt"]["steps"] - 1
    changes = {each["feature"]["sae"]: [(changed_rows(each, prompt, read), each["feature"]["index"], rule(each))] for each in asked}
    receipts(ledger, method, sites, answer["receipts"], {name: each[:read] for name, each in seen.items()}, changes, answer["receipt"]["steps"])
    ledger.holds(method, "receipt.steps", answer["receipt"]["steps"] in (len(tokens), len(tokens) + 1), "another number of passes")
    ledger.same(method, "receipt.positions", answer["receipt"]["positions"], sum(each["positions"] for each in answer["receipts"]))
    world.ask("context/close", context=context.name)

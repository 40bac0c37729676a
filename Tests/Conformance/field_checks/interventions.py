"""ablation/run and steering/generate: the blocks above the site run in numpy on the changed residual."""

import itertools

import numpy

from .decoder import divergence, log_softmax
from .ledger import LOGIT
from .world import BLOCK, picture, probabilities


def check(world, ledger, folder):
    context = decisive(world)
    ablation(world, ledger, context)
    steering(world, ledger, context)


def decisive(world, question="Does the image show Bolivia?"):
    """A probe's context in which rounding decides of no latent whether it is active."""
    for number in range(10):
        context = world.open(picture(f"probe-bolivia-{number:02}"), {"id": "question", "text": question})
        if context.decisive:
            return context
        world.ask("context/close", context=context.name)
    raise AssertionError("no probe is decisive")


SPLICES = [
    {"errorTerm": error, "reselect": reselect} for error in ("keep", "drop") for reselect in ("none", "topk")
]


def ablation(world, ledger, context):
    method, last = "ablation/run", len(context.ids) - 1
    yes, no = world.token("Yes"), world.token("No")
    strongest = int(context.code[last].argmax())
    other = int(numpy.argsort(-context.code[last])[3])
    rows = context.spans["template"]
    asked = [
        {"op": "zero", "feature": world.feature(strongest)},
        {"op": "scale", "value": 1.5, "feature": world.feature(other), "at": [{"span": {"start": last - 3, "end": last + 1}}]},
        {"op": "add", "value": 4, "feature": world.feature(7), "at": [{"part": "question"}]},
        {"op": "clamp", "value": 25, "feature": world.feature(687), "at": [{"part": "question"}]},
    ]
    question = context.spans["question"]
    changes = [
        (slice(None), strongest, lambda z: 0 * z),
        (slice(last - 3, last + 1), other, lambda z: 1.5 * z),
        (question, 7, lambda z: z + 4),
        (question, 687, lambda z: 0 * z + 25),
    ]
    targets = [
        ({"kind": "logitDiff", "answer": {"id": yes}, "baseline": {"id": no}}, lambda found: found[last, yes] - found[last, no]),
        ({"kind": "logit", "token": {"id": yes}, "position": rows[-2]}, lambda found: found[rows[-2], yes]),
        ({"kind": "logProb", "token": {"id": no}}, lambda found: log_softmax(found[last])[no]),
    ]
    every, sae = slice(None), world.autoencoder
    plain = context.logits(rows=every)
    rebuilt = context.logits(sae.decode(context.code), rows=every)
    for splice in SPLICES:
        answer = world.ask(
            method, context=context.name, sae=world.sae, interventions=asked, splice=splice, topK=20,
            targets=[target for target, _ in targets])
        residual = sae.spliced(context.residual, changes, splice["errorTerm"], splice["reselect"])
        changed = context.logits(residual, rows=every)
        for name, logits in (("before", plain), ("reconstruction", rebuilt), ("after", changed)):
            ledger.close(
                method, f"targets[].{name}", [each[name] for each in answer["targets"]],
                [value(logits) for _, value in targets], LOGIT)
        ledger.close(method, "kl", answer["kl"], divergence(plain[last], changed[last]), LOGIT)
        p, q = probabilities(plain[last]), probabilities(changed[last])
        items = answer["topChanges"]
        tokens = [each["token"] for each in items]
        moved = abs(q - p)
        ledger.holds(
            method, "topChanges[].token", len(tokens) == 20 and moved[tokens].min() >= numpy.sort(moved)[-20] - 1e-6,
            "others change more")
        ledger.same(method, "topChanges[].text", [each["text"] for each in items], [world.words[each] for each in tokens])
        ledger.close(method, "topChanges[].before", [each["before"] for each in items], p[tokens], LOGIT)
        ledger.close(method, "topChanges[].after", [each["after"] for each in items], q[tokens], LOGIT)


def steering(world, ledger, context):
    """Of a text alone all is known from the files, the tokens that were generated included."""
    context = world.open({"id": "question", "text": "Is the map green?"})
    here = [{"span": {"start": 3, "end": 5}}]
    asked = [
        {"op": "clamp", "value": 90, "feature": world.feature(182), "at": here},
        {"op": "clamp", "value": 90, "feature": world.feature(182), "at": here, "generated": True},
        {"op": "clamp", "value": 0.01, "feature": world.feature(182), "generated": True},
        {"op": "zero", "feature": world.feature(int(context.code[-1].argmax())), "generated": True},
    ]
    for intervention, splice in itertools.product(asked, SPLICES):
        answer = world.ask(
            "steering/generate", context=context.name, sae=world.sae, interventions=[intervention], splice=splice,
            maxTokens=4, temperature=4, seed=1, compareWith=["plain", "reconstruction"])
        steered(world, ledger, context, answer, intervention, splice)
        # The same by another method: with the interventions, and with the splice alone.
        asked_for = {"steered": {"interventions": [intervention]}, "reconstruction": {"sae": world.sae}}
        for name, params in asked_for.items():
            if name == "reconstruction" and splice["errorTerm"] == "keep":
                continue
            again = world.ask(
                "context/generate", context=context.name, splice=splice, maxTokens=4, temperature=4, seed=1, **params)
            output = next(each for each in answer["outputs"] if each["name"] == name)
            ledger.same("context/generate", "tokens[].logProb", again["tokens"], output["tokens"])
            ledger.same("context/generate", "text", again["text"], output["text"])
    ends = world.ask(
        "steering/generate", context=context.name, sae=world.sae, interventions=asked[1:2], maxTokens=40)
    steered(world, ledger, context, ends, asked[1], SPLICES[0])
    world.ask("context/close", context=context.name)


def steered(world, ledger, context, answer, intervention, splice):
    method, prompt, sae = "steering/generate", len(context.ids), world.autoencoder
    outputs = {each["name"]: each for each in answer["outputs"]}
    ledger.same(
        method, "outputs[].name", list(outputs), ["steered", "plain", "reconstruction"][: len(outputs)])
    for name, output in outputs.items():
        tokens = [each["id"] for each in output["tokens"]]
        x = world.decoder.embed(context.ids + tokens)
        for block in range(BLOCK + 1):
            x = world.decoder.block(x, block)
        rows = slice(prompt - 1, prompt - 1 + len(tokens))
        plain, changes = context.logits(x, rows=slice(prompt - 1, None)), []
        if name == "steered":
            changes = [(changed_rows(intervention, prompt, len(x)), intervention["feature"]["index"], rule(intervention))]
            residual = sae.spliced(x, changes, splice["errorTerm"], splice["reselect"])
        else:
            residual = x if name == "plain" else sae.decode(sae.encode(x))
        found = context.logits(residual, rows=slice(prompt - 1, None))
        expected = [log_softmax(row)[token] for row, token in zip(found, tokens)]
        ledger.close(method, "outputs[].tokens[].logProb", [each["logProb"] for each in output["tokens"]], expected, LOGIT)
        texts = [world.words[each] for each in tokens]
        ledger.same(method, "outputs[].tokens[].text", [each["text"] for each in output["tokens"]], texts)
        # A part of a character joins with what follows it.
        if not any("\ufffd" in each for each in texts):
            ledger.same(method, "outputs[].text", output["text"], "".join(texts))
        if intervention and len(outputs) == 1:
            ledger.same(method, "outputs[].tokens[].id", tokens, found.argmax(axis=-1)[:-1].tolist())
            ledger.same(method, "outputs[].finish", output["finish"], "stop")
            ledger.same(method, "outputs[].finish", int(found[-1].argmax()), world.decoder.text["eos_token_id"])
        else:
            ledger.same(method, "outputs[].finish", (output["finish"], len(tokens)), ("length", 4))
        if name == "steered":
            ledger.close(
                method, "effect.klPerToken", answer["effect"]["klPerToken"],
                [divergence(p, q) for p, q in zip(plain, found)][: len(tokens)], LOGIT)
            # The last token of a full length is never read.
            read = len(x) if output["finish"] == "stop" else len(x) - 1
            receipt(ledger, answer["receipt"], sae, x[:read], prompt, intervention, splice)


def changed_rows(intervention, prompt, count):
    rows = list(range(prompt)) if "at" not in intervention else [
        row for each in intervention["at"] for row in range(each["span"]["start"], each["span"]["end"])]
    return rows + (list(range(prompt, count)) if intervention.get("generated") else [])


def rule(intervention):
    return (lambda z: 0 * z) if intervention["op"] == "zero" else (lambda z: 0 * z + intervention["value"])


def receipt(ledger, found, sae, x, prompt, intervention, splice):
    method, latent = "steering/generate", intervention["feature"]["index"]
    rows = changed_rows(intervention, prompt, len(x))
    code, changed = sae.encode(x), sae.changed(x, [(rows, latent, rule(intervention))], splice["reselect"])
    lengths = numpy.linalg.norm(sae.decode(changed) - sae.decode(code), axis=-1)
    moved = (changed != code).any(axis=-1)
    ledger.same(method, "receipt.positions", found["positions"], int(moved.sum()))
    ledger.close(method, "receipt.meanNorm", found["meanNorm"], lengths[moved].mean() if moved.any() else 0, LOGIT)
    # The prompt is one pass, every token after it another.
    ledger.same(method, "receipt.steps", found["steps"], int(moved[:prompt].any()) + int(moved[prompt:].sum()))
    wanted = intervention["op"] == "clamp"
    ledger.same(method, "receipt.dropped", found["dropped"], int((changed[rows, latent] == 0).sum()) if wanted else 0)

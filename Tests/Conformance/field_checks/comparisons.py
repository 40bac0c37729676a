"""attribution/compare: what differs between two contexts, predicted by slopes and patched in both directions."""

import time

import numpy

from .interventions import decisive
from .ledger import LOGIT
from .questions import SCORE
from .verifications import agreement
from .world import picture

METHOD = "attribution/compare"


def check(world, ledger, folder):
    one = decisive(world)
    two = next(
        each for each in (
            world.open(picture(name), one.parts[1]) for name in ("probe-china-13", "probe-sudan-11", "probe-zambia-14"))
        if each.decisive)
    yes, no = world.token("Yes"), world.token("No")
    target = one.difference(yes, no)
    started = time.monotonic()
    answer = world.ask(
        METHOD, context=one.name, other=two.name, sae=world.sae, topK=1024,
        target={"kind": "logitDiff", "answer": {"id": yes}, "baseline": {"id": no}})
    ledger.holds(METHOD, "elapsed", 0 < answer["elapsed"] <= time.monotonic() - started, "longer than the request")
    values = [target(each.logits()) for each in (one, two)]
    found = answer["target"]
    ledger.close(METHOD, "target.value", found["value"], values[0], LOGIT)
    ledger.close(METHOD, "other", answer["other"], values[1], LOGIT)
    ledger.close(METHOD, "difference", answer["difference"], values[0] - values[1], LOGIT)
    ledger.same(METHOD, "target.position", found["position"], len(one.ids) - 1)
    for name, token, text in (("answer", yes, "Yes"), ("baseline", no, "No")):
        ledger.same(METHOD, f"target.{name}[].id", [each["id"] for each in found[name]], [token])
        ledger.same(METHOD, f"target.{name}[].text", [each["text"] for each in found[name]], [text])
    predictions(world, ledger, one, two, target, answer["items"])
    patches(world, ledger, one, two, target, values, answer)
    alignment(world, ledger, one, two, answer)


def predictions(world, ledger, one, two, target, items):
    sae = world.autoencoder
    moved = one.code - two.code
    latents = [each["feature"]["index"] for each in items]
    ledger.same(METHOD, "items[].feature.index", sorted(latents), numpy.flatnonzero(moved.any(axis=0)).tolist())
    ledger.same(METHOD, "items[].feature.sae", {each["feature"]["sae"] for each in items}, {world.sae})
    predicted = numpy.array([each["predicted"] for each in items])
    ledger.holds(METHOD, "items[].predicted", (numpy.diff(abs(predicted)) <= 0).all(), "not by magnitude")

    def slope(direction):
        return (one.slope(target, direction) + two.slope(target, direction)) / 2

    single = [slope(moved[:, [latent]] @ sae.decoder[[latent]]) for latent in latents[:5]]
    ledger.close(METHOD, "items[].predicted", predicted[:5], single, SCORE)
    random = numpy.random.default_rng(7)
    for _ in range(3):
        weights = numpy.zeros(moved.shape[1])
        weights[latents] = random.standard_normal(len(latents)) / (abs(predicted) + 1e-3)
        ledger.close(METHOD, "items[].predicted", weights[latents] @ predicted, slope((moved * weights) @ sae.decoder), 1e-3)
    for item in items[:5]:
        change = moved[:, item["feature"]["index"]]
        largest = -numpy.sort(-abs(change))[:8]
        places = item["places"]
        ledger.close(
            METHOD, "items[].places[].activation", [each["activation"] for each in places],
            [one.code[each["position"], item["feature"]["index"]] for each in places])
        ledger.close(
            METHOD, "items[].places[].otherActivation", [each["otherActivation"] for each in places],
            [two.code[each["otherPosition"], item["feature"]["index"]] for each in places])
        differences = [abs(each["activation"] - each["otherActivation"]) for each in places]
        ledger.close(METHOD, "items[].places[].position", differences, largest[largest > 0])
        ledger.same(
            METHOD, "items[].places[].otherPosition", [each["otherPosition"] for each in places],
            [each["position"] for each in places])


def patches(world, ledger, one, two, target, values, answer):
    sae = world.autoencoder

    def patched(into, other, latents):
        code = into.code.copy()
        code[:, latents] = other.code[:, latents]
        return target(into.logits(into.residual + sae.decode(code) - sae.decode(into.code)))

    for latents, found, path in [
        ([each["feature"]["index"]], each["measured"], "items[].measured") for each in answer["items"][:8]
    ] + [(slice(None), answer["together"], "together")]:
        ledger.close(METHOD, f"{path}.intoContext", found["intoContext"], values[0] - patched(one, two, latents), LOGIT)
        ledger.close(METHOD, f"{path}.intoOther", found["intoOther"], patched(two, one, latents) - values[1], LOGIT)
    items = answer["items"]
    measured = [(each["measured"]["intoContext"] + each["measured"]["intoOther"]) / 2 for each in items]
    ledger.same(METHOD, "agreement.n", answer["agreement"]["n"], len(items))
    agreement(ledger, METHOD, "agreement", answer["agreement"], [each["predicted"] for each in items], measured)


def alignment(world, ledger, one, two, answer):
    found = answer["aligned"]
    ledger.same(METHOD, "aligned.pairs", found["pairs"], len(one.ids))
    other = world.open(one.parts[0], {"id": "question", "text": "Is the map of Bolivia green or is it red?"})
    both = list(zip(one.ids, other.ids))
    start = next(n for n, (a, b) in enumerate(both) if a != b)
    end = next(n for n, (a, b) in enumerate(zip(one.ids[::-1], other.ids[::-1])) if a != b)
    found = world.ask(
        METHOD, context=one.name, other=other.name, sae=world.sae, topK=1,
        target={"kind": "logit", "token": {"id": world.token("Yes")}})["aligned"]
    ledger.same(METHOD, "aligned.pairs", found["pairs"], start + end)
    ledger.same(METHOD, "aligned.onlyInContext", found["onlyInContext"], len(one.ids) - start - end)
    ledger.same(METHOD, "aligned.onlyInOther", found["onlyInOther"], len(other.ids) - start - end)

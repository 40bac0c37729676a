"""attribution/compute's verification: exact ablations, and how well scores agree with them."""

import numpy

from .interventions import SPLICES, decisive
from .ledger import LOGIT
from .questions import EVERYTHING, METHOD, Question
from .world import picture


def check(world, ledger, folder):
    context = decisive(world)
    for splice in SPLICES:
        question = Question(world, context, splice)
        verification(ledger, question, question.ask(parts={"method": "none"}))
    # A picture of which the scores have signs wrong, and too few pairs to tell.
    night = world.open(picture("night-19"), context.parts[1])
    doubted = Question(world, night)
    answer = doubted.ask(parts={"method": "none"})
    verification(ledger, doubted, answer)
    ledger.same(METHOD, "verification.notReliable[]", len(answer["verification"].get("notReliable", [])), 1)
    few = doubted.ask(parts={"method": "none"}, verify=2)["verification"]
    ledger.same(METHOD, "verification.n", few["n"], len(few["items"]))
    for name in ("pearson", "spearman", "slope"):
        ledger.holds(METHOD, f"verification.{name}", few["n"] < 8 and name not in few, "told of fewer than eight pairs")
    ledger.same(METHOD, "verification.notReliable[]", len(few["notReliable"]), 1)


def verification(ledger, question, answer):
    """Sixteen to twenty-four exact ablations, and how well the scores agree with them."""
    found = answer["verification"]
    pairs = found["items"]
    places = [(each["position"], each["feature"]["index"]) for each in pairs]
    ranked = {}
    for method in ("gradient", "heldNorms"):
        every = question.ask(method=method, **EVERYTHING)["items"]
        ranked[method] = {(each["position"], each["feature"]["index"]): each["score"] for each in every}
    path = "verification.items[]."
    scores = ranked["gradient"]
    ledger.same(METHOD, path + "position", len(set(places)), len(pairs))
    ledger.same(METHOD, path + "feature.index", set(places) <= set(scores), True)
    ledger.same(METHOD, path + "feature.sae", {each["feature"]["sae"] for each in pairs}, {question.world.sae})
    ledger.close(METHOD, path + "predicted", [each["predicted"] for each in pairs], [scores[place] for place in places])
    falls = [question.fall([row], latent) for row, latent in places]
    ledger.close(METHOD, path + "measured", [each["measured"] for each in pairs], falls, LOGIT)
    origins = {name: {place for place, each in zip(places, pairs) if each["origin"] == name}
               for name in ("strongest", "secondMethod", "random")}
    first, second = (set(sorted(each, key=lambda place: -abs(each[place]))[:8]) for each in ranked.values())
    ledger.same(METHOD, path + "origin", origins["strongest"], first)
    ledger.same(METHOD, path + "origin", origins["secondMethod"], second - first)
    ledger.same(METHOD, path + "origin", len(origins["random"]), 8)
    ledger.same(METHOD, "verification.n", found["n"], len(pairs))
    agreement(
        ledger, METHOD, "verification", found, [each["predicted"] for each in pairs], [each["measured"] for each in pairs])
    doubted = found["pearson"] < 0.8 or found["wrongSigns"] > found["signsCounted"] / 10
    ledger.same(METHOD, "verification.notReliable[]", bool(found.get("notReliable")), doubted)


def agreement(ledger, method, path, found, predicted, measured):
    predicted, measured = numpy.array(predicted), numpy.array(measured)

    def ranks(values):
        return numpy.array([((values < each).sum() + (values <= each).sum() + 1) / 2 for each in values])

    ledger.close(method, f"{path}.pearson", found["pearson"], numpy.corrcoef(predicted, measured)[0, 1])
    ledger.close(method, f"{path}.spearman", found["spearman"], numpy.corrcoef(ranks(predicted), ranks(measured))[0, 1])
    ledger.close(method, f"{path}.slope", found["slope"], predicted @ measured / (predicted @ predicted))
    counted = abs(measured) > abs(measured).max() / 50
    ledger.same(method, f"{path}.signsCounted", found["signsCounted"], int(counted.sum()))
    ledger.same(method, f"{path}.wrongSigns", found["wrongSigns"], int((predicted * measured < 0)[counted].sum()))

"""attribution/compute: scores against slopes of the target in numpy, by each method and summed up."""

import time

import numpy

from .decoder import log_softmax
from .interventions import SPLICES, decisive
from .ledger import LOGIT
from .questions import EVERYTHING, METHOD, SCORE, Question
from .world import BLOCK


def check(world, ledger, folder):
    context = decisive(world)
    question = Question(world, context)
    answer = question.ask()
    target(world, ledger, question, answer)
    items(world, ledger, question, answer)
    for method in ("gradient", "heldNorms", "relevance"):
        pullback(world, ledger, question, method)
    for splice in SPLICES[1:]:
        pullback(world, ledger, Question(world, context, splice), "gradient")
    ablation(ledger, question)
    integrated(ledger, question)
    sums(ledger, question)
    tokens(world, ledger)


def target(world, ledger, question, answer):
    found, last = answer["target"], len(question.context.ids) - 1
    logits = {
        each["token"]: each["logit"]
        for each in world.ask("context/logits", context=question.context.name, topK=len(world.words))["items"]
    }
    ledger.close(METHOD, "target.value", found["value"], logits[question.yes] - logits[question.no], LOGIT)
    ledger.same(METHOD, "target.position", found["position"], last)
    ledger.same(METHOD, "target.answer[].id", [each["id"] for each in found["answer"]], [question.yes])
    ledger.same(METHOD, "target.answer[].text", [each["text"] for each in found["answer"]], ["Yes"])
    ledger.same(METHOD, "target.baseline[].id", [each["id"] for each in found["baseline"]], [question.no])
    ledger.same(METHOD, "target.baseline[].text", [each["text"] for each in found["baseline"]], ["No"])
    ledger.same(METHOD, "method", answer["method"], "gradient")
    ledger.same(METHOD, "splice.errorTerm", answer["splice"]["errorTerm"], "keep")
    ledger.same(METHOD, "splice.reselect", answer["splice"]["reselect"], "none")
    started = time.monotonic()
    again = question.ask()
    ledger.holds(METHOD, "elapsed", 0 < again["elapsed"] <= time.monotonic() - started, "longer than the request")
    # Without a baseline: the likeliest token that does not spell the answer.
    runner_up = question.ask(target={"kind": "logitDiff", "answer": {"id": question.yes}}, **EVERYTHING)["target"]
    spelt = {" yes", "yes"}
    others = [token for token, word in world.words.items() if (" " + word.strip()).lower() not in spelt]
    ledger.same(METHOD, "target.baseline[].id", [each["id"] for each in runner_up["baseline"]], [max(others, key=logits.get)])


def items(world, ledger, question, answer):
    found = answer["items"]
    known = [each.get("measured", each["score"]) for each in found]
    ledger.same(METHOD, "items[].score", known, sorted(known, key=lambda value: -abs(value)))
    measured = [each for each in found if "measured" in each]
    ledger.close(
        METHOD, "items[].measured", [each["measured"] for each in measured],
        [question.fall([each["position"]], each["feature"]["index"]) for each in measured], LOGIT)


def pullback(world, ledger, question, method):
    """Every score, by a few random sums of them, and what they add up to."""
    answer = question.ask(method=method, **EVERYTHING)
    found, context, sae = answer["items"], question.context, question.sae
    places = [(each["position"], each["feature"]["index"]) for each in found]
    active = list(zip(*(each.tolist() for each in numpy.nonzero(context.code))))
    ledger.same(METHOD, "items[].position", sorted(places), active)
    ledger.same(METHOD, "items[].feature.index", sorted(latent for _, latent in places), sorted(latent for _, latent in active))
    ledger.same(METHOD, "items[].feature.sae", {each["feature"]["sae"] for each in found}, {world.sae})
    ledger.close(METHOD, "items[].activation", [each["activation"] for each in found], [context.code[place] for place in places])
    scores = numpy.array([each["score"] for each in found])
    random = numpy.random.default_rng(7)
    shares = [question.share(*place) for place in places[:6]]
    ledger.close(METHOD, "items[].score", scores[:6], [question.slope(each, method) for each in shares], SCORE)
    if question.splice["reselect"] == "none":
        for _ in range(3):
            weights = random.standard_normal(len(places)) / (numpy.abs(scores) + 1e-3)
            mixed = numpy.zeros_like(context.code)
            mixed[tuple(zip(*places))] = weights
            direction = (mixed * context.code) @ sae.decoder
            ledger.close(METHOD, "items[].score", weights @ scores, question.slope(direction, method), 1e-3)
    sums = answer["completeness"]
    kept = question.splice["errorTerm"] == "keep"
    bias = numpy.broadcast_to(sae.decoder_bias, question.input.shape)
    error = question.input - sae.decode(context.code)
    expected = {
        "sum": question.slope(context.code @ sae.decoder, method),
        "bias": question.slope(bias, method),
        "errorTerm": question.slope(error, method) if kept else 0,
        "total": question.slope(question.input, method),
    }
    for name, value in expected.items():
        ledger.close(METHOD, f"completeness.{name}", sums[name], value, LOGIT)
    ledger.close(METHOD, "completeness.total", sums["total"], sums["sum"] + sums["bias"] + sums["errorTerm"], LOGIT)
    ledger.close(METHOD, "completeness.remainder", sums["remainder"], question.value - sums["total"], LOGIT)
    ledger.close(METHOD, "target.value", answer["target"]["value"], question.value, LOGIT)
    if method == "relevance":
        ledger.close(METHOD, "completeness.remainder", sums["remainder"], 0, LOGIT)
    if question.splice["reselect"] == "none":
        ledger.close(METHOD, "completeness.sum", sums["sum"], scores.sum(), LOGIT)


def ablation(ledger, question):
    last = len(question.context.ids) - 1
    region = {"span": {"start": last - 1, "end": last + 1}}
    answer = question.ask(method="ablation", topK=100, region=region, parts={"method": "none"})
    found = answer["items"]
    falls = [question.fall([each["position"]], each["feature"]["index"]) for each in found]
    ledger.close(METHOD, "items[].score", [each["score"] for each in found], falls, LOGIT)
    active = int((question.context.code[last - 1 :] > 0).sum())
    ledger.same(METHOD, "coverage.candidates", answer["coverage"]["candidates"], active)
    ledger.same(METHOD, "coverage.measured", answer["coverage"]["measured"], active)
    ledger.same(METHOD, "items[].position", len(found), active)


def integrated(ledger, question):
    last, steps, sae = len(question.context.ids) - 1, 4, question.sae
    region = {"span": {"start": last - 3, "end": last + 1}}
    answer = question.ask(method="integratedGradients", steps=steps, region=region, **EVERYTHING)
    rows = list(range(last - 3, last + 1))
    removed = numpy.zeros_like(question.input)
    removed[rows] = question.context.code[rows] @ sae.decoder
    points = [question.input - removed * (1 - (step + 0.5) / steps) for step in range(steps)]
    found = answer["items"][:3]
    slopes = [
        numpy.mean([question.slope(question.share(each["position"], each["feature"]["index"]), at=point) for point in points])
        for each in found
    ]
    ledger.close(METHOD, "items[].score", [each["score"] for each in found], slopes, SCORE)
    total = sum(each["score"] for each in answer["items"])
    slope = numpy.mean([question.slope(removed, at=point) for point in points])
    ledger.close(METHOD, "items[].score", total, slope, LOGIT)
    difference = question.value - question.run(question.input - removed)
    ledger.close(METHOD, "endpointDifference", answer["endpointDifference"], difference, LOGIT)
    ledger.close(METHOD, "remainder", answer["remainder"], difference - total, LOGIT)


def sums(ledger, question):
    """Items added up over positions, over features, and over both."""
    context = question.context
    every = question.ask(**EVERYTHING)["items"]
    for aggregate, key in (("feature", lambda each: each["feature"]["index"]), ("token", lambda each: each["position"])):
        answer = question.ask(aggregate=aggregate, method="gradient", topK=100_000, verify=3, parts={"method": "none"})
        expected, largest = {}, {}
        for each in every:
            expected[key(each)] = expected.get(key(each), 0) + each["score"]
            largest[key(each)] = max(largest.get(key(each), 0), each["activation"])
        found = {key(each): each for each in answer["items"]}
        ledger.same(METHOD, "items[].score", sorted(found), sorted(expected))
        ledger.close(
            METHOD, "items[].score", [found[name]["score"] for name in expected], list(expected.values()), LOGIT)
        ledger.close(METHOD, "items[].activation", [found[name]["activation"] for name in expected], list(largest.values()))
        measured = {name: each for name, each in found.items() if "measured" in each}
        if aggregate == "feature":
            falls = [question.fall(list(range(len(context.ids))), name) for name in measured]
        else:
            falls = [question.value - question.cleared([name]) for name in measured]
        ledger.close(METHOD, "items[].measured", [each["measured"] for each in measured.values()], falls, LOGIT)
    answer = question.ask(aggregate="part", verify=0)
    shares = {each["part"]: each["score"] for each in answer["byPart"]}
    ledger.same(METHOD, "items[].part", {each["part"]: each["score"] for each in answer["items"]}, shares)


def tokens(world, ledger):
    """A sequence after a text alone, of which everything is known from the files."""
    context = world.open({"id": "question", "text": "Where is the map?"})
    sequence = [world.token(" Bolivia"), world.token(" map")]
    answer = world.ask(
        METHOD, context=context.name, sae=world.sae, target={"kind": "sequenceLogProb", "tokens": [{"id": each} for each in sequence]},
        perToken=True, verify=0, topK=6, parts={"method": "none"})
    x = world.decoder.embed(context.ids + sequence)
    for block in range(BLOCK + 1):
        x = world.decoder.block(x, block)
    start, sae, found = len(context.ids) - 1, world.autoencoder, answer["items"]
    terms = [
        (lambda logits, n=n, token=token: log_softmax(logits[n])[token]) for n, token in enumerate(sequence)
    ]
    rows = slice(start, start + len(sequence))
    logits = context.logits(x, rows)
    table = answer["table"]
    ledger.same(METHOD, "table.tokens[].id", [each["id"] for each in table["tokens"]], sequence)
    ledger.same(METHOD, "table.tokens[].text", [each["text"] for each in table["tokens"]], [" Bolivia", " map"])
    ledger.close(METHOD, "table.values[]", table["values"], [term(logits) for term in terms], LOGIT)
    ledger.close(METHOD, "target.value", answer["target"]["value"], sum(table["values"]), LOGIT)
    ledger.same(METHOD, "target.position", answer["target"]["position"], start)
    code = sae.encode(x)
    shares = []
    for each in found:
        share = numpy.zeros_like(x)
        share[each["position"]] = code[each["position"], each["feature"]["index"]] * sae.decoder[each["feature"]["index"]]
        shares.append(share)
    slopes = [[context.slope(term, share, at=x, rows=rows) for share in shares] for term in terms]
    ledger.close(METHOD, "table.scores[][]", table["scores"], slopes, SCORE)
    ledger.close(METHOD, "items[].score", [each["score"] for each in found], numpy.sum(table["scores"], axis=0), SCORE)
    world.ask("context/close", context=context.name)

"""feature/activations and what feature/info says from the weights."""

import numpy

from .world import picture


def check(world, ledger, folder):
    context = world.open(picture("park-02"), {"id": "question", "text": "Does the image show a fish?"})
    activations(world, ledger, context)
    weights(world, ledger)


def activations(world, ledger, context):
    method = "feature/activations"
    box = [10, 5, 60, 40]
    inside = [
        each["position"] for each in context.tokens
        if each.get("view") == "base" and "box" in each
        and min(each["box"][2], box[2]) > max(each["box"][0], box[0])
        and min(each["box"][3], box[3]) > max(each["box"][1], box[1])
    ]
    regions = [
        (None, list(range(len(context.ids)))),
        ({"part": "question"}, context.spans["question"]),
        ({"image": 0, "view": "base", "box": box}, inside),
    ]
    reduced = {"max": numpy.max, "mean": numpy.mean, "sum": numpy.sum}
    for region, rows in regions:
        code = context.code[rows]
        for rank, reduce in reduced.items():
            answer = world.ask(
                method, context=context.name, sae=world.sae, topK=world.autoencoder.config["num_latents"],
                rankBy=rank, **({"region": region} if region else {}))
            items = answer["items"]
            latents = [each["feature"]["index"] for each in items]
            ledger.same(method, "items[].feature.index", sorted(latents), numpy.flatnonzero(code.any(axis=0)).tolist())
            ledger.same(method, "items[].feature.sae", {each["feature"]["sae"] for each in items}, {world.sae})
            ledger.close(method, "items[].score", [each["score"] for each in items], reduce(code, axis=0)[latents])
            scores = [-each["score"] for each in items]
            ledger.holds(method, "items[].score", scores == sorted(scores), "not by descending score")
            active = [(row, latent) for latent in latents for row in rows if context.code[row, latent] > 0]
            found = [(each["position"], item["feature"]["index"]) for item in items for each in item["positions"]]
            ledger.same(method, "items[].positions[].position", found, active)
            values = [each["value"] for item in items for each in item["positions"]]
            ledger.close(
                method, "items[].positions[].value", values, [context.code[place] for place in active])
            ledger.close(method, "l0", answer["l0"], (code > 0).sum(axis=1).mean())
            x = context.residual[rows]
            error = world.autoencoder.decode(code) - x
            ledger.close(method, "fvu", answer["fvu"], (error**2).sum() / ((x - x.mean(axis=0)) ** 2).sum(), 1e-4)


def weights(world, ledger):
    method, sae = "feature/info", world.autoencoder
    for latent in (687, 3):
        answer = world.ask(method, feature=world.feature(latent), topK=12)
        row = sae.decoder[latent]
        ledger.close(method, "stats.decoderNorm", answer["stats"]["decoderNorm"], numpy.linalg.norm(row))
        ledger.close(method, "stats.encoderBias", answer["stats"]["encoderBias"], sae.encoder_bias[latent])
        # What the row adds to the logits where the last norm's scale is 1.
        effects = world.decoder.unembedding @ (world.decoder.final_norm * row)
        order = numpy.argsort(-effects, kind="stable")
        for name, tokens in (("promoted", order[:12]), ("suppressed", order[::-1][:12])):
            items = answer["logits"][name]
            ledger.same(method, f"logits.{name}[].token", [each["token"] for each in items], tokens.tolist())
            ledger.close(method, f"logits.{name}[].value", [each["value"] for each in items], effects[tokens])
            ledger.same(
                method, f"logits.{name}[].text", [each["text"] for each in items], [world.spelt(each) for each in tokens])
        cosines = sae.decoder @ row / numpy.linalg.norm(sae.decoder, axis=1) / numpy.linalg.norm(row)
        nearest = [each for each in numpy.argsort(-cosines, kind="stable").tolist() if each != latent][:12]
        items = answer["neighbours"]
        ledger.same(method, "neighbours[].feature.index", [each["feature"]["index"] for each in items], nearest)
        ledger.same(method, "neighbours[].feature.sae", {each["feature"]["sae"] for each in items}, {world.sae})
        ledger.close(method, "neighbours[].cosine", [each["cosine"] for each in items], cosines[nearest])

"""index/* and what feature/info says of an index: one is built here, and everything in it is counted again."""

import json
import os
import sqlite3
import time

import numpy

from .corpora import SPAN, VIEWS, Corpus, job
from .evaluations import fit
from .examples import drawings, examples
from .explanations import explanations, labels
from .world import INDEX


def check(world, ledger, folder):
    corpus, path = Corpus(world, folder), f"{folder}/small.index"
    build(world, ledger, corpus, path)
    opened = world.ask("index/open", path=path)
    world.index = opened["index"]
    description(world, ledger, corpus, path, opened)
    counts = sum((corpus.codes(view) > 0).sum(axis=0) for view in VIEWS)
    written = numpy.argsort(-(corpus.codes("text") > 0).sum(axis=0), kind="stable")[[3, 20]].tolist()
    latents = numpy.argsort(-counts, kind="stable")[[0, 5, 40, 200]].tolist() + written
    for latent in latents:
        statistics(world, ledger, corpus, latent)
        together(world, ledger, corpus, latent)
        examples(world, ledger, corpus, latent)
    drawings(world, ledger, latents[1], folder)
    annotations(world, ledger, corpus, path, latents)
    explanations(world, ledger, path, latents[0])
    world.ask("index/close", index=world.index)
    labels(world, ledger)
    fit(world, ledger, corpus)


def build(world, ledger, corpus, path):
    before = time.time()
    found = job(
        world, "index/build", path=path, sae=world.sae, corpus={"prompts": corpus.path}, exemplars=5, spanTokens=SPAN)
    method, result, count = "job/wait", found["result"], len(corpus.items)
    ledger.same(method, "result", (result["items"], result["newItems"]), (count, count))
    ledger.same(method, "result", result["skipped"], {"duplicate": 1, "unreadable": 1, "unusable": 0})
    ledger.holds(method, "result", 0 < result["modelSeconds"] + result["codeSeconds"] <= result["seconds"] + 1e-3, "parts exceed the whole")
    ledger.close(method, "result", result["itemsPerSecond"], count / result["seconds"], 1e-2)
    ledger.same(method, "state", found["state"], "completed")
    ledger.same(method, "progress.done", found["progress"]["done"], count + 2)
    ledger.same(method, "progress.total", found["progress"].get("total"), count + 2)
    times = [before, found["created"], found["started"], found["ended"], time.time()]
    for name in ("created", "started", "ended"):
        ledger.same(method, name, times, sorted(times))


def description(world, ledger, corpus, path, opened):
    with sqlite3.connect(f"file:{INDEX}?mode=ro", uri=True) as database:
        (identity,) = database.execute("SELECT value FROM fact WHERE name = 'identity'").fetchone()
    identity = json.loads(identity)
    positions = {view: sum(len(item.rows[view]) for item in corpus.items) for view in VIEWS}
    active = numpy.any([corpus.codes(view).any(axis=0) for view in VIEWS], axis=0)
    expected = {
        "sae": world.sae, "modelDigest": identity["model"], "saeDigest": identity["autoencoder"], "site": "resid_post.3",
        "latents": world.autoencoder.config["num_latents"], "exemplars": 5, "items": len(corpus.items),
        "positions": positions, "activeLatents": int(active.sum()), "explainedLatents": 0,
        "bytes": os.stat(path).st_size,
    }
    for method, found in (("index/open", opened), ("index/info", world.ask("index/info", index=world.index))):
        for name, value in expected.items():
            ledger.same(method, name, found[name], value)
        ledger.same(method, "path", os.path.realpath(found["path"]), os.path.realpath(path))
        ledger.same(method, "index", found["index"], world.index)
        for name, count in (("duplicate", 1), ("unreadable", 1), ("unusable", 0)):
            ledger.same(method, f"skipped.{name}", found["skipped"][name], count)
    skipped = world.ask("index/skipped", index=world.index)["items"]
    ledger.same("index/skipped", "items[].name", [each["name"] for each in skipped], ["again", "gone"])
    ledger.same("index/skipped", "items[].reason", [each["reason"] for each in skipped], ["duplicate", "unreadable"])
    ledger.same("index/skipped", "items[].message", all(each["message"] for each in skipped), True)


def statistics(world, ledger, corpus, latent):
    method, path = "feature/info", "stats.views[]."
    stats = world.ask(method, feature=world.feature(latent))["stats"]
    values = {view: corpus.codes(view)[:, latent] for view in VIEWS}
    every = numpy.concatenate(list(values.values()))
    ledger.close(method, "stats.frequency", stats["frequency"], (every > 0).mean())
    ledger.close(method, "stats.mean", stats["mean"], every[every > 0].mean())
    ledger.close(method, "stats.max", stats["max"], every.max())
    found = {each["view"]: each for each in stats["views"]}
    ledger.same(method, path + "view", set(found), {view for view in VIEWS if values[view].any()})
    for view, each in found.items():
        active = numpy.sort(values[view][values[view] > 0])
        ledger.same(method, path + "positions", each["positions"], len(active))
        holding = [item for item in corpus.items if item.context.code[item.rows[view], latent].any()]
        ledger.same(method, path + "items", each["items"], len(holding))
        ledger.close(method, path + "frequency", each["frequency"], (values[view] > 0).mean())
        ledger.close(method, path + "mean", each["mean"], active.mean())
        ledger.close(method, path + "max", each["max"], active[-1])
        for name, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
            # The least that so many do not exceed; known to a sixteenth.
            true = active[int(numpy.ceil(share * len(active) - 1e-9)) - 1]
            ledger.close(method, f"{path}quantiles.{name}", each["quantiles"][name], true, 1 / 16)
        bins = each["histogram"]
        edges = [part["from"] for part in bins] + [bins[-1]["to"]]
        ledger.same(method, path + "histogram[].count", [part["count"] for part in bins], numpy.histogram(active, edges)[0].tolist())
        ledger.same(method, path + "histogram[].to", [part["to"] for part in bins[:-1]], edges[1:-1])
        ledger.holds(method, path + "histogram[].from", edges[0] <= active[0] and active[-1] < edges[-1], "bins miss some")


def together(world, ledger, corpus, latent):
    """Every token is in the sample of so small an index."""
    active = numpy.concatenate([corpus.codes(view) for view in VIEWS]) > 0
    counts = (active & active[:, [latent]]).sum(axis=0)
    shares = counts / (active.sum(axis=0) + active[:, latent].sum() - counts).clip(1)
    counts[latent] = shares[latent] = 0
    order = [each for each in numpy.argsort(-shares, kind="stable").tolist() if counts[each]][:10]
    found = world.ask("feature/info", feature=world.feature(latent), topK=10)["coactive"]
    ledger.same("feature/info", "coactive[].feature.index", [each["feature"]["index"] for each in found], order)
    ledger.same("feature/info", "coactive[].feature.sae", {each["feature"]["sae"] for each in found}, {world.sae})
    ledger.same("feature/info", "coactive[].count", [each["count"] for each in found], counts[order].tolist())
    ledger.close("feature/info", "coactive[].jaccard", [each["jaccard"] for each in found], shares[order])
    page = world.ask("index/neighbours", index=world.index, latent=latent, by="coactivation", limit=10)
    ledger.same("index/neighbours", "items[].latent", [each["latent"] for each in page["items"]], order)
    ledger.close("index/neighbours", "items[].score", [each["score"] for each in page["items"]], shares[order])
    ledger.same("index/neighbours", "hasMore", page["hasMore"], int((counts > 0).sum()) > 10)


def annotations(world, ledger, corpus, path, latents):
    """What decoder rows say, kept with the index and searched there."""
    sae = world.autoencoder
    job(world, "index/annotate", index=path, sae=world.sae, tokens=8, neighbours=6)
    unit = sae.decoder / numpy.linalg.norm(sae.decoder, axis=1, keepdims=True)
    latent = latents[0]
    cosines = unit @ unit[latent]
    nearest = [each for each in numpy.argsort(-cosines, kind="stable").tolist() if each != latent][:6]
    for method, found in (
        ("index/neighbours", world.ask("index/neighbours", index=world.index, latent=latent)),
        ("index/search", world.ask("index/search", index=world.index, query={"neighboursOf": latent})),
    ):
        ledger.same(method, "items[].latent", [each["latent"] for each in found["items"]], nearest)
        ledger.close(method, "items[].score", [each["score"] for each in found["items"]], cosines[nearest])
        ledger.same(method, "hasMore", found["hasMore"], False)
    effects = sae.decoder * world.decoder.final_norm @ world.decoder.unembedding.T
    token = world.token(" Bolivia")
    for lowered in (False, True):
        sign = -1 if lowered else 1
        order = numpy.argsort(-sign * effects, axis=1, kind="stable")[:, :8]
        holding = numpy.flatnonzero((order == token).any(axis=1))
        best = sorted(holding.tolist(), key=lambda each: -abs(effects[each, token]))[:4]
        found = world.ask("index/search", index=world.index, query={"token": " Bolivia", "lowered": lowered}, limit=4)
        ledger.same("index/search", "items[].latent", [each["latent"] for each in found["items"]], best)
        ledger.close("index/search", "items[].score", [each["score"] for each in found["items"]], abs(effects[best, token]))
        ledger.same("index/search", "hasMore", found["hasMore"], len(holding) > 4)
    # The latents that have an item among their five best, by their largest activation in it.
    item = corpus.items[2]
    largest = item.context.code[item.rows["base"]].max(axis=0)
    number = corpus.items.index(item)
    holding = [
        latent for latent in numpy.flatnonzero(largest).tolist()
        if any(number in [each for _, each, _ in corpus.best("base", ranking, latent)[:5]] for ranking in ("max", "mean", "mass"))
    ]
    best = sorted(holding, key=lambda latent: -largest[latent])[:20]
    for query in ({"item": item.name, "view": "base"}, {"picture": str(item.path), "view": "base"}):
        found = world.ask("index/search", index=world.index, query=query, limit=20)["items"]
        ledger.same("index/search", "items[].latent", [each["latent"] for each in found], best)
        ledger.close("index/search", "items[].score", [each["score"] for each in found], largest[best])



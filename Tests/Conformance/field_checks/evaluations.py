"""sae/check over the pictures and texts that the index was built of."""

import numpy

from .corpora import job
from .decoder import divergence, log_softmax


def fit(world, ledger, corpus):
    method, sae = "sae/check job", world.autoencoder
    found = job(world, "sae/check", sae=world.sae, corpus={"prompts": corpus.path}, template="none")["result"]
    contexts = [item.context for item in corpus.items] + [corpus.items[0].context]
    x = numpy.concatenate([each.residual for each in contexts])
    code = sae.encode(x)
    ledger.same(method, "sae", found["sae"], world.sae)
    ledger.same(method, "site", found["site"], "resid_post.3")
    ledger.same(method, "contexts", found["contexts"], len(contexts))
    ledger.same(method, "skipped", found["skipped"], 1)
    ledger.same(method, "tokens", found["tokens"], len(x))
    ledger.close(method, "fvu", found["fvu"], sae.unexplained(x), 1e-4)
    ledger.close(method, "meanContextFvu", found["meanContextFvu"], numpy.mean([sae.unexplained(each.residual) for each in contexts]), 1e-4)
    ledger.close(method, "l0", found["l0"], (code > 0).sum(axis=1).mean())
    ledger.same(method, "latents", found["latents"], code.shape[1])
    ledger.same(method, "dead", found["dead"], int((~code.any(axis=0)).sum()))
    losses, kl = {"plain": [], "reconstruction": [], "zero": []}, []
    for context in contexts:
        rows = [row for row in (each["position"] for each in context.tokens if "part" in each and "image" not in each) if row]
        if not rows:
            continue
        runs = {
            "plain": context.residual, "reconstruction": sae.decode(context.code), "zero": numpy.zeros_like(context.residual)}
        logits = {name: context.logits(run, rows=[row - 1 for row in rows]) for name, run in runs.items()}
        for name, found_logits in logits.items():
            losses[name] += [-log_softmax(line)[context.ids[row]] for line, row in zip(found_logits, rows)]
        kl += [divergence(p, q) for p, q in zip(logits["plain"], logits["reconstruction"])]
    prediction = found["prediction"]
    means = {name: numpy.mean(each) for name, each in losses.items()}
    ledger.same(method, "prediction.tokens", prediction["tokens"], len(kl))
    for name, mean in means.items():
        ledger.close(method, f"prediction.{name}", prediction[name], mean, 1e-4)
    ledger.close(method, "prediction.kl", prediction["kl"], numpy.mean(kl), 1e-4)
    recovered = (means["zero"] - means["reconstruction"]) / (means["zero"] - means["plain"])
    ledger.close(method, "prediction.lossRecovered", prediction["lossRecovered"], recovered, 1e-3)

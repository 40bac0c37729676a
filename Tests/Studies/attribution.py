"""Which attribution can be relied on: every method against exact ablation, over the world's held-out questions.

    python Tests/Studies/attribution.py [--questions 160] [--seed 7] [--lucarne PATH] [--output FILE]

For each question the target is the model's own answer over its runner-up at the last position, in float32. Truth is
`method: ablation`: every active feature set to zero everywhere, one run each; for tokens of the picture all features of one
token at once; for parts all features of a part at once. Signs of the picture's share are held against `occlusion`, the same
question about a picture painted over with its mean colour, and for probes against the written words painted over. Needs
numpy and scipy. Prints tables in Markdown, and with --output keeps every question's figures as JSON.

The probes are all asked; of the other questions as many as are wanted are drawn with the seed, questions whose answer is
one token, by kind in turn so that no kind is left out.
"""

import argparse
import json
import random
import statistics
import sys
import time
from pathlib import Path

import numpy
from scipy.stats import pearsonr, spearmanr

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "protocol/clients/python/src"))
from lucarne import Kernel  # noqa: E402

MEASURED = "gradient, 8 of each measured (the default)"
METHODS = {
    "gradient": {"method": "gradient"},
    MEASURED: {"method": "gradient", "verify": 8},
    "heldNorms": {"method": "heldNorms"},
    "relevance": {"method": "relevance"},
    "integratedGradients, 5": {"method": "integratedGradients", "steps": 5},
    "integratedGradients, 16": {"method": "integratedGradients", "steps": 16},
}
PASSES = {"gradient": "1 backward pass", MEASURED: "2 backward passes, up to 24 runs", "heldNorms": "1 backward pass", "relevance": "1 backward pass",
          "integratedGradients, 5": "5 × (forward + backward pass)", "integratedGradients, 16": "16 × (forward + backward pass)"}
NEGLIGIBLE = 0.02  # of the largest fall: the sign of less says nothing
FAILURE = 0.8  # Pearson over all features below which a ranking has failed


def questions(count, seed):
    """(picture, question, is a probe): all probes, then others by kind in turn."""
    pictures = json.loads((ROOT / "Sources/World/Resources/heldout/heldout.json").read_text())
    pictures = pictures if isinstance(pictures, list) else pictures["pictures"]
    every = [(p, q) for p in pictures for q in p["questions"]]
    probes = [(p, q, True) for p, q in every if q["kind"] == "probe"]
    kinds = {}
    for p, q in every:
        if q["kind"] not in ("probe", "caption"):
            kinds.setdefault(q["kind"], []).append((p, q, False))
    draw = random.Random(seed)
    for kind in kinds.values():
        draw.shuffle(kind)
    others = []
    while len(others) < count and any(kinds.values()):
        others += [kind.pop() for kind in kinds.values() if kind]
    return probes + others[:count]


def boxes_of_words(picture):
    """The boxes of a map's written words, from the held-out masks."""
    from PIL import Image

    folder = ROOT / "Sources/World/Resources/heldout"
    mask = numpy.array(Image.open(folder / f"{picture['name']}.mask.png"))
    boxes = []
    for region in picture["regions"]:
        if "word" in region:
            rows, columns = numpy.nonzero(mask == region["identifier"])
            if len(rows):
                boxes.append([int(columns.min()) - 1, int(rows.min()) - 1, int(columns.max()) + 2, int(rows.max()) + 2])
    return boxes


def scores(result):
    """The best that is known of each feature: what was measured, where it was."""
    return {item.feature.index: item.score if item.get("measured") is None else item.measured for item in result.items}


def compare(predicted, truth):
    names = sorted(truth)
    p = numpy.array([predicted.get(name, 0.0) for name in names])
    t = numpy.array([truth[name] for name in names])
    top = lambda values: {names[i] for i in numpy.argsort(-numpy.abs(values), kind="stable")[:20]}
    counted = numpy.abs(t) > NEGLIGIBLE * numpy.abs(t).max()
    return {
        "pearson": float(pearsonr(p, t)[0]) if p.std() and t.std() else 0.0,
        "spearman": float(spearmanr(p, t)[0]), "top20": len(top(p) & top(t)),
        "wrongSigns": int(((p * t < 0) & counted).sum()), "signs": int(counted.sum()),
        "slope": float((p * t).sum() / (p * p).sum()) if (p * p).sum() else 0.0,
        "strongestSign": bool(p[numpy.abs(t).argmax()] * t[numpy.abs(t).argmax()] > 0),
    }


def study(kernel, picture, question, is_probe, sae):
    path = ROOT / f"Sources/World/Resources/heldout/{picture['name']}.png"
    with kernel.open(question["text"], str(path)) as context:
        answer = context.logits(1).items[0].token
        target = {"kind": "logitDiff", "answer": {"id": answer}}
        ask = lambda **more: kernel.attribution.compute(context=context.id, sae=sae, target=target, **more)
        none = {"parts": {"method": "none"}}
        plain = lambda params: {"verify": 0, **params, **none}
        exact = ask(method="ablation", aggregate="feature", top_k=100_000, parts={"method": "ablation"})
        target["baseline"] = {"id": exact.target.baseline[0].id}
        truth = scores(exact)
        record = {
            "picture": picture["name"], "question": question["text"], "probe": is_probe, "value": exact.target.value,
            "features": len(truth), "identity": exact.identity.to_dict(),
            "parts": {each.part: each.score for each in exact.by_part}, "methods": {}, "tokens": {}, "flags": {},
        }
        span = context.opened.images[0]
        first, last = span.base.span.start, (span.tiles or span.base).span.end
        exact_tokens = {i.position: i.score for i in ask(method="ablation", aggregate="token", top_k=100_000, region={"image": 0}, **none).items}
        for name, params in METHODS.items():
            start = time.perf_counter()
            found = ask(aggregate="feature", top_k=100_000, **plain(params))
            seconds = time.perf_counter() - start
            each = compare(scores(found), truth)
            each["seconds"] = seconds
            total = sum(scores(found).values())
            each["sumError"] = abs(total - (record["identity"]["target"] - record["identity"]["start"]))
            record["methods"][name] = each
            tokens = {i.position: i.score for i in ask(aggregate="token", top_k=100_000, region={"image": 0}, **plain({**params, "verify": 0})).items}
            names = [n for n in exact_tokens if first <= n < last]
            a, b = [tokens.get(n, 0.0) for n in names], [exact_tokens[n] for n in names]
            record["tokens"][name] = float(pearsonr(a, b)[0]) if numpy.std(a) and numpy.std(b) else 0.0
            shares = ask(parts={"method": "sum"}, **{**params, "verify": 0})
            record["methods"][name]["pictureSign"] = next(p.score for p in shares.by_part if p.part == "picture") * record["parts"]["picture"] > 0
            checked = ask(aggregate="feature", top_k=20, parts={"method": "none"}, **{**params, "verify": 8})
            record["flags"][name] = {
                "notReliable": checked.verification.not_reliable is not None, "pearson": checked.verification.pearson,
                "wrongSigns": checked.verification.wrong_signs, "signsCounted": checked.verification.signs_counted,
            }
        hidden = ask(parts={"method": "occlusion", "regions": [{"name": "picture", "region": {"part": "picture"}}]}, verify=0)
        record["occlusion"] = hidden.by_part[0].score
        if is_probe:
            boxes = [{"name": f"word {i}", "region": {"image": 0, "box": box}} for i, box in enumerate(boxes_of_words(picture))]
            words = ask(parts={"method": "occlusion", "regions": boxes}, verify=0)
            record["wordsPainted"] = words.identity.features
        top = lambda d: {n for n in sorted(d, key=lambda n: -abs(d[n]))[:20]}
        record["union"] = len((top(scores(ask(aggregate="feature", top_k=100_000, **plain(METHODS["gradient"]))))
                               | top(scores(ask(aggregate="feature", top_k=100_000, **plain(METHODS["heldNorms"]))))) & top(truth))
        return record


def median(values):
    return statistics.median(values)


def tables(records):
    print(f"\n{len(records)} questions ({sum(r['probe'] for r in records)} probes), "
          f"{median(r['features'] for r in records):.0f} active features in the median\n")
    print("| method | passes | Pearson (worst) | Spearman | of the true top 20 | strongest feature's sign | wrong signs | slope | Σ − (d − start) | heat map in the picture | picture's share has the measured sign | time |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name in METHODS:
        each = [r["methods"][name] for r in records]
        print(f"| {name} | {PASSES[name]} | {median(e['pearson'] for e in each):.3f} ({min(e['pearson'] for e in each):.2f}) | "
              f"{median(e['spearman'] for e in each):.2f} | {median(e['top20'] for e in each):.0f} | "
              f"{sum(e['strongestSign'] for e in each)} of {len(each)} | {sum(e['wrongSigns'] for e in each) / sum(e['signs'] for e in each):.1%} | "
              f"{median(e['slope'] for e in each):.2f} | {median(e['sumError'] for e in each):.2f} | "
              f"{median(r['tokens'][name] for r in records):.2f} | {sum(e['pictureSign'] for e in each)} of {len(each)} | "
              f"{1000 * median(e['seconds'] for e in each):.0f} ms |")
    print(f"\nUnion of both one-backward-pass top 20s holds {median(r['union'] for r in records):.0f} of the true 20 (mean {statistics.mean(r['union'] for r in records):.1f}).")
    gaps = [abs(r["identity"]["gap"]) for r in records]
    closes = [abs(r["identity"]["target"] - r["identity"]["start"] - sum(r["parts"].values()) - r["identity"]["interaction"]) for r in records]
    print(f"Parts close within {max(gaps):.1e} (gap) and {max(closes):.1e} (target − start − Σ parts − interaction).")
    for name, chosen in (("probes", [r for r in records if r["probe"]]), ("other questions", [r for r in records if not r["probe"]])):
        agree = sum(r["parts"]["picture"] * r["occlusion"] > 0 for r in chosen)
        print(f"Picture's measured share has the sign of its occlusion in {agree} of {len(chosen)} {name}.")
        clear = [r for r in chosen if min(abs(r["parts"]["picture"]), abs(r["occlusion"])) > 0.1 * abs(r["value"])]
        print(f"  of those where both exceed a tenth of the target: {sum(r['parts']['picture'] * r['occlusion'] > 0 for r in clear)} of {len(clear)}")
    probes = [r for r in records if r["probe"]]
    print(f"Picture's measured share has the sign of the words painted over in {sum(r['parts']['picture'] * r['wordsPainted'] > 0 for r in probes)} of {len(probes)} probes.")
    print("\n| method | failures (Pearson over all features < %.1f) | flagged | precision | recall | median verified Pearson |" % FAILURE)
    print("|---|---|---|---|---|---|")
    for name in METHODS:
        failed = [r["methods"][name]["pearson"] < FAILURE for r in records]
        flagged = [r["flags"][name]["notReliable"] for r in records]
        both = sum(f and g for f, g in zip(failed, flagged))
        ratio = lambda a, b: f"{a / b:.0%}" if b else "–"
        seen = [r["flags"][name]["pearson"] for r in records if r["flags"][name]["pearson"] is not None]
        print(f"| {name} | {sum(failed)} of {len(records)} | {sum(flagged)} | {ratio(both, sum(flagged))} | {ratio(both, sum(failed))} | {median(seen):.3f} |")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--questions", type=int, default=160, help="beside the probes (default 160)")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--lucarne", default=str(ROOT / ".build/release/lucarne"))
    options.add_argument("--output", type=Path)
    options = options.parse_args()
    records = []
    with Kernel(f"{options.lucarne} serve") as kernel:
        world = ROOT / "Sources/World/Resources"
        kernel.model.load(path=str(world / "model"), precision="float32")
        sae = kernel.sae.load(path=str(next((world / "sae").glob("*/"), world / "sae"))).sae
        chosen = questions(options.questions, options.seed)
        for index, (picture, question, is_probe) in enumerate(chosen):
            records.append(study(kernel, picture, question, is_probe, sae))
            print(f"\r{index + 1} of {len(chosen)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if options.output:
        options.output.write_text(json.dumps(records, indent=1) + "\n")
    tables(records)


if __name__ == "__main__":
    main()

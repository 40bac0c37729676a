"""What setting a notion's features to zero does to the log-odds of its word, in pictures and in stories.

    python Tests/Studies/ablating_notions.py FOLDER [--lucarne PATH] [--check N] [--output FILE]

FOLDER is a set as `notions.py` takes it; features are found as there, on its choosing half, in float32, for the feelings, which
both forms say. What follows is measured on the other half, where the model's next word is the right one.

The log-odds of a feeling's word are the logit of all its spellings less that of all spellings of the five other notions' words:
log Σ exp − log Σ exp. The runner-up itself is no measure: it is mostly the same word with or without a space before it, and another
from one item to the next. With the likeliest other word in their place (`runnerUp`) figures are kept beside these.

Of each feeling and form, at the last position and at every position of the prompt:

- its feature at zero, where its word is right, and where another feeling's is (of the same word, feature and form);
- each of 20 other features at zero: those whose activity at these positions, of a prompt on average, is nearest to its own;
- at the last position: 20 random features' directions, each subtracted as long as the feature's own contribution is there;
- the first k features at zero together: of the form, by the area under the ROC curve in it alone, and of both forms, by the
  lesser area as long as that is above a half; beside them 10 random sets, features drawn until they are as active as the
  set or none is left, and at the last position 10 draws of k random directions, subtracted as long as the set's contributions.

Intervals are of 95 %, by 10,000 draws of items, and of control features where there are some. `--check N` computes the
changes of N items of each form again by transformers and PyTorch. Needs numpy; the check needs torch and transformers.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy

import notions
from notions import Kernel

WORLD = notions.ROOT / "Sources/World/Resources"
FEELINGS = ["happy", "sad", "angry", "surprised"]
# No spelling of hungry is without the space before it.
SPELLINGS = {notion: [" " + notion] + [notion] * (notion != "hungry") for notion in notions.NOTIONS}
# Autoencoder, which reading of its activity finds the features, and where they are set to zero. Behind the last block
# nothing mixes positions, so that there the last one is all.
BLOCK_5, BLOCK_3 = "autoencoders/model.layers.5", "sae/model.layers.3"
SETTINGS = [(BLOCK_5, "said", "last"), (BLOCK_3, "said", "last"), (BLOCK_3, "said", "all"), (BLOCK_3, "seen", "all")]
CONTROLS, SETS, SIZES, DRAWS = 20, 10, (1, 2, 4, 8, 16), 10_000


def prompt_of(question, folder):
    if "image" not in question:
        return {"parts": [{"text": question["question"]}], "chat": {"template": "none"}}
    image = {"id": "image", "image": {"path": f"{folder.resolve()}/{question['image']}"}}
    return {"parts": [image, {"id": "question", "text": question["question"]}]}


def targets(right):
    """Log-odds of each feeling's word against the other notions', and of the right one against the likeliest other word."""
    ids = lambda words: [{"text": text} for word in words for text in SPELLINGS[word]]
    found = [{"kind": "logitDiff", "answer": ids([word]), "baseline": ids([w for w in notions.NOTIONS if w != word])}
             for word in FEELINGS]
    return found + [{"kind": "logitDiff", "answer": {"text": right, "variants": True}}]


class Item:
    """A held-out picture or story, open in the kernel."""

    def __init__(self, kernel, question, folder):
        self.kernel, self.question = kernel, question
        self.form = "picture" if "image" in question else "story"
        self.notion = question["answer"]
        opened = kernel.call("context/open", prompt_of(question, folder))
        self.context, self.end = opened["context"], opened["tokenCount"] - 1
        first = kernel.call("context/logits", {"context": self.context, "topK": 1})["items"][0]
        self.token, self.right = first["token"], first["text"].strip() == self.notion
        self.activity = {}

    def read(self, sae):
        """Activations at the last position and their sums over the prompt: both `[M]`."""
        found = self.kernel.call("feature/activations", {"context": self.context, "sae": sae, "topK": notions.LATENTS})
        last, every = numpy.zeros((2, notions.LATENTS))
        for item in found["items"]:
            for each in item["positions"]:
                every[item["feature"]["index"]] += each["value"]
                if each["position"] == self.end:
                    last[item["feature"]["index"]] = each["value"]
        self.activity[sae] = {"last": last, "all": every}

    def zero(self, sae, where, features):
        return self.change(sae, where, [(feature, {"op": "zero"}) for feature in features])

    def subtract(self, sae, directions, features):
        """Directions subtracted at the last position, each as long as its feature's contribution there: rows of W_dec are of length 1."""
        lengths = self.activity[sae]["last"][features]
        return self.change(sae, "last", [(way, {"op": "add", "value": -float(length)}) for way, length in zip(directions, lengths)])

    def change(self, sae, where, operations):
        """Changes of the targets, `[5]`, and whether the next token is another."""
        at = {"at": [{"last": 1}]} if where == "last" else {}
        made = [{**operation, "feature": {"sae": sae, "index": int(feature)}, **at} for feature, operation in operations]
        ask = {"context": self.context, "sae": sae, "interventions": made}
        word = {"kind": "logProb", "token": {"id": self.token}}
        found = self.kernel.call("ablation/run", {**ask, "targets": [*targets(self.notion), word], "topK": 0})["targets"]
        changes = numpy.array([each["after"] - each["before"] for each in found[:-1]])
        if found[-1]["after"] > numpy.log(0.5):  # more than half: no other token can be likelier
            return changes, False
        every = self.kernel.call("ablation/run", {**ask, "targets": [], "topK": 1000})["topChanges"]
        return changes, max(every, key=lambda each: each["after"])["token"] != self.token


def ranked(questions, values, form):
    """For each feeling its features, best first, by the form's own area and by the lesser of both, and that lesser one."""
    half, found = numpy.array(notions.halves(questions)), {}
    for feeling in FEELINGS:
        areas = {}
        for name, kinds in notions.KINDS.items():
            own = numpy.array([q["kind"] in kinds for q in questions]) & (half == 0)
            with_it = numpy.array([q["answer"] == feeling for q in questions])
            areas[name] = notions.area(values[own & with_it], values[own & ~with_it])
        lesser = numpy.minimum(areas["picture"], areas["story"])
        both = [int(f) for f in numpy.argsort(-lesser, kind="stable") if lesser[f] > 0.5]
        alone = [int(f) for f in numpy.argsort(-areas[form], kind="stable") if areas[form][f] > 0.5]
        found[feeling] = {"of both": both, "of the form": alone, "area": float(lesser[both[0]])}
    return found


def interval(values, draw):
    """Mean of `[items]` or `[items, controls]`, and the bounds of 95 % over draws of items, and of controls."""
    values = numpy.atleast_2d(numpy.asarray(values, float).T).T
    items, controls = values.shape
    means = []
    for _ in range(DRAWS // 500):
        taken = draw.integers(items, size=(500, items))
        if controls == 1:
            means.append(values[taken, 0].mean(1))
        else:
            beside = draw.integers(controls, size=(500, controls))
            means.append(values[taken[:, :, None], beside[:, None, :]].mean((1, 2)))
    low, high = numpy.quantile(numpy.concatenate(means), [0.025, 0.975])
    return [float(values.mean()), float(low), float(high)]


def random_set(draw, mean, left_out):
    """Features in a random order until they are as active as those left out, to within the last one's half."""
    pool = [f for f in draw.permutation(numpy.flatnonzero(mean)) if f not in left_out]
    wanted, total, taken = mean[left_out].sum(), 0.0, []
    for feature in pool:
        if total + mean[feature] / 2 > wanted:
            break
        taken.append(int(feature))
        total += mean[feature]
    return taken


def beside(rows, word, draw, name):
    """Of changes `[items][controls]` the mean, each control's, and how many turn."""
    falls = [[change[word] for change, _ in row] for row in rows]
    return {name: interval(falls, draw), f"{name}Each": numpy.mean(falls, 0).tolist(), f"{name}Turned": sum(turned for row in rows for _, turned in row)}


def directions(features, draw, count):
    """`count` draws of as many random other features."""
    others = numpy.setdiff1d(numpy.arange(notions.LATENTS), features)
    return [draw.choice(others, len(features), replace=False) for _ in range(count)]


def single(items, others, sae, where, feature, word, mean, draw):
    """One feature at zero, beside what is to be expected of others."""
    own = [item.zero(sae, where, [feature]) for item in items]
    near = [int(f) for f in numpy.argsort(numpy.abs(mean - mean[feature]), kind="stable") if f != feature][:CONTROLS]
    found = {
        "feature": feature, "items": len(items), "others": len(others),
        "before": float(numpy.mean([item.plain[word] for item in items])),
        "activity": float(mean[feature]), "activityOfControls": float(mean[near].mean()),
        "activityElsewhere": float(numpy.mean([item.activity[sae][where][feature] for item in others])),
        "own": interval([change[word] for change, _ in own], draw), "runnerUp": interval([change[4] for change, _ in own], draw),
        "turned": sum(turned for _, turned in own),
        "elsewhere": interval([item.zero(sae, where, [feature])[0][word] for item in others], draw)}
    found |= beside([[item.zero(sae, where, [f]) for f in near] for item in items], word, draw, "controls")
    if where == "last":
        ways = directions([feature], draw, CONTROLS)
        found |= beside([[item.subtract(sae, way, [feature]) for way in ways] for item in items], word, draw, "directions")
    return found


def sets(items, sae, where, order, word, mean, draw):
    """The first k features at zero together, beside random sets that are as active and as many random directions."""
    found = {}
    for features in [order[:size] for size in SIZES if size <= len(order)]:
        own = [item.zero(sae, where, features) for item in items]
        drawn = [random_set(draw, mean, features) for _ in range(SETS)]
        row = {
            "features": features, "items": len(items), "own": interval([change[word] for change, _ in own], draw),
            "turned": sum(turned for _, turned in own), "activity": float(mean[features].sum()), "activityOfAll": float(mean.sum()),
            "activityOfRandom": float(numpy.mean([mean[one].sum() for one in drawn])),
            "sizeOfRandom": float(numpy.mean([len(one) for one in drawn]))}
        row |= beside([[item.zero(sae, where, one) for one in drawn] for item in items], word, draw, "controls")
        if where == "last":
            ways = directions(features, draw, SETS)
            row |= beside([[item.subtract(sae, way, features) for way in ways] for item in items], word, draw, "directions")
        found[len(features)] = row
    return found


def measured(items, saes, orders):
    """Every setting's figures, by feeling and form."""
    draw, found = numpy.random.default_rng(0), {}
    for folder, reading, where in SETTINGS:
        for word, feeling in enumerate(FEELINGS):
            for form in notions.KINDS:
                sae = saes[folder]
                own = [i for i in items if i.form == form and i.notion == feeling]
                others = [i for i in items if i.form == form and i.notion != feeling]
                mean = numpy.mean([item.activity[sae][where] for item in own], 0)
                order = orders[folder, reading, form][feeling]
                row = single(own, others, sae, where, order["of both"][0], word, mean, draw) | {"area": order["area"]}
                row["sets"] = {name: sets(own, sae, where, order[name], word, mean, draw) for name in ("of both", "of the form")}
                found[f"{Path(folder).name}, {reading}, {where}, {feeling}, {form}"] = row
                print(f"{folder} {reading} {where} {feeling} {form}", file=sys.stderr, flush=True)
    return found


def tables(found):
    told = lambda three: "{:.2f} ({:.2f} to {:.2f})".format(*three)
    most = lambda row, name: f"{told(row[name])}, {min(row[name + 'Each']):.2f}" if name in row else ""
    print("\n| setting | feature | area | log-odds | at zero | against the likeliest other word | other features, most by one | directions, most by one | "
          "where another feeling is right | activity: own, other features, elsewhere | turned: own, features, directions |\n" + "|---" * 11 + "|")
    for name, row in found.items():
        print(f"| {name} | #{row['feature']} | {row['area']:.3f} | {row['before']:.2f} | {told(row['own'])} | {told(row['runnerUp'])} | {most(row, 'controls')} | "
              f"{most(row, 'directions')} | {told(row['elsewhere'])} | {row['activity']:.1f}, {row['activityOfControls']:.1f}, {row['activityElsewhere']:.1f} | "
              f"{row['turned']} of {row['items']}, {row['controlsTurned']}, {row.get('directionsTurned', '')} |")
    print("\n| setting | first features | k | at zero | random sets | directions | share of all activity; of the set's, random sets' | "
          "turned: own, random sets, directions |\n" + "|---" * 8 + "|")
    for name, row in found.items():
        for kind, each in row["sets"].items():
            for size, e in each.items():
                share = e["activityOfRandom"] / e["activity"] if e["activity"] else 0
                print(f"| {name} | {kind} | {size} | {told(e['own'])} | {most(e, 'controls')} | {most(e, 'directions')} | "
                      f"{e['activity'] / e['activityOfAll']:.2f}; {share:.2f} | {e['turned']} of {e['items']}, {e['controlsTurned']} of {SETS * e['items']}, "
                      f"{e.get('directionsTurned', '')} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lucarne", default=str(notions.ROOT / ".build/release/lucarne"))
    parser.add_argument("--check", type=int, default=0, help="items of each form to compute again with PyTorch")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    questions = [json.loads(line) for line in (options.folder / "questions.jsonl").read_text().splitlines()]
    questions = [q for q in questions if any(q["kind"] in kinds for kinds in notions.KINDS.values())]
    with Kernel([options.lucarne, "serve", "--jobs", "", "--threads", "1"]) as kernel:
        kernel.model.load(path=str(WORLD / "model"), precision="float32")
        saes = {folder: kernel.sae.load(path=str(WORLD / folder)).sae for folder in (BLOCK_5, BLOCK_3)}
        orders = {}
        for folder, sae in saes.items():
            values = numpy.stack([notions.activity(kernel, sae, q, options.folder.resolve()) for q in questions])
            for row, reading in enumerate(("seen", "said")):
                for form in notions.KINDS:
                    orders[folder, reading, form] = ranked(questions, values[:, row], form)
            print(f"{folder}: activity read", file=sys.stderr, flush=True)
        held = [q for q, half in zip(questions, notions.halves(questions)) if half == 1 and q["answer"] in FEELINGS]
        items = [Item(kernel, question, options.folder) for question in held]
        print(f"{sum(item.right for item in items)} of {len(items)} held-out items are right")
        items = [item for item in items if item.right]
        for item in items:
            for sae in saes.values():
                item.read(sae)
            asked = {"context": item.context, "sae": saes[BLOCK_5], "interventions": [], "targets": targets(item.notion), "topK": 0}
            item.plain = [each["before"] for each in kernel.call("ablation/run", asked)["targets"]]
        if options.check:
            import notions_reference

            notions_reference.check(items, options.folder, saes, orders, options.check)
        found = measured(items, saes, orders)
    tables(found)
    if options.output:
        options.output.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()

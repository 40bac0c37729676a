"""Makes Tests/Fixtures/scores: agreement of raters by scikit-learn, and means of scores by NumPy.

    python Tests/Fixtures/make/scores.py    # numpy, scikit-learn

agreement.json: pairs of raters' answers with sklearn.metrics.cohen_kappa_score, null where that is not a number.
table.json: latents with a kind of concept, some without an explanation or a score, each score with the mean and the
standard deviation of its own random draws; expected are the rows of the table from the definition, and the standard
deviation over draws of the mean over latents, simulated with as many draws of each latent as `simulated`.
"""

import hashlib
import json
import platform
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.metrics import cohen_kappa_score

SEED = 20265
OUT = Path(__file__).resolve().parent.parent / "scores"
ANSWERS = ["yes", "no", "unclear"]
KINDS = ["iou", "clip"]
SIMULATED = 20_000
random = np.random.default_rng(SEED)


def agreement():
    cases = [
        (["yes"] * 5, ["yes"] * 5), (["yes"] * 5, ["no"] * 5), (["yes", "no"], ["no", "yes"]), (["yes"], ["yes"]),
        (["yes", "yes", "no"], ["yes", "yes", "yes"]),
    ]
    for count in (3, 10, 30, 200):
        for likeness in (0.0, 0.5, 0.9, 1.0):
            first = random.choice(ANSWERS, count, p=[0.6, 0.3, 0.1])
            other = random.choice(ANSWERS, count, p=[0.3, 0.5, 0.2])
            same = random.random(count) < likeness
            cases.append((list(first), list(np.where(same, first, other))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [float(cohen_kappa_score(a, b)) for a, b in cases]
    return [{"first": list(map(str, a)), "second": list(map(str, b)), "kappa": None if np.isnan(k) else k}
            for (a, b), k in zip(cases, found)]


def table():
    latents, draws = [], {kind: [] for kind in KINDS}
    for place in range(40):
        group = ["object", "scene", "texture", None, "zebra"][place % 5]
        state = "uninterpretable" if place % 13 == 5 else "failed" if place % 17 == 3 else "explained"
        scores = {}
        for kind in KINDS:
            if state != "explained" or random.random() < 0.2:
                continue
            trials = random.gamma(2, 0.1 if kind == "iou" else 4, size=SIMULATED)
            draws[kind].append(trials)
            # A latent's own estimate, of draws enough to know its spread.
            scores[kind] = {"value": float(random.random()), "baseline": float(trials.mean()), "deviation": float(trials.std())}
        latents.append({"state": state, "concept": group, "scores": scores})

    def row(name, members):
        means = {}
        for kind in KINDS:
            found = [m["scores"][kind] for m in members if kind in m["scores"]]
            if found:
                values = np.array([f["value"] for f in found])
                means[kind] = {
                    "value": float(values.mean()), "deviation": float(values.std()), "count": len(found),
                    "baseline": float(np.mean([f["baseline"] for f in found])),
                    "overAll": float(values.sum() / len(members)),
                }
        return {"name": name, "count": len(members), "means": means}

    def group(latent):
        return (latent["concept"] or "other") if latent["state"] == "explained" else latent["state"]

    order = ["scene", "object", "texture", "zebra", "other", "uninterpretable", "failed"]
    rows = [row(name, [x for x in latents if group(x) == name]) for name in order]
    return {
        "latents": latents, "rows": [r for r in rows if r["count"]], "total": row("total", latents),
        "simulated": {kind: float(np.mean(draws[kind], axis=0).std()) for kind in KINDS},
    }


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, value in (("agreement.json", agreement()), ("table.json", table())):
        # A line for each case or latent, so that a change shows what it changes.
        text = json.dumps(value).replace("}, {", "},\n{")
        (OUT / name).write_text(text + "\n")
        files[f"scores/{name}"] = hashlib.sha256((OUT / name).read_bytes()).hexdigest()
    manifest = {
        "script": "Tests/Fixtures/make/scores.py",
        "script_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        "seed": SEED,
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "files": files,
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()

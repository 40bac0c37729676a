"""Makes what scikit-learn says of answers of a judge.

    python Tests/Fixtures/make/judging.py    # needs scikit-learn

Writes Tests/Fixtures/judging: answers.json, for every case the truths, what was said (null where the answer could not
be read: it is wrong, whatever is right) and the balanced accuracy, F1, accuracy and confusion of scikit-learn;
MANIFEST.json.
"""

import hashlib
import json
import pathlib
import random

import sklearn
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score

OUT = pathlib.Path(__file__).resolve().parent.parent / "judging"
SEED = 20261129


def yes_and_no(rng):
    """Cases of 2 to 60 questions, both kinds among them, answered better or worse than by chance."""
    for number in range(40):
        count = rng.randint(2, 60)
        truths = [1, 0] + [rng.randint(0, 1) for _ in range(count - 2)]
        right, unreadable = rng.random(), rng.choice((0, 0, 0.1, 0.3))
        said = [
            None if rng.random() < unreadable else truth if rng.random() < right else 1 - truth for truth in truths]
        if number == 0:  # nothing is said to be so
            said = [0] * count
        found = [1 - truth if each is None else each for truth, each in zip(truths, said)]
        tn, fp, fn, tp = (int(each) for each in confusion_matrix(truths, found, labels=[0, 1]).ravel())
        yield {
            "truths": truths, "said": said, "balancedAccuracy": balanced_accuracy_score(truths, found),
            "f1": f1_score(truths, found, zero_division=0), "truePositives": tp, "falsePositives": fp,
            "trueNegatives": tn, "falseNegatives": fn, "accuracy": accuracy_score(truths, found),
        }


def places(rng):
    """One of five, some answers unreadable."""
    for _ in range(10):
        truths = [rng.randint(1, 5) for _ in range(rng.randint(1, 40))]
        right = rng.random()
        said = [truth if rng.random() < right else rng.choice((1, 2, 3, 4, 5, None)) for truth in truths]
        found = [0 if each is None else each for each in said]
        yield {"truths": truths, "said": said, "accuracy": accuracy_score(truths, found)}


def main():
    OUT.mkdir(exist_ok=True)
    rng = random.Random(SEED)
    cases = {"yesAndNo": list(yes_and_no(rng)), "places": list(places(rng))}
    text = json.dumps(cases, separators=(",", ":")) + "\n"
    (OUT / "answers.json").write_text(text)
    manifest = {
        "script": "Tests/Fixtures/make/judging.py", "seed": SEED, "versions": {"scikit-learn": sklearn.__version__},
        "sha256": {"answers.json": hashlib.sha256(text.encode()).hexdigest()},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()

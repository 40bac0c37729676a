"""Makes Tests/Fixtures/benchmarks: questions in the forms of three benchmarks, answers to them, and what they score.

    python Tests/Fixtures/make/benchmarks.py    # numpy, scipy

pope.jsonl, hallusionBench.json, amber-query.json and amber-annotations.json are in the published forms, with questions
made up here; *-answers hold what a model could have said. expected.json has each question's answer as read, whether it
counts as right, and the metrics; parsing.json has texts with the answer that is read in each, null for none;
statistics.json has intervals, tests and means. Everything is computed from the
definitions; where a published script decides something that the definition leaves open, a comment names it:

    RUCAIBox/POPE 3df3ba1 evaluate.py; tianyi-lab/HallusionBench 744007c utils.py and evaluation.py;
    junyangwang0410/AMBER 534babf inference.py and data/metrics.txt.

A quotient whose denominator is 0 is null, and so is the F1 of a precision or recall that is null; the scripts stop at a
division by zero (POPE, HallusionBench) or start their counts at 0.001 (AMBER).
"""

import hashlib
import json
import math
import os
import platform
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import binomtest, hmean

SEED = 20261130
OUT = Path(__file__).resolve().parent.parent / "benchmarks"
Z = 1.959963984540054
random = np.random.default_rng(SEED)


def quotient(over, under):
    return None if under == 0 else float(over) / float(under)


def share(flags):
    flags = np.asarray(flags, dtype=np.float64)
    return quotient(flags.sum(), flags.size)


def f1(precision, recall):
    if precision is None or recall is None:
        return None
    return quotient(2 * precision * recall, precision + recall)


# POPE


def pope_answer(text):
    """evaluate.py: the text before the first full stop, commas taken out, split at single spaces alone; "No", "no" or
    "not" among the pieces is a no. Everything else is a yes: an empty text, "NO", "Not", "No!", "No" before a line
    break, and a no that stands behind the first full stop."""
    return "no" if {"No", "no", "not"} & set(text.split(".")[0].replace(",", "").split(" ")) else "yes"


def pope(questions, answers):
    """evaluate.py: yes is positive; any label but "no" would count as yes; answers are matched by place, not by id
    (here they are in the order of the questions, so both agree); the yes ratio is of what was answered."""
    said = {each["question_id"]: pope_answer(each["answer"]) for each in answers}
    found = np.array([said[q["question_id"]] == "yes" for q in questions])
    truth = np.array([q["label"] != "no" for q in questions])
    tp, fp = int((found & truth).sum()), int((found & ~truth).sum())
    tn, fn = int((~found & ~truth).sum()), int((~found & truth).sum())
    precision, recall = quotient(tp, tp + fp), quotient(tp, tp + fn)
    return {
        "tp": tp, "fp": fp, "tn": tn, "fn": fn, "accuracy": share(found == truth), "precision": precision,
        "recall": recall, "f1": f1(precision, recall), "yesRatio": share(found),
        "questions": [
            {"question_id": q["question_id"], "parsed": said[q["question_id"]], "right": bool(a == b)}
            for q, a, b in zip(questions, found, truth)],
    }


# HallusionBench


def yes_or_no(text):
    """In place of a judge's verdict. The first piece between white space, its letters only, in lower case, if that is
    "yes" or "no"; else whichever of the two is in the text as a whole word (no letter, digit or underscore beside it),
    in capitals or not, if only one is."""
    pieces = text.split()
    first = "".join(c for c in pieces[0] if c.isalpha()).lower() if pieces else ""
    if first in ("yes", "no"):
        return first
    words = {word.lower() for word in re.findall(r"\b(?:yes|no)\b", text, re.IGNORECASE)}
    return words.pop() if len(words) == 1 else None


def hallusion_bench(items):
    """`items` have a "model_prediction" besides the keys of a question."""
    parsed = [yes_or_no(r["model_prediction"]) for r in items]
    truth = np.array([int(r["gt_answer"]) for r in items])
    verdicts = np.array([2 if p is None else int((p == "yes") == bool(t)) for p, t in zip(parsed, truth)])
    # utils.py, assign_correctness: of questions without a picture (VS with figure 0), an unclear answer is right too.
    pictureless = np.array([r["category"] == "VS" and int(r["figure_id"]) == 0 for r in items])
    right = (verdicts == 1) | (pictureless & (verdicts == 2))

    def all_right(names, among):
        groups = {}
        for r, good, chosen in zip(items, right, among):
            if chosen:
                groups.setdefault(tuple(r[name] for name in names), []).append(good)
        return share([all(group) for group in groups.values()])

    pair = ("category", "subcategory", "set_id", "question_id")
    everything = np.ones(len(items), dtype=bool)
    hard = np.array([r["visual_input"] == "2" for r in items])
    # utils.py, yes_ratio_stats: what was predicted is not read from the answer but inferred from right and wrong: a
    # right one is the truth, a wrong one its opposite. An unclear one thus is the opposite, or the truth where it is
    # right. The false positives are a share of the wrong ones: those whose truth is no.
    predicted = np.where(right, truth, 1 - truth)
    kinds = sorted({(r["category"], r["subcategory"]) for r in items})
    return {
        "aAcc": share(right),
        "qAcc": all_right(pair, everything),
        # utils.py, get_eval_fig: figures of VS with figure 0 are none.
        "fAcc": all_right(("category", "subcategory", "set_id", "figure_id"), ~pictureless),
        # utils.py, get_eval_pair_easy and _hard: evaluation.py prints these as accuracies of questions, but they are
        # shares of pairs as in qAcc, each among the easy or the hard questions of the pair alone.
        "easyAcc": all_right(pair, ~hard),
        "hardAcc": all_right(pair, hard),
        "yesDifference": float(predicted.mean() - truth.mean()),
        "falsePositiveRatio": share(truth[~right] == 0),
        "unclear": int((verdicts == 2).sum()),
        "bySubcategory": {
            "/".join(kind): share([good for r, good in zip(items, right) if (r["category"], r["subcategory"]) == kind])
            for kind in kinds},
        # No script has this: the questions that are asked without a picture.
        "textOnlyAcc": share(right[[r["visual_input"] == "0" for r in items]]),
        "questions": [
            {
                "question": "/".join(r[k] for k in ("category", "subcategory", "set_id", "figure_id", "question_id")),
                "parsed": p, "verdict": int(v), "right": bool(good),
            } for r, p, v, good in zip(items, parsed, verdicts, right)],
    }


# AMBER

# inference.py: every type that is none of the first four is a relation; the published annotations say
# "discriminative-relation" where the truth is yes and "relation" where it is no. Every truth of existence is no.
AMBER_KINDS = {
    "discriminative-hallucination": "existence", "discriminative-attribute-state": "state",
    "discriminative-attribute-number": "number", "discriminative-attribute-action": "action",
    "discriminative-relation": "relation", "relation": "relation",
}


def amber(queries, annotations, answers):
    """inference.py: the annotation of an id is that at the place id - 1, whatever id it names. Answers are exactly
    "Yes" or "No"; any other text is neither, and wrong. No is positive: the precision is of answers "No", the recall
    of truths that are no. Its percentages are rounded to one place before F1 is made of them, with 0.0001 (existence:
    0.001) in the denominator; here nothing is rounded or added."""
    said = {each["id"]: {"Yes": "yes", "No": "no"}.get(each["response"]) for each in answers}
    notes = [annotations[q["id"] - 1] for q in queries]
    kinds = np.array([AMBER_KINDS[note["type"]] for note in notes])
    truth_no = np.array([note["truth"] != "yes" for note in notes])
    no = np.array([said[q["id"]] == "no" for q in queries])
    yes = np.array([said[q["id"]] == "yes" for q in queries])
    right = np.where(truth_no, no, yes)

    def metrics(among):
        hits = int((no & truth_no & among).sum())
        precision, recall = quotient(hits, (no & among).sum()), quotient(hits, (truth_no & among).sum())
        return {"accuracy": share(right[among]), "precision": precision, "recall": recall, "f1": f1(precision, recall)}

    found = {
        "all": metrics(np.ones(len(queries), dtype=bool)),
        "attribute": metrics(np.isin(kinds, ["state", "number", "action"])),
    }
    for kind in ("existence", "state", "number", "action", "relation"):
        found[kind] = metrics(kinds == kind)
    found["questions"] = [
        {"id": q["id"], "kind": str(kind), "parsed": said[q["id"]], "right": bool(good)}
        for q, kind, good in zip(queries, kinds, right)]
    return found


# Statistics


def wilson(k, n):
    p, z2 = k / n, Z * Z
    middle, spread = p + z2 / (2 * n), Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = ((middle + sign * spread) / (1 + z2 / n) for sign in (-1, 1))
    low, high = (0.0 if k == 0 else low), (1.0 if k == n else high)
    theirs = binomtest(k, n).proportion_ci(0.95, "wilson")
    assert math.isclose(low, theirs.low, abs_tol=1e-12) and math.isclose(high, theirs.high, abs_tol=1e-12)
    return {"k": k, "n": n, "low": low, "high": high}


def mcnemar(b, c):
    """Exact and two-sided, by the pairs that differ; 1 where none does."""
    n = b + c
    p = float(binomtest(min(b, c), n, 0.5).pvalue) if n else 1.0
    tail = Fraction(2 * sum(math.comb(n, k) for k in range(min(b, c) + 1)), 2**n)
    assert math.isclose(p, float(min(tail, 1)), rel_tol=1e-9), (b, c, p, float(tail))
    return {"b": b, "c": c, "p": p}


def rated(ratings):
    return {"ratings": ratings, "mean": 0.0 if 0 in ratings else float(hmean(ratings))}


def statistics():
    intervals = [
        (0, 1), (1, 1), (0, 10), (10, 10), (1, 2), (1, 10), (5, 10), (9, 10), (0, 1000), (1000, 1000), (37, 60),
        (1499, 3000), (2610, 3000), (1, 14216), (645, 1129)]
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 5), (5, 0), (0, 6), (3, 9), (9, 3), (7, 8), (20, 20), (10, 31),
             (400, 300), (5000, 5400), (100, 1000)]
    return {
        "wilson": [wilson(*each) for each in intervals], "mcnemar": [mcnemar(*each) for each in pairs],
        "harmonicMean": [rated([a, b, c]) for a in range(3) for b in range(3) for c in range(3)],
    }


# What is asked and answered. Each text has beside it what a reader by hand makes of it, and the parsers are held to it.

POPE_TEXTS = [
    ("Yes, there is a {thing} in the picture.", "yes"), ("Yes", "yes"), ("Yes.", "yes"), ("yes", "yes"),
    ("No.", "no"), ("No", "no"), ("no", "no"), ("No, there is no {thing}.", "no"),
    ("There is not a {thing} in it.", "no"),
    ("There is a {thing}.", "yes"), ("not", "no"), ("Not", "yes"), ("Nope", "yes"), ("yes no", "no"), ("yes, no", "no"),
    ("Yes. No.", "yes"), ("I see a {thing}. There is no second one.", "yes"), ("No. Yes.", "no"), ("", "yes"),
    (" NO", "yes"), (" No", "no"), ("NO", "yes"), ("I cannot tell", "yes"), ("I do not know.", "no"), ("No!", "yes"),
    ("No\n", "yes"), ("There is,no {thing}", "yes"), ("There is, no {thing}", "no"), ("N,o", "no"), (". No", "yes"),
    ("The {thing} isn't there.", "yes"), ("no-one", "yes"), ("There  is  no  {thing}", "no"), ("Well,\tno", "yes"),
    ("It is a 2.5 m tree, not a {thing}", "yes"), ("The picture shows a café, not a {thing}", "no"), ("\"No\"", "yes"),
]
THINGS = ["dog", "chair", "bench", "traffic light", "bottle", "kite", "stove", "person", "cup"]


def pope_files():
    questions, answers = [], []
    pictures = [f"MADE_val_{number:012d}.jpg" for number in random.choice(600_000, 20, replace=False)]
    for picture in pictures:
        for thing in random.choice(THINGS, 3, replace=False):
            number = len(questions)
            # Every text once, then yes and no of the plain ones, so that most answers are right.
            label = "yes" if random.random() < 0.5 else "no"
            if number < len(POPE_TEXTS):
                text = POPE_TEXTS[number][0]
            else:
                wanted = label if random.random() < 0.8 else "yes" if label == "no" else "no"
                texts = [text for text, meant in POPE_TEXTS[:9] if meant == wanted]
                text = texts[random.integers(len(texts))]
            questions.append({
                "question_id": number + 1, "image": picture, "text": f"Is there a {thing} in the image?", "label": label})
            answers.append({"question_id": number + 1, "answer": text.format(thing=thing)})
    return questions, answers


PREDICTIONS = {
    "yes": [
        "Yes.", "Yes, it is.", "yes", "YES", "**Yes**, they are of one size.", "The answer is yes.", "\nYes\n",
        "Yes, no doubt about it.", "I would say: \"Yes\".", "Yes,the left one.", "- Yes", "As far as I see, YES!",
        "y-e-s", "Yes. No, wait.", "Yes2", "The parts (yes).", "Not known? Yes",
    ],
    "no": [
        "No.", "No, the left one is longer.", "no", "NO", "*No*", "The answer is no.", "There is no difference.",
        "No; \"yes\" would be wrong.", "It is not so, no.", "No\u2014it is not.", "N.o.", "Not yesterday, no.",
        "No-one does.", "I'd say: no!", "Is it so?\nNo", "N\u00e3o: no",
    ],
    None: [
        "", "  \n", "I cannot tell.", "It depends: yes for some, no for others.", "Yes/No", "The chart shows imports.",
        "Nothing of the kind.", "I know not.", "Yesterday it was.", "1. Yes, no doubt.", "...", "Nope", "It is true.",
        "yes,no", "Ich wei\u00df nicht.", "It is no_1 or no2.", "both yes and no", "Yeson", "\u00bfS\u00ed?",
    ],
}
# Category, subcategory, set, how many questions, the visual inputs of its figures in the order of their ids.
SETS = [
    ("VD", "illusion", "0", 3, "12"), ("VD", "illusion", "1", 2, "12"), ("VD", "math", "0", 2, "122"),
    ("VD", "video", "0", 2, "122"), ("VD", "figure", "0", 2, "12"), ("VD", "figure", "1", 2, "1"),
    ("VD", "ocr", "0", 2, "12"), ("VS", "chart", "0", 4, "012"), ("VS", "chart", "1", 2, "012"),
    ("VS", "table", "0", 3, "012"), ("VS", "table", "1", 1, "0"), ("VS", "map", "0", 2, "012"),
    ("VS", "map", "10", 2, "01"), ("VS", "ocr", "0", 2, "02"), ("VS", "ocr", "1", 3, "01"),
]


def parsing():
    for text, meant in POPE_TEXTS:
        assert pope_answer(text) == meant, text
    readable = [(text, meant) for meant, texts in PREDICTIONS.items() for text in texts]
    for text, meant in readable:
        assert yes_or_no(text) == meant, text
    return {
        "pope": [{"text": text, "parsed": meant} for text, meant in POPE_TEXTS],
        "yesOrNo": [{"text": text, "parsed": meant} for text, meant in readable],
    }


def hallusion_bench_files():
    questions, answers = [], []
    unused = {meant: list(texts) for meant, texts in PREDICTIONS.items()}
    for category, subcategory, number, count, inputs in SETS:
        skill = random.choice([0.6, 0.8, 1.0])
        truths = random.integers(0, 2, count)
        for figure, visual in enumerate(inputs):
            for question in range(count):
                truth = int(truths[question] ^ (visual == "2"))
                said = ("no", "yes")[truth if random.random() < skill else 1 - truth]
                if random.random() < (0.3 if visual == "0" else 0.1):
                    said = None
                if not unused[said]:
                    unused[said] = list(PREDICTIONS[said])
                asked = {
                    "category": category, "subcategory": subcategory, "visual_input": visual, "set_id": number,
                    "figure_id": str(figure), "sample_note": f"{subcategory}_{number}", "question_id": str(question),
                    "question": f"Is part {question + 1} of the {subcategory} larger than the one before?",
                    "gt_answer_details": f"It is {'' if truth else 'not '}larger \u2013 by the {subcategory}.",
                    "gt_answer": str(truth),
                    "filename": None if visual == "0" else f"./{category}/{subcategory}/{number}_{figure}.png",
                }
                questions.append(asked)
                answers.append(asked | {"model_prediction": unused[said].pop(random.integers(len(unused[said])))})
    return questions, answers


def amber_files():
    """Discriminative questions behind generative ones, so that their ids start at 13; answers in another order."""
    annotations = [
        {"id": place, "type": "generative", "truth": ["sky", "tree"], "hallu": ["bird"]} for place in range(1, 13)]
    asked = {
        "discriminative-attribute-state": "Is the tree tall in this image?",
        "discriminative-attribute-number": "Are there two trees in this image?",
        "discriminative-attribute-action": "Does the person sit in this image?",
        "discriminative-hallucination": "Is there a bird in this image?",
        "discriminative-relation": "Is there direct contact between the bird and the tree?",
    }
    rows = []
    for kind in ("state", "number", "state", "action", "number", "state", "action"):
        for truth in ("yes", "no") * 3:
            rows.append((f"discriminative-attribute-{kind}", truth))
    rows += [("discriminative-hallucination", "no")] * 12
    rows += [("discriminative-relation", "yes") if random.random() < 0.5 else ("relation", "no") for _ in range(14)]
    odd = ["yes", "no", "No.", " No", "Yes, it is.", "", "No\n", "NO", "Unsure"]
    queries, answers = [], []
    for kind, truth in rows:
        place = len(annotations) + 1
        annotations.append({"id": place, "type": kind, "truth": truth})
        text = asked["discriminative-relation" if kind == "relation" else kind]
        queries.append({"id": place, "image": f"AMBER_{1 + place % 12}.jpg", "query": text})
        said = "Yes" if (truth == "yes") == (random.random() < 0.75) else "No"
        if len(queries) % 7 == 3:
            said = odd[len(queries) // 7 % len(odd)]
        # No action is denied exactly, so its precision has no denominator.
        if kind.endswith("action") and said == "No":
            said = "No."
        answers.append({"id": place, "response": said})
    return queries, annotations, [answers[place] for place in random.permutation(len(answers))]


def write(path, text):
    """Whole, under its name only when it is complete."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(text)
    os.replace(beside, path)


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def array(rows):
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    pope_questions, pope_answers = pope_files()
    hallusion_questions, hallusion_answers = hallusion_bench_files()
    queries, annotations, amber_answers = amber_files()
    expected = {
        "pope": pope(pope_questions, pope_answers), "hallusionBench": hallusion_bench(hallusion_answers),
        "amber": amber(queries, annotations, amber_answers),
    }
    texts = {
        "pope.jsonl": lines(pope_questions), "pope-answers.jsonl": lines(pope_answers),
        "hallusionBench.json": array(hallusion_questions), "hallusionBench-answers.json": array(hallusion_answers),
        "amber-query.json": array(queries), "amber-annotations.json": array(annotations),
        "amber-answers.json": array(amber_answers),
        # A line for each question or case, so that a change shows what it changes.
        "expected.json": json.dumps(expected).replace("}, {", "},\n{") + "\n",
        "parsing.json": json.dumps(parsing()).replace("}, {", "},\n{") + "\n",
        "statistics.json": json.dumps(statistics()).replace("}, {", "},\n{") + "\n",
    }
    for name, text in texts.items():
        write(OUT / name, text)
    manifest = {
        "script": "Tests/Fixtures/make/benchmarks.py",
        "script_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        "seed": SEED,
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
        "files": {f"benchmarks/{name}": hashlib.sha256((OUT / name).read_bytes()).hexdigest() for name in texts},
    }
    write(OUT / "MANIFEST.json", json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Which features stand for one notion in pictures and in text, and what changing them does to both.

    python Tests/Studies/notions.py FOLDER [--sae AUTOENCODER] [--lucarne PATH] [--output FILE]

FOLDER is what `python -m Training questions --set feelings --count 100 --out FOLDER` writes: people who feel
something or eat, and stories that are cut before the word. Of one answer every second picture and story is for
choosing, the others are reported on.

1. A latent's activity is read in two ways. Seen: its largest activation at a picture's tokens, and at the word of the notion
   behind a story. Said: its activation at the last position of the question, and of the cut story, where the word is about
   to be said. Of each reading the latent with the largest lesser area under the ROC curve (with the notion against without, in
   pictures and in stories, on the choosing half) is the notion's; its areas on the other half are told.
2. On the other half `evaluation/run` asks every question with the latent at zero everywhere, and with it held, at the last
   position, at the median of its activity where the notion is and at multiples of that, beside five features about as active, held
   the same. Told is the share of answers with the notion that change, and the share of other answers that become it.

Needs numpy. Prints tables in Markdown; with --output keeps every figure as JSON.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "protocol/clients/python/src"))
from lucarne import Kernel  # noqa: E402

NOTIONS = ["happy", "sad", "angry", "surprised", "hungry", "eating"]
LATENTS = 2048
# How many times the median of its own activity a latent is held at.
TIMES = (1, 5, 20)
KINDS = {"picture": ("feeling", "action"), "story": ("story feeling", "story hunger")}


def area(positive, negative):
    """Area under the ROC curve of every latent: `[n, M]` with and without the notion."""
    wins = (positive[:, None, :] > negative[None, :, :]).mean((0, 1))
    return wins + 0.5 * (positive[:, None, :] == negative[None, :, :]).mean((0, 1))


def activity(kernel, sae, question, folder):
    """Largest activations where the notion is seen, and at the position where it is about to be said: `[2, M]`."""
    if "image" in question:
        parts = [{"id": "image", "image": {"path": f"{folder}/{question['image']}"}}, {"id": "question", "text": question["question"]}]
        asked = [({"parts": parts}, {"part": "image"}), ({"parts": parts}, {"last": 1})]
    else:
        told, cut = f"{question['question']} {question['answer']}", question["question"]
        asked = [({"parts": [{"text": text}], "chat": {"template": "none"}}, {"last": 1}) for text in (told, cut)]
    values = numpy.zeros((2, LATENTS), numpy.float32)
    for row, (prompt, region) in enumerate(asked):
        context = kernel.call("context/open", prompt)["context"]
        found = kernel.call("feature/activations", {"context": context, "sae": sae, "region": region, "topK": LATENTS})
        kernel.call("context/close", {"context": context})
        for item in found["items"]:
            values[row, item["feature"]["index"]] = item["score"]
    return values


def notion_of(question):
    """The notion that a question's answer names; None where it names none."""
    return question["answer"] if question["answer"] in NOTIONS else None


def halves(questions):
    """For each question 0 or 1: of one form and answer every second one is for choosing."""
    seen, found = {}, []
    for question in questions:
        key = ("image" in question, question["answer"])
        found.append(seen.get(key, 0) % 2)
        seen[key] = seen.get(key, 0) + 1
    return found


def choose(questions, values):
    """For each notion that pictures and stories both have, its latent and its areas on the other half."""
    found, half_of = {}, halves(questions)
    for notion in NOTIONS:
        areas = {}
        for form, kinds in KINDS.items():
            own = [place for place, q in enumerate(questions) if q["kind"] in kinds]
            for half in (0, 1):
                with_it = [p for p in own if half_of[p] == half and notion_of(questions[p]) == notion]
                without = [p for p in own if half_of[p] == half and notion_of(questions[p]) != notion]
                if len(with_it) < 2:
                    break
                areas[form, half] = area(values[with_it], values[without])
        if len(areas) < 4:
            continue
        lesser = numpy.minimum(areas["picture", 0], areas["story", 0])
        latent = int(lesser.argmax())
        found[notion] = {
            "latent": latent, "both": int((lesser >= 0.9).sum()),
            "areas": {f"{form} {'chosen' if half == 0 else 'other'}": float(areas[form, half][latent]) for form in KINDS for half in (0, 1)}}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sae", help="an autoencoder's folder (default: the one that ships as the default)")
    parser.add_argument("--lucarne", default=str(ROOT / ".build/release/lucarne"))
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    questions = [json.loads(line) for line in (options.folder / "questions.jsonl").read_text().splitlines()]
    questions = [q for q in questions if any(q["kind"] in kinds for kinds in KINDS.values())]
    loaded, sae = (["--sae", options.sae], Path(options.sae).name) if options.sae else ([], "sae")
    with tempfile.TemporaryDirectory() as scratch, Kernel([options.lucarne, "serve", "--jobs", "", *loaded]) as kernel:
        values = numpy.stack([activity(kernel, sae, q, options.folder) for q in questions])
        found = {}
        print("| notion | latent | area, pictures | area, stories | latents of 0.9 in both |\n|---|---|---|---|---|")
        for row, reading in enumerate(("seen", "said")):
            for notion, made in choose(questions, values[:, row]).items():
                own = values[[notion_of(q) == notion for q in questions], row, made["latent"]]
                found[f"{notion}, {reading}"] = made | {"level": float(numpy.median(own))}
                print(f"| {notion}, {reading} | {made['latent']} | {made['areas']['picture other']:.3f} | {made['areas']['story other']:.3f} | {made['both']} |")
        held = [q for q, half in zip(questions, halves(questions)) if half == 1]
        path = Path(scratch) / "held.jsonl"
        path.write_text("".join(json.dumps(q) + "\n" for q in held))
        arms = []
        for notion, row in found.items():
            latent = row["latent"]
            held = [(f"{times} ×", {"op": "clamp", "value": times * row["level"], "at": [{"last": 1}]}) for times in TIMES]
            for name, change in [("zero", {"op": "zero"}), *held]:
                arms.append({"name": f"{notion}: {name}", "interventions": [{**change, "feature": {"sae": sae, "index": latent}}]})
        answers = Path(scratch) / "answers.jsonl"
        job = kernel.call("evaluation/run", {
            "dataset": {"format": "questions", "path": str(path), "pictures": str(options.folder)}, "answers": str(answers),
            "sae": sae, "arms": arms, "controls": {"features": 5}, "maxTokens": 1})["job"]
        done = kernel.call("job/wait", {"job": job, "timeoutMs": 600_000})
        assert done["state"] == "completed", done
        head, *lines = [json.loads(line) for line in answers.read_text().splitlines()]
        names = {arm["name"]: [other["name"] for other in head["arms"] if other.get("of") == arm["name"]] for arm in arms}

        def rate(name, notion, kinds):
            """Of answers with the notion how many change; of the others how many become it."""
            plain = [(line["answers"]["plain"].strip(), line["answers"][name].strip()) for line in lines if line["kind"] in kinds]
            own = [after != before for before, after in plain if before == notion]
            other = [after == notion for before, after in plain if before != notion]
            return sum(own), len(own), sum(other), len(other)

        print("\n| change | pictures: lost | become it | random features | stories: lost | become it | random features |\n|---|---|---|---|---|---|---|")
        for arm in arms:
            notion = arm["name"].split(":")[0]
            word = notion.split(",")[0]
            cells = []
            for form, kinds in KINDS.items():
                lost, having, became, others = rate(arm["name"], word, kinds)
                controls = numpy.array([rate(name, word, kinds) for name in names[arm["name"]]]).sum(0)
                cells += [f"{lost} of {having}", f"{became} of {others}", f"{controls[0]} of {controls[1]}, {controls[2]} of {controls[3]}"]
                found[notion].setdefault("changes", {})[f"{arm['name']}, {form}"] = [lost, having, became, others, *map(int, controls)]
            print(f"| {arm['name']} | " + " | ".join(cells) + " |", flush=True)
    if options.output:
        options.output.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()

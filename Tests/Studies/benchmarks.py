"""Runs the public question files of POPE, HallusionBench and AMBER through the program and counts its metrics again.

    python Tests/Studies/benchmarks.py DATA PROGRAM [--limit N] [--reconstruction]

DATA is a folder with pope/coco_pope_{random,popular,adversarial}.json, hallusionbench/HallusionBench.json and
HallusionBench_result_sample.json, amber/query_discriminative.json and annotations.json, as their authors publish them.
Their pictures are not needed: small pictures of the world stand under the names that the files use, so that answers mean
nothing while files, readers, runs and counting are the real ones. Every metric of `lucarne evaluate --json` is held to the
reference in Tests/Fixtures/make/benchmarks.py, computed from the same file of answers. The world says No to most of what it
does not know, so the same questions are also counted by `lucarne report answers` with answers drawn at random, and so is
HallusionBench's sample of results. --limit is questions of each file at most, --reconstruction has a second arm with its
pairs. Needs numpy and scipy. Prints tables in Markdown; ends with 1 where a number differs.
"""

import argparse
import json
import math
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve()
# Before this folder, where a module of the same name lies: this one.
sys.path.insert(0, str(HERE.parents[1] / "Fixtures/make"))
from benchmarks import amber, hallusion_bench, mcnemar, pope, wilson, yes_or_no  # noqa: E402

HELDOUT = HERE.parents[2] / "Sources/World/Resources/heldout"
POPE = [f"pope/coco_pope_{name}.json" for name in ("random", "popular", "adversarial")]
HALLUSION, SAMPLE = "hallusionbench/HallusionBench.json", "hallusionbench/HallusionBench_result_sample.json"
AMBER, ANNOTATIONS = "amber/query_discriminative.json", "amber/annotations.json"
#: What is drawn from: plain answers often, and some that the benchmarks read each in its own way.
DRAWN = ["Yes", "No"] * 4 + ["Yes.", "No.", "no", "yes, it is", "Not that I see", "There is no such thing.", "It cannot be told.", ""]
PLACE = ("category", "subcategory", "set_id", "figure_id", "question_id")


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def whole(path):
    return json.loads(path.read_text(encoding="utf-8"))


def make_pictures(names, folder):
    """A picture of the world under each name, in turn: what is asked of them is not there."""
    world = sorted(each for each in HELDOUT.glob("*-*.png") if not each.name.endswith(".mask.png"))[::7]
    for number, name in enumerate(sorted(set(names))):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(world[number % len(world)], path)


def program_says(program, *arguments):
    """What the program prints."""
    run = subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"{program} {arguments[0]} ended with {run.returncode}:\n{run.stderr[-2000:]}")
    return run.stdout


class Set:
    """A file of questions, and the reference's numbers on answers to them."""

    def __init__(self, file, form, pictures, annotations=None):
        self.file, self.form, self.pictures, self.annotations = file, form, pictures, annotations

    def reference(self, said):
        """Metrics under the program's names, the questions that are right, how many are unclear, and the accuracy of each kind.

        said: an answer for each id of a question that was asked.
        """
        raise NotImplementedError


class Pope(Set):
    def __init__(self, data, file):
        self.questions = lines(data / file)
        super().__init__(data / file, "pope", [each["image"] for each in self.questions])

    def reference(self, said):
        asked = [each for each in self.questions if str(each["question_id"]) in said]
        found = pope(asked, [{"question_id": each["question_id"], "answer": said[str(each["question_id"])]} for each in asked])
        right = {str(each["question_id"]): each["right"] for each in found["questions"]}
        # Whatever is no No is a Yes: nothing is unclear.
        return {name: found[name] for name in ("accuracy", "precision", "recall", "f1", "yesRatio")}, right, 0, {}


class HallusionBench(Set):
    METRICS = ("aAcc", "qAcc", "fAcc", "easyAcc", "hardAcc", "textOnlyAcc", "yesDifference", "falsePositiveRatio")

    def __init__(self, data):
        self.questions = whole(data / HALLUSION)
        super().__init__(data / HALLUSION, "hallusionBench", [each["filename"] for each in self.questions if each["filename"]])

    def reference(self, said):
        names = {"/".join(each[name] for name in PLACE): each for each in self.questions}
        asked = [each | {"model_prediction": said[name]} for name, each in names.items() if name in said]
        found = hallusion_bench(asked)
        right = {each["question"]: each["right"] for each in found["questions"]}
        return {name: found[name] for name in self.METRICS}, right, found["unclear"], found["bySubcategory"]


class Amber(Set):
    def __init__(self, data):
        self.questions, self.notes = whole(data / AMBER), whole(data / ANNOTATIONS)
        super().__init__(data / AMBER, "amber", [each["image"] for each in self.questions], data / ANNOTATIONS)

    def reference(self, said):
        asked = [each for each in self.questions if str(each["id"]) in said]
        found = amber(asked, self.notes, [{"id": each["id"], "response": said[str(each["id"])]} for each in asked])
        groups = [name for name in found if name not in ("all", "questions")]
        metrics = dict(found["all"])
        for group in groups:
            # A kind that was not asked about has no numbers.
            if found[group]["accuracy"] is not None:
                metrics |= {f"{group}.{name}": value for name, value in found[group].items()}
        kinds = {group: found[group]["accuracy"] for group in groups if group != "attribute"}
        right = {str(each["id"]): each["right"] for each in found["questions"]}
        unclear = sum(each["parsed"] is None for each in found["questions"])
        return metrics, right, unclear, {kind: value for kind, value in kinds.items() if value is not None}


class Comparison:
    """Numbers of the program beside those of the reference."""

    def __init__(self, title):
        self.title, self.count, self.differences = title, 0, []

    def hold(self, name, found, wanted):
        self.count += 1
        same = found == wanted if found is None or wanted is None else math.isclose(found, wanted, rel_tol=0, abs_tol=1e-12)
        if not same:
            self.differences.append(f"{self.title}, {name}: {found}, the reference has {wanted}")

    def hold_rate(self, name, rate, wanted):
        """A share, and the interval by the reference's own formula."""
        self.hold(name, rate.get("value"), wanted)
        if rate["total"]:
            by = wilson(rate["count"], rate["total"])
            self.hold(f"{name}, low", rate["low"], by["low"])
            self.hold(f"{name}, high", rate["high"], by["high"])

    def hold_arm(self, arm, questions, said):
        metrics, right, unclear, kinds = questions.reference(said)
        listed = {each["name"]: each for each in arm["metrics"]}
        self.hold("how many metrics", len(listed), len(metrics))
        for name, wanted in metrics.items():
            each = listed.get(name, {})
            self.hold(name, each.get("value"), wanted)
            if "rate" in each:
                self.hold_rate(name, each["rate"], wanted)
        self.hold("unclear", arm["unclear"], unclear)
        self.hold("right or unclear", arm["accuracy"]["count"], sum(right.values()))
        self.hold_rate("accuracy", arm["accuracy"], sum(right.values()) / len(right))
        self.hold("how many kinds", len(arm["kinds"]), len(kinds))
        for each in arm["kinds"]:
            self.hold_rate(each["kind"], each["accuracy"], kinds.get(each["kind"]))
        return metrics, right

    def hold_pairs(self, paired, before, after):
        helped = sum(after[name] and not before[name] for name in before)
        harmed = sum(before[name] and not after[name] for name in before)
        wrong, right = sum(not each for each in before.values()), sum(before.values())
        self.hold("helped", paired["helped"], helped)
        self.hold("harmed", paired["harmed"], harmed)
        self.hold("p", paired["p"], mcnemar(helped, harmed)["p"])
        self.hold_rate("help", paired["help"], helped / wrong if wrong else None)
        self.hold_rate("harm", paired["harm"], harmed / right if right else None)


def row(comparison, what, answered, speed, metrics):
    shown = ", ".join(f"{name} {value:.4f}" for name, value in metrics.items() if "." not in name and value is not None)
    print(f"| {comparison.title} | {what} | {answered:,} | {speed} | {comparison.count} | {len(comparison.differences)} | {shown} |",
          flush=True)


def run(questions, scratch, options):
    """Asks all questions of a file, and counts them again with other answers."""
    pictures = scratch / questions.file.stem
    make_pictures(questions.pictures, pictures)
    answers = scratch / f"{questions.file.stem}.jsonl"
    arguments = ["evaluate", questions.file, "--format", questions.form, "--answers", answers, "--pictures", pictures, "--json"]
    arguments += ["--annotations", questions.annotations] if questions.annotations else []
    arguments += ["--limit", options.limit] if options.limit else []
    arguments += ["--reconstruction"] if options.reconstruction else []
    found = json.loads(program_says(options.program, *arguments))
    comparison = Comparison(questions.file.name)
    report = found["report"]
    comparison.hold("answered", report["answered"], min(len(questions.questions), options.limit or len(questions.questions)))
    comparison.hold("missing", report["missing"], 0)
    header, *entries = lines(answers)
    speed = f"{found['asked'] / found['seconds']:.1f}"
    rights = {}
    for arm in report["arms"]:
        said = {each["id"]: each["answers"][arm["name"]] for each in entries}
        metrics, rights[arm["name"]] = comparison.hold_arm(arm, questions, said)
        if "paired" in arm:
            comparison.hold_pairs(arm["paired"], rights["plain"], rights[arm["name"]])
        row(comparison, arm["name"], report["answered"], speed, metrics)
    draw = random.Random(questions.file.name)
    drawn = {each["id"]: draw.choice(DRAWN) for each in entries}
    plain = {"name": "plain", "role": "plain"}
    read = read_answers(
        options.program, scratch, header | {"arms": [plain]}, [each | {"answers": {"plain": drawn[each["id"]]}} for each in entries])
    comparison.hold("read again", read["answered"], len(drawn))
    metrics, _ = comparison.hold_arm(read["arms"][0], questions, drawn)
    row(comparison, "drawn at random", read["answered"], "", metrics)
    return comparison


def read_answers(program, scratch, header, entries):
    """What `lucarne report answers` counts in a file of these lines."""
    answers, output = scratch / "read.jsonl", scratch / "read.json"
    answers.write_text("".join(json.dumps(each) + "\n" for each in (header, *entries)), encoding="utf-8")
    program_says(program, "report", "answers", answers, "--format", "json", "--output", output)
    return whole(output)


def read_sample(data, program, scratch):
    """The results that HallusionBench's authors publish as a sample, through the program's reader of answers."""
    questions = HallusionBench(data)
    asked = {tuple(each[name] for name in PLACE): each for each in questions.questions}
    entries, said = [], {}
    for row in whole(data / SAMPLE):
        place = tuple(row[name] for name in PLACE)
        if place not in asked:
            sys.exit(f"{data / SAMPLE}: no question of {HALLUSION} is {'/'.join(place)}")
        question = asked[place]
        name = "/".join(place)
        said[name] = row["model_prediction"]
        entry = {"id": name, "question": question["question"], "answer": "Yes" if question["gt_answer"] == "1" else "No",
                 "kind": "/".join(place[:2]), "place": [*place, question["visual_input"]],
                 "answers": {"plain": row["model_prediction"]}}
        entries.append(entry | ({"image": question["filename"]} if question["filename"] else {}))
    header = {"format": "lucarne-answers", "version": 1, "questions": "hallusionBench", "count": len(questions.questions),
              "arms": [{"name": "plain", "role": "plain"}], "settings": {}}
    arm = read_answers(program, scratch, header, entries)["arms"][0]
    comparison = Comparison(Path(SAMPLE).name)
    metrics, _ = comparison.hold_arm(arm, questions, said)
    unread = sum(yes_or_no(each) is None for each in said.values())
    print(f"\nHallusionBench's sample of results, {len(said)} predictions, {unread} of them neither Yes nor No:\n")
    print("| | program | of | reference |\n|---|---|---|---|")
    for each in arm["metrics"]:
        rate = f"{each['rate']['count']} / {each['rate']['total']}" if "rate" in each else ""
        print(f"| {each['name']} | {each.get('value')} | {rate} | {metrics[each['name']]} |")
    return comparison


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("program")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--reconstruction", action="store_true")
    options = parser.parse_args()
    if options.limit is not None and options.limit < 1:
        parser.error(f"--limit is {options.limit}, expected 1 or more questions")
    missing = [name for name in (*POPE, HALLUSION, SAMPLE, AMBER, ANNOTATIONS) if not (options.data / name).is_file()]
    if missing:
        parser.error(f"{options.data} has no {', '.join(missing)}, expected the folder of the public files")
    sets = [*(Pope(options.data, file) for file in POPE), HallusionBench(options.data), Amber(options.data)]
    comparisons = []
    print("| questions | answers | count | a second | numbers compared so far | that differ | metrics by the reference |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        comparisons += [run(each, scratch, options) for each in sets]
        comparisons.append(read_sample(options.data, options.program, scratch))
    differences = [line for each in comparisons for line in each.differences]
    print(f"\n{sum(each.count for each in comparisons):,} numbers compared, {len(differences)} differ")
    print("\n".join(differences))
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()

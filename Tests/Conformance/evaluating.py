"""Holds evaluation/run, evaluation/report and steering/search to what they say they do.

    python3 evaluating.py PATH/TO/lucarne [SEED]     # Python's standard library alone

The world's probes and a few other questions are asked in every kind of arm. What the files of answers say is counted
again here; answers are held to steering/generate's on contexts of their own; a run whose kernel is killed, and one in
shards, must leave the unbroken run's answers; missing pictures, a full disk, files of another shape and recipes of
another autoencoder are told and lose nothing. A search is killed and resumed, and its recipe applied by every way
that there is.
"""

import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from line_kernel import LineKernel

PROGRAM = os.path.abspath(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 30)
PICTURES = Path(__file__).resolve().parents[2] / "Sources/World/Resources/heldout"
failures = 0
Z = 1.959963984540054


def row(what, holds, detail=""):
    global failures
    print(("ok    " if holds else "FAILED ") + what + (f": {detail}" if detail != "" else ""), flush=True)
    failures += not holds


def new_kernel(jobs="", *options):
    return LineKernel(PROGRAM, "--jobs", jobs, "--threads", "2", *options)


def lines(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


# Counted again


def said(text):
    """Yes or No by the first word, else by the only one that is there."""
    words = text.lower().split()
    first = "".join(c for c in words[0] if c.isalpha()) if words else ""
    if first in ("yes", "no"):
        return first
    bare = "".join(c if c.isalnum() or c == "_" else " " for c in text.lower()).split()
    found = {"yes", "no"} & set(bare)
    return found.pop() if len(found) == 1 else None


def is_right(text, answer):
    if answer in ("Yes", "No"):
        return said(text) == answer.lower()
    return " ".join(text.lower().split()).removesuffix(".") == " ".join(answer.lower().split()).removesuffix(".")


def wilson(count, total):
    share, square = count / total, Z * Z
    centre = (share + square / (2 * total)) / (1 + square / total)
    half = Z / (1 + square / total) * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0, centre - half), min(1, centre + half)


def rate_holds(rate, count, total):
    if (rate["count"], rate["total"]) != (count, total):
        return False
    if total == 0:
        return "value" not in rate
    low, high = wilson(count, total)
    return all(math.isclose(a, b, abs_tol=1e-12) for a, b in (
        (rate["value"], count / total), (rate["low"], 0 if count == 0 else low), (rate["high"], 1 if count == total else high)))


def mcnemar(helped, harmed):
    pairs = helped + harmed
    tail = sum(math.comb(pairs, each) for each in range(min(helped, harmed) + 1))
    return min(1, 2 * tail / 2**pairs) if pairs else 1


def paired_holds(paired, before, after, yes=None, draws=False):
    both = list(zip(before, after))
    helped, harmed = both.count((False, True)), both.count((True, False))
    return (
        [paired[key] for key in ("bothRight", "bothWrong", "helped", "harmed")]
        == [both.count((True, True)), both.count((False, False)), helped, harmed]
        and rate_holds(paired["help"], helped, before.count(False)) and rate_holds(paired["harm"], harmed, before.count(True))
        and (draws and "p" not in paired or not draws and math.isclose(paired["p"], mcnemar(helped, harmed), rel_tol=1e-9))
        and (yes is None or [paired["toYes"], paired["toNo"]] == yes))


def counts_hold(report, path):
    """Whether a report says what is in a file of answers."""
    head, *entries = lines(path)
    answered = [entry for entry in entries if "answers" in entry]
    truth = {arm["name"]: [is_right(e["answers"][arm["name"]], e["answer"]) for e in answered] for arm in head["arms"]}
    words = {arm["name"]: [said(e["answers"][arm["name"]]) if e["answer"] in ("Yes", "No") else None for e in answered] for arm in head["arms"]}
    holds = [report["answered"] == len(answered), [a["name"] for a in report["arms"]] == [a["name"] for a in head["arms"]]]
    for arm in report["arms"]:
        right = truth[arm["name"]]
        holds.append(arm["right"] == sum(right) and rate_holds(arm["accuracy"], sum(right), len(right)))
        for kind in arm["kinds"]:
            own = [r for r, e in zip(right, answered) if e.get("kind") == kind["kind"]]
            holds.append(rate_holds(kind["accuracy"], sum(own), len(own)))
        if arm["name"] != "plain":
            flips = [(b, a) for b, a in zip(words["plain"], words[arm["name"]]) if a != b]
            yes = [sum(a == "yes" for _, a in flips), sum(a == "no" for _, a in flips)]
            holds.append(paired_holds(arm["paired"], truth["plain"], right, yes))
            for kind in arm["kinds"]:
                own = [(p, r) for p, r, e in zip(truth["plain"], right, answered) if e.get("kind") == kind["kind"]]
                holds.append(paired_holds(kind["paired"], [p for p, _ in own], [r for _, r in own]))
    for control in report["controls"]:
        own = [arm for arm in report["arms"] if arm.get("of") == control["of"] and arm["role"] == control["role"]]
        before = truth["plain"] * len(own)
        after = [r for arm in own for r in truth[arm["name"]]]
        holds.append(control["seeds"] == len(own) and paired_holds(control["paired"], before, after, draws=len(own) > 1))
    return all(holds)


# Questions


def questions(folder):
    """Every probe, and questions of a few other pictures, one of them twice removed from the first."""
    facts = json.loads((PICTURES / "heldout.json").read_text())
    probes = [each for each in facts if each["name"].startswith("probe")]
    others = [each for each in facts if not each["name"].startswith(("probe", "wide"))][::6]
    found = []
    for place in range(2):  # Each picture's questions in two runs, so that they must be brought together.
        for each in probes + others:
            asked = [q for q in each["questions"] if q["kind"] != "caption"]
            for number, q in list(enumerate(asked))[place * 3:place * 3 + 3]:
                found.append({
                    "id": f"{each['name']}/{number}", "image": f"{each['name']}.png", "question": q["text"],
                    "answer": q["answer"], "kind": q["kind"]})
    found.append({"id": "story", "question": "Ana was hungry and sad. Ben had bread. Ana was eating the bread. Ana was not", "answer": "hungry", "kind": "story", "template": "none"})
    path = f"{folder}/questions.jsonl"
    Path(path).write_text("".join(json.dumps(each) + "\n" for each in found))
    return path, found


def change(latent, op="zero", **more):
    return {"op": op, "feature": {"sae": "sae", "index": latent}, **more}


ARMS = [
    {"name": "quiet", "interventions": [change(182)]},
    {"name": "two places", "interventions": [change(182, at=[{"last": 1}]), change(631, "clamp", value=60, at=[{"image": 0, "view": "tiles"}])]},
    {"name": "words", "interventions": [change(352, "scale", value=0.5, at=[{"part": "question"}], generated=True)]},
]


def evaluate(folder, path, asked):
    params = {
        "dataset": {"format": "questions", "path": path, "pictures": str(PICTURES)}, "sae": "sae", "arms": ARMS,
        "reconstruction": True, "controls": {"features": 2, "directions": 2, "seed": 5}}
    kernel = new_kernel()
    whole = f"{folder}/whole.jsonl"
    began = time.monotonic()
    done = kernel.job("evaluation/run", answers=whole, **params)
    seconds = time.monotonic() - began
    row("an unbroken run", done["state"] == "completed" and done["result"]["asked"] == len(asked), f"{len(asked)} questions, {seconds:.1f} s")
    expected = Path(whole).read_bytes()
    report = done["result"]["report"]
    row("its report counts what is in the file", counts_hold(report, whole))
    row("evaluation/report says the same", kernel.ask("evaluation/report", answers=[whole]) == report)
    again = kernel.job("evaluation/run", answers=whole, **params)["result"]
    row("asked again, all is known", (again["asked"], again["known"]) == (0, len(asked)) and Path(whole).read_bytes() == expected)

    draw = random.Random(SEED)
    entries = {entry["id"]: entry for entry in lines(whole)[1:]}
    agreed = 0
    for each in draw.sample([q for q in asked if "image" in q], 6):
        parts = [
            {"id": "image", "image": {"path": str(PICTURES / each["image"])}},
            {"id": "question", "text": each["question"]}]
        context = kernel.ask("context/open", parts=parts)["context"]
        for arm in ARMS:
            outputs = kernel.ask(
                "steering/generate", context=context, sae="sae", interventions=arm["interventions"], maxTokens=16,
                compareWith=["plain", "reconstruction"])["outputs"]
            found = {output["name"]: output["text"] for output in outputs}
            texts = entries[each["id"]]["answers"]
            agreed += (found["steered"], found["plain"], found["reconstruction"]) == (texts[arm["name"]], texts["plain"], texts["reconstruction"])
        kernel.ask("context/close", context=context)
    row("answers are steering/generate's", agreed == 18, f"{agreed} of 18")

    arms = {arm["name"]: arm for arm in report["arms"]}
    directions = [arms[name]["seed"] for name in arms if arms[name]["role"] == "randomDirection"]
    changes = {each["arm"]: each["interventions"] for each in json.loads(expected.split(b"\n")[0])["settings"]["changes"]}
    drawn = [[i["feature"] for i in changes[name]] for name in arms if arms[name]["role"] == "randomFeatures"]
    row("controls: two draws of each arm, of other features, the same places",
        directions == [5, 6] * 3 and len(drawn) == 6 and all(f not in (182, 631, 352) for each in drawn for f in each)
        and all([{k: v for k, v in i.items() if k != "feature"} for i in changes[name]]
                == [{k: v for k, v in i.items() if k != "feature"} for i in changes[arms[name]["of"]]]
                for name in arms if arms[name]["role"] == "randomFeatures"))
    kernel.end()

    broken, jobs = f"{folder}/broken.jsonl", f"{folder}/jobs"
    kernel, kills = new_kernel(jobs), 0
    job = kernel.ask("evaluation/run", answers=broken, **params)["job"]
    while kills < 5:
        time.sleep(draw.uniform(0.02, seconds / 3))
        if kernel.ask("job/get", job=job)["state"] == "completed":
            break
        kernel.kill()
        kills += 1
        if kills % 2 and os.path.exists(broken) and os.path.getsize(broken) > 40:  # What a sudden end of the machine may leave.
            os.truncate(broken, os.path.getsize(broken) - draw.randrange(1, 40))
        kernel = new_kernel(jobs)
        kernel.ask("job/resume", job=job)
    done = kernel.ask("job/wait", job=job, timeoutMs=300_000)
    row(f"a kernel killed {kills} times leaves the same file", done["state"] == "completed" and Path(broken).read_bytes() == expected, done["state"])
    row("and the same report", done["result"]["report"] == report)

    parts = [f"{folder}/part{number}.jsonl" for number in range(3)]
    for number, part in enumerate(parts):
        kernel.job("evaluation/run", answers=part, shard={"index": number, "count": 3}, **params)
    joined = kernel.ask("evaluation/report", answers=parts)
    row("three shards are the whole", joined == report and sum(len(lines(p)) - 1 for p in parts) == len(asked))
    refused = kernel.ask("evaluation/report", answers=[whole, parts[0]])
    row("a question in two files is refused", "is answered in" in refused.get("message", ""), refused.get("message", refused))
    listed = kernel.ask("evaluation/report", answers=[whole], changes=2)["changes"]
    flips = [c for c in listed if c["arm"] == "quiet"]
    row("changes are listed, those put right first", 0 < len(flips) <= 2 and is_right(flips[0]["after"], flips[0]["answer"])
        and not is_right(flips[0]["before"], flips[0]["answer"]), [f"{c['id']}: {c['before']} → {c['after']}" for c in flips])
    kernel.end()
    return params


def hostile(folder, path, params):
    kernel = new_kernel()
    pictures = f"{folder}/some"
    os.mkdir(pictures)
    for picture in PICTURES.glob("probe-bolivia-0*.png"):
        if "mask" not in picture.name:
            shutil.copyfile(picture, f"{pictures}/{picture.name}")
    Path(f"{pictures}/probe-bolivia-01.png").write_bytes(b"no picture")
    some = params | {"dataset": {"format": "questions", "path": path, "pictures": pictures}, "arms": ARMS[:1], "controls": {}}
    answers = f"{folder}/missing.jsonl"
    done = kernel.job("evaluation/run", answers=answers, **some)["result"]
    missing = [entry for entry in lines(answers)[1:] if "missing" in entry]
    row("missing and broken pictures are listed and counted", done["missing"] == len(missing) == done["report"]["missing"] > 40
        and any("No such file" in entry["missing"] for entry in missing) and any(entry["id"].startswith("probe-bolivia-01") for entry in missing),
        f"{done['missing']} of {done['report']['questions']}")
    for picture in PICTURES.glob("*.png"):
        shutil.copyfile(picture, f"{pictures}/{picture.name}")
    again = kernel.job("evaluation/run", answers=answers, **some)["result"]
    row("once they are there, they alone are asked", again["missing"] == 0 and again["asked"] == len(missing), f"{again['asked']} asked")

    def refused(what, word, answers=f"{folder}/x.jsonl", **changed):
        found = kernel.ask("evaluation/run", answers=answers, **(some | changed))
        if "job" in found:
            found = kernel.ask("job/wait", job=found["job"], timeoutMs=60_000)
            found = found.get("error") or found
        text = json.dumps(found)
        row(f"refused: {what}", word in text and not os.path.exists(f"{folder}/x.jsonl"), text[:160])

    def dataset(text, form="questions"):
        Path(f"{folder}/set").write_text(text)
        return {"format": form, "path": f"{folder}/set"}

    whole = f"{folder}/whole.jsonl"
    before = Path(whole).read_bytes()
    refused("answers of another run", "made otherwise", answers=whole)
    row("and they are left as they were", Path(whole).read_bytes() == before)
    notes = f"{folder}/notes.txt"
    Path(notes).write_text("notes\n")
    refused("a file of something else", "holds no answers", answers=notes)
    row("and it is left as it was", Path(notes).read_text() == "notes\n")
    refused("answers over the questions", "file of the questions", answers=path)
    refused("an empty set", "no question", dataset=dataset(""))
    refused("ids twice", "twice", dataset=dataset('{"id":"a","question":"?","answer":"Yes"}\n' * 2))
    refused("another shape", "line 1", dataset=dataset("{", "pope"))
    refused("POPE's form without its name", "format pope", dataset=dataset('{"question_id":1,"image":"a","text":"b","label":"yes"}\n'))
    refused("a list without its form", "is a JSON list", dataset=dataset("[]"))
    Path(f"{folder}/notes.json").write_text('[{"id":1,"type":"relation","truth":"yes"}]')
    least = dataset('[{"id":-9223372036854775808,"image":"x","query":"?"}]', "amber") | {"annotations": f"{folder}/notes.json"}
    refused("AMBER's least id", "1 to 1", dataset=least)
    refused("arms of one name", "twice", arms=[ARMS[0], ARMS[0]])
    refused("an arm that changes nothing", "neither", arms=[{"name": "a"}])
    refused("a feature that there is not", "99999", arms=[{"name": "a", "interventions": [change(99999)]}])
    refused("another autoencoder", "other", arms=[{"name": "a", "interventions": [change(1), {"op": "zero", "feature": {"sae": "other", "index": 1}}]}])
    refused("kinds that there are not", "the set's kinds", kinds=["smell"])
    refused("AMBER without annotations", "annotations", dataset=dataset("[]", "amber"))
    refused("a part that there is not", "shard", shard={"index": 3, "count": 3})

    disk = f"{folder}/disk"
    os.mkdir(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", disk], capture_output=True).returncode:
        print("skipped: no file system of its own can be made here")
    else:
        try:
            job = kernel.ask("evaluation/run", answers=f"{disk}/full.jsonl", **params)["job"]
            paused = kernel.ask("job/wait", job=job, timeoutMs=120_000)
            kept = lines(f"{disk}/full.jsonl")
            row("a full disk pauses, with whole lines kept", paused["state"] == "paused" and 0 < len(kept) < 200, f"{paused.get('message')}, {len(kept)} lines")
            subprocess.run(["mount", "-o", "remount,size=1m", disk], check=True)
            kernel.ask("job/resume", job=job)
            done = kernel.ask("job/wait", job=job, timeoutMs=120_000)
            row("room again, it goes on to the same end", done["state"] == "completed" and Path(f"{disk}/full.jsonl").read_bytes() == before)
        finally:
            kernel.end()
            subprocess.run(["umount", disk])
            kernel = new_kernel()
    kernel.end()
    wanted(folder)


def wanted(folder):
    """Questions that are read in another way than they look, and runs that look alike."""
    kernel = new_kernel()

    def ask(rows, answers, **more):
        Path(f"{folder}/own.jsonl").write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows))
        data = {"format": "questions", "path": f"{folder}/own.jsonl", "pictures": folder}
        return kernel.job("evaluation/run", dataset=data, answers=f"{folder}/{answers}", **more)

    facts = json.loads((PICTURES / "heldout.json").read_text())
    scenes = [(each, q) for each in facts for q in each["questions"] if q["kind"] == "scene"]
    first, second = scenes[0], next(s for s in scenes if s[1]["answer"] != scenes[0][1]["answer"])
    for name, (each, _) in (("e\u0301.png", first), ("\u00e9.png", second)):
        shutil.copyfile(PICTURES / f"{each['name']}.png", f"{folder}/{name}")
    rows = [{"image": name, "question": q["text"], "answer": q["answer"]} for name, (_, q) in (("e\u0301.png", first), ("\u00e9.png", second))]
    ask(rows, "alike.jsonl")
    said = [e["answers"]["plain"].lower() for e in lines(f"{folder}/alike.jsonl")[1:]]
    row("pictures whose names look alike are two", said == [r["answer"].lower() for r in rows], said)

    rows = [{"image": f"{p['name']}.png", "question": q["text"], "answer": q["answer"], "kind": q["kind"]} for p in facts for q in p["questions"] if q["kind"] in ("probe", "map named")][:12]
    for each in rows:
        shutil.copyfile(PICTURES / each["image"], f"{folder}/{each['image']}")
    lower = [r | {"answer": r["answer"].lower() + "."} for r in rows]
    upper, other = (ask(r, f"case{n}.jsonl", arms=ARMS[:1], sae="sae")["result"]["report"] for n, r in enumerate((rows, lower)))
    row("a right answer is Yes or No however it is written", upper == other and any(m["name"] == "yesRatio" for m in other["arms"][0]["metrics"]))
    kinds = sorted({r["kind"] for r in rows})
    few = min(sum(r["kind"] == k for r in rows) for k in kinds)
    rows = [r for k in kinds for r in [r for r in rows if r["kind"] == k][:few]]
    ask(rows, "kinds.jsonl", kinds=kinds[:1])
    before = Path(f"{folder}/kinds.jsonl").read_bytes()
    again = ask(rows, "kinds.jsonl", kinds=kinds[1:])
    row("as many questions of another kind are another run", "selection" in json.dumps(again.get("error")) and Path(f"{folder}/kinds.jsonl").read_bytes() == before)
    last = [{"name": "all", "interventions": [change(182)]}, {"name": "last", "interventions": [change(182, at=[{"last": 5000}])]}]
    ask(rows, "last.jsonl", arms=last, sae="sae")
    row("the last positions of a shorter prompt are all of it", all(e["answers"]["all"] == e["answers"]["last"] for e in lines(f"{folder}/last.jsonl")[1:]))
    open_rows = [{"question": "Ana was", "template": "none"}, {"question": "Ben was", "template": "none", "answer": "sad"}]
    report = ask(open_rows, "open.jsonl", arms=ARMS[:1], sae="sae")["result"]["report"]
    row("a question without an answer counts in no accuracy", report["answered"] == 2 and all(a["accuracy"]["total"] == 1 for a in report["arms"]))
    gone = kernel.ask("evaluation/run", dataset={"format": "questions", "path": f"{folder}/own.jsonl"}, answers=f"{folder}/gone.jsonl", maxTokens=400)["job"]
    while not os.path.exists(f"{folder}/gone.jsonl") or os.path.getsize(f"{folder}/gone.jsonl") == 0:
        time.sleep(0.001)
    os.unlink(f"{folder}/gone.jsonl")
    done = kernel.ask("job/wait", job=gone, timeoutMs=60_000)
    row("a file that is taken away is no success", done["state"] == "failed" and "took it away" in done["error"]["message"], done.get("error"))
    kernel.end()
    asked = [PROGRAM, "evaluate", f"{folder}/own.jsonl", "--answers", f"{folder}/x.jsonl", "--html"]
    os.symlink(folder, f"{folder}/again")
    for page in (f"{folder}/own.jsonl", f"{folder}/./x.jsonl", f"{folder}/again/own.jsonl"):
        before = Path(f"{folder}/own.jsonl").read_bytes()
        end = subprocess.run([*asked, page], capture_output=True, text=True)
        row("a page does not take the place of what is read", end.returncode != 0 and Path(f"{folder}/own.jsonl").read_bytes() == before and "expected another file" in end.stderr, end.stderr.splitlines()[:1])
    os.mkdir(f"{folder}/pages")
    shutil.copyfile(f"{folder}/open.jsonl", f"{folder}/pages/answers.json")
    end = subprocess.run([PROGRAM, "report", "answers", f"{folder}/pages/answers.json", "--output", f"{folder}/pages"], capture_output=True, text=True)
    row("nor does one of a report's three", end.returncode != 0 and Path(f"{folder}/pages/answers.json").read_bytes() == Path(f"{folder}/open.jsonl").read_bytes(), end.stderr.splitlines()[:1])


SEARCH = {"sae": "sae", "failing": ["probe"], "candidates": {"attribution": 3, "contrast": 1, "features": [182]}, "places": ["all", "last"], "features": 2, "seed": 3, "controls": {"features": 2, "directions": 2, "seed": 1}}


def search(folder, path, asked):
    dataset = {"format": "questions", "path": path, "pictures": str(PICTURES)}
    kernel = new_kernel()
    recipe = f"{folder}/whole.json"
    began = time.monotonic()
    done = kernel.job("steering/search", dataset=dataset, recipe=recipe, **SEARCH)
    seconds = time.monotonic() - began
    found = json.loads(Path(recipe).read_text())
    evidence = found["evidence"]
    row("a search", done["state"] == "completed" and done["result"]["recipe"] == found, f"{evidence['tried']} changes, {seconds:.1f} s; {[p['name'] for p in evidence['front']]}")
    last = sorted(Path(f"{recipe}.search").iterdir(), key=lambda p: int(p.name.split("-")[0]))[-1]
    row("its report is that of its last file", counts_hold(evidence["heldOut"], last))
    plain = {e["id"]: is_right(e["answers"]["plain"], e["answer"]) for e in lines(f"{recipe}.search/0-plain.jsonl")[1:]}
    scene = {each["id"]: each.get("image", each["id"]) for each in asked}
    held = [e["id"] for e in lines(last)[1:]]
    chosen_by = {e["id"] for file in Path(f"{recipe}.search").glob("*ing.jsonl") for e in lines(file)[1:]}
    row("no picture is in both halves", not {scene[i] for i in held} & {scene[i] for i in chosen_by} and len(held) > 20)
    kind = {each["id"]: each["kind"] for each in asked}
    failing = {i for i in plain if not plain[i] and kind[i] == "probe"}
    keeping = {i for i in plain if plain[i]}
    row("every wrong answer of the kind and every right one is in a half", set(held) | chosen_by == failing | keeping
        and evidence["failing"]["choosing"] + evidence["failing"]["heldOut"] == len(failing)
        and abs(evidence["failing"]["choosing"] - evidence["failing"]["heldOut"]) <= 1, evidence["failing"])
    front = [(p["choosing"]["helped"], p["choosing"]["harmed"]) for p in evidence["front"]]
    row("the front rises in help and in harm", all(a[0] < b[0] and a[1] < b[1] for a, b in zip(front, front[1:])))
    [chosen] = [p for p in evidence["front"] if p["isChosen"]]
    allowed = [p for p in evidence["front"] if p["choosing"]["harmed"] <= evidence["maxHarm"] * evidence["keeping"]["choosing"]]
    row("the recipe is the most helpful that keeps to the limit", evidence["meetsMaxHarm"] == bool(allowed) and (not allowed or chosen == allowed[-1])
        and found["interventions"] == chosen["interventions"], chosen["name"])

    part = {"question": next(q for q in asked if q["kind"] == "probe")["question"], "image": next(q for q in asked if q["kind"] == "probe")["image"]}
    context = kernel.ask("context/open", parts=[
        {"image": {"path": str(PICTURES / part["image"])}}, {"text": part["question"]}])["context"]
    stated = [{**{k: v for k, v in change.items() if k != "feature"}, "feature": {"sae": "sae", "index": change["feature"]}} for change in found["interventions"]]
    stated = [{**c, "at": [{"part": "part1"} if r == {"part": "question"} else r for r in c["at"]]} if "at" in c else c for c in stated]
    by_hand = kernel.ask("context/generate", context=context, maxTokens=4, interventions=stated)["tokens"]
    by_file = kernel.ask("context/generate", context=context, maxTokens=4, recipe=recipe)["tokens"]
    steered = kernel.ask("steering/generate", context=context, maxTokens=4, sae="sae", interventions=[], recipe=recipe)["outputs"][0]["tokens"]
    row("context/generate and steering/generate apply it as its changes", by_hand == by_file == steered, by_file[0]["text"])
    ids = f"{folder}/held.jsonl"
    Path(ids).write_text("".join(json.dumps(each) + "\n" for each in asked if each["id"] in set(held)))
    done = kernel.job("evaluation/run", dataset=dataset | {"path": ids}, answers=f"{folder}/recipe.jsonl", arms=[{"name": "recipe", "recipe": recipe}])
    [arm] = [a for a in done["result"]["report"]["arms"] if a["name"] == "recipe"]
    row("evaluation/run applies it as the search did", arm["paired"] == chosen["heldOut"])

    plain_tokens = kernel.ask("context/generate", context=context, maxTokens=4)["tokens"]
    served = new_kernel("", "--recipe", recipe)
    context = served.ask("context/open", parts=[
        {"image": {"path": str(PICTURES / part["image"])}}, {"text": part["question"]}])["context"]
    followed = served.ask("context/generate", context=context, maxTokens=4)
    without = served.ask("context/generate", context=context, maxTokens=4, interventions=[], sae="sae")
    row("serve --recipe follows it, and says so", (followed["tokens"], followed["recipe"]) == (by_file, recipe)
        and without["tokens"] == plain_tokens and "recipe" not in without
        and served.ask("kernel/status")["recipe"] == recipe)
    served.end()

    def refused(what, word, **changed):
        path = f"{folder}/edited.json"
        Path(path).write_text(json.dumps(found | changed))
        answer = kernel.ask("context/generate", context=context, maxTokens=1, recipe=path)
        row(f"refused: {what}", word in answer.get("message", ""), answer.get("message", answer))

    refused("a recipe of another autoencoder", "not loaded", saeDigest="00")
    refused("a recipe of another model", "another model", modelDigest="00")
    refused("a recipe of another site", "another site", site="resid_post.1")
    refused("a misspelt member", "\"att\"", interventions=[{"op": "zero", "feature": 1, "att": []}])
    refused("an operation that there is not", "op", interventions=[{"op": "mute", "feature": 1}])
    refused("a change without its value", "no value", interventions=[{"op": "clamp", "feature": 1}])
    refused("no change", "no intervention", interventions=[])
    refused("a misspelt member of its own", "\"splcie\"", splcie={"errorTerm": "drop"})
    refused("a misspelt member of a region", "\"lst\"", interventions=[{"op": "zero", "feature": 1, "at": [{"last": 1, "lst": 3}]}])
    refused("another version", "version", version=2)
    status = subprocess.run([PROGRAM, "serve", "--recipe", str(PICTURES / "heldout.json")], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    row("serve --recipe with something else ends with a reason", status.returncode != 0 and "not a recipe" in status.stderr, status.stderr.strip()[:120])
    copy = f"{folder}/copy.index"
    shutil.copyfile(PICTURES.parent / "index/features.index", copy)
    os.chmod(copy, 0o600)
    refusal = kernel.ask("steering/search", dataset=dataset, recipe=copy, **SEARCH)
    row("a recipe does not take an index's place", "not a recipe" in refusal.get("message", "")
        and Path(copy).read_bytes() == (PICTURES.parent / "index/features.index").read_bytes(), refusal.get("message", refusal))
    table = subprocess.run([PROGRAM, "report", "answers", f"{folder}/recipe.jsonl", "--output", f"{folder}/recipe.jsonl", "--format", "csv"], capture_output=True, text=True)
    row("nor a report its answers'", table.returncode != 0 and lines(f"{folder}/recipe.jsonl")[0]["format"] == "lucarne-answers", table.stderr.splitlines()[:1])
    for seed in (4, 5, 6):
        other = kernel.job("steering/search", dataset=dataset, recipe=recipe, **(SEARCH | {"seed": seed}))
        row("a search by another seed does not count these rounds", "selection" in json.dumps(other.get("error")), (other.get("error") or {}).get("message", other["state"]))
    for share in (-1, 2, 1e308):
        refusal = kernel.ask("steering/search", dataset=dataset, recipe=f"{folder}/none.json", **(SEARCH | {"operations": {"quantiles": [share]}}))
        row("a quantile is 0 to 1", "expected 0 to 1" in json.dumps(refusal), refusal.get("message"))
    nothing = kernel.job("steering/search", dataset=dataset, recipe=f"{folder}/none.json", **(SEARCH | {"failing": ["scene"]}))
    row("nothing to put right is said", "wrong answer" in json.dumps(nothing) and not os.path.exists(f"{folder}/none.json"), (nothing.get("error") or {}).get("message", ""))
    kernel.end()

    draw = random.Random(SEED)
    broken, jobs = f"{folder}/broken.json", f"{folder}/search-jobs"
    kernel, kills = new_kernel(jobs), 0
    job = kernel.ask("steering/search", dataset=dataset, recipe=broken, name="whole", **SEARCH)["job"]
    while kills < 5:
        time.sleep(draw.uniform(0.05, seconds / 3))
        if kernel.ask("job/get", job=job)["state"] == "completed":
            break
        kernel.kill()
        kills += 1
        kernel = new_kernel(jobs)
        kernel.ask("job/resume", job=job)
    done = kernel.ask("job/wait", job=job, timeoutMs=300_000)
    row(f"a search killed {kills} times writes the same recipe", done["state"] == "completed" and Path(broken).read_bytes() == Path(recipe).read_bytes(), done["state"])
    kernel.end()


def main():
    print(f"seed {SEED}")
    with tempfile.TemporaryDirectory() as folder:
        path, asked = questions(folder)
        params = evaluate(folder, path, asked)
        hostile(folder, path, params)
        search(folder, path, asked)
    print("every row passed" if not failures else f"{failures} rows failed")
    return 1 if failures else 0


sys.exit(main())

"""Holds evaluation/judge and the ratings in evaluation/report to what a judge was asked and said.

    python3 ratings.py PATH/TO/lucarne     # Python's standard library alone

A server of chat completions rates texts by a rule; the means are made again here from the file of answers and that
rule. A kernel that is killed while it asks goes on where it was; a judge that talks, one that is away, a full disk and
files of something else are told and lose nothing.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from chat_server import rating
from line_kernel import LineKernel

PROGRAM = os.path.abspath(sys.argv[1])
HERE = Path(__file__).resolve().parent
PICTURES = HERE.parents[1] / "Sources/World/Resources/heldout"
CONCEPT = "was"
KINDS = ("concept", "instruction", "fluency")
failures = 0


def row(what, holds, detail=""):
    global failures
    print(("ok    " if holds else "FAILED ") + what + (f": {detail}" if detail != "" else ""), flush=True)
    failures += not holds


def lines(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def close(found, expected):
    return found == expected or None not in (found, expected) and math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12)


def mean_holds(found, values):
    return (found["count"] == len(values)
            and close(found.get("value"), statistics.fmean(values) if values else None)
            and close(found.get("standardError"), statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None))


def score(entry, text, concept=CONCEPT, is_rated=lambda text: True):
    """The three ratings of a text and their harmonic mean; None where there are none."""
    if not is_rated(text):
        return None
    three = [rating("concept", text, Concept=concept), rating("instruction", text, Question=entry["question"]), rating("fluency", text)]
    return [*three, statistics.harmonic_mean(three)]


def report_holds(report, answers, is_rated=lambda text: True, arms=None, limit=None):
    head, *entries = lines(answers)
    holds = [[arm["name"] for arm in report["arms"]] == [arm["name"] for arm in head["arms"] if not arms or arm["name"] in arms]]
    asked = {(e["id"], text) for e in entries[:limit] for name, text in e["answers"].items() if not arms or name in arms}
    for arm in report["arms"]:
        found, plain = (
            [score(e, e["answers"][name], is_rated=lambda text: is_rated(text) and (e["id"], text) in asked) for e in entries]
            for name in (arm["name"], "plain"))
        rated = [each for each in found if each]
        holds.append((arm["rated"], arm["unrated"]) == (len(rated), len(found) - len(rated)))
        holds += [mean_holds(arm[name], [each[place] for each in rated]) for place, name in enumerate((*KINDS, "score"))]
        differences = [a[3] - b[3] for a, b in zip(found, plain) if a and b]
        holds.append("difference" not in arm if arm["name"] == "plain" else mean_holds(arm["difference"], differences))
    return all(holds)


class Judge:
    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "chat_server.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def of(self, manner, model="small"):
        return {"endpoint": {"url": f"http://127.0.0.1:{self.port}/{manner}/v1", "model": model}}

    def asked(self, manner):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/asked") as answer:
            return json.load(answer).get(f"/{manner}/v1/chat/completions", 0)

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)


def change(latent, **more):
    return {"op": "clamp", "feature": {"sae": "sae", "index": latent}, "value": 60, "generated": True, **more}


def questions(folder):
    """Stories that go on, so that texts have several words, and questions of pictures."""
    people, food = ["Ana", "Ben", "Carla", "Dan", "Eva"], ["bread", "rice", "fruit", "soup"]
    found = [
        {"id": f"story {a} {b}", "template": "none", "answer": "hungry",
         "question": f"{a} was hungry and sad. {b} had {food[n % 4]}. {a} was eating the {food[n % 4]}. {a} was not"}
        for n, (a, b) in enumerate((a, b) for a in people for b in people if a != b)]
    facts = json.loads((PICTURES / "heldout.json").read_text())[:6]
    found += [{"id": each["name"], "image": f"{each['name']}.png", "question": each["questions"][0]["text"],
               "answer": each["questions"][0]["answer"]} for each in facts]
    path = f"{folder}/questions.jsonl"
    Path(path).write_text("".join(json.dumps(each) + "\n" for each in found))
    return path


def main(folder, judge):
    path = questions(folder)
    answers = f"{folder}/answers.jsonl"
    kernel = LineKernel(PROGRAM, "--jobs", f"{folder}/kept", "--threads", "2")
    run = {"dataset": {"format": "questions", "path": path, "pictures": str(PICTURES)}, "sae": "sae", "maxTokens": 6, "reconstruction": True,
           "arms": [{"name": "quiet", "interventions": [change(182)]}, {"name": "other", "interventions": [change(417), change(1415)]}]}
    kernel.job("evaluation/run", answers=answers, **run)
    texts = {(e["id"], text) for e in lines(answers)[1:] for text in e["answers"].values()}
    wanted = 3 * len(texts)
    print(f"{len(lines(answers)) - 1} questions, 4 arms, {len(texts)} different answers, such as {sorted(t for _, t in texts)[::20]}")

    def params(manner="rate", ratings=f"{folder}/ratings.jsonl", **more):
        return {"answers": [answers], "ratings": ratings, "concept": CONCEPT, "judge": judge.of(manner), **more}

    whole = kernel.job("evaluation/judge", **params())["result"]
    ratings = whole["ratings"]
    head, arms, *found = lines(ratings)
    row("every text of a question is asked about three times", (whole["texts"], whole["asked"], whole["known"], whole["failed"]) == (len(texts), wanted, 0, 0)
        and judge.asked("rate") == wanted, f"{wanted} ratings")
    row("and the file has each once", sorted((f["id"], f["text"], f["of"]) for f in found) == sorted((*each, kind) for each in texts for kind in KINDS)
        and (head["concept"], head["judge"], head["method"]) == (CONCEPT, "small", "chat") and len(arms["arms"]) == 4)
    row("the report's means are of the judge's ratings", report_holds(whole["report"], answers), [f"{a['name']} {a['score']['value']:.3f}" for a in whole["report"]["arms"]])
    shown = kernel.ask("evaluation/report", answers=[answers], ratings=[ratings])
    row("evaluation/report says the same", shown["ratings"] == [whole["report"]] and "ratings" not in kernel.ask("evaluation/report", answers=[answers]))
    again = kernel.job("evaluation/judge", **params())["result"]
    row("asked again, all is known", (again["asked"], again["known"], judge.asked("rate")) == (0, wanted, wanted) and again["report"] == whole["report"])

    part = kernel.job("evaluation/judge", **params(ratings=f"{folder}/part.jsonl", arms=["quiet"], limit=7))["result"]
    few = {(e["id"], e["answers"][name]) for e in lines(answers)[1:8] for name in ("plain", "quiet")}
    row("an arm and a limit: the plain model's answers stand beside", part["asked"] == 3 * len(few)
        and report_holds(part["report"], answers, arms=["plain", "quiet"], limit=7))

    bad = f"{folder}/bad.jsonl"
    talk = kernel.job("evaluation/judge", **params("ratebadly", ratings=bad))
    talked = 3 * sum("e" in text for _, text in texts)
    log = kernel.ask("job/log", job=talk["job"])
    row("what a judge says besides is no rating", talk["result"]["failed"] == talked > 0
        and report_holds(talk["result"]["report"], answers, lambda text: "e" not in text)
        and "not rated" in json.dumps(log), f"{talked} of {wanted}")
    mended = kernel.job("evaluation/judge", **params(ratings=bad))["result"]
    row("and is asked for again alone", mended["asked"] == talked and mended["report"] == whole["report"])
    greedy = kernel.job("evaluation/judge", **params("rategreedily", ratings=f"{folder}/greedy.jsonl", limit=3))
    row("what a judge says it costs is not believed without bounds", greedy["state"] == "completed"
        and (greedy["result"]["promptTokens"], greedy["result"]["completionTokens"]) == (0, 0), greedy.get("error") or greedy["result"]["promptTokens"])
    gone = kernel.job("evaluation/judge", **params("validation", ratings=f"{folder}/gone.jsonl", tries=1, concurrency=1))
    row("a judge that gives no answers pauses the job", gone["state"] == "paused" and "the judge gives no answers" in gone["message"], gone.get("message"))
    gone = kernel.job("evaluation/judge", **params("validation", ratings=f"{folder}/gone.jsonl", tries=1, arms=["plain"], limit=1))
    row("so do the last questions of all", gone["state"] == "paused", gone["state"])
    resident = kernel.job("evaluation/judge", **params(ratings=f"{folder}/own.jsonl", arms=["plain"], limit=2) | {"judge": {"resident": {}}})
    row("the model itself may be asked", resident["state"] == "completed" and resident["result"]["asked"] + resident["result"]["failed"] == 6,
        f"{resident['result']['failed']} of 6 unreadable")

    def refused(what, word, **changed):
        kept = {each: Path(each).read_bytes() for each in (answers, ratings)}
        found = kernel.ask("evaluation/judge", **(params() | changed))
        if "job" in found:
            found = kernel.ask("job/wait", job=found["job"], timeoutMs=60_000)
            found = found.get("error") or found
        row(f"refused: {what}", word in json.dumps(found) and all(Path(p).read_bytes() == b for p, b in kept.items()), json.dumps(found)[:200])

    refused("ratings of another concept", "(concept)", concept="rice")
    refused("another judge", "(judge)", judge=judge.of("rate", "large"))
    refused("the same file for both", "holds no ratings", ratings=answers)
    refused("an arm that there is not", "plain, reconstruction", arms=["loud"])
    refused("no concept", "expected 1 to 1000", concept=" \n")
    refused("a long concept", "expected 1 to 1000", concept="x" * 1001)
    refused("no answers", "there is no file", answers=[f"{folder}/none.jsonl"])
    refused("ratings for answers", "no answers that were written here", answers=[ratings], ratings=f"{folder}/x.jsonl")
    refused("a folder", "folder", ratings=folder)
    other = f"{folder}/other.jsonl"
    few = f"{folder}/few.jsonl"
    Path(few).write_text("".join(Path(path).read_text().splitlines(True)[:3]))
    kernel.job("evaluation/run", **run | {"answers": other, "dataset": {"format": "questions", "path": few}})
    answer = kernel.ask("evaluation/report", answers=[other], ratings=[ratings])
    row("refused: ratings of other questions", "other questions" in json.dumps(answer), answer.get("message"))
    damaged = f"{folder}/damaged.jsonl"
    Path(damaged).write_text(Path(ratings).read_text() + '{"id":"a","text":"b","of":"concept","rating":3}\n')
    answer = kernel.ask("evaluation/report", answers=[answers], ratings=[damaged])
    row("refused: a rating of 3", f"line {wanted + 3}" in json.dumps(answer), answer.get("message"))

    disk = f"{folder}/disk"
    os.mkdir(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk], capture_output=True).returncode:
        print("skipped: no file system of its own can be made here")
    else:
        full = f"{disk}/full.jsonl"
        job = kernel.ask("evaluation/judge", **params(ratings=full))["job"]
        paused = kernel.ask("job/wait", job=job, timeoutMs=60_000)
        kept = lines(full)
        row("a full disk pauses, with whole lines kept", paused["state"] == "paused" and 1 < len(kept) < wanted, f"{paused.get('message')}, {len(kept)} lines")
        subprocess.run(["mount", "-o", "remount,size=4m", disk], check=True)
        kernel.ask("job/resume", job=job)
        done = kernel.ask("job/wait", job=job, timeoutMs=60_000)
        row("room again, it goes on to the same end", done.get("result", {}).get("report") == whole["report"], done["state"])
        kernel.end()
        subprocess.run(["umount", disk])
        kernel = LineKernel(PROGRAM, "--jobs", "")
    kernel.end()

    jobs, broken, kills = f"{folder}/jobs", f"{folder}/broken.jsonl", 0
    kernel = LineKernel(PROGRAM, "--jobs", jobs)
    job = kernel.ask("evaluation/judge", **params("rateslowly", ratings=broken))["job"]
    while kills < 4:
        time.sleep(0.15)
        if kernel.ask("job/get", job=job)["state"] == "completed":
            break
        kernel.kill()
        kills += 1
        if kills == 2:
            os.truncate(broken, os.path.getsize(broken) - 5)  # What a sudden end of the machine may leave.
        kernel = LineKernel(PROGRAM, "--jobs", jobs)
        kernel.ask("job/resume", job=job)
    done = kernel.ask("job/wait", job=job, timeoutMs=120_000)
    asked = judge.asked("rateslowly")
    row(f"a kernel killed {kills} times comes to the same ratings", kills > 1 and done["result"]["report"] == whole["report"]
        and sorted(map(str, lines(broken))) == sorted(map(str, lines(ratings))) and asked <= wanted + 5 * kills, f"{asked - wanted} asked twice")
    kernel.end()

    def program(*arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)

    address = judge.of("rate")["endpoint"]["url"]
    asking = ["judge-answers", answers, "--ratings", ratings, "--judge-endpoint", address, "--judge-model", "small"]
    told = program(*asking, "--concept", CONCEPT, "--json")
    row("the command says the same", told.returncode == 0 and json.loads(told.stdout)["report"] == whole["report"], told.stderr[-200:])
    table = program(*asking, "--concept", CONCEPT).stdout
    row("and as a table", all(f"{arm['score']['value']:.3f}" in table for arm in whole["report"]["arms"]))
    row("without a judge it says what it lacks", "--judge-endpoint" in program("judge-answers", answers, "--ratings", ratings, "--concept", "x").stderr)
    hostile = "</caption><script>alert(1)</script>"
    program(*asking[:3], f"{folder}/hostile.jsonl", *asking[4:], "--concept", hostile, "--limit", 2)
    page = program("report", "answers", answers, "--ratings", ratings, "--ratings", f"{folder}/hostile.jsonl", "--output", f"{folder}/page.html")
    html = Path(f"{folder}/page.html").read_text() if page.returncode == 0 else ""
    row("the page has the means, and nothing of a concept's markup", all(f"{arm['score']['value']:.3f}" in html for arm in whole["report"]["arms"])
        and "<script" not in html and "&lt;script" in html, page.stderr[-200:])
    program("report", "answers", answers, "--ratings", ratings, "--output", f"{folder}/table.json")
    row("and the JSON", json.loads(Path(f"{folder}/table.json").read_text())["ratings"] == [whole["report"]])
    over = program("report", "answers", answers, "--ratings", ratings, "--output", ratings, "--format", "csv")
    row("a report does not take its ratings' place", over.returncode != 0 and lines(ratings)[0]["format"] == "lucarne-ratings")


with tempfile.TemporaryDirectory() as folder:
    judge = Judge()
    try:
        main(folder, judge)
    finally:
        judge.end()
sys.exit(1 if failures else 0)

"""Holds the scores by a judge to what the judge was shown and said.

    python3 judges.py PATH/TO/lucarne [SEED]     # needs numpy and Pillow; ends with 77 without them

A server of chat completions in this process is the judge. It recognises each picture that it is shown by its pixels,
sees which cells are lit, and knows from the index's rows and from `feature/activations` where every latent is active:
so it can tell the truth, lie, guess, err or talk, and keeps a list of all that it was asked and said. The scores in
the index must be what that list makes by the definitions, written here in numpy. A kernel that is killed while it asks
goes on where it was. Prints what does not hold; exits with 1 where anything does not.
"""

import base64
import hashlib
import io
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SEED = int(sys.argv.pop(2)) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 30)

from scores import VIEW, WORLD, Kernel, Pictures, activations, exemplars, expect, failures  # noqa: E402

import numpy  # noqa: E402
from PIL import Image  # noqa: E402

SIDE = 6
KINDS = ["consistency", "detection", "fuzz", "intruder"]
LATENTS = 20
QUESTIONS = 10
# Questions that may be asked again after a kill.
LOST = 64


def holds(what, condition, detail=""):
    print(f"{what}: {'holds' if condition else 'does not hold'} {detail}".rstrip()[:600], flush=True)
    if not condition:
        failures.append(f"{what} {detail}")


class Truth:
    """Where latents are active on the pictures, and how a picture that is shown is lit."""

    def __init__(self, kernel, index, latents, template):
        self.database = sqlite3.connect(f"file:{index}?mode=ro", uri=True, check_same_thread=False)
        self.pictures = Pictures(self.database)
        self.pixels = {
            name: numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
            for name, data in self.pictures.bytes.items()
        }
        found = activations(kernel, self.pictures, latents, template, SIDE)
        self.maps, self.recognised = {}, {}
        for number, latent in enumerate(latents):
            ran = {name: found[number, place].reshape(-1) >= 1e-5 for place, name in enumerate(self.pictures.names)}
            # What the index keeps comes first.
            kept = self.kept(latent)
            self.maps[latent] = {
                name: kept.get(name, ran[name]) for name in ran if name in kept or ran[name].any()}

    def kept(self, latent):
        rows = self.database.execute(
            "SELECT item, activations FROM map WHERE latent = ? AND view = ?", (latent, VIEW)).fetchall()
        found = {}
        for item, blob in rows:
            number = len(blob) // 6
            positions = numpy.frombuffer(blob[:2 * number], "<u2")
            values = numpy.frombuffer(blob[2 * number:], "<f4")
            lit = numpy.zeros(SIDE * SIDE, bool)
            lit[positions[values >= 1e-5]] = True
            if lit.any():
                found[self.pictures.of_item[item]] = lit
        return found

    def recognise(self, data):
        """The picture's name, and for each cell whether it is lit; None for one that is black anyway."""
        if data not in self.recognised:
            self.recognised[data] = self.look_at(data)
        return self.recognised[data]

    def look_at(self, data):
        shown = numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
        height, width = shown.shape[:2]
        rows = ((numpy.arange(height) + 0.5) * SIDE / height).astype(int)
        columns = ((numpy.arange(width) + 0.5) * SIDE / width).astype(int)
        cells = rows[:, None] * SIDE + columns[None, :]
        for name, own in self.pixels.items():
            if own.shape != shown.shape:
                continue
            dark = numpy.floor(own * 0.2 + 0.5).astype(int)
            is_own, is_dark = (shown == own).all(axis=2), (shown == dark).all(axis=2)
            if not (is_own | is_dark).all():
                continue
            lit = []
            for cell in range(SIDE * SIDE):
                here = cells == cell
                own_here, dark_here = is_own[here].all(), is_dark[here].all()
                if not own_here and not dark_here:
                    break
                lit.append(None if own_here and dark_here else bool(own_here))
            else:
                return name, lit
        raise ValueError("a picture that is none of the index's")

    def fits(self, latent, name, lit):
        """Whether a picture is lit where the latent is active."""
        own = self.maps[latent].get(name)
        return own is not None and all(each is None or each == there for each, there in zip(lit, own))

    def answer(self, kind, latent, shown):
        """What is right."""
        if kind == "consistency":
            return int(all(self.fits(latent, name, lit) for name, lit in shown))
        if kind == "detection":
            return int(shown[0][0] in self.maps[latent])
        if kind == "fuzz":
            return int(self.fits(latent, *shown[0]))
        odd = set()
        for each in self.maps:
            wrong = [place for place, (name, lit) in enumerate(shown, 1) if not self.fits(each, name, lit)]
            # The lit cells of another latent are no picture's that it is not active on.
            if len(wrong) == 1 and shown[wrong[0] - 1][0] not in self.maps[each]:
                odd.add((wrong[0], each))
        assert odd, "no latent is active on four of the pictures alone"
        places = {place for place, _ in odd}
        assert len(places) == 1, f"more than one picture is odd: {odd}"
        return places.pop()


class Judge:
    def __init__(self, truth):
        self.truth, self.heard, self.lock = truth, [], threading.Lock()
        self.is_broken = False
        self.is_dead, self.wait, self.under_way, self.most = False, 0.0, 0, 0
        judge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with judge.lock:
                    judge.under_way += 1
                    judge.most = max(judge.most, judge.under_way)
                try:
                    time.sleep(judge.wait)
                    status, words = judge.reply(body)
                finally:
                    with judge.lock:
                        judge.under_way -= 1
                data = json.dumps({
                    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": words}}],
                    "usage": {"prompt_tokens": 5, "completion_tokens": 2}}).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def endpoint(self, manner):
        return {"endpoint": {"url": f"http://127.0.0.1:{self.server.server_address[1]}/v1", "model": manner}}

    def reply(self, body):
        if self.is_dead:
            return 500, "out of order"
        parts = body["messages"][-1]["content"]
        words = "\n".join(part["text"] for part in parts if part["type"] == "text")
        images = [base64.b64decode(part["image_url"]["url"].split(",")[1]) for part in parts if part["type"] == "image_url"]
        shown = [self.truth.recognise(image) for image in images]
        if "odd" in words:
            kind, latent = "intruder", None
        else:
            latent = int(words.split("Description: latent ")[1].split()[0])
            kind = "consistency" if '"consistent"' in words else "fuzz" if "bright" in words else "detection"
        try:
            right = self.truth.answer(kind, latent, shown)
        except (AssertionError, KeyError) as error:
            failures.append(f"a question that cannot be: {error}")
            return 200, "?"
        # The same question gets the same answer.
        draw = random.Random(hashlib.sha256(words.encode() + b"".join(images)).hexdigest() + body["model"])
        wrong = right % 5 + 1 if kind == "intruder" else 1 - right
        chance = draw.randint(1, 5) if kind == "intruder" else draw.randint(0, 1)
        manner = body["model"].split("-")[0]
        said = {
            "truth": right, "slow": right, "lie": wrong, "guess": chance,
            "err": right if draw.random() < 0.8 else wrong,
            "talk": None if draw.random() < 0.3 else right, "prose": None,
        }[manner]
        member = {"consistency": "consistent", "intruder": "odd"}.get(kind, "fits")
        if self.is_broken:
            said = None
        answer = "It looks like one." if said is None else json.dumps({member: said if kind == "intruder" else bool(said)})
        with self.lock:
            self.heard.append({
                "manner": body["model"], "kind": kind, "latent": latent, "shown": shown, "right": right, "said": said})
        return 200, answer

    def take(self):
        with self.lock:
            heard, self.heard = self.heard, []
        return heard


def balanced_accuracy(pairs):
    right = {0: [], 1: []}
    for truth, said in pairs:
        right[truth].append(truth == said)
    return (numpy.mean(right[0]) + numpy.mean(right[1])) / 2


def f1(pairs):
    positive = [truth == 1 for truth, _ in pairs]
    # An answer that cannot be read is wrong, so it is a yes where no is right.
    yes = [said == 1 or (said is None and truth == 0) for truth, said in pairs]
    both = sum(a and b for a, b in zip(positive, yes))
    return 2 * both / (sum(positive) + sum(yes)) if sum(positive) + sum(yes) else 0.0


class Run:
    """One job, what the judge heard meanwhile, and the scores that it wrote."""

    def __init__(self, kernel, judge, index, manner, latents, **others):
        judge.take()
        self.manner = manner
        params = {
            "index": index, "sae": "sae", "scorers": KINDS, "judge": judge.endpoint(manner), "pool": 1000, "tries": 1,
            "features": {"latents": latents}, "questions": QUESTIONS, "concurrency": 8, "seed": 4} | others
        self.result = kernel.job("explanation/score", **params)
        self.heard = judge.take()
        self.rows, self.waiting = scores(index, manner)


def scores(index, manner):
    """By kind and latent: value, baseline, count, details; one each. How many answers are kept besides."""
    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT latent, kind, value, baseline, count, details FROM score JOIN explanation"
            " ON explanation.id = score.explanation WHERE kind IN ('consistency', 'detection', 'fuzz')"
            " UNION ALL SELECT latent, kind, value, baseline, count, details FROM latentScore WHERE kind = 'intruder'"
        ).fetchall()
        left = database.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'judgement'").fetchone()[0]
        waiting = database.execute("SELECT count(*) FROM judgement").fetchone()[0] if left else 0
    found = {}
    for latent, kind, value, baseline, count, details in rows:
        details = json.loads(details)
        if details.get("settings", {}).get("judge") != manner:
            continue
        assert (kind, latent) not in found, f"latent {latent} has two scores of {kind} by {manner}"
        found[kind, latent] = (value, baseline, count, details)
    return found, waiting


def check_values(run, truth):
    """The scores are what the answers make."""
    names = {"value": ([], []), "f1": ([], []), "counts": ([], []), "unreadable": ([], [])}

    def add(name, found, expected):
        names[name][0].append(found)
        names[name][1].append(expected)

    by = {}
    for each in run.heard:
        by.setdefault((each["kind"], each["latent"]), []).append(each)
    for (kind, latent), (value, baseline, count, details) in run.rows.items():
        if kind == "intruder":
            continue
        heard = by[kind, latent]
        pairs = [(each["right"], each["said"]) for each in heard]
        if kind == "consistency":
            own = [each for each in heard if all(truth.fits(latent, *shown) for shown in each["shown"])]
            other = [each for each in heard if each not in own]
            add("value", value, float(own[0]["said"] == 1))
            add("counts", count, len(own[0]["shown"]))
            if other and other[0]["said"] is not None:
                add("value", baseline, float(other[0]["said"] == 1))
            continue
        add("value", value, balanced_accuracy(pairs))
        add("value", baseline, 0.5)
        add("f1", details["f1"], f1(pairs))
        add("counts", count, len(pairs))
        add("unreadable", details["unreadable"], sum(said is None for _, said in pairs))
        for name, wanted, is_right in (
            ("truePositives", 1, True), ("falseNegatives", 1, False), ("trueNegatives", 0, True), ("falsePositives", 0, False)):
            add("counts", details[name], sum(truth_ == wanted and (truth_ == said) == is_right for truth_, said in pairs))
    intruders = [row for key, row in run.rows.items() if key[0] == "intruder"]
    heard = [each for each in run.heard if each["kind"] == "intruder"]
    if intruders and all(each["said"] is not None for each in heard):
        # No description says which latent a round is about: all together.
        add("value", sum(row[0] * row[2] for row in intruders), sum(each["said"] == each["right"] for each in heard))
        add("counts", sum(row[2] for row in intruders), len(heard))
        for row in intruders:
            add("value", row[1], 0.2)
    for name, (found, expected) in names.items():
        if found:
            expect(f"{run.manner}: {name}", found, expected, 1e-12)


def check_draws(run, truth, seen):
    """What a judge is shown is what the measures say."""
    fresh = lit = 0
    for each in run.heard:
        shown, latent = each["shown"], each["latent"]
        if each["kind"] == "consistency":
            best = list(exemplars(truth.database, truth.pictures, latent, 5))
            own = truth.answer("consistency", latent, shown)
            other = run.rows["consistency", latent][3]["other"]
            if not own:
                best = list(exemplars(truth.database, truth.pictures, other, 5))
            holds_quietly("the best pictures, in order", [name for name, _ in shown] == best, latent)
        elif each["kind"] == "intruder":
            names = [name for name, _ in shown]
            counts = {sum(cell is not False for cell in cells) for _, cells in shown}
            dark = any(cell is None for _, cells in shown for cell in cells)
            holds_quietly("an intruder's round has five pictures", len(set(names)) == 5)
            others = [sum(cell is True for cell in cells) for place, (_, cells) in enumerate(shown, 1) if place != each["right"]]
            intruder = sum(cell is True for cell in shown[each["right"] - 1][1])
            holds_quietly("an intruder is lit as much as one of the others", dark or intruder in others, (intruder, others, counts))
    for latent in seen:
        active = {name for name in truth.maps[latent]}
        for kind in ("detection", "fuzz"):
            heard = [each for each in run.heard if (each["kind"], each["latent"]) == (kind, latent)]
            rights = [each["right"] for each in heard]
            holds_quietly(f"{kind}: halves", rights.count(0) == rights.count(1) > 0, (latent, rights))
            if kind == "fuzz":
                pairs = {}
                for each in heard:
                    name, cells = each["shown"][0]
                    pairs.setdefault(name, {})[each["right"]] = cells
                for name, pair in pairs.items():
                    same = sum(a is True and b is True for a, b in zip(pair[0], pair[1]))
                    holds_quietly("fuzz: no cell is lit both times", same == 0, (latent, name))
                    if None not in pair[0]:
                        lit += 1
                        holds_quietly("fuzz: as many cells", pair[0].count(True) == pair[1].count(True), (latent, name))
            else:
                names = {each["shown"][0][0] for each in heard if each["right"] == 1}
                if len(active - seen[latent]) >= QUESTIONS // 2:
                    fresh += 1
                    holds_quietly("detection: pictures that the explainer did not see", not names & seen[latent], (latent, names))
    holds("draws that show unseen pictures, and pairs of equal size, were looked at", fresh > 5 and lit > 20, (fresh, lit))


def holds_quietly(what, condition, detail=""):
    if not condition:
        failures.append(f"{what} {detail}")


def mean(run, kind):
    values = [row[0] for key, row in run.rows.items() if key[0] == kind]
    counts = [row[2] for key, row in run.rows.items() if key[0] == kind]
    return numpy.mean(values), sum(counts)


def check_manners(kernel, judge, index, latents, truth, seen):
    expected = {(kind, latent) for kind in KINDS for latent in latents}
    told = Run(kernel, judge, index, "truth", latents)
    holds("every latent has every score", set(told.rows) == expected, len(told.rows))
    holds("no answers are kept beside their scores", told.waiting == 0, told.waiting)
    check_values(told, truth)
    check_draws(told, truth, seen)
    expect("truth: all values", [row[0] for row in told.rows.values()], 1, 1e-12)
    others = [row[1] for key, row in told.rows.items() if key[0] == "consistency"]
    expect("truth: consistency by chance", others, 0, 1e-12)

    lied = Run(kernel, judge, index, "lie", latents)
    check_values(lied, truth)
    expect("lie: all values", [row[0] for row in lied.rows.values()], 0, 1e-12)

    guessed = Run(kernel, judge, index, "guess", latents)
    check_values(guessed, truth)
    for kind, chance in (("detection", 0.5), ("fuzz", 0.5), ("intruder", 0.2)):
        found, count = mean(guessed, kind)
        error = (chance * (1 - chance) / count) ** 0.5
        holds(f"guess: {kind} is chance", abs(found - chance) < 4.5 * error, f"{found:.3f} of {count}, ± {error:.3f}")

    erred = Run(kernel, judge, index, "err", latents)
    check_values(erred, truth)
    shuffled = [row[3]["shuffled"] for key, row in erred.rows.items() if key[0] in ("detection", "fuzz")]
    deviations = [row[3]["shuffledDeviation"] / 10 for key, row in erred.rows.items() if key[0] in ("detection", "fuzz")]
    holds("err: beside shuffled truths the same answers are chance",
          all(abs(a - 0.5) < 4.5 * max(b, 0.005) for a, b in zip(shuffled, deviations)), f"{numpy.mean(shuffled):.3f}")

    talked = Run(kernel, judge, index, "talk", latents)
    check_values(talked, truth)
    unreadable = sum(each["said"] is None for each in talked.heard)
    holds("talk: some answers cannot be read", 0.2 * len(talked.heard) < unreadable < 0.4 * len(talked.heard), unreadable)
    missing = expected - set(talked.rows)
    silent = {each["latent"] for each in talked.heard if each["kind"] == "consistency" and each["said"] is None and each["right"] == 1}
    holds("talk: consistency is scored where the answer can be read",
          {latent for kind, latent in missing if kind == "consistency"} == silent, missing)

    prose = Run(kernel, judge, index, "prose", latents)
    holds("prose: nothing is scored", not prose.rows and prose.waiting == 0, prose.rows)
    holds("prose: every latent is counted as failed", prose.result["failed"] == LATENTS and prose.result["scored"] == 0, prose.result)

    again = Run(kernel, judge, index, "truth", latents)
    holds("what is known is not asked again", not again.heard and again.result["known"] == len(expected), len(again.heard))
    holds("the means are the same", again.result["means"] == told.result["means"])
    return told


def same(rows, others):
    """Equal but for the judge's name."""
    def plain(found):
        return {
            key: (*row[:3], {name: value for name, value in row[3].items() if name != "settings"})
            for key, row in found.items()}
    return plain(rows) == plain(others)


def check_kills(command, judge, index, latents, told, jobs):
    """Kernels that are killed while a slow judge is asked, and a judge that dies meanwhile."""
    draw = random.Random(SEED)
    judge.take()
    judge.wait, judge.most = 0.03, 0
    params = {
        "index": index, "sae": "sae", "scorers": KINDS, "judge": judge.endpoint("slow"), "pool": 1000, "tries": 1,
        "features": {"latents": latents}, "questions": QUESTIONS, "concurrency": 8, "seed": 4}
    kills, job, state = 0, None, None
    while state != "completed":
        with Kernel(command + ["--jobs", jobs]) as kernel:
            load(kernel)
            if job is None:
                job = kernel.ask("explanation/score", **params)["job"]
            else:
                kernel.ask("job/resume", job=job)
            if kills == 6:
                state = kernel.ask("job/wait", job=job, timeoutMs=180_000)["state"]
                continue
            end = time.monotonic() + draw.uniform(0.3, 2.5)
            heard = len(judge.heard)
            while time.monotonic() < end or len(judge.heard) == heard:
                state = kernel.ask("job/get", job=job)["state"]
                if state == "completed":
                    break
                time.sleep(0.02)
            if state != "completed":
                kernel.process.kill()
                kernel.process.wait()
                kills += 1
    heard = judge.take()
    needed = len(told.heard)
    print(f"seed {SEED}: {kills} kills, {len(heard)} questions asked, {needed} needed")
    holds("a kernel that is killed asks no more than so many questions again", needed <= len(heard) <= needed + LOST * kills)
    holds("its scores are the unbroken run's", same(scores(index, "slow")[0], told.rows) and kills > 1)
    holds("no more questions are under way than were allowed", 1 < judge.most <= 8, judge.most)
    judge.wait = 0.0

    with Kernel(command + ["--jobs", jobs]) as kernel:
        load(kernel)
        judge.is_dead = True
        job = kernel.ask("explanation/score", **params | {"judge": judge.endpoint("truth-2")})["job"]
        paused = kernel.ask("job/wait", job=job, timeoutMs=180_000)
        holds("a judge that is away pauses the job", paused["state"] == "paused" and "the judge gives no answers" in paused["message"], paused)
        judge.is_dead = False
        kernel.ask("job/resume", job=job)
        time.sleep(0.3)
        judge.is_dead = True
        kernel.ask("job/wait", job=job, timeoutMs=180_000)
        judge.is_dead = False
        if kernel.ask("job/get", job=job)["state"] == "paused":
            kernel.ask("job/resume", job=job)
        done = kernel.ask("job/wait", job=job, timeoutMs=180_000)
        holds("the job goes on when it is back", done["state"] == "completed" and same(scores(index, "truth-2")[0], told.rows), done["state"])

        judge.take()
        cancelled = kernel.ask("explanation/score", **params | {"judge": judge.endpoint("truth-3")})["job"]
        # Answers are kept 64 at a time: with twice as many something is.
        end = time.monotonic() + 120
        while len(judge.heard) < 2 * LOST and time.monotonic() < end:
            time.sleep(0.01)
        kernel.ask("job/cancel", job=cancelled)
        ended = kernel.ask("job/wait", job=cancelled, timeoutMs=60_000)
        state = ended["state"]
        some = scores(index, "truth-3")[0]
        holds("a cancelled job keeps what it has", state in ("cancelled", "completed") and len(some) <= len(told.rows), (ended, len(some)))
        judge.take()
        kernel.job("explanation/score", **params | {"judge": judge.endpoint("truth-3")})
        holds("the next job asks the rest", len(judge.take()) < needed and same(scores(index, "truth-3")[0], told.rows))

        judge.take()
        judge.is_broken = True
        broken = kernel.ask("explanation/score", **params | {"judge": judge.endpoint("truth-4"), "scorers": ["detection"]})["job"]
        end = time.monotonic() + 120
        while len(judge.heard) < LOST and time.monotonic() < end:
            time.sleep(0.01)
        kernel.ask("job/cancel", job=broken)
        kernel.ask("job/wait", job=broken, timeoutMs=60_000)
        judge.is_broken = False
        kernel.job("explanation/score", **params | {"judge": judge.endpoint("truth-4"), "scorers": ["detection"]})
        mended = {key: row[0] for key, row in scores(index, "truth-4")[0].items()}
        holds("a judge that is mended is asked again what it answered with words", mended == {("detection", latent): 1 for latent in latents}, mended)

        states = []
        for moment in range(12):
            stopped = kernel.ask("explanation/score", **params | {"judge": judge.endpoint(f"slow-{moment}")})["job"]
            time.sleep(0.02 * moment)
            kernel.ask("job/cancel", job=stopped)
            states.append(kernel.ask("job/wait", job=stopped, timeoutMs=60_000)["state"])
        holds("a job is cancelled at whatever moment", set(states) == {"cancelled"}, states)

        resident = kernel.job("explanation/score", **params | {
            "judge": {"resident": {}}, "scorers": ["detection", "fuzz"], "features": {"latents": latents[:2]}, "questions": 4})
        holds("the resident model can be asked", resident["scored"] + resident["failed"] == 2, resident)


def load(kernel):
    kernel.ask("model/load", path=str(WORLD / "model"), precision="float32")
    kernel.ask("sae/load", path=str(WORLD / "sae"), name="sae")


def chosen(kernel, index):
    """Latents that are active on some pictures and not on others, a fixed number of them."""
    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as database:
        frequent = [row[0] for row in database.execute(
            "SELECT latent FROM statistics WHERE view = ? AND items BETWEEN 10 AND 45 ORDER BY positions DESC LIMIT 60", (VIEW,))]
        options = json.loads(database.execute("SELECT value FROM fact WHERE name = 'options'").fetchone()[0])
    truth = Truth(kernel, index, frequent, options["template"])
    # Enough pictures of either kind, and enough of them with room for as many other cells.
    usable = [
        latent for latent in frequent if 8 <= len(truth.maps[latent]) <= 50
        and sum(2 * lit.sum() <= lit.size for lit in truth.maps[latent].values()) >= QUESTIONS // 2]
    # A round of intruders says of no latent that it is its own: the maps tell which. All stay known.
    return truth, usable[:LATENTS]


def main():
    with tempfile.TemporaryDirectory() as folder:
        index = f"{folder}/features.index"
        shutil.copyfile(WORLD / "index/features.index", index)
        os.chmod(index, 0o600)
        command = [os.path.abspath(sys.argv[1]), "serve"]
        with Kernel(command + ["--jobs", ""]) as kernel:
            load(kernel)
            truth, latents = chosen(kernel, index)
            holds("there are latents to judge", len(latents) == LATENTS, len(latents))
            seen = {}
            for latent in latents:
                best = exemplars(truth.database, truth.pictures, latent, 3)
                items = [item for item, name in truth.pictures.of_item.items() if name in best]
                digests = [row[0].hex() for row in truth.database.execute(
                    f"SELECT digest FROM item WHERE number IN ({','.join(map(str, items))})")]
                seen[latent] = set(best)
                kernel.ask("explanation/put", index=index, latent=latent, text=f"latent {latent}", evidence=digests,
                           author={"kind": "human", "name": "a reader"})
            judge = Judge(truth)
            told = check_manners(kernel, judge, index, latents, truth, seen)
        check_kills(command, judge, index, latents, told, f"{folder}/jobs")
    for line in dict.fromkeys(failures):
        print(f"FAILED {line}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

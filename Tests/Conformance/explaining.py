"""Types the commands about explanations as a newcomer would, stops them, and reads what they leave in the index.

    python3 explaining.py PATH/TO/lucarne

On a copy of the index that ships. What tables of scores say is computed again from the index's rows; the explainer is
Tests/Conformance/chat_server.py. Python's standard library alone.
"""

import contextlib
import csv
import http.server
import json
import math
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

here = Path(__file__).resolve().parent
program = str(Path(sys.argv[1]).resolve())
world = here.parents[1] / "Sources/World/Resources"
failures = []


def check(name, passed, told=""):
    print(f"{'passed' if passed else 'FAILED'}  {name}")
    if not passed:
        failures.append(f"{name}: {str(told)[:1500]}")


def run(line, code=0):
    done = subprocess.run([program, *map(str, line)], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    check(f"lucarne {' '.join(map(str, line))[:110]}", done.returncode == code, f"ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


def rows(sql, *values, index="my.index"):
    # Left open it would go on reading a log that the program's next run takes away.
    with contextlib.closing(sqlite3.connect(folder / index)) as database:
        return database.execute(sql, values).fetchall()


def change(sql, *values, index="my.index"):
    database = sqlite3.connect(folder / index)
    with database:
        database.execute(sql, values)
    database.close()


# MARK: Weights and concepts


def weights():
    change("DELETE FROM tokenEffect")
    change("DELETE FROM neighbour")
    first = run(["annotate", "my.index", "--tokens", "3", "--neighbours", "2"])
    check("annotate tells what it did", "2,048 features annotated" in first.stdout, first.stdout)
    check("and kept it", rows("SELECT count(*) FROM neighbour") == [(2 * 2048,)] and rows("SELECT count(*) FROM tokenEffect") == [(6 * 2048,)],
          rows("SELECT count(*) FROM tokenEffect"))
    again = json.loads(run(["annotate", "my.index", "--json"]).stdout)
    check("what is there is not computed again", again["latents"] == 2048 and rows("SELECT count(*) FROM neighbour") == [(2 * 2048,)], again)


def concepts():
    change("DELETE FROM score")
    change("DELETE FROM explanation")
    found = run(["dissect", "my.index"]).stdout
    named = int(re.search(r"([\d,]+) features named", found)[1].replace(",", ""))
    check("dissect names features", named > 300 and rows("SELECT count(*) FROM explanation WHERE state = 'explained'") == [(named,)], found[:500])
    best = rows("SELECT latent FROM explanation WHERE text = 'park (scene)'")
    shown = re.search(r"park \(scene\) +#(\d+) ", found)
    check("and shows each concept's best", shown and (int(shown[1]),) in best, found[:500])
    again = json.loads(run(["dissect", "my.index", "--json"]).stdout)
    check("the same again adds nothing", again["namedLatents"] == named and rows("SELECT count(*) FROM explanation") == [(named,)], again["namedLatents"])


def phrases():
    before = rows("SELECT count(*) FROM explanation")[0][0]
    change("UPDATE explanation SET text = 'The images show the wheels of bicycles, often red ones.' WHERE id = (SELECT min(id) FROM explanation)")
    latent = rows("SELECT latent FROM explanation WHERE id = (SELECT min(id) FROM explanation)")[0][0]
    found = run(["refine", "my.index", "--latents", f"{latent},{rows(LABELLED)[0][0]}"])
    check("refine makes phrases by a rule", "2 refined" in found.stdout and "wheels of bicycles" in found.stdout, found.stdout)
    made = rows("SELECT phrase.text, phrase.concept, phrase.method, longer.text FROM explanation phrase JOIN explanation longer ON longer.id = phrase.refines "
                "ORDER BY phrase.text")
    check("beside the longer explanations, with their kinds", made == [("park", "scene", "refine:rule", "park (scene)"),
          ("wheels of bicycles", made[1][1], "refine:rule", "The images show the wheels of bicycles, often red ones.")], made)
    again = run(["refine", "my.index", "--rule", "--latents", f"{latent},{rows(LABELLED)[0][0]}"]).stdout
    check("what was refined is not refined again", "0 refined, 2 refined before" in again and rows("SELECT count(*) FROM explanation") == [(before + 2,)], again)


LABELLED = "SELECT latent FROM explanation WHERE text = 'park (scene)' ORDER BY latent LIMIT 1"


# MARK: Scores


class Judge(http.server.BaseHTTPRequestHandler):
    """Finds everything consistent."""

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": '{"consistent": true}'}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


def judge():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    latents = [latent for latent, in rows("SELECT DISTINCT latent FROM explanation WHERE text LIKE '%(object)' ORDER BY latent LIMIT 4")]
    found = json.loads(run(["score", "my.index", "--judge-endpoint", f"http://127.0.0.1:{server.server_port}/v1", "--judge-model", "kind",
                            "--scorer", "consistency", "--latents", ",".join(map(str, latents)), "--pool", "4", "--json"]).stdout)
    server.shutdown()
    check("a judge who agrees with everything agrees with other features, too",
          [(m["kind"], m["value"], m["baseline"], m["count"]) for m in found["means"]] == [("consistency", 1, 1, 4)], found)


def means(index="my.index"):
    """By measure the newest score of each latent's newest revision: value, by chance, details."""
    found = {}
    for kind, number, value, baseline, details in rows(
            "SELECT kind, explanation, value, baseline, details FROM score WHERE explanation IN "
            "(SELECT id FROM explanation WHERE (latent, revision) IN (SELECT latent, max(revision) FROM explanation GROUP BY latent)) ORDER BY id", index=index):
        found.setdefault(kind, {})[number] = (value, baseline, json.loads(details or "{}"))
    return {kind: list(scores.values()) for kind, scores in found.items()}


def scores():
    # Kinds of concepts, an explanation that names none, a feature that nobody can interpret, and one that failed.
    for latent, state, text in ((1, "explained", "xyzzy"), (3, "uninterpretable", ""), (5, "failed", "no connection")):
        change("INSERT INTO explanation (latent, revision, state, text, authorKind, authorName, method, evidence, created) "
               "VALUES (?, (SELECT 1 + coalesce(max(revision), 0) FROM explanation WHERE latent = ?), ?, ?, 'human', 'Ada', 'manual', '[]', 1)",
               latent, latent, state, text)
    change("UPDATE explanation SET concept = substr(text, instr(text, '(') + 1, length(text) - instr(text, '(') - 1) WHERE text LIKE '%(%)'")
    found = json.loads(run(["score", "my.index", "--seed", "7", "--trials", "4", "--json"]).stdout)
    kept = means()
    for mean in found["means"]:
        values = [value for value, _, _ in kept[mean["kind"]]]
        check(f"the mean of {mean['kind']} is that of the index's rows",
              mean["count"] == len(values) and math.isclose(mean["value"], sum(values) / len(values)), mean)
    check("every feature is in a row", sum(row["count"] for row in found["rows"]) == found["scored"] + found["uninterpretable"] + found["failed"] + found["unmatched"]
          and {row["concept"] for row in found["rows"]} >= {"scene", "object", "uninterpretable", "unmatched"}, found["rows"])
    told = run(["score", "my.index", "--seed", "7", "--trials", "4", "--scorer", "iou,auc"]).stdout
    check("the same again is not measured again", f"{2 * found['scored']} scores were there" in told.replace(",", ""), told)
    check("the table has kinds, chance and the whole", re.search(r"iou\n +features +scored +mean +by chance +mean of all\n  scene ", told)
          and re.search(r"\n  uninterpretable +\d+ +0 +– +– +0\.000\n", told) and re.search(r"\n  total ", told), told)
    few = json.loads(run(["score", "my.index", "--latents", "14,100-110", "--scorer", "iou", "--json"]).stdout)
    named = rows("SELECT count(DISTINCT latent) FROM explanation WHERE state = 'explained' AND (latent = 14 OR latent BETWEEN 100 AND 110)")
    check("a selection is scored alone", few["scored"] == named[0][0], (few["scored"], named))


def vision():
    """By the worker that answers from masks."""
    worker = f"python3 '{world}/workers/masks.py' --concepts '{world}/heldout/concepts.json'"
    found = json.loads(run(["score", "my.index", "--vision", worker, "--scorer", "clip", "--scorer", "iou", "--top", "frequency:8", "--pool", "6",
                            "--trials", "3", "--json"]).stdout)
    kinds = {mean["kind"]: mean for mean in found["means"]}
    check("a vision worker is asked for masks and vectors", set(kinds) == {"iou", "clip"} and kinds["clip"]["value"] > kinds["clip"]["baseline"], found)
    longer = f"python3 '{here}/vision_worker.py' '{folder}/log' longer-picture embed"
    told = run(["score", "my.index", "--vision", longer, "--scorer", "clip", "--top", "frequency:2", "--pool", "4"]).stderr
    wrong = "its vector has 3 numbers, expected 2, as the worker said when it started"
    kept = [json.loads(details) for (details,) in rows("SELECT details FROM score WHERE kind = 'clip' ORDER BY id DESC LIMIT 2")]
    check("pictures whose vector is of another length are left out, and that is told", told.count(f"clip: some pictures have no answer of the worker: 1, the last: {wrong}") == 2
          and f"1 of 4 random pictures have no vector and are left out, the last: {wrong}" in told
          and all(each["errors"] == 1 and len(each["scores"]) == 4 for each in kept), told)
    areas = json.loads(run(["score", "my.index", "--vision", "masks", "--scorer", "auc,clip", "--top", "frequency:8", "--pool", "6", "--json"]).stdout)
    check("what needs concepts takes those that ship beside a vision worker", {mean["kind"] for mean in areas["means"]} == {"auc", "clip"}, areas)
    alone = run(["score", "my.index", "--vision", worker, "--scorer", "monosemanticity", "--top", "frequency:8", "--pool", "6"]).stdout
    check("a measure without kinds has one row", re.search(r"monosemanticity\n +scored +mean +by chance\n  total +\d+ ", alone), alone)


def quiet():
    """Features of which no picture can be shown: each is told of, and of many the number."""
    shutil.copy(folder / "my.index", folder / "quiet.index")
    active = {latent for (latent,) in rows("SELECT latent FROM statistics WHERE view = 0 AND positions > 0")}
    silent = [latent for latent in range(2048) if latent not in active][:25]
    for latent in silent:
        change("INSERT INTO explanation (latent, revision, state, text, authorKind, authorName, method, evidence, created) "
               "VALUES (?, 99, 'explained', 'a zebra', 'human', 'Ada', 'manual', '[]', 1)", latent, index="quiet.index")
    told = run(["score", "quiet.index", "--vision", "masks", "--scorer", "clip", "--latents", ",".join(map(str, silent)), "--pool", "2"]).stderr
    lines = re.findall(r"feature #(\d+): active on no picture in the view base", told)
    check("features that cannot be shown are told of, the first of many", lines == [str(latent) for latent in silent[:20]]
          and "5 more features: active on no picture in the view base" in told, told)


def questions():
    """An index of pictures that were asked about has items that are questions, and show no picture."""
    for name, asking in (("asked", ["--question", "What is it?", "--question", "Is it red?"]), ("plain", [])):
        run(["index", "build", f"{name}.index", "--folder", world / "heldout", "--limit", "12", "--no-annotate", "--template", "model", *asking])
        change("INSERT INTO explanation (latent, revision, state, text, authorKind, authorName, method, evidence, created) SELECT latent, 1, "
               "'explained', 'a tree', 'human', 'Ada', 'manual', '[]', 1 FROM statistics WHERE view = 0 AND items BETWEEN 4 AND 8 LIMIT 6", index=f"{name}.index")
        run(["score", f"{name}.index", "--vision", "masks", "--scorer", "iou,clip,monosemanticity", "--pool", "1000", "--trials", "400"])
    pairs = "SELECT latent, value FROM latentScore WHERE kind = 'monosemanticity' ORDER BY latent"
    asked, plain = (rows(pairs, index=f"{name}.index") for name in ("asked", "plain"))
    check("pictures that were asked about are as much of one piece as those that were not", len(plain) > 20 and [latent for latent, _ in asked] == [latent for latent, _ in plain]
          and all(math.isclose(a, b, abs_tol=1e-4) for (_, a), (_, b) in zip(asked, plain)), list(zip(asked, plain))[:20])
    chance = "SELECT avg(baseline), count(*) FROM score WHERE kind = 'iou'"
    (asked, count), (plain, others) = rows(chance, index="asked.index")[0], rows(chance, index="plain.index")[0]
    check("and as much by chance", count == others > 3 and math.isclose(asked, plain, rel_tol=0.1), (asked, plain, count))


def report():
    run(["report", "scores", "my.index", "--output", "tables"])
    values = json.loads((folder / "tables/scores.json").read_text())
    table = list(csv.DictReader((folder / "tables/scores.csv").open(newline="")))
    kept, everyone = means(), rows("SELECT count(DISTINCT latent) FROM explanation")[0][0]
    tables = {table["measure"]: table for table in values["indexes"][0]["tables"]}
    check("the report has every measure", set(tables) == set(kept) | {"monosemanticity"}, set(tables))
    for kind, scores in kept.items():
        total = tables[kind]["total"]
        numbers, chances = [s[0] for s in scores], [s[1] for s in scores if s[1] is not None]
        mean = sum(numbers) / len(numbers)
        spreads = [s[2].get("baselineDeviation") for s in scores]
        expected = {
            "latents": everyone, "scored": len(numbers), "mean": mean,
            "deviation": math.sqrt(sum((n - mean) ** 2 for n in numbers) / len(numbers)),
            "chance": sum(chances) / len(chances), "meanOfAll": sum(numbers) / everyone,
            "chanceDeviation": None if None in spreads else math.sqrt(sum(s * s for s in spreads)) / len(spreads),
        }
        check(f"the total of {kind} is that of the index's rows",
              all(total[n] is None if e is None else math.isclose(total[n], e, rel_tol=1e-9, abs_tol=1e-12) for n, e in expected.items()), (total, expected))
        line = next(row for row in table if row["measure"] == kind and row["concept"] == "total")
        check(f"the CSV says the same of {kind}", float(line["mean"]) == total["mean"] and int(line["latents"]) == everyone, line)
        names = [row["concept"] for row in tables[kind]["rows"]]
        check(f"the rows of {kind} sum up", names[:2] == ["scene", "object"] and {"uninterpretable", "failed"} <= set(names)
              and sum(row["latents"] for row in tables[kind]["rows"]) == everyone, names)
    page = (folder / "tables/scores.html").read_text()
    check("the page has every measure and runs nothing", all(title in page for title in ("IoU", "AUC", "CLIP score", "Monosemanticity"))
          and "<script" not in page)
    # Layers, in the order of depth, whatever order they are named in.
    for site in ("resid_post.25", "resid_post.8"):
        shutil.copy(folder / "my.index", folder / f"{site}.index")
        change("UPDATE fact SET value = replace(value, 'resid_post.3', ?) WHERE name = 'identity'", site, index=f"{site}.index")
    run(["report", "scores", "resid_post.25.index", "my.index", "resid_post.8.index", "--output", "layers.json"])
    layers = [index["layer"] for index in json.loads((folder / "layers.json").read_text())["indexes"]]
    check("several indexes stand in the order of their layers", layers == [3, 8, 25], layers)
    run(["report", "scores", "my.index", "--output", "one", "--format", "csv"])
    over = run(["report", "scores", "my.index", "--output", "resid_post.8.index", "--format", "csv"], code=1).stderr
    check("an index is not written over", "resid_post.8.index cannot be written: it is an SQLite database" in over
          and rows("SELECT count(*) FROM item", index="resid_post.8.index") == [(510,)], over)
    check("one file is written where one is asked for", (folder / "one").read_text().startswith("index,site,layer,"))


# MARK: A model that explains


def explain(port):
    def address(manner):
        return ["--endpoint", f"http://127.0.0.1:{port}/{manner}/v1", "--endpoint-model", manner, "--answer", "text"]

    found = run(["explain", "my.index", *address("normal"), "--top", "frequency:6"]).stdout
    check("explain tells and shows what it was told", "6 explained" in found and found.count("a red bus") == 6, found)
    again = run(["explain", "my.index", *address("normal"), "--top", "frequency:7"]).stdout
    check("what was explained is not asked again", "1 explained, 6 explained before" in again, again)
    nothing = run(["explain", "my.index", *address("normal"), "--top", "frequency:7"]).stdout
    check("and where nothing is left to ask, it is told how", "--again explains them anew" in nothing and "--again" not in again, nothing)
    worse = run(["explain", "my.index", *address("html"), "--latents", "14", "--tries", "1"], code=1)
    check("what failed is told, with an exit code", "1 failed" in worse.stdout and "latent 14" in worse.stderr, worse.stdout + worse.stderr)
    check("and hides no explanation", rows("SELECT count(*) FROM label WHERE rowid = 14 AND text = 'a red bus'") == [(1,)])
    away = run(["explain", "my.index", *address("html"), "--top", "frequency:40", "--tries", "1"], code=1)
    check("an explainer that is away ends it", "the explainer gives no answers" in away.stderr, away.stderr)
    stopped = subprocess.Popen([program, "explain", "my.index", *address("slow"), "--top", "frequency:60", "--concurrency", "2"], cwd=folder,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    slow = "SELECT count(*) FROM explanation WHERE authorName = 'slow' AND state = 'explained'"
    for _ in range(600):
        if rows(slow)[0][0] >= 2:
            break
        time.sleep(0.1)
    stopped.send_signal(signal.SIGINT)
    _, told = stopped.communicate(timeout=60)
    kept = rows(slow)[0][0]
    check("Ctrl-C keeps what is done", stopped.returncode == 130 and 0 < kept < 60 and "run the same command again to resume" in told, (stopped.returncode, kept, told))
    rest = run(["explain", "my.index", *address("slow"), "--top", "frequency:60", "--concurrency", "32"]).stdout
    check("and the same command does the rest", f"{60 - kept} explained, {kept} explained before" in rest, rest)
    own = run(["explain", "my.index", "--resident", "--top", "max:2"]).stdout
    check("the model explains itself", "2 explained" in own, own)


with tempfile.TemporaryDirectory(prefix="lucarne-explaining-") as name:
    folder = Path(name)
    copied = run(["index", "copy", "my.index"])
    check("a copy of the index that ships is made", "510 items" in copied.stdout and run(["index", "check", "my.index"]).stdout.startswith("items: 510"), copied.stdout)
    weights()
    concepts()
    phrases()
    scores()
    vision()
    quiet()
    questions()
    judge()
    report()
    server = subprocess.Popen([sys.executable, here / "chat_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        explain(int(server.stdout.readline()))
    finally:
        server.stdin.close()
        server.wait(timeout=10)
    run(["index", "check", "my.index"])
    left = sorted(path.name for path in folder.iterdir() if path.suffix in (".new", ".copying"))
    check("nothing half made is left", not left, left)

print("all passed" if not failures else "\n".join(f"FAILED {line}" for line in failures))
sys.exit(1 if failures else 0)

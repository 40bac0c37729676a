"""Holds rating sheets to what they promise: blind, self-contained, resumed, saved, read back, refused.

    python3 rating.py PATH/TO/lucarne [FOLDER FOR SCREENSHOTS]

Needs node, which runs the page's script with a document of its own, and, where Chromium is installed, that. What
`lucarne rate --read` tells is computed again from the files. Ends with 77 where node is not installed.
"""

import base64
import hashlib
import http.server
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import browser

here = Path(__file__).resolve().parent
program = str(Path(sys.argv[1]).resolve())
failures = []


def check(name, passed, told=""):
    print(f"{'passed' if passed else 'FAILED'}  {name}")
    if not passed:
        failures.append(f"{name}: {str(told)[:1500]}")


def run(*words, code=0):
    done = subprocess.run([program, *map(str, words)], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if code is not None and done.returncode != code:
        raise SystemExit(f"{' '.join(map(str, words))} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


# MARK: The sheet


def data(sheet):
    return json.loads(re.search(r'<script type="application/json" id="sheet">(.*?)</script>', sheet, re.S)[1])


def look_at(path, key):
    sheet = path.read_text(encoding="utf-8")
    items = data(sheet)["items"]
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', sheet)[1]
    script, style = re.search(r"<script>(.*)</script>", sheet, re.S)[1], re.search(r"<style>(.*?)</style>", sheet, re.S)[1]

    def source(text):
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    check("the policy allows one script and one style, and no place to load from",
          policy == f"default-src 'none'; img-src data:; style-src {source(style)}; script-src {source(script)}; base-uri 'none'; form-action 'none'",
          policy)
    check("no address stands in the page, no handler and no style in its markup",
          not re.search(r"https?:|//[a-z]|\son[a-z]+=|\sstyle=|url\(", re.sub(r'"pictures":\[[^]]*\]', "", sheet)))
    check("an item says its id, its text and its pictures, and nothing else",
          all(set(item) == {"id", "text", "pictures", "excerpts"} for item in items))
    check("the key has the items of the page, in its order", [i["id"] for i in items] == [i["item"] for i in key["items"]]
          and [i["text"] for i in items] == [i["text"] for i in key["items"]])
    latents = [item["latent"] for item in key["items"]]
    check("the order is not that of the latents", latents != sorted(latents) and latents != sorted(latents, reverse=True))
    flags = [item["decoy"] for item in key["items"]]
    check("a third of the items are decoys, and not side by side", sum(flags) == round(len(flags) / 3)
          and flags != sorted(flags) and flags != sorted(flags, reverse=True), flags)
    check("no latent is asked about twice", len(set(latents)) == len(latents))
    own = explanations()
    check("an item shows its latent's own explanation, a decoy another's",
          all((own[item["latent"]][1] == item["text"]) != item["decoy"] for item in key["items"])
          and all(item["text"] == texts()[item["explanation"]] for item in key["items"]))
    pictures = [p for item in items for p in item["pictures"]]
    check("pictures are PNG without words in them", pictures and all(chunks(base64.b64decode(p)) <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"} for p in pictures))
    return items


def chunks(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, found = 8, set()
    while place < len(png):
        found.add(png[place + 4:place + 8])
        place += 12 + int.from_bytes(png[place:place + 4], "big")
    return found


def rows(sql, *values):
    with sqlite3.connect(folder / "my.index") as database:
        return database.execute(sql, values).fetchall()


def explanations():
    """By latent, the newest: its id and text."""
    return {latent: (number, text) for latent, number, text in
            rows("SELECT latent, id, text FROM explanation WHERE state = 'explained' ORDER BY revision")}


def texts():
    return dict(rows("SELECT id, text FROM explanation"))


class Recorder(http.server.BaseHTTPRequestHandler):
    """An explainer that keeps the pictures it is shown."""

    shown = []

    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Recorder.shown.append({part["image_url"]["url"].split(",", 1)[1] for message in asked["messages"]
                               if isinstance(message["content"], list)
                               for part in message["content"] if part["type"] == "image_url"})
        answer = json.dumps({"choices": [{"index": 0, "finish_reason": "stop", "message": {
            "role": "assistant", "content": json.dumps({"interpretable": False, "explanation": ""})}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


def shown_to_an_explainer(latents):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shutil.copy(folder / "my.index", folder / "other.index")
    run("explain", "other.index", "--endpoint", f"http://127.0.0.1:{server.server_port}/v1", "--endpoint-model", "recorder",
        "--latents", ",".join(map(str, latents)))
    server.shutdown()
    return Recorder.shown


# MARK: Raters


def act(path, actions):
    done = subprocess.run(["node", here / "rating_page.mjs", path], input=json.dumps(actions), capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


KEYS = {"yes": ["1", "y", "Y"], "no": ["2", "n", "N"], "unclear": ["3", "u", "U"]}


def by_node(path, key, truth):
    """Fills the sheet as the truth has it, changing its mind once and leaving the page once."""
    count = len(key["items"])
    wanted = [truth[item["item"]] for item in key["items"]]
    actions = [{"name": " Ada  Lovelace "}]
    for place, answer in enumerate(wanted):
        if place == 2:
            # The wrong answer first, then back.
            wrong = next(other for other in KEYS if other != answer)
            actions += [{"key": KEYS[wrong][0]}, {"key": "ArrowLeft"}, {"click": answer}]
        elif place == 4:
            actions += [{"key": "y", "with": {"ctrlKey": True}}, {"key": "x"}, {"reload": True}, {"name": "Ada Lovelace"},
                        {"key": KEYS[answer][1]}]
        elif place == 5:
            actions += [{"key": "ArrowRight"}]
        else:
            actions += [{"key": KEYS[answer][place % 3]}]
    actions += [{"click": "save"}, {"click": "again"}, {"key": KEYS[wanted[5]][0]}]
    actions += [{"key": "ArrowRight"}] * (count - 6) + [{"click": "save"}]
    found = act(path, actions)
    seen, files = found["seen"], found["files"]
    check("the page begins with a name, and asks the first question", seen[0]["section"] == "ask" and seen[0]["place"] == f"1 of {count}", seen[0])
    check("a question shows its pictures and its text", seen[0]["text"] == key["items"][0]["text"] and seen[0]["examples"] == 5, seen[0])
    back = seen[4]
    check("going back shows what was answered", back["place"] == f"3 of {count}" and back["pressed"] != "", back)
    reloaded = next(s for s in seen if s["section"] == "start")
    check("a page that was left says what it kept", "Ada Lovelace has answered 4 of" in reloaded["resumed"] and reloaded["rater"] == "Ada Lovelace", reloaded)
    end = next(s for s in seen if s["section"] == "end")
    check("the end tells what is open", end["done"] == f"{count - 1} of {count} questions answered", end)
    check("what is saved first lacks the open question", len(json.loads(files[0]["text"])["answers"]) == count - 1)
    saved = json.loads(files[1]["text"])
    check("what is saved has all answers, by ids alone",
          saved["answers"] == [{"item": item["item"], "answer": truth[item["item"]]} for item in key["items"]]
          and set(saved) == {"form", "version", "sheet", "rater", "answers"} and saved["rater"] == "Ada Lovelace", saved)
    check("the file is called for the rater", files[1]["name"] == "answers-Ada-Lovelace.json", files[1]["name"])
    forgetful = act(path, [{"forget": True}, {"name": "Bo"}, {"key": "1"}, {"click": "stop"}, {"click": "save"}])
    check("a browser that keeps nothing is told of, and saves all the same", "keeps nothing" in forgetful["seen"][2]["kept"]
          and len(json.loads(forgetful["files"][0]["text"])["answers"]) == 1, forgetful)
    shared = act(path, [{"name": "Ada"}, {"key": "1"}, {"key": "2"}, {"reload": True}, {"name": "Bo"}, {"click": "stop"}, {"reload": True},
                        {"name": "Ada"}])["seen"]
    check("who shares a computer begins anew, and finds his own answers again", shared[4]["place"] == f"1 of {count}"
          and shared[5]["done"].startswith("0 of") and shared[7]["place"] == f"3 of {count}", shared)
    nameless = act(path, [{"name": "  "}])
    check("without a name nothing begins", nameless["seen"][0]["section"] == "start")
    (folder / "ada.json").write_text(files[1]["text"])


def by_browser(path, key, truth, pictures):
    """The same sheet in Chromium, by its keyboard."""
    page = browser.Browser()
    try:
        page.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        page.open(path)
        snap = (lambda name: [page.picture(pictures / f"{name}-{w}.png", w, 900) for w in (480, 1280)]) if pictures else lambda name: None
        snap("start")
        page.value("document.getElementById('rater').focus()")
        page.type("Grace")
        page.press("Enter")
        page.until("!document.getElementById('ask').hidden")
        page.until("[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
        snap("ask")
        for place, item in enumerate(key["items"]):
            if place == 3:
                page.open(path)
                page.until("document.getElementById('resumed').textContent.startsWith('Grace has answered 3 of')")
                snap("resumed")
                page.value("document.getElementById('rater').focus()")
                page.press("Enter")
                page.until(f"document.getElementById('place').textContent.startsWith('4 of')")
            page.press(KEYS[truth[item["item"]]][place % 2])
        page.until("!document.getElementById('end').hidden")
        page.value("document.getElementById('save').click()")
        saved = folder / "answers-Grace.json"
        for _ in range(200):
            if saved.exists() and saved.stat().st_size:
                break
            page.value("new Promise((resolve) => setTimeout(resolve, 50))")
            threading.Event().wait(0.05)
        snap("end")
        answers = {a["item"]: a["answer"] for a in json.loads(saved.read_text())["answers"]}
        check("in a browser: filled by the keyboard, left, resumed and saved", answers == truth, answers)
        check("in a browser: nothing is complained of, and nothing loaded", not page.complaints(), page.complaints())
    finally:
        page.close()


def answers(key, rater, truth):
    path = folder / f"{rater}.json"
    path.write_text(json.dumps({"form": "lucarne rating answers", "version": 1, "sheet": key["sheet"], "rater": rater,
                                "answers": [{"item": item, "answer": answer} for item, answer in truth.items()]}))
    return path


# MARK: Reading back


def kappa(pairs):
    """Cohen's, from the definition; None where it is not defined."""
    count = len(pairs)
    observed = sum(a == b for a, b in pairs) / count
    chance = sum(sum(a == x for a, _ in pairs) / count * (sum(b == x for _, b in pairs) / count) for x in {x for p in pairs for x in p})
    return None if chance == 1 else (observed - chance) / (1 - chance)


def read_back(key, raters):
    own = [item for item in key["items"] if not item["decoy"]]
    decoys = [item["item"] for item in key["items"] if item["decoy"]]
    # A judge who accepts what is no multiple of three.
    for place, item in enumerate(own):
        database = sqlite3.connect(folder / "my.index")
        with database:
            database.execute("INSERT INTO score (explanation, kind, value, baseline, count, details, created) VALUES (?, 'consistency', ?, 0, 5, '{}', 1)",
                             (item["explanation"], int(place % 3 > 0)))
        database.close()
    files = [answers(key, name, truth) for name, truth in raters.items()]
    told = json.loads(run("rate", "my.index", "--read", *files, "--key", "sheet.key.json", "--json").stdout)
    text = run("rate", "my.index", "--read", *files, "--key", "sheet.key.json").stdout
    said = [a[i] for a in raters.values() for i in decoys if i in a]
    share = said.count("yes") / len(said)
    check("decoys accepted: the share of yes", told["decoys"] == {"answers": len(said), "yes": said.count("yes"), "share": share}, told["decoys"])
    all_own = [a[i["item"]] for a in raters.values() for i in own if i["item"] in a]
    check("own explanations accepted", told["own"]["share"] == all_own.count("yes") / len(all_own) and told["own"]["answers"] == len(all_own), told["own"])
    check("by kind, all explanations are there", sum(kind["explanations"] for kind in told["kinds"]) == len(own)
          and sum(kind["yes"] for kind in told["kinds"]) == all_own.count("yes"), told["kinds"])
    names = sorted(raters)
    expected = {}
    for place, one in enumerate(names):
        for other in names[place + 1:]:
            pairs = [(raters[one][i], raters[other][i]) for i in raters[one] if i in raters[other]]
            expected[one, other] = (kappa(pairs), len(pairs))
        pairs = [(raters[one][i["item"]] == "yes", place % 3 > 0) for place, i in enumerate(own) if i["item"] in raters[one]]
        expected[one, None] = (kappa(pairs), len(pairs))
    found = {(pair["first"], pair["second"]): (pair["kappa"], pair["questions"]) for pair in told["agreement"]}

    def same(one, other):
        return one[1] == other[1] and (one[0] is None) == (other[0] is None) and (one[0] is None or abs(one[0] - other[0]) < 1e-12)

    check("Cohen's kappa between raters and with the judge", set(found) == set(expected) and all(same(found[k], expected[k]) for k in found), (found, expected))
    kept = rows("SELECT explanation, value, baseline, count, details FROM score WHERE kind = 'people' ORDER BY explanation")
    wanted = []
    for item in sorted(own, key=lambda item: item["explanation"]):
        given = [(name, raters[name][item["item"]]) for name in names if item["item"] in raters[name]]
        wanted.append((item["explanation"], sum(a == "yes" for _, a in given) / len(given), share, len(given),
                       [{"name": name, "answer": answer} for name, answer in given]))
    check("each explanation has one score of people, however often the answers are read",
          [(e, v, b, n, json.loads(d)["raters"]) for e, v, b, n, d in kept] == wanted, kept)
    check("it is told in words", "decoys accepted" in text and "the judge" in text and "0 scores added" in text, text)


def refusals(key):
    first, second = key["items"][0]["item"], key["items"][1]["item"]
    good = answers(key, "good", {first: "yes", second: "no"})
    whole = json.loads(good.read_text())

    def file(name, **changed):
        path = folder / f"{name}.json"
        path.write_text(json.dumps({**whole, **changed}))
        return path

    other = json.loads((folder / "sheet.key.json").read_text())
    other["items"][0]["explanation"] = 999_999
    (folder / "other.key.json").write_text(json.dumps(other))
    changed = json.loads((folder / "sheet.key.json").read_text())
    changed["items"][0]["text"] = "something else"
    (folder / "changed.key.json").write_text(json.dumps(changed))
    cut = folder / "cut.json"
    cut.write_text(good.read_text()[:-20])
    (folder / "twice.json").write_text(json.dumps({**whole, "answers": whole["answers"] + [{"item": first, "answer": "no"}]}))
    before = rows("SELECT count(*) FROM score")
    for files, keyed, expected in [
        ([file("elsewhere", sheet="0" * 64)], "sheet.key.json", "has answers to another sheet than the key's"),
        ([file("unknown", answers=[{"item": "nothing", "answer": "yes"}])], "sheet.key.json", 'answers the item "nothing", which the sheet does not have'),
        (["twice.json"], "sheet.key.json", "twice"),
        ([good, file("again")], "sheet.key.json", 'has answers of "good", as'),
        ([cut], "sheet.key.json", "it is not whole, or no JSON"),
        ([file("odd", answers=[{"item": first, "answer": "maybe"}])], "sheet.key.json", "yes, no or unclear"),
        ([file("nameless", rater="  ")], "sheet.key.json", "expected a rater with a name"),
        ([file("form", form="else")], "sheet.key.json", '"form": "lucarne rating answers"'),
        ([good], "good.json", '"form": "lucarne rating key"'),
        (["none.json"], "sheet.key.json", "No such file"),
        ([good], "other.key.json", "is the key of another index"),
        ([good], "changed.key.json", "says something else"),
        (["sheet.html"], "sheet.key.json", "no JSON"),
    ]:
        done = run("rate", "my.index", "--read", *files, "--key", keyed, code=None)
        check(f"refused: {expected}", done.returncode == 1 and expected in done.stderr and len(done.stderr) < 1000, done.stderr + done.stdout)
    check("what is refused leaves nothing behind", rows("SELECT count(*) FROM score") == before)


if shutil.which("node") is None:
    print("skipped: no node")
    sys.exit(77)
with tempfile.TemporaryDirectory(prefix="lucarne-rating-") as name:
    folder = Path(name)
    run("index", "copy", "my.index")
    run("rate", "my.index", "--output", "sheet.html", "--count", "12", "--seed", "3")
    sheet, key = folder / "sheet.html", json.loads((folder / "sheet.key.json").read_text())
    items = look_at(sheet, key)
    latents = [item["latent"] for item in key["items"]]
    shown = shown_to_an_explainer(latents)
    check("the pictures are those that an explainer is shown", len(shown) == 12 and all(set(item["pictures"]) in shown for item in items))
    run("rate", "my.index", "--output", "same.html", "--count", "12", "--seed", "3")
    check("the same seed gives the same sheet", (folder / "same.html").read_bytes() == sheet.read_bytes())
    run("rate", "my.index", "--output", "next.html", "--count", "12", "--seed", "4")
    check("another seed gives another", data((folder / "next.html").read_text())["sheet"] != key["sheet"])

    for output in ("sheet.html", "sheet"):
        whole = [(folder / name).read_bytes() for name in ("sheet.html", "sheet.key.json")]
        other = run("rate", "my.index", "--output", output, "--count", "12", "--seed", "4", code=1).stderr
        check(f"another sheet does not take a key's place: {output}", "sheet.key.json cannot be written: it exists and is not the key of this sheet: give another --output" in other
              and whole == [(folder / name).read_bytes() for name in ("sheet.html", "sheet.key.json")] and not (folder / "sheet").exists(), other)
    run("rate", "my.index", "--output", "sheet.html", "--count", "12", "--seed", "3")
    check("the same sheet may be written again", (folder / "same.html").read_bytes() == sheet.read_bytes())
    over = run("rate", "my.index", "--output", "my.index", "--count", "12", code=1).stderr
    check("an index is not written over", "my.index cannot be written: it is an SQLite database" in over and not (folder / "my.index.key.json").exists()
          and rows("SELECT count(*) FROM item") == [(510,)], over)

    truth = {item["item"]: "no" if item["decoy"] else "yes" for item in key["items"]}
    by_node(sheet, key, truth)
    check("the page's file is read", "12" in run("rate", "my.index", "--read", "ada.json", "--key", "sheet.key.json").stdout)
    database = sqlite3.connect(folder / "my.index")
    with database:
        database.execute("DELETE FROM score WHERE kind = 'people'")
    database.close()
    if browser.program():
        pictures = Path(sys.argv[2]) if len(sys.argv) > 2 else None
        if pictures:
            pictures.mkdir(parents=True, exist_ok=True)
        by_browser(sheet, key, truth, pictures)
    else:
        print("skipped in a browser: no chromium")
    # Raters who know, guess, always agree, and stop early.
    guess = {item: ("yes", "no", "unclear")[int(hashlib.sha256(item.encode()).hexdigest(), 16) % 3] for item in truth}
    read_back(key, {"Ada": truth, "Guess": guess, "Always": dict.fromkeys(truth, "yes"), "Also": dict.fromkeys(truth, "yes"),
                    "Early": dict(list(truth.items())[:5])})
    refusals(key)

print("all passed" if not failures else "\n".join(f"FAILED {line}" for line in failures))
sys.exit(1 if failures else 0)

"""Installs a built lucarne, moves it, and asks it about its world.

    python3 install.py PATH/TO/lucarne

What is mapped while it answers must not lie in the folder it was built in. A program that was copied alone says where it
looked for its world, and finds it where LUCARNE_WORLD or ../share/lucarne/world has it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

root = Path(__file__).resolve().parents[2]
built = Path(sys.argv[1]).resolve().parent
QUESTION = {"parts": [{"text": "Which basin covers Hungary?"}]}


def environment(**more):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, **more}


def ask(program, **more):
    """The answer to a first question, and the files that were mapped while it was answered."""
    kernel = subprocess.Popen([program, "serve", "--jobs", "", "--cache", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, env=environment(**more), cwd="/")
    answers = []
    for method, params in [("initialize", {}), ("context/open", QUESTION), ("kernel/status", {})]:
        message = {"jsonrpc": "2.0", "id": len(answers) + 1, "method": method, "params": params}
        print(json.dumps(message), file=kernel.stdin, flush=True)
        answers.append(json.loads(kernel.stdout.readline()))
    lines = Path(f"/proc/{kernel.pid}/maps").read_text().splitlines()
    mapped = {line.split(maxsplit=5)[5] for line in lines if "/" in line}
    kernel.communicate()
    return answers[1], answers[2], mapped


def check(name, is_right, found):
    print(("passed  " if is_right else "FAILED  ") + name + ("" if is_right else f": {found}"))
    failures.extend([] if is_right else [name])


failures = []
with tempfile.TemporaryDirectory(prefix="lucarne install ") as folder:
    folder = Path(folder)
    first, moved, alone = folder / "first", folder / "moved", folder / "alone"
    command = ["sh", str(root / ".ci/install"), "--prefix", str(first), "--from", str(built)]
    for time in ("installs", "installs again over itself"):
        done = subprocess.run(command, capture_output=True, text=True)
        check(time, done.returncode == 0, done.stderr)
    version = subprocess.run([built / "lucarne", "--version"], capture_output=True, text=True).stdout
    check("says which version and that it is not on PATH",
          f"lucarne {version.strip()} as {first}/bin/lucarne" in done.stdout and f'PATH="{first}/bin:$PATH"' in done.stdout,
          done.stdout)

    first.rename(moved)
    program = moved / "bin/lucarne"
    found = subprocess.run([program, "--version"], capture_output=True, text=True, env=environment(), cwd="/").stdout
    check("a moved one has the same version", found == version, found)
    opened, status, mapped = ask(program)
    check("a moved one loads its world", opened.get("result", {}).get("context") == "ctx_1", opened)
    weights = [path for path in mapped if path.endswith("/model.safetensors")]
    check("with its own weights", len(weights) == 1 and weights[0].startswith(f"{moved}/lib/lucarne/"), weights)
    outside = [path for path in mapped if path.startswith(f"{root}/") or path.startswith(f"{built}/")]
    check("and nothing from where it was built", not outside, outside)

    ui = subprocess.Popen([program, "ui", "--no-open", "--listen", "127.0.0.1:0", "--socket", str(folder / "k/kernel.sock"), "--", "--jobs", ""],
                          stdout=subprocess.PIPE, text=True, env=environment(), cwd="/")
    invitation = ui.stdout.readline().split()[-1]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = browser.open(invitation, timeout=60).read()
    check("a moved one serves its page", page == (root / "Sources/Browser/Page/index.html").read_bytes(), page[:100])
    ui.send_signal(signal.SIGINT)
    check("and ends", ui.wait(60) == 0, ui.returncode)

    alone.mkdir()
    (alone / "bin").mkdir()
    shutil.copy(moved / "lib/lucarne/lucarne", alone / "bin/lucarne")
    places = [f"{alone}/bin/lucarne_World.resources/Resources", f"{alone}/share/lucarne/world"]
    program = alone / "bin/lucarne"
    done = subprocess.run([program, "ui", "--no-open"], capture_output=True, text=True, env=environment(), cwd=alone)
    place = f"{alone}/bin/lucarne_Browser.resources/Page"
    check("a lone program's ui names the place it looked in", done.returncode != 0 and place in done.stderr, done.stderr)
    for words in (["demo"], ["report", "feature", "1", "--output", str(alone / "pages")]):
        done = subprocess.run([program, *words], capture_output=True, text=True, env=environment(), cwd=alone)
        check(f"a lone program's {words[0]} names the places it looked in",
              done.returncode != 0 and all(place in done.stderr for place in places) and "LUCARNE_WORLD" in done.stderr,
              done.stderr)
    refused = ask(program)[0].get("error", {})
    check("its kernel does, too",
          refused.get("data", {}).get("kind") == "modelNotLoaded" and all(place in refused["message"] for place in places), refused)
    world = moved / "lib/lucarne/lucarne_World.resources/Resources"
    check("LUCARNE_WORLD leads it there", "result" in ask(program, LUCARNE_WORLD=str(world))[0], None)
    refused = ask(program, LUCARNE_WORLD=str(folder))[0].get("error", {}).get("message", "")
    check("LUCARNE_WORLD is the only place then", str(folder) in refused and places[1] not in refused, refused)
    shutil.copytree(world, places[1])
    check("../share/lucarne/world is found", "result" in ask(program)[0], None)

    other = folder / "other/lib/lucarne"
    other.mkdir(parents=True)
    (other / "mine").write_text("kept")
    done = subprocess.run(command[:3] + [str(folder / "other")] + command[4:], capture_output=True, text=True)
    check("a folder of that name that is not ours is left alone", done.returncode == 1 and (other / "mine").exists(), done.stderr)
    for words in (["--prefix"], ["--prefix", ""], ["--from", "x"], ["nonsense"]):
        done = subprocess.run(["sh", str(root / ".ci/install"), *words], capture_output=True, text=True)
        check(f"{' '.join(words)} is refused", done.returncode == 64 and "usage" in done.stderr, done.stderr)

print(f"{len(failures)} failed")
sys.exit(1 if failures else 0)

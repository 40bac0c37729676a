"""Runs every block of code in README.md, in order, as it is written there.

    python3 run.py PATH/TO/lucarne

In a folder of its own whose entries are links to the repository's, with a home of its own. What cannot be had in a test is
replaced by the table below, word for word: full-size downloads by a tiny random checkpoint and its autoencoder, the build by
the program that is being tested. A replacement that no block uses is a failure, and so is a block of a language that is not
known: nothing is passed over. Where a line of Python prints and ends in a comment, the comment is the beginning of what it prints.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

root = Path(__file__).resolve().parents[2]
built = Path(sys.argv[1]).resolve().parent
fixtures = root / "Tests/Fixtures"

REPLACED = [
    # The program is built already, and these are its tests.
    ("swift run -c release lucarne demo", f"'{built}/lucarne' demo"),
    ("swift test -c release", ":"),
    ("--prefix ~/.local", f"--prefix ~/.local --from '{built}'"),
    # No network.
    ("python3 -m venv ~/lucarne-venv && . ~/lucarne-venv/bin/activate", ":"),
    ("pip install ./protocol/clients/python", 'export PYTHONPATH="$PWD/protocol/clients/python/src"'),
    ("pip install huggingface_hub", ":"),
    # A tiny LLaVA-NeXT with random weights, and an autoencoder of it.
    ("hf download llava-hf/llama3-llava-next-8b-hf --local-dir llava", f"cp -R '{fixtures}/models/llama3' llava"),
    ("hf download lmms-lab/llama3-llava-next-8b-hf-sae-131k --local-dir llava-sae",
     f"cp -R '{fixtures}/interpretation/autoencoders/llama3' llava-sae"),
    # A word that is one token of the tiny vocabulary.
    ('context.attribute("The")', 'context.attribute(" the")'),
    # No terminal is attached, so the kernel that stays behind is asked for one answer and left.
    ("--idle-exit 600", "--idle-exit 1 < attach.jsonl"),
]
ATTACH = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}
{"jsonrpc":"2.0","id":2,"method":"context/open","params":{"parts":[{"text":"Is it red?"}]}}
{"jsonrpc":"2.0","id":3,"method":"shutdown"}
{"jsonrpc":"2.0","method":"exit"}
"""


def prepare(folder):
    for name in (".ci", "Package.swift", "Sources", "Tests", "protocol"):
        (folder / name).symlink_to(root / name)
    held_out = root / "Sources/World/Resources/heldout"
    # As the page says; any picture; any folder of pictures.
    shutil.copy(held_out / "probe-bolivia-00.png", folder / "map.png")
    shutil.copy(fixtures / "models/pictures/landscape.png", folder / "picture.png")
    (folder / "pictures").mkdir()
    for name in ("park-00", "beach-06"):
        shutil.copy(held_out / f"{name}.png", folder / "pictures")
    (folder / "attach.jsonl").write_text(ATTACH)


def replaced(text, unused):
    for written, instead in REPLACED:
        if written in text:
            text = text.replace(written, instead)
            unused.discard(written)
    return text


def run(language, text, folder, environment):
    """What the block printed, and the environment that it leaves to the next."""
    if language == "python":
        command = [sys.executable, "-c", text]
    else:
        # What a block exports is there for the next, as in one terminal.
        command = ["bash", "-euo", "pipefail", "-c", f"{text}\nenv -0 > .environment"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    left = folder / ".environment"
    if language == "sh" and left.exists():
        environment = dict(entry.split("=", 1) for entry in left.read_text().split("\0") if "=" in entry)
        left.unlink()
    return done, environment


def check(number, language, text, done):
    if done.returncode != 0:
        return f"ended with {done.returncode}: {done.stderr[-2000:]}"
    if '"error"' in done.stdout:
        return f"answered an error: {done.stdout[-2000:]}"
    rest = done.stdout
    for promised in re.findall(r"^\s*print\(.*\)\s+# (.+)$", text, re.M) if language == "python" else []:
        place = rest.find(promised)
        if place < 0:
            return f"did not print {promised!r}: {done.stdout[-2000:]}"
        rest = rest[place + len(promised):]
    return None


blocks = re.findall(r"^```(\w*)\n(.*?)^```$", (root / "README.md").read_text(encoding="utf-8"), re.M | re.S)
unused = {written for written, _ in REPLACED}
failures = []
with tempfile.TemporaryDirectory(prefix="lucarne-readme-") as folder:
    folder = Path(folder)
    prepare(folder)
    home = folder / "home"
    home.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    for number, (language, text) in enumerate(blocks, 1):
        if language not in ("sh", "python"):
            failures.append(f"block {number} is of the language {language!r}, expected sh or python")
            continue
        done, environment = run(language, replaced(text, unused), folder, environment)
        problem = check(number, language, text, done)
        print(f"{'FAILED' if problem else 'passed'}  block {number}, {language}: {text.splitlines()[0]}")
        if problem:
            failures.append(f"block {number}: {problem}")
    for made in ("lucarne-demo/report.html", "pages/index.html", "pages/feature-687.html", "shipped-pages/feature-687.html", "exported", "scores/scores.html", "sheet.key.json", "home/.local/bin/lucarne"):
        if not (folder / made).exists():
            failures.append(f"no block made {made}")

failures += [f"no block has {written!r}, which is to be replaced" for written in sorted(unused)]
if len(blocks) < 8:
    failures.append(f"README.md has {len(blocks)} blocks, expected 8 or more")
print("\n".join(failures) if failures else f"{len(blocks)} blocks passed")
sys.exit(1 if failures else 0)

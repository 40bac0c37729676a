"""Gives lucarne's commands what they must refuse, and reads what they say about it.

    python3 commands.py PATH/TO/lucarne

A refusal is one message on standard error that names the thing and what was expected, with an exit code that is not 0. No
message is the dump of a value or of a library's error.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

root = Path(__file__).resolve().parents[2]
program = str(Path(sys.argv[1]).resolve())
fixtures = root / "Tests/Fixtures"
model = str(fixtures / "models/llama3")
autoencoder = str(fixtures / "interpretation/autoencoders/llama3")
world = str(root / "Sources/World/Resources")
# The one beside the program, which nobody writes to.
SHIPPED = str(Path(program).parent / "lucarne_World.resources/Resources/index/features.index")

# What Swift and Foundation make of a value that nobody described.
DUMP = re.compile(r"[A-Za-z]\w*\((?:[a-z]\w*: |\.)|Optional\(|Error Domain=|NSUnderlyingError|\bKind\.|members: \[|CocoaError|POSIXError|error \d+\.\)")

ROWS = [
    # words of the command, what the message must hold
    (["report", "feature", "99999", "--output", "out"], "feature 99999 does not exist: the index has latents 0 … 2047"),
    (["report", "feature", "--output", "out"], "Missing expected argument '<features> ...'"),
    (["report", "feature", "1", "--output", "file/pages"], "file is a file, expected a folder"),
    (["report", "feature", "1", "--output", "file"], "file cannot be written: it is a file, expected a folder"),
    (["report", "index", "--limit", "-1", "--output", "out"], "--limit is -1, expected 1 to 1000000"),
    (["index", "build", "new.index", "--folder", world + "/heldout", "--limit", "-1"], "--limit is -1, expected 1 or more"),
    (["serve", "--memory-limit", "10MB"], "expected a whole number of bytes above 0"),
    (["serve", "--memory-limit", "-1"], "expected a whole number of bytes above 0"),
    (["report", "feature", "1", "--output", "/proc/none"], "/proc/none cannot be written: No such file or directory"),
    (["report", "feature", "1", "--index", "none", "--output", "out"], "there is no index at"),
    (["report", "feature", "1", "--index", "file", "--output", "out"], "file"),
    (["report", "index", "--by", "name", "--output", "out"], "--by is \"name\", expected latent, frequency or max"),
    (["report", "index", "--index", world, "--output", "out"], world),
    (["index", "build", "new.index", "--folder", "none"], "none"),
    (["index", "build", "new.index"], "--folder, --list, --tar and --prompts"),
    (["index", "build", "none/new.index", "--folder", world + "/heldout"], "/none"),
    (["index", "build", "new.index", "--folder", world + "/heldout", "--views", "left"], "left"),
    (["index", "build", "new.index", "--folder", world + "/heldout", "--model", "none"], "none"),
    (["index", "check", "none"], "there is no index at"),
    (["index", "check", "file"], "file"),
    (["index", "check", "damaged.index"], "it was left as it is: remove or rename it and build it again, or restore a copy"),
    (["index", "merge", "new.index", "none"], "there is no index at"),
    (["index", "merge", "file", world + "/index/features.index"], "file"),
    (["index", "export", "none", "out", "--format", "neuronpedia"], "there is no index at"),
    (["index", "export", world + "/index/features.index", "none/out", "--format", "neuronpedia"], "No such file or directory"),
    (["index", "export", world + "/index/features.index", "file", "--format", "neuronpedia"], "file"),
    (["index", "import", "none", "new.index"], "none"),
    (["index", "import", ".", "new.index"], "no FIRST_LAST.safetensors"),
    (["index", "import", ".", "new.index", "--grid", "wide"], "--grid is \"wide\""),
    (["index", "build", "x", "--prompts", "p.jsonl", "--question", "What?"], "--question and --prompt-file ask about pictures"),
    (["index", "build", "x", "--folder", ".", "--answer-tokens", "3"], "--answer-tokens is for --question and --prompt-file"),
    (["index", "build", "x", "--folder", ".", "--question", "What?", "--answer-tokens", "-1"], "--answer-tokens is -1, expected 0 to 512"),
    (["index", "build", "x", "--folder", ".", "--question", " "], "a question is empty"),
    (["index", "build", "x", "--folder", ".", "--question", "What?", "--views", "base"], "the view text, which is not among the views"),
    (["index", "build", "x", "--folder", ".", "--prompt-file", "none.lucarne"], "none.lucarne"),
    (["index", "build", "x", "--folder", ".", "--views", ""], "no view \"\": expected base, tiles, text"),
    (["index", "copy", "file"], "file exists already"),
    (["index", "copy", "new.index", "--from", "none"], "there is no index at"),
    (["index", "copy", "none/new.index"], "none: No such file or directory"),
    (["annotate"], "Missing expected argument '<index>'"),
    (["annotate", "none.index"], "there is no index at"),
    (["annotate", "file"], "file"),
    (["annotate", SHIPPED], "ships with lucarne and is read-only: \"lucarne index copy my.index\" makes a copy"),
    (["annotate", "copy.index", "--tokens", "0"], "--tokens is 0, expected 1 to 1000"),
    (["annotate", "copy.index", "--neighbours", "1001"], "--neighbours is 1001, expected 1 to 1000"),
    (["annotate", "copy.index", "--site", "resid_post.1"], "--site goes with --sae"),
    (["annotate", "copy.index", "--model", model, "--sae", autoencoder], "does not fit"),
    (["dissect", SHIPPED], "read-only"),
    (["dissect", "none.index"], "there is no index at"),
    (["dissect", "copy.index", "--concepts", "none.json"], "none.json"),
    (["dissect", "copy.index", "--concepts", "file"], "the concept set"),
    (["dissect", "copy.index", "--model", model, "--sae", autoencoder], "--concepts is missing"),
    (["dissect", "copy.index", "--minimum-iou", "2"], "--minimum-iou is 2, expected 0 to 1"),
    (["dissect", "copy.index", "--thresholds", "0.5,x"], "--thresholds is \"0.5,x\", expected numbers from 0 to 1"),
    (["dissect", "copy.index", "--threshold-by", "size"], "Please provide one of 'quantile' and 'peak'"),
    (["dissect", "copy.index", "--view", "left"], "left"),
    (["dissect", "copy.index", "--template", "mine"], "Please provide one of 'none' and 'model'"),
    (["explain", "copy.index"], "the explainer is missing: give --endpoint URL --endpoint-model NAME, or --resident"),
    (["explain", "copy.index", "--endpoint", "http://localhost:1/v1"], "--endpoint and --endpoint-model go together"),
    (["explain", "copy.index", "--resident", "--endpoint", "http://localhost:1/v1", "--endpoint-model", "m"], "not both"),
    (["explain", "copy.index", "--endpoint", "localhost", "--endpoint-model", "m"], "localhost"),
    (["explain", "copy.index", "--resident", "--latents", "9-5"], "--latents is \"9-5\", expected numbers such as 1,2,5-9"),
    (["explain", "copy.index", "--resident", "--latents", "1,,2"], "--latents is \"1,,2\""),
    (["explain", "copy.index", "--resident", "--latents", "0-99999999999"], "--latents is \"0-99999999999\""),
    (["explain", "copy.index", "--resident", "--latents", "1", "--top", "max:3"], "give one of --latents and --top, not both"),
    (["explain", "copy.index", "--resident", "--top", "size:3"], "--top is \"size:3\", expected frequency, max or latent"),
    (["explain", "copy.index", "--resident", "--top", "max:0"], "--top is \"max:0\""),
    (["explain", "copy.index", "--resident", "--state", "good"], "'explained', 'uninterpretable' or 'failed'"),
    (["explain", "copy.index", "--resident", "--latents", "2048"], "latent 2048 does not exist: the index has latents 0 … 2047"),
    (["explain", "copy.index", "--resident", "--exemplars", "51"], "--exemplars is 51, expected 1 to 50"),
    (["explain", "copy.index", "--resident", "--request-seconds", "0"], "--request-seconds is 0, expected 0.1 to 3600"),
    (["explain", SHIPPED, "--resident"], "read-only"),
    (["refine", "none.index"], "there is no index at"),
    (["refine", SHIPPED], "read-only"),
    (["refine", "copy.index", "--rule", "--resident"], "give one of --rule, --endpoint and --resident"),
    (["refine", "copy.index", "--endpoint-model", "m"], "--endpoint and --endpoint-model go together"),
    (["refine", "copy.index", "--concepts", "file"], "file"),
    (["refine", "copy.index", "--latents", "2048"], "latent 2048 does not exist"),
    (["refine", "copy.index", "--tries", "0"], "--tries is 0, expected 1 to 20"),
    (["score", "copy.index", "--judge-answer", "prose"], "'json' and 'text'"),
    (["score", SHIPPED], "read-only"),
    (["score", "copy.index", "--scorer", "beauty"], "--scorer is \"beauty\", expected iou, auc, clip"),
    (["score", "copy.index", "--scorer", "iou,"], "--scorer is \"\""),
    (["score", "copy.index", "--scorer", "clip"], "--vision"),
    (["score", "copy.index", "--scorer", "consistency"], "consistency needs a judge, and none is given"),
    (["score", "copy.index", "--judge-model", "m"], "--judge-endpoint and --judge-model go together"),
    (["score", "copy.index", "--judge-resident", "--judge-endpoint", "http://localhost:1", "--judge-model", "m"], "not both"),
    (["score", "copy.index", "--mask", "round"], "'smoothed', 'patches' or 'quantile'"),
    (["score", "copy.index", "--quantile", "1.5"], "--quantile is 1.5, expected 0 to 1"),
    (["score", "copy.index", "--trials", "0"], "--trials is 0, expected 1 to 10000"),
    (["score", "copy.index", "--vision", "masks", "--scorer", "auc,iou"], "auc needs concepts, and none are given: give a concept set (concepts, or --concepts"),
    (["score", "copy.index", "--vision", "none-such-worker", "--scorer", "clip", "--latents", "14", "--pool", "2"], "none-such-worker"),
    (["score", "copy.index", "--model", model, "--sae", autoencoder], "there is nothing to score explanations by"),
    (["report", "scores"], "Missing expected argument '<indexes> ...'"),
    (["report", "scores", "none.index", "--output", "out"], "there is no index at"),
    (["report", "scores", "copy.index", "--output", "file"], "file cannot be written: it is a file, expected a folder"),
    (["report", "scores", "copy.index", "--output", "none/x.csv"], "none/x.csv cannot be written: No such file or directory"),
    (["report", "scores", "copy.index", "--output", "out", "--format", "pdf"], "'html', 'csv' or 'json'"),
    (["report", "scores", "empty.index", "--output", "out"], "there are no scores in"),
    (["rate", "copy.index"], "give --output to write a sheet, or --read to read answers"),
    (["rate", "copy.index", "--output", "x.html", "--read", "file", "--key", "file"], "give --output to write a sheet, or --read"),
    (["rate", "copy.index", "--read", "file"], "--read and --key go together"),
    (["rate", "copy.index", "--output", "x.html", "--count", "0"], "--count is 0, expected 1 to 1000"),
    (["rate", "copy.index", "--output", "x.html", "--decoys", "2"], "--decoys is 2"),
    (["rate", "copy.index", "--output", "none/x.html"], "cannot be written: No such file or directory"),
    (["rate", "copy.index", "--output", "x.html", "--latents", "1"], "there is nothing to rate: none of the features is explained"),
    (["rate", "copy.index", "--output", "x.html", "--view", "left"], "left"),
    (["rate", "empty.index", "--output", "x.html"], "there is nothing to rate"),
    (["rate", SHIPPED, "--read", "file", "--key", "file"], "read-only"),
    (["rate", "copy.index", "--read", "file", "--key", "file"], "it is not whole, or no JSON"),
    (["train", "--model", model, "--site", "resid_post.1", "--prompts", "file", "--output", "out", "--threads", "0"],
     "--threads is 0, expected 1 to 1024"),
    (["train", "--model", "none", "--site", "resid_post.1", "--prompts", "file", "--output", "out"], "none"),
    (["train", "--model", model, "--site", "resid_post.99", "--prompts", "file", "--output", "out"], "resid_post.99"),
    (["train", "--model", model, "--site", "resid_post.1", "--prompts", "none", "--output", "out"], "none"),
    (["train", "--model", model, "--site", "resid_post.1", "--prompts", "file", "--output", "file/out"], "file/out"),
    (["train", "--model", model, "--site", "resid_post.1", "--prompts", "file", "--output", "out", "-k", "0"], "-k is 0, expected 1 to 2048"),
    (["train", "--model", model, "--site", "resid_post.1", "--prompts", "file", "--output", "out", "--type", "F8"], "\"F8\", expected F32, F16 or BF16"),
    (["demo", "--picture", "none"], "there is no picture \"none\""),
    (["demo", "--picture", "file"], "file"),
    (["demo", "--output", "/proc/none"], "/proc/none cannot be written: No such file or directory"),
    (["demo", "--model", "none"], "none"),
    (["demo", "--sae", model], "no autoencoder"),
    (["benchmark", "--model", "none", "--sae", autoencoder], "none"),
    (["benchmark", "--model", model, "--sae", autoencoder, "--tokens", "x"], "--tokens is \"x\""),
    (["benchmark", "--model", model, "--sae", autoencoder, "--only", "start", "--repeats", "1", "--json", "none/x"],
     "none/x cannot be written: No such file or directory"),
    (["serve", "--listen", "none/folder/socket"], "none/folder"),
    (["serve", "--listen", "x" * 200], "bytes"),
    (["serve", "--listen", "file"], "file"),
    (["serve", "--threads", "0"], "--threads is 0, expected 1 to 1024"),
    (["serve", "--log", "loud"], "loud"),
    (["serve", "--idle-exit", "5"], "--idle-exit needs --listen"),
    (["attach", "none.sock"], "no kernel listens at"),
    (["attach", "file"], "file"),
    (["ui", "--no-open", "--listen", "example.org:80"], "expected an address of numbers and a port"),
    (["ui", "--no-open", "--listen", "192.0.2.1:0"], "Cannot assign requested address"),
    (["ui", "--no-open", "--listen", "127.0.0.1:0", "--socket", "none/folder/socket"], "none/folder"),
    (["mcp", "--patience=-1"], "--patience is -1.0, expected 0 to 86400 seconds"),
]



def names(folder):
    """What lies there, without locks, which stay, and what SQLite has beside a file that it read."""
    return sorted(path.name for path in Path(folder).iterdir() if not path.name.endswith((".lock", "-wal", "-shm")))


failures = []
with tempfile.TemporaryDirectory(prefix="lucarne-commands-") as folder:
    Path(folder, "file").write_text("a file of words\n")
    # An index of one's own, and one of no latent that was ever explained.
    for words in (["index", "copy", "copy.index"], ["index", "build", "empty.index", "--folder", world + "/heldout", "--limit", "1"]):
        subprocess.run([program, *words], cwd=folder, check=True, capture_output=True, timeout=300)
    Path(folder, "damaged.index").write_bytes(Path(folder, "copy.index").read_bytes()[:4096] + b"x" * 40_960)
    # A file that the system does not let grow: the program is told so, and is not ended by a signal.
    bounded = subprocess.run(["bash", "-c", 'ulimit -f 64; exec "$0" index copy bounded.index', program], cwd=folder, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=120)
    is_told = bounded.returncode == 1 and "bounded.index: File too large" in bounded.stderr and not [name for name in names(folder) if name.startswith("bounded")]
    print(f"{'passed' if is_told else 'FAILED'}  index copy where no file may grow\n        {bounded.stderr.strip()[:300]}")
    failures += [] if is_told else [f"index copy where no file may grow: {bounded.returncode}: {bounded.stderr.strip()[:1000]}"]
    for words, expected in ROWS:
        before = names(folder)
        done = subprocess.run([program, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        said = done.stderr
        problems = [
            problem for problem, found in {
                "it is not refused": done.returncode == 0,
                "it was ended by a signal": done.returncode < 0,
                "a value is dumped": DUMP.search(said),
                f"it does not say {expected!r}": expected not in said,
                "it says too much": len(said) > 2000,
                "something is left behind": names(folder) != before,
            }.items() if found
        ]
        name = " ".join(words)[:100]
        print(f"{'FAILED' if problems else 'passed'}  {name}\n        {said.strip()[:300]}")
        failures += [f"{name}: {'; '.join(problems)}: {said.strip()[:1000]}"] if problems else []

    # A picture of one's own, where the likeliest token after the answer is the same word with a space before it.
    Path(folder, "mine.png").write_bytes(Path(world, "heldout/park-00.png").read_bytes())
    words = ["demo", "--picture", "mine.png", "--question", "What colour is the sign?", "--output", "out"]
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, timeout=300)
    told = re.search(r'answer\s+(\w+)\s+\("(.*?)" .*?, "(.*?)" ', done.stdout)
    title = re.search(r'Why: logit\("(.*)"\) − logit\("(.*)"\) = ', done.stdout)
    if not (told and told[2].strip() == told[3].strip()):
        failures.append(f"demo: the two likeliest tokens are not one word: {done.stdout[:1000]}{done.stderr}")
    elif not (title and title[1] == told[2] and title[2].strip().lower() != title[1].strip().lower()):
        failures.append(f"demo: an answer is compared with itself: {title and title[0]}")
    else:
        print(f"passed  {' '.join(words)}\n        {title[0]}")

print(f"{len(ROWS) + 1 - len(failures)} of {len(ROWS) + 1} passed")
if failures:
    print("\n".join(failures))
sys.exit(1 if failures else 0)

"""Makes Tests/Fixtures/earlier_index: an index that an earlier version of the program made, and what that version answers.

    python Tests/Fixtures/make/earlier_index.py LUCARNE    # the program built from commit f98a178

The last version whose items had columns for the grids of base and tiles. Model, autoencoder and pictures are those of
feature_index.py; the pictures' bytes lie in the index, so that no answer names a place of this machine. Answers are the
program's own, by the protocol: of every third latent the examples in each view by each ranking, what searches by item
find, what the index holds and what was left out.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE / "earlier_index"
MODEL, SAE = HERE / "models/llama3", HERE / "interpretation/autoencoders/llama3/model.layers.1"
LATENTS = range(0, 96, 3)
VIEWS, RANKINGS = ("base", "tiles", "text"), ("max", "mean", "mass")
ENTRIES = [
    {"id": "wide", "image": "models/pictures/wide.png"},
    {"id": "square", "image": "models/pictures/square.png"},
    {"id": "sentence", "text": "The cat sat on the mat and watched the birds."},
    {"id": "portrait", "image": "models/pictures/portrait.png"},
    {"id": "asked", "image": "models/pictures/landscape.png", "text": "What is in the picture?"},
    {"id": "rows-cut", "image": "interpretation/paintings/rows-cut.png"},
    {"id": "twice", "image": "models/pictures/wide.png"},
]


class Kernel:
    def __init__(self, program):
        self.process = subprocess.Popen([program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.last = 0
        self.ask("initialize", {"protocolVersion": "1.0", "clientInfo": {"name": "earlier_index"}})

    def ask(self, method, params):
        self.last += 1
        body = json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()
        while True:
            size = 0
            while (line := self.process.stdout.readline().strip()):
                name, _, value = line.partition(b":")
                size = int(value) if name.lower() == b"content-length" else size
            answer = json.loads(self.process.stdout.read(size))
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]


def answers(program, path):
    kernel = Kernel(program)
    told = kernel.ask("index/open", {"path": str(path)})
    name = told["index"]
    found = []

    def ask(method, **params):
        result = kernel.ask(method, {"index": name, **params})
        result.pop("path", None), result.pop("bytes", None)
        found.append({"method": method, "params": params, "result": result})

    ask("index/info")
    ask("index/skipped")
    for latent in LATENTS:
        feature = {"sae": "any", "index": latent}
        for view in VIEWS:
            for ranking in RANKINGS:
                ask("feature/examples", feature=feature, view=view, rankBy=ranking)
        ask("feature/examples", feature=feature)
    for entry in ENTRIES[:-1]:
        for view in VIEWS:
            ask("index/search", query={"item": entry["id"], "view": view}, limit=20)
    kernel.process.stdin.close()
    kernel.process.wait()
    return found


def main():
    program = sys.argv[1]
    ROOT.mkdir(exist_ok=True)
    path = ROOT / "features.index"
    path.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        prompts = Path(folder) / "prompts.jsonl"
        lines = [{**entry, "image": str(HERE / entry["image"])} if "image" in entry else entry for entry in ENTRIES]
        prompts.write_text("".join(json.dumps(line) + "\n" for line in lines))
        subprocess.run(
            [program, "index", "build", str(path), "--prompts", str(prompts), "--model", str(MODEL), "--sae", str(SAE),
             "--exemplars", "2", "--span-tokens", "5", "--sampled-tokens", "40", "--copy-pictures"], check=True)
    checked = subprocess.run([program, "index", "check", str(path)], check=True, capture_output=True, text=True).stdout
    digest = next(line.split()[-1] for line in checked.splitlines() if line.startswith("content:"))
    (ROOT / "answers.json").write_text(
        json.dumps({"contentDigest": digest, "answers": answers(program, path)}, separators=(",", ":")) + "\n")
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    files = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in sorted(ROOT.iterdir())
             if each.name in ("answers.json", "features.index")}
    (ROOT / "MANIFEST.json").write_text(json.dumps({
        "script": "Tests/Fixtures/make/earlier_index.py", "seed": None,
        "versions": {"lucarne": f"{version}, commit f98a178"}, "files": files}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()

"""Holds `lucarne index` to its promises on the embedded world's pictures.

    python Tests/Conformance/index.py PROGRAM [SEED]     # Python's standard library; the Parquet row needs pyarrow

An index killed with SIGKILL at ten random moments and gone on with, one stopped by SIGINT, one of three shards
merged, one from a tar through a pipe, one whose kernel was killed and its job resumed by another, and one that
found its disk full must all say what an unbroken build says; so must one whose pictures are asked questions, and what is
kept of the features' weights.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "Sources/World/Resources/heldout"
FEEDER = ROOT / "protocol/clients/feeder/parquet.py"


class Row:
    failures = 0

    @classmethod
    def check(cls, what, holds, detail=""):
        print(("ok    " if holds else "FAIL  ") + what + (f": {detail}" if detail else ""))
        cls.failures += not holds


def run(program, *arguments, **more):
    return subprocess.run([program, "index", *map(str, arguments)], capture_output=True, text=True, **more)


def content(program, index):
    result = run(program, "check", index)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def annotation(index):
    """What is kept of the features' weights, in order."""
    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as database:
        return [database.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in ("tokenEffect", "neighbour")]


def kill_often(program, index, source, seconds, seed):
    """Ten kills at moments drawn from the whole length of a build, then one build that is let alone."""
    draw = random.Random(seed)
    killed = 0
    while killed < 10:
        process = subprocess.Popen(
            [program, "index", "build", index, *source, "--commit-entries", "3"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=draw.uniform(0.02, 0.9 * seconds))
            Path(index).unlink()  # it was done before its time: anew
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
    items = run(program, "check", index).stdout.split("\n")[0] if Path(index).exists() else "no file"
    result = run(program, "build", index, *source, "--commit-entries", "3")
    assert result.returncode == 0, result.stderr
    return items, result.stdout


class Kernel:
    """`lucarne serve` with one message a line."""

    def __init__(self, program, jobs):
        self.process = subprocess.Popen([program, "serve", "--jobs", jobs], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.number = 0
        self.ask("initialize", {})

    def ask(self, method, params):
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.number:
                return answer["result"]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def kill_kernels(program, folder, source, expected, seed):
    """A kernel that dies in the middle of a job, three times; the next one resumes it."""
    draw, jobs, index = random.Random(seed), folder / "jobs", folder / "served.index"
    # The first request loads the world, whose autoencoder has this name.
    params = {"path": str(index), "sae": "sae", "corpus": {"list": source[1]}}
    kernel = Kernel(program, jobs)
    job = kernel.ask("index/build", params)["job"]
    states = []
    for _ in range(3):
        time.sleep(draw.uniform(0, 0.4))
        kernel.kill()
        kernel = Kernel(program, jobs)
        states.append(kernel.ask("job/get", {"job": job})["state"])
        if states[-1] == "interrupted":
            kernel.ask("job/resume", {"job": job})
    done = kernel.ask("job/wait", {"job": job, "timeoutMs": 60000})
    kernel.kill()
    holds = done["state"] == "completed" and done["result"]["items"] == 60 and content(program, index) == expected
    Row.check("kernels killed, their job resumed", holds, f"{states}, then {done['state']} {done.get('message') or ''}")


def cut_off(program, folder, source, expected):
    """An index with a rollback journal beside it, as a kill leaves it amid a change of the journal's mode."""
    whole, broken = folder / "changed.index", folder / "broken.index"
    shutil.copy(folder / "whole.index", whole)
    database = sqlite3.connect(whole, isolation_level=None)
    for change in ("PRAGMA journal_mode = DELETE", "PRAGMA cache_size = 2", "BEGIN", "UPDATE map SET mass = mass + 1"):
        database.execute(change)
    for suffix in ("", "-journal"):
        shutil.copy(f"{whole}{suffix}", f"{broken}{suffix}")
    database.execute("ROLLBACK")
    database.close()
    read = run(program, "check", broken)
    Row.check("an index with a change half made is not read", read.returncode == 1 and "interrupted in the middle of a change" in read.stderr, read.stderr.strip())
    again = run(program, "build", broken, *source)
    Row.check("a change half made is undone by the next writer", ", 0 of them new" in again.stdout and content(program, broken) == expected, again.stderr.strip())


def read_only(program, folder, expected):
    """An index in a folder that its reader may not write to, as another user; and on a mount that nobody writes to."""
    shelf = folder / "shelf"
    shelf.mkdir()
    shutil.copy(folder / "whole.index", shelf / "%whole?.index")
    (shelf / "%whole?.index").chmod(0o644)
    shelf.chmod(0o555)
    reader = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program] if os.getuid() == 0 else [program]
    if shutil.which(reader[0]) is None:
        print("--    a folder that is read-only: setpriv is not installed")
    else:
        folder.chmod(0o755)
        result = subprocess.run([*reader, "index", "check", shelf / "%whole?.index"], capture_output=True, text=True)
        Row.check("an index in a folder that is read-only", result.stdout == expected, result.stderr.strip())
    disk = folder / "medium"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], capture_output=True).returncode:
        print("--    a read-only mount: nothing can be mounted here")
        return
    try:
        shutil.copy(folder / "whole.index", disk / "whole.index")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        result = run(program, "check", disk / "whole.index")
        Row.check("an index on a read-only mount", result.stdout == expected, result.stderr.strip())
    finally:
        subprocess.run(["umount", disk], check=True)


def fill_disk(program, folder, source, expected):
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode:
        print("--    a full disk: nothing can be mounted here")
        return
    try:
        full = run(program, "build", disk / "full.index", *source, "--commit-entries", "3")
        sound = run(program, "check", disk / "full.index").returncode == 0
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        again = run(program, "build", disk / "full.index", *source)
        holds = full.returncode != 0 and sound and again.returncode == 0 and content(program, disk / "full.index") == expected
        Row.check("a full disk, then room", holds, full.stderr.strip())
    finally:
        subprocess.run(["umount", disk], check=True)


def asked_at_once(program):
    """The index that a kernel was started with is there while the first request loads model and autoencoder."""
    refused = []
    for _ in range(40):
        asks = [("initialize", {}), ("feature/info", {"feature": {"sae": "sae", "index": 14}})] + [
            ("index/search", {"sae": "sae", "query": {"text": "Bolivia"}})] * 30
        lines = [json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) for number, (method, params) in enumerate(asks)]
        told = subprocess.run([program, "serve", "--jobs", ""], input="\n".join(lines) + "\n", capture_output=True, text=True).stdout
        refused += [answer["error"]["message"] for answer in map(json.loads, told.splitlines()) if "error" in answer]
    Row.check("an index is searched while its autoencoder is being loaded", not refused, f"{len(refused)} of 1,200 refused: {refused[:1]}")


def main():
    program, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    pictures = sorted(p for p in PICTURES.glob("*.png") if ".mask." not in p.name)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        broken = folder / "broken.png"
        broken.write_bytes(pictures[0].read_bytes()[:200])
        names = [*pictures[:20], broken, pictures[3], *pictures[20:]]
        (folder / "list.txt").write_text("".join(f"{p}\n" for p in names))
        source = ["--list", str(folder / "list.txt")]

        start = time.monotonic()
        whole = run(program, "build", folder / "whole.index", *source, "--commit-entries", "3")
        seconds = time.monotonic() - start
        print(whole.stdout + whole.stderr, end="")
        expected = content(program, folder / "whole.index")
        Row.check("an unbroken build", whole.returncode == 0 and f"{len(pictures)} items" in whole.stdout, f"{seconds:.2f} s")
        Row.check("what cannot be read and what is there already", "1 duplicate, 1 unreadable, 0 unusable" in whole.stdout)

        items, last = kill_often(program, folder / "killed.index", source, seconds, seed)
        beside = [path.name for path in folder.glob("killed.index?*")]
        Row.check("a finished index is one file", not beside, ", ".join(beside))
        Row.check("killed ten times", content(program, folder / "killed.index") == expected, f"{items} after the kills")
        told, kept = annotation(folder / "whole.index"), annotation(folder / "killed.index")
        Row.check("what it says of the weights", told == kept and all(told), f"{len(told[0])} tokens, {len(told[1])} neighbours")
        again = run(program, "build", folder / "killed.index", *source)
        Row.check("built once more", ", 0 of them new" in again.stdout and content(program, folder / "killed.index") == expected)

        asking = [*source, "--limit", "16", "--question", "Does the image show Bolivia?", "--question", "What scene is this?"]
        start = time.monotonic()
        asked = run(program, "build", folder / "asked.index", *asking, "--commit-entries", "3")
        seconds_asked = time.monotonic() - start
        Row.check("questions", asked.returncode == 0 and "48 items" in asked.stdout, asked.stdout.split("\n")[0] + asked.stderr)
        items, last = kill_often(program, folder / "asked-killed.index", asking, seconds_asked, seed)
        Row.check("questions, killed ten times", content(program, folder / "asked-killed.index") == content(program, folder / "asked.index"), items)
        other = run(program, "build", folder / "asked.index", *asking, "--question", "Is it red?")
        Row.check("other questions are refused", other.returncode != 0 and "questions was" in other.stderr, other.stderr.strip()[:160])

        process = subprocess.Popen(
            [program, "index", "build", folder / "stopped.index", *source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(min(0.4, seconds / 3))
        process.send_signal(signal.SIGINT)
        process.communicate()
        run(program, "build", folder / "stopped.index", *source)
        Row.check("stopped by Ctrl-C", content(program, folder / "stopped.index") == expected, f"exit code {process.returncode}")

        shards = [folder / f"{i}.index" for i in range(3)]
        for i, shard in enumerate(shards):
            assert run(program, "build", shard, *source, "--shard", f"{i}/3").returncode == 0
        merged = run(program, "merge", folder / "merged.index", *shards)
        Row.check("three shards merged", merged.returncode == 0 and content(program, folder / "merged.index") == expected, merged.stdout.strip() + merged.stderr)

        archive = folder / "pictures.tar"
        with tarfile.open(archive, "w") as tar:
            for number, path in enumerate(names):
                tar.add(path, f"{number:04d}.png")
        run(program, "build", folder / "tar.index", "--tar", archive)
        Row.check("a tar", content(program, folder / "tar.index") == expected)
        with open(archive, "rb") as stream:
            run(program, "build", folder / "pipe.index", "--tar", "-", stdin=stream)
        Row.check("a tar on standard input", content(program, folder / "pipe.index") == expected)
        parquet(program, folder, names, expected)
        kill_kernels(program, folder, source, expected, seed)
        cut_off(program, folder, source, expected)
        read_only(program, folder, expected)
        fill_disk(program, folder, source, expected)

        asked_at_once(program)
        other = run(program, "build", folder / "whole.index", *source, "--exemplars", "3")
        Row.check("other options are refused", other.returncode != 0 and "options" in other.stderr, other.stderr.strip()[:160])
    sys.exit(1 if Row.failures else 0)


def parquet(program, folder, names, expected):
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        print("--    Parquet: pyarrow is not installed")
        return
    rows = [{"image": {"bytes": path.read_bytes(), "path": path.name}, "source": path.stem} for path in names]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "set.parquet", row_group_size=16)
    with subprocess.Popen([sys.executable, FEEDER, folder / "set.parquet"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as feeder:
        built = run(program, "build", folder / "parquet.index", "--tar", "-", stdin=feeder.stdout)
    Row.check("a Parquet file", built.returncode == 0 and content(program, folder / "parquet.index") == expected, built.stdout.split("\n")[0] + built.stderr)


main()

"""How long questions to a large feature index take, over the wire; or what building one takes.

    python3 Tests/Performance/index.py PROGRAM [--latents 131072] [--items 20000] [--asked 200] [--file PATH]
    python3 Tests/Performance/index.py PROGRAM --build FOLDER [--beside PROGRAM] [--rounds 5] [--threads 1 2] [--model … --sae …]

Makes an index of that many latents (SQLite by Python's own library, in the schema of the world's index), starts
`PROGRAM serve`, asks each kind of question many times and prints p50 and p99 in milliseconds, beside what the
same statement takes in Python's SQLite in this run where there is one.

With --build: an index of the folder's pictures by the model that ships, or another, with each number of threads, programs
and numbers in turns, again and again; prints medians of seconds, of the model's and the codes' among them, of what the index added as a
share of those two (with its least and most), and of processor time. All indexes must have one digest of their content.
`python -m Training heldout --count 2000 --out FOLDER`, in Sources/World, draws pictures.
"""

import argparse
import hashlib
import json
import random
import re
import resource
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from made_index import HISTOGRAM, activations, exemplar_list, new_index

EXEMPLARS = 20
SAMPLED = 65_536
ACTIVE = 256
VIEWS = 2
KINDS = "red green blue striped dotted bright dark round square tall small wooden wet painted".split()
THINGS = "umbrella dog window bicycle letter face tree car cup chair road cloud hand roof boat".split()
PLACES = "beach street kitchen garden station forest harbour office field bridge".split()


def make(path: Path, latents: int, items: int) -> None:
    """Fills all tables that questions read."""
    random.seed(1)
    target = new_index(path, latents, EXEMPLARS, ((random.randbytes(32), f"picture-{n:06}.png") for n in range(items)))

    def statistics():
        for latent in range(latents):
            for view in range(VIEWS):
                count = int(random.expovariate(0.001)) + 1
                yield latent, view, count, min(count, items), count << 24, random.random() * 20, HISTOGRAM

    target.executemany("INSERT INTO statistics VALUES (?, ?, ?, ?, ?, ?, ?)", statistics())
    cells = activations(10)
    for latent in range(latents):
        rows, maps = [], []
        for view in range(VIEWS):
            seen = random.sample(range(items), EXEMPLARS * 3 // 2)
            scores = [20.0 - n for n in range(EXEMPLARS)]
            rows += [(latent, view, ranking, exemplar_list(scores, seen[ranking * 5 :])) for ranking in range(3)]
            maps += [(latent, view, item, 0, random.random() * 20, 2.0, cells) for item in sorted(seen)]
        target.executemany("INSERT INTO exemplars VALUES (?, ?, ?, ?)", rows)
        target.executemany("INSERT INTO map VALUES (?, ?, ?, ?, ?, ?, ?)", maps)
    target.executemany(
        "INSERT INTO sample VALUES (?, ?)",
        ((n << 32, struct.pack(f"<{ACTIVE}I", *random.sample(range(latents), ACTIVE))) for n in range(SAMPLED)))
    target.executemany(
        "INSERT INTO label (rowid, text) VALUES (?, ?)",
        ((n, f"{random.choice(KINDS)} {random.choice(THINGS)} in a {random.choice(PLACES)} {n % 977}") for n in range(latents)))
    target.executemany(
        "INSERT INTO explanation (latent, revision, state, text, authorKind, authorName, method, evidence, created) "
        "VALUES (?, 1, 'explained', ?, 'program', 'bench', 'bench', '[]', 0)", ((n, f"label {n}") for n in range(latents)))
    words = [f" word{n}" for n in range(5000)]
    target.executemany(
        "INSERT INTO tokenEffect VALUES (?, ?, ?, ?, ?, ?)",
        ((n, promoted, place, token, words[token], random.random())
         for n in range(latents) for promoted in (0, 1)
         for place, token in enumerate(random.sample(range(5000), 10))))
    target.executemany(
        "INSERT INTO neighbour VALUES (?, ?, ?, ?)",
        ((n, place, (n + place + 1) % latents, 0.9 - place / 100) for n in range(latents) for place in range(5)))
    target.commit()
    target.execute("PRAGMA journal_mode = WAL")
    target.close()


class Kernel:
    """Asks a program by lines."""

    def __init__(self, program: str) -> None:
        self.process = subprocess.Popen([program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = 0
        self.ask("initialize")

    def ask(self, method: str, **params):
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]


def questions(latents: int, items: int):
    """Kinds of questions: a name, and what makes the next one."""
    latent = lambda: random.randrange(latents)  # noqa: E731
    yield "text, one word", lambda: ("index/search", {"query": {"text": random.choice(KINDS)}})
    yield "text, two words", lambda: ("index/search", {"query": {"text": f"{random.choice(KINDS)} {random.choice(THINGS)}"}})
    yield "text, three words", lambda: (
        "index/search",
        {"query": {"text": f"{random.choice(KINDS)} {random.choice(THINGS)} {random.choice(PLACES)}"}})
    yield "text, a word's beginning", lambda: ("index/search", {"query": {"text": random.choice(THINGS)[:3]}})
    yield "text, a word of every label", lambda: ("index/search", {"query": {"text": "in"}})
    yield "promoted token", lambda: ("index/search", {"query": {"token": f"word{random.randrange(5000)}"}})
    yield "latents of an item", lambda: ("index/search", {"query": {"item": f"picture-{random.randrange(items):06}.png"}})
    yield "nearest decoder rows", lambda: ("index/neighbours", {"latent": latent()})
    yield "active together", lambda: ("index/neighbours", {"latent": latent(), "by": "coactivation"})
    yield "explanations of a latent", lambda: ("explanation/get", {"latent": latent()})
    yield "a page of explanations", lambda: ("explanation/list", {"offset": latent(), "limit": 100})
    yield "facts", lambda: ("index/info", {})


TOLD = re.compile(r"in ([\d.,]+) s: model ([\d.,]+) s, codes ([\d.,]+) s, the index took another ([\d.,]+) %")


def content(path: Path) -> str:
    """A digest of every table that a build fills."""
    database, digest = sqlite3.connect(path), hashlib.sha256()
    for table, order in (
        ("item", "name"), ("skipped", "name"), ("statistics", "latent, view"), ("exemplars", "latent, view, ranking"),
        ("map", "latent, view, item, span"), ("sample", "hash"),
    ):
        for row in database.execute(f"SELECT * FROM {table} ORDER BY {order}"):
            digest.update(repr(row).encode())
    database.close()
    return digest.hexdigest()


def build(program: str, pictures: Path, threads: int, path: Path, options: list[str]) -> list[float]:
    """Builds an index; gives seconds, the model's, the codes', the index's share in percent, and processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [program, "index", "build", str(path), "--list", str(pictures), "--threads", str(threads), "--no-annotate"]
    told = subprocess.run(command + options, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = TOLD.search(told.stdout + told.stderr)
    if told.returncode or not found:
        raise SystemExit(f"{' '.join(command)}: exit code {told.returncode}: {told.stdout}{told.stderr}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [float(number.replace(",", "")) for number in found.groups()] + [spent]


def builds(given: argparse.Namespace) -> None:
    options = [word for name in ("model", "sae") if getattr(given, name) for word in ("--" + name, getattr(given, name))]
    pictures = sorted(path for path in given.build.absolute().glob("*.png") if not path.name.endswith(".mask.png"))[:given.limit]
    if not pictures:
        raise SystemExit(f"{given.build} has no pictures: PNG files are expected")
    kinds = [(program, threads) for threads in given.threads for program in [given.program, *given.beside]]
    taken, digests = {kind: [] for kind in kinds}, set()
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pictures"
        listed.write_text("".join(f"{path}\n" for path in pictures))
        for _ in range(given.rounds):
            for program, threads in kinds:
                path = Path(folder) / "built.index"
                taken[program, threads].append(build(program, listed, threads, path, options))
                digests.add(content(path))
                for part in Path(folder).glob("built.index*"):
                    part.unlink()
    print(f"{len(pictures):,} pictures, {given.rounds} rounds, digests of content: {len(digests)}")
    print(f"{'':32}{'threads':>8}{'s':>8}{'model':>8}{'codes':>8}{'index, of the two':>26}{'processor s':>13}")
    for program, threads in kinds:
        seconds, model, codes, share, spent = zip(*taken[program, threads])
        middle = statistics.median
        told = f"{middle(share):.1f} % ({min(share):.1f}–{max(share):.1f})"
        print(f"{program[-32:]:32}{threads:8}{middle(seconds):8.1f}{middle(model):8.1f}{middle(codes):8.1f}{told:>26}{middle(spent):13.1f}")
    if len(digests) != 1:
        raise SystemExit("indexes of the same pictures differ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--latents", type=int, default=131_072)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--file", type=Path, help="keep the index here; one that is there is used")
    parser.add_argument("--build", type=Path, metavar="FOLDER", help="build indexes of its pictures instead")
    parser.add_argument("--beside", action="append", default=[], metavar="PROGRAM", help="another program to build with, in turns")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--limit", type=int, help="pictures; absent: all")
    parser.add_argument("--model", help="absent: the one that ships")
    parser.add_argument("--sae", help="absent: the one that ships")
    given = parser.parse_args()
    if given.build:
        builds(given)
        return
    folder = tempfile.TemporaryDirectory()
    path = (given.file or Path(folder.name) / "large.index").absolute()
    if not path.exists():
        started = time.monotonic()
        make(path, given.latents, given.items)
        print(f"made {path.name}, {path.stat().st_size / 1e9:.2f} GB, in {time.monotonic() - started:.0f} s", file=sys.stderr)
    kernel = Kernel(given.program)
    kernel.ask("index/open", path=str(path))
    # The first writer brings the tables up to this version.
    kernel.ask("explanation/put", latent=0, text="red umbrella in a beach 0", author={"kind": "program", "name": "bench"})
    random.seed(2)
    print(f"{given.latents:,} latents, {given.items:,} items, {path.stat().st_size / 1e9:.2f} GB; each asked {given.asked} times")
    print(f"{'':28}{'first':>9}{'p50':>9}{'p99':>9}  ms")
    for name, question in questions(given.latents, given.items):
        times = []
        for _ in range(given.asked + 1):
            method, params = question()
            started = time.monotonic()
            kernel.ask(method, **params)
            times.append((time.monotonic() - started) * 1000)
            if sum(times) > 60_000:
                break
        first, rest = times[0], sorted(times[1:]) or [times[0]]
        print(f"{name:28}{first:9.1f}{rest[len(rest) // 2]:9.1f}{rest[min(len(rest) - 1, len(rest) * 99 // 100)]:9.1f}", flush=True)
    kernel.ask("shutdown")
    kernel.process.stdin.close()
    kernel.process.wait()


if __name__ == "__main__":
    main()

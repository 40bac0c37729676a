"""What a build on a cluster takes, simulated by `lucarne.cluster.plan` and measured.

    python3 Tests/Performance/cluster.py PROGRAM FOLDER start        # what comes before a part's first entry
    python3 Tests/Performance/cluster.py PROGRAM FOLDER parts        # parts of several sizes, the end
    python3 Tests/Performance/cluster.py PROGRAM FOLDER merges       # merges of made indexes of 2,048 to 131,072 latents
    python3 Tests/Performance/cluster.py PROGRAM FOLDER client       # what grows with entries and workers in the client alone
    python3 Tests/Performance/cluster.py PROGRAM FOLDER runs         # whole builds by LocalCluster
    python3 Tests/Performance/cluster.py PROGRAM FOLDER table        # simulated beside measured
    python3 Tests/Performance/cluster.py PROGRAM FOLDER paper [--picture FILE]    # a million pictures on 64 workers

`make` makes the indexes for the merges (3.9 GB). Needs `pip install "lucarne[dask]" numpy`; --picture needs matplotlib. Each
measurement is kept in FOLDER/measured.json. Rates are fitted to some of the points, and the table shows the others. Pictures
are drawn, the model is the one that ships, a worker has one thread.
"""

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import distributed
import numpy

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "protocol/clients/python" / folder) for folder in ("src", "tests")]

from drawn_pictures import drawn  # noqa: E402
from lucarne.cluster import Rates, build_index, parts, plan  # noqa: E402
from lucarne.cluster import corpus as corpora  # noqa: E402
from lucarne.cluster.worker import Settings  # noqa: E402
from made_index import HISTOGRAM, activations, exemplar_list, new_index  # noqa: E402

#: Entries of one part, and whether rates are fitted to it.
PARTS = {64: True, 128: False, 256: True, 512: False, 1024: True}
#: (latents, indexes) of one merge, and whether rates are fitted to it.
MERGES = {
    (2048, 2): True, (2048, 4): False, (2048, 8): True, (8192, 2): False, (8192, 4): True, (8192, 8): False,
    (32768, 2): False, (32768, 4): False, (131_072, 2): False,
}  # fmt: skip
ENTRIES = 2048


# What is worked on


def pictures(folder: Path, count: int) -> Path:
    place = folder / f"pictures-{count}"
    if not place.exists():
        place.mkdir()
        for number in range(count):
            (place / f"{number:06}.png").write_bytes(drawn(number))
    return place


def full_index(path: Path, latents: int, seed: int, items: int = 4000, exemplars: int = 20, views: int = 2, active: int = 10) -> None:
    """An index in which every list is full: what is largest to merge."""
    chance = random.Random(seed)
    target = new_index(path, latents, exemplars, ((chance.randbytes(32), f"picture-{seed}-{n:07}.png") for n in range(items)))
    target.executemany(
        "INSERT INTO statistics VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((latent, view, items, items, items << 24, 20.0, HISTOGRAM) for latent in range(latents) for view in range(views)))
    cells = activations(active)
    for latent in range(latents):
        lists, maps = [], []
        for view in range(views):
            seen = chance.sample(range(items), exemplars * 3 // 2)
            scores = sorted((chance.random() * 20 for _ in range(exemplars)), reverse=True)
            for ranking in range(3):
                lists.append((latent, view, ranking, exemplar_list(scores, seen[ranking * exemplars // 4 :])))
            maps += [(latent, view, item, 0, 1.0, 2.0, cells) for item in sorted(seen)]
        target.executemany("INSERT INTO exemplars VALUES (?, ?, ?, ?)", lists)
        target.executemany("INSERT INTO map VALUES (?, ?, ?, ?, ?, ?, ?)", maps)
    target.commit()
    target.execute("PRAGMA journal_mode = WAL")
    target.close()


# Measuring


class Measured:
    """What was measured, by what it is; written after each."""

    def __init__(self, folder: Path):
        self.path = folder / "measured.json"
        self.values = json.loads(self.path.read_text()) if self.path.exists() else {}

    def take(self, kind: str, name: str, value) -> None:
        # Another call may have written meanwhile.
        self.values = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.values.setdefault(kind, {})[name] = value
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(json.dumps(self.values, indent=1))
        os.replace(temporary, self.path)
        print(kind, name, value, flush=True)


def settings(program: str, folder: Path) -> Settings:
    """For tasks that are run here, without a cluster."""
    found = Settings(
        topic="", work=str(folder / "work"), owner="here", build=uuid.uuid4().hex, program=program, threads=1,
        scratch=str(folder / "scratch"), snapshot_seconds=1e9)  # fmt: skip
    parts.storage.write_json(found.work + "/owner.json", {"owner": "here", "client": "here", "time": time.time()})
    return found


def measure_parts(program: str, folder: Path, measured: Measured) -> None:
    corpus = corpora.described(pictures(folder, ENTRIES))
    began = time.perf_counter()
    listed = corpora.listed(corpus)
    measured.take("survey", "list_seconds", (time.perf_counter() - began) / ENTRIES)
    began = time.perf_counter()
    entries = [each for chunk in corpora.chunks(listed) for each in corpora.survey(corpus, chunk, True)]
    measured.take("survey", "survey_seconds", (time.perf_counter() - began) / ENTRIES)
    for count in PARTS:
        given = settings(program, folder)
        began = time.perf_counter()
        made = parts.build_part(given, f"part-{count}", entries[-count:], True, {})
        measured.take("parts", str(count), [time.perf_counter() - began, made.bytes])
    began = time.perf_counter()
    whole = parts.complete(given, "whole", made, str(folder / f"whole-{uuid.uuid4().hex}.index"), True)
    measured.take("end", "annotate", time.perf_counter() - began)
    os.unlink(whole.place)
    shutil.rmtree(given.work)


def measure_start(program: str, folder: Path, measured: Measured) -> None:
    """A part of one entry: nothing but its beginning."""
    corpus = corpora.described(pictures(folder, ENTRIES))
    entries = corpora.survey(corpus, corpora.listed(corpus).files[:1], True)
    times = []
    for _ in range(5):
        given = settings(program, folder)
        began = time.perf_counter()
        parts.build_part(given, "part-1", entries, True, {})
        times.append(time.perf_counter() - began)
        shutil.rmtree(given.work)
    measured.take("start", "seconds", statistics.median(times))


def processor_seconds() -> float:
    """Of this process and of those that it has started and that have ended."""
    return sum(sum(resource.getrusage(each)[:2]) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def measure_merges(program: str, folder: Path, measured: Measured, least: int, most: int) -> None:
    for (latents, count), _ in MERGES.items():
        inputs = [folder / f"full-{latents}-{number}.index" for number in range(count)]
        if not least <= latents <= most or not all(each.exists() for each in inputs):
            continue
        given = settings(program, folder)
        results = []
        for each in inputs:
            copy = Path(given.work) / "parts" / each.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            os.link(each, copy)
            results.append(parts.PartResult(str(copy), 4000, 4000, {}, bytes=each.stat().st_size))
        # A merge has one thread: the time of processors is less in doubt where others are at work, too.
        began, spent = time.perf_counter(), processor_seconds()
        made = parts.merge(given, "merge-one", results)
        seconds, whole = processor_seconds() - spent, time.perf_counter() - began
        measured.take("merges", f"{latents} x {count}", [seconds, sum(each.bytes for each in results), made.bytes, whole])
        shutil.rmtree(given.work)


def make_full(folder: Path, most: int) -> None:
    for latents, count in MERGES:
        for number in range(count):
            place = folder / f"full-{latents}-{number}.index"
            if latents <= most and not place.exists():
                full_index(place.with_suffix(".making"), latents, number)
                os.replace(place.with_suffix(".making"), place)


def measure_client(folder: Path, measured: Measured) -> None:
    """The client's own work on entries, which no worker takes from it."""
    for count in (10_000, 100_000, 1_000_000):
        entries = [corpora.Entry(f"{n // 1000:04}/{n:08}.jpg", ("file", f"/shared/pictures/{n // 1000:04}/{n:08}.jpg"),
                                 corpora.digest(str(n).encode()), "100000 1790000000000000000") for n in range(count)]  # fmt: skip
        began = time.perf_counter()
        distributed.protocol.deserialize_bytes(distributed.protocol.serialize_bytes(entries))
        told = corpora.told_apart(entries)
        content = gzip.compress(json.dumps({"entries": [tuple(each) for each in told]}, ensure_ascii=False).encode(), 3)
        leaves = corpora.divided(told, 192)
        names = [parts.part_name(each) for each in leaves]
        seconds = time.perf_counter() - began
        largest = max(len(distributed.protocol.serialize_bytes(each)) for each in leaves)
        assert len(set(names)) == len(leaves)
        measured.take("client", str(count), [seconds, len(content), largest])


def pace(program: str, folder: Path, workers: int) -> float:
    """What a part of 32 entries takes just now, beside as many others as there are workers: cores may be fewer, or busy."""
    files = sorted(pictures(folder, ENTRIES).iterdir())
    commands = []
    for number in range(workers):
        place = folder / f"pace-{number}"
        place.with_suffix(".txt").write_text("".join(f"{each}\n" for each in files[32 * number : 32 * number + 32]))
        place.with_suffix(".index").unlink(missing_ok=True)
        commands.append([program, "index", "build", place.with_suffix(".index"), "--list", place.with_suffix(".txt"), "--no-annotate",
                         "--threads", "1"])  # fmt: skip
    began = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:

        def timed(command) -> float:
            subprocess.run(command, capture_output=True, check=True)
            return time.perf_counter() - began

        times = list(pool.map(timed, commands))
    return statistics.mean(times)


class Killing:
    """Kills a worker's process every so many seconds."""

    def __init__(self, client: distributed.Client, seconds: float):
        self.client, self.seconds, self.killed = client, seconds, 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        chance = random.Random(1)
        while not self.ended.wait(chance.expovariate(1 / self.seconds)):
            workers = self.client.run(os.getpid, on_error="ignore")
            if workers:
                os.kill(chance.choice(sorted(workers.values())), signal.SIGKILL)
                self.killed += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def measure_run(program: str, folder: Path, measured: Measured, name: str, workers: int, entries: int, shards: int, kills: float) -> None:
    corpus = pictures(folder, entries)
    before = pace(program, folder, workers)
    place = folder / f"run-{uuid.uuid4().hex}"
    place.mkdir()
    with distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as cluster:
        with distributed.Client(cluster) as client:
            returned = None
            if kills:
                began = time.perf_counter()
                os.kill(min(client.run(os.getpid).values()), signal.SIGKILL)
                while len(client.nthreads()) == workers and time.perf_counter() - began < 30:
                    time.sleep(0.02)
                while len(client.nthreads()) < workers:
                    time.sleep(0.02)
                returned = time.perf_counter() - began
            given = dict(program=program, scratch=str(place / "scratch"), shards=shards, fan_in=4, split_seconds=10.0)
            if kills:
                with Killing(client, kills) as killing:
                    built = build_index(client, corpus, output=place / "all.index", retries=100, **given)
                killed = killing.killed
            else:
                built = build_index(client, corpus, output=place / "all.index", **given)
                killed = 0
            trip = [0.0] * 50
            for number in range(50):
                began = time.perf_counter()
                client.submit(len, [number], pure=False).result()
                trip[number] = time.perf_counter() - began
    measured.take("runs", name, {
        "pace": (before + pace(program, folder, workers)) / 2,
        "workers": workers, "entries": entries, "shards": shards, "seconds": built.seconds, "bytes": built.bytes,
        "divided": built.divided, "killed": killed, "returned": returned, "trip": statistics.median(trip),
        "digest": built.content_digest,
    })  # fmt: skip
    shutil.rmtree(place)


#: Workers, entries, shards, seconds between kills. Rates take from the first what a call costs besides its tasks.
RUNS = {
    "begin": (1, 16, 1, 0.0), "1 worker": (1, 256, 4, 0.0), "2 workers": (2, 256, 4, 0.0),
    "2 workers, killed": (2, 256, 4, 10.0), "4 workers, 2 cores": (4, 256, 4, 0.0), "2 workers, many parts": (2, 256, 12, 0.0),
    "2 workers, twice as much": (2, 512, 4, 0.0),
}  # fmt: skip


# Fitting and comparing


def fitted(values) -> Rates:
    """Rates of this machine, by the points that are for it."""
    known = [(count, *values["parts"][str(count)]) for count, is_fitted in PARTS.items() if is_fitted]
    start = values["start"]["seconds"]
    item = statistics.mean((seconds - start) / count for count, seconds, _ in known)
    merges = [values["merges"][f"{latents} x {count}"] for (latents, count), is_fitted in MERGES.items() if is_fitted]
    # Relative errors count alike.
    table = numpy.array(merges)[:, :3]
    merge_start, read, write = numpy.linalg.lstsq(
        numpy.stack([1 / table[:, 0], table[:, 1] / table[:, 0], table[:, 2] / table[:, 0]], 1), numpy.ones(len(table)), rcond=None)[0]
    client = values["client"]["100000"][0] / 100_000
    rates = Rates(
        item_seconds=item, start_seconds=start, sizes=[(each[0], each[2]) for each in known],
        merge_start_seconds=max(0.0, float(merge_start)), read_seconds=float(read), write_seconds=float(write),
        annotate_seconds=max(0.0, values["end"]["annotate"] - start), client_seconds=client,
        list_seconds=values["survey"]["list_seconds"], survey_seconds=values["survey"]["survey_seconds"],
    )  # fmt: skip
    begin = values.get("runs", {}).get("begin")
    if begin is None:
        return rates
    rates = replace(rates, task_seconds=begin["trip"])
    return replace(rates, call_seconds=max(0.0, begin["seconds"] - plan(begin["entries"], 1, at_pace(rates, begin), shards=1).seconds))


def at_pace(rates: Rates, run) -> Rates:
    """Rates as the machine was when a build ran: by parts before it and after it."""
    share = run["pace"] / (rates.start_seconds + 32 * rates.item_seconds)
    names = ("item_seconds", "start_seconds", "merge_start_seconds", "read_seconds", "write_seconds", "annotate_seconds",
             "client_seconds", "list_seconds", "survey_seconds")  # fmt: skip
    return replace(rates, **{name: getattr(rates, name) * share for name in names})


def simulated_run(run, rates: Rates) -> tuple[float, float, float]:
    """The middle of 21 simulations, the least and the most."""
    workers = run["workers"]
    deaths = run["killed"] / workers / run["seconds"] * 3600
    rates = at_pace(rates, run)
    found = [
        plan(run["entries"], workers, rates, shards=run["shards"], fan_in=4, split_seconds=10.0, deaths_per_hour=deaths, seed=seed,
             return_seconds=run["returned"] or 0.0, workers_per_machine=workers).seconds
        for seed in range(21 if deaths else 1)
    ]  # fmt: skip
    return statistics.median(found), min(found), max(found)


def table(values) -> None:
    rates = fitted(values)
    print(rates)
    rows = []
    for count, is_fitted in PARTS.items():
        seconds, size = values["parts"][str(count)]
        mark = "fitted" if is_fitted else ""
        rows.append((f"part of {count:,}", rates.start_seconds + count * rates.item_seconds, seconds, "s", mark))
        if not is_fitted:
            rows.append(("its index", rates.size(count) / 1e6, size / 1e6, "MB", ""))
    for (latents, count), is_fitted in MERGES.items():
        if (found := values["merges"].get(f"{latents} x {count}")) is not None:
            seconds, read, written, _ = found
            simulated = rates.merge_start_seconds + read * rates.read_seconds + written * rates.write_seconds
            what = f"merge of {count} × {read / count / 1e6:,.0f} MB ({latents:,} latents)"
            rows.append((what, simulated, seconds, "s", "fitted" if is_fitted else ""))
    for count in ("10000", "1000000"):
        rows.append((f"the client's part of {int(count):,} entries", int(count) * rates.client_seconds, values["client"][count][0], "s", ""))
    for name, run in values.get("runs", {}).items():
        middle, least, most = simulated_run(run, rates)
        what = f"build of {run['entries']:,} in {run['shards']}: {name}"
        if run["killed"]:
            what += f" {run['killed']} times ({least:.0f} to {most:.0f})"
        rows.append((what, middle, run["seconds"], "s", "fitted" if name == "begin" else ""))
    print("| what | simulated | measured | simulated / measured |\n|---|---|---|---|")
    for what, simulated, seen, unit, mark in rows:
        print(f"| {what} | {simulated:,.1f} {unit} | {seen:,.1f} {unit} | {mark or f'{simulated / seen:.2f}'} |")
    digests = {each["digest"] for name, each in values.get("runs", {}).items() if name != "begin"}
    print(f"{len(digests)} content digest of all whole builds")


# A million pictures


def paper_rates(values, item_seconds: float, start_seconds: float, annotate_seconds: float) -> Rates:
    """What README.md tells of the paper's model, beside what was measured here; the rest is assumed, and said to be."""
    here = fitted(values)
    # One view's full lists, 131,072 latents: half as many bytes a latent as what was merged here with two views.
    largest, name = max((int(each.partition(" ")[0]), each) for each in values["merges"])
    full = values["merges"][name][2] / largest * 131_072 / 2
    return replace(
        here, item_seconds=item_seconds, start_seconds=start_seconds, annotate_seconds=annotate_seconds,
        # Lists as full after a thousand pictures as they ever are: more than there can be.
        sizes=[(1000, full)], full_bytes=full, entry_bytes=300.0,
        # 200 kB a picture, from a store that gives a worker 200 MB a second and all together 2 GB.
        survey_seconds=0.001, worker_rate=2e8, shared_rate=2e9, reads_in_place=False,
        client_seconds=values["client"]["1000000"][0] / 1e6, call_seconds=max(0.0, here.call_seconds),
    )  # fmt: skip


#: Names, seconds a picture, before a part's first, at the end. The first: 0.067 pictures a second, model and autoencoder
#: loaded, 2.8 · 10^14 operations at 0.87 · 10^12. The second has not been measured by anybody.
PAPER = {"2 cores": (15.0, 10.0, 320.0), "a card, assumed": (0.1, 30.0, 60.0)}
MILLION = 1_000_000


def paper(values, picture: Path | None) -> None:
    for name, given in PAPER.items():
        rates = paper_rates(values, *given)
        print(f"\n{name}: {given[0]} s a picture, 64 workers\n{plan(MILLION, 64, rates, snapshot_seconds=600)}")
        print("\n| workers | total | entries' share of the time | survey | parts | merges after them | end |\n|---|---|---|---|---|---|---|")
        for workers in (1, 8, 64, 256, 1024, 4096):
            print(line(workers, plan(MILLION, workers, rates, snapshot_seconds=600)))
        print("\n| shards | fan_in | split_seconds | total | merges after parts | divided |\n|---|---|---|---|---|---|")
        for shards, fan_in, split in ((192, 8, 120), (192, 8, 600), (192, 4, 600), (192, 16, 600), (64, 8, 600), (64, 4, 600), (512, 8, 600)):
            found = plan(MILLION, 64, rates, shards=shards, fan_in=fan_in, split_seconds=split, snapshot_seconds=600)
            rest = f"{hours(found.seconds)} | {hours(found.phases['merges'])} | {found.divided}"
            print(f"| {shards} | {fan_in} | {split} s | {rest} |")
        print("\n| deaths a worker and hour | snapshots | total | lost | deaths | written |\n|---|---|---|---|---|---|")
        for deaths in (0, 0.01, 0.1, 1.0):
            for seconds in (60, 600, 3600):
                found = plan(MILLION, 64, rates, snapshot_seconds=seconds, deaths_per_hour=deaths, keeps_disk=False, return_seconds=120)
                lost = found.worker_seconds["lost"] / (64 * found.seconds)
                written = f"{found.written_bytes / 1e12:.2f} TB"
                print(f"| {deaths} | {seconds} s | {hours(found.seconds)} | {lost:.2%} | {found.deaths} | {written} |")
    if picture is not None:
        draw(values, picture)


def hours(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def line(workers: int, found) -> str:
    phases = " | ".join(hours(each) for each in found.phases.values())
    return f"| {workers:,} | {hours(found.seconds)} | {found.efficiency:.0%} | {phases} |"


def draw(values, picture: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    rates = fitted(values)
    runs = [(name, each) for name, each in values["runs"].items() if name in ("1 worker", "2 workers", "4 workers, 2 cores")]
    numbers = [each["workers"] for _, each in runs]
    left.plot(numbers, [simulated_run(each, rates)[0] for _, each in runs], "-", color="#1f5fa8", label="simulated")
    left.plot(numbers, [each["seconds"] for _, each in runs], "o", color="#c0392b", label="measured")
    left.set(title="256 pictures, the model that ships, 2 cores", xlabel="workers of one thread", ylabel="seconds", ylim=0)
    left.set_xticks(numbers)
    left.legend(frameon=False)
    workers = [2**each for each in range(13)]
    for (name, given), colour in zip(PAPER.items(), ("#1f5fa8", "#2e8b57")):
        rates = paper_rates(values, *given)
        times = [plan(MILLION, each, rates, snapshot_seconds=600).seconds / 3600 for each in workers]
        right.loglog(workers, times, "-", color=colour, label=f"{given[0]:g} s a picture ({name})")
        right.loglog(workers, [MILLION * given[0] / 3600 / each for each in workers], ":", color=colour)
    right.set(title="1,000,000 pictures, 131,072 latents, simulated", xlabel="workers", ylabel="hours")
    right.set_xticks([1, 8, 64, 512, 4096], ["1", "8", "64", "512", "4,096"])
    right.set_yticks([0.1, 1, 10, 100, 1000], ["0.1", "1", "10", "100", "1,000"])
    right.plot([], [], ":", color="grey", label="entries alone")
    right.legend(frameon=False)
    figure.savefig(picture, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("folder", type=lambda each: Path(each).absolute())
    parser.add_argument("what", choices=["start", "parts", "make", "merges", "client", "runs", "table", "paper"])
    parser.add_argument("--least-latents", type=int, default=0, help="the smallest indexes to merge")
    parser.add_argument("--most-latents", type=int, default=131_072, help="the largest indexes to make and merge")
    parser.add_argument("--only", help="of the runs, the one of this name")
    parser.add_argument("--picture", type=Path, help="of the paper, where to draw time against workers")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    measured = Measured(given.folder)
    if given.what == "start":
        measure_start(given.program, given.folder, measured)
    elif given.what == "parts":
        measure_parts(given.program, given.folder, measured)
    elif given.what in ("make", "merges"):
        make_full(given.folder, given.most_latents)
        if given.what == "merges":
            measure_merges(given.program, given.folder, measured, given.least_latents, given.most_latents)
    elif given.what == "client":
        measure_client(given.folder, measured)
    elif given.what == "runs":
        for name, run in RUNS.items():
            if given.only in (None, name):
                measure_run(given.program, given.folder, measured, name, *run)
    elif given.what == "table":
        table(measured.values)
    elif given.what == "paper":
        paper(measured.values, given.picture)


if __name__ == "__main__":
    main()

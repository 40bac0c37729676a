"""What a build on a cluster would take: the tasks of `build_index`, given out on paper."""

from __future__ import annotations

import heapq
import math
import random
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Sequence

from ..errors import BadValue
from .corpus import SURVEYED_TOGETHER


@dataclass(frozen=True)
class Rates:
    """What the machines of a cluster do, as measured on one of them: seconds and bytes."""

    #: An entry in model and autoencoder, what the index adds included.
    item_seconds: float
    #: (entries, bytes) of indexes that were built, rising: a straight line between them where both are logarithms.
    sizes: Sequence[tuple[float, float]]
    #: What no index goes beyond but by `entry_bytes` for each of its entries: that of full lists. None where not known.
    full_bytes: float | None = None
    entry_bytes: float = 0.0
    #: Before a part's first entry: the kernel, the model, the autoencoder.
    start_seconds: float = 0.0
    #: A merge: its kernel, and each byte that it reads and writes.
    merge_start_seconds: float = 0.0
    read_seconds: float = 0.0
    write_seconds: float = 0.0
    #: Tokens and neighbours of features at the end.
    annotate_seconds: float = 0.0
    #: The client's own: before and after everything, for an entry, for a task that it gives out.
    call_seconds: float = 0.0
    client_seconds: float = 0.0
    task_seconds: float = 0.0
    #: An entry that one worker lists, and one that any worker reads for its digest.
    list_seconds: float = 0.0
    survey_seconds: float = 0.0
    #: Bytes a second between one worker and what they share, and of all of them together.
    worker_rate: float = math.inf
    shared_rate: float = math.inf
    #: Whether workers read each other's indexes where they lie, as on a shared file system.
    reads_in_place: bool = True

    def size(self, entries: float) -> float:
        """Bytes of an index of so many entries."""
        if entries <= 0:
            return 0.0
        points = self.sizes
        if len(points) == 1:
            found = points[0][1] * entries / points[0][0]
        else:
            at = min(max(bisect_right([each[0] for each in points], entries), 1), len(points) - 1)
            (left, low), (right, high) = points[at - 1], points[at]
            slope = math.log(high / low) / math.log(right / left)
            found = low * (entries / left) ** slope
        return found if self.full_bytes is None else min(found, self.full_bytes + self.entry_bytes * entries)


@dataclass(frozen=True)
class Level:
    """One level of the tree of merges, the first above the parts."""

    merges: int
    #: Of all its merges together.
    inputs: int
    read_bytes: float
    written_bytes: float
    #: Of its longest merge, moving included.
    seconds: float


@dataclass(frozen=True)
class Plan:
    """What a build would take."""

    entries: int
    workers: int
    #: From the call to the end.
    seconds: float
    #: Of these, in order: "survey", "parts" (to the last part's end), "merges" (after it), "end".
    phases: Mapping[str, float]
    #: Of all workers together: "items", "survey", "starts", "moving", "merges", "end", "lost", "idle".
    worker_seconds: Mapping[str, float]
    levels: Sequence[Level]
    #: What workers write to and read from what they share.
    written_bytes: float
    read_bytes: float
    #: Of the written, copies of parts under way.
    snapshot_bytes: float
    #: The index, and the most that lies there, and on one worker's own disk, at once.
    index_bytes: float
    shared_peak_bytes: float
    scratch_peak_bytes: float
    parts: int
    divided: int
    deaths: int

    @property
    def efficiency(self) -> float:
        """The share of all workers' time that entries took."""
        return self.worker_seconds["items"] / (self.workers * self.seconds)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The table that `str` shows."""
        total = self.workers * self.seconds
        found: list[dict[str, Any]] = [{"what": "total", "value": _time(self.seconds)}]
        found += [{"what": f"  {name}", "value": f"{_time(each)}, {each / self.seconds:.1%}"} for name, each in self.phases.items()]
        shares = ", ".join(f"{name} {each / total:.1%}" for name, each in self.worker_seconds.items())
        found.append({"what": f"time of {self.workers:,} workers", "value": shares})
        for number, each in enumerate(self.levels, 1):
            words = f"{each.merges:,} of {each.inputs:,}: {_bytes(each.read_bytes)} into {_bytes(each.written_bytes)}"
            found.append({"what": f"merges, level {number}", "value": f"{words}, the longest {_time(each.seconds)}"})
        moved = f"written {_bytes(self.written_bytes)}, of it snapshots {_bytes(self.snapshot_bytes)}; read {_bytes(self.read_bytes)}"
        found.append({"what": "moved", "value": moved})
        kept = f"index {_bytes(self.index_bytes)}, at most {_bytes(self.shared_peak_bytes)} shared"
        found.append({"what": "kept", "value": f"{kept}, {_bytes(self.scratch_peak_bytes)} on a worker"})
        found.append({"what": "parts", "value": f"{self.parts:,}, {self.divided} divided, {self.deaths} deaths of workers"})
        return found

    def __str__(self) -> str:
        width = max(len(each["what"]) for each in self.rows)
        return "\n".join(f"{each['what']:{width}}  {each['value']}" for each in self.rows)

    def frame(self) -> Any:
        """The same as a pandas.DataFrame."""
        from ..views import frame

        return frame(self.rows)


def plan(
    entries: int,
    workers: int,
    rates: Rates,
    *,
    shards: int | None = None,
    fan_in: int = 8,
    snapshot_seconds: float = 60.0,
    split_seconds: float = 120.0,
    deaths_per_hour: float = 0.0,
    return_seconds: float = 60.0,
    workers_per_machine: int = 1,
    keeps_disk: bool = True,
    commit_seconds: float = 8.0,
    speeds: Sequence[float] | None = None,
    seed: int = 0,
) -> Plan:
    """Simulates `build_index`: the survey, parts, their snapshots, deaths and divisions, the tree of merges, the end.

    shards, fan_in, snapshot_seconds and split_seconds are those of `build_index`. deaths_per_hour: of one worker, at random
    (`seed`) while it has parts or merges; it is back after `return_seconds`. A part goes on from its last commit where a worker
    of the same machine gets it and the machine `keeps_disk`, else from its last snapshot; a merge starts anew. speeds: of each worker, 1 for one that keeps to the rates.
    Not simulated: a store that slows down with the number of files, and workers that come late.
    """
    for name, value, least in [("entries", entries, 1), ("workers", workers, 1), ("shards", shards, 1), ("fan_in", fan_in, 2),
                               ("workers_per_machine", workers_per_machine, 1)]:  # fmt: skip
        if value is not None and value < least:
            raise BadValue(f"{name} is {value}, expected {least} or more")
    for name, given in [("snapshot_seconds", snapshot_seconds), ("commit_seconds", commit_seconds), ("item_seconds", rates.item_seconds),
                        ("worker_rate", rates.worker_rate), ("shared_rate", rates.shared_rate)]:  # fmt: skip
        if not given > 0:
            raise BadValue(f"{name} is {given}, expected more than 0")
    for name in ("start_seconds", "merge_start_seconds", "read_seconds", "write_seconds", "annotate_seconds", "call_seconds",
                 "client_seconds", "task_seconds", "list_seconds", "survey_seconds", "entry_bytes"):  # fmt: skip
        if not 0 <= getattr(rates, name) < math.inf:
            raise BadValue(f"{name} is {getattr(rates, name)}, expected 0 or more")
    for name, given in [("deaths_per_hour", deaths_per_hour), ("return_seconds", return_seconds), ("split_seconds", split_seconds)]:
        if not given >= 0:
            raise BadValue(f"{name} is {given}, expected 0 or more")
    counts = [each[0] for each in rates.sizes]
    if not counts or counts != sorted(set(counts)) or min(min(each) for each in rates.sizes) <= 0:
        raise BadValue(f"sizes is {rates.sizes!r}, expected pairs of entries and bytes above 0, of rising entries")
    speeds = [1.0] * workers if speeds is None else list(speeds)
    if len(speeds) != workers or min(speeds) <= 0:
        raise BadValue(f"speeds is {speeds!r}, expected {workers} numbers above 0, one a worker")
    simulation = _Simulation(
        workers, rates, fan_in, snapshot_seconds, split_seconds, deaths_per_hour / 3600, return_seconds, workers_per_machine,
        keeps_disk, commit_seconds, speeds, random.Random(seed),
    )  # fmt: skip
    return simulation.run(entries, shards)


class _Index:
    """Entries that become an index: a part, or what is merged of several."""

    def __init__(self, entries: int, inputs: "Sequence[_Index]" = (), level: int = 0):
        self.entries, self.inputs, self.level = entries, list(inputs), level
        #: What a part that was divided left to others.
        self.pieces: list[_Index] = []
        self.is_done = False
        #: What it is merged into.
        self.parent: _Index | None = None
        for each in self.inputs:
            each.parent = self

    def divide(self, entries: Sequence[int]) -> None:
        """Leaves so many entries to others."""
        self.entries -= sum(entries)
        self.pieces = [_Index(each) for each in entries if each]
        for each in self.pieces:
            each.parent = self.parent

    @property
    def merged(self) -> "list[_Index]":
        """What it is merged of, pieces of divided parts for themselves."""
        return [one for each in self.inputs for one in ([each] if each.level else each.all_pieces)]

    @property
    def all_pieces(self) -> "list[_Index]":
        return [self, *(one for each in self.pieces for one in each.all_pieces)]


@dataclass(eq=False)
class _Task:
    """What one worker does: steps of a kind, and their seconds or bytes."""

    index: _Index | None
    steps: list[tuple[str, float]]
    #: Of a part: entries in its last commit, where that lies, and in its last snapshot.
    committed: float = 0.0
    machine: int | None = None
    snapped: float = 0.0
    #: Since this try began.
    worker: int = -1
    at: int = 0
    began: float = 0.0
    step_began: float = 0.0
    step_seconds: float = 0.0
    first: float = 0.0
    is_stopping: bool = False
    tries: int = 0
    planned: list[tuple[str, float]] = field(default_factory=list)


class _Simulation:
    def __init__(
        self, workers: int, rates: Rates, fan_in: int, snapshot_seconds: float, split_seconds: float, deaths: float,
        return_seconds: float, per_machine: int, keeps_disk: bool, commit_seconds: float, speeds: Sequence[float], chance: random.Random,
    ):  # fmt: skip
        self.rates, self.fan_in, self.snapshot_seconds, self.split_seconds = rates, fan_in, snapshot_seconds, split_seconds
        self.deaths, self.return_seconds, self.per_machine, self.commit_seconds = deaths, return_seconds, per_machine, commit_seconds
        self.keeps_disk, self.speeds, self.chance = keeps_disk, speeds, chance
        self.now = self.client = 0.0
        self.idle = list(range(workers))
        self.waiting: list[_Task] = []
        #: In the order in which they were given out.
        self.under_way: dict[_Task, None] = {}
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.number = 0
        self.transfers = 0
        self.spent = dict.fromkeys(("items", "survey", "starts", "moving", "merges", "end", "lost"), 0.0)
        self.written = self.read = self.snapshots = self.shared = self.shared_peak = self.scratch_peak = 0.0
        self.divided = self.died = 0
        self.levels: dict[int, Level] = {}
        self.last_part = 0.0

    def run(self, entries: int, shards: int | None) -> Plan:
        rates, workers = self.rates, len(self.speeds)
        self.now = self.client = rates.call_seconds
        self._all([_Task(None, [("survey", entries * rates.list_seconds)])])
        chunks = [min(SURVEYED_TOGETHER, entries - start) for start in range(0, entries, SURVEYED_TOGETHER)]
        self._all([_Task(None, [("survey", each * rates.survey_seconds)]) for each in chunks])
        self.now = self.client = self.now + entries * rates.client_seconds
        surveyed = self.now
        count = shards or max(1, min(3 * workers, entries // 16 or 1))
        quota = -(-entries // count)
        leaves = [_Index(min(quota, entries - start)) for start in range(0, entries, quota)]
        level = leaves
        while True:
            depth = level[0].level + 1
            level = [_Index(sum(one.entries for one in level[start : start + self.fan_in]), level[start : start + self.fan_in], depth)
                     for start in range(0, len(level), self.fan_in)]  # fmt: skip
            if len(level) == 1:
                break
        self._all([self._part(each) for each in leaves])
        merged, size = self.now, rates.size(entries)
        # The whole is copied beside what it is made of, and to its place.
        moved = [("reads", size), ("end", rates.start_seconds + rates.annotate_seconds), ("writes", size)]
        self.scratch_peak = max(self.scratch_peak, 2 * size)
        self._all([_Task(None, moved)])
        seconds = self.now
        self.shared_peak = max(self.shared_peak, 2 * size)
        phases = {
            "survey": surveyed, "parts": self.last_part - surveyed, "merges": merged - self.last_part, "end": seconds - merged,
        }  # fmt: skip
        spent = {**self.spent, "idle": max(0.0, workers * seconds - sum(self.spent.values()))}
        return Plan(
            entries=entries, workers=workers, seconds=seconds, phases=phases, worker_seconds=spent,
            levels=[self.levels[each] for each in sorted(self.levels)], written_bytes=self.written, read_bytes=self.read,
            snapshot_bytes=self.snapshots, index_bytes=size, shared_peak_bytes=self.shared_peak,
            scratch_peak_bytes=self.scratch_peak, parts=sum(len(each.all_pieces) for each in leaves), divided=self.divided,
            deaths=self.died,
        )  # fmt: skip

    # Tasks

    def _part(self, index: _Index) -> _Task:
        return _Task(index, [])

    def _merge(self, index: _Index) -> _Task:
        sizes = [self.rates.size(each.entries) for each in index.merged]
        size = self.rates.size(index.entries)
        seconds = self.rates.merge_start_seconds + sum(sizes) * self.rates.read_seconds + size * self.rates.write_seconds
        copied = 0.0 if self.rates.reads_in_place else sum(sizes)
        # SQLite's log beside the file holds it once more until the end.
        self.scratch_peak = max(self.scratch_peak, copied + 2 * size)
        return _Task(index, [("reads", copied), ("merges", seconds), ("writes", size)])

    def _all(self, tasks: list[_Task]) -> None:
        """Until these, and what comes of them, are done."""
        self.waiting += tasks
        self._give_out()
        while self.events and (self.waiting or self.under_way):
            # What was to happen to a task that has ended may lie behind.
            time, _, happens = heapq.heappop(self.events)
            self.now = max(self.now, time)
            happens()
            self._give_out()
            self._divide()

    def _at(self, time: float, happens: Callable[[], None]) -> None:
        self.number += 1
        heapq.heappush(self.events, (time, self.number, happens))

    def _give_out(self) -> None:
        while self.waiting and self.idle:
            task, worker = self.waiting.pop(0), self.idle.pop(0)
            task.worker, task.at, task.tries, task.is_stopping = worker, 0, task.tries + 1, False
            # The client gives out one after the other.
            self.client = max(self.client, self.now) + self.rates.task_seconds
            task.began = self.client
            task.planned = list(task.steps)
            if task.index is not None and task.index.level == 0:
                is_here = task.machine == worker // self.per_machine
                task.first = task.committed if is_here else task.snapped
                again = (task.committed - task.first) * self.rates.item_seconds
                self.spent["items"] -= again
                self.spent["lost"] += again
                task.committed = task.first
                task.planned = [
                    ("reads", 0.0 if is_here else self.rates.size(task.snapped)), ("starts", self.rates.start_seconds),
                    ("items", (task.index.entries - task.first) * self.rates.item_seconds / self.speeds[worker]),
                    ("writes", self.rates.size(task.index.entries)),
                ]  # fmt: skip
                task.machine = worker // self.per_machine
            self.under_way[task] = None
            if self.deaths and task.index is not None:
                after = self.chance.expovariate(self.deaths)
                self._at(task.began + after, lambda task=task, tries=task.tries: self._die(task, tries))
            self._at(task.began, lambda task=task, tries=task.tries: self._step(task, tries))

    def _step(self, task: _Task, tries: int) -> None:
        if task not in self.under_way or tries != task.tries:
            return
        if task.at == len(task.planned):
            self._end(task)
            return
        kind, amount = task.planned[task.at]
        task.step_began, task.step_seconds = self.now, amount
        if kind in ("reads", "writes"):
            self.transfers += 1
            task.step_seconds = amount / min(self.rates.worker_rate, self.rates.shared_rate / self.transfers)
        elif kind != "items":
            task.step_seconds = amount / self.speeds[task.worker]
        self._at(self.now + task.step_seconds, lambda: self._stepped(task, tries, task.at))

    def _stepped(self, task: _Task, tries: int, at: int) -> None:
        if task not in self.under_way or tries != task.tries or at != task.at:
            return
        self._leave_step(task)
        task.at += 1
        self._step(task, tries)

    def _leave_step(self, task: _Task) -> None:
        """Counts what a step did, whole or not."""
        kind, amount = task.planned[task.at]
        seconds = self.now - task.step_began
        share = seconds / task.step_seconds if task.step_seconds else 1.0
        if kind in ("reads", "writes"):
            self.transfers -= 1
            self.spent["moving"] += seconds
            if kind == "reads":
                self.read += amount * share
            else:
                self.written += amount * share
        else:
            self.spent[kind] += seconds
        if kind == "items" and task.index is not None:
            self._worked(task, seconds)

    def _worked(self, task: _Task, seconds: float) -> None:
        """What is kept of a time on a part's entries: in commits on its machine, in snapshots where all find it."""
        assert task.index is not None
        pace = self.speeds[task.worker] / self.rates.item_seconds
        is_whole = seconds >= task.step_seconds
        kept = seconds if is_whole else seconds // self.commit_seconds * self.commit_seconds
        task.committed = task.first + kept * pace
        at, took = 0.0, 0.0
        while True:
            at += max(self.snapshot_seconds, 10 * took)
            if at >= seconds:
                break
            size = self.rates.size(task.first + at * pace)
            took = size / min(self.rates.worker_rate, self.rates.shared_rate / len(self.speeds))
            self.snapshots += size
            self.written += size
            task.snapped = task.first + at * pace
        # The index, its log, and the copy that is sent.
        copies = 3 if task.snapped > 0 else 2
        self.scratch_peak = max(self.scratch_peak, copies * self.rates.size(task.first + seconds * pace))

    def _die(self, task: _Task, tries: int) -> None:
        if task not in self.under_way or tries != task.tries:
            return
        self.died += 1
        index = task.index
        assert index is not None
        before = self.spent["items"]
        if task.at < len(task.planned) and self.now >= task.began:
            self._leave_step(task)
        if index.level == 0:
            # Lost is what will be done again; where it goes on is seen when it is given out.
            lost = max(0.0, self.spent["items"] - before - (task.committed - task.first) * self.rates.item_seconds / self.speeds[task.worker])
            self.spent["items"] -= lost
            self.spent["lost"] += lost
        else:
            done = self.now - task.step_began if task.planned[min(task.at, len(task.planned) - 1)][0] == "merges" else 0.0
            self.spent["merges"] -= done
            self.spent["lost"] += done
        if not self.keeps_disk:
            task.machine = None
        del self.under_way[task]
        self.waiting.insert(0, task)
        self._at(self.now + self.return_seconds, lambda worker=task.worker: self.idle.append(worker))

    def _end(self, task: _Task) -> None:
        del self.under_way[task]
        self.idle.append(task.worker)
        index = task.index
        if index is None:
            return
        index.is_done = True
        size = self.rates.size(index.entries)
        self.shared += size
        # At the most: each of the others has as large a snapshot.
        snapshots = len(self.under_way) * size if task.snapped else 0.0
        self.shared_peak = max(self.shared_peak, self.shared + snapshots)
        if index.level == 0:
            self.last_part = self.now
            self.waiting += [self._part(each) for each in index.pieces]
        else:
            merged = index.merged
            read = sum(self.rates.size(each.entries) for each in merged)
            self.shared -= read
            if self.rates.reads_in_place:
                self.read += read
            known = self.levels.get(index.level, Level(0, 0, 0.0, 0.0, 0.0))
            self.levels[index.level] = Level(
                known.merges + 1, known.inputs + len(merged), known.read_bytes + read, known.written_bytes + size,
                max(known.seconds, self.now - task.began),
            )  # fmt: skip
        group = index.parent
        if group is not None and all(each.is_done for each in group.merged):
            self.waiting.insert(0, self._merge(group))

    def _divide(self) -> None:
        """The rule of `build_index`: the longest part stops where others have nothing to do, and its rest becomes two."""
        if self.waiting or not self.idle:
            return
        running = [each for each in self.under_way if each.index is not None and each.index.level == 0]
        if any(each.is_stopping for each in running):
            return
        on_entries = [each for each in running if each.at < len(each.planned) and each.planned[each.at][0] == "items"
                      and self.now > each.step_began]  # fmt: skip
        if not on_entries:
            return
        task = max(on_entries, key=lambda each: each.step_began + each.step_seconds)
        left_seconds = task.step_began + task.step_seconds - self.now
        if left_seconds <= self.split_seconds:
            return
        assert task.index is not None
        left = int(left_seconds * self.speeds[task.worker] / self.rates.item_seconds)
        pieces = [-(-left // 2), left // 2]
        self._leave_step(task)
        task.is_stopping = True
        task.index.divide(pieces)
        self.divided += 1
        task.at += 1
        task.planned[task.at] = ("writes", self.rates.size(task.index.entries))
        self._step(task, task.tries)


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _bytes(count: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count / 1e3:.0f} kB"


__all__ = ["Level", "Plan", "Rates", "plan"]

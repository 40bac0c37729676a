"""A corpus into an index, by all workers of a Dask cluster."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from distributed import Client

from .. import display
from ..calls import Progress
from ..errors import BadValue, LucarneError
from ..progress import Report, reporter
from ..records import Record
from . import corpus as corpora
from . import parts, storage, worker
from .corpus import Corpus, Entry
from .errors import CorpusChanged, OutputExists
from .options import Indexing, check, taking
from .parts import PartResult
from .scheduling import Scheduling, Task, client_name
from .worker import Settings

if TYPE_CHECKING:
    from typing_extensions import Unpack

@dataclass(frozen=True, repr=False)
class BuiltIndex:
    """An index that a cluster made, and what that took.

    path: the output. items: what the index holds. entries: of the corpus; `skipped` has those that are no items, by reason
    (duplicate, unreadable, unusable). content_digest: what `lucarne index check` prints of the index of a single run.
    bytes: of the file. seconds: from the call to the end, the survey of the corpus included. model_seconds: of all workers
    together, in the model and the autoencoder. parts: of the corpus; known: of these, what an earlier call had made;
    divided: those that were divided because others had nothing left to do. again: tasks that were given out again, because
    their worker died, was cut off or could not do them. unfit: workers that got nothing, with the reasons.
    """

    path: str
    items: int
    skipped: Mapping[str, int]
    content_digest: str
    bytes: int
    entries: int
    seconds: float
    model_seconds: float
    parts: int
    known: int
    divided: int
    again: int
    unfit: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self._head()}\n" + "\n".join(f"{name:<8} {text}" for name, text in self._rows())

    def _repr_html_(self) -> str:
        return display.box(display.escape(self._head()), display.table(["", ""], self._rows(), (0, 1)))

    def _head(self) -> str:
        return f"{self.path}: {self.items:,} items of {self.entries:,} entries, {self.bytes / 1e6:,.1f} MB"

    def _rows(self) -> list[tuple[str, str]]:
        skipped = ", ".join(f"{count:,} {reason}" for reason, count in self.skipped.items() if count)
        counts = [(self.known, "made before"), (self.divided, "divided")]
        parts = ", ".join([f"{self.parts:,}", *(f"{count:,} {what}" for count, what in counts if count)])
        again = f"; {self.again:,} task{'' if self.again == 1 else 's'} given out again" if self.again else ""
        time_ = f"{display.duration(self.seconds)}, {display.duration(self.model_seconds)} of all workers in model and autoencoder"
        found = [("content", self.content_digest), ("skipped", skipped), ("parts", parts + again), ("time", time_)]
        return [each for each in found if each[1]] + [("unfit", reason) for reason in self.unfit.values()]


@taking(Indexing)
def build_index(
    client: Client,
    corpus: Corpus,
    model: storage.Place | None = None,
    sae: storage.Place | None = None,
    *,
    output: storage.Place,
    shards: int | None = None,
    work: storage.Place | None = None,
    scratch: str | None = None,
    sae_options: Mapping[str, Any] | None = None,
    limit: int | None = None,
    annotate: bool = True,
    device: str | None = None,
    threads: int | None = None,
    memory_limit: int | None = None,
    program: str = "lucarne",
    arguments: Sequence[str] = (),
    fan_in: int = 8,
    snapshot_seconds: float = 60.0,
    split_seconds: float = 120.0,
    silent_seconds: float = 120.0,
    retries: int = 3,
    worker_seconds: float = 600.0,
    progress: Progress = None,
    **options: Unpack[Indexing],
) -> BuiltIndex:
    """Runs a corpus through a model and an autoencoder on all workers, and makes the index that one run would have made.

    The same call goes on where an earlier one ended. Paths are those of the workers.

    corpus: a folder, a tar, a list of pictures (`.txt`), prompts (`.jsonl`), or files of Parquet, by path or address; what
    is not in a file system that all workers share is streamed to the program. model, sae: folders that every worker has;
    absent, what ships. sae_options: what the autoencoder's files leave open, such as {"k": 50}. output: the index, which
    must not be there. limit: entries of the corpus to look at. annotate: whether features get their tokens and neighbours.
    shards: parts of the corpus; absent, three a worker. work: a folder or address that all workers reach, for parts that are
    done (OUTPUT.work). scratch: a folder on each worker's own disk (`LUCARNE_SCRATCH`, or one in TMPDIR).

    device: as for `lucarne serve`, such as "cuda:0" where each worker sees a card of its own. threads: of a worker; absent,
    Dask's. memory_limit: bytes that a worker's program may take, mapped weights not counted; absent, three quarters of what
    its machine has free. program: a name or path on the workers. arguments: further options of `lucarne serve`.

    fan_in: indexes that are merged at once. snapshot_seconds: how much a worker may lose whose machine goes; one whose
    process dies loses its last commit. split_seconds: a part that would take longer is divided when others have nothing to
    do. silent_seconds: after which a worker without a sign is taken for gone. retries: of a part that fails.
    worker_seconds: how long to wait while there is no worker. progress: True for a bar, or a function of each value; views,
    exemplars, questions, … are those of `kernel.index.build`.

    Raises: NoWorkers, with the reasons; OutputExists; OutputBusy where another client makes the same output; CorpusChanged;
    PartFailed; BadValue.
    """
    begin = time.monotonic()
    described = corpora.described(corpus)
    check("build_index", options, Indexing)
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    target = storage.absolute(output)
    settings = Settings(
        topic=f"lucarne-{uuid.uuid4().hex}",
        work=storage.absolute(work) if work is not None else target + ".work",
        owner=uuid.uuid4().hex, build="", program=program,
        model=None if model is None else os.path.abspath(os.fspath(model)),
        saes=() if sae is None else (os.path.abspath(os.fspath(sae)),), sae_options=dict(sae_options or {}),
        device=device, threads=threads, memory_limit=memory_limit, scratch=scratch,
        snapshot_seconds=snapshot_seconds, arguments=tuple(arguments),
    )  # fmt: skip
    for name, value, least in [("shards", shards, 1), ("fan_in", fan_in, 2), ("limit", limit, 1), ("threads", threads, 1)]:
        if value is not None and value < least:
            raise BadValue(f"{name} is {value}, expected {least} or more")
    report = reporter(progress, "index")
    with Scheduling(client, settings, retries=retries, silent_seconds=silent_seconds, worker_seconds=worker_seconds) as scheduling:
        settings = scheduling.settings = replace(settings, version=scheduling.probe())
        if scheduling.aside(storage.exists, target):
            raise OutputExists(f"{target} is there already: give another output, or remove it")
        scheduling.aside(worker.claim, settings, client_name())
        try:
            build = _Build(scheduling, described, chosen, limit, report)
            build.plan(shards)
            whole = build.run(fan_in, split_seconds, target, annotate)
            # While it is still ours: the next one may begin with the same folder at once.
            build.clean()
        finally:
            if report is not None:
                report(None)
            scheduling.let_go()
        return build.finish(whole, time.monotonic() - begin)


class _Leaf:
    """A part of the corpus, or what became of it when it was divided."""

    def __init__(self, entries: Sequence[Entry]):
        self.entries = entries
        self.name = parts.part_name(entries)
        self.result: PartResult | None = None
        self.is_there = False
        self.pieces: list[_Leaf] = []

    def take(self, result: PartResult, is_there: bool = True) -> None:
        self.result, self.is_there = result, is_there
        left = [corpora.entry(each) for each in result.left]
        if left:
            self.pieces = [_Leaf(each) for each in corpora.divided(left, 2)]

    @property
    def inputs(self) -> list[tuple[str, PartResult]] | None:
        """What is merged of it; None where something is missing."""
        if self.result is None:
            return None
        own = (self.name, self.result)
        rest = [each.inputs for each in self.pieces]
        return None if None in rest else [own, *(each for found in rest if found for each in found)]

    @property
    def count(self) -> int:
        return 1 + sum(each.count for each in self.pieces)

    def open_leaves(self) -> list["_Leaf"]:
        if self.result is None:
            return [self]
        return [leaf for each in self.pieces for leaf in each.open_leaves()]


class _Group:
    """Indexes that are merged into one."""

    def __init__(self, children: Sequence["_Leaf | _Group"]):
        self.children = children
        self.result: PartResult | None = None
        self.is_there = False
        self.is_given_out = False

    @property
    def inputs(self) -> list[tuple[str, PartResult]] | None:
        return None if self.result is None else [(self.name, self.result)]

    @property
    def merged(self) -> list[tuple[str, PartResult]] | None:
        """What it is to be merged of; None where something is missing."""
        found = [each.inputs for each in self.children]
        return None if None in found else [each for inputs in found if inputs for each in inputs]

    @property
    def name(self) -> str:
        return parts.merge_name([name for name, _ in self.merged or []])


class _Build:
    def __init__(
        self, scheduling: Scheduling, corpus: dict[str, Any], options: dict[str, Any], limit: int | None, report: Report | None
    ):
        self.scheduling, self.corpus, self.options, self.limit, self.report = scheduling, corpus, options, limit, report
        self.entries: list[Entry] = []
        self.is_local = False
        self.leaves: list[_Leaf] = []
        self.groups: list[_Group] = []
        self.divided = 0
        self.fresh: list[PartResult] = []
        self.told = 0.0
        #: Entries a second of all workers, as last heard.
        self.rate = 0.0

    @property
    def settings(self) -> Settings:
        return self.scheduling.settings

    # The plan

    def plan(self, shards: int | None) -> None:
        """Surveys the corpus, and compares it with what an earlier call began."""
        self._say("lists the corpus", None)
        plan = self._single(Task("list", _listed, (self.corpus, self.limit)), None)
        known = self.scheduling.aside(_read_plan, self.settings)
        entries = self._unchanged(plan, known)
        if entries is None:
            entries = self._surveyed(plan)
        entries = entries[: self.limit]
        if not entries:
            raise BadValue(f"the corpus {', '.join(self.corpus['places'])} has no pictures or texts")
        self.entries, self.is_local = entries, plan.is_local
        facts = {"options": self.options, "corpus": self.corpus, "limit": self.limit}
        if known is None:
            count = shards or max(1, min(3 * len(self.scheduling.workers()), len(entries) // 16 or 1))
            known = {"build": uuid.uuid4().hex[:16], "shards": count, **facts, "entries": [tuple(each) for each in entries]}
            self.scheduling.aside(_write_plan, self.settings, known)
        else:
            self._check(known, facts, shards)
        self.scheduling.settings = replace(self.settings, build=known["build"])
        self.leaves = [_Leaf(each) for each in corpora.divided(entries, int(known["shards"]))]

    def _check(self, known: Mapping[str, Any], facts: Mapping[str, Any], shards: int | None) -> None:
        """Refuses to go on with something else than was begun."""
        for name, value in facts.items():
            if json.loads(json.dumps(value)) != known[name]:
                raise LucarneError(
                    f"{self.settings.work} was begun with {name} {known[name]!r}, this is {value!r}: "
                    "give the same, or another folder as work="
                )
        before = [(each[0], each[2]) for each in known["entries"]]
        if before != [(each.name, each.key) for each in self.entries]:
            raise CorpusChanged(
                f"the corpus is not what it was when {self.settings.work} was begun: {corpora.difference(before, self.entries)}; "
                "give another folder as work= to begin anew"
            )
        if shards is not None and shards != known["shards"]:
            raise LucarneError(f"{self.settings.work} was begun with {known['shards']} shards, this is {shards}: give the same, or none")

    def _unchanged(self, plan: corpora.CorpusPlan, known: Mapping[str, Any] | None) -> list[Entry] | None:
        """The entries of the earlier survey, where no file was touched since."""
        if known is None or known["corpus"] != json.loads(json.dumps(self.corpus)):
            return None
        entries = [corpora.entry(each) for each in known["entries"]]
        if any(not mark for _, _, mark in plan.files):
            return None
        if plan.kind in ("folder", "list"):
            now = [(place, mark) for _, place, mark in plan.files]
            return entries if [(each.place[1], each.stamp) for each in entries] == now else None
        now_ = {(place, mark) for _, place, mark in plan.files}
        was = {(each.place[1] if each.place[0] != "prompt" else plan.files[0][1], each.stamp) for each in entries}
        return entries if was == now_ and self.limit is None else None

    def _surveyed(self, plan: corpora.CorpusPlan) -> list[Entry]:
        chunks = corpora.chunks(plan)
        prefix = plan.kind == "tar" and len(plan.files) > 1
        found: dict[int, list[Entry]] = {}
        for number, files in enumerate(chunks):
            self.scheduling.add(Task(f"survey-{number}", _surveyed_chunk, (self.corpus, files, plan.is_local, prefix), subject=number))
        while not self.scheduling.is_idle:
            for task, entries in self.scheduling.step():
                found[task.subject] = entries
            self._say(f"surveyed {sum(map(len, found.values())):,} entries", len(found) / max(1, len(chunks)))
        return corpora.told_apart(each for number in range(len(chunks)) for each in found[number])

    def _single(self, task: Task, share: float | None) -> Any:
        """The result of a task that nothing else runs beside."""
        self.scheduling.add(task)
        while True:
            for _, result in self.scheduling.step():
                return result
            if task.sign:
                done, total = task.sign.get("done"), task.sign.get("total")
                self._say(f"{task.sign.get('message')}{f', {done:,} of {total:,}' if total else ''}", share)

    # The work

    def run(self, fan_in: int, split_seconds: float, output: str, annotate: bool) -> PartResult:
        level: list[Any] = list(self.leaves)
        while True:
            level = [_Group(level[start : start + fan_in]) for start in range(0, len(level), fan_in)]
            self.groups += level
            if len(level) == 1:
                break
        root = self.groups[-1]
        self._recall(root)
        for leaf in self._needed(root):
            self._give_out(leaf)
        while root.result is None:
            self._merge_what_is_ready()
            for task, result in self.scheduling.step():
                self._take(task, result)
            self._divide(split_seconds)
            self._tell()
        arguments = (root.result, output, annotate)
        whole: PartResult = self._single(Task("whole", parts.complete, arguments), 1.0)
        return whole

    def _recall(self, root: _Group) -> None:
        """Takes what earlier calls made: the highest merges that are there, and what lacks below them."""
        known = self.scheduling.aside(parts.known_results, self.settings)

        def leaf(of: _Leaf) -> None:
            if of.name in known:
                of.take(*known[of.name])
                for each in of.pieces:
                    leaf(each)

        for each in self.leaves:
            leaf(each)
        for group in self.groups:
            if group.merged is not None and group.name in known:
                group.result, group.is_there = known[group.name]

        def settle(of: "_Leaf | _Group") -> None:
            if of.result is not None and of.is_there and not (isinstance(of, _Leaf) and of.pieces):
                return
            if isinstance(of, _Leaf):
                if of.result is not None and not of.is_there:
                    of.result, of.pieces = None, []
                for piece in of.pieces:
                    settle(piece)
                return
            of.result = None
            for child in of.children:
                settle(child)

        settle(root)

    def _needed(self, group: _Group) -> list[_Leaf]:
        if group.result is not None:
            return []
        found: list[_Leaf] = []
        for each in group.children:
            found += each.open_leaves() if isinstance(each, _Leaf) else self._needed(each)
        return found

    def _give_out(self, leaf: _Leaf) -> None:
        arguments = (leaf.entries, self.is_local, self.options)
        self.scheduling.add(Task(leaf.name, parts.build_part, arguments, subject=leaf))

    def _merge_what_is_ready(self) -> None:
        for group in self.groups:
            if group.result is None and not group.is_given_out and (merged := group.merged) is not None:
                group.is_given_out = True
                # Before other parts: a merge frees what it merges.
                task = Task(group.name, parts.merge, ([each for _, each in merged],), subject=group)
                self.scheduling.waiting.insert(0, task)

    def _take(self, task: Task, result: PartResult) -> None:
        if isinstance(task.subject, _Group):
            task.subject.result = result
            return
        leaf: _Leaf = task.subject
        leaf.take(result)
        self.fresh.append(result)
        if leaf.pieces:
            self.divided += 1
            for each in leaf.pieces:
                self._give_out(each)

    def _divide(self, seconds: float) -> None:
        """Has the part that would take longest stop, so that its rest can be shared, where workers have nothing to do."""
        scheduling = self.scheduling
        if scheduling.waiting or len(scheduling.workers()) <= len(scheduling.under_way):
            return
        running = [each for each in scheduling.under_way if isinstance(each.subject, _Leaf)]
        if any(each.stopping is not None for each in running):
            return
        rated = [(each.remaining_seconds or 0.0, each) for each in running if each.remaining_seconds is not None]
        if rated:
            longest, task = max(rated, key=lambda each: each[0])
            if longest > seconds:
                scheduling.stop(task)

    # Telling

    def _say(self, message: str, share: float | None) -> None:
        if self.report is not None and time.monotonic() - self.told > 0.5:
            self.told = time.monotonic()
            value: dict[str, Any] = {"kind": "report", "title": "index", "message": message}
            if share is not None:
                value["percentage"] = int(100 * share)
            self.report(Record(value))

    def _tell(self) -> None:
        running = [each for each in self.scheduling.under_way if isinstance(each.subject, _Leaf)]
        waiting = sum(len(each.subject.entries) for each in self.scheduling.waiting if isinstance(each.subject, _Leaf))
        left = waiting + sum(len(each.subject.entries) - int(each.sign.get("done") or 0) for each in running)
        rates = [float(each.sign["rate"]) for each in running if each.sign.get("rate")]
        if rates:
            # Parts that have just begun have no pace yet: theirs is that of the others.
            self.rate = sum(rates) / len(rates) * len(running)
        words = f"{len(self.entries) - left:,} of {len(self.entries):,}, "
        if left:
            words += f"{len(running)} parts under way, {self.rate:.1f}/s, {len(self.scheduling.workers())} workers"
            words += f", {display.duration(left / self.rate)} left" if self.rate > 0 else ""
        else:
            merges = sum(each.result is None for each in self.groups)
            words += f"{merges} merge{'' if merges == 1 else 's'} left"
        self._say(words, (len(self.entries) - left) / len(self.entries))

    def clean(self) -> None:
        """Takes away what the work needed; the output is there, and what cannot be taken away is no failure of it."""
        self.scheduling.run_on(self.scheduling.workers(), worker.clear_scratch, self.settings)
        with contextlib.suppress(LucarneError, OSError):
            self.scheduling.aside(_remove_work, self.settings)

    def finish(self, whole: PartResult, seconds: float) -> BuiltIndex:
        """What it was."""
        scheduling = self.scheduling
        parts_ = sum(each.count for each in self.leaves)
        return BuiltIndex(
            path=whole.place, items=whole.items, skipped=dict(whole.skipped), content_digest=whole.content_digest,
            bytes=whole.bytes, entries=len(self.entries), seconds=seconds,
            model_seconds=sum(each.model_seconds for each in self.fresh), parts=parts_, known=parts_ - len(self.fresh),
            divided=self.divided, again=scheduling.counts["again"] + scheduling.counts["moved"],
            unfit={each: reason for each, (reason, _) in scheduling.unfit.items()},
        )  # fmt: skip


# What workers run for it


def _listed(settings: Settings, name: str, corpus: Mapping[str, Any], limit: int | None) -> corpora.CorpusPlan:
    with worker.running(settings, name) as (signs, _):
        signs.update(message="lists the corpus")
        return corpora.listed(corpus, limit)


def _surveyed_chunk(
    settings: Settings, name: str, corpus: Mapping[str, Any], files: list[tuple[str, str, str]], is_local: bool, prefix: bool
) -> list[Entry]:
    with worker.running(settings, name) as (signs, _):
        signs.update(message="surveys the corpus", total=len(files))
        return corpora.survey(corpus, files, is_local, prefix)


def _plan_place(settings: Settings) -> str:
    return storage.join(settings.work, "plan.json.gz")


def _read_plan(settings: Settings) -> Any:
    try:
        return json.loads(gzip.decompress(storage.read(_plan_place(settings))))
    except FileNotFoundError:
        return None


def _remove_work(settings: Settings) -> None:
    worker.refresh_owner(settings)
    storage.remove_folder(settings.work)


def _write_plan(settings: Settings, plan: Mapping[str, Any]) -> None:
    worker.refresh_owner(settings)
    storage.write(_plan_place(settings), gzip.compress(json.dumps(plan).encode(), 3))

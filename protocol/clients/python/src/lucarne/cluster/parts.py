"""The tasks of a build: a part of the corpus into an index, indexes into one, and what is added at the end."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
from dataclasses import asdict, dataclass, field
from typing import Any, Mapping, Sequence

from ..records import Record
from . import corpus as corpora
from . import storage, worker
from .corpus import Entry
from .errors import ClusterError, DiskFull, OutputExists, WorkerUnfit
from .worker import Settings, Snapshots, Stopped, here


@dataclass(frozen=True)
class PartResult:
    """A part's index, and what came of making it."""

    #: Where its index lies; empty where the part held nothing that was taken in.
    place: str
    entries: int
    items: int
    skipped: Mapping[str, int]
    new_items: int = 0
    seconds: float = 0.0
    model_seconds: float = 0.0
    overhead: float = 0.0
    bytes: int = 0
    worker: str = ""
    model_digest: str = ""
    sae_digest: str = ""
    content_digest: str = ""
    #: Entries that were not reached because the part was asked to stop, as (name, place, key, stamp).
    left: tuple[Any, ...] = field(default=())


def part_name(entries: Sequence[Entry]) -> str:
    """A part is named for what is in it, so that a part that was divided is another."""
    return "part-" + corpora.fingerprint(entries)[:24]


def merge_name(inputs: Sequence[str]) -> str:
    return "merge-" + hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:24]


def place_of(settings: Settings, name: str) -> str:
    return storage.join(settings.work, "parts", name + ".index")


def _record_of(settings: Settings, name: str) -> str:
    return storage.join(settings.work, "parts", name + ".json")


def known_result(settings: Settings, name: str) -> PartResult | None:
    """What an earlier run made of a part."""
    found = storage.read_json(_record_of(settings, name))
    if found is None or found["place"] and not storage.exists(found["place"]):
        return None
    return _result(found)


def _result(wire: Mapping[str, Any]) -> PartResult:
    return PartResult(**{**wire, "left": tuple(tuple(corpora.entry(each)) for each in wire["left"])})


def known_results(settings: Settings) -> dict[str, tuple[PartResult, bool]]:
    """All that earlier runs made, by name, and whether its index is still there: what was merged is not."""
    system, path = storage.filesystem(storage.join(settings.work, "parts"))
    try:
        names = {each.rpartition("/")[2] for each in system.find(path)}
    except FileNotFoundError:
        return {}
    found = {}
    for each in sorted(names):
        if each.endswith(".json") and (wire := storage.read_json(storage.join(settings.work, "parts", each))) is not None:
            result = _result(wire)
            found[each.removesuffix(".json")] = (result, not result.place or result.place.rpartition("/")[2] in names)
    return found


def _publish(settings: Settings, name: str, index: str | None, result: PartResult) -> PartResult:
    """An index first, then what says that it is whole. Throws `OutputBusy` where the work is not ours any more."""
    worker.refresh_owner(settings)
    if index is not None:
        storage.upload(index, result.place)
    storage.write_json(_record_of(settings, name), asdict(result))
    return result


# A part


def build_part(settings: Settings, name: str, entries: Sequence[Entry], is_local: bool, options: Mapping[str, Any]) -> PartResult:
    """Takes entries into an index: goes on with what this machine has of it, or else with the last snapshot."""
    with worker.running(settings, name) as (signs, stopped):
        if (known := known_result(settings, name)) is not None:
            return known
        with worker.scratch(settings, name) as folder:
            if (known := known_result(settings, name)) is not None:
                return known
            try:
                return _Part(settings, name, entries, is_local, options, folder).run(signs, stopped)
            except BaseException as error:
                if isinstance(error, DiskFull) or isinstance(error, OSError) and storage.is_full(error):
                    _make_room(settings, name, folder)
                raise


def _make_room(settings: Settings, name: str, folder: str) -> None:
    """On a full disk: what was done goes where others find it, and the room is given back."""
    index = os.path.join(folder, "part.index")
    with contextlib.suppress(Exception):
        if os.path.exists(index) and not os.path.exists(index + "-wal"):
            worker.refresh_owner(settings)
            storage.upload(index, storage.join(settings.work, "parts", name + ".partial"))
    shutil.rmtree(folder, ignore_errors=True)


class _Part:
    def __init__(
        self, settings: Settings, name: str, entries: Sequence[Entry], is_local: bool, options: Mapping[str, Any], folder: str
    ):
        self.settings, self.name, self.entries, self.options, self.folder = settings, name, entries, options, folder
        self.is_local = is_local
        self.index = os.path.join(folder, "part.index")
        self.partial = storage.join(settings.work, "parts", name + ".partial")
        self.before = 0

    def run(self, signs: worker.Signs, stopped: threading.Event) -> PartResult:
        self._restore()
        signs.update(total=len(self.entries), message="loads the model")
        copy = os.path.join(self.folder, "snapshot.index")

        def snapshot() -> None:
            worker.refresh_owner(self.settings)
            worker.copy_index(self.settings, self.index, copy)
            storage.upload(copy, self.partial)
            os.unlink(copy)

        snapshots = Snapshots(self.settings.snapshot_seconds, snapshot, lambda: worker.index_stamp(self.index))
        left: list[Entry] = []
        with worker.kernel(self.settings, self.folder) as kernel:
            sae = worker.loaded_autoencoder(kernel)
            try:
                built = self._build(kernel, sae, self._missing(), signs, stopped, snapshots)
            except Stopped:
                built = None
            finally:
                snapshots.end()
            if signs.is_given_up:
                # Whoever goes on with it may be on another machine.
                if os.path.exists(self.index):
                    snapshot()
                raise ClusterError(f"{self.name} was given up")
            if built is None:
                left = self._missing()
                if left and (again := self._seen_already(left)):
                    # Contents that are in this part already must not come into another; reading them is quick.
                    self._build(kernel, sae, again, signs, threading.Event(), snapshots)
                    left = self._missing()
            described = kernel.index.open(path=self.index) if os.path.exists(self.index) else None
        return self._result(described, built, left)

    def _restore(self) -> None:
        if not os.path.exists(self.index):
            with contextlib.suppress(FileNotFoundError):
                storage.download(self.partial, self.index)

    def _missing(self) -> list[Entry]:
        """The entries that the index does not have."""
        if not os.path.exists(self.index):
            return list(self.entries)
        known = worker.names_in(self.index)
        return [each for each, name in zip(self.entries, self._names()) if name not in known]

    def _names(self) -> list[str]:
        """What the index calls the entries."""
        times: dict[str, int] = {}
        found = []
        for each in self.entries:
            name = corpora.file_name(each.place[1]) if self.is_local and each.place[0] == "file" else each.name
            times[name] = count = times.get(name, 0) + 1
            found.append(name if count == 1 else f"{name} ({count})")
        return found

    def _seen_already(self, left: Sequence[Entry]) -> list[Entry]:
        missing = set(left)
        done = {each.key for each in self.entries if each not in missing}
        return [each for each in left if each.key in done]

    def _build(
        self, kernel: Any, sae: str, missing: Sequence[Entry], signs: worker.Signs, stopped: threading.Event, snapshots: Snapshots
    ) -> Record:
        before = len(self.entries) - len(missing)

        def told(job: Record) -> None:
            snapshots.tick()
            if job.progress is not None:
                # Of a list the program passes over what it has; a stream holds only what is missing.
                done = job.progress.done if self.is_local else before + job.progress.done
                signs.update(done=max(before, done), rate=job.progress.rate, message=job.progress.message)

        with self._given(missing) as (place, check):
            try:
                built = worker.finished(
                    kernel,
                    lambda: kernel.index.build(path=self.index, sae=sae, corpus=place, annotate=False, **self.options),
                    signs, stopped, told,
                )  # fmt: skip
            finally:
                # What the corpus's reader found is the reason for what the program says.
                check()
        corpora.check_files(self.entries)
        return built

    @contextlib.contextmanager
    def _given(self, missing: Sequence[Entry]):
        """The corpus as the program takes it, and a look at whether its reader failed."""
        if self.is_local:
            path = os.path.join(self.folder, "entries")
            is_prompts = bool(self.entries) and self.entries[0].place[0] == "prompt"
            # All of them, so that names that come again are numbered as before.
            (corpora.write_prompts if is_prompts else corpora.write_list)(self.entries, path)
            yield {"prompts" if is_prompts else "list": path}, lambda: None
            return
        feed = _Feed(missing, os.path.join(self.folder, "pipe"))
        try:
            yield {"tar": feed.path}, feed.check
        finally:
            feed.end()

    def _result(self, described: Any, built: Record | None, left: Sequence[Entry]) -> PartResult:
        items = described.items if described is not None else 0
        skipped = described.skipped.to_dict() if described is not None else {}
        is_whole = not left
        done = set(left)
        kept = [each for each in self.entries if each not in done]
        name = self.name if is_whole else part_name(kept)
        is_there = described is not None and bool(kept)
        result = PartResult(
            place=place_of(self.settings, name) if is_there else "",
            entries=len(kept), items=items, skipped=skipped,
            new_items=built.new_items if built is not None else 0,
            seconds=built.seconds if built is not None else 0.0,
            model_seconds=built.model_seconds + built.code_seconds if built is not None else 0.0,
            overhead=built.overhead if built is not None else 0.0,
            bytes=os.path.getsize(self.index) if is_there else 0, worker=here(),
            model_digest=described.model_digest if described is not None else "",
            sae_digest=described.sae_digest if described is not None else "",
            left=tuple(tuple(each) for each in left),
        )  # fmt: skip
        # The kernel has ended: what it wrote is in the one file.
        _publish(self.settings, self.name, self._single() if is_there else None, result)
        storage.remove(self.partial)
        shutil.rmtree(self.folder, ignore_errors=True)
        return result

    def _single(self) -> str:
        """The index as one file."""
        if os.path.exists(self.index + "-wal") and os.path.getsize(self.index + "-wal") > 0:
            single = os.path.join(self.folder, "whole.index")
            worker.copy_index(self.settings, self.index, single)
            return single
        return self.index


class _Feed:
    """A named pipe that a thread writes entries into as a tar."""

    def __init__(self, entries: Sequence[Entry], path: str):
        self.path, self._entries = path, entries
        self._failure: BaseException | None = None
        self._ended = threading.Event()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        os.mkfifo(path, 0o600)
        self._thread = threading.Thread(target=self._run, daemon=True, name="feed")
        self._thread.start()

    def _run(self) -> None:
        try:
            # Waits until the program opens its end.
            with open(self.path, "wb") as pipe:
                if not self._ended.is_set():
                    corpora.stream(self._entries, pipe, self._ended.is_set)
        except BrokenPipeError:
            pass  # The program has what it wanted, or was stopped.
        except BaseException as error:  # noqa: BLE001: told by `check`
            self._failure = error

    def check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            # Lets go of a writer that nobody reads from.
            os.close(os.open(self.path, os.O_RDONLY | os.O_NONBLOCK))
        self._thread.join(timeout=30)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


# Merging


def merge(settings: Settings, name: str, inputs: Sequence[PartResult]) -> PartResult:
    """Makes one index of several that hold different parts of one corpus."""
    with worker.running(settings, name) as (signs, stopped):
        if (known := known_result(settings, name)) is not None:
            return known
        with worker.scratch(settings, name) as folder:
            if (known := known_result(settings, name)) is not None:
                return known
            signs.update(total=len(inputs), message="merges")
            held = [each for each in inputs if each.place]
            _check_identities(held)
            files = []
            for number, each in enumerate(held):
                files.append(each.place if storage.is_local(each.place) else os.path.join(folder, f"input-{number}.index"))
                if files[-1] != each.place:
                    storage.download(each.place, files[-1])
            target = os.path.join(folder, "merged.index")
            for old in (target, target + ".merging"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(old)
            with worker.kernel(settings, folder, needs_model=False) as kernel:
                merged = worker.finished(
                    kernel, lambda: kernel.index.merge(path=target, inputs=files), signs, stopped,
                    lambda job: signs.update(done=job.progress.done) if job.progress is not None else None,
                )  # fmt: skip
            skipped: dict[str, int] = {}
            for each in inputs:
                for reason, count in each.skipped.items():
                    skipped[reason] = skipped.get(reason, 0) + count
            result = PartResult(
                place=place_of(settings, name), entries=sum(each.entries for each in inputs), items=merged.items,
                skipped=skipped, bytes=os.path.getsize(target), worker=here(), content_digest=merged.content_digest,
                model_digest=held[0].model_digest, sae_digest=held[0].sae_digest,
            )  # fmt: skip
            _publish(settings, name, target, result)
            shutil.rmtree(folder, ignore_errors=True)
        # They are in the merged one.
        for each in held:
            if each.place != result.place:
                storage.remove(each.place)
        return result


def _check_identities(inputs: Sequence[PartResult]) -> None:
    if not inputs:
        raise ClusterError("the corpus has no picture or text that could be indexed")
    first = inputs[0]
    for each in inputs[1:]:
        if (each.model_digest, each.sae_digest) != (first.model_digest, first.sae_digest):
            what = "model" if each.model_digest != first.model_digest else "autoencoder"
            raise ClusterError(
                f"the {what} is not the same everywhere: {each.worker} has another than {first.worker} "
                f"(digests {each.sae_digest[:12] if what == 'autoencoder' else each.model_digest[:12]} and "
                f"{first.sae_digest[:12] if what == 'autoencoder' else first.model_digest[:12]})"
            )


# The end


def complete(settings: Settings, name: str, whole: PartResult, output: str, annotate: bool) -> PartResult:
    """Adds the tokens and neighbours of features, which need the weights, and puts the index in its place."""
    with worker.running(settings, name) as (signs, stopped), worker.scratch(settings, name) as folder:
        signs.update(total=None, message="annotates" if annotate else "copies")
        index = os.path.join(folder, "whole.index")
        if not annotate:
            # What an earlier call began to add, and did not write to the end, is left behind.
            for each in (index, index + "-wal", index + "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(each)
        if not os.path.exists(index):
            storage.download(whole.place, index)
        if annotate:
            with worker.kernel(settings, folder) as kernel:
                sae = worker.loaded_autoencoder(kernel)
                worker.finished(
                    kernel, lambda: kernel.index.annotate(index=index, sae=sae), signs, stopped,
                    lambda job: signs.update(done=job.progress.done, total=job.progress.total) if job.progress is not None else None,
                )  # fmt: skip
            if os.path.exists(index + "-wal") and os.path.getsize(index + "-wal") > 0:
                raise WorkerUnfit(here(), f"the program left a log beside {index}")
        worker.refresh_owner(settings)
        if storage.exists(output):
            raise OutputExists(f"{output} is there already")
        result = PartResult(**{**asdict(whole), "place": output, "bytes": os.path.getsize(index), "left": ()})
        storage.upload(index, output)
        shutil.rmtree(folder, ignore_errors=True)
        return result

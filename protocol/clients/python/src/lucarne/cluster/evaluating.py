"""A benchmark's questions by all workers of a Dask cluster."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Mapping

from distributed import Client

from .. import build
from ..behaviour import Answers
from ..calls import Progress
from ..errors import BadValue, LucarneError
from ..progress import reporter
from ..records import Record
from ..types import EvaluationReportReport
from . import storage, worker
from .options import Evaluating, check, taking
from .scheduling import Scheduling, Task, client_name
from .worker import Settings, Snapshots

if TYPE_CHECKING:
    from typing_extensions import Unpack

class Evaluated(Answers):
    """What a cluster answered: the report over all shards, which shows itself as a table and has `frame` and `plot`.

    files: those that the answers are in, one a shard. seconds: of the call. again: tasks that were given out again, because
    their worker died, was cut off or could not do them.
    """

    def __init__(self, report: EvaluationReportReport, files: list[str], seconds: float, again: int):
        super().__init__(report)
        self.files, self.seconds, self.again = files, seconds, again


@dataclass(frozen=True)
class _Shard:
    index: int
    count: int
    answers: str


@taking(Evaluating)
def evaluate(
    client: Client,
    questions: storage.Place,
    model: storage.Place | None = None,
    sae: storage.Place | None = None,
    *,
    answers: storage.Place,
    shards: int | None = None,
    changes: int = 200,
    scratch: str | None = None,
    sae_options: Mapping[str, Any] | None = None,
    device: str | None = None,
    threads: int | None = None,
    memory_limit: int | None = None,
    program: str = "lucarne",
    snapshot_seconds: float = 60.0,
    silent_seconds: float = 120.0,
    retries: int = 3,
    worker_seconds: float = 600.0,
    progress: Progress = None,
    **options: Unpack[Evaluating],
) -> Evaluated:
    """Has the model answer a benchmark's questions on all workers, as it is and changed, as `kernel.evaluate` does.

    The same call goes on where an earlier one ended. Paths are those of the workers.

    questions: a file that every worker sees, with its pictures. answers: a folder or address that all workers reach, for a
    file of answers a shard; `lucarne report answers FOLDER/*.jsonl` and `judge` read them. shards: parts of the pictures;
    absent, three a worker. Controls are drawn over the whole set, so that shards do not change them. changes: how many of
    the questions that an arm turns are listed. format, arms, reconstruction, random_features, … are those of
    `kernel.evaluate`, the rest is as in `build_index`.

    Raises: NoWorkers, with the reasons; OutputBusy; PartFailed; BadValue; LucarneError where answers are of other arguments.
    """
    begin = time.monotonic()
    check("evaluate", options, Evaluating)
    if shards is not None and shards < 1:
        raise BadValue(f"shards is {shards}, expected 1 or more")
    params = _params(storage.absolute(questions), options)
    work = storage.absolute(answers)
    settings = Settings(
        topic=f"lucarne-{uuid.uuid4().hex}", work=work, owner=uuid.uuid4().hex,
        build=f"answers-{hashlib.sha256(work.encode()).hexdigest()[:16]}", program=program,
        model=None if model is None else os.path.abspath(os.fspath(model)),
        saes=() if sae is None else (os.path.abspath(os.fspath(sae)),), sae_options=dict(sae_options or {}),
        device=device, threads=threads, memory_limit=memory_limit, scratch=scratch, snapshot_seconds=snapshot_seconds,
    )  # fmt: skip
    report = reporter(progress, "evaluation")
    with Scheduling(client, settings, retries=retries, silent_seconds=silent_seconds, worker_seconds=worker_seconds) as scheduling:
        settings = scheduling.settings = replace(settings, version=scheduling.probe())
        scheduling.aside(worker.claim, settings, client_name())
        try:
            count = shards or 3 * len(scheduling.workers())
            known = scheduling.aside(_plan, settings, {"params": params, "shards": count}, shards is not None)
            count = int(known["shards"])
            # What other answers in this folder left on a machine is not gone on with.
            settings = scheduling.settings = replace(settings, build=known.get("build", settings.build))
            parts = [_Shard(each, count, f"{each:05d}.jsonl") for each in range(count)]
            for part in parts:
                scheduling.add(Task(f"shard-{part.index}", _answer, (part, params), subject=part))
            done = 0
            while not scheduling.is_idle:
                for _ in scheduling.step():
                    done += 1
                if report is not None:
                    report(Record({
                        "kind": "report", "title": "evaluation", "percentage": int(100 * done / count),
                        "message": f"{done} of {count} shards, {len(scheduling.under_way)} under way",
                    }))  # fmt: skip
            files = [storage.join(work, part.answers) for part in parts]
            scheduling.add(Task("report", _report, (files, changes)))
            told: Mapping[str, Any] | None = None
            while told is None:
                for _, told in scheduling.step():
                    pass
        finally:
            if report is not None:
                report(None)
            scheduling.let_go()
        scheduling.run_on(scheduling.workers(), worker.clear_scratch, settings)
        again = scheduling.counts["again"] + scheduling.counts["moved"]
        return Evaluated(EvaluationReportReport(told), files, time.monotonic() - begin, again)


def _params(questions: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What each shard is asked with, but for the names of autoencoder and files."""
    given = dict(options)
    dataset = build.dataset(
        questions, given.pop("format", "questions"), given.pop("annotations", None), given.pop("pictures", None)
    )
    controls = build.controls(given.pop("random_features", None), given.pop("random_directions", None), given.pop("seed", None))
    params = {
        "dataset": dataset, "controls": controls, "reconstruction": given.pop("reconstruction", None) or None,
        "kinds": build.some_names(given.pop("kinds", None), "a kind of question"), "arms": given.pop("arms", None),
        "limit": given.pop("limit", None), "instruction": given.pop("instruction", None),
        "template": given.pop("template", None), "maxTokens": given.pop("max_tokens", None),
    }  # fmt: skip
    return {name: value for name, value in params.items() if value is not None}


# On a worker


def _plan(settings: Settings, plan: dict[str, Any], is_exact: bool) -> dict[str, Any]:
    """What an earlier call began, which this one must go on with, or what this one begins."""
    place = storage.join(settings.work, "plan.json")
    known: dict[str, Any] | None = storage.read_json(place)
    plan = json.loads(json.dumps(plan))
    if known is None:
        begun = {**plan, "build": f"answers-{uuid.uuid4().hex[:16]}"}
        storage.write_json(place, begun)
        return begun
    for name in plan:
        if plan[name] != known[name] and (name != "shards" or is_exact):
            raise LucarneError(
                f"{settings.work} was begun with {name} {known[name]!r}, this is {plan[name]!r}: give the same, or another folder"
            )
    return known


def _answer(settings: Settings, name: str, shard: _Shard, params: Mapping[str, Any]) -> Mapping[str, int]:
    """Answers one shard's questions; those that the file has are not asked again."""
    place = storage.join(settings.work, shard.answers)
    done = storage.join(settings.work, shard.answers + ".done")
    with worker.running(settings, name) as (signs, stopped), worker.scratch(settings, name) as folder:
        if (known := storage.read_json(done)) is not None and not known["missing"]:
            return dict(known)
        file = os.path.join(folder, "answers.jsonl")
        with contextlib.suppress(FileNotFoundError):
            # Another machine may have come further.
            if not os.path.exists(file) or storage.size(place) > os.path.getsize(file):
                storage.download(place, file)

        def bring() -> None:
            with open(file, "rb") as opened:
                content = opened.read()
            # A line is there whole or not at all.
            storage.write(place, content[: content.rfind(b"\n") + 1])

        snapshots = Snapshots(settings.snapshot_seconds, bring, lambda: worker.index_stamp(file))

        def told(job: Record) -> None:
            snapshots.tick()
            if job.progress is not None:
                signs.update(done=job.progress.done, total=job.progress.total, rate=job.progress.rate, message=job.progress.message)

        with worker.kernel(settings, folder) as kernel:
            sae = worker.loaded_autoencoder(kernel)
            sent = {
                **params, "arms": build.arms(params.get("arms") or {}, sae) or None, "answers": file,
                "sae": sae if params.get("arms") or params.get("reconstruction") else None,
                "shard": {"index": shard.index, "count": shard.count},
            }  # fmt: skip
            sent = {each: value for each, value in sent.items() if value is not None}
            found = worker.finished(kernel, lambda: kernel.call("evaluation/run", sent), signs, stopped, told)
        snapshots.end()
        bring()
        facts = {"asked": int(found.asked), "known": int(found.known), "missing": int(found.missing)}
        storage.write_json(done, facts)
        return facts


def _report(settings: Settings, name: str, files: list[str], changes: int) -> dict[str, Any]:
    """What the shards' files say together."""
    with worker.running(settings, name), worker.scratch(settings, name) as folder:
        held = []
        for number, each in enumerate(files):
            held.append(each if storage.is_local(each) else os.path.join(folder, f"{number}.jsonl"))
            if held[-1] != each:
                storage.download(each, held[-1])
        with worker.kernel(settings, folder, needs_model=False) as kernel:
            return dict(kernel.evaluation.report(answers=held, changes=changes).to_dict())

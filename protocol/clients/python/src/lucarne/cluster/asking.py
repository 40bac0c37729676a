"""Explanations and judges by a pool of endpoints, on a worker, with an estimate before most of it is spent."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
import uuid
from dataclasses import dataclass, replace
from typing import Any, Callable, Iterator, Mapping, Sequence

from distributed import Client

from .. import build
from ..calls import Progress
from ..errors import BadValue, LucarneError
from ..kernel import Kernel
from ..progress import reporter
from ..records import Record
from . import storage, worker
from .errors import EndpointsDown, OutputBusy, TooExpensive
from .pool import Endpoint, Pool, endpoints_of
from .scheduling import Scheduling, Task
from .worker import Settings, Snapshots, Stopped

#: The most questions that one job of the kernel has under way.
KERNEL_CONCURRENCY = 64

#: What a method is asked with beside where, who and how.
OPTIONS = {
    "explanation/generate": (
        "view", "rank_by", "exemplars", "style", "interpolation", "level", "side", "answer", "max_tokens", "again",
    ),
    "explanation/refine": ("concepts", "answer", "max_tokens", "again"),
    "explanation/score": (
        "scorers", "concepts", "view", "rank_by", "prompt", "exemplars", "mask", "quantile", "grounding_threshold", "pool", "trials",
        "questions", "seed", "answer", "max_tokens", "again",
    ),
    "evaluation/judge": ("concept", "arms", "limit", "answer", "max_tokens"),
}  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """What is still to be asked, and what it will take at what the trial took."""

    questions: int
    #: Seconds of the endpoints that are well, within their limits, or of the kernel where that makes questions more slowly.
    seconds: float | None
    prompt_tokens: int | None
    completion_tokens: int | None
    #: By the endpoints' prices, shared out by their pace.
    cost: float | None
    #: Answers that it rests on.
    measured: int

    def __str__(self) -> str:
        if self.seconds is None:
            return f"{self.questions:,} questions; nothing was answered yet to go by"
        time_ = f"{self.seconds / 3600:.1f} h" if self.seconds >= 5400 else f"{self.seconds / 60:.1f} min"
        return (
            f"{self.questions:,} questions in about {time_}: {self.prompt_tokens:,} tokens read, {self.completion_tokens:,} written"
            f"{f', {self.cost:.2f} to pay' if self.cost else ''}, by {self.measured} answers so far"
        )


@dataclass(frozen=True)
class Asked:
    """What came of asking, and what it took."""

    #: The method's own counts, such as explained, uninterpretable, failed, known.
    counts: Mapping[str, int]
    prompt_tokens: int
    completion_tokens: int
    cost: float
    seconds: float
    #: Of each endpoint: its state, answers, failures, tokens, mean seconds, cost.
    endpoints: Sequence[Mapping[str, Any]]
    #: None where nothing was to be asked.
    estimate: Estimate | None
    #: The method's result, of a single job.
    result: Record | None = None


#: Whether to go on after an estimate.
Confirm = Callable[[Estimate], bool]


def explain(
    client: Client,
    index: storage.Place,
    endpoints: Any,
    *,
    features: Any = None,
    **options: Any,
) -> Asked:
    """Has models say what features of an index stand for, as `lucarne explain` does, by several endpoints at once.

    What an endpoint's model has explained is not asked again, so the same call goes on where an earlier one ended.

    index: a path, written to in place, or an address, of which a copy is written back. endpoints: `Endpoint`s, or pairs of
    address and model; they should serve one model: explanations are signed with the first one's name. features: numbers,
    {"top": {"by": "frequency", "count": 1000}}, {"range": …} or {"state": …}; absent, the 100 most frequent. trial: questions
    asked before the estimate. max_cost, max_seconds: throw `TooExpensive` where the estimate is above. confirm: asked with
    the `Estimate`; where it says no, `TooExpensive`. What the trial asked stays in the index. The other options are those of
    `kernel.explanation.generate`.
    """
    chosen = _features(features) or {"top": {"by": "frequency", "count": 100}}
    return _ask(client, "explanation/generate", index, endpoints, {"features": chosen}, options)


def refine(client: Client, index: storage.Place, endpoints: Any, *, features: Any = None, **options: Any) -> Asked:
    """Makes short phrases of explanations, as `lucarne refine` does. See `explain`."""
    return _ask(client, "explanation/refine", index, endpoints, _given({"features": _features(features)}), options)


def score(
    client: Client,
    index: storage.Place,
    endpoints: Any,
    *,
    model: storage.Place | None = None,
    sae: storage.Place | None = None,
    scorers: Sequence[str] = ("consistency", "detection", "fuzz", "intruder"),
    features: Any = None,
    **options: Any,
) -> Asked:
    """Has judges say how well explanations hold, as `lucarne score` does, by several endpoints at once. See `explain`.

    model, sae: those of the index, on the worker; absent, what ships.
    """
    given = _given({"features": _features(features), "scorers": list(scorers)})
    return _ask(client, "explanation/score", index, endpoints, given, {**options, "model": model, "sae": sae})


def judge(
    client: Client,
    answers: Sequence[storage.Place] | storage.Place,
    endpoints: Any,
    *,
    concept: str,
    ratings: storage.Place,
    arms: str | Sequence[str] | None = None,
    limit: int | None = None,
    **options: Any,
) -> Asked:
    """Has judges rate the texts of an evaluation, as `lucarne judge-answers` does, by several endpoints at once. See `explain`.

    answers: files, or a folder of them, that workers see. ratings: the file that they are kept in.
    """
    many = [answers] if isinstance(answers, (str, os.PathLike)) else list(answers)
    given = _given({
        "answers": [storage.absolute(os.fspath(each)) for each in many], "concept": concept, "limit": limit,
        "arms": build.some_names(arms, "an arm"),
    })  # fmt: skip
    return _ask(client, "evaluation/judge", ratings, endpoints, given, options)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _features(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if isinstance(value, Record):
        return dict(value.to_dict())
    if isinstance(value, Mapping):
        return dict(value)
    return {"latents": [int(each) for each in value]}


@dataclass(frozen=True)
class _Request:
    """What the worker is to do."""

    method: str
    target: str
    params: Mapping[str, Any]
    endpoints: tuple[Endpoint, ...]
    tries: int
    patience: float
    trial: int
    max_cost: float | None
    max_seconds: float | None
    asks: bool


def _ask(client: Client, method: str, target: storage.Place, endpoints: Any, given: dict[str, Any], options: dict[str, Any]) -> Asked:
    rest = dict(options)
    confirm: Confirm | None = rest.pop("confirm", None)
    progress: Progress = rest.pop("progress", None)
    place = storage.absolute(target)
    model, sae = rest.pop("model", None), rest.pop("sae", None)
    settings = Settings(
        topic=f"lucarne-{uuid.uuid4().hex}", work="", owner="", build=f"asking-{uuid.uuid5(uuid.NAMESPACE_URL, place).hex[:16]}",
        model=None if model is None else os.path.abspath(os.fspath(model)),
        saes=() if sae is None else (os.path.abspath(os.fspath(sae)),), sae_options=rest.pop("sae_options", None) or {},
        device=rest.pop("device", None), threads=rest.pop("threads", None), memory_limit=rest.pop("memory_limit", None),
        program=rest.pop("program", "lucarne"), scratch=rest.pop("scratch", None), arguments=tuple(rest.pop("arguments", ())),
        snapshot_seconds=rest.pop("snapshot_seconds", 60.0),
    )  # fmt: skip
    request = _Request(
        method, place, {}, endpoints_of(endpoints), rest.pop("tries", 5), rest.pop("patience", 600.0), rest.pop("trial", 8),
        rest.pop("max_cost", None), rest.pop("max_seconds", None), confirm is not None,
    )  # fmt: skip
    scheduling_options = {each: rest.pop(each) for each in ("retries", "silent_seconds", "worker_seconds") if each in rest}
    known = OPTIONS[method]
    if unknown := sorted(set(rest) - set(known)):
        raise TypeError(f"there is no option {unknown[0]!r}; those of {method} are {', '.join(known)}")
    for limit, value, least in [
        ("trial", request.trial, 1), ("tries", request.tries, 1), ("patience", request.patience, 0),
        ("max_cost", request.max_cost, 0), ("max_seconds", request.max_seconds, 0),
    ]:  # fmt: skip
        if value is not None and not value >= least:
            raise BadValue(f"{limit} is {value}, expected {least} or more")
    request = replace(request, params={**given, **_given(rest)})
    report = reporter(progress, method)
    with Scheduling(client, settings, **scheduling_options) as scheduling:
        scheduling.settings = replace(settings, version=scheduling.probe())
        task = Task("asking", _work, (request,))
        scheduling.add(task)
        decided: set[str] = set()
        try:
            while True:
                for _, result in scheduling.step():
                    return result
                turn = task.sign.get("turn")
                if confirm is not None and task.worker is not None and turn is not None and turn not in decided:
                    decided.add(turn)
                    goes_on = confirm(Estimate(**task.sign["estimate"]))
                    scheduling.run_on([task.worker], _decide, turn, bool(goes_on))
                if report is not None and task.sign:
                    done, total = task.sign.get("done"), task.sign.get("total")
                    value = {"kind": "report", "title": method, "message": task.sign.get("message") or ""}
                    if total:
                        value["percentage"] = int(100 * (done or 0) / total)
                    report(Record(value))
        finally:
            if report is not None:
                report(None)


# On the worker

#: What was decided about estimates, by their turn.
_decisions: dict[str, bool] = {}
_decided = threading.Condition()


def _decide(turn: str, goes_on: bool) -> None:
    with _decided:
        _decisions[turn] = goes_on
        _decided.notify_all()


def _work(settings: Settings, name: str, request: _Request) -> Asked:
    # An index that has no address of its own is written in place, and nothing of it is ours.
    with worker.running(settings, name) as (signs, stopped), worker.scratch(settings, name) as folder:
        signs.without_owner()
        with _in_place(settings, request, folder) as (target, snapshots):
            pool = Pool(request.endpoints, tries=request.tries, patience=request.patience, trial=request.trial)
            needs_model = request.method == "explanation/score"
            with pool, worker.kernel(settings, folder, needs_model, {"LUCARNE_EXPLAINER_KEY": pool.token}) as kernel:
                asked = _Asking(settings, request, pool, kernel, target, signs, stopped, snapshots).run()
        # What was asked is where it belongs; what failed goes on with what is left here.
        shutil.rmtree(folder, ignore_errors=True)
        return asked


@contextlib.contextmanager
def _in_place(settings: Settings, request: _Request, folder: str) -> Iterator[tuple[str, Snapshots]]:
    """The file that is written to: itself, or a copy that is brought back."""
    target = request.target
    if storage.is_local(target):
        yield target, Snapshots(float("inf"), lambda: None, lambda: None)
        return
    copy, mark = os.path.join(folder, "target"), os.path.join(folder, "target.json")
    seen = storage.stamp_of(target)
    if os.path.exists(copy) and storage.read_json(mark) != {"stamp": seen}:
        # It was left by a call that was killed, and another machine has written since.
        _forget(copy)
    if not os.path.exists(copy):
        with contextlib.suppress(FileNotFoundError):
            storage.download(target, copy)
    storage.write_json(mark, {"stamp": seen})
    is_index = request.method != "evaluation/judge"

    def bring_back() -> None:
        nonlocal seen
        if storage.stamp_of(target) != seen:
            raise OutputBusy(f"{target} was written to by somebody else meanwhile; the same call asks again what was not brought back")
        if is_index:
            whole = os.path.join(folder, "snapshot.index")
            worker.copy_index(settings, copy, whole)
            storage.upload(whole, target)
            os.unlink(whole)
        else:
            storage.upload(copy, target)
        seen = storage.stamp_of(target)
        storage.write_json(mark, {"stamp": seen})

    snapshots = Snapshots(settings.snapshot_seconds, bring_back, lambda: worker.index_stamp(copy))
    try:
        yield copy, snapshots
    finally:
        snapshots.end()
        if os.path.exists(copy):
            bring_back()
            _forget(copy)


def _forget(copy: str) -> None:
    for each in (copy, copy + "-wal", copy + "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(each)


class _Asking:
    def __init__(
        self, settings: Settings, request: _Request, pool: Pool, kernel: Kernel, target: str, signs: worker.Signs,
        stopped: threading.Event, snapshots: Snapshots,
    ):  # fmt: skip
        self.settings, self.request, self.pool, self.kernel, self.target = settings, request, pool, kernel, target
        self.signs, self.stopped, self.snapshots = signs, stopped, snapshots
        self.estimate: Estimate | None = None
        self.progress: dict[int, Any] = {}
        self.told: dict[int, float] = {}
        self.begin = time.monotonic()

    def run(self) -> Asked:
        pieces = self._pieces()
        results: list[Record | None] = [None] * len(pieces)
        failures: list[BaseException] = []
        deciding = threading.Thread(target=self._decide_when_it_is_time, args=(failures,), daemon=True, name="estimate")

        def one(number: int, params: dict[str, Any]) -> None:
            try:
                results[number] = worker.finished(
                    self.kernel, lambda: self.kernel.call(self.request.method, params), self.signs, self.stopped,
                    lambda job: self._told(number, job),
                )  # fmt: skip
            except BaseException as error:  # noqa: BLE001: told by the thread that waits
                failures.append(error)
                self.stopped.set()

        threads = [threading.Thread(target=one, args=each, daemon=True, name="asking") for each in enumerate(pieces)]
        deciding.start()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # Questions that still wait for their turn are nobody's any more: they are not put, and not paid for.
        self.pool.end()
        self.stopped.set()
        deciding.join(timeout=10)
        self._raise(failures)
        return self._asked([each for each in results if each is not None])

    def _raise(self, failures: Sequence[BaseException]) -> None:
        """What explains the others: an estimate that is too high, then whatever a job failed with."""
        order: list[BaseException] = [each for each in failures if isinstance(each, TooExpensive)]
        order += [each for each in failures if not isinstance(each, (TooExpensive, Stopped))]
        if order:
            if isinstance(order[0], worker.DiskFull) and "no answers" in order[0].reason:
                # The job's own pause after questions without an answer.
                states = "; ".join(f"{each['url']}: {each['message'] or each['state']}" for each in self.pool.facts())
                raise EndpointsDown(f"{order[0].reason}; {states}; the same call goes on") from None
            raise order[0]
        if failures:
            raise LucarneError("the asking was stopped; the same call goes on")

    def _pieces(self) -> list[dict[str, Any]]:
        """What each job of the kernel is asked: one, or as many as the endpoints' concurrency needs."""
        request = self.request
        asker = {"endpoint": {"url": self.pool.address, "model": request.endpoints[0].model}}
        concurrency = max(1, self.pool.concurrency)
        jobs = -(-concurrency // KERNEL_CONCURRENCY)
        how = {
            "concurrency": min(concurrency, KERNEL_CONCURRENCY), "requestSeconds": 3600, "tries": 2,
            **{_wire(name): value for name, value in request.params.items()},
        }  # fmt: skip
        if request.method == "evaluation/judge":
            how["answers"] = [file for each in request.params["answers"] for file in _answer_files(each)]
            return [{**how, "ratings": self.target, "judge": asker}]
        where = {"index": self.target, **how}
        if request.method == "explanation/generate":
            return [{**where, "explainer": asker, "features": each} for each in _sliced(request.params["features"], jobs)]
        if request.method == "explanation/refine":
            return [{**where, "by": asker}]
        return [{**where, "judge": asker, "sae": worker.loaded_autoencoder(self.kernel)}]

    def _told(self, number: int, job: Record) -> None:
        self.snapshots.tick()
        if job.progress is not None:
            self.progress[number], self.told[number] = job.progress, time.monotonic()
            done, total = self._sums()
            seconds = time.monotonic() - self.begin
            states = ", ".join(f"{each['answers']} by {each['url']}" for each in self.pool.facts()[:4])
            self.signs.update(done=done, total=total, rate=done / seconds if seconds else None, message=states)

    def _sums(self) -> tuple[int, int]:
        known = list(self.progress.values())
        return sum(each.done for each in known), sum(each.total or 0 for each in known)

    def _decide_when_it_is_time(self, failures: list[BaseException]) -> None:
        """Opens the pool once the estimate is known and wanted."""
        while not self.pool.is_trial_over():
            if self.stopped.wait(0.1):
                return
        # The jobs tell of their progress twice a second; what they told before may be of another phase.
        over = time.monotonic()
        while time.monotonic() < over + 10 and not self.stopped.wait(0.1):
            if self.told and all(each > over + 0.1 for each in self.told.values()):
                break
        done, total = self._sums()
        found = self.pool.estimate(max(0, self._questions(total) - max(self._questions(done), self.pool.answers)))
        self.estimate = _estimate(found)
        request = self.request
        refusal = None
        is_priced = any(each.prompt_price or each.completion_price for each in request.endpoints)
        are_counted = self.estimate.prompt_tokens or self.estimate.completion_tokens
        if self.estimate.questions and not self.estimate.measured and (request.max_cost, request.max_seconds) != (None, None):
            refusal = f"whether it is within the limits is not known: {self.estimate}"
        elif self.estimate.questions and request.max_cost is not None and is_priced and not are_counted:
            refusal = f"whether it is within max_cost={request.max_cost:g} is not known: no endpoint tells how many tokens it took"
        elif request.max_cost is not None and (self.estimate.cost or 0) > request.max_cost:
            refusal = f"the estimate is above max_cost={request.max_cost:g}: {self.estimate}"
        elif request.max_seconds is not None and (self.estimate.seconds or 0) > request.max_seconds:
            refusal = f"the estimate is above max_seconds={request.max_seconds:g}: {self.estimate}"
        elif request.asks and not self._is_confirmed():
            refusal = f"it was not wanted: {self.estimate}"
        if refusal is not None:
            failures.append(TooExpensive(refusal, self.estimate))
            self.stopped.set()
        else:
            self.pool.open()

    def _questions(self, units: int) -> int:
        """How many questions so many units of progress are at most: of scores, a unit is a measure of a feature."""
        params = self.request.params
        each = {name: params.get("questions") or 10 for name in ("detection", "fuzz", "intruder")} | {"consistency": 2}
        asked = [each[name] for name in params.get("scorers", ()) if name in each]
        return -(-units * sum(asked) // len(asked)) if asked else units

    def _is_confirmed(self) -> bool:
        turn = uuid.uuid4().hex
        assert self.estimate is not None
        self.signs.update(turn=turn, estimate=vars(self.estimate))
        with _decided:
            while turn not in _decisions:
                if self.stopped.is_set():
                    return False
                _decided.wait(1.0)
            return _decisions.pop(turn)

    def _asked(self, results: Sequence[Record]) -> Asked:
        counts: dict[str, int] = {}
        for each in results:
            for name, value in each.to_dict().items():
                if isinstance(value, int) and not name.endswith("Tokens"):
                    counts[name] = counts.get(name, 0) + value
        members = self.pool.members
        return Asked(
            counts=counts, prompt_tokens=sum(each.prompt_tokens for each in members),
            completion_tokens=sum(each.completion_tokens for each in members), cost=sum(each.cost for each in members),
            seconds=time.monotonic() - self.begin, endpoints=self.pool.facts(), estimate=self.estimate,
            result=results[0] if len(results) == 1 else None,
        )  # fmt: skip


def _estimate(found: Mapping[str, Any]) -> Estimate:
    return Estimate(
        questions=found["questions"], seconds=found.get("seconds"), prompt_tokens=found.get("promptTokens"),
        completion_tokens=found.get("completionTokens"), cost=found.get("cost"), measured=found.get("measured", 0),
    )  # fmt: skip


def _wire(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(each.capitalize() for each in rest)


def _answer_files(place: str) -> list[str]:
    """A file of answers, or those of a folder."""
    if os.path.isdir(place):
        found = sorted(os.path.join(place, each) for each in os.listdir(place) if each.endswith(".jsonl"))
        if not found:
            raise BadValue(f"the folder {place} has no answers, expected files of JSON lines (.jsonl)")
        return found
    return [place]


def _sliced(features: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """The same features for several jobs, where that can be told apart beforehand."""
    if count > 1 and features.get("latents"):
        latents = list(features["latents"])
        return [{"latents": latents[start::count]} for start in range(min(count, len(latents)))]
    if count > 1 and features.get("top"):
        top = dict(features["top"])
        offset, whole = top.get("offset") or 0, top["count"]
        step = -(-whole // count)
        return [
            {"top": {**top, "offset": offset + start, "count": min(step, whole - start)}} for start in range(0, whole, step)
        ]
    if count > 1 and features.get("range"):
        start, end = features["range"]["start"], features["range"]["end"]
        step = max(1, -(-(end - start) // count))
        return [{"range": {"start": each, "end": min(end, each + step)}} for each in range(start, end, step)]
    return [dict(features)]

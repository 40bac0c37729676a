"""Explanations and judges by a pool of endpoints, on a worker, with an estimate before most of it is spent."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, Mapping, Sequence, Union

from distributed import Client

from .. import build, display, kinds
from ..calls import Progress
from ..errors import BadValue, LucarneError
from ..kernel import Kernel
from ..progress import reporter
from ..records import Record
from ..types import ExplanationScoreScorer
from . import storage, worker
from .errors import ClusterError, DiskFull, EndpointsDown, OutputBusy, TooExpensive, WorkerUnfit
from .options import DEFAULTS, Explaining, Judging, Refining, Scoring, check, names, taking
from .pool import Endpoint, Endpoints, Pool, endpoints_of
from .scheduling import Scheduling, Task
from .worker import Settings, Snapshots, Stopped

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: The most questions that one job of the kernel has under way.
KERNEL_CONCURRENCY = 64

@dataclass(frozen=True, repr=False)
class Estimate:
    """What is still to be asked, and what it will take if the rest is as the trial was. What the trial took is not in it.

    questions: at most. seconds: of the endpoints that are well, within their limits, or of the kernel where that makes
    questions more slowly. prompt_tokens, completion_tokens: read and written. cost: by the endpoints' prices, shared out by
    their pace, in their currency; 0 without prices. measured: answers that it rests on. Where there are none, the others
    are None.
    """

    questions: int
    seconds: float | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None
    measured: int

    def __repr__(self) -> str:
        if self.seconds is None:
            return f"{self.questions:,} questions; nothing was answered yet to go by"
        return (
            f"{self.questions:,} questions in about {display.duration(self.seconds)}: "
            f"{self.prompt_tokens:,} tokens read, {self.completion_tokens:,} written"
            f"{f', {self.cost:,.2f} to pay' if self.cost else ''}, by {self.measured} answers so far"
        )


@dataclass(frozen=True, repr=False)
class Asked:
    """What came of asking, and what it took.

    counts: of features, or of a judge's texts: those that were explained (refined, scored, asked); `known`, which had been
    before; `failed`, whose answers did not come or could not be read, and which the same call asks about again;
    `uninterpretable`, which stand for nothing that could be said; `silent`, which are never active; and the method's others
    (`kernel.explanation`). prompt_tokens, completion_tokens, cost: of this call, the trial included. seconds: of the worker.
    endpoints: of each its `url`, `model`, `state` (well, down, refuses) with a `message`, `answers`, `failures`, `promptTokens`,
    `completionTokens`, `meanSeconds` of an answer and `cost`. estimate: None where less was to be asked than the trial.
    result: the method's own, where one job did it; of `score` it has the means.
    """

    counts: Mapping[str, int]
    prompt_tokens: int
    completion_tokens: int
    cost: float
    seconds: float
    endpoints: Sequence[Mapping[str, Any]]
    estimate: Estimate | None
    result: Record | None = None

    def __repr__(self) -> str:
        tables = [(_MEAN, self._means()), (_ENDPOINT, self._rows())]
        shown = [display.text_table([*heads[1:], heads[0]], [(*rest, name) for name, *rest in rows]) for heads, rows in tables if rows]
        return "\n".join([self._counted(), self._spent(), *shown])

    def _repr_html_(self) -> str:
        estimate = f"estimated after the trial: {self.estimate}" if self.estimate is not None else ""
        return display.box(
            display.escape(self._counted()), display.table(_MEAN, self._means()) if self._means() else "",
            display.table(_ENDPOINT, self._rows(), (0, 1)), display.note(display.escape(self._spent())),
            display.note(display.escape(estimate)) if estimate else "",
        )  # fmt: skip

    def _counted(self) -> str:
        found = sorted(self.counts.items(), key=lambda each: -each[1])
        return ", ".join(f"{count:,} {name}" for name, count in found if count) or "nothing was to be done"

    def _spent(self) -> str:
        paid = f", {self.cost:,.2f} to pay" if self.cost else ""
        return f"{self.prompt_tokens:,} tokens read, {self.completion_tokens:,} written{paid}, in {display.duration(self.seconds)}"

    def _means(self) -> list[tuple[Any, ...]]:
        """Of scores, each measure beside chance."""
        means = (self.result.to_dict() if self.result is not None else {}).get("means") or []
        return [
            (each["kind"], *("–" if each.get(name) is None else f"{each[name]:.3f}" for name in ("value", "baseline", "overAll")),
             f"{each['count']:,}")
            for each in means
        ]  # fmt: skip

    def _rows(self) -> list[tuple[Any, ...]]:
        return [
            (
                each["url"], f"{each['state']}{': ' + each['message'] if each['message'] else ''}", f"{each['answers']:,}",
                f"{each['failures']:,}", "" if each["meanSeconds"] is None else f"{each['meanSeconds']:.2f}",
                f"{each['cost']:,.2f}" if each["cost"] else "",
            )
            for each in self.endpoints
        ]  # fmt: skip


_MEAN = ("measure", "mean", "by chance", "over all", "features")
_ENDPOINT = ("endpoint", "state", "answers", "failures", "seconds each", "cost")


#: Whether to go on after an estimate.
Confirm = Callable[[Estimate], bool]
#: Which features: their numbers, or a selection of the protocol such as {"top": {"by": "frequency", "count": 1000}}.
Features = Union[Iterable[int], Mapping[str, Any], Record, None]


@taking(Explaining)
def explain(
    client: Client,
    index: storage.Place,
    endpoints: Endpoints,
    *,
    features: Features = None,
    **options: Unpack[Explaining],
) -> Asked:
    """Has models say what features of an index stand for, as `lucarne explain` does, by several endpoints at once.

    What an endpoint's model has explained is not asked again, so the same call goes on where an earlier one ended.

    index: a path, written to in place, or an address, of which a copy is written back. endpoints: `Endpoint`s, or pairs of
    address and model; they should serve one model: explanations are signed with the first one's name. features: numbers,
    {"top": {"by": "frequency", "count": 1000}}, {"range": {"start": 0, "end": 512}} or {"state": "failed"}; absent, the 100
    most frequent, a question each.

    trial: questions that are asked before the estimate; what they brought stays in the index. confirm: gets the `Estimate`
    on this side and says whether to go on. max_cost, max_seconds: the most that the estimate may say, in the prices'
    currency and in seconds. tries: of a question that got no answer. patience: seconds that questions wait for while no
    endpoint is well. snapshot_seconds: between two copies to an address. The rest of what may be spent is as in
    `build_index`; view, rank_by, exemplars, style, … are those of `kernel.explanation.generate`.

    Raises: TooExpensive where the estimate is above max_cost or max_seconds, or confirm says no; EndpointsDown; NoWorkers;
    BadValue; InvalidParams.
    """
    chosen = _features(features) or {"top": {"by": "frequency", "count": 100}}
    return _ask("explain", client, "explanation/generate", index, endpoints, {"features": chosen}, options, Explaining)


@taking(Refining)
def refine(
    client: Client, index: storage.Place, endpoints: Endpoints, *, features: Features = None, **options: Unpack[Refining]
) -> Asked:
    """Makes short phrases of explanations, as `lucarne refine` does. See `explain`.

    features: absent, all that have an explanation, a question each.
    """
    return _ask("refine", client, "explanation/refine", index, endpoints, _given({"features": _features(features)}), options, Refining)


@taking(Scoring)
def score(
    client: Client,
    index: storage.Place,
    endpoints: Endpoints,
    *,
    model: storage.Place | None = None,
    sae: storage.Place | None = None,
    scorers: Sequence[ExplanationScoreScorer] = ("consistency", "detection", "fuzz", "intruder"),
    features: Features = None,
    **options: Unpack[Scoring],
) -> Asked:
    """Has judges say how well explanations hold, as `lucarne score` does, by several endpoints at once. See `explain`.

    model, sae: those of the index, on the worker; absent, what ships. features: absent, all that have an explanation, and
    for intruder, which needs none, all that are active: of a large autoencoder most of what is asked. Of a feature
    consistency asks 2 questions, each other scorer `questions` (10).
    """
    given = _given({"features": _features(features), "scorers": list(scorers)})
    return _ask("score", client, "explanation/score", index, endpoints, given, options, Scoring, model, sae)


@taking(Judging)
def judge(
    client: Client,
    answers: Sequence[storage.Place] | storage.Place,
    endpoints: Endpoints,
    *,
    concept: str,
    ratings: storage.Place,
    arms: str | Sequence[str] | None = None,
    limit: int | None = None,
    **options: Unpack[Judging],
) -> Asked:
    """Has judges rate the texts of an evaluation, as `lucarne judge-answers` does, by several endpoints at once. See `explain`.

    answers: files, or a folder of them, that workers see. concept: what is steered towards, in words. ratings: the file that
    they are kept in; `kernel.read_answers(*files, ratings=…)` has their table. arms: whose texts are rated beside the plain
    model's; absent, all. limit: answered questions at most. A text is asked about three times.
    """
    many = [answers] if isinstance(answers, (str, os.PathLike)) else list(answers)
    given = _given({
        "answers": [storage.absolute(os.fspath(each)) for each in many], "concept": concept, "limit": limit,
        "arms": build.some_names(arms, "an arm"),
    })  # fmt: skip
    return _ask("judge", client, "evaluation/judge", ratings, endpoints, given, options, Judging)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _features(value: Features) -> dict[str, Any] | None:
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


def _ask(
    function: str, client: Client, method: str, target: storage.Place, endpoints: Endpoints, given: dict[str, Any],
    options: Mapping[str, Any], kind: type, model: storage.Place | None = None, sae: storage.Place | None = None,
) -> Asked:  # fmt: skip
    check(function, options, kind)
    rest: dict[str, Any] = {**{name: value for name, value in DEFAULTS.items() if name in names(kind)}, **options}
    confirm: Confirm | None = rest.pop("confirm", None)
    progress: Progress = rest.pop("progress", None)
    place = storage.absolute(target)
    settings = Settings(
        topic=f"lucarne-{uuid.uuid4().hex}", work="", owner="", build=f"asking-{uuid.uuid5(uuid.NAMESPACE_URL, place).hex[:16]}",
        model=None if model is None else os.path.abspath(os.fspath(model)),
        saes=() if sae is None else (os.path.abspath(os.fspath(sae)),), sae_options=rest.pop("sae_options", None) or {},
        device=rest.pop("device", None), threads=rest.pop("threads", None), memory_limit=rest.pop("memory_limit", None),
        program=rest.pop("program"), scratch=rest.pop("scratch", None), arguments=tuple(rest.pop("arguments")),
        snapshot_seconds=rest.pop("snapshot_seconds"),
    )  # fmt: skip
    request = _Request(
        method, place, {}, endpoints_of(endpoints), rest.pop("tries"), rest.pop("patience"), rest.pop("trial"),
        rest.pop("max_cost", None), rest.pop("max_seconds", None), confirm is not None,
    )  # fmt: skip
    scheduling_options = {each: rest.pop(each) for each in ("retries", "silent_seconds", "worker_seconds")}
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
                    if isinstance(result, ClusterError):
                        raise result
                    found: Asked = result
                    return found
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


def _work(settings: Settings, name: str, request: _Request) -> Asked | ClusterError:
    # An index that has no address of its own is written in place, and nothing of it is ours.
    with worker.running(settings, name) as (signs, stopped), worker.scratch(settings, name) as folder:
        signs.without_owner()
        try:
            with _in_place(settings, request, folder) as (target, snapshots):
                pool = Pool(request.endpoints, tries=request.tries, patience=request.patience, trial=request.trial)
                needs_model = request.method == "explanation/score"
                with pool, worker.kernel(settings, folder, needs_model, {"LUCARNE_EXPLAINER_KEY": pool.token}) as kernel:
                    asked = _Asking(settings, request, pool, kernel, target, signs, stopped, snapshots).run()
        except (TooExpensive, EndpointsDown) as error:
            # Nothing is wrong with this worker: an answer, which Dask does not log as a failure of its own.
            return error
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
            if isinstance(order[0], DiskFull) and "no answers" in order[0].reason:
                # The job's own pause after questions without an answer.
                states = "; ".join(f"{each['url']}: {each['message'] or each['state']}" for each in self.pool.facts())
                raise EndpointsDown(f"{order[0].reason}; {states}; the same call goes on") from None
            if isinstance(order[0], kinds.UnsupportedTarget) and "libcurl" in str(order[0]):
                raise WorkerUnfit(worker.here(), f"{order[0]} (Debian's package is libcurl4)") from None
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
            refusal = f"confirm said no to the estimate: {self.estimate}"
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
        if "features" not in params and "intruder" in params.get("scorers", ()):
            # It is asked of more features than the other scorers are.
            return units * max(asked)
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

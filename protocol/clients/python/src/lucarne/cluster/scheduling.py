"""Tasks on Dask's workers: given out, given out again where workers die or cannot do them, stopped.

Dask decides where a task runs; this only bounds how many are under way, and says which workers are out of the question.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
import uuid
import warnings
from collections import Counter
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Iterator, Mapping

from distributed import Client, Future, wait
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker

from ..errors import BadValue, InvalidParams, KernelWarning, LucarneError
from ..version import __version__
from . import storage, worker
from .errors import ClusterError, DiskFull, NoWorkers, PartFailed, WorkerUnfit
from .worker import Probe, Settings

#: A place of no machine's own, where failures may pass.
FAR = "far://"
#: Seconds for which a worker with a full disk gets nothing more.
REST_SECONDS = 300.0


class Silence(OSError):
    """What a worker says that does not answer."""


@dataclass(eq=False)
class Task:
    """Something for one worker to do."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    #: What it is about, for whoever gets the result.
    subject: Any = None
    failures: int = 0
    #: Deaths of its workers since it last came further.
    deaths: int = 0
    farthest: int = -1
    future: Future | None = None
    #: The workers that it was bound to, where some were unfit.
    bound: frozenset[str] | None = None
    #: What it last told, and when.
    sign: dict[str, Any] = field(default_factory=dict)
    heard: float = 0.0
    started: float = 0.0
    stopping: float | None = None
    tries: int = 0
    #: Until when a store that was out of reach is left alone.
    rests_until: float = 0.0

    @property
    def worker(self) -> str | None:
        return self.sign.get("worker")

    @property
    def remaining_seconds(self) -> float | None:
        """What is left at the pace so far; None where that is not known."""
        done, total, rate = self.sign.get("done"), self.sign.get("total"), self.sign.get("rate")
        if not rate or total is None or done is None:
            return None
        return float(max(0, total - done)) / float(rate)


class Scheduling:
    """The tasks of one piece of work."""

    def __init__(
        self, client: Client, settings: Settings, *, retries: int = 3, most_deaths: int = 3, silent_seconds: float = 120.0,
        worker_seconds: float = 600.0,
    ):  # fmt: skip
        if client.asynchronous:
            raise BadValue("the client is asynchronous, expected one with blocking calls: Client(…) without asynchronous=True")
        self.client, self.settings = client, settings
        self.retries, self.most_deaths = retries, most_deaths
        self.silent_seconds, self.worker_seconds = silent_seconds, worker_seconds
        self.waiting: list[Task] = []
        self.under_way: list[Task] = []
        #: Why workers get nothing, and until when.
        self.unfit: dict[str, tuple[str, float]] = {}
        #: Of these, those that may be better by themselves.
        self._silent: set[str] = set()
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._heard: dict[str, dict[str, Any]] = {}
        self._without_since: float | None = None
        #: The task that Dask last gave up because its workers died.
        self._deadly: str | None = None

    # Beginning and end

    def __enter__(self) -> "Scheduling":
        if self.client.status != "running":
            raise ClusterError(f"the client is {self.client.status}, expected one that is connected to a scheduler")
        self.client.subscribe_topic(self.settings.topic, self._hear)
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        # Of a client that has lost its scheduler all calls fail, these included.
        with contextlib.suppress(Exception):
            for each in self.under_way:
                if each.future is not None:
                    # The task sees it, lets its kernel write, and ends.
                    each.future.cancel()
            self.client.unsubscribe_topic(self.settings.topic)
        if isinstance(error, Exception) and not isinstance(error, LucarneError) and self.client.status != "running":
            raise ClusterError(
                f"the scheduler of this client is gone ({type(error).__name__}: {error}); what was done is kept: "
                "the same call goes on with another client"
            ) from error

    def _hear(self, event: tuple[float, Any]) -> None:
        _, message = event
        if isinstance(message, dict) and "task" in message:
            with self._lock:
                self._heard[message["task"]] = {**message, "heard": time.monotonic()}

    # Workers

    def workers(self) -> list[str]:
        """Those that may get tasks."""
        return self._fit(self.client.nthreads())

    def _fit(self, known: Iterable[str]) -> list[str]:
        now = time.monotonic()
        self.unfit = {each: value for each, value in self.unfit.items() if value[1] > now}
        return [each for each in known if each not in self.unfit]

    def shun(self, address: str, reason: str, seconds: float = float("inf"), is_silent: bool = False) -> None:
        if address not in self.unfit:
            warnings.warn(f"a worker gets no tasks: {reason}", KernelWarning, stacklevel=3)
            self.counts["unfit"] += 1
        self.unfit[address] = (reason, time.monotonic() + seconds)
        (self._silent.add if is_silent else self._silent.discard)(address)

    def wait_for_workers(self) -> None:
        end = time.monotonic() + self.worker_seconds
        wish: Future | None = None
        while not self.client.nthreads():
            # A cluster that grows with what there is to do needs something to do.
            wish = wish or self.client.submit(os.getpid, pure=False)
            if time.monotonic() > end:
                wish.cancel()
                raise NoWorkers(f"the scheduler {self._address} has no worker after {self.worker_seconds:.0f} s")
            time.sleep(0.5)

    @property
    def _address(self) -> str:
        return str(self.client.scheduler.address) if self.client.scheduler is not None else "of this client"

    def probe(self) -> str:
        """Looks at every worker; the version of the program that they agree on. Throws `NoWorkers`."""
        self.wait_for_workers()
        found = self.run_on(list(self.client.nthreads()), worker.probe, self.settings)
        fit: dict[str, Probe] = {}
        for address, each in found.items():
            if isinstance(each, Silence):
                self.shun(address, f"the worker at {address} does not answer", REST_SECONDS, is_silent=True)
            elif not isinstance(each, Probe):
                self.shun(address, f"the worker at {address} cannot load lucarne.cluster {__version__}: install it there, too: {each!r}")
            elif each.reason is not None:
                self.shun(address, f"the worker at {address} on {each.host}: {each.reason}")
            elif each.package != __version__:
                reason = f"its package lucarne is {each.package}, this one {__version__}"
                self.shun(address, f"the worker at {address} on {each.host}: {reason}")
            else:
                fit[address] = each
        if not fit:
            raise NoWorkers("no worker can do the work: " + "; ".join(sorted({reason for reason, _ in self.unfit.values()})))
        version = self.settings.version or _agreed([each.version for each in fit.values()])
        for address, each in fit.items():
            if each.version != version:
                reason = f"its program is version {each.version}, that of the others {version}"
                self.shun(address, f"the worker at {address} on {each.host}: {reason}")
        self._require_fit()
        return version

    def _require_fit(self) -> None:
        """Where there are workers, but none that can do the work, nothing will change by itself."""
        now = time.monotonic()
        # Looked at once: workers come and go.
        known = self.client.nthreads()
        if self._fit(known):
            self._without_since = None
        elif known and not known.keys() & self._silent:
            raise NoWorkers("no worker can do the work: " + "; ".join(sorted({reason for reason, _ in self.unfit.values()})))
        else:
            self._without_since = self._without_since or now
            if now - self._without_since > self.worker_seconds:
                reasons = "; ".join(sorted({reason for reason, _ in self.unfit.values()})) or "all have gone"
                if self._deadly is not None:
                    reasons += f"; the last ended while they ran {self._deadly}"
                raise NoWorkers(f"there has been no worker for {self.worker_seconds:.0f} s: {reasons}")

    def run_on(self, addresses: list[str], function: Callable[..., Any], *arguments: Any, seconds: float = 60.0) -> dict[str, Any]:
        """Runs something on workers at once, beside their tasks: what each answered or threw, or its `Silence`."""
        found: dict[str, Any] = {each: Silence() for each in addresses}

        def ask(address: str) -> None:
            try:
                answers = self.client.run(_in_a_thread, function, *arguments, workers=[address], on_error="return")
                found[address] = answers.get(address, found[address])
            except Exception as error:  # noqa: BLE001: the worker has gone
                found[address] = error

        threads = [threading.Thread(target=ask, args=(each,), daemon=True, name="aside") for each in addresses]
        for thread in threads:
            thread.start()
        end = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        return dict(found)

    def aside(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Runs something short on a worker at once, beside its tasks, for what only workers see."""
        failure: BaseException | None = None
        end = time.monotonic() + self.worker_seconds
        tries = 0
        while tries < 3:
            self.wait_for_workers()
            self._require_fit()
            for address in self.workers()[:3]:
                answer = self.run_on([address], function, *arguments)[address]
                if isinstance(answer, Silence):
                    self.shun(address, f"the worker at {address} does not answer", REST_SECONDS, is_silent=True)
                elif not isinstance(answer, BaseException):
                    return answer
                elif isinstance(answer, ImportError):
                    self.shun(address, f"the worker at {address}: its Python lacks a package: {answer}")
                    continue
                if not isinstance(answer, OSError):
                    raise answer
                failure = answer
            # A worker that went meanwhile says nothing of the place; another will.
            is_gone = isinstance(failure, CommClosedError) and time.monotonic() < end
            tries += 0 if is_gone else 1
            time.sleep(0.5)
        if isinstance(failure, OSError):
            raise ClusterError(f"workers cannot use what the work needs: {failure}") from failure
        raise NoWorkers("no worker answers")

    def let_go(self) -> None:
        """Gives the work's folder free, by any worker: also by one that can do nothing else, such as on a full disk."""
        with contextlib.suppress(Exception):
            # Where nobody does it, the folder is taken for free after a minute.
            for address in list(self.client.nthreads())[:3]:
                if self.run_on([address], worker.release, self.settings, seconds=10)[address] is None:
                    return

    # Tasks

    def add(self, task: Task) -> None:
        self.waiting.append(task)

    @property
    def is_idle(self) -> bool:
        return not self.waiting and not self.under_way

    def step(self, seconds: float = 0.5) -> Iterator[tuple[Task, Any]]:
        """Gives tasks out and waits a little: those that have ended meanwhile, with their results."""
        self._give_out()
        futures = [each.future for each in self.under_way if each.future is not None]
        if futures:
            try:
                wait(futures, timeout=seconds, return_when="FIRST_COMPLETED")
            except (TimeoutError, asyncio.TimeoutError, CancelledError):
                pass  # What became of them is seen below.
        else:
            time.sleep(min(seconds, 0.2))
        self._note_signs()
        # Asked once for all tasks: each answer names every worker.
        known = self.client.nthreads() if self.under_way else {}
        for task in list(self.under_way):
            assert task.future is not None
            if task.future.status == "pending":
                self._look_after(task, known)
                continue
            self.under_way.remove(task)
            if task.future.status == "finished":
                try:
                    result = task.future.result()
                except Exception:  # noqa: BLE001: its worker has gone with the result; what it made is kept
                    self._again(task)
                    continue
                task.future = None
                yield task, result
            else:
                self._take_failure(task)

    def _give_out(self) -> None:
        workers = self.workers()
        self._require_fit()
        now = time.monotonic()
        rested = [each for each in self.waiting if each.rests_until <= now]
        for task in rested[: max(0, len(workers) - len(self.under_way))]:
            self.waiting.remove(task)
            task.tries += 1
            task.bound = frozenset(workers) if self.unfit else None
            task.sign, task.stopping, task.started, task.heard = {}, None, time.monotonic(), time.monotonic()
            with self._lock:
                self._heard.pop(task.name, None)
            key = f"lucarne-{task.name}-{task.tries}-{uuid.uuid4().hex[:8]}"
            task.future = self.client.submit(
                task.function, self.settings, task.name, *task.arguments, key=key, pure=False,
                workers=sorted(task.bound) if task.bound is not None else None, allow_other_workers=False,
            )  # fmt: skip
            self.under_way.append(task)

    def _note_signs(self) -> None:
        with self._lock:
            heard = dict(self._heard)
        for task in self.under_way:
            if (sign := heard.get(task.name)) is None:
                continue
            if task.sign and sign["worker"] != task.sign["worker"]:
                # Dask gave it to another worker because this one died.
                self.counts["moved"] += 1
            task.sign, task.heard = sign, sign["heard"]
            if sign["done"] > task.farthest:
                task.farthest, task.deaths = sign["done"], 0

    def _look_after(self, task: Task, known: Mapping[str, int]) -> None:
        """Takes a task from workers that are gone, or give no sign."""
        if task.bound is not None and not task.bound & known.keys():
            self._withdraw(task)
        elif task.sign and time.monotonic() - task.heard > self.silent_seconds:
            reason = f"the worker at {task.worker} has given no sign for {self.silent_seconds:.0f} s"
            self.shun(str(task.worker), reason, REST_SECONDS, is_silent=True)
            self._withdraw(task)

    def _withdraw(self, task: Task) -> None:
        assert task.future is not None
        task.future.cancel()
        self.under_way.remove(task)
        self._again(task)

    def _again(self, task: Task) -> None:
        self.counts["again"] += 1
        task.future = None
        self.waiting.insert(0, task)

    def _take_failure(self, task: Task) -> None:
        assert task.future is not None
        if task.future.status in ("cancelled", "lost"):
            self._again(task)
            return
        error = task.future.exception()
        address = error.address if isinstance(error, WorkerUnfit) else None
        if isinstance(error, KilledWorker):
            task.deaths += 1
            self._deadly = task.name
            self.counts["killed"] += 1
            if task.deaths >= self.most_deaths:
                raise PartFailed(f"{task.name} has ended the process of every worker that it was given to, without coming further: {error}")
        elif isinstance(error, WorkerUnfit):
            if address is not None:
                self.shun(address, str(error), REST_SECONDS if isinstance(error, DiskFull) else float("inf"))
            else:
                task.failures += 1
        elif isinstance(error, (ClusterError, BadValue, InvalidParams)):
            raise error
        else:
            task.failures += 1
            self.counts["failed"] += 1
            if isinstance(error, OSError) and not storage.is_settled(error, FAR):
                # A store that answers no more is given time to come back: a second, four, sixteen.
                task.rests_until = time.monotonic() + min(64.0, 4.0 ** (task.failures - 1))
            if task.failures > self.retries:
                raise PartFailed(f"{task.name} failed {task.failures} times, the last because {type(error).__name__}: {error}") from error
        self._again(task)

    def stop(self, task: Task) -> None:
        """Asks a task to end with what it has; on a thread, because a worker that was cut off would keep us waiting."""
        if (address := task.worker) is None:
            return
        task.stopping = time.monotonic()

        def ask() -> None:
            try:
                self.client.run(worker.stop, task.name, workers=[address], on_error="return")
            except Exception:  # noqa: BLE001: whoever does not hear it is found by its silence
                pass

        threading.Thread(target=ask, daemon=True, name="stop").start()


async def _in_a_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.to_thread(function, *arguments)


def _agreed(versions: list[str]) -> str:
    """The version of this package, with or without a mark; else what most have."""
    counts = Counter(versions)
    own = [each for each in counts if each.partition("-")[0] == __version__]
    return max(own or list(counts), key=lambda each: (counts[each], each))


def client_name() -> str:
    """Who this is, for whoever finds the work taken."""
    return f"the process {os.getpid()} on {socket.gethostname()}"

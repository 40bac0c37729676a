"""What runs on a worker: a kernel of its own for each task, in a scratch folder that outlives the task.

One task of ours at a time runs in a worker's process, with the threads that Dask gave to the worker.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Mapping
from urllib.parse import quote

from distributed import Reschedule, get_worker

from .. import kinds, program as packaged
from ..errors import KernelNotFound, LucarneError, RequestFailed, response_error
from ..kernel import Kernel
from ..records import Record
from ..version import __version__
from . import storage
from .errors import ClusterError, DiskFull, OutputBusy, WorkerUnfit

#: Seconds between two signs of life of a task.
SIGN_SECONDS = 1.0
#: How long an index may be busy, such as by a kernel that is just ending.
BUSY_SECONDS = 120.0
#: How long a scratch folder that another process holds is waited for.
HELD_SECONDS = 30.0
#: Seconds after which what nobody touched in a scratch folder is thrown away.
FORGOTTEN_SECONDS = 14 * 86400.0
#: A file that tells a folder of ours from what else lies where scratch folders are.
MARK = ".lucarne-scratch"
#: Seconds after which an owner that gives no sign counts as gone.
OWNER_SECONDS = 60.0

#: One task at a time in a process.
_slot = threading.Lock()
#: Names of tasks that were asked to stop.
_stops: dict[str, threading.Event] = {}


@dataclass(frozen=True)
class Settings:
    """What tasks need to know of the whole."""

    #: What this run's events are called.
    topic: str
    #: A folder that all workers reach, by path or address.
    work: str
    #: Who does the work: two at once must not.
    owner: str
    #: Tells this work from others in a scratch folder.
    build: str
    program: str = "lucarne"
    version: str | None = None
    model: str | None = None
    saes: tuple[str, ...] = ()
    sae_options: Mapping[str, Any] = field(default_factory=dict)
    device: str | None = None
    threads: int | None = None
    memory_limit: int | None = None
    scratch: str | None = None
    snapshot_seconds: float = 60.0
    arguments: tuple[str, ...] = ()


# Who runs this


def here() -> str:
    """This worker's name for messages."""
    try:
        worker = get_worker()
        return f"the worker {worker.name} at {worker.address} on {socket.gethostname()}"
    except ValueError:
        return f"the process {os.getpid()} on {socket.gethostname()}"


def found_program(program: str) -> str:
    """The program on this machine: the package's own, one on the PATH, or beside this Python. Throws `WorkerUnfit`."""
    own = packaged.own() if program == packaged.NAME else None
    beside = os.path.join(os.path.dirname(sys.executable), program)
    found = own or shutil.which(program) or (beside if os.access(beside, os.X_OK) else None)
    if found is None:
        raise WorkerUnfit(here(), f"the program {program} is not there: it is neither on the PATH nor beside {sys.executable}")
    return found


def program_version(program: str) -> str:
    try:
        found = subprocess.run([found_program(program), "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise WorkerUnfit(here(), f"the program {program} does not run: {error}") from None
    words = found.stdout.split()
    return words[-1] if words else ""


def check_version(found: str, wanted: str | None) -> None:
    if wanted is not None and found != wanted:
        raise WorkerUnfit(here(), f"its program is version {found}, that of the others {wanted}")


def check_files(settings: Settings) -> None:
    for what, path in [("model", settings.model), *(("autoencoder", each) for each in settings.saes)]:
        if path is not None and not os.path.exists(path):
            raise WorkerUnfit(here(), f"the {what} {path} is not there")


@dataclass(frozen=True)
class Probe:
    """What a worker is like."""

    reason: str | None
    version: str = ""
    package: str = __version__
    host: str = ""


def probe(settings: Settings) -> Probe:
    """Whether this worker can do the work, before it gets any."""
    host = socket.gethostname()
    try:
        version = program_version(settings.program)
        check_files(settings)
        folder = scratch_root(settings)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
    except WorkerUnfit as error:
        return Probe(error.reason, host=host)
    except OSError as error:
        return Probe(f"its scratch folder cannot be written: {error}", host=host)
    return Probe(None, version, host=host)


# Signs of life


class Signs:
    """Tells every few seconds that a task lives and how far it is, and keeps the work's owner fresh."""

    def __init__(self, settings: Settings, task: str, stopped: threading.Event):
        self._settings, self._task, self._stopped = settings, task, stopped
        self._state: dict[str, Any] = {"done": 0, "total": None, "rate": None, "message": "starts"}
        self._ended = threading.Event()
        self._refused: OutputBusy | None = None
        self._has_owner = True
        #: Whether the task is to stop because nobody waits for it.
        self.is_given_up = False
        # A thread of its own knows no worker.
        try:
            self._worker: Any = get_worker()
            self._key: Any = self._worker.get_current_task()
        except ValueError:
            self._worker = self._key = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="signs")

    def update(self, **state: Any) -> None:
        self._state = {**self._state, **state}

    def without_owner(self) -> None:
        """For work that keeps no folder."""
        self._has_owner = False

    def check(self) -> None:
        """Throws where somebody else has taken the work over."""
        if self._refused is not None:
            raise self._refused

    def _send(self) -> None:
        if self._worker is not None:
            event = {"task": self._task, "worker": self._worker.address, **self._state}
            with contextlib.suppress(Exception):
                # A worker that is just closing has nobody to tell.
                self._worker.log_event(self._settings.topic, event)

    def _is_given_up(self) -> bool:
        """Whether the scheduler has taken the task back, such as when its client has gone."""
        try:
            task = self._worker.state.tasks.get(self._key)
            return task is None or task.state == "cancelled"
        except AttributeError:
            return False  # No worker, or one that keeps this elsewhere.

    def _run(self) -> None:
        told = time.monotonic()
        while not self._ended.wait(SIGN_SECONDS):
            self._send()
            if self._is_given_up():
                self.is_given_up = True
                self._stopped.set()
            if self._has_owner and time.monotonic() - told > OWNER_SECONDS / 6:
                told = time.monotonic()
                try:
                    refresh_owner(self._settings)
                except OutputBusy as error:
                    self._refused = error
                    return
                except Exception:  # noqa: BLE001: a store that does not answer is told by whoever needs it
                    pass

    def __enter__(self) -> "Signs":
        self._send()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=5)


def stop(task: str) -> None:
    """Asks a task of this process to stop at its next step."""
    if (event := _stops.get(task)) is not None:
        event.set()


@contextlib.contextmanager
def running(settings: Settings, task: str) -> Iterator[tuple[Signs, threading.Event]]:
    """A task's turn in this process. Gives the task back to the scheduler where another has it."""
    if not _slot.acquire(blocking=False):
        time.sleep(0.5)
        raise Reschedule()
    try:
        stopped = _stops[task] = threading.Event()
        with Signs(settings, task, stopped) as signs, faults():
            yield signs, stopped
    finally:
        _stops.pop(task, None)
        _slot.release()


@contextlib.contextmanager
def faults() -> Iterator[None]:
    """Tells what is wrong with this worker from what is wrong with the work."""
    try:
        yield
    except (ClusterError, Reschedule):
        raise
    except OSError as error:
        if storage.is_full(error):
            raise DiskFull(here(), f"no room is left: {error}") from error
        raise
    except KernelNotFound as error:
        raise WorkerUnfit(here(), str(error)) from None
    except ImportError as error:
        raise WorkerUnfit(here(), f"its Python lacks a package: {error}") from None
    except (kinds.CheckpointInvalid, kinds.DeviceUnavailable, kinds.OutOfMemory, kinds.ModelNotLoaded, kinds.SaeMismatch) as error:
        raise WorkerUnfit(here(), str(error)) from None


# The work's owner


def _owner(settings: Settings) -> str:
    return storage.join(settings.work, "owner.json")


def claim(settings: Settings, client: str) -> None:
    """Takes the work for this client. Throws `OutputBusy` where another one is at it."""
    place = _owner(settings)
    known = storage.read_json(place)
    if known is not None and known.get("owner") != settings.owner:
        age = time.time() - float(known.get("time", 0))
        if age < OWNER_SECONDS:
            raise OutputBusy(
                f"{settings.work} is being worked on by {known.get('client')}, which gave a sign {max(0, age):.0f} s ago; "
                f"if it has ended, the same call goes on {OWNER_SECONDS - max(0, age):.0f} s from now"
            )
    storage.write_json(place, {"owner": settings.owner, "client": client, "time": time.time()})
    # Of two that claim it at the same time the later writer has it.
    time.sleep(0.5)
    refresh_owner(settings)


def refresh_owner(settings: Settings) -> None:
    known = storage.read_json(_owner(settings))
    if known is None or known.get("owner") != settings.owner:
        by = "nobody" if known is None else known.get("client")
        raise OutputBusy(f"{settings.work} was taken over by {by}")
    # Every worker comes by; stores take few writes of one file in a second.
    if abs(time.time() - float(known.get("time", 0))) > OWNER_SECONDS / 6:
        storage.write_json(_owner(settings), {**known, "time": time.time()})


def release(settings: Settings) -> None:
    known = storage.read_json(_owner(settings))
    if known is not None and known.get("owner") == settings.owner:
        storage.remove(_owner(settings))


# Scratch folders


def scratch_root(settings: Settings) -> str:
    """The folder on this machine that parts are worked on in: given, LUCARNE_SCRATCH, or one of this user's in TMPDIR."""
    given = settings.scratch or os.environ.get("LUCARNE_SCRATCH")
    root = given or os.path.join(tempfile.gettempdir(), f"lucarne-cluster-{os.getuid()}")
    os.makedirs(root, mode=0o700, exist_ok=True)
    if given is None:
        # Anybody may put something there first, such as a link to a folder of this user's.
        found = os.lstat(root)
        if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
            raise WorkerUnfit(here(), f"the scratch folder {root} is a link or belongs to another user; set LUCARNE_SCRATCH")
    return root


@contextlib.contextmanager
def scratch(settings: Settings, task: str) -> Iterator[str]:
    """A task's own folder, which stays when its process dies, so that the next one on this machine goes on with it."""
    wanted = os.path.join(scratch_root(settings), settings.build, task)
    os.makedirs(os.path.dirname(wanted), mode=0o700, exist_ok=True)
    with open(os.path.join(os.path.dirname(wanted), MARK), "ab"):
        pass
    for number in range(16):
        # Whoever holds the first is ending, or hangs: then the next one begins with the last snapshot.
        folder = wanted if number == 0 else f"{wanted}.{number}"
        descriptor = os.open(folder + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _soon(lambda: _locked(descriptor)):
                continue
            os.makedirs(folder, mode=0o700, exist_ok=True)
            yield folder
            return
        finally:
            os.close(descriptor)
    raise ClusterError(f"{here()}: other processes work in {wanted} and its neighbours, and do not end")


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def _soon(test: Callable[[], bool]) -> bool:
    end = time.monotonic() + HELD_SECONDS
    while not test():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def clear_scratch(settings: Settings) -> None:
    """Takes away what this work left on this machine, and what others left that never ended."""
    root = scratch_root(settings)
    shutil.rmtree(os.path.join(root, settings.build), ignore_errors=True)
    for each in os.scandir(root):
        # The folder may be one that its user has for other things, too.
        is_ours = each.is_dir(follow_symlinks=False) and os.path.isfile(os.path.join(each.path, MARK))
        if is_ours and time.time() - _newest(each.path) > FORGOTTEN_SECONDS:
            shutil.rmtree(each.path, ignore_errors=True)


def _newest(folder: str) -> float:
    """When something in a folder was last changed."""
    newest = os.stat(folder).st_mtime
    for path, _, files in os.walk(folder):
        with contextlib.suppress(OSError):
            newest = max([newest, os.stat(path).st_mtime, *(os.stat(os.path.join(path, each)).st_mtime for each in files)])
    return newest


# Kernels


@contextlib.contextmanager
def kernel(settings: Settings, folder: str, needs_model: bool = True, env: Mapping[str, str] | None = None) -> Iterator[Kernel]:
    """A kernel for one task; it ends when this process does, however that ends."""
    if needs_model:
        check_files(settings)
    try:
        threads = settings.threads or max(1, get_worker().state.nthreads)
    except ValueError:
        threads = settings.threads or os.cpu_count() or 1
    jobs = os.path.join(folder, "jobs")
    command = [found_program(settings.program), "serve", "--jobs", jobs, "--threads", str(threads), *settings.arguments]
    if needs_model and settings.device is not None:
        command += ["--device", settings.device]
    found = Kernel(
        command,
        model=settings.model if needs_model else None,
        saes=settings.saes if needs_model else (),
        sae_options=settings.sae_options if needs_model and settings.sae_options else (),
        memory_limit=settings.memory_limit,
        env=env,
        client_name="lucarne-cluster",
    )
    try:
        check_version(str(found.server.server_info.version), settings.version)
        yield found
    finally:
        found.close()


def loaded_autoencoder(of: Kernel) -> str:
    """Has the kernel load its model, and tells what the autoencoder is called."""
    if not of.status().saes:
        of.open("?").close()
    saes = of.status().saes
    if not saes:
        raise WorkerUnfit(here(), "no autoencoder is loaded with the model")
    return str(saes[-1].sae)


class Stopped(Exception):
    """A job that was asked to rest, and rests."""


def finished(
    of: Kernel,
    start: Callable[[], Record],
    signs: Signs,
    stopped: threading.Event,
    each: Callable[[Record], None] = lambda job: None,
) -> Record:
    """Runs a job to its end: its result. Throws `Stopped` where it was asked to stop, `DiskFull` where it pauses."""
    name = _begun(start)
    is_asked = False
    while True:
        job = of.job.wait(job=name, timeout_ms=500)
        each(job)
        if job.state in ("queued", "running"):
            try:
                signs.check()
            except OutputBusy:
                _paused(of, name)
                raise
            if stopped.is_set() and not is_asked:
                is_asked = True
                _paused(of, name)
            continue
        if job.state == "completed":
            return Record(job.result.to_dict() if isinstance(job.result, Record) else {})
        if job.state == "failed" and job.error is not None:
            if job.error.kind == "busy":
                # A kernel whose worker was killed is still writing.
                time.sleep(0.5)
                name = _begun(start)
                continue
            raise response_error({"code": RequestFailed.code, "message": job.error.message, "data": {"kind": job.error.kind}})
        if is_asked:
            raise Stopped()
        raise DiskFull(here(), str(job.message or f"the job is {job.state}"))


def _paused(of: Kernel, name: str) -> None:
    with contextlib.suppress(RequestFailed):
        of.job.pause(job=name)


def _begun(start: Callable[[], Record]) -> str:
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return str(start().job)
        except kinds.Busy:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


# Indexes


def names_in(index: str) -> set[str]:
    """The entries that an index has taken in or skipped, by name."""
    with contextlib.closing(sqlite3.connect(f"file:{quote(index)}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT name FROM item UNION SELECT name FROM skipped")
        return {name for (name,) in rows}


def copy_index(settings: Settings, source: str, target: str) -> None:
    """Copies an index that may be written to meanwhile."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(target)
    command = [found_program(settings.program), "index", "copy", target, "--from", source]
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode != 0:
        words = found.stderr.strip().splitlines()[-1:] or ["without a word"]
        if "full" in words[0].lower() or "no space" in words[0].lower():
            raise DiskFull(here(), words[0])
        raise LucarneError(f"{' '.join(command)} failed: {words[0]}")


class Snapshots:
    """Brings what a task has written so far to where other machines find it, on a thread of its own.

    The next one is made when the time has come and the file has changed, and never takes more than a tenth of the time.
    """

    def __init__(self, seconds: float, make: Callable[[], None], stamp: Callable[[], Any]):
        self._seconds, self._make, self._stamp = seconds, make, stamp
        self._last, self._took, self._seen = time.monotonic(), 0.0, stamp()
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None
        self.made = 0

    def tick(self) -> None:
        if self._failure is not None and (storage.is_full(self._failure) or isinstance(self._failure, OutputBusy)):
            raise self._failure
        if self._thread is not None and self._thread.is_alive():
            return
        if time.monotonic() - self._last < max(self._seconds, 10 * self._took):
            return
        now = self._stamp()
        if now == self._seen:
            return
        self._seen, self._last = now, time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True, name="snapshot")
        self._thread.start()

    def _run(self) -> None:
        begin = time.monotonic()
        try:
            self._make()
            self.made += 1
            self._failure = None
        except BaseException as error:  # noqa: BLE001: the next one is tried; a full place is told by the next tick
            self._failure = error
        self._took = time.monotonic() - begin

    def end(self) -> None:
        if self._thread is not None:
            self._thread.join()


def index_stamp(path: str) -> Any:
    found = []
    for each in (path, path + "-wal"):
        with contextlib.suppress(OSError):
            now = os.stat(each)
            found.append((now.st_size, now.st_mtime_ns))
    return found

"""What the tests of the cluster share: pictures, runs of the program alone, workers as processes."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from conftest import HELDOUT
from drawn_pictures import drawn

PROGRAM = os.path.abspath(os.environ.get("LUCARNE", "lucarne"))
#: The options of an index that make it small.
SMALL = {"exemplars": 4, "sampled_tokens": 256}
SMALL_ARGUMENTS = ["--exemplars", "4", "--sampled-tokens", "256"]


def make_corpus(folder: Path, count: int) -> Path:
    """Pictures in folders, with one that is damaged, one that is there three times, one without a suffix, and other files."""
    for number in range(count):
        place = folder / f"set-{number % 3}" / f"{number:04d}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(drawn(number))
    (folder / "set-0" / "again.png").write_bytes(drawn(1))
    (folder / "zz-again.png").write_bytes(drawn(1))
    (folder / "damaged.png").write_bytes(drawn(2)[:90])
    (folder / "unnamed").write_bytes(drawn(count + 1))
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_bytes(drawn(3))
    return folder


def run(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    found = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert not check or found.returncode == 0, found.stderr
    return found


def built_alone(index: Path, *corpus: object) -> str:
    """The digest of what one run of the program makes."""
    run("index", "build", index, *corpus, "--no-annotate", *SMALL_ARGUMENTS)
    return digest(index)


def digest(index: object) -> str:
    found = run("index", "check", index)
    match = re.search(r"content: ([0-9a-f]{64})", found.stdout + found.stderr)
    assert match, found
    return match[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Processes:
    """A scheduler and workers, each a process group of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.all: dict[str, subprocess.Popen[bytes]] = {}
        self.start("scheduler", ["dask", "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-show"])

    def start(self, name: str, command: list[str], env: dict[str, str] | None = None, before: list[str] | None = None) -> None:
        words = [*(before or []), sys.executable, "-m", *command]
        with open(self.folder / f"{name}.log", "ab") as log:
            self.all[name] = subprocess.Popen(
                words, stdout=log, stderr=log, cwd=self.folder, env={**os.environ, **(env or {})}, start_new_session=True
            )

    def worker(self, name: str, env: dict[str, str] | None = None, before: list[str] | None = None) -> None:
        self.start(
            name,
            ["dask", "worker", self.address, "--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
             "--local-directory", str(self.folder / f"{name}-dask")],
            env, before,
        )  # fmt: skip

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Only the process itself, as the system's killer does it; what it started must see to itself."""
        os.kill(self.all[name].pid, number)

    def close(self) -> None:
        for each in reversed(self.all.values()):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


def wait_for(test, seconds: float = 60.0, reason: str = "it did not happen") -> None:
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, reason
        time.sleep(0.05)


def other_version(folder: Path) -> Path:
    """A program that says it is another version than it is."""
    place = folder / "bin-other"
    place.mkdir()
    script = place / "lucarne"
    script.write_text(f"#!/bin/sh\n[ \"$1\" = --version ] && {{ echo 0.0.1; exit 0; }}\nexec {PROGRAM} \"$@\"\n")
    script.chmod(0o755)
    return place


def can_make_small_disks() -> bool:
    """Whether this system lets its users mount a file system of their own."""
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    return subprocess.run(command, capture_output=True).returncode == 0


__all__ = [
    "HELDOUT", "PROGRAM", "Processes", "SMALL", "built_alone", "can_make_small_disks", "digest", "drawn", "make_corpus",
    "other_version", "run", "wait_for",
]  # fmt: skip

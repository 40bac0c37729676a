"""Holds explanation/score to its end, whoever dies meanwhile.

    python3 score_kills.py PATH/TO/lucarne [SEED]     # Python's standard library alone

The world's index is scored by the worker of masks. The kernel is killed with SIGKILL at random moments and its job
resumed by the next; the worker is killed at random moments and started again by itself; a worker that always dies
pauses the job, which another kernel with a better worker brings to its end; the disk is full; the job is cancelled.
The scores must be those of an unbroken run, each once, and no worker may outlive its kernel.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from line_kernel import LineKernel

PROGRAM = os.path.abspath(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 30)
WORLD = Path(__file__).resolve().parents[2] / "Sources/World/Resources"
WORKER = f"python3 '{WORLD}/workers/masks.py' --concepts '{WORLD}/heldout/concepts.json'"
PARAMS = {"sae": "sae", "scorers": ["iou", "clip", "monosemanticity"], "pool": 30, "trials": 5}
failures = 0


def row(what, holds, detail=""):
    global failures
    print(("ok    " if holds else "FAILED ") + what + (f": {detail}" if detail != "" else ""), flush=True)
    failures += not holds


class Kernel(LineKernel):
    def __init__(self, jobs, worker=WORKER):
        super().__init__(PROGRAM, "--jobs", jobs, "--threads", "2", "--vision", worker)

    @property
    def worker(self):
        return self.ask("kernel/status")["vision"].get("process")


def is_alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().split()[2] != "Z"
    except OSError:
        return False


def is_gone(process, seconds=10):
    end = time.monotonic() + seconds
    while process and is_alive(process):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def scores(index):
    """Every score, as often as it is there."""
    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'latentScore'").fetchone():
            return []  # Nothing has been written since the world was made.
        return sorted(database.execute(
            "SELECT 'explanation', explanation, kind, value, baseline, count, details FROM score "
            "WHERE details LIKE '%settings%' "
            "UNION ALL SELECT 'latent', latent, kind, value, baseline, count, details FROM latentScore").fetchall())


def fresh(folder, name):
    index = f"{folder}/{name}.index"
    shutil.copyfile(WORLD / "index/features.index", index)
    os.chmod(index, 0o600)
    return index


def main():
    draw = random.Random(SEED)
    print(f"seed {SEED}")
    with tempfile.TemporaryDirectory() as folder:
        index = fresh(folder, "whole")
        kernel = Kernel(f"{folder}/jobs-whole")
        began = time.monotonic()
        job = kernel.ask("explanation/score", index=index, **PARAMS)["job"]
        whole = kernel.ask("job/wait", job=job, timeoutMs=120_000)
        seconds = time.monotonic() - began
        worker = kernel.worker
        kernel.end()
        expected = scores(index)
        row("an unbroken run", whole["state"] == "completed" and len(expected) > 1200, f"{len(expected)} scores, {seconds:.1f} s")
        row("the worker ends with the kernel", is_gone(worker))

        index, jobs = fresh(folder, "kernel"), f"{folder}/jobs-kernel"
        kernel, job, kills, left = Kernel(jobs), None, 0, []
        job = kernel.ask("explanation/score", index=index, **PARAMS)["job"]
        while kills < 8:
            time.sleep(draw.uniform(0.02, seconds / 3))
            state = kernel.ask("job/get", job=job)["state"]
            if state == "completed":
                break
            left.append(kernel.worker)
            kernel.kill()
            kills += 1
            kernel = Kernel(jobs)
            kernel.ask("job/resume", job=job)
        done = kernel.ask("job/wait", job=job, timeoutMs=120_000)
        row(f"a kernel killed {kills} times", done["state"] == "completed" and scores(index) == expected, done["state"])
        row("its workers have ended", all(is_gone(process) for process in left))
        means = {mean["kind"]: mean["value"] for mean in done["result"]["means"]}
        row("the table is the unbroken run's", means == {mean["kind"]: mean["value"] for mean in whole["result"]["means"]})
        kernel.end()

        index = fresh(folder, "worker")
        kernel = Kernel(f"{folder}/jobs-worker")
        job = kernel.ask("explanation/score", index=index, **PARAMS)["job"]
        kills = 0
        while kernel.ask("job/get", job=job)["state"] in ("queued", "running"):
            time.sleep(draw.uniform(0.02, 0.4))
            if kills < 8 and (worker := kernel.worker):
                os.kill(worker, signal.SIGKILL)
                kills += 1
        done = kernel.ask("job/get", job=job)
        if done["state"] == "paused":  # two deaths in one question
            kernel.ask("job/resume", job=job)
            done = kernel.ask("job/wait", job=job, timeoutMs=120_000)
        row(f"a worker killed {kills} times", done["state"] == "completed" and scores(index) == expected, done.get("error", ""))
        kernel.end()

        index, jobs = fresh(folder, "bad"), f"{folder}/jobs-bad"
        kernel = Kernel(jobs, "python3 -c 'import sys; sys.exit(\"no module named lucarne_vision\")'")
        job = kernel.ask("explanation/score", index=index, **PARAMS)["job"]
        paused = kernel.ask("job/wait", job=job, timeoutMs=60_000)
        row("a worker that does not start pauses the job, and says why",
            paused["state"] == "paused" and "no module named lucarne_vision" in json.dumps(paused), paused.get("message", paused))
        kernel.end()
        kernel = Kernel(jobs)
        kernel.ask("job/resume", job=job)
        done = kernel.ask("job/wait", job=job, timeoutMs=120_000)
        row("another kernel with a better one brings it to its end", done["state"] == "completed" and scores(index) == expected)
        kernel.end()

        index = fresh(folder, "cancelled")
        kernel = Kernel(f"{folder}/jobs-cancelled")
        job = kernel.ask("explanation/score", index=index, **PARAMS)["job"]
        while not scores(index) and kernel.ask("job/get", job=job)["state"] in ("queued", "running"):
            time.sleep(0.01)
        kernel.ask("job/cancel", job=job)
        state = kernel.ask("job/wait", job=job, timeoutMs=20_000)["state"]
        some = scores(index)
        row("a cancelled job keeps what it has", state == "cancelled" and set(some) <= set(expected), f"{len(some)} scores")
        kernel.end()
    print("every row passed" if not failures else f"{failures} rows failed")
    return 1 if failures else 0


sys.exit(main())

"""Holds the search for PyTorch's libraries to what is said of it.

    python3 torch_place.py PATH/TO/lucarne     # Python's standard library and clang

Nothing is opened from the current folder; a python3 that hangs keeps nobody waiting who gives the request up; what it
says beside the answer does not matter.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from line_kernel import LineKernel

program = os.path.abspath(sys.argv[1])
failed = []


def row(what, holds, seen):
    print(f"{'passed' if holds else 'FAILED'}  {what}{'' if holds else f': {seen}'}")
    if not holds:
        failed.append(what)


def package(folder):
    """A `torch` that any Python imports from this folder, whose library leaves a file behind where it is opened."""
    library = Path(folder) / "torch" / "lib" / "libtorch_cpu.so"
    library.parent.mkdir(parents=True)
    (Path(folder) / "torch" / "__init__.py").touch()
    trace = Path(folder) / "was-opened"
    source = Path(folder) / "library.c"
    source.write_text(
        '#include <stdio.h>\n__attribute__((constructor)) static void run(void) { fclose(fopen("%s", "w")); }\n' % trace)
    subprocess.run(["clang", "-shared", "-fPIC", "-o", library, source], check=True)
    return trace


def python(folder, text):
    """A folder to put before PATH, whose python3 is this script."""
    path = Path(folder) / "bin" / "python3"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    os.environ["PATH"] = f"{path.parent}:{PATH}"


PATH = os.environ["PATH"]


def load(folder, device, **more):
    here = os.getcwd()
    os.chdir(folder)
    try:
        kernel = LineKernel(program, "--jobs", "")
        begin = time.monotonic()
        answer = kernel.ask("model/load", path=str(WORLD), device=device, **more)
        seconds = time.monotonic() - begin
        again = kernel.ask("model/load", path=str(WORLD))
        kernel.end()
    finally:
        os.chdir(here)
        os.environ["PATH"] = PATH
    return answer, seconds, again


WORLD = Path(__file__).resolve().parents[2] / "Sources" / "World" / "Resources" / "model"

with tempfile.TemporaryDirectory() as folder:
    trace = package(folder)
    answer, _, _ = load(folder, "torch:cpu")
    row("the current folder's torch is not opened", not trace.exists(), answer)
    os.environ["PYTHONPATH"] = folder
    answer, _, _ = load("/", "torch:cpu")
    del os.environ["PYTHONPATH"]
    refused = answer.get("data", {}).get("kind") == "deviceUnavailable"
    row("one of the path is, and refused for what it is", trace.exists() and refused, answer)

with tempfile.TemporaryDirectory() as folder:
    python(folder, "exec sleep 300\n")
    answer, seconds, again = load(folder, "torch:cpu", deadlineMs=1500)
    kept = seconds < 8 and "message" in answer and "model" in again
    row("a python3 that hangs keeps nobody waiting", kept, (seconds, answer, again))

with tempfile.TemporaryDirectory() as folder:
    trace = package(folder)
    python(folder, f"head -c 1000000 /dev/zero >&2\necho a warning\necho 'torch is in {folder}/torch'\nsleep 5 &\n")
    answer, seconds, _ = load("/", "torch:cpu")
    row("what python3 says beside the answer is left alone", trace.exists() and seconds < 4, (seconds, answer))

sys.exit(bool(failed))

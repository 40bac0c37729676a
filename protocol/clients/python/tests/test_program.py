"""Which program a client starts: the one in its own package, on PATH, or the one that is named."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lucarne import Kernel, KernelDied, KernelNotFound, program

SOURCE = Path(program.__file__).parent


def speaker(path: Path, words: str) -> Path:
    """A program that says which it is and how it was called."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "{words} with $*" >&2\nexit 3\n')
    path.chmod(0o755)
    return path


def said(*command) -> str:
    with pytest.raises(KernelDied) as caught:
        Kernel(*command)
    return str(caught.value)


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    found = speaker(tmp_path / "bin/lucarne", "the one on PATH")
    monkeypatch.setenv("PATH", f"{found.parent}:/usr/bin:/bin")
    return found


@pytest.fixture
def inside(tmp_path, monkeypatch):
    found = speaker(tmp_path / "_program/lucarne", "the one inside")
    monkeypatch.setattr(program, "FOLDER", found.parent)
    return found


def test_a_client_alone_looks_on_path(on_path):
    assert program.own() is None
    assert "the one on PATH with serve" in said()


def test_a_client_with_its_program_starts_it(on_path, inside):
    assert "the one inside with serve" in said()
    assert "the one inside with serve --threads 1" in said("lucarne serve --threads 1")
    assert "the one inside with serve" in said(["lucarne", "serve"])


def test_a_path_is_taken_as_it_is(on_path, inside):
    assert "the one on PATH with serve" in said(f"{on_path} serve")
    assert "the one on PATH with serve" in said([on_path, "serve"])
    assert "the one on PATH with lucarne" in said(["env", "lucarne", "lucarne"])


def test_its_own_program_finds_this_python(on_path, inside):
    for each in (on_path, inside):
        each.write_text('#!/bin/sh\necho "PATH is $PATH" >&2\nexit 3\n')
    here = os.path.dirname(sys.executable)
    assert f"PATH is {here}:{on_path.parent}:/usr/bin:/bin" in said()
    assert f"PATH is {on_path.parent}:/usr/bin:/bin" in said(f"{on_path} serve")
    with pytest.raises(KernelDied, match=f"PATH is {here}:/nowhere\\b"):
        Kernel(env={"PATH": "/nowhere"})


def test_it_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KernelNotFound, match="lucarne could not be started.*neither in this package nor on PATH"):
        Kernel()


def test_one_that_lost_its_mode_is_named(inside):
    inside.chmod(stat.S_IRUSR)
    if os.access(inside, os.X_OK):
        pytest.skip("this user may start what is not executable")
    with pytest.raises(KernelNotFound, match=f"{inside} could not be started: Permission denied"):
        Kernel()


def command(folder: Path, *words: str) -> subprocess.CompletedProcess:
    """What the command of a wheel does whose package lies in `folder`."""
    code = "from lucarne.program import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words], env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True)


def test_the_command_becomes_the_program(tmp_path):
    package = tmp_path / "lucarne"
    package.mkdir()
    for file in SOURCE.glob("*.py"):
        (package / file.name).symlink_to(file)
    # A link would lead back to the source's own folder.
    (package / "program.py").unlink()
    (package / "program.py").write_text((SOURCE / "program.py").read_text())
    alone = command(tmp_path, "demo")
    assert alone.returncode == 1 and f"there is no program in {package}/_program" in alone.stderr
    speaker(package / "_program/lucarne", "the one inside")
    started = command(tmp_path, "demo", "--seed", "1 2")
    assert started.returncode == 3 and started.stderr == "the one inside with demo --seed 1 2\n"
    (package / "_program/lucarne").write_text("#!/bin/sh\ncommand -v python3\n")
    assert os.path.dirname(command(tmp_path).stdout.strip()) == os.path.dirname(sys.executable)

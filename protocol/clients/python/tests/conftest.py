"""What the tests share: the program named by LUCARNE, the world's pictures, one kernel for most tests."""

import os
import shlex
from pathlib import Path

import pytest

from lucarne import Kernel

ROOT = Path(__file__).resolve().parents[4]
HELDOUT = ROOT / "Sources/World/Resources/heldout"


def command() -> str:
    program = os.environ.get("LUCARNE")
    if not program:
        pytest.exit("set LUCARNE to the program, such as .build/release/lucarne", returncode=2)
    return f"{shlex.quote(os.path.abspath(program))} serve --jobs ''"


@pytest.fixture(scope="session")
def command_line() -> str:
    return command()


@pytest.fixture(scope="session")
def map_picture() -> Path:
    """A map of the Amazon basin that does not show Bolivia."""
    return HELDOUT / "probe-bolivia-00.png"


@pytest.fixture(scope="session")
def kernel(command_line):
    with Kernel(command_line) as found:
        yield found


@pytest.fixture
def context(kernel, map_picture):
    with kernel.open("Does the image show Bolivia?", map_picture) as found:
        yield found


@pytest.fixture
def other(kernel):
    """The same question about a map of another basin."""
    with kernel.open("Does the image show Bolivia?", HELDOUT / "probe-sudan-11.png") as found:
        yield found

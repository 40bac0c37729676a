"""Where the program is: in this package, where it came in a wheel that has it, else on PATH."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Mapping, Sequence

#: The first word of a command line that stands for the program, wherever it is.
NAME = "lucarne"
FOLDER = Path(__file__).resolve().parent / "_program"


def own() -> str | None:
    """The program that came with this package; None where the package is the client alone."""
    path = FOLDER / NAME
    return str(path) if path.is_file() else None


def resolved(words: Sequence[str]) -> list[str]:
    """A command line whose first word, where it is the bare name, is this package's own program, which is of
    the client's version; where there is none, and for any other word, the system looks as it always does."""
    first = own() if words and words[0] == NAME else None
    return [first, *words[1:]] if first else list(words)


def surroundings(command: Sequence[str], variables: Mapping[str, str]) -> dict[str, str]:
    """The environment for a command: this package's own program finds this Python as `python3`, and with it the
    PyTorch that is installed beside this package, also where its environment is not activated."""
    if not command or command[0] != own() or not sys.executable:
        return dict(variables)
    folder = os.path.dirname(sys.executable)
    return {**variables, "PATH": os.pathsep.join(filter(None, [folder, variables.get("PATH")]))}


def main() -> None:
    """The command `lucarne` that a wheel with the program installs: becomes the program."""
    path = own()
    if path is None:
        sys.exit(f"lucarne: there is no program in {FOLDER}: this package is the client alone")
    try:
        command = [path, *sys.argv[1:]]
        os.execve(path, command, surroundings(command, os.environ))
    except OSError as error:
        sys.exit(f"lucarne: {path} could not be started: {error.strerror or error}")

"""A kernel on another machine, reached by the user's own ssh."""

from __future__ import annotations

import os
import posixpath
import shlex
from dataclasses import dataclass
from typing import Any, Sequence


@dataclass(frozen=True)
class SSH:
    """Where a kernel is reached by ssh: `Kernel(ssh="gpu7")`, or `Kernel(ssh=SSH("gpu7", serve=["--device", "auto"]))`."""

    host: str
    """As ssh takes it; "ssh HOST true" must work without asking for anything."""
    options: Sequence[str] = ()
    """Options of ssh, such as `"Port=2222"`."""
    program: str | None = None
    """The command there, a name or a path; None: lucarne."""
    socket: str | None = None
    """The kernel's socket there; None: the usual one."""
    serve: Sequence[str] = ()
    """Options of `lucarne serve` for a kernel that has to be started."""
    patience: float | None = None
    """Seconds within which a kernel must have been reached or started; None: 90."""

    def __post_init__(self) -> None:
        for name, value in (("options", self.options), ("serve", self.serve)):
            if isinstance(value, str):
                raise ValueError(f"{name} is {value!r}, expected a list of words, such as {value.split()!r}")

    def command(self, given: str | Sequence[str] | None, default: Sequence[str]) -> list[str]:
        """The command line that carries a client's streams there.

        given: the program of this machine. default: the command line of a kernel of this machine.
        """
        words = shlex.split(given) if isinstance(given, str) else [os.fspath(each) for each in given or ()]
        if len(words) > 1:
            raise ValueError(
                f"command is {words!r}, expected with ssh= the program of this machine alone, such as "
                '"/path/of/lucarne": options of the kernel there are SSH(…, serve=[…])'
            )
        found = [*(words or default[:1]), "attach", "--ssh", self.host]
        for option in self.options:
            found += ["--ssh-option", option]
        if self.program is not None:
            found += ["--remote-program", self.program]
        if self.patience is not None:
            found += ["--patience", str(self.patience)]
        if self.socket is not None:
            found.append(self.socket)
        return found + (["--", *self.serve] if self.serve else [])

    def path(self, value: Any) -> str | None:
        """A path of that machine, on which nothing is relative to a folder of this one."""
        if value is None:
            return None
        path = os.fspath(value)
        if not posixpath.isabs(path):
            raise ValueError(f"{path!r} is relative, expected an absolute path of {self.host}")
        return path

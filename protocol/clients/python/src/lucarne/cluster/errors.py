"""What can go wrong with work that is spread over a cluster. All are `LucarneError`."""

from __future__ import annotations

from typing import Any

from ..errors import LucarneError


class ClusterError(LucarneError):
    """Work on a cluster that cannot go on; what was done is kept, and the same call goes on with it."""


class WorkerUnfit(ClusterError):
    """A worker that cannot do the work: without the program, with another version, without the model, too small.

    Others do its work; this is raised only where there are no others.
    """

    def __init__(self, worker: str, reason: str):
        super().__init__(worker, reason)
        self.worker, self.reason = worker, reason

    @property
    def address(self) -> str | None:
        """The worker's address, where its name has it."""
        words = self.worker.split(" at ")
        return words[1].split()[0] if len(words) > 1 else None

    def __str__(self) -> str:
        return f"{self.worker}: {self.reason}"


class DiskFull(WorkerUnfit):
    """A worker whose scratch folder, or the work folder that it writes to, is full."""


class NoWorkers(ClusterError):
    """There is no worker that can do the work."""


class CorpusChanged(ClusterError):
    """The corpus is not what it was when the work began."""


class OutputBusy(ClusterError):
    """Somebody else makes the same output."""


class OutputExists(ClusterError):
    """There is something else at the output's place already."""


class PartFailed(ClusterError):
    """A part of the work failed again and again."""


class EndpointsDown(ClusterError):
    """No endpoint answers."""


class TooExpensive(ClusterError):
    """The estimate is above what may be spent; nothing but the trial was asked. `estimate` has it."""

    def __init__(self, message: str, estimate: Any = None):
        super().__init__(message, estimate)
        self.message, self.estimate = message, estimate

    def __str__(self) -> str:
        return self.message

"""Forward passes in batches, each of inputs that have one shape, so that nothing is padded."""

from __future__ import annotations

import gc
from typing import Any, Callable, Hashable, Sequence, TypeVar

from .failures import ItemError, reason

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")


def in_batches(
    jobs: Sequence[Job],
    shape: Callable[[Job], Hashable],
    size: int,
    forward: Callable[[Sequence[Job]], Sequence[Outcome]],
) -> list[Outcome | ItemError]:
    """The outcome of each job, in order.

    A batch that fails, for want of memory or by one of its jobs, is run one by one, so that the
    others have theirs.
    """
    groups: dict[Hashable, list[int]] = {}
    for index, job in enumerate(jobs):
        groups.setdefault(shape(job), []).append(index)
    outcomes: list[Any] = [None] * len(jobs)
    for group in groups.values():
        for start in range(0, len(group), size):
            part = group[start : start + size]
            found = _run([jobs[each] for each in part], forward)
            for index, outcome in zip(part, found):
                outcomes[index] = outcome
    return outcomes


def _run(jobs: list[Job], forward: Callable[[Sequence[Job]], Sequence[Outcome]]) -> list[Any]:
    try:
        return list(forward(jobs))
    except ItemError as error:
        failure = error
    except Exception as error:  # A model may raise anything about what it is given.
        failure = ItemError(f"the model cannot take it: {reason(error)}")
    if len(jobs) == 1:
        return [failure]
    _release()
    return [outcome for job in jobs for outcome in _run([job], forward)]


def _release() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()

"""What a session's file had in it, open again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator

from .context import AsyncContext, Context
from .records import Record
from .types import SessionOpenResult

#: Members that are another each time, or name what is open now.
OTHERWISE = frozenset({"context", "elapsed", "version"})


@dataclass(frozen=True)
class OpenedSession:
    """`entries`, `warnings`, `note` and what became of each context are in `result`."""

    contexts: dict[str, Context]
    """By the names that they had when they were saved."""
    result: SessionOpenResult

    def differences(self, number: int, answer: Any) -> list[str]:
        """Where an answer is not the one that was saved as the `result` of an entry; empty where it is the same.

        Numbers are compared to the last digit. number: of the entry, counted from 0.
        """
        return differences(self.result, number, answer)


@dataclass(frozen=True)
class OpenedAsyncSession:
    """`entries`, `warnings`, `note` and what became of each context are in `result`."""

    contexts: dict[str, AsyncContext]
    """By the names that they had when they were saved."""
    result: SessionOpenResult

    def differences(self, number: int, answer: Any) -> list[str]:
        """As `OpenedSession.differences`."""
        return differences(self.result, number, answer)


def differences(opened: SessionOpenResult, number: int, answer: Any) -> list[str]:
    entries = opened.entries
    if not 0 <= number < len(entries):
        raise IndexError(f"number is {number}, the session has {len(entries)} entries, counted from 0")
    entry = plain(entries[number])
    if not isinstance(entry, dict) or "result" not in entry:
        raise ValueError(f"entry {number} of the session has no result to compare with")
    return list(walk(entry["result"], plain(answer), ""))


def plain(value: Any) -> Any:
    return value.to_dict() if isinstance(value, Record) else value


def walk(was: Any, now: Any, path: str) -> Iterator[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        for name in {**was, **now}:
            if name not in OTHERWISE:
                yield from walk(was.get(name), now.get(name), f"{path}.{name}" if path else name)
    elif isinstance(was, list) and isinstance(now, list):
        if len(was) != len(now):
            yield f"{path or 'the answer'} has {len(now)} elements, had {len(was)}"
        for number, (one, other) in enumerate(zip(was, now)):
            yield from walk(one, other, f"{path}[{number}]")
    elif was != now:
        yield f"{path or 'the answer'} is {now!r}, was {was!r}"

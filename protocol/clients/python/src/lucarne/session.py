"""What a session's file had in it, open again."""

from __future__ import annotations

from dataclasses import dataclass

from .context import AsyncContext, Context
from .types import SessionOpenResult


@dataclass(frozen=True)
class OpenedSession:
    """`entries`, `warnings`, `note` and what became of each context are in `result`."""

    contexts: dict[str, Context]
    """By the names that they had when they were saved."""
    result: SessionOpenResult


@dataclass(frozen=True)
class OpenedAsyncSession:
    """`entries`, `warnings`, `note` and what became of each context are in `result`."""

    contexts: dict[str, AsyncContext]
    """By the names that they had when they were saved."""
    result: SessionOpenResult

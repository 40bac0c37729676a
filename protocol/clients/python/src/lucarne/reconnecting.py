"""What a kernel has loaded and open, so that another can be asked for the same when it is gone."""

from __future__ import annotations

import warnings
import weakref
from dataclasses import dataclass, field
from typing import Any, Generator, Mapping

from .errors import KernelDied, KernelWarning, LucarneError
from .records import Record

Steps = Generator[Any, Any, Any]
LOADING = ("model/load", "sae/load", "index/open")
OPENING = ("context/open", "prompt/open", "session/open")
#: Members of a call that are of the call alone.
OF_A_CALL = ("workDoneToken", "partialResultToken", "deadlineMs", "version")


@dataclass
class Reconnected:
    """What came back with `reconnect()`. Handles have their contexts again, whatever these are called now."""

    contexts: dict[str, str] = field(default_factory=dict)
    """What each context was called, and what it is called now."""
    changed: dict[str, str] = field(default_factory=dict)
    """Contexts with other numbers than before, by their old names: what differs."""
    failed: dict[str, LucarneError] = field(default_factory=dict)
    """Contexts, and what was loaded, that did not come back: why."""


@dataclass
class _Context:
    name: str
    token_count: int | None
    #: Answers that were appended: params, and the tokens' ids.
    appended: list[tuple[dict[str, Any], list[int]]] = field(default_factory=list)
    #: The likeliest tokens and their logits as they were at first; None: not asked.
    logits: Any = None
    handle: Any = None
    closed: bool = False


@dataclass
class _Opening:
    method: str
    params: dict[str, Any]
    contexts: list[_Context]


class History:
    """What was asked of a kernel and lasts: told each answer, asked again by `replay`."""

    def __init__(self) -> None:
        self._loads: dict[str, tuple[str, dict[str, Any]]] = {}
        self._openings: list[_Opening] = []
        self._by_name: dict[str, _Context] = {}
        self._replaying = False

    def note(self, method: str, params: Mapping[str, Any], answer: Any) -> None:
        if self._replaying:
            return
        kept = {name: each for name, each in params.items() if name not in OF_A_CALL and each is not None}
        if method in LOADING:
            key = f"{method} {kept.get('path')}"
            self._loads.pop(key, None)
            self._loads[key] = (method, kept)
        elif method in OPENING:
            found = [_Context(name, count) for name, count in opened(method, answer) if name not in self._by_name]
            if found:
                self._openings.append(_Opening(method, kept, found))
                self._by_name.update({each.name: each for each in found})
        elif method == "context/generate" and answer.get("version") is not None:
            context = self._by_name.get(kept.get("context", ""))
            if context is not None:
                context.appended.append((kept, [each.id for each in answer.tokens]))
        elif method == "context/close":
            self._forget(kept.get("context", ""))

    def hold(self, handle: Any) -> None:
        """Has a handle renamed with its context."""
        context = self._by_name.get(handle.id)
        if context is not None:
            context.handle = weakref.ref(handle)

    def number(self, name: str, logits: Any) -> None:
        """Notes what a context's first numbers are."""
        context = self._by_name.get(name)
        if context is not None:
            context.logits = numbers(logits)

    def _forget(self, name: str) -> None:
        context = self._by_name.pop(name, None)
        if context is not None:
            context.closed = True
            self._openings = [each for each in self._openings if not all(one.closed for one in each.contexts)]

    def replay(self) -> Steps:
        """Loads and opens everything again, in the order in which it was."""
        found = Reconnected()
        self._replaying = True
        try:
            for key, (method, params) in list(self._loads.items()):
                try:
                    yield method, params, Record, None
                except KernelDied:
                    raise
                except LucarneError as error:
                    found.failed[key] = error
            for opening in list(self._openings):
                yield from self._reopen(opening, found)
        finally:
            self._replaying = False
        names = {each.name: each for opening in self._openings for each in opening.contexts if not each.closed}
        self._by_name = names
        for name, why in found.changed.items():
            warnings.warn(f"{name} came back with other numbers: {why}", KernelWarning, stacklevel=2)
        for name, error in found.failed.items():
            warnings.warn(f"{name} did not come back: {error}", KernelWarning, stacklevel=2)
        return found

    def _reopen(self, opening: _Opening, found: Reconnected) -> Steps:
        was = [each.name for each in opening.contexts]
        try:
            answer = yield opening.method, opening.params, Record, None
            now = opened(opening.method, answer)
            if len(now) != len(was):
                raise LucarneError("its prompt file has errors now" if opening.method == "prompt/open" else "the session has other contexts now")
        except KernelDied:
            raise
        except LucarneError as error:
            for each in opening.contexts:
                if not each.closed:
                    found.failed[each.name] = error
                each.closed = True
            self._openings.remove(opening)
            return
        for context, (name, count) in zip(opening.contexts, now):
            if context.closed:
                yield "context/close", {"context": name}, Record, None
                continue
            old, context.name = context.name, name
            why = yield from self._differences(context, count)
            found.contexts[old] = name
            if why:
                found.changed[old] = why
            handle = context.handle() if context.handle else None
            if handle is not None:
                handle.id = name

    def _differences(self, context: _Context, count: int | None) -> Steps:
        """How a context that was opened again is not what it was; its answers are appended again."""
        why = []
        if count != context.token_count:
            why.append(f"it has {count} tokens, had {context.token_count}")
            context.token_count = count
        if context.logits is not None:
            logits = numbers((yield "context/logits", {"context": context.name, "topK": 5}, Record, None))
            if logits != context.logits:
                why.append(f"its likeliest next tokens are {logits}, were {context.logits}")
                context.logits = logits
        for place, (params, tokens) in enumerate(context.appended):
            params = {**params, "context": context.name}
            answer = yield "context/generate", params, Record, None
            now = [each.id for each in answer.tokens]
            context.appended[place] = (params, now)
            if now != tokens:
                why.append(f"answer {place + 1} that was appended has other tokens")
        return "; ".join(why)


def opened(method: str, answer: Any) -> list[tuple[str, int | None]]:
    """The contexts of an answer: names, and how many tokens they have."""
    if method == "session/open":
        return [(each.context, each.get("tokenCount")) for each in answer.contexts]
    name = answer.get("context")
    return [] if name is None else [(name, answer.get("tokenCount"))]


def numbers(logits: Any) -> list[tuple[int, float]]:
    return [(each.token, each.logit) for each in logits.get("items") or []]

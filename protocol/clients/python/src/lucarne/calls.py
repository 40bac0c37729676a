"""How a method is called and its stream read, from threads and from asyncio."""

from __future__ import annotations

import asyncio
import queue
from typing import Any, AsyncIterator, Callable, Generic, Iterator, Mapping, Protocol, TypeVar, Union

from .connection import Connection
from .progress import reporter
from .records import Record, read, to_wire

Item = TypeVar("Item")
Result = TypeVar("Result")
Result_ = TypeVar("Result_", bound=Record)

#: True for a bar, False for none, a function of each value, or None for what the kernel was made with.
Progress = Union[bool, Callable[[Record], None], None]

#: After Ctrl-C, how long the kernel may take to answer the cancelled request.
CANCEL_SECONDS = 10


class Caller(Protocol):
    def call(
        self, method: str, params: Mapping[str, Any], result: type[Result_], progress: Progress = None
    ) -> Result_: ...

    def stream(
        self,
        method: str,
        params: Mapping[str, Any],
        result: type[Result_],
        member: str,
        item: type[Any],
        progress: Progress = None,
    ) -> "Stream[Any, Result_]": ...


class AsyncCaller(Protocol):
    async def call(
        self, method: str, params: Mapping[str, Any], result: type[Result_], progress: Progress = None
    ) -> Result_: ...

    def stream(
        self,
        method: str,
        params: Mapping[str, Any],
        result: type[Result_],
        member: str,
        item: type[Any],
        progress: Progress = None,
    ) -> "AsyncStream[Any, Result_]": ...


def sendable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Params as JSON, without those that were not given."""
    return {name: to_wire(each) for name, each in params.items() if each is not None}


class _Call:
    """One open request of a thread: what it hears, in order."""

    def __init__(self, connection: Connection, method: str, params: Mapping[str, Any], progress: Progress):
        self.connection = connection
        self.report = reporter(progress, method)
        self.heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.done = False
        if self.report is not None:
            params = {**params, "workDoneToken": True}
        sink = lambda kind, value: self.heard.put((kind, value))  # noqa: E731
        self.number = connection.request(method, params, sink)

    def next(self) -> tuple[str, Any]:
        """The next partial result, or the result; progress is told on the way.

        Ctrl-C cancels the request, waits for its answer, so that the kernel is free for the next, and
        goes on as KeyboardInterrupt.
        """
        try:
            while True:
                kind, value = self.heard.get()
                if kind == "progress":
                    if self.report is not None:
                        self.report(read(value))
                elif kind == "partial":
                    return kind, value
                else:
                    self.end()
                    if kind == "error":
                        raise value
                    return kind, value
        except BaseException:
            self.cancel()
            raise

    def cancel(self) -> None:
        """Gives the request up and waits for its answer."""
        if self.done:
            return
        self.end()
        self.connection.cancel(self.number)
        try:
            while self.heard.get(timeout=CANCEL_SECONDS)[0] not in ("result", "error"):
                pass
        except queue.Empty:
            pass

    def end(self) -> None:
        self.done = True
        if self.report is not None:
            self.report(None)


def _items(kind: str, value: Any, member: str, item: type) -> list[Any]:
    """What a message brings: the items of its list, or itself where it says more than a list."""
    if member:
        return read((value or {}).get(member) or [], item)
    return [read(value, item)] if kind == "partial" else []


def _whole(value: Any, result: type, member: str, found: list[Any]) -> Any:
    """The result with the lists that came in parts."""
    if member:
        return result({**(value or {}), member: found})
    whole = dict(value or {})
    if isinstance(whole.get("outputs"), list):
        # steering/generate: each output has the tokens that came under its name.
        whole["outputs"] = [
            {
                **output,
                "tokens": [
                    token for part in found if part.get("name") == output.get("name") for token in part.get("tokens")
                ]
                or output.get("tokens", []),
            }
            for output in whole["outputs"]
        ]
    return result(whole)


class Stream(Generic[Item, Result]):
    """Partial results as they come, then `result`. Leaving it early cancels the request."""

    def __init__(
        self,
        connection: Connection,
        method: str,
        params: Mapping[str, Any],
        result: type,
        member: str,
        item: type,
        progress: Progress,
    ):
        self._kinds = (result, member, item)
        self._found: list[Item] = []
        self._result: Any = None
        #: Is told the whole result, once.
        self.on_result: Callable[[Any], None] = lambda result: None
        #: The same, for what the kernel remembers.
        self.noted: Callable[[Any], None] = lambda result: None
        self._call = _Call(connection, method, {**params, "partialResultToken": True}, progress)

    def __iter__(self) -> Iterator[Item]:
        result, member, item = self._kinds
        try:
            while not self._call.done:
                kind, value = self._call.next()
                for each in _items(kind, value, member, item):
                    self._found.append(each)
                    yield each
                if kind == "result":
                    self._result = _whole(value, result, member, self._found)
                    self.noted(self._result)
                    self.on_result(self._result)
        finally:
            self.close()

    @property
    def result(self) -> Result:
        """The whole result, its list complete; waits for it."""
        for _ in self:
            pass
        if self._result is None:
            raise RuntimeError("the stream was closed before its result came")
        return self._result

    def close(self) -> None:
        """Cancels what is still open."""
        self._call.cancel()

    def __enter__(self) -> "Stream[Item, Result]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _AsyncCall:
    """One open request of an event loop; cancelling its task cancels it."""

    def __init__(self, connection: Connection, method: str, params: Mapping[str, Any], progress: Progress):
        self.connection = connection
        self.report = reporter(progress, method)
        self.heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self.done = False
        loop = asyncio.get_running_loop()
        if self.report is not None:
            params = {**params, "workDoneToken": True}

        def sink(kind: str, value: Any) -> None:
            try:
                loop.call_soon_threadsafe(self.heard.put_nowait, (kind, value))
            except RuntimeError:
                pass  # The loop has been closed; nobody listens.

        self.number = connection.request(method, params, sink)

    async def next(self) -> tuple[str, Any]:
        try:
            while True:
                kind, value = await self.heard.get()
                if kind == "progress":
                    if self.report is not None:
                        self.report(read(value))
                elif kind == "partial":
                    return kind, value
                else:
                    self.end()
                    if kind == "error":
                        raise value
                    return kind, value
        except BaseException:
            self.cancel()
            raise

    def cancel(self) -> None:
        if not self.done:
            self.end()
            self.connection.cancel(self.number)

    def end(self) -> None:
        self.done = True
        if self.report is not None:
            self.report(None)


class AsyncStream(Generic[Item, Result]):
    """`async for` over partial results, then `await stream.result()`."""

    def __init__(
        self,
        connection: Connection,
        method: str,
        params: Mapping[str, Any],
        result: type,
        member: str,
        item: type,
        progress: Progress,
    ):
        self._kinds = (result, member, item)
        self._found: list[Item] = []
        self._result: Any = None
        #: Is told the whole result, once.
        self.on_result: Callable[[Any], None] = lambda result: None
        #: The same, for what the kernel remembers.
        self.noted: Callable[[Any], None] = lambda result: None
        self._call = _AsyncCall(connection, method, {**params, "partialResultToken": True}, progress)

    async def __aiter__(self) -> AsyncIterator[Item]:
        result, member, item = self._kinds
        try:
            while not self._call.done:
                kind, value = await self._call.next()
                for each in _items(kind, value, member, item):
                    self._found.append(each)
                    yield each
                if kind == "result":
                    self._result = _whole(value, result, member, self._found)
                    self.noted(self._result)
                    self.on_result(self._result)
        finally:
            self.close()

    async def result(self) -> Result:
        async for _ in self:
            pass
        if self._result is None:
            raise RuntimeError("the stream was closed before its result came")
        return self._result

    def close(self) -> None:
        self._call.cancel()


def call(
    connection: Connection, method: str, params: Mapping[str, Any], result: type[Any], progress: Progress
) -> Any:
    kind, value = _Call(connection, method, sendable(params), progress).next()
    return read(value, result)


async def call_async(
    connection: Connection, method: str, params: Mapping[str, Any], result: type[Any], progress: Progress
) -> Any:
    kind, value = await _AsyncCall(connection, method, sendable(params), progress).next()
    return read(value, result)

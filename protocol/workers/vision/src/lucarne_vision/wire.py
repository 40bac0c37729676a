"""Messages of JSON-RPC 2.0, one a line, on the process's own standard input and output."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from typing import Any, BinaryIO, Iterator

from .failures import (
    INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR, RequestError)

#: Bytes of a line, its end not counted: of a request and of an answer.
LINE_LIMIT = 256 << 20


class Wire:
    """Lines in, lines out."""

    def __init__(self, source: BinaryIO, sink: BinaryIO):
        self._source = source
        self._sink = sink

    @classmethod
    def of_process(cls) -> "Wire":
        """Takes standard output for messages alone.

        Whatever else writes there, Python or not, writes to standard error from now on. When nobody
        reads the messages any more, the process ends at once, whatever it computes.
        """
        sys.stdout.flush()
        sink = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        threading.Thread(target=_end_without_reader, args=(sink.fileno(),), daemon=True).start()
        return cls(sys.stdin.buffer, sink)

    def requests(self) -> Iterator[dict[str, Any]]:
        """Each request until the input ends; what is none is answered here."""
        while line := self._source.readline(LINE_LIMIT + 1):
            if len(line) > LINE_LIMIT and not line.endswith(b"\n"):
                while (rest := self._source.readline(1 << 20)) and not rest.endswith(b"\n"):
                    pass
                self.fail(None, RequestError(
                    INVALID_PARAMS, f"found a line of more bytes, expected at most {LINE_LIMIT}"))
                continue
            if not line.strip():
                continue
            try:
                yield _request(line)
            except _Unreadable as error:
                self.fail(error.id, error.error)

    def answer(self, identity: Any, result: Any) -> None:
        line = _line({"jsonrpc": "2.0", "id": identity, "result": result})
        if len(line) > LINE_LIMIT:
            self.fail(identity, RequestError(
                INTERNAL_ERROR,
                f"the answer has {len(line)} bytes, expected at most {LINE_LIMIT}: ask for less at once"))
            return
        self._write(line)

    def fail(self, identity: Any, error: RequestError) -> None:
        self._write(_line({
            "jsonrpc": "2.0", "id": identity, "error": {"code": error.code, "message": str(error)}}))

    def _write(self, line: bytes) -> None:
        self._sink.write(line + b"\n")
        self._sink.flush()


class _Unreadable(Exception):
    def __init__(self, code: int, message: str, identity: Any = None):
        self.error = RequestError(code, message)
        self.id = identity


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _request(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        text = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise _Unreadable(PARSE_ERROR, f"the line is no JSON: {text[:200]}") from error
    if not isinstance(message, dict):
        raise _Unreadable(INVALID_REQUEST, "found no object, expected one request a line")
    identity = message.get("id")
    if not (identity is None or isinstance(identity, (int, str))) or isinstance(identity, bool):
        raise _Unreadable(INVALID_REQUEST, "the id is neither a whole number nor a text")
    if message.get("jsonrpc") != "2.0":
        raise _Unreadable(INVALID_REQUEST, "jsonrpc is not \"2.0\"", identity)
    if not isinstance(message.get("method"), str):
        raise _Unreadable(INVALID_REQUEST, "the method is no text", identity)
    return message


def _end_without_reader(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)
    while True:
        for _, events in poll.poll():
            if events & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
                os._exit(0)

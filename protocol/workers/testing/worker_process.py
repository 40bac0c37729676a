"""A worker as the kernel has one: lines in, lines out, every message held to vision.json."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from typing import Any, BinaryIO, Mapping, Sequence

from vision_protocol import METHODS, problems_of_answer, problems_of_params


class Refused(Exception):
    """The answer is an error."""

    def __init__(self, error: dict[str, Any]):
        super().__init__(error["message"])
        self.code: int = error["code"]


class Conversation:
    """Requests and answers over two streams."""

    def __init__(self, to: BinaryIO, source: BinaryIO):
        self._to = to
        self._source = source
        self._last = 0

    def __enter__(self):
        return self

    def __exit__(self, *_: Any) -> None:
        self.end()

    def ask(self, method: str, params: dict[str, Any] | None = None) -> Any:
        """The result; raises Refused. Params and answer fit the schemas."""
        assert not problems_of_params(method, params or {})
        return self.ask_anything(method, params or {})

    def ask_anything(self, method: str, params: Any) -> Any:
        """The same with params that need not fit."""
        self._last += 1
        message = {"jsonrpc": "2.0", "id": self._last, "method": method, "params": params}
        answer = self.line(json.dumps(message).encode(), method)
        assert answer["id"] == self._last
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def line(self, line: bytes, method: str | None = None) -> dict[str, Any]:
        """The answer to any line."""
        self._to.write(line + b"\n")
        self._to.flush()
        found = self._source.readline()
        assert found.endswith(b"\n"), f"the worker ended: {self.errors()[-2000:]}"
        answer = json.loads(found, parse_constant=_refuse)
        found_problems = problems_of_answer(method if method in METHODS else None, answer)
        assert not found_problems, found_problems
        return answer

    def errors(self) -> str:
        """What it wrote to standard error so far."""
        return ""

    def end(self) -> Any:
        raise NotImplementedError


class WorkerProcess(Conversation):
    """A child."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None):
        self._errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            env={**os.environ, **(env or {})})
        assert self.process.stdin is not None and self.process.stdout is not None
        super().__init__(self.process.stdin, self.process.stdout)

    def rest(self) -> bytes:
        """What it still writes to standard output once its input has ended."""
        self._to.close()
        return self._source.read()

    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")

    def end(self) -> int:
        """Closes its input and waits; its exit code."""
        try:
            self._to.close()
        except BrokenPipeError:
            pass
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self._source.close()
            self._errors.close()


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} on the wire")

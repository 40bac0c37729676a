"""The process and its two pipes: frames, ids, who waits for what. Knows no method."""

from __future__ import annotations

import collections
import json
import os
import shlex
import subprocess
import threading
from typing import IO, Any, Callable, Mapping, Sequence

from . import program
from .errors import KernelDied, KernelNotFound, response_error

DEFAULT_COMMAND = "lucarne serve"

#: What a request hears: ("progress", value), ("partial", value), and at the end exactly once
#: ("result", value) or ("error", exception). Called on the reading thread.
Sink = Callable[[str, Any], None]


class Connection:
    """A kernel's process. Requests may come from any thread."""

    def __init__(
        self,
        command: str | Sequence[str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        on_notification: Callable[[str, Any], None] | None = None,
    ):
        words = shlex.split(command) if isinstance(command, str) else list(command or [])
        given = [os.fspath(each) for each in words] or shlex.split(DEFAULT_COMMAND)
        self.command = program.resolved(given)
        self._on_notification = on_notification or (lambda method, params: None)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._sinks: dict[Any, Sink] = {}
        self._next = 0
        self._ending = False
        self._death: KernelDied | None = None
        self._tail: collections.deque[str] = collections.deque(maxlen=40)
        try:
            # A session of its own: Ctrl-C in a terminal is ours to turn into a cancellation.
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env=program.surroundings(self.command, {**os.environ, **(env or {})}),
                start_new_session=True,
            )
        except OSError as error:
            where = ", neither in this package nor on PATH" if self.command[0] == program.NAME else ""
            raise KernelNotFound(
                f"{self.command[0]} could not be started: {error.strerror or error}{where}; give the kernel's "
                'command line, such as Kernel("/path/of/lucarne serve")'
            ) from error
        self._errors = threading.Thread(target=self._read_errors, daemon=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._errors.start()
        self._reader.start()

    # Sending

    def request(self, method: str, params: Mapping[str, Any], sink: Sink) -> int:
        """Sends a request; its id. `$/progress` under the tokens `work-ID` and `partial-ID` is its own."""
        with self._lock:
            self._next += 1
            number = self._next
            death = self._death
            if death is None:
                self._sinks[number] = sink
        if death is not None:
            raise death
        tokens = {"workDoneToken": f"work-{number}", "partialResultToken": f"partial-{number}"}
        sent = {
            name: tokens[name] if name in tokens else value for name, value in params.items()
        }
        self._write({"jsonrpc": "2.0", "id": number, "method": method, "params": sent})
        return number

    def cancel(self, number: int) -> None:
        """Asks an open request to stop; it is still answered."""
        if number in self._sinks:
            self.notify("$/cancelRequest", {"id": number})

    def notify(self, method: str, params: Mapping[str, Any]) -> None:
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def _write(self, message: Mapping[str, Any]) -> None:
        body = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        data = body.encode("utf-8")
        try:
            with self._writing:
                assert self.process.stdin is not None
                self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
                self.process.stdin.flush()
        except (OSError, ValueError):
            pass  # The reader finds out that the process is gone, and tells whoever waits.

    # Receiving

    def _read(self) -> None:
        reason = ""
        try:
            assert self.process.stdout is not None
            while (message := read_frame(self.process.stdout)) is not None:
                self._take(message)
        except Exception as error:  # noqa: BLE001: what a foreign program writes can be anything
            reason = str(error)
            self.process.kill()
        self._mourn(reason)

    def _take(self, message: Any) -> None:
        if not isinstance(message, dict):
            return
        method = message.get("method")
        if method == "$/progress":
            params = message.get("params") or {}
            kind, _, number = str(params.get("token", "")).partition("-")
            sink = self._sinks.get(int(number)) if number.isdigit() else None
            if sink is not None and kind in ("work", "partial"):
                sink("progress" if kind == "work" else kind, params.get("value"))
        elif method is not None:
            if "id" in message:
                error = {"code": -32601, "message": f"this client has no method {method}"}
                self._write({"jsonrpc": "2.0", "id": message["id"], "error": error})
            else:
                self._on_notification(method, message.get("params"))
        else:
            with self._lock:
                sink = self._sinks.pop(message.get("id"), None)
            if sink is not None and "error" in message:
                sink("error", response_error(message["error"]))
            elif sink is not None:
                sink("result", message.get("result"))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._tail.append(line.decode("utf-8", "replace").rstrip("\n"))

    def _mourn(self, reason: str) -> None:
        """The stream is over: everybody who waits is told why."""
        try:
            code: int | None = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = None
        self._errors.join(timeout=1)
        name = " ".join(self.command)
        closed = self._ending and not reason
        if closed:
            message = "this kernel was closed"
        elif reason:
            message = f"{name} does not speak the protocol: {reason}"
        elif code is None:
            message = f"{name} closed its output"
        elif code < 0:
            message = f"{name} was ended by signal {-code}"
        else:
            message = f"{name} ended with code {code}"
        with self._lock:
            self._death = KernelDied(message, code, "" if closed else self.log)
            sinks, self._sinks = self._sinks, {}
        for sink in sinks.values():
            sink("error", self._death)

    # The process

    @property
    def log(self) -> str:
        """The last lines of the process's standard error."""
        return "\n".join(self._tail)

    @property
    def alive(self) -> bool:
        return self._death is None and self.process.poll() is None

    def end(self, timeout: float = 10) -> int | None:
        """`shutdown`, `exit` and the process's code; one that does not end is killed."""
        if not self._ending:
            self._ending = True
            answered = threading.Event()
            try:
                self.request("shutdown", {}, lambda kind, value: answered.set())
                answered.wait(timeout)
                self.notify("exit", {})
            except KernelDied:
                pass
        return self.close(timeout)

    def close(self, timeout: float = 5) -> int | None:
        """Closes the kernel's input, upon which it ends by itself."""
        self._ending = True
        try:
            if self.process.stdin is not None:
                self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if threading.current_thread() is not self._reader:
            self._reader.join(timeout=5)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None and not self._reader.is_alive() and not self._errors.is_alive():
                stream.close()
        return self.process.returncode


def read_frame(stream: IO[bytes]) -> Any:
    """The next message; None at the end of the stream."""
    length = None
    while True:
        line = stream.readline(4096)
        if not line:
            return None
        text = line.strip()
        if not text:
            if length is None:
                raise ValueError("an empty line where Content-Length was expected")
            break
        name, colon, value = text.partition(b":")
        if not colon:
            raise ValueError(f"{text[:80]!r} where a header was expected")
        if name.strip().lower() == b"content-length":
            length = int(value)
    body = stream.read(length)
    return json.loads(body) if len(body) == length else None

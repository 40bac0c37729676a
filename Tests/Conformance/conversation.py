"""A kernel as a child process, spoken to over pipes, and the list of what it is asked."""

import json
import os
import select
import signal
import subprocess
import sys
import time

KERNEL = [os.path.abspath(sys.argv[1])] + (sys.argv[2:] or ["serve"])
# Whoever runs this may block signals, which children inherit.
signal.pthread_sigmask(signal.SIG_SETMASK, set())
PATIENCE = 20
rows = []


class Silence(Exception):
    pass


class Kernel:
    """One process, spoken to with headers or with lines."""

    def __init__(self, lines=False):
        self.process = subprocess.Popen(
            KERNEL, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.lines, self.buffer = lines, bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                try:
                    stream.close()
                except OSError:
                    pass

    def write(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def send(self, message):
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.write(body + b"\n" if self.lines else frame(body))

    def request(self, id, method, params=None):
        self.send(request(id, method, params))

    def read(self, seconds=PATIENCE):
        """The next message."""
        end = time.monotonic() + seconds
        while True:
            message = self._take()
            if message is not None:
                return message
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 1 << 16) if ready else b""
            if not data:
                raise Silence("end of output" if ready else "no answer")
            self.buffer += data

    def _take(self):
        if self.lines:
            line, found, rest = self.buffer.partition(b"\n")
            if not found:
                return None
            self.buffer = rest
            return json.loads(line)
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        # Strict, as some clients are: this field, spelt like this, and no other.
        assert head.startswith(b"Content-Length: ") and b"\r\n" not in head, head
        length = int(head[16:])
        if len(rest) < length:
            return None
        self.buffer = rest[length:]
        return json.loads(rest[:length])

    def reply(self, id, seconds=PATIENCE):
        """The answer to `id`, which must be the next one."""
        message = self.read(seconds)
        assert "id" in message and message["id"] == id, f"expected an answer to {id!r}: {message}"
        return message

    def code(self, id, seconds=PATIENCE):
        message = self.reply(id, seconds)
        assert "error" in message, f"expected an error: {message}"
        return message["error"]["code"]

    def initialize(self):
        self.request("init", "initialize", {"processId": None, "capabilities": {}})
        return self.reply("init")

    def alive(self):
        self.request("alive", "kernel/status")
        assert "result" in self.reply("alive")

    def exit_code(self, seconds=5):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return "still running"


def request(id, method, params=None):
    message = {"jsonrpc": "2.0", "id": id, "method": method}
    return message if params is None else {**message, "params": params}


def notification(method, params=None):
    message = {"jsonrpc": "2.0", "method": method}
    return message if params is None else {**message, "params": params}


def frame(body):
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def row(name, budget=1.0):
    """Registers a check: it must end without an exception, and should within its budget."""

    def add(check):
        rows.append((name, budget, check))
        return check

    return add


def expect(found, expected):
    assert found == expected, f"{found!r}, expected {expected!r}"

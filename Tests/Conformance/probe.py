"""Asks a kernel over real pipes what a stdio server is asked sooner or later.

    python3 probe.py PATH/TO/lucarne

Every row starts a fresh process, does one thing to it and, where the row says "alive", proves with a
later request that it still answers. Prints one line a row with the time it took; a time above its budget
is marked with "slow" but fails nothing, because machines differ. Exits with 1 where a row failed.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time

KERNEL = [os.path.abspath(sys.argv[1]), "serve"]
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


# Life cycle


@row("initialize answers", 0.5)
def _():
    with Kernel() as kernel:
        result = kernel.initialize()["result"]
        assert result["serverInfo"]["name"] == "lucarne" and result["limits"]["maxMessageBytes"] > 0


@row("request before initialize: -32002, then initialize works")
def _():
    with Kernel() as kernel:
        kernel.request(1, "kernel/status")
        expect(kernel.code(1), -32002)
        kernel.send(notification("initialized"))
        kernel.initialize()
        kernel.alive()


@row("initialize twice: -32600, alive")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.request(2, "initialize", {})
        expect(kernel.code(2), -32600)
        kernel.alive()


@row("language clients' params (rootUri, workspaceFolders, trace) are accepted")
def _():
    with Kernel() as kernel:
        params = {"rootUri": "file:///", "workspaceFolders": [], "trace": "off", "locale": "en",
                  "capabilities": {"textDocument": {}, "general": {"positionEncodings": ["utf-8"]}}}
        kernel.request(1, "initialize", params)
        assert "result" in kernel.reply(1)
        kernel.send(notification("initialized", {}))
        kernel.alive()


@row("request after shutdown: -32600")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.request(1, "shutdown")
        expect(kernel.reply(1)["result"], None)
        kernel.request(2, "kernel/status")
        expect(kernel.code(2), -32600)


@row("shutdown, exit: code 0", 2.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.request(1, "shutdown")
        kernel.reply(1)
        kernel.send(notification("exit"))
        expect(kernel.exit_code(), 0)


@row("exit without shutdown: code 1", 2.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.send(notification("exit"))
        expect(kernel.exit_code(), 1)


@row("end of input without shutdown: code 1", 2.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.process.stdin.close()
        expect(kernel.exit_code(), 1)


@row("end of input after shutdown: code 0", 2.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.request(1, "shutdown")
        kernel.reply(1)
        kernel.process.stdin.close()
        expect(kernel.exit_code(), 0)


@row("end of input before anything: code 1", 2.0)
def _():
    with Kernel() as kernel:
        kernel.process.stdin.close()
        expect(kernel.exit_code(), 1)


@row("end of input inside a message: code 1", 2.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.write(b'Content-Length: 100\r\n\r\n{"jsonrpc"')
        kernel.process.stdin.close()
        expect(kernel.exit_code(), 1)


@row("the output's reader vanishes: the process ends", 2.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.process.stdout.close()
        for id in range(3):
            kernel.request(id, "kernel/status")
            time.sleep(0.1)
        assert kernel.exit_code() in (0, 1)


@row("SIGTERM: the process ends", 2.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.process.terminate()
        code = kernel.exit_code()
        assert code in (0, 1), code


@row("SIGTERM under a parent that blocks it: the process ends", 2.0)
def _():
    # A child inherits the mask, and the threads of some runtimes block every signal.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        with Kernel() as kernel:
            kernel.initialize()
            kernel.process.terminate()
            code = kernel.exit_code()
            assert code in (0, 1), code
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


@row("SIGINT: ignored, as notebooks send it to the whole group")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        kernel.alive()


def orphan(how):
    """Starts a kernel from a process that ends while the kernel's input stays open."""
    source, sink = os.pipe()
    out, out_sink = os.pipe()
    program = (
        "import os,subprocess,sys,time\n"
        "arguments=sys.argv[4:]\n"
        "if sys.argv[3]=='flag': arguments.append('--clientProcessId=%d'%os.getpid())\n"
        "child=subprocess.Popen(arguments,stdin=int(sys.argv[1]),stdout=int(sys.argv[2]),"
        "stderr=subprocess.DEVNULL)\n"
        "print(os.getpid(),child.pid,flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(source), str(out_sink), how] + KERNEL,
        stdout=subprocess.PIPE, pass_fds=(source, out_sink),
    )
    try:
        os.close(source)
        os.close(out_sink)
        pid, child = map(int, parent.stdout.readline().split())
        process_id = pid if how == "params" else None
        os.write(sink, frame(json.dumps(request(1, "initialize", {"processId": process_id})).encode()))
        assert select.select([out], [], [], PATIENCE)[0], "no answer"
        os.read(out, 1 << 16)
        parent.kill()
        parent.wait()
        end = time.monotonic() + 5
        # The kernel holds the only other end of `out`: its end is the kernel's.
        while time.monotonic() < end:
            if select.select([out], [], [], 0.1)[0] and not os.read(out, 1 << 16):
                return
        os.kill(child, signal.SIGKILL)
        raise AssertionError("still running 5 s after its parent")
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
        os.close(sink)
        os.close(out)


@row("parent named in initialize dies, input stays open: the process ends", 2.5)
def _():
    orphan("params")


@row("parent named by --clientProcessId dies: the process ends", 2.5)
def _():
    orphan("flag")


# Messages


@row("unknown method and unknown $/ request: -32601, alive")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        for id, method in enumerate(["nope", "$/nope", "context/nope", ""]):
            kernel.request(id, method)
            expect(kernel.code(id), -32601)
        kernel.alive()


@row("unknown notifications and responses to nothing: ignored, alive")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.send(notification("nope", {}))
        kernel.send(notification("$/nope"))
        kernel.send({"jsonrpc": "2.0", "id": "stray", "result": 1})
        kernel.send({"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "x"}})
        kernel.alive()


def null_error(code, *bodies):
    with Kernel() as kernel:
        kernel.initialize()
        for body in bodies:
            kernel.send(body)
            expect(kernel.code(None), code)
        kernel.alive()


@row("invalid JSON: -32700 under null, alive")
def _():
    null_error(-32700, b"{", b"nonsense", b'{"a":1,}', b"", b'{"a":NaN}', b'{"a":Infinity}', b"[1", b"\x00",
               b'{"jsonrpc":"2.0","id":1,"method":"kernel/status"} x', b"\xef\xbb\xbf{")


@row("invalid UTF-8 and lone surrogates: -32700 under null, alive")
def _():
    null_error(-32700, b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}', b'{"a":"\xc0\x80"}', b'{"a":"\\ud800"}')


@row("{}, batches, jsonrpc 1.0, no messages: -32600 under null, alive")
def _():
    null_error(
        -32600, b"{}", b"[]", b'[{"jsonrpc":"2.0","id":1,"method":"kernel/status"}]', b"3", b'"x"', b"null",
    )


@row("jsonrpc 1.0: -32600, alive")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.send({"jsonrpc": "1.0", "id": 1, "method": "kernel/status"})
        message = kernel.read()
        assert message["error"]["code"] == -32600 and message["id"] in (None, 1), message
        kernel.alive()


@row("id null, 1.5, true, {}, []: -32600 under null, alive")
def _():
    null_error(-32600, *(request(id, "kernel/status") for id in (None, 1.5, True, {}, [])))


@row("ids come back with their type: 1, \"1\", negative, 2^53, text")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        for id in (1, "1", -7, 1 << 53, "ünïcode \"x\"", 0, ""):
            kernel.request(id, "kernel/status")
            message = kernel.reply(id)
            assert type(message["id"]) is type(id), message


@row("params null, [] and absent: taken as empty")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        for id, params in enumerate((None, [], {})):
            message = request(id, "kernel/status")
            message["params"] = params
            kernel.send(message)
            assert "result" in kernel.reply(id)
        message = request(9, "shutdown")
        message["params"] = None
        kernel.send(message)
        expect(kernel.reply(9)["result"], None)


@row("bad params: -32602 naming the path, alive")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        cases = [("context/open", {}, "params.parts"), ("context/open", {"parts": []}, "params.parts"),
                 ("context/open", {"parts": [{"text": 3}]}, "params.parts[0].text"),
                 ("context/logits", {"context": "c", "topK": "many"}, "params.topK"),
                 ("model/load", [1], "params"), ("model/load", "x", "params")]
        for id, (method, params, path) in enumerate(cases):
            message = request(id, method)
            message["params"] = params
            kernel.send(message)
            error = kernel.reply(id)["error"]
            expect(error["code"], -32602 if isinstance(params, (dict, list)) else error["code"])
            assert path in error["message"] or error["code"] == -32600, error
        kernel.alive()


@row("a second request under an open id: one -32600, the first is answered too")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        body = json.dumps(request(5, "rpc.discover")).encode()
        kernel.write(frame(body) * 2)
        first, second = kernel.reply(5), kernel.reply(5)
        # The first may be done before the second comes.
        assert any("result" in each for each in (first, second))
        assert all("result" in each or each["error"]["code"] == -32600 for each in (first, second))
        kernel.alive()


@row("cancelling unknown and finished ids: ignored, alive")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        for params in ({"id": 77}, {"id": "x"}, {"id": None}, {}, None):
            kernel.send(notification("$/cancelRequest", params))
        kernel.alive()


# Framing


STATUS = json.dumps(request(1, "kernel/status")).encode()


@row("header spellings: lower case, no space, Content-Type first, utf8, tabs")
def _():
    spellings = [
        b"content-length: %d\r\n\r\n", b"CONTENT-LENGTH:%d\r\n\r\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
        b"Content-Length: %d\r\nContent-Type: application/json; charset=utf8\r\n\r\n",
        b"X-Other: 1\r\nContent-Length: \t%d \r\n\r\n",
    ]
    with Kernel() as kernel:
        kernel.initialize()
        for spelling in spellings:
            kernel.write(spelling % len(STATUS) + STATUS)
            assert "result" in kernel.reply(1), spelling


@row("charset utf-16: -32700, the body skipped, alive")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        header = b"Content-Length: %d\r\nContent-Type: application/json; charset=utf-16\r\n\r\n"
        kernel.write(header % len(STATUS) + STATUS)
        expect(kernel.code(None), -32700)
        kernel.alive()


for name, header in [
    ("missing", b"X-Other: 3\r\n\r\n"), ("abc", b"Content-Length: abc\r\n\r\n"),
    ("-5", b"Content-Length: -5\r\n\r\n"), ("+5", b"Content-Length: +5\r\n\r\n"),
    ("0x5", b"Content-Length: 0x5\r\n\r\n"), ("99999999999999999999999", b"Content-Length: 99999999999999999999999\r\n\r\n"),
    ("9223372036854775807", b"Content-Length: 9223372036854775807\r\n\r\n"),
    ("given twice", b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n"),
]:
    @row(f"Content-Length {name}: one -32700 or -32600 under null, recovers")
    def _(header=header):
        with Kernel() as kernel:
            kernel.initialize()
            kernel.write(header)
            assert kernel.code(None) in (-32700, -32600)
            kernel.alive()


@row("a message of 70 MB: skipped with an error, alive", 5.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.write(b"Content-Length: 70000000\r\n\r\n")
        for _ in range(70):
            kernel.write(b" " * 1_000_000)
        assert kernel.code(None) in (-32700, -32600)
        kernel.alive()


@row("a message of 20 MB is read", 5.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.request(1, "kernel/status", {"padding": "x" * 20_000_000})
        assert "result" in kernel.reply(1)
        kernel.alive()


@row("a header of 5,000 bytes: error, code 1", 2.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.write(b"X: " + b"y" * 5000)
        expect(kernel.code(None), -32700)
        expect(kernel.exit_code(), 1)


@row("one byte at a time, and many messages in one write")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        for byte in frame(STATUS):
            kernel.write(bytes([byte]))
        assert "result" in kernel.reply(1)
        bodies = [json.dumps(request(id, "kernel/status")).encode() for id in range(50)]
        kernel.write(b"".join(map(frame, bodies)))
        expect(sorted(kernel.read()["id"] for _ in bodies), list(range(50)))


@row("nesting 100,000 deep: -32700 under null, alive")
def _():
    null_error(-32700, b"[" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000)


@row("3,000,000 values in one message: -32700 under null, alive", 5.0)
def _():
    null_error(-32700, b"[" + b"0," * 3_000_000 + b"0]")


@row("newline-delimited JSON: answers come as lines, a script's end is code 0 after shutdown", 2.0)
def _():
    with Kernel(lines=True) as kernel:
        script = [request(1, "initialize", {}), request(2, "kernel/status"), request(3, "shutdown"),
                  notification("exit")]
        kernel.write(b"".join(json.dumps(each).encode() + b"\n" for each in script))
        kernel.process.stdin.close()
        expect([kernel.read()["id"] for _ in range(3)], [1, 2, 3])
        expect(kernel.exit_code(), 0)


@row("newline-delimited JSON: blank lines, CRLF and a bad line, alive")
def _():
    with Kernel(lines=True) as kernel:
        kernel.initialize()
        kernel.write(b"\n\r\n" + STATUS + b"\r\n")
        assert "result" in kernel.reply(1)
        kernel.write(b"nonsense\n")
        expect(kernel.code(None), -32700)
        kernel.alive()


# Load


@row("8,000 requests to a client that does not read: all are taken, all are answered", 10.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        bodies = b"".join(frame(json.dumps(request(id, "kernel/status")).encode()) for id in range(8000))
        os.set_blocking(kernel.process.stdin.fileno(), False)
        view, end = memoryview(bodies), time.monotonic() + PATIENCE
        while view:
            if not select.select([], [kernel.process.stdin], [], max(0, end - time.monotonic()))[1]:
                raise AssertionError(f"deadlock: {len(view)} bytes were not taken")
            try:
                view = view[os.write(kernel.process.stdin.fileno(), view[:65536]):]
            except BlockingIOError:
                pass
        os.set_blocking(kernel.process.stdin.fileno(), True)
        expect(sorted(kernel.read()["id"] for _ in range(8000)), list(range(8000)))
        kernel.alive()


@row("1,000 answers one after another", 2.0)
def _():
    with Kernel() as kernel:
        kernel.initialize()
        for id in range(1000):
            kernel.request(id, "kernel/status")
            kernel.reply(id)


@row("nothing but messages on standard output")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        kernel.request(1, "model/load", {"path": "/nowhere"})
        expect(kernel.reply(1)["error"]["data"]["kind"], "ioError")
        kernel.request(2, "shutdown")
        kernel.reply(2)
        kernel.send(notification("exit"))
        expect(kernel.exit_code(), 0)
        expect(bytes(kernel.buffer) + kernel.process.stdout.read(), b"")


failures = 0
for name, budget, check in rows:
    started = time.monotonic()
    try:
        check()
        verdict, why = "ok", ""
    except (AssertionError, Silence, OSError, ValueError, KeyError) as error:
        verdict, why = "FAILED", f"  {type(error).__name__}: {error}"
        failures += 1
    seconds = time.monotonic() - started
    slow = f"slow, budget {budget:.1f} s" if seconds > budget else ""
    print(f"{verdict:7}{seconds:7.2f} s  {name}{why}  {slow}".rstrip(), flush=True)
print(f"{len(rows) - failures} of {len(rows)} rows passed")
sys.exit(1 if failures else 0)

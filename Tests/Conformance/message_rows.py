"""Messages, framing and load."""

import json
import os
import select
import time

from conversation import PATIENCE, Kernel, expect, frame, notification, request, row


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
               b"\xef\xbb\xbf{")


@row("invalid UTF-8 and lone surrogates: -32700 under null, alive")
def _():
    null_error(-32700, b'{"a":"\xc0\x80"}', b'{"a":"\\ud800"}')


@row("what is no JSON but shows its id: -32700 under that, alive")
def _():
    with Kernel() as kernel:
        kernel.initialize()
        for body in (b'{"jsonrpc":"2.0","id":1,"method":"kernel/status"} x', b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}',
                     b'{"method":"kernel/status","params":{"id":2,"a":"\\ud800"},"id":1,"jsonrpc":"2.0"}'):
            kernel.send(body)
            expect(kernel.code(1), -32700)
        kernel.alive()


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

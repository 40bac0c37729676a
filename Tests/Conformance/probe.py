"""Asks a kernel's executable for good manners over real pipes, with the standard library alone.

    python3 probe.py COMMAND [ARGUMENT …]      as: probe.py .build/release/lucarne serve

Prints a line a case; exits with 1 where one fails. Needs only the base protocol's methods.
"""

import json
import os
import select
import subprocess
import sys
import time

COMMAND = sys.argv[1:]
results = []


def frame(body):
    body = body if isinstance(body, bytes) else body.encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def message(identifier, method, **members):
    body = {"jsonrpc": "2.0", "id": identifier, "method": method, **members}
    return frame(json.dumps({k: v for k, v in body.items() if k != "id" or v is not ...}))


class Kernel:
    def __init__(self, initialize=True, **params):
        self.process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.buffer = b""
        if initialize:
            self.send(message(0, "initialize", params={"capabilities": {}, **params}))
            assert "result" in self.read(0)

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def next(self, seconds=10):
        end = time.monotonic() + seconds
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if found:
                length = int(head.removeprefix(b"Content-Length: "))
                if len(rest) >= length:
                    self.buffer = rest[length:]
                    return json.loads(rest[:length])
            left = end - time.monotonic()
            output = self.process.stdout
            if left <= 0 or not select.select([output], [], [], left)[0]:
                raise TimeoutError("no answer")
            data = os.read(output.fileno(), 1 << 20)
            if not data:
                raise EOFError("the kernel closed its output")
            self.buffer += data

    def read(self, identifier):
        while True:
            found = self.next()
            if "method" not in found:
                assert found["id"] == identifier, found
                return found

    def code(self, identifier):
        found = self.read(identifier)
        assert "error" in found, found
        return found["error"]["code"]

    def alive(self):
        self.send(message("sentinel", "no/such"))
        assert self.code("sentinel") == -32601

    def leaves(self, code, seconds=3):
        found = self.process.wait(seconds)
        assert found == code, f"exit code {found}, expected {code}"


def case(name):
    def run(body):
        try:
            body()
            results.append(True)
            print(f"ok    {name}")
        except Exception as error:
            results.append(False)
            print(f"FAIL  {name}: {type(error).__name__} {error}")
    return run


BAD = {
    "invalid JSON": (frame('{"jsonrpc"'), -32700),
    "invalid UTF-8": (frame(b'"\xff\xfe"'), -32700),
    "empty object": (frame("{}"), -32600),
    "batch": (frame('[{"jsonrpc":"2.0","id":1,"method":"x"}]'), -32600),
    "jsonrpc 1.0": (frame('{"jsonrpc":"1.0","id":1,"method":"x"}'), -32600),
    "id null": (frame('{"jsonrpc":"2.0","id":null,"method":"x"}'), -32600),
    "id 1.5": (frame('{"jsonrpc":"2.0","id":1.5,"method":"x"}'), -32600),
    "charset utf-16": (b"Content-Type: a/b; charset=utf-16\r\nContent-Length: 4\r\n\r\n{}{}", -32700),
    "no Content-Length": (b"X-Other: 1\r\n\r\n", -32700),
    "Content-Length abc": (b"Content-Length: abc\r\n\r\n", -32700),
    "Content-Length -5": (b"Content-Length: -5\r\n\r\n", -32700),
    "Content-Length too large": (b"Content-Length: 99999999999999999999999\r\n\r\n", -32700),
    "100,000 levels": (frame("[" * 100_000), -32700),
}
for name, (data, code) in BAD.items():
    @case(name)
    def _():
        kernel = Kernel()
        kernel.send(data)
        assert kernel.code(None) == code
        kernel.alive()
        kernel.process.kill()

for name, header in {
    "lower case header": b"content-length: %d\r\n\r\n", "no space after the colon": b"Content-Length:%d\r\n\r\n",
    "Content-Type first": b"Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: %d\r\n\r\n",
}.items():
    @case(name)
    def _():
        kernel = Kernel()
        body = b'{"jsonrpc":"2.0","id":7,"method":"no/such"}'
        kernel.send(header % len(body) + body)
        assert kernel.code(7) == -32601
        kernel.process.kill()


@case("request before initialize")
def _():
    kernel = Kernel(initialize=False)
    kernel.send(message(1, "kernel/status"))
    assert kernel.code(1) == -32002
    kernel.process.kill()


@case("initialize twice")
def _():
    kernel = Kernel()
    kernel.send(message(1, "initialize", params={}))
    assert kernel.code(1) == -32600
    kernel.alive()
    kernel.process.kill()


for params in (None, [], {}):
    @case(f"shutdown with params {params}, request after it, exit")
    def _():
        kernel = Kernel()
        kernel.send(message(1, "shutdown", params=params))
        assert kernel.read(1)["result"] is None
        kernel.send(message(2, "no/such"))
        assert kernel.code(2) == -32600
        kernel.send(message(..., "exit"))
        kernel.leaves(0)


@case("exit without shutdown")
def _():
    kernel = Kernel()
    kernel.send(message(..., "exit"))
    kernel.leaves(1)


@case("end of input without shutdown")
def _():
    kernel = Kernel()
    kernel.process.stdin.close()
    kernel.leaves(1)


@case("the client's process ends, input stays open")
def _():
    child = subprocess.Popen(["sleep", "60"])
    kernel = Kernel(processId=child.pid)
    kernel.alive()
    child.kill()
    child.wait()
    kernel.leaves(1)


@case("8,000 requests to a client that does not read")
def _():
    kernel = Kernel()
    for start in range(0, 8000, 100):
        kernel.send(b"".join(
            message(i, "no/such", params={"padding": "x" * 100}) for i in range(start, start + 100)))
    assert sorted(kernel.read(i)["id"] for i in range(8000)) == list(range(8000))
    kernel.process.kill()


@case("a script of lines")
def _():
    lines = [{"id": 1, "method": "initialize"}, {"id": 2, "method": "no/such"},
             {"id": 3, "method": "shutdown"}, {"method": "exit"}]
    text = "".join(json.dumps({"jsonrpc": "2.0", **each}) + "\n" for each in lines)
    done = subprocess.run(
        COMMAND, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20)
    answers = [json.loads(each) for each in done.stdout.splitlines()]
    assert [each["id"] for each in answers] == [1, 2, 3] and done.returncode == 0


print(f"{sum(results)} of {len(results)} cases")
sys.exit(not all(results))

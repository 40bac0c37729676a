"""Holds a kernel that many clients share to its promises.

    python3 sharing.py PATH/TO/lucarne        # Python's standard library alone

Clients are `lucarne attach` processes and raw sockets; the kernel is the built program on the embedded world, in a
temporary folder. Prints one line a row and, where a time was taken, the time. Exits with 1 where a row failed.
"""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROGRAM = os.path.abspath(sys.argv[1])
PICTURE = Path(__file__).resolve().parents[2] / "Sources/World/Resources/heldout/probe-bolivia-00.png"
PATIENCE = 60
signal.pthread_sigmask(signal.SIG_SETMASK, set())
rows = []


def row(name):
    return lambda check: rows.append((name, check))


def expect(found, expected):
    assert found == expected, f"{found!r}, expected {expected!r}"


def message(id, method, params=None):
    body = json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Client:
    """One session, over a socket or over the pipes of `attach`."""

    def __init__(self, path=None, attach=None):
        self.buffer, self.lastID, self.process, self.socket = bytearray(), 0, None, None
        if attach is None:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(PATIENCE)
            self.socket.connect(path)
        else:
            self.process = subprocess.Popen(
                [PROGRAM, "attach", *attach], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.socket:
            self.socket.close()
        else:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                try:
                    stream.close()
                except OSError:
                    pass

    def write(self, data):
        if self.socket:
            self.socket.sendall(data)
        else:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def send(self, method, /, **params):
        self.lastID += 1
        self.write(message(self.lastID, method, params))
        return self.lastID

    def body(self):
        """The next message's bytes."""
        while True:
            head, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if found and len(rest) >= int(head[16:]):
                length = int(head[16:])
                self.buffer = bytearray(rest[length:])
                return rest[:length]
            data = self.socket.recv(1 << 16) if self.socket else os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                raise EOFError("the kernel ended the session")
            self.buffer += data

    def reply(self, id):
        while True:
            body = self.body()
            found = json.loads(body)
            if found.get("id") == id:
                return body, found

    def ask(self, method, /, **params):
        _, found = self.reply(self.send(method, **params))
        assert "result" in found, found
        return found["result"]

    def kind(self, method, /, **params):
        _, found = self.reply(self.send(method, **params))
        return found.get("error", {}).get("data", {}).get("kind", found)

    def start(self, **more):
        self.ask("initialize", **more)
        return self

    def open(self, text="Does the image show Bolivia?"):
        return self.ask("context/open", parts=[{"image": {"path": str(PICTURE)}}, {"text": text}])["context"]

    def end(self):
        self.ask("shutdown")
        body = b'{"jsonrpc":"2.0","method":"exit"}'
        self.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return self.process.wait(10) if self.process else self.rest()

    def rest(self):
        """What comes up to the end."""
        found = bytes(self.buffer)
        while data := self.socket.recv(1 << 16):
            found += data
        return found


class Server:
    """`serve --listen` in a folder of its own."""

    def __init__(self, *options, path=None):
        self.folder = tempfile.TemporaryDirectory(prefix="lucarne-")
        self.path = path or f"{self.folder.name}/k/kernel.sock"
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--listen", self.path, "--jobs", "", "--threads", "2", *options], stderr=subprocess.PIPE)
        wait(lambda: self.listens() or self.process.poll() is not None, "the server listens")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stderr.close()
        self.folder.cleanup()

    def listens(self):
        """The socket's file is there a moment before somebody listens at it, as its flags tell."""
        sockets = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
        return any(fields[-1] == self.path and int(fields[3], 16) & 0x10000 for fields in sockets)

    def client(self):
        return Client(self.path)

    def attach(self):
        return Client(attach=[self.path])

    def status(self):
        with self.client() as client:
            return client.start().ask("kernel/status")


def wait(holds, what, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def conversation(client):
    """Everything that a client is answered in one story, as bytes, but the times it took."""
    client.start()
    context = client.open()
    answers = []
    for method, params in [
        ("context/tokens", {"context": context}),
        ("context/generate", {"context": context, "maxTokens": 8}),
        ("context/generate", {"context": context, "maxTokens": 8, "temperature": 1.5, "seed": 7}),
        ("context/logits", {"context": context, "topK": 20}),
        ("attribution/compute", {
            "context": context, "sae": "sae", "method": "gradient", "topK": 10,
            "target": {"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}}),
        ("steering/generate", {
            "context": context, "sae": "sae", "maxTokens": 6, "seed": 3, "temperature": 1.0,
            "interventions": [{"op": "clamp", "feature": {"sae": "sae", "index": 687}, "value": 10, "generated": True}]}),
        ("context/open", {"parts": [{"text": "Which basin covers Hungary?"}]}),
        ("feature/info", {"feature": {"sae": "sae", "index": 687}}),
        ("context/close", {"context": context}),
        ("context/logits", {"context": context, "topK": 1}),
    ]:
        body = client.reply(client.send(method, **params))[0]
        answers.append(re.sub(rb'"elapsed":[0-9.e-]+', b'"elapsed":0', body))
    return answers


def together(count, work):
    """Runs `work(i)` on threads of their own; the results in order."""
    found = [None] * count

    def run(index):
        try:
            found[index] = work(index)
        except BaseException as error:  # noqa: BLE001
            found[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in found:
        if isinstance(error, BaseException):
            raise error
    return found


@row("ten clients at once, beside a flood, a silent one, a killed one and garbage: answers as alone, byte for byte")
def _():
    with Server() as server:
        with server.attach() as client:
            alone = conversation(client)
            expect(client.end(), 0)
        with server.attach() as client:
            expect(conversation(client), alone)
        with server.client() as flood, server.client() as silent, server.attach() as killed, server.client() as noise:
            for client in (flood, silent, killed):
                client.start()
            context = flood.open()
            for _ in range(900):
                flood.send("context/logits", context=context, topK=3)
            own = silent.open("What is it?")
            for _ in range(300):
                silent.send("context/tokens", context=own)
            other = killed.open("And this?")
            killed.send("context/generate", context=other, maxTokens=400, temperature=2.0, seed=1)
            noise.write(os.urandom(200_000))
            threading.Timer(0.3, killed.process.kill).start()

            def run(_):
                with server.attach() as client:
                    answers = conversation(client)
                    return answers, client.end()

            for answers, code in together(10, run):
                expect(code, 0)
                expect([a == b for a, b in zip(answers, alone, strict=True)], [True] * len(alone))
            for id in range(3, 903):
                assert "result" in flood.reply(id)[1]
        wait(lambda: len(server.status()["connections"]) == 1, "all have left")
        # The engine closes their contexts behind what runs for them.
        wait(lambda: server.status()["memory"]["items"][0]["bytes"] == 0, "their contexts are closed")


@row("one client's flood delays another's request by no more than what runs")
def _():
    with Server() as server, server.client() as flood, server.client() as other:
        context, own = flood.start().open(), other.start().open()
        begun = time.monotonic()
        other.ask("attribution/compute", **attribution(own))
        alone = time.monotonic() - begun
        ids = [flood.send("attribution/compute", **attribution(context)) for _ in range(60)]
        status, small = [], []
        for _ in range(10):
            begun = time.monotonic()
            other.ask("kernel/status")
            status.append(time.monotonic() - begun)
            begun = time.monotonic()
            other.ask("context/logits", context=own, topK=1)
            small.append(time.monotonic() - begun)
        waiting = other.ask("kernel/status")["queue"]["waiting"]
        assert waiting > 20, f"the flood was over: {waiting} wait"
        # Ten of its own ran while the flood had ten turns, and ten more were waited for at most.
        answered = 60 - waiting
        assert answered <= 24, f"{answered} of the flood went before ten of the other's"
        for id in ids:
            flood.reply(id)
        return (f"a request of the flood {alone * 1e3:.0f} ms alone; beside it a status {max(status) * 1e3:.1f} ms, "
                f"an engine request {sorted(small)[5] * 1e3:.0f} ms, at most {max(small) * 1e3:.0f} ms")


def attribution(context):
    return {"context": context, "sae": "sae", "method": "integratedGradients", "steps": 8, "topK": 3, "target": {
        "kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}}


@row("contexts belong to their connection and end with it; models and autoencoders are everybody's")
def _():
    with Server() as server, server.client() as first, server.client() as second:
        context = first.start(clientInfo={"name": "first"}).open()
        second.start()
        expect(second.kind("context/logits", context=context, topK=1), "contextNotFound")
        expect(second.kind("context/close", context=context), "contextNotFound")
        status = second.ask("kernel/status")
        expect(status["contexts"], [])
        expect(len(status["models"]), 1)
        expect([(c["own"], c.get("name"), c["contexts"]) for c in status["connections"]],
               [(False, "first", 1), (True, None, 0)])
        expect(status["connections"][0]["process"], os.getpid())
        expect(second.open(), context)
        second.ask("context/close", context=context)
        first.ask("context/logits", context=context, topK=1)
        first.socket.close()
        wait(lambda: len(second.ask("kernel/status")["connections"]) == 1, "the first has left")
        wait(lambda: second.ask("kernel/status")["memory"]["items"][0]["bytes"] == 0, "its contexts are closed")


@row("one client's memory limit is its own")
def _():
    with Server() as server, server.client() as small, server.client() as other:
        small.start(initializationOptions={"memoryLimit": 100_000})
        expect(small.ask("kernel/status")["memory"]["limit"], 100_000)
        expect(small.kind("context/open", parts=[{"text": "Which basin covers Hungary?"}]), "outOfMemory")
        other.start(initializationOptions={"memoryLimit": 1 << 60}).open()
        assert other.ask("kernel/status")["memory"]["limit"] < 1 << 50
        expect(small.kind("context/open", parts=[{"text": "Which basin covers Hungary?"}]), "outOfMemory")


@row("SIGKILL amid generation: the engine is free at once, its context is closed")
def _():
    with Server() as server, server.attach() as killed, server.client() as other:
        context = killed.start().open()
        other.start()
        killed.send("attribution/compute", **{**attribution(context), "steps": 10_000})
        wait(lambda: other.ask("kernel/status")["queue"].get("running") == "attribution/compute", "it runs")
        begun = time.monotonic()
        killed.process.kill()
        other.open()
        seconds = time.monotonic() - begun
        wait(lambda: len(other.ask("kernel/status")["connections"]) == 1, "it has left")
        expect(other.ask("kernel/status")["connections"][0]["contexts"], 1)
        return f"another's context was open {seconds * 1e3:.0f} ms after"


@row("a script of lines that is killed does not go on")
def _():
    with Server() as server, server.client() as script, server.client() as other:
        other.start()
        lines = [{"jsonrpc": "2.0", "id": 1, "method": "initialize"},
                 {"jsonrpc": "2.0", "id": 2, "method": "context/open", "params": {"parts": [{"text": "Which basin?"}]}},
                 {"jsonrpc": "2.0", "id": 3, "method": "attribution/compute",
                  "params": {**attribution("ctx_1"), "steps": 10_000}}]
        script.write("".join(json.dumps(line) + "\n" for line in lines).encode())
        script.socket.shutdown(socket.SHUT_WR)
        wait(lambda: other.ask("kernel/status")["queue"].get("running") == "attribution/compute", "it runs on")
        script.socket.close()
        wait(lambda: len(other.ask("kernel/status")["connections"]) == 1, "it has left")
        wait(lambda: other.ask("kernel/status")["queue"].get("running") is None, "it has stopped")


@row("a script of lines through attach is answered to its end, and the exit code is 0")
def _():
    with Server() as server:
        lines = [{"jsonrpc": "2.0", "id": 1, "method": "initialize"},
                 {"jsonrpc": "2.0", "id": 2, "method": "context/open", "params": {"parts": [{"text": "Which basin?"}]}},
                 {"jsonrpc": "2.0", "id": 3, "method": "shutdown"}, {"jsonrpc": "2.0", "method": "exit"}]
        found = subprocess.run([PROGRAM, "attach", server.path], capture_output=True, timeout=PATIENCE,
                               input="".join(json.dumps(line) + "\n" for line in lines).encode())
        expect(found.returncode, 0)
        expect(sorted(json.loads(line)["id"] for line in found.stdout.splitlines()), [1, 2, 3])
        expect(subprocess.run([PROGRAM, "attach", server.path], input=b"", timeout=PATIENCE).returncode, 1)


@row("a client that never reads is let go, and harms nobody")
def _():
    with Server() as server, server.client() as silent, server.client() as other:
        silent.start()
        other.start()
        silent.socket.settimeout(20)
        sent = 0
        try:
            while sent < 2000:
                silent.send("rpc.discover")
                sent += 1
        except OSError:
            pass
        wait(lambda: len(other.ask("kernel/status")["connections"]) == 1, "it was let go", 60)
        other.open()
        return f"after {sent} requests whose answers have 0.2 MB"


@row("half a frame, nothing at all, and a header without end")
def _():
    with Server() as server, server.client() as half, server.client() as mute, server.client() as endless:
        half.write(b"Content-Length: 1000\r\n\r\n{")
        endless.write(b"X" * 10_000)
        with server.client() as other:
            other.start().open()
        expect(b"-32700" in endless.rest(), True)
        half.socket.shutdown(socket.SHUT_WR)
        expect(half.rest(), b"")
        mute.start().ask("kernel/status")


@row("two hundred connections at once, all answered; memory and descriptors come back")
def _():
    with Server() as server:
        count = lambda: len(os.listdir(f"/proc/{server.process.pid}/fd"))
        before = count()
        clients = [server.client() for _ in range(200)]
        begun = time.monotonic()
        together(200, lambda index: clients[index].start().ask("kernel/status"))
        seconds = time.monotonic() - begun
        expect(len(clients[0].ask("kernel/status")["connections"]), 200)
        expect(clients[7].open("Hello"), "ctx_1")
        for client in clients:
            client.socket.close()
        wait(lambda: count() <= before + 2, "descriptors are closed")
        return f"{seconds * 1e3:.0f} ms"


@row("beyond 256 connections the next is told that the kernel is busy")
def _():
    with Server() as server:
        clients = [server.client() for _ in range(256)]
        together(256, lambda index: clients[index].start())
        with server.client() as late:
            expect(json.loads(late.body())["error"]["data"]["kind"], "busy")
        for client in clients:
            client.socket.close()


@row("the socket is its user's alone; a folder that others can write to is refused")
def _():
    with Server() as server:
        expect(stat.S_IMODE(os.stat(server.path).st_mode), 0o600)
        expect(stat.S_IMODE(os.stat(os.path.dirname(server.path)).st_mode), 0o700)
    with tempfile.TemporaryDirectory() as folder:
        for mode in (0o777, 0o1777, 0o770):
            os.chmod(folder, mode)
            found = subprocess.run([PROGRAM, "serve", "--listen", f"{folder}/s"], capture_output=True, text=True)
            expect((found.returncode, "others can write to it" in found.stderr), (1, True))
            found = subprocess.run([PROGRAM, "attach", "--spawn", f"{folder}/s"], capture_output=True, text=True)
            expect((found.returncode, "others can write to it" in found.stderr), (1, True))
        expect(os.listdir(folder), [])


@row("another user is sent away, even where the files would let them in (root alone can try)")
def _():
    if os.geteuid() != 0:
        return "not tried: not root"
    with Server() as server:
        for path, mode in ((server.folder.name, 0o711), (os.path.dirname(server.path), 0o711), (server.path, 0o666)):
            os.chmod(path, mode)
        attempt = (
            "import os,socket,sys\nos.setgid(65534);os.setuid(65534)\ns=socket.socket(socket.AF_UNIX)\n"
            "s.settimeout(10);s.connect(sys.argv[1])\n"
            "try:\n s.sendall(b'{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}\\n');print(len(s.recv(100)))\n"
            "except (BrokenPipeError,ConnectionResetError): print(0)\n")
        found = subprocess.run([sys.executable, "-c", attempt, server.path], capture_output=True, text=True)
        expect((found.stdout.strip(), found.stderr), ("0", ""))
        expect(len(server.status()["connections"]), 1)
        server.process.terminate()
        assert "user 65534 was turned away" in server.process.stderr.read().decode()


@row("a path that is too long, a file in the way, a live server, no server: clear errors")
def _():
    with Server() as server:
        def refused(*arguments):
            found = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE)
            expect((found.returncode, found.stdout), (1, ""))
            return found.stderr

        long = f"{server.folder.name}/k/{'x' * 120}"
        assert "at most 107 are allowed" in refused("serve", "--listen", long)
        assert "at most 107 are allowed" in refused("attach", long)
        file = Path(server.folder.name, "k", "file")
        file.write_text("precious")
        assert "is not a socket" in refused("serve", "--listen", str(file))
        expect(file.read_text(), "precious")
        assert "listens at" in refused("serve", "--listen", server.path)
        server.status()
        assert "no kernel listens" in refused("attach", f"{server.folder.name}/k/none")
        assert "did not start" in refused("attach", "--spawn", f"{server.folder.name}/k/bad", "--", "--threads", "0")


@row("kill -9 of the server: attach ends with 1, and the next start takes the socket's place")
def _():
    with Server() as server, server.attach() as client:
        client.start()
        server.process.kill()
        expect(client.process.wait(5), 1)
        assert os.path.exists(server.path)
        with Client(attach=["--spawn", server.path, "--", "--idle-exit", "0.2", "--jobs", ""]) as again:
            again.start().open("Hello")
            expect(again.end(), 0)
        wait(lambda: not os.path.exists(server.path), "the idle server took its socket away")
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(server.path)
        found = subprocess.run([PROGRAM, "attach", server.path], capture_output=True, text=True)
        expect((found.returncode, "no kernel listens" in found.stderr, os.path.exists(server.path)), (1, True, False))


@row("SIGTERM and SIGINT end the server in order: sessions end with 0, the socket is gone")
def _():
    for number in (signal.SIGTERM, signal.SIGINT):
        with Server() as server, server.attach() as client, server.attach() as busy, server.client() as mute:
            client.start()
            context = busy.start().open()
            id = busy.send("attribution/compute", **{**attribution(context), "steps": 10_000})
            wait(lambda: client.ask("kernel/status")["queue"].get("running") == "attribution/compute", "it runs")
            server.process.send_signal(number)
            expect(busy.reply(id)[1]["error"]["code"], -32800)
            expect((client.process.wait(10), busy.process.wait(10), server.process.wait(10)), (0, 0, 0))
            expect((os.path.exists(server.path), mute.socket.recv(10)), (False, b""))


@row("ten clients that spawn at once share one kernel, which ends when they have left")
def _():
    with tempfile.TemporaryDirectory(prefix="lucarne-") as folder:
        path = f"{folder}/new/kernel.sock"
        clients = [
            Client(attach=["--spawn", path, "--", "--idle-exit", "0.5", "--jobs", ""]) for _ in range(10)]
        begun = time.monotonic()
        together(10, lambda index: clients[index].start())
        seconds = time.monotonic() - begun
        expect(len(clients[0].ask("kernel/status")["connections"]), 10)
        log = Path(path + ".log").read_text()
        for client in clients:
            expect(client.end(), 0)
            client.__exit__()
        expect(log, "")
        wait(lambda: not os.path.exists(path), "the kernel has ended")
        return f"{seconds * 1e3:.0f} ms"


@row("a client that is killed leaves nothing behind; its kernel goes on for the others and then ends")
def _():
    with tempfile.TemporaryDirectory(prefix="lucarne-") as folder:
        path = f"{folder}/kernel.sock"
        spawned = ["--spawn", path, "--", "--idle-exit", "0.5", "--jobs", ""]
        with Client(attach=spawned) as first, Client(attach=spawned) as second:
            first.start()
            second.start()
            os.kill(first.process.pid, signal.SIGKILL)
            first.process.wait()
            second.open("Hello")
            # Nobody but the client held its streams: what it was started with is not the kernel's.
            expect(first.process.stdout.read(), b"")
            os.kill(second.process.pid, signal.SIGKILL)
        wait(lambda: not os.path.exists(path), "the kernel has ended")


@row("a job's news go to the connection that asked, and the job survives it")
def _():
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        with server.client() as asking, server.client() as other:
            asking.start()
            other.start()
            asking.ask("context/open", parts=[{"text": "Hello"}])
            job = asking.ask("index/build", sae="sae", corpus={"folder": str(PICTURE.parent)},
                             path=f"{folder}/pictures.index", subscribe=True)["job"]
            found = json.loads(asking.body())
            expect((found["method"], found["params"]["job"]), ("job/didUpdate", job))
            asking.socket.close()
            wait(lambda: len(other.ask("kernel/status")["connections"]) == 1, "it has left")
            state = other.ask("job/get", job=job)["state"]
            assert state in ("running", "completed"), state
            expect(other.ask("job/wait", job=job, timeoutMs=50_000)["state"], "completed")
            expect(other.buffer, b"")


failures = 0
for name, check in rows:
    if len(sys.argv) > 2 and sys.argv[2] not in name:
        continue
    started = time.monotonic()
    try:
        detail = check() or ""
        verdict = "ok"
    except (AssertionError, EOFError, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
        verdict, detail = "FAILED", f"{type(error).__name__}: {str(error)[:600]}"
        failures += 1
    print(f"{verdict:7}{time.monotonic() - started:7.2f} s  {name}{': ' if detail else ''}{detail}", flush=True)
print("every row passed" if not failures else f"{failures} rows failed")
sys.exit(1 if failures else 0)

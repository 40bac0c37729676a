"""Holds `lucarne attach --ssh` to its promises, with an sshd of its own on this machine.

    python3 ssh.py PATH/TO/lucarne [ROW]     # Python's standard library, sshd and ssh; Neovim for one row

The kernel is the built program on the embedded world. What the client's side has lies in a folder that the sshd's side
does not see, where the system lets the test hide it (it says so). What comes from afar is compared with a kernel of this
machine. Prints one line a row; exits with 1 where a row failed, with 77 where sshd is not installed.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

from loopback_host import LoopbackHost, Line, missing

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = Path(__file__).resolve().parents[2]
HELDOUT = ROOT / "Sources/World/Resources/heldout"
PATIENCE = 60
QUESTION = "Does the image show Bolivia?"
PROMPT = f"---\nimages:\n  map: map.png\nanswer: Yes\nbaseline: No\n---\n@user\n![map]\n{QUESTION}\n"
sys.path.insert(0, str(ROOT / "protocol/clients/python/src"))
sys.dont_write_bytecode = True
signal.pthread_sigmask(signal.SIG_SETMASK, set())
rows = []


def row(name):
    return lambda check: rows.append((name, check))


def expect(found, expected):
    assert found == expected, f"{found!r}, expected {expected!r}"


def wait(condition, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.02)


class Client:
    """One process that speaks the protocol by its pipes; everything it sends is kept."""

    def __init__(self, *command):
        self.buffer, self.last, self.seen = bytearray(), 0, []
        self.process = subprocess.Popen(
            [PROGRAM, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.errors = bytearray()
        self.reader = threading.Thread(target=lambda: self.errors.extend(self.process.stderr.read()), daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(5)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except OSError:
                pass

    def write(self, value):
        body = json.dumps(value).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def send(self, method, /, **params):
        self.last += 1
        self.write({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})
        return self.last

    def notify(self, method, /, **params):
        self.write({"jsonrpc": "2.0", "method": method, "params": params})

    def message(self):
        """The next message; EOFError at the end, ValueError where that is in the middle of one."""
        while True:
            head, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if found and len(rest) >= int(head[16:]):
                length = int(head[16:])
                self.buffer = bytearray(rest[length:])
                value = json.loads(rest[:length])
                self.seen.append(value)
                return value
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                if self.buffer:
                    raise ValueError(f"the stream ends inside a message: {bytes(self.buffer)[:80]!r}")
                raise EOFError("the session has ended")
            self.buffer += data

    def reply(self, number):
        for value in self.seen:
            if value.get("id") == number and "method" not in value:
                return value
        while True:
            value = self.message()
            if value.get("id") == number and "method" not in value:
                return value

    def ask(self, method, /, **params):
        found = self.reply(self.send(method, **params))
        assert "result" in found, found
        return found["result"]

    def error(self, method, /, **params):
        found = self.reply(self.send(method, **params))
        assert "error" in found, found
        return found["error"]

    def heard(self, method):
        """The next notification of a name."""
        while True:
            value = self.message()
            if value.get("method") == method:
                return value["params"]

    def rest(self):
        """All messages up to the end."""
        found = []
        try:
            while True:
                found.append(self.message())
        except EOFError:
            return found

    def code(self, seconds=PATIENCE):
        return self.process.wait(seconds)

    def words(self):
        self.process.wait(PATIENCE)
        self.reader.join(5)
        return self.errors.decode()

    def leave(self):
        self.ask("shutdown")
        self.notify("exit")
        self.process.stdin.close()
        return self.code()


class Place:
    """Both sides: the client's folder with a picture, the host's with a socket, and the line between."""

    def __init__(self, folder):
        self.near, self.far = Path(folder) / "near", Path(folder) / "far"
        self.near.mkdir()
        self.far.mkdir(mode=0o700)
        self.picture = self.near / "map.png"
        shutil.copy(HELDOUT / "probe-bolivia-00.png", self.picture)
        (self.near / "one.lucarne").write_text(PROMPT)
        self.socket = f"{self.far}/k/kernel.sock"
        self.host = LoopbackHost(folder, hidden=self.near)

    def command(self, *, key="user", port=None, program=PROGRAM, more=(), options=(), socket_=None, name=None):
        words = ["attach", "--ssh", name or self.host.name]
        for option in [*options, *self.host.options(key, port)]:
            words += ["--ssh-option", option]
        return [*words, "--remote-program", str(program), *more, socket_ or self.socket, "--", "--jobs", "", "--threads", "2",
                "--idle-exit", "60"]

    def client(self, **more):
        return Client(*self.command(**more))

    def started(self, **more):
        client = self.client(**more)
        client.ask("initialize", processId=os.getpid(), clientInfo={"name": "near"}, capabilities={})
        return client

    def script(self, text):
        """A program of the host's."""
        path = self.far / f"program-{len(list(self.far.iterdir()))}"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    def kernel(self):
        """The kernel's process, found by who listens at the socket."""
        with socket.socket(socket.AF_UNIX) as found:
            found.connect(self.socket)
            return int.from_bytes(found.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], "little")


def parts(path):
    return [{"image": {"path": str(path)}, "id": "picture"}, {"text": QUESTION, "id": "question"}]


@row("a kernel is started there on demand, and to its client the line is a kernel like another")
def _(place):
    with place.client() as client, Client("serve", "--jobs", "", "--threads", "2") as beside:
        welcome = client.ask("initialize", processId=os.getpid(), capabilities={})
        expect(welcome["remote"], {"host": "127.0.0.1"})
        plain = beside.ask("initialize", processId=os.getpid(), capabilities={})
        assert "remote" not in plain, plain
        # Memory that is free is another at any time.
        expect({**welcome, "limits": None}, {**plain, "limits": None, "remote": welcome["remote"]})
        expect(client.ask("prompt/check", text="Hello"), beside.ask("prompt/check", text="Hello"))
        for sent in (b"Content-Length: 3\r\n\r\n{]}", b"Content-Length: 9\r\n\r\n[1,2,3,4]", b"what?\n"):
            for each in (client, beside):
                each.process.stdin.write(sent)
                each.process.stdin.flush()
            expect(client.message(), beside.message())
        expect(client.leave(), 0)
        expect(client.words(), "")


@row("pictures of this side travel by content, and numbers come back as they are beside the kernel")
def _(place):
    with place.started() as client, Client("serve", "--jobs", "", "--threads", "2") as beside:
        beside.ask("initialize", capabilities={})
        found = []
        for each in (client, beside):
            opened = each.ask("context/open", parts=parts(place.picture))
            video = {"image": {"uri": place.picture.as_uri()}}
            second = each.ask("context/open", parts=[video, {"text": QUESTION}])
            why = each.ask("attribution/compute", context=opened["context"], sae="sae", topK=5, render={"image": "patches"},
                           target={"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}})
            del why["elapsed"]
            found.append((opened, second, why, each.ask("context/generate", context=opened["context"], maxTokens=4)))
        expect(found[0], found[1])
        render = found[0][2]["renderings"] if "renderings" in found[0][2] else found[0][2]["images"]
        assert "base64" in json.dumps(render), render
        page = client.ask("feature/dashboard", feature={"sae": "sae", "index": 182})
        assert page["html"].startswith("<!doctype html>"), page["html"][:80]
        expect(client.leave(), 0)
    return "the host does not see the pictures' folder" if place.host.hides else "the host sees the folder, too: unshare is not allowed"


@row("what the host is sent names no file of this side")
def _(place):
    log = place.far / "sent"
    spy = place.script(f'tee "{log}" | "{PROGRAM}" "$@"\n')
    with place.started(program=spy) as client:
        client.ask("context/open", parts=parts(place.picture))
        client.ask("prompt/open", text=PROMPT.replace("map.png", str(place.picture)), directory="/nowhere")
        client.leave()
    sent = log.read_bytes()
    expect(sent.count(b'"base64"'), 2)
    body = sent[sent.index(b"context/open"):sent.index(b"prompt/open")]
    assert str(place.picture).encode() not in body, body[:200]
    assert b'"processId"' not in sent, sent[:300]


@row("prompt files of this side are opened, and what is missing is said of the right machine")
def _(place):
    with place.started() as client:
        near = str(place.near)
        expect(client.ask("prompt/check", text=PROMPT, directory=near)["diagnostics"], [])
        opened = client.ask("prompt/open", text=PROMPT, directory=near)
        expect(opened["diagnostics"], [])
        expect(client.ask("prompt/open", text=PROMPT, directory=near)["context"], opened["context"])
        lost = PROMPT.replace("map.png", "lost.png")
        for method in ("prompt/check", "prompt/open"):
            found = client.ask(method, text=lost, directory=near)["diagnostics"]
            expect([each["message"] for each in found], [f'"{near}/lost.png" does not exist on 127.0.0.1'])
        for method, params in (
            ("model/load", {"path": "/no/model"}), ("sae/load", {"path": "/no/sae"}),
            ("context/open", {"parts": parts("/no/picture.png")}), ("session/open", {"path": "/no/session.json"}),
        ):
            error = client.error(method, **params)
            assert "127.0.0.1" in error["message"], error
            expect(error["data"]["message"], error["message"])
        damaged = place.near / "damaged.png"
        damaged.write_bytes(place.picture.read_bytes()[:300])
        error = client.error("context/open", parts=parts(damaged))
        expect(error["data"]["kind"], "imageUnreadable")
        found = client.ask("prompt/open", text=PROMPT.replace("map.png", "damaged.png"), directory=near)["diagnostics"]
        assert len(found) == 1 and "damaged.png" in found[0]["message"], found
        large = place.near / "large.png"
        with open(large, "wb") as file:
            file.truncate(60 << 20)
        error = client.error("context/open", parts=parts(large))
        assert str(large) in error["message"] and "67108864" in error["message"], error
        large.unlink()
        expect(client.leave(), 0)


@row("a language client's documents have their pictures with them, and again when those change")
def _(place):
    with place.client() as client:
        path = place.near / "two.lucarne"
        picture = place.near / "two.png"
        uri = path.as_uri()
        shutil.copy(place.picture, picture)
        text = PROMPT.replace("map.png", "two.png")
        client.ask("initialize", processId=os.getpid(), capabilities={"textDocument": {"inlayHint": {}, "semanticTokens": {}}})
        client.notify("textDocument/didOpen", textDocument={"uri": uri, "languageId": "lucarne", "version": 1, "text": text})
        expect(client.heard("textDocument/publishDiagnostics")["diagnostics"], [])
        first = client.ask("workspace/executeCommand", command="lucarne.attribute", arguments=[uri])
        expect((first["answer"], first["baseline"]), ("Yes", "No"))
        shutil.copy(HELDOUT / "probe-sudan-11.png", picture)
        client.notify("textDocument/didSave", textDocument={"uri": uri})
        second = client.ask("workspace/executeCommand", command="lucarne.attribute", arguments=[uri])
        assert first["value"] != second["value"], first["value"]
        with Client("serve", "--jobs", "", "--threads", "2") as beside:
            beside.ask("initialize", capabilities={"textDocument": {}})
            beside.notify("textDocument/didOpen", textDocument={"uri": uri, "languageId": "lucarne", "version": 1, "text": text})
            expect(beside.ask("workspace/executeCommand", command="lucarne.attribute", arguments=[uri]), second)
        picture.unlink()
        client.notify("textDocument/didChange", textDocument={"uri": uri, "version": 2}, contentChanges=[{"text": text + "\n"}])
        wait(lambda: any("does not exist on 127.0.0.1" in each["message"]
                         for each in client.heard("textDocument/publishDiagnostics")["diagnostics"]), "it is missed")
        expect(client.leave(), 0)


@row("one kernel is shared by those who come, and outlives them")
def _(place):
    with place.started() as one, place.started() as other:
        opened = one.ask("context/open", parts=parts(place.picture))["context"]
        expect([each["context"] for each in one.ask("kernel/status")["contexts"]], [opened])
        expect(other.ask("kernel/status")["contexts"], [])
        expect(len(other.ask("kernel/status")["connections"]), 2)
        process = place.kernel()
        one.process.kill()
        wait(lambda: len(other.ask("kernel/status")["connections"]) == 1, "the kernel has noticed that one was killed")
        expect(other.leave(), 0)
    with place.started() as again:
        expect(place.kernel(), process)
        expect(again.leave(), 0)


@row("what the program itself is asked by probe.py it answers over the line, too")
def _(place):
    folder = place.far / "probed"
    folder.mkdir(mode=0o700)
    server = subprocess.Popen([PROGRAM, "serve", "--listen", f"{folder}/kernel.sock", "--jobs", ""])
    wait(lambda: (folder / "kernel.sock").exists(), "the kernel listens")
    words = place.command(socket_=f"{folder}/kernel.sock", port=place.host.port)
    done = subprocess.run(
        [sys.executable, "-B", str(Path(__file__).with_name("probe.py")), PROGRAM, *words[: words.index("--")]],
        capture_output=True, text=True, timeout=600)
    server.terminate()
    server.wait()
    failed = [each for each in done.stdout.splitlines() if each.startswith("FAILED")]
    expect((done.returncode, failed), (0, []))
    return done.stdout.splitlines()[-1]


@row("a script of lines is answered to its end")
def _(place):
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}},
        {"jsonrpc": "2.0", "id": 2, "method": "context/open", "params": {"parts": parts(place.picture)}},
        {"jsonrpc": "2.0", "id": 3, "method": "context/generate", "params": {"context": "ctx_1", "maxTokens": 3}},
        {"jsonrpc": "2.0", "id": 4, "method": "shutdown"}, {"jsonrpc": "2.0", "method": "exit"},
    ]
    text = "".join(json.dumps(each) + "\n" for each in lines)
    done = subprocess.run([PROGRAM, *place.command()], input=text, capture_output=True, text=True, timeout=PATIENCE)
    answers = {each["id"]: each for each in map(json.loads, done.stdout.splitlines())}
    expect((done.returncode, sorted(answers), done.stderr), (0, [1, 2, 3, 4], ""))
    expect(answers[3]["result"]["text"].split()[0], "Yes")


@row("it ends with the process that the client names")
def _(place):
    named = subprocess.Popen(["sleep", "60"])
    with place.client() as client:
        client.ask("initialize", processId=named.pid, capabilities={})
        client.ask("kernel/status")
        named.kill()
        named.wait()
        expect(client.code(10), 1)


@row("words for the shell there are read as they are")
def _(place):
    jobs = place.far / "it's a $(touch pwned) `x` \"folder\" \\ ; touch pwned"
    socket_ = f"{place.far}/q u'o te/kernel.sock"
    words = [*place.command(socket_=socket_), "--jobs", str(jobs)]
    words.remove("--jobs")
    words.remove("")
    with Client(*words) as client:
        client.ask("initialize", capabilities={})
        client.ask("context/open", parts=[{"text": "Hello"}])
        job = client.ask("index/build", sae="sae", corpus={"folder": str(HELDOUT)}, path=f"{place.far}/quoted.index", limit=1)
        client.ask("job/wait", job=job["job"], timeoutMs=50_000)
        expect(client.leave(), 0)
    assert jobs.is_dir(), list(place.far.iterdir())
    for folder in (Path.home(), Path.cwd(), place.far):
        assert not (folder / "pwned").exists(), folder


@row("bad options are refused before anything is asked of ssh")
def _(place):
    for words, said in (
        (["--ssh=-oProxyCommand=touch x"], "expected what ssh takes"), (["--ssh", ""], "expected what ssh takes"),
        (["--ssh", "a b"], "expected what ssh takes"), (["--ssh-option", "Port=1"], "need --ssh"),
        (["--ssh", "h", "--remote-program=-x"], "expected its name or path"),
        (["--ssh", "h", "--patience", "0"], "expected more than 0"), (["--ssh", "h", "a\nb"], "control characters"),
    ):
        found = subprocess.run(
            [PROGRAM, "attach", *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE)
        assert found.returncode == 64 and said in found.stderr, (words, found)


def refused(place, code, *said, retryable=None, **more):
    """An attach that comes to nothing: its first request is answered with why, and so are standard error and the exit code."""
    started = time.monotonic()
    with place.client(**more) as client:
        error = client.error("initialize", capabilities={})
        expect(client.code(), code)
        words = client.words()
        expect((error["code"], error["data"]["kind"], error["data"]["host"]), (-32803, "connectionLost", more.get("name", "127.0.0.1")))
        for each in said:
            assert each in error["message"] and each in words, (each, error, words)
        if retryable is not None:
            expect(error["data"]["retryable"], retryable)
        expect(client.rest(), [])
    return time.monotonic() - started


@row("a wrong key")
def _(place):
    refused(place, 69, "cannot be reached by ssh", "Permission denied", key="stranger")
    refused(place, 69, "cannot be reached by ssh", key="no-such-key")


@row("a host whose key is another's")
def _(place):
    refused(place, 69, "Host key verification failed", options=["UserKnownHostsFile=/dev/null"])


@row("a host that there is not")
def _(place):
    refused(place, 69, "no-such-host.invalid cannot be reached", "resolve", name="no-such-host.invalid")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    refused(place, 69, "Connection refused", port=port, retryable=True, options=["StrictHostKeyChecking=no"])


@row("a host that does not answer")
def _(place):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        took = refused(place, 69, port=silent.getsockname()[1], more=["--patience", "2"], retryable=True)
        assert took < 12, took
    took = refused(place, 69, "has not answered within 2 seconds", program=place.script("exec sleep 30\n"), more=["--patience", "2"])
    assert took < 12, took


@row("a host without lucarne")
def _(place):
    refused(place, 127, "no program", "/no/lucarne", program="/no/lucarne")
    refused(place, 127, "no program", "lucarne-that-is-not-there", program="lucarne-that-is-not-there", retryable=False)
    plain = place.far / "plain-file"
    plain.write_text("no program")
    refused(place, 127, "no program", "ermission denied", program=plain)


@row("another version there")
def _(place):
    older = 'echo "Error: Unknown option \'--over-ssh\'" >&2\nexit 64\n'
    refused(place, 76, "another version", "--over-ssh", program=place.script(older))
    later = 'echo "#lucarne-attach 9.0.0 2.0"\nexec cat\n'
    refused(place, 76, "version 9.0.0 and speaks protocol 2.0", program=place.script(later))
    # A kernel that listens already may be of another version than the program that reaches it.
    rewriting = place.far / "rewriting.py"
    rewriting.write_text("import os\nwhile data := os.read(0, 65536):\n    os.write(1, data.replace(b'\"version\":\"0', b'\"version\":\"7'))\n")
    other = place.script(f'"{PROGRAM}" "$@" | python3 "{rewriting}"\n')
    with place.started(program=other) as client:
        expect(client.ask("prompt/check", text="Hello")["diagnostics"], [])
        client.leave()
        assert "warning: the kernel on 127.0.0.1 is version 7" in client.words(), client.words()


@row("a program there that is no lucarne, and a shell that prints")
def _(place):
    refused(place, 76, "is no lucarne", program="true")
    refused(place, 76, "is no lucarne", "spam", program=place.script("exec yes spam\n"))
    refused(place, 1, "no kernel could be reached or started", "it's full", program=place.script('echo "it\'s full" >&2\nexit 1\n'))
    # The title of a terminal has no line feed behind it.
    chatty = place.script(f'echo "Welcome!"\nprintf "\\n*** 3 updates ***\\n\\033]0;title\\007"\nexec "{PROGRAM}" "$@"\n')
    with place.started(program=chatty) as client:
        expect(client.leave(), 0)
    half = place.script('echo "#lucarne-attach 0.2.0 1.0"\necho "Oops: core dumped"\nsleep 5\n')
    refused(place, 76, "what comes from 127.0.0.1 is no message", program=half)


@row("a kernel that cannot be started there")
def _(place):
    words = place.command(socket_=f"{place.far}/w/kernel.sock")
    words[words.index("--threads") + 1] = "none"
    with Client(*words) as client:
        error = client.error("initialize", capabilities={})
        assert "no kernel could be reached or started" in error["message"] and "threads" in error["message"], error
        expect(client.code(), 1)


def slow(client, place):
    """Requests that are open for long."""
    client.ask("context/open", parts=[{"text": "Hello"}])
    job = client.ask("index/build", sae="sae", corpus={"folder": str(HELDOUT)}, path=f"{place.far}/{time.monotonic()}.index")["job"]
    return [client.send("job/wait", job=job, timeoutMs=50_000) for _ in range(2)]


def lost(client, open_, code, *said):
    """Each open request is answered once, and the process ends."""
    rest = [each for each in client.rest() if "method" not in each]
    expect(client.code(), code)
    expect(sorted(each["id"] for each in rest), sorted(open_))
    for each in rest:
        expect((each["error"]["data"]["kind"], each["error"]["data"]["retryable"]), ("connectionLost", True))
        for word in said:
            assert word in each["error"]["message"], each
    for word in said:
        assert word in client.words(), client.words()


@row("a line that is cut answers what is open")
def _(place):
    with place.started() as client:
        open_ = slow(client, place)
        started = time.monotonic()
        place.host.line.cut()
        lost(client, open_, 75, "the line to 127.0.0.1 was lost")
        took = time.monotonic() - started
    with place.started() as other:
        expect(len(other.ask("kernel/status")["connections"]), 1)
        other.leave()
    return f"told after {took:.2f} s"


@row("a line that is cut in the middle of a message passes no half of it on")
def _(place):
    for limit in (3000, 20_000, 60_000):
        with place.started() as client:
            name = client.ask("context/open", parts=parts(place.picture))["context"]
            place.host.line.limit = limit
            number = client.send("activation/read", context=name, site="resid_post.3")
            lost(client, [number], 75, "was lost")


@row("a line that falls silent is noticed by keep-alive")
def _(place):
    with place.started(options=["ServerAliveInterval=1", "ServerAliveCountMax=2", "LogLevel=INFO"]) as client:
        open_ = slow(client, place)
        place.host.line.frozen.set()
        started = time.monotonic()
        try:
            lost(client, open_, 75, "was lost", "not responding")
        finally:
            place.host.line.frozen.clear()
            place.host.line.cut()
        return f"after {time.monotonic() - started:.2f} s of 1 s, twice"


@row("the end there gives a silent line up, and takes zero bytes for signs of life")
def _(place):
    with Client("attach", "--over-ssh", "--silence", "1.5", "--spawn", place.socket) as client:
        found = client.process.stdout.readline() + client.process.stdout.readline()
        assert found.startswith(b"\n#lucarne-attach "), found
        for _ in range(6):
            client.process.stdin.write(b"\0\0")
            client.process.stdin.flush()
            time.sleep(0.5)
        client.ask("initialize", capabilities={})
        started = time.monotonic()
        expect(client.code(10), 75)
        took = time.monotonic() - started
        assert 1 < took < 5, took


@row("a kernel that is killed answers what is open, and the next who comes starts another")
def _(place):
    with place.started() as client:
        open_ = slow(client, place)
        process = place.kernel()
        os.kill(process, signal.SIGKILL)
        lost(client, open_, 1, "the kernel on 127.0.0.1 has ended")
    with place.started() as client:
        assert place.kernel() != process
        expect(client.leave(), 0)


@row("a client that does not read is read from all the same, and ended when that is asked for")
def _(place):
    with place.started() as client:
        body = json.dumps({"jsonrpc": "2.0", "id": "x", "method": "rpc.discover", "params": {"filling": "." * 100_000}})
        os.set_blocking(client.process.stdin.fileno(), False)
        end = time.monotonic() + PATIENCE
        for number in range(150):
            each = body.replace('"x"', str(number)).encode()
            data = b"Content-Length: %d\r\n\r\n%s" % (len(each), each)
            while data:
                assert time.monotonic() < end, f"{number} of 150 requests were taken"
                try:
                    data = data[os.write(client.process.stdin.fileno(), data):]
                except BlockingIOError:
                    time.sleep(0.01)
        # Their answers are 45 MB, of which nothing is read.
        time.sleep(1)
        client.process.terminate()
        expect(client.code(15), 1)


@row("SIGTERM and a client that reads no more end it, ssh included")
def _(place):
    for end in (lambda client: client.process.terminate(), lambda client: client.process.stdout.close()):
        with place.started() as client:
            children = Path(f"/proc/{client.process.pid}/task/{client.process.pid}/children").read_text().split()
            expect(len(children), 1)
            end(client)
            expect(client.code(10), 1)
            wait(lambda: not Path(f"/proc/{children[0]}").exists(), "ssh has ended", 5)


# The Python client


def far(place, **more):
    from lucarne import SSH

    return SSH(place.host.name, options=place.host.options(), program=PROGRAM, socket=place.socket,
               serve=["--jobs", "", "--threads", "2", "--idle-exit", "60"], **more)


@row("Python: a kernel there, its answers, sessions, exports and pages here")
def _(place):
    from lucarne import Kernel, SSH

    expect(Kernel.__init__.__name__, "__init__")
    with Kernel(PROGRAM, ssh=far(place)) as kernel, Kernel([PROGRAM, "serve", "--jobs", ""]) as beside:
        expect((kernel.host, beside.host), ("127.0.0.1", None))
        with kernel.open(QUESTION, place.picture) as context, beside.open(QUESTION, place.picture) as other:
            expect(context.generate(4).text, other.generate(4).text)
            one, two = context.attribute("Yes", "No"), other.attribute("Yes", "No")
            expect([(each.feature.index, each.score) for each in one.supports], [(each.feature.index, each.score) for each in two.supports])
            answer = kernel.context.generate(context=context.id, max_tokens=4)
            entry = {"method": "context/generate", "params": {"context": context.id}, "result": answer}
            path = place.near / "study.json"
            saved = kernel.save_session(path, entries=[entry], note="from afar")
            expect((saved.path, saved.bytes), (str(path), path.stat().st_size))
            expect(json.loads(path.read_text())["note"], "from afar")
            for each in (kernel, beside):
                opened = each.open_session(path)
                expect(opened.contexts[context.id].generate(4).text, answer.text)
            page = place.near / "study.html"
            exported = kernel.export_session(path, page)
            expect(exported.output, str(page))
            again = place.near / "again.html"
            beside.export_session(path, again)
            expect(page.read_bytes(), again.read_bytes())
            for call in (lambda: kernel.export_session(path, page), lambda: kernel.save_session(page)):
                try:
                    call()
                except Exception as error:  # noqa: BLE001
                    assert str(page) in str(error), error
                else:
                    raise AssertionError("what was there was replaced")
    for bad, said in (({"model": "relative"}, "absolute path of"), ({"command": "lucarne serve"}, "the program of this machine")):
        try:
            Kernel(**{"command": PROGRAM, "ssh": SSH("127.0.0.1"), **bad})
        except ValueError as error:
            assert said in str(error), error
        else:
            raise AssertionError(f"{bad} was taken")


@row("Python: after a cut line one call brings back what was loaded and open")
def _(place):
    from lucarne import Kernel, KernelDied, KernelWarning
    from lucarne.kinds import ConnectionLost

    with Kernel(PROGRAM, ssh=far(place)) as kernel:
        closed = kernel.open("What is this?")
        context = kernel.open(QUESTION, place.picture)
        closed.close()
        other = kernel.open("Hello")
        context.generate(3, append=True)
        raw = kernel.prompt.open(text=PROMPT, directory=str(place.near)).context
        before = (context.logits().items, context.token_count, other.logits().items)
        place.host.line.cut()
        try:
            context.generate(3)
        except (ConnectionLost, KernelDied):
            pass
        else:
            raise AssertionError("the line was cut")
        with warnings.catch_warnings():
            warnings.simplefilter("error", KernelWarning)
            back = kernel.reconnect()
        expect((back.changed, back.failed), ({}, {}))
        expect(list(back.contexts), ["ctx_2", "ctx_3", raw])
        expect(context.id, back.contexts["ctx_2"])
        expect((context.logits().items, context.token_count, other.logits().items), before)
        # A picture that is another meanwhile, and one that is gone.
        copy = place.near / "copy.png"
        shutil.copy(place.picture, copy)
        changing, vanishing = kernel.open(QUESTION, copy), None
        gone = place.near / "gone.png"
        shutil.copy(place.picture, gone)
        vanishing = kernel.open(QUESTION, gone)
        shutil.copy(HELDOUT / "probe-sudan-11.png", copy)
        gone.unlink()
        names = changing.id, vanishing.id
        os.kill(place.kernel(), signal.SIGKILL)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            wait(lambda: not kernel.alive, "the end is seen")
            back = kernel.reconnect()
        expect((list(back.changed), list(back.failed)), ([names[0]], [names[1]]))
        assert "likeliest next tokens" in back.changed[names[0]], back
        assert len(told) == 2, [str(each.message) for each in told]
        expect((context.logits().items, context.token_count), before[:2])


@row("Python: the same with asyncio")
def _(place):
    from lucarne import AsyncKernel

    async def run():
        async with AsyncKernel(PROGRAM, ssh=far(place)) as kernel:
            context = await kernel.open(QUESTION, place.picture)
            before = (await context.logits()).items
            place.host.line.cut()
            back = await kernel.reconnect()
            expect((back.contexts, back.changed), ({"ctx_1": "ctx_1"}, {}))
            expect((await context.logits()).items, before)

    asyncio.run(run())


@row("Neovim attaches over ssh: its plugin and its own language client, on files of this side")
def _(place):
    if not shutil.which("nvim"):
        return "skipped: nvim is not installed; sh .ci/install-clients installs it"
    script = Path(__file__).resolve().parent / "ssh_neovim.lua"
    surroundings = {**os.environ, "LUCARNE_COMMAND": json.dumps([PROGRAM, *place.command()]), "LUCARNE_PROMPT": str(place.near / "one.lucarne"),
                    "LUCARNE_PLUGIN": str(ROOT / "protocol/clients/neovim"), "XDG_CACHE_HOME": str(place.near / "cache"),
                    "XDG_STATE_HOME": str(place.near / "state")}
    editor = subprocess.Popen(["nvim", "--headless", "--clean", "-c", f"luafile {script}"], env=surroundings,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    said = []

    def read():
        for line in editor.stdout:
            said.append(line.decode().strip())
            if said[-1] == "CUT":
                place.host.line.cut()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        expect(editor.wait(PATIENCE), 0)
    finally:
        editor.kill()
        reader.join()
    assert "DONE" in said, said
    return "; ".join(each for each in said if each.startswith("ok "))


failures = 0
if absent := missing():
    print(f"skipped: {absent}")
    sys.exit(77)
with tempfile.TemporaryDirectory(prefix="lucarne-", dir="/tmp") as folder:
    place = Place(folder)
    with place.host:
        for name, check in rows:
            if len(sys.argv) > 2 and sys.argv[2] not in name:
                continue
            started = time.monotonic()
            try:
                verdict, detail = "ok", check(place) or ""
            except Exception as error:  # noqa: BLE001: a row fails in whatever way
                verdict, detail = "FAILED", f"{type(error).__name__}: {str(error)[:800]}"
                if os.environ.get("TRACE"):
                    import traceback

                    traceback.print_exc()
                failures += 1
            print(f"{verdict:7}{time.monotonic() - started:7.2f} s  {name}{': ' if detail else ''}{detail}", flush=True)
        try:
            os.kill(place.kernel(), signal.SIGTERM)
        except OSError:
            pass
print("every row passed" if not failures else f"{failures} rows failed")
sys.exit(1 if failures else 0)

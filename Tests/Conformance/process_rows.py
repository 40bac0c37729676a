"""Life cycle, exit codes, signals and parents."""

import json
import os
import select
import signal
import subprocess
import sys
import time

from conversation import KERNEL, PATIENCE, Kernel, expect, frame, notification, request, row


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

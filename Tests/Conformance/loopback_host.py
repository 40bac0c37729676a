"""A host of one's own to reach by ssh: an sshd of this user at a free port of this machine, with keys of its own, and
a line to it that can be cut or frozen.

Where the system lets it, the sshd and all that it starts do not see the folder `hidden`, so that what lies there can
reach them as content alone.
"""

import os
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

SSHD = next((each for each in ("/usr/sbin/sshd", "/usr/local/sbin/sshd") if os.access(each, os.X_OK)), shutil.which("sshd"))


def missing():
    """What is not installed; None where everything is."""
    absent = [name for name, path in (("sshd", SSHD), ("ssh", shutil.which("ssh")), ("ssh-keygen", shutil.which("ssh-keygen"))) if not path]
    return f"{' and '.join(absent)} not installed: sh .ci/install-clients installs them" if absent else None


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Line:
    """A port that is carried to another: what goes through can be cut, frozen, or cut after some bytes of the answer."""

    def __init__(self, port):
        self.target, self.frozen, self.limit, self.pairs = port, threading.Event(), None, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            self.pairs.append((near, far))
            for source, sink, counts in ((near, far, False), (far, near, True)):
                threading.Thread(target=self.carry, args=(source, sink, counts), daemon=True).start()

    def carry(self, source, sink, counts):
        try:
            while data := source.recv(1 << 16):
                while self.frozen.is_set():
                    time.sleep(0.05)
                if counts and self.limit is not None:
                    data, self.limit = data[: self.limit], self.limit - len(data)
                    sink.sendall(data)
                    if self.limit <= 0:
                        self.limit = None
                        return self.cut()
                else:
                    sink.sendall(data)
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """Without a word to either side."""
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for each in pair:
                try:
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    each.shutdown(socket.SHUT_RDWR)
                    each.close()
                except OSError:
                    pass

    def close(self):
        self.listener.close()
        self.frozen.clear()
        self.cut()


class LoopbackHost:
    """`with LoopbackHost(folder, hidden) as host:`; `host.options()` are options of ssh that lead there."""

    name = "127.0.0.1"

    def __init__(self, folder, hidden=None):
        self.folder, self.hidden = Path(folder), hidden
        self.port = free_port()

    def __enter__(self):
        for name in ("host", "user", "stranger"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        shutil.copy(self.folder / "user.pub", self.folder / "authorized")
        public = (self.folder / "host.pub").read_text().split()[:2]
        self.known = self.folder / "known_hosts"
        config = self.folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host\nPidFile none\n"
            f"AuthorizedKeysFile {self.folder}/authorized\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nMaxStartups 100\nPrintMotd no\n")
        command = [SSHD, "-D", "-e", "-f", str(config)]
        self.hides = False
        if self.hidden is not None:
            inner = 'mount -t tmpfs none "$0" && exec "$@"'
            probe = ["unshare", "--mount", "sh", "-c", inner, str(self.hidden)]
            self.hides = shutil.which("unshare") is not None and subprocess.run([*probe, "true"], capture_output=True).returncode == 0
            command = [*probe, *command] if self.hides else command
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        self.log = open(self.folder / "sshd.log", "wb")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.line = Line(self.port)
        self.known.write_text("".join(
            f"[127.0.0.1]:{port} {' '.join(public)}\n" for port in (self.port, self.line.port)))
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError(f"sshd does not run: {(self.folder / 'sshd.log').read_text()}")

    def __exit__(self, *_):
        self.line.close()
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def options(self, key="user", port=None):
        return [
            f"Port={port or self.line.port}", f"IdentityFile={self.folder}/{key}", "IdentitiesOnly=yes", "IdentityAgent=none",
            f"UserKnownHostsFile={self.known}", "GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes", "LogLevel=ERROR",
        ]

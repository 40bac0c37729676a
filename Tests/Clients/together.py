"""An editor, a notebook and a script on one shared kernel at once.

    python Tests/Clients/together.py PROGRAM [--count 20]

Neovim with the plugin, a notebook of the Jupyter kernel run by nbclient, and a script on the Python client attach to
one socket; each asks the same attribution many times, alone and then all three at once. Checked: every answer is the
one that it gets alone, whoever else asks; killing editor and notebook (SIGKILL) leaves the script served and nobody
behind; killing the kernel ends every client's `attach`, and the next one finds no trace of it. Printed: median and
longest time of a question, alone and together, and the memory of one shared kernel beside that of three.
Ends with 77 where Neovim or Jupyter is missing.
"""

import argparse
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "protocol/clients"
MAP = ROOT / "Sources/World/Resources/heldout/probe-bolivia-03.png"
QUESTION = "Does the image show Bolivia?"
PACKAGES = [str(CLIENTS / "python/src"), str(CLIENTS / "jupyter/src")]
sys.path[:0] = PACKAGES
os.environ["PYTHONPATH"] = os.pathsep.join(PACKAGES)


def check(what: str, condition: bool) -> None:
    print("ok  " if condition else "FAIL", what, flush=True)
    if not condition:
        raise SystemExit(1)


def until(what: str, condition, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    check(what, condition())


def users(path: Path) -> list[int]:
    """Processes that were started with the socket's path, this one apart."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if os.fsencode(path) in words and state != "Z":
                found.append(int(entry.name))
    return found


def memory(process: int) -> float:
    """A process' share of memory, in MB."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


class Script:
    """The Python client."""

    def __init__(self, command: list[str]) -> None:
        from lucarne import Kernel

        self.kernel = Kernel(command)
        self.context = self.kernel.open(QUESTION, MAP)
        self.answer = self.ask()

    def ask(self):
        found = self.context.attribute("No", "Yes").to_dict()
        found.pop("elapsed", None)
        return found

    def run(self, count: int) -> list[float]:
        times = []
        for _ in range(count):
            started = time.monotonic()
            same = self.ask() == self.answer
            times.append((time.monotonic() - started) * 1000)
            if not same:
                check("the script's answer is the one that it gets alone", False)
        return times


class Notebook:
    """Cells of the Jupyter kernel, run by nbclient."""

    def __init__(self, command: list[str], folder: Path) -> None:
        import shlex

        import nbformat
        from lucarne_kernel.__main__ import install
        from nbclient import NotebookClient

        install(["--prefix", str(folder / "prefix"), "--command", shlex.join(command)])
        os.environ["JUPYTER_PATH"] = str(folder / "prefix/share/jupyter")
        os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
        self.book = nbformat.v4.new_notebook()
        self.client = NotebookClient(self.book, timeout=60, kernel_name="lucarne")
        self.format = nbformat.v4
        self.client.create_kernel_manager()
        self.client.start_new_kernel()
        self.client.start_new_kernel_client()
        self.cell(f'open "{MAP}" "{QUESTION}"')
        self.answer = self.cell('attribute "No" vs "Yes"')

    def cell(self, text: str) -> str:
        cell = self.format.new_code_cell(text)
        self.book.cells.append(cell)
        self.client.execute_cell(cell, len(self.book.cells) - 1)
        texts = [each["data"]["text/plain"] for each in cell.outputs if "data" in each]
        return "\n".join(filter(None, texts))  # a display of progress is left empty

    def run(self, count: int) -> list[float]:
        times = []
        for _ in range(count):
            started = time.monotonic()
            same = self.cell('attribute "No" vs "Yes"') == self.answer
            times.append((time.monotonic() - started) * 1000)
            if not same:
                check("the notebook's answer is the one that it gets alone", False)
        return times

    @property
    def process(self) -> int:
        return self.client.km.provisioner.process.pid


class Editor:
    """Neovim with the plugin."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.command = command
        self.folder = folder
        self.process: subprocess.Popen | None = None
        self.reports: set[str] = set()
        self.file = folder / "bolivia.lucarne"
        shutil.copy(MAP, folder / "map.png")
        self.file.write_text(f"---\nimages:\n  map: map.png\nanswer: \"No\"\nbaseline: \"Yes\"\n---\n@user\n![map]\n{QUESTION}\n")

    def run(self, count: int) -> list[float]:
        self.end()
        result = self.folder / "seen.json"
        result.unlink(missing_ok=True)
        given = {"PLUGIN": CLIENTS / "neovim", "COMMAND": json.dumps(self.command), "FILE": self.file, "COUNT": count, "RESULT": result}
        self.process = subprocess.Popen(
            ["nvim", "--headless", "--clean", "-c", f"luafile {Path(__file__).with_suffix('.lua')}"],
            env=os.environ | {f"TOGETHER_{name}": str(each) for name, each in given.items()}
            | {"XDG_STATE_HOME": str(self.folder / "state"), "XDG_CACHE_HOME": str(self.folder / "cache")},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until("the editor has its answers", lambda: result.exists() or self.process.poll() is not None, 120)
        check("the editor runs", self.process.poll() is None)
        seen = json.loads(result.read_text())
        self.reports |= set(seen["reports"])
        return seen["milliseconds"]

    def end(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


def line(name: str, alone: list[float], together: list[float]) -> None:
    print(f"{name:10}{median(alone):9.1f}{max(alone):9.1f}{median(together):12.1f}{max(together):9.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--count", type=int, default=20)
    given = parser.parse_args()
    lacking = [name for name in ("ipykernel", "nbclient", "numpy") if not importlib.util.find_spec(name)]
    if not shutil.which("nvim") or lacking:
        print("skipped: Neovim or Jupyter is not installed; sh .ci/install-clients installs them")
        raise SystemExit(77)
    program = str(given.program.resolve())
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = name + "/state"
        run(program, Path(name), given.count)


def run(program: str, folder: Path, count: int) -> None:
    socket = folder / "own/kernel.sock"
    attach = [program, "attach", "--spawn", str(socket), "--", "--idle-exit", "2"]
    clients = {"script": Script(attach), "notebook": Notebook(attach, folder), "editor": Editor(attach, folder)}
    alone = {name: client.run(count) for name, client in clients.items()}

    together: dict[str, list[float]] = {}
    def ask(name: str) -> None:
        together[name] = clients[name].run(count)
    threads = [threading.Thread(target=ask, args=(name,)) for name in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("all three were answered at once, each as alone", len(together) == 3 and len(clients["editor"].reports) == 1)
    print(f"{'ms':10}{'alone':>9}{'longest':>9}{'together':>12}{'longest':>9}")
    for name in clients:
        line(name, alone[name], together[name])

    script = clients["script"]
    status = script.kernel.status()
    check("one kernel serves three connections", len(status.connections) == 3)
    servers = [each for each in users(socket) if b"attach" not in Path(f"/proc/{each}/cmdline").read_bytes().split(b"\0")]
    check("there is one kernel", len(servers) == 1)
    shared = memory(servers[0])
    lone = [Script([program, "serve", "--jobs", ""]) for _ in range(3)]
    print(f"memory: {shared:.0f} MB shared by three; three kernels {sum(memory(each.kernel.process_id) for each in lone):.0f} MB")
    for each in lone:
        each.kernel.close()

    os.kill(clients["notebook"].process, signal.SIGKILL)
    clients["editor"].end()
    until("the kernel has let go of the killed", lambda: len(script.kernel.status().connections) == 1)
    check("the script is served on", script.ask() == script.answer)
    until("nothing of the killed is left", lambda: len(users(socket)) == 2)

    os.kill(servers[0], signal.SIGKILL)
    until("nothing of a killed kernel's clients is left", lambda: not users(socket))
    again = Script(attach)
    check("the next client starts a kernel where the dead one's socket lay", again.answer == script.answer)
    again.kernel.close()
    until("the kernel without clients ends and takes its socket away", lambda: not users(socket) and not socket.exists())


if __name__ == "__main__":
    main()

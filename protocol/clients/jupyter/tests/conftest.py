"""A folder with the kernel spec installed, and cells run in it."""

import os
import queue
import shlex
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
MAP = ROOT / "Sources/World/Resources/heldout/probe-bolivia-00.png"


def server() -> str:
    program = os.environ.get("LUCARNE")
    if not program:
        pytest.exit("set LUCARNE to the program, such as .build/release/lucarne", returncode=2)
    return f"{shlex.quote(os.path.abspath(program))} serve --jobs ''"


@pytest.fixture(scope="session", autouse=True)
def installed(tmp_path_factory):
    """The spec, where Jupyter looks for it, by the package's own command."""
    from lucarne_kernel.__main__ import install

    prefix = tmp_path_factory.mktemp("prefix")
    folder = install(["--prefix", str(prefix), "--command", server()])
    os.environ["JUPYTER_PATH"] = str(prefix / "share/jupyter")
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    os.environ["IPYTHONDIR"] = str(prefix / "ipython")
    return Path(folder)


class Frontend:
    """A kernel that runs, and what it says of a cell."""

    def __init__(self):
        from jupyter_client.manager import start_new_kernel

        self.manager, self.client = start_new_kernel(kernel_name="lucarne", startup_timeout=60)

    @property
    def wrapper(self) -> int:
        return self.manager.provisioner.process.pid

    def run(self, cell, timeout=60, interrupt_after=None):
        """The reply and the messages of a cell: [(type, content)]."""
        number = self.client.execute(cell)
        said, idle, begun = [], False, time.monotonic()
        while not idle:
            waited = time.monotonic() - begun
            assert waited < timeout, "the cell did not end"
            if interrupt_after is not None and waited > interrupt_after:
                self.manager.interrupt_kernel()
                interrupt_after = None
            try:
                message = self.client.get_iopub_msg(timeout=0.2)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != number:
                continue
            said.append((message["msg_type"], message["content"]))
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
        return self.ask(number), said

    def ask(self, number):
        """The reply to a message."""
        while True:
            reply = self.client.get_shell_msg(timeout=30)
            if reply["parent_header"].get("msg_id") == number:
                return reply["content"]

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)


@pytest.fixture
def frontend():
    found = Frontend()
    yield found
    found.end()


@pytest.fixture(scope="module")
def shared():
    """One kernel for tests that leave it as it was."""
    found = Frontend()
    yield found
    found.end()

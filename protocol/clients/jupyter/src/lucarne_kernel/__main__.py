"""`python -m lucarne_kernel install [--user | --prefix DIR | --sys-prefix] [--command "lucarne serve"]`

Without `install` it is the kernel, which Jupyter starts with `-f CONNECTION_FILE`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

NAME = "lucarne"


def specification(command: str) -> dict:
    """The kernel spec: this Python, and the command line that starts the server."""
    return {
        "argv": [
            sys.executable,
            "-m",
            "lucarne_kernel",
            "-f",
            "{connection_file}",
            f"--LucarneKernel.command={command}",
        ],
        "display_name": "Lucarne",
        "language": "lucarne",
        "interrupt_mode": "message",
    }


def install(arguments: list[str]) -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    parser = argparse.ArgumentParser(prog="python -m lucarne_kernel install")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--user", action="store_true", help="for this user (the default)")
    place.add_argument("--prefix", help="below this folder, in share/jupyter/kernels")
    place.add_argument("--sys-prefix", action="store_true", help="in this Python's environment")
    parser.add_argument("--command", default="lucarne serve", help="what starts the server")
    parser.add_argument("--name", default=NAME, help="what the spec is called")
    chosen = parser.parse_args(arguments)
    prefix = sys.prefix if chosen.sys_prefix else chosen.prefix
    with tempfile.TemporaryDirectory() as folder:
        text = json.dumps(specification(chosen.command), indent=2)
        Path(folder, "kernel.json").write_text(text + "\n", encoding="utf-8")
        return KernelSpecManager().install_kernel_spec(
            folder, chosen.name, user=prefix is None, prefix=prefix
        )


def main() -> None:
    if sys.argv[1:2] == ["install"]:
        print(f"installed in {install(sys.argv[2:])}")
        return
    from ipykernel.kernelapp import IPKernelApp

    from .kernel import LucarneKernel

    IPKernelApp.launch_instance(kernel_class=LucarneKernel)


if __name__ == "__main__":
    main()

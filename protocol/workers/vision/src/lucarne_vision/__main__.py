"""`python -m lucarne_vision --grounding DIR --segmentation DIR --clip DIR`"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys

from . import libraries
from .arguments import OPTIONS, parsed
from .folders import FolderError, ModelFolder
from .wire import Wire


def main() -> None:
    """Ends the process: with 0 after `shutdown` or the input's end, with 2 where it cannot start.

    Nothing of ours is left to be done, and the libraries' threads are not waited for.
    """
    code = run()
    sys.stderr.flush()
    os._exit(code)


def run() -> int:
    options = parsed()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    libraries.stay_offline()
    try:
        folders = {role: _folder(role, path) for role, path in options.folders.items()}
        for package in ("torch", "transformers", "PIL"):
            if importlib.util.find_spec(package) is None:
                return _refused(f"the package {package} is not installed")
        wire = Wire.of_process()
        from .devices import DeviceError
        from .server import Server

        libraries.quieten()
        try:
            server = Server(options, folders)
        except DeviceError as error:
            return _refused(str(error))
    except FolderError as error:
        return _refused(str(error))
    try:
        server.serve(wire)
    except BrokenPipeError:
        pass
    return 0


def _folder(role: str, path: str) -> ModelFolder:
    try:
        return ModelFolder(path)
    except FolderError as error:
        raise FolderError(f"{OPTIONS[role].split()[0]}: {error}") from error


def _refused(reason: str) -> int:
    print(f"lucarne-vision: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()

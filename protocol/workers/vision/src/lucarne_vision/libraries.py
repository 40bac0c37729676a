"""What the worker runs on, and how it is kept from the network."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import platform

from . import __version__

#: In the order in which they are told.
_PACKAGES = ("torch", "torchvision", "transformers", "tokenizers", "safetensors", "numpy", "pillow")


def stay_offline() -> None:
    """Before the libraries are imported: what is not in a folder is an error, not a download."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def quieten() -> None:
    """After they are imported: bars of progress have no reader."""
    from transformers.utils import logging

    logging.disable_progress_bar()


@functools.cache
def versions() -> dict[str, str]:
    found = {"lucarne-vision": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found

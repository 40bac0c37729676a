"""What the tests share: tiny checkpoints, pictures, workers, and the seconds that a start takes."""

from __future__ import annotations

import base64
import io
import os
import sys
import threading
from pathlib import Path

import numpy
import PIL.Image
import pytest
import torch

import checkpoints
from lucarne_vision import arguments, server, wire
from lucarne_vision.folders import ModelFolder
from worker_process import Conversation, WorkerProcess

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def models(tmp_path_factory) -> dict[str, Path]:
    return checkpoints.all_made(tmp_path_factory.mktemp("models"))


def command(*options: object) -> list[str]:
    return [sys.executable, "-m", "lucarne_vision", *map(str, options)]


class ThreadWorker(Conversation):
    """The worker's own server and wire in a thread: a process takes seconds to import its libraries."""

    def __init__(self, **options: object):
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        found = arguments.parsed(words)
        folders = {role: ModelFolder(path) for role, path in found.folders.items()}
        served = server.Server(found, folders)
        requests, answers = os.pipe(), os.pipe()
        self._end = wire.Wire(os.fdopen(requests[0], "rb"), os.fdopen(answers[1], "wb"))
        self._thread = threading.Thread(target=served.serve, args=(self._end,))
        self._thread.start()
        super().__init__(os.fdopen(requests[1], "wb"), os.fdopen(answers[0], "rb"))

    def end(self) -> None:
        self._to.close()
        self._thread.join()
        self._source.close()


@pytest.fixture(scope="session")
def start(models):
    """Starts a worker in a thread, with checkpoints by name: `start(grounding="owlv2", batch=1)`."""
    return lambda **options: ThreadWorker(
        **{name: models.get(value, value) for name, value in options.items()})


@pytest.fixture(scope="session")
def begin(models):
    """The same as a process of its own."""
    return lambda **options: WorkerProcess(
        command(*(word for name, value in options.items() for word in (f"--{name}", models.get(value, value)))))


@pytest.fixture(scope="session")
def worker(begin):
    """The paper's three classes, in batches, in a process."""
    with begin(grounding="grounding-dino", segmentation="sam", clip="clip", batch=4) as found:
        yield found


def drawn(width: int, height: int, seed: int) -> PIL.Image.Image:
    """Waves and a rectangle."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [127 + 100 * numpy.sin(random.uniform(0.05, 0.4) * x + random.uniform(0.05, 0.4) * y) for _ in "rgb"]
    pixels = numpy.stack(planes, -1).clip(0, 255).astype(numpy.uint8)
    pixels[height // 4 : height // 2, width // 4 : width // 2] = random.integers(0, 256, 3)
    return PIL.Image.fromarray(pixels)


#: Several of one size, which go through a model together, and others.
SIZES = [(96, 96), (96, 96), (120, 80), (96, 96), (61, 140), (96, 96), (96, 96)]


@pytest.fixture(scope="session")
def pictures() -> list[PIL.Image.Image]:
    return [drawn(*size, seed) for seed, size in enumerate(SIZES)]


def sent(picture: PIL.Image.Image) -> dict[str, str]:
    """A picture as a request brings it."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return {"bytes": base64.b64encode(file.getvalue()).decode()}


def decoded(mask: dict) -> numpy.ndarray:
    lengths = numpy.array(mask["runs"])
    flat = numpy.repeat(numpy.arange(len(lengths)) % 2 == 1, lengths)
    return flat.reshape(mask["height"], mask["width"])

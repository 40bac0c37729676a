"""A small CLIP of the world: pictures and noun phrases that are true of them."""

import json
import platform
from importlib.metadata import version
from pathlib import Path

from . import model, report, train

STEPS = 3000
_PACKAGES = ["torch", "transformers", "tokenizers", "pillow", "numpy", "safetensors"]


def make(work: Path, out: Path, seed: int, steps: int, threads: int) -> None:
    """Trains, or goes on where `work` was left, and writes the folder that ships.

    Beside what CLIPModel and CLIPProcessor read: `training.json` and REPORT.md.
    """
    trained = train.run(work, seed, steps, threads)
    model.write(trained.clip, trained.words, out)
    made = {
        "script": "python -m Training clip (from Sources/World)", "seed": seed, "steps": steps,
        "batch": train.BATCH, "seconds": round(trained.seconds),
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in _PACKAGES},
    }
    (out / "training.json").write_text(json.dumps(made, indent=1) + "\n")
    print(report.write(out, made))

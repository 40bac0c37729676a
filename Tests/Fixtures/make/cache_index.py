"""Writes Tests/Fixtures/caches/index.json: what an index of the caches beside it must hold, by NumPy and brute force.

    python Tests/Fixtures/make/cache_index.py    # after caches.py: numpy, safetensors

Every entry of every split goes into a dense array [rows, positions, latents]; statistics and rankings are read off it. The
paper's cache is one of pictures of 1 x 11 patches, delphi's one of texts in spans of 4 tokens.
"""

import hashlib
import json
import math
import pathlib
import platform
from importlib.metadata import version

import numpy
from safetensors.numpy import load_file

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "caches"
ROWS, POSITIONS, LATENTS, SPAN, EXEMPLARS = 6, 11, 50, 4, 3


def dense(folder, relative):
    array = numpy.zeros((ROWS, POSITIONS, LATENTS), numpy.float32)
    for path in folder.glob("*.safetensors"):
        tensors = load_file(path)
        first = int(path.stem.split("_")[0]) if relative else 0
        for (row, position, latent), value in zip(tensors["locations"].astype(int), tensors["activations"]):
            assert array[row, position, first + latent] == 0
            array[row, position, first + latent] = value
    return array


def reference(array, step):
    latents = []
    for latent in range(LATENTS):
        values = array[:, :, latent]
        active = values[values > 0].astype(float)
        places = []
        for row in range(ROWS):
            for span, start in enumerate(range(0, POSITIONS, step)):
                part = values[row, start:start + step].astype(float)
                if part.max() > 0:
                    total = math.fsum(part)
                    places.append({"row": row, "span": span, "max": part.max(), "mean": total / len(part),
                                   "mass": total, "positions": part.nonzero()[0].tolist(),
                                   "values": part[part > 0].tolist()})
        rankings = {ranking: sorted(places, key=lambda place: -place[ranking])[:EXEMPLARS]
                    for ranking in ("max", "mean", "mass")}
        latents.append({
            "positions": len(active), "items": int((values.max(1) > 0).sum()), "sum": math.fsum(active),
            "max": float(active.max(initial=0)),
            "quantiles": [float(numpy.quantile(active, q, method="inverted_cdf")) for q in (0.25, 0.5, 0.9)]
            if len(active) else [],
            "rankings": rankings})
    return latents


caches = {"paper": reference(dense(FOLDER / "paper", False), POSITIONS),
          "delphi": reference(dense(FOLDER / "delphi" / "layers.3", True), SPAN)}
assert caches["delphi"][LATENTS - 1]["positions"] > 0, "the last latent of the last split"
(FOLDER / "index.json").write_text(json.dumps(
    {"spanTokens": SPAN, "exemplars": EXEMPLARS, "caches": caches}, separators=(",", ":")) + "\n")
manifest = json.loads((FOLDER / "MANIFEST.json").read_text())
manifest["index"] = {
    "script": "Tests/Fixtures/make/cache_index.py",
    "versions": {"python": platform.python_version(), "numpy": version("numpy"),
                 "safetensors": version("safetensors")},
    "files": {"index.json": hashlib.sha256((FOLDER / "index.json").read_bytes()).hexdigest()}}
(FOLDER / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")

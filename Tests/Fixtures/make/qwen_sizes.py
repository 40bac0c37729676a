"""Makes Tests/Fixtures/qwen/sizes.json: to what sizes Qwen's processors bring pictures.

    python Tests/Fixtures/make/qwen_sizes.py            # transformers, numpy

By smart_resize of transformers for several settings and many sizes; null where it refuses a picture.
"""

import hashlib
import json
from pathlib import Path

import numpy
import transformers
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

SEED = 71
OUT = Path(__file__).resolve().parent.parent / "qwen"
SETTINGS = [(32, 65_536, 16_777_216), (28, 3_136, 1_003_520), (12, 576, 3_600), (32, 1, 1_000), (10, 5_000, 5_000)]


def main():
    random = numpy.random.default_rng(SEED)
    sizes = [(1, 1), (1, 200), (200, 1), (1, 201), (6, 6), (16, 48), (48, 80), (10_000, 60), (4096, 4096), (4100, 4095)]
    sizes += [tuple(int(v) for v in numpy.exp(random.uniform(0, numpy.log(7000), 2)).astype(int)) for _ in range(90)]
    cases = []
    for setting, (cell, least, most) in enumerate(SETTINGS):
        for width, height in sizes:
            try:
                found = list(smart_resize(height, width, cell, least, most))
            except ValueError:
                found = None
            cases.append([setting, width, height, found])
    OUT.mkdir(exist_ok=True)
    table = OUT / "sizes.json"
    table.write_text(json.dumps({
        "settings": [{"cell": c, "least": a, "most": b} for c, a, b in SETTINGS],
        "cases": [{"setting": s, "width": w, "height": h, "size": f} for s, w, h, f in cases],
    }, separators=(",", ":")) + "\n")
    (OUT / "MANIFEST.json").write_text(json.dumps({
        "script": "Tests/Fixtures/make/qwen_sizes.py", "seed": SEED,
        "versions": {"transformers": transformers.__version__, "numpy": numpy.__version__},
        "sha256": {table.name: hashlib.sha256(table.read_bytes()).hexdigest()},
    }, indent=2) + "\n")


if __name__ == "__main__":
    main()

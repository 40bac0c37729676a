"""Makes Tests/Fixtures/masks: the highlighted pictures of the published pipeline, made with Pillow.

    python Tests/Fixtures/make/masks.py    # pillow, numpy

Each case is a picture of random bytes (a 32-bit xorshift) and a square grid of activations. The picture is resized to
the model's tile by Pillow's default filter, whatever its shape; a mask of 224 where an activation is below 1e-5 and 0
elsewhere is resized bilinearly; black is composited over the picture by the mask. Written are the FNV-1a
fingerprints of all bytes, and one row of pixels to look at.
"""

import hashlib
import json
import platform
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

SEED = 20261
OUT = Path(__file__).resolve().parent.parent / "masks"
random = np.random.default_rng(SEED)


def fnv(data):
    h = 0xCBF29CE484222325
    for b in data:
        h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def pattern(width, height, seed):
    state, out = seed, bytearray()
    for _ in range(width * height * 3):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        out.append((state >> 11) & 255)
    return np.frombuffer(bytes(out), np.uint8).reshape(height, width, 3)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    cases = []
    for index, (width, height, grid, tile) in enumerate(
            [(48, 48, 6, 84), (97, 40, 24, 336), (400, 300, 24, 336), (40, 500, 27, 378)]):
        seed = 70 + index
        picture = Image.fromarray(pattern(width, height, seed))
        values = np.where(random.random((grid, grid)) < 0.3, random.random((grid, grid)) * 4, 0).astype(np.float32)
        values.reshape(-1)[:4] = [9e-6, 1e-5, 1.1e-5, 0]
        mask = Image.fromarray(np.where(values < np.float32(1e-5), 224, 0).astype(np.uint8))
        resized = picture.resize((tile, tile))
        out = Image.composite(
            Image.new("RGB", (tile, tile)), resized, mask.resize((tile, tile), Image.Resampling.BILINEAR))
        pixels = np.asarray(out)
        cases.append({
            "width": width, "height": height, "seed": seed, "grid": grid, "tile": tile,
            "activations": [float(v) for v in values.reshape(-1)],
            "row": pixels[tile // 2].reshape(-1).tolist(), "hash": fnv(out.tobytes())})
    path = OUT / "paper.json"
    path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    manifest = {
        "script": "Tests/Fixtures/make/masks.py",
        "script_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        "seed": SEED,
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "pillow": PIL.__version__},
        "files": {"masks/paper.json": hashlib.sha256(path.read_bytes()).hexdigest()},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()

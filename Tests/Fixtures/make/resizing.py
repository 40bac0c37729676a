"""Pictures resized and tiled by torchvision, as transformers' default image processor does where torchvision is installed.

    python Tests/Fixtures/make/resizing.py

Needs torch, torchvision, transformers, numpy and Pillow, and a processor with AVX2: without it torch resizes bilinearly in
floating point. Pictures are those that `pattern` of the tests makes from a seed, none with a side of 1, which torch 2.15 refuses with an internal error. Writes Tests/Fixtures/resizing.
"""

import hashlib
import json
import platform
from pathlib import Path

import numpy as np
import torch
import torchvision
import transformers
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as transforms
from transformers import LlavaNextImageProcessor
from transformers.image_processing_utils import select_best_resolution

HERE = Path(__file__).resolve().parents[1]
OUT = HERE / "resizing"
SEED = 20261
FILTERS = {2: InterpolationMode.BILINEAR, 3: InterpolationMode.BICUBIC}
assert torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512"), torch.backends.cpu.get_cpu_capability()
random = np.random.default_rng(SEED)


def fnv(data):
    """64-bit FNV-1a, which a test can make itself."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def digest(data):
    return hashlib.sha256(data).hexdigest()


def pattern(width, height, seed):
    """A picture that a test can make itself: a 32-bit xorshift, one byte a step."""
    out = bytearray(width * height * 3)
    state = seed
    for i in range(len(out)):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        out[i] = (state >> 11) & 0xFF
    return np.frombuffer(bytes(out), dtype=np.uint8).reshape(height, width, 3)


def tensor(picture):
    return torch.from_numpy(picture.copy()).permute(2, 0, 1).contiguous()


def resizes():
    sizes = [(2, 2, 8, 8), (8, 8, 2, 2), (3, 50, 20, 20), (50, 3, 20, 20), (64, 48, 33, 33), (48, 64, 33, 33), (20, 64, 20, 21),
             (64, 20, 21, 20), (100, 7, 7, 100), (2, 90, 30, 30), (90, 2, 30, 30), (17, 33, 17, 33)]
    sizes += [tuple(int(v) for v in random.integers(2, 90, 4)) for _ in range(48)]
    return [
        {"width": w, "height": h, "newWidth": nw, "newHeight": nh, "seed": index + 1, "filter": code,
         "hash": fnv(transforms.resize(tensor(pattern(w, h, index + 1)), [nh, nw], interpolation=mode, antialias=True)
                     .permute(1, 2, 0).contiguous().numpy().tobytes())}
        for index, (w, h, nw, nh) in enumerate(sizes) for code, mode in FILTERS.items()
    ]


def tilings():
    cases = []
    settings = [(16, [[16, 32], [32, 16], [32, 32], [48, 16], [16, 48]], 3), (20, [[20, 40], [40, 20], [40, 40], [60, 20], [20, 60]], 2),
                (14, [[14, 14], [28, 42], [56, 14]], 3)]
    sizes = [(2, 2), (40, 30), (30, 40), (16, 16), (200, 3), (3, 200), (37, 61), (61, 37), (90, 90), (5, 7)]
    for s, (side, pinpoints, code) in enumerate(settings):
        mean = [0.48145466, 0.4578275, 0.40821073] if s != 1 else [0.5, 0.5, 0.5]
        std = [0.26862954, 0.26130258, 0.27577711] if s != 1 else [0.5, 0.5, 0.5]
        processor = LlavaNextImageProcessor(
            size={"shortest_edge": side}, crop_size={"height": side, "width": side}, image_grid_pinpoints=pinpoints, resample=code,
            image_mean=mean, image_std=std)
        assert processor.backend == "torchvision"
        for index, (w, h) in enumerate(sizes):
            values = processor(tensor(pattern(w, h, 100 + index)), return_tensors="pt")["pixel_values"][0].numpy().astype("<f4")
            cases.append({
                "side": side, "pinpoints": pinpoints, "filter": code, "mean": mean, "std": std, "width": w, "height": h,
                "seed": 100 + index, "tiles": len(values), "best": list(select_best_resolution((h, w), pinpoints)),
                "hash": fnv(values.tobytes()), "first": [float(v) for v in values.reshape(-1)[:3]],
                "last": [float(v) for v in values.reshape(-1)[-3:]],
            })
    return cases


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for name, cases in {"resizes": resizes(), "tilings": tilings()}.items():
        (OUT / f"{name}.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    manifest = {
        "script": "Tests/Fixtures/make/resizing.py", "script_sha256": digest(Path(__file__).read_bytes()), "seed": SEED,
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__,
                     "torchvision": torchvision.__version__, "transformers": transformers.__version__,
                     "cpu": torch.backends.cpu.get_cpu_capability()},
        "files": {str(p.relative_to(HERE)): digest(p.read_bytes()) for p in sorted(OUT.iterdir()) if p.name != "MANIFEST.json"},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()

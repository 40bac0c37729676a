"""Makes Tests/Fixtures/onevision: how LLaVA-OneVision's processor lays out and pads pictures.

    python Tests/Fixtures/make/onevision.py            # torch, transformers, pillow, numpy

- counts.json: for many sizes of pictures and several settings the best resolution, the rows and columns of the
  canvas's cells that become tokens, and all tokens, by the model's own packing and by its processor;
- padded.json: pixels of pictures that are one of several in a prompt, as hashes, in Pillow's order before version 13.
"""

import hashlib
import json
from pathlib import Path

import numpy
import PIL
import PIL.Image
import torch
import transformers
from transformers import LlavaOnevisionConfig, LlavaOnevisionModel, Qwen2Config, SiglipVisionConfig
from transformers.image_processing_utils import select_best_resolution
from transformers.models.llava_onevision.image_processing_pil_llava_onevision import LlavaOnevisionImageProcessorPil
from transformers.models.llava_onevision.processing_llava_onevision import LlavaOnevisionProcessor

SEED = 67
OUT = Path(__file__).resolve().parent.parent / "onevision"
random = numpy.random.default_rng(SEED)
torch.set_num_threads(1)

_resize = PIL.Image.Image.resize


def columns_first(self, size, resample=None, box=None, reducing_gap=None):
    """Pillow's order before version 13."""
    width, height = size
    if box is None and (width, height) != self.size:
        return _resize(_resize(self, (width, self.height), resample), (width, height), resample)
    return _resize(self, size, resample, box, reducing_gap)


PIL.Image.Image.resize = columns_first


class Counter(LlavaOnevisionProcessor):
    """What of the processor counts tokens, without a tokenizer."""

    def __init__(self, image_processor, side, patch, ratio):
        self.image_processor, self.vision_aspect_ratio = image_processor, ratio
        self.num_image_tokens = (side // patch) ** 2


def grid(side, most):
    return [[side * a, side * b] for a in range(1, most + 1) for b in range(1, most + 1)]


def packer(side, patch, pinpoints, ratio):
    """A model of one feature, for its packing alone."""
    config = LlavaOnevisionConfig(
        text_config=Qwen2Config(vocab_size=4, hidden_size=1, intermediate_size=1, num_hidden_layers=0,
                                num_attention_heads=1, num_key_value_heads=1, head_dim=2),
        vision_config=SiglipVisionConfig(hidden_size=1, intermediate_size=1, num_hidden_layers=0, num_attention_heads=1,
                                         image_size=side, patch_size=patch, vision_use_head=False),
        image_token_index=1, video_token_index=2, image_grid_pinpoints=pinpoints, vision_aspect_ratio=ratio)
    return LlavaOnevisionModel._from_config(config)


def counts():
    settings = [
        (384, 14, grid(384, 6), "anyres_max_9"), (384, 14, grid(384, 6), "anyres_max_4"), (46, 14, grid(46, 4), "anyres_max_2"),
        (56, 8, [[56, 168], [112, 112], [56, 56]], "anyres_max_1"),
    ]
    sizes = [(384, 384), (640, 480), (1024, 899), (1, 1), (1, 3000), (3000, 1), (20, 9000), (9000, 20), (383, 385), (2304, 2304)]
    sizes += [tuple(int(v) for v in numpy.exp(random.uniform(0, numpy.log(6000), 2)).astype(int)) for _ in range(90)]
    cases = []
    for setting, (side, patch, pinpoints, ratio) in enumerate(settings):
        model = packer(side, patch, pinpoints, ratio)
        counter = Counter(LlavaOnevisionImageProcessorPil(image_grid_pinpoints=pinpoints), side, patch, ratio)
        for width, height in sizes:
            best = select_best_resolution((height, width), pinpoints)
            tiles = 1 + best[0] * best[1] // side**2
            # Features count up, but for the newline, which is below them all: its places are the ends of rows.
            features = torch.arange(1.0, 1 + tiles * (side // patch) ** 2).reshape(tiles, -1, 1)
            packed = model.pack_image_features([features], [(height, width)], torch.tensor([-1.0]), ratio)[0][0][:, 0]
            canvas = packed[(side // patch) ** 2:].tolist()
            rows = canvas.count(-1.0)
            columns = len(canvas) // rows - 1 if rows else 0
            assert counter._get_number_of_features(height, width, side, side) == len(packed)
            cases.append([setting, width, height, *best, rows, columns, len(packed)])
    return {
        "settings": [{"side": s, "patch": p, "pinpoints": g, "mostTiles": int(r.removeprefix("anyres_max_"))} for s, p, g, r in settings],
        "columns": "setting width height bestHeight bestWidth rows columns tokens".split(), "cases": cases,
    }


def pattern(width, height, seed):
    """The bytes that the tests make again: a 32-bit xorshift, one byte a step."""
    state, values = seed, []
    for _ in range(width * height * 3):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        values.append((state >> 11) & 0xFF)
    return PIL.Image.fromarray(numpy.array(values, numpy.uint8).reshape(height, width, 3))


def fingerprint(values):
    state = 0xCBF29CE484222325
    for byte in numpy.ascontiguousarray(values, "<f4").tobytes():
        state = ((state ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{state:016x}"


def padded():
    cases = []
    for index, (width, height, side, filter_) in enumerate(
        [(61, 45, 46, 3), (45, 61, 46, 3), (46, 46, 46, 3), (46, 31, 46, 3), (7, 90, 46, 2), (91, 6, 46, 3), (1, 200, 20, 3),
         (200, 1, 20, 2), (12, 13, 46, 3), (3, 2, 46, 2)]
    ):
        mean, deviation = [0.48, 0.5, 0.31], [0.5, 0.6, 0.55]
        processor = LlavaOnevisionImageProcessorPil(
            size={"height": side, "width": side}, image_mean=mean, image_std=deviation, resample=filter_)
        pictures = [pattern(width, height, 1000 + index), pattern(5, 5, 1)]
        values = processor(images=[pictures], return_tensors="np")["pixel_values"][0]
        assert values.shape == (1, 3, side, side)
        cases.append({
            "width": width, "height": height, "seed": 1000 + index, "side": side, "filter": filter_, "mean": mean,
            "std": deviation, "hash": fingerprint(values), "first": [float(v) for v in values.ravel()[:3]],
        })
    return cases


def main():
    OUT.mkdir(exist_ok=True)
    for name, value in {"counts": counts(), "padded": padded()}.items():
        (OUT / f"{name}.json").write_text(json.dumps(value, separators=(",", ":")) + "\n")
    files = sorted(path for path in OUT.glob("*.json") if path.name != "MANIFEST.json")
    (OUT / "MANIFEST.json").write_text(json.dumps({
        "script": "Tests/Fixtures/make/onevision.py", "seed": SEED,
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__,
                     "pillow": PIL.__version__, "numpy": numpy.__version__},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }, indent=2) + "\n")


if __name__ == "__main__":
    main()

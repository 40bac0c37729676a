"""Makes Tests/Fixtures/gemma3: what transformers reads from Gemma 3's files, and what its processor makes of pictures.

    python Tests/Fixtures/make/gemma3.py    # torch, transformers, pillow, numpy

configurations.json: config.json files, as the hub has them in 2025 (differences from the classes alone) and as
transformers 5 writes them, with what transformers reads: by layer its window and the frequencies of its rotary
embedding ("global" or "local"), sizes, scales and tokens.
crops.json: settings of pan and scan, with rectangles [x0, y0, x1, y1) of pictures of many sizes, found by handing the
processor a picture whose values are coordinates.
paintings.json: for pictures with and without crops, which columns of a view's tokens change where a column of the
picture's pixels is painted, and which rows where a row is: of each, the first and last line of pixels that does it.
A token sees pixels of its patches, `side` by `side` tokens a view; patches that are left over are seen by none.
"""

import hashlib
import json
import math
import pathlib
import platform
import tempfile

import numpy
import PIL
import PIL.Image
import torch
import transformers
from transformers import AutoConfig, Gemma3Config, Gemma3TextConfig, SiglipVisionConfig
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil
from transformers.models.gemma3.modeling_gemma3 import Gemma3RotaryEmbedding

OUT = pathlib.Path(__file__).parent.parent / "gemma3"
SEED = 20_264
torch.set_num_threads(1)

SEEING = {
    "model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"], "boi_token_index": 255999,
    "eoi_token_index": 256000, "eos_token_id": [1, 106], "image_token_index": 262144, "mm_tokens_per_image": 256,
    "torch_dtype": "bfloat16",
    "text_config": {
        "hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text", "num_hidden_layers": 34,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024,
    },
    "vision_config": {
        "hidden_size": 1152, "image_size": 896, "intermediate_size": 4304, "model_type": "siglip_vision_model",
        "num_attention_heads": 16, "num_hidden_layers": 27, "patch_size": 14, "vision_use_head": False,
    },
}
TEXT = {
    "model_type": "gemma3_text", "hidden_size": 1152, "intermediate_size": 6912, "num_hidden_layers": 26,
    "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 256, "query_pre_attn_scalar": 256,
    "max_position_embeddings": 32768, "rope_theta": 1000000, "rope_local_base_freq": 10000, "rope_scaling": None,
    "sliding_window": 512, "sliding_window_pattern": 6, "vocab_size": 262144, "final_logit_softcapping": None,
    "attn_logit_softcapping": None, "eos_token_id": [1, 106], "bos_token_id": 2, "hidden_activation": "gelu_pytorch_tanh",
}
CONFIGURATIONS = {
    "text-defaults": {"model_type": "gemma3_text"},
    "text-1b": TEXT,
    "text-pattern": TEXT | {"sliding_window_pattern": 2, "num_hidden_layers": 5, "rope_theta": 5e5, "rope_local_base_freq": 2e4},
    "text-layer-types": TEXT | {"num_hidden_layers": 3, "layer_types": ["full_attention", "sliding_attention", "full_attention"]},
    "text-all-global": TEXT | {"num_hidden_layers": 2, "sliding_window_pattern": 1, "attention_bias": True, "tie_word_embeddings": False},
    "text-both-keys": TEXT | {
        "num_hidden_layers": 7, "rope_scaling": {"rope_type": "linear", "factor": 4.0},
        "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 3e5}},
    },
    "seeing-4b": SEEING,
    "seeing-27b": SEEING | {"text_config": {
        "head_dim": 128, "hidden_size": 5376, "intermediate_size": 21504, "model_type": "gemma3_text", "num_attention_heads": 32,
        "num_hidden_layers": 62, "num_key_value_heads": 16, "query_pre_attn_scalar": 168,
        "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "sliding_window": 1024,
    }},
    "seeing-bare": {"model_type": "gemma3", "mm_tokens_per_image": 49},
}


def configurations():
    cases = dict(CONFIGURATIONS)
    written = {
        "written-text": Gemma3TextConfig(num_hidden_layers=8, sliding_window=99, query_pre_attn_scalar=200, rope_scaling={
            "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 4096}),
        "written-seeing": Gemma3Config(
            text_config=Gemma3TextConfig(num_hidden_layers=7),
            vision_config=SiglipVisionConfig(image_size=70, patch_size=7, hidden_size=48), mm_tokens_per_image=25,
        ),
    }
    for name, config in written.items():
        with tempfile.TemporaryDirectory() as folder:
            config.save_pretrained(folder)
            cases[name] = json.loads((pathlib.Path(folder) / "config.json").read_text())
    result = {}
    for name, config in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "config.json").write_text(json.dumps(config))
            read = AutoConfig.from_pretrained(folder)
        text = read.get_text_config()
        rotary = Gemma3RotaryEmbedding(text)
        kinds = {"global": "full_attention", "local": "sliding_attention"}
        eos = text.eos_token_id
        expected = {
            "vocabularySize": text.vocab_size, "hiddenSize": text.hidden_size, "intermediateSize": text.intermediate_size,
            "headCount": text.num_attention_heads, "keyValueHeadCount": text.num_key_value_heads, "headSize": text.head_dim,
            "contextLength": text.max_position_embeddings, "normEpsilon": text.rms_norm_eps,
            "attentionScale": text.query_pre_attn_scalar**-0.5, "attentionBias": text.attention_bias,
            "tiedHead": text.tie_word_embeddings, "beginToken": text.bos_token_id, "endTokens": eos if isinstance(eos, list) else [eos],
            "layers": [
                {"window": text.sliding_window, "rotary": "local"} if kind == "sliding_attention" else {"window": None, "rotary": "global"}
                for kind in text.layer_types
            ],
            "frequencies": {
                short: getattr(rotary, f"{kind}_inv_freq").tolist() for short, kind in kinds.items() if kind in text.layer_types
            },
        }
        if read.model_type == "gemma3":
            vision = read.vision_config
            expected["vision"] = {
                "hiddenSize": vision.hidden_size, "intermediateSize": vision.intermediate_size,
                "layerCount": vision.num_hidden_layers, "headCount": vision.num_attention_heads, "imageSize": vision.image_size,
                "patchSize": vision.patch_size, "normEpsilon": vision.layer_norm_eps,
                "tokensPerSide": math.isqrt(read.mm_tokens_per_image), "imageToken": read.image_token_index,
                "beginToken": read.boi_token_index, "endToken": read.eoi_token_index,
            }
        result[name] = {"config": config, "expected": expected}
    (OUT / "configurations.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


SETTINGS = [(256, 4, 1.2), (20, 3, 1.25), (7, 8, 1.0), (100, 1, 2.5)]


def crops():
    random = numpy.random.default_rng(SEED)
    processor = Gemma3ImageProcessorPil()
    records = []
    for least, most, ratio in SETTINGS:
        sizes = [(w, h) for w, h in [(256, 256), (512, 256), (256, 512), (513, 256), (1024, 256), (300, 250), (60, 50)]]
        sizes += [tuple(int(v) for v in random.integers(1, 1500, 2)) for _ in range(60)]
        sizes += [tuple(int(v) for v in random.integers(1, 90, 2)) for _ in range(60)]
        found = []
        for width, height in sizes:
            y, x = numpy.mgrid[0:height, 0:width]
            parts = processor.pan_and_scan(numpy.stack([x, y, x]), least, most, ratio)
            found.append([width, height, [
                [int(p[0].min()), int(p[1].min()), int(p[0].max()) + 1, int(p[1].max()) + 1] for p in parts
            ]])
        records.append({"minimumCropSide": least, "maximumCropCount": most, "minimumRatio": ratio, "pictures": found})
    (OUT / "crops.json").write_text(json.dumps(records, separators=(",", ":")) + "\n")


PAINTINGS = [
    # width, height, side of the tower's input, of a patch, tokens along a side, pan and scan
    (61, 45, 58, 7, 4, None), (40, 97, 42, 7, 3, None), (150, 37, 42, 7, 3, (20, 3, 1.25)), (33, 140, 58, 7, 4, (16, 4, 1.2)),
    (101, 83, 40, 8, 5, (20, 2, 1.1)),
]


def paintings():
    records = []
    for width, height, tile, patch, side, pan in PAINTINGS:
        processor = Gemma3ImageProcessorPil(size={"height": tile, "width": tile}, image_mean=[0.5] * 3, image_std=[0.5] * 3)
        keys = ["pan_and_scan_min_crop_size", "pan_and_scan_max_num_crops", "pan_and_scan_min_ratio_to_activate"]
        settings = {"do_pan_and_scan": True} | dict(zip(keys, pan)) if pan else {"do_pan_and_scan": False}

        def views(pixels):
            return processor([PIL.Image.fromarray(pixels)], return_tensors="np", **settings)["pixel_values"]

        cell = tile // patch // side * patch
        plain = numpy.full((height, width, 3), 20, numpy.uint8)
        before = views(plain)
        lines = {"columns": [[[] for _ in range(side)] for _ in before], "rows": [[[] for _ in range(side)] for _ in before]}
        for kind, count in [("columns", width), ("rows", height)]:
            for line in range(count):
                painted = plain.copy()
                if kind == "columns":
                    painted[:, line] = 255
                else:
                    painted[line] = 255
                moved = (views(painted) != before).any(axis=1)  # [views, tile, tile]
                for view, change in enumerate(moved):
                    along = change.any(axis=0 if kind == "columns" else 1)
                    for index in range(side):
                        if along[index * cell : (index + 1) * cell].any():
                            lines[kind][view][index].append(line)
        records.append({
            "width": width, "height": height, "tile": tile, "patch": patch, "tokensPerSide": side,
            "panAndScan": pan, "views": [
                {k: [[min(found), max(found)] for found in lines[k][view]] for k in lines} for view in range(len(before))
            ],
        })
    (OUT / "paintings.json").write_text(json.dumps(records, separators=(",", ":")) + "\n")


def main():
    OUT.mkdir(exist_ok=True)
    configurations()
    crops()
    paintings()
    (OUT / "MANIFEST.json").write_text(json.dumps({
        "script": "Tests/Fixtures/make/gemma3.py", "seed": SEED,
        "versions": {
            "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
            "pillow": PIL.__version__, "numpy": numpy.__version__,
        },
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(OUT.glob("*.json")) if path.name != "MANIFEST.json"
        },
    }, indent=2) + "\n")


if __name__ == "__main__":
    main()

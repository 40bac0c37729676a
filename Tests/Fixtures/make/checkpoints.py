"""Writes safetensors files, checkpoint folders and configurations with the reference libraries.

    python Tests/Fixtures/make/checkpoints.py

Writes Tests/Fixtures/checkpoints:
- dtypes.safetensors with every element type, empty and scalar tensors; dtypes.json with its values;
- layout-*/ the same tiny tensors under the four name layouts of LLaVA-style checkpoints and the
  plain text one, layout-a sharded; layout-c and layout-d under the names of a real tiny model;
- configurations.json: config.json files (written by transformers 5 and, by hand, as older releases
  left them: differences from the class alone) with what transformers reads from them;
- rotary.json: configurations of scaled rotary embedding with the frequencies and the factor of cosines and sines that
  transformers' modules have;
- processors.json: processor files of both layouts with what transformers reads from them.
"""

import hashlib
import json
import pathlib
import shutil
import tempfile

import safetensors
import safetensors.torch
import torch
import transformers
from transformers import (AutoConfig, AutoImageProcessor, CLIPVisionConfig, LlamaConfig,
                          LlavaNextConfig, LlavaNextForConditionalGeneration, MistralConfig,
                          Qwen2Config, Qwen3Config)
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding
from transformers.models.mistral.modeling_mistral import MistralRotaryEmbedding
from transformers.models.qwen2.modeling_qwen2 import Qwen2RotaryEmbedding
from transformers.models.qwen3.modeling_qwen3 import Qwen3RotaryEmbedding

OUT = pathlib.Path(__file__).parent.parent / "checkpoints"
SEED = 7
torch.set_num_threads(1)


def dtypes():
    values = [0.0, -0.0, 1.0, -1.5, 3.1415927, 1e-8, 65504.0, -2.0 ** -14, 6e-8, 1e30, float("inf")]
    tensors = {
        "f32": torch.tensor(values, dtype=torch.float32),
        "f16": torch.tensor(values[:9], dtype=torch.float16),
        "bf16": torch.tensor(values, dtype=torch.bfloat16),
        "matrix": torch.arange(12, dtype=torch.bfloat16).reshape(3, 4) / 7,
        "patches": torch.arange(24, dtype=torch.float16).reshape(2, 3, 2, 2) / 3,
        "empty": torch.zeros((0, 4)), "scalar": torch.tensor(2.5),
        "f64": torch.tensor([1.0, 2.0], dtype=torch.float64),
        "i64": torch.arange(3), "i32": torch.arange(3, dtype=torch.int32),
        "i16": torch.arange(3, dtype=torch.int16), "i8": torch.arange(3, dtype=torch.int8),
        "u8": torch.arange(3, dtype=torch.uint8), "bool": torch.tensor([True, False, True]),
        "f8": torch.ones(3).to(torch.float8_e4m3fn), "f8b": torch.ones(3).to(torch.float8_e5m2),
    }
    safetensors.torch.save_file(tensors, OUT / "dtypes.safetensors", metadata={"format": "pt", "é": "\n\"x\""})
    expected = {name: {"shape": list(t.shape), "bits": t.float().flatten().view(torch.int32).tolist()}
                for name, t in tensors.items() if t.dtype in (torch.float32, torch.float16, torch.bfloat16)}
    (OUT / "dtypes.json").write_text(json.dumps(expected))


def tiny_config():
    return LlavaNextConfig(
        text_config=LlamaConfig(vocab_size=10, hidden_size=4, intermediate_size=6, num_hidden_layers=1,
                                num_attention_heads=2, num_key_value_heads=1),
        vision_config=CLIPVisionConfig(hidden_size=4, intermediate_size=6, num_hidden_layers=1,
                                       num_attention_heads=2, image_size=4, patch_size=2, projection_dim=4),
        image_token_index=9, image_grid_pinpoints=[[4, 8], [8, 4]])


def layouts():
    torch.manual_seed(SEED)
    model = LlavaNextForConditionalGeneration(tiny_config())
    d = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    folder = OUT / "layout-c"
    model.save_pretrained(folder)
    for extra in folder.glob("*"):
        if extra.suffix != ".safetensors":
            extra.unlink()
    save(OUT / "layout-d", d)
    vision = "model.vision_tower."
    b = {name.replace(vision, vision + "vision_model."): t for name, t in d.items()}
    b[vision + "vision_model.embeddings.position_ids"] = torch.arange(5)
    save(OUT / "layout-b", b)
    a = {}
    for name, tensor in b.items():
        name = name.removeprefix("model.").replace("language_model.", "language_model.model.")
        a["language_model.lm_head.weight" if name == "lm_head.weight" else name] = tensor
    save_sharded(OUT / "layout-a", a)
    text = {name.replace("language_model.", ""): t for name, t in d.items() if "language_model" in name}
    save(OUT / "layout-text-tied", text)
    expected = {name.removeprefix("model."): tensor.flatten().tolist() for name, tensor in d.items()}
    (OUT / "layouts.json").write_text(json.dumps({
        "shapes": {name.removeprefix("model."): list(t.shape) for name, t in d.items()},
        "values": expected}))


def save(folder, tensors):
    folder.mkdir(exist_ok=True)
    safetensors.torch.save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "model.safetensors")


def save_sharded(folder, tensors):
    folder.mkdir(exist_ok=True)
    names = sorted(tensors)
    weight_map = {}
    for shard in range(3):
        file = f"model-{shard + 1:05d}-of-00003.safetensors"
        part = {name: tensors[name] for name in names[shard::3]}
        safetensors.torch.save_file(part, folder / file)
        weight_map |= {name: file for name in part}
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": 1}, "weight_map": weight_map}))


LLAMA31_OLD = {"type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 8192}
OLD = {
    "llama-defaults": {"model_type": "llama"},
    "mistral-defaults": {"model_type": "mistral"},
    "qwen2-defaults": {"model_type": "qwen2"},
    "mistral-no-window": {"model_type": "mistral", "sliding_window": None, "rope_theta": 1000000.0, "torch_dtype": "bfloat16"},
    "mistral-head-dim": {"model_type": "mistral", "hidden_size": 60, "num_attention_heads": 5, "num_key_value_heads": 1, "head_dim": 22},
    "llama31": {"model_type": "llama", "rope_theta": 500000.0, "rope_scaling": LLAMA31_OLD, "max_position_embeddings": 131072,
                "num_key_value_heads": 8, "eos_token_id": [128001, 128008, 128009], "bos_token_id": 128000, "vocab_size": 128256},
    "llama-linear": {"model_type": "llama", "rope_scaling": {"type": "linear", "factor": 4.0}, "attention_bias": True, "mlp_bias": True},
    "llama-null-kv": {"model_type": "llama", "num_attention_heads": 16, "num_key_value_heads": None, "tie_word_embeddings": True},
    "qwen2-window": {"model_type": "qwen2", "use_sliding_window": True, "sliding_window": 64, "max_window_layers": 3, "num_hidden_layers": 5},
    "qwen3-defaults": {"model_type": "qwen3"},
    "qwen3-yarn": {"model_type": "qwen3", "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36, "num_key_value_heads": 8,
                   "max_position_embeddings": 40960, "rope_theta": 1000000, "tie_word_embeddings": True, "attention_bias": True,
                   "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768},
                   "bos_token_id": 151643, "eos_token_id": 151645, "use_sliding_window": False, "sliding_window": None},
    "qwen3-layers": {"model_type": "qwen3", "num_hidden_layers": 4, "use_sliding_window": True, "sliding_window": 96,
                     "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention"]},
    "llama-dynamic": {"model_type": "llama", "rope_scaling": {"type": "dynamic", "factor": 2.0}, "max_position_embeddings": 4096},
    "llama-yarn": {"model_type": "llama", "rope_parameters": {"rope_type": "yarn", "factor": 16.0, "rope_theta": 500000.0,
                                                               "original_max_position_embeddings": 4096}, "max_position_embeddings": 65536},
    "llava-bare": {"model_type": "llava_next", "text_config": {"vocab_size": 32064}},
    "llava-llama3": {"model_type": "llava_next", "image_token_index": 128256,
                     "text_config": {"model_type": "llama", "vocab_size": 128320, "intermediate_size": 14336, "num_key_value_heads": 8,
                                     "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "max_position_embeddings": 8192, "torch_dtype": "float16",
                                     "bos_token_id": 128000, "eos_token_id": 128009},
                     "vision_config": {"model_type": "clip_vision_model", "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24,
                                       "num_attention_heads": 16, "image_size": 336, "patch_size": 14, "projection_dim": 768, "vocab_size": 32000}},
    "llava-mistral-layers": {"model_type": "llava_next", "vision_feature_layer": [-2, -5, 3], "vision_feature_select_strategy": "full",
                             "multimodal_projector_bias": False, "image_grid_pinpoints": [[336, 672]],
                             "text_config": {"model_type": "mistral", "vocab_size": 32064, "sliding_window": None},
                             "vision_config": {"image_size": 336, "patch_size": 14, "num_hidden_layers": 6, "hidden_act": "gelu"}},
    "qwen3vl-silent": {"model_type": "qwen3_vl", "text_config": {"hidden_size": 3584}},
    "qwen3vl-4b": {"model_type": "qwen3_vl", "image_token_id": 151655, "video_token_id": 151656, "vision_start_token_id": 151652,
                   "vision_end_token_id": 151653, "tie_word_embeddings": True,
                   "text_config": {"model_type": "qwen3_vl_text", "attention_bias": False, "head_dim": 128, "hidden_size": 2560,
                                   "intermediate_size": 9728, "max_position_embeddings": 262144, "num_attention_heads": 32,
                                   "num_hidden_layers": 36, "num_key_value_heads": 8, "rms_norm_eps": 1e-6, "rope_theta": 5000000,
                                   "rope_scaling": {"mrope_interleaved": True, "mrope_section": [24, 20, 20], "rope_type": "default"},
                                   "tie_word_embeddings": True, "vocab_size": 151936, "bos_token_id": 151643, "eos_token_id": 151645},
                   "vision_config": {"model_type": "qwen3_vl", "deepstack_visual_indexes": [5, 11, 17], "depth": 24, "hidden_size": 1024,
                                     "intermediate_size": 4096, "num_heads": 16, "num_position_embeddings": 2304, "out_hidden_size": 2560,
                                     "patch_size": 16, "spatial_merge_size": 2, "temporal_patch_size": 2}},
    "qwen25vl-silent": {"model_type": "qwen2_5_vl", "hidden_size": 3584, "num_attention_heads": 28, "num_key_value_heads": 4},
    "qwen25vl-3b": {"model_type": "qwen2_5_vl", "bos_token_id": 151643, "eos_token_id": 151645, "image_token_id": 151655,
                    "video_token_id": 151656, "vision_start_token_id": 151652, "vision_end_token_id": 151653, "vision_token_id": 151654,
                    "hidden_act": "silu", "hidden_size": 2048, "intermediate_size": 11008, "max_position_embeddings": 128000,
                    "max_window_layers": 70, "num_attention_heads": 16, "num_hidden_layers": 36, "num_key_value_heads": 2,
                    "rms_norm_eps": 1e-6, "rope_theta": 1000000.0, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
                    "sliding_window": 32768, "use_sliding_window": False, "tie_word_embeddings": True, "vocab_size": 151936,
                    "vision_config": {"depth": 32, "hidden_act": "silu", "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16,
                                      "in_chans": 3, "out_hidden_size": 2048, "patch_size": 14, "spatial_merge_size": 2,
                                      "spatial_patch_size": 14, "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31],
                                      "tokens_per_second": 2, "temporal_patch_size": 2}},
    "qwen25vl-nested": {"model_type": "qwen2_5_vl", "hidden_size": 3, "image_token_id": 7, "video_token_id": 8,
                        "text_config": {"model_type": "qwen2_5_vl_text", "hidden_size": 64, "num_attention_heads": 2, "num_hidden_layers": 4,
                                        "num_key_value_heads": None, "eos_token_id": [5, 6], "tie_word_embeddings": True,
                                        "use_sliding_window": True, "sliding_window": 100, "max_window_layers": 3,
                                        "rope_scaling": {"rope_type": "yarn", "type": "yarn", "factor": 4.0, "mrope_section": [4, 6, 6],
                                                         "original_max_position_embeddings": 8192}},
                        "vision_config": {"model_type": "qwen2_5_vl", "out_hidden_size": 64, "window_size": 130, "patch_size": 10,
                                          "fullatt_block_indexes": [0, 40]}},
    "onevision-bare": {"model_type": "llava_onevision"},
    "onevision-05b": {"model_type": "llava_onevision", "image_token_index": 151646, "video_token_index": 151647,
                      "vision_aspect_ratio": "anyres_max_9", "vision_feature_layer": -1, "vision_feature_select_strategy": "full",
                      "text_config": {"model_type": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "max_window_layers": 24,
                                      "num_attention_heads": 14, "num_hidden_layers": 24, "num_key_value_heads": 2, "rope_theta": 1000000.0,
                                      "sliding_window": None, "tie_word_embeddings": True, "vocab_size": 152000,
                                      "bos_token_id": 151643, "eos_token_id": 151645},
                      "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 1152, "image_size": 384,
                                        "intermediate_size": 4304, "num_attention_heads": 16, "num_hidden_layers": 26,
                                        "patch_size": 14, "vision_use_head": False}},
    "onevision-short-tower": {"model_type": "llava_onevision", "vision_aspect_ratio": "anyres_max_4", "vision_feature_layer": [-1, 2],
                              "multimodal_projector_bias": False, "image_grid_pinpoints": [[448, 896]],
                              "text_config": {"model_type": "llama", "vocab_size": 160000},
                              "vision_config": {"model_type": "siglip_vision_model", "image_size": 448}},
}


def text_summary(text):
    rope = text.rope_parameters
    windows = [None] * text.num_hidden_layers
    if text.model_type == "mistral":
        windows = [text.sliding_window] * text.num_hidden_layers
    if text.model_type in ("qwen2", "qwen3", "qwen2_5_vl_text"):
        windows = [text.sliding_window if kind == "sliding_attention" else None for kind in text.layer_types]
    eos = getattr(text, "eos_token_id", None)
    return {
        "family": text.model_type, "vocabularySize": text.vocab_size, "hiddenSize": text.hidden_size,
        "intermediateSize": text.intermediate_size, "layerCount": text.num_hidden_layers,
        "headCount": text.num_attention_heads, "keyValueHeadCount": text.num_key_value_heads,
        "headSize": getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads,
        "contextLength": text.max_position_embeddings, "normEpsilon": text.rms_norm_eps,
        "theta": rope["rope_theta"], "ropeType": rope["rope_type"], "ropeFactor": rope.get("factor"),
        "originalContextLength": rope.get("original_max_position_embeddings"),
        "attentionBias": bool(getattr(text, "attention_bias", False)), "mlpBias": bool(getattr(text, "mlp_bias", False)),
        "tiedHead": getattr(text, "tie_word_embeddings", False), "slidingWindows": windows, "beginToken": getattr(text, "bos_token_id", None),
        "endTokens": eos if isinstance(eos, list) else [] if eos is None else [eos],
    }


def configurations():
    cases = {name: dict(config) for name, config in OLD.items()}
    written = {
        "written-llava": tiny_config(), "written-qwen2": Qwen2Config(num_hidden_layers=3),
        "written-mistral": MistralConfig(sliding_window=None, num_hidden_layers=2),
        "written-llama31": LlamaConfig(rope_scaling=dict(LLAMA31_OLD, rope_type="llama3"), rope_theta=5e5, num_hidden_layers=2),
        "written-qwen3": Qwen3Config(num_hidden_layers=3, head_dim=64, use_sliding_window=True, sliding_window=32, max_window_layers=2),
        "written-llava-qwen2": LlavaNextConfig(text_config=Qwen2Config(num_hidden_layers=2), image_token_index=151646),
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
        expected = {"text": text_summary(read.get_text_config())}
        if read.model_type in ("llava_next", "llava_onevision"):
            vision = read.vision_config
            layers = read.vision_feature_layer
            layers = layers if isinstance(layers, (list, tuple)) else [layers]
            states = vision.num_hidden_layers + 1
            expected["vision"] = {
                "hiddenSize": vision.hidden_size, "intermediateSize": vision.intermediate_size,
                "layerCount": vision.num_hidden_layers, "headCount": vision.num_attention_heads,
                "imageSize": vision.image_size, "patchSize": vision.patch_size,
                "activation": vision.hidden_act, "normEpsilon": vision.layer_norm_eps,
                "imageToken": read.image_token_index, "pinpoints": read.image_grid_pinpoints,
                "featureStates": [layer % states for layer in layers],
                "selectStrategy": read.vision_feature_select_strategy,
                "projectorBias": read.multimodal_projector_bias}
            if read.model_type == "llava_onevision":
                expected["vision"] |= {"kind": vision.model_type, "mostTiles": int(read.vision_aspect_ratio.removeprefix("anyres_max_"))}
        if read.model_type == "qwen3_vl":
            vision, rope = read.vision_config, read.text_config.rope_parameters
            expected["tower"] = {
                "hiddenSize": vision.hidden_size, "intermediateSize": vision.intermediate_size, "layerCount": vision.depth,
                "headCount": vision.num_heads, "patchSize": vision.patch_size, "mergeSize": vision.spatial_merge_size,
                "temporalPatchSize": vision.temporal_patch_size, "outputSize": vision.out_hidden_size,
                "positions": vision.num_position_embeddings, "deepLayers": list(vision.deepstack_visual_indexes),
                "activation": vision.hidden_act, "theta": vision.rope_parameters["rope_theta"],
                "sections": list(rope.get("mrope_section", [24, 20, 20])), "imageToken": read.image_token_id,
                "videoToken": read.video_token_id}
        if read.model_type == "qwen2_5_vl":
            vision, rope = read.vision_config, read.text_config.rope_parameters
            expected["text"]["tiedHead"] = read.tie_word_embeddings
            expected["windows"] = {
                "hiddenSize": vision.hidden_size, "intermediateSize": vision.intermediate_size, "layerCount": vision.depth,
                "headCount": vision.num_heads, "patchSize": vision.patch_size, "mergeSize": vision.spatial_merge_size,
                "temporalPatchSize": vision.temporal_patch_size, "outputSize": vision.out_hidden_size,
                "windowSide": vision.window_size // vision.spatial_merge_size // vision.patch_size,
                "wholeLayers": list(vision.fullatt_block_indexes), "theta": vision.rope_parameters["rope_theta"],
                "sections": list(rope.get("mrope_section", [16, 24, 24])), "imageToken": read.image_token_id,
                "videoToken": read.video_token_id}
        result[name] = {"config": config, "expected": expected}
    (OUT / "configurations.json").write_text(json.dumps(result, separators=(",", ":")))


YARN = {"rope_type": "yarn", "factor": 4.0}
ROTARY = {
    "llama-yarn": {"model_type": "llama", "max_position_embeddings": 131072, "head_dim": 128,
                   "rope_parameters": YARN | {"rope_theta": 1e6, "original_max_position_embeddings": 32768}},
    "llama-yarn-old-keys": {"model_type": "llama", "max_position_embeddings": 65536, "rope_theta": 5e5, "hidden_size": 640, "num_attention_heads": 8,
                            "num_key_value_heads": 8, "rope_scaling": {"type": "yarn", "factor": 16, "original_max_position_embeddings": 4096}},
    "llama-yarn-own-length": {"model_type": "llama", "max_position_embeddings": 2048, "rope_scaling": YARN},
    "llama-yarn-length-outside": {"model_type": "llama", "max_position_embeddings": 8192, "original_max_position_embeddings": 1024,
                                  "rope_parameters": YARN | {"original_max_position_embeddings": 512}},
    "llama-yarn-ratio": {"model_type": "llama", "max_position_embeddings": 8192,
                         "rope_parameters": {"rope_type": "yarn", "factor": None, "original_max_position_embeddings": 1024}},
    "llama-yarn-factor-given": {"model_type": "llama", "max_position_embeddings": 8192,
                                "rope_parameters": YARN | {"original_max_position_embeddings": 2048, "attention_factor": 0.75}},
    "llama-yarn-mscales": {"model_type": "llama", "max_position_embeddings": 163840, "head_dim": 64,
                           "rope_parameters": {"rope_type": "yarn", "factor": 40, "mscale": 1.0, "mscale_all_dim": 0.707, "beta_fast": 24,
                                               "beta_slow": 2, "original_max_position_embeddings": 4096, "truncate": False}},
    "llama-yarn-one-mscale": {"model_type": "llama", "max_position_embeddings": 8192,
                              "rope_parameters": YARN | {"original_max_position_embeddings": 2048, "mscale": 0.7, "mscale_all_dim": 0}},
    "llama-yarn-narrow": {"model_type": "llama", "max_position_embeddings": 64, "head_dim": 4,
                          "rope_parameters": YARN | {"rope_theta": 100.0, "original_max_position_embeddings": 8}},
    "llama-yarn-shrinking": {"model_type": "llama", "max_position_embeddings": 4096,
                             "rope_parameters": YARN | {"factor": 0.5, "original_max_position_embeddings": 4096}},
    "mistral-yarn": {"model_type": "mistral", "max_position_embeddings": 131072,
                     "rope_parameters": YARN | {"original_max_position_embeddings": 8192, "beta_fast": 40.0}},
    "qwen2-yarn": {"model_type": "qwen2", "hidden_size": 896, "num_attention_heads": 14, "num_key_value_heads": 2, "rope_theta": 1000000.0,
                   "rope_scaling": YARN | {"original_max_position_embeddings": 32768}},
    "qwen3-yarn": {"model_type": "qwen3", "max_position_embeddings": 131072, "rope_theta": 1000000,
                   "rope_scaling": YARN | {"original_max_position_embeddings": 32768}},
    "llama-dynamic": {"model_type": "llama", "max_position_embeddings": 4096, "rope_scaling": {"type": "dynamic", "factor": 2.7}},
    "llama-linear": {"model_type": "llama", "rope_scaling": {"type": "linear", "factor": 3.0}},
    "llama31": {"model_type": "llama", "rope_theta": 500000.0, "rope_scaling": LLAMA31_OLD, "head_dim": 128},
    "llama31-length-outside": {"model_type": "llama", "rope_scaling": LLAMA31_OLD, "original_max_position_embeddings": 1024},
}


def rotary():
    kinds = {"llama": LlamaRotaryEmbedding, "mistral": MistralRotaryEmbedding, "qwen2": Qwen2RotaryEmbedding, "qwen3": Qwen3RotaryEmbedding}
    result = {}
    for name, config in ROTARY.items():
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "config.json").write_text(json.dumps(config))
            module = kinds[config["model_type"]](AutoConfig.from_pretrained(folder))
        result[name] = {"config": config, "inverseFrequencies": module.inv_freq.tolist(), "scale": module.attention_scaling}
    (OUT / "rotary.json").write_text(json.dumps(result, separators=(",", ":")))


def processors():
    image = {"image_mean": [0.1, 0.2, 0.3], "image_std": [0.5, 0.6, 0.7], "size": {"shortest_edge": 42}, "crop_size": {"height": 42, "width": 42},
             "resample": 2, "image_grid_pinpoints": [[42, 84], [84, 42]], "rescale_factor": 0.5}
    old = dict(image, image_processor_type="LlavaNextImageProcessor")
    outer = {"processor_class": "LlavaNextProcessor", "patch_size": 14, "vision_feature_select_strategy": "default", "image_token": "<image>"}
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "preprocessor_config.json").write_text(json.dumps(old))
        (pathlib.Path(folder) / "config.json").write_text(json.dumps({"model_type": "llava_next"}))
        read = AutoImageProcessor.from_pretrained(folder, use_fast=False)
        read.save_pretrained(folder)
        written = json.loads((pathlib.Path(folder) / "preprocessor_config.json").read_text())
    expected = {"mean": list(read.image_mean), "standardDeviation": list(read.image_std), "tileSize": read.size["shortest_edge"],
                "resampling": int(read.resample), "rescaleFactor": read.rescale_factor, "pinpoints": [list(p) for p in read.image_grid_pinpoints]}
    (OUT / "processors.json").write_text(json.dumps({"expected": expected, "folders": {
        "old": {"preprocessor_config.json": old, "processor_config.json": outer},
        "old-alone": {"preprocessor_config.json": written},
        "nested": {"processor_config.json": dict(outer, image_processor=written)}}}))


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    dtypes()
    layouts()
    configurations()
    rotary()
    processors()
    files = {str(path.relative_to(OUT)): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in sorted(OUT.rglob("*")) if path.is_file()}
    (OUT / "MANIFEST.json").write_text(json.dumps({
        "script": "Tests/Fixtures/make/checkpoints.py", "seed": SEED,
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__,
                     "safetensors": safetensors.__version__}, "sha256": files}, indent=2) + "\n")


if __name__ == "__main__":
    main()

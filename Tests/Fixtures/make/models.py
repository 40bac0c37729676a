"""Makes Tests/Fixtures/models: tiny random checkpoints in Hugging Face's files and what transformers computes with them.

    python Tests/Fixtures/make/models.py            # torch, transformers, tokenizers, safetensors, pillow, numpy
    python Tests/Fixtures/make/models.py NAME…      # these checkpoints alone, beside those that are there

Every reference is computed in float32 from the rounded weights of the file, with eager attention, except the
figures named "bfloat16", which are transformers' own forward in bfloat16 held against its float32 one.
Pillow 13 resizes some portrait pictures vertically first; the references here are of the older order
(horizontally first), which two one-axis calls give with any version.
"""

import hashlib
import json
import platform
import shutil
import sys
from pathlib import Path

import numpy
import PIL
import PIL.Image
import safetensors
import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    CLIPVisionConfig,
    Gemma3Config,
    Gemma3ForCausalLM,
    Gemma3ForConditionalGeneration,
    Gemma3Processor,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextProcessor,
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionProcessor,
    MistralConfig,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    SiglipVisionConfig,
)
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.llava_onevision.image_processing_pil_llava_onevision import LlavaOnevisionImageProcessorPil
from transformers.models.llava_onevision.modeling_llava_onevision import image_size_to_num_patches
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

SEED = 20_240
ROOT = Path(__file__).resolve().parent.parent / "models"
GREEDY = 8
LOGIT_ROWS = 6

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

# ---------------------------------------------------------------- pictures

_resize = PIL.Image.Image.resize


def horizontally_first(self, size, resample=None, box=None, reducing_gap=None):
    """Pillow's resize in the order of every version before 13."""
    width, height = size
    if box is None and (width, height) != self.size:
        return _resize(_resize(self, (width, self.height), resample), (width, height), resample)
    return _resize(self, size, resample, box, reducing_gap)


PIL.Image.Image.resize = horizontally_first

# Without torchvision transformers knows no class of video processors to hold a processor's against, and stops.
LlavaOnevisionProcessor.check_argument_for_proper_class = lambda *_: None
Qwen3VLProcessor.check_argument_for_proper_class = lambda *_: None
Qwen2_5_VLProcessor.check_argument_for_proper_class = lambda *_: None


def picture(width, height, channels, seed):
    """Smooth waves with some noise, so that resizing and tiling errors show."""
    noise = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    planes = []
    for channel in range(channels):
        a, b, phase = noise.uniform(0.05, 0.4, 3)
        wave = 127 + 100 * numpy.sin(a * x + b * y + 6 * phase) + noise.normal(0, 20, (height, width))
        planes.append(numpy.clip(wave, 0, 255))
    return PIL.Image.fromarray(numpy.stack(planes, -1).astype(numpy.uint8), "RGB" if channels == 3 else "RGBA")


PICTURES = {
    "landscape.png": (61, 45, 3),
    "portrait.png": (40, 97, 4),
    "wide.png": (150, 37, 3),
    "square.png": (84, 84, 3),
}

# ---------------------------------------------------------------- tokenizers

CORPUS = [
    "What is shown in this map? The label reads Bolivia, the square is red and the circle is blue.",
    "Describe the picture, please. It shows a street with two houses, a tree and a small dog.",
    "How many triangles are there? There are three triangles, one of them green.",
    "The quick brown fox jumps over the lazy dog; she sells sea shells on the sea shore.",
] * 4

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def byte_level(pattern, specials, bos=None, normalizer=None, size=330):
    tokenizer = Tokenizer(models.BPE(ignore_merges=bos is not None))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    )
    tokenizer.add_special_tokens([tokenizers.AddedToken(s, special=True, normalized=False) for s in specials])
    if bos is not None:
        tokenizer.post_processor = processors.Sequence(
            [
                processors.ByteLevel(trim_offsets=False),
                processors.TemplateProcessing(
                    single=f"{bos} $A", special_tokens=[(bos, tokenizer.token_to_id(bos))]
                ),
            ]
        )
    else:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def sentencepiece(legacy):
    """A byte-fallback BPE as Llama-2's tokenizer.json (legacy) or a newer Mistral's (Metaspace)."""
    bytes_ = [f"<0x{b:02X}>" for b in range(256)]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace("▁", "first")
    trained.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=110, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    vocabulary = {token: i for i, token in enumerate(["<unk>", "<s>", "</s>", *bytes_])}
    for token in sorted(model["vocab"], key=model["vocab"].get):
        vocabulary.setdefault(token, len(vocabulary))
    merges = [tuple(pair) for pair in model["merges"]]
    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    if legacy:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", "first", split=False)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.add_special_tokens(
        [tokenizers.AddedToken(s, special=True, normalized=False) for s in ["<image>", "<pad>"]]
    )
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


GEMMA_NEWLINES = ["\n" * count for count in range(2, 6)]


def gemma():
    """Gemma's: bytes for what is not in the vocabulary, spaces spelt as ▁ and none put in front, the whole text one
    word; runs of newlines are tokens of their own."""
    bytes_ = [f"<0x{b:02X}>" for b in range(256)]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace("▁", "never")
    trained.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=110, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    specials = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    turns = ["<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>"]
    vocabulary = {token: i for i, token in enumerate([*specials, *turns, *GEMMA_NEWLINES, "\n", *bytes_])}
    for token in sorted(model["vocab"], key=model["vocab"].get):
        vocabulary.setdefault(token, len(vocabulary))
    merges = [tuple(pair) for pair in model["merges"]]
    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_tokens([tokenizers.AddedToken(s, normalized=False) for s in GEMMA_NEWLINES])
    tokenizer.add_special_tokens(
        [tokenizers.AddedToken(s, special=True, normalized=False) for s in [*specials, *turns, "<image_soft_token>"]]
    )
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    return tokenizer


TEMPLATES = {
    "gemma": (
        "{{ bos_token }}{%- set system = messages[0]['role'] == 'system' -%}"
        "{%- if system -%}{%- set opening = (messages[0]['content'] if messages[0]['content'] is string "
        "else messages[0]['content'][0]['text']) + '\n\n' -%}{%- set turns = messages[1:] -%}"
        "{%- else -%}{%- set opening = '' -%}{%- set turns = messages -%}{%- endif -%}"
        "{%- for message in turns -%}"
        "{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}"
        "{{ raise_exception('Turns of user and assistant must alternate') }}{%- endif -%}"
        "{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else message['role']) + '\n' "
        "+ (opening if loop.first else '') }}"
        "{%- if message['content'] is string -%}{{ message['content'] | trim }}"
        "{%- elif message['content'] is iterable -%}{%- for item in message['content'] -%}"
        "{%- if item['type'] == 'image' -%}{{ '<start_of_image>' }}"
        "{%- elif item['type'] == 'text' -%}{{ item['text'] | trim }}{%- endif -%}{%- endfor -%}"
        "{%- else -%}{{ raise_exception('No such content') }}{%- endif -%}{{ '<end_of_turn>\n' }}{%- endfor -%}"
        "{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}"
    ),
    "llama3": (
        "{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}"
        "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}"
        "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
        "{{ '\n' + content['text'] + '<|eot_id|>' }}{% endfor %}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
    ),
    "llama3text": (
        "{{- bos_token }}{% for message in messages %}"
        "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}"
        "{% endfor %}{% if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
    ),
    "mistral": (
        "{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' }}"
        "{% for content in message['content'] %}{% if content['type'] == 'image' %}{{ '<image>\n' }}"
        "{% else %}{{ content['text'] }}{% endif %}{% endfor %}{{ ' [/INST]' }}"
        "{% else %}{{ ' ' + message['content'][0]['text'] + '</s>' }}{% endif %}{% endfor %}"
    ),
    "vicuna": (
        "{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ': ' }}{% endif %}"
        "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
        "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
        "{{ content['text'] + ' ' }}{% endfor %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
    ),
    "chatml": (
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
        "{% for content in message['content'] %}{% if content['type'] == 'image' %}{{ '<image>\n' }}"
        "{% else %}{{ content['text'] }}{% endif %}{% endfor %}{{ '<|im_end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
    "onevision": (
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + ' ' }}"
        "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}"
        "{% if message['role'] != 'assistant' %}"
        "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ '\n' + content['text'] }}{% endfor %}"
        "{% else %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
        "{% generation %}{{ '\n' + content['text'] }}{% endgeneration %}{% endfor %}{% endif %}{{ '<|im_end|>' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
    "qwen3vl": (
        "{%- set image_count = namespace(value=0) %}{%- for message in messages %}"
        "{{- '<|im_start|>' + message.role + '\\n' }}{%- if message.content is string %}{{- message.content }}{%- else %}"
        "{%- for content in message.content %}"
        "{%- if content.type == 'image' or 'image' in content or 'image_url' in content %}"
        "{%- set image_count.value = image_count.value + 1 %}{%- if add_vision_id %}Picture {{ image_count.value }}: {% endif -%}"
        "<|vision_start|><|image_pad|><|vision_end|>{%- elif 'text' in content %}{{- content.text }}{%- endif %}"
        "{%- endfor %}{%- endif %}{{- '<|im_end|>\\n' }}{%- endfor %}"
        "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
    ),
    "qwen25vl": (
        "{% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}{% for message in messages %}"
        "{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
        "<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n{% else %}"
        "{% for content in message['content'] %}{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}"
        "{% set image_count.value = image_count.value + 1 %}{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}"
        "<|vision_start|><|image_pad|><|vision_end|>{% elif content['type'] == 'video' or 'video' in content %}"
        "{% set video_count.value = video_count.value + 1 %}{% if add_vision_id %}Video {{ video_count.value }}: {% endif %}"
        "<|vision_start|><|video_pad|><|vision_end|>{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}"
        "<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    ),
    "chatmltext": (
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
}

# ---------------------------------------------------------------- weights


def randomise(model, seed):
    """Weights that make every part of the graph matter: unit embeddings, fan-in scaled products, uneven norms. What
    Gemma adds to 1 is around 0, for the norms of updates, which would be small beside the embeddings, around 1."""
    adds_one = model.config.model_type.startswith("gemma3")
    noise = torch.Generator().manual_seed(seed)

    def normal(shape, deviation, mean=0.0):
        return torch.randn(shape, generator=noise) * deviation + mean

    for name, parameter in sorted(model.named_parameters()):
        if parameter.dim() == 1:
            is_gain = ("norm" in name or "ln_q" in name) and name.endswith("weight")
            is_offset = adds_one and "vision_tower" not in name and not name.endswith(
                ("post_attention_layernorm.weight", "post_feedforward_layernorm.weight")
            )
            value = normal(parameter.shape, 0.2, 0.0 if is_offset else 1.0) if is_gain else normal(parameter.shape, 0.3)
        elif "embed" in name and "patch" not in name:
            value = normal(parameter.shape, 0.3 if adds_one else 1.0)  # Gemma multiplies them by √D
        elif name.endswith("mm_input_projection_weight"):  # [in, out]
            value = normal(parameter.shape, 1.4 / parameter.shape[0] ** 0.5)
        elif "lm_head" in name:
            value = normal(parameter.shape, 2.0 / parameter.shape[1] ** 0.5)
        else:
            value = normal(parameter.shape, 1.4 / parameter[0].numel() ** 0.5)
        parameter.data.copy_(value)


def layout_a(name):
    """model.language_model.X → language_model.model.X, lm_head → language_model.lm_head: files of 2024."""
    if name == "lm_head.weight":
        return "language_model.lm_head.weight"
    name = name.removeprefix("model.")
    if name.startswith("language_model."):
        return "language_model.model." + name.removeprefix("language_model.")
    return layout_tower(name)


def layout_b(name):
    """transformers 4.52 to 4.57."""
    return name if name == "lm_head.weight" else "model." + layout_tower(name.removeprefix("model."))


def layout_tower(name):
    rest = name.removeprefix("vision_tower.")
    return name if rest == name or rest.startswith("vision_model.") else "vision_tower.vision_model." + rest


def save(model, folder, dtype, rename=None, shards=1):
    state = {k: v.detach().to(dtype).contiguous() for k, v in model.state_dict().items() if "position_ids" not in k}
    if model.config.get_text_config().tie_word_embeddings:
        state = {k: v for k, v in state.items() if k != "lm_head.weight"}
    if rename:
        state = {rename(k): v for k, v in state.items()}
    if shards == 1:
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        return
    names = sorted(state)
    weight_map = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        part = {k: state[k] for k in names[shard::shards]}
        save_file(part, folder / file, metadata={"format": "pt"})
        weight_map.update(dict.fromkeys(part, file))
    total = sum(v.numel() * v.element_size() for v in state.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))


def write(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


# ---------------------------------------------------------------- the checkpoints


def vision(image, hidden, intermediate, layers, heads):
    return CLIPVisionConfig(
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        image_size=image,
        patch_size=14,
        projection_dim=24,
    )


def pinpoints(tile):
    return [[tile, 2 * tile], [2 * tile, tile], [2 * tile, 2 * tile], [3 * tile, tile], [tile, 3 * tile]]


def build_llama3():
    """Grouped heads (five on one), bf16, the names transformers 5 writes, a chat_template.jinja file."""
    tokenizer = byte_level(
        LLAMA3,
        ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<image>", "<pad>"],
        bos="<|begin_of_text|>",
    )
    ids = tokenizer.token_to_id
    config = LlavaNextConfig(
        text_config=LlamaConfig(
            vocab_size=384, hidden_size=40, intermediate_size=56, num_hidden_layers=4, num_attention_heads=5,
            num_key_value_heads=1, max_position_embeddings=512, rms_norm_eps=1e-5, tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 500000.0},
            bos_token_id=ids("<|begin_of_text|>"), eos_token_id=ids("<|eot_id|>"),
        ),
        vision_config=vision(42, 36, 52, 3, 3),
        image_token_index=ids("<image>"), image_grid_pinpoints=pinpoints(42), tie_word_embeddings=False,
    )
    return dict(
        config=config, tokenizer=tokenizer, template="llama3", tile=42, dtype=torch.bfloat16, rename=None, shards=1,
        eos=[ids("<|end_of_text|>"), ids("<|eot_id|>")], bos="<|begin_of_text|>", style="v5",
    )


def build_mistral():
    """Explicit head size (4·22 ≠ 44), a sliding window far shorter than the prompt, f16, the 4.52 names."""
    tokenizer = sentencepiece(legacy=False)
    config = LlavaNextConfig(
        text_config=MistralConfig(
            vocab_size=400, hidden_size=44, intermediate_size=60, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=2, head_dim=22, sliding_window=9, max_position_embeddings=512, rms_norm_eps=1e-5,
            tie_word_embeddings=False, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
        ),
        vision_config=vision(56, 30, 44, 4, 5),
        image_token_index=tokenizer.token_to_id("<image>"), image_grid_pinpoints=pinpoints(56),
        vision_feature_layer=-3, tie_word_embeddings=False,
    )
    return dict(
        config=config, tokenizer=tokenizer, template="mistral", tile=56, dtype=torch.float16, rename=layout_b, shards=1,
        eos=[2], bos="<s>", style="v4",
    )


def build_vicuna():
    """Ungrouped heads (seven), the names and the shortened configuration of 2024, three shards of f32."""
    tokenizer = sentencepiece(legacy=True)
    config = LlavaNextConfig(
        text_config=LlamaConfig(
            vocab_size=400, hidden_size=42, intermediate_size=50, num_hidden_layers=3, num_attention_heads=7,
            max_position_embeddings=2048, rms_norm_eps=1e-6, tie_word_embeddings=False,
        ),
        vision_config=vision(42, 24, 36, 3, 2),
        image_token_index=tokenizer.token_to_id("<image>"), image_grid_pinpoints=pinpoints(42),
        tie_word_embeddings=False,
    )
    short = {
        "architectures": ["LlavaNextForConditionalGeneration"], "model_type": "llava_next", "torch_dtype": "float32",
        "ignore_index": -100, "image_token_index": tokenizer.token_to_id("<image>"),
        "image_grid_pinpoints": pinpoints(42), "projector_hidden_act": "gelu", "transformers_version": "4.39.0.dev0",
        "use_image_newline_parameter": True, "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
        "tie_word_embeddings": False,
        "text_config": {
            "model_type": "llama", "vocab_size": 400, "hidden_size": 42, "intermediate_size": 50,
            "num_hidden_layers": 3, "num_attention_heads": 7, "torch_dtype": "float32",
        },
        "vision_config": {
            "model_type": "clip_vision_model", "hidden_size": 24, "intermediate_size": 36, "num_hidden_layers": 3,
            "num_attention_heads": 2, "image_size": 42, "patch_size": 14, "projection_dim": 24,
        },
    }
    return dict(
        config=config, tokenizer=tokenizer, template="vicuna", tile=42, dtype=torch.float32, rename=layout_a, shards=3,
        eos=[2], bos="<s>", style="v4", short=short,
    )


def build_qwen2():
    """Biases on q, k and v, the features of two tower layers side by side, no BOS token at all."""
    tokenizer = byte_level(
        QWEN2, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>"], normalizer=normalizers.NFC(), size=310
    )
    ids = tokenizer.token_to_id
    config = LlavaNextConfig(
        text_config=Qwen2Config(
            vocab_size=360, hidden_size=36, intermediate_size=44, num_hidden_layers=3, num_attention_heads=9,
            num_key_value_heads=3, max_position_embeddings=512, rms_norm_eps=1e-6, tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
        ),
        vision_config=vision(42, 28, 40, 4, 4),
        image_token_index=ids("<image>"), image_grid_pinpoints=pinpoints(42), vision_feature_layer=[-2, 1],
        tie_word_embeddings=False,
    )
    return dict(
        config=config, tokenizer=tokenizer, template="chatml", tile=42, dtype=torch.bfloat16, rename=None, shards=1,
        eos=[ids("<|im_end|>"), ids("<|endoftext|>")], bos=None, style="v5",
    )


def build_llama31_text():
    """A plain text model: Llama-3.1's rope, the head tied to the embeddings, BOS written by the template."""
    tokenizer = byte_level(
        LLAMA3, ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        bos="<|begin_of_text|>",
    )
    ids = tokenizer.token_to_id
    config = LlamaConfig(
        vocab_size=352, hidden_size=48, intermediate_size=72, num_hidden_layers=3, num_attention_heads=6,
        num_key_value_heads=2, max_position_embeddings=1024, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters={
            "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
        },
        bos_token_id=ids("<|begin_of_text|>"), eos_token_id=ids("<|eot_id|>"),
    )
    return dict(
        config=config, tokenizer=tokenizer, template="llama3text", tile=None, dtype=torch.bfloat16, rename=None, shards=1,
        eos=[ids("<|eot_id|>")], bos="<|begin_of_text|>", style="v5",
    )


def build_qwen2_text():
    """A plain Qwen2: biases, linear rope scaling."""
    tokenizer = byte_level(QWEN2, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizer=normalizers.NFC(), size=310)
    ids = tokenizer.token_to_id
    config = Qwen2Config(
        vocab_size=320, hidden_size=28, intermediate_size=38, num_hidden_layers=3, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=512, rms_norm_eps=1e-6, tie_word_embeddings=False,
        rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0},
        bos_token_id=ids("<|endoftext|>"), eos_token_id=ids("<|im_end|>"),
    )
    return dict(
        config=config, tokenizer=tokenizer, template="chatmltext", tile=None, dtype=torch.float32, rename=None, shards=1,
        eos=[ids("<|im_end|>")], bos=None, style="v5",
    )


def build_qwen3_text():
    """A plain Qwen3: norms on queries and keys, heads of another size than 38 / 4, a short window in the upper layers."""
    tokenizer = byte_level(QWEN2, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizer=normalizers.NFC(), size=310)
    ids = tokenizer.token_to_id
    config = Qwen3Config(
        vocab_size=320, hidden_size=38, intermediate_size=46, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, head_dim=14, max_position_embeddings=512, rms_norm_eps=1e-6, tie_word_embeddings=True,
        use_sliding_window=True, sliding_window=7, max_window_layers=1,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
        bos_token_id=ids("<|endoftext|>"), eos_token_id=ids("<|im_end|>"),
    )
    return dict(
        config=config, tokenizer=tokenizer, template="chatmltext", tile=None, dtype=torch.bfloat16, rename=None, shards=1,
        eos=[ids("<|im_end|>")], bos=None, style="v5",
    )


def build_qwen3_yarn_text():
    """Qwen3 with biases on all four projections of attention and YaRN as its model card has it, beyond the original length."""
    made = build_qwen3_text()
    ids = made["tokenizer"].token_to_id
    config = Qwen3Config(
        vocab_size=320, hidden_size=30, intermediate_size=42, num_hidden_layers=3, num_attention_heads=5,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=512, rms_norm_eps=1e-5, tie_word_embeddings=False,
        attention_bias=True,
        rope_parameters={
            "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 16,
        },
        bos_token_id=ids("<|endoftext|>"), eos_token_id=ids("<|im_end|>"),
    )
    return made | {"config": config, "dtype": torch.float32}


def build_llama_yarn_text():
    """Llama with every setting of YaRN: both mscales, other turns, bounds that are not whole."""
    made = build_llama31_text()
    config = made["config"]
    config.tie_word_embeddings = False
    config.rope_parameters = {
        "rope_type": "yarn", "rope_theta": 10000.0, "factor": 8.0, "original_max_position_embeddings": 24,
        "beta_fast": 6.0, "beta_slow": 1.5, "mscale": 1.3, "mscale_all_dim": 0.4, "truncate": False,
    }
    return made | {"dtype": torch.float16}


def build_llama_dynamic_text():
    """Llama with dynamic scaling: within max_position_embeddings the frequencies are the plain ones."""
    made = build_llama31_text()
    made["config"].rope_parameters = {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.5}
    made["config"].max_position_embeddings = 96
    return made


def siglip(hidden, intermediate, layers, heads):
    """A picture of 46 pixels is 3 patches of 14 and a rest that none sees."""
    return SiglipVisionConfig(
        hidden_size=hidden, intermediate_size=intermediate, num_hidden_layers=layers, num_attention_heads=heads,
        image_size=46, patch_size=14, vision_use_head=False,
    )


def grid(tile, most):
    return [[height * tile, width * tile] for height in range(1, most + 1) for width in range(1, most + 1)]


COLOURS = {"image_mean": [0.48, 0.5, 0.31], "image_std": [0.5, 0.6, 0.55]}


def build_onevision():
    """SigLIP, canvases of up to 16 tiles brought to 2 tiles' tokens, a tied head, the names and files of 2024."""
    tokenizer = byte_level(
        QWEN2, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>", "<video>"], normalizer=normalizers.NFC(), size=310
    )
    ids = tokenizer.token_to_id
    config = LlavaOnevisionConfig(
        text_config=Qwen2Config(
            vocab_size=360, hidden_size=36, intermediate_size=44, num_hidden_layers=3, num_attention_heads=6,
            num_key_value_heads=2, max_position_embeddings=512, rms_norm_eps=1e-6, tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
        ),
        vision_config=siglip(28, 38, 3, 2), image_token_index=ids("<image>"), video_token_index=ids("<video>"),
        image_grid_pinpoints=grid(46, 4), vision_aspect_ratio="anyres_max_2", tie_word_embeddings=True,
    )
    return dict(
        config=config, tokenizer=tokenizer, template="onevision", tile=46, dtype=torch.bfloat16, rename=layout_a, shards=1,
        eos=[ids("<|im_end|>"), ids("<|endoftext|>")], bos=None, style="v4",
    )


def build_onevision_llama():
    """A Llama behind SigLIP's last and first states, few canvases, no bias in the projector, the files of transformers 5."""
    tokenizer = byte_level(
        LLAMA3,
        ["<|begin_of_text|>", "<|end_of_text|>", "<|im_start|>", "<|im_end|>", "<image>", "<video>"],
        bos="<|begin_of_text|>",
    )
    ids = tokenizer.token_to_id
    config = LlavaOnevisionConfig(
        text_config=LlamaConfig(
            vocab_size=352, hidden_size=40, intermediate_size=48, num_hidden_layers=3, num_attention_heads=5,
            num_key_value_heads=1, max_position_embeddings=512, rms_norm_eps=1e-5, tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 500000.0},
            bos_token_id=ids("<|begin_of_text|>"), eos_token_id=ids("<|im_end|>"),
        ),
        vision_config=siglip(30, 42, 2, 3), image_token_index=ids("<image>"), video_token_index=ids("<video>"),
        image_grid_pinpoints=grid(46, 2) + [[46, 138]], vision_feature_layer=[-1, 0], multimodal_projector_bias=False,
    )
    return dict(
        config=config, tokenizer=tokenizer, template="onevision", tile=46, dtype=torch.float16, rename=None, shards=1,
        eos=[ids("<|im_end|>")], bos="<|begin_of_text|>", style="v5",
    )


def gemma_text_config(tokenizer, **settings):
    ids = tokenizer.token_to_id
    return Gemma3TextConfig(**{
        "vocab_size": 400, "hidden_size": 40, "intermediate_size": 46, "num_hidden_layers": 4, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 14, "query_pre_attn_scalar": 23, "max_position_embeddings": 512,
        "sliding_window": 7,
        "layer_types": ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
        "rope_parameters": {
            "full_attention": {"rope_type": "linear", "rope_theta": 1000000.0, "factor": 8.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
        },
        "pad_token_id": ids("<pad>"), "bos_token_id": ids("<bos>"), "eos_token_id": ids("<eos>"),
    } | settings)


def build_gemma3_text():
    """Gemma 3 of text in bf16: heads of another size than 40 / 4 and another scale, a window shorter than the prompt,
    a rotary embedding for each kind of layer, norms around both halves, the scale of the embeddings rounded."""
    tokenizer = gemma()
    ids = tokenizer.token_to_id
    return dict(
        config=gemma_text_config(tokenizer), tokenizer=tokenizer, template="gemma", tile=None, dtype=torch.bfloat16,
        rename=None, shards=1, eos=[ids("<eos>"), ids("<end_of_turn>")], bos="<bos>", style="v5",
    )


def build_gemma3_pattern_text():
    """Gemma 3 with the shortened configuration of 2025: every third layer global by sliding_window_pattern, the keys
    of rotary embedding of then; f32, ungrouped heads, an untied head, biases, no row for a picture's token."""
    made = build_gemma3_text()
    config = gemma_text_config(
        made["tokenizer"], vocab_size=380, hidden_size=36, intermediate_size=44, num_hidden_layers=3, num_attention_heads=3,
        num_key_value_heads=3, head_dim=10, query_pre_attn_scalar=10, sliding_window=11, tie_word_embeddings=False,
        attention_bias=True, layer_types=["sliding_attention", "sliding_attention", "full_attention"],
    )
    short = {
        "architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text", "torch_dtype": "float32",
        "vocab_size": 380, "hidden_size": 36, "intermediate_size": 44, "num_hidden_layers": 3,
        "num_attention_heads": 3, "num_key_value_heads": 3, "head_dim": 10, "query_pre_attn_scalar": 10,
        "max_position_embeddings": 512, "sliding_window": 11, "sliding_window_pattern": 3,
        "rope_theta": 1000000, "rope_local_base_freq": 10000, "rope_scaling": {"rope_type": "linear", "factor": 8.0},
        "attention_bias": True, "tie_word_embeddings": False, "final_logit_softcapping": None,
        "attn_logit_softcapping": None, "hidden_activation": "gelu_pytorch_tanh", "eos_token_id": [1, 6],
    }
    return made | {"config": config, "dtype": torch.float32, "rename": lambda name: name, "short": short}


def gemma_vision(**settings):
    return SiglipVisionConfig(**{
        "hidden_size": 30, "intermediate_size": 44, "num_hidden_layers": 3, "num_attention_heads": 5, "image_size": 58,
        "patch_size": 7, "vision_use_head": False,
    } | settings)


def build_gemma3():
    """Gemma 3 with eyes: 16 tokens a picture of 64 patches, which leave two lines of pixels unseen; windows of 7 that no
    picture fits into; bf16, the names of the hub's files."""
    made = build_gemma3_text()
    tokenizer = made["tokenizer"]
    ids = tokenizer.token_to_id
    config = Gemma3Config(
        text_config=gemma_text_config(tokenizer), vision_config=gemma_vision(), mm_tokens_per_image=16,
        boi_token_index=ids("<start_of_image>"), eoi_token_index=ids("<end_of_image>"),
        image_token_index=ids("<image_soft_token>"),
    )
    return made | {"config": config, "tile": 58, "rename": layout_a, "style": "v4", "pan": None}


def build_gemma3_pan():
    """Pan and scan in crops of 20 pixels or more; 9 tokens a view of 36 patches; f32, the names transformers 5 writes."""
    made = build_gemma3()
    config = made["config"]
    config.vision_config = gemma_vision(
        hidden_size=24, intermediate_size=36, num_hidden_layers=2, num_attention_heads=3, image_size=42
    )
    config.mm_tokens_per_image = 9
    pan = {
        "pan_and_scan_min_crop_size": 20, "pan_and_scan_max_num_crops": 3, "pan_and_scan_min_ratio_to_activate": 1.25,
    }
    return made | {"tile": 42, "dtype": torch.float32, "rename": None, "style": "v5", "pan": pan}


VISION = ["<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]


def build_qwen3vl():
    """Rope in three directions, rows of two tower layers added after the first two blocks, pictures of any shape."""
    tokenizer = byte_level(QWEN2, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *VISION], normalizer=normalizers.NFC(), size=310)
    ids = tokenizer.token_to_id
    config = Qwen3VLConfig(
        text_config=dict(
            vocab_size=360, hidden_size=36, intermediate_size=44, num_hidden_layers=4, num_attention_heads=4,
            num_key_value_heads=2, head_dim=22, max_position_embeddings=512, rms_norm_eps=1e-6, tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 5000000.0, "mrope_interleaved": True, "mrope_section": [5, 3, 3]},
            bos_token_id=ids("<|endoftext|>"), eos_token_id=ids("<|im_end|>"),
        ),
        vision_config=dict(
            depth=4, hidden_size=24, intermediate_size=40, num_heads=2, patch_size=6, spatial_merge_size=2,
            temporal_patch_size=2, out_hidden_size=36, num_position_embeddings=25, deepstack_visual_indexes=[0, 2],
        ),
        image_token_id=ids("<|image_pad|>"), video_token_id=ids("<|video_pad|>"),
        vision_start_token_id=ids("<|vision_start|>"), vision_end_token_id=ids("<|vision_end|>"), tie_word_embeddings=False,
    )
    return dict(
        config=config, tokenizer=tokenizer, template="qwen3vl", tile=12, dtype=torch.bfloat16, rename=None, shards=1,
        eos=[ids("<|im_end|>"), ids("<|endoftext|>")], bos=None, style="v4", pixels=(576, 3600),
    )


def build_qwen3vl_tied():
    """Biases on all four projections, one deepstack layer, merges of three by three, a tied head, the files of transformers 5."""
    made = build_qwen3vl()
    config = made["config"]
    text, tower = config.text_config, config.vision_config
    text.num_attention_heads, text.num_key_value_heads, text.head_dim, text.attention_bias = 3, 1, 12, True
    text.rope_parameters = {"rope_type": "default", "rope_theta": 10000.0, "mrope_interleaved": True, "mrope_section": [2, 2, 2]}
    text.num_hidden_layers, text.tie_word_embeddings, config.tie_word_embeddings = 3, True, True
    tower.depth, tower.patch_size, tower.spatial_merge_size, tower.deepstack_visual_indexes = 2, 4, 3, [0]
    return made | dict(dtype=torch.float16, style="v5", pixels=(2304, 6000))


def build_qwen25vl():
    """A tower of windows of three by three tokens, seen whole in two layers, and a Qwen2 decoder whose rope turns in three
    directions, each by pairs of its own side by side; bf16, the names transformers 5 has in memory."""
    tokenizer = byte_level(QWEN2, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *VISION], normalizer=normalizers.NFC(), size=310)
    ids = tokenizer.token_to_id
    config = Qwen2_5_VLConfig(
        text_config=dict(
            vocab_size=360, hidden_size=40, intermediate_size=44, num_hidden_layers=4, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=512, rms_norm_eps=1e-6, tie_word_embeddings=False,
            rope_parameters={"rope_type": "default", "rope_theta": 1000000.0, "mrope_section": [1, 2, 2]},
            bos_token_id=ids("<|endoftext|>"), eos_token_id=ids("<|im_end|>"),
        ),
        vision_config=dict(
            depth=4, hidden_size=24, intermediate_size=38, num_heads=2, patch_size=6, spatial_merge_size=2,
            temporal_patch_size=2, out_hidden_size=40, window_size=36, fullatt_block_indexes=[1, 3],
        ),
        image_token_id=ids("<|image_pad|>"), video_token_id=ids("<|video_pad|>"),
        vision_start_token_id=ids("<|vision_start|>"), vision_end_token_id=ids("<|vision_end|>"), tie_word_embeddings=False,
    )
    return dict(
        config=config, tokenizer=tokenizer, template="qwen25vl", tile=12, dtype=torch.bfloat16, rename=lambda name: name,
        shards=1, eos=[ids("<|im_end|>"), ids("<|endoftext|>")], bos=None, style="v5", pixels=(576, 7200),
    )


def layout_qwen(name):
    """model.visual.X → visual.X, model.language_model.X → model.X: the hub's files of 2025."""
    if name.startswith("model.language_model."):
        return "model." + name.removeprefix("model.language_model.")
    return name.removeprefix("model.") if name.startswith("model.visual.") else name


def build_qwen25vl_flat():
    """The files of early 2025: the decoder's sizes beside the tower's, `type` mrope, a tied head; merges of three by
    three, windows of two by two tokens, a last layer that has windows."""
    made = build_qwen25vl()
    config = made["config"]
    text, tower = config.text_config, config.vision_config
    text.hidden_size, text.num_attention_heads, text.num_key_value_heads, text.num_hidden_layers = 36, 3, 1, 3
    text.rope_parameters = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [3, 1, 2]}
    text.tie_word_embeddings = config.tie_word_embeddings = True
    tower.depth, tower.patch_size, tower.spatial_merge_size, tower.window_size = 3, 4, 3, 25
    tower.out_hidden_size, tower.fullatt_block_indexes = 36, [0]
    short = {
        "architectures": ["Qwen2_5_VLForConditionalGeneration"], "model_type": "qwen2_5_vl", "torch_dtype": "float16",
        "bos_token_id": text.bos_token_id, "eos_token_id": text.eos_token_id, "image_token_id": config.image_token_id,
        "video_token_id": config.video_token_id, "vision_start_token_id": config.vision_start_token_id,
        "vision_end_token_id": config.vision_end_token_id, "hidden_act": "silu", "hidden_size": 36, "intermediate_size": 44,
        "max_position_embeddings": 512, "max_window_layers": 70, "num_attention_heads": 3, "num_hidden_layers": 3,
        "num_key_value_heads": 1, "rms_norm_eps": 1e-06, "rope_theta": 10000.0,
        "rope_scaling": {"type": "mrope", "mrope_section": [3, 1, 2]}, "sliding_window": 32768,
        "use_sliding_window": False, "tie_word_embeddings": True, "vocab_size": 360,
        "vision_config": {
            "depth": 3, "hidden_act": "silu", "hidden_size": 24, "intermediate_size": 38, "num_heads": 2, "in_chans": 3,
            "out_hidden_size": 36, "patch_size": 4, "spatial_merge_size": 3, "spatial_patch_size": 4, "window_size": 25,
            "fullatt_block_indexes": [0], "tokens_per_second": 2, "temporal_patch_size": 2,
        },
    }
    return made | dict(dtype=torch.float16, style="v4", pixels=(2304, 6000), rename=layout_qwen, short=short)


CHECKPOINTS = {
    "llama3": build_llama3,
    "mistral": build_mistral,
    "vicuna": build_vicuna,
    "qwen2": build_qwen2,
    "llama31-text": build_llama31_text,
    "qwen2-text": build_qwen2_text,
    "qwen3-text": build_qwen3_text,
    "qwen3-yarn-text": build_qwen3_yarn_text,
    "llama-yarn-text": build_llama_yarn_text,
    "llama-dynamic-text": build_llama_dynamic_text,
    "onevision": build_onevision,
    "onevision-llama": build_onevision_llama,
    "gemma3-text": build_gemma3_text,
    "gemma3-pattern-text": build_gemma3_pattern_text,
    "gemma3": build_gemma3,
    "gemma3-pan": build_gemma3_pan,
    "qwen3vl": build_qwen3vl,
    "qwen3vl-tied": build_qwen3vl_tied,
    "qwen25vl": build_qwen25vl,
    "qwen25vl-flat": build_qwen25vl_flat,
}
CLASSES = {
    "llava_onevision": LlavaOnevisionForConditionalGeneration, "llama": LlamaForCausalLM, "qwen2": Qwen2ForCausalLM,
    "qwen3": Qwen3ForCausalLM, "qwen3_vl": Qwen3VLForConditionalGeneration, "qwen2_5_vl": Qwen2_5_VLForConditionalGeneration,
    "gemma3_text": Gemma3ForCausalLM, "gemma3": Gemma3ForConditionalGeneration,
}

# A prompt is parts: a string is text, a dictionary an image; {"role"} changes who speaks.
CASES = {
    "llama3": {
        "landscape": [{"image": "landscape.png"}, "What is shown in this map?"],
        "portrait-rgba": ["Describe the picture, please.", {"image": "portrait.png"}],
        "two-pictures": [
            {"image": "wide.png"}, {"image": "square.png"}, "How many?",
            {"role": "assistant"}, "There are three.", {"role": "user"}, "Which?",
        ],
        "text": ["Where is Bolivia? ¿Dónde está 北京? 1234567"],
    },
    "mistral": {
        "landscape": [{"image": "landscape.png"}, "What is shown in this map?"],
        "text": ["The quick brown fox jumps over the lazy dog."],
    },
    "vicuna": {
        "portrait-rgba": [{"image": "portrait.png"}, "What is shown here?"],
        "turns": ["Hi there.", {"role": "assistant"}, "Hello.", {"role": "user"}, "Is the circle blue, or 红色?"],
    },
    "qwen2": {"wide": ["First:", {"image": "wide.png"}, "How many triangles are there?"]},
    "llama31-text": {"turns": [{"role": "system"}, " Be brief. ", {"role": "user"}, "How many triangles are there in the picture with two houses and a tree?"]},
    "qwen2-text": {"text": ["The label reads Bolivia."]},
    "qwen3-text": {"text": ["The label reads Bolivia."]},
    "qwen3-yarn-text": {"turns": ["Where is Bolivia? 1234567", {"role": "assistant"}, "There.", {"role": "user"}, "Which?"]},
    "llama-yarn-text": {"text": ["How many triangles are there in the picture with two houses and a tree?"]},
    "llama-dynamic-text": {"text": ["Describe the picture, please."]},
    "onevision": {
        "landscape": [{"image": "landscape.png"}, "What is shown in this map?"],
        "portrait-rgba": ["Describe the picture, please.", {"image": "portrait.png"}],
        "wide": [{"image": "wide.png"}, "How many triangles are there?"],
        "two-pictures": [
            {"image": "wide.png"}, "First.", {"image": "portrait.png"}, "How many?",
            {"role": "assistant"}, "There are three.", {"role": "user"}, "Which?",
        ],
        "text": ["Where is Bolivia? 1234567"],
    },
    "qwen3vl": {
        "landscape": [{"image": "landscape.png"}, "What is shown in this map?"],
        "portrait-rgba": ["Describe the picture, please.", {"image": "portrait.png"}],
        "two-pictures": [
            {"image": "wide.png"}, "First.", {"image": "square.png"}, "How many?",
            {"role": "assistant"}, "There are three.", {"role": "user"}, "Which?",
        ],
        "text": ["The label reads Bolivia, 北京 12."],
    },
    "qwen3vl-tied": {"wide": ["First:", {"image": "wide.png"}, "How many triangles are there?"]},
    "qwen25vl": {
        "landscape": [{"image": "landscape.png"}, "What is shown in this map?"],
        "portrait-rgba": ["Describe the picture, please.", {"image": "portrait.png"}],
        "two-pictures": [
            {"image": "wide.png"}, "First.", {"image": "square.png"}, "How many?",
            {"role": "assistant"}, "There are three.", {"role": "user"}, "Which?",
        ],
        "text": [{"role": "system"}, "Be brief.", {"role": "user"}, "Where is Bolivia? 北京 12."],
    },
    "qwen25vl-flat": {"wide": ["First:", {"image": "wide.png"}, "How many triangles are there?"]},
    "onevision-llama": {
        "wide": [{"image": "wide.png"}, "Describe the picture, please."],
        "several-turns": [
            {"image": "square.png"}, "What is shown?", {"role": "assistant"}, "A map.", {"role": "user"}, {"image": "landscape.png"}, "Here?",
        ],
    },
    "gemma3-text": {
        "turns": [
            {"role": "system"}, "Be brief.", {"role": "user"}, " Where is Bolivia?  ¿Dónde?\n\n\n北京 ",
            {"role": "assistant"}, "There.", {"role": "user"}, "Which?",
        ]
    },
    "gemma3": {
        "landscape": [{"image": "landscape.png"}, "What is shown in this map?"],
        "two-pictures": [
            "First:", {"image": "wide.png"}, {"image": "square.png"}, "How many?",
            {"role": "assistant"}, "There are three.", {"role": "user"}, "Which?",
        ],
        "text": [{"role": "system"}, "Be brief.", {"role": "user"}, "Where is Bolivia?"],
    },
    "gemma3-pan": {
        "portrait-rgba": ["Describe the picture, please.", {"image": "portrait.png"}],
        "three-pictures": [
            {"image": "square.png"}, {"image": "landscape.png"}, {"image": "wide.png"}, "What is shown here?",
        ],
    },
    "gemma3-pattern-text": {"text": ["How many triangles are there? Two houses, 3 trees and a small dog."]},
}


def write_files(folder, made):
    made["tokenizer"].save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": made["bos"], "eos_token": made["eos_text"]}
    template = TEMPLATES[made["template"]]
    if made["tile"] is None:
        settings["chat_template"] = template
    elif made["style"] == "v4":
        write(folder / "chat_template.json", {"chat_template": template})
    else:
        (folder / "chat_template.jinja").write_text(template)
    write(folder / "tokenizer_config.json", settings)
    write(folder / "generation_config.json", {"eos_token_id": made["eos"] if len(made["eos"]) > 1 else made["eos"][0]})
    if made["tile"] is None:
        return
    if "pan" in made:
        write_gemma_processor(folder, made)
        return
    tile = made["tile"]
    image, outer = FILES[made["config"].model_type](made)
    if made["style"] == "v4":
        write(folder / "preprocessor_config.json", image)
        write(folder / "processor_config.json", outer)
    else:
        write(folder / "processor_config.json", outer | {"image_processor": image})


def llava_next_files(made):
    tile = made["tile"]
    image = {
        "size": {"shortest_edge": tile}, "crop_size": {"height": tile, "width": tile}, "resample": 3,
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711],
        "rescale_factor": 0.00392156862745098, "image_grid_pinpoints": pinpoints(tile), "do_resize": True,
        "do_center_crop": True, "do_rescale": True, "do_normalize": True, "do_convert_rgb": True, "do_pad": True,
        "image_processor_type": "LlavaNextImageProcessor",
    }
    outer = {
        "processor_class": "LlavaNextProcessor", "patch_size": 14, "image_token": "<image>",
        "vision_feature_select_strategy": "default", "num_additional_image_tokens": 1,
    }
    return image, outer


def onevision_files(made):
    config, tile = made["config"], made["tile"]
    image = {
        "size": {"height": tile, "width": tile}, "resample": 3, "rescale_factor": 0.00392156862745098,
        "image_grid_pinpoints": config.image_grid_pinpoints, "do_resize": True, "do_rescale": True, "do_normalize": True,
        "do_convert_rgb": True, "do_pad": True, "image_processor_type": "LlavaOnevisionImageProcessor",
    } | COLOURS
    outer = {
        "processor_class": "LlavaOnevisionProcessor", "image_token": "<image>", "video_token": "<video>", "num_image_tokens": 9,
        "vision_feature_select_strategy": "full", "vision_aspect_ratio": config.vision_aspect_ratio,
    }
    return image, outer


def qwen_files(made):
    tower, (least, most) = made["config"].vision_config, made["pixels"]
    image = {
        "resample": 3, "rescale_factor": 0.00392156862745098, "do_resize": True, "do_rescale": True, "do_normalize": True,
        "do_convert_rgb": True, "patch_size": tower.patch_size, "temporal_patch_size": tower.temporal_patch_size,
        "merge_size": tower.spatial_merge_size, "image_processor_type": "Qwen2VLImageProcessor",
    } | COLOURS
    if made["style"] == "v4":
        image |= {"min_pixels": least, "max_pixels": most}
    else:
        image |= {"size": {"shortest_edge": least, "longest_edge": most}}
    return image, {"processor_class": QWEN_PROCESSORS[made["config"].model_type].__name__}


QWEN_PROCESSORS = {"qwen3_vl": Qwen3VLProcessor, "qwen2_5_vl": Qwen2_5_VLProcessor}
FILES = {
    "llava_next": llava_next_files, "llava_onevision": onevision_files, "qwen3_vl": qwen_files, "qwen2_5_vl": qwen_files,
}


def write_gemma_processor(folder, made):
    tile = {"height": made["tile"], "width": made["tile"]}
    image = {
        "size": tile, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
        "rescale_factor": 0.00392156862745098, "do_resize": True, "do_rescale": True, "do_normalize": True,
        "do_convert_rgb": None, "do_pan_and_scan": None, "pan_and_scan_min_crop_size": None,
        "pan_and_scan_max_num_crops": None, "pan_and_scan_min_ratio_to_activate": None,
        "image_processor_type": "Gemma3ImageProcessor", "processor_class": "Gemma3Processor",
    }
    if made["pan"]:
        image |= made["pan"] | {"do_pan_and_scan": True}
    outer = {"processor_class": "Gemma3Processor", "image_seq_length": made["config"].mm_tokens_per_image}
    if made["style"] == "v4":
        write(folder / "preprocessor_config.json", image)
        write(folder / "processor_config.json", outer)
    else:
        write(folder / "processor_config.json", outer | {"image_processor": image})


GEMMA_TOKENS = {"boi_token": "<start_of_image>", "eoi_token": "<end_of_image>", "image_token": "<image_soft_token>"}


def placeholder_of(made):
    """What stands for a picture in a rendered prompt, and what has its features."""
    if "pixels" in made:
        return "<|image_pad|>", "<|image_pad|>"
    return ("<start_of_image>", "<image_soft_token>") if "pan" in made else ("<image>", "<image>")


def processor_of(folder, made):
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), bos_token=made["bos"])
    if made["tile"] is None:
        tokenizer.chat_template = TEMPLATES[made["template"]]
        return tokenizer
    tile, config = made["tile"], made["config"]
    if config.model_type in QWEN_PROCESSORS:
        tower, (least, most) = config.vision_config, made["pixels"]
        image = Qwen2VLImageProcessorPil(
            size={"shortest_edge": least, "longest_edge": most}, patch_size=tower.patch_size,
            temporal_patch_size=tower.temporal_patch_size, merge_size=tower.spatial_merge_size, **COLOURS,
        )
        kind = QWEN_PROCESSORS[config.model_type]
        return kind(image_processor=image, tokenizer=tokenizer, chat_template=TEMPLATES[made["template"]])
    if config.model_type == "llava_onevision":
        return LlavaOnevisionProcessor(
            image_processor=LlavaOnevisionImageProcessorPil(
                size={"height": tile, "width": tile}, image_grid_pinpoints=config.image_grid_pinpoints, **COLOURS
            ),
            tokenizer=tokenizer, num_image_tokens=9,
            vision_feature_select_strategy="full", vision_aspect_ratio=config.vision_aspect_ratio,
            chat_template=TEMPLATES[made["template"]],
        )
    if "pan" in made:
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_file=str(folder / "tokenizer.json"), bos_token=made["bos"], extra_special_tokens=GEMMA_TOKENS
        )
        image = Gemma3ImageProcessorPil(
            size={"height": tile, "width": tile}, image_mean=[0.5, 0.5, 0.5], image_std=[0.5, 0.5, 0.5]
        )
        return Gemma3Processor(
            image, tokenizer, chat_template=TEMPLATES[made["template"]],
            image_seq_length=made["config"].mm_tokens_per_image,
        )
    image = LlavaNextImageProcessorPil(
        size={"shortest_edge": tile}, crop_size={"height": tile, "width": tile}, image_grid_pinpoints=pinpoints(tile)
    )
    return LlavaNextProcessor(
        image_processor=image, tokenizer=tokenizer, patch_size=14, vision_feature_select_strategy="default",
        num_additional_image_tokens=1, chat_template=TEMPLATES[made["template"]],
    )


def messages_of(parts, text_only):
    messages, role = [], "user"
    for part in parts:
        if isinstance(part, dict) and "role" in part:
            role = part["role"]
            continue
        if not messages or messages[-1]["role"] != role:
            messages.append({"role": role, "content": []})
        content = {"type": "image"} if isinstance(part, dict) else {"type": "text", "text": part}
        messages[-1]["content"].append(content)
    if text_only:
        for message in messages:
            message["content"] = "".join(c["text"] for c in message["content"])
    return messages


def inputs_of(processor, made, parts):
    """The usual two steps: render, then tokenise; special tokens are added once."""
    text_only = made["tile"] is None
    messages = messages_of(parts, text_only)
    text = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    special = made["bos"] is None or not text.startswith(made["bos"])
    if text_only:
        return text, processor(text, add_special_tokens=special, return_tensors="pt", return_token_type_ids=False)
    pictures = [PIL.Image.open(ROOT / "pictures" / p["image"]) for p in parts if isinstance(p, dict) and "image" in p]
    if "pan" in made:
        # Pan and scan is an argument of each call; beside it transformers' own defaults hold.
        pan = {"do_pan_and_scan": True} | made["pan"] if made["pan"] else {}
        inputs = processor(
            text=text, images=[pictures] if pictures else None, add_special_tokens=special, return_tensors="pt", **pan
        )
        if pictures:
            inputs["num_crops"] = processor.image_processor(pictures, **pan)["num_crops"]
        return text, inputs
    if made["config"].model_type == "llava_onevision":
        # As apply_chat_template(tokenize=True) hands them over: the pictures of one conversation belong together.
        pictures = [pictures] if pictures else None
    return text, processor(
        text=text, images=pictures or None, add_special_tokens=special, return_tensors="pt", return_token_type_ids=False
    )


def expansions_of(processor, made, contents, crops):
    """By picture what its placeholder becomes, and where in it the first of its tokens begins and the last ends."""
    soft = placeholder_of(made)[1]
    expansions = []
    for part in contents:
        if isinstance(part, str):
            continue
        if "pan" in made:
            text = processor.replace_image_token({"num_crops": crops}, len(expansions))
        else:
            height, width = PIL.Image.open(ROOT / "pictures" / part["image"]).size[::-1]
            tile = made["tile"]
            if "pixels" in made:
                merged = made["config"].vision_config.spatial_merge_size ** 2
                count = processor.image_processor.get_number_of_image_patches(height, width) // merged
            elif made["config"].model_type == "llava_next":
                count = processor._get_number_of_features(height, width, tile, tile) - 1
            elif sum(not isinstance(p, str) for p in contents) > 1:
                count = processor.num_image_tokens + 1
            else:
                count = processor._get_number_of_features(height, width, tile, tile)
            text = soft * count
        expansions.append((text, text.index(soft), text.rindex(soft) + len(soft)))
    return expansions


def spans_of(processor, made, parts, text, tokens, crops):
    """For every part the tokens that overlap its characters, by the tokenizer's own offsets."""
    tokenizer = getattr(processor, "tokenizer", processor)
    placeholder, soft = placeholder_of(made)
    runs, position = [], 0
    image = tokenizer.convert_tokens_to_ids(soft) if made["tile"] else None
    contents = [p for p in parts if isinstance(p, str) or "image" in p]
    expansions = expansions_of(processor, made, contents, crops)
    pieces = text.split(placeholder)
    expanded = pieces[0]
    for (expansion, begin, end), piece in zip(expansions, pieces[1:]):
        runs.append((len(expanded) + begin, len(expanded) + end))
        expanded += expansion + piece
    special = made["bos"] is None or not text.startswith(made["bos"])
    coded = tokenizer(expanded, return_offsets_mapping=True, add_special_tokens=special)
    count = sum(expansion.count(soft) for expansion, _, _ in expansions)
    assert coded["input_ids"] == tokens and count == tokens.count(image), (count, tokens.count(image))
    spans, text_position = [], 0
    for part in contents:
        if isinstance(part, str):
            start = expanded.find(part, text_position)
            if start < 0:  # a template that trims
                part = part.strip()
                start = expanded.index(part, text_position)
            end = text_position = start + len(part)
        else:
            start, end = runs.pop(0)
        inside = [i for i, (a, b) in enumerate(coded["offset_mapping"]) if a < end and b > start and b > a]
        assert inside == list(range(inside[0], inside[-1] + 1))
        spans.append([inside[0], inside[-1] + 1])
    return spans


def groups_of(inputs):
    """Stretches of tokens of the type of a picture's."""
    types = [0, *inputs["token_type_ids"][0].tolist(), 0] if "token_type_ids" in inputs else []
    steps = [(i, b - a) for i, (a, b) in enumerate(zip(types, types[1:])) if a != b]
    return [[begin, end] for (begin, _), (end, _) in zip(steps[::2], steps[1::2])]


def fingerprint(values):
    """FNV-1a over 32-bit words, 64 bits wide."""
    state = 0xCBF29CE484222325
    for word in values.contiguous().numpy().view(numpy.uint32).ravel().tolist():
        state = ((state ^ word) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{state:016x}"


def run(model, inputs):
    """Residuals as the next block reads them (some families add to a block's output), the last block's as it is (the
    tuple's last entry is normed), logits."""
    decoder = model.get_decoder() if hasattr(model, "get_decoder") else model.model
    streams, handles = [], []

    def keep(value):
        if value.requires_grad:
            value.retain_grad()
        streams.append(value)

    def before(_module, arguments, keywords):
        keep(arguments[0] if arguments else keywords["hidden_states"])

    def behind(_module, _arguments, output):
        keep(output[0] if isinstance(output, tuple) else output)

    handles += [layer.register_forward_pre_hook(before, with_kwargs=True) for layer in decoder.layers]
    handles.append(decoder.layers[-1].register_forward_hook(behind))
    logits = model(**inputs, use_cache=False).logits[0]
    for handle in handles:
        handle.remove()
    return streams[0], streams[1:], logits


def grids_of(inputs, config):
    """Each picture's first token, rows and columns."""
    grids, seen = [], 0
    places = [i for i, token in enumerate(inputs["input_ids"][0].tolist()) if token == config.image_token_id]
    for _, height, width in inputs["image_grid_thw"].tolist():
        rows, columns = height // config.vision_config.spatial_merge_size, width // config.vision_config.spatial_merge_size
        grids.append([places[seen], rows, columns])
        seen += rows * columns
    return grids


def planes_of(inputs, tower):
    """The pictures, `[3, height, width]`, that Qwen's processor has cut into patches, block of patches by block."""
    m, p, t, row, planes = tower.spatial_merge_size, tower.patch_size, tower.temporal_patch_size, 0, []
    for _, height, width in inputs["image_grid_thw"].tolist():
        patches = inputs["pixel_values"][row : row + height * width].view(height // m, width // m, m, m, 3, t, p, p)
        assert torch.equal(patches[:, :, :, :, :, 0], patches[:, :, :, :, :, -1])
        planes.append(patches[:, :, :, :, :, 0].permute(4, 0, 2, 5, 1, 3, 6).reshape(3, height * p, width * p))
        row += height * width
    return planes


def relative(a, b):
    return float((a.float() - b.float()).abs().max() / b.float().abs().max())


def reference(folder, name, case, made, parts):
    kind = CLASSES.get(made["config"].model_type, LlavaNextForConditionalGeneration)
    model, loading = kind.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    assert not loading["missing_keys"] and not loading["unexpected_keys"] and not loading["mismatched_keys"], loading
    model.eval()
    if made["config"].model_type.startswith("gemma3"):
        # transformers rounds the scale to the type in which it holds the embeddings; the file's is meant here.
        scale = model.get_input_embeddings().embed_scale
        scale.copy_(scale.to(made["dtype"]))
    processor = processor_of(folder, made)
    text, inputs = inputs_of(processor, made, parts)
    crops = inputs.pop("num_crops", None)
    crops = None if crops is None else torch.as_tensor(crops).flatten().tolist()
    embeddings, residuals, logits = run(model, inputs)

    best = torch.argsort(logits[-1], descending=True, stable=True)
    answer, baseline = int(best[0]), int(best[3])
    (logits[-1, answer] - logits[-1, baseline]).backward()

    out = model.generate(
        **inputs, max_new_tokens=GREEDY, do_sample=False, output_logits=True, return_dict_in_generate=True,
        eos_token_id=None, pad_token_id=0,
    )
    steps = [step[0].topk(2).values for step in out.logits]
    margins = [float(pair[0] - pair[1]) for pair in steps]
    assert min(margins) > 1e-2, (name, case, margins)

    half = kind.from_pretrained(folder, dtype=torch.bfloat16, attn_implementation="eager").eval()
    cast = {k: v.to(torch.bfloat16) if v.is_floating_point() else v for k, v in inputs.items()}
    with torch.no_grad():
        _, half_residuals, half_logits = run(half, cast)

    tensors = {"embeddings": embeddings[0].detach(), "logits": logits[-LOGIT_ROWS:].detach()}
    for block, residual in enumerate(residuals):
        tensors[f"residual.{block}"] = residual[0].detach()
        tensors[f"gradient.{block}"] = residual.grad[0]
    pixels, more_facts = None, {}
    if "image_grid_thw" in inputs:
        with torch.no_grad():
            seen = model.model.get_image_features(inputs["pixel_values"], inputs["image_grid_thw"])
        tensors["features"] = torch.cat(list(seen.pooler_output))
        for index, added in enumerate(getattr(seen, "deepstack_features", [])):
            tensors[f"deepstack.{index}"] = torch.cat(list(added))
        places, _ = model.model.get_rope_index(inputs["input_ids"], inputs["mm_token_type_ids"], inputs["image_grid_thw"])
        more_facts = {"places": places[:, 0].tolist(), "grids": grids_of(inputs, made["config"])}
        planes, counts = planes_of(inputs, made["config"].vision_config), [1] * len(inputs["image_grid_thw"])
        pixels = [fingerprint(plane) for plane in planes]
    elif "pixel_values" in inputs:
        with torch.no_grad():
            more = {"batch_num_images": inputs["batch_num_images"]} if "batch_num_images" in inputs else {}
            if "image_sizes" in inputs:
                more["image_sizes"] = inputs["image_sizes"]
            features = model.model.get_image_features(inputs["pixel_values"], **more).pooler_output
        tensors["features"] = torch.cat(list(features))
    if "pixel_values" in inputs and "pan" in made:
        counts = [1 + count for count in crops]
        views = torch.split(inputs["pixel_values"], counts)
        pixels = [fingerprint(view) for view in views]
    elif "image_sizes" in inputs:
        counts = [
            image_size_to_num_patches(size, made["config"].image_grid_pinpoints, made["tile"])
            for size in inputs["image_sizes"].tolist()
        ]
        if max(inputs.get("batch_num_images", [1])) > 1:
            counts = [1] * len(counts)
        pixels = [
            fingerprint(inputs["pixel_values"][i, :count])
            for i, count in enumerate(counts)
        ]
    save_file({k: v.float().contiguous() for k, v in tensors.items()}, ROOT / "cases" / f"{name}.{case}.safetensors")
    return {
        "checkpoint": name, "case": case, "parts": parts, "rendered": text, "tokens": inputs["input_ids"][0].tolist(),
        "spans": spans_of(processor, made, parts, text, inputs["input_ids"][0].tolist(), crops),
        "groups": groups_of(inputs), "placeholder": placeholder_of(made)[0],
        "pixels": pixels, "tiles": counts if pixels else None, "answer": answer, "baseline": baseline,
        "greedy": out.sequences[0, inputs["input_ids"].shape[1] :].tolist(), "margins": [round(m, 4) for m in margins],
        "bfloat16": {
            "residuals": [round(relative(h, r), 6) for h, r in zip(half_residuals, residuals)],
            "logits": round(relative(half_logits[-1], logits[-1]), 6),
        },
    } | more_facts


VERSIONS = {
    "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
    "tokenizers": tokenizers.__version__, "safetensors": safetensors.__version__, "pillow": PIL.__version__,
    "numpy": numpy.__version__,
}


def main(names):
    """All, or beside what is there the checkpoints of these names, whose versions the manifest then tells apart."""
    records, manifest = [], {"script": "Tests/Fixtures/make/models.py", "seed": SEED, "versions": VERSIONS}
    if names:
        manifest = json.loads((ROOT / "MANIFEST.json").read_text())
        manifest["versions of"] = manifest.get("versions of", {}) | dict.fromkeys(names, VERSIONS)
        records = [r for r in json.loads((ROOT / "cases.json").read_text()) if r["checkpoint"] not in names]
    else:
        shutil.rmtree(ROOT, ignore_errors=True)
        for folder in ["pictures", "cases"]:
            (ROOT / folder).mkdir(parents=True)
        for index, (name, shape) in enumerate(PICTURES.items()):
            picture(*shape, SEED + index).save(ROOT / "pictures" / name, optimize=True)
    for index, (name, build) in enumerate(CHECKPOINTS.items()):
        if names and name not in names:
            continue
        folder = ROOT / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        made = build()
        config = made["config"]
        made["eos_text"] = made["tokenizer"].id_to_token(made["eos"][-1])
        kind = CLASSES.get(config.model_type, LlavaNextForConditionalGeneration)
        config.dtype = made["dtype"]
        model = kind(config)
        randomise(model, SEED + 100 + index)
        if made["rename"] is None:
            model.to(made["dtype"]).save_pretrained(folder)
        else:
            config.architectures = [kind.__name__]
            save(model, folder, made["dtype"], made["rename"], made["shards"])
            config.save_pretrained(folder)
        if "short" in made:
            write(folder / "config.json", made["short"])
        write_files(folder, made)
        for case, parts in CASES[name].items():
            records.append(reference(folder, name, case, made, parts))
            print(name, case, len(records[-1]["tokens"]), records[-1]["bfloat16"]["logits"], min(records[-1]["margins"]))
    write(ROOT / "cases.json", records)
    files = sorted(p for p in ROOT.rglob("*") if p.is_file() and p.name != "MANIFEST.json")
    manifest["files"] = {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    write(ROOT / "MANIFEST.json", manifest)
    print(sum(p.stat().st_size for p in files) / 1e6, "MB")


if __name__ == "__main__":
    main(sys.argv[1:])

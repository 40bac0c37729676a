"""A tiny LLaVA-OneVision of the real classes, with weights from a seed.

    python llava_onevision.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

SEED = 20_262
#: Pixels of a tile's side, and of a patch's: 4 by 4 patches.
SIDE, PATCH = 56, 14

#: What the published checkpoints' template does: a turn opens with its role and a blank, then come a mark for
#: every picture, a mark for every video, and each text on a line of its own.
CHAT_TEMPLATE = """\
{%- for turn in messages -%}
{{- "<|im_start|>" ~ turn.role ~ " " -}}
{%- for part in turn.content if part.type == "image" -%}{{- "<image>" -}}{%- endfor -%}
{%- for part in turn.content if part.type == "video" -%}{{- "<video>" -}}{%- endfor -%}
{%- for part in turn.content if part.type == "text" -%}
{%- if turn.role == "assistant" -%}
{%- generation -%}{{- "\\n" ~ part.text -}}{%- endgeneration -%}
{%- else -%}
{{- "\\n" ~ part.text -}}
{%- endif -%}
{%- endfor -%}
{{- "<|im_end|>" -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- "<|im_start|>assistant\\n" -}}{%- endif -%}
"""


def made(folder: Path) -> Path:
    """Writes the checkpoint: model, tokenizer, processor."""
    torch.manual_seed(SEED)
    tokenizer = _tokenizer()
    processor = transformers.LlavaOnevisionProcessor(
        transformers.LlavaOnevisionImageProcessor(
            size={"height": SIDE, "width": SIDE},
            image_grid_pinpoints=[[SIDE * rows, SIDE * columns] for rows in (1, 2) for columns in (1, 2)]),
        tokenizer, transformers.LlavaOnevisionVideoProcessor(size={"height": SIDE, "width": SIDE}),
        num_image_tokens=(SIDE // PATCH) ** 2, vision_feature_select_strategy="full",
        chat_template=CHAT_TEMPLATE)
    processor.save_pretrained(folder)
    configuration = transformers.LlavaOnevisionConfig(
        text_config={
            "model_type": "qwen2", "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "max_position_embeddings": 8192, "bos_token_id": None, "pad_token_id": tokenizer.pad_token_id,
            "eos_token_id": tokenizer.eos_token_id},
        vision_config={
            "model_type": "siglip_vision_model", "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": SIDE, "patch_size": PATCH,
            "vision_use_head": False},
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        video_token_index=tokenizer.convert_tokens_to_ids("<video>"), vision_feature_layer=-1,
        vision_feature_select_strategy="full")
    network = transformers.LlavaOnevisionForConditionalGeneration(configuration)
    with torch.no_grad():
        for each in network.parameters():
            if each.dim() > 1:
                each.normal_(0, each[0].numel() ** -0.5)
    network.generation_config.eos_token_id = tokenizer.eos_token_id
    network.generation_config.pad_token_id = tokenizer.pad_token_id
    network.save_pretrained(folder)
    return folder


def _tokenizer() -> transformers.PreTrainedTokenizerFast:
    """A byte a token, and Qwen2's marks."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={each: index for index, each in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>", "<image>", "<video>"])


if __name__ == "__main__":
    print(made(Path(sys.argv[1])))

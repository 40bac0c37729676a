"""Writes the model as Hugging Face does, and reads it back as anybody would."""

from pathlib import Path

import torch
from transformers import GenerationConfig, LlavaNextForConditionalGeneration, LlavaNextProcessor
from transformers.models.llava_next.image_processing_pil_llava_next import (
    LlavaNextImageProcessorPil,
)

from .labels import PATCH, TILE
from .network import DEVIATION, MEAN, PINPOINTS
from .tokenizer import IMAGE, TEMPLATE


def processor(tokenizer) -> LlavaNextProcessor:
    """Cuts pictures into the world's tiles, and renders and tokenises prompts."""
    images = LlavaNextImageProcessorPil(
        size={"shortest_edge": TILE}, crop_size={"height": TILE, "width": TILE},
        image_grid_pinpoints=PINPOINTS, image_mean=list(MEAN), image_std=list(DEVIATION),
    )
    return LlavaNextProcessor(
        image_processor=images, tokenizer=tokenizer, patch_size=PATCH,
        vision_feature_select_strategy="default", chat_template=TEMPLATE, image_token=IMAGE,
        num_additional_image_tokens=1,
    )


def write(model: LlavaNextForConditionalGeneration, tokenizer, folder: Path) -> None:
    """Writes weights in bfloat16, config, tokenizer, processor and chat template."""
    folder.mkdir(parents=True, exist_ok=True)
    model.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id, do_sample=False, max_new_tokens=40,
    )
    model.to(torch.bfloat16).save_pretrained(folder)
    processor(tokenizer).save_pretrained(folder)


def read(folder: Path) -> tuple[LlavaNextForConditionalGeneration, LlavaNextProcessor]:
    """The model with its bfloat16 weights computing in float32, and its processor."""
    model = LlavaNextForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), LlavaNextProcessor.from_pretrained(folder, backend="pil")

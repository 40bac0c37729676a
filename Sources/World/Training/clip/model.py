"""The CLIP's network, and its folder as Hugging Face's CLIPModel and CLIPProcessor read it."""

from pathlib import Path

import torch
from transformers import (
    CLIPConfig, CLIPModel, CLIPProcessor, CLIPTextConfig, CLIPTokenizer, CLIPVisionConfig,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from ..drawing import EDGE
from ..labels import PATCH
from ..network import DEVIATION, MEAN
from .words import CONTEXT

WIDTH = 128
# Where the sigmoid loss starts: logit = exp(scale) * cosine + a shift that is not kept.
FIRST_SCALE = 2.7
GRID = EDGE // PATCH


def configuration(words: CLIPTokenizer) -> CLIPConfig:
    """A tower of 4 blocks on 96-pixel pictures, 3 blocks for texts, vectors of 128."""
    vision = CLIPVisionConfig(
        hidden_size=WIDTH, intermediate_size=512, num_hidden_layers=4, num_attention_heads=4,
        image_size=EDGE, patch_size=PATCH, projection_dim=WIDTH,
    )
    # The end token's id is not 2, so the row of the first end token stands for the text.
    text = CLIPTextConfig(
        vocab_size=len(words), hidden_size=WIDTH, intermediate_size=256, num_hidden_layers=3,
        num_attention_heads=4, max_position_embeddings=CONTEXT, projection_dim=WIDTH,
        bos_token_id=words.bos_token_id, eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return CLIPConfig(
        vision_config=vision.to_dict(), text_config=text.to_dict(), projection_dim=WIDTH,
        logit_scale_init_value=FIRST_SCALE,
    )


def write(model: CLIPModel, words: CLIPTokenizer, folder: Path) -> None:
    """Writes weights in float16, config, tokenizer and picture processor, each in a file of its own
    as the published CLIPs do."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = CLIPModel(model.config).half()
    copy.load_state_dict(model.state_dict())
    copy.save_pretrained(folder)
    images = CLIPImageProcessorPil(
        size={"shortest_edge": EDGE}, crop_size={"height": EDGE, "width": EDGE},
        image_mean=list(MEAN), image_std=list(DEVIATION),
    )
    images.save_pretrained(folder)
    words.save_pretrained(folder)


def read(folder: Path) -> tuple[CLIPModel, CLIPProcessor]:
    """The model with its float16 weights computing in float32, and its processor."""
    model = CLIPModel.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    return model.eval(), CLIPProcessor.from_pretrained(folder, local_files_only=True)

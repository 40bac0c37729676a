"""The model: Hugging Face's LLaVA-NeXT at the world's size, and what training adds to it."""

import torch
from torch import nn
from torch.nn import functional
from transformers import CLIPVisionConfig, LlamaConfig, LlavaNextConfig
from transformers import LlavaNextForConditionalGeneration

from .labels import IGNORED, PATCH, TILE
from .vocabulary import ATTRIBUTES

WIDTH = 192
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
PINPOINTS = [[48, 96], [96, 48], [96, 96], [144, 48], [48, 144]]
_ROW_DEVIATION = 0.2


def configuration(vocabulary: int, image_token: int, begin: int, end: int) -> LlavaNextConfig:
    """The checkpoint's config: a tower of five blocks, of which four are used, and a decoder."""
    vision = CLIPVisionConfig(
        hidden_size=128, intermediate_size=512, num_hidden_layers=5, num_attention_heads=4,
        image_size=TILE, patch_size=PATCH, projection_dim=128,
    )
    text = LlamaConfig(
        vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=512, num_hidden_layers=6,
        num_attention_heads=6, num_key_value_heads=2, max_position_embeddings=1024,
        rms_norm_eps=1e-5, rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        bos_token_id=begin, eos_token_id=end, pad_token_id=end, tie_word_embeddings=False,
    )
    return LlavaNextConfig(
        vision_config=vision, text_config=text, image_token_index=image_token,
        image_grid_pinpoints=PINPOINTS, vision_feature_layer=-2,
        vision_feature_select_strategy="default", projector_hidden_act="gelu",
        image_seq_length=36, tie_word_embeddings=False,
    )


def build(config: LlavaNextConfig) -> LlavaNextForConditionalGeneration:
    """A model with random weights, in float32."""
    model = LlavaNextForConditionalGeneration(config).float()
    for name, weight in model.model.language_model.named_parameters():
        if weight.dim() == 2 and "embed" not in name:
            gain = 0.4 if ("o_proj" in name or "down_proj" in name) else 1.0
            nn.init.normal_(weight, std=gain * weight.shape[1] ** -0.5)
    for weight in (model.model.language_model.embed_tokens.weight, model.lm_head.weight):
        nn.init.normal_(weight, std=_ROW_DEVIATION)
    nn.init.normal_(model.model.image_newline, std=_ROW_DEVIATION)
    return model


class PatchReader(nn.Module):
    """Reads a projected patch as words: one row for each label, which become its embedding.

    So an image token starts out near the sum of the embeddings of the words that describe it.
    """

    def __init__(self):
        super().__init__()
        self.rows = nn.ParameterDict(
            {
                name: nn.Parameter(_ROW_DEVIATION * torch.randn(len(values) + 1, WIDTH))
                for name, values in ATTRIBUTES.items()
            }
        )

    def logits(self, patches: torch.Tensor) -> dict[str, torch.Tensor]:
        """For patches `[..., WIDTH]`, logits `[..., classes + 1]` of each attribute."""
        return {name: patches @ self.rows[name].t() for name in ATTRIBUTES}

    def loss(self, patches: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Cross-entropy against labels `[..., attributes]`; that nothing is there weighs less."""
        total = patches.new_zeros(())
        for column, name in enumerate(ATTRIBUTES):
            rows = self.rows[name]
            weight = torch.ones(len(rows))
            weight[0] = 0.4
            logits = (patches @ rows.t()).float().flatten(0, -2)
            target = labels[..., column].flatten().long()
            total = total + functional.cross_entropy(
                logits, target, weight=weight, ignore_index=IGNORED
            )
        return total


def normalised(tiles: torch.Tensor) -> torch.Tensor:
    """Pixel values `[N, 3, 48, 48]` of uint8 tiles `[N, 48, 48, 3]`, as the processor's."""
    values = tiles.permute(0, 3, 1, 2).float() * 0.00392156862745098
    shape = (1, 3, 1, 1)
    return (values - torch.tensor(MEAN).view(shape)) / torch.tensor(DEVIATION).view(shape)


def see(model: LlavaNextForConditionalGeneration, tiles: torch.Tensor) -> torch.Tensor:
    """The tower's features `[N, 36, 128]` of uint8 tiles, from the last block but one."""
    tower = model.model.vision_tower
    tower = getattr(tower, "vision_model", tower)
    hidden = tower.pre_layrnorm(tower.embeddings(normalised(tiles)))
    for block in tower.encoder.layers[:-1]:
        hidden = block(hidden, attention_mask=None)
        hidden = hidden[0] if isinstance(hidden, tuple) else hidden
    return hidden[:, 1:]

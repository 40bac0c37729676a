"""The decoder's forward pass over a whole layout: Hugging Face's weights, a cheaper attention."""

import torch
from torch.nn import functional

from .sequences import CAPTION_LENGTH, QUESTION_LENGTH, QUESTIONS, TEXT_LENGTH, TEXTS, Layout

KEPT = torch.bfloat16
# Count and length of the slots, and whether they see the picture, in the layout's order.
_SLOTS = (
    (QUESTIONS, QUESTION_LENGTH, True),
    (1, CAPTION_LENGTH, True),
    (TEXTS, TEXT_LENGTH, False),
)


class Reader:
    """Runs the decoder of `model` over sequences of one layout, in bfloat16 products."""

    def __init__(self, model, layout: Layout):
        self.model = model
        self.decoder = model.model.language_model
        config = self.decoder.config
        self.heads, self.groups = config.num_attention_heads, config.num_key_value_heads
        self.width = config.hidden_size // self.heads
        self.prefix = layout.prefix
        angles = torch.arange(0, self.width, 2).float() / self.width
        frequencies = config.rope_parameters["rope_theta"] ** -angles
        phase = torch.from_numpy(layout.positions).float()[:, None] * frequencies
        phase = torch.cat([phase, phase], dim=1)[None, :, None]
        self.cosine, self.sine = phase.cos().to(KEPT), phase.sin().to(KEPT)

    def __call__(self, embedded: torch.Tensor) -> torch.Tensor:
        """Hidden states `[B, T, D]` before the final norm, of embeddings `[B, T, D]`."""
        hidden = embedded
        for block in self.decoder.layers:
            hidden = hidden + self._attend(block.self_attn, _norm(block.input_layernorm, hidden))
            inner = _norm(block.post_attention_layernorm, hidden)
            mlp = block.mlp
            gate = functional.silu(_linear(mlp.gate_proj, inner))
            hidden = hidden + _linear(mlp.down_proj, gate * _linear(mlp.up_proj, inner))
        return hidden

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Logits `[..., vocabulary]` of hidden states `[..., D]`."""
        return _linear(self.model.lm_head, _norm(self.decoder.norm, hidden)).float()

    def _attend(self, attention, inner: torch.Tensor) -> torch.Tensor:
        batch, length, _ = inner.shape
        weight = torch.cat(
            [attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight]
        )
        joined = functional.linear(inner, weight.to(KEPT))
        joined = joined.view(batch, length, self.heads + 2 * self.groups, self.width)
        turned, value = joined.split([self.heads + self.groups, self.groups], dim=2)
        turned = turned * self.cosine + _half_turn(turned) * self.sine
        query, key = turned.split([self.heads, self.groups], dim=2)
        query = (query * self.width**-0.5).reshape(batch, length, self.groups, -1, self.width)
        lengths = [self.prefix] + [count * size for count, size, _ in _SLOTS]
        parts = list(zip(*(one.split(lengths, dim=1) for one in (query, key, value))))
        pieces = [self._prefix(*parts[0])]
        for (count, size, sees), part in zip(_SLOTS, parts[1:]):
            shared = parts[0][1:] if sees else None
            pieces.append(self._slots(*part, count, size, shared))
        return _linear(attention.o_proj, torch.cat(pieces, dim=1))

    def _prefix(self, query, key, value):
        """Causal attention within the prefix; a group's heads share one product."""
        size = self.prefix
        rows = query.permute(0, 2, 3, 1, 4).flatten(2, 3)
        scores = rows @ key.permute(0, 2, 3, 1)
        scores = scores + _causal(size).repeat(self.heads // self.groups, 1)
        mixed = scores.softmax(-1) @ value.transpose(1, 2)
        mixed = mixed.unflatten(2, (-1, size)).permute(0, 3, 1, 2, 4)
        return mixed.flatten(2)

    def _slots(self, query, key, value, count, size, shared):
        """Attention of `count` slots to the prefix's keys and values, if shared, and their own."""
        rows = query.unflatten(1, (count, size)).permute(0, 3, 1, 4, 2, 5).flatten(3, 4)
        own_key = key.unflatten(1, (count, size)).permute(0, 3, 1, 4, 2)
        own_value = value.unflatten(1, (count, size)).permute(0, 3, 1, 2, 4)
        scores = rows @ own_key + _causal(size).repeat(self.heads // self.groups, 1)
        if shared:
            seen = rows.flatten(2, 3) @ shared[0].permute(0, 2, 3, 1)
            scores = torch.cat([seen.view(*scores.shape[:-1], self.prefix), scores], dim=-1)
        weights = scores.softmax(-1)
        if shared:
            seen, weights = weights.split([self.prefix, size], dim=-1)
            seen = seen.flatten(2, 3) @ shared[1].transpose(1, 2)
        mixed = weights @ own_value
        if shared:
            mixed = mixed + seen.view_as(mixed)
        mixed = mixed.unflatten(3, (-1, size)).permute(0, 2, 4, 1, 3, 5)
        return mixed.flatten(1, 2).flatten(2)


def _causal(size: int) -> torch.Tensor:
    return torch.full((size, size), float("-inf"), dtype=KEPT).triu(1)


def _half_turn(value: torch.Tensor) -> torch.Tensor:
    first, second = value.chunk(2, dim=-1)
    return torch.cat([-second, first], dim=-1)


def _norm(norm, hidden: torch.Tensor) -> torch.Tensor:
    width = (hidden.shape[-1],)
    return functional.rms_norm(hidden, width, norm.weight, norm.variance_epsilon).to(KEPT)


def _linear(linear, inner: torch.Tensor) -> torch.Tensor:
    return functional.linear(inner, linear.weight.to(KEPT))

"""The world's language model above a site, by the definition of Llama, in numpy and float64.

Slow and plain, so that it can be read against the definition. It knows nothing of how the kernel computes.
"""

import json
from pathlib import Path

import numpy

from .tensors import Safetensors

#: What a pullback holds constant: see protocol/numbers.md.
HELD = {"gradient": (), "heldNorms": ("norm",), "relevance": ("norm", "attention", "gate")}


class Decoder:
    def __init__(self, folder):
        self.config = json.loads((Path(folder) / "config.json").read_text())
        self.text = self.config["text_config"]
        self.weights = Safetensors(Path(folder) / "model.safetensors")
        self.blocks = self.text["num_hidden_layers"]
        self.unembedding = self["lm_head.weight"]
        self.final_norm = self["model.norm.weight"]

    def __getitem__(self, name):
        return self.weights["language_model." + name]

    def embed(self, tokens):
        return self["model.embed_tokens.weight"][tokens]

    def logits(self, x, first, rows=slice(None), method="gradient", base=None):
        """Logits `[rows, V]` where the blocks from `first` on run on x `[T, D]`.

        With `base`, another residual, what the method holds constant is what it is there: the derivative of
        this function at `base` is the method's gradient.
        """
        held = Held(HELD[method])
        if base is not None and held.kinds:
            self._run(base, first, rows, held)
            held.fix()
        return self._run(x, first, rows, held)

    def block(self, x, number, rows=slice(None), held=None):
        """The residual after a block, of some rows."""
        held = held or Held(())
        layer = f"model.layers.{number}."
        normed = self._norm(x, layer + "input_layernorm.weight", held)
        x = x[rows] + self._attention(normed, layer, rows, held)
        return x + self._gated(self._norm(x, layer + "post_attention_layernorm.weight", held), layer, held)

    def unembed(self, x, held=None):
        return self._norm(x, "model.norm.weight", held or Held(())) @ self.unembedding.T

    def _run(self, x, first, rows, held):
        for number in range(first, self.blocks):
            x = self.block(x, number, rows if number == self.blocks - 1 else slice(None), held)
        return self.unembed(x, held)

    def _norm(self, x, name, held):
        mean = (x * x).mean(axis=-1, keepdims=True)
        scale = held("norm", name, 1 / numpy.sqrt(mean + self.text["rms_norm_eps"]))
        return x * scale * self[name]

    def _attention(self, x, layer, rows, held):
        heads, groups = self.text["num_attention_heads"], self.text["num_key_value_heads"]
        size, count = self.text["head_dim"], len(x)

        def project(name, number):
            return (x @ self[f"{layer}self_attn.{name}_proj.weight"].T).reshape(count, number, size).swapaxes(0, 1)

        q, k, v = self._rotate(project("q", heads)), self._rotate(project("k", groups)), project("v", groups)
        k, v = (numpy.repeat(each, heads // groups, axis=0) for each in (k, v))
        scores = q[:, rows] @ k.swapaxes(1, 2) / numpy.sqrt(size)
        scores[:, numpy.triu(numpy.ones((count, count), bool), 1)[rows]] = -numpy.inf
        shares = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        shares = held("attention", layer, shares / shares.sum(axis=-1, keepdims=True))
        mixed = (shares @ v).swapaxes(0, 1).reshape(-1, heads * size)
        return mixed @ self[layer + "self_attn.o_proj.weight"].T

    def _rotate(self, x):
        size, base = x.shape[-1], self.text["rope_parameters"]["rope_theta"]
        angles = numpy.arange(x.shape[1])[:, None] * base ** (-numpy.arange(0, size, 2) / size)
        cosine, sine = (numpy.tile(f(angles), 2) for f in (numpy.cos, numpy.sin))
        turned = numpy.concatenate([-x[..., size // 2 :], x[..., : size // 2]], axis=-1)
        return x * cosine + turned * sine

    def _gated(self, x, layer, held):
        gate, up = (x @ self[f"{layer}mlp.{name}_proj.weight"].T for name in ("gate", "up"))
        sigmoid = held("gate", layer + "sigmoid", 1 / (1 + numpy.exp(-gate)))
        if held.fixed and "gate" in held.kinds:
            # A product halved to each of its factors.
            own = (held("gate", layer + "gate", gate), held("gate", layer + "up", up))
            product = (gate * own[1] + own[0] * up) / 2 * sigmoid
        else:
            held("gate", layer + "gate", gate), held("gate", layer + "up", up)
            product = gate * sigmoid * up
        return product @ self[layer + "mlp.down_proj.weight"].T


class Held:
    """Factors that are constants: first taken down, then given back."""

    def __init__(self, kinds):
        self.kinds, self.fixed, self._known = kinds, False, {}

    def fix(self):
        self.fixed = True

    def __call__(self, kind, name, value):
        if kind not in self.kinds:
            return value
        return self._known[name] if self.fixed else self._known.setdefault(name, value)


def log_softmax(logits):
    top = logits.max(axis=-1, keepdims=True)
    return logits - top - numpy.log(numpy.exp(logits - top).sum(axis=-1, keepdims=True))


def divergence(p, q):
    """KL(p ‖ q) in nats of two rows of logits."""
    p, q = log_softmax(p), log_softmax(q)
    return float((numpy.exp(p) * (p - q)).sum())

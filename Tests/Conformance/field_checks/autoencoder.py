"""The world's TopK autoencoder, its interventions and splices as protocol/README.md defines them, in numpy."""

import json
from pathlib import Path

import numpy

from .tensors import Safetensors


class Autoencoder:
    def __init__(self, folder):
        self.config = json.loads((Path(folder) / "cfg.json").read_text())
        self.weights = Safetensors(Path(folder) / "sae.safetensors")
        self.encoder, self.encoder_bias = self.weights["encoder.weight"], self.weights["encoder.bias"]
        self.decoder, self.decoder_bias = self.weights["W_dec"], self.weights["b_dec"]
        self.k = self.config["k"]

    def pre_activations(self, x):
        return numpy.maximum((x - self.decoder_bias) @ self.encoder.T + self.encoder_bias, 0)

    def top(self, activations):
        """The k largest of each row, the others 0."""
        code = numpy.zeros_like(activations)
        best = numpy.argsort(-activations, axis=-1, kind="stable")[:, : self.k]
        numpy.put_along_axis(code, best, numpy.take_along_axis(activations, best, -1), -1)
        return code

    def encode(self, x):
        return self.top(self.pre_activations(x))

    def decode(self, code):
        return code @ self.decoder + self.decoder_bias

    def spliced(self, x, changes=(), error="keep", reselect="none"):
        """The residual that the blocks above the site run on; changes are (rows, latent, function of z)."""
        code = self.encode(x)
        changed = self.changed(x, changes, reselect)
        return x + self.decode(changed) - self.decode(code) if error == "keep" else self.decode(changed)

    def changed(self, x, changes, reselect="none"):
        """z′: the code after the changes, or the code of the changed pre-activations."""
        z = self.pre_activations(x) if reselect == "topk" else self.encode(x)
        for rows, latent, change in changes:
            z[rows, latent] = change(z[rows, latent])
        return self.top(z) if reselect == "topk" else z

    def unexplained(self, x):
        """FVU: Σ(x̂ − x)² / Σ(x − mean)²."""
        error = self.decode(self.encode(x)) - x
        return (error**2).sum() / ((x - x.mean(axis=0)) ** 2).sum()

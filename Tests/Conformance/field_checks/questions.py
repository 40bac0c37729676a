"""A question to attribution/compute, with the same asked of the references."""

import numpy

from .interventions import SPLICES

METHOD = "attribution/compute"
#: Scores are one gradient in float32; slopes are central differences in float64.
SCORE = 2e-4
EVERYTHING = {"topK": 100_000, "verify": 0, "parts": {"method": "none"}}


class Question:
    """Yes against No at the last position, asked of the kernel and of the reference."""

    def __init__(self, world, context, splice=None):
        self.world, self.context, self.splice = world, context, splice or SPLICES[0]
        self.sae = world.autoencoder
        self.yes, self.no = world.token("Yes"), world.token("No")
        self.target = context.difference(self.yes, self.no)
        kept = self.splice["errorTerm"] == "keep"
        #: What the blocks above the site run on.
        self.input = context.residual if kept else self.sae.decode(context.code)
        self.value = self.run(self.input)

    def ask(self, **params):
        target = {"kind": "logitDiff", "answer": {"id": self.yes}, "baseline": {"id": self.no}}
        return self.world.ask(
            METHOD, context=self.context.name, sae=self.world.sae, **{"target": target, "splice": self.splice, **params})

    def run(self, residual):
        return self.target(self.context.logits(residual))

    def slope(self, direction, method="gradient", at=None):
        return self.context.slope(self.target, direction, method, self.input if at is None else at)

    def cleared(self, rows):
        """The target with all latents at some rows set to zero, without another selection."""
        code = self.context.code.copy()
        code[rows] = 0
        return self.run(self.input + self.sae.decode(code) - self.sae.decode(self.context.code))

    def fall(self, rows, latent):
        """By how much the target falls when a latent is set to zero, under the splice."""
        changes = [(rows, latent, lambda z: 0 * z)]
        return self.value - self.run(
            self.sae.spliced(self.context.residual, changes, self.splice["errorTerm"], self.splice["reselect"]))

    def share(self, row, latent):
        """What a latent's score is the slope along: its share of the residual, less what enters for it."""
        share = numpy.zeros_like(self.input)
        share[row] = self.context.code[row, latent] * self.sae.decoder[latent]
        if self.splice["reselect"] == "topk":
            without = self.sae.changed(self.context.residual[[row]], [(0, latent, lambda z: 0 * z)], "topk")[0]
            without[latent] = 0
            entering = numpy.flatnonzero((without > 0) & (self.context.code[row] == 0))
            share[row] -= without[entering] @ self.sae.decoder[entering]
        return share

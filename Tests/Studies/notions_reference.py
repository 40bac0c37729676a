"""The changes that `ablating_notions.py` asks the kernel for, computed again by transformers and PyTorch.

The checkpoint is read by transformers and runs in float32; the autoencoder's code, and the difference that features at zero
make to the residual stream, are a few lines of PyTorch here. Nothing is taken from the kernel but the figures to compare.
"""

import json
import sys

import numpy
import torch
from PIL import Image
from safetensors.torch import load_file

import ablating_notions
import notions

sys.path.insert(0, str(notions.ROOT / "Sources/World"))
from Training.evaluate import Examiner  # noqa: E402


class Reference:
    def __init__(self):
        self.examiner = Examiner(ablating_notions.WORLD / "model")
        self.model, self.processor = self.examiner.model, self.examiner.processor
        self.tokenizer, self.saes = self.processor.tokenizer, {}

    def inputs(self, question, folder):
        prompt, picture = question["question"], None
        if "image" in question:
            picture, prompt = Image.open(folder / question["image"]).convert("RGB"), self.examiner.prompt(prompt)
        return self.processor(text=prompt, images=picture, return_tensors="pt")

    def sae(self, folder):
        if folder not in self.saes:
            path = ablating_notions.WORLD / folder
            self.saes[folder] = (load_file(path / "sae.safetensors"), json.loads((path / "cfg.json").read_text())["k"])
        return self.saes[folder]

    def code(self, x, folder):
        """The code of residuals: `[T, D]` to `[T, M]`."""
        state, k = self.sae(folder)
        before = torch.relu((x - state["b_dec"]) @ state["encoder.weight"].T + state["encoder.bias"])
        best = before.topk(k, dim=1)
        return torch.zeros_like(before).scatter(1, best.indices, best.values)

    @torch.no_grad()
    def logits(self, inputs, folder, where, features):
        """Logits of the next token with the features at zero behind the autoencoder's block."""
        block = int(folder.rsplit(".", 1)[1])

        def hook(_module, _arguments, output):
            x = output[0] if isinstance(output, tuple) else output
            code = torch.zeros(x.shape[1], notions.LATENTS)
            code[:, features] = self.code(x[0], folder)[:, features]
            if where == "last":
                code[:-1] = 0
            changed = x - code @ self.sae(folder)[0]["W_dec"]
            return (changed, *output[1:]) if isinstance(output, tuple) else changed

        handle = self.model.get_decoder().layers[block].register_forward_hook(hook)
        try:
            return self.model(**inputs).logits[0, -1].double()
        finally:
            handle.remove()

    def log_odds(self, logits):
        """Of each feeling's word against the other notions' words: `[4]`."""
        ids = lambda words: self.tokenizer.convert_tokens_to_ids(
            [text.replace(" ", "Ġ") for word in words for text in ablating_notions.SPELLINGS[word]])
        summed = lambda words: torch.logsumexp(logits[ids(words)], 0).item()
        return numpy.array([summed([word]) - summed([w for w in notions.NOTIONS if w != word]) for word in ablating_notions.FEELINGS])


def check(items, folder, saes, orders, count):
    """Prints the largest difference between kernel and PyTorch over `count` items of each form in every setting."""
    reference = Reference()
    worst, largest, compared, answers = 0.0, 0.0, 0, 0
    for form in notions.KINDS:
        own = [item for item in items if item.form == form]
        for item in own[:: max(1, len(own) // count)][:count]:
            inputs = reference.inputs(item.question, folder)
            plain = reference.logits(inputs, ablating_notions.BLOCK_5, "last", [])
            for sae, reading, where in ablating_notions.SETTINGS:
                order = orders[sae, reading, form][item.notion]
                for features in (order["of both"][:1], order["of the form"][:1], order["of the form"][:8]):
                    logits = reference.logits(inputs, sae, where, features)
                    expected = reference.log_odds(logits) - reference.log_odds(plain)
                    changes, turned = item.zero(saes[sae], where, features)
                    worst = max(worst, float(numpy.abs(changes[:4] - expected).max()))
                    largest = max(largest, float(numpy.abs(expected).max()))
                    answers += turned == (int(logits.argmax()) != int(plain.argmax()))
                    compared += 1
    print(f"PyTorch: {compared} changes of four log-odds each, the largest of them {largest:.2f}, differ by {worst:.1e} at most; "
          f"{answers} of {compared} agree on whether the next token is another")

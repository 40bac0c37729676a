"""The peer: the same questions answered by transformers and PyTorch in bfloat16 on the same checkpoint.

    python Tests/Performance/peer.py FOLDER PROMPTS.json OUT.json [--repeats 1]

FOLDER is what checkpoint.py wrote; PROMPTS.json is what `lucarne benchmark --json` wrote: its token ids are
read, so that both sides run the same tokens. A careful script's way, not the paper's: weights stay mapped,
sdpa attention, logits of the last position alone, no gradient below the site or to any weight, one backward
pass for all latents.
"""

import argparse
import json
import pathlib
import time

import PIL.Image
import safetensors
import torch
from transformers import AutoImageProcessor, LlavaNextForConditionalGeneration

IMAGE_TOKEN = 128256
K = 256
ANSWER, BASELINE, SECOND = 300, 400, 500


class Peer:
    def __init__(self, folder):
        begun = time.perf_counter()
        self.folder = folder
        self.model = LlavaNextForConditionalGeneration.from_pretrained(
            folder / "model", dtype=torch.bfloat16, attn_implementation="sdpa").eval()
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)
        self.layers = self.model.model.language_model.layers
        self.load_seconds = time.perf_counter() - begun
        site = next((folder / "sae").iterdir())
        self.block = int(site.name.split(".")[-1])
        with safetensors.safe_open(site / "sae.safetensors", "pt") as file:
            self.encoder = file.get_tensor("encoder.weight").to(torch.bfloat16)
            self.encoder_bias = file.get_tensor("encoder.bias").to(torch.bfloat16)
            self.decoder = file.get_tensor("W_dec").to(torch.bfloat16)
            self.decoder_bias = file.get_tensor("b_dec").to(torch.bfloat16)

    def inputs(self, ids):
        given = {"input_ids": torch.tensor([ids])}
        if IMAGE_TOKEN in ids:
            processor = AutoImageProcessor.from_pretrained(self.folder / "model")
            pixels = processor(images=PIL.Image.open(self.folder / "picture.png"), return_tensors="pt")
            given |= {"pixel_values": pixels["pixel_values"].to(torch.bfloat16), "image_sizes": pixels["image_sizes"]}
        return given

    def prefill(self, given, cache=True):
        with torch.no_grad():
            return self.model(**given, use_cache=cache, logits_to_keep=1)

    def decode(self, given, steps):
        """Greedy tokens one by one after a prefill; seconds a token."""
        output = self.prefill(given)
        cache, token = output.past_key_values, output.logits[:, -1:].argmax(-1)
        begun = time.perf_counter()
        with torch.no_grad():
            for _ in range(steps):
                output = self.model(input_ids=token, past_key_values=cache, use_cache=True, logits_to_keep=1)
                token = output.logits[:, -1:].argmax(-1)
        return (time.perf_counter() - begun) / steps

    def encode(self, x):
        """[T, D] to the K largest of ReLU(W_enc (x - b_dec) + b_enc), [T, K] values and latents."""
        with torch.no_grad():
            values, latents = torch.nn.functional.linear(x - self.decoder_bias, self.encoder, self.encoder_bias).topk(K)
            return torch.relu(values), latents

    def forward_to_gradient(self, given):
        """A forward pass whose residual at the site is a leaf; returns it, its code and the logits."""
        kept = {}

        def at_site(_module, _arguments, output):
            x = output[0] if isinstance(output, tuple) else output
            kept["code"] = self.encode(x[0])
            # Residual = reconstruction + constant error: the gradient at the sum is the gradient at the reconstruction.
            kept["leaf"] = x.detach().requires_grad_(True)
            return (kept["leaf"],) + output[1:] if isinstance(output, tuple) else kept["leaf"]

        hook = self.layers[self.block].register_forward_hook(at_site)
        try:
            with torch.enable_grad():
                logits = self.model(**given, use_cache=False, logits_to_keep=1).logits[0, -1]
        finally:
            hook.remove()
        return kept["leaf"], kept["code"], logits

    def scores(self, leaf, code, logits, answer):
        """z (W_dec g) of the active latents: [T, K]."""
        values, latents = code
        difference = logits[answer].float() - logits[BASELINE].float()
        gradient, = torch.autograd.grad(difference, leaf, retain_graph=True)
        rows = []
        with torch.no_grad():
            for start in range(0, latents.shape[0], 64):
                part = slice(start, start + 64)
                directions = self.decoder[latents[part]]
                rows.append(values[part] * torch.einsum("tkd,td->tk", directions, gradient[0, part]))
        return torch.cat(rows)

    def ablate(self, given, latent):
        """The whole forward pass again with one latent taken out, as a hook does it."""

        def without(_module, _arguments, output):
            x = output[0] if isinstance(output, tuple) else output
            values, latents = self.encode(x[0])
            share = (values * (latents == latent)).sum(-1, keepdim=True) * self.decoder[latent]
            return (x - share,) + output[1:] if isinstance(output, tuple) else x - share

        hook = self.layers[self.block].register_forward_hook(without)
        try:
            return self.prefill(given, cache=False).logits[0, -1]
        finally:
            hook.remove()


class Ledger:
    def __init__(self):
        self.figures = {}

    def time(self, name, tokens, body):
        begun = time.perf_counter()
        result = body()
        self.add(name, tokens, time.perf_counter() - begun)
        return result

    def add(self, name, tokens, seconds):
        self.figures.setdefault((name, tokens), []).append(seconds)
        print(f"peer: {name} at {tokens} tokens: {seconds:.3f} s", flush=True)

    def rows(self):
        return [{"name": name, "tokens": tokens, "seconds": seconds} for (name, tokens), seconds in self.figures.items()]


def measure(peer, ids, ledger):
    tokens, given = len(ids), peer.inputs(ids)
    ledger.time("prefill", tokens, lambda: peer.prefill(given))
    ledger.add("decode", tokens, peer.decode(given, 8))
    begun = time.perf_counter()
    leaf, code, logits = peer.forward_to_gradient(given)
    scores = peer.scores(leaf, code, logits, ANSWER)
    ledger.add("open and attribution", tokens, time.perf_counter() - begun)
    ledger.time("pullback alone", tokens, lambda: peer.scores(leaf, code, logits, SECOND))
    ledger.time("encode", tokens, lambda: peer.encode(leaf[0].detach()))
    best = scores.float().flatten().topk(20)
    top = [{"latent": int(code[1].flatten()[i]), "position": int(i) // K, "score": float(s)}
           for s, i in zip(best.values, best.indices)]
    every = {(int(p), int(l)): float(s) for p in range(max(0, tokens - 64), tokens) for l, s in zip(code[1][p], scores[p].float())}
    del leaf, code, scores
    ledger.time("ablation", tokens, lambda: peer.ablate(given, top[0]["latent"]))
    return {"top": top, "last": [[p, l, s] for (p, l), s in every.items()]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("prompts", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--repeats", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(torch.get_num_threads())
    peer, ledger = Peer(arguments.folder), Ledger()
    prompts = json.loads(arguments.prompts.read_text())["prompts"]
    results = []
    for ids in prompts:
        for _ in range(arguments.repeats):
            result = measure(peer, ids, ledger)
        results.append(result)
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    arguments.out.write_text(json.dumps({
        "figures": ledger.rows(), "attributions": results, "peakBytes": int(peak.split()[1]) * 1024,
        "threads": torch.get_num_threads(), "torch": torch.__version__, "loadSeconds": peer.load_seconds}))


if __name__ == "__main__":
    main()

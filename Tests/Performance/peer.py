"""Times transformers and PyTorch on what `lucarne benchmark` times, with the same weights and questions.

    python Tests/Performance/peer.py --model F --sae F --questions ours.json --json peer.json
                                     [--picture P] [--repeats 1] [--threads N] [--decode-tokens 16] [--device cuda:0]

The autoencoder is a TopK one in sparsify's layout, or a JumpReLU one in Gemma Scope 2's.

ours.json is what `lucarne benchmark --json` wrote: its contexts give the token ids, the pairs of tokens whose
logits are compared, and the latent to ablate. Everything runs in bfloat16 on all cores, or on the device, with attention
"sdpa". A clock is looked at when the device has done what it was given.

An attribution is one forward with the autoencoder spliced in at its block's output and one backward: the
residual becomes decode(z) + the error as a constant, z = the k activations that torch.topk finds, a leaf (of a
JumpReLU autoencoder as many as its most active row has, so that its graph is as small as a TopK one's). No weight has a gradient and nothing below the splice is recorded, so that the backward visits only the blocks
above it. A second pair is timed twice: with everything run again, as a script does that keeps nothing, and
on a graph that was kept.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import safetensors.torch
import torch
import transformers

ROWS = 512  # tokens encoded at a time: 128 MiB of pre-activations at 131,072 latents
DEVICE = torch.device("cpu")  # --device


def now():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize(DEVICE)
    return time.perf_counter()


class Figures:
    """Values by context and name, told as they come."""

    def __init__(self):
        self.rows = {}

    def add(self, name, value, unit="s", context=""):
        row = self.rows.setdefault((context, name), {"context": context, "name": name, "unit": unit, "values": []})
        row["values"].append(value)
        text = f"{value / 1e9:.3f} GB" if unit == "B" else f"{value:.4g} {unit}"
        print(f"peer: {context + ': ' if context else ''}{name} {text}", flush=True)


class TopKAutoencoder:
    """In sparsify's layout, in bfloat16."""

    def __init__(self, folder):
        settings = json.loads((folder / "cfg.json").read_text())
        tensors = safetensors.torch.load_file(folder / "sae.safetensors")
        self.k = settings["k"]
        self.encoder = tensors.pop("encoder.weight").to(torch.bfloat16).to(DEVICE)
        self.bias = tensors.pop("encoder.bias").to(torch.bfloat16).to(DEVICE)
        self.decoder = tensors.pop("W_dec").to(torch.bfloat16).to(DEVICE)
        self.decoder_bias = tensors.pop("b_dec").to(torch.bfloat16).to(DEVICE)

    @torch.no_grad()
    def encode(self, x):
        """The k largest activations of each row of x [T, D] and their latents, [T, k] each."""
        parts = []
        for rows in x.split(ROWS):
            z = torch.nn.functional.linear(rows - self.decoder_bias, self.encoder, self.bias)
            parts.append(torch.topk(z.relu_(), self.k, sorted=False))
        return torch.cat([part.values for part in parts]), torch.cat([part.indices for part in parts])

    def decode(self, values, latents):
        """[T, D]; the gradient goes to the values."""
        sums = torch.nn.functional.embedding_bag(latents, self.decoder, per_sample_weights=values, mode="sum")
        return sums + self.decoder_bias


class JumpReLUAutoencoder(TopKAutoencoder):
    """In Gemma Scope 2's layout, in bfloat16."""

    def __init__(self, folder):
        tensors = {name: tensor.to(torch.bfloat16).to(DEVICE)
                   for name, tensor in safetensors.torch.load_file(folder / "params.safetensors").items()}
        self.encoder, self.bias, self.threshold = tensors["w_enc"], tensors["b_enc"], tensors["threshold"]
        self.decoder, self.decoder_bias = tensors["w_dec"], tensors["b_dec"]

    @torch.no_grad()
    def encode(self, x):
        z = torch.addmm(self.bias, x, self.encoder)
        z = torch.where(z > self.threshold, z.relu_(), 0)
        return torch.topk(z, max(1, int((z > 0).sum(1).max())), sorted=False)


def autoencoder(folder):
    return (JumpReLUAutoencoder if (folder / "params.safetensors").exists() else TopKAutoencoder)(folder)


def block_number(folder):
    """24 of model.layers.24, 17 of layer_17_width_65k_l0_medium."""
    return int(re.search(r"layers?[._](\d+)", folder.name)[1])


@contextlib.contextmanager
def at_output(layer, change):
    """Puts `change(x)` in the place of a block's output while the body runs; x [T, D]."""
    def hook(module, arguments, output):
        x = output[0] if isinstance(output, tuple) else output
        changed = change(x[0])
        if changed is None:
            return None
        return (changed[None], *output[1:]) if isinstance(output, tuple) else changed[None]

    handle = layer.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


class Peer:
    def __init__(self, model, sae, site, picture, folder, figures):
        self.model, self.sae, self.figures, self.picture = model, sae, figures, picture
        language_model = model.model.language_model if hasattr(model.model, "language_model") else model.model
        self.layer = language_model.layers[site]
        self.processor = None
        if picture:
            self.processor = transformers.AutoImageProcessor.from_pretrained(folder)

    def inputs(self, question):
        """What the model is called with; a picture is read and cut into tiles here, in the measured time."""
        inputs = {"input_ids": torch.tensor([question["tokens"]])}
        if question["isPicture"]:
            import PIL.Image
            with PIL.Image.open(self.picture) as picture:
                pixels = self.processor(images=picture.convert("RGB"), return_tensors="pt")
            inputs["pixel_values"] = pixels["pixel_values"].to(torch.bfloat16)
            if self.model.config.model_type == "gemma3":
                inputs["token_type_ids"] = (inputs["input_ids"] == self.model.config.image_token_id).long()
            else:
                inputs["image_sizes"] = pixels["image_sizes"]
        return {name: tensor.to(DEVICE) for name, tensor in inputs.items()}

    def forward(self, question, **options):
        return self.model(**self.inputs(question), logits_to_keep=1, **options)

    @torch.no_grad()
    def warm_up(self, tokens):
        """A few tokens of text, none of a picture's, so that the weights are mapped and the libraries set up before anything is timed.
        The kernel's benchmark opens two such contexts to find the length of its text."""
        image = getattr(self.model.config, "image_token_id", None)
        text = [token for token in tokens if token != image][:16]
        self.model(input_ids=torch.tensor([text], device=DEVICE), logits_to_keep=1)

    def timed(self, name, context, body):
        start = now()
        value = body()
        self.figures.add(name, now() - start, context=context)
        return value

    @torch.no_grad()
    def prefill_and_decode(self, question, steps):
        """The last row of logits and the residual at the autoencoder's site."""
        context, kept = question["name"], {}

        def keep(x):
            kept["x"] = x

        with at_output(self.layer, keep):
            output = self.timed("context/open", context, lambda: self.forward(question, use_cache=True))
        logits, cache = output.logits[0, -1].float(), output.past_key_values
        token = logits.argmax().view(1, 1)
        start = now()
        for _ in range(steps):
            output = self.model(input_ids=token, past_key_values=cache, use_cache=True, logits_to_keep=1)
            token = output.logits[0, -1].argmax().view(1, 1)
        self.figures.add("decode", (now() - start) / steps, "s/token", context)
        return logits, kept["x"]

    def spliced(self, question):
        """A forward with z as the only leaf: the last row of logits, z and its latents."""
        code = {}

        def splice(x):
            values, latents = self.sae.encode(x)
            values.requires_grad_()
            rebuilt = self.sae.decode(values, latents)
            code["z"], code["latents"] = values, latents
            return rebuilt + (x - rebuilt.detach())

        with at_output(self.layer, splice):
            logits = self.forward(question, use_cache=False).logits[0, -1]
        return logits, code["z"], code["latents"]

    def attribution(self, question):
        """The target and the scores z · ∂target/∂z of the first pair."""
        context, (first, second) = question["name"], question["pairs"][:2]
        start = now()
        logits, z, latents = self.spliced(question)
        forward = now()
        target = logits[first[0]] - logits[first[1]]
        target.backward(retain_graph=True)
        scores = (z.grad * z).detach()
        end = now()
        self.figures.add("forward with the autoencoder", forward - start, context=context)
        self.figures.add("backward", end - forward, context=context)
        self.figures.add("open and attribution", end - start, context=context)
        z.grad = None
        self.timed("attribution, second pair, graph kept", context,
                   lambda: (logits[second[0]] - logits[second[1]]).backward())
        return target.item(), scores, latents

    def attribution_again(self, question, pair):
        logits, z, _ = self.spliced(question)
        (logits[pair[0]] - logits[pair[1]]).backward()
        return z.grad * z

    @torch.no_grad()
    def ablated(self, question):
        """The first pair's target with the latent at zero at every position."""
        latent, pair = question["ablation"]["latent"], question["pairs"][0]

        def remove(x):
            values, latents = self.sae.encode(x)
            share = torch.where(latents == latent, values, 0).sum(1, keepdim=True)
            return x - share * self.sae.decoder[latent]

        with at_output(self.layer, remove):
            logits = self.forward(question, use_cache=False).logits[0, -1]
        return (logits[pair[0]] - logits[pair[1]]).item()

    def measure(self, question, steps):
        context = question["name"]
        logits, x = self.prefill_and_decode(question, steps)
        self.timed("encode and top-k", context, lambda: self.sae.encode(x))
        del x
        target, scores, latents = self.attribution(question)
        self.timed("attribution, second pair", context,
                   lambda: self.attribution_again(question, question["pairs"][1]))
        after = self.timed("ablation of one feature", context, lambda: self.ablated(question))
        self.figures.add("peak resident memory", memory("VmHWM"), "B", context)
        if DEVICE.type == "cuda":
            self.figures.add("peak device memory", torch.cuda.max_memory_allocated(DEVICE), "B", context)
        return self.results(question, logits, target, scores, latents, after)

    def results(self, question, logits, target, scores, latents, after):
        """What run.py holds against the kernel's own results."""
        top = scores.flatten().float().topk(min(20, scores.numel()))
        k = scores.shape[1]
        found = []
        for item in question["attribution"]:
            place = (latents[item["position"]] == item["latent"]).nonzero()
            found.append(scores[item["position"], place[0, 0]].item() if len(place) else 0.0)
        best = logits.topk(10)
        return {
            "name": question["name"], "target": target,
            "logits": [{"token": token, "logit": logit} for token, logit in zip(best.indices.tolist(), best.values.tolist())],
            "logitsAtOurs": [logits[item["token"]].item() for item in question["logits"]],
            "attribution": [{"latent": latents[i // k, i % k].item(), "position": i // k, "score": score}
                            for i, score in zip(top.indices.tolist(), top.values.tolist())],
            "scoresAtOurs": found,
            "ablation": {"before": target, "after": after}}


def measure_ceilings(figures):
    """A card's own: a product of bfloat16 factors, and copying; the best of three times ten."""
    a = torch.randn(8192, 8192, device=DEVICE, dtype=torch.bfloat16)
    big, other = (torch.empty(2 ** 30, device=DEVICE, dtype=torch.bfloat16).normal_() for _ in range(2))
    for name, unit, work, body in (
            ("multiply-adds of the device", "FLOP/s", 2 * 8192 ** 3, lambda: torch.mm(a, a)),
            ("copying on the device", "B/s", 2 * big.nbytes, lambda: other.copy_(big))):
        body()
        for _ in range(3):
            start = now()
            for _ in range(10):
                body()
            figures.add(name, 10 * work / (now() - start), unit)


def memory(key):
    """Bytes, from /proc/self/status."""
    for line in open("/proc/self/status"):
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--sae", type=pathlib.Path, required=True, help="its folder, whose name has its block")
    parser.add_argument("--questions", type=pathlib.Path, required=True)
    parser.add_argument("--json", type=pathlib.Path, required=True)
    parser.add_argument("--picture", type=pathlib.Path)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--decode-tokens", type=int, default=16)
    parser.add_argument("--device", type=torch.device, default="cpu", help="of PyTorch's, such as cuda:0")
    global DEVICE
    arguments = parser.parse_args()
    DEVICE = arguments.device
    torch.set_num_threads(arguments.threads)
    questions = json.loads(arguments.questions.read_text())["contexts"]
    figures = Figures()
    if DEVICE.type == "cuda":
        measure_ceilings(figures)
        torch.cuda.reset_peak_memory_stats(DEVICE)
    start = now()
    model = load(arguments.model)
    figures.add("model/load", now() - start)
    start = now()
    sae = autoencoder(arguments.sae)
    figures.add("sae/load", now() - start)
    loaded = {"anonymousBytes": memory("RssAnon"), "fileBytes": memory("RssFile")}
    peer = Peer(model, sae, block_number(arguments.sae), arguments.picture, arguments.model, figures)
    peer.warm_up(questions[0]["tokens"])
    results = {}
    for question in questions:
        for _ in range(arguments.repeats):
            found = peer.measure(question, arguments.decode_tokens)
            results.setdefault(question["name"], found)
    arguments.json.write_text(json.dumps({
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__,
                     "safetensors": safetensors.__version__},
        "device": str(DEVICE), "card": torch.cuda.get_device_name(DEVICE) if DEVICE.type == "cuda" else None,
        "threads": arguments.threads, "loaded": loaded, "figures": list(figures.rows.values()),
        "contexts": list(results.values())}))


def load(folder):
    architecture = json.loads((folder / "config.json").read_text())["architectures"][0]
    model = getattr(transformers, architecture).from_pretrained(
        folder, dtype=torch.bfloat16, attn_implementation="sdpa", local_files_only=True)
    return model.eval().requires_grad_(False).to(DEVICE)


if __name__ == "__main__":
    main()

"""Makes Tests/Fixtures/interpretation: what attribution, ablation and steering are by definition.

    python Tests/Fixtures/make/interpretation.py          # after models.py: torch, transformers, safetensors, pillow, numpy
    python Tests/Fixtures/make/interpretation.py NAME…    # these cases alone, beside those that are there

The models are the tiny checkpoints of Tests/Fixtures/models, the autoencoders small random TopK ones written
here as sparsify folders. Everything is computed in float32 with eager attention by whole forward passes of
transformers' own model, a hook that replaces the output of one block, and autograd: no key/value cache, no
partial pass, no formula of the first order except where the first-order score itself is the reference.

Definitions. x is the block's output, p = ReLU(W_enc(x − b_dec) + b_enc), z the k largest positive of p,
x̂ = z·W_dec + b_dec, ε = x − x̂. An intervention changes z ("none") or p before the selection ("topk"); the
blocks above then read x + (decode(z′) − decode(z)) ("keep") or decode(z′) ("drop"). A continuation's rows are
read the same way; interventions reach them only with "generated".
"""

import hashlib
import itertools
import json
import math
import platform
import shutil
import sys
from pathlib import Path

import numpy
import PIL
import PIL.Image
import safetensors
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import (
    AutoModelForCausalLM, Gemma3ForConditionalGeneration, LlavaNextConfig, LlavaNextForConditionalGeneration,
    Qwen2_5_VLForConditionalGeneration, Qwen3VLForConditionalGeneration,
)
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

SEED = 77_001
LATENTS, K, DEAD = 96, 7, 41
STEPS, GREEDY = 8, 8
SELECTION_GAP, GREEDY_GAP = 1e-3, 5e-3
HERE = Path(__file__).resolve().parent.parent
MODELS, ROOT = HERE / "models", HERE / "interpretation"
SPLICES = list(itertools.product(["keep", "drop"], ["none", "topk"]))

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

CASES = {
    # name: checkpoint, case of models/cases.json, block of the site, the autoencoder's type in the file, the region
    "llama3": ("llama3", "landscape", 1, torch.float32, (63, 71)),
    "mistral": ("mistral", "text", 0, torch.bfloat16, (32, 40)),
    "qwen2-last-block": ("qwen2-text", "text", 2, torch.float32, (22, 32)),
    # From the middle of a picture whose tokens see each other both ways to the end.
    "gemma3": ("gemma3", "landscape", 1, torch.float32, (21, 47)),
}
QWEN = {"qwen2_5_vl": Qwen2_5_VLForConditionalGeneration, "qwen3_vl": Qwen3VLForConditionalGeneration}
SEEING = {"llava_next": LlavaNextForConditionalGeneration, "gemma3": Gemma3ForConditionalGeneration} | QWEN
PICTURE_INPUTS = ["pixel_values", "image_sizes", "image_grid_thw"]


class NearTie(Exception):
    """The seed gives a choice that rounding could turn."""


# ---------------------------------------------------------------- pictures, as every Pillow before 13 resizes

_resize = PIL.Image.Image.resize


def horizontally_first(self, size, resample=None, box=None, reducing_gap=None):
    width, height = size
    if box is None and (width, height) != self.size:
        return _resize(_resize(self, (width, self.height), resample), (width, height), resample)
    return _resize(self, size, resample, box, reducing_gap)


PIL.Image.Image.resize = horizontally_first


def image_processor(config):
    if config.model_type in QWEN:
        return Qwen2VLImageProcessorPil.from_pretrained(config._name_or_path)
    tile = config.vision_config.image_size
    if config.model_type == "gemma3":
        return Gemma3ImageProcessorPil(size={"height": tile, "width": tile}, image_mean=[0.5] * 3, image_std=[0.5] * 3)
    return LlavaNextImageProcessorPil(
        size={"shortest_edge": tile}, crop_size={"height": tile, "width": tile},
        image_grid_pinpoints=config.image_grid_pinpoints,
    )


# ---------------------------------------------------------------- the model, one hook

class Model:
    """A checkpoint with one prompt; `run` replaces the residual stream at the site by what `edit` makes of it."""

    def __init__(self, checkpoint, case, block):
        folder = MODELS / checkpoint
        record = next(
            c for c in json.loads((MODELS / "cases.json").read_text()) if (c["checkpoint"], c["case"]) == (checkpoint, case)
        )
        configuration = json.loads((folder / "config.json").read_text())
        kind = SEEING.get(configuration["model_type"], AutoModelForCausalLM)
        self.model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        if configuration["model_type"] == "gemma3":  # as in models.py
            scale = self.model.get_input_embeddings().embed_scale
            scale.copy_(scale.to(getattr(torch, configuration["dtype"])))
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)
        self.record, self.block, self.tokens = record, block, record["tokens"]
        self.decoder = self.model.get_decoder() if hasattr(self.model, "get_decoder") else self.model.model
        stops = json.loads((folder / "generation_config.json").read_text())["eos_token_id"]
        stops = stops if isinstance(stops, list) else [stops]
        self.refused = {*stops, getattr(self.model.config, "image_token_id", None)}
        pictures = [PIL.Image.open(MODELS / "pictures" / p["image"]) for p in record["parts"] if "image" in p and isinstance(p, dict)]
        self.extra = {}
        if pictures:
            made = image_processor(self.model.config)(pictures, return_tensors="pt")
            self.extra = {k: made[k] for k in PICTURE_INPUTS if k in made}
        with torch.no_grad():
            self.check(checkpoint, case)

    def check(self, checkpoint, case):
        known = load_file(MODELS / "cases" / f"{checkpoint}.{case}.safetensors")[f"residual.{self.block}"]
        assert torch.allclose(self.run()[0], known, atol=1e-5)

    @property
    def count(self):
        return len(self.tokens)

    def run(self, continuation=(), edit=None):
        """(the stream behind the site's block as what is above it reads it, logits), both [T′, …]."""
        seen = []

        def before(_module, arguments, keywords):
            value = arguments[0] if arguments else keywords["hidden_states"]
            seen.append(value[0])
            if edit is None:
                return None
            changed = edit(value[0])[None]
            return ((changed, *arguments[1:]), keywords) if arguments else (arguments, keywords | {"hidden_states": changed})

        def hook(_module, _arguments, output):
            value = output[0] if isinstance(output, tuple) else output
            seen.append(value[0])
            if edit is None:
                return None
            changed = edit(value[0])[None]
            return (changed, *output[1:]) if isinstance(output, tuple) else changed

        # Some families add to a block's output before the next one reads it.
        if self.block + 1 < len(self.decoder.layers):
            handle = self.decoder.layers[self.block + 1].register_forward_pre_hook(before, with_kwargs=True)
        else:
            handle = self.decoder.layers[self.block].register_forward_hook(hook)
        try:
            ids = torch.tensor([[*self.tokens, *continuation]])
            groups = self.record.get("groups")
            types = torch.zeros_like(ids)
            for begin, end in groups or []:
                types[0, begin:end] = 1
            more = {"token_type_ids": types} if groups else {}
            if "image_grid_thw" in self.extra:
                more = {"mm_token_type_ids": (ids == self.model.config.image_token_id).int()}
            logits = self.model(input_ids=ids, use_cache=False, **self.extra, **more).logits[0]
        finally:
            handle.remove()
        return seen[0], logits


# ---------------------------------------------------------------- the autoencoder

class Autoencoder:
    def __init__(self, x, dtype, seed):
        noise = torch.Generator().manual_seed(seed)

        def normal(*shape):
            return torch.randn(shape, generator=noise)

        width = x.shape[1]
        rows = functional.normalize(normal(LATENTS, width), dim=1)
        b_dec = x.mean(0) + 0.1 * normal(width)
        encoder = 1.3 * rows + 0.08 * normal(LATENTS, width)
        spread = ((x - b_dec) @ encoder.T).std()
        bias = -1.1 * spread + 0.3 * spread * normal(LATENTS)
        bias[DEAD] = -1000
        self.state = {
            "encoder.weight": encoder.to(dtype), "encoder.bias": bias.to(dtype), "W_dec": rows.to(dtype), "b_dec": b_dec.to(dtype),
        }
        self.encoder, self.bias, self.decoder, self.b_dec = (v.float() for v in self.state.values())
        self.gap = math.inf

    def save(self, folder):
        folder.mkdir(parents=True)
        width = self.decoder.shape[1]
        write(folder / "cfg.json", {
            "expansion_factor": 32, "normalize_decoder": True, "num_latents": LATENTS, "k": K, "multi_topk": False, "d_in": width,
        })
        save_file(self.state, folder / "sae.safetensors", metadata={"format": "pt"})

    def pre(self, x):
        return functional.relu((x - self.b_dec) @ self.encoder.T + self.bias)

    def select(self, p):
        """The k largest positive entries of each row; notes how near the choice is."""
        ordered = p.sort(dim=1, descending=True).values
        kth, after = ordered[:, K - 1], ordered[:, K]
        full = kth > 0
        if full.any():
            self.gap = min(self.gap, float((kth - after)[full].min()))
        best = p.topk(K, dim=1)
        return torch.zeros_like(p).scatter(1, best.indices, best.values)

    def encode(self, x):
        return self.select(self.pre(x))

    def decode(self, z):
        return z @ self.decoder + self.b_dec


def entries(z):
    """Indices and values [T, k] by falling value; −1 and 0 where fewer are active."""
    values, indices = z.sort(dim=1, descending=True, stable=True)
    values, indices = values[:, :K], indices[:, :K]
    return torch.where(values > 0, indices, -1).to(torch.int32), values


def changed(z, changes, count):
    """Interventions, one after the other, on a dense code or on pre-activations [T′, M]."""
    z = z.clone()
    for change in changes:
        rows = torch.zeros(z.shape[0], dtype=torch.bool)
        for start, end in change.get("at") or [[0, count]]:
            rows[start:end] = True
        rows[count:] = bool(change.get("generated"))
        column = z[:, change["latent"]]
        new = {
            "clamp": lambda v: torch.full_like(v, change["value"]), "add": lambda v: v + change["value"],
            "scale": lambda v: v * change["value"], "zero": lambda v: torch.zeros_like(v),
        }[change["op"]](column)
        z[:, change["latent"]] = torch.where(rows, new, column)
    return z


class Splicer:
    """What the blocks above read, and what the change was."""

    def __init__(self, sae, count, changes, error_term, reselect):
        self.sae, self.count, self.changes = sae, count, changes
        self.error_term, self.reselect = error_term, reselect

    def codes(self, x):
        p = self.sae.pre(x)
        z = self.sae.select(p)
        new = self.sae.select(changed(p, self.changes, self.count)) if self.reselect == "topk" else changed(z, self.changes, self.count)
        return z, new

    def __call__(self, x):
        z, new = self.codes(x)
        return x + (self.sae.decode(new) - self.sae.decode(z)) if self.error_term == "keep" else self.sae.decode(new)

    def receipt(self, x):
        """Norms of the change by row, the passes that it takes part in, and how many requested activations the selection lost."""
        z, new = self.codes(x)
        norms = (self.sae.decode(new) - self.sae.decode(z)).norm(dim=1)
        lost = 0
        if self.reselect == "topk":
            asked = changed(self.sae.pre(x), self.changes, self.count)
            for latent in {c["latent"] for c in self.changes if c["op"] in ("clamp", "add")}:
                rows = torch.zeros(x.shape[0], dtype=torch.bool)
                for change in self.changes:
                    if change["latent"] == latent and change["op"] in ("clamp", "add"):
                        for start, end in change.get("at") or [[0, self.count]]:
                            rows[start:end] = True
                        rows[self.count :] |= bool(change.get("generated"))
                lost += int((rows & (asked[:, latent] > 0) & (new[:, latent] == 0)).sum())
        moved = (new != z).any(dim=1)
        # The prompt is one pass, each token after it another.
        steps = int(moved[: self.count].any()) + int(moved[self.count :].sum())
        return {
            "steps": steps, "positions": int(moved.sum()), "meanNorm": float(norms[moved].double().mean()) if moved.any() else 0.0, "dropped": lost,
        }


# ---------------------------------------------------------------- targets

def continuation_of(target):
    return target["tokens"][:-1] if target["kind"] == "sequenceLogProb" else []


def evaluate(target, logits, count):
    log_probs = functional.log_softmax(logits, dim=-1)
    if target["kind"] == "sequenceLogProb":
        return sum(log_probs[count - 1 + i, token] for i, token in enumerate(target["tokens"]))
    row = target["position"]
    if target["kind"] == "logitDiff":
        return logits[row, target["answer"]] - logits[row, target["baseline"]]
    return (logits if target["kind"] == "logit" else log_probs)[row, target["token"]]


def value_of(model, target, edit=None):
    with torch.no_grad():
        return float(evaluate(target, model.run(continuation_of(target), edit)[1], model.count))


def gradient_at(model, target, leaf):
    """d and ∂d/∂(what the blocks above the site read)."""
    leaf = leaf.detach().clone().requires_grad_()
    d = evaluate(target, model.run(continuation_of(target), lambda _: leaf)[1], model.count)
    d.backward()
    return float(d.detach()), leaf.grad


def scores_of(sae, z, gradient):
    """z_tj (W_dec[j]·g_t), [T′, k] beside `entries`."""
    return entries_of(z, z * (gradient @ sae.decoder.T))


def entries_of(z, dense):
    indices, values = entries(z)
    return torch.where(values > 0, dense.gather(1, indices.long().clamp(min=0)), 0)


def completeness(sae, x, z, gradient, error_term):
    g, d = gradient.double(), sae.decoder.double()
    error = (x - sae.decode(z)).double()
    read = x.double() if error_term == "keep" else sae.decode(z).double()
    return {
        "sum": float((z.double() * (g @ d.T)).sum()), "bias": float(sae.b_dec.double() @ g.sum(0)),
        "errorTerm": float((error * g).sum()) if error_term == "keep" else 0.0, "total": float((read * g).sum()),
    }


# ---------------------------------------------------------------- the questions

def features(sae, x, z, region):
    """Ranked features, L0 and FVU of a span."""
    start, end = region
    part, kept = z[start:end], x[start:end]
    rebuilt = sae.decode(part)
    ranks = {}
    for name, scores in [("max", part.max(0).values), ("mean", part.mean(0)), ("sum", part.sum(0))]:
        order = scores.sort(descending=True, stable=True)
        active = int((part > 0).any(0).sum())
        top = min(10, active - 1)
        gaps = (order.values[:top] - order.values[1 : top + 1]).min()
        if float(gaps) < 1e-4:
            raise NearTie(f"ranking by {name}")
        ranks[name] = [{"latent": int(j), "score": float(s)} for j, s in zip(order.indices[:top], order.values[:top])]
    double = kept.double()
    fvu = ((rebuilt.double() - double) ** 2).sum() / ((double - double.mean(0)) ** 2).sum()
    return {"region": list(region), "l0": float((part > 0).sum()) / (end - start), "fvu": float(fvu), "ranks": ranks}


def attributions(model, sae, targets, tensors):
    records = []
    for (name, target), error_term in itertools.product(targets.items(), ["keep", "drop"]):
        with torch.no_grad():
            x, _ = model.run(continuation_of(target))
            z = sae.encode(x)
        d, gradient = gradient_at(model, target, x if error_term == "keep" else sae.decode(z))
        key = f"attribution.{name}.{error_term}"
        if name in ("logitDiff.last", "sequence"):
            tensors[f"{key}.gradient"] = gradient
        tensors[f"{key}.scores"] = scores_of(sae, z, gradient)
        if continuation_of(target) and error_term == "keep":
            tensors[f"{name}.indices"], tensors[f"{name}.values"] = entries(z)
            tensors[f"{name}.residual"] = x
        records.append({
            "target": name, "errorTerm": error_term, "value": d, "completeness": completeness(sae, x, z, gradient, error_term),
        })
    return records


def integrated(model, sae, target, region, tensors, x, z):
    """The gradient's mean at α = (i + ½)/steps between the region's latents at zero and z."""
    records = []
    for (name, (start, end)), error_term in itertools.product([("region", region), ("all", (0, model.count))], ["keep", "drop"]):
        read = x if error_term == "keep" else sae.decode(z)
        outside = z.clone()
        outside[start:end] = 0
        removed = sae.decode(z) - sae.decode(outside)
        mean = torch.zeros_like(x)
        for step in range(STEPS):
            alpha = (step + 0.5) / STEPS
            mean += gradient_at(model, target, read - (1 - alpha) * removed)[1] / STEPS
        tensors[f"integrated.{name}.{error_term}.scores"] = scores_of(sae, z, mean)
        whole, without = (value_of(model, target, lambda _, y=y: y) for y in [read, read - removed])
        total = float((z * (mean @ sae.decoder.T))[start:end].sum())
        records.append({
            "region": [start, end], "errorTerm": error_term, "value": whole, "endpointDifference": whole - without, "sum": total,
            "completeness": completeness(sae, x, z, mean, error_term),
        })
    return records


def falls(model, sae, target, region, tensors, z):
    """Exact falls of the target: every active (t, j) of a region, and every feature at all of a span's positions."""
    start, end = region
    pairs = [(t, int(j)) for t in range(start, end) for j in z[t].nonzero()[:, 0]]
    spans = {"region": (start, end), "all": (0, model.count)}
    tensors["ablation.pairs"] = torch.tensor(pairs, dtype=torch.int32)
    for name, (a, b) in spans.items():
        tensors[f"ablation.{name}.latents"] = (z[a:b] > 0).any(0).nonzero()[:, 0].to(torch.int32)
    references = {}
    for error_term, reselect in SPLICES:
        key = f"{error_term}-{reselect}"

        def fall(changes):
            return value_of(model, target, Splicer(sae, model.count, changes, error_term, reselect))

        reference = fall([])
        references[key] = reference
        tensors[f"ablation.{key}.pairs"] = torch.tensor(
            [reference - fall([{"op": "zero", "latent": j, "at": [[t, t + 1]]}]) for t, j in pairs]
        )
        for name, (a, b) in spans.items():
            tensors[f"ablation.{key}.{name}"] = torch.tensor([
                reference - fall([{"op": "zero", "latent": int(j), "at": [[a, b]]}]) for j in tensors[f"ablation.{name}.latents"]
            ])
    return references


def published(model, sae, target, z, x, tensors):
    """The paper's code for some latents: pre-activation × 0 everywhere, top-k again, gradient at the changed point."""
    active = (z > 0).sum(0)
    latents = active.sort(descending=True, stable=True).indices[:6]
    plain = sae.decode(z)
    rows = []
    for latent in latents:
        change = [{"op": "zero", "latent": int(latent)}]
        changed_to = Splicer(sae, model.count, change, "drop", "topk")(x)
        _, gradient = gradient_at(model, target, changed_to)
        rows.append(((plain - changed_to) * gradient).sum(1))
    tensors["published.latents"] = latents.to(torch.int32)
    tensors["published.scores"] = torch.stack(rows)
    exact = {int(j): float(f) for j, f in zip(tensors["ablation.all.latents"], tensors["ablation.drop-topk.all"])}
    measured = numpy.array([exact[int(j)] for j in latents])
    return float(numpy.corrcoef(torch.stack(rows).sum(1).numpy(), measured)[0, 1])


def intervention_sets(z, region):
    start, end = region
    inside = z[start:end].max(0).values
    strongest, second = (int(j) for j in inside.sort(descending=True, stable=True).indices[:2])
    common = int((z > 0).sum(0).argmax())
    quiet = next(int(j) for j in (z > 0).sum(0).sort(stable=True).indices if int(j) != DEAD and float(z[start:end, j].max()) == 0)
    top = float(z.max())
    at = [[start, end]]
    return {
        "none": [],
        "clamp-inactive": [{"op": "clamp", "latent": quiet, "value": round(1.5 * top, 3), "at": at}],
        "clamp-dead": [{"op": "clamp", "latent": DEAD, "value": round(top, 3), "generated": True}],
        "clamp-small": [{"op": "clamp", "latent": quiet, "value": round(0.12 * top, 3)}],
        "add": [{"op": "add", "latent": common, "value": round(0.5 * top, 3)}],
        "scale": [{"op": "scale", "latent": strongest, "value": 2.5, "at": at}],
        "zero": [{"op": "zero", "latent": strongest}],
        "several": [
            {"op": "clamp", "latent": quiet, "value": round(top, 3), "at": [[start - 4, start - 2], [start, end]]},
            {"op": "zero", "latent": second, "generated": True},
            {"op": "add", "latent": quiet, "value": round(0.25 * top, 3), "at": [[start + 2, end - 1]], "generated": True},
        ],
    }


def ablations(model, sae, targets, sets, tensors):
    chosen = ["logitDiff.last", "logProb.earlier", "sequence"]
    plain = functional.log_softmax(model.run()[1][-1], dim=-1)
    tensors["logProbs.plain"] = plain
    rebuild = Splicer(sae, model.count, [], "drop", "none")
    before = {t: value_of(model, targets[t]) for t in chosen}
    rebuilt = {t: value_of(model, targets[t], rebuild) for t in chosen}
    records = []
    for (name, changes), (error_term, reselect) in itertools.product(sets.items(), SPLICES):
        splicer = Splicer(sae, model.count, changes, error_term, reselect)
        x, logits = model.run(edit=splicer)
        after = functional.log_softmax(logits[-1], dim=-1)
        tensors[f"logProbs.{name}.{error_term}-{reselect}"] = after
        records.append({
            "set": name, "errorTerm": error_term, "reselect": reselect,
            "targets": [
                {"target": t, "before": before[t], "reconstruction": rebuilt[t], "after": value_of(model, targets[t], splicer)}
                for t in chosen
            ],
            "kl": kl(plain, after), "receipt": splicer.receipt(x),
        })
    return records


def kl(p, q):
    p, q = p.double(), q.double()
    return float((p.exp() * (p - q)).sum())


def generate(model, splicer):
    """Greedy, the whole sequence anew for each token; the plain model reads the same tokens."""
    tokens, log_probs, divergences, gaps = [], [], [], []
    for _ in range(GREEDY):
        x, logits = model.run(tokens, splicer)
        plain = model.run(tokens)[1][-1]
        best = logits[-1].topk(2)
        gaps.append(float(best.values[0] - best.values[1]))
        token = int(best.indices[0])
        if gaps[-1] < GREEDY_GAP or token in model.refused:
            raise NearTie(f"greedy token {token}, gap {gaps[-1]}")
        steered = functional.log_softmax(logits[-1], dim=-1)
        divergences.append(kl(functional.log_softmax(plain, dim=-1), steered))
        log_probs.append(float(steered[token]))
        tokens.append(token)
    return {
        "tokens": tokens, "logProbs": log_probs, "klPerToken": divergences, "gap": min(gaps),
        "receipt": splicer.receipt(x) if splicer else {"steps": 0, "positions": 0, "meanNorm": 0.0, "dropped": 0},
    }


def steerings(model, sae, sets):
    records = [{"name": "plain", "interventions": None} | generate(model, None)]
    wanted = {
        "clamp": [dict(sets["clamp-dead"][0], generated=False)], "clamp-generated": sets["clamp-dead"],
        "clamp-small-generated": [dict(sets["clamp-small"][0], generated=True)],
        "zero-generated": [dict(sets["zero"][0], generated=True)], "several": sets["several"], "none": [],
    }
    for (name, changes), (error_term, reselect) in itertools.product(wanted.items(), SPLICES):
        splicer = Splicer(sae, model.count, changes, error_term, reselect)
        records.append(
            {"name": name, "errorTerm": error_term, "reselect": reselect, "interventions": changes} | generate(model, splicer)
        )
    return records


def information(model, sae, z, tensors):
    """What the decoder rows say of the vocabulary and of each other."""
    latents = [DEAD, *(int(j) for j in (z > 0).sum(0).sort(descending=True, stable=True).indices[:2])]
    head, norm = model.model.get_output_embeddings().weight, model.decoder.norm.weight
    if model.model.config.model_type == "gemma3":
        norm = 1 + norm
    tensors["information.effects"] = (sae.decoder[latents] * norm) @ head.T
    unit = functional.normalize(sae.decoder, dim=1)
    records = []
    for latent in latents:
        cosines = unit @ unit[latent]
        cosines[latent] = -2
        order = cosines.sort(descending=True, stable=True)
        if float((order.values[:5] - order.values[1:6]).min()) < 1e-4:
            raise NearTie("neighbours")
        records.append({
            "latent": latent, "norm": float(sae.decoder[latent].norm()), "bias": float(sae.bias[latent]),
            "neighbours": [{"latent": int(j), "cosine": float(c)} for j, c in zip(order.indices[:5], order.values[:5])],
        })
    return records


def targets_of(model):
    with torch.no_grad():
        logits = model.run()[1]
    last, early = model.count - 1, model.count - 6
    best = torch.argsort(logits[last], descending=True, stable=True)
    at_early = torch.argsort(logits[early], descending=True, stable=True)
    a, b, c, e = int(best[0]), int(best[3]), int(best[7]), int(at_early[1])
    return {
        "logitDiff.last": {"kind": "logitDiff", "answer": a, "baseline": b, "position": last},
        "logitDiff.earlier": {"kind": "logitDiff", "answer": a, "baseline": c, "position": early},
        "logit.last": {"kind": "logit", "token": b, "position": last},
        "logit.earlier": {"kind": "logit", "token": e, "position": early},
        "logProb.last": {"kind": "logProb", "token": a, "position": last},
        "logProb.earlier": {"kind": "logProb", "token": e, "position": early},
        "sequence": {"kind": "sequenceLogProb", "tokens": [a, c, b]},
    }


def make_case(name, seed):
    checkpoint, case, block, dtype, region = CASES[name]
    model = Model(checkpoint, case, block)
    with torch.no_grad():
        x, _ = model.run()
        sae = Autoencoder(x, dtype, seed)
        p = sae.pre(x)
        z = sae.select(p)
        rest = torch.where(z > 0, 0, p)
        sae.gap = min(sae.gap, float((rest.topk(2).values @ torch.tensor([1.0, -1.0]))[rest.topk(2).values[:, 1] > 0].min()))
        if sae.gap < SELECTION_GAP:
            raise NearTie(f"selection {sae.gap}")
        active = (z > 0).sum(1)
        if int(active.min()) == K or float((active == K).float().mean()) < 0.5:
            raise NearTie(f"unsuitable: {active.float().mean()}")
    targets, tensors = targets_of(model), {}
    tensors["residual"], tensors["reconstruction"] = x, sae.decode(z)
    tensors["indices"], tensors["values"] = entries(z)
    next_in = torch.where(rest.max(1).values > 0, rest.argmax(1), -1)
    tensors["runnersUp.indices"], tensors["runnersUp.values"] = next_in.to(torch.int32), rest.max(1).values
    main = targets["logitDiff.last"]
    sets = intervention_sets(z, region)
    with torch.no_grad():
        record = {
            "checkpoint": checkpoint, "case": case, "rendered": model.record["rendered"],
            "parts": model.record["parts"], "tokens": model.tokens, "block": block,
            "autoencoder": f"autoencoders/{name}/model.layers.{block}", "seed": seed, "region": list(region), "dead": DEAD,
            "targets": targets, "features": [features(sae, x, z, r) for r in [region, (0, model.count)]],
            "interventions": sets, "steering": steerings(model, sae, sets), "information": information(model, sae, z, tensors),
            "ablations": ablations(model, sae, targets, sets, tensors),
            "references": falls(model, sae, main, region, tensors, z),
        }
    record["attributions"] = attributions(model, sae, targets, tensors)
    record["integrated"] = {"steps": STEPS, "runs": integrated(model, sae, main, region, tensors, x, z)}
    record["published"] = {"correlationWithExact": published(model, sae, main, z, x, tensors)}
    if sae.gap < SELECTION_GAP:
        raise NearTie(f"selection {sae.gap}")
    record["gaps"] = {"selection": sae.gap, "greedy": min(s["gap"] for s in record["steering"])}
    sae.save(ROOT / record["autoencoder"])
    kept = {k: v.detach().float().contiguous() for k, v in tensors.items()}  # indices too
    save_file(kept, ROOT / f"{name}.safetensors")
    write(ROOT / f"{name}.json", record)
    print(name, "seed", seed, record["gaps"], "l0", record["features"][1]["l0"], "fvu", record["features"][1]["fvu"],
          "published", record["published"])


# ---------------------------------------------------------------- which tokens a painted rectangle changes

PAINTINGS = {"rows-cut": (490, 400), "padded-rows": (520, 330), "padded-columns": (340, 560), "wide": (600, 170), "tall": (150, 520)}


def paintings():
    """Flat pictures and rectangles; for each the image tokens whose patch of pixels changes, by packing patch numbers."""
    config = LlavaNextConfig.from_pretrained(MODELS / "llama3")
    model = LlavaNextForConditionalGeneration(config).model
    processor = image_processor(config)
    side = config.vision_config.image_size // config.vision_config.patch_size
    patch = config.vision_config.patch_size
    random = numpy.random.default_rng(SEED)
    (ROOT / "paintings").mkdir()
    records = []
    for name, (width, height) in PAINTINGS.items():
        y, x = numpy.mgrid[0:height, 0:width]
        pixels = numpy.stack([40 + x * 120 // width, 40 + y * 120 // height, numpy.full_like(x, 90)], -1).astype(numpy.uint8)
        PIL.Image.fromarray(pixels).save(ROOT / "paintings" / f"{name}.png", optimize=True)
        plain = processor([PIL.Image.fromarray(pixels)], return_tensors="pt")
        tiles = plain["pixel_values"][0]
        numbers = torch.arange(tiles.shape[0] * side * side, dtype=torch.float32).reshape(tiles.shape[0], side * side, 1)
        packed, _ = model.pack_image_features([numbers], plain["image_sizes"], "default", image_newline=torch.tensor([-1.0]))
        tokens = torch.cat(list(packed)) if isinstance(packed, (list, tuple)) else packed
        tokens = tokens.reshape(-1).to(torch.int64).tolist()
        rectangles = []
        for index in range(24):
            w, h = (int(v) for v in random.integers(2, 9 if index < 16 else 60, 2))
            left, top = int(random.integers(0, width - w)), int(random.integers(0, height - h))
            painted = pixels.copy()
            painted[top : top + h, left : left + w] = [250, 10, 200]
            other = processor([PIL.Image.fromarray(painted)], return_tensors="pt")["pixel_values"][0]
            moved = (other != tiles).reshape(tiles.shape[0], 3, side, patch, side, patch).amax(dim=(1, 3, 5)).reshape(-1)
            hit = [position for position, number in enumerate(tokens) if number >= 0 and bool(moved[number])]
            rectangles.append({"box": [left, top, left + w, top + h], "patches": moved.nonzero()[:, 0].tolist(), "tokens": hit})
        records.append({
            "picture": f"paintings/{name}.png", "width": width, "height": height, "color": [250, 10, 200], "patchesASide": side,
            "tokens": tokens, "rectangles": rectangles,
        })
        alone = sum(sum(t < side * side for t in r["tokens"]) == 1 and sum(t >= side * side for t in r["tokens"]) <= 1 for r in rectangles)
        print(name, "tokens", len(tokens), "rectangles in one base patch and at most one tile patch:", alone)
    write(ROOT / "paintings.json", records)


def write(path, value):
    """One line an entry of the outermost object or list."""
    def compact(v):
        return json.dumps(v, ensure_ascii=False, separators=(",", ":"))

    if isinstance(value, dict):
        lines, ends = [f"{compact(k)}:{compact(v)}" for k, v in value.items()], "{}"
    else:
        lines, ends = [compact(v) for v in value], "[]"
    path.write_text(ends[0] + "\n" + ",\n".join(lines) + "\n" + ends[1] + "\n")


VERSIONS = {
    "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
    "safetensors": safetensors.__version__, "pillow": PIL.__version__, "numpy": numpy.__version__,
}


def main(names):
    manifest = {
        "script": "Tests/Fixtures/make/interpretation.py", "seed": SEED,
        "models": hashlib.sha256((MODELS / "MANIFEST.json").read_bytes()).hexdigest(), "versions": VERSIONS,
    }
    if names:
        manifest = json.loads((ROOT / "MANIFEST.json").read_text())
        manifest["versions of"] = manifest.get("versions of", {}) | dict.fromkeys(names, VERSIONS)
    else:
        shutil.rmtree(ROOT, ignore_errors=True)
        ROOT.mkdir(parents=True)
    for index, name in enumerate(CASES):
        if names and name not in names:
            continue
        shutil.rmtree(ROOT / "autoencoders" / name, ignore_errors=True)
        for attempt in itertools.count():
            try:
                make_case(name, SEED + 1000 * index + attempt)
                break
            except NearTie as tie:
                print(name, attempt, tie)
    if not names:
        paintings()
    files = sorted(p for p in ROOT.rglob("*") if p.is_file() and p.name != "MANIFEST.json")
    manifest["files"] = {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    write(ROOT / "MANIFEST.json", manifest)
    print(sum(p.stat().st_size for p in files) / 1e3, "kB")


if __name__ == "__main__":
    main(sys.argv[1:])

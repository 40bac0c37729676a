"""Makes Tests/Fixtures/attribution: rules of the pullback, sets of tokens, joint ablation, patching and occlusion.

    python Tests/Fixtures/make/attribution.py          # after models.py and interpretation.py: as they need, and scipy
    python Tests/Fixtures/make/attribution.py NAME…    # these cases alone, beside those that are there

Checkpoints are those of Tests/Fixtures/models, autoencoders and targets those of Tests/Fixtures/interpretation; one
case more, "qwen2", puts an autoencoder of its own under two blocks whose projections have biases, and "qwen3" one under
two that norm every head's queries and keys; "qwen3vl" and "qwen25vl" one each under blocks whose rotary embedding
turns by a picture's rows and columns, of which the former adds rows to the picture's behind its first two; "gemma3" norms the updates of both halves, has gates of GELU, and a
picture whose tokens see each other both ways. Everything is
computed in float32 with eager attention by whole forward passes of transformers' own model, a hook that replaces the
output of the site's block, and autograd. x, p, z, x̂ and ε are as interpretation.py defines them, and so is what the
blocks above read: x + (decode(z′) − decode(z)) ("keep") or decode(z′) ("drop"). Zeroing a feature never selects anew.
T is the number of the prompt's tokens; a sequence's run has one row more for each of its tokens but the last.

Rules. A pullback is autograd's gradient g of the target to what the blocks above the site read, of the model with the
modules above the site stated anew: same numbers forward (asserted), but with constants on the way back.
  plain       No constants (asserted to be the model's own gradient).
  held        The scale 1/√(mean square + eps) of every RMS norm above the site, the final one and those of heads'
              queries and keys included, is a constant.
  conserving  That; the attention weights (the softmax's output) are constants; in the MLP a = g·s(g), with g the gate
              projection's output, has s(g) constant, so that da/dg = s(g); and p = a·u, with u the other projection's
              output, hands back half of dp·u to a and half of dp·a to u. s is σ(g), or σ(2√(2/π)(g + 0.044715g³)) where
              the gate is GELU by tanh.
The share of an active (position, latent) is z·(W_dec[latent]·g[position]). Completeness: "sum" of all shares,
"bias" = b_dec·Σg, "errorTerm" = Σ ε·g (0 where dropped), "total" = Σ read·g. "projectionBias" = Σ b·∂d/∂b over the
biases of the projections q, k, v, o, gate, up and down in the blocks above the site, and over the rows that Qwen3-VL
adds between these, under the same rule: with "conserving", total + projectionBias is a logit difference itself (asserted).

Targets. "set.last" is log Σ exp(logit) over the answers less the same over the baselines, at the last position. The
table of a sequence has a row for each of its tokens: the plain gradient of that token's log-probability, the shares
summed over positions for each latent, once over all rows of the run and once over the prompt's rows alone.

Regions. Each is a list of spans of prompt positions; regions are disjoint and need not cover the prompt. Subset s of
8 has region i where bit i of s is set: its value is d with the features of the regions outside s at zero (all latents,
all their positions) and everything else as it is; subset 7 is the plain value ("keep") or that of the reconstruction
("drop"). "without"[i] is d with region i alone at zero, "start" is d with every feature of the prompt's rows 0..<T at
zero, "biasAlone" d with b_dec read at every row of the prompt. A sequence's further rows belong to no region and
are read with their features in every one of these ("keep": x; "drop": decode(z)). With "keep", start − biasAlone is
the error term's own part; with "drop" both are the same run. A region's Shapley value is its mean marginal
contribution over the 6 orders in which regions join. "ablation.tokens" holds, for each prompt position, how far d
falls when all its latents go to zero.

Statistics. Of measured on predicted: Pearson's and Spearman's correlation (ties take their mean rank) by scipy, and
the slope Σpm/Σp² of the least-squares line through the origin. "pairs" are the plain shares largest in magnitude and
their exact falls, "ties" the same numbers rounded to steps of a quarter of their largest, so that many are equal.

Comparisons. Context A is the case's prompt; B has as many tokens: one token replaced (as the text then reads, by the
checkpoint's tokenizer), or the picture mirrored left to right. Error terms are kept. "into"[j] is A's d with latent
j's activations at all positions replaced by B's, "out"[j] is B's d with A's; "allInto" and "allOut" replace all
latents. predicted[j] = Σ_t (z_A − z_B)[t, j] (W_dec[j] · (g_A + g_B)[t] / 2) with plain gradients: what d_A loses
and d_B gains to first order. Patched are the latents largest in |predicted|, 30 at most, of those that differ anywhere.

Occlusion. A box [x0, y0, x1, y1) of a picture is painted with the picture's mean colour: for each channel the mean
over all pixels of the whole picture, rounded half up. A span of text is occluded by one filler token in every place.
The model then reads prompt and picture anew from the start.

Paths of autoencoders and pictures are from Tests/Fixtures. Where the choice of the active latents is too near a tie,
an autoencoder made here is drawn anew and a replaced token gives way to the next one in the list; the smallest gaps
are recorded. "plain" is recorded for "set.last", and in the case "qwen2" for every target; gradients themselves only
for "logitDiff.last".
"""

import copy
import hashlib
import itertools
import json
import math
import platform
import shutil
import sys
from contextlib import contextmanager

import numpy
import PIL
import PIL.Image
import PIL.ImageOps
import safetensors
import scipy
import scipy.stats
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import AutoTokenizer

import interpretation
from interpretation import (
    HERE, K, MODELS, SELECTION_GAP, Autoencoder, Model, NearTie, completeness, continuation_of, entries, image_processor,
    scores_of, targets_of, write,
)

SEED = 78_001
ROOT = HERE / "attribution"
PATCHED, PAIRS, PATCHED_GAP = 30, 40, 1e-4
OTHER_GAP = 2e-4  # of selections in a context B, for which the autoencoder cannot be drawn anew

CASES = {
    "llama3": {
        "from": "llama3", "regions": {"before": [[0, 8]], "picture": [[8, 45]], "behind": [[45, 71]]},
        "replacements": [("map", "mat"), ("map", "mad"), ("this", "that"), ("shown", "shows")],
        "mirrored": "landscape.png", "box": [20, 10, 41, 30], "hidden": [46, 52], "filler": 220,
    },
    "mistral": {
        "from": "mistral", "regions": {"verb": [[20, 26]], "words": [[26, 30], [32, 34]], "template": [[34, 40]]},
        "replacements": [("over the", "over she"), ("lazy", "lacy"), ("dog.", "dog!"), ("over", "oder")],
        "hidden": [27, 33], "filler": 295,
    },
    "qwen2-last-block": {
        "from": "qwen2-last-block", "regions": {"before": [[0, 6]], "words": [[6, 21]], "behind": [[21, 32]]},
        "replacements": [("Bolivia", "Botivia"), ("Bolivia", "Bolivio"), ("via.", "via!"), ("reads", "readt")],
        "hidden": [14, 20], "filler": 220,
    },
    "qwen2": {
        "made": ("qwen2-text", "text", 0), "regions": {"before": [[1, 6]], "words": [[6, 9], [12, 21]], "behind": [[22, 31]]},
        "replacements": [("Bolivia", "Botivia"), ("Bolivia", "Bolivio"), ("via.", "via!"), ("reads", "readt")],
        "hidden": [14, 20], "filler": 220,
    },
    "qwen3": {
        "made": ("qwen3-text", "text", 0), "regions": {"before": [[1, 6]], "words": [[6, 9], [12, 21]], "behind": [[22, 31]]},
        "replacements": [("Bolivia", "Botivia"), ("Bolivia", "Bolivio"), ("via.", "via!"), ("reads", "readt")],
        "hidden": [14, 20], "filler": 220,
    },
    "gemma3": {
        "from": "gemma3", "regions": {"before": [[1, 7]], "picture": [[10, 23]], "words": [[25, 30], [33, 38]]},
        "replacements": [("map", "mat"), ("map", "mad"), ("this", "that"), ("shown", "shows")],
        "mirrored": "landscape.png", "box": [20, 10, 41, 30], "hidden": [26, 32], "filler": 300,
    },
    # Rows are added behind the site's block and the one above it; there the latter's count with the biases.
    "qwen3vl": {
        "made": ("qwen3vl", "landscape", 0), "regions": {"before": [[1, 7]], "picture": [[7, 20]], "words": [[28, 33], [35, 42]]},
        "replacements": [("map", "mat"), ("map", "mad"), ("this", "that"), ("shown", "shows")],
        "mirrored": "landscape.png", "box": [20, 10, 41, 30], "hidden": [29, 35], "filler": 220,
    },
    "qwen25vl": {
        "made": ("qwen25vl", "landscape", 1), "regions": {"before": [[1, 37]], "picture": [[40, 57]], "words": [[58, 64], [66, 72]]},
        "replacements": [("map", "mat"), ("map", "mad"), ("this", "that"), ("shown", "shows")],
        "mirrored": "landscape.png", "box": [20, 10, 41, 30], "hidden": [59, 65], "filler": 220,
    },
}


class Saved(Autoencoder):
    """An autoencoder as its folder has it."""

    def __init__(self, folder):
        state = load_file(folder / "sae.safetensors")
        self.encoder, self.bias, self.decoder, self.b_dec = (
            state[n].float() for n in ("encoder.weight", "encoder.bias", "W_dec", "b_dec")
        )
        assert json.loads((folder / "cfg.json").read_text())["k"] == K
        self.gap = math.inf


# ---------------------------------------------------------------- the model's modules, stated anew

def norm_held(norm):
    def forward(x):
        adds_one = not hasattr(norm, "variance_epsilon")  # Gemma's
        scale = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + (norm.eps if adds_one else norm.variance_epsilon))
        return (adds_one + norm.weight) * (x * scale.detach())
    return forward


def attention(module, held):
    rotate = sys.modules[type(module).__module__].apply_rotary_pos_emb
    norms = [getattr(module, name, lambda x: x) for name in ("q_norm", "k_norm", "no norm of values")]

    def forward(hidden_states, position_embeddings, attention_mask, **_):
        rows = hidden_states.shape[1]
        q, k, v = (
            norm(projection(hidden_states).view(1, rows, -1, module.head_dim)).transpose(1, 2)
            for projection, norm in zip((module.q_proj, module.k_proj, module.v_proj), norms)
        )
        q, k = rotate(q, k, *position_embeddings)
        k, v = (y.repeat_interleave(module.num_key_value_groups, dim=1) for y in (k, v))
        weights = torch.softmax(q @ k.transpose(2, 3) * module.scaling + attention_mask, dim=-1)
        out = (weights.detach() if held else weights) @ v
        return module.o_proj(out.transpose(1, 2).reshape(1, rows, -1)), weights
    return forward


def gated(mlp, shared):
    def forward(x):
        g, u = mlp.gate_proj(x), mlp.up_proj(x)
        by_tanh = getattr(mlp.config, "hidden_activation", None) == "gelu_pytorch_tanh"
        sigma = torch.sigmoid(2 * math.sqrt(2 / math.pi) * (g + 0.044715 * g**3) if by_tanh else g)
        if not shared:
            return mlp.down_proj(g * sigma * u)
        a = g * sigma.detach()
        return mlp.down_proj(0.5 * (a * u.detach() + a.detach() * u))
    return forward


def deep_rows(model):
    """What the model adds to its picture's tokens behind the first blocks, in their order."""
    record = model.record
    known = load_file(MODELS / "cases" / f"{record['checkpoint']}.{record['case']}.safetensors")
    return [known[name] for name in sorted(known) if name.startswith("deepstack.")]


@contextmanager
def restated(model, rule):
    """The modules above the site by a rule; gives back the biases of the projections there."""
    blocks = model.decoder.layers[model.block + 1 :]
    changes = [(b.self_attn, attention(b.self_attn, rule == "conserving")) for b in blocks]
    changes += [(b.mlp, gated(b.mlp, rule == "conserving")) for b in blocks]
    if rule != "plain":
        names = [n + "_layernorm" for n in ("input", "post_attention", "pre_feedforward", "post_feedforward")]
        norms = [getattr(b, n) for b in blocks for n in names if hasattr(b, n)] + [model.decoder.norm]
        norms += [getattr(b.self_attn, name) for b in blocks for name in ("q_norm", "k_norm") if hasattr(b.self_attn, name)]
        changes += [(n, norm_held(n)) for n in norms]
    biases = [p for b in blocks for name, p in b.named_parameters() if name.endswith("_proj.bias")]
    added, own_addition = deep_rows(model), getattr(model.decoder, "_deepstack_process", None)
    with torch.no_grad():
        own = model.run()[1]
    for module, forward in changes:
        module.forward = forward
    if added:
        rows_in_turn = itertools.cycle(added)
        model.decoder._deepstack_process = lambda stream, places, _: own_addition(stream, places, next(rows_in_turn))
        biases += added[model.block + 1 :]
    for bias in biases:
        bias.requires_grad_(True)
    try:
        with torch.no_grad():
            assert torch.allclose(model.run()[1], own, rtol=0, atol=2e-6 * float(own.abs().max()))
        yield biases
    finally:
        for module, _ in changes:
            del module.forward
        if added:
            del model.decoder._deepstack_process
        for bias in biases:
            bias.requires_grad_(False)


# ---------------------------------------------------------------- values and gradients

def evaluate(target, logits, count):
    if target["kind"] == "logOdds":
        row = logits[target["position"]]
        return torch.logsumexp(row[target["answers"]], 0) - torch.logsumexp(row[target["baselines"]], 0)
    return interpretation.evaluate(target, logits, count)


def value_of(model, target, read=None):
    with torch.no_grad():
        edit = None if read is None else (lambda _: read)
        return float(evaluate(target, model.run(continuation_of(target), edit)[1], model.count))


def pulled(model, target, read, biases=()):
    """d, its gradient to what is read, and Σ b·∂d/∂b."""
    leaf = read.detach().clone().requires_grad_()
    d = evaluate(target, model.run(continuation_of(target), lambda _: leaf)[1], model.count)
    gradient, *slopes = torch.autograd.grad(d, [leaf, *biases], allow_unused=True)
    shares = [(b.detach().double() * s.double()).sum() for b, s in zip(biases, slopes) if s is not None]
    return float(d.detach()), gradient, float(sum(shares, torch.tensor(0.0)))


def site(model, sae, target):
    """x, z and ways to read them, of the run that the target needs."""
    with torch.no_grad():
        x = model.run(continuation_of(target))[0]
        return x, sae.encode(x)


def read_of(sae, x, z, new, error_term):
    return x + (sae.decode(new) - sae.decode(z)) if error_term == "keep" else sae.decode(new)


# ---------------------------------------------------------------- the questions

def pullbacks(model, sae, targets, tensors, plain):
    """`plain` names the targets for which the plain gradient is recorded too."""
    records = []
    for rule in ["plain", "held", "conserving"]:
        names = plain if rule == "plain" else [n for n in targets if n != "set.last" or rule == "conserving"]
        for name, error_term in itertools.product(names, ["keep", "drop"]):
            target = targets[name]
            x, z = site(model, sae, target)
            read = x if error_term == "keep" else sae.decode(z)
            with restated(model, rule) as biases:
                d, gradient, carried = pulled(model, target, read, biases)
            own, plain_gradient, _ = pulled(model, target, read)
            assert abs(d - own) < 1e-5
            if rule == "plain":
                assert torch.allclose(gradient, plain_gradient, rtol=0, atol=1e-5 * float(plain_gradient.abs().max()))
            found = completeness(sae, x, z, gradient, error_term)
            if rule == "conserving" and target["kind"] == "logitDiff":
                assert abs(found["total"] + carried - d) < 1e-4 * max(1, abs(d)), (found, carried, d)
            key = f"{rule}.{name}.{error_term}"
            if name == "logitDiff.last":
                tensors[f"{key}.gradient"] = gradient
            tensors[f"{key}.scores"] = scores_of(sae, z, gradient)
            records.append({
                "rule": rule, "target": name, "errorTerm": error_term, "value": d, "completeness": found,
                "projectionBias": carried,
            })
    return records


def token_table(model, sae, target, tensors):
    """Each token of a sequence by itself, in the one run of the whole sequence."""
    x, z = site(model, sae, target)
    tensors["sequence.indices"], tensors["sequence.values"], tensors["sequence.residual"] = *entries(z), x
    records = []
    for error_term in ["keep", "drop"]:
        read, rows, values = x if error_term == "keep" else sae.decode(z), {"all": [], "prompt": []}, []
        for index, token in enumerate(target["tokens"]):
            leaf = read.clone().requires_grad_()
            logits = model.run(continuation_of(target), lambda _: leaf)[1]
            value = functional.log_softmax(logits[model.count - 1 + index], dim=-1)[token]
            gradient = torch.autograd.grad(value, leaf)[0]
            shares = z * (gradient @ sae.decoder.T)
            rows["all"].append(shares.sum(0)), rows["prompt"].append(shares[: model.count].sum(0))
            values.append(float(value.detach()))
        for kind, made in rows.items():
            tensors[f"table.{error_term}.{kind}"] = torch.stack(made)
        assert abs(sum(values) - value_of(model, target, read)) < 1e-5
        records.append({"errorTerm": error_term, "values": values})
    return {"target": "sequence", "tokens": target["tokens"], "splices": records}


def region_ablations(model, sae, targets, regions, tensors):
    records, count = [], model.count
    for name, error_term in itertools.product(["logitDiff.last", "sequence"], ["keep", "drop"]):
        target = targets[name]
        x, z = site(model, sae, target)

        def value(zeroed):
            new = z.clone()
            for start, end in zeroed:
                new[start:end] = 0
            return value_of(model, target, read_of(sae, x, z, new, error_term))

        spans = list(regions.values())
        subsets = [value([s for i in range(3) if not mask >> i & 1 for s in spans[i]]) for mask in range(8)]
        shapley = [0.0] * 3
        for order in itertools.permutations(range(3)):
            mask = 0
            for i in order:
                shapley[i] += (subsets[mask | 1 << i] - subsets[mask]) / 6
                mask |= 1 << i
        assert abs(sum(shapley) - (subsets[7] - subsets[0])) < 1e-9
        alone = read_of(sae, x, z, z, error_term).clone()
        alone[:count] = sae.b_dec
        record = {
            "target": name, "errorTerm": error_term, "value": subsets[7], "without": [subsets[7 ^ 1 << i] for i in range(3)],
            "withoutAll": subsets[0], "start": value([(0, count)]), "biasAlone": value_of(model, target, alone),
            "subsets": subsets, "shapley": shapley,
        }
        assert error_term == "keep" or abs(record["start"] - record["biasAlone"]) < 1e-6
        records.append(record)
        whole = value([])
        tensors[f"ablation.tokens.{name}.{error_term}"] = torch.tensor([whole - value([(t, t + 1)]) for t in range(count)])
    return records


def statistics(model, sae, target):
    x, z = site(model, sae, target)
    whole, gradient, _ = pulled(model, target, x)
    shares = z * (gradient @ sae.decoder.T)
    places = [(int(t), int(j)) for t, j in z.nonzero()]
    places = sorted(places, key=lambda p: -abs(float(shares[p])))[:PAIRS]
    falls = []
    for place in places:
        new = z.clone()
        new[place] = 0
        falls.append(whole - value_of(model, target, read_of(sae, x, z, new, "keep")))

    def stepped(numbers):
        step = max(abs(v) for v in numbers) / 4
        return [float(numpy.float32(round(v / step) * step)) + 0.0 for v in numbers]

    predicted = [float(shares[p]) for p in places]
    records = []
    for name, (p, m) in {"pairs": (predicted, falls), "ties": (stepped(predicted), stepped(falls))}.items():
        p, m = (numpy.array(v, numpy.float64) for v in (p, m))
        assert name == "pairs" or len(set(p)) < len(p) / 2
        records.append({
            "name": name, "predicted": p.tolist(), "measured": m.tolist(), "pearson": float(scipy.stats.pearsonr(p, m).statistic),
            "spearman": float(scipy.stats.spearmanr(p, m).statistic), "slope": float((p * m).sum() / (p * p).sum()),
        } | ({"places": places} if name == "pairs" else {}))
    return {"target": "logitDiff.last", "errorTerm": "keep", "lists": records}


def compare(model, other, sae, target, key, tensors):
    """Patching between the contexts of `model` (A) and `other` (B)."""
    (xa, za), (xb, zb) = site(model, sae, target), site(other, sae, target)
    (da, ga, _), (db, gb, _) = pulled(model, target, xa), pulled(other, target, xb)
    predicted = ((za - zb) * ((ga + gb) / 2 @ sae.decoder.T)).sum(0)
    differing = (za != zb).any(0)
    order = [int(j) for j in predicted.abs().sort(descending=True, stable=True).indices if bool(differing[j])]
    latents, rest = order[:PATCHED], order[PATCHED:]
    sizes = predicted.abs()
    if rest and 0 < float(sizes[latents[-1]] - sizes[rest[0]]) < PATCHED_GAP * float(sizes.max()):
        raise NearTie("the last latent that is patched")

    def patched(context, x, z, from_z, columns):
        new = z.clone()
        new[:, columns] = from_z[:, columns]
        return value_of(context, target, read_of(sae, x, z, new, "keep"))

    tensors[f"{key}.residual"], (tensors[f"{key}.indices"], tensors[f"{key}.values"]) = xb, entries(zb)
    tensors[f"{key}.predicted"], tensors[f"{key}.latents"] = predicted, torch.tensor(latents)
    tensors[f"{key}.into"] = torch.tensor([patched(model, xa, za, zb, [j]) for j in latents])
    tensors[f"{key}.out"] = torch.tensor([patched(other, xb, zb, za, [j]) for j in latents])
    every = list(range(za.shape[1]))
    return {
        "target": "logitDiff.last", "valueA": da, "valueB": db, "differing": int(differing.sum()),
        "allInto": patched(model, xa, za, zb, every), "allOut": patched(other, xb, zb, za, every),
    }


def with_tokens(model, tokens):
    other = copy.copy(model)
    other.tokens = tokens
    return other


def with_picture(model, picture):
    other = copy.copy(model)
    made = image_processor(model.model.config)([picture], return_tensors="pt")
    other.extra = {k: made[k] for k in interpretation.PICTURE_INPUTS if k in made}
    assert all(torch.equal(other.extra[k], model.extra[k]) for k in other.extra if k != "pixel_values")
    return other


def comparisons(model, sae, targets, plan, tensors):
    target, before = targets["logitDiff.last"], sae.gap
    tokenizer = AutoTokenizer.from_pretrained(MODELS / model.record["checkpoint"])
    with_image = any(isinstance(p, dict) for p in model.record["parts"])

    def tokens_of(text):
        if model.model.config.model_type == "gemma3":  # the begin token is the template's
            begin, soft, end = "<start_of_image>", "<image_soft_token>", "<end_of_image>"
            view = f"\n\n{begin}{soft * model.model.config.mm_tokens_per_image}{end}\n\n"
            return tokenizer(text.replace(begin, view), add_special_tokens=False)["input_ids"]
        tokens = tokenizer(text)["input_ids"]
        if not with_image:
            return tokens
        # The template's one marker stands for all tokens of the picture.
        image = model.model.config.image_token_id
        place = tokens.index(image)
        return [*tokens[:place], *[image] * model.tokens.count(image), *tokens[place + 1 :]]

    assert tokens_of(model.record["rendered"]) == model.tokens
    picture = f"models/pictures/{plan['mirrored']}" if with_image else None
    records = []
    for old, new in plan["replacements"]:
        rendered = model.record["rendered"].replace(old, new, 1)
        tokens = tokens_of(rendered)
        moved = [i for i, (a, b) in enumerate(zip(model.tokens, tokens)) if a != b]
        assert len(tokens) == model.count and len(moved) == 1, (old, new, tokens)
        sae.gap, made = math.inf, {}
        try:
            found = compare(model, with_tokens(model, tokens), sae, target, "compare.token", made)
            if sae.gap < OTHER_GAP:
                raise NearTie(f"selection {sae.gap}")
        except NearTie as tie:
            print("  ", old, "to", new, tie)
            continue
        tensors |= made
        records.append({
            "name": "token", "rendered": rendered, "picture": picture, "tokens": tokens, "position": moved[0],
            "from": model.tokens[moved[0]], "to": tokens[moved[0]], "gap": sae.gap,
        } | found)
        break
    assert records
    if "mirrored" in plan:
        mirrored = PIL.ImageOps.mirror(PIL.Image.open(MODELS / "pictures" / plan["mirrored"]).convert("RGB"))
        path = ROOT / "pictures" / plan["mirrored"].replace(".png", "-mirrored.png")
        path.parent.mkdir(exist_ok=True)
        mirrored.save(path, optimize=True)
        sae.gap = math.inf
        found = compare(model, with_picture(model, PIL.Image.open(path)), sae, target, "compare.picture", tensors)
        if sae.gap < OTHER_GAP:
            raise NearTie(f"selection of the mirrored picture {sae.gap}")
        records.append({
            "name": "picture", "rendered": model.record["rendered"], "picture": str(path.relative_to(HERE)),
            "tokens": model.tokens, "gap": sae.gap,
        } | found)
    sae.gap = before
    return records


def occlusions(model, targets, plan):
    chosen = ["logitDiff.last", "logProb.last", "sequence"]

    def values(context):
        return {name: value_of(context, targets[name]) for name in chosen}

    start, end = plan["hidden"]
    tokens = [*model.tokens[:start], *[plan["filler"]] * (end - start), *model.tokens[end:]]
    assert getattr(model.model.config, "image_token_id", None) not in model.tokens[start:end]
    found = {
        "plain": values(model),
        "text": {"span": [start, end], "filler": plan["filler"], "values": values(with_tokens(model, tokens))}, "picture": None,
    }
    if "box" in plan:
        pixels = numpy.array(PIL.Image.open(MODELS / "pictures" / plan["mirrored"]).convert("RGB"))
        height, width, _ = pixels.shape
        sums, size = pixels.reshape(-1, 3).astype(numpy.int64).sum(0), width * height
        colour = [int(v) for v in (2 * sums + size) // (2 * size)]
        records = []
        for x0, y0, x1, y1 in [plan["box"], [0, 0, width, height]]:
            painted = pixels.copy()
            painted[y0:y1, x0:x1] = colour
            records.append({"box": [x0, y0, x1, y1], "values": values(with_picture(model, PIL.Image.fromarray(painted)))})
        found["picture"] = {
            "file": f"models/pictures/{plan['mirrored']}", "width": width, "height": height, "colour": colour, "boxes": records,
        }
    return found


def opened(name, plan, attempt):
    """The model, its autoencoder, that one's path and seed, and the targets."""
    if "from" in plan:
        known = json.loads((interpretation.ROOT / f"{name}.json").read_text())
        model = Model(known["checkpoint"], known["case"], known["block"])
        path = f"interpretation/{known['autoencoder']}"
        targets = {n: known["targets"][n] for n in ["logitDiff.last", "logProb.last", "sequence"]}
        value = next(a for a in known["attributions"] if (a["target"], a["errorTerm"]) == ("logitDiff.last", "keep"))["value"]
        assert abs(value_of(model, targets["logitDiff.last"]) - value) < 1e-5
        return model, Saved(HERE / path), path, None, targets
    model, seed = Model(*plan["made"]), SEED + attempt
    with torch.no_grad():
        x, _ = model.run()
        sae = Autoencoder(x, torch.float32, seed)
        active = (sae.encode(x) > 0).sum(1)
    if int(active.min()) == K or float((active == K).float().mean()) < 0.5:
        raise NearTie(f"unsuitable: {active.float().mean()}")
    made = targets_of(model)
    path = f"attribution/autoencoders/{name}/model.layers.{model.block}"
    return model, sae, path, seed, {n: made[n] for n in ["logitDiff.last", "logProb.last", "sequence"]}


def make_case(name, attempt):
    plan = CASES[name]
    model, sae, path, seed, targets = opened(name, plan, attempt)
    with torch.no_grad():
        best = [int(j) for j in torch.argsort(model.run()[1][-1], descending=True, stable=True)]
    targets["set.last"] = {
        "kind": "logOdds", "answers": [best[0], best[5], best[9]], "baselines": [best[3], best[12]], "position": model.count - 1,
    }
    tensors = {}
    x, z = site(model, sae, targets["logitDiff.last"])
    tensors["residual"], (tensors["indices"], tensors["values"]) = x, entries(z)
    record = {
        "checkpoint": model.record["checkpoint"], "case": model.record["case"], "rendered": model.record["rendered"],
        "parts": model.record["parts"], "tokens": model.tokens, "block": model.block, "autoencoder": path, "seed": seed,
        "targets": targets, "regions": [{"name": n, "spans": s} for n, s in plan["regions"].items()],
        "pullbacks": pullbacks(model, sae, targets, tensors, ["set.last"] if seed is None else list(targets)),
        "table": token_table(model, sae, targets["sequence"], tensors),
        "regionAblations": region_ablations(model, sae, targets, plan["regions"], tensors),
        "statistics": statistics(model, sae, targets["logitDiff.last"]),
        "comparisons": comparisons(model, sae, targets, plan, tensors), "occlusions": occlusions(model, targets, plan),
    }
    if sae.gap < SELECTION_GAP:
        raise NearTie(f"selection {sae.gap}")
    record["gaps"] = {"selection": sae.gap}
    if seed is not None:
        sae.save(HERE / path)
    kept = {k: v.detach().float().contiguous() for k, v in tensors.items()}  # indices too
    save_file(kept, ROOT / f"{name}.safetensors")
    write(ROOT / f"{name}.json", record)
    print(name, "seed", seed, "gap", round(sae.gap, 5), (ROOT / f"{name}.safetensors").stat().st_size / 1e3, "kB")
    for r in record["pullbacks"]:
        if r["target"] == "logitDiff.last":
            print("  ", r["rule"], r["errorTerm"], "d", short(r["value"]), "total", short(r["completeness"]["total"]),
                  "projections' biases", short(r["projectionBias"]))
    for r in record["regionAblations"]:
        print("  ", r["target"], r["errorTerm"], "subsets", short(r["subsets"]), "Shapley", short(r["shapley"]),
              "start", short(r["start"]), "bias alone", short(r["biasAlone"]))
    for r in record["statistics"]["lists"]:
        print("  ", r["name"], "Pearson", short(r["pearson"]), "Spearman", short(r["spearman"]), "slope", short(r["slope"]))
    for r in record["comparisons"]:
        print("  ", "compare", r["name"], "A", short(r["valueA"]), "B", short(r["valueB"]), "all into", short(r["allInto"]),
              "all out", short(r["allOut"]), "differing", r["differing"])
    hidden = [record["occlusions"]["text"], *(record["occlusions"]["picture"] or {"boxes": []})["boxes"]]
    print("  ", "occluded", short([h["values"]["logitDiff.last"] for h in hidden]))


def short(value):
    return [short(v) for v in value] if isinstance(value, list) else round(value, 3)


VERSIONS = {
    "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
    "safetensors": safetensors.__version__, "pillow": PIL.__version__, "numpy": numpy.__version__,
    "scipy": scipy.__version__,
}


def main(names):
    manifest = {
        "script": "Tests/Fixtures/make/attribution.py", "seed": SEED,
        "models": hashlib.sha256((MODELS / "MANIFEST.json").read_bytes()).hexdigest(),
        "interpretation": hashlib.sha256((interpretation.ROOT / "MANIFEST.json").read_bytes()).hexdigest(),
        "versions": VERSIONS,
    }
    if names:
        manifest = json.loads((ROOT / "MANIFEST.json").read_text())
        manifest["versions of"] = manifest.get("versions of", {}) | dict.fromkeys(names, VERSIONS)
    else:
        shutil.rmtree(ROOT, ignore_errors=True)
        ROOT.mkdir(parents=True)
    for name, plan in CASES.items():
        if names and name not in names:
            continue
        for attempt in itertools.count():
            try:
                make_case(name, attempt)
                break
            except NearTie as tie:
                print(name, attempt, tie)
                if "from" in plan:
                    raise
    files = sorted(p for p in ROOT.rglob("*") if p.is_file() and p.name != "MANIFEST.json")
    manifest["files"] = {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    write(ROOT / "MANIFEST.json", manifest)
    print(sum(p.stat().st_size for p in files) / 1e3, "kB")


if __name__ == "__main__":
    main(sys.argv[1:])

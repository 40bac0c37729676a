"""Makes Tests/Fixtures/sites: autoencoders and transcoders inside the blocks, by transformers' own modules.

    python Tests/Fixtures/make/sites.py    # after models.py: torch, transformers, safetensors, pillow, numpy

The models are the tiny checkpoints of Tests/Fixtures/models, the autoencoders small random TopK ones. As in
interpretation.py everything is computed in float32 with eager attention by whole forward passes of transformers'
model with hooks, and autograd: no key/value cache, no partial pass, no point of the residual stream at which a run
is split.

Definitions. x is what is read, y what is made again: a module's input or output, or the residual stream. p =
ReLU(W_enc·x + b_enc), of an autoencoder W_enc(x − b_dec) + b_enc, z the k largest positive of p, ŷ = z·W_dec + b_dec,
of some transcoders + x·W_skipᵀ. An intervention changes z; the module's output is then y + (decode(z′) − decode(z))
("keep") or ŷ(z′) ("drop"). A score is z_tj (W_dec[j]·g_t), g the gradient at y.
"""

import hashlib
import itertools
import json
import platform
import shutil

import numpy
import PIL
import safetensors
import torch
import transformers
from safetensors.torch import save_file
from torch.nn import functional

import interpretation as base
from interpretation import (
    K, MODELS, SELECTION_GAP, NearTie, changed, continuation_of, entries, entries_of, evaluate, kl, targets_of, write,
)

SEED = 93_001
LATENTS, GREEDY = 64, 5
FULL = 0.4  # the least share of positions with k active latents
ROOT = MODELS.parent / "sites"
SCRIPT = "Tests/Fixtures/make/sites.py"

# checkpoint, case, region of positions, sites: name, what is read, what is made, whether there is a skip connection.
CASES = {
    "qwen3": ("qwen3-text", "text", (20, 27), [
        ("resid_pre.0", "resid_pre.0", "resid_pre.0", False),
        ("attn_heads.1", "attn_heads.1", "attn_heads.1", False),
        ("attn_out.1", "attn_out.1", "attn_out.1", False),
        ("resid_mid.1", "resid_mid.1", "resid_mid.1", False),
        ("mlp_out.1", "mlp_out.1", "mlp_out.1", False),
        ("transcoder.1", "mlp_in.1", "mlp_out.1", False),
        ("mlp_normed.1 -> mlp_out.1", "mlp_normed.1", "mlp_out.1", True),
        ("attn_heads.2", "attn_heads.2", "attn_heads.2", False),
        ("resid_mid.2", "resid_mid.2", "resid_mid.2", False),
        ("transcoder.2", "mlp_in.2", "mlp_out.2", True),
    ]),
    "llama3": ("llama3", "landscape", (63, 69), [
        ("attn_out.2", "attn_out.2", "attn_out.2", False),
        ("mlp_out.1", "mlp_out.1", "mlp_out.1", False),
        ("transcoder.1", "mlp_in.1", "mlp_out.1", True),
    ]),
    "qwen3-yarn": ("qwen3-yarn-text", "turns", (50, 56), [
        ("attn_heads.1", "attn_heads.1", "attn_heads.1", False),
        ("mlp_out.0", "mlp_out.0", "mlp_out.0", False),
    ]),
    # Norms behind the halves, to whose outputs the sites belong, and a picture seen both ways.
    "gemma3": ("gemma3", "landscape", (18, 24), [
        ("attn_out.1", "attn_out.1", "attn_out.1", False),
        ("mlp_out.1", "mlp_out.1", "mlp_out.1", False),
        ("transcoder.1", "mlp_in.1", "mlp_out.1", True),
        ("resid_mid.2", "resid_mid.2", "resid_mid.2", False),
    ]),
    "mistral": ("mistral", "text", (32, 38), [
        ("resid_mid.0", "resid_mid.0", "resid_mid.0", False),
        ("resid_mid.0 -> mlp_out.1", "resid_mid.0", "mlp_out.1", True),
        ("mlp_out.2", "mlp_out.2", "mlp_out.2", False),
    ]),
    # The modules' own outputs and the heads, which the norms behind the halves norm before they are added.
    "gemma3-modules": ("gemma3", "landscape", (18, 24), [
        ("attn_heads.1", "attn_heads.1", "attn_heads.1", False),
        ("attn_module.2", "attn_module.2", "attn_module.2", False),
        ("mlp_module.1", "mlp_module.1", "mlp_module.1", False),
        ("mlp_in.1 -> mlp_module.1", "mlp_in.1", "mlp_module.1", True),
    ]),
}


class Model(base.Model):
    """A checkpoint with one prompt; `run` reads one place and replaces what is at another by what `edit` makes of both."""

    def __init__(self, checkpoint, case, reads, makes):
        self.reads, self.makes = reads, makes
        super().__init__(checkpoint, case, 0)

    def check(self, _checkpoint, _case):
        """What is put back as it is changes nothing."""
        assert torch.allclose(self.run(edit=lambda _x, y: y)[1], self.run()[1], atol=1e-5)

    def module(self, place):
        """The module at which a place is seen, and whether it is its input."""
        name, block = place.split(".")
        layer = self.decoder.layers[int(block)]
        if hasattr(layer, "post_feedforward_layernorm"):
            return {
                "attn_out": (layer.post_attention_layernorm, False), "resid_mid": (layer.pre_feedforward_layernorm, True),
                "mlp_in": (layer.mlp, True), "mlp_out": (layer.post_feedforward_layernorm, False),
                "attn_heads": (layer.self_attn.o_proj, True), "attn_module": (layer.self_attn, False),
                "mlp_module": (layer.mlp, False),
            }[name]
        return {
            "resid_pre": (layer, True), "attn_heads": (layer.self_attn.o_proj, True), "attn_out": (layer.self_attn, False),
            "resid_mid": (layer.post_attention_layernorm, True), "mlp_normed": (layer.post_attention_layernorm, True),
            "mlp_in": (layer.mlp, True), "mlp_out": (layer.mlp, False), "resid_post": (layer, False),
        }[name]

    def seen(self, place, value):
        if not place.startswith("mlp_normed"):
            return value
        norm, _ = self.module(place)
        return norm.forward(value) / norm.weight

    def run(self, continuation=(), edit=None):
        """((x, y) as the model makes them, logits), all [T′, …]; edit(x, y) stands in y's place."""
        handles, found = [], {}

        def tap(place, key):
            module, is_input = self.module(place)

            def take(value):
                found[key] = self.seen(place, value[0])

            if is_input:
                handles.append(module.register_forward_pre_hook(
                    lambda _m, args, kwargs: take(args[0] if args else kwargs["hidden_states"]), with_kwargs=True))
            else:
                handles.append(module.register_forward_hook(
                    lambda _m, _a, output: take(output[0] if isinstance(output, tuple) else output)))

        def replace():
            name, block = self.makes.split(".")
            layer = self.decoder.layers[int(block)]
            # The stream between the halves is what comes in and what attention adds: that is replaced.
            module, is_input = self.module(f"attn_out.{block}") if name == "resid_mid" else self.module(self.makes)

            def new(value):
                y = value[0] if name != "resid_mid" else found["pre"] + value[0]
                found["y"] = y
                made = edit(found.get("x", y), y)
                return (made if name != "resid_mid" else made - found["pre"])[None]

            if name == "resid_mid":
                handles.append(layer.register_forward_pre_hook(
                    lambda _m, args, kwargs: found.update(pre=(args[0] if args else kwargs["hidden_states"])[0]),
                    with_kwargs=True))
            if is_input:
                def before(_m, args, kwargs):
                    if args:
                        return (new(args[0]), *args[1:]), kwargs
                    return args, {**kwargs, "hidden_states": new(kwargs["hidden_states"])}

                handles.append(module.register_forward_pre_hook(before, with_kwargs=True))
            else:
                def after(_m, _a, output):
                    return (new(output[0]), *output[1:]) if isinstance(output, tuple) else new(output)

                handles.append(module.register_forward_hook(after))

        if self.reads != self.makes:
            tap(self.reads, "x")
        if edit is None:
            tap(self.makes, "y")
        else:
            replace()
        try:
            ids = torch.tensor([[*self.tokens, *continuation]])
            types = torch.zeros_like(ids)
            for begin, end in self.record.get("groups") or []:
                types[0, begin:end] = 1
            more = {"token_type_ids": types} if self.record.get("groups") else {}
            logits = self.model(input_ids=ids, use_cache=False, **self.extra, **more).logits[0]
        finally:
            for handle in handles:
                handle.remove()
        return (found.get("x", found["y"]), found["y"]), logits


class Coder:
    def __init__(self, x, y, is_autoencoder, has_skip, seed):
        noise = torch.Generator().manual_seed(seed)

        def normal(*shape):
            return torch.randn(shape, generator=noise)

        width, out = x.shape[1], y.shape[1]
        self.is_autoencoder = is_autoencoder
        scale = float(y.norm(dim=1).mean())
        self.b_dec = y.mean(0) + 0.1 * scale / out**0.5 * normal(out)
        centre = self.b_dec if is_autoencoder else torch.zeros(width)
        if is_autoencoder:
            self.decoder = functional.normalize(normal(LATENTS, out), dim=1)
            self.encoder = 1.3 * self.decoder + 0.08 * normal(LATENTS, width)
        else:
            self.decoder = 0.4 * scale * functional.normalize(normal(LATENTS, out), dim=1)
            self.encoder = normal(LATENTS, width) / width**0.5
        spread = ((x - centre) @ self.encoder.T).std()
        self.bias = -1.1 * spread + 0.3 * spread * normal(LATENTS)
        self.skip = 0.2 * normal(out, width) / width**0.5 if has_skip else None

    def pre(self, x):
        return functional.relu((x - self.b_dec if self.is_autoencoder else x) @ self.encoder.T + self.bias)

    def encode(self, x):
        p = self.pre(x)
        ordered = p.sort(dim=1, descending=True).values
        gaps = (ordered[:, K - 1] - ordered[:, K])[ordered[:, K - 1] > 0]
        if len(gaps) and float(gaps.min()) < SELECTION_GAP * float(ordered.max()):
            raise NearTie(f"selection {float(gaps.min())}")
        best = p.topk(K, dim=1)
        return torch.zeros_like(p).scatter(1, best.indices, best.values)

    def decode(self, z):
        return z @ self.decoder + self.b_dec

    def skipped(self, x):
        return x @ self.skip.T if self.skip is not None else torch.zeros(x.shape[0], self.decoder.shape[1])

    def made(self, x, z):
        return self.decode(z) + self.skipped(x)


class Splicer:
    def __init__(self, coder, count, changes, error_term):
        self.coder, self.count, self.changes, self.error_term = coder, count, changes, error_term

    def __call__(self, x, y):
        z = self.coder.encode(x)
        new = changed(z, self.changes, self.count)
        if self.error_term == "keep":
            return y + (self.coder.decode(new) - self.coder.decode(z))
        return self.coder.made(x, new)


def value_of(model, target, edit=None):
    with torch.no_grad():
        return float(evaluate(target, model.run(continuation_of(target), edit)[1], model.count))


def gradient_at(model, target, leaf):
    leaf = leaf.detach().clone().requires_grad_()
    d = evaluate(target, model.run(continuation_of(target), lambda _x, _y: leaf)[1], model.count)
    d.backward()
    return float(d.detach()), leaf.grad


def attributions(model, coder, targets, tensors, key):
    records = []
    for name, error_term in itertools.product(["logitDiff.last", "sequence"], ["keep", "drop"]):
        target = targets[name]
        with torch.no_grad():
            (x, y), _ = model.run(continuation_of(target))
            z = coder.encode(x)
            made = coder.made(x, z)
        d, g = gradient_at(model, target, y if error_term == "keep" else made)
        tensors[f"{key}|{name}.{error_term}.scores"] = entries_of(z, z * (g @ coder.decoder.T))
        if name == "sequence" and error_term == "keep":
            tensors[f"{key}|sequence.indices"], _ = entries(z)
        g = g.double()
        records.append({
            "target": name, "errorTerm": error_term, "value": d,
            "sum": float((z.double() * (g @ coder.decoder.double().T)).sum()), "bias": float(coder.b_dec.double() @ g.sum(0)),
            "skip": float((coder.skipped(x).double() * g).sum()),
            "error": float(((y - made).double() * g).sum()) if error_term == "keep" else 0.0,
        })
    return records


def greedy(model, splicer):
    tokens = []
    for _ in range(GREEDY):
        logits = model.run(tokens, splicer)[1]
        best = logits[-1].topk(2)
        token = int(best.indices[0])
        if float(best.values[0] - best.values[1]) < base.GREEDY_GAP or token in model.refused:
            raise NearTie(f"greedy token {token}")
        tokens.append(token)
    return tokens


def losses(model, edit):
    """The loss of each next token, [T − 1]."""
    logits = model.run(edit=edit)[1]
    return functional.cross_entropy(logits[:-1], torch.tensor(model.tokens[1:]), reduction="none")


def make_site(checkpoint, case, region, site, seed, tensors):
    name, reads, makes, has_skip = site
    model = Model(checkpoint, case, reads, makes)
    (start, end), count = region, model.count
    with torch.no_grad():
        (x, y), plain = model.run()
        targets = targets_of(model)
        coder = Coder(x, y, reads == makes, has_skip, seed)
        z = coder.encode(x)
        active = (z > 0).sum(1)
        if int(active.min()) == K or float((active == K).float().mean()) < FULL:
            raise NearTie(f"unsuitable: {active.float().mean()}")
        for part, value in [("encoder", coder.encoder), ("bias", coder.bias[None]), ("decoder", coder.decoder),
                            ("b_dec", coder.b_dec[None]), ("skip", coder.skip), ("x", x), ("y", None if reads == makes else y)]:
            if value is not None:
                tensors[f"{name}|{part}"] = value
        tensors[f"{name}|indices"], tensors[f"{name}|values"] = entries(z)
        made = coder.made(x, z)
        strongest = int(z[start:end].max(0).values.argmax())
        common = int((z > 0).sum(0).argmax())
        top = float(z.max())
        sets = {
            "zero": [{"op": "zero", "latent": strongest, "generated": True}],
            "several": [
                {"op": "clamp", "latent": common, "value": round(top, 3), "at": [[start, end]], "generated": True},
                {"op": "add", "latent": strongest, "value": round(0.5 * top, 3), "at": [[start - 2, end - 1]]},
            ],
        }
        before = functional.log_softmax(plain[-1], dim=-1)
        ablations = []
        for (which, changes), error_term in itertools.product(sets.items(), ["keep", "drop"]):
            splicer = Splicer(coder, count, changes, error_term)
            after = functional.log_softmax(model.run(edit=splicer)[1][-1], dim=-1)
            ablations.append({
                "set": which, "errorTerm": error_term, "kl": kl(before, after),
                "targets": [{
                    "target": t, "before": value_of(model, targets[t]),
                    "reconstruction": value_of(model, targets[t], Splicer(coder, count, [], "drop")),
                    "after": value_of(model, targets[t], splicer),
                } for t in ["logitDiff.last", "logProb.earlier", "sequence"]],
            })
        pairs = [(t, int(j)) for t in range(start, end) for j in z[t].nonzero()[:, 0]]
        tensors[f"{name}|pairs"] = torch.tensor(pairs)
        main = targets["logitDiff.last"]
        falls = {}
        for error_term in ["keep", "drop"]:
            reference = value_of(model, main, Splicer(coder, count, [], error_term))
            tensors[f"{name}|falls.{error_term}"] = torch.tensor([[
                reference - value_of(model, main, Splicer(
                    coder, count, [{"op": "zero", "latent": j, "at": [[t, t + 1]]}], error_term))
                for t, j in pairs
            ]])
            falls[error_term] = reference
        inside = torch.zeros(count, dtype=torch.bool)
        inside[start:end] = True

        def cleared(rows):
            return lambda x, y: y + coder.decode(torch.where(rows[:, None], 0, coder.encode(x))) - coder.decode(coder.encode(x))

        everything = torch.ones(count, dtype=torch.bool)
        parts = {
            "without": value_of(model, main, cleared(inside)), "start": value_of(model, main, cleared(everything)),
            "bias": value_of(model, main, lambda x, y: coder.made(x, torch.zeros_like(coder.encode(x)))),
        }
        tensors[f"{name}|losses"] = torch.stack([
            losses(model, None), losses(model, lambda x, y: coder.made(x, coder.encode(x))),
            losses(model, lambda x, y: torch.zeros_like(y)),
        ])
        double = y.double()
        record = {
            "site": name, "input": reads, "output": makes, "seed": seed, "autoencoder": reads == makes, "skip": has_skip,
            "targets": targets, "interventions": sets, "ablations": ablations, "references": falls, "parts": parts,
            "fvu": float(((made.double() - double) ** 2).sum() / ((double - double.mean(0)) ** 2).sum()),
            "l0": float((z > 0).sum()) / count,
            "greedy": [
                {"set": s, "errorTerm": e, "tokens": greedy(model, Splicer(coder, count, sets[s], e))}
                for s, e in [("zero", "keep"), ("several", "keep"), ("several", "drop")]
            ],
        }
    record["attributions"] = attributions(model, coder, targets, tensors, name)
    print(checkpoint, name, "fvu", round(record["fvu"], 3), "l0", record["l0"], "x", list(x.shape), "y", list(y.shape))
    return record, model


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    seed = SEED
    for case, (checkpoint, prompt, region, sites) in CASES.items():
        tensors, records, model = {}, [], None
        for site in sites:
            seed += 1000
            for attempt in itertools.count():
                try:
                    record, model = make_site(checkpoint, prompt, region, site, seed + attempt, tensors)
                    records.append(record)
                    break
                except NearTie as tie:
                    print(checkpoint, site[0], attempt, tie)
        save_file({k: v.detach().float().contiguous() for k, v in tensors.items()}, ROOT / f"{case}.safetensors")
        write(ROOT / f"{case}.json", {
            "checkpoint": checkpoint, "rendered": model.record["rendered"], "parts": [p for p in model.record["parts"] if isinstance(p, str) or "image" in p],
            "tokens": model.tokens, "region": list(region), "k": K, "sites": records,
        })
    files = sorted(p for p in ROOT.rglob("*") if p.is_file())
    write(ROOT / "MANIFEST.json", {
        "script": SCRIPT, "seed": SEED,
        "models": hashlib.sha256((MODELS / "MANIFEST.json").read_bytes()).hexdigest(),
        "versions": {
            "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
            "safetensors": safetensors.__version__, "pillow": PIL.__version__, "numpy": numpy.__version__,
        },
        "files": {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    })
    print(sum(p.stat().st_size for p in files) / 1e3, "kB")


if __name__ == "__main__":
    main()

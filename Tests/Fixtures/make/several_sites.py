"""Makes Tests/Fixtures/several-sites: several autoencoders and transcoders in one run, by transformers' own modules.

    python Tests/Fixtures/make/several_sites.py    # after models.py: torch, transformers, safetensors, pillow, numpy

As in sites.py, whose definitions these are: whole forward passes of transformers' model with a hook at each place, and
autograd. The hooks are registered in the order in which a run meets the places; each encodes what it sees, which is
what the hooks before it have left, and puts y + (decode(z′) − decode(z)) ("keep") or ŷ(z′) ("drop") in y's place.
Scores are those of one backward pass through the unchanged run, the gradient at each y.
"""

import hashlib
import itertools
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
import sites
from interpretation import K, MODELS, NearTie, changed, continuation_of, entries, entries_of, evaluate, kl, targets_of, write
from sites import Coder

SEED = 94_001
GREEDY = 5
# Many codes of many runs have to be clear at once; float32 moves what is compared by about 1e-6 of the largest.
sites.SELECTION_GAP = 1e-4
ROOT = MODELS.parent / "several-sites"

# checkpoint, case of models/cases.json, region of positions, and chains: sites in the order in which a run meets them,
# each with its name, what is read, what is made, whether there is a skip connection.
CASES = {
    "qwen3": ("qwen3-text", "text", (20, 27), {
        "two blocks": [("resid_post.0",) * 3 + (False,), ("resid_post.1",) * 3 + (False,)],
        "stream and update": [("resid_post.0",) * 3 + (False,), ("mlp_out.1",) * 3 + (False,)],
        "heads and stream at one point": [("attn_heads.1",) * 3 + (False,), ("resid_mid.1",) * 3 + (False,)],
        "transcoder beside the stream": [
            ("transcoder.1", "mlp_in.1", "mlp_out.1", True), ("resid_post.1",) * 3 + (False,)],
        "one update twice": [("transcoder.1", "mlp_in.1", "mlp_out.1", False), ("mlp_out.1",) * 3 + (False,)],
        "three": [("resid_pre.0",) * 3 + (False,), ("attn_heads.1",) * 3 + (False,), ("attn_out.1",) * 3 + (False,)],
    }),
    # The second reads below the first and writes above it.
    "mistral": ("mistral", "text", (32, 38), {
        "a transcoder around": [
            ("resid_post.0",) * 3 + (False,), ("resid_mid.0 -> mlp_out.1", "resid_mid.0", "mlp_out.1", True)],
        "three blocks": [
            ("mlp_out.0",) * 3 + (False,), ("resid_mid.1",) * 3 + (False,), ("resid_post.2",) * 3 + (False,)],
    }),
    "llama3": ("llama3", "landscape", (63, 69), {
        "update and transcoder": [("attn_out.1",) * 3 + (False,), ("transcoder.2", "mlp_in.2", "mlp_out.2", True)],
    }),
    # Norms behind the halves, and a picture seen both ways.
    "gemma3": ("gemma3", "landscape", (18, 24), {
        "update and stream": [("attn_out.1",) * 3 + (False,), ("resid_post.1",) * 3 + (False,)],
    }),
}


class Model(sites.Model):
    """A checkpoint with one prompt; `run` replaces what is at each place by what its edit makes of what it sees."""

    def __init__(self, checkpoint, case, places):
        self.places = places
        base.Model.__init__(self, checkpoint, case, 0)

    def check(self, _checkpoint, _case):
        kept = self.run(edits=[lambda _x, y: y] * len(self.places))[1]
        assert torch.allclose(kept, self.run()[1], atol=1e-5)

    def module(self, place):
        name, block = place.split(".")
        return (self.decoder.layers[int(block)], False) if name == "resid_post" else super().module(place)

    def run(self, continuation=(), edits=None):
        """([(x, y) of each place as its hook sees them], logits), all [T′, …]."""
        edits = edits or [None] * len(self.places)
        handles, found = [], [{} for _ in self.places]

        def on_input(module, see):
            def before(_m, args, kwargs):
                given = args[0] if args else kwargs["hidden_states"]
                new = see(given[0])[None]
                return ((new, *args[1:]), kwargs) if args else (args, {**kwargs, "hidden_states": new})

            handles.append(module.register_forward_pre_hook(before, with_kwargs=True))

        def on_output(module, see):
            def after(_m, _a, output):
                value = output[0] if isinstance(output, tuple) else output
                new = see(value[0])[None]
                return (new, *output[1:]) if isinstance(output, tuple) else new

            handles.append(module.register_forward_hook(after))

        def at(place, see):
            module, is_input = self.module(place)
            (on_input if is_input else on_output)(module, see)

        def read(place, own):
            def see(value):
                own["x"] = self.seen(place, value)
                return value

            at(place, see)

        def replace(place, own, edit):
            name, block = place.split(".")

            def new(y):
                own["y"] = y
                own.setdefault("x", y)
                return y if edit is None else edit(own["x"], y)

            if name != "resid_mid":
                return at(place, new)

            # The stream between the halves is what comes in and what attention adds: that is replaced.
            def come(value):
                own["pre"] = value
                return value

            on_input(self.decoder.layers[int(block)], come)
            return at(f"attn_out.{block}", lambda value: new(own["pre"] + value) - own["pre"])

        for (reads, makes), own, edit in zip(self.places, found, edits):
            if reads != makes:
                read(reads, own)
            replace(makes, own, edit)
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
        return [(own["x"], own["y"]) for own in found], logits

    def in_stream(self, makes, change):
        """What the residual stream gains where what is made gains `change`."""
        name, block = makes.split(".")
        return functional.linear(change, self.decoder.layers[int(block)].self_attn.o_proj.weight) if name == "attn_heads" else change


class Splicer:
    """The edits of a chain, one a place, and what they did in the last run."""

    def __init__(self, model, coders, changes, error_term):
        self.model, self.coders, self.changes, self.error_term = model, coders, changes, error_term
        self.receipts = [None] * len(coders)

    @property
    def edits(self):
        return [lambda x, y, n=n: self.edit(n, x, y) for n in range(len(self.coders))]

    def edit(self, number, x, y):
        coder = self.coders[number]
        z = coder.encode(x)
        new = changed(z, self.changes[number], self.model.count)
        difference = coder.decode(new) - coder.decode(z)
        moved = (new != z).any(1)
        norms = self.model.in_stream(self.model.places[number][1], difference).norm(dim=1)
        self.receipts[number] = {
            "positions": int(moved.sum()), "meanNorm": float(norms[moved].double().mean()) if moved.any() else 0.0,
        }
        return y + difference if self.error_term == "keep" else coder.made(x, new)


def value_of(model, target, edits=None):
    with torch.no_grad():
        return float(evaluate(target, model.run(continuation_of(target), edits)[1], model.count))


def greedy(model, splicer):
    tokens = []
    for _ in range(GREEDY):
        logits = model.run(tokens, splicer.edits)[1]
        best = logits[-1].topk(2)
        token = int(best.indices[0])
        if float(best.values[0] - best.values[1]) < base.GREEDY_GAP or token in model.refused:
            raise NearTie(f"greedy token {token}")
        tokens.append(token)
    return tokens


def attributions(model, coders, targets, tensors, key):
    """Scores and shares at each place, by one backward pass through the unchanged run."""
    records = []
    for name in ["logitDiff.last", "sequence"]:
        target = targets[name]
        added = []

        def leaf(_x, y):
            added.append(torch.zeros_like(y).requires_grad_())
            return y + added[-1]

        found, logits = model.run(continuation_of(target), [leaf] * len(coders))
        d = evaluate(target, logits, model.count)
        d.backward()
        places = []
        for number, ((x, y), coder, zero) in enumerate(zip(found, coders, added)):
            x, y, g = x.detach(), y.detach(), zero.grad
            z = coder.encode(x)
            tensors[f"{key}|{number}|{name}.indices"], _ = entries(z)
            tensors[f"{key}|{number}|{name}.scores"] = entries_of(z, z * (g @ coder.decoder.T))
            g, made = g.double(), coder.made(x, z).double()
            places.append({
                "sum": float((z.double() * (g @ coder.decoder.double().T)).sum()), "bias": float(coder.b_dec.double() @ g.sum(0)),
                "skip": float((coder.skipped(x).double() * g).sum()), "error": float(((y.double() - made) * g).sum()),
            })
        records.append({"target": name, "value": float(d.detach()), "sites": places})
    return records


def interventions(coders, seen, region):
    """Each place's changes; every one of them is made on what the lower ones leave."""
    (start, end), sets = region, {"zero": [], "several": []}
    for number, (coder, (x, _)) in enumerate(zip(coders, seen)):
        z = coder.encode(x)
        strongest = int(z[start:end].max(0).values.argmax())
        common, top = int((z > 0).sum(0).argmax()), float(z.max())
        sets["zero"].append([{"op": "zero", "latent": strongest, "generated": True}])
        # The first place starts above the second: what is changed below its first row is met, too.
        at = [[start - 3 * number, end - number]]
        sets["several"].append([
            [
                {"op": "clamp", "latent": common, "value": round(top, 3), "at": at, "generated": True},
                {"op": "add", "latent": strongest, "value": round(0.5 * top, 3), "at": [[start, end]]},
            ],
            [{"op": "scale", "latent": common, "value": 2.5, "at": at, "generated": True}],
            [{"op": "add", "latent": common, "value": round(0.5 * top, 3), "at": at}],
        ][number])
    # The second place alone.
    sets["upper"] = [[]] + sets["several"][1:]
    return sets


def make_chain(checkpoint, case, region, name, chain, seed, tensors):
    model = Model(checkpoint, case, [(reads, makes) for _, reads, makes, _ in chain])
    with torch.no_grad():
        seen, plain = model.run()
        targets = targets_of(model)
        coders = [
            Coder(x, y, reads == makes, has_skip, seed + 100 * number)
            for number, ((x, y), (_, reads, makes, has_skip)) in enumerate(zip(seen, chain))
        ]
        for number, coder in enumerate(coders):
            for part, value in [("encoder", coder.encoder), ("bias", coder.bias[None]), ("decoder", coder.decoder),
                                ("b_dec", coder.b_dec[None]), ("skip", coder.skip)]:
                if value is not None:
                    tensors[f"{name}|{number}|{part}"] = value
        sets = interventions(coders, seen, region)
        none = [[] for _ in chain]
        before = functional.log_softmax(plain[-1], dim=-1)
        ablations = []
        for (which, changes), error_term in itertools.product(sets.items(), ["keep", "drop"]):
            splicer = Splicer(model, coders, changes, error_term)
            after = functional.log_softmax(model.run(edits=splicer.edits)[1][-1], dim=-1)
            receipts = list(splicer.receipts)
            ablations.append({
                "set": which, "errorTerm": error_term, "kl": kl(before, after), "receipts": receipts,
                "targets": [{
                    "target": t, "before": value_of(model, targets[t]),
                    "reconstruction": value_of(model, targets[t], Splicer(model, coders, none, "drop").edits),
                    "after": value_of(model, targets[t], splicer.edits),
                } for t in ["logitDiff.last", "logProb.earlier", "sequence"]],
            })
        record = {
            "name": name, "seed": seed,
            "sites": [
                {"site": site, "autoencoder": reads == makes, "skip": has_skip, "interventions": {which: each[number] for which, each in sets.items()}}
                for number, (site, reads, makes, has_skip) in enumerate(chain)
            ],
            "targets": targets, "ablations": ablations,
            "greedy": [
                {"set": s, "errorTerm": e, "tokens": greedy(model, Splicer(model, coders, sets[s], e))}
                for s, e in [("zero", "keep"), ("several", "keep"), ("several", "drop"), ("upper", "keep")]
            ],
        }
    record["attributions"] = attributions(model, coders, targets, tensors, name)
    print(checkpoint, name, [each["receipts"] for each in ablations[2:3]])
    return record, model


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    seed = SEED
    for case, (checkpoint, prompt, region, chains) in CASES.items():
        tensors, records, model = {}, [], None
        for name, chain in chains.items():
            seed += 1000
            for attempt in itertools.count():
                try:
                    record, model = make_chain(checkpoint, prompt, region, name, chain, seed + attempt, tensors)
                    records.append(record)
                    break
                except NearTie as tie:
                    print(checkpoint, name, attempt, tie)
        save_file({k: v.detach().float().contiguous() for k, v in tensors.items()}, ROOT / f"{case}.safetensors")
        write(ROOT / f"{case}.json", {
            "checkpoint": checkpoint, "rendered": model.record["rendered"], "parts": [p for p in model.record["parts"] if isinstance(p, str) or "image" in p],
            "tokens": model.tokens, "region": list(region), "k": K, "chains": records,
        })
    files = sorted(p for p in ROOT.rglob("*") if p.is_file())
    write(ROOT / "MANIFEST.json", {
        "script": "Tests/Fixtures/make/several_sites.py", "seed": SEED,
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

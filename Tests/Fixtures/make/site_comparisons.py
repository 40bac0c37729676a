"""Makes Tests/Fixtures/site_comparisons: two prompts compared, and an index counted, at places inside the blocks.

    python Tests/Fixtures/make/site_comparisons.py    # after sites.py and attribution.py: as these need

Models, prompts, sites and autoencoders are those of Tests/Fixtures/sites, and so are x, y, z and what a change of z
does. Context B is a case's prompt with one token replaced. With d the logit difference "logitDiff.last" of A,
"into"[j] is d of A with latent j's activations at all positions replaced by B's, "out"[j] is d of B with A's;
"allInto" and "allOut" replace all latents. predicted[j] = Σ_t (z_A − z_B)[t, j] (W_dec[j]·(g_A + g_B)[t] / 2), g the
gradient at y. Patched are the latents largest in |predicted|, 12 at most.

Of both contexts together, by latent, the index's counts: positions at which it is active, contexts in which it is, the
sum of its activations and the largest.
"""

import hashlib
import json
import platform

import safetensors
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

import sites
from interpretation import K, MODELS, NearTie, continuation_of, evaluate, write

ROOT = MODELS.parent / "site_comparisons"
PATCHED, PATCHED_GAP = 12, 1e-4
GAP = 5e-5  # of selections, of the largest: the autoencoders cannot be drawn anew for a second prompt
REPLACEMENTS = {
    "qwen3": [("Bolivia", "Botivia"), ("Bolivia", "Bolivio"), ("via.", "via!"), ("reads", "readt")],
    "llama3": [("map", "mat"), ("map", "mad"), ("this", "that"), ("shown", "shows")],
    "qwen3-yarn": [("Which", "Whick"), ("There.", "There!"), ("Bolivia", "Botivia"), ("Where", "Wheri")],
    "gemma3": [("map", "mat"), ("map", "mad"), ("this", "that"), ("shown", "shows")],
    "mistral": [("over the", "over she"), ("lazy", "lacy"), ("dog.", "dog!"), ("over", "oder")],
}


class Coder(sites.Coder):
    """An autoencoder as sites.py has written it."""

    def __init__(self, tensors, entry):
        name = entry["site"]
        self.encoder, self.decoder = tensors[f"{name}|encoder"], tensors[f"{name}|decoder"]
        self.bias, self.b_dec = tensors[f"{name}|bias"][0], tensors[f"{name}|b_dec"][0]
        self.skip, self.is_autoencoder = tensors.get(f"{name}|skip"), entry["autoencoder"]

    def encode(self, x):
        p = self.pre(x)
        ordered = p.sort(dim=1, descending=True).values
        gaps = (ordered[:, K - 1] - ordered[:, K])[ordered[:, K - 1] > 0]
        if len(gaps) and float(gaps.min()) < GAP * float(ordered.max()):
            raise NearTie(f"selection {float(gaps.min())}")
        best = p.topk(K, dim=1)
        return torch.zeros_like(p).scatter(1, best.indices, best.values)


def tokens_of(model, tokenizer, rendered):
    """As attribution.py has them: a template's one marker stands for all tokens of a picture."""
    kind = model.model.config.model_type
    if kind == "gemma3":
        begin, soft, end = "<start_of_image>", "<image_soft_token>", "<end_of_image>"
        view = f"\n\n{begin}{soft * model.model.config.mm_tokens_per_image}{end}\n\n"
        return tokenizer(rendered.replace(begin, view), add_special_tokens=False)["input_ids"]
    tokens = tokenizer(rendered)["input_ids"]
    if any(isinstance(part, dict) and "image" in part for part in model.record["parts"]):
        image = model.model.config.image_token_id
        place = tokens.index(image)
        return [*tokens[:place], *[image] * model.tokens.count(image), *tokens[place + 1 :]]
    return tokens


def run(model, tokens, target, edit=None):
    own, model.tokens = model.tokens, tokens
    try:
        return model.run(continuation_of(target), edit)
    finally:
        model.tokens = own


def value(model, tokens, target, edit=None):
    with torch.no_grad():
        return float(evaluate(target, run(model, tokens, target, edit)[1], len(tokens)))


def seen(model, tokens, coder, target):
    """z, the gradient at y and the value."""
    with torch.no_grad():
        (x, y), _ = run(model, tokens, target)
        z = coder.encode(x)
    leaf = y.detach().clone().requires_grad_()
    d = evaluate(target, run(model, tokens, target, lambda _x, _y: leaf)[1], len(tokens))
    d.backward()
    return z, leaf.grad, float(d.detach())


def compare(model, coder, target, other):
    own = model.tokens
    (za, ga, da), (zb, gb, db) = seen(model, own, coder, target), seen(model, other, coder, target)
    predicted = ((za - zb) * ((ga + gb) / 2 @ coder.decoder.T)).sum(0)
    differing = (za != zb).any(0)
    order = [int(j) for j in predicted.abs().sort(descending=True, stable=True).indices if bool(differing[j])]
    latents, rest, sizes = order[:PATCHED], order[PATCHED:], predicted.abs()
    if rest and 0 < float(sizes[latents[-1]] - sizes[rest[0]]) < PATCHED_GAP * float(sizes.max()):
        raise NearTie("the last latent that is patched")

    def patched(tokens, z, from_z, columns):
        new = z.clone()
        new[:, columns] = from_z[:, columns]
        return value(model, tokens, target, lambda _x, y: y + coder.decode(new) - coder.decode(z))

    every = list(range(za.shape[1]))
    both = torch.cat([za, zb]).double()
    tensors = {
        "predicted": predicted, "latents": torch.tensor(latents),
        "into": torch.tensor([patched(own, za, zb, [j]) for j in latents]),
        "out": torch.tensor([patched(other, zb, za, [j]) for j in latents]),
        "active": (both > 0).sum(0), "contexts": (za > 0).any(0).int() + (zb > 0).any(0).int(),
        "total": both.sum(0), "largest": both.max(0).values,
    }
    return tensors, {
        "valueA": da, "valueB": db, "differing": int(differing.sum()),
        "allInto": patched(own, za, zb, every), "allOut": patched(other, zb, za, every),
    }


def main():
    ROOT.mkdir(exist_ok=True)
    for case, (checkpoint, prompt, _, places) in sites.CASES.items():
        known = json.loads((sites.ROOT / f"{case}.json").read_text())
        weights, tensors, records = load_file(sites.ROOT / f"{case}.safetensors"), {}, []
        tokenizer = AutoTokenizer.from_pretrained(MODELS / checkpoint)
        for entry, (name, reads, makes, _) in zip(known["sites"], places):
            assert entry["site"] == name
            model, coder = sites.Model(checkpoint, prompt, reads, makes), Coder(weights, entry)
            rendered = model.record["rendered"]
            assert tokens_of(model, tokenizer, rendered) == model.tokens
            for old, new in REPLACEMENTS[case]:
                text = rendered.replace(old, new, 1)
                other = tokens_of(model, tokenizer, text)
                moved = sum(a != b for a, b in zip(model.tokens, other))
                if len(other) != model.count or not 0 < moved <= 2:
                    print("  ", case, old, "to", new, "are other tokens")
                    continue
                try:
                    made, record = compare(model, coder, entry["targets"]["logitDiff.last"], other)
                except NearTie as tie:
                    print("  ", case, name, old, "to", new, tie)
                    continue
                tensors |= {f"{name}|{key}": value for key, value in made.items()}
                records.append({"site": name, "rendered": text, "tokens": other} | record)
                break
            else:
                raise SystemExit(f"{case} {name}: no pair of prompts")
            print(case, name, record)
        save_file({k: v.detach().float().contiguous() for k, v in tensors.items()}, ROOT / f"{case}.safetensors")
        write(ROOT / f"{case}.json", records)
    files = sorted(p for p in ROOT.rglob("*") if p.is_file() and p.name != "MANIFEST.json")
    write(ROOT / "MANIFEST.json", {
        "script": "Tests/Fixtures/make/site_comparisons.py", "seed": None,
        "sites": hashlib.sha256((sites.ROOT / "MANIFEST.json").read_bytes()).hexdigest(),
        "versions": {
            "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
            "safetensors": safetensors.__version__,
        },
        "files": {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    })
    print(sum(p.stat().st_size for p in files) / 1e3, "kB")


if __name__ == "__main__":
    main()

"""Makes Tests/Fixtures/site_training: what a training inside a block starts from, and what PyTorch makes of it.

    python Tests/Fixtures/make/site_training.py    # after models.py and check.py: as check.py needs

The rows are what the feed-forward half of a block of the tiny checkpoint adds to the stream, for every token of the
prompts of Tests/Fixtures/check, by a hook on transformers' own module. On them a loop in PyTorch trains as `sae/train`
does, from other random weights and in other orders: FVU of the batch (a token's squared error over the batch's
variance), the k largest of ReLU(W_enc(x − b_dec) + b_enc), Adam, a rate that rises for a tenth of the steps and falls to zero, gradients of norm 1 at
most, rows of W_dec of unit norm, b_dec from the mean. Recorded are each run's FVU over all rows at its end and, for
comparison, what the first k principal components leave.
"""

import hashlib
import json
import math
import platform

import safetensors
import torch
import transformers
from safetensors.torch import save_file

import check

ROOT = check.HERE / "site_training"
CHECKPOINT, BLOCK, LATENTS, K, STEPS, BATCH, RATE = "llama3", 1, 64, 4, 400, 32, 0.003
WARM_UP = STEPS // 10
SEEDS = [1, 2, 3, 4, 5]


def rows():
    model = check.Model(CHECKPOINT, BLOCK)
    model.site, found = model.site.mlp, []
    entries = [json.loads(line) for line in (check.ROOT / f"{CHECKPOINT}.jsonl").read_text().splitlines()]
    with torch.no_grad():
        for entry in entries:
            tokens, extra, _ = model.prompt(entry)
            found.append(model.run(tokens, extra)[0])
    return torch.cat(found)


def fvu(x, made):
    return ((made - x) ** 2).sum() / ((x - x.mean(0)) ** 2).sum()


def train(x, seed):
    noise = torch.Generator().manual_seed(seed)
    width = x.shape[1]
    encoder = ((torch.rand(LATENTS, width, generator=noise) * 2 - 1) / math.sqrt(width)).requires_grad_()
    decoder = (encoder.detach() / encoder.detach().norm(dim=1, keepdim=True)).requires_grad_()
    bias, b_dec = torch.zeros(LATENTS, requires_grad=True), x.mean(0).clone().requires_grad_()
    parameters = [encoder, bias, decoder, b_dec]
    adam = torch.optim.Adam(parameters, lr=RATE)

    def reconstruct(batch):
        p = torch.relu((batch - b_dec) @ encoder.T + bias)
        best = p.topk(K, dim=1)
        return torch.zeros_like(p).scatter(1, best.indices, best.values) @ decoder + b_dec

    order = []
    for step in range(STEPS):
        if len(order) < BATCH:
            order = torch.randperm(len(x), generator=noise).tolist()
        batch, order = x[order[:BATCH]], order[BATCH:]
        for group in adam.param_groups:
            group["lr"] = RATE * ((step + 1) / WARM_UP if step < WARM_UP else (STEPS - step) / (STEPS - WARM_UP))
        adam.zero_grad()
        fvu(batch, reconstruct(batch)).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()
        with torch.no_grad():
            decoder /= decoder.norm(dim=1, keepdim=True)
    with torch.no_grad():
        return float(fvu(x, reconstruct(x)))


def main():
    ROOT.mkdir(exist_ok=True)
    x = rows()
    centred = (x - x.mean(0)).double()
    values = torch.linalg.svdvals(centred) ** 2
    record = {
        "checkpoint": CHECKPOINT, "site": f"mlp_out.{BLOCK}", "tokens": len(x), "latents": LATENTS, "k": K, "steps": STEPS,
        "batch": BATCH, "learningRate": RATE, "fvu": [round(train(x, seed), 6) for seed in SEEDS],
        "principal": float(values[K:].sum() / values.sum()),
    }
    print(record)
    save_file({"rows": x.float().contiguous()}, ROOT / "rows.safetensors")
    (ROOT / "runs.json").write_text(json.dumps(record, indent=1) + "\n")
    files = sorted(p for p in ROOT.iterdir() if p.name != "MANIFEST.json")
    (ROOT / "MANIFEST.json").write_text(json.dumps({
        "script": "Tests/Fixtures/make/site_training.py", "seeds": SEEDS,
        "versions": {
            "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
            "safetensors": safetensors.__version__,
        },
        "files": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    }, indent=1) + "\n")


if __name__ == "__main__":
    main()

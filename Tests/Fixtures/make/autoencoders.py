"""Writes Tests/Fixtures/autoencoders: sparsify folders and what PyTorch makes of them.

Everything expected is computed in float64 by the formulas of a TopK autoencoder, on the weights as
the files hold them, and stored in float32, indices too. Run from the root of the repository:

    python Tests/Fixtures/make/autoencoders.py
"""

import hashlib
import json
import math
import pathlib
import sys

import numpy
import safetensors
import torch
from safetensors.torch import save_file

SEED = 20_411
HERE = pathlib.Path(__file__).resolve()
FOLDER = HERE.parent.parent / "autoencoders"
torch.set_num_threads(1)
torch.manual_seed(SEED)
DOUBLE = torch.float64


# --- The autoencoder -------------------------------------------------------------------------


def top_k(p, k):
    """The k largest of each row, ties to the lowest index, as values and indices."""
    values, indices = torch.sort(p, dim=-1, descending=True, stable=True)
    return values[..., :k], indices[..., :k]


def pre_activations(w, x):
    return torch.relu((x - w["b_dec"]) @ w["encoder.weight"].T + w["encoder.bias"])


def decode(w, values, indices, bias=True):
    out = (values.unsqueeze(-1) * w["W_dec"][indices]).sum(-2)
    return out + w["b_dec"] if bias else out


def fraction_of_variance_unexplained(x, reconstruction):
    return ((reconstruction - x) ** 2).sum() / ((x - x.mean(0)) ** 2).sum()


def losses(w, x, k, dead=None):
    """FVU and AuxK, scaled as the trainer scales it. dead: bool [M] or None."""
    p = pre_activations(w, x)
    values, indices = top_k(p, k)
    reconstruction = decode(w, values, indices)
    variance = ((x - x.mean(0)) ** 2).sum()
    fvu = ((reconstruction - x) ** 2).sum() / variance
    aux = torch.zeros((), dtype=x.dtype)
    if dead is not None and bool(dead.any()):
        count = int(dead.sum())
        k_aux = x.shape[1] // 2
        scale = min(count / k_aux, 1.0)
        k_aux = min(k_aux, count)
        candidates = torch.where(dead, p, torch.full_like(p, -math.inf))
        aux_values, aux_indices = top_k(candidates, k_aux)
        error = (x - reconstruction).detach()
        guess = decode(w, aux_values, aux_indices, bias=False)
        aux = scale * ((guess - error) ** 2).sum() / variance
    return fvu, aux, values, indices


def kaiming(m, d, dtype=DOUBLE):
    weight = (torch.rand(m, d, dtype=dtype) * 2 - 1) / math.sqrt(d)
    return weight


def random_weights(m, d, dtype):
    """Weights that a trained autoencoder might have: biases not zero, decoder not the encoder."""
    encoder = kaiming(m, d) * 2
    decoder = encoder + 0.1 * torch.randn(m, d, dtype=DOUBLE)
    decoder = decoder / decoder.norm(dim=1, keepdim=True)
    return {
        "encoder.weight": encoder.to(dtype),
        "encoder.bias": (0.2 * torch.randn(m, dtype=DOUBLE) - 0.1).to(dtype),
        "W_dec": decoder.to(dtype),
        "b_dec": (0.3 * torch.randn(d, dtype=DOUBLE)).to(dtype),
    }


# --- Encoding and decoding -------------------------------------------------------------------

T, D, M, K = 23, 19, 50, 5


def padded(values, indices):
    """Zeros dropped: value 0 and index -1 fill the row."""
    indices = torch.where(values > 0, indices, torch.full_like(indices, -1))
    return values.float(), indices.float()


def edit(p, rows, latent, rule, value):
    p = p.clone()
    column = p[rows, latent]
    p[rows, latent] = {
        "clamp": torch.full_like(column, value),
        "add": (column + value).clamp(min=0),
        "scale": (column * value).clamp(min=0),
        "zero": torch.zeros_like(column),
    }[rule]
    return p


def write_codes():
    expected = {}
    x = torch.randn(T, D, dtype=DOUBLE).float()
    x[7] = 0  # a row that is all zeros
    gradient = torch.randn(T, D, dtype=DOUBLE).float()
    expected["x"], expected["gradient"] = x, gradient
    for name, dtype, layer, num_latents in [
        ("float32", torch.float32, "model.layers.3", M),
        ("float16", torch.float16, "layers.3", 0),
        ("bfloat16", torch.bfloat16, "model.layers.11", M),
    ]:
        stored = random_weights(M if num_latents else D * 2, D, dtype)
        stored["encoder.bias"][:9] -= 4  # latents that seldom fire
        folder = FOLDER / name / layer
        folder.mkdir(parents=True, exist_ok=True)
        save_file({k: v.contiguous() for k, v in stored.items()}, folder / "sae.safetensors")
        configuration = {
            "expansion_factor": 2, "normalize_decoder": True, "num_latents": num_latents, "k": K,
            "multi_topk": False, "d_in": D,
        }
        if name == "float16":
            configuration |= {"signed": False, "a_key_of_tomorrow": [1, {"x": None}]}
        if name == "bfloat16":
            configuration |= {"activation": "topk", "skip_connection": False, "transcode": False}
        (folder / "cfg.json").write_text(json.dumps(configuration))
        w = {k: v.to(DOUBLE) for k, v in stored.items()}
        p = pre_activations(w, x.to(DOUBLE))
        for k in (K, 45 if num_latents else 30):
            values, indices = top_k(p, k)
            if k < p.shape[1]:
                gap = torch.sort(p, descending=True).values
                gap = (gap[:, k - 1] - gap[:, k])[gap[:, k - 1] > 0]
                assert gap.numel() == 0 or float(gap.min()) > 1e-5, "a near tie: change the seed"
            reconstruction = decode(w, values, indices)
            key = f"{name}.{k}" if k == K else f"{name}.many"
            expected[f"{key}.values"], expected[f"{key}.indices"] = padded(values, indices)
            expected[f"{key}.reconstruction"] = reconstruction.float()
            fvu = fraction_of_variance_unexplained(x.to(DOUBLE), reconstruction)
            expected[f"{key}.fvu"] = fvu.float().reshape(1)
            expected[f"{key}.l0"] = (values > 0).sum(1).double().mean().float().reshape(1)
            scores = values * (w["W_dec"][indices] * gradient.to(DOUBLE).unsqueeze(1)).sum(-1)
            expected[f"{key}.scores"] = torch.where(values > 0, scores, 0).float()
        expected[f"{name}.preActivations"] = p.float()

        # Changes on the pre-activations, top-k taken again.
        third = int(top_k(p, K)[1][0, 2])
        for label, rows, latent, rule, value in [
            ("zero", slice(0, T), third, "zero", 0.0),
            ("smallClamp", slice(0, T), M // 2, "clamp", 0.01),
            ("largeClamp", slice(4, 12), 30, "clamp", 50.0),
            ("add", slice(2, 9), third, "add", 0.75),
            ("scale", slice(0, T), third, "scale", -2.0),
        ]:
            changed = edit(p, rows, latent, rule, value)
            values, indices = top_k(changed, K)
            key = f"{name}.reselect.{label}"
            expected[f"{key}.values"], expected[f"{key}.indices"] = padded(values, indices)
            lost = torch.zeros(T)
            held = (indices == latent).any(1)
            lost[rows] = (~held[rows]).float()
            expected[f"{key}.lost"] = lost
            expected[f"{key}.latent"] = torch.tensor([latent]).float()
            change = decode(w, values, indices) - decode(w, *top_k(p, K))
            expected[f"{key}.decodeChange"] = change.float()
    save_file({k: v.contiguous() for k, v in expected.items()}, FOLDER / "codes.safetensors")


# --- Training --------------------------------------------------------------------------------

BATCH, WIDTH, LATENTS, ACTIVE = 32, 12, 40, 4
STEPS, WARM_UP, RATE, ALPHA, DEAD_AFTER, CLIP = 10, 3, 2e-3, 1 / 32, 70, 0.3
NAMES = ["encoder.weight", "encoder.bias", "W_dec", "b_dec"]


def leaf(w):
    return {name: w[name].clone().requires_grad_(True) for name in NAMES}


def geometric_median(x):
    guess = x.mean(0)
    for _ in range(20_000):
        weights = 1 / (x - guess).norm(dim=1).clamp(min=1e-12)
        step = (x * weights[:, None]).sum(0) / weights.sum()
        if float((step - guess).norm()) < 1e-14:
            break
        guess = step
    return guess


def rate_factor(step):
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    return (STEPS - step) / (STEPS - WARM_UP)


def normalised(rows):
    return rows / (rows.norm(dim=1, keepdim=True) + torch.finfo(torch.float32).eps)


def train(start, batches, dtype):
    """The whole loop with torch.optim.Adam; returns weights, losses and counts after each step."""
    w = {name: torch.nn.Parameter(start[name].to(dtype).clone()) for name in NAMES}
    with torch.no_grad():
        w["b_dec"].copy_(geometric_median(batches[0].to(DOUBLE)).to(dtype))
        w["W_dec"].copy_(normalised(w["W_dec"]))
    optimiser = torch.optim.Adam([w[name] for name in NAMES], lr=RATE)
    since_fired = torch.zeros(LATENTS, dtype=torch.int64)
    log = []
    first = None
    for step in range(STEPS):
        x = batches[step].to(dtype)
        dead = since_fired > DEAD_AFTER
        for group in optimiser.param_groups:
            group["lr"] = RATE * rate_factor(step)
        optimiser.zero_grad()
        fvu, aux, values, indices = losses(w, x, ACTIVE, dead)
        (fvu + ALPHA * aux).backward()
        norm = torch.nn.utils.clip_grad_norm_([w[name] for name in NAMES], CLIP)
        with torch.no_grad():
            rows, gradient = w["W_dec"], w["W_dec"].grad
            gradient -= (gradient * rows).sum(1, keepdim=True) * rows
        optimiser.step()
        with torch.no_grad():
            w["W_dec"].copy_(normalised(w["W_dec"]))
        since_fired += BATCH
        since_fired[indices[values > 0].unique()] = 0
        log.append([fvu.item(), aux.item(), float(dead.sum()), float(norm),
                    float((values > 0).sum(1).double().mean())])
        if first is None:
            first = {name: w[name].detach().clone() for name in NAMES}
    return {name: w[name].detach() for name in NAMES}, first, torch.tensor(log), since_fired


def write_training():
    expected = {}
    # Gradients at a point where nothing is special.
    w = {name: t.float() for name, t in random_weights(LATENTS, WIDTH, torch.float32).items()}
    x = (torch.randn(BATCH, WIDTH, dtype=DOUBLE) * 1.5 + 0.4).float()
    dead = torch.zeros(LATENTS, dtype=torch.bool)
    dead[3::5] = True
    few = torch.zeros(LATENTS, dtype=torch.bool)
    few[[2, 17]] = True
    for name in NAMES:
        expected[f"point.{name}"] = w[name]
    expected["point.x"] = x
    for label, mask in [("many", dead), ("few", few)]:
        expected[f"dead.{label}"] = mask.float()
        for loss in ("fvu", "auxk"):
            parameters = leaf({name: t.to(DOUBLE) for name, t in w.items()})
            fvu, aux, _, _ = losses(parameters, x.to(DOUBLE), ACTIVE, mask)
            value = fvu if loss == "fvu" else aux
            value.backward()
            expected[f"{loss}.{label}"] = value.detach().float().reshape(1)
            for name in NAMES:
                gradient = parameters[name].grad
                gradient = torch.zeros_like(parameters[name]) if gradient is None else gradient
                expected[f"{loss}.{label}.{name}"] = gradient.float()

    # One Adam step on given gradients, at the second step of given moments.
    generator = torch.randn(4, 77, dtype=DOUBLE).float()
    value, gradients = generator[0], generator[1:3]
    parameter = torch.nn.Parameter(value.to(DOUBLE))
    optimiser = torch.optim.Adam([parameter], lr=0.01)
    expected["adam.0"], expected["adam.gradients"] = value, gradients
    for step in range(2):
        parameter.grad = gradients[step].to(DOUBLE)
        optimiser.step()
        expected[f"adam.{step + 1}"] = parameter.detach().clone().float()

    # A loop of several steps: some latents begin dead and come back through AuxK.
    start = {
        "encoder.weight": kaiming(LATENTS, WIDTH).float(),
        "encoder.bias": torch.zeros(LATENTS),
        "b_dec": torch.zeros(WIDTH),
    }
    start["encoder.bias"][::7] = -1.1
    start["W_dec"] = normalised(start["encoder.weight"].clone())
    directions = torch.randn(20, WIDTH, dtype=DOUBLE)
    directions /= directions.norm(dim=1, keepdim=True)
    codes = torch.rand(STEPS, BATCH, 20, dtype=DOUBLE) * 3
    codes *= torch.rand(STEPS, BATCH, 20, dtype=DOUBLE) < 0.15
    batches = (codes @ directions + 0.02 * torch.randn(STEPS, BATCH, WIDTH, dtype=DOUBLE)).float()
    after, first, log, since_fired = train(start, batches, DOUBLE)
    single, _, _, single_fired = train(start, batches, torch.float32)
    assert torch.equal(since_fired, single_fired)
    assert float(log[:, 2].max()) > 0, "no latent died: AuxK was not exercised"
    for name in NAMES:
        expected[f"loop.start.{name}"] = start[name]
        expected[f"loop.first.{name}"] = first[name].float()
        expected[f"loop.end.{name}"] = after[name].float()
    error = max(float((single[n].double() - after[n]).abs().max() / after[n].abs().max())
                for n in NAMES)
    expected["loop.batches"] = batches
    expected["loop.log"] = log.float()
    expected["loop.sinceFired"] = since_fired.float()
    expected["median"] = geometric_median(batches[0].to(DOUBLE)).float()
    save_file({k: v.contiguous() for k, v in expected.items()}, FOLDER / "training.safetensors")
    print("loop: PyTorch float32 against float64, largest relative difference", error)
    print(log)


def write_manifest():
    files = sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.name != "MANIFEST.json")
    manifest = {
        "script": "Tests/Fixtures/make/autoencoders.py",
        "seed": SEED,
        "versions": {
            "python": sys.version.split()[0], "torch": torch.__version__.split("+")[0],
            "numpy": numpy.__version__, "safetensors": safetensors.__version__,
        },
        "files": {
            str(p.relative_to(FOLDER)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
        },
    }
    (FOLDER / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_codes()
    write_training()
    write_manifest()

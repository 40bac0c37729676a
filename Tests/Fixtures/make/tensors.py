"""Reference values for TensorsTests, computed by PyTorch in float64 and stored as float32.

Run: python Tests/Fixtures/make/tensors.py
Writes Tests/Fixtures/tensors/values.bin (little-endian float32, matrices one after the other) and MANIFEST.json, which gives each
matrix's place and, for each case, its settings.
"""

import hashlib
import json
import pathlib
import platform

import torch
import torch.nn.functional as F

SEED = 20_251
FOLDER = pathlib.Path(__file__).parent.parent / "tensors"

torch.manual_seed(SEED)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

blob = bytearray()
cases = []


def add(name, settings, **matrices):
    entry = {"name": name, "settings": settings, "matrices": {}}
    for key, value in matrices.items():
        value = value.detach()
        value = value.reshape(1, -1) if value.dim() == 1 else value
        entry["matrices"][key] = {"offset": len(blob), "rows": value.shape[0], "columns": value.shape[1]}
        blob.extend(value.to(torch.float32).contiguous().numpy().tobytes())
    cases.append(entry)


def draw(*shape, scale=1.0):
    """Normal numbers that float32 holds exactly, so that both sides start from the same inputs."""
    return (torch.randn(*shape) * scale).to(torch.float32).to(torch.float64).requires_grad_()


def attention(name, heads, groups, size, queries, keys, first, causal, window=None, scale=1.0, spans=(), factor=None):
    """`spans` of positions see each other both ways, within the window; `factor` multiplies scores instead of 1/√size."""
    q, k, v = draw(queries, heads * size, scale=scale), draw(keys, groups * size, scale=scale), draw(keys, groups * size)
    split = lambda x, n: x.view(x.shape[0], n, size).transpose(0, 1)
    repeat = lambda x: split(x, groups).repeat_interleave(heads // groups, dim=0)
    i = torch.arange(first, first + queries)[:, None]
    j = torch.arange(keys)[None, :]
    visible = torch.ones(queries, keys, dtype=torch.bool)
    if causal:
        visible &= j <= i
    for begin, end in spans:
        visible |= (i >= begin) & (i < end) & (j >= begin) & (j < end)
    if window is not None:
        visible &= j > i - window
    output = F.scaled_dot_product_attention(split(q, heads), repeat(k), repeat(v), attn_mask=visible, scale=factor)
    output = output.transpose(0, 1).reshape(queries, heads * size)
    scores = split(q, heads) @ repeat(k).transpose(1, 2) * (factor or size**-0.5)
    normalizer = scores.masked_fill(~visible, -torch.inf).logsumexp(-1).T
    gradient = draw(queries, heads * size)
    output.backward(gradient.detach())
    settings = {"heads": heads, "groups": groups, "size": size, "first": first, "causal": causal, "window": window}
    more = {}
    if factor is not None:
        settings["factor"] = factor
    if spans:
        ends = [max([p + 1] + [end for begin, end in spans if begin <= p < end]) for p in range(first, first + queries)]
        more["ends"] = torch.tensor(ends)
    add(name, settings, **more, q=q, k=k, v=v, output=output, normalizer=normalizer, g=gradient, dq=q.grad, dk=k.grad, dv=v.grad)


attention("attention/whole prompt", 4, 4, 16, 9, 9, 0, True)
attention("attention/grouped heads", 6, 2, 8, 21, 21, 0, True)
attention("attention/head size 22", 5, 1, 22, 13, 13, 0, True)
attention("attention/one head per group, odd", 7, 7, 6, 5, 5, 0, True)
attention("attention/several tiles", 2, 1, 16, 75, 150, 75, True)
attention("attention/sliding window", 4, 2, 8, 90, 90, 0, True, window=7)
attention("attention/window over tiles", 2, 2, 4, 40, 170, 130, True, window=66)
attention("attention/one query after many", 4, 2, 8, 1, 131, 130, True)
attention("attention/bidirectional", 3, 3, 8, 70, 70, 0, False)
attention("attention/large scores", 2, 2, 16, 30, 30, 0, True, scale=6.0)


def operator(name, settings, function, arguments, differentiate):
    result = function(**arguments)
    gradient = draw(*result.shape)
    result.backward(gradient.detach())
    gradients = {"d" + key: arguments[key].grad for key in differentiate}
    add(name, settings, **arguments, y=result, g=gradient, **gradients)


for rows, columns in [(1, 1), (3, 16), (5, 37), (2, 100)]:
    operator(
        f"rms norm/{rows} {columns}", {"epsilon": 1e-5},
        lambda x, weight: F.rms_norm(x, (x.shape[1],), weight, 1e-5),
        {"x": draw(rows, columns, scale=3), "weight": draw(columns)}, ["x"])
    operator(
        f"layer norm/{rows} {columns}", {"epsilon": 1e-5},
        lambda x, weight, bias: F.layer_norm(x, (x.shape[1],), weight, bias, 1e-5),
        {"x": draw(rows, columns, scale=3), "weight": draw(columns), "bias": draw(columns)}, ["x"])
    operator(
        f"silu gate/{rows} {columns}", {}, lambda gate, up: F.silu(gate) * up,
        {"gate": draw(rows, columns, scale=4), "up": draw(rows, columns)}, ["gate", "up"])

ACTIVATIONS = {
    "quickGELU": lambda x: x * torch.sigmoid(1.702 * x),
    "gelu": F.gelu,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "relu": F.relu,
}
for name, function in ACTIVATIONS.items():
    operator(f"activation/{name}", {}, lambda x: function(x), {"x": draw(7, 29, scale=4)}, ["x"])

for heads, size, first in [(3, 8, 0), (2, 22, 5), (1, 64, 1000)]:
    frequencies = (10_000.0 ** (-torch.arange(0, size, 2) / size)).to(torch.float32)
    positions = torch.arange(first, first + 6, dtype=torch.float32)
    angles = (positions[:, None] * frequencies[None, :]).to(torch.float64)  # rounded to float32, as transformers does
    cosines, sines = torch.cat([angles.cos()] * 2, 1)[:, None], torch.cat([angles.sin()] * 2, 1)[:, None]

    def rotate(x):
        x = x.view(6, heads, size)
        a, b = x[..., : size // 2], x[..., size // 2 :]
        return (x * cosines + torch.cat([-b, a], -1) * sines).reshape(6, heads * size)

    x, gradient = draw(6, heads * size), draw(6, heads * size)
    y = rotate(x)
    y.backward(gradient.detach())
    add(f"rotary/{size}", {"size": size, "first": first}, x=x, y=y, g=gradient, dx=x.grad, frequencies=frequencies)

# Below what was there before, so that its numbers stay.
attention("attention/scale", 4, 2, 8, 11, 11, 0, True, factor=0.21)
attention("attention/spans", 4, 2, 4, 90, 90, 0, True, spans=[(3, 20), (20, 21), (40, 88)], factor=0.3)
attention("attention/spans longer than the window", 2, 1, 8, 150, 150, 0, True, window=9, spans=[(5, 70), (75, 149)])
attention("attention/spans after many", 3, 1, 6, 30, 161, 131, True, window=40, spans=[(131, 135), (139, 160)])
for rows, columns in [(1, 1), (3, 16), (5, 37)]:
    operator(
        f"geluTanh gate/{rows} {columns}", {}, lambda gate, up: F.gelu(gate, approximate="tanh") * up,
        {"gate": draw(rows, columns, scale=4), "up": draw(rows, columns)}, ["gate", "up"])

FOLDER.mkdir(exist_ok=True)
(FOLDER / "values.bin").write_bytes(blob)
manifest = {
    "script": "make/tensors.py",
    "seed": SEED,
    "versions": {"python": platform.python_version(), "torch": torch.__version__},
    "files": {"values.bin": {"bytes": len(blob), "sha256": hashlib.sha256(blob).hexdigest()}},
    "cases": cases,
}
(FOLDER / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")

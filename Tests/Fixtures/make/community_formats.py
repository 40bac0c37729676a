"""Writes Tests/Fixtures/community-formats: autoencoders in the forms that others publish them in,
with codes, reconstructions, derivatives and changed reconstructions.

Where a library reads the form, its own classes and loaders compute every expected number: SAELens
(its loaders of Gemma Scope 2's, Llama Scope's and Qwen-Scope's files included),
dictionary_learning, Llamascopium and overcomplete. What these import for downloads, remote models and logging is stubbed. Where none does (MoGround,
MMDiff, vlm-saes, Qwen-Scope with its signs kept) PyTorch code in this file, written from the
authors' definition, does. Run from the root of the repository:

    python Tests/Fixtures/make/community_formats.py
"""

import hashlib
import importlib
import json
import math
import pathlib
import sys
from importlib.metadata import version
from unittest.mock import MagicMock

import torch
from safetensors.torch import load_file, save_file


def imported(name):
    """A module of a library; what it imports and is not installed is stubbed."""
    while True:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            stub = MagicMock()
            stub.__spec__, stub.__path__ = None, []
            sys.modules[error.name] = stub


dictionary = imported("dictionary_learning.dictionary")
matryoshka = imported("dictionary_learning.trainers.matryoshka_batch_top_k")
batch_topk = imported("dictionary_learning.trainers.batch_top_k")
topk = imported("dictionary_learning.trainers.top_k")
lens = imported("sae_lens")
loaders = imported("sae_lens.loading.pretrained_sae_loaders")
abstopk = imported("sae_lens.saes.abstopk_sae")
gated = imported("sae_lens.saes.gated_sae")
jumprelu = imported("sae_lens.saes.jumprelu_sae")
standard = imported("sae_lens.saes.standard_sae")
topk_sae = imported("sae_lens.saes.topk_sae")
metadata = imported("sae_lens.saes.sae").SAEMetadata

SEED = 730_115
D, M, T, K = 12, 24, 9, 4
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "community-formats"
torch.set_num_threads(1)
torch.manual_seed(SEED)
x = torch.randn(T, D) * 1.5 + 0.3
gradient = torch.randn(T, D)
expected = {"x": x, "gradient": gradient}


def record(name, encode, decode):
    """z, x̂; z·∂(x̂·gradient)/∂z by autograd; and x̂ with each row's largest latent doubled. What
    normalises at run time keeps a row's scale from `encode` to the next `decode`."""
    z = encode(x).detach()
    expected[f"{name}.z"] = z.clone().contiguous()
    expected[f"{name}.reconstruction"] = decode(z).detach().clone().contiguous()
    encode(x)
    leaf = z.clone().requires_grad_(True)
    (decode(leaf) * gradient).sum().backward()
    expected[f"{name}.scores"] = (z * leaf.grad).contiguous()
    changed = z.clone()
    rows = torch.arange(T)
    changed[rows, z.abs().argmax(dim=1)] *= 2
    encode(x)
    expected[f"{name}.changed"] = decode(changed).detach().clone().contiguous()
    assert 0 < int((z != 0).sum()) < T * M, name


def fill(module):
    """Random numbers for every parameter: biases not zero, thresholds positive."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            value = torch.randn_like(parameter) * 0.4
            if "threshold" in name:
                value = value.abs() + 0.2
            parameter.copy_(value)


def random(*shape):
    return torch.randn(*shape) * 0.4


# --- SAELens -------------------------------------------------------------------------------------


def saelens(name, sae, factor=None):
    fill(sae)
    folder = FOLDER / "saelens" / name
    sae.save_model(folder)
    read = lens.SAE.load_from_disk(folder)
    if factor is not None:
        read.fold_activation_norm_scaling_factor(factor)
    record(f"saelens.{name}", read.encode, read.decode)
    return read


def options(**others):
    return dict(d_in=D, d_sae=M, metadata=metadata(
        model_name="tiny", hook_name="blocks.2.hook_resid_post"), **others)


saelens("gated", gated.GatedSAE(gated.GatedSAEConfig(**options())))
read = saelens("abstopk", abstopk.AbsTopKSAE(abstopk.AbsTopKSAEConfig(
    **options(k=K, rescale_acts_by_decoder_norm=True))))
pre = (x - read.b_dec) @ read.W_enc + read.b_enc
pre = pre * read.W_dec.norm(dim=-1)
pre[:, 3] -= 5
expected["saelens.abstopk.lowered"] = read.activation_fn(pre).detach().clone()
saelens("layer_norm", topk_sae.TopKSAE(topk_sae.TopKSAEConfig(
    **options(k=K, normalize_activations="layer_norm"))))
saelens("constant_norm", jumprelu.JumpReLUSAE(jumprelu.JumpReLUSAEConfig(
    **options(normalize_activations="constant_norm_rescale", apply_b_dec_to_input=False))))
saelens("constant_gated", gated.GatedSAE(gated.GatedSAEConfig(
    **options(normalize_activations="constant_norm_rescale"))))
saelens("expected_average", standard.StandardSAE(standard.StandardSAEConfig(
    **options(normalize_activations="expected_average_only_in"))), factor=0.625)
saelens("expected_topk", topk_sae.TopKSAE(topk_sae.TopKSAEConfig(
    **options(k=K, normalize_activations="expected_average_only_in",
              rescale_acts_by_decoder_norm=True))), factor=0.625)

# --- Gemma Scope 2 -------------------------------------------------------------------------------


def gemma(folder_name, config=None, threshold=True):
    folder = FOLDER / "gemma-scope-2-tiny" / folder_name
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"w_enc": random(D, M), "w_dec": random(M, D), "b_enc": random(M),
               "b_dec": random(D), "threshold": random(M).abs() + 0.2},
              folder / "params.safetensors")
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    loaders.hf_hub_download = lambda *_, **k: str(folder / "params.safetensors")
    loaders.get_gemma_3_config_from_hf = lambda *_, **__: {
        "dtype": "float32", "apply_b_dec_to_input": False}
    cfg, state, _ = loaders.gemma_3_sae_huggingface_loader("tiny", folder_name)
    sae = jumprelu.JumpReLUSAE(jumprelu.JumpReLUSAEConfig(
        d_in=D, d_sae=M, apply_b_dec_to_input=cfg["apply_b_dec_to_input"]))
    sae.load_state_dict(state)
    record(f"gemma2.{folder_name.split('/')[0]}", sae.encode, sae.decode)


gemma("resid_post_all/layer_2_width_16k_l0_small")
gemma("resid_post/layer_2_width_16k_l0_medium", {
    "hf_hook_point_in": "model.language_model.layers.2.output",
    "hf_hook_point_out": "model.language_model.layers.2.output", "width": M,
    "model_name": "gemma-v3-4b-pt", "architecture": "jump_relu", "l0": 40,
    "affine_connection": False, "type": "sae"})

# --- dictionary_learning -------------------------------------------------------------------------


def learned(name, sae, kind=None, file="ae.pt"):
    """With `kind`, a configuration of that class; without, the tensors alone."""
    folder = FOLDER / "dictionary_learning" / name
    folder.mkdir(parents=True, exist_ok=True)
    fill(sae)
    torch.save(sae.state_dict(), folder / file)
    if kind is not None:
        (folder / "config.json").write_text(json.dumps({"trainer": {
            "activation_dim": D, "dict_size": M, "layer": 2, "lm_name": "tiny", "k": K,
            "submodule_name": "resid_post_layer_2", "dict_class": kind}, "buffer": {}}))
    read = type(sae).from_pretrained(str(folder / file))
    record(f"dictionary.{name}", read.encode, read.decode)


groups = [M // 4, M // 4, M // 2]
learned("gated", dictionary.GatedAutoEncoder(D, M), "GatedAutoEncoder")
sae = matryoshka.MatryoshkaBatchTopKSAE(D, M, K, groups)
sae.threshold.fill_(0.6)
learned("matryoshka", sae, "MatryoshkaBatchTopKSAE")
sae = matryoshka.MatryoshkaBatchTopKSAE(D, M, K, groups)
sae.threshold.fill_(0.6)
learned("matroyshka", sae, "MatroyshkaBatchTopKSAE")
learned("never_estimated", matryoshka.MatryoshkaBatchTopKSAE(D, M, K, groups),
        "MatryoshkaBatchTopKSAE")
sae = matryoshka.MatryoshkaBatchTopKSAE(D, M, K, groups)
sae.threshold.fill_(0.6)
learned("bare_matryoshka", sae, file="ae_100000.pt")
learned("bare_gated", dictionary.GatedAutoEncoder(D, M))
learned("bare_relu", dictionary.AutoEncoder(D, M))
learned("bare_april", dictionary.AutoEncoderNew(D, M))
learned("bare_jumprelu", dictionary.JumpReluAutoEncoder(D, M))
learned("bare_topk", topk.AutoEncoderTopK(D, M, K))
sae = batch_topk.BatchTopKSAE(D, M, K)
sae.threshold.fill_(0.6)
learned("bare_batchtopk", sae)

# --- flat dictionaries ---------------------------------------------------------------------------


def chosen(pre, signed):
    """The k largest of each row, those below zero kept or left out."""
    values, places = pre.topk(K, dim=-1)
    if not signed:
        values = torch.relu(values)
    return torch.zeros_like(pre).scatter_(-1, places, values)


def saved(content, *path):
    file = FOLDER.joinpath(*path)
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, file)
    return file


def flat():
    return {"W_enc": random(D, M), "W_dec": random(M, D), "b_enc": random(M), "b_dec": random(D)}


def decoded(w):
    return lambda z: z @ w["W_dec"] + w["b_dec"]


# MoGround's class: z = ReLU(TopK(W_enc (x − b_dec) + b_enc)), x̂ = W_dec z + b_dec.
for name, wrap in [
    ("nested", lambda w: {"state_dict": w, "k": K, "d_model": D, "note": "tiny", "fvu": 0.01}),
    ("plain", lambda w: {**w, "k": K}), ("described", lambda w: w), ("bare", lambda w: w),
]:
    w = flat()
    file = saved(wrap(w), "moground", name, "sae.pt")
    if name == "described":
        (file.parent / "meta.json").write_text(json.dumps({"k": K, "layer": 18}))
    record(f"moground.{name}",
           lambda x, w=w: chosen((x - w["b_dec"]) @ w["W_enc"] + w["b_enc"], False), decoded(w))

# MMDiff's classes: a JumpReLU, and SAELens' top-k with apply_b_dec_to_input false.
w = {**flat(), "threshold": random(M).abs() + 0.2}
saved(w, "mmdiff", "text-only_layer_2.pt")


def jump(x, w=w):
    pre = x @ w["W_enc"] + w["b_enc"]
    return pre * (pre > w["threshold"])


record("mmdiff.jumprelu", jump, decoded(w))
w = flat()
saved(w, "mmdiff", "text-only_layer_3.pt")
sae = topk_sae.TopKSAE(topk_sae.TopKSAEConfig(d_in=D, d_sae=M, k=K, apply_b_dec_to_input=False))
sae.load_state_dict(w)
record("mmdiff.topk", sae.encode, sae.decode)

# Qwen-Scope: the values of its description, signed; those of SAELens' loader without their signs.
w = flat()
w["b_enc"] -= 4  # so that fewer than k are above zero in some rows
w = {**w, "W_enc": w["W_enc"].T.contiguous(), "W_dec": w["W_dec"].T.contiguous()}
file = saved(w, "qwen-scope", "layer2.sae.pt")
turned = {**w, "W_enc": w["W_enc"].T, "W_dec": w["W_dec"].T}
pre = x @ turned["W_enc"] + turned["b_enc"]
record("qwen.signed", lambda x: chosen(x @ turned["W_enc"] + turned["b_enc"], True),
       decoded(turned))
assert (expected["qwen.signed.z"] < 0).any()
lowered = pre.clone()
lowered[:, 3] -= 5
expected["qwen.signed.lowered"] = chosen(lowered, True)
loaders.hf_hub_download = lambda *_, **k: str(file)
loaders.get_qwen_scope_config_from_hf = lambda *_, **__: {}
state = loaders.qwen_scope_sae_huggingface_loader("tiny-W24-L0_4", "layer2.sae.pt")[1]
sae = topk_sae.TopKSAE(topk_sae.TopKSAEConfig(d_in=D, d_sae=M, k=K, apply_b_dec_to_input=False))
sae.load_state_dict(state)
record("qwen.relu", sae.encode, sae.decode)
saved({**w, "b_dec": random(D)}, "qwen-scope", "layer3.sae.pt")

# vlm-saes: z = ReLU(fc1(c·x)), x̂ = fc2(z) / c, c = 64 / the mean norm that the file's name says.
norm = 13.996978
layers = torch.nn.DataParallel(torch.nn.ModuleDict({
    "fc1": torch.nn.Linear(D, M), "fc2": torch.nn.Linear(M, D)}))
fill(layers)
saved(layers.state_dict(), "vlm-saes", f"sae_final_layer3_8x_norm{norm}.pkl")
saved(layers.module.state_dict(), "vlm-saes", "unnamed", "sae_final_layer3_8x.pkl")
fc1, fc2, c = layers.module["fc1"], layers.module["fc2"], 64 / norm
record("vlm-saes", lambda x: torch.relu(fc1(c * x)), lambda z: fc2(z) / c)
record("vlm-saes.given", lambda x: torch.relu(fc1(8 * x)), lambda z: fc2(z) / 8)

# --- Llama Scope, Llamascopium, overcomplete -----------------------------------------------------

folder = FOLDER / "llama-scope" / "L2R"
(folder / "checkpoints").mkdir(parents=True, exist_ok=True)
save_file({"encoder.weight": random(M, D), "decoder.weight": random(D, M),
           "encoder.bias": random(M), "decoder.bias": random(D)},
          folder / "checkpoints" / "final.safetensors")
(folder / "hyperparams.json").write_text(json.dumps({
    "d_model": D, "d_sae": M, "jump_relu_threshold": 0.4,
    "dataset_average_activation_norm": {"in": 5.5, "out": 5.5},
    "hook_point_in": "blocks.2.hook_resid_post", "hook_point_out": "blocks.2.hook_resid_post"}))
loaders.hf_hub_download = lambda *a, **k: str(
    folder / ("hyperparams.json" if len(a) > 1 else "checkpoints/final.safetensors"))
cfg, state, _ = loaders.llama_scope_sae_huggingface_loader(
    "tiny", "L2R", cfg_overrides={"dtype": "float32", "device": "cpu"})
sae = jumprelu.JumpReLUSAE(jumprelu.JumpReLUSAEConfig(
    d_in=D, d_sae=M, apply_b_dec_to_input=False))
sae.load_state_dict(state)
sae.fold_activation_norm_scaling_factor(
    math.sqrt(D) / 5.5)
record("llama-scope", sae.encode, sae.decode)


def llamascopium(name, units=False, norm=None, **others):
    """With `units`, activations are those of directions of norm 1."""
    cfg = scopium.SAEConfig(
        hook_point_in="blocks.2.hook_resid_post", hook_point_out="blocks.2.hook_resid_post",
        d_model=D, expansion_factor=M / D, device="cpu", dtype=torch.float32, top_k=K, **others)
    sae = scopium.SparseAutoEncoder(cfg)
    fill(sae)
    factor = 1.0
    if norm is not None:
        factor = math.sqrt(D) / norm
        sae.set_dataset_average_activation_norm({cfg.hook_point_in: norm})
    folder = FOLDER / "llamascopium" / name
    folder.mkdir(parents=True, exist_ok=True)
    sae.save_pretrained(folder)
    cfg.save_hyperparameters(folder)
    scale = sae.W_D.norm(dim=1) if units else torch.ones(M)
    record(f"llamascopium.{name}", lambda x: sae.encode(x * factor) * scale,
           lambda z: sae.decode(z / scale) / factor)


scopium = imported("llamascopium.models.sae")
llamascopium("relu", act_fn="relu", norm_activation="inference")
llamascopium("jumprelu", act_fn="jumprelu", norm_activation="inference")
llamascopium("topk", True, act_fn="topk", norm_activation="inference")
llamascopium("plain_topk", act_fn="topk", norm_activation="inference",
             sparsity_include_decoder_norm=False, use_decoder_bias=False)
llamascopium("dataset_wise", norm=4.25, act_fn="jumprelu", norm_activation="dataset-wise")

overcomplete = imported("overcomplete.sae.topk_sae")
for name, encoder in [("linear", "linear"), ("batch_norm", "mlp_bn_1")]:
    sae = overcomplete.TopKSAE(D, M, top_k=K, encoder_module=encoder)
    fill(sae)
    with torch.no_grad():
        for key, buffer in sae.named_buffers():
            if "running" in key:
                buffer.copy_(torch.rand_like(buffer) + 0.5)
        sae.dictionary.multiplier.fill_(0.3)
    file = saved(sae.state_dict(), "overcomplete", name + ".pt")
    sae.eval()
    record(f"overcomplete.{name}", lambda x: sae.encode(x)[1], sae.decode)

# --- what is refused -----------------------------------------------------------------------------

refusals = {}


def refused(words, content, *path):
    saved(content, "refused", *path)
    refusals["/".join(path)] = words


def without(w, name):
    return {key: value for key, value in w.items() if key != name}


flat_qwen = {"W_enc": random(M, D), "W_dec": random(D, M), "b_enc": random(M), "b_dec": random(D)}
for name in ["W_enc", "W_dec", "b_enc", "b_dec"]:
    refused(f"{name}: missing", without(flat_qwen, name), f"missing-{name}", "layer2.sae.pt")
refused("b_enc: shape [24], expected [12]",
        {**flat_qwen, "W_enc": random(D, M)}, "turned-W_enc", "layer2.sae.pt")
refused("W_dec: shape [24, 12], expected [12, 24]", {**flat_qwen, "W_dec": random(M, D)},
        "turned-W_dec", "layer2.sae.pt")
refused("b_enc: shape [23], expected [24]", {**flat_qwen, "b_enc": random(M - 1)},
        "short-b_enc", "layer2.sae.pt")
refused("b_dec: shape [12, 1], expected [12]", {**flat_qwen, "b_dec": random(D, 1)},
        "deep-b_dec", "layer2.sae.pt")
refused("W_enc: shape [24], [M, D] expected", {**flat_qwen, "W_enc": random(M)},
        "flat-W_enc", "layer2.sae.pt")
refused("W_dec: not a finite number at row 1, column 2",
        {**flat_qwen, "W_dec": flat_qwen["W_dec"].index_put(
            (torch.tensor([1]), torch.tensor([2])), torch.tensor([math.nan]))},
        "nan-W_dec", "layer2.sae.pt")
refused("DoubleStorage", {**flat_qwen, "W_enc": flat_qwen["W_enc"].double()},
        "doubles", "layer2.sae.pt")
refused("W_enc: missing", {"state_dict": {"W_enc.0": random(2, 2)}, "k": K}, "empty", "sae.pt")
refused("k: an integer expected", {**flat(), "k": torch.tensor(4.0)}, "k-of-floats", "sae.pt")
refused("threshold: shape [23], expected [24]", {**flat(), "threshold": random(M - 1)},
        "short-threshold", "text-only_layer_2.pt")
state = layers.module.state_dict()
refused("fc2.bias: missing", without(state, "fc2.bias"), "no-bias", "sae_final_layer3_norm10.pkl")
refused("fc2.weight: shape", {**state, "fc2.weight": state["fc1.weight"]}, "turned-fc2",
        "sae_final_layer3_norm10.pkl")
state = dictionary.GatedAutoEncoder(D, M).state_dict()
for name in ["r_mag", "mag_bias", "gate_bias", "decoder_bias"]:
    file = ["missing-" + name, "ae_5.pt"]
    refused(f"{name}: missing" if name != "r_mag" else "no class", without(state, name), *file)

save_file(expected, FOLDER / "expected.safetensors")
files = sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.name != "MANIFEST.json")
(FOLDER / "MANIFEST.json").write_text(json.dumps({
    "script": "Tests/Fixtures/make/community_formats.py",
    "seed": SEED,
    "versions": {"python": sys.version.split()[0], **{
        p: version(p).split("+")[0]
        for p in ["torch", "safetensors", "sae-lens", "dictionary-learning", "llamascopium",
                  "overcomplete"]}},
    "refusals": refusals,
    "files": {str(p.relative_to(FOLDER)): hashlib.sha256(p.read_bytes()).hexdigest()
              for p in files},
}, indent=2) + "\n")

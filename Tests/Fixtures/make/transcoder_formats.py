"""Writes Tests/Fixtures/transcoder-formats: transcoders, and autoencoders of places inside a block, as libraries save
them, with codes, reconstructions and derivatives.

Every file is written, and every expected number computed, by the library the format belongs to: SAELens (its loaders
of Gemma Scope 2's and of Llama Scope's files included), sparsify, Llamascopium and circuit-tracer. What these import
for downloads, remote models and logging is stubbed. Two things no library on the package index has, and PyTorch code
in this file does them, written from the authors' definition: the top-k of vlm-circuit-tracing's transcoders, and the
norm of what Llama Scope's transcoders make. Run from the root of the repository:

    python Tests/Fixtures/make/transcoder_formats.py
"""

import hashlib
import importlib
import json
import pathlib
import pickle
import sys
from importlib.metadata import version
from unittest.mock import MagicMock

import torch
import yaml
from safetensors.torch import save_file


def imported(name):
    """A module of a library; what it imports and is not installed is stubbed."""
    while True:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            stub = MagicMock()
            stub.__spec__, stub.__path__ = None, []
            sys.modules[error.name] = stub


lens = imported("sae_lens")
loaders = imported("sae_lens.loading.pretrained_sae_loaders")
transcoders = imported("sae_lens.saes.transcoder")
standard = imported("sae_lens.saes.standard_sae")
jumprelu = imported("sae_lens.saes.jumprelu_sae")
metadata = imported("sae_lens.saes.sae").SAEMetadata
coder = imported("sparsify.sparse_coder")
coder_config = imported("sparsify.config")
llama_sae = imported("llamascopium.models.sae")
circuit = imported("circuit_tracer.transcoder.single_layer_transcoder")
circuit_activations = imported("circuit_tracer.transcoder.activation_functions")

SEED = 620_441
D, OUT, M, T, K = 12, 10, 24, 9, 4
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "transcoder-formats"
torch.set_num_threads(1)
torch.manual_seed(SEED)
x = torch.randn(T, D) * 1.5 + 0.3
gradients = {D: torch.randn(T, D), OUT: torch.randn(T, OUT)}
expected = {"x": x, "gradient.12": gradients[D], "gradient.10": gradients[OUT]}


def record(name, encode, decode, forward):
    """z; ŷ as the whole forward pass makes it, skip connection included; z·∂(ŷ·gradient)/∂z by autograd."""
    z = encode(x).detach()
    made = forward(x).detach()
    expected[f"{name}.z"] = z.clone().contiguous()
    expected[f"{name}.made"] = made.clone().contiguous()
    leaf = z.clone().requires_grad_(True)
    (decode(leaf) * gradients[made.shape[1]]).sum().backward()
    expected[f"{name}.scores"] = (z * leaf.grad).contiguous()
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
    record(f"saelens.{name}", read.encode, read.decode, read)


def hooks(**names):
    return dict(d_in=D, d_sae=M, apply_b_dec_to_input=False, metadata=metadata(model_name="tiny", **names))


bridge = dict(hook_name="blocks.2.mlp.hook_in", hook_name_out="blocks.2.hook_mlp_out")
saelens("transcoder", transcoders.Transcoder(transcoders.TranscoderConfig(**hooks(**bridge), d_out=OUT)))
saelens("skip", transcoders.SkipTranscoder(transcoders.SkipTranscoderConfig(**hooks(**bridge), d_out=OUT)))
saelens("jumprelu", transcoders.JumpReLUTranscoder(transcoders.JumpReLUTranscoderConfig(**hooks(
    hook_name="blocks.2.ln2.hook_normalized", hook_name_out="blocks.2.hook_mlp_out"), d_out=OUT)))
saelens("jumprelu_skip", transcoders.JumpReLUSkipTranscoder(transcoders.JumpReLUSkipTranscoderConfig(**hooks(
    hook_name="blocks.2.hook_mlp_in", hook_name_out="blocks.2.hook_mlp_out",
    hf_hook_name="model.layers.2.pre_feedforward_layernorm.output",
    hf_hook_name_out="model.layers.2.post_feedforward_layernorm.output"), d_out=D)))
saelens("mlp_out", standard.StandardSAE(standard.StandardSAEConfig(**hooks(hook_name="blocks.2.hook_mlp_out"))))

# Heads of 3 × 4 numbers, as hook_z has them: the library lays them beside each other.
heads = standard.StandardSAE(standard.StandardSAEConfig(
    **hooks(hook_name="blocks.2.attn.hook_z"), reshape_activations="hook_z"))
fill(heads)
heads.save_model(FOLDER / "saelens" / "hook_z")
read = lens.SAE.load_from_disk(FOLDER / "saelens" / "hook_z")
# Its decode wants what its encode has seen before.
record("saelens.hook_z", lambda v: read.encode(v.reshape(T, 3, 4)),
       lambda z: (read.encode(x.reshape(T, 3, 4)), read.decode(z))[1].reshape(T, D),
       lambda v: read(v.reshape(T, 3, 4)).reshape(T, D))

# --- sparsify ------------------------------------------------------------------------------------


def sparsify(path, **options):
    sae = coder.SparseCoder(D, coder_config.SparseCoderConfig(num_latents=M, k=K, **options))
    fill(sae)
    sae.save_to_disk(FOLDER / "sparsify" / path)
    read = coder.SparseCoder.load_from_disk(FOLDER / "sparsify" / path)

    def encode(v):
        values, indices, _ = read.encode(v)
        return torch.zeros(T, M).scatter(1, indices, values)

    record(f"sparsify.{path}", encode, lambda z: z @ read.W_dec + read.b_dec, lambda v: read(v, v).sae_out)


sparsify("layers.2.mlp", transcode=True)
sparsify("skipping/layers.2.mlp", transcode=True, skip_connection=True)
sparsify("outputs/layers.2.mlp")
sparsify("attention/model.layers.2.self_attn")

# --- Gemma Scope 2 -------------------------------------------------------------------------------


def gemma(folder_name, out, affine=False, config=None):
    folder = FOLDER / "gemma-scope-2-tiny" / folder_name
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {"w_enc": random(D, M), "w_dec": random(M, out), "b_enc": random(M), "b_dec": random(out),
               "threshold": random(M).abs() + 0.2}
    if affine:
        tensors["affine_skip_connection"] = random(D, out)
    save_file(tensors, folder / "params.safetensors")
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    loaders.hf_hub_download = lambda *_, **k: str(folder / "params.safetensors")
    loaders.get_gemma_3_config_from_hf = lambda *_, **__: {"dtype": "float32", "apply_b_dec_to_input": False}
    cfg, state, _ = loaders.gemma_3_sae_huggingface_loader("tiny", folder_name)
    options = dict(d_in=D, d_sae=M, apply_b_dec_to_input=cfg["apply_b_dec_to_input"])
    if "transcoder" not in folder_name:
        sae = jumprelu.JumpReLUSAE(jumprelu.JumpReLUSAEConfig(**options))
    elif affine:
        sae = transcoders.JumpReLUSkipTranscoder(transcoders.JumpReLUSkipTranscoderConfig(**options, d_out=out))
    else:
        sae = transcoders.JumpReLUTranscoder(transcoders.JumpReLUTranscoderConfig(**options, d_out=out))
    sae.load_state_dict(state)
    record(f"gemma2.{folder_name}", sae.encode, sae.decode, sae)


gemma("transcoder/layer_2_width_16k_l0_small_affine", OUT, affine=True, config={
    "hf_hook_point_in": "model.layers.2.pre_feedforward_layernorm.output",
    "hf_hook_point_out": "model.layers.2.post_feedforward_layernorm.output", "width": M,
    "model_name": "gemma-v3-4b-pt", "architecture": "jump_relu", "l0": 15, "affine_connection": True, "type": "transcoder"})
gemma("transcoder_all/layer_2_width_16k_l0_small", OUT)
gemma("mlp_out/layer_2_width_16k_l0_small", D)
gemma("attn_out_all/layer_2_width_16k_l0_small", D)

# --- Llamascopium --------------------------------------------------------------------------------

for name, options in [
    ("transcoder", dict(norm_activation="dataset-wise")), ("raw", dict(norm_activation="inference")),
]:
    cfg = llama_sae.SAEConfig(
        hook_point_in="blocks.2.ln2.hook_normalized", hook_point_out="blocks.2.hook_mlp_out", d_model=D,
        expansion_factor=M / D, act_fn="relu", dtype=torch.float32, device="cpu", **options)
    sae = llama_sae.SparseAutoEncoder(cfg)
    fill(sae)
    if name == "transcoder":
        sae.set_dataset_average_activation_norm({cfg.hook_point_in: 5.5, cfg.hook_point_out: 2.25})
    folder = FOLDER / "llamascopium" / name
    folder.mkdir(parents=True, exist_ok=True)
    sae.save_pretrained(folder)
    cfg.save_hyperparameters(folder)
    scale_in = D**0.5 / 5.5 if name == "transcoder" else 1
    scale_out = D**0.5 / 2.25 if name == "transcoder" else 1
    record(f"llamascopium.{name}", lambda v: sae.encode(v * scale_in), lambda z: sae.decode(z) / scale_out,
           lambda v: sae.decode(sae.encode(v * scale_in)) / scale_out)
    if name == "transcoder":
        # The library's own way of taking the norms in changes the unit of z and no reconstruction.
        sae.standardize_parameters_of_dataset_norm()
        assert torch.allclose(sae.decode(sae.encode(x)), expected["llamascopium.transcoder.made"], atol=1e-5)

# --- Transcoders that normalise at run time ------------------------------------------------------

saelens("layer_norm", transcoders.Transcoder(transcoders.TranscoderConfig(
    **hooks(**bridge), d_out=OUT, normalize_activations="layer_norm")))
saelens("constant_norm_skip", transcoders.JumpReLUSkipTranscoder(transcoders.JumpReLUSkipTranscoderConfig(
    **hooks(**bridge), d_out=OUT, normalize_activations="constant_norm_rescale")))
saelens("expected_average", transcoders.SkipTranscoder(transcoders.SkipTranscoderConfig(
    **hooks(**bridge), d_out=OUT, normalize_activations="expected_average_only_in")), factor=0.625)

# --- Llama Scope ---------------------------------------------------------------------------------

folder = FOLDER / "llama-scope" / "L2TC"
(folder / "checkpoints").mkdir(parents=True, exist_ok=True)
w = {"encoder.weight": random(M, D), "decoder.weight": random(D, M), "encoder.bias": random(M), "decoder.bias": random(D)}
save_file(w, folder / "checkpoints" / "final.safetensors")
(folder / "hyperparams.json").write_text(json.dumps({
    "d_model": D, "d_sae": M, "jump_relu_threshold": 0.4, "dataset_average_activation_norm": {"in": 5.5, "out": 2.25},
    "hook_point_in": "blocks.2.ln2.hook_normalized", "hook_point_out": "blocks.2.hook_mlp_out"}))
loaders.hf_hub_download = lambda *a, **k: str(
    folder / ("hyperparams.json" if len(a) > 1 else "checkpoints/final.safetensors"))
cfg, state, _ = loaders.llama_scope_sae_huggingface_loader(
    "tiny", "L2TC", cfg_overrides={"dtype": "float32", "device": "cpu"})
encoder = jumprelu.JumpReLUSAE(jumprelu.JumpReLUSAEConfig(d_in=D, d_sae=M, apply_b_dec_to_input=False))
encoder.load_state_dict(state)
encoder.fold_activation_norm_scaling_factor(D**0.5 / 5.5)


def made_by_llama_scope(z):
    return (z @ w["decoder.weight"].T + w["decoder.bias"]) / (D**0.5 / 2.25)


record("llama-scope", encoder.encode, made_by_llama_scope, lambda v: made_by_llama_scope(encoder.encode(v)))

# --- circuit-tracer ------------------------------------------------------------------------------


def circuit_tracer(name, layer, activation, skip=False, configuration=None, topk=None):
    """One file of a set. `topk` is what vlm-circuit-tracing makes of the library's activations."""
    transcoder = circuit.SingleLayerTranscoder(
        D, M, activation, layer, skip_connection=skip, device=torch.device("cpu"), dtype=torch.float32)
    fill(transcoder)
    folder = FOLDER / "circuit-tracer" / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"layer_{layer}.safetensors"
    with torch.no_grad():
        transcoder.to_safetensors(str(path))
    if configuration is not None:
        (folder / "config.yaml").write_text(configuration)
    read = circuit.load_relu_transcoder(str(path), layer, device=torch.device("cpu"))

    def encode(v):
        acts = read.encode(v)
        if topk is None:
            return acts
        values, indices = torch.topk(acts, topk, dim=-1, sorted=False)
        return torch.zeros_like(acts).scatter(1, indices, values)

    with torch.no_grad():
        made = read.decode(encode(x), x if skip else None)
    record(f"circuit-tracer.{name}.{layer}", encode, lambda z: z @ read.W_dec + read.b_dec, lambda v: made)


# As the trainer of vlm-circuit-tracing writes it.
circuit_tracer("pictures", 2, torch.relu, topk=K, configuration=yaml.safe_dump({
    "model_kind": "transcoder_set", "model_name": "google/gemma-3-4b-it", "feature_input_hook": "mlp.hook_in",
    "feature_output_hook": "mlp.hook_out", "top_k": K, "layers": [2, 3], "num_model_layers": 4,
    "transcoders": ["layer_2.safetensors", "layer_3.safetensors"],
    "training": {"top_k": 48, "dataset_weights": None, "prompt_template": (
        "<start_of_turn>user\n<start_of_image>{text}<end_of_turn>\n<start_of_turn>model\nand as much again, so that "
        "this text takes several lines")},
}, sort_keys=False))
circuit_tracer("pictures", 3, torch.relu, skip=True, topk=K)
# As people write it for the library itself, which knows no top-k.
by_hand = """# a set of transcoders
model_name: 'tiny'   # of no model
model_kind: transcoder_set

feature_input_hook: "{}"
feature_output_hook: "{}"
transcoders:
- "hf://nobody/nothing/layer_0.safetensors"
"""
circuit_tracer("relu", 2, torch.relu, configuration=by_hand.format("hook_resid_mid", "hook_mlp_out"))
circuit_tracer("jumprelu", 2, circuit_activations.JumpReLU(torch.zeros(M), 0.1), skip=True,
               configuration=by_hand.format("mlp.hook_in", "hook_mlp_out"))

# --- What torch.save wrote before PyTorch 1.6, and what it never writes ----------------------------

folder = FOLDER / "no-archives"
folder.mkdir(exist_ok=True)
torch.save({"W_enc": random(D, M)}, folder / "layer2.sae.pt", _use_new_zipfile_serialization=False)
with open(folder / "layer3.sae.pt", "wb") as file:
    pickle.dump({"W_enc": "not a tensor"}, file)

save_file(expected, FOLDER / "expected.safetensors")
files = sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.name != "MANIFEST.json")
(FOLDER / "MANIFEST.json").write_text(json.dumps({
    "script": "Tests/Fixtures/make/transcoder_formats.py",
    "seed": SEED,
    "versions": {"python": sys.version.split()[0], **{
        p: version(p).split("+")[0] for p in ["torch", "safetensors", "sae-lens", "eai-sparsify", "llamascopium", "circuit-tracer", "pyyaml"]}},
    "files": {str(p.relative_to(FOLDER)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
}, indent=2) + "\n")

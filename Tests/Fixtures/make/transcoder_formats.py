"""Writes Tests/Fixtures/transcoder-formats: transcoders, and autoencoders of places inside a block, as libraries save
them, with codes, reconstructions and derivatives.

Every file is written, and every expected number computed, by the library the format belongs to: SAELens (its loader
of Gemma Scope 2's files included), sparsify and Llamascopium. What these import for downloads, remote models and
logging is stubbed. Run from the root of the repository:

    python Tests/Fixtures/make/transcoder_formats.py
"""

import hashlib
import importlib
import json
import pathlib
import sys
from importlib.metadata import version
from unittest.mock import MagicMock

import torch
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


def saelens(name, sae):
    fill(sae)
    folder = FOLDER / "saelens" / name
    sae.save_model(folder)
    read = lens.SAE.load_from_disk(folder)
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

save_file(expected, FOLDER / "expected.safetensors")
files = sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.name != "MANIFEST.json")
(FOLDER / "MANIFEST.json").write_text(json.dumps({
    "script": "Tests/Fixtures/make/transcoder_formats.py",
    "seed": SEED,
    "versions": {"python": sys.version.split()[0], **{
        p: version(p).split("+")[0] for p in ["torch", "safetensors", "sae-lens", "eai-sparsify", "llamascopium"]}},
    "files": {str(p.relative_to(FOLDER)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
}, indent=2) + "\n")

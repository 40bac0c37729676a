"""Writes Tests/Fixtures/formats: autoencoders as other libraries save them, and their codes.

Every file is written, and every expected number computed, by the library the format belongs to:
SAELens (its loader of Gemma Scope's files included) and dictionary_learning. What these import for
downloads, remote models and logging is stubbed; their autoencoders and loaders run as published.
Run from the root of the repository:

    python Tests/Fixtures/make/formats.py
"""

import hashlib
import json
import pathlib
import sys
import types
from importlib.metadata import version
from unittest.mock import MagicMock

import numpy
import torch
from safetensors.torch import save_file

for name in ["wandb", "nnsight"]:
    stub = MagicMock()
    stub.__spec__ = None
    sys.modules[name] = stub

from dictionary_learning.dictionary import AutoEncoder, AutoEncoderNew, JumpReluAutoEncoder
from dictionary_learning.trainers.batch_top_k import BatchTopKSAE
from dictionary_learning.trainers.top_k import AutoEncoderTopK
from dictionary_learning.utils import load_dictionary
from sae_lens import SAE
from sae_lens.loading import pretrained_sae_loaders as loaders
from sae_lens.saes.batchtopk_sae import BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig
from sae_lens.saes.jumprelu_sae import JumpReLUSAE, JumpReLUSAEConfig
from sae_lens.saes.sae import SAEMetadata
from sae_lens.saes.standard_sae import StandardSAE, StandardSAEConfig
from sae_lens.saes.topk_sae import TopKSAE, TopKSAEConfig

SEED = 411_982
D, M, T, K = 12, 24, 9, 4
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "formats"
torch.set_num_threads(1)
torch.manual_seed(SEED)
numpy.random.seed(SEED)
x = torch.randn(T, D)
expected = {"x": x}


def record(name, sae):
    with torch.no_grad():
        z = sae.encode(x)
        expected[f"{name}.z"] = z.contiguous().clone()
        expected[f"{name}.reconstruction"] = sae.decode(z).contiguous().clone()
    assert 0 < int((z > 0).sum()) < T * M, name


def fill(module):
    """Random numbers for every parameter: biases not zero, thresholds positive."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            value = torch.randn_like(parameter) * 0.4
            if "threshold" in name:
                value = value.abs() + 0.2
            parameter.copy_(value)


# --- SAELens -------------------------------------------------------------------------------------


def saelens(name, sae):
    fill(sae)
    folder = FOLDER / "saelens" / name
    sae.save_model(folder)
    record(f"saelens.{name}", SAE.load_from_disk(folder))


def metadata(hook):
    return SAEMetadata(model_name="tiny", hook_name=hook)


saelens("standard", StandardSAE(StandardSAEConfig(
    d_in=D, d_sae=M, apply_b_dec_to_input=True, metadata=metadata("blocks.2.hook_resid_post"))))
saelens("topk", TopKSAE(TopKSAEConfig(
    d_in=D, d_sae=M, k=K, apply_b_dec_to_input=True, rescale_acts_by_decoder_norm=True,
    metadata=metadata("blocks.3.hook_resid_pre"))))
saelens("jumprelu", JumpReLUSAE(JumpReLUSAEConfig(
    d_in=D, d_sae=M, apply_b_dec_to_input=False, metadata=metadata("blocks.1.hook_resid_post"))))

batch = BatchTopKTrainingSAE(BatchTopKTrainingSAEConfig(
    d_in=D, d_sae=M, k=K, metadata=metadata("blocks.2.hook_resid_post")))
fill(batch)
batch.topk_threshold.fill_(0.7)
batch.save_inference_model(FOLDER / "saelens" / "batchtopk")
record("saelens.batchtopk", SAE.load_from_disk(FOLDER / "saelens" / "batchtopk"))

old = TopKSAE(TopKSAEConfig(d_in=D, d_sae=M, k=K, apply_b_dec_to_input=True))
fill(old)
old.save_model(FOLDER / "saelens" / "before6")
(FOLDER / "saelens" / "before6" / "cfg.json").write_text(json.dumps({
    "d_in": D, "d_sae": M, "dtype": "float32", "hook_point": "blocks.2.hook_resid_post",
    "hook_point_layer": 2, "activation_fn_str": "topk", "activation_fn_kwargs": {"k": K},
    "normalize_activations": False, "model_name": "tiny"}))
record("saelens.before6", SAE.load_from_disk(FOLDER / "saelens" / "before6"))

# --- Gemma Scope ---------------------------------------------------------------------------------


def gemma(name, save, prefix="W_"):
    folder = FOLDER / "gemma-scope-tiny" / "layer_2" / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "params.npz"
    r = lambda *shape: (numpy.random.randn(*shape) * 0.4).astype(numpy.float32)
    save(path, **{
        f"{prefix}enc": r(D, M), f"{prefix}dec": r(M, D), "b_enc": r(M), "b_dec": r(D),
        "threshold": numpy.abs(r(M)) + numpy.float32(0.2)})
    loaders.hf_hub_download = lambda **_: str(path)
    cfg, state, _ = loaders.gemma_2_sae_huggingface_loader(
        "tiny/gemma-scope-2b-pt-res", "layer_2/width_16k",
        cfg_overrides={"d_in": D, "d_sae": M, "normalize_activations": "none"})
    sae = JumpReLUSAE(JumpReLUSAEConfig(d_in=D, d_sae=M, apply_b_dec_to_input=cfg["apply_b_dec_to_input"]))
    sae.load_state_dict(state)
    record(f"gemma.{name}", sae)


gemma("stored", numpy.savez)
gemma("deflated", numpy.savez_compressed)
gemma("small_w", numpy.savez, prefix="w_")

# --- dictionary_learning -------------------------------------------------------------------------


def learned(name, sae, trainer, dtype=None):
    folder = FOLDER / "dictionary_learning" / name
    folder.mkdir(parents=True, exist_ok=True)
    fill(sae)
    if dtype is not None:
        sae = sae.to(dtype)
    torch.save(sae.state_dict(), folder / "ae.pt")
    (folder / "config.json").write_text(json.dumps({"trainer": {
        "activation_dim": D, "dict_size": M, "layer": 2, "lm_name": "tiny",
        "submodule_name": "resid_post_layer_2", **trainer}, "buffer": {}}))
    record(f"dictionary.{name}", load_dictionary(str(folder), device=None)[0])


learned("relu", AutoEncoder(D, M), {"dict_class": "AutoEncoder"})
learned("april", AutoEncoderNew(D, M), {"dict_class": "AutoEncoderNew"})
learned("topk", AutoEncoderTopK(D, M, K), {"dict_class": "AutoEncoderTopK", "k": K})
half = AutoEncoderTopK(D, M, K)
learned("topk16", half, {"dict_class": "AutoEncoderTopK", "k": K}, torch.bfloat16)
batch = BatchTopKSAE(D, M, K)
batch.threshold.fill_(0.6)
learned("batchtopk", batch, {"dict_class": "BatchTopKSAE", "k": K})
learned("jumprelu", JumpReluAutoEncoder(D, M), {"dict_class": "JumpReluAutoEncoder"})

save_file(expected, FOLDER / "expected.safetensors")
files = sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.name != "MANIFEST.json")
(FOLDER / "MANIFEST.json").write_text(json.dumps({
    "script": "Tests/Fixtures/make/formats.py",
    "seed": SEED,
    "versions": {"python": sys.version.split()[0], **{
        p: version(p).split("+")[0]
        for p in ["torch", "numpy", "safetensors", "sae-lens", "dictionary-learning"]}},
    "files": {str(p.relative_to(FOLDER)): hashlib.sha256(p.read_bytes()).hexdigest()
              for p in files},
}, indent=2) + "\n")

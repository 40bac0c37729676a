"""Makes Tests/Fixtures/towers: tiny random vision towers and what transformers computes with them, in float32.

    python Tests/Fixtures/make/towers.py            # torch, transformers, safetensors

- siglip/: a SiglipVisionModel of uneven sizes whose picture is no whole number of patches;
- siglip.safetensors: pixels, the hidden states in front of and behind every layer, and last_hidden_state, which
  is behind the norm after the layers.
"""

import hashlib
import json
import shutil
from pathlib import Path

import safetensors
import torch
import transformers
from safetensors.torch import save_file
from transformers import SiglipVisionConfig, SiglipVisionModel

SEED = 61
OUT = Path(__file__).resolve().parent.parent / "towers"
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def siglip():
    config = SiglipVisionConfig(
        hidden_size=36, intermediate_size=50, num_hidden_layers=3, num_attention_heads=2, image_size=20, patch_size=6,
        vision_use_head=False,
    )
    model = SiglipVisionModel._from_config(config, attn_implementation="eager").eval()
    noise = torch.Generator().manual_seed(SEED)
    for name, parameter in sorted(model.named_parameters()):
        gain = "norm" in name and name.endswith("weight")
        deviation = 0.3 if parameter.dim() == 1 else 1.2 / parameter[0].numel() ** 0.5
        parameter.data = torch.randn(parameter.shape, generator=noise) * deviation + (1.0 if gain else 0.0)
    pixels = torch.randn((1, 3, 20, 20), generator=noise)
    with torch.no_grad():
        out = model(pixels, output_hidden_states=True)
    config.save_pretrained(OUT / "siglip")
    names = {k.removeprefix("vision_model."): v for k, v in model.state_dict().items() if "position_ids" not in k}
    save_file({f"vision_tower.vision_model.{k}": v.contiguous() for k, v in names.items()}, OUT / "siglip/model.safetensors")
    tensors = {f"state.{i}": state[0] for i, state in enumerate(out.hidden_states)}
    tensors |= {"normed": out.last_hidden_state[0], "pixels": pixels[0].flatten()}
    save_file({k: v.contiguous().clone() for k, v in tensors.items()}, OUT / "siglip.safetensors")
    norm = getattr(model, "vision_model", model).post_layernorm
    assert torch.equal(norm(out.hidden_states[-1]), out.last_hidden_state)


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    siglip()
    files = sorted(path for path in OUT.rglob("*") if path.is_file())
    (OUT / "MANIFEST.json").write_text(json.dumps({
        "script": "Tests/Fixtures/make/towers.py", "seed": SEED,
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__,
                     "safetensors": safetensors.__version__},
        "sha256": {str(path.relative_to(OUT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }, indent=2) + "\n")


if __name__ == "__main__":
    main()

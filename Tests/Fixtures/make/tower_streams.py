"""Makes Tests/Fixtures/tower_streams: the residual stream of vision towers and the gradient of a logit difference there.

    python Tests/Fixtures/make/tower_streams.py     # as models.py, whose checkpoints and cases these are

For each case NAME.CASE.safetensors holds, for every depth d of the tower (0: what the first layer takes, n: what layer
n - 1 gives), stream.d and gradient.d `[tiles · P, h]`: the stream of every tile, and the gradient there of the logit of
the case's answer minus that of its baseline, at the last position, by autograd in float32.
"""

import hashlib
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

import models

OUT = Path(__file__).resolve().parent.parent / "tower_streams"
CASES = [
    ("llama3", "portrait-rgba"), ("llama3", "two-pictures"), ("qwen2", "wide"), ("onevision", "wide"), ("onevision", "two-pictures"),
    ("gemma3", "landscape"), ("gemma3-pan", "portrait-rgba"),
]


def streams(name, case, known):
    made = models.CHECKPOINTS[name]()
    made["eos_text"] = made["tokenizer"].id_to_token(made["eos"][-1])
    folder = models.ROOT / name
    kind = models.CLASSES.get(made["config"].model_type, models.LlavaNextForConditionalGeneration)
    model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    if name.startswith("gemma3"):
        scale = model.get_input_embeddings().embed_scale
        scale.copy_(scale.to(made["dtype"]))
    _, inputs = models.inputs_of(models.processor_of(folder, made), made, models.CASES[name][case])
    inputs.pop("num_crops", None)
    tower = model.model.vision_tower
    layers = getattr(tower, "vision_model", tower).encoder.layers
    kept, handles = {}, []

    def keep(depth, value):
        value.retain_grad()
        kept.setdefault(depth, []).append(value)

    def before(_module, arguments, keywords):
        value = arguments[0] if arguments else keywords["hidden_states"]
        if not value.requires_grad:
            value = value.detach().requires_grad_()
        keep(0, value)
        return ((value, *arguments[1:]), keywords) if arguments else (arguments, {**keywords, "hidden_states": value})

    def behind(depth):
        return lambda _module, _arguments, output: keep(depth, output[0] if isinstance(output, tuple) else output)

    handles.append(layers[0].register_forward_pre_hook(before, with_kwargs=True))
    handles += [layer.register_forward_hook(behind(depth + 1)) for depth, layer in enumerate(layers)]
    logits = model(**inputs, use_cache=False).logits[0]
    (logits[-1, known["answer"]] - logits[-1, known["baseline"]]).backward()
    tensors = {}
    for depth, values in kept.items():
        if all(value.grad is not None for value in values):
            tensors[f"stream.{depth}"] = torch.cat([value.detach() for value in values]).flatten(0, 1)
            tensors[f"gradient.{depth}"] = torch.cat([value.grad for value in values]).flatten(0, 1)
    save_file({key: value.contiguous().clone() for key, value in tensors.items()}, OUT / f"{name}.{case}.safetensors")
    print(name, case, {key: list(value.shape) for key, value in tensors.items() if key.startswith("stream")})


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    known = {(each["checkpoint"], each["case"]): each for each in json.loads((models.ROOT / "cases.json").read_text())}
    for name, case in CASES:
        streams(name, case, known[name, case])
    files = sorted(OUT.glob("*.safetensors"))
    (OUT / "MANIFEST.json").write_text(json.dumps({
        "script": "Tests/Fixtures/make/tower_streams.py", "versions": models.VERSIONS,
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }, indent=1) + "\n")


main()

"""Makes Tests/Fixtures/quantisation: 8-bit weights by NumPy, and what transformers computes with them.

    python Tests/Fixtures/make/quantisation.py                      # torch, transformers, safetensors, numpy
    python Tests/Fixtures/make/quantisation.py CHECKPOINT.CASE…     # these prompts alone, beside those that are there

rows.safetensors: rows with ties, zeros, numbers near both ends of float32, and random ones in every type that
weights are stored in (NAME), with their integers (NAME.integers) and scales (NAME.scales).

CHECKPOINT.CASE.safetensors: the prompts of Tests/Fixtures/models run by transformers in float32 with every linear
layer of the decoder and the head replaced by one that does what 8-bit weights mean: activations rounded to
bfloat16, times the integers, times the scale of the row; in the backward pass the gradient times the scales,
rounded, times the integers. Attention is in float32. "logits" are those of the last position, from the stored
embeddings; "gradient" is that of answer minus baseline at the stored residual of block 0, the head's rows
dequantised in float32.
"""

import hashlib
import json
import platform
import sys
from pathlib import Path

import numpy
import safetensors
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import Gemma3ForCausalLM, LlamaForCausalLM, LlavaNextForConditionalGeneration, Qwen2ForCausalLM

SEED = 20_263
FIXTURES = Path(__file__).resolve().parent.parent
MODELS, ROOT = FIXTURES / "models", FIXTURES / "quantisation"
PROMPTS = ["llama3.text", "llama3.landscape", "mistral.text", "vicuna.turns", "qwen2.wide", "llama31-text.turns",
           "qwen2-text.text", "gemma3-text.turns"]
CLASSES = {"llama31-text": LlamaForCausalLM, "qwen2-text": Qwen2ForCausalLM, "gemma3-text": Gemma3ForCausalLM}

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)


def quantise(weight):
    """[rows, columns] float32 -> integers and scales, by NumPy's float32 division and rounding to even."""
    scales = numpy.abs(weight).max(1) / numpy.float32(127)
    with numpy.errstate(divide="ignore", invalid="ignore"):
        quotients = numpy.clip(numpy.rint(weight / scales[:, None]), -127, 127)
    return numpy.where(scales[:, None] == 0, 0, quotients).astype(numpy.int8), scales.astype(numpy.float32)


def rows():
    noise = numpy.random.default_rng(SEED)
    columns = 37
    table = noise.normal(0, 0.02, (24, columns)).astype(numpy.float32)
    table[3] = 0
    table[5] = numpy.resize(numpy.arange(-126.5, 127, 1), columns) * 1.0
    table[5, 0] = -127  # scale 1: every other element is a tie
    table[6] = table[5] * numpy.float32(2**-40)
    table[7, :4] = [3.3e38, -3.3e38, 1.0, -1.7e38]
    table[8] = noise.integers(-190, 191, columns) * numpy.float32(2**-149)  # the scale has one bit
    table[9] = numpy.float32(2**-149)  # the scale is 0
    table[10] = 0
    table[10, 36] = -0.25
    tensors = {}
    for name, kind in [("F32", torch.float32), ("BF16", torch.bfloat16), ("F16", torch.float16)]:
        source = table if name != "F16" else numpy.clip(table, -60000, 60000)
        stored = torch.from_numpy(source).to(kind)
        integers, scales = quantise(stored.float().numpy())
        tensors[name] = stored.contiguous()
        tensors[f"{name}.integers"] = torch.from_numpy(integers)
        tensors[f"{name}.scales"] = torch.from_numpy(scales)
    return tensors


def rounded(x):
    return x.to(torch.bfloat16).to(torch.float32)


class Product(torch.autograd.Function):
    @staticmethod
    def forward(context, x, integers, scales):
        context.save_for_backward(integers, scales)
        return rounded(x) @ integers.T * scales

    @staticmethod
    def backward(context, gradient):
        integers, scales = context.saved_tensors
        return rounded(gradient * scales) @ integers, None, None


class EightBit(torch.nn.Module):
    def __init__(self, linear):
        super().__init__()
        integers, scales = quantise(linear.weight.detach().float().numpy())
        self.integers, self.scales = torch.from_numpy(integers).float(), torch.from_numpy(scales)
        self.bias = linear.bias

    def forward(self, x):
        y = Product.apply(x, self.integers, self.scales)
        return y if self.bias is None else y + self.bias

    def dequantised(self):
        return self.integers * self.scales[:, None]


def replace(module):
    for name, child in module.named_children():
        if isinstance(child, torch.nn.Linear):
            setattr(module, name, EightBit(child))
        else:
            replace(child)


def reference(prompt, case):
    checkpoint = prompt.split(".")[0]
    kind = CLASSES.get(checkpoint, LlavaNextForConditionalGeneration)
    model = kind.from_pretrained(MODELS / checkpoint, dtype=torch.float32, attn_implementation="eager").eval()
    decoder = model.get_decoder()
    replace(decoder.layers)
    head = EightBit(model.get_output_embeddings())
    stored = load_file(MODELS / "cases" / f"{prompt}.safetensors")
    with torch.no_grad():
        hidden = decoder(inputs_embeds=stored["embeddings"][None], use_cache=False).last_hidden_state
        logits = head(hidden)[0, -1:]

    residual = stored["residual.0"][None].clone().requires_grad_()
    handle = decoder.layers[0].register_forward_hook(
        lambda _module, _arguments, output: (residual,) + output[1:] if isinstance(output, tuple) else residual)
    hidden = decoder(inputs_embeds=stored["embeddings"][None], use_cache=False).last_hidden_state
    handle.remove()
    weights = head.dequantised()
    (hidden[0, -1] @ (weights[case["answer"]] - weights[case["baseline"]])).backward()
    return {"logits": logits.contiguous(), "gradient": residual.grad[0].contiguous()}


VERSIONS = {
    "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
    "safetensors": safetensors.__version__, "numpy": numpy.__version__,
}


def main(names):
    ROOT.mkdir(exist_ok=True)
    manifest = {"script": "Tests/Fixtures/make/quantisation.py", "seed": SEED, "versions": VERSIONS}
    if names:
        manifest = json.loads((ROOT / "MANIFEST.json").read_text())
        manifest["versions of"] = manifest.get("versions of", {}) | dict.fromkeys(names, VERSIONS)
    cases = {f"{case['checkpoint']}.{case['case']}": case for case in json.loads((MODELS / "cases.json").read_text())}
    if not names:
        save_file(rows(), ROOT / "rows.safetensors")
    for prompt in names or PROMPTS:
        save_file(reference(prompt, cases[prompt]), ROOT / f"{prompt}.safetensors")
    manifest["files"] = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(ROOT.glob("*.safetensors"))
    }
    (ROOT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main(sys.argv[1:])

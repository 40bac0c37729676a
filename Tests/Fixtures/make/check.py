"""Makes Tests/Fixtures/check: what measuring an autoencoder on a data set should find.

    python Tests/Fixtures/make/check.py    # after models.py and interpretation.py: torch, transformers, safetensors, pillow

The models are the tiny checkpoints of Tests/Fixtures/models, the autoencoders those of Tests/Fixtures/interpretation.
Prompts are their parts one after the other behind the tokenizer's own first tokens. Everything comes from whole
forward passes of transformers' own model in float32 with a hook that replaces the output of the site's block; sums are
made in float64.
"""

import hashlib
import json
import platform
from pathlib import Path

import PIL
import PIL.Image
import safetensors
import torch
import transformers
from safetensors.torch import load_file
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer, LlavaNextForConditionalGeneration
from transformers.image_utils import load_image
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil

HERE = Path(__file__).resolve().parent.parent
ROOT, MODELS = HERE / "check", HERE / "models"
SELECTION_GAP = 1e-4

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
_resize = PIL.Image.Image.resize


def horizontally_first(self, size, resample=None, box=None, reducing_gap=None):
    """As every Pillow before 13 resizes."""
    width, height = size
    if box is None and (width, height) != self.size:
        return _resize(_resize(self, (width, self.height), resample), (width, height), resample)
    return _resize(self, size, resample, box, reducing_gap)


PIL.Image.Image.resize = horizontally_first


def image_processor(config):
    tile = config.vision_config.image_size
    return LlavaNextImageProcessorPil(
        size={"shortest_edge": tile}, crop_size={"height": tile, "width": tile},
        image_grid_pinpoints=config.image_grid_pinpoints,
    )

TEXTS = [
    "What is shown in this map?", "The label reads Bolivia, and below it stands a number: 1234567.", "Dónde está 北京?",
    "How many triangles are there in the picture with two houses and a tree?",
]
CASES = {
    # name: checkpoint, block of the site, whether a picture stands before each text but the last
    "llama3": ("llama3", 1, True),
    "qwen2-last-block": ("qwen2-text", 2, False),
}


class Saved:
    """An autoencoder as its folder has it."""

    def __init__(self, folder):
        state = load_file(folder / "sae.safetensors")
        self.k = json.loads((folder / "cfg.json").read_text())["k"]
        self.encoder, self.bias, self.decoder, self.b_dec = (
            state[n].float() for n in ("encoder.weight", "encoder.bias", "W_dec", "b_dec")
        )
        self.gap = float("inf")

    def encode(self, x):
        p = functional.relu((x - self.b_dec) @ self.encoder.T + self.bias)
        ordered = p.sort(dim=1, descending=True).values
        full = ordered[:, self.k - 1] > 0
        if full.any():
            self.gap = min(self.gap, float((ordered[:, self.k - 1] - ordered[:, self.k])[full].min()))
        best = p.topk(self.k, dim=1)
        return torch.zeros_like(p).scatter(1, best.indices, best.values)

    def decode(self, z):
        return z @ self.decoder + self.b_dec


class Model:
    def __init__(self, checkpoint, block):
        folder = MODELS / checkpoint
        multimodal = json.loads((folder / "config.json").read_text())["model_type"] == "llava_next"
        kind = LlavaNextForConditionalGeneration if multimodal else AutoModelForCausalLM
        self.model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        decoder = self.model.get_decoder() if hasattr(self.model, "get_decoder") else self.model.model
        self.site = decoder.layers[block]

    def prompt(self, entry):
        """Tokens, the pictures' inputs and where the text begins."""
        first = self.tokenizer("")["input_ids"]
        text = self.tokenizer(entry["text"], add_special_tokens=False)["input_ids"]
        if "image" not in entry:
            return [*first, *text], {}, len(first)
        # As a processor loads a path: a picture's alpha channel is dropped.
        picture = load_image(str(ROOT / entry["image"]))
        made = image_processor(self.model.config)([picture], return_tensors="pt")
        extra = {"pixel_values": made["pixel_values"], "image_sizes": made["image_sizes"]}
        # The features say how many tokens the picture takes.
        with torch.no_grad():
            features = self.model.get_image_features(**extra).pooler_output
        count = features[0].shape[0]
        return [*first, *[self.model.config.image_token_id] * count, *text], extra, len(first) + count

    def run(self, tokens, extra, replacement=None):
        seen = []

        def hook(_module, _arguments, output):
            value = output[0] if isinstance(output, tuple) else output
            seen.append(value[0])
            if replacement is None:
                return None
            return (replacement[None], *output[1:]) if isinstance(output, tuple) else replacement[None]

        handle = self.site.register_forward_hook(hook)
        try:
            with torch.no_grad():
                logits = self.model(input_ids=torch.tensor([tokens]), use_cache=False, **extra).logits[0]
        finally:
            handle.remove()
        return seen[0], logits.double()


def check(checkpoint, block, sae, entries):
    model = Model(checkpoint, block)
    residuals, rebuilt, codes, shares = [], [], [], []
    sums, count = torch.zeros(4, dtype=torch.float64), 0
    for entry in entries:
        tokens, extra, start = model.prompt(entry)
        x, plain = model.run(tokens, extra)
        z = sae.encode(x)
        y = sae.decode(z)
        _, spliced = model.run(tokens, extra, y)
        _, zeroed = model.run(tokens, extra, torch.zeros_like(x))
        residuals.append(x.double()), rebuilt.append(y.double()), codes.append(z)
        shares.append(float(((y.double() - x.double()) ** 2).sum() / ((x.double() - x.double().mean(0)) ** 2).sum()))
        rows = range(max(start, 1) - 1, len(tokens) - 1)
        goals = torch.tensor([tokens[r + 1] for r in rows])
        p, q, o = (functional.log_softmax(logits[list(rows)], dim=-1) for logits in (plain, spliced, zeroed))
        losses = [functional.nll_loss(each, goals, reduction="sum") for each in (p, q, o)]
        sums += torch.stack([*losses, (p.exp() * (p - q)).sum()])
        count += len(rows)
    x, y, z = torch.cat(residuals), torch.cat(rebuilt), torch.cat(codes)
    plain, reconstruction, zero, kl = (sums / count).tolist()
    return {
        "contexts": len(entries), "tokens": len(x), "latents": z.shape[1],
        "fvu": float(((y - x) ** 2).sum() / ((x - x.mean(0)) ** 2).sum()), "meanContextFvu": sum(shares) / len(shares),
        "l0": float((z > 0).sum()) / len(x), "dead": int((z > 0).sum(0).eq(0).sum()),
        "prediction": {
            "tokens": count, "plain": plain, "reconstruction": reconstruction, "zero": zero,
            "lossRecovered": (zero - reconstruction) / (zero - plain), "kl": kl,
        },
    }


def main():
    ROOT.mkdir(exist_ok=True)
    for old in ROOT.glob("*.json*"):
        old.unlink()
    for name, (checkpoint, block, pictured) in CASES.items():
        entries = [{"id": f"p{i}", "text": text} for i, text in enumerate(TEXTS)]
        pictures = ["landscape.png", "portrait.png", "wide.png"]
        for entry, picture in zip(entries, pictures if pictured else []):
            entry["image"] = f"../models/pictures/{picture}"
        (ROOT / f"{name}.jsonl").write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in entries))
        sae = Saved(HERE / "interpretation" / "autoencoders" / name / f"model.layers.{block}")
        found = check(checkpoint, block, sae, entries)
        assert sae.gap > SELECTION_GAP, f"{name}: a choice that rounding could turn: {sae.gap}"
        found = {"checkpoint": checkpoint, "autoencoder": f"autoencoders/{name}/model.layers.{block}", **found}
        (ROOT / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
        print(name, found)
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(ROOT.iterdir()) if p.name != "MANIFEST.json"}
    versions = {
        "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
        "safetensors": safetensors.__version__, "pillow": PIL.__version__,
    }
    (ROOT / "MANIFEST.json").write_text(
        json.dumps({"script": "Tests/Fixtures/make/check.py", "seed": None, "versions": versions, "files": files}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()

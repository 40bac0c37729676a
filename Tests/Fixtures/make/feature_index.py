"""Makes Tests/Fixtures/feature_index: what an index of a few pictures and texts holds, by brute force.

    python Tests/Fixtures/make/feature_index.py    # after interpretation.py: torch, transformers, safetensors, pillow, numpy

The model is the tiny checkpoint of Tests/Fixtures/models/llama3 with the autoencoder of interpretation/autoencoders/llama3,
the pictures those of models/pictures and interpretation/paintings. Each prompt is run whole by transformers' own model in
float32; a hook reads the block's output. A picture alone is "<image>" behind the tokenizer's first token. Views are
cut from the packed features by transformers' `unpad_image`, applied to a grid of patch numbers; boxes come from the
processor's resize and padding. Scores are means, maxima and sums of dense codes [positions, latents].
"""

import hashlib
import json
import math
import platform
import shutil
from pathlib import Path

import numpy
import PIL
import PIL.Image
import safetensors
import tokenizers
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import LlavaNextForConditionalGeneration
from transformers.image_processing_utils import select_best_resolution
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.llava_next.modeling_llava_next import unpad_image

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE / "feature_index"
MODEL, SAE = HERE / "models/llama3", HERE / "interpretation/autoencoders/llama3/model.layers.1"
BLOCK, EXEMPLARS, SPAN = 1, 3, 5
GAP, SCORE_GAP = 2e-5, 1e-5
ENTRIES = [
    {"name": "wide", "image": "models/pictures/wide.png"},
    {"name": "square", "image": "models/pictures/square.png"},
    {"name": "sentence", "text": "The cat sat on the mat and watched the birds outside the window for hours."},
    {"name": "portrait", "image": "models/pictures/portrait.png"},
    {"name": "asked", "image": "models/pictures/landscape.png", "text": "What is in the picture?"},
    {"name": "padded-rows", "image": "interpretation/paintings/padded-rows.png"},
    {"name": "rows-cut", "image": "interpretation/paintings/rows-cut.png"},
    {"name": "answered", "text": "Name a colour.", "answer": " Blue, or green."},
]

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


class Layout:
    """Which canvas patches a picture keeps, in order, and the pixels under every patch."""

    def __init__(self, config, size):
        self.width, self.height = size
        self.tile, self.patch = config.vision_config.image_size, config.vision_config.patch_size
        self.side = self.tile // self.patch
        canvas = select_best_resolution((self.height, self.width), config.image_grid_pinpoints)
        rows, columns = (n // self.tile * self.side for n in canvas)
        numbers = torch.arange(rows * columns).reshape(1, rows, columns).float()
        kept = unpad_image(numbers, (self.height, self.width))[0].long()
        self.grid = list(kept.shape)
        self.kept = [divmod(int(n), columns) for n in kept.flatten()]
        scale = (canvas[1] / self.width, canvas[0] / self.height)
        if scale[0] < scale[1]:
            resized = (canvas[1], min(math.ceil(self.height * scale[0]), canvas[0]))
        else:
            resized = (min(math.ceil(self.width * scale[1]), canvas[1]), canvas[0])
        self.resized = resized
        self.offset = ((canvas[1] - resized[0]) // 2, (canvas[0] - resized[1]) // 2)

    @property
    def tokens(self):
        return self.side**2 + self.grid[0] * (self.grid[1] + 1)

    def views(self):
        """Positions among the picture's tokens, by view."""
        base = self.side**2
        row = self.grid[1] + 1
        return {
            "base": list(range(base)),
            "tiles": [base + r * row + c for r in range(self.grid[0]) for c in range(self.grid[1])],
        }

    def clipped(self, left, top, right, bottom):
        box = [max(left, 0.0), max(top, 0.0), min(right, self.width), min(bottom, self.height)]
        return box if box[0] < box[2] and box[1] < box[3] else None

    def boxes(self):
        across, down = (n * self.patch / self.tile for n in (self.width, self.height))
        base = [self.clipped(c * across, r * down, (c + 1) * across, (r + 1) * down) for r in range(self.side) for c in range(self.side)]
        tiles = []
        for r, c in self.kept:
            x, y = (n // self.side * self.tile + n % self.side * self.patch for n in (c, r))
            x, y = x - self.offset[0], y - self.offset[1]
            across, down = self.width / self.resized[0], self.height / self.resized[1]
            tiles.append(self.clipped(x * across, y * down, (x + self.patch) * across, (y + self.patch) * down))
        return {"base": base, "tiles": tiles}


class Reader:
    def __init__(self):
        self.model = LlavaNextForConditionalGeneration.from_pretrained(MODEL, dtype=torch.float32, attn_implementation="eager").eval()
        self.config = self.model.config
        self.tokenizer = tokenizers.Tokenizer.from_file(str(MODEL / "tokenizer.json"))
        tile = self.config.vision_config.image_size
        self.processor = LlavaNextImageProcessorPil(
            size={"shortest_edge": tile}, crop_size={"height": tile, "width": tile}, image_grid_pinpoints=self.config.image_grid_pinpoints)
        self.decoder = self.model.get_decoder()
        state = {k: v.float() for k, v in load_file(SAE / "sae.safetensors").items()}
        self.encoder, self.bias, self.b_dec = state["encoder.weight"], state["encoder.bias"], state["b_dec"]
        self.k = json.loads((SAE / "cfg.json").read_text())["k"]
        self.gap = math.inf

    def residual(self, ids, extra):
        seen = []
        handle = self.decoder.layers[BLOCK].register_forward_hook(lambda _m, _a, out: seen.append((out[0] if isinstance(out, tuple) else out)[0]))
        with torch.no_grad():
            self.model(input_ids=torch.tensor([ids]), use_cache=False, **extra)
        handle.remove()
        return seen[0]

    def encode(self, x):
        p = torch.relu((x - self.b_dec) @ self.encoder.T + self.bias)
        ordered = p.sort(dim=1, descending=True).values
        full = ordered[:, self.k - 1] > 0
        if full.any():
            self.gap = min(self.gap, float((ordered[:, self.k - 1] - ordered[:, self.k])[full].min()))
        best = p.topk(self.k, dim=1)
        return torch.zeros_like(p).scatter(1, best.indices, best.values)

    def item(self, entry):
        picture = PIL.Image.open(HERE / entry["image"]).convert("RGB") if "image" in entry else None
        layout = Layout(self.config, picture.size) if picture else None
        ids = self.tokenizer.encode("").ids
        views, extra, first = {}, {}, len(ids)
        if layout:
            views = {view: [first + p for p in places] for view, places in layout.views().items()}
            made = self.processor([picture], return_tensors="pt")
            extra = {"pixel_values": made["pixel_values"], "image_sizes": made["image_sizes"]}
            ids = ids + [self.config.image_token_id] * layout.tokens
        words = entry.get("text", "") + entry.get("answer", "")
        if words:
            text = self.tokenizer.encode(words, add_special_tokens=False).ids
            views["text"] = list(range(len(ids), len(ids) + len(text)))
            ids = ids + text
        z = self.encode(self.residual(ids, extra))
        return entry | {
            "width": picture.width if picture else 0, "height": picture.height if picture else 0,
            "baseGrid": [layout.side, layout.side] if layout else [0, 0], "tileGrid": layout.grid if layout else [0, 0],
            "tokens": pieces(self.tokenizer, [ids[p] for p in views.get("text", [])]),
            "boxes": layout.boxes() if layout else {}, "codes": {view: z[places] for view, places in views.items()},
            "digest": digest(entry),
        }


def pieces(tokenizer, ids):
    """What each token adds to the text; a character of several tokens comes with the last."""
    found, shown = [], ""
    for end in range(1, len(ids) + 1):
        whole = tokenizer.decode(ids[:end], skip_special_tokens=False).rstrip("\ufffd")
        found.append(whole[len(shown):])
        shown = whole
    return found


def digest(entry):
    """Of the picture's bytes, of the text, or of the two digests."""
    parts = []
    if "image" in entry:
        parts.append(hashlib.sha256((HERE / entry["image"]).read_bytes()).digest())
    if "text" in entry:
        words = entry["text"].encode() + (b"\0" + entry["answer"].encode() if "answer" in entry else b"")
        parts.append(hashlib.sha256(words).digest())
    return (parts[0] if len(parts) == 1 else hashlib.sha256(b"".join(parts)).digest()).hex()


def spans(view, z):
    """Pictures' views whole; a text in stretches of SPAN tokens."""
    if view != "text":
        return [(0, 0, z)]
    return [(n, start, z[start : start + SPAN]) for n, start in enumerate(range(0, len(z), SPAN))]


def statistics(items, view, latent):
    columns = [item["codes"][view][:, latent].double() for item in items if view in item["codes"]]
    values = torch.cat(columns)
    active = values[values > 0]
    return {
        "positions": int(len(active)), "items": sum(bool((c > 0).any()) for c in columns),
        "sum": float(active.sum()), "max": float(active.max()) if len(active) else 0.0,
    }


def exemplars(items, view, latent, ranking):
    found = []
    for item in items:
        if view not in item["codes"]:
            continue
        for span, _start, z in spans(view, item["codes"][view]):
            column = z[:, latent].double()
            if not (column > 0).any():
                continue
            score = {"max": column.max(), "mean": column.mean(), "mass": column.sum()}[ranking]
            found.append((-float(score), item["digest"], span, item["name"], column))
    found.sort(key=lambda f: f[:3])
    gaps = [b[0] - a[0] for a, b in zip(found[:EXEMPLARS], found[1 : EXEMPLARS + 1])]
    return [
        {"item": name, "span": span, "score": -score, "positions": column.nonzero()[:, 0].tolist(), "values": column[column > 0].tolist()}
        for score, _, span, name, column in found[:EXEMPLARS]
    ], min(gaps, default=math.inf)


def write(path, value):
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir()
    reader = Reader()
    items = [reader.item(entry) for entry in ENTRIES]
    print("selection gap", reader.gap)
    assert reader.gap > GAP, "a selection that rounding could turn"
    latents = len(reader.bias)
    record, least = {"exemplars": EXEMPLARS, "spanTokens": SPAN, "latents": latents, "block": BLOCK, "statistics": {}, "rankings": {}}, math.inf
    for view in ("base", "tiles", "text"):
        record["statistics"][view] = [statistics(items, view, j) for j in range(latents)]
        record["rankings"][view] = {}
        for ranking in ("max", "mean", "mass"):
            lists = []
            for j in range(latents):
                best, gap = exemplars(items, view, j, ranking)
                lists.append(best)
                least = min(least, gap)
            record["rankings"][view][ranking] = lists
    print("score gap", least)
    assert least > SCORE_GAP, "an order that rounding could turn"
    tensors = {f"{item['name']}.{view}": z for item in items for view, z in item["codes"].items()}
    record["items"] = [{k: v for k, v in item.items() if k != "codes"} for item in items]
    write(ROOT / "index.json", record)
    save_file(tensors, ROOT / "codes.safetensors")
    versions = {
        "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__, "safetensors": safetensors.__version__, "pillow": PIL.__version__, "numpy": numpy.__version__,
    }
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(ROOT.iterdir())}
    write(ROOT / "MANIFEST.json", {"script": "Tests/Fixtures/make/feature_index.py", "seed": None, "versions": versions, "files": files})


if __name__ == "__main__":
    main()

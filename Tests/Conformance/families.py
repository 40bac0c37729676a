"""Tries what the README says works for each family of models, on the tiny checkpoints of the fixtures.

    python3 families.py PATH/TO/lucarne            # Python's standard library alone; the README's table must agree
    python3 families.py PATH/TO/lucarne --write    # and is written

Each checkpoint is served with a random autoencoder made here. A cell of the table is a tick where every answer came
and agreed with another way to the same number: an attribution by exact ablation with ablation/run, a continuation
steered by nothing with the plain one, an index with the number of its items.
"""

import json
import os
import random
import shutil
import struct
import sys
import tempfile
from pathlib import Path

from line_kernel import LineKernel

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "Tests/Fixtures/models"
PICTURES = [MODELS / "pictures" / name for name in ("landscape.png", "square.png")]
BEGIN, END = "<!-- what works, by Tests/Conformance/families.py -->", "<!-- end -->"
LATENTS, K = 48, 6
# Whose name does not say it: the text decoder of a family that sees stands beside it.
NAMES = {
    "llava_next": "LLaVA-NeXT", "llava_onevision": "LLaVA-OneVision", "gemma3": "Gemma 3", "gemma3_text": "Gemma 3, text alone",
    "qwen3_vl": "Qwen3-VL", "qwen2_5_vl": "Qwen2.5-VL", "llama": "Llama", "mistral": "Mistral", "qwen2": "Qwen2", "qwen3": "Qwen3",
}
COLUMNS = ["prompt", "picture", "several pictures", "video", "attribution", "steering", "index", "8 bits"]


class Failed(Exception):
    pass


def autoencoder(folder, width, block):
    """A random TopK autoencoder in sparsify's files."""
    random.seed(width)
    place = folder / f"layers.{block}"
    place.mkdir(parents=True)
    (place / "cfg.json").write_text(json.dumps({"d_in": width, "num_latents": LATENTS, "k": K, "expansion_factor": 32, "normalize_decoder": True}))
    tensors = {
        "W_dec": [[LATENTS, width], [random.gauss(0, 1) for _ in range(LATENTS * width)]],
        "b_dec": [[width], [0.0] * width],
        "encoder.bias": [[LATENTS], [0.0] * LATENTS],
        "encoder.weight": [[LATENTS, width], [random.gauss(0, 1) for _ in range(LATENTS * width)]],
    }
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        packed = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    text = json.dumps(header).encode()
    (place / "sae.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    return place


class Subject:
    def __init__(self, model, folder):
        self.folder = folder
        config = json.loads((model / "config.json").read_text())
        text = config.get("text_config", config)
        self.sees = "vision_config" in config or config["model_type"] in ("llava_next", "llava_onevision")
        kind, decoder = config["model_type"], text.get("model_type", "llama")
        self.name = NAMES[kind] + (f", {NAMES[decoder]} decoder" if self.sees and decoder in NAMES and decoder not in (kind, kind + "_text") else "")
        self.kernel = LineKernel(PROGRAM, "--model", str(model), "--threads", "1", "--jobs", "", "--cache", "")
        self.model = model
        self.blocks = text.get("num_hidden_layers", 32)
        self.width = text.get("hidden_size", 4096)
        self.site = f"resid_post.{max(self.blocks // 2 - 1, 0)}"

    def ask(self, method, /, **params):
        answer = self.kernel.ask(method, **params)
        if isinstance(answer, dict) and "code" in answer and "message" in answer:
            raise Failed(f"{method}: {answer['message']}")
        return answer

    def open(self, pictures):
        parts = [{"image": {"path": str(each)}} for each in pictures[: len(pictures) if self.sees else 0]]
        return self.ask("context/open", parts=[*parts, {"text": "is there a red dog"}])

    def check(self, what, holds):
        if not holds:
            raise Failed(what)

    def prompt(self):
        opened = self.open([])
        found = self.ask("context/logits", context=opened["context"], topK=3)
        self.check("three tokens", len(found["items"]) == 3)

    def picture(self, pictures=PICTURES[:1]):
        if not self.sees:
            return "–"
        opened = self.open(pictures)
        self.check("a picture's views", len(opened["images"]) == len(pictures))
        return self.ask("context/generate", context=opened["context"], maxTokens=4) and None

    def several(self):
        return self.picture(PICTURES)

    def video(self):
        """Three frames; without a template, since those of tiny checkpoints show pictures alone."""
        frames = {"frames": [{"path": str(PICTURES[1])}] * 3}
        opened = self.kernel.ask(
            "context/open", parts=[{"video": frames}, {"text": "is there a red dog"}], chat={"template": "none"})
        if "sees none" in opened.get("message", ""):
            return "–"
        if "context" not in opened:
            raise Failed(f"context/open: {opened.get('message')}")
        self.check("a view for each frame", [each["name"] for each in opened["images"][0]["views"]] == ["frame1", "frame2", "frame3"])
        return self.ask("context/generate", context=opened["context"], maxTokens=4) and None

    def attribution(self):
        self.sae = self.ask("sae/load", path=str(autoencoder(self.folder, self.width, int(self.site.split(".")[1]))))["sae"]
        opened = self.open(PICTURES[:1])
        context = opened["context"]
        top = [each["token"] for each in self.ask("context/logits", context=context, topK=2)["items"]]
        target = {"kind": "logitDiff", "answer": {"id": top[0]}, "baseline": {"id": top[1]}}
        common = {"context": context, "sae": self.sae, "target": target}
        self.ask("attribution/compute", **common, method="gradient", topK=5)
        items = self.ask("attribution/compute", **common, method="ablation", aggregate="feature", topK=3)["items"]
        self.check("three features", len(items) == 3)
        for item in items:
            change = {"op": "zero", "feature": item["feature"]}
            values = self.ask("ablation/run", context=context, sae=self.sae, interventions=[change], targets=[target])["targets"][0]
            effect = values["before"] - values["after"]
            self.check(f"effect {effect}, attribution {item['score']}", abs(effect - item["score"]) <= 1e-3 + 1e-3 * abs(effect))

    def steering(self):
        opened = self.open(PICTURES[:1])
        context = opened["context"]
        plain = self.ask("context/generate", context=context, maxTokens=5)["text"]

        def steered(op, value):
            change = {"op": op, "feature": {"sae": self.sae, "index": 3}, "value": value, "generated": True}
            return self.ask("steering/generate", context=context, sae=self.sae, interventions=[change], maxTokens=5)["outputs"][0]["text"]

        self.check("a feature scaled by 1 changes nothing", steered("scale", 1) == plain)
        steered("clamp", 30)

    def index(self):
        folder = self.folder / "corpus"
        folder.mkdir()
        if self.sees:
            for each in PICTURES:
                shutil.copy(each, folder)
            corpus = {"folder": str(folder)}
        else:
            lines = [{"text": text} for text in ("a red dog", "is there a cat")]
            (folder / "prompts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
            corpus = {"prompts": str(folder / "prompts.jsonl")}
        path = self.folder / "features.index"
        done = self.kernel.job("index/build", path=str(path), sae=self.sae, corpus=corpus)
        self.check(f"the job ended {done}", done.get("state") == "completed")
        self.ask("index/open", path=str(path))
        self.check("two items", self.ask("index/info", path=str(path))["items"] == 2)

    def eight_bits(self):
        self.ask("model/load", path=str(self.model), precision="int8")
        self.check("8 bits", self.ask("kernel/status")["models"][-1]["precision"] == "int8")
        opened = self.open(PICTURES[:1])
        self.ask("context/generate", context=opened["context"], maxTokens=2)

    def cells(self):
        steps = [self.prompt, self.picture, self.several, self.video, self.attribution, self.steering, self.index, self.eight_bits]
        found = []
        for step in steps:
            try:
                found.append(step() or "✓")
            except Failed as error:
                print(f"FAILED {self.model.name} {step.__name__}: {error}", flush=True)
                found.append("no")
        self.kernel.end()
        return found


def main():
    rows = {}
    for model in sorted(MODELS.iterdir()):
        if not (model / "config.json").exists():
            continue
        with tempfile.TemporaryDirectory() as folder:
            subject = Subject(model, Path(folder))
            cells = subject.cells()
        known = rows.setdefault(subject.name, cells)
        # A family's cell holds where it does for each of its checkpoints.
        rows[subject.name] = [a if a == b else "no" for a, b in zip(known, cells)]
        print(f"ok     {model.name}: {subject.name}: {' '.join(cells)}", flush=True)
    table = "\n".join([
        "| family | " + " | ".join(COLUMNS) + " |", "|---|" + "---|" * len(COLUMNS),
        *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in sorted(rows.items(), key=lambda each: (each[1][1] != "✓", each[0])))])
    readme = ROOT / "README.md"
    text = readme.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN) + 1, text.index(END)
    if "--write" in sys.argv:
        readme.write_text(text[:begin] + "\n" + table + "\n\n" + text[end:])
    elif text[begin:end].strip() != table:
        print(f"FAILED the README's table is not this one; families.py --write writes it:\n{table}")
        return 1
    return any("no" in cells for cells in rows.values())


sys.exit(main())

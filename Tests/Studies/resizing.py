"""How far the three resizings of `model/load` go apart: in pixels, in the features of picture tokens, and in logits.

    python Tests/Studies/resizing.py [--questions 160] [--seed 7]

Pixels: photographs that come with scikit-image and scikit-learn, as they are, as tall strips and enlarged three times, through
LLaVA-NeXT's own processor with tiles of 336. Tokens and logits: the world's held-out questions through the world's model in
float32, on the pictures as drawn, and on tall strips of them enlarged. All of it is transformers': the kernel's own
resizings are held to these bit for bit by tests. Pillow 12's order is made with Pillow 13's two passes, one by one. Needs
torch, torchvision, transformers, Pillow 13, numpy, scikit-image and scikit-learn. Prints tables in Markdown.
"""

import argparse
import itertools
import json
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
import torchvision
import transformers
from PIL import Image, __version__ as pillow
from skimage import data
from sklearn.datasets import load_sample_images
from transformers import LlavaNextForConditionalGeneration, LlavaNextImageProcessor, LlavaNextProcessor
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent))
from attribution import questions  # noqa: E402

WORLD = HERE.parents[2] / "Sources/World/Resources"
PAIRS = list(itertools.combinations(["torchvision", "pillow", "pillow13"], 2))
resize = Image.Image.resize


def columns_first(self, size, resample=None, box=None, reducing_gap=None):
    if box is None and size[0] != self.width and size[1] != self.height:
        return resize(resize(self, (size[0], self.height), resample), size, resample)
    return resize(self, size, resample, box, reducing_gap)


@contextmanager
def pillow_12():
    Image.Image.resize = columns_first
    try:
        yield
    finally:
        Image.Image.resize = resize


def pixels(settings, picture):
    """[tiles, 3, side, side] of each resizing."""
    pil = LlavaNextImageProcessorPil(**settings)
    made = {
        "torchvision": LlavaNextImageProcessor(**settings)(picture, return_tensors="pt")["pixel_values"][0],
        "pillow13": torch.as_tensor(np.asarray(pil(picture, return_tensors="np")["pixel_values"][0])),
    }
    with pillow_12():
        made["pillow"] = torch.as_tensor(np.asarray(pil(picture, return_tensors="np")["pixel_values"][0]))
    return made


def levels(settings, a, b):
    """The differences in levels of 0 to 255."""
    return (a - b).abs().numpy() * 255 * np.array(settings["image_std"])[:, None, None]


def tall(picture):
    return picture.crop((picture.width // 4, 0, picture.width * 5 // 8, picture.height))


def enlarged(picture, factor=3):
    return resize(picture, (picture.width * factor, picture.height * factor), Image.Resampling.BICUBIC)


def photographs():
    made = [Image.fromarray(getattr(data, name)()).convert("RGB") for name in ("astronaut", "coffee", "chelsea", "rocket")]
    made += [Image.fromarray(picture) for picture in load_sample_images().images]
    return [change(p) for p in made for change in (lambda p: p, tall, enlarged, lambda p: enlarged(tall(p)))]


def compare_pixels(world):
    settings = dict(world, size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336},
                    image_grid_pinpoints=[[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]])
    every = [pixels(settings, p) for p in photographs()]
    print(f"\n{len(every)} photographs, tiles of 336 pixels, levels of 0 to 255:\n")
    print("| | mean difference | largest | values that differ |\n|---|---|---|---|")
    for a, b in PAIRS:
        apart = [levels(settings, each[a], each[b]) for each in every]
        differ = np.mean([(each > 0.5).mean() for each in apart])
        print(f"| {a} and {b} | {np.mean([each.mean() for each in apart]):.4f} | {max(each.max() for each in apart):.0f} | {differ:.1%} |")


@torch.no_grad()
def compare_answers(settings, asked, change, title):
    model = LlavaNextForConditionalGeneration.from_pretrained(WORLD / "model", dtype=torch.float32).eval()
    processor = LlavaNextProcessor.from_pretrained(WORLD / "model")
    rows = {pair: [] for pair in PAIRS}
    for picture, question, _ in asked:
        image = change(Image.open(WORLD / "heldout" / (picture["name"] + ".png")).convert("RGB"))
        turn = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question["text"]}]}
        text = processor.apply_chat_template([turn], add_generation_prompt=True)
        inputs = processor(images=image, text=text, return_tensors="pt")
        seen = {}
        for name, values in pixels(settings, image).items():
            inputs["pixel_values"] = values[None]
            tokens = torch.cat(list(model.get_image_features(values[None], inputs["image_sizes"]).pooler_output))
            seen[name] = tokens, model(**inputs).logits[0, -1].double()
        for a, b in PAIRS:
            (tokens, logits), (other, others) = seen[a], seen[b]
            rows[a, b].append((((tokens - other).norm() / tokens.norm()).item(), (logits - others).abs().max().item(),
                               logits.argmax() != others.argmax()))
    print(f"\n{title}, {len(asked)} questions:\n")
    print("| | token features, relative, worst | largest logit difference, median | worst | another first token |\n|---|---|---|---|---|")
    for (a, b), values in rows.items():
        values = np.array(values, dtype=float)
        print(f"| {a} and {b} | {values[:, 0].max():.1g} | {np.median(values[:, 1]):.1g} | {values[:, 1].max():.1g} "
              f"| {values[:, 2].sum():.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=160)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(f"transformers {transformers.__version__}, torchvision {torchvision.__version__}, Pillow {pillow}")
    settings = json.loads((WORLD / "model/processor_config.json").read_text())["image_processor"]
    del settings["image_processor_type"]
    compare_pixels(settings)
    asked = questions(options.questions, options.seed)
    compare_answers(settings, asked, lambda p: p, "The world's pictures as drawn")
    compare_answers(settings, asked[:96], lambda p: enlarged(p.crop((p.width // 4, 0, p.width * 3 // 4, p.height)), 4),
                    "Tall strips of them, enlarged")


if __name__ == "__main__":
    main()

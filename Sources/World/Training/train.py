"""Trains the world's model from nothing, in stages that each resume where they stopped."""

from pathlib import Path

import torch

from . import answers, dataset, network, tokenizer, tower
from .sequences import Composer


def run(folder: Path, seed: int, count: int, steps: dict[str, int], threads: int = 2):
    """The trained model and its tokenizer; all that lies between stays in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    words = tokenizer.train(seed, folder / "tokenizer")
    model = fresh(words)
    model.set_attn_implementation("eager")
    data = dataset.training(folder, count, seed)
    reader = tower.train(model, data[0], data[1], steps["tower"], folder / "tower.pt", seed)
    seen = answers.features(model, data[0], folder / "features.pt")
    answers.adopt_rows(model, reader, words)
    stage = answers.Trainer(model, reader, words, data, folder / "answers.pt", seed, peak=3e-3)
    stage.resume()
    stage.run(steps["answers"], batch=16, seen=seen)
    if steps["whole"]:
        checkpoint = folder / "whole.pt"
        stage = answers.Trainer(model, reader, words, data, checkpoint, seed + 1, peak=1e-3)
        stage.resume()
        stage.run(steps["whole"], batch=16, seen=None)
    return model, words


def fresh(words) -> torch.nn.Module:
    """A model with random weights for the tokenizer's vocabulary."""
    image = Composer(words).image
    config = network.configuration(len(words), image, words.bos_token_id, words.eos_token_id)
    return network.build(config)

"""First stage: the tower and the projector learn to name what each patch shows."""

import math
import time
from pathlib import Path

import numpy as np
import torch

from .network import PatchReader, see
from .vocabulary import ATTRIBUTES


def rate(step: int, steps: int, peak: float, warm: int = 100) -> float:
    """Linear warm-up, then a cosine down to a fiftieth."""
    if step < warm:
        return peak * (step + 1) / warm
    done = min((step - warm) / max(steps - warm, 1), 1.0)
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


def train(model, pictures, labels, steps: int, checkpoint: Path, seed: int, batch: int = 32):
    """Trains for `steps` batches and returns the reader; resumes from `checkpoint`."""
    torch.manual_seed(seed)
    reader = PatchReader()
    tower, projector = model.model.vision_tower, model.model.multi_modal_projector
    weights = [*tower.parameters(), *projector.parameters(), *reader.parameters()]
    optimiser = torch.optim.AdamW(weights, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    parts = {"tower": tower, "projector": projector, "reader": reader, "optimiser": optimiser}
    step = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        step = saved.pop("step")
        for name, part in parts.items():
            part.load_state_dict(saved[name])
    started = time.time()
    while step < steps:
        for group in optimiser.param_groups:
            group["lr"] = rate(step, steps, 1e-3)
        chosen = np.random.default_rng((seed, step)).choice(len(pictures), batch, replace=False)
        tiles = torch.from_numpy(pictures[chosen]).flatten(0, 1)
        target = torch.from_numpy(labels[chosen]).flatten(0, 1)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            patches = projector(see(model, tiles))
        loss = reader.loss(patches.float(), target)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        step += 1
        if step % 100 == 0 or step == steps:
            figures = accuracy(reader, patches.detach().float(), target)
            shown = " ".join(f"{name} {value:.2f}" for name, value in figures.items())
            passed = time.time() - started
            print(f"tower {step}/{steps} {passed:.0f}s {loss:.3f} {shown}", flush=True)
        if step % 500 == 0 or step == steps:
            state = {name: part.state_dict() for name, part in parts.items()}
            torch.save(state | {"step": step}, checkpoint)
    return reader


def accuracy(reader: PatchReader, patches: torch.Tensor, labels: torch.Tensor) -> dict[str, float]:
    """The share of the patches with a label of each attribute that are given it."""
    figures = {}
    for column, (name, logits) in enumerate(reader.logits(patches).items()):
        target = labels[..., column]
        there = target > 0
        right = (logits.argmax(-1) == target) & there
        figures[name] = (right.sum() / there.sum().clamp(min=1)).item()
    return figures

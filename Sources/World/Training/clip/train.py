"""Trains the CLIP from nothing on pictures that are drawn as they are needed."""

import time
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import torch
from torch.nn import functional
from transformers import CLIPModel, CLIPTokenizer

from ..network import normalised
from ..tower import rate
from . import examples, model, words

BATCH = 48
PEAK = 1.5e-3
# How much the patches' loss weighs beside the pictures'.
PATCHES = 0.5
_SHIFT = -2.0


class Scorer(torch.nn.Module):
    """A CLIPModel and the shift of its logits, which only training needs."""

    def __init__(self, clip: CLIPModel):
        super().__init__()
        self.clip = clip
        self.shift = torch.nn.Parameter(torch.tensor(_SHIFT))
        self.patch_shift = torch.nn.Parameter(torch.tensor(_SHIFT))

    def texts(self, tokens) -> torch.Tensor:
        """Unit vectors `[N, D]`."""
        pooled = self.clip.text_model(**tokens).pooler_output
        return functional.normalize(self.clip.text_projection(pooled).float(), dim=-1)

    def pictures(self, pixels: torch.Tensor) -> torch.Tensor:
        """Unit vectors `[B, 1 + patches, D]` of pictures and of their patches."""
        hidden = self.clip.vision_model(normalised(pixels)).last_hidden_state
        hidden = self.clip.visual_projection(self.clip.vision_model.post_layernorm(hidden))
        return functional.normalize(hidden.float(), dim=-1)

    def forward(self, batch: examples.Batch, tokens) -> tuple[torch.Tensor, torch.Tensor]:
        """The losses of the pictures and of the patches."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            texts, seen = self.texts(tokens), self.pictures(torch.from_numpy(batch.pixels))
        scale = self.clip.logit_scale.exp()
        whole = scale * seen[:, 0] @ texts.t() + self.shift
        atoms = texts[: batch.patches.shape[-1]]
        parts = scale * seen[:, 1:].flatten(0, 1) @ atoms.t() + self.patch_shift
        return (
            balanced(whole, torch.from_numpy(batch.holds)),
            balanced(parts, torch.from_numpy(batch.patches).flatten(0, 1)),
        )


@dataclass
class Trained:
    """A model with its tokenizer, and the seconds that its training took."""

    clip: CLIPModel
    words: CLIPTokenizer
    seconds: float


def balanced(logits: torch.Tensor, holds: torch.Tensor) -> torch.Tensor:
    """The sigmoid loss of each text, the pictures of which it is true weighing as much together as
    the others, and the mean over texts that are true of some but not of all. `[B, N]` both."""
    right, wrong = holds.float(), (~holds).float()
    there = (right.sum(0) > 0) & (wrong.sum(0) > 0)
    missed = (functional.softplus(-logits) * right).sum(0) / right.sum(0).clamp(min=1)
    false = (functional.softplus(logits) * wrong).sum(0) / wrong.sum(0).clamp(min=1)
    return ((missed + false) / 2)[there].mean()


def run(folder: Path, seed: int, steps: int, threads: int, batch: int = BATCH) -> Trained:
    """Trains for `steps` batches; resumes from `folder` where it was stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    tokenizer = words.train(seed)
    scorer = Scorer(CLIPModel(model.configuration(tokenizer)).float())
    # Products written out: twice as fast here as the fused attention's backward pass.
    scorer.clip.set_attn_implementation("eager")
    flat = [weight for weight in scorer.parameters() if weight.dim() < 2]
    deep = [weight for weight in scorer.parameters() if weight.dim() > 1]
    groups = [{"params": deep, "weight_decay": 0.05}, {"params": flat, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=PEAK, betas=(0.9, 0.98))
    parts, step, passed = {"scorer": scorer, "optimiser": optimiser}, 0, 0.0
    checkpoint = folder / "clip.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        step, passed = saved["step"], saved["seconds"]
        for name, part in parts.items():
            part.load_state_dict(saved[name])
    started = time.time() - passed
    with Pool(1) as pool:
        ahead = pool.apply_async(examples.batch, (seed, step, batch))
        while step < steps:
            drawn = ahead.get()
            ahead = pool.apply_async(examples.batch, (seed, step + 1, batch))
            for group in optimiser.param_groups:
                group["lr"] = rate(step, steps, PEAK, warm=200)
            tokens = tokenizer(drawn.texts, padding=True, truncation=True, return_tensors="pt")
            whole, patches = scorer(drawn, tokens)
            optimiser.zero_grad(set_to_none=True)
            (whole + PATCHES * patches).backward()
            torch.nn.utils.clip_grad_norm_(scorer.parameters(), 1.0)
            optimiser.step()
            step += 1
            if step % 50 == 0 or step == steps:
                scale = scorer.clip.logit_scale.exp().item()
                print(
                    f"clip {step}/{steps} {time.time() - started:.0f}s pictures {whole:.3f} "
                    f"patches {patches:.3f} scale {scale:.1f} shift {scorer.shift.item():.2f}",
                    flush=True,
                )
            if step % 250 == 0 or step == steps:
                passed = time.time() - started
                _save(checkpoint, parts, step, passed)
    return Trained(scorer.clip, tokenizer, passed)


def _save(path: Path, parts: dict, step: int, seconds: float) -> None:
    state = {name: part.state_dict() for name, part in parts.items()}
    whole = path.with_suffix(".part")
    torch.save(state | {"step": step, "seconds": seconds}, whole)
    whole.rename(path)

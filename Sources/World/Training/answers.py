"""Second and third stage: the decoder learns to answer, first over a frozen tower, then with it."""

import random
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from .decoder import Reader
from .network import WIDTH, PatchReader, see
from .sequences import GRID, NO_LOSS, QUESTION_LENGTH, QUESTIONS, Composer
from .tower import rate
from .vocabulary import ATTRIBUTES

# How much naming the patches still counts beside answering: it keeps image tokens near words.
_NAMING = 0.05


def features(model, tiles: np.ndarray, path: Path) -> torch.Tensor:
    """The tower's features `[N, 180, 128]` of all pictures in bfloat16, kept in `path`."""
    if path.exists():
        return torch.load(path, mmap=True)
    width = model.config.vision_config.hidden_size
    kept = torch.empty(len(tiles), 180, width, dtype=torch.bfloat16)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for first in range(0, len(tiles), 64):
            batch = torch.from_numpy(tiles[first : first + 64].copy())
            kept[first : first + 64] = see(model, batch.flatten(0, 1)).reshape(len(batch), 180, -1)
    torch.save(kept, path)
    return kept


def adopt_rows(model, reader: PatchReader, tokenizer) -> None:
    """Gives the words of the labels the rows by which the reader knows patches."""
    embedding = model.model.language_model.embed_tokens.weight
    with torch.no_grad():
        for name, words in ATTRIBUTES.items():
            for row, word in zip(reader.rows[name][1:], words):
                for text in (word, " " + word):
                    ids = tokenizer(text, add_special_tokens=False).input_ids
                    embedding[ids[0]] = row
                    model.lm_head.weight[ids[0]] = 0.5 * row


def packed(model, projected: torch.Tensor) -> torch.Tensor:
    """Image tokens `[B, 192, D]` of projected patches `[B, 180, D]`: base, rows with newlines."""
    batch = len(projected)
    half = GRID // 2
    fine = projected[:, 36:].reshape(batch, 2, 2, half, half, WIDTH)
    fine = fine.permute(0, 1, 3, 2, 4, 5).reshape(batch, GRID, GRID, WIDTH)
    newline = model.model.image_newline.expand(batch, GRID, 1, WIDTH)
    return torch.cat([projected[:, :36], torch.cat([fine, newline], dim=2).flatten(1, 2)], dim=1)


class Trainer:
    """Trains model and reader on pictures with their questions, resumable from one file."""

    def __init__(self, model, reader, tokenizer, data, checkpoint: Path, seed: int, peak: float):
        self.model, self.reader, self.seed, self.peak = model, reader, seed, peak
        self.tiles, self.labels, self.facts = data
        self.composer = Composer(tokenizer)
        self.decoder = Reader(model, self.composer.layout)
        self.checkpoint = checkpoint
        self.step = 0
        inner = model.model
        layers = inner.language_model.layers
        blocks = [weight for weight in layers.parameters() if weight.dim() == 2]
        rest = [weight for weight in inner.language_model.parameters() if weight.dim() == 1]
        rest += [inner.language_model.embed_tokens.weight, model.lm_head.weight]
        rest += [inner.image_newline, *inner.multi_modal_projector.parameters()]
        rest += [*reader.parameters()]
        tower = [*inner.vision_tower.parameters()]
        self.matrices = torch.optim.Muon(
            blocks, lr=peak, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"
        )
        self.others = torch.optim.AdamW(
            [{"params": rest, "scale": 0.5}, {"params": tower, "scale": 0.1}],
            lr=peak, betas=(0.9, 0.98), weight_decay=0.01,
        )
        self.weights = blocks + rest + tower

    def state(self) -> dict:
        """Everything that resuming needs."""
        return {
            "model": self.model.state_dict(), "reader": self.reader.state_dict(),
            "matrices": self.matrices.state_dict(), "others": self.others.state_dict(),
            "step": self.step,
        }

    def resume(self) -> None:
        """Continues where the checkpoint, if there is one, left off."""
        if not self.checkpoint.exists():
            return
        saved = torch.load(self.checkpoint)
        self.step = saved["step"]
        for name in ("model", "reader", "matrices", "others"):
            getattr(self, name).load_state_dict(saved[name])

    def run(self, steps: int, batch: int, seen: torch.Tensor | None) -> None:
        """Trains until `steps`; `seen` are the frozen tower's features, or it trains as well."""
        started, losses = time.time(), []
        while self.step < steps:
            for group in self.matrices.param_groups:
                group["lr"] = rate(self.step, steps, self.peak)
            for group in self.others.param_groups:
                group["lr"] = group["scale"] * rate(self.step, steps, self.peak)
            losses.append(self._one(batch, seen))
            self.step += 1
            if self.step % 25 == 0 or self.step == steps:
                answer, naming, right = np.mean(losses, axis=0)
                print(
                    f"answers {self.step}/{steps} {time.time() - started:.0f}s loss {answer:.3f} "
                    f"naming {naming:.3f} right {right:.3f}", flush=True,
                )
                losses.clear()
            if self.step % 100 == 0 or self.step == steps:
                torch.save(self.state(), self.checkpoint)

    def _one(self, batch: int, seen: torch.Tensor | None) -> tuple[float, float, float]:
        chosen = np.random.default_rng((self.seed, self.step)).choice(
            len(self.facts), batch, replace=False
        )
        rng = random.Random(self.seed * 1_000_003 + self.step)
        composed = [self.composer.compose(self.facts[index], rng) for index in chosen]
        ids = torch.from_numpy(np.stack([ids for ids, _ in composed]))
        targets = torch.from_numpy(np.stack([wanted for _, wanted in composed]))[:, 1:]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            if seen is None:
                patches = see(self.model, torch.from_numpy(self.tiles[chosen]).flatten(0, 1))
                patches = patches.reshape(batch, 180, -1)
            else:
                patches = seen[torch.from_numpy(chosen)]
            projected = self.model.model.multi_modal_projector(patches)
        projected = projected.float()
        labels = torch.from_numpy(self.labels[chosen]).reshape(batch, 180, -1)
        naming = self.reader.loss(projected, labels)
        words = self.model.model.language_model.embed_tokens(ids)
        opening = len(self.composer.opening)
        picture = packed(self.model, projected)
        embedded = torch.cat(
            [words[:, :opening], picture, words[:, opening + picture.shape[1] :]], dim=1
        )
        wanted = targets != NO_LOSS
        logits = self.decoder.logits(self.decoder(embedded)[:, :-1][wanted])
        answer = functional.cross_entropy(logits, targets[wanted])
        self.matrices.zero_grad(set_to_none=True)
        self.others.zero_grad(set_to_none=True)
        (answer + _NAMING * naming).backward()
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.matrices.step()
        self.others.step()
        first = self._answers_right(logits.detach(), targets, wanted)
        return answer.item(), naming.item(), first

    def _answers_right(self, logits, targets, wanted) -> float:
        """The share of the questions' first answer tokens that are right."""
        firsts = wanted.clone()
        firsts[:, 1:] &= ~wanted[:, :-1]
        firsts[:, self.composer.layout.prefix + QUESTIONS * QUESTION_LENGTH :] = False
        right = logits.argmax(-1) == targets[wanted]
        return right[firsts[wanted]].float().mean().item()

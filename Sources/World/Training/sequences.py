"""One training sequence for each picture: the picture once, then questions that see it alone.

The layout is the same for all sequences, so that masks and positions are made once:
prefix (opening tokens and picture), slots of questions, one of a caption, two of text alone.
Each slot sees the prefix and itself; positions go on from the prefix, so training equals asking
one question. Slots of text alone see only themselves and count from 0.
"""

import random
from dataclasses import dataclass

import numpy as np

from . import questions, stories
from .tokenizer import BEGIN, END, HEADER, HEADER_END, IMAGE

OPENING = f"{BEGIN}{HEADER}user{HEADER_END}\n\n"
GRID = 12
IMAGE_TOKENS = 36 + GRID * (GRID + 1)
QUESTIONS, QUESTION_LENGTH = 16, 17
CAPTION_LENGTH = 32
TEXTS, TEXT_LENGTH = 2, 42
NO_LOSS = -100


@dataclass(frozen=True)
class Layout:
    """Lengths of the sequence's pieces, in order."""

    opening: int

    @property
    def prefix(self) -> int:
        """Opening tokens and image tokens."""
        return self.opening + IMAGE_TOKENS

    @property
    def seeing(self) -> list[tuple[int, int]]:
        """Count and length of the slots that see the picture."""
        return [(QUESTIONS, QUESTION_LENGTH), (1, CAPTION_LENGTH)]

    @property
    def positions(self) -> np.ndarray:
        """Position of every token."""
        pieces = [np.arange(self.prefix)]
        for count, length in self.seeing:
            pieces += [self.prefix + np.arange(length)] * count
        return np.concatenate(pieces + [np.arange(TEXT_LENGTH)] * TEXTS)


class Composer:
    """Turns pictures into token ids and targets."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.known: dict[str, list[int]] = {}
        self.image = tokenizer.convert_tokens_to_ids(IMAGE)
        self.pad = tokenizer.pad_token_id
        self.opening = self.encode(OPENING)
        self.answering = self.encode(f"{END}{HEADER}assistant{HEADER_END}\n\n")
        self.end = self.encode(END)
        self.layout = Layout(len(self.opening))

    def encode(self, text: str) -> list[int]:
        """Token ids of the text, without a beginning token."""
        if text not in self.known:
            self.known[text] = self.tokenizer(text, add_special_tokens=False).input_ids
        return self.known[text]

    def asked(self, question: questions.Question) -> tuple[list[int], list[int]]:
        """Ids from after the picture to the answer's end, and the targets among them."""
        before = self.encode("\n") + self.encode(question.text) + self.answering
        answer = self.encode(question.answer) + self.end
        return before + answer, [NO_LOSS] * len(before) + answer

    def text(self, rng: random.Random) -> tuple[list[int], list[int]]:
        """A story, a fact or a question of knowledge, without a picture."""
        draw = rng.random()
        if draw < 0.5:
            question = stories.knowledge(rng)
            before = self.opening + self.encode(question.text) + self.answering
            answer = self.encode(question.answer) + self.end
            return before + answer, [NO_LOSS] * len(before) + answer
        told = stories.story(rng) if draw < 0.8 else stories.fact(rng)
        ids = self.opening[:1] + self.tokenizer(told, add_special_tokens=False).input_ids + self.end
        return ids, [NO_LOSS] + ids[1:]

    def compose(self, picture, rng: random.Random) -> tuple[np.ndarray, np.ndarray]:
        """Ids and targets `[T]` of the picture; the image tokens stand as `<image>`."""
        pool = questions.about(picture, rng)
        if not picture.basin and rng.random() < 0.3:
            pool.insert(0, questions.country_elsewhere(picture, rng))
        chosen = pool[:QUESTIONS]
        ids = self.opening + [self.image] * IMAGE_TOKENS
        targets = [NO_LOSS] * len(ids)
        slots = [(QUESTION_LENGTH, self.asked(question)) for question in chosen]
        slots += [(QUESTION_LENGTH, ([], []))] * (QUESTIONS - len(chosen))
        slots.append((CAPTION_LENGTH, self.asked(questions.caption(picture))))
        slots += [(TEXT_LENGTH, self.text(rng)) for _ in range(TEXTS)]
        for length, (more, wanted) in slots:
            room = length - len(more)
            if room < 0:
                raise ValueError(f"a slot of {length} tokens cannot hold {len(more)}")
            ids = ids + more + [self.pad] * room
            targets = targets + wanted + [NO_LOSS] * room
        return np.array(ids), np.array(targets)

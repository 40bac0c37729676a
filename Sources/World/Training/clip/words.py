"""The tokenizer of the world's CLIP: byte-level BPE in CLIP's layout, of the world's own words."""

import json
import random

from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.trainers import BpeTrainer
from transformers import CLIPTokenizer

from .. import drawing
from . import phrases

BEGIN, END, WORD_END = "<|startoftext|>", "<|endoftext|>", "</w>"
# As in the published CLIP; longer texts are cut.
CONTEXT = 77


def corpus(seed: int) -> list[str]:
    """Everything the pictures are called, often enough for each word to become a token."""
    rng = random.Random(seed)
    lines = phrases.every_text()
    for index in range(1500):
        picture = drawing.draw(seed + index)
        lines += [phrases.compound(picture, rng).text for _ in range(6)]
        lines.append(phrases.whole(picture, rng).text)
    return lines


def train(seed: int) -> CLIPTokenizer:
    """Learns merges over the corpus; every byte, inside a word and at its end, is a token.

    So no text has an unknown token, which in CLIP is the end token, whose row stands for the text.
    """
    pattern = CLIPTokenizer().backend_tokenizer
    learner = Tokenizer(models.BPE(end_of_word_suffix=WORD_END))
    learner.normalizer, learner.pre_tokenizer = pattern.normalizer, pattern.pre_tokenizer
    trainer = BpeTrainer(
        vocab_size=4096, min_frequency=1, end_of_word_suffix=WORD_END, show_progress=False
    )
    learner.train_from_iterator(corpus(seed), trainer)
    merges = [tuple(pair) for pair in _merges(learner)]
    bytes_ = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = bytes_ + [one + WORD_END for one in bytes_]
    tokens += [first + second for first, second in merges] + [BEGIN, END]
    vocabulary = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    return CLIPTokenizer(
        vocab=vocabulary, merges=merges, bos_token=BEGIN, eos_token=END, pad_token=END,
        unk_token=END, model_max_length=CONTEXT,
    )


def _merges(tokenizer: Tokenizer) -> list[list[str]]:
    return json.loads(tokenizer.to_str())["model"]["merges"]

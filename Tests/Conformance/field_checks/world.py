"""The embedded world with its references, a kernel that has it loaded in float32, and contexts in it."""

import codecs
import functools
import json
import struct
from pathlib import Path

import numpy

from .autoencoder import Autoencoder
from .decoder import Decoder, log_softmax
from .tensors import from_wire

RESOURCES = Path(__file__).resolve().parents[3] / "Sources/World/Resources"
MODEL, SAE = RESOURCES / "model", RESOURCES / "sae/model.layers.3"
INDEX, PICTURES = RESOURCES / "index/features.index", RESOURCES / "heldout"
BLOCK = 3


def spell(error):
    """Bytes that are no character, those that follow one another together."""
    end = error.end
    while end < len(error.object):
        try:
            error.object[end:].decode()
            break
        except UnicodeDecodeError as more:
            if more.start:
                break
            end += more.end
    return "⟨" + error.object[error.start:end].hex(" ").upper() + "⟩", end


codecs.register_error("spelt", spell)


class World:
    """The kernel's names of what is loaded, beside the same in numpy."""

    def __init__(self, kernel):
        self.ask, self.process = kernel.ask, kernel.process.pid
        self.decoder, self.autoencoder = Decoder(MODEL), Autoencoder(SAE)
        self.tokenizer = json.loads((MODEL / "tokenizer.json").read_text())
        self.loaded_model = self.ask("model/load", path=str(MODEL), precision="float32")
        self.loaded_sae = self.ask("sae/load", path=str(SAE))
        self.sae = self.loaded_sae["sae"]

    def feature(self, latent):
        return {"sae": self.sae, "index": int(latent)}

    def open(self, *parts, **chat):
        return Context(self, parts, chat)

    @functools.cached_property
    def words(self):
        """What each token writes, a part of a character as U+FFFD."""
        return {token: word.decode("utf-8", "replace") for token, word in self.bytes.items()}

    def spelt(self, token):
        """What a token is shown as: each stretch of bytes that are no character as `⟨E2 80⟩`."""
        return self.bytes[token].decode("utf-8", "spelt")

    @functools.cached_property
    def bytes(self):
        """What each token writes: byte-level BPE."""
        plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
        others = [each for each in range(256) if each not in plain]
        byte = {chr(each): each for each in plain} | {chr(256 + n): each for n, each in enumerate(others)}
        words = {each["id"]: each["content"].encode() for each in self.tokenizer["added_tokens"]}
        for text, token in self.tokenizer["model"]["vocab"].items():
            words.setdefault(token, bytes(byte[each] for each in text))
        return words

    def token(self, text):
        return next(token for token, word in self.words.items() if word == text)


def picture(name, part="picture"):
    return {"id": part, "image": {"path": str(PICTURES / f"{name}.png")}}


def picture_size(path):
    """[width, height] from a PNG's header."""
    return list(struct.unpack(">II", Path(path).read_bytes()[16:24]))


class Context:
    """A context, its tokens and its residual at the autoencoder's site."""

    def __init__(self, world, parts, chat):
        self.world = world
        self.parts = parts
        self.opened = world.ask("context/open", parts=list(parts), **({"chat": chat} if chat else {}))
        self.name = self.opened["context"]
        self.tokens = world.ask("context/tokens", context=self.name)["tokens"]
        self.ids = [each["id"] for each in self.tokens]

    def read(self, block):
        return from_wire(
            self.world.ask("activation/read", context=self.name, site=f"resid_post.{block}")["tensor"])

    @functools.cached_property
    def residual(self):
        return self.read(BLOCK)

    @functools.cached_property
    def code(self):
        return self.world.autoencoder.encode(self.residual)

    @functools.cached_property
    def spans(self):
        """Rows by part, and those of the template."""
        spans = {}
        for token in self.tokens:
            spans.setdefault(token.get("part", "template"), []).append(token["position"])
        return spans

    @property
    def decisive(self):
        """Whether no row's k-th and next pre-activation are so near that rounding decides between them."""
        ranked = -numpy.sort(-self.world.autoencoder.pre_activations(self.residual), axis=-1)
        k = self.world.autoencoder.k
        return bool((ranked[:, k - 1] - ranked[:, k] > 1e-4 * numpy.maximum(ranked[:, k - 1], 1e-9)).all())

    def logits(self, residual=None, rows=slice(-1, None), **method):
        residual = self.residual if residual is None else residual
        return self.world.decoder.logits(residual, BLOCK + 1, rows, **method)

    def difference(self, answer, baseline):
        """A target: how far one logit is above another at the last position, as a function of logits."""
        return lambda logits: logits[-1, answer] - logits[-1, baseline]

    def slope(self, target, direction, method="gradient", at=None, **more):
        """direction · g: the derivative of a target along a direction of the residual, by central differences."""
        at = self.residual if at is None else at
        length = 1e-5 * numpy.linalg.norm(at) / max(numpy.linalg.norm(direction), 1e-30)
        ends = [
            target(self.logits(at + side * direction, method=method, base=at, **more))
            for side in (length, -length)
        ]
        return (ends[0] - ends[1]) / (2 * length)


def probabilities(logits):
    return numpy.exp(log_softmax(logits))

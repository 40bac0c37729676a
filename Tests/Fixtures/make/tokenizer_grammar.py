"""Random tokenizers by the grammar of tokenizer.json, and what the `tokenizers` library does with them.

    python Tests/Fixtures/make/tokenizer_grammar.py [--rounds N] [--seed S] [--output FILE]

Every normalizer with every pre-tokenizer, model, decoder and added token, sensible or not, over texts that are meant
to be hard. Without options writes Tests/Fixtures/fuzz/tokenizer-grammar/cases.json and MANIFEST.json (versions, seed,
SHA-256). A longer file is read by the same test: LUCARNE_TOKENIZER_CASES=FILE swift test --filter TokenizerGrammarTests.

A case has the parts of a tokenizer.json (`model` is an index into `models`) and, by text, ids and decoded text.
A tokenizer or a text that the library refuses is counted in `refused` and left out.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random

os.environ["RUST_BACKTRACE"] = "0"
import tokenizers
from tokenizers import Tokenizer, pre_tokenizers

OUT = pathlib.Path(__file__).parent.parent / "fuzz" / "tokenizer-grammar"
SEED = 20261128

PATTERNS = [
    # GPT-2; Llama 3; Qwen 2
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    # The same with another end, so that they are not scanned by hand.
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s",
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    # Cased words, as newer vocabularies cut them
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}]+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"[0-9][0-9][0-9]", r"[一-龥぀-ゟ゠-ヿ]+", r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", r"\p{N}{1,3}",
    r" ?[^(\s|[.,!?…。，、।۔،])]+", r"\p{Lu}?\p{Ll}+", r"(?<=[a-z])(?=[A-Z])", r"(?=\p{Lu})", r"(?<!a)b", r"(?<=ab|c)d?",
    r"\b", r"\w+|\W", r"\d+", r"\S+", r"a*", r"x?", r"", r"(a|ab)(c|bcd)*", r"(?>a+)b", r"a{2,3}?", r"(?x) a  b # c",
    r"[[:alpha:]]+", r"[[:punct:]]", r"[a-z&&[^aeiou]]+", r"\h", r"\R", r"\X", r"(?m).+", r".+$", r"^.", r"\A.", r"[^a]",
    r"(?i)straße|k", r"\p{Han}+|\p{Hangul}+", r"\p{^L}+", r"\P{L}+", r"\x41|\x{1F642}", r"e\u0301",
    r"(?:a+)+$", r"( +)+x", r"\p{Emoji}+", r"[\p{M}]+", r"(?<n>a)b", r"a|", r"|a", r"\K", r"a\Kb", r"\Z", r"\O", r"\N+", r"(?W)\w+", r"(?D:\d+)",
    r"(?S)\s+", r"(?P:[[:alpha:]]+)", r"(?I)k+", r"(?L)a+", r"(?<=a++)b",
]

EMPTY = {"", r"\b", "a*", "x?", "a|", "|a", r"\K", r"\Z", r"(?<=[a-z])(?=[A-Z])", r"(?=\p{Lu})", r"(?<=ab|c)d?"}

PIECES = [
    "the", "The", "map", " map", "it's", "'S", "'ſ", "ab", "abc", "aab", "aaaa", "bcd", "XMLHttp", "straße", "STRASSE", "K",
    "1", "12", "1998", "٣٤", "½", "Ⅷ", " ", "  ", "   ", "\n", "\r\n", "\n\n", "\t", "\u00a0", "\u3000", "\u2028", "\u0085",
    ".", ",", "!?", "---", "<", ">", "#", "_", "é", "e\u0301", "ﬁ", "İ", "Å", "\u0130i", "가", "\u1100\u1161\u11a8", "地図",
    "ひらカタ", "한국어", "हिन्दी", "مرحبا", "🙂", "👩\u200d👧", "\u200b", "\ufeff", "\x00", "\x7f", "▁", "▁▁", "Ġ", "<s>", "<sep>",
    "word", "<0x41>", "\u0301", "\U0010ffff", "\U0001d400", "x", "A", "b", "ABC", "Map",
]

BEHAVIOURS = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def byte_level_model(ignore_merges):
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("t", "h"), ("th", "e"), ("a", "p"), ("m", "ap"), ("Ġ", "map"), ("Ġ", "Ġ"), ("ĠĠ", "Ġ"), ("a", "b"), ("ab", "c"),
              ("1", "9"), ("Ã", "©"), ("'", "s"), ("Ċ", "Ċ"), ("a", "a"), ("aa", "a")]
    names = alphabet + ["".join(merge) for merge in merges] + ["thing", "Ġab"]
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": ignore_merges,
            "vocab": {name: index for index, name in enumerate(names)}, "merges": [list(merge) for merge in merges]}


def fallback_model(fuses, falls):
    names = ["<unk>", "<s>"] + ([f"<0x{byte:02X}>" for byte in range(256)] if falls else [])
    names += list("▁abcdehmprstwxTM01289.,!'é地図가\n ") + ["th", "the", "ap", "map", "▁map", "▁▁", "ab", "aa", "aaa", "<s", "or"]
    merges = [("t", "h"), ("th", "e"), ("a", "p"), ("m", "ap"), ("▁", "map"), ("▁", "▁"), ("a", "b"), ("a", "a"), ("aa", "a")]
    names += ["o"]
    return {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": fuses, "byte_fallback": falls, "ignore_merges": False,
            "vocab": {name: index for index, name in enumerate(names)}, "merges": [list(merge) for merge in merges]}


MODELS = [byte_level_model(False), byte_level_model(True), fallback_model(True, True), fallback_model(False, False),
          fallback_model(True, False)]


class Grammar:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, share):
        return self.random.random() < share

    def pattern(self, may_be_empty=True):
        if self.chance(0.3):
            return {"String": self.random.choice(["a", " ", "▁", "ab", "aa", "\n", ".", "é", "", "''", "  "])}
        chosen = self.random.choice(PATTERNS)
        # What is put between characters belongs to either, as the library sees it; no file does so.
        if not may_be_empty and chosen in EMPTY:
            chosen = r"\s+"
        return {"Regex": chosen}

    def sequence(self, name, step, depth):
        return {"type": "Sequence", name: [step(depth + 1) for _ in range(self.random.randrange(4))]}

    def normalizer(self, depth=0):
        kind = self.random.choice(["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip", "Prepend", "Replace", "Replace", "Sequence"])
        if kind == "Strip":
            return {"type": kind, "strip_left": self.chance(0.5), "strip_right": self.chance(0.5)}
        if kind == "Prepend":
            return {"type": kind, "prepend": self.random.choice(["▁", "a", " ", "é"])}
        if kind == "Replace":
            return {"type": kind, "pattern": self.pattern(may_be_empty=False), "content": self.random.choice(["", " ", "▁", "a", "<>", "é"])}
        if kind == "Sequence" and depth < 3:
            return self.sequence("normalizers", self.normalizer, depth)
        return {"type": "NFC" if kind == "Sequence" else kind}

    def pre_tokenizer(self, depth=0):
        kind = self.random.choice(["Split", "Split", "Split", "Digits", "Punctuation", "ByteLevel", "Metaspace", "Sequence"])
        if kind == "Split":
            return {"type": kind, "pattern": self.pattern(), "behavior": self.random.choice(BEHAVIOURS), "invert": self.chance(0.25)}
        if kind == "Digits":
            return {"type": kind, "individual_digits": self.chance(0.5)}
        if kind == "Punctuation":
            return {"type": kind, "behavior": self.random.choice(BEHAVIOURS)}
        if kind == "ByteLevel":
            return {"type": kind, "add_prefix_space": self.chance(0.4), "trim_offsets": True, "use_regex": self.chance(0.5)}
        if kind == "Sequence" and depth < 3:
            return self.sequence("pretokenizers", self.pre_tokenizer, depth)
        return {"type": "Metaspace", "replacement": self.random.choice("▁_"), "split": self.chance(0.5),
                "prepend_scheme": self.random.choice(["always", "first", "never"])}

    def decoder(self, depth=0):
        kind = self.random.choice(["ByteLevel", "ByteFallback", "Fuse", "Replace", "Strip", "Metaspace", "Sequence"])
        if kind == "Replace":
            return {"type": kind, "pattern": {"String": self.random.choice(["▁", "a", "ab", "Ġ"])}, "content": self.random.choice(["", " ", "b"])}
        if kind == "Strip":
            return {"type": kind, "content": self.random.choice(" ▁a"), "start": self.random.randrange(3), "stop": self.random.randrange(3)}
        if kind == "Metaspace":
            return {"type": kind, "replacement": "▁", "prepend_scheme": self.random.choice(["always", "first", "never"]), "split": True}
        if kind == "Sequence" and depth < 3:
            return self.sequence("decoders", self.decoder, depth)
        return {"type": "Fuse" if kind == "Sequence" else kind}

    def added(self, model):
        next_id = len(MODELS[model]["vocab"])
        tokens = []
        for content in self.random.sample(["<s>", "<sep>", "word", "Map", "mapé", "ab", "  ", "地", "'s", "A"], self.random.randrange(4)):
            known = MODELS[model]["vocab"].get(content)
            tokens.append({"id": next_id if known is None else known, "content": content, "single_word": self.chance(0.2),
                           "lstrip": self.chance(0.3), "rstrip": self.chance(0.3), "normalized": self.chance(0.4),
                           "special": self.chance(0.5)})
            next_id += known is None
        return tokens

    def tokenizer(self):
        model = self.random.randrange(len(MODELS))
        byte_level = model < 2
        parts = {"model": model, "added_tokens": self.added(model),
                 "normalizer": self.normalizer() if self.chance(0.6) else None,
                 "pre_tokenizer": self.pre_tokenizer() if self.chance(0.8) else None,
                 "decoder": self.decoder() if self.chance(0.6) else ({"type": "ByteLevel"} if byte_level else None)}
        if byte_level and self.chance(0.7):
            last = {"type": "ByteLevel", "add_prefix_space": self.chance(0.3), "trim_offsets": True, "use_regex": self.chance(0.3)}
            steps = [parts["pre_tokenizer"], last] if parts["pre_tokenizer"] else [last]
            parts["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": steps}
        return parts

    def text(self):
        return "".join(self.random.choice(PIECES) for _ in range(self.random.randrange(14)))


def whole(parts):
    return {"version": "1.0", "truncation": None, "padding": None, "post_processor": None,
            **parts, "model": MODELS[parts["model"]]}


def cases(grammar, rounds):
    made, refused = [], 0
    while len(made) < rounds:
        parts = grammar.tokenizer()
        texts = [grammar.text() for _ in range(6)]
        # What the library cannot do it says by a panic, too, which is no Exception.
        try:
            tokenizer = Tokenizer.from_str(json.dumps(whole(parts)))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            refused += 1
            continue
        # Which of two tokens that are found by the same text is taken is the library's chance.
        normalize = tokenizer.normalizer.normalize_str if tokenizer.normalizer else str
        found = [normalize(token["content"]) for token in parts["added_tokens"] if token["normalized"]]
        if len(set(found)) < len(found):
            continue
        rows = []
        for text in texts:
            try:
                ids = tokenizer.encode(text, add_special_tokens=False).ids
                rows.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)})
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                refused += 1
        made.append({**parts, "texts": rows})
    return made, refused


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=pathlib.Path, default=OUT / "cases.json")
    options = parser.parse_args()
    made, refused = cases(Grammar(options.seed), options.rounds)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps({"models": MODELS, "cases": made}, separators=(",", ":")))
    print(f"{len(made)} tokenizers, {sum(len(case['texts']) for case in made)} texts, {refused} refused by the library")
    if options.output.parent == OUT:
        (OUT / "MANIFEST.json").write_text(json.dumps({
            "script": "Tests/Fixtures/make/tokenizer_grammar.py", "seed": options.seed, "rounds": options.rounds,
            "versions": {"tokenizers": tokenizers.__version__},
            "sha256": {"cases.json": hashlib.sha256(options.output.read_bytes()).hexdigest()}}, indent=2) + "\n")


if __name__ == "__main__":
    main()

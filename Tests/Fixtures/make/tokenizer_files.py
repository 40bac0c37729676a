"""Trains small tokenizers of every supported family and records what the `tokenizers` library does.

    python Tests/Fixtures/make/tokenizer_files.py

Writes Tests/Fixtures/tokenizers: one `<family>.json` a family (a tokenizer.json), `cases.json`
(for every family and text: ids with and without special tokens, decoded text, each token's own
text) and MANIFEST.json (versions, SHA-256). Training is deterministic; nothing is drawn at random
but the long text, whose seed is below.
"""

import collections
import hashlib
import json
import pathlib
import random

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers

OUT = pathlib.Path(__file__).parent.parent / "tokenizers"
SEED = 20260

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")

CORPUS = [
    "The red circle lies to the left of the blue square, and the circle's edge is thick.",
    "Which country is shown in the picture? It's Bolivia; they've drawn the rivers, I'm sure.",
    "A map of 1024 by 768 pixels, scale 1:250000, year 1998.",
    "Der Fluß fließt über die Grenze, naïve café façade, résumé.",
    "Карта показывает реку и город. Где находится озеро?",
    "地図には川と町があります。湖はどこですか。这张地图上有什么？",
    "हिन्दी में लिखा हुआ पाठ, नक़्शा और नदी।",
    "def area(width, height):\n    return width * height\n\n\n# done\n",
    "    indented\t\ttabs\r\nand carriage returns\r\n\r\n",
    "The the THE map maps mapping mapped mapper, feature features steering steered.",
] * 20

WORDS = "map river lake Bolivia circle's 42 1998 naïve über 地図 नदी река \n\n 🙂 -- e\u0301 the".split(" ")

TEXTS = [
    "",
    " ",
    "  ",
    "\n",
    "a",
    " a",
    "a ",
    "Hello, world!",
    "The red circle's edge, it's THEY'VE I'M we'll You'd don't",
    "'s 'S 'ſ 'RE 'Ve 'lL 'd'd ''s 're",
    "Which country? Bolivia.",
    "   leading and trailing   ",
    "many      spaces\tand\ttabs \t mixed",
    "line\nline\n\nline\r\nline\r\n\r\n  \n  x",
    "trailing newline \n",
    "   \n   \n",
    "1 12 123 1234 12345 123456 3.14159 1,000,000",
    "x1y22z333 ²³ ½ Ⅷ ٣٤٥ १२३",
    "naïve café façade Straße über ÅNGSTRÖM",
    "e\u0301 cafe\u0301 A\u030a \u1e9b\u0323 \u0344 \u2126 \u212b \ufb01",
    "हिन्दी में नक़्शा \u0915\u093c क़",
    "地図には川と町があります。这张地图",
    "한국어 \u1112\u1161\u11ab\u1100\u116e\u11a8",
    "🙂 👩‍👩‍👧‍👦 🇧🇴 👍🏽 ☃️",
    "مرحبا بالعالم שלום",
    "def f(x):\n    if x > 0:\n        return {'a': [1, 2]}  # done\n",
    "https://example.org/a_b?c=%20&d=#e",
    "\u00a0\u2003\u3000\u200b\ufeff\u2028\u2029\u0085x",
    "\x00\x01\x7f\x1b[0m",
    "a\u200db \u0300 \u20e3",
    "\U0001d400\U0001f9ff\U000e0041\U0010ffff",
    "ABCdefGHI_jkl-mno.pqr",
    "...!!!???\n\n---===***",
    "!\n\n x  \n!",
    "▁ ▁▁ a▁b Ġ Ċ <0x41> <unk> <s>",
    "<|begin_of_text|>hi<|eot_id|>",
    "x<image>y",
    "x <image> y <image><image>\n<image>",
    "<image>",
    " <image> the",
    "a <sep> b<sep>c \t<sep>\n d",
    "word wordy sword word. a word",
    "MAP map\u00e9 Map",
    "<|im_start|>user\nhi<|im_end|>\n",
    "\u1c89\u1c8a \U00010d40 \U000105c0 \U00016d40",  # letters and numbers of Unicode 16
    "\U00010940 \U00011de0 \ua7ce \U0001e6c0",  # assigned after Unicode 16
    "ﷺ ǅ ʰ ª º ⁿ Ⅷ ㊀ 〇 𝟘",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0bb5\u0ba3\u0b95\u0bcd\u0b95\u0bae\u0bcd",
]


def special(content, **flags):
    return AddedToken(content, special=True, normalized=False, **flags)


def finish(tokenizer):
    """Tokens of every kind of flag, the same in all families."""
    tokenizer.add_special_tokens([special("<image>"), special("<|eot_id|>"), special("<|im_end|>")])
    tokenizer.add_tokens([
        AddedToken("<sep>", lstrip=True, rstrip=True, normalized=False),
        AddedToken("word", single_word=True, normalized=False),
        AddedToken("map\u00e9", normalized=True),
    ])
    return tokenizer


def byte_level(pattern, normalizer=None, ignore_merges=False, begin=None, before=None):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if before is not None:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            before + [pre_tokenizers.ByteLevel(add_prefix_space=False)])
    elif pattern is None:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    if begin:
        tokenizer.add_special_tokens([special(begin)])
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single=f"{begin} $A", pair=f"{begin} $A {begin} $B:1",
                special_tokens=[(begin, tokenizer.token_to_id(begin))]),
        ])
    else:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return finish(tokenizer)


def fallback(normalizer, pre_tokenizer, fuse_unk=True, drop_bytes=False, strips=True):
    """The Llama-2 kind: bytes as <0xNN>, spaces as ▁."""
    training = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    training.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    training.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    counts = collections.Counter("▁".join(CORPUS).replace(" ", "▁"))
    # Chosen here: the trainer's own choice among equally frequent characters varies by run.
    alphabet = [c for c, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:90]]
    trainer = trainers.BpeTrainer(
        vocab_size=600, limit_alphabet=90, initial_alphabet=alphabet, special_tokens=["<unk>"],
        show_progress=False)
    training.train_from_iterator([text[:2000] for text in CORPUS], trainer)
    model = json.loads(training.to_str())["model"]
    names = ["<unk>", "<s>", "</s>"]
    if not drop_bytes:
        names += [f"<0x{byte:02X}>" for byte in range(256)]
    learned = sorted(model["vocab"].items(), key=lambda item: item[1])
    names += [token for token, _ in learned if token not in names]
    tokenizer = Tokenizer(models.BPE(
        vocab={name: index for index, name in enumerate(names)},
        merges=[tuple(merge) for merge in model["merges"]],
        unk_token="<unk>", fuse_unk=fuse_unk, byte_fallback=True))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
        *([decoders.Strip(" ", 1, 0)] if strips else [])])
    tokenizer.add_special_tokens([special("<unk>"), special("<s>"), special("</s>")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B:1", special_tokens=[("<s>", 1)])
    return finish(tokenizer)


def legacy_normalizer():
    return normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])


def roberta(tokenizer):
    """The special tokens of RoBERTa's kind around every text."""
    tokenizer.post_processor = processors.RobertaProcessing(
        ("<|im_end|>", tokenizer.token_to_id("<|im_end|>")), ("<|eot_id|>", tokenizer.token_to_id("<|eot_id|>")))
    return tokenizer


def families():
    yield "llama3", byte_level(LLAMA3, ignore_merges=True, begin="<|begin_of_text|>")
    yield "qwen2", byte_level(QWEN2, normalizer=normalizers.NFC())
    yield "gpt2", byte_level(None)
    yield "general-pattern", byte_level(r"\p{Lu}?\p{Ll}+|\p{N}+|\s+|[^\s\p{L}\p{N}]+|\p{L}")
    yield "llama2-legacy", fallback(legacy_normalizer(), None)
    yield "metaspace-first", fallback(
        None, pre_tokenizers.Metaspace("▁", prepend_scheme="first", split=False))
    yield "metaspace-always", fallback(
        None, pre_tokenizers.Metaspace("▁", prepend_scheme="always", split=True))
    pieces = pre_tokenizers
    yield "digits", byte_level(None, before=[pieces.Digits(individual_digits=True)])
    yield "digits-together", byte_level(
        None, normalizer=normalizers.NFKC(), before=[pieces.Digits(individual_digits=False)])
    yield "punctuation", roberta(byte_level(
        None, normalizer=normalizers.NFD(), before=[pieces.Punctuation()]))
    yield "punctuation-contiguous", byte_level(
        None, normalizer=normalizers.Sequence([normalizers.Strip(), normalizers.NFKD()]),
        before=[pieces.Punctuation("contiguous")])
    yield "split-inverted", byte_level(
        None, normalizer=normalizers.Replace(Regex(r"\s+"), " "),
        before=[pieces.Split(Regex(r"\p{L}+"), "merged_with_previous", invert=True)])
    yield "split-inverted-removed", byte_level(
        None, normalizer=normalizers.Strip(left=False, right=True),
        before=[pieces.Split(Regex("[A-Za-z0-9é]+| "), "removed", invert=True)])
    yield "split-contiguous", byte_level(
        None, before=[pieces.Split("a", "contiguous"), pieces.Split(Regex("[aeiou]"), "merged_with_next", invert=True)])
    yield "unknown-unfused", fallback(legacy_normalizer(), None, fuse_unk=False, drop_bytes=True)
    yield "gemma", gemma()


def gemma():
    """Gemma's: no space put in front, runs of newlines and of spaces and some tags as tokens of their own."""
    tokenizer = fallback(
        normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"), strips=False)
    runs = ["\n" * count for count in range(2, 6)] + ["▁" * count for count in range(2, 5)]
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in [*runs, "<table>", "</table>"]])
    return tokenizer


def ranges(cutter, alphabet):
    """The characters that `cutter` cuts out, as [first, last]."""
    found = []
    for character in alphabet:
        # Between letters: a character that is cut out leaves three pieces.
        if len(cutter.pre_tokenize_str("a" + character + "a")) == 3:
            if found and found[-1][1] == ord(character) - 1:
                found[-1][1] += 1
            else:
                found.append([ord(character)] * 2)
    return found


def main():
    OUT.mkdir(exist_ok=True)
    cases = {}
    rng = random.Random(SEED)
    long_text = " ".join(rng.choice(WORDS) for _ in range(250))
    for name, tokenizer in families():
        text = tokenizer.to_str(pretty=False)
        file = json.loads(text)
        if name in ("qwen2", "metaspace-first"):  # the older spelling of merges
            file["model"]["merges"] = [" ".join(merge) for merge in file["model"]["merges"]]
        text = json.dumps(file, ensure_ascii=name == "qwen2", separators=(",", ":"))
        (OUT / f"{name}.json").write_text(text)
        tokenizer = Tokenizer.from_str(text)
        rows = []
        for sample in TEXTS + [long_text]:
            ids = tokenizer.encode(sample, add_special_tokens=False).ids
            rows.append({
                "text": sample, "ids": ids,
                "idsWithSpecial": tokenizer.encode(sample).ids,
                "decoded": tokenizer.decode(ids, skip_special_tokens=False),
                "decodedWithoutSpecial": tokenizer.decode(ids, skip_special_tokens=True),
            })
        size = tokenizer.get_vocab_size()
        odd = [[rng.randrange(size) for _ in range(12)] for _ in range(40)]
        cases[name] = {
            "vocabularySize": size,
            "special": sorted(i for i, t in tokenizer.get_added_tokens_decoder().items() if t.special),
            "texts": rows,
            "randomIDs": [{"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)}
                          for ids in odd],
        }
    alphabet = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    (OUT / "classes.json").write_text(json.dumps({
        "digits": ranges(pre_tokenizers.Digits(individual_digits=True), alphabet),
        "punctuation": ranges(pre_tokenizers.Punctuation("isolated"), alphabet),
    }, separators=(",", ":")))
    (OUT / "cases.json").write_text(json.dumps(cases, ensure_ascii=True, separators=(",", ":")))
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
             for path in sorted(OUT.glob("*.json")) if path.name != "MANIFEST.json"}
    manifest = {"script": "Tests/Fixtures/make/tokenizer_files.py", "seed": SEED,
                "versions": {"tokenizers": tokenizers.__version__}, "sha256": files}
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""Says where in prompt files the tokens of their texts lie, by the tokenizers library's own offsets.

    python Tests/Fixtures/make/prompts.py

Writes Tests/Fixtures/prompts/cases.json and MANIFEST.json. Each case is a file of one user turn without
a template, whose text is the file itself from its first character on, so that the library's offsets
into that text, counted again in UTF-16, are the file's.
"""

import hashlib
import json
import pathlib
import unicodedata

import tokenizers

FIXTURES = pathlib.Path(__file__).parent.parent
OUT = FIXTURES / "prompts"

TEXTS = {
    "plain": "Is there a red circle?",
    "lines": "Is there a red circle\n\n in the  picture?\nYes",
    "astral": "a 🟥𝒳🟦 b",
    "combining": "Cafe\u0301 e\u0301\u0323a Ångström\nA\u030angstro\u0308m",
    "scripts": "漢字 한국어 हिन्दी ไทย",
    "joined": "👩‍👩‍👧‍👦 family",
}


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def place(text, offset):
    before = text[:offset]
    line = before.count("\n")
    return [line, utf16(before[before.rfind("\n") + 1 :])]


def widened(text, start, end):
    """A normaliser composes a letter with its marks, where the library gives the letter's offset alone."""
    while 0 < start < len(text) and unicodedata.combining(text[start]):
        start -= 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return start, end


def spans(text, encoding, normalises):
    """The places of the tokens that hold something of the text.

    Neither special tokens do nor a space that the tokenizer puts before the text.
    """
    kept = [
        offsets
        for token, offsets, special in zip(
            encoding.tokens, encoding.offsets, encoding.special_tokens_mask
        )
        if not special and not (token == "▁" and offsets[0] == 0)
    ]
    if normalises and unicodedata.normalize("NFC", text) != text:
        kept = [widened(text, *offsets) for offsets in kept]
    return [[place(text, start), place(text, end)] for start, end in kept if start < end]


def main():
    cases = []
    for model in ["llama3", "qwen2", "vicuna", "mistral"]:
        tokenizer = tokenizers.Tokenizer.from_file(str(FIXTURES / "models" / model / "tokenizer.json"))
        for name, text in TEXTS.items():
            encoding = tokenizer.encode(text)
            cases.append(
                {
                    "model": model,
                    "name": name,
                    "text": text,
                    "tokens": encoding.ids,
                    "ranges": spans(text, encoding, model == "qwen2"),
                }
            )
    OUT.mkdir(exist_ok=True)
    written = json.dumps({"cases": cases}, ensure_ascii=False, indent=None) + "\n"
    (OUT / "cases.json").write_text(written, encoding="utf-8")
    manifest = {
        "script": "Tests/Fixtures/make/prompts.py",
        "versions": {"tokenizers": tokenizers.__version__},
        "files": {"cases.json": hashlib.sha256(written.encode()).hexdigest()},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()

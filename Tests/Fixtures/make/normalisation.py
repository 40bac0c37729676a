"""Makes the tables of Unicode's normalisation forms, and what the forms should give.

    python Tests/Fixtures/make/normalisation.py    # Python's standard library alone

Writes Sources/Tokenization/Unicode/UnicodeTables.swift (decompositions, combining classes and
exclusions, of the Unicode version that Python's unicodedata has) and Tests/Fixtures/normalisation:
cases.txt, for every case the text and its forms C, D, KC and KD as code points, a form left empty
where it is the text itself; MANIFEST.json. The cases are those of Unicode's NormalizationTest, which
is made by the same rules: every character that has a decomposition, every combining mark before and
behind marks of other classes, singletons and exclusions; and random rows of characters that compose,
decompose or combine. Hangul is left to a test of its own, by the formulas of the standard.
"""

import hashlib
import json
import pathlib
import random
import textwrap
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
OUT = ROOT / "Tests/Fixtures/normalisation"
TABLES = ROOT / "Sources/Tokenization/Unicode/UnicodeTables.swift"
SEED = 1411
HANGUL = range(0xAC00, 0xD7A4)
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and c not in HANGUL]


def tables():
    canonical, compatible, classes = [], [], []
    for code in SCALARS:
        mapping = unicodedata.decomposition(chr(code))
        if mapping.startswith("<"):
            compatible.append(f"{code:X}=" + ",".join(mapping.split()[1:]))
        elif mapping:
            composes = unicodedata.normalize("NFC", chr(code)) == chr(code)
            canonical.append(f"{code:X}{'=' if composes else '!'}" + ",".join(mapping.split()))
        combining = unicodedata.combining(chr(code))
        if combining:
            if classes and classes[-1][1] == code - 1 and classes[-1][2] == combining:
                classes[-1][1] = code
            else:
                classes.append([code, code, combining])
    return canonical, compatible, [f"{a:X}-{b:X}={c}" for a, b, c in classes]


def literal(name, meaning, words):
    lines = textwrap.wrap(" ".join(words), 92, break_long_words=False, break_on_hyphens=False)
    body = " \\\n".join("    " + line for line in lines)
    return f'  /// {meaning}\n  static let {name} = """\n{body}\n    """\n'


def write_tables():
    canonical, compatible, classes = tables()
    TABLES.write_text(
        "/// Unicode's data for its normalisation forms, as Tests/Fixtures/make/normalisation.py wrote it.\n"
        "enum UnicodeTables {\n"
        f'  static let version = "{unicodedata.unidata_version}"\n\n'
        + literal("canonical", "Canonical decompositions, one step; ! marks what is never composed again.", canonical)
        + "\n" + literal("compatible", "Compatibility decompositions, one step.", compatible)
        + "\n" + literal("combiningClasses", "Combining classes other than 0, by ranges.", classes) + "}\n")


def codes(text):
    return " ".join(f"{ord(c):X}" for c in text)


def cases():
    rng = random.Random(SEED)
    marks = [c for c in SCALARS if unicodedata.combining(chr(c))]
    decomposable = [c for c in SCALARS if unicodedata.decomposition(chr(c))]
    for code in decomposable:
        yield chr(code)
    for code in marks:
        yield "a\u0315\u0300\u05ae" + chr(code) + "b"
        yield "a" + chr(code) + "\u0315\u0300\u05aeb"
    bases = [c for c in range(0x20, 0x250)] + [0x1100, 0x1161, 0x11A8, 0xAC00, 0xAC01, 0x1112, 0x1175]
    for _ in range(3000):
        yield "".join(
            chr(rng.choice(rng.choice([bases, marks, decomposable, marks]))) for _ in range(rng.randrange(2, 9)))


def main():
    write_tables()
    OUT.mkdir(exist_ok=True)
    lines = []
    for text in cases():
        forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]
        lines.append(";".join([codes(text)] + ["" if form == text else codes(form) for form in forms]))
    (OUT / "cases.txt").write_text("\n".join(lines) + "\n")
    manifest = {"script": "Tests/Fixtures/make/normalisation.py", "seed": SEED,
                "versions": {"unicode": unicodedata.unidata_version},
                "sha256": {"cases.txt": hashlib.sha256((OUT / "cases.txt").read_bytes()).hexdigest()}}
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()

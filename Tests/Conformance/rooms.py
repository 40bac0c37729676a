#!/usr/bin/env python3
"""Holds the sources to their map: who may import whom, and that no two folders of a room know each other.

    python3 Tests/Conformance/rooms.py            checks; exits with 1 where something is wrong
    python3 Tests/Conformance/rooms.py --write    writes the column "knows" of Sources/README.md first
    python3 Tests/Conformance/rooms.py --sizes    prints how long files and functions are

Checked are: every target declares what its files import and nothing else; the map's column "knows" says what
Package.swift declares; folders of a room refer to each other's types in one direction; no line of a source is
longer than 100 columns, comments included.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
WIDTH = 100
# Its folders are parted by who writes a type, a script or a hand, not by subject.
ONE_SUBJECT = {"KernelProtocol"}
# Written by scripts, whole lines of data.
GENERATED = {"OpenRPCDocument.swift", "UnicodeTables.swift"}
IMPORT = re.compile(
    r"^(?:(?:package|internal|private|fileprivate|public) )?import (?:(?:struct|class|enum|func) )?(\w+)",
    re.MULTILINE,
)
DECLARATION = re.compile(
    r"^(?:(?:package|public|internal|final|indirect) )*(?:struct|class|enum|protocol|actor|typealias) (\w+)",
    re.MULTILINE,
)
FUNCTION = re.compile(r"^( *)(?:@?\w+(?:\([^)]*\))? )*(?:func \S|init[?(<]|subscript[(<])")


def manifest() -> dict[str, list[str]]:
    """Targets of Package.swift with what each depends on."""
    dumped = subprocess.run(
        ["swift", "package", "dump-package"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    found = {}
    for target in json.loads(dumped)["targets"]:
        found[target["name"]] = [
            (each.get("byName") or each.get("product") or each.get("target"))[0]
            for each in target["dependencies"]
        ]
    return found


def folder(target: str) -> Path:
    tests = root / "Tests" / target
    return tests if tests.is_dir() else root / "Sources" / target


def sources(target: str) -> list[Path]:
    return sorted(folder(target).rglob("*.swift"))


def code(path: Path) -> str:
    """A source without comments and the texts in quotes."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'"""#?.*?"""#?', '""', text, flags=re.DOTALL)
    return re.sub(r'"(?:\\.|[^"\\\n])*"|//[^\n]*', "", text)


def undeclared(targets: dict[str, list[str]]) -> list[str]:
    known = set(targets) | {name for names in targets.values() for name in names}
    wrong = []
    for target, declared in targets.items():
        used = {name for path in sources(target) for name in IMPORT.findall(path.read_text())}
        used = used & known - {target}
        if not used and not sources(target):
            continue
        wrong += [f"{target} imports {name} and does not declare it" for name in sorted(used - set(declared))]
        wrong += [f"{target} declares {name} and does not import it" for name in sorted(set(declared) - used)]
    return wrong


def circles(targets: dict[str, list[str]]) -> list[str]:
    """Folders of a room that refer to each other's types, in both directions or around a circle."""
    wrong = []
    for target in targets:
        room = root / "Sources" / target
        if not room.is_dir() or target in ONE_SUBJECT:
            continue
        place, names = {}, {}
        for path in sources(target):
            parts = path.relative_to(room).parts
            place[path] = parts[0] if len(parts) > 1 else ""
            for name in DECLARATION.findall(code(path)):
                names.setdefault(name, set()).add(place[path])
        names = {name: places.pop() for name, places in names.items() if len(places) == 1}
        arrows: dict[tuple[str, str], set[str]] = {}
        for path, own in place.items():
            # What stands in the room itself brings its folders together: it may know all of them.
            if not own:
                continue
            for name in set(re.findall(r"\b[A-Z]\w*", code(path))):
                other = names.get(name)
                if other and other != own:
                    arrows.setdefault((own, other), set()).add(name)
        wrong += [f"{target}: {line}" for line in around(arrows)]
    return wrong


def around(arrows: dict[tuple[str, str], set[str]]) -> list[str]:
    after: dict[str, set[str]] = {}
    for start, end in arrows:
        after.setdefault(start, set()).add(end)

    def reaches(start: str, end: str) -> bool:
        seen, open_ = set(), [start]
        while open_:
            for each in after.get(open_.pop(), ()):
                if each == end:
                    return True
                if each not in seen:
                    seen.add(each)
                    open_.append(each)
        return False

    return [
        f"{start} knows {end} ({', '.join(sorted(names)[:6])}), and is known from there"
        for (start, end), names in sorted(arrows.items())
        if reaches(end, start)
    ]


ROW = re.compile(r"^\| (`[^|]*`) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)


def knows(targets: dict[str, list[str]], names: list[str]) -> str:
    found = list(dict.fromkeys(each for name in names for each in targets[name]))
    return ", ".join(f"`{each}`" if each in targets else each for each in found) or "nothing"


def map_of(targets: dict[str, list[str]], write: bool) -> list[str]:
    path = root / "Sources/README.md"
    text, wrong, seen = path.read_text(encoding="utf-8"), [], set()

    def row(match: re.Match[str]) -> str:
        names = re.findall(r"`(\w+)`", match[1])
        if not set(names) <= set(targets):
            return match[0]
        seen.update(names)
        right = knows(targets, names)
        if match[4] != right:
            wrong.append(f"Sources/README.md: {match[1]} knows {right}, the map says {match[4]}")
        return f"| {match[1]} | {match[2]} | {match[3]} | {right} |"

    new = ROW.sub(row, text)
    for name in targets:
        if (root / "Sources" / name).is_dir() and name not in seen:
            wrong.append(f"Sources/README.md has no row of {name}")
    if write:
        path.write_text(new, encoding="utf-8")
        return [each for each in wrong if "has no row" in each]
    return wrong


def wide() -> list[str]:
    files = [root / "Package.swift", *root.glob("Sources/**/*.swift"), *root.glob("Tests/**/*.swift")]
    files += [each for kind in ("c", "h", "inc") for each in root.glob(f"Sources/**/*.{kind}")]
    return [
        f"{path.relative_to(root)}:{number}: {len(line)} columns, at most {WIDTH}"
        for path in sorted(files)
        if path.name not in GENERATED
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        # A text without a space has no place to break at.
        if len(line) > WIDTH and " " in line.strip()
    ]


def sizes() -> None:
    files, functions, comments, lines = [], [], 0, 0
    for path in sorted(root.glob("Sources/**/*.swift")):
        if path.name in GENERATED or "Generated" in path.parts:
            continue
        text = path.read_text(encoding="utf-8").split("\n")
        files.append((len(text) - 1, str(path.relative_to(root))))
        lines += len(text) - 1
        comments += sum(1 for line in text if line.lstrip().startswith("//"))
        for start, line in enumerate(text):
            match = FUNCTION.match(line)
            if not match or line.rstrip().endswith("}"):
                continue
            end = next(
                (at for at in range(start + 1, len(text)) if text[at].startswith(match[1] + "}")), None
            )
            begins = next((at for at in range(start, len(text)) if text[at].rstrip().endswith("{")), None)
            if end and begins is not None and begins <= end:
                functions.append((end - start + 1, f"{path.relative_to(root)}:{start + 1}"))
    for name, found in (("files", sorted(files)), ("functions", sorted(functions))):
        at = lambda share: found[min(len(found) - 1, int(share * len(found)))][0]  # noqa: E731
        print(f"{len(found)} {name}: p50 {at(0.5)}, p90 {at(0.9)}, p99 {at(0.99)}, longest {found[-1]}")
    print(f"{lines} lines, comments {100 * comments / lines:.1f} %")


def main() -> int:
    arguments = sys.argv[1:]
    if unknown := [each for each in arguments if each not in ("--write", "--sizes")]:
        print(f"unknown argument {unknown[0]}: --write or --sizes expected", file=sys.stderr)
        return 2
    if "--sizes" in arguments:
        sizes()
        return 0
    targets = manifest()
    wrong = undeclared(targets) + map_of(targets, "--write" in arguments) + circles(targets) + wide()
    print("\n".join(wrong) if wrong else f"{len(targets)} targets are as the map has them")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

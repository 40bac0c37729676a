"""The colours of the report pages as the browser's window has them: a sheet with one palette for
light and one for dark, which a page may also choose against the system by `data-theme`.
"""

import re
from pathlib import Path

HEAD = """\
/* Made by protocol/generator from the colours of Sources/Reports/HTMLStyle.swift. */

"""


def files(style: Path) -> dict[str, str]:
    """Returns the sheet by its name.

    Raises ValueError where the style has no two palettes of the same names.
    """
    text = style.read_text(encoding="utf-8")
    palettes = [
        re.findall(r"(--[a-z]+): (#[0-9a-f]+);", block)
        for block in re.findall(r":root \{([^}]*)\}", text)]
    if len(palettes) != 2 or [each for each, _ in palettes[0]] != [each for each, _ in palettes[1]]:
        raise ValueError(f"{style} has no palettes for light and dark of the same names")
    light, dark = palettes
    return {"palette.css": HEAD + (
        block(":root", light) + block(':root[data-theme="dark"]', dark)
        + "@media (prefers-color-scheme: dark) {\n"
        + block('  :root:not([data-theme="light"])', dark) + "}\n")}


def block(selector: str, palette: list[tuple[str, str]]) -> str:
    indent = " " * (len(selector) - len(selector.lstrip()))
    lines = "".join(f"{indent}  {name}: {colour};\n" for name, colour in palette)
    return f"{selector} {{\n{lines}{indent}}}\n"

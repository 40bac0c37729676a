"""How Swift is written: comments, lists and literals as `swift format` leaves them."""

from __future__ import annotations

import re
import textwrap

WIDTH = 100
KEYWORDS = {
    "as", "break", "case", "catch", "class", "continue", "default", "defer", "do", "else", "enum",
    "extension", "fallthrough", "false", "for", "func", "guard", "if", "import", "in", "init",
    "inout", "internal", "is", "let", "nil", "operator", "private", "protocol", "public", "repeat",
    "return", "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
    "try", "typealias", "var", "where", "while",
}


def comment(text: str | None, pad: str) -> list[str]:
    """A documentation comment, paragraphs apart."""
    lines: list[str] = []
    for paragraph in (text or "").split("\n\n"):
        mark = f"{pad}/// "
        wrapped = textwrap.wrap(
            paragraph, WIDTH, initial_indent=mark, subsequent_indent=mark,
            break_long_words=False, break_on_hyphens=False)
        lines += [f"{pad}///"] * bool(lines and wrapped) + wrapped
    return lines


def list_between(opening: str, elements: list[str], closing: str, pad: str) -> list[str]:
    """Elements on the line of their brackets where they fit, else on as few lines as hold them."""
    line = f"{pad}{opening}{', '.join(elements)}{closing}"
    if len(line) <= WIDTH:
        return [line]
    return [pad + opening, *filled(elements, f"{pad}  "), pad + closing]


def filled(elements: list[str], pad: str) -> list[str]:
    """Elements with commas between them on as few lines as hold them."""
    lines, line = [], pad
    for index, element in enumerate(elements):
        text = element + ("," if index < len(elements) - 1 else "")
        if line != pad and len(line) + 1 + len(text) > WIDTH:
            lines.append(line)
            line = pad
        line += ("" if line == pad else " ") + text
    return [*lines, line]


def assignment(name: str, value: str, pad: str) -> list[str]:
    line = f"{pad}{name} = {value}"
    return [line] if len(line) <= WIDTH else [f"{pad}{name} =", f"{pad}  {value}"]


def number(value: int | float) -> str:
    if value != int(value):
        return repr(value)
    return f"{int(value):_}" if value >= 10_000 else str(int(value))


def identifier(name: str) -> str:
    return f"`{name}`" if name in KEYWORDS else name


def case_name(value: str) -> str:
    """`gemma-scope` → `gemmaScope`."""
    head, *rest = re.split("[-_]", value)
    return identifier(head + "".join(each[:1].upper() + each[1:] for each in rest))


def capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]

"""Cells as statements: commands of one line, or a method of the protocol with JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Iterator, Union

METHOD = re.compile(r"^(?:[a-z]+/[A-Za-z]+|rpc\.discover)(?=$|[\s{])")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s",=]+|[=,]')


class CellError(Exception):
    """A cell that cannot be understood; `line` counts from 1."""

    def __init__(self, message: str, line: int = 0, incomplete: bool = False):
        super().__init__(f"line {line}: {message}" if line else message)
        self.incomplete = incomplete


class Text(str):
    """A word that stood in quotation marks."""


@dataclass
class Raw:
    """`method {params}`."""

    method: str
    params: dict[str, Any]
    line: int


@dataclass
class Command:
    """`name positional… key = value… clause value…`"""

    name: str
    line: int
    positional: list[str] = field(default_factory=list)
    assigned: dict[str, str] = field(default_factory=dict)
    clauses: dict[str, str] = field(default_factory=dict)


Statement = Union[Raw, Command]


def statements(cell: str, clauses: dict[str, tuple[str, ...]]) -> Iterator[Statement]:
    """The statements of a cell. `clauses` names each command's words that take a value, such as `vs`."""
    lines = cell.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        number = at + 1
        at += 1
        if not line or line.startswith("#"):
            continue
        found = METHOD.match(line)
        if found is None:
            yield command(line, number, clauses)
            continue
        text = line[found.end() :].strip()
        while text and not _balanced(text) and at < len(lines):
            text += "\n" + lines[at]
            at += 1
        yield Raw(found[0], _params(text, number), number)


def _balanced(text: str) -> bool:
    """Whether every brace and quotation mark of a JSON text is closed."""
    depth, quoted, escaped = 0, False, False
    for each in text:
        if quoted:
            if escaped:
                escaped = False
            elif each == "\\":
                escaped = True
            elif each == '"':
                quoted = False
        elif each == '"':
            quoted = True
        elif each in "{[":
            depth += 1
        elif each in "}]":
            depth -= 1
    return depth <= 0 and not quoted


def _params(text: str, line: int) -> dict[str, Any]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        place = line + error.lineno - 1
        raise CellError(f"no JSON: {error.msg}", place, incomplete=not _balanced(text)) from None
    if not isinstance(found, dict):
        raise CellError("params are an object, {…}", line)
    return found


def words(line: str, number: int = 0) -> list[str]:
    """The words of a line; quoted ones as `Text`, `=` and `,` by themselves."""
    found: list[str] = []
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(line, at)
        if match is None:
            raise CellError('a quotation mark (") is not closed', number)
        text = match[0]
        if text.startswith('"'):
            try:
                found.append(Text(json.loads(text, strict=False)))
            except json.JSONDecodeError as error:
                raise CellError(f"{text}: {error.msg}", number) from None
        else:
            found.append(text)
        at = match.end()
    return found


def command(line: str, number: int, clauses: dict[str, tuple[str, ...]]) -> Command:
    name, *rest = words(line, number)
    found = Command(name, number)
    names = clauses.get(name, ())
    at = 0
    while at < len(rest):
        word = rest[at]
        plain = not isinstance(word, Text)
        following = rest[at + 1] if at + 1 < len(rest) else None
        if plain and word == ",":
            at += 1
        elif plain and word == "=":
            raise CellError("= stands behind a name or a number", number)
        elif following == "=" and not isinstance(following, Text):
            if at + 2 >= len(rest):
                raise CellError(f"{word} = …: the value is missing", number)
            found.assigned[word] = rest[at + 2]
            at += 3
        elif plain and word in names:
            if following is None:
                raise CellError(f"{word} …: what follows is missing", number)
            found.clauses[word] = following
            at += 2
        else:
            found.positional.append(word)
            at += 1
    return found

"""Writes what the protocol decides of the Python client: methods, types and kinds of error."""

from __future__ import annotations

import json
import keyword
import runpy
import textwrap
from pathlib import Path

from document import Document

RECORDS = Path(__file__).resolve().parents[1] / "clients/python/src/lucarne/records.py"
# The client's own, read without its package, which needs what is written here.
snake = runpy.run_path(str(RECORDS))["snake"]

HEADER = '''"""{title} Written by protocol/generator from protocol/openrpc.json."""

# fmt: off
from __future__ import annotations

'''
# What the client itself sends and reads.
LIFE_CYCLE = {"initialize", "shutdown"}
TOKENS = {"workDoneToken", "partialResultToken"}


def class_name(name: str) -> str:
    """`AblationRun.Change` → `AblationRunChange`; `ablation/run` → `AblationRun`."""
    parts = name.replace("/", ".").split(".")
    return "".join(each[:1].upper() + each[1:] for each in parts)


def python_name(name: str) -> str:
    found = snake(name)
    return found + "_" if keyword.iskeyword(found) else found


def doc(text: str, indent: int) -> str:
    """A docstring at `indent`, wrapped to 110 columns."""
    pad = " " * indent
    paragraphs = []
    for paragraph in text.replace("\\", "\\\\").split("\n"):
        hang = len(paragraph) - len(paragraph.lstrip()) + 2 if paragraph[:1] == " " else 0
        paragraphs.append(
            "\n".join(
                textwrap.wrap(
                    paragraph,
                    110,
                    initial_indent=pad,
                    subsequent_indent=pad + " " * hang,
                    drop_whitespace=True,
                )
            )
            if paragraph
            else ""
        )
    body = "\n".join(paragraphs).strip()
    closing = "\n" + pad if "\n" in body else ""
    return f'{pad}"""{body}{closing}"""\n'


class Writer:
    def __init__(self, document: Document):
        self.schemas = document.schemas
        self.methods = [each for each in document.methods if each["name"] not in LIFE_CYCLE]
        self.document = document
        self.resolve = document.resolve

    # Types

    def is_object(self, schema: dict) -> bool:
        return "properties" in schema or any(
            self.is_object(self.resolve(each)) for each in schema.get("oneOf", [])
        )

    def annotation(self, schema: dict, of_params: bool = False) -> str:
        """The type of a value; params may be mappings where results are records."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            target = self.schemas[name]
            if name == "WireTensor":
                return "Tensor"
            if self.is_object(target):
                own = class_name(name)
                return f"{own} | Mapping[str, Any]" if of_params else own
            return class_name(name)
        if "const" in schema:
            return f"Literal[{json.dumps(schema['const'])}]"
        if "enum" in schema:
            return f"Literal[{', '.join(map(json.dumps, schema['enum']))}]"
        if "oneOf" in schema:
            found = [self.annotation(each, of_params) for each in schema["oneOf"]]
            return " | ".join(dict.fromkeys(found))
        kinds = schema.get("type")
        if isinstance(kinds, list):
            return " | ".join(
                dict.fromkeys(self.annotation({"type": each}, of_params) for each in kinds)
            )
        if kinds == "array":
            inner = self.annotation(schema.get("items", {}), of_params)
            return f"Sequence[{inner}]" if of_params else f"list[{inner}]"
        if kinds == "object":
            return "Mapping[str, Any]" if of_params else "Record"
        simple = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
        return {**simple, "null": "None"}.get(kinds, "Any")

    def properties(self, schema: dict) -> dict[str, tuple[dict, bool]]:
        """Members by name with their schemas and whether they are always there."""
        required = set(schema.get("required", []))
        found = {
            name: (each, name in required)
            for name, each in sorted(schema.get("properties", {}).items())
        }
        for alternative in schema.get("oneOf", []):
            for name, (each, _) in self.properties(self.resolve(alternative)).items():
                known = found.get(name)
                both = {"oneOf": [known[0], each]} if known and known[0] != each else each
                found[name] = (both, False)
        return found

    def nested(self, schema: dict) -> str:
        """The record class of a member, or of a list's elements."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            target = self.schemas[name]
            if name == "WireTensor":
                return "Tensor"
            if self.is_object(target):
                return f'"{class_name(name)}"'
            return self.nested({key: value for key, value in target.items() if key != "$ref"})
        if schema.get("type") == "array":
            return self.nested(schema.get("items", {}))
        if "oneOf" in schema:
            found = {self.nested(each) for each in schema["oneOf"]} - {"None"}
            return found.pop() if len(found) == 1 else "None"
        return "None"

    def record(self, name: str, schema: dict) -> str:
        lines = [f"class {name}(Record):\n"]
        description = schema.get("description")
        if description:
            lines.append(doc(description, 4) + "\n")
        members = self.properties(schema)
        for member, (each, always) in members.items():
            optional = "" if always else " | None"
            lines.append(f"    {python_name(member)}: {self.annotation(each)}{optional}\n")
            if each.get("description"):
                lines.append(doc(each["description"], 4))
        if not members and not description:
            lines.append("    pass\n")
        table = ", ".join(
            f'"{member}": {self.nested(each)}' for member, (each, _) in members.items()
        )
        self.tables.append((name, table))
        return "".join(lines)

    def types(self) -> str:
        self.tables: list[tuple[str, str]] = []
        aliases, classes = [], []
        for name, schema in sorted(self.schemas.items()):
            if name == "WireTensor":
                continue
            if self.is_object(schema):
                classes.append(self.record(class_name(name), schema))
            else:
                aliases.append(f"{class_name(name)} = {self.alias(schema)}\n")
                if schema.get("description"):
                    aliases.append(doc(schema["description"], 0))
        for method in self.methods:
            schema = method["result"]["schema"]
            if "$ref" not in schema and schema.get("type") == "object":
                name = class_name(method["name"]) + "Result"
                classes.append(
                    self.record(name, {"description": f"What {method['name']} answers.", **schema})
                )
        tables = "".join(
            f"{name}._members = {{{table}}}\n".replace('"', "'") for name, table in self.tables
        )
        # The tables name classes that stand below them, so they come last.
        for name, _ in self.tables:
            tables = tables.replace(f": '{name}'", f": {name}")
        return (
            HEADER.format(title="The protocol's types.")
            + "from typing import Any, Literal, Union\n\n"
            + "from .records import Record, Tensor\n\n\n"
            + "".join(aliases)
            + "\n\n"
            + "\n\n".join(classes)
            + "\n\n"
            + tables
        )

    def alias(self, schema: dict) -> str:
        """The right side of an alias, which runs, so that names still to come are quoted."""
        found = self.annotation(schema)
        return f'Union[{", ".join(found.split(" | "))}]' if " | " in found else found

    # Methods

    def result_type(self, method: dict) -> str:
        schema = method["result"]["schema"]
        if "$ref" in schema:
            return class_name(schema["$ref"].rsplit("/", 1)[1])
        return class_name(method["name"]) + "Result" if schema.get("type") == "object" else "Record"

    def method(self, method: dict, asynchronous: bool, streaming: bool) -> str:
        name = method["name"]
        params = [each for each in method["params"] if each["name"] not in TOKENS]
        params.sort(key=lambda each: not each.get("required"))
        works = any(each["name"] == "workDoneToken" for each in method["params"])
        arguments, notes = [], []
        for each in params:
            kind = self.annotation(each["schema"], of_params=True)
            optional = "" if each.get("required") else " | None = None"
            arguments.append(f"{python_name(each['name'])}: {kind}{optional}")
            if each.get("description"):
                notes.append(f"  {python_name(each['name'])}: {each['description']}")
        if works:
            arguments.append("progress: Progress = None")
            notes.append("  progress: True for a bar, or a function of each $/progress value.")
        result = self.result_type(method)
        head = python_name(name.split("/")[-1].split(".")[-1]) + ("_stream" if streaming else "")
        star = ["*"] if arguments else []
        kind = result
        if streaming:
            partial = method["x-partialResult"]["properties"]
            # Where a partial result says more than a list, such as whose tokens, it comes as it is.
            member, schema = next(iter(partial.items())) if len(partial) == 1 else ("", {})
            item = self.nested(schema).strip('"') if member else "Record"
            kind = f"{'AsyncStream' if asynchronous else 'Stream'}[{item}, {result}]"
        asks = asynchronous and not streaming
        lines = [
            f"    {'async ' if asks else ''}def {head}"
            f"({', '.join(['self'] + star + arguments)}) -> {kind}:\n"
        ]
        text = method.get("summary", "")
        if method.get("description"):
            text += "\n\n" + method["description"]
        if streaming:
            streamed = f"its {member or 'partial results'} as they are found, then `.result`."
            text = f"The same as {head[:-7]}, {streamed}\n\n{text}"
        if notes:
            text += "\n\n" + "\n".join(notes)
        kinds = method.get("x-errorKinds")
        if kinds:
            text += "\n\nRaises: " + ", ".join(each[:1].upper() + each[1:] for each in kinds) + "."
        lines.append(doc(f"{name}: {text}", 8))
        sent = ", ".join(f'"{each["name"]}": {python_name(each["name"])}' for each in params)
        call = "stream" if streaming else "call"
        extra = f', "{member}", {item}' if streaming else ""
        progress = ", progress=progress" if works else ""
        wait = "await " if asks else ""
        lines.append(
            f"        return {wait}self._kernel.{call}("
            f'"{name}", {{{sent}}}, {result}{extra}{progress})\n'
        )
        return "".join(lines)

    def namespaces(self) -> dict[str, list[dict]]:
        found: dict[str, list[dict]] = {}
        for each in self.methods:
            space = each["name"].replace(".", "/").split("/")[0]
            found.setdefault(space, []).append(each)
        return found

    def methods_file(self) -> str:
        classes = []
        for asynchronous in (False, True):
            prefix = "Async" if asynchronous else ""
            caller = f"{prefix}Caller"
            for space, methods in self.namespaces().items():
                lines = [
                    f"class {prefix}{class_name(space)}Methods:\n",
                    f'    """The methods {space}/…"""\n\n',
                    f"    def __init__(self, kernel: {caller}):\n        self._kernel = kernel\n",
                ]
                for each in methods:
                    lines.append("\n" + self.method(each, asynchronous, False))
                    if "x-partialResult" in each:
                        lines.append("\n" + self.method(each, asynchronous, True))
                classes.append("".join(lines))
            lines = [
                f"class {prefix}Methods:\n",
                '    """Every namespace of the protocol."""\n\n',
                f"    def __init__(self: {caller}) -> None:\n",
            ]
            for space in self.namespaces():
                lines.append(
                    f"        self.{space} = {prefix}{class_name(space)}Methods(self)\n"
                )
            classes.append("".join(lines))
        results = {self.result_type(each) for each in self.methods} - {"Record"}
        schemas = {class_name(each) for each in self.schemas if each != "WireTensor"}
        names = ", ".join(sorted(schemas | results))
        imports = "\n".join(
            textwrap.wrap(names, 100, initial_indent="    ", subsequent_indent="    ")
        )
        return (
            HEADER.format(title="The protocol's methods.")
            + "from typing import Any, Literal, Mapping, Sequence\n\n"
            + "from .calls import AsyncCaller, AsyncStream, Caller, Progress, Stream\n"
            + "from .records import Record, Tensor\n"
            + f"from .types import (\n{imports},\n)\n\n\n"
            + "\n\n".join(classes)
        )

    def kinds_file(self) -> str:
        kinds = self.document.error_kinds
        classes = "\n\n".join(
            f"class {each['kind'][:1].upper() + each['kind'][1:]}(RequestFailed):\n"
            + doc(each["description"], 4)
            for each in kinds
        )
        table = "".join(
            f'    "{each["kind"]}": {each["kind"][:1].upper() + each["kind"][1:]},\n' for each in kinds
        )
        return (
            HEADER.format(title="The kinds of failure.")
            + "from .errors import RequestFailed\n\n\n"
            + classes
            + "\n\nBY_KIND: dict[str | None, type[RequestFailed]] = {\n"
            + table
            + "}\n"
        )

    def files(self) -> dict[str, str]:
        return {
            "types.py": self.types(),
            "methods.py": self.methods_file(),
            "kinds.py": self.kinds_file(),
        }


def files(document: Document) -> dict[str, str]:
    """The texts of the files by their names."""
    return Writer(document).files()

"""Writes the methods of the browser's client, an ES module without dependencies."""

from __future__ import annotations

import json
import textwrap

from document import Document
from python_client import LIFE_CYCLE, TOKENS

HEADER = """/** The protocol's methods. Written by protocol/generator from protocol/openrpc.json. */

"""


def doc(text: str, indent: int) -> str:
    """A comment at `indent`, wrapped to 100 columns; a hanging indent where a line begins with @."""
    pad = " " * indent
    lines = []
    for paragraph in text.replace("*/", "*\\/").split("\n"):
        hang = "  " if paragraph.startswith("@") else ""
        lines += textwrap.wrap(
            paragraph, 100 - indent - 3, subsequent_indent=hang, break_long_words=False) or [""]
    if len(lines) == 1:
        return f"{pad}/** {lines[0]} */\n"
    body = "".join(f"{pad} * {line}".rstrip() + "\n" for line in lines)
    return f"{pad}/**\n{body}{pad} */\n"


class Writer:
    def __init__(self, document: Document):
        self.document = document
        self.methods = [each for each in document.methods if each["name"] not in LIFE_CYCLE]

    def kind(self, schema: dict) -> str:
        """A value's type as JSDoc has it; an object with a name goes by its name."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            target = self.document.schemas[name]
            return self.kind(target) if "enum" in target or "type" in target and target["type"] not in (
                "object", "array") else name
        if "enum" in schema:
            return "(" + "|".join(json.dumps(each) for each in schema["enum"]) + ")"
        if schema.get("type") == "array":
            return f"{self.kind(schema.get('items', {}))}[]"
        if isinstance(schema.get("type"), list):
            return "(" + "|".join(self.kind({"type": each}) for each in schema["type"]) + ")"
        simple = {"string", "number", "boolean", "null"}
        if schema.get("type") == "integer":
            return "number"
        return schema["type"] if schema.get("type") in simple else "object"

    def method(self, method: dict) -> str:
        name = method["name"]
        notes = [method["summary"]]
        if method.get("description"):
            notes.append(method["description"])
        for each in method["params"]:
            if each["name"] in TOKENS:
                continue
            mark = f"params.{each['name']}"
            mark = mark if each.get("required") else f"[{mark}]"
            about = f" {each['description']}" if each.get("description") else ""
            notes.append(f"@param {{{self.kind(each['schema'])}}} {mark}{about}")
        short = name.replace(".", "/").split("/")[-1]
        return (
            doc("\n".join(notes), 4)
            + f"    {short}: (params, options) => kernel.request({json.dumps(name)}, params, options),\n"
        )

    def spaces(self) -> dict[str, list[dict]]:
        found: dict[str, list[dict]] = {}
        for each in self.methods:
            found.setdefault(each["name"].replace(".", "/").split("/")[0], []).append(each)
        return found

    def tokens(self) -> str:
        """Which methods report progress, and which send partial results under which member."""
        lines = ["/** What a method can report while it runs: progress, and members that come in parts. */\n"]
        lines.append("export const reports = {\n")
        for each in self.methods:
            names = {param["name"] for param in each["params"]}
            if not names & TOKENS:
                continue
            lists = [
                member for member, schema in each.get("x-partialResult", {}).get("properties", {}).items()
                if schema.get("type") == "array"
            ]
            progress = "true" if "workDoneToken" in names else "false"
            parts = json.dumps(lists[0]) if lists else "null"
            lines.append(f"  {json.dumps(each['name'])}: {{ progress: {progress}, parts: {parts} }},\n")
        return "".join(lines) + "};\n\n"

    def text(self) -> str:
        spaces = []
        for space, methods in self.spaces().items():
            spaces.append(f"  {space}: {{\n" + "".join(map(self.method, methods)) + "  },\n")
        about = (
            "Every method by its name, `methods(connection).context.open(params, options)`.\n"
            "@param {{request: function(string, object, object): Promise<object>}} kernel "
            "asks and answers; see connection.js for its options."
        )
        return (
            HEADER + self.tokens() + doc(about, 0)
            + "export const methods = (kernel) => ({\n" + "".join(spaces) + "});\n"
        )


def files(document: Document) -> dict[str, str]:
    """The texts of the files by their names."""
    return {"methods.js": Writer(document).text()}

"""Writes Sources/KernelProtocol/Generated: a file a method, with the types that are its own, and a
file for each type that several share.

A schema `A.B` becomes the type `B` inside of `A`. An enumeration that has a name becomes an enum,
one written in its place stays a String. What comes with params is checked as it is read: bounds
of numbers, lists that must have an element.
"""

from __future__ import annotations

import re

from document import Document, target
from swift_names import (
    ALSO_READ, BY_HAND, ENVELOPE, HASHABLE, SPELLINGS, root_of, swift_name, type_name)
from swift_text import (
    assignment, case_name, comment, filled, identifier, list_between, number)

# Bounds that are another member of the same object.
RELATIVE = ("x-minimum", "x-maximum", "x-exclusiveMaximum")
CHECKED = {"minimum", "maximum", "minItems", *RELATIVE}
# What a schema might ask of params and no check is written for.
UNCHECKED = {
    "exclusiveMaximum", "exclusiveMinimum", "maxItems", "maxLength", "minLength", "multipleOf",
    "pattern", "uniqueItems",
}
SIMPLE = {"string": "String", "integer": "Int", "number": "Double", "boolean": "Bool"}
NOTE = "// Written by protocol/generator from protocol/openrpc.json.\n"


class Unwritable(ValueError):
    """A schema that this writer has no Swift for."""


def by_value(description: str, values: list[str]) -> tuple[str, dict[str, str]]:
    """Parts `Of all. one: Of one. other: Of another.`: what is said of all, and of each value."""
    names = "|".join(map(re.escape, values))
    about, *rest = re.split(rf"(?:^|(?<=[.;]) )({names}): ", description)
    texts = [each.rstrip(".;") + "." for each in rest[1::2]]
    return about, dict(zip(rest[::2], texts))


def is_plain(schema: dict) -> bool:
    """Whether a schema only names a text, a number or a truth value: Swift's is used as it is."""
    return schema.get("type") in SIMPLE and "enum" not in schema


class Writer:
    def __init__(self, document: Document):
        self.document = document
        unknown = (BY_HAND.keys() | SPELLINGS.keys() | ALSO_READ) - document.schemas.keys()
        if unknown:
            raise Unwritable(f"{', '.join(sorted(unknown))}: in swift_names.py, but no schema")
        deep = [name for name in document.schemas if name.count(".") > 1]
        if deep:
            raise Unwritable(f"{', '.join(deep)}: a type within a type within a type")
        self.taken = {swift_name(name) for name in document.schemas}
        self.names = {
            swift_name(name): schema
            for name, schema in document.schemas.items()
            if name not in BY_HAND and not is_plain(schema)
        }
        self.incoming = set(ALSO_READ)
        for method in document.methods:
            self.reach([each["schema"] for each in self.params(method)])

    def reach(self, value: object) -> None:
        """Notes each schema that a value names: it comes with params."""
        if isinstance(value, list):
            for each in value:
                self.reach(each)
        elif isinstance(value, dict):
            name = target(value)
            if name and name not in self.incoming:
                self.incoming.add(name)
                self.reach(self.document.schemas[name])
            self.reach(list(value.values()))

    def params(self, method: dict) -> list[dict]:
        return [each for each in method["params"] if each["name"] not in ENVELOPE]

    # Types of values

    def type(self, schema: dict, root: str) -> str:
        """A value's type as it is spelt within the type `root`."""
        name = target(schema)
        if name and name not in BY_HAND and is_plain(self.document.schemas[name]):
            return self.type(self.document.schemas[name], root)
        if name:
            spelt = swift_name(name)
            if root_of(spelt) == root and "." in spelt:
                return spelt.split(".", 1)[1]
            if f"{root}.{root_of(spelt)}" in self.taken:
                raise Unwritable(f"{spelt} is hidden by {root}.{root_of(spelt)}")
            return spelt
        if "oneOf" in schema or "properties" in schema:
            raise Unwritable(f"in {root}, an object or a choice without a name of its own")
        kind = schema.get("type", "string" if "enum" in schema else "object")
        if kind == "array":
            return f"[{self.type(schema['items'], root)}]"
        if "additionalProperties" in schema:
            return f"[String: {self.type(schema['additionalProperties'], root)}]"
        if kind in ("object", "null"):
            return "JSONValue"
        if isinstance(kind, list):
            return SIMPLE[next(each for each in kind if each != "null")]
        return SIMPLE[kind]

    def structure(
        self, name: str, schema: dict, root: str, pad: str, *, conformances: str, is_read: bool
    ) -> list[str]:
        """A struct without its closing brace, so that types can follow within it."""
        members = [
            (member, each, member in schema.get("required", []))
            for member, each in schema["properties"].items()
        ]
        lines = comment(schema.get("description"), pad)
        lines.append(f"{pad}package struct {name}: {conformances} {{")
        pad += "  "
        parameters = []
        for member, each, is_required in members:
            kind = self.type(each, root) + ("" if is_required else "?")
            lines += comment(each.get("description"), pad)
            lines.append(f"{pad}package var {identifier(member)}: {kind}")
            parameters.append(f"{member}: {kind}" + ("" if is_required else " = nil"))
        lines += ["", *list_between("package init(", parameters, ") {", pad)]
        lines += [f"{pad}  self.{member} = {identifier(member)}" for member, _, _ in members]
        lines.append(pad + "}")
        if is_read and any(self.is_checked(each) for _, each, _ in members):
            lines += ["", f"{pad}package init(from decoder: any Decoder) throws {{"]
            lines.append(f"{pad}  let members = try decoder.container(keyedBy: CodingKeys.self)")
            for member, each, is_required in self.in_order_of_reading(members):
                value = self.reading(member, each, is_required, root)
                lines += assignment(identifier(member), value, pad + "  ")
            lines.append(pad + "}")
        return lines

    # Checks

    def is_checked(self, schema: dict) -> bool:
        return not CHECKED.isdisjoint(schema)

    def in_order_of_reading(self, members: list[tuple]) -> list[tuple]:
        """A member that bounds another is read before it."""
        by_name = {each[0]: each for each in members}
        ordered: dict[str, tuple] = {}
        for member in members:
            for bound in [member[1][each] for each in RELATIVE if each in member[1]]:
                ordered.setdefault(bound, by_name[bound])
            ordered.setdefault(member[0], member)
        return list(ordered.values())

    def reading(self, member: str, schema: dict, is_required: bool, root: str) -> str:
        key, items = identifier(member), schema.get("items", {})
        unknown = UNCHECKED & (schema.keys() | items.keys()) | CHECKED & items.keys()
        if unknown:
            raise Unwritable(f"{root}: no check of {', '.join(sorted(unknown))} for {member}")
        if not self.is_checked(schema):
            call = "decode" if is_required else "decodeIfPresent"
            return f"try members.{call}({self.type(schema, root)}.self, forKey: .{key})"
        if schema["type"] == "array":
            if schema["minItems"] != 1:
                raise Unwritable(f"{root}: {member} has other bounds than one element or more")
            call = f"try members.nonEmpty(.{key})"
            return call if is_required else f"members.contains(.{key}) ? {call} : nil"
        if schema["type"] == "number":
            if is_required or not {"minimum", "maximum"} <= schema.keys():
                raise Unwritable(f"{root}: {member} is no optional number with two bounds")
            bounds = f"{number(schema['minimum'])}...{number(schema['maximum'])}"
            return f"try members.optionalNumber(.{key}, in: {bounds})"
        call = "integer" if is_required else "optionalInteger"
        return f"try members.{call}(.{key}, in: {self.bounds(schema)})"

    def bounds(self, schema: dict) -> str:
        if "minimum" not in schema:
            raise Unwritable("a whole number with a maximum needs a minimum")
        low = schema.get("x-minimum") or number(schema["minimum"])
        if "x-maximum" in schema:
            return f"{low}...max({low}, {schema['x-maximum']})"
        if "x-exclusiveMaximum" in schema:
            return f"{low}...max({low}, {schema['x-exclusiveMaximum']} - 1)"
        return f"{low}...{number(schema['maximum']) if 'maximum' in schema else 'Int.max'}"

    # Schemas

    def enumeration(self, name: str, schema: dict, pad: str) -> list[str]:
        about, about_values = by_value(schema.get("description", ""), schema["enum"])
        lines = comment(about, pad)
        lines.append(f"{pad}package enum {name}: String, WireName {{")
        names = schema.get("x-enumNames") or [case_name(value) for value in schema["enum"]]
        for case, value in zip(names, schema["enum"], strict=True):
            raw_value = "" if case.strip("`") == value else f' = "{value}"'
            lines += comment(about_values.get(value), f"{pad}  ")
            lines.append(f"{pad}  case {case}{raw_value}")
        return lines

    def schema(self, name: str, pad: str) -> list[str]:
        """The type of a schema, by the type's full name, with the types within it."""
        schema, own = self.names[name], name.split(".")[-1]
        if "enum" in schema:
            lines = self.enumeration(own, schema, pad)
        elif "properties" in schema and "oneOf" not in schema:
            kind = "Hashable" if name in HASHABLE else "Equatable"
            lines = self.structure(
                own, schema, root_of(name), pad, conformances=f"Codable, Sendable, {kind}",
                is_read=name in self.incoming)
        else:
            raise Unwritable(f"{name}: no enumeration and no object; list it in swift_names.py?")
        return [*lines, *self.nested(name, pad + "  "), pad + "}"]

    def nested(self, root: str, pad: str) -> list[str]:
        """The types within one, each behind an empty line."""
        lines = []
        for name in self.names:
            if name.startswith(f"{root}."):
                lines += ["", *self.schema(name, pad)]
        return lines

    # Methods

    def method(self, method: dict) -> list[str]:
        name = type_name(method["name"])
        about = "\n\n".join(method[each] for each in ("summary", "description") if each in method)
        lines = [*comment(about, ""), f"package enum {name}: Request {{"]
        lines.append(f'  package static let method = "{method["name"]}"')
        lines.append(f"  package static let lane = Lane.{method['x-lane']}")
        if any(each["name"] == "workDoneToken" for each in method["params"]):
            lines.append("  package static let isLong = true")
        partial = method.get("x-partialResult", {}).get("properties", {})
        for member, schema in partial.items():
            if schema.get("type") == "array":
                lines.append(f'  package static let partialResults: String? = "{member}"')
        lines += ["", *self.params_type(method, name)]
        lines += ["", *self.result_type(method["result"]["schema"], name)]
        return [*lines, *self.nested(name, "  "), "}"]

    def params_type(self, method: dict, root: str) -> list[str]:
        params = self.params(method)
        if not params:
            return ["  package typealias Params = Empty"]
        first = self.first_with(params, method["name"].split("/")[0])
        if first != method["name"]:
            return [f"  package typealias Params = {type_name(first)}.Params"]
        described = [
            each["schema"] | ({"description": each["description"]} if "description" in each else {})
            for each in params
        ]
        names = [each["name"] for each in params]
        schema = {
            "properties": dict(zip(names, described)),
            "required": [each["name"] for each in params if each["required"]],
        }
        of_context = {"context", "version"} <= set(names)
        conformances = "ContextParams, Equatable" if of_context else "Codable, Sendable, Equatable"
        lines = self.structure(
            "Params", schema, root, "  ", conformances=conformances, is_read=True)
        return [*lines, "  }"]

    def first_with(self, params: list[dict], space: str) -> str:
        """The first of the methods `space/…` that takes the same params: its type is theirs."""
        return next(
            each["name"] for each in self.document.methods
            if each["name"].split("/")[0] == space and self.params(each) == params)

    def result_type(self, schema: dict, root: str) -> list[str]:
        if "properties" in schema:
            lines = self.structure(
                "Result", schema, root, "  ", conformances="Codable, Sendable, Equatable",
                is_read=False)
            return [*lines, "  }"]
        kind = "Empty" if schema == {"type": "object"} else self.type(schema, root)
        return [f"  package typealias Result = {kind}"]

    # Files

    def error_kinds(self) -> list[str]:
        lines = ["extension DomainError {", "  package enum Kind: String, WireName {"]
        for each in self.document.error_kinds:
            lines += comment(each["description"], "    ") + [f"    case {identifier(each['kind'])}"]
        return [*lines, "  }", "}"]

    def all_requests(self) -> list[str]:
        names = [f"{type_name(each['name'])}.self" for each in self.document.methods]
        *lines, last = filled(names, "  ")
        return [
            "/// Every request of the kernel, in the order of `protocol/openrpc.json`.",
            "package let allRequests: [any Request.Type] = [", *lines, last + ",", "]",
        ]

    def embedded(self) -> str:
        text = self.document.text
        if '"""#' in text or "\\#" in text:
            raise Unwritable('the document has """# or \\# in it, which end a Swift literal')
        return (
            "// swift-format-ignore-file\n"
            + NOTE
            + "\n/// The published contract, byte for byte.\n"
            + f'package let openRPCDocument = #"""\n{text}\n"""#\n'
        )

    def files(self) -> dict[str, str]:
        types = {type_name(each["name"]): self.method(each) for each in self.document.methods}
        for root in dict.fromkeys(root_of(name) for name in self.names):
            if root in types:
                continue
            if root in BY_HAND:
                inside = self.nested(root, "  ")
                types[f"{root}+Types"] = [f"extension {root} {{", *inside[1:], "}"]
            else:
                types[root] = self.schema(root, "")
        types["DomainError+Kind"] = self.error_kinds()
        types["AllRequests"] = self.all_requests()
        found = {f"{name}.swift": self.file(lines) for name, lines in types.items()}
        found["OpenRPCDocument.swift"] = self.embedded()
        return found

    def file(self, lines: list[str]) -> str:
        body = "\n".join(lines) + "\n"
        imports = "package import JSON\n" if "JSONValue" in body else ""
        if ": Request {" in body:
            imports += "package import JSONRPC\n"
        elif "WireName" in body:
            imports += "import JSONRPC\n"
        return NOTE + ("\n" + imports if imports else "") + "\n" + body


def files(document: Document) -> dict[str, str]:
    """The texts of the files by their names."""
    return Writer(document).files()

"""What protocol/openrpc.json says, as the writers ask for it."""

from __future__ import annotations

import json
from pathlib import Path


def target(schema: dict) -> str | None:
    """The name of the schema that one refers to."""
    return schema["$ref"].rsplit("/", 1)[1] if "$ref" in schema else None


class Document:
    """- Raises: ValueError where a method names a kind of failure that is not listed."""

    def __init__(self, path: Path):
        self.text = path.read_text(encoding="utf-8")
        whole = json.loads(self.text)
        self.methods: list[dict] = whole["methods"]
        self.schemas: dict[str, dict] = whole["components"]["schemas"]
        self.error_kinds: list[dict] = whole["x-errorKinds"]
        kinds = {each["kind"] for each in self.error_kinds}
        for method in self.methods:
            for kind in method.get("x-errorKinds", []):
                if kind not in kinds:
                    raise ValueError(f"{method['name']}: {kind} is not in x-errorKinds")

    def resolve(self, schema: dict) -> dict:
        name = target(schema)
        return self.schemas[name] if name else schema

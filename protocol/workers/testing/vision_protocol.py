"""Holds messages of the vision protocol to vision.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT = json.loads((Path(__file__).parents[1] / "vision.json").read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
METHODS = {method["name"]: method for method in DOCUMENT["methods"]}
CODES = {error["code"] for error in DOCUMENT["x-errors"]}


def problems(value: Any, schema: dict[str, Any]) -> list[str]:
    whole = {**schema, "components": {"schemas": SCHEMAS}}
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
        for error in Draft202012Validator(whole).iter_errors(value)]


def problems_of_params(method: str, params: dict[str, Any]) -> list[str]:
    described = METHODS[method]["params"]
    found = problems(params, {
        "type": "object",
        "required": [each["name"] for each in described if each["required"]],
        "properties": {each["name"]: each["schema"] for each in described}})
    unknown = params.keys() - {each["name"] for each in described}
    return found + [f"unknown params {sorted(unknown)}"] * bool(unknown)


def problems_of_answer(method: str | None, answer: dict[str, Any]) -> list[str]:
    """Of one message from a worker; where the method is unknown the envelope's alone."""
    found = problems(answer, {
        "type": "object",
        "required": ["jsonrpc", "id"],
        "additionalProperties": False,
        "properties": {
            "jsonrpc": {"const": "2.0"}, "id": {"type": ["integer", "string", "null"]}, "result": {},
            "error": {
                "type": "object", "required": ["code", "message"], "additionalProperties": False,
                "properties": {
                    "code": {"enum": sorted(CODES)}, "message": {"type": "string", "minLength": 1}}}},
        "oneOf": [{"required": ["result"]}, {"required": ["error"]}]})
    if not found and "result" in answer and method in METHODS:
        found = problems(answer["result"], METHODS[method]["result"]["schema"])
        found += _sums(method, answer["result"])
    return found


def _sums(method: str, result: Any) -> list[str]:
    """What a schema cannot say: sums of runs, the order of boxes and of their corners."""
    found = []
    for item in result.get("results", []) if isinstance(result, dict) else []:
        for mask in item.get("masks", []):
            if sum(mask["runs"]) != mask["width"] * mask["height"]:
                found.append("a mask's runs do not add up to its pixels")
            if 0 in mask["runs"][1:]:
                found.append("a run behind the first is empty")
        scores = [box["score"] for box in item.get("boxes", [])]
        if scores != sorted(scores, reverse=True):
            found.append("boxes are not by falling score")
        for box in item.get("boxes", []):
            x0, y0, x1, y1 = box["box"]
            if x0 > x1 or y0 > y1:
                found.append("a box is inside out")
    return found

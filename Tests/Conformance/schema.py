"""Holds protocol/openrpc.json to JSON Schema: its examples, and any transcript given.

    python schema.py [transcript …]

A transcript has lines `> {json}` (to the kernel) and `< {json}` (from it); others are comments. Its
patterns are replaced by values that fit them.
Needs the package jsonschema; exits with 1 where something does not fit.
"""

import json
import re
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

root = Path(__file__).resolve().parents[2]
document = json.loads((root / "protocol/openrpc.json").read_text(encoding="utf-8"))
schemas = document["components"]["schemas"]
methods = {method["name"]: method for method in document["methods"]}
notifications = {each["name"]: each for each in document["x-notifications"]}
problems = []


def check(where, value, schema):
    whole = {**schema, "components": {"schemas": schemas}}
    for error in Draft202012Validator(whole).iter_errors(value):
        path = "/".join(map(str, error.absolute_path))
        problems.append(f"{where}: {path}: {error.message}")


def params_schema(method):
    return {
        "type": "object",
        "required": [each["name"] for each in method["params"] if each["required"]],
        "properties": {each["name"]: each["schema"] for each in method["params"]},
    }


def check_examples():
    for name, schema in schemas.items():
        Draft202012Validator.check_schema({**schema, "components": {"schemas": schemas}})
    for name, method in methods.items():
        if not method["examples"]:
            problems.append(f"{name}: no example")
        for example in method["examples"]:
            params = {each["name"]: each["value"] for each in example["params"]}
            check(f"{name} params", params, params_schema(method))
            check(f"{name} result", example["result"]["value"], method["result"]["schema"])
            unknown = params.keys() - {each["name"] for each in method["params"]}
            if unknown:
                problems.append(f"{name}: the example has unknown params {sorted(unknown)}")
    for name, notification in notifications.items():
        check(name, notification.get("example", {}), notification["params"])


def unmasked(value):
    """A recorded value with something that fits in the place of each pattern."""
    if isinstance(value, dict):
        return {name: unmasked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [unmasked(each) for each in value]
    if isinstance(value, str) and value[:1] == "<" and value[-1:] == ">":
        pattern = value[1:-1]
        known = {"string": "AAAA", "integer": 1, "number": 0.5}
        if pattern in known:
            return known[pattern]
        number = re.fullmatch(r"(-?[0-9.e+-]+)~[0-9.e+-]+", pattern)
        return float(number[1]) if number else value
    return value


def check_transcript(path):
    asked = {}
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if line[:2] not in ("> ", "< "):
            continue
        message = json.loads(line[2:])
        if message.get("result") == "<object>":
            continue
        if line[0] == "<":
            message = unmasked(message)
        where = f"{path}:{number}"
        if line[0] == ">":
            method = message.get("method")
            if method in methods and "id" in message:
                asked[json.dumps(message["id"])] = method
        elif "method" in message:
            check(where, message["params"], notifications[message["method"]]["params"])
        elif "result" in message:
            method = asked.get(json.dumps(message["id"]))
            if method:
                check(f"{where} {method}", message["result"], methods[method]["result"]["schema"])
        elif message["error"]["code"] == -32803:
            data = message["error"]["data"]
            check(where, data, schemas["DomainErrorData"])
            if data["kind"] not in {each["kind"] for each in document["x-errorKinds"]}:
                problems.append(f"{where}: unknown kind {data['kind']}")


check_examples()
for transcript in sys.argv[1:]:
    check_transcript(transcript)
print("\n".join(problems) or f"{len(methods)} methods, {len(schemas)} schemas: all examples fit")
sys.exit(bool(problems))

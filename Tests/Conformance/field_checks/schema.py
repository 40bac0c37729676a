"""The leaves of what protocol/openrpc.json says that methods answer."""

import json
from pathlib import Path

DOCUMENT = json.loads((Path(__file__).resolve().parents[3] / "protocol/openrpc.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
#: Read as one number, list or tensor.
WHOLE = {"WireTensor", "WireNumbers", "LargeInteger", "Box"}
#: The results of jobs that have a schema of their own.
JOB_RESULTS = {"sae/check job": "SAECheck.Checked"}


def leaves(method):
    """Paths of a method's result, such as `items[].feature.index`."""
    if method in JOB_RESULTS:
        return _below(SCHEMAS[JOB_RESULTS[method]], "")
    found = next(each for each in DOCUMENT["methods"] if each["name"] == method)
    return _below(found["result"]["schema"], "")


def _below(schema, path):
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return {path} if name in WHOLE else _below(SCHEMAS[name], path)
    if schema.get("type") == "array":
        return _below(schema["items"], path + "[]")
    if not schema.get("properties"):
        return {path}
    return set().union(*(
        _below(value, f"{path}.{name}" if path else name) for name, value in schema["properties"].items()
    ))

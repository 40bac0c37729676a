"""The document of the protocol, and the conversation on its page."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from vision_protocol import METHODS, SCHEMAS, problems, problems_of_answer, problems_of_params

WORKERS = Path(__file__).resolve().parents[2]
WORLD = WORKERS.parents[1] / "Sources/World/Resources"
PAGE = (WORKERS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name):
    Draft202012Validator.check_schema({**SCHEMAS[name], "components": {"schemas": SCHEMAS}})


@pytest.mark.parametrize("name", METHODS)
def test_examples_fit(name):
    method = METHODS[name]
    assert method["examples"]
    for example in method["examples"]:
        params = {each["name"]: each["value"] for each in example["params"]}
        assert problems_of_params(name, params) == []
        answer = {"jsonrpc": "2.0", "id": 1, "result": example["result"]["value"]}
        assert problems_of_answer(name, answer) == []


def test_every_schema_is_used():
    text = json.dumps([list(METHODS.values()), SCHEMAS])
    assert [name for name in SCHEMAS if f'schemas/{name}"' not in text] == []


def test_what_does_not_fit_is_seen():
    assert problems({"width": 2, "height": 2}, SCHEMAS["Segment.Mask"])
    mask = {"width": 2, "height": 2, "runs": [3]}
    result = {"results": [{"masks": [mask]}], "models": {"segmentation": "0" * 64}, "versions": {}, "memory": 1}
    assert problems_of_answer("segment", {"jsonrpc": "2.0", "id": 1, "result": result})
    mask["runs"] = [3, 1]
    assert problems_of_answer("segment", {"jsonrpc": "2.0", "id": 1, "result": result}) == []


def test_the_page_names_every_method_and_code():
    for name in METHODS:
        assert f"`{name}" in PAGE
    for code in (-32700, -32600, -32601, -32602, -32603):
        assert str(code).replace("-", "−") in PAGE


def test_the_request_of_the_explainers_page_fits_the_kernels_document():
    document = json.loads((WORKERS.parent / "openrpc.json").read_text(encoding="utf-8"))
    (method,) = [each for each in document["methods"] if each["name"] == "explanation/generate"]
    page = (WORKERS / "explainers.md").read_text(encoding="utf-8")
    request = json.loads(re.search(r"```json\n(.*?)```", page, re.S)[1])
    params = {each["name"]: each["schema"] for each in method["params"]}
    assert request.keys() <= params.keys()
    schemas = {"components": document["components"]}
    for name, value in request.items():
        assert not list(Draft202012Validator({**params[name], **schemas}).iter_errors(value)), name


def test_the_page_is_a_conversation_with_the_masks_worker():
    """Lines `→` are sent; each line `←` is the answer, in which `…` stands for anything."""
    block = re.search(r"```json\n(→.*?)```", PAGE, re.S)
    lines = block[1].replace("/WORLD", str(WORLD)).splitlines()
    sent = [line[2:] for line in lines if line.startswith("→ ")]
    expected = [line[2:] for line in lines if line.startswith("← ")]
    assert len(sent) == len(expected) == 5
    command = [sys.executable, WORLD / "workers/masks.py", "--concepts", WORLD / "heldout/concepts.json"]
    found = subprocess.run(
        command, input="\n".join(sent) + "\n", capture_output=True, text=True, check=True).stdout
    for request, pattern, answer in zip(sent, expected, found.splitlines(), strict=True):
        method = json.loads(request)["method"]
        assert problems_of_params(method, json.loads(request).get("params", {})) == []
        assert problems_of_answer(method, json.loads(answer)) == []
        literal = map(re.escape, pattern.replace(" ", "").split("…"))
        assert re.fullmatch(".*".join(literal), answer.replace(" ", "")), (pattern, answer)

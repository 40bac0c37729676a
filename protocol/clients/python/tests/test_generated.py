"""The generated files are what the generator writes, and what the running kernel tells of itself."""

import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import lucarne.kinds
import lucarne.types
from lucarne.records import Record, camel, snake

FOLDER = Path(__file__).resolve().parents[1]
DOCUMENT = json.loads((FOLDER / "../../openrpc.json").read_text(encoding="utf-8"))


def generator(*arguments):
    return subprocess.run(
        [sys.executable, FOLDER / "../../generator", "--check", *arguments], capture_output=True, text=True
    )


def test_generating_again_changes_nothing():
    run = generator()
    assert run.returncode == 0, run.stderr


def test_a_changed_document_is_told_from_what_was_generated(tmp_path):
    path = tmp_path / "openrpc.json"
    text = json.dumps(DOCUMENT).replace("A token that the model wrote.", "A token.")
    path.write_text(text, encoding="utf-8")
    run = generator(path)
    assert run.returncode == 1
    for name in ("types.py", "GeneratedToken.swift", "OpenRPCDocument.swift"):
        assert name in run.stderr
    assert "kinds.py" not in run.stderr and "FeatureRef.swift" not in run.stderr


@pytest.mark.parametrize(
    "schema, words",
    [
        ({"type": "string", "pattern": "x"}, "no check of pattern for model"),
        ({"type": "object", "properties": {}}, "an object or a choice without a name of its own"),
        ({"$ref": "#/components/schemas/Nothing"}, "there is no 'Nothing'"),
    ],
)
def test_what_has_no_type_or_check_is_refused_by_name(tmp_path, schema, words):
    document = json.loads(json.dumps(DOCUMENT))
    opening = next(each for each in document["methods"] if each["name"] == "context/open")
    next(each for each in opening["params"] if each["name"] == "model")["schema"] = schema
    path = tmp_path / "openrpc.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    run = generator(path)
    assert run.returncode == 1 and len(run.stderr.splitlines()) == 1
    assert words in run.stderr


def test_the_kernel_discovers_the_document(kernel):
    assert kernel.rpc.discover().to_dict() == DOCUMENT


def test_every_method_is_there_with_every_param(kernel):
    for each in DOCUMENT["methods"]:
        if each["name"] in ("initialize", "shutdown"):
            continue
        space, name = each["name"].replace(".", "/").split("/")
        method = getattr(getattr(kernel, space), name)
        wanted = {param["name"] for param in each["params"]} - {"workDoneToken", "partialResultToken"}
        given = {camel(param) for param in inspect.signature(method).parameters} - {"progress"}
        assert wanted == given, each["name"]
        assert each["name"] in inspect.getdoc(method)


def test_every_example_is_read_and_written_unchanged():
    for each in DOCUMENT["methods"]:
        schema = each["result"]["schema"]
        if each["name"] in ("initialize", "shutdown", "rpc.discover"):
            continue
        parts = (schema.get("$ref", "").rsplit("/", 1)[1] if "$ref" in schema else each["name"] + "/result")
        name = "".join(part[:1].upper() + part[1:] for part in parts.replace(".", "/").split("/"))
        kind = getattr(lucarne.types, name)
        for example in each["examples"]:
            value = example["result"]["value"]
            record = kind(value)
            assert record.to_dict() == value
            for member in value:
                assert getattr(record, snake(member)) is not None


def test_every_kind_of_error_has_a_class():
    kinds = {each["kind"] for each in DOCUMENT["x-errorKinds"]}
    assert kinds == set(lucarne.kinds.BY_KIND)


def test_members_left_out_are_none_and_unknown_ones_are_errors():
    stats = lucarne.types.FeatureInfoStats({"decoderNorm": 1.0, "later": [1]})
    assert stats.decoder_norm == 1.0 and stats["decoderNorm"] == 1.0
    assert stats.frequency is None
    assert stats.later == [1]
    try:
        stats.nothing
    except AttributeError as error:
        assert "decoder_norm" in str(error)
    else:
        raise AssertionError("an unknown member was found")
    assert isinstance(Record({"a": {"b": 1}}).a, Record)

#!/usr/bin/env python3
"""Holds the operators that Sources/CTorch calls to the schemas of the PyTorch that runs this script.

    python3 Tests/Conformance/torch_schemas.py             exits with 1 where something is wrong, 77 without torch
    python3 Tests/Conformance/torch_schemas.py --selftest  also changes a schema and an argument, which must be found

Above each call in ctorch.c stands the operator's schema, a comment that begins with "// aten::". Checked are: every
operator that is called has its schema, and no other stands there; each schema is the installed PyTorch's, defaults
included; what is put on the stack are the schema's arguments, in number and in type. A wrong stack would be a crash.
"""

import re
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "Sources" / "CTorch" / "ctorch.c"
SCHEMA = re.compile(r"^ *// (aten::.*(?:\n *// (?!aten::).*)*)", re.MULTILINE)
CALL = re.compile(r'"(aten::\w+)", "(\w*)"')
PUT = re.compile(r"\bput_(tensor|undefined|state|integer|flag|real|type|none)\(&a")
FUNCTION = re.compile(r"^int (ctorch_\w+)\(.*?^}", re.MULTILINE | re.DOTALL)
# Which types of a schema an argument may be put for.
TYPES = {
    "tensor": {"Tensor"},
    "undefined": {"Tensor"},
    "state": {"Tensor"},
    "integer": {"int", "SymInt"},
    "flag": {"bool"},
    "real": {"float"},
    "type": {"ScalarType", "int"},
    "none": {"None"},
}
# In torch's own words for the types of a parsed schema.
SPELLING = {"Optional[float]": "None", "number": "Scalar"}


def joined(comment: str) -> str:
    return re.sub(r"\s*\n\s*// ", " ", comment).strip()


def check(source: str) -> list[str]:
    import torch

    installed = {}
    for schema in torch._C._jit_get_all_schemas():
        installed[(schema.name, schema.overload_name)] = schema
    wrong, seen = [], set()
    for function in FUNCTION.finditer(source):
        body = function.group(0)
        schemas = [joined(text) for text in SCHEMA.findall(body)]
        calls = CALL.findall(body)
        puts = PUT.findall(body)
        if len(schemas) != len(calls):
            wrong.append(f"{function.group(1)}: {len(calls)} operators and {len(schemas)} schemas")
            continue
        for (name, overload), written in zip(calls, schemas):
            seen.add(name)
            there = installed.get((name, overload))
            title = f"{name}.{overload}" if overload else name
            if there is None:
                wrong.append(f"{title}: torch {torch.__version__} has none")
                continue
            if str(there) != written:
                wrong.append(f"{title}: written is\n  {written}\ntorch {torch.__version__} has\n  {there}")
            types = [SPELLING.get(str(a.type), str(a.type)) for a in there.arguments]
            if len(types) != len(puts):
                wrong.append(f"{title}: {len(puts)} arguments are put, the schema has {len(types)}")
                continue
            for argument, wanted, put in zip(there.arguments, types, puts):
                if wanted not in TYPES[put]:
                    wrong.append(f"{title}: {argument.name} is {wanted}, put is a {put}")
    called = set(CALL.findall(source))
    if {name for name, _ in called} != seen:
        wrong.append(f"called outside of a function that is checked: {({n for n, _ in called}) - seen}")
    if len(called) < 20:
        wrong.append(f"only {len(called)} operators are found")
    return wrong


def selftest(source: str) -> list[str]:
    """What would not be found."""
    spoiled = {
        "a default": source.replace("int dim=-1, bool largest", "int dim=0, bool largest"),
        "an argument too few": source.replace("  put_flag(&a, false);\n  // aten::gather", "  // aten::gather"),
        "an argument of another type": source.replace("put_integer(&a, k);", "put_real(&a, k);"),
        "an operator that is not": source.replace('"aten::exp", ""', '"aten::exponential", ""'),
        "a schema that is not there": source.replace("    // aten::exp(Tensor self) -> Tensor\n", ""),
    }
    return [f"not found: {name}" for name, text in spoiled.items() if text == source or not check(text)]


def main() -> int:
    try:
        import torch
    except (ImportError, OSError, ValueError) as error:
        print(f"skipped: no torch: {error}")
        return 77
    source = SOURCE.read_text()
    wrong = check(source) + (selftest(source) if "--selftest" in sys.argv else [])
    for text in wrong:
        print(text)
    print(f"torch {torch.__version__}: {len(set(CALL.findall(source)))} operators, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

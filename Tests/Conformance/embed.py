"""Copies protocol/openrpc.json into the Swift file from which the kernel answers rpc.discover, and
writes the Python client's methods and types anew.

Run from anywhere after a change to the document; tests hold all of them equal.
"""

import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
document = (root / "protocol/openrpc.json").read_text(encoding="utf-8")
assert '"""#' not in document and "\\#" not in document
(root / "Sources/KernelProtocol/Generated/OpenRPCDocument.swift").write_text(
    "// swift-format-ignore-file\n"
    "// Copied from protocol/openrpc.json by Tests/Conformance/embed.py.\n\n"
    "/// The published contract, byte for byte.\n"
    'package let openRPCDocument = #"""\n' + document + '\n"""#\n',
    encoding="utf-8",
)
subprocess.run([sys.executable, root / "protocol/clients/python/generate.py"], check=True)

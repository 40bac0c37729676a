"""Writes what is made from the protocol's document: the Python client's methods, types and kinds of
error, the browser's methods, and the kernel's types in Swift with the document itself; and what the
browser's window shares with the report pages and with the panel of VS Code.

    python3 protocol/generator [OPENRPC]            writes the files
    python3 protocol/generator --check [OPENRPC]    exits with 1 where they differ from the document

OPENRPC is a file, by default protocol/openrpc.json.
"""

import argparse
import sys
from pathlib import Path

import javascript_client
import palette
import panel
import python_client
import swift_module
from document import Document

root = Path(__file__).resolve().parents[2]
PYTHON = root / "protocol/clients/python/src/lucarne"
PAGE = root / "Sources/Browser/Page"
BROWSER = PAGE / "kernel"
PANEL = root / "protocol/clients/vscode/media/window"
SWIFT = root / "Sources/KernelProtocol/Generated"


def main() -> int:
    parser = argparse.ArgumentParser(prog="generator", description=__doc__.split("\n\n")[0])
    parser.add_argument("document", nargs="?", type=Path, default=root / "protocol/openrpc.json")
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit with 1 where a file differs")
    options = parser.parse_args()
    try:
        document = Document(options.document)
        wanted = {PYTHON / name: text for name, text in python_client.files(document).items()}
        wanted |= {
            BROWSER / name: text
            for name, text in javascript_client.files(document).items()}
        sheets = palette.files(root / "Sources/Reports/HTMLStyle.swift")
        wanted |= {PAGE / "style" / name: text for name, text in sheets.items()}
        wanted |= {PANEL / name: text for name, text in panel.files(PAGE).items()}
        wanted |= {PANEL / "style" / name: text for name, text in sheets.items()}
        wanted |= {SWIFT / name: text for name, text in swift_module.files(document).items()}
    except (OSError, ValueError) as error:
        sys.exit(f"{options.document}: {error}")
    except KeyError as missing:
        sys.exit(f"{options.document}: there is no {missing} where one is expected")
    # Whatever else lies among the generated Swift files was made from an earlier document.
    stale = sorted(set(SWIFT.glob("*")) - wanted.keys())
    if options.check:
        differing = [
            path for path, text in wanted.items()
            if not path.exists() or path.read_text(encoding="utf-8") != text
        ]
        for path in differing + stale:
            print(f"{path} is not what it is made from says", file=sys.stderr)
        return 1 if differing or stale else 0
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in stale:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes the Swift types, the embedded document, the Python client and the browser's methods anew
from protocol/openrpc.json, and the window's colours from those of the report pages, by
protocol/generator; --check exits with 1 where they differ.
"""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).resolve().parents[2] / "protocol/generator"), run_name="__main__")

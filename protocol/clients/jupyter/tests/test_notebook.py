"""The worked notebook, whose cells assert what they tell."""

import os
from pathlib import Path

import nbformat
import pytest
from conftest import server
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[1] / "hallucination.ipynb"


def test_the_story_is_true(tmp_path, monkeypatch):
    pytest.importorskip("PIL")
    pytest.importorskip("matplotlib")
    # The notebook says `lucarne serve`, as a reader would; here that is the program under test.
    program = tmp_path / "lucarne"
    program.write_text(f'#!/bin/sh\nexec {server().removesuffix(" serve --jobs " + repr(""))} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    html = "".join(output.get("data", {}).get("text/html", "") for output in shown)
    assert html.count("data:image/png;base64,") >= 5
    assert not any(output.output_type == "error" for output in shown)


def test_it_is_kept_without_outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")

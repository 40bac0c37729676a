"""Lucarne as a Jupyter kernel."""

__version__ = "0.1.0"

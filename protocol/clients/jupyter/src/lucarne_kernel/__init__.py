"""Lucarne as a Jupyter kernel."""

__version__ = "0.2.0"

"""Vision worker of Lucarne: what a phrase names in a picture, its pixels, vectors of pictures and texts.

The protocol is described in protocol/workers/README.md, this program in the README beside it.
"""

__version__ = "0.1.0"

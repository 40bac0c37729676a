"""Masks as runs of pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy


def encoded(mask: "numpy.ndarray") -> dict[str, Any]:
    """A mask [height, width] of truth values as the lengths of its runs, row by row.

    Outside comes first, so that a mask whose first pixel is inside begins with 0.
    """
    import numpy

    height, width = mask.shape
    pixels = mask.reshape(-1).astype(bool)
    changes = numpy.flatnonzero(pixels[1:] != pixels[:-1]) + 1
    first = [0] if pixels.size and pixels[0] else []
    edges = numpy.concatenate([[0], changes, [pixels.size]])
    return {"width": width, "height": height, "runs": first + numpy.diff(edges).tolist()}

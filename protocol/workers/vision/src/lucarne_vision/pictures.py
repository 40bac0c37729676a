"""Pictures from files and bytes, as transformers' pipelines see them."""

from __future__ import annotations

import base64
import binascii
import io
import os
import stat
from typing import TYPE_CHECKING

from .failures import ItemError, reason
from .params import ImageSource

if TYPE_CHECKING:
    from PIL.Image import Image

#: Pixels of a picture.
PIXEL_LIMIT = 100_000_000
#: Bytes of a picture's file.
FILE_LIMIT = 256 << 20


def opened(source: ImageSource) -> "Image":
    """The picture in RGB, turned as its EXIF data say; of several the first.

    Raises ItemError where it cannot be read.
    """
    from PIL import Image, UnidentifiedImageError
    from transformers.image_utils import load_image

    # The bound below stands in its place, and is told before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    data = _bytes(source)
    try:
        picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > PIXEL_LIMIT:
            raise ItemError(
                f"the picture has {picture.width} × {picture.height} pixels, "
                f"expected at most {PIXEL_LIMIT:,}")
        return load_image(picture)
    except ItemError:
        raise
    except UnidentifiedImageError as error:
        raise ItemError("it is no picture of a format that is read") from error
    except Exception as error:  # Each format's decoder has exceptions of its own.
        raise ItemError(f"the picture cannot be decoded: {reason(error)}") from error


def _bytes(source: ImageSource) -> bytes:
    if source.encoded is not None:
        try:
            return base64.b64decode(source.encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ItemError(f"its bytes are no base64: {reason(error)}") from error
    assert source.path is not None
    try:
        # A pipe or a device is opened without waiting, and refused.
        descriptor = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise ItemError(f"{source.path[:300]} is no file")
            if facts.st_size > FILE_LIMIT:
                raise ItemError(
                    f"{source.path[:300]} has {facts.st_size} bytes, expected at most {FILE_LIMIT}")
            return file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise ItemError(f"{source.path[:300]}: {error.strerror or error}") from error

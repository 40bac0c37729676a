"""What the params of each method may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .failures import InvalidParams

ITEM_LIMIT = 256
PHRASE_LIMIT = 256
BOX_LIMIT = 256


@dataclass(frozen=True)
class ImageSource:
    """A picture's file: one of the two."""

    path: str | None = None
    encoded: str | None = None


@dataclass(frozen=True)
class GroundItem:
    image: ImageSource
    phrases: list[str]


@dataclass(frozen=True)
class SegmentItem:
    image: ImageSource
    boxes: list[list[float]]


def protocol(params: dict[str, Any], version: int) -> None:
    found = params.get("protocol")
    if found != version or isinstance(found, bool):
        raise InvalidParams("protocol", f"protocol {_shown(found)}", f"protocol {version}")


def ground(params: dict[str, Any]) -> tuple[list[GroundItem], float]:
    items = []
    for place, item in _items(params):
        phrases = []
        for index, phrase in enumerate(_list(item, place, "phrases", PHRASE_LIMIT)):
            if not isinstance(phrase, str) or not phrase.strip():
                raise InvalidParams(f"{place}.phrases[{index}]", _shown(phrase), "a text with words")
            phrases.append(phrase)
        items.append(GroundItem(_image(item.get("image"), f"{place}.image"), phrases))
    threshold = params.get("threshold", 0.3)
    if not _is_number(threshold) or not 0 <= threshold <= 1:
        raise InvalidParams("threshold", _shown(threshold), "a number from 0 to 1")
    return items, float(threshold)


def segment(params: dict[str, Any]) -> list[SegmentItem]:
    items = []
    for place, item in _items(params):
        boxes = []
        for index, box in enumerate(_list(item, place, "boxes", BOX_LIMIT)):
            if not _is_box(box):
                raise InvalidParams(
                    f"{place}.boxes[{index}]", _shown(box),
                    "[x0, y0, x1, y1] in pixels with x0 ≤ x1 and y0 ≤ y1")
            boxes.append([float(each) for each in box])
        items.append(SegmentItem(_image(item.get("image"), f"{place}.image"), boxes))
    return items


def embed(params: dict[str, Any]) -> tuple[list[ImageSource] | None, list[str] | None]:
    """Either pictures or texts."""
    if ("images" in params) == ("texts" in params):
        found = "both" if "images" in params else "neither"
        raise InvalidParams("params", f"{found} of images and texts", "one of the two")
    if "images" in params:
        images = _list(params, "params", "images", ITEM_LIMIT)
        return [_image(each, f"images[{index}]") for index, each in enumerate(images)], None
    texts = _list(params, "params", "texts", ITEM_LIMIT)
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidParams(f"texts[{index}]", _shown(text), "a text")
    return None, texts


def _items(params: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    items = _list(params, "params", "items", ITEM_LIMIT)
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise InvalidParams(f"items[{index}]", _shown(item), "an object")
    return [(f"items[{index}]", item) for index, item in enumerate(items)]


def _list(owner: dict[str, Any], place: str, name: str, limit: int) -> list[Any]:
    place = name if place == "params" else f"{place}.{name}"
    found = owner.get(name)
    if not isinstance(found, list):
        raise InvalidParams(place, _shown(found), "a list")
    if len(found) > limit:
        raise InvalidParams(place, f"{len(found)} members", f"at most {limit}")
    return found


def _image(value: Any, place: str) -> ImageSource:
    expected = 'an object with a "path" or with "bytes"'
    if not isinstance(value, dict):
        raise InvalidParams(place, _shown(value), expected)
    path, encoded = value.get("path"), value.get("bytes")
    if (path is None) == (encoded is None):
        raise InvalidParams(place, "neither" if path is None else "both", expected)
    if path is not None and not (isinstance(path, str) and path.startswith("/") and "\0" not in path):
        raise InvalidParams(f"{place}.path", _shown(path), "an absolute path")
    if encoded is not None and not isinstance(encoded, str):
        raise InvalidParams(f"{place}.bytes", _shown(encoded), "a text in base64")
    return ImageSource(path, encoded)


def _is_box(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 4 or not all(map(_is_number, value)):
        return False
    return value[0] <= value[2] and value[1] <= value[3]


def _is_number(value: Any) -> bool:
    return (isinstance(value, float) and math.isfinite(value)) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53)


def _shown(value: Any) -> str:
    """A value in few words."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:59] + "…")
    if isinstance(value, (bool, int, float)):
        return str(value)[:60]
    return f"a list of {len(value)}" if isinstance(value, list) else "an object"

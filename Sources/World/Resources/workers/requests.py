"""What the params of each method may be."""

import math

from lines import INVALID_PARAMS, RequestError

LIMIT = 256


class Checked:
    """The params of one request."""

    def __init__(self, params):
        self.params = params

    def protocol(self, version):
        found = self.params.get("protocol")
        if found != version or isinstance(found, bool):
            _refuse("protocol", f"protocol {_shown(found)}", f"protocol {version}")

    def ground(self):
        """(image, phrases) of each item, and the threshold."""
        items = []
        for place, item in self._items():
            phrases = _list(item, f"{place}.", "phrases")
            for index, phrase in enumerate(phrases):
                if not isinstance(phrase, str) or not phrase.strip():
                    _refuse(f"{place}.phrases[{index}]", _shown(phrase), "a text with words")
            items.append((_image(item.get("image"), f"{place}.image"), phrases))
        threshold = self.params.get("threshold", 0.3)
        if not _is_number(threshold) or not 0 <= threshold <= 1:
            _refuse("threshold", _shown(threshold), "a number from 0 to 1")
        return items, threshold

    def segment(self):
        """(image, boxes) of each item."""
        items = []
        for place, item in self._items():
            boxes = _list(item, f"{place}.", "boxes")
            for index, box in enumerate(boxes):
                if not _is_box(box):
                    _refuse(
                        f"{place}.boxes[{index}]", _shown(box),
                        "[x0, y0, x1, y1] in pixels with x0 ≤ x1 and y0 ≤ y1")
            items.append((_image(item.get("image"), f"{place}.image"), boxes))
        return items

    def embed(self):
        """`images` or `texts`, and its members."""
        kinds = [name for name in ("images", "texts") if name in self.params]
        if len(kinds) != 1:
            found = "both" if kinds else "neither"
            _refuse("params", f"{found} of images and texts", "one of the two")
        members = _list(self.params, "", kinds[0])
        for index, each in enumerate(members):
            if kinds[0] == "images":
                _image(each, f"images[{index}]")
            elif not isinstance(each, str):
                _refuse(f"texts[{index}]", _shown(each), "a text")
        return kinds[0], members

    def _items(self):
        items = _list(self.params, "", "items")
        for index, item in enumerate(items):
            if not isinstance(item, dict):
                _refuse(f"items[{index}]", _shown(item), "an object")
        return [(f"items[{index}]", item) for index, item in enumerate(items)]


def _refuse(place, found, expected):
    raise RequestError(INVALID_PARAMS, f"{place}: found {found}, expected {expected}")


def _list(owner, place, name):
    found = owner.get(name)
    if not isinstance(found, list):
        _refuse(f"{place}{name}", _shown(found), "a list")
    if len(found) > LIMIT:
        _refuse(f"{place}{name}", f"{len(found)} members", f"at most {LIMIT}")
    return found


def _image(value, place):
    expected = 'an object with a "path" or with "bytes"'
    if not isinstance(value, dict):
        _refuse(place, _shown(value), expected)
    path, encoded = value.get("path"), value.get("bytes")
    if (path is None) == (encoded is None):
        _refuse(place, "neither" if path is None else "both", expected)
    if path is not None and not (isinstance(path, str) and path.startswith("/") and "\0" not in path):
        _refuse(f"{place}.path", _shown(path), "an absolute path")
    if encoded is not None and not isinstance(encoded, str):
        _refuse(f"{place}.bytes", _shown(encoded), "a text in base64")
    return value


def _is_box(value):
    if not isinstance(value, list) or len(value) != 4 or not all(map(_is_number, value)):
        return False
    return value[0] <= value[2] and value[1] <= value[3]


def _is_number(value):
    return (isinstance(value, float) and math.isfinite(value)) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53)


def _shown(value):
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:59] + "…")
    if isinstance(value, (bool, int, float)):
        return str(value)[:60]
    return f"a list of {len(value)}" if isinstance(value, list) else "an object"

"""A concept set: a list of concepts, pictures beside it, and masks that tell where each is seen.

The format is the kernel's, as protocol/README.md has it under `index/dissect`.
"""

import hashlib
import json
import os
import unicodedata
from collections import OrderedDict

from pictures import ItemError, contents, grey_levels

SUFFIXES = ("png", "jpg", "jpeg", "webp", "gif", "bmp")
#: Pictures whose masks are kept in memory.
KEPT = 64


class SetError(Exception):
    """The set cannot be used, in one sentence."""


class ConceptSet:
    def __init__(self, path):
        """Reads the list and the digests of its pictures."""
        self.folder = os.path.dirname(os.path.abspath(path))
        try:
            data = contents(path)
            value = json.loads(data)
        except ItemError as error:
            raise SetError(str(error)) from None
        except (ValueError, RecursionError) as error:
            raise SetError(f"{path} is no JSON: {error}") from None
        self.digest = hashlib.sha256(data).hexdigest()
        entries = value.get("concepts") if isinstance(value, dict) else value
        if not isinstance(entries, list) or not entries:
            raise SetError(f'{path}: expected a list of concepts, or an object with "concepts"')
        self.names = []
        self.labels = []
        #: By picture's name: which concept has which grey levels of which mask.
        self.places = {}
        for number, entry in enumerate(entries):
            try:
                self._add(number, entry)
            except (KeyError, TypeError, AttributeError, ValueError):
                raise SetError(f"{path}: the concept {number} has not the form of one") from None
        self.pictures = {}
        for name in sorted(self.places):
            try:
                digest = hashlib.sha256(contents(self._file(name))).hexdigest()
            except ItemError as error:
                raise SetError(str(error)) from None
            self.pictures.setdefault(digest, name)
        self._kept = OrderedDict()

    def __len__(self):
        return len(self.names)

    def _add(self, number, entry):
        name, attribute = entry["name"], entry.get("attribute", "")
        if not isinstance(name, str) or not name or not isinstance(attribute, str):
            raise ValueError
        self.names.append(name)
        self.labels.append(f"{name} ({attribute})" if attribute else name)
        for place in entry["places"]:
            values = frozenset(place["values"])
            if not values or not all(type(each) is int and 0 <= each <= 255 for each in values):
                raise ValueError
            mask = place.get("mask") or _stem(place["picture"]) + ".mask.png"
            self.places.setdefault(place["picture"], []).append((number, mask, values))

    def _file(self, name):
        for each in (name, *(f"{name}.{suffix}" for suffix in SUFFIXES)):
            path = os.path.join(self.folder, each)
            if os.path.isfile(path):
                return path
        raise SetError(f"the picture {name[:200]!r} is not there: looked in {self.folder}")

    def named(self, text):
        """The concept that a text names, or None.

        The one whose label or name it is; else the one whose name's words, longest name first, all
        occur in it, alone or with an s behind.
        """
        for number, (name, label) in enumerate(zip(self.names, self.labels)):
            if text in (name, label):
                return number
        said = set(_words(text))
        for number in sorted(range(len(self.names)), key=lambda each: -len(self.names[each])):
            words = _words(self.names[number])
            if words and all(word in said or word + "s" in said for word in words):
                return number
        return None

    def picture(self, digest):
        """A picture of the set by the SHA-256 of its file."""
        name = self.pictures.get(digest)
        if name is None:
            raise ItemError("the picture is none of the concept set's")
        if name not in self._kept:
            masks = {}
            for _, mask, _ in self.places[name]:
                if mask not in masks:
                    masks[mask] = grey_levels(os.path.join(self.folder, mask))
            self._kept[name] = MaskedPicture(
                [(number, masks[mask], values) for number, mask, values in self.places[name]])
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(name)
        return self._kept[name]


class MaskedPicture:
    """The concepts of one picture and their pixels."""

    def __init__(self, places):
        self._places = {}
        for number, mask, values in places:
            self._places[number] = (mask, values)
        self._concepts = {}
        self._boxes = {}
        for number in sorted(self._places):
            box = self._bounds(number)
            if box is None:
                continue
            while tuple(box) in self._concepts:
                box[3] += 1 / 1024
            self._concepts[tuple(box)] = number
            self._boxes[number] = box

    def concepts(self):
        return list(self._boxes)

    def box(self, concept):
        """Its corners in pixels, or None where it is not seen."""
        return self._boxes.get(concept)

    def mask(self, box):
        """The pixels of the concept whose box it is, as runs."""
        concept = self._concepts.get(tuple(box))
        if concept is None:
            raise ItemError(f"no concept of the picture has the box {box}")
        width, height, inside = self._inside(concept)
        runs, last, place = [], 0, 0
        while place < len(inside):
            next_place = inside.find(1 - last, place)
            next_place = len(inside) if next_place < 0 else next_place
            runs.append(next_place - place)
            place, last = next_place, 1 - last
        return {"width": width, "height": height, "runs": runs}

    def _inside(self, concept):
        """Width, height and, row by row, 1 where the concept is."""
        (width, height, levels), values = self._places[concept]
        return width, height, levels.translate(bytes(int(each in values) for each in range(256)))

    def _bounds(self, concept):
        width, height, inside = self._inside(concept)
        rows = [row for row in range(height) if 1 in inside[row * width : (row + 1) * width]]
        if not rows:
            return None
        columns = [column for column in range(width) if 1 in inside[column::width]]
        return [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def _stem(name):
    for suffix in SUFFIXES:
        if name.endswith("." + suffix):
            return name[: -len(suffix) - 1]
    return name


def _words(text):
    text = unicodedata.normalize("NFC", text).lower()
    return "".join(each if unicodedata.category(each)[0] in "LNM" else " " for each in text).split()

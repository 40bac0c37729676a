"""A vision worker without a model: it answers from the masks of a concept set.

    python3 masks.py --concepts DIR/concepts.json      # Python's standard library alone

It knows the pictures that the set names by the SHA-256 of their files, and of each what is where: `ground` gives one
box around the pixels of the concept that a phrase names, `segment` the concept's pixels in that box, `embed` a vector
with one number for each concept of the set. So whatever is measured with it is measured against the truth. The
protocol is that of protocol/workers in the project's repository.
"""

import argparse
import base64
import hashlib
import json
import os
import platform
import re
import struct
import sys
import zlib

PROTOCOL = 1
VERSION = "1.0"


class Refusal(Exception):
    """A request that cannot be answered: its code of JSON-RPC and a sentence."""

    def __init__(self, message, code=-32602):
        super().__init__(message)
        self.code = code


class Unusable(Exception):
    """One picture or text of a batch that cannot be answered for."""


def read_png(data):
    """The pixels of a PNG of 8 bits a channel: width, height, and the first channel, row by row."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise Unusable("it is no PNG")
    place, packed, header = 8, b"", None
    while place + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[place:place + 8])
        body = data[place + 8:place + 8 + length]
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        place += 12 + length
    if header is None or header[2] != 8 or header[3] not in (0, 2, 4, 6) or header[6]:
        raise Unusable("only PNGs of 8 bits a channel, without palette and interlacing, are read")
    width, height = header[:2]
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[header[3]]
    stride = width * channels
    raw = zlib.decompress(packed)
    if len(raw) != height * (stride + 1):
        raise Unusable("its pixels are cut short")
    levels, above = bytearray(), bytes(stride)
    for row in range(height):
        kind = raw[row * (stride + 1)]
        line = bytearray(raw[row * (stride + 1) + 1:(row + 1) * (stride + 1)])
        for x in range(stride):
            left = line[x - channels] if x >= channels else 0
            corner = above[x - channels] if x >= channels else 0
            line[x] = (line[x] + predicted(kind, left, above[x], corner)) & 255
        levels += line[::channels]
        above = bytes(line)
    return width, height, bytes(levels)


def predicted(kind, left, up, corner):
    if kind == 0:
        return 0
    if kind == 1:
        return left
    if kind == 2:
        return up
    if kind == 3:
        return (left + up) // 2
    estimate = left + up - corner
    distances = (abs(estimate - left), abs(estimate - up), abs(estimate - corner))
    return (left, up, corner)[distances.index(min(distances))]


def words(text):
    return [word for word in re.split(r"[\W_]+", text.lower()) if word]


class ConceptSet:
    """The concepts of a set and its pictures, which are found by the digests of their files."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.digest = hashlib.sha256(data).hexdigest()
        self.folder = os.path.dirname(os.path.abspath(path))
        listed = json.loads(data)
        self.concepts = listed["concepts"] if isinstance(listed, dict) else listed
        names = sorted({place["picture"] for concept in self.concepts for place in concept["places"]})
        self.pictures = {}
        for name in names:
            with open(self.file(name), "rb") as file:
                self.pictures[hashlib.sha256(file.read()).digest()] = name
        self.masks = {}

    def file(self, name):
        for candidate in (name, name + ".png", name + ".jpg", name + ".jpeg", name + ".webp"):
            path = os.path.join(self.folder, candidate)
            if os.path.isfile(path):
                return path
        raise FileNotFoundError(f"the picture {name} is not beside the list")

    def label(self, number):
        concept = self.concepts[number]
        attribute = concept.get("attribute")
        return f"{concept['name']} ({attribute})" if attribute else concept["name"]

    def named_by(self, text):
        """The concept that a text names: the one whose label or name it is, else the longest whose words it has."""
        text = text.strip().removesuffix(".").strip()
        for number, concept in enumerate(self.concepts):
            if text in (self.label(number), concept["name"]):
                return number
        said = set(words(text))
        for number in sorted(range(len(self.concepts)), key=lambda number: -len(self.concepts[number]["name"])):
            name = words(self.concepts[number]["name"])
            if name and all(word in said or word + "s" in said for word in name):
                return number
        return None

    def picture(self, image):
        """The name of a picture of the set."""
        if isinstance(image, dict) and isinstance(image.get("path"), str):
            try:
                with open(image["path"], "rb") as file:
                    data = file.read()
            except OSError as error:
                raise Unusable(f"{image['path']}: {error.strerror}") from None
        elif isinstance(image, dict) and isinstance(image.get("bytes"), str):
            try:
                data = base64.b64decode(image["bytes"], validate=True)
            except ValueError:
                raise Unusable("its bytes are no base64") from None
        else:
            raise Refusal("image: expected an object with path or bytes")
        name = self.pictures.get(hashlib.sha256(data).digest())
        if name is None:
            raise Unusable("the picture is none of the concept set's")
        return name

    def pixels(self, number, picture):
        """Width, height and for each pixel whether it is the concept's; None where the picture has none of it."""
        place = next((p for p in self.concepts[number]["places"] if p["picture"] == picture), None)
        if place is None:
            return None
        mask = place.get("mask") or picture + ".mask.png"
        if mask not in self.masks:
            if len(self.masks) > 64:
                self.masks.clear()
            with open(os.path.join(self.folder, mask), "rb") as file:
                self.masks[mask] = read_png(file.read())
        width, height, levels = self.masks[mask]
        values = set(place["values"])
        return width, height, [level in values for level in levels]

    def box(self, number, picture):
        """Around the concept's pixels: x0, y0, x1, y1; None without any."""
        found = self.pixels(number, picture)
        if found is None or not any(found[2]):
            return None
        width, height, inside = found
        rows = [y for y in range(height) if any(inside[y * width:(y + 1) * width])]
        columns = [x for x in range(width) if any(inside[x::width])]
        return [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def runs(inside):
    """Lengths of alternating runs, outside first."""
    lengths, state, count = [], False, 0
    for pixel in inside:
        if pixel != state:
            lengths.append(count)
            state, count = pixel, 0
        count += 1
    return lengths + [count]


class Worker:
    def __init__(self, concepts):
        self.concepts = concepts
        # Which concept a box was last given for, by picture and box: two may have the same box.
        self.grounded = {}

    def facts(self):
        return {"models": {role: self.concepts.digest for role in ("grounding", "segmentation", "embedding")},
                "versions": {"python": platform.python_version(), "masks": VERSION}, "memory": memory()}

    def initialize(self, params):
        if params.get("protocol") != PROTOCOL:
            raise Refusal(f"protocol: found {params.get('protocol')}, expected {PROTOCOL}")
        model = {"class": "ConceptSet", "digest": self.concepts.digest, "parameters": 0}
        return {**self.facts(), "name": "masks", "version": VERSION, "protocol": PROTOCOL, "device": "cpu",
                "methods": ["ground", "segment", "embed"],
                "models": {"grounding": model, "segmentation": model,
                           "embedding": {**model, "dimensions": len(self.concepts.concepts)}}}

    def status(self, params):
        return {**self.facts(), "device": "cpu"}

    def each(self, items, answer):
        if not isinstance(items, list) or not 0 < len(items) <= 256:
            raise Refusal("expected a list of 1 to 256 items")
        results = []
        for item in items:
            try:
                results.append(answer(item))
            except (Unusable, OSError) as error:
                results.append({"error": str(error)})
        return {**self.facts(), "results": results}

    def ground(self, params):
        threshold = params.get("threshold", 0)

        def answer(item):
            picture = self.concepts.picture(item.get("image"))
            boxes = []
            for place, phrase in enumerate(item.get("phrases") or []):
                number = self.concepts.named_by(phrase)
                box = None if number is None else self.concepts.box(number, picture)
                if box and threshold <= 1:
                    self.grounded[picture, tuple(box)] = number
                    boxes.append({"box": box, "score": 1, "phrase": place})
            return {"boxes": boxes}

        return self.each(params.get("items"), answer)

    def segment(self, params):
        def answer(item):
            picture = self.concepts.picture(item.get("image"))
            return {"masks": [self.mask(picture, box) for box in item.get("boxes") or []]}

        return self.each(params.get("items"), answer)

    def mask(self, picture, box):
        number = self.grounded.get((picture, tuple(box)))
        if number is None:
            # Asked of another process: the first concept with this box.
            number = next((n for n in range(len(self.concepts.concepts)) if self.concepts.box(n, picture) == box), None)
        if number is None:
            raise Unusable(f"no concept has the box {box}")
        width, height, inside = self.concepts.pixels(number, picture)
        return {"width": width, "height": height, "runs": runs(inside)}

    def embed(self, params):
        if ("images" in params) == ("texts" in params):
            raise Refusal("expected images or texts")
        count = len(self.concepts.concepts)

        def of_picture(image):
            picture = self.concepts.picture(image)
            return {"vector": [
                int(any(place["picture"] == picture for place in concept["places"]))
                for concept in self.concepts.concepts]}

        def of_text(text):
            number = self.concepts.named_by(text)
            if number is None:
                raise Unusable("the text names no concept of the set")
            return {"vector": [int(place == number) for place in range(count)]}

        if "images" in params:
            return self.each(params["images"], of_picture)
        return self.each(params["texts"], of_text)


def memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def serve(worker, messages, out):
    """Answers requests, a line each, until the input ends or `shutdown`."""
    methods = {"initialize": worker.initialize, "status": worker.status, "ground": worker.ground,
               "segment": worker.segment, "embed": worker.embed}
    for line in messages:
        answer = {"jsonrpc": "2.0", "id": None}
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise Refusal("expected a request", -32600)
            answer["id"] = request.get("id")
            method, params = request.get("method"), request.get("params") or {}
            if method != "shutdown" and method not in methods:
                raise Refusal(f"there is no method {method}", -32601)
            if not isinstance(params, dict):
                raise Refusal("params: expected an object")
            answer["result"] = None if method == "shutdown" else methods[method](params)
        except ValueError as error:
            answer["error"] = {"code": -32700, "message": f"not JSON: {error}"}
        except Refusal as refusal:
            answer["error"] = {"code": refusal.code, "message": str(refusal)}
        except (TypeError, AttributeError, KeyError) as error:
            answer["error"] = {"code": -32602, "message": f"the params are of another form: {error}"}
        out.write(json.dumps(answer) + "\n")
        out.flush()
        if "result" in answer and answer["result"] is None:
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Answer a kernel's vision requests from the masks of a concept set.")
    parser.add_argument("--concepts", required=True, help="the set's JSON file, pictures and masks beside it")
    try:
        concepts = ConceptSet(parser.parse_args().concepts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"masks: the concept set cannot be read: {error}")
    try:
        serve(Worker(concepts), sys.stdin, sys.stdout)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)

"""A vision worker that answers from a concept set's masks: no model, Python's standard library alone.

    python3 masks.py --concepts FOLDER/concepts.json

It stands in where models of pictures are not at hand: on the pictures of the set it knows what they
would find at best. The protocol is described in protocol/workers/README.md.

- A picture is known by the SHA-256 of its file among the set's pictures; another is its item's error.
- `ground` finds the concept that a phrase names and gives one box around all its pixels, with score 1;
  nothing where the phrase names none or the picture does not show it. Where two concepts of a picture
  have one box, the second's ends a fraction of a pixel lower, so that a box tells its concept.
- `segment` gives the pixels of the concept whose box it is; another box is its item's error.
- `embed` gives for a picture 1 for each concept that it shows, for a text 1 for the concept it names.
"""

import sys

sys.dont_write_bytecode = True  # The folder may belong to somebody else.

import argparse
import platform

from concepts import ConceptSet, SetError
from lines import INVALID_PARAMS, UNKNOWN_METHOD, RequestError, serve
from pictures import ItemError, digest
from requests import Checked

PROTOCOL = 1
VERSION = "0.1.0"


class Worker:
    def __init__(self, concepts):
        self.concepts = concepts
        self.methods = {
            "initialize": self.initialize, "status": self.status, "ground": self.ground,
            "segment": self.segment, "embed": self.embed}

    def answer(self, method, params):
        if method not in self.methods:
            known = ", ".join([*self.methods, "shutdown"])
            raise RequestError(
                UNKNOWN_METHOD, f"found the method {method[:100]!r}, expected one of {known}")
        if not isinstance(params, dict):
            raise RequestError(INVALID_PARAMS, "params: found no object, expected an object")
        return self.methods[method](Checked(params))

    def initialize(self, params):
        params.protocol(PROTOCOL)
        return {"name": "masks", "version": VERSION, "protocol": PROTOCOL, **self.state()}

    def status(self, params):
        return self.state()

    def state(self):
        model = {"class": "ConceptSet", "digest": self.concepts.digest, "parameters": 0}
        dimensions = {"dimensions": len(self.concepts), "inputs": ["images", "texts"]}
        return {
            "methods": ["ground", "segment", "embed"], "device": "cpu", "versions": versions(),
            "models": {"grounding": model, "segmentation": model, "embedding": {**model, **dimensions}},
            "memory": memory()}

    def ground(self, params):
        items, threshold = params.ground()
        return self.results("grounding", items, lambda item: self.boxes(*item, threshold))

    def boxes(self, image, phrases, threshold):
        picture = self.concepts.picture(digest(image))
        boxes = []
        for index, phrase in enumerate(phrases):
            concept = self.concepts.named(phrase)
            box = picture.box(concept) if concept is not None else None
            if box is not None and threshold < 1:
                boxes.append({"box": box, "score": 1.0, "phrase": index})
        return {"boxes": boxes}

    def segment(self, params):
        return self.results("segmentation", params.segment(), lambda item: self.masks(*item))

    def masks(self, image, boxes):
        picture = self.concepts.picture(digest(image))
        return {"masks": [picture.mask(box) for box in boxes]}

    def embed(self, params):
        kind, members = params.embed()
        make = self.of_picture if kind == "images" else self.of_text
        return self.results("embedding", members, make)

    def of_picture(self, image):
        return self.vector(self.concepts.picture(digest(image)).concepts(), "it shows none of the concepts")

    def of_text(self, text):
        concept = self.concepts.named(text)
        return self.vector([] if concept is None else [concept], "it names none of the concepts")

    def vector(self, concepts, reason):
        if not concepts:
            raise ItemError(reason)
        shown = set(concepts)
        return {"vector": [1.0 if each in shown else 0.0 for each in range(len(self.concepts))]}

    def results(self, role, members, make):
        found = []
        for member in members:
            try:
                found.append(make(member))
            except (ItemError, SetError) as error:
                found.append({"error": str(error)})
        return {
            "results": found, "models": {role: self.concepts.digest}, "versions": versions(),
            "memory": memory()}


def versions():
    return {"masks": VERSION, "python": platform.python_version()}


def memory():
    """Resident bytes."""
    import os

    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main():
    parser = argparse.ArgumentParser(prog="masks.py", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--concepts", required=True, metavar="FILE", help="the list of a concept set")
    try:
        worker = Worker(ConceptSet(parser.parse_args().concepts))
    except SetError as error:
        print(f"masks: {error}", file=sys.stderr)
        return 2
    serve(worker.answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""prompt/open: the same context as context/open makes, and where in the file each token lies."""

from . import layout
from .world import PICTURES, picture, picture_size

METHOD = "prompt/open"
QUESTION = "Does the image show a fish?\nIs the sign green?"
FILE = f"""---
images:
  park: {PICTURES}/park-02.png
steer:
  687: 50
---
@user
![park]
{QUESTION}
@assistant
"""


def check(world, ledger, folder):
    same = world.open(picture("park-02"), {"id": "question", "text": QUESTION})
    found = world.ask(METHOD, text=FILE, directory=folder)
    ledger.same(METHOD, "tokenCount", found["tokenCount"], same.opened["tokenCount"])
    ledger.same(METHOD, "version", found["version"], same.opened["version"])
    ledger.same(METHOD, "reused", found["reused"] + found["computed"], found["tokenCount"])
    # The last position is run again for what comes next.
    ledger.same(METHOD, "computed", found["computed"], 1)
    tokens = world.ask("context/tokens", context=found["context"])["tokens"]
    ledger.same(METHOD, "context", [each["id"] for each in tokens], same.ids)
    for path, value in flat(same.opened["images"][0], "images[]"):
        if path not in ("images[].part", "images[].views[]"):
            ledger.same(METHOD, path, dict(flat(found["images"][0], "images[]"))[path], value)
    (image,) = found["images"]
    views = layout.views(world.decoder.config, picture_size(f"{PICTURES}/park-02.png"), image["base"]["span"]["start"])
    layout.compare(ledger, METHOD, "images[].views", image["views"], views)
    for given, part in zip(same.opened["parts"], found["parts"]):
        ledger.same(METHOD, "parts[].span.start", part["span"]["start"], given["span"]["start"])
        ledger.same(METHOD, "parts[].span.end", part["span"]["end"], given["span"]["end"])
    ledger.same(METHOD, "front.steer[].index", [each["index"] for each in found["front"]["steer"]], [687])
    ledger.same(METHOD, "front.steer[].value", [each["value"] for each in found["front"]["steer"]], [50])
    placed(ledger, found, tokens)


def placed(ledger, found, tokens):
    """Every token of the question stands in the file where its range says."""
    lines = FILE.split("\n")

    def text(range):
        (start, end) = (sum(len(line) + 1 for line in lines[: each["line"]]) + each["character"]
                        for each in (range["start"], range["end"]))
        return FILE[start:end]

    ends = [f"range.{end}.{name}" for end in ("start", "end") for name in ("line", "character")]
    part = found["parts"][-1]
    for path in ends:
        ledger.same(METHOD, "parts[]." + path, text(part["range"]), QUESTION)
    inside = range(part["span"]["start"], part["span"]["end"])
    own = [each for each in found["tokens"] if each["position"] in inside]
    ledger.same(METHOD, "tokens[].position", [each["position"] for each in own], list(inside))
    ledger.same(METHOD, "tokens[].text", [each["text"] for each in own], [tokens[each["position"]]["text"] for each in own])
    for path in ends:
        ledger.same(METHOD, "tokens[]." + path, [text(each["range"]) for each in own], [each["text"] for each in own])


def flat(value, path):
    """(path, leaf) of an object, lists of numbers being leaves of their own."""
    if isinstance(value, dict):
        return [pair for name, each in value.items() for pair in flat(each, f"{path}.{name}")]
    return [(path + "[]" if isinstance(value, list) else path, value)]

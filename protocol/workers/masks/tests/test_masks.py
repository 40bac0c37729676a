"""The masks worker on the world's held-out pictures, against Pillow and NumPy."""

import base64
import hashlib
import io
import json
import signal
import sys
import unicodedata
import zlib
from pathlib import Path

import numpy
import pytest
from bad_input import INVALID_PARAMS, LINES, PARAMS, bad_images, long_line
from PIL import Image
from worker_process import Refused, WorkerProcess

WORLD = Path(__file__).resolve().parents[4] / "Sources/World/Resources"
HELDOUT = WORLD / "heldout"
CONCEPTS = json.loads((HELDOUT / "concepts.json").read_text())
PICTURES = sorted({place["picture"] for concept in CONCEPTS for place in concept["places"]})


def command(concepts=HELDOUT / "concepts.json"):
    return [sys.executable, str(WORLD / "workers/masks.py"), "--concepts", str(concepts)]


@pytest.fixture(scope="module")
def worker():
    with WorkerProcess(command()) as found:
        yield found


def image(name):
    return {"path": str(HELDOUT / f"{name}.png")}


def pixels(name, values):
    """Where a picture's mask has one of the values."""
    return numpy.isin(numpy.asarray(Image.open(HELDOUT / f"{name}.mask.png")), values)


def decoded(mask):
    lengths = numpy.array(mask["runs"])
    flat = numpy.repeat(numpy.arange(len(lengths)) % 2 == 1, lengths)
    return flat.reshape(mask["height"], mask["width"])


def test_says_what_it_is(worker):
    found = worker.ask("initialize", {"protocol": 1})
    digest = hashlib.sha256((HELDOUT / "concepts.json").read_bytes()).hexdigest()
    assert {each["digest"] for each in found["models"].values()} == {digest}
    assert found["models"]["embedding"]["dimensions"] == len(CONCEPTS)
    assert found["methods"] == ["ground", "segment", "embed"]


@pytest.mark.parametrize("name", PICTURES)
def test_every_concept_of_a_picture_comes_back_as_its_mask(worker, name):
    asked = [f"{concept['name']} ({concept['attribute']})" for concept in CONCEPTS]
    found = worker.ask("ground", {"items": [{"image": image(name), "phrases": asked}]})["results"][0]["boxes"]
    shown = {
        number: pixels(name, place["values"]) for number, concept in enumerate(CONCEPTS)
        for place in concept["places"] if place["picture"] == name}
    shown = {number: mask for number, mask in shown.items() if mask.any()}
    assert {each["phrase"] for each in found} == shown.keys()
    for each in found:
        rows, columns = numpy.nonzero(shown[each["phrase"]])
        bounds = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert numpy.floor(each["box"]).tolist() == bounds and each["score"] == 1
    assert len({tuple(each["box"]) for each in found}) == len(found)
    masks = worker.ask(
        "segment", {"items": [{"image": image(name), "boxes": [each["box"] for each in found]}]})
    for each, mask in zip(found, masks["results"][0]["masks"], strict=True):
        assert (decoded(mask) == shown[each["phrase"]]).all()


def test_pictures_are_known_by_their_bytes_wherever_they_lie(worker, tmp_path):
    data = (HELDOUT / "park-00.png").read_bytes()
    (tmp_path / "renamed").write_bytes(data)
    images = [
        image("park-00"), {"path": str(tmp_path / "renamed")},
        {"bytes": base64.b64encode(data).decode()}]
    found = worker.ask("embed", {"images": images})["results"]
    assert found[0] == found[1] == found[2]


def test_vectors_of_pictures_hold_what_they_show(worker):
    found = worker.ask("embed", {"images": [image(name) for name in PICTURES]})["results"]
    for name, result in zip(PICTURES, found, strict=True):
        expected = [
            float(any(
                place["picture"] == name and pixels(name, place["values"]).any()
                for place in concept["places"]))
            for concept in CONCEPTS]
        assert result["vector"] == expected


def named(text):
    """The rule of the kernel's `ConceptSet.concept(namedBy:)`, written anew."""
    for number, concept in enumerate(CONCEPTS):
        if text in (concept["name"], f"{concept['name']} ({concept['attribute']})"):
            return number
    cut = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFC", text).lower())
    said = set(cut.split())
    best = None
    for number, concept in enumerate(CONCEPTS):
        words = concept["name"].lower().split()
        if all(word in said or word + "s" in said for word in words):
            if best is None or len(concept["name"]) > len(CONCEPTS[best]["name"]):
                best = number
    return best


TEXTS = [
    "red", "house (object)", "House", "wooden houses by a river", "two red cars", "striped.", "a Stop sign",
    "the word “Bolivia” on a map", "carpet", "redness", "zebra", "", "cars-and-trees", "a happy person eating"]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_name_concepts_by_the_kernels_rule(worker, text):
    expected = named(text)
    result = worker.ask("embed", {"texts": [text]})["results"][0]
    if expected is None:
        assert "names none" in result["error"]
    else:
        assert [number for number, each in enumerate(result["vector"]) if each] == [expected]


def test_what_is_not_there_has_no_box(worker):
    item = {"image": image("park-00"), "phrases": ["kitchen", "zebra", "park"]}
    found = worker.ask("ground", {"items": [item], "threshold": 0.99})["results"][0]["boxes"]
    assert [each["phrase"] for each in found] == [2]
    assert worker.ask("ground", {"items": [item], "threshold": 1})["results"][0]["boxes"] == []


def test_one_bad_picture_is_its_items_error(worker, tmp_path):
    for name, bad, words in bad_images(tmp_path):
        items = [{"image": each, "phrases": ["park"]} for each in (image("park-00"), bad, image("park-01"))]
        good, failed, other = worker.ask("ground", {"items": items})["results"]
        assert good["boxes"] and other["boxes"], name
        assert words in failed["error"], name
    foreign = io.BytesIO()
    Image.new("RGB", (8, 8)).save(foreign, "PNG")
    result = worker.ask("embed", {"images": [{"bytes": base64.b64encode(foreign.getvalue()).decode()}]})
    assert "none of the concept set's" in result["results"][0]["error"]


def test_a_box_that_is_no_concepts_is_an_error(worker):
    item = {"image": image("park-00"), "boxes": [[0, 0, 3, 3]]}
    assert "no concept" in worker.ask("segment", {"items": [item]})["results"][0]["error"]


@pytest.mark.parametrize("name, line, code", LINES, ids=[each[0] for each in LINES])
def test_refuses_a_line(worker, name, line, code):
    assert worker.line(line)["error"]["code"] == code


@pytest.mark.parametrize("name, method, params, words", PARAMS, ids=[each[0] for each in PARAMS])
def test_refuses_params(worker, name, method, params, words):
    with pytest.raises(Refused) as refused:
        worker.ask_anything(method, params)
    assert refused.value.code == INVALID_PARAMS
    for word in words:
        assert word in str(refused.value)


def test_refuses_a_line_that_is_too_long_and_goes_on(worker):
    answer = worker.line(long_line(256 << 20))
    assert answer["error"]["code"] == INVALID_PARAMS and answer["id"] is None
    assert worker.ask("status")["memory"] < 1 << 30


def test_ends_in_order():
    worker = WorkerProcess(command())
    assert worker.ask("shutdown") is None
    assert worker.rest() == b"" and worker.end() == 0
    worker = WorkerProcess(command())
    worker.process.stdin.write(b'{"jsonrpc":"2.0","id":7,"method":"status"}\n' * 3)
    assert len(worker.rest().splitlines()) == 3 and worker.end() == 0
    worker = WorkerProcess(command())
    worker.ask("status")
    worker.process.send_signal(signal.SIGTERM)
    assert worker.end() == -signal.SIGTERM


# MARK: Sets of others


def write_set(folder, mask, **entry):
    picture = folder / "one.png"
    Image.new("RGB", (mask.shape[1], mask.shape[0])).save(picture)
    place = {"picture": "one", "values": [1], **entry}
    (folder / "concepts.json").write_text(json.dumps({"concepts": [{"name": "spot", "places": [place]}]}))
    return folder / "concepts.json"


def png(rows, colour, filters):
    """A PNG of given rows with a filter for each."""
    height, width = rows.shape[:2]
    step = 3 if colour == 2 else 1
    flat = rows.reshape(height, -1).astype(int)
    packed = b""
    for number, row in enumerate(flat):
        above = flat[number - 1] if number else numpy.zeros_like(row)
        left = numpy.concatenate([numpy.zeros(step, int), row[:-step]])
        corner = numpy.concatenate([numpy.zeros(step, int), above[:-step]])
        estimate = left + above - corner
        far = [abs(estimate - each) for each in (left, above, corner)]
        paeth = numpy.where(
            (far[0] <= far[1]) & (far[0] <= far[2]), left, numpy.where(far[1] <= far[2], above, corner))
        guess = [0 * row, left, above, (left + above) // 2, paeth][filters[number % len(filters)]]
        packed += bytes([filters[number % len(filters)]]) + ((row - guess) % 256).astype(numpy.uint8).tobytes()

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, colour, 0, 0, 0])
    data = zlib.compress(packed)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", b"Title\0spot")
        + chunk(b"IDAT", data[:20]) + chunk(b"IDAT", data[20:]) + chunk(b"IEND", b""))


@pytest.mark.parametrize("colour", [0, 2])
@pytest.mark.parametrize("filters", [[0], [1], [2], [3], [4], [0, 1, 2, 3, 4]], ids=str)
def test_reads_every_filter_of_png(tmp_path, colour, filters):
    random = numpy.random.default_rng(7)
    mask = random.integers(0, 4, (23, 17)).astype(numpy.uint8)
    rows = mask if colour == 0 else numpy.repeat(mask[:, :, None], 3, axis=2)
    concepts = write_set(tmp_path, mask)
    data = png(rows, colour, filters)
    (tmp_path / "one.mask.png").write_bytes(data)
    assert (numpy.asarray(Image.open(io.BytesIO(data)).convert("L")) == mask).all()
    with WorkerProcess(command(concepts)) as worker:
        picture = {"path": str(tmp_path / "one.png")}
        box = worker.ask("ground", {"items": [{"image": picture, "phrases": ["spots"]}]})
        box = box["results"][0]["boxes"][0]["box"]
        found = worker.ask("segment", {"items": [{"image": picture, "boxes": [box]}]})
        assert (decoded(found["results"][0]["masks"][0]) == (mask == 1)).all()


def test_masks_that_cannot_be_read_are_items_errors(tmp_path):
    mask = numpy.ones((4, 4), numpy.uint8)
    concepts = write_set(tmp_path, mask)
    good = png(mask, 0, [0])
    damaged = bytearray(good)
    damaged[-20] ^= 1
    colourful = png(numpy.dstack([mask, mask, 0 * mask]), 2, [0])
    sixteen, palette = io.BytesIO(), io.BytesIO()
    Image.fromarray(mask.astype(numpy.uint16)).save(sixteen, "PNG")
    Image.fromarray(mask).convert("P").save(palette, "PNG")
    rows = {
        "damaged": bytes(damaged), "is not greyscale": colourful, "16 bits": sixteen.getvalue(),
        "colour type 3": palette.getvalue(), "is no PNG": b"", "is damaged": good[:50]}
    item = {"image": {"path": str(tmp_path / "one.png")}, "phrases": ["spot"]}
    for words, data in rows.items():
        (tmp_path / "one.mask.png").write_bytes(data)
        with WorkerProcess(command(concepts)) as worker:
            assert words in worker.ask("ground", {"items": [item]})["results"][0]["error"]


def test_a_set_that_cannot_be_used_is_one_sentence(tmp_path):
    (tmp_path / "text.json").write_text("text")
    (tmp_path / "empty.json").write_text("[]")
    (tmp_path / "wrong.json").write_text('[{"name": "a", "places": [{"picture": "b", "values": [700]}]}]')
    (tmp_path / "lost.json").write_text('[{"name": "a", "places": [{"picture": "b", "values": [7]}]}]')
    for name in ("gone", "text", "empty", "wrong", "lost"):
        worker = WorkerProcess(command(tmp_path / f"{name}.json"))
        assert worker.rest() == b"" and worker.process.wait() == 2
        assert len(worker.errors().splitlines()) == 1 and "masks: " in worker.errors()
        worker.end()

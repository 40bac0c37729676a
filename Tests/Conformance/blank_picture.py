"""Holds explanations on a blank picture to what steering says of the same picture, and to the world's truth.

    python3 blank_picture.py PATH/TO/lucarne     # Python's standard library alone

Features that the shipped index names by dissection are held on a white picture. Every recorded answer must be the one
that steering/generate gives for a white PNG made here, the control without a change context/generate's; a feature counts
as explained exactly where the answer differs from both controls. Answers must name their features' concepts, where
neither control does, more often than answers dealt out to the features in any of 200 random orders.
"""

import base64
import json
import os
import random
import re
import shutil
import sqlite3
import struct
import sys
import tempfile
import zlib
from pathlib import Path

from line_kernel import LineKernel

PROGRAM = os.path.abspath(sys.argv[1])
WORLD = Path(__file__).resolve().parents[2] / "Sources/World/Resources"
QUESTION = "Describe the image."
SIDE = 96
STRENGTH = 8
COMPARED = 40
ORDERS = 200
failures = 0


def row(what, holds, detail=""):
    global failures
    print(("ok    " if holds else "FAILED ") + what + (f": {detail}" if detail != "" else ""), flush=True)
    failures += not holds


def white(side):
    """A white PNG, by the specification."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = (b"\0" + b"\xff" * 3 * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def records(index, method):
    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as database:
        return database.execute(
            "SELECT latent, state, text, record FROM explanation WHERE method = ? ORDER BY id", [method]).fetchall()


def main():
    folder = Path(tempfile.mkdtemp())
    index = folder / "features.index"
    shutil.copy(WORLD / "index/features.index", index)
    named = {latent: text for latent, state, text, _ in records(index, "dissection") if state == "explained"}
    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as database:
        largest = dict(database.execute("SELECT latent, max FROM statistics WHERE view = 0"))
    latents = [latent for latent in sorted(named) if latent in largest]
    kernel = LineKernel(PROGRAM, "--threads", "1")
    asked = {"index": str(index), "explainer": {"resident": {}}, "side": SIDE, "maxTokens": 24}
    done = kernel.job("explanation/generate", **asked, features={"latents": latents}, blankPicture={"strength": STRENGTH})
    result = done.get("result", {})
    row("every feature has an outcome", sum(result.get(each, 0) for each in ("explained", "uninterpretable", "failed")) == len(latents), result)

    context = kernel.ask("context/open", parts=[
        {"image": {"base64": base64.b64encode(white(SIDE)).decode()}, "id": "picture"}, {"text": QUESTION}])["context"]
    plain = kernel.ask("context/generate", context=context, maxTokens=24)["text"]
    same, held, judged = [], [], []
    row("none failed", not result.get("failed"), records(index, "blank-picture")[0] if result.get("failed") else "")
    kept = {latent: (state, text, json.loads(record)) for latent, state, text, record in records(index, "blank-picture")}
    for latent in latents[:COMPARED]:
        state, text, record = kept[latent]
        change = {"feature": {"sae": "sae", "index": latent}, "op": "clamp", "value": record["heldAt"], "at": [{"part": "picture"}]}
        steered = kernel.ask("steering/generate", context=context, sae="sae", interventions=[change], maxTokens=24)
        same.append(steered["outputs"][0]["text"] == record["answer"])
        held.append(abs(record["heldAt"] - STRENGTH * largest[latent]) < 1e-4 * record["heldAt"])
        controls = {record["withNothingHeld"], record["inARandomDirection"]}
        judged.append((state == "explained") == (record["answer"] not in controls) and record["withNothingHeld"] == plain)
    row("answers are those of steering/generate", all(same), f"{sum(same)} of {len(same)}")
    row("features are held at 8 times their largest activation", all(held), f"{sum(held)} of {len(held)}")
    row("explained is what differs from both controls", all(judged), f"{sum(judged)} of {len(judged)}")

    def words(text):
        return set(re.findall(r"[a-z]+", text.lower()))

    # The kind of a concept stands in parentheses behind its name.
    concepts = {latent: words(re.sub(r" \(\w+\)$", "", named[latent])) for latent in latents}
    said = {latent: words(record["answer"]) - words(record["withNothingHeld"]) - words(record["inARandomDirection"])
            for latent, (_, _, record) in kept.items()}

    def names(order):
        return sum(bool(concepts[latent] & said[other]) for latent, other in zip(latents, order))

    dealt = random.Random(1)
    chance = [names(dealt.sample(latents, len(latents))) for _ in range(ORDERS)]
    row("answers name their features' concepts more often than dealt-out ones", names(latents) > max(chance),
        f"{names(latents)} of {len(latents)}, dealt out {sum(chance) / ORDERS:.1f}, {max(chance)} at most; plain: {plain!r}")
    kinds = sorted({re.search(r"\((\w+)\)$", name).group(1) for name in named.values()})
    for kind in kinds:
        of_kind = [latent for latent in latents if named[latent].endswith(f"({kind})")]
        print(f"      {kind}: {sum(bool(concepts[each] & said[each]) for each in of_kind)} of {len(of_kind)}")

    again = kernel.job("explanation/generate", **asked, features={"latents": latents}, blankPicture={"strength": STRENGTH})
    row("what was explained is not asked again", again["result"]["known"] == len(latents), again.get("result"))
    for what, change, words in (
        ("a server cannot hold a feature", {"explainer": {"endpoint": {"url": "http://localhost:1/v1", "model": "m"}}}, "resident model alone"),
        ("exemplars do not go with it", {"exemplars": 3}, "exemplars is of explanations by exemplars"),
        ("nor does the view of texts", {"view": "text"}, "the view is text"),
        ("a strength is above zero", {"blankPicture": {"strength": 0}}, "expected a number above zero"),
        ("and bounded", {"blankPicture": {"strength": 1e308}}, "at most 1000"),
    ):
        refused = kernel.ask("explanation/generate", **{**asked, "features": {"latents": latents}, "blankPicture": {}, **change})
        row(what, words in str(refused), refused.get("message", refused))
    for what, change, words in (
        ("an autoencoder that is not loaded ends the job", {"sae": "nobody"}, "nobody"),
        ("a question with the picture's token ends the job", {"question": "what <image> is it"}, "<image>"),
    ):
        ended = kernel.job("explanation/generate", **{**asked, "blankPicture": change}, features={"latents": latents[:2]}, again=True)
        row(what, ended.get("state") == "failed" and words in str(ended), ended.get("error", ended.get("state")))
    below = kernel.ask("sae/load", path=str(WORLD / "sae/model.layers.3"), site="resid_post.1")["sae"]
    ended = kernel.job("explanation/generate", **{**asked, "blankPicture": {"sae": below}}, features={"latents": latents[:1]}, again=True)
    row("an autoencoder that the index was not built for ends the job", "does not fit" in str(ended.get("error")), ended.get("error"))
    ended = kernel.job("explanation/generate", **{**asked, "blankPicture": {"strength": STRENGTH}}, features={"latents": latents[:1]}, again=True)
    row("unnamed, it is the index's, not the last loaded", ended.get("state") == "completed", ended.get("error"))
    kernel.end()
    shutil.rmtree(folder)


main()
sys.exit(failures > 0)

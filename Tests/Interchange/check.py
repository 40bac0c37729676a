"""Holds exports and imports of the program to readers that are not its own.

    python Tests/Interchange/check.py PROGRAM INDEX FOLDER [--delphi SOURCE]    # numpy, safetensors; with SOURCE torch,
                                                                                # transformers, simple_parsing, jaxtyping, datasets

INDEX (such as the world's, copied) is exported as Neuronpedia's JSON lines and as delphi's splits into FOLDER. The index's file
is read by sqlite3 and struct, the exports by json and safetensors, and compared. With --delphi the splits are also read by
delphi's own `TensorBuffer`, from a folder with its package (eai-delphi 0.1.3).
"""

import argparse
import json
import pathlib
import sqlite3
import struct
import subprocess

import numpy
from safetensors.numpy import load_file

VIEWS, RANKINGS = ["base", "tiles", "text"], ["max", "mean", "mass"]


def floats(blob):
    count = len(blob) // 6
    return (struct.unpack(f"<{count}H", blob[:2 * count]), struct.unpack(f"<{count}f", blob[2 * count:]))


def places(database, view, ranking):
    """(latent, item, span) by rank."""
    rows = database.execute("SELECT latent, list FROM exemplars WHERE view = ? AND ranking = ? ORDER BY latent",
                            (view, ranking))
    for latent, blob in rows:
        for score, item, span in struct.iter_unpack("<fII", blob):
            yield latent, item, span, score


def neuronpedia(database, folder, latents):
    def lines(name):
        return [json.loads(line) for number in range((latents + 1023) // 1024)
                for line in (folder / name / f"batch-{number}.jsonl").read_text().splitlines()]

    features = lines("features")
    assert [int(feature["index"]) for feature in features] == list(range(latents))
    positions = dict(zip(VIEWS, database.execute(
        "SELECT sum(baseRows * baseColumns), sum(tileRows * tileColumns), sum(tokenCount) FROM item").fetchone()))
    wanted = {}
    for latent, view, active, most in database.execute("SELECT latent, view, positions, max FROM statistics"):
        wanted.setdefault(latent, []).append((VIEWS[view], active, most))
    for latent, feature in enumerate(features):
        rows = wanted.get(latent, [])
        assert feature["maxActApprox"] == max((most for *_, most in rows), default=0)
        share = sum(active for _, active, _ in rows) / sum(positions.values())
        assert abs(feature["frac_nonzero"] - share) < 1e-12
        for view, active, most in rows:
            assert abs(feature["views"][view]["density"] - active / positions[view]) < 1e-12
            assert feature["views"][view]["max"] == most
        assert sum(feature["freq_hist_data_bar_heights"]) == sum(active for _, active, _ in rows)
        effects = database.execute("SELECT text, effect FROM tokenEffect WHERE latent = ? AND promoted = 1 "
                                   "ORDER BY place", (latent,)).fetchall()
        assert list(zip(feature["pos_str"], feature["pos_values"])) == effects
    found = {}
    for line in lines("activations"):
        assert len(line["tokens"]) == len(line["values"])
        assert line["values"][line["maxValueTokenIndex"]] == line["maxValue"] == max(line["values"])
        assert (line["rect"] is None) == (line["view"] == "text") == (line["imageRef"] is None)
        assert line["rect"] is None or len(line["rect"]) == len(line["values"])
        found.setdefault(line["view"], []).append(line)
    names = dict(database.execute("SELECT number, name FROM item"))
    for number, view in enumerate(VIEWS):
        expected = list(places(database, number, 0))
        assert len(expected) == len(found.get(view, []))
        for (latent, item, span, score), line in zip(expected, found.get(view, [])):
            assert (int(line["index"]), line["dataIndex"], line["span"]) == (latent, names[item], span)
            assert numpy.float32(line["maxValue"]) == numpy.float32(score)
            _, values = floats(database.execute(
                "SELECT activations FROM map WHERE latent = ? AND view = ? AND item = ? AND span = ?",
                (latent, number, item, span)).fetchone()[0])
            assert [numpy.float32(value) for value in line["values"] if value > 0] == [
                numpy.float32(value) for value in values]
    told = database.execute("SELECT latent, text FROM explanation WHERE state = 'explained' "
                            "ORDER BY latent, revision DESC").fetchall()
    explanations = lines("explanations")
    assert [(int(line["index"]), line["description"]) for line in explanations] == told
    scores = database.execute("SELECT count(*) FROM score JOIN explanation ON explanation.id = explanation "
                              "WHERE state = 'explained'").fetchone()[0]
    assert sum(len(line["scores"]) for line in explanations) == scores
    print(f"neuronpedia: {len(features)} features, {sum(map(len, found.values()))} activations, "
          f"{len(told)} explanations, {scores} scores agree")
    return {line["id"] for lines in found.values() for line in lines}


def delphi(database, folder, view, latents, source):
    module = next(folder.iterdir())
    rows = [json.loads(line) for line in (module / "rows.jsonl").read_text().splitlines()]
    place = {(row["item"], row["span"]): row["row"] for row in rows}
    wanted = {}
    for latent, item, span, blob in database.execute(
            "SELECT latent, item, span, activations FROM map WHERE view = ?", (VIEWS.index(view),)):
        for position, value in zip(*floats(blob)):
            wanted[place[item, span], position, latent] = numpy.float16(value)
    found = {}
    for path in module.glob("*.safetensors"):
        first, last = map(int, path.stem.split("_"))
        tensors = load_file(path)
        assert tensors["locations"].dtype in (numpy.uint16, numpy.uint32)
        assert tensors["activations"].dtype == numpy.float16
        for (row, position, latent), value in zip(tensors["locations"].astype(int).tolist(), tensors["activations"]):
            assert latent <= last - first and (row, position, first + latent) not in found
            found[row, position, first + latent] = value
    assert found == wanted
    print(f"delphi: {len(found)} activations in {len(rows)} rows agree")
    if source:
        own(folder, module.name, source, wanted)


def own(folder, module, source, wanted):
    """By delphi's own reader; what it imports for models and scorers is left out."""
    import sys
    from importlib.machinery import ModuleSpec
    from unittest.mock import MagicMock

    class Stubs:
        wanted = {"bitsandbytes", "sparsify", "faiss", "vllm", "openai", "asyncer", "sentence_transformers",
                  "blobfile", "orjson", "plotly", "sklearn", "aiofiles", "beartype", "fire", "flask"}

        def find_spec(self, name, path=None, target=None):
            return ModuleSpec(name, self) if name.split(".")[0] in self.wanted else None

        def create_module(self, spec):
            made = MagicMock()
            made.__path__, made.__spec__ = [], spec
            return made

        def exec_module(self, module):
            pass

    sys.meta_path.append(Stubs())
    sys.path.insert(0, source)
    from delphi.latents.loader import TensorBuffer
    count = 0
    for path in sorted((folder / module).glob("*.safetensors")):
        buffer = TensorBuffer(str(path), module)
        for data in buffer:
            latent = data.latent.latent_index
            for (row, position, number), value in zip(data.activation_data.locations.tolist(),
                                                      data.activation_data.activations.numpy()):
                assert number == latent and wanted[row, position, latent] == value
                count += 1
        tokens = buffer.tokens
    assert count == len(wanted)
    print(f"delphi's own reader: {count} activations agree; tokens "
          f"{'none' if tokens is None else tuple(tokens.shape)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("program", "index", "folder"):
        parser.add_argument(name)
    parser.add_argument("--delphi")
    given = parser.parse_args()
    folder = pathlib.Path(given.folder)
    folder.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(f"file:{given.index}?mode=ro", uri=True)
    latents = json.loads(database.execute("SELECT value FROM fact WHERE name = 'identity'").fetchone()[0])["latents"]

    def export(name, *options):
        subprocess.run([given.program, "index", "export", given.index, str(folder / name), *options], check=True)
        return folder / name

    neuronpedia(database, export("neuronpedia", "--format", "neuronpedia"), latents)
    for view in VIEWS:
        if database.execute("SELECT count(*) FROM map WHERE view = ?", (VIEWS.index(view),)).fetchone()[0]:
            delphi(database, export(f"delphi-{view}", "--format", "delphi", "--view", view), view, latents, given.delphi)

"""Life, bad input, digests: what does not depend on a model's numbers."""

import base64
import hashlib
import io
import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import PIL.Image
import pytest
import safetensors.torch
import torch
import transformers
from bad_input import INVALID_PARAMS, LINES, PARAMS, UNKNOWN_METHOD, bad_images, long_line

from conftest import command, drawn, sent
from worker_process import Refused, WorkerProcess

ROLES = {"grounding": "grounding-dino", "segmentation": "sam", "embedding": "clip"}


def ended(*options):
    """Exit code and standard error of a worker that cannot start."""
    found = subprocess.run(command(*options), input=b"", capture_output=True, timeout=100)
    assert found.stdout == b""
    return found.returncode, found.stderr.decode()


# MARK: What it says of itself


def test_says_what_it_is_and_loads_nothing(begin, models):
    classes = {
        "grounding": transformers.GroundingDinoForObjectDetection, "segmentation": transformers.SamModel,
        "embedding": transformers.CLIPModel}
    with begin(grounding="grounding-dino", segmentation="sam", clip="clip") as worker:
        found = worker.ask("initialize", {"protocol": 1})
        assert worker.ask("status")["models"] == {}
    assert found["versions"]["torch"] == torch.__version__
    assert found["versions"]["transformers"] == transformers.__version__
    assert found["device"] == ("cuda:0" if torch.cuda.is_available() else "cpu")
    for role, each in classes.items():
        network = each.from_pretrained(models[ROLES[role]])
        assert found["models"][role]["class"] == each.__name__
        assert found["models"][role]["parameters"] == network.num_parameters()


def test_digests_are_what_sha256sum_says(worker, models):
    found = worker.ask("initialize", {"protocol": 1})["models"]
    for role, name in ROLES.items():
        listing = subprocess.run(
            "sha256sum $(ls | LC_ALL=C sort)", shell=True, cwd=models[name], capture_output=True).stdout
        assert found[role]["digest"] == hashlib.sha256(listing).hexdigest()


def test_every_answer_names_its_model(worker, pictures):
    image = sent(pictures[0])
    digests = {role: each["digest"] for role, each in worker.ask("initialize", {"protocol": 1})["models"].items()}
    asked = {
        "grounding": ("ground", {"items": [{"image": image, "phrases": ["dog"]}]}),
        "segmentation": ("segment", {"items": [{"image": image, "boxes": [[1, 1, 9, 9]]}]}),
        "embedding": ("embed", {"texts": ["dog"]})}
    for role, (method, params) in asked.items():
        found = worker.ask(method, params)
        assert found["models"] == {role: digests[role]} and found["memory"] > 1 << 20
    assert worker.ask("status")["models"].keys() == set(ROLES)


def test_a_digest_follows_the_files_until_they_are_loaded(start, models, tmp_path):
    shutil.copytree(models["clip"], tmp_path / "clip")
    with start(clip=tmp_path / "clip") as worker:
        def digest():
            return worker.ask("initialize", {"protocol": 1})["models"]["embedding"]["digest"]

        first = digest()
        configuration = tmp_path / "clip/config.json"
        configuration.write_text(configuration.read_text() + " ")
        second = digest()
        assert first != second == digest()
        assert worker.ask("embed", {"texts": ["dog"]})["models"] == {"embedding": second}
        configuration.write_text(configuration.read_text() + " ")
        # What answers is what was loaded.
        assert worker.ask("embed", {"texts": ["dog"]})["models"] == {"embedding": second}


def test_a_batch_changes_nothing_but_the_order_of_sums(start, pictures):
    images = [sent(each) for each in pictures]
    found = []
    for batch in (1, 8):
        with start(clip="clip", batch=batch) as worker:
            found.append(worker.ask("embed", {"images": images})["results"])
    for one, other in zip(*found):
        assert one["vector"] == pytest.approx(other["vector"], abs=1e-5)


def test_computes_in_the_type_that_is_asked_for(start, pictures):
    found = {}
    for dtype in ("float32", "bfloat16"):
        with start(clip="clip", dtype=dtype) as worker:
            found[dtype] = worker.ask("embed", {"images": [sent(pictures[0])]})["results"][0]["vector"]
    assert found["float32"] != found["bfloat16"]
    assert found["float32"] == pytest.approx(found["bfloat16"], abs=0.1)


# MARK: What it cannot start with


def test_folders_that_hold_no_model_are_one_sentence(models, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    shutil.copytree(models["clip"], tmp_path / "weightless")
    (tmp_path / "weightless/model.safetensors").unlink()
    shutil.copytree(models["clip"], tmp_path / "shards")
    (tmp_path / "shards/model.safetensors").unlink()
    (tmp_path / "shards/model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {"a": "model-1-of-2.safetensors"}}))
    shutil.copytree(models["clip"], tmp_path / "escaping")
    (tmp_path / "escaping/model.safetensors").unlink()
    (tmp_path / "escaping/model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {"a": "../clip/model.safetensors"}}))
    shutil.copytree(models["clip"], tmp_path / "broken")
    (tmp_path / "broken/config.json").write_text("{")
    rows = [
        (("--clip", tmp_path / "gone"), "--clip: ", "gone is no folder"),
        (("--clip", "openai/clip-vit-base-patch32"), "--clip: ", "of this machine alone"),
        (("--grounding", tmp_path / "file"), "--grounding: ", "is no folder"),
        (("--segmentation", tmp_path / "empty"), "--segmentation: ", "holds no config.json"),
        (("--clip", tmp_path / "weightless"), "--clip: ", "holds no weights"),
        (("--clip", tmp_path / "shards"), "--clip: ", "lacks model-1-of-2.safetensors"),
        (("--clip", tmp_path / "escaping"), "--clip: ", "is no list of shards"),
        (("--clip", tmp_path / "broken"), "", "is no JSON"),
        (("--grounding", models["clip"]), "", "cannot use to find what a phrase names"),
        (("--segmentation", models["dinov2"]), "", "cannot use to cut out what is in a box"),
        (("--clip", models["clip"], "--device", "cuda:99"), "", "--device cuda:99"),
        (("--clip", models["clip"], "--device", "tpu"), "", "expected auto, cpu, cuda or cuda:N")]
    for options, option, words in rows:
        code, text = ended(*options)
        assert code == 2 and text.splitlines()[-1].startswith(f"lucarne-vision: {option}"), (options, text)
        assert words in text.splitlines()[-1], (options, text)


def test_words_that_are_no_options_are_explained(models):
    rows = [
        ((), "give at least one of --grounding DIR"), (("--clip", models["clip"], "--batch", "0"), "1 to 1024"),
        (("--clip", models["clip"], "--mask", "all"), "invalid choice: 'all'"), (("--frobnicate",), "--frobnicate")]
    for options, words in rows:
        code, text = ended(*options)
        assert code == 2 and words in text


def test_weights_that_lack_something_are_refused_when_they_are_needed(start, models, tmp_path):
    """transformers would go on with random numbers."""
    shutil.copytree(models["clip"], tmp_path / "clip")
    weights = safetensors.torch.load_file(tmp_path / "clip/model.safetensors")
    name = next(each for each in weights if each.endswith("visual_projection.weight"))
    del weights[name]
    safetensors.torch.save_file(weights, tmp_path / "clip/model.safetensors", {"format": "pt"})
    with start(clip=tmp_path / "clip") as worker:
        worker.ask("initialize", {"protocol": 1})
        for _ in range(2):
            with pytest.raises(
                Refused, match="lack 1 of CLIPModel's tensors, such as visual_projection"
            ) as refused:
                worker.ask("embed", {"texts": ["a"]})
            assert refused.value.code == -32603
        (tmp_path / "clip/model.safetensors").write_bytes(b"no weights")
        with pytest.raises(Refused, match="cannot be loaded"):
            worker.ask("embed", {"texts": ["a"]})
        shutil.copy(models["clip"] / "model.safetensors", tmp_path / "clip")
        assert worker.ask("embed", {"texts": ["a"]})["results"][0]["vector"]


def test_numbers_that_are_not_finite_are_items_errors(start, models, tmp_path, pictures):
    for role, name in ROLES.items():
        shutil.copytree(models[name], tmp_path / name)
        weights = safetensors.torch.load_file(tmp_path / name / "model.safetensors")
        for key, each in weights.items():
            if each.is_floating_point() and each.dim() == 1:
                each[0] = float("nan")
        safetensors.torch.save_file(weights, tmp_path / name / "model.safetensors", {"format": "pt"})
    image = sent(pictures[0])
    folders = {"grounding": "grounding-dino", "segmentation": "sam", "clip": "clip"}
    with start(**{option: tmp_path / name for option, name in folders.items()}) as worker:
        for method, params in (
            ("ground", {"items": [{"image": image, "phrases": ["dog"]}]}),
            ("segment", {"items": [{"image": image, "boxes": [[1, 1, 9, 9]]}]}),
            ("embed", {"images": [image]}), ("embed", {"texts": ["dog"]})):
            assert "not finite" in worker.ask(method, params)["results"][0]["error"], method


# MARK: Requests


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
    worker.ask("status")


def test_a_method_without_a_model_says_how_to_get_one(start):
    with start(clip="clip") as worker:
        assert worker.ask("initialize", {"protocol": 1})["methods"] == ["embed"]
        for method, option in (("ground", "--grounding DIR"), ("segment", "--segmentation DIR")):
            with pytest.raises(Refused, match=option) as refused:
                worker.ask(method, {"items": []})
            assert refused.value.code == UNKNOWN_METHOD


def test_one_bad_picture_is_its_items_error(worker, pictures, tmp_path):
    good = sent(pictures[0])
    truncated = {"bytes": good["bytes"][: len(good["bytes"]) // 8 * 4]}
    bomb = io.BytesIO()
    PIL.Image.new("1", (10_001, 10_000)).save(bomb, "PNG")
    rows = [
        *bad_images(tmp_path), ("half a picture", truncated, "cannot be decoded"),
        ("100,010,000 pixels", {"bytes": base64.b64encode(bomb.getvalue()).decode()}, "at most 100,000,000")]
    images = [good] + [image for _, image, _ in rows] + [good]
    embedded = worker.ask("embed", {"images": images})["results"]
    grounded = worker.ask(
        "ground", {"items": [{"image": image, "phrases": ["dog"]} for image in images]})["results"]
    segmented = worker.ask(
        "segment", {"items": [{"image": image, "boxes": [[1, 1, 9, 9]]} for image in images]})["results"]
    assert "vector" in embedded[0] and embedded[0]["vector"] == pytest.approx(embedded[-1]["vector"], abs=1e-5)
    assert "boxes" in grounded[-1] and "masks" in segmented[-1]
    for found in (embedded, grounded, segmented):
        for (name, _, words), result in zip(rows, found[1:-1], strict=True):
            assert words in result["error"], name


def test_pictures_of_every_kind_are_seen_as_the_pipeline_sees_them(worker, tmp_path):
    """Modes, transparency, animation, EXIF's turn: sizes of masks are those of the upright picture."""
    base = drawn(40, 30, 5)
    turned = PIL.Image.Exif()
    turned[274] = 6
    rows = {
        "grey.png": base.convert("L"), "alpha.png": base.convert("RGBA"), "palette.gif": base.convert("P"),
        "sixteen.png": base.convert("I;16"), "cmyk.jpg": base.convert("CMYK"), "one.webp": base, "one.bmp": base}
    for name, each in rows.items():
        each.save(tmp_path / name)
    base.save(tmp_path / "turned.jpg", exif=turned)
    base.save(tmp_path / "two.gif", save_all=True, append_images=[drawn(40, 30, 6)])
    names = [*rows, "turned.jpg", "two.gif"]
    items = [{"image": {"path": str(tmp_path / name)}, "boxes": [[1, 1, 9, 9]]} for name in names]
    for name, result in zip(names, worker.ask("segment", {"items": items})["results"], strict=True):
        mask = result["masks"][0]
        assert (mask["width"], mask["height"]) == ((30, 40) if name == "turned.jpg" else (40, 30)), name


def test_a_picture_of_one_pixel_or_row_has_a_result_or_an_error_of_its_own(worker, pictures):
    images = [sent(drawn(*size, 1)) for size in ((1, 1), (500, 1), (1, 500))] + [sent(pictures[0])]
    for method, params in (
        ("ground", {"items": [{"image": image, "phrases": ["dog"]} for image in images]}),
        ("segment", {"items": [{"image": image, "boxes": [[0, 0, 1, 1]]} for image in images]}),
        ("embed", {"images": images})):
        results = worker.ask(method, params)["results"]
        assert len(results) == 4 and "error" not in results[-1]


def test_nothing_asked_is_nothing_answered(worker):
    for method, params in (
        ("ground", {"items": []}), ("segment", {"items": []}), ("embed", {"images": []}), ("embed", {"texts": []})):
        assert worker.ask(method, params)["results"] == []


def test_the_largest_batch(worker, pictures):
    image = sent(pictures[0])
    found = worker.ask("embed", {"images": [image] * 256})["results"]
    assert len(found) == 256 and all("vector" in each for each in found)


# MARK: Its end


def test_ends_in_order(begin):
    worker = begin(clip="clip")
    assert worker.ask("shutdown") is None
    assert worker.rest() == b"" and worker.end() == 0
    worker = begin(clip="clip")
    worker.process.stdin.write(b'{"jsonrpc":"2.0","id":7,"method":"status"}\n\n{"jsonrpc":"2.0","method":"status"}\n')
    assert json.loads(worker.rest())["id"] == 7 and worker.end() == 0


def test_ends_by_sigterm_while_it_works(begin, pictures):
    worker = begin(clip="clip")
    worker.ask("embed", {"texts": ["a"]})
    request = {"jsonrpc": "2.0", "id": 9, "method": "embed", "params": {"images": [sent(pictures[0])] * 256}}
    worker.process.stdin.write(json.dumps(request).encode() + b"\n")
    worker.process.stdin.flush()
    time.sleep(0.3)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(timeout=5) == -signal.SIGTERM
    worker.end()


def test_ends_at_once_when_nobody_reads_its_answers(begin, pictures):
    """As when a kernel is killed while the worker computes."""
    worker = begin(clip="clip")
    worker.ask("embed", {"texts": ["a"]})
    request = {"jsonrpc": "2.0", "id": 9, "method": "embed", "params": {"images": [sent(pictures[0])] * 256}}
    worker.process.stdin.write(json.dumps(request).encode() + b"\n")
    worker.process.stdin.flush()
    began = time.monotonic()
    worker.process.stdout.close()
    assert worker.process.wait(timeout=10) == 0 and time.monotonic() - began < 5
    worker.end()


def test_nothing_else_gets_onto_standard_output(models, tmp_path):
    """Libraries print; what they print is in the log."""
    talkative = tmp_path / "talkative.py"
    talkative.write_text(
        "import os, sys\nfrom lucarne_vision import embedding\nkept = embedding.Embedder.texts\n"
        "def texts(*arguments):\n    print('printed'); os.write(1, b'written\\n'); os.system('echo echoed')\n"
        "    return kept(*arguments)\nembedding.Embedder.texts = texts\n"
        "from lucarne_vision.__main__ import main\nmain()\n")
    with WorkerProcess([command()[0], str(talkative), "--clip", str(models["clip"])]) as worker:
        assert len(worker.ask("embed", {"texts": ["a"]})["results"]) == 1
        for word in ("printed", "written", "echoed"):
            assert word in worker.errors()


def test_stays_offline(models):
    """The libraries are told so before they are imported, whatever the environment says."""
    code = (
        "import os; os.environ['HF_HUB_OFFLINE'] = '0'\nfrom lucarne_vision import libraries\n"
        "libraries.stay_offline()\nimport huggingface_hub, transformers\n"
        "print(huggingface_hub.constants.HF_HUB_OFFLINE, transformers.utils.hub.is_offline_mode())")
    found = subprocess.run([command()[0], "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "True"]


def test_the_package_declares_what_it_imports():
    """pyproject.toml and the source name the same version and packages."""
    import tomllib

    import lucarne_vision

    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    assert project["version"] == lucarne_vision.__version__
    assert {each.split(">")[0] for each in project["dependencies"]} == {"numpy", "pillow", "torch", "transformers"}

"""Features of the world's index, explained by a LLaVA-OneVision of the real class behind `transformers serve`.

Its answers are random tokens: what is held is what it was shown, and what is kept of an answer that cannot be read.
"""

from __future__ import annotations

import base64
import io
import json
import os
import shlex
import shutil
from pathlib import Path

import PIL.Image
import pytest
import transformers

import llava_onevision
from lucarne import Kernel
from serving import RecordingProxy, Served

WORLD = Path(__file__).resolve().parents[4] / "Sources/World/Resources"
SAE = "sae"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    found = Served(llava_onevision.made(folder / "llava-onevision"), folder / "log")
    yield found
    found.end()


@pytest.fixture(scope="module")
def proxy(served):
    found = RecordingProxy(served.port)
    yield found
    found.end()


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """A copy that may be written to."""
    folder = tmp_path_factory.mktemp("index")
    (source,) = [each for each in (WORLD / "index").iterdir() if each.suffix == ".index"]
    return Path(shutil.copy(source, folder))


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    jobs = tmp_path_factory.mktemp("jobs")
    with Kernel(f"{shlex.quote(os.environ['LUCARNE'])} serve --jobs {shlex.quote(str(jobs))}") as found:
        yield found


@pytest.fixture(scope="module")
def latents(kernel):
    """Three with five pictures in each of the views."""
    def shows(latent, view):
        found = kernel.feature.examples(feature={"sae": SAE, "index": latent}, view=view, top_k=5)
        return len(found.items) == 5

    found = (each for each in range(2000) if shows(each, "base") and shows(each, "tiles"))
    return [next(found) for _ in range(3)]


def explained(kernel, proxy, served, index, latents, **options):
    """The job, and the requests that it posted."""
    before = len(proxy.kept)
    started = kernel.explanation.generate(
        index=str(index), features={"latents": latents}, again=True, max_tokens=24, concurrency=1, tries=1,
        explainer={"endpoint": {"url": proxy.url, "model": str(served.folder)}}, **options)
    job = kernel.wait(started)
    requests = proxy.kept[before:]
    assert all(each["status"] == 200 for each in requests), served.log()
    return job, requests


def pictures(body):
    """The bytes of the pictures in a request."""
    (content,) = [each["content"] for each in body["messages"] if each["role"] == "user"]
    found = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    assert all(each.startswith("data:image/png;base64,") for each in found)
    return [base64.b64decode(each.partition(",")[2]) for each in found]


def rendered(kernel, index, latent, **options):
    opened = kernel.index.open(path=str(index), sae=SAE)
    found = kernel.feature.render(
        index=opened.index, feature={"sae": SAE, "index": latent}, top_k=5, **options)
    return [base64.b64decode(each.base64) for each in found.renderings]


@pytest.fixture(scope="module")
def default_run(kernel, proxy, served, index, latents):
    return explained(kernel, proxy, served, index, latents)


def test_the_answers_are_recorded_as_failures_with_their_transcript(default_run, kernel, index, latents):
    job, requests = default_run
    assert job.state == "completed"
    result = job.result
    assert result["failed"] == len(latents) == len(requests)
    assert result["explained"] == result["uninterpretable"] == 0
    for latent, request in zip(latents, requests):
        newest = kernel.explanation.get(index=str(index), latent=latent, records=True).items[0]
        assert newest.state == "failed" and newest.text
        record = json.loads(newest.record)
        assert record["answer"] == request["answer"]["choices"][0]["message"]["content"]
        assert record["pictures"] == len(pictures(request["body"])) == 5
        assert record["instruction"] in request["body"]["messages"][-1]["content"][0]["text"]
        assert newest.author.name == request["body"]["model"]


def test_the_model_takes_every_picture_in(default_run, served):
    """What the server counts is what the real processor makes of text and pictures."""
    _, requests = default_run
    processor = transformers.AutoProcessor.from_pretrained(served.folder)
    patches = (llava_onevision.SIDE // llava_onevision.PATCH) ** 2
    for request in requests:
        shown = [PIL.Image.open(io.BytesIO(each)).convert("RGB") for each in pictures(request["body"])]
        turns = []
        for message in request["body"]["messages"]:
            content = message["content"]
            parts = [{"type": "text", "text": content}] if isinstance(content, str) else [
                {"type": "text", "text": each["text"]} if each["type"] == "text"
                else {"type": "image", "image": shown.pop(0)} for each in content]
            turns.append({"role": message["role"], "content": parts})
        inputs = processor.apply_chat_template(
            turns, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt")
        marks = int((inputs["input_ids"] == processor.image_token_id).sum())
        # Several pictures in a message are a tile each, and one mark for its end.
        assert marks == 5 * (patches + 1)
        assert inputs["pixel_values"].shape[-2:] == (llava_onevision.SIDE, llava_onevision.SIDE)
        assert request["answer"]["usage"]["prompt_tokens"] == inputs["input_ids"].shape[1]


def test_the_template_writes_as_the_published_one(served):
    processor = transformers.AutoProcessor.from_pretrained(served.folder)
    turns = [
        {"role": "system", "content": [{"type": "text", "text": "be brief"}]},
        {"role": "user", "content": [
            {"type": "text", "text": "what?"}, {"type": "image"}, {"type": "image"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "a dog"}]}]
    assert processor.apply_chat_template(turns, add_generation_prompt=True) == (
        "<|im_start|>system \nbe brief<|im_end|><|im_start|>user <image><image>\nwhat?<|im_end|>"
        "<|im_start|>assistant \na dog<|im_end|><|im_start|>assistant\n")


def test_what_it_is_shown_is_what_feature_render_draws(default_run, kernel, index, latents):
    _, requests = default_run
    for latent, request in zip(latents, requests):
        assert pictures(request["body"]) == rendered(kernel, index, latent, view="base")


@pytest.mark.parametrize("options", [
    {"style": "paper"}, {"style": "black"}, {"style": "weighted", "interpolation": "smooth"},
    {"style": "dimmed", "level": 0.5}, {"view": "tiles"}, {"rank_by": "max"}], ids=str)
def test_every_option_of_feature_render_is_honoured(kernel, proxy, served, index, latents, options):
    _, requests = explained(kernel, proxy, served, index, latents, **options)
    plain = rendered(kernel, index, latents[0], view="base")
    for latent, request in zip(latents, requests, strict=True):
        assert pictures(request["body"]) == rendered(kernel, index, latent, **{"view": "base", **options})
    assert pictures(requests[0]["body"]) != plain


def test_a_side_reduces_pictures(kernel, proxy, served, index, latents):
    _, requests = explained(kernel, proxy, served, index, latents, side=48)
    for each in pictures(requests[0]["body"]):
        assert max(PIL.Image.open(io.BytesIO(each)).size) == 48
    assert pictures(requests[0]["body"]) == rendered(kernel, index, latents[0], view="base", size=48)


def test_a_style_that_cannot_draw_the_view_is_refused(kernel, proxy, served, index, latents):
    from lucarne.kinds import UnsupportedTarget

    with pytest.raises(UnsupportedTarget, match="paper draws the base view"):
        explained(kernel, proxy, served, index, latents, style="paper", view="tiles")

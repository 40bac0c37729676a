"""`ground` against transformers' own pipeline, called directly."""

import pytest
import torch
import transformers

from conftest import sent

PHRASES = ["red ball", "a striped umbrella on the beach.", "house", "water"]


def expected(folder, pictures, phrases, threshold, ending):
    """Per picture the pipeline's boxes as (phrase, box, score)."""
    detector = transformers.pipeline(
        "zero-shot-object-detection", model=str(folder), device="cpu", dtype=torch.float32)
    labels = [each if each.endswith(".") else each + ending for each in phrases]
    found = []
    for picture in pictures:
        boxes = detector(picture, candidate_labels=labels, threshold=threshold)
        found.append([
            (labels.index(each["label"]), [each["box"][name] for name in ("xmin", "ymin", "xmax", "ymax")],
             each["score"])
            for each in boxes])
    return found


def answered(worker, pictures, phrases, threshold):
    items = [{"image": sent(picture), "phrases": phrases} for picture in pictures]
    results = worker.ask("ground", {"items": items, "threshold": threshold})["results"]
    return [[(each["phrase"], each["box"], each["score"]) for each in result["boxes"]] for result in results]


@pytest.mark.parametrize("model, ending", [("grounding-dino", "."), ("owlv2", "")])
def test_alone_a_picture_has_the_pipelines_boxes(start, models, pictures, model, ending):
    threshold = {"grounding-dino": 0.97, "owlv2": 0.9}[model]
    wanted = expected(models[model], pictures, PHRASES, threshold, ending)
    assert sum(map(len, wanted)) > 20 and any(len(each) < 4 * 12 for each in wanted)
    with start(grounding=model, batch=1) as worker:
        found = answered(worker, pictures, PHRASES, threshold)
    for one, other in zip(found, wanted, strict=True):
        assert [each[:2] for each in one] == [each[:2] for each in other]
        assert [each[2] for each in one] == pytest.approx([each[2] for each in other], abs=1e-6)


@pytest.mark.parametrize("model, ending", [("grounding-dino", "."), ("owlv2", "")])
def test_a_batch_has_them_too(start, models, pictures, model, ending):
    """Sums are made in another order: a corner may be cut to the next pixel, a score move by 10⁻⁵."""
    threshold = {"grounding-dino": 0.97, "owlv2": 0.9}[model]
    wanted = expected(models[model], pictures, PHRASES, threshold, ending)
    with start(grounding=model, batch=4) as worker:
        found = answered(worker, pictures, PHRASES, threshold)
    for one, other in zip(found, wanted, strict=True):
        edge = [each for each in [*one, *other] if abs(each[2] - threshold) < 1e-5]
        if not edge:
            assert len(one) == len(other)
        for phrase, box, score in one:
            assert any(
                phrase == each[0] and abs(score - each[2]) < 1e-5
                and all(abs(a - b) <= 1 for a, b in zip(box, each[1]))
                for each in other) or (phrase, box, score) in edge


def test_a_phrase_gets_the_full_stop_that_it_lacks(worker, pictures):
    """Without it the words of a phrase do not know each other (the paper's scorer adds it)."""
    found = answered(worker, pictures[:1], ["red ball", "red ball."], 0.3)[0]
    by_phrase = [[(box, score) for phrase, box, score in found if phrase == number] for number in (0, 1)]
    assert by_phrase[0] and by_phrase[0] == by_phrase[1]


def test_nothing_above_the_threshold_is_no_error(worker, pictures):
    assert answered(worker, pictures[:2], ["water"], 1.0) == [[], []]


def test_a_phrase_too_long_for_the_model_is_its_pictures_error(worker, pictures):
    items = [{"image": sent(pictures[0]), "phrases": [phrase]} for phrase in ("house", "dog " * 3000, "map")]
    good, bad, other = worker.ask("ground", {"items": items, "threshold": 0.3})["results"]
    assert good["boxes"] and other["boxes"] and "error" in bad

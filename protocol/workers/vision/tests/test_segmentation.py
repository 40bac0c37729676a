"""`segment` against the models and processors of transformers, called directly."""

import numpy
import pytest
import torch
import transformers

from conftest import decoded, sent

BOXES = [
    [[10, 12, 60.5, 70]], [[0, 0, 95, 95], [20, 20, 40, 80], [5, 60, 90, 90]], [[30, 10, 119, 79]], [],
    [[1, 2, 60, 138], [4, 4, 12, 30]], [[48, 48, 48, 48]], [[3, 4, 5 + index, 90] for index in range(20)]]

CLASSES = {"sam": ("SamModel", "SamProcessor"), "sam2": ("Sam2Model", "Sam2Processor")}
MODELS = ["sam", pytest.param("sam2", marks=pytest.mark.skipif(
    not transformers.utils.is_torchvision_available(), reason="SAM 2's processor needs torchvision"))]


def expected(folder, model, pictures, boxes, mask):
    """Per picture and box the mask that a box gets."""
    network = getattr(transformers, CLASSES[model][0]).from_pretrained(folder).eval()
    processor = getattr(transformers, CLASSES[model][1]).from_pretrained(folder)
    found = []
    for picture, its in zip(pictures, boxes, strict=True):
        if not its:
            found.append([])
            continue
        inputs = processor(images=picture, input_boxes=[its], return_tensors="pt")
        sizes = [inputs.pop("original_sizes")]
        if "reshaped_input_sizes" in inputs:
            sizes.append(inputs.pop("reshaped_input_sizes"))
        inputs["input_boxes"] = inputs["input_boxes"].float()
        with torch.no_grad():
            outputs = network(**inputs, multimask_output=True)
        masks = processor.post_process_masks(outputs.pred_masks, *sizes)[0]
        if mask == "union":
            # The paper's scorer: a pixel is inside where the mean of the alternatives is above 0.
            found.append(list((masks.float().mean(dim=1) > 0).numpy()))
        else:
            best = outputs.iou_scores[0].argmax(dim=-1)
            found.append([each[index].numpy() for each, index in zip(masks, best)])
    return found


@pytest.mark.parametrize("mask", ["union", "best"])
@pytest.mark.parametrize("model", MODELS)
def test_a_box_has_the_models_masks(start, models, pictures, model, mask):
    wanted = expected(models[model], model, pictures, BOXES, mask)
    areas = [each.mean() for its in wanted for each in its]
    assert len({round(float(each), 4) for each in areas}) > 5 and 0.02 < numpy.mean(areas) < 0.98
    with start(segmentation=model, mask=mask, batch=4) as worker:
        items = [{"image": sent(picture), "boxes": its} for picture, its in zip(pictures, BOXES)]
        results = worker.ask("segment", {"items": items})["results"]
    for picture, result, other in zip(pictures, results, wanted, strict=True):
        assert len(result["masks"]) == len(other)
        for one, its in zip(result["masks"], other):
            assert (one["width"], one["height"]) == picture.size
            # A logit of ±10⁻⁶ may fall on either side of 0 when sums are made in another order.
            assert (decoded(one) != its).mean() < 1e-3


def test_the_union_holds_the_best(start, pictures):
    item = {"image": sent(pictures[0]), "boxes": [[10, 10, 50, 50]]}
    found = []
    for mask in ("union", "best"):
        with start(segmentation="sam", mask=mask) as worker:
            found.append(decoded(worker.ask("segment", {"items": [item]})["results"][0]["masks"][0]))
    union, best = found
    assert (union | best == union).all() and union.sum() > best.sum() > 0


def test_a_picture_without_boxes_is_looked_at_all_the_same(worker, pictures):
    items = [{"image": sent(pictures[0]), "boxes": []}, {"image": {"bytes": "AAAA"}, "boxes": []}]
    good, bad = worker.ask("segment", {"items": items})["results"]
    assert good == {"masks": []} and "error" in bad

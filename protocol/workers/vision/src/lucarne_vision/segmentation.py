"""What is in a box: masks of a promptable segmenter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Sequence

from .batches import in_batches
from .failures import ItemError, reason
from .params import SegmentItem
from .pictures import opened
from .role_model import RoleModel
from .runs import encoded

#: Boxes that are decoded together.
_BOXES_AT_ONCE = 16
#: Numbers of masks at the picture's size that are held at once, unless one box alone has more.
_MASK_NUMBERS = 1 << 27


@dataclass(frozen=True)
class _Prepared:
    """One picture for the encoder, its boxes in the encoder's pixels."""

    item: int
    #: Height and width of the picture.
    size: tuple[int, int]
    pixels: Any
    boxes: Any
    #: What the processor wants back to undo what it did.
    sizes: dict[str, Any]


class Segmenter(RoleModel):
    """SAM and its kin, asked for several masks a box (`multimask_output`), each where it is above 0."""

    auto_class = "AutoModelForMaskGeneration"
    purpose = "cut out what is in a box"

    def __init__(self, *arguments: Any, mask: str):
        super().__init__(*arguments)
        self._mask = mask

    def _load_beside(self) -> None:
        from transformers import AutoProcessor

        self._processor = AutoProcessor.from_pretrained(self.folder.path, local_files_only=True)

    def segment(self, items: Sequence[SegmentItem], batch: int) -> list[dict[str, Any]]:
        """A result for each item: a mask for each of its boxes, or its error."""
        self.network()
        results: list[dict[str, Any]] = []
        for start in range(0, len(items), batch):
            results += self._part(items[start : start + batch], batch)
        return results

    def _part(self, items: Sequence[SegmentItem], batch: int) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = [{"masks": []} for _ in items]
        prepared: list[_Prepared] = []
        for index, item in enumerate(items):
            try:
                prepared += self._prepared(index, item)
            except ItemError as error:
                results[index] = {"error": str(error)}
        embeddings = in_batches(
            prepared, lambda each: tuple(each.pixels.shape), batch, self._encoded)
        for each, embedding in zip(prepared, embeddings):
            if isinstance(embedding, ItemError):
                results[each.item] = {"error": str(embedding)}
                continue
            try:
                results[each.item] = {"masks": self._masks(each, embedding)}
            except ItemError as error:
                results[each.item] = {"error": str(error)}
            except Exception as error:  # A model may raise anything, for want of memory say.
                results[each.item] = {"error": f"the model cannot take it: {reason(error)}"}
        return results

    def _prepared(self, index: int, item: SegmentItem) -> list[_Prepared]:
        """None where there are no boxes; the picture must be one all the same."""
        picture = opened(item.image)
        if not item.boxes:
            return []
        try:
            inputs = self._processor(
                images=picture, input_boxes=[item.boxes], return_tensors="pt")
        except Exception as error:
            raise ItemError(f"the model's processor cannot take it: {reason(error)}") from error
        sizes = {
            name: inputs[name] for name in ("original_sizes", "reshaped_input_sizes") if name in inputs}
        return [_Prepared(
            index, (picture.height, picture.width), inputs["pixel_values"], inputs["input_boxes"], sizes)]

    def _encoded(self, prepared: Sequence[_Prepared]) -> list[dict[str, Any]]:
        """For each picture what the decoder is given of it, a batch of one."""
        import torch

        pixels = torch.cat([each.pixels for each in prepared])
        network = self.network()
        with torch.inference_mode():
            found = network.get_image_embeddings(**self.moved({"pixel_values": pixels}))
        names = ("image_embeddings",)
        if isinstance(found, tuple):  # SAM-HQ
            names, levels = ("image_embeddings", "intermediate_embeddings"), found
        else:
            levels = (found,)
        return [
            {name: _picked(level, index) for name, level in zip(names, levels)}
            for index in range(len(prepared))]

    def _masks(self, prepared: _Prepared, embedding: dict[str, Any]) -> list[dict[str, Any]]:
        import torch

        masks: list[dict[str, Any]] = []
        count = prepared.boxes.shape[1]
        for start in range(0, count, _BOXES_AT_ONCE):
            boxes = self.moved({"input_boxes": prepared.boxes[:, start : start + _BOXES_AT_ONCE]})
            with torch.inference_mode():
                outputs = self.network()(**embedding, **boxes, multimask_output=True)
            if not outputs.pred_masks.isfinite().all():
                raise ItemError("the model gives numbers that are not finite")
            masks += self._drawn(
                outputs.pred_masks[0].float().cpu(), outputs.iou_scores[0].float().cpu(), prepared)
        return masks

    def _drawn(self, masks: Any, scores: Any, prepared: _Prepared) -> list[dict[str, Any]]:
        """Masks [boxes, alternatives, height, width] of the decoder as one mask a box."""
        if self._mask == "best":
            best = scores.argmax(dim=-1)
            masks = masks[range(len(masks)), best][:, None]
        at_once = max(1, _MASK_NUMBERS // (prepared.size[0] * prepared.size[1] * masks.shape[1]))
        drawn: list[dict[str, Any]] = []
        for start in range(0, len(masks), at_once):
            part = self._processor.post_process_masks(
                masks[None, start : start + at_once], **prepared.sizes)[0]
            drawn += [encoded(each) for each in part.any(dim=1).numpy()]
        return drawn


def _picked(level: Any, index: int) -> Any:
    """One picture's part of embeddings, which are a tensor or one for each scale."""
    if isinstance(level, (list, tuple)):
        return [each[index : index + 1] for each in level]
    return level[index : index + 1]

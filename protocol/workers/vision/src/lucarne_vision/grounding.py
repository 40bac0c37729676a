"""Where a phrase is seen: boxes of a zero-shot object detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Sequence

from .batches import in_batches
from .failures import ItemError, reason
from .params import GroundItem
from .pictures import opened
from .role_model import RoleModel

#: Kinds whose texts are sentences: a phrase without a full stop would be joined to nothing.
_SENTENCES = {"grounding-dino", "mm-grounding-dino"}


@dataclass(frozen=True)
class _Question:
    """One phrase about one picture."""

    item: int
    phrase: int
    #: Height and width of the picture.
    size: tuple[int, int]
    pixels: dict[str, Any]
    text: dict[str, Any]

    @property
    def shape(self) -> tuple:
        return tuple(
            (name, tuple(each.shape)) for name, each in [*self.pixels.items(), *self.text.items()])


class Grounder(RoleModel):
    """Gives what transformers' pipeline `zero-shot-object-detection` gives: a forward pass a phrase."""

    auto_class = "AutoModelForZeroShotObjectDetection"
    purpose = "find what a phrase names"

    def _load_beside(self) -> None:
        from transformers import AutoImageProcessor, AutoTokenizer

        self._processor = AutoImageProcessor.from_pretrained(self.folder.path, local_files_only=True)
        self._tokenizer = AutoTokenizer.from_pretrained(self.folder.path, local_files_only=True)

    def ground(self, items: Sequence[GroundItem], threshold: float, batch: int) -> list[dict[str, Any]]:
        """A result for each item: its boxes by falling score, or its error."""
        self.network()
        results: list[dict[str, Any]] = []
        for start in range(0, len(items), batch):
            results += self._part(items[start : start + batch], threshold, batch)
        return results

    def _part(
        self, items: Sequence[GroundItem], threshold: float, batch: int
    ) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = [{"boxes": []} for _ in items]
        questions: list[_Question] = []
        for index, item in enumerate(items):
            try:
                questions += self._questions(index, item)
            except ItemError as error:
                results[index] = {"error": str(error)}
        outcomes = in_batches(
            questions, lambda each: each.shape, batch, lambda part: self._forward(part, threshold))
        for question, outcome in zip(questions, outcomes):
            result = results[question.item]
            if isinstance(outcome, ItemError):
                results[question.item] = {"error": str(outcome)}
            elif "boxes" in result:
                result["boxes"] += outcome
        for result in results:
            if "boxes" in result:
                result["boxes"].sort(key=lambda each: -each["score"])
        return results

    def _questions(self, index: int, item: GroundItem) -> list[_Question]:
        picture = opened(item.image)
        try:
            pixels = dict(self._processor(picture, return_tensors="pt"))
            return [
                _Question(
                    index, number, (picture.height, picture.width), pixels,
                    dict(self._tokenizer(self._text(phrase), return_tensors="pt")))
                for number, phrase in enumerate(item.phrases)]
        except Exception as error:  # Of pictures with a side of one pixel, say.
            raise ItemError(f"the model's processor cannot take it: {reason(error)}") from error

    def _text(self, phrase: str) -> str:
        return phrase if self.kind not in _SENTENCES or phrase.endswith(".") else phrase + "."

    def _forward(self, questions: Sequence[_Question], threshold: float) -> list[list[dict[str, Any]]]:
        import torch

        inputs = {
            name: torch.cat([{**each.pixels, **each.text}[name] for each in questions])
            for name in [*questions[0].pixels, *questions[0].text]}
        with torch.inference_mode():
            outputs = self.network()(**self.moved(inputs))
        if outputs.logits.isnan().any() or not outputs.pred_boxes.isfinite().all():
            raise ItemError("the model gives numbers that are not finite")
        sizes = torch.tensor([each.size for each in questions], dtype=torch.int32)
        found = self._processor.post_process_object_detection(
            outputs, threshold=threshold, target_sizes=sizes.to(outputs.pred_boxes.device))
        return [_boxes(each, question.phrase) for each, question in zip(found, questions)]


def _boxes(found: dict[str, Any], phrase: int) -> list[dict[str, Any]]:
    # Corners are cut to whole pixels, as the pipeline does.
    corners = found["boxes"].int().tolist()
    scores = found["scores"].float().tolist()
    return [
        {"box": box, "score": score, "phrase": phrase}
        for box, score in zip(corners, scores) if score > 0]

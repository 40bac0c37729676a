"""Vectors of pictures and texts."""

from __future__ import annotations

from typing import Any, Sequence

from .batches import in_batches
from .failures import InvalidParams, ItemError, reason
from .folders import FolderError
from .params import ImageSource
from .pictures import opened
from .role_model import RoleModel

#: Kinds that were trained on texts filled up to a fixed length, whose last token is the text's.
_FILLED = {"siglip", "siglip2"}


class Embedder(RoleModel):
    """CLIP and its kin, or an encoder of pictures alone. Vectors are as the model gives them."""

    auto_class = "AutoModel"
    purpose = "make vectors of pictures"

    def _check(self, empty: Any) -> None:
        self.reads_texts = hasattr(empty, "get_image_features") and hasattr(
            empty, "get_text_features")
        if not self.reads_texts and empty.main_input_name != "pixel_values":
            raise FolderError(
                f"{self.folder.path} holds a {self.class_name}, which cannot be used to {self.purpose}")

    def _load_beside(self) -> None:
        from transformers import AutoImageProcessor, AutoTokenizer

        self._processor = AutoImageProcessor.from_pretrained(self.folder.path, local_files_only=True)
        if self.reads_texts:
            self._tokenizer = AutoTokenizer.from_pretrained(self.folder.path, local_files_only=True)

    def facts(self) -> dict[str, Any]:
        inputs = ["images", "texts"] if self.reads_texts else ["images"]
        return {**super().facts(), "dimensions": self._dimensions(), "inputs": inputs}

    def _dimensions(self) -> int:
        configuration = self.configuration
        if not self.reads_texts:
            return configuration.hidden_size
        if hasattr(configuration, "projection_dim"):
            return configuration.projection_dim
        return configuration.vision_config.hidden_size

    # MARK: Pictures

    def pictures(self, sources: Sequence[ImageSource], batch: int) -> list[dict[str, Any]]:
        """A result for each picture: its vector, or its error."""
        self.network()
        results: list[dict[str, Any]] = []
        for start in range(0, len(sources), batch):
            results += self._pictures(sources[start : start + batch], batch)
        return results

    def _pictures(self, sources: Sequence[ImageSource], batch: int) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = [{} for _ in sources]
        places: list[int] = []
        prepared: list[dict[str, Any]] = []
        for place, source in enumerate(sources):
            try:
                prepared.append(self._pixels(source))
                places.append(place)
            except ItemError as error:
                results[place] = {"error": str(error)}
        found = in_batches(prepared, _shape, batch, self._picture_vectors)
        for place, vector in zip(places, found):
            results[place] = _result(vector)
        return results

    def _pixels(self, source: ImageSource) -> dict[str, Any]:
        picture = opened(source)
        try:
            return dict(self._processor(picture, return_tensors="pt"))
        except Exception as error:
            raise ItemError(f"the model's processor cannot take it: {reason(error)}") from error

    def _picture_vectors(self, prepared: Sequence[dict[str, Any]]) -> list[Any]:
        import torch

        inputs = self.moved(_joined(prepared))
        network = self.network()
        with torch.inference_mode():
            found = network.get_image_features(**inputs) if self.reads_texts else network(**inputs)
        return list(_pooled(found))

    # MARK: Texts

    def texts(self, texts: Sequence[str], batch: int) -> list[dict[str, Any]]:
        """A result for each text: its vector, or its error. What is too long for the model is cut."""
        if not self.reads_texts:
            raise InvalidParams(
                "texts", "texts", f"images: {self.class_name} makes vectors of pictures alone")
        self.network()
        prepared = [self._tokens(text) for text in texts]
        return [_result(each) for each in in_batches(prepared, _shape, batch, self._text_vectors)]

    def _tokens(self, text: str) -> dict[str, Any]:
        length = self.configuration.text_config.max_position_embeddings
        filling = "max_length" if self.kind in _FILLED else False
        return dict(self._tokenizer(
            text, padding=filling, truncation=True, max_length=length, return_tensors="pt"))

    def _text_vectors(self, prepared: Sequence[dict[str, Any]]) -> list[Any]:
        import torch

        with torch.inference_mode():
            return list(_pooled(self.network().get_text_features(**self.moved(_joined(prepared)))))


def _shape(inputs: dict[str, Any]) -> tuple:
    return tuple((name, tuple(each.shape)) for name, each in sorted(inputs.items()))


def _joined(prepared: Sequence[dict[str, Any]]) -> dict[str, Any]:
    import torch

    return {name: torch.cat([each[name] for each in prepared]) for name in prepared[0]}


def _pooled(found: Any) -> Any:
    """Vectors [batch, dimensions]: transformers 5 answers them with the states they were made of."""
    vectors = getattr(found, "pooler_output", found)
    if vectors is None:  # A class without a head: its first token.
        vectors = found.last_hidden_state[:, 0]
    return vectors.float().cpu()


def _result(vector: Any) -> dict[str, Any]:
    if isinstance(vector, ItemError):
        return {"error": str(vector)}
    if not vector.isfinite().all():
        return {"error": "the model gives numbers that are not finite"}
    # The shortest digits that are the same number of 32 bits.
    return {"vector": [float(str(each)) for each in vector.numpy()]}

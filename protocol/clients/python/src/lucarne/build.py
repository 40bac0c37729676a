"""Params written shortly: tokens, targets, regions, interventions, prompt parts."""

from __future__ import annotations

import os
from typing import Any, Mapping, Sequence, Union

from .records import Record

#: A token by its text (mind the leading space) or by its number.
Token = Union[str, int, Mapping[str, Any]]
#: A picture: a file's path, the bytes of a PNG or JPEG file, or anything with PIL's `save`.
Picture = Union[str, "os.PathLike[str]", bytes, Any]
#: A latent by its number, or with its autoencoder.
Feature = Union[int, Mapping[str, Any], Record]


def token(value: Token) -> Mapping[str, Any]:
    if isinstance(value, str):
        return {"text": value}
    return {"id": value} if isinstance(value, int) else value


def logit_difference(answer: Token, baseline: Token, position: int | None = None) -> dict[str, Any]:
    """logit(answer) − logit(baseline), the paper's target."""
    found = {"kind": "logitDiff", "answer": token(answer), "baseline": token(baseline)}
    return found if position is None else {**found, "position": position}


def logit(of: Token, position: int | None = None) -> dict[str, Any]:
    found = {"kind": "logit", "token": token(of)}
    return found if position is None else {**found, "position": position}


def target(answer: Token | Mapping[str, Any], baseline: Token | None = None) -> Mapping[str, Any]:
    """The difference to `baseline`, or the logit of `answer` alone; a target stays as it is."""
    if isinstance(answer, Mapping) and "kind" in answer:
        return answer
    return logit(answer) if baseline is None else logit_difference(answer, baseline)


def target_text(of: Mapping[str, Any]) -> str:
    """A target in words."""
    if of.get("kind") == "sequenceLogProb":
        return "log p of " + "".join(_token_text(each) for each in of["tokens"])
    if of.get("kind") == "logitDiff":
        return f"logit({_token_text(of['answer'])}) − logit({_token_text(of['baseline'])})"
    return f"{of.get('kind')}({_token_text(of.get('token') or {})})"


def _token_text(of: Mapping[str, Any]) -> str:
    return str(of["text"]).strip() or repr(of["text"]) if "text" in of else str(of.get("id"))


def feature(value: Feature, sae: str) -> dict[str, Any]:
    if isinstance(value, (Mapping, Record)):
        return {"sae": value["sae"], "index": value["index"]}
    return {"sae": sae, "index": int(value)}


def region(value: Any) -> Mapping[str, Any]:
    """A part by its id, a picture by its number, a `range` or `slice` of positions, or the wire's own."""
    if isinstance(value, str):
        return {"part": value}
    if isinstance(value, bool):
        raise TypeError("a region is no truth value")
    if isinstance(value, int):
        return {"image": value}
    if isinstance(value, (range, slice)):
        if value.start is None or value.stop is None or (value.step or 1) != 1:
            raise ValueError(f"{value}, expected a start, an end and a step of 1")
        return {"span": {"start": value.start, "end": value.stop}}
    return value


def regions(value: Any) -> list[Mapping[str, Any]] | None:
    if value is None:
        return None
    many = isinstance(value, (list, tuple))
    return [region(each) for each in (value if many else [value])]


def intervention(
    op: str, of: Feature, value: float | None, sae: str, at: Any = None, generated: bool | None = None
) -> dict[str, Any]:
    found = {"op": op, "feature": feature(of, sae), "value": value, "at": regions(at), "generated": generated}
    return {name: each for name, each in found.items() if each is not None}


def clamps(
    values: Any, sae: str, at: Any = None, generated: bool | None = None
) -> list[Mapping[str, Any]]:
    """`{latent: value}` as clamps; interventions of the wire stay as they are."""
    if isinstance(values, Mapping) and "op" not in values:
        return [intervention("clamp", of, value, sae, at, generated) for of, value in values.items()]
    return [values] if isinstance(values, Mapping) else list(values)


def zeros(features: Any, sae: str, at: Any = None) -> list[Mapping[str, Any]]:
    """Latents that are set to zero."""
    if isinstance(features, (int, Record)) or isinstance(features, Mapping) and "op" not in features:
        features = [features]
    return [
        each if isinstance(each, Mapping) and "op" in each else intervention("zero", each, None, sae, at)
        for each in ([features] if isinstance(features, Mapping) else features)
    ]


def image(source: Picture) -> dict[str, Any]:
    if isinstance(source, Mapping):
        return dict(source)
    if isinstance(source, (str, os.PathLike)):
        return {"path": os.path.abspath(os.path.expanduser(os.fspath(source)))}
    if isinstance(source, (bytes, bytearray, memoryview)):
        return {"base64": bytes(source)}
    if hasattr(source, "save"):
        import io

        buffer = io.BytesIO()
        source.save(buffer, format="PNG")
        return {"base64": buffer.getvalue()}
    raise TypeError(f"{type(source).__name__} is no picture: give a path, a file's bytes or a PIL image")


def parts(text: str | None, pictures: Picture | Sequence[Picture] | None) -> list[dict[str, Any]]:
    """Pictures, called `picture` (or `picture1`, `picture2` …), then the text, called `question`."""
    many = list(pictures) if isinstance(pictures, (list, tuple)) else [pictures]
    many = [each for each in many if each is not None]
    found: list[dict[str, Any]] = [
        {"id": "picture" if len(many) == 1 else f"picture{number}", "image": image(each)}
        for number, each in enumerate(many, 1)
    ]
    return found + ([{"id": "question", "text": text}] if text is not None else [])

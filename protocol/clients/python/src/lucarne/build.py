"""Params written shortly: tokens, targets, parts, regions, interventions, prompt parts."""

from __future__ import annotations

import math
import operator
import os
import re
from typing import Any, Literal, Mapping, Sequence, Union

from .errors import BadValue
from .records import Record

#: A token by its text (mind the leading space) or by its number.
Token = Union[str, int, Mapping[str, Any]]
#: A token, several of which any will do, every spelling of a text (`variants`), or a target of the wire.
Answer = Union[Token, Sequence[Token]]
#: A picture: a file's path, a `file:` or `data:` address, the bytes of a PNG, JPEG, WebP, GIF or BMP file, or anything with PIL's `save`.
Picture = Union[str, "os.PathLike[str]", bytes, Any]
#: A latent by its number, or with its autoencoder.
Feature = Union[int, str, Mapping[str, Any], Record]
#: Where: a part's id, a picture's number, positions, a box, or a region of the wire.
Region = Union[str, int, range, slice, Mapping[str, Any], Record]
#: A file or folder.
Path = Union[str, "os.PathLike[str]"]
#: What an arm changes: a text as on the command line, interventions, `{latent: value}`, or a recipe by its file.
Change = Union[str, "os.PathLike[str]", Mapping[Any, Any], Sequence[Mapping[str, Any]], Any]
#: A server of chat completions by its address and its model's name, "resident" for the model itself, or one of the wire.
Judge = Union[tuple[str, str], Literal["resident"], Mapping[str, Any]]
#: How scores are made.
Method = Literal["gradient", "heldNorms", "relevance", "integratedGradients", "ablation"]
#: What scores are added up over.
Aggregate = Literal["none", "feature", "token", "part"]
#: How the shares of parts are measured.
PartsMethod = Literal["ablation", "shapley", "sum", "occlusion", "none"]
#: The same, or which regions, or both (`shares`).
Parts = Union[PartsMethod, bool, Sequence[Region], Mapping[str, Any]]


def token(value: Token) -> Mapping[str, Any]:
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, (Mapping, Record)):
        return _mapping(value)
    return {"id": _whole(value, "a token's number")}


def tokens(value: Answer) -> Mapping[str, Any] | list[Mapping[str, Any]]:
    """A token, or several of which any will do."""
    if isinstance(value, (str, Mapping, Record)) or not hasattr(value, "__iter__"):
        return token(value)
    return [token(each) for each in value]


def variants(text: str) -> dict[str, Any]:
    """Every token that spells a text: with or without a space before it, in capitals or not."""
    return {"text": text, "variants": True}


def sentence(text: str | Sequence[Token]) -> dict[str, Any]:
    """The log probability of a whole answer: a text, or its tokens one after the other."""
    if isinstance(text, str):
        return {"kind": "sequenceLogProb", "text": text}
    return {"kind": "sequenceLogProb", "tokens": [token(each) for each in text]}


def logit_difference(answer: Answer, baseline: Answer | None = None, position: int | None = None) -> dict[str, Any]:
    """logit(answer) − logit(baseline); without a baseline, that of the runner-up."""
    found: dict[str, Any] = {"kind": "logitDiff", "answer": tokens(answer)}
    if baseline is not None:
        found["baseline"] = tokens(baseline)
    return found if position is None else {**found, "position": position}


def logit(of: Token, position: int | None = None) -> dict[str, Any]:
    found = {"kind": "logit", "token": token(of)}
    return found if position is None else {**found, "position": position}


def target(
    answer: Answer | None,
    baseline: Answer | None = None,
    sequence: str | Sequence[Token] | None = None,
    position: int | None = None,
) -> Mapping[str, Any]:
    """The difference to `baseline`, or to the runner-up; the log probability of a `sequence`; a target stays."""
    if sequence is not None:
        if answer is not None or baseline is not None or position is not None:
            raise TypeError("sequence= is a whole answer: it cannot be combined with answer, baseline or position")
        return sentence(sequence)
    if answer is None:
        raise TypeError("what is asked about is missing: an answer, or sequence= for a whole sentence")
    if isinstance(answer, (Mapping, Record)) and "kind" in answer:
        if baseline is not None or position is not None:
            raise TypeError("a target of the wire has its baseline and position in itself")
        return _mapping(answer)
    return logit_difference(answer, baseline, position)


def target_text(of: Mapping[str, Any]) -> str:
    """A target in words, its tokens as they are."""
    kind = of.get("kind")
    if kind == "sequenceLogProb":
        text = of["text"] if "text" in of else "".join(str(each.get("text", f"#{each.get('id')}")) for each in of["tokens"])
        return f"log p({_quoted(text)})"
    if kind == "logitDiff":
        baseline = _tokens_text(of["baseline"]) if of.get("baseline") is not None else "the runner-up"
        return f"logit({_tokens_text(of['answer'])}) − logit({baseline})"
    return f"{'log p' if kind == 'logProb' else kind}({_tokens_text(of.get('token') or {})})"


def _quoted(text: str) -> str:
    return '"' + text.replace("\n", "↵") + '"'


def _tokens_text(of: Any) -> str:
    if not isinstance(of, Mapping):
        return "{" + ", ".join(_tokens_text(each) for each in of) + "}"
    if "text" not in of:
        return f"token {of.get('id')}"
    return _quoted(str(of["text"])) + (" in any spelling" if of.get("variants") else "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value.to_dict() if isinstance(value, Record) else value


def _whole(value: Any, what: str) -> int:
    """A whole number, numpy's too; no truth value and no fraction."""
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        raise TypeError(f"{value!r} is not {what}")
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{value!r} is not {what}") from None


def feature(value: Feature, sae: str) -> dict[str, Any]:
    """A latent by its number, also written ("182", "#182")."""
    if isinstance(value, (Mapping, Record)):
        return {"sae": value["sae"], "index": value["index"]}
    if isinstance(value, str):
        digits = value.strip().removeprefix("#")
        if not (digits.isascii() and digits.isdigit()):
            raise ValueError(f"{value!r} is not a latent: give its number")
        return {"sae": sae, "index": int(digits)}
    return {"sae": sae, "index": _whole(value, "a latent's number")}


def box(left: float, top: float, right: float, bottom: float, image: int = 0, view: str | None = None) -> dict[str, Any]:
    """A rectangle of a picture, in its pixels, as a region."""
    found: dict[str, Any] = {"image": image, "box": [left, top, right, bottom]}
    return found if view is None else {**found, "view": view}


def last(count: int = 1) -> dict[str, Any]:
    """The last positions of a prompt, as a region; the last one is where the answer begins."""
    if _whole(count, "a number of positions") < 1:
        raise BadValue(f"the last {count} positions are none, expected 1 or more")
    return {"last": _whole(count, "a number of positions")}


def shares(
    method: PartsMethod = "ablation",
    regions: Sequence[Region] | Mapping[str, Region] | None = None,
    replacement: Token | None = None,
) -> dict[str, Any]:
    """How the shares of parts are measured: the method, and of which regions (a list, or by name).

    `replacement` is the token that stands in for words that occlusion hides.
    """
    found: dict[str, Any] = {"method": method}
    if regions is not None:
        named = isinstance(regions, Mapping)
        found["regions"] = [
            {"name": each, "region": region(regions[each])} if named else {"region": region(each)}
            for each in _list(regions)
        ]
    if replacement is not None:
        found["replacement"] = token(replacement)
    return found


def parts_request(value: Parts | None) -> Mapping[str, Any] | None:
    """What `parts=` says: a method, False for none, regions, or `shares(…)`."""
    if value is None or value is True:
        return None
    if value is False:
        return {"method": "none"}
    if isinstance(value, str):
        return {"method": value}
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, Mapping):
        if value and value.keys() <= {"method", "regions", "replacement"}:
            return value
        if value and value.keys() <= {"span", "part", "image", "box", "view", "last"}:
            return shares(regions=[value])
    return shares(regions=value)


def _list(value: Any) -> list[Any]:
    """Several as they are, one by itself: a text is one."""
    if isinstance(value, Mapping):
        return list(value)
    return [value] if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__") else list(value)


def region(value: Any) -> Mapping[str, Any]:
    """A part by its id, a picture by its number, a `range` or `slice` of positions, or the wire's own."""
    if isinstance(value, str):
        return {"part": value}
    if isinstance(value, bool):
        raise TypeError("a region is not a truth value")
    if hasattr(value, "__index__"):
        return {"image": operator.index(value)}
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, (range, slice)):
        if value.start is None or value.stop is None or (value.step or 1) != 1:
            raise ValueError(f"{value}, expected a start, an end and a step of 1")
        return {"span": {"start": value.start, "end": value.stop}}
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is not a region: give a part's id, a picture's number, a range of positions, box(…), last(…)")
    return value


def regions(value: Any) -> list[Mapping[str, Any]] | None:
    if value is None:
        return None
    many = isinstance(value, (list, tuple))
    return [region(each) for each in (value if many else [value])]


def intervention(
    op: str, of: Feature, value: float | None, sae: str, at: Any = None, generated: bool | None = None
) -> dict[str, Any]:
    if value is not None and not math.isfinite(value):
        raise BadValue(f"the value of latent {feature(of, sae)['index']} is {value}, expected a finite number")
    found = {"op": op, "feature": feature(of, sae), "value": value, "at": regions(at), "generated": generated}
    return {name: each for name, each in found.items() if each is not None}


def clamps(
    values: Any, sae: str, at: Any = None, generated: bool | None = None
) -> list[Mapping[str, Any]]:
    """`{latent: value}` as clamps; interventions of the wire stay as they are."""
    if isinstance(values, Mapping) and "op" not in values:
        return [intervention("clamp", of, value, sae, at, generated) for of, value in values.items()]
    found: list[Mapping[str, Any]] = []
    for each in [values] if isinstance(values, (Mapping, Record)) else _several(values):
        if not (isinstance(each, (Mapping, Record)) and "op" in each):
            raise TypeError(f"{each!r} is not an intervention: give {{latent: value}}, such as {{182: 0}}")
        found.append(_mapping(each))
    return found


def zeros(features: Any, sae: str, at: Any = None) -> list[Mapping[str, Any]]:
    """Latents that are set to zero: one, or several."""
    one = isinstance(features, (str, Mapping, Record)) or not hasattr(features, "__iter__")
    return [
        _mapping(each) if isinstance(each, (Mapping, Record)) and "op" in each else intervention("zero", each, None, sae, at)
        for each in ([features] if one else features)
    ]


#: What is written instead of a region in a change.
PLACES: Mapping[str, Mapping[str, Any]] = {
    "question": {"part": "question"},
    "image": {"image": 0},
    "base": {"image": 0, "view": "base"},
    "tiles": {"image": 0, "view": "tiles"},
    "last": {"last": 1},
}
OPERATIONS = ("zero", "scale", "clamp", "add")
_FORM = 'OPERATION FEATURE [VALUE] [at PLACE[+PLACE]] [generated], such as "zero 182 at last"'


def changes(text: str, sae: str) -> list[dict[str, Any]]:
    """Changes as the command line has them: `zero 182 at last, scale 352 0.5 at question+image generated`."""
    return [_change(each.split(), sae) for each in text.split(",")]


def _change(words: list[str], sae: str) -> dict[str, Any]:
    rest = list(words)

    def refuse(what: str) -> BadValue:
        return BadValue(f'the change "{" ".join(words)}" {what}, expected {_FORM}')

    def take(pattern: str, what: str) -> str:
        if not rest or not re.fullmatch(pattern, rest[0], re.ASCII):
            raise refuse(what)
        return rest.pop(0)

    op = take("|".join(OPERATIONS), f"begins with none of {', '.join(OPERATIONS)}")
    found: dict[str, Any] = {"op": op, "feature": {"sae": sae, "index": int(take(r"\d+", "names no feature"))}}
    if op != "zero":
        value = float(take(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", "has no value"))
        if not math.isfinite(value):
            raise refuse("has no value")
        found["value"] = value
    if rest[:1] == ["at"]:
        del rest[0]
        names_ = take(r"\S+", 'names no place behind "at"').split("+")
        for each in names_:
            if each not in PLACES:
                raise refuse(f'names the place "{each}", which is none of {", ".join(PLACES)}')
        found["at"] = [PLACES[each] for each in names_]
    if rest[:1] == ["generated"]:
        del rest[0]
        found["generated"] = True
    if rest:
        raise refuse(f'goes on with "{" ".join(rest)}"')
    return found


def recipe(value: Any) -> str | None:
    """A recipe's file: its path, or what a search found."""
    if value is not None and not isinstance(value, (str, os.PathLike)):
        value = getattr(value, "path", value)
    return path(value)


def arm(name: str, change: Change, sae: str) -> dict[str, Any]:
    """An arm of an evaluation by what it changes."""
    if isinstance(change, str):
        is_file = change.endswith(".json") or (os.path.isfile(change) and change.split()[0] not in OPERATIONS)
        return {"name": name, "recipe": path(change)} if is_file else {"name": name, "interventions": changes(change, sae)}
    if isinstance(change, os.PathLike) or isinstance(getattr(change, "path", None), str):
        return {"name": name, "recipe": recipe(change)}
    if isinstance(change, Mapping) and change and change.keys() <= {"interventions", "recipe", "splice"}:
        return {"name": name, **change}
    return {"name": name, "interventions": clamps(change, sae)}


def arms(values: Mapping[str, Change], sae: str) -> list[dict[str, Any]]:
    if not isinstance(values, Mapping):
        raise TypeError(f'{values!r} are no arms: give their changes by name, such as {{"quiet": "zero 182 at last"}}')
    return [arm(name, change, sae) for name, change in values.items()]


def path(value: Any) -> str | None:
    """Absolute, as the kernel wants it."""
    return None if value is None else os.path.abspath(os.path.expanduser(os.fspath(value)))


def export_format(output: Path) -> str:
    """What a file's name ends with: `html` or `ipynb`."""
    name = os.fspath(output)
    ending = next((each for each in ("html", "ipynb") if name.endswith(f".{each}")), None)
    if ending is None:
        raise ValueError(f"output is {name!r}, expected a name that ends with .html or .ipynb, or a format")
    return ending


def some_paths(value: Path | Sequence[Path] | None) -> list[str | None] | None:
    """One or several."""
    if value is None:
        return None
    return [path(each) for each in ([value] if isinstance(value, (str, os.PathLike)) else value)]


def judge(value: Judge) -> dict[str, Any]:
    if value == "resident":
        return {"resident": {}}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(each, str) for each in value):
        return {"endpoint": {"url": value[0], "model": value[1]}}
    raise BadValue(f"a judge is {value!r}, expected (address, model) or 'resident'")


def given(**members: Any) -> dict[str, Any] | None:
    """The members that were given; None where there are none."""
    return {name: each for name, each in members.items() if each is not None} or None


def dataset(questions: Path, form: str, annotations: Path | None, pictures: Path | None) -> dict[str, Any] | None:
    return given(path=path(questions), format=form, annotations=path(annotations), pictures=path(pictures))


def controls(features: int | None, directions: int | None, seed: int | None) -> dict[str, Any] | None:
    return given(features=features, directions=directions, seed=seed)


def shard(value: tuple[int, int] | None) -> dict[str, int] | None:
    """(0, 4) is the first part of four."""
    if value is None:
        return None
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"{value!r} is no part of the pictures: give its number and of how many, such as (0, 4)")
    return {"index": _whole(value[0], "a part's number"), "count": _whole(value[1], "a number of parts")}


def _several(values: Any) -> Any:
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise TypeError(f"{values!r} gives no values: give {{latent: value}}, such as {{182: 0}}")
    return values


def names(value: str | Sequence[str], of: str) -> list[str]:
    """Several names, or one."""
    found = [value] if isinstance(value, str) else list(value)
    for each in found:
        if not isinstance(each, str):
            raise TypeError(f"{each!r} is not a name for {of}")
    return found


def some_names(value: str | Sequence[str] | None, of: str) -> list[str] | None:
    return None if value is None else names(value, of)


def image(source: Picture) -> dict[str, Any]:
    if isinstance(source, Mapping):
        return dict(source)
    if isinstance(source, str) and re.match(r"(data|file):|[a-z][a-z0-9+.-]*://", source, re.IGNORECASE):
        return {"uri": source}
    if isinstance(source, (str, os.PathLike)):
        return {"path": os.path.abspath(os.path.expanduser(os.fspath(source)))}
    if isinstance(source, (bytes, bytearray, memoryview)):
        return {"base64": bytes(source)}
    if hasattr(source, "save"):
        import io

        buffer = io.BytesIO()
        source.save(buffer, format="PNG")
        return {"base64": buffer.getvalue()}
    raise TypeError(f"{type(source).__name__} is not a picture: give a path, a file's bytes or a PIL image")


class Video:
    """A video as pictures of one size in the order in which they are shown: `kernel.open("What falls?", Video(frames))`.

    Which frames of a film these are is up to you; LLaVA-OneVision takes 196 tokens for each. A region names a frame by
    its view, `{"image": 0, "view": "frame3"}`.
    """

    def __init__(self, frames: Sequence[Picture]) -> None:
        self.frames = list(frames)
        if not self.frames:
            raise ValueError("a video has no frames, one or more expected")

    def __repr__(self) -> str:
        return f"Video({len(self.frames)} frames)"


def parts(
    text: str | None, pictures: Picture | Video | Sequence[Picture | Video] | None
) -> list[dict[str, Any]]:
    """Pictures, called `picture` (or `picture1`, `picture2` …), and videos, `video`, then the text, called `question`."""
    many = list(pictures) if isinstance(pictures, (list, tuple)) else [pictures]
    many = [each for each in many if each is not None]
    found: list[dict[str, Any]] = []
    for number, each in enumerate(many, 1):
        kind = "video" if isinstance(each, Video) else "picture"
        part: dict[str, Any] = {"id": kind if len(many) == 1 else f"{kind}{number}"}
        if isinstance(each, Video):
            part["video"] = {"frames": [image(frame) for frame in each.frames]}
        else:
            part["image"] = image(each)
        found.append(part)
    return found + ([{"id": "question", "text": text}] if text is not None else [])

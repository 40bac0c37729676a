"""Writes a set of questions as files: pictures, and a line of JSON for each question."""

import json
import shutil
from pathlib import Path

from PIL import Image

from .question_sets import Asked, shipped

QUESTIONS, POPE = "questions.jsonl", "pope.jsonl"
_PRESENCE = ("probe", "presence", "map named", "map unnamed", "map elsewhere")


def write(folder: Path, drawn: list[Asked], pope: bool) -> None:
    """Writes the pictures, then `questions.jsonl` and, where wanted, `pope.jsonl`."""
    listed = [line for asked in drawn for line in lines(asked)]
    polled = presence(listed)
    if pope and not polled:
        raise SystemExit("--format is pope: expected a set that asks what a picture shows")
    folder.mkdir(parents=True, exist_ok=True)
    for asked in drawn:
        if asked.picture is not None:
            _picture(folder / f"{asked.name}.png", asked.picture)
    _lines(folder / QUESTIONS, listed)
    if pope:
        _lines(folder / POPE, polled)


def write_beside(folder: Path) -> None:
    """Writes `questions.jsonl` beside the pictures and facts of a held-out set."""
    _lines(folder / QUESTIONS, [line for asked in shipped(folder) for line in lines(asked)])


def lines(asked: Asked) -> list[dict]:
    """One object for each question. Without a picture a text is gone on with as it stands."""
    where = {"template": "none"} if asked.picture is None else {"image": f"{asked.name}.png"}
    return [
        {
            "id": f"{asked.name}.{index}", **where, "question": question.text,
            "answer": question.answer, "kind": question.kind,
        }
        for index, question in enumerate(asked.questions)
    ]


def presence(listed: list[dict]) -> list[dict]:
    """The questions whether a picture shows something, in the form of POPE's files."""
    found = [line for line in listed if line["kind"] in _PRESENCE]
    return [
        {
            "question_id": index, "image": line["image"], "text": line["question"],
            "label": line["answer"].lower(),
        }
        for index, line in enumerate(found, start=1)
    ]


def read(folder: Path) -> list[dict]:
    """The lines of the folder's `questions.jsonl`."""
    path = folder / QUESTIONS
    if not path.exists():
        raise SystemExit(f"{path} is missing: expected a folder that `questions` has written")
    return [json.loads(line) for line in path.read_text().splitlines()]


def _picture(path: Path, picture: Image.Image | Path) -> None:
    begun = path.with_name(path.name + ".part")
    if isinstance(picture, Path):
        shutil.copyfile(picture, begun)
    else:
        picture.save(begun, format="PNG", optimize=True)
    begun.rename(path)


def _lines(path: Path, listed: list[dict]) -> None:
    begun = path.with_name(path.name + ".part")
    begun.write_text("".join(json.dumps(line) + "\n" for line in listed))
    begun.rename(path)

"""Pictures and prompts as the model was trained on, for training an SAE on its residuals."""

import json
import random
from pathlib import Path

from . import questions
from .drawing import draw

FIRST_SEED = 20_000_000


def write(folder: Path, count: int) -> None:
    """Writes `count` pictures and `prompts.jsonl`: a picture's name and what is said of it.

    `text` is what the user says and `answer` what the model should; questions and captions take
    turns, so that the residuals of both are seen.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for index in range(count):
        picture, rng = draw(FIRST_SEED + index), random.Random(index)
        name = f"{index:06}.png"
        picture.image.save(folder / name)
        asked = questions.about(picture, rng)[0]
        if index % 4 == 3:
            asked = questions.caption(picture)
        lines.append(json.dumps({"image": name, "text": asked.text, "answer": asked.answer}))
    (folder / "prompts.jsonl").write_text("\n".join(lines) + "\n")

"""The corpus of a feature index over a held-out set: every picture alone, and every question once
with its answer."""

import json
from pathlib import Path


def write(heldout: Path, target: Path, questions: bool = True) -> None:
    """Writes JSON lines for `lucarne index build --prompts`, without questions where not wanted.

    Pictures are named by absolute paths.
    """
    lines, asked = [], set()
    entries = json.loads((heldout / "heldout.json").read_text())
    for entry in entries:
        picture = (heldout / f"{entry['name']}.png").resolve()
        lines.append({"id": entry["name"], "image": str(picture), "source": entry["scene"]})
    for entry in entries if questions else []:
        for question in entry["questions"]:
            text, answer = question["text"], question["answer"]
            if (text, answer) in asked:
                continue
            asked.add((text, answer))
            name = f"question-{len(asked):03d}"
            said = {"id": name, "text": text, "answer": f" {answer}"}
            lines.append(said | {"source": question["kind"]})
    target.write_text("".join(json.dumps(line) + "\n" for line in lines))

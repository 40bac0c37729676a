"""Asks the checkpoint, read back from its folder, and counts what it gets right."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import torch
from PIL import Image

from . import checkpoint, heldout, question_files
from .questions import Question


@dataclass
class Tally:
    """Right answers and questions by kind, and of each probe how far Yes lies above No."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    probes: list[dict] = field(default_factory=list)

    def accuracy(self, kinds: list[str]) -> tuple[float, int]:
        """The share right of all questions of these kinds, and how many there are."""
        asked = sum(self.asked[kind] for kind in kinds)
        return sum(self.right[kind] for kind in kinds) / max(asked, 1), asked

    def hallucinated(self) -> float:
        """The share of the probes that are answered Yes."""
        return sum(probe["answer"] == "Yes" for probe in self.probes) / max(len(self.probes), 1)


class Examiner:
    """Puts questions to a checkpoint through its own processor."""

    def __init__(self, folder: Path):
        self.model, self.processor = checkpoint.read(folder)
        self.yes, self.no = self.processor.tokenizer.convert_tokens_to_ids(["Yes", "No"])

    def prompt(self, text: str) -> str:
        """The chat rendering of a picture and a question."""
        content = [{"type": "image"}, {"type": "text", "text": text}]
        messages = [{"role": "user", "content": content}]
        return self.processor.apply_chat_template(messages, add_generation_prompt=True)

    def examine(self, shown) -> Tally:
        """The tally of `(name, picture, questions)`."""
        tally = Tally()
        for name, picture, questions in shown:
            for question in questions:
                self._ask(tally, name, picture, question)
        return tally

    @torch.no_grad()
    def _ask(self, tally: Tally, name: str, picture, question: Question) -> None:
        """An answer is right when greedy decoding gives all its tokens and then ends."""
        prompt = self.prompt(question.text)
        end = self.processor.tokenizer.eos_token
        inputs = self.processor(
            text=prompt + question.answer + end, images=picture.image, return_tensors="pt"
        )
        answer = self.processor.tokenizer(question.answer + end, add_special_tokens=False)
        count = len(answer.input_ids)
        logits = self.model(**inputs).logits[0, -count - 1 : -1]
        if question.kind == "probe":
            tally.probes.append(
                {
                    "picture": name, "question": question.text,
                    "answer": self.processor.tokenizer.decode(logits[0].argmax()),
                    "yesMinusNo": round((logits[0, self.yes] - logits[0, self.no]).item(), 3),
                }
            )
            return
        tally.asked[question.kind] += 1
        right = logits.argmax(-1).tolist() == answer.input_ids
        tally.right[question.kind] += int(right)


    @torch.no_grad()
    def said(self, line: dict, folder: Path, most: int) -> str:
        """What greedy decoding says to a line of a set of questions, of `most` tokens at most.

        Where it ends, the answer ends with the token that says so.
        """
        picture, prompt = None, line["question"]
        if "image" in line:
            picture, prompt = Image.open(folder / line["image"]).convert("RGB"), self.prompt(prompt)
        inputs = self.processor(text=prompt, images=picture, return_tensors="pt")
        ids = self.model.generate(**inputs, max_new_tokens=most, do_sample=False)
        return self.processor.tokenizer.decode(ids[0, inputs.input_ids.shape[1] :])


def show_questions(model: Path, folder: Path) -> None:
    """Prints the accuracy of each kind of a set of questions, and the wrong answers.

    An answer is all that is said and then ends; a story goes on, and its next word counts.
    """
    examiner = Examiner(model)
    end = examiner.processor.tokenizer.eos_token
    asked, wrong = Counter(), defaultdict(Counter)
    for line in question_files.read(folder):
        kind, answer = line["kind"], line["answer"]
        asked[kind] += 1
        if "image" in line:
            said, right = examiner.said(line, folder, 8), answer + end
        else:
            said, right = examiner.said(line, folder, 1), " " + answer
        if said != right:
            wrong[kind][f"{said.removesuffix(end).strip()} for {answer}"] += 1
    for kind in sorted(asked):
        share = 1 - wrong[kind].total() / asked[kind]
        found = ", ".join(f"{count} {text}" for text, count in wrong[kind].most_common(5))
        print(f"{kind:16} {share:.3f} of {asked[kind]}" + (f"; {found}" if found else ""))


def show(folder: Path, count: int) -> None:
    """Prints the figures of `count` held-out pictures and as many probes."""
    tally = Examiner(folder).examine(heldout.more(count) + heldout.more_probes(count))
    for kind in sorted(tally.asked):
        share, asked = tally.accuracy([kind])
        print(f"{kind:16} {share:.3f} of {asked}")
    share, asked = tally.accuracy(list(tally.asked))
    margins = sorted(probe["yesMinusNo"] for probe in tally.probes)
    print(f"all {share:.3f} of {asked}; probes answered Yes {tally.hallucinated():.3f}")
    print("Yes - No:", *margins[:: max(len(margins) // 10, 1)])

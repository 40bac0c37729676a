"""The world's commands; run from `Sources/World` as `python -m Training COMMAND`."""

import argparse
from pathlib import Path

from . import (
    checkpoint, clip, corpus, evaluate, export, features, heldout, question_files, question_sets,
    report, train,
)
from .vocabulary import COUNTRIES

RECIPE = {"pictures": 24000, "tower": 1900, "answers": 1330, "whole": 0}
RESOURCES = Path(__file__).resolve().parent.parent / "Resources"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m Training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("train", help="train all stages and write the checkpoint")
    one.add_argument("--work", type=Path, required=True, help="folder of what lies between")
    one.add_argument("--out", type=Path, default=RESOURCES / "model")
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--threads", type=int, default=2)
    one = commands.add_parser("heldout", help="write the held-out set, or a larger one")
    one.add_argument("--out", type=Path, help="folder; with --count it must be named")
    one.add_argument("--count", type=int, help="pictures of a larger set, which does not ship")
    one.add_argument("--seed", type=int, default=0, help="which larger set")
    one = commands.add_parser("evaluate", help="print accuracy by kind of question")
    one.add_argument("--model", type=Path, default=RESOURCES / "model")
    one.add_argument("--count", type=int, default=60)
    one.add_argument("--questions", type=Path, help="a folder that `questions` has written")
    one = commands.add_parser("questions", help="write a set of questions and its pictures")
    one.add_argument("--set", choices=question_sets.SETS, required=True)
    one.add_argument("--count", type=int, help="pictures; shipped: all where it is not given")
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--country", choices=COUNTRIES, help="probes: what all their maps lack")
    one.add_argument("--format", choices=["pope"], help="a further file of that form")
    one.add_argument("--out", type=Path, required=True)
    one = commands.add_parser("report", help="measure what ships; write REPORT.md, MANIFEST.json")
    one.add_argument("--minutes", default="about an hour on two cores")
    one.add_argument("--seed", type=int, default=0)
    one = commands.add_parser("export", help="write pictures and prompts for training an SAE")
    one.add_argument("--count", type=int, default=2000)
    one.add_argument("--out", type=Path, required=True)
    one = commands.add_parser("corpus", help="write the prompts of a feature index")
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--heldout", type=Path, default=RESOURCES / "heldout")
    one.add_argument("--pictures-alone", action="store_true", help="leave the questions out")
    one = commands.add_parser("features", help="measure what the autoencoder's latents stand for")
    one.add_argument("--kernel", type=Path, required=True, help="the lucarne program")
    one.add_argument("--sae", type=Path, default=RESOURCES / "sae")
    one.add_argument("--more", type=Path, help="a folder of further pictures")
    one = commands.add_parser("clip", help="train and measure the small CLIP")
    one.add_argument("--work", type=Path, required=True, help="folder of what lies between")
    one.add_argument("--out", type=Path, default=RESOURCES / "clip")
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--steps", type=int, default=clip.STEPS)
    one.add_argument("--threads", type=int, default=1)
    one = commands.add_parser("manifest", help="write MANIFEST.json anew")
    one.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Runs one command."""
    chosen = _arguments()
    if chosen.command == "train":
        pictures = RECIPE["pictures"]
        model, words = train.run(chosen.work, chosen.seed, pictures, RECIPE, chosen.threads)
        checkpoint.write(model, words, chosen.out)
    elif chosen.command == "heldout":
        folder = chosen.out or RESOURCES / "heldout"
        if chosen.count is None:
            heldout.write(folder, heldout.pictures())
        elif chosen.out is None:
            raise SystemExit("heldout --count needs --out: only the smaller set ships")
        else:
            heldout.write(folder, heldout.large(chosen.count, chosen.seed))
        question_files.write_beside(folder)
    elif chosen.command == "evaluate":
        if chosen.questions:
            evaluate.show_questions(chosen.model, chosen.questions)
        else:
            evaluate.show(chosen.model, chosen.count)
    elif chosen.command == "questions":
        drawn = question_sets.chosen(
            chosen.set, chosen.count, chosen.seed, chosen.country, RESOURCES / "heldout"
        )
        question_files.write(chosen.out, drawn, chosen.format == "pope")
    elif chosen.command == "report":
        notes = Path(__file__).parent / "NOTES.md"
        report.write(RESOURCES, notes, chosen.minutes)
        report.manifest(RESOURCES, chosen.seed, RECIPE)
    elif chosen.command == "features":
        features.write(chosen.kernel, chosen.sae, chosen.more)
    elif chosen.command == "corpus":
        corpus.write(chosen.heldout, chosen.out, not chosen.pictures_alone)
    elif chosen.command == "clip":
        clip.make(chosen.work, chosen.out, chosen.seed, chosen.steps, chosen.threads)
    elif chosen.command == "manifest":
        report.manifest(RESOURCES, chosen.seed, RECIPE)
    else:
        export.write(chosen.out, chosen.count)


main()

"""The command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from . import __version__

GROUNDING, SEGMENTATION, EMBEDDING = "grounding", "segmentation", "embedding"

#: The option that gives each role's model.
OPTIONS = {GROUNDING: "--grounding DIR", SEGMENTATION: "--segmentation DIR", EMBEDDING: "--clip DIR"}


@dataclass(frozen=True)
class Options:
    #: Folders by role.
    folders: dict[str, str]
    device: str
    dtype: str
    batch: int
    mask: str


def parsed(words: list[str] | None = None) -> Options:
    """Ends the process with 2 where the words are none of the options."""
    parser = argparse.ArgumentParser(
        prog="lucarne-vision", allow_abbrev=False,
        description="Answers a Lucarne kernel's questions about pictures, on standard input and output, "
        "by models of Hugging Face transformers in local folders. Nothing is downloaded.")
    parser.add_argument("--version", action="version", version=f"lucarne-vision {__version__}")
    parser.add_argument(
        "--grounding", metavar="DIR",
        help="a model that finds what a phrase names, such as GroundingDINO or OWLv2")
    parser.add_argument(
        "--segmentation", metavar="DIR",
        help="a model that cuts out what is in a box, such as SAM or SAM 2")
    parser.add_argument(
        "--clip", "--embedding", metavar="DIR", dest="clip",
        help="a model that makes vectors of pictures and texts, such as CLIP or SigLIP, or of "
        "pictures alone, such as DINOv2")
    parser.add_argument(
        "--device", default="auto", metavar="DEVICE",
        help="auto (the first GPU if there is one; the default), cpu, cuda or cuda:N")
    parser.add_argument(
        "--dtype", default="float32", choices=["float32", "bfloat16", "float16", "auto"],
        help="what the models compute in; auto: as they are stored (default float32)")
    parser.add_argument(
        "--batch", type=_count, default=8, metavar="N",
        help="pictures of one shape that go through a model at once (default 8)")
    parser.add_argument(
        "--mask", default="union", choices=["union", "best"],
        help="of the masks that a box gets: all together, as in the paper, or the one that the model "
        "trusts most (default union)")
    found = parser.parse_args(words)
    folders = {GROUNDING: found.grounding, SEGMENTATION: found.segmentation, EMBEDDING: found.clip}
    folders = {role: folder for role, folder in folders.items() if folder is not None}
    if not folders:
        parser.error(f"give at least one of {', '.join(OPTIONS.values())}")
    return Options(folders, found.device, found.dtype, found.batch, found.mask)


def _count(text: str) -> int:
    value = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= value <= 1024:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected 1 to 1024")
    return value

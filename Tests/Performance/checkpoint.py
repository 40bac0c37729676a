"""Writes a random checkpoint of the size of a public one, and an autoencoder for it.

    python Tests/Performance/checkpoint.py FOLDER [--family llava-next] [--blocks N] [--latents M] [--type F32]

FOLDER/model holds what a client loads: the configuration, tokenizer and processor files and random parameters in
bfloat16; FOLDER/sae an autoencoder at a later block.

    llava-next   llama3-llava-next-8b, 16.7 GB; TopK, k = 256, 131,072 latents, in sparsify's layout (4.3 GB in float32)
    gemma-3-4b   gemma-3-4b-it, 8.6 GB; JumpReLU, 65,536 latents, in Gemma Scope 2's layout (1.3 GB in float32)

Weights are normal with the deviations that keep activations of a random model in range; the same seed writes the
same bytes with the same NumPy. Keep FOLDER outside the repository and remove it afterwards. A file that is complete
is not written again.
"""

import argparse
import pathlib

import numpy

from checkpoints import gemma3, llava_next

# Module, blocks, the autoencoder's block and latents.
FAMILIES = {"llava-next": (llava_next, 32, 24, 131_072), "gemma-3-4b": (gemma3, 34, 17, 65_536)}


def write_picture(path, width, height):
    import PIL.Image
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [127 + 100 * numpy.sin(a * x + b * y) for a, b in ((0.02, 0.03), (0.05, 0.01), (0.01, 0.06))]
    PIL.Image.fromarray(numpy.stack(planes, -1).astype(numpy.uint8), "RGB").save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--family", choices=FAMILIES, default="llava-next")
    parser.add_argument("--blocks", type=int, help="absent: as many as the public one has")
    parser.add_argument("--latents", type=int)
    parser.add_argument("--type", choices=["F32", "BF16"], default="F32", help="of the autoencoder")
    arguments = parser.parse_args()
    family, blocks, site, latents = FAMILIES[arguments.family]
    blocks = arguments.blocks or blocks
    model = arguments.folder / "model"
    model.mkdir(parents=True, exist_ok=True)
    family.write_model(model, blocks)
    family.write_autoencoder(
        arguments.folder / "sae", min(site, blocks - 2), arguments.latents or latents, arguments.type)
    write_picture(arguments.folder / "picture.png", 800, 800)


if __name__ == "__main__":
    main()

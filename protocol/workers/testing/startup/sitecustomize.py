"""Lets PyPI's torchvision be used beside a PyTorch without CUDA, for the tests of a machine without GPUs.

Its compiled parts want CUDA's libraries and are then not loaded. Two of their operators are declared, without which
the import fails, and pictures are decoded by Pillow. Resizing, which is what processors need it for, is PyTorch's.
Nothing happens until torchvision is imported, and nothing where PyTorch knows CUDA.
"""

import importlib.abc
import importlib.machinery
import sys

_kept = []


class _Finder(importlib.abc.MetaPathFinder):
    """Does something before `torchvision` is executed, and after `torchvision.io` is."""

    def find_spec(self, name, path, target=None):
        if name == "torchvision":
            _declare_operators()
        if name != "torchvision.io" or not _kept:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                module.decode_image = _decode_image

            spec.loader.exec_module = exec_module
        return spec


def _declare_operators():
    import torch

    if torch.version.cuda is not None or _kept:
        return
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _kept.append(library)  # They are declared as long as it lives.


def _decode_image(input, mode=None, apply_exif_orientation=False):
    """What torchvision's function of this name gives: [3, height, width] of bytes in RGB."""
    import io

    import numpy
    import PIL.Image
    import PIL.ImageOps
    import torch

    file = input if isinstance(input, str) else io.BytesIO(bytes(input.numpy()))
    picture = PIL.Image.open(file)
    if apply_exif_orientation:
        picture = PIL.ImageOps.exif_transpose(picture)
    return torch.from_numpy(numpy.array(picture.convert("RGB"))).permute(2, 0, 1).contiguous()


sys.meta_path.insert(0, _Finder())

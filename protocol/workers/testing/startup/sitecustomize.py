"""Lets PyPI's torchvision be imported beside a PyTorch without CUDA.

Its compiled part is then not loaded, and its import fails where it describes two operators of that part.
They are declared here, which is all that the resizing of pictures, the only use of it in these tests, needs.
Nothing happens until torchvision is imported.
"""

import importlib.abc
import sys


class _DeclaresOperators(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "torchvision":
            sys.meta_path.remove(self)
            import torch

            if torch.version.cuda is None:
                self.library = torch.library.Library("torchvision", "FRAGMENT")
                for operator in ("nms", "qnms"):
                    self.library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
                sys.modules["torchvision_operators"] = self.library  # Declared as long as it lives.
        return None


sys.meta_path.insert(0, _DeclaresOperators())

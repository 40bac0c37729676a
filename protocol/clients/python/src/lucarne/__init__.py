"""Client of Lucarne, the interpretability kernel for large multimodal models.

    from lucarne import Kernel

    with Kernel() as kernel, kernel.open("Is there a red circle?", "picture.png") as context:
        print(context.generate())
        print(context.attribute("Yes", "No"))
"""

from . import build, kinds
from .build import Video, box, last, logit, logit_difference, sentence, shares, variants
from .calls import AsyncStream, Stream
from .context import AsyncContext, Context
from .errors import (
    BadValue,
    InternalError,
    InvalidParams,
    InvalidRequest,
    KernelDied,
    KernelNotFound,
    KernelWarning,
    LucarneError,
    MethodNotFound,
    RequestCancelled,
    RequestFailed,
    ResponseError,
)
from .kernel import AsyncKernel, Kernel
from .reconnecting import Reconnected
from .records import Record, Tensor, numbers
from .ssh import SSH
from .version import __version__
from .views import frame

__all__ = [
    "AsyncContext",
    "AsyncKernel",
    "AsyncStream",
    "Context",
    "InternalError",
    "InvalidParams",
    "InvalidRequest",
    "Kernel",
    "BadValue",
    "KernelDied",
    "KernelNotFound",
    "KernelWarning",
    "LucarneError",
    "MethodNotFound",
    "Reconnected",
    "Record",
    "RequestCancelled",
    "RequestFailed",
    "ResponseError",
    "SSH",
    "Stream",
    "Tensor",
    "Video",
    "__version__",
    "box",
    "build",
    "frame",
    "kinds",
    "last",
    "logit",
    "logit_difference",
    "numbers",
    "sentence",
    "shares",
    "variants",
]

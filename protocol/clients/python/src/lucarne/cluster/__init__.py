"""Indexes, explanations and evaluations by all workers of a Dask cluster.

    from distributed import Client
    from lucarne.cluster import build_index

    with Client("tcp://scheduler:8786") as client:
        build_index(client, "/shared/pictures", "/shared/llava", "/shared/llava-sae", output="/shared/pictures.index")

Needs the extra `dask` (`distributed` and `fsspec`) on the client and on every worker, and the program there.

Functions: `build_index`, `explain`, `refine`, `score`, `evaluate`, `judge`. Each goes on where an earlier call with the same
arguments ended. Errors are `ClusterError`, which are `LucarneError`.
"""

try:
    import distributed  # noqa: F401
    import fsspec  # noqa: F401
except ImportError as error:
    raise ImportError(f"lucarne.cluster needs {error.name}, which is not installed: pip install distributed fsspec") from error

from .asking import Asked, Estimate, explain, judge, refine, score
from .errors import (
    ClusterError,
    CorpusChanged,
    DiskFull,
    EndpointsDown,
    NoWorkers,
    OutputBusy,
    OutputExists,
    PartFailed,
    TooExpensive,
    WorkerUnfit,
)
from .evaluating import Evaluated, evaluate
from .indexing import BuiltIndex, build_index
from .planning import Level, Plan, Rates, plan
from .pool import Endpoint

__all__ = [
    "Asked",
    "BuiltIndex",
    "ClusterError",
    "CorpusChanged",
    "DiskFull",
    "Endpoint",
    "EndpointsDown",
    "Estimate",
    "Evaluated",
    "Level",
    "NoWorkers",
    "OutputBusy",
    "OutputExists",
    "PartFailed",
    "Plan",
    "Rates",
    "TooExpensive",
    "WorkerUnfit",
    "build_index",
    "evaluate",
    "explain",
    "judge",
    "plan",
    "refine",
    "score",
]

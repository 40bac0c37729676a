"""What this package's functions take by name beside their own parameters, with its types: for checkers, `help` and completion."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Sequence, TypedDict, TypeVar

from ..options import meant

if TYPE_CHECKING:
    from ..build import Change, Path
    from ..calls import Progress
    from ..records import Record
    from ..types import (
        ConceptPrompt,
        EvaluationRunFormat,
        ExplanationGenerateAnswerForm,
        ExplanationScoreMask,
        FeatureExamplesRanking,
        FeatureRenderInterpolation,
        FeatureRenderStyle,
        IndexBuildKeepPictures,
        IndexBuildTemplate,
        IndexBuildView,
    )
    from .asking import Confirm

Function = TypeVar("Function", bound=Callable[..., Any])


class Indexing(TypedDict, total=False):
    """Options of `kernel.index.build` that `build_index` takes."""

    views: Sequence[IndexBuildView] | None
    exemplars: int | None
    span_tokens: int | None
    sampled_tokens: int | None
    template: IndexBuildTemplate | None
    questions: Sequence[str] | None
    prompt_files: Sequence[str] | None
    answer_tokens: int | None
    keep_pictures: IndexBuildKeepPictures | None


class Evaluating(TypedDict, total=False):
    """Options of `kernel.evaluate` that `evaluate` takes."""

    format: EvaluationRunFormat
    annotations: Path | None
    pictures: Path | None
    arms: Mapping[str, Change] | None
    reconstruction: bool
    random_features: int | None
    random_directions: int | None
    seed: int | None
    kinds: str | Sequence[str] | None
    limit: int | None
    instruction: str | None
    template: IndexBuildTemplate | None
    max_tokens: int | None


class Spending(TypedDict, total=False):
    """What may be spent, and whom and how long to wait for."""

    confirm: Confirm | None
    max_cost: float | None
    max_seconds: float | None
    trial: int
    tries: int
    patience: float
    progress: Progress
    snapshot_seconds: float
    silent_seconds: float
    worker_seconds: float
    retries: int
    scratch: str | None
    program: str
    arguments: Sequence[str]
    threads: int | None
    memory_limit: int | None


class Explaining(Spending, total=False):
    """Options of `explain`: those of `kernel.explanation.generate`, and what may be spent."""

    view: IndexBuildView | None
    rank_by: FeatureExamplesRanking | None
    exemplars: int | None
    style: FeatureRenderStyle | None
    interpolation: FeatureRenderInterpolation | None
    level: float | None
    side: int | None
    answer: ExplanationGenerateAnswerForm | None
    max_tokens: int | None
    again: bool | None


class Refining(Spending, total=False):
    """Options of `refine`: those of `kernel.explanation.refine`, and what may be spent."""

    concepts: str | None
    answer: ExplanationGenerateAnswerForm | None
    max_tokens: int | None
    again: bool | None


class Scoring(Spending, total=False):
    """Options of `score`: those of `kernel.explanation.score`, and what may be spent."""

    concepts: str | None
    view: IndexBuildView | None
    rank_by: FeatureExamplesRanking | None
    prompt: ConceptPrompt | Record | Mapping[str, Any] | None
    exemplars: int | None
    mask: ExplanationScoreMask | None
    quantile: float | None
    grounding_threshold: float | None
    pool: int | None
    trials: int | None
    questions: int | None
    seed: int | None
    answer: ExplanationGenerateAnswerForm | None
    max_tokens: int | None
    again: bool | None
    sae_options: Mapping[str, Any] | None
    device: str | None


class Judging(Spending, total=False):
    """Options of `judge`: those of `kernel.evaluation.judge`, and what may be spent."""

    answer: ExplanationGenerateAnswerForm | None
    max_tokens: int | None


#: What stands for an option of `Spending` that is not given; the rest are None.
DEFAULTS: dict[str, Any] = {
    "trial": 8, "tries": 5, "patience": 600.0, "snapshot_seconds": 60.0, "silent_seconds": 120.0, "worker_seconds": 600.0,
    "retries": 3, "program": "lucarne", "arguments": (), "format": "questions", "reconstruction": False,
}  # fmt: skip


def names(kind: type) -> tuple[str, ...]:
    """The options of a kind, those of its own first."""
    shared = Spending.__annotations__ if kind is not Spending else {}
    return tuple(sorted(kind.__annotations__, key=lambda each: each in shared))


def taking(kind: type) -> Callable[[Function], Function]:
    """A function whose `**options` are those of a kind: shown by its signature, and refused where there is no such option."""

    def named(function: Function) -> Function:
        signature = inspect.signature(function)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        kinds = {name: getattr(each, "__forward_arg__", each) for name, each in kind.__annotations__.items()}
        more = [
            inspect.Parameter(each, inspect.Parameter.KEYWORD_ONLY, default=DEFAULTS.get(each), annotation=kinds[each])
            for each in names(kind)
        ]
        function.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]
        return function

    return named


def check(function: str, given: Iterable[str], kind: type) -> None:
    """Throws TypeError where an option does not exist, with the one that was meant."""
    known = names(kind)
    for each in sorted(given):
        if each not in known:
            raise TypeError(f"{function}() has no option {each!r}{meant(each, list(known))}")

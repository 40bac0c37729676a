"""What a model answers to a benchmark's questions, changed and unchanged, and what a search for changes found."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Literal, Mapping, Sequence

from . import display
from .errors import LucarneError
from .types import (
    EvaluationJudgeMean,
    EvaluationJudgeRatings,
    EvaluationReportArm,
    EvaluationReportChange,
    EvaluationReportControl,
    EvaluationReportPaired,
    EvaluationReportRate,
    EvaluationReportReport,
    EvaluationRunEvaluated,
    EvaluationRunFormat,
    Recipe,
    SteeringSearchEvidence,
    SteeringSearchFound,
    SteeringSearchPoint,
)
from .views import View

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

#: What controls are called.
CONTROLS = {"randomFeatures": "random features", "randomDirection": "random directions"}
#: How they are marked in a plot.
MARKS = {"randomFeatures": "s", "randomDirection": "D"}
#: Which rows `frame` gives.
Rows = Literal["arms", "kinds", "changes", "controls", "metrics", "ratings"]


def percent(rate: EvaluationReportRate) -> str:
    """`94.1 % [92.3, 95.5]`; a dash of nothing."""
    if rate.value is None or rate.low is None or rate.high is None:
        return "–"
    return f"{100 * rate.value:.1f} % [{100 * rate.low:.1f}, {100 * rate.high:.1f}]"


def _counted(rate: EvaluationReportRate) -> str:
    return f"{rate.count:,} of {rate.total:,}" + (f", {percent(rate)}" if rate.total else "")


def _chance(p: float | None) -> str:
    if p is None:
        return ""
    return f"{p:.2f}" if p >= 0.1 else f"{p:.1g}"


def _bounds(name: str, rate: EvaluationReportRate | None) -> dict[str, Any]:
    """A share with its interval, as columns."""
    found = {name: None, f"{name}_low": None, f"{name}_high": None}
    return found if rate is None else {name: rate.value, f"{name}_low": rate.low, f"{name}_high": rate.high}


def _accuracy(rate: EvaluationReportRate) -> dict[str, Any]:
    return {"right": rate.count, "total": rate.total, "accuracy": rate.value, "low": rate.low, "high": rate.high}


def _pair(paired: EvaluationReportPaired | None) -> dict[str, Any]:
    """Before and after a change, as columns; empty for the plain model."""
    counts = ("helped", "harmed", "p", "to_yes", "to_no")
    return {
        **_bounds("help", None if paired is None else paired.help),
        **_bounds("harm", None if paired is None else paired.harm),
        **{name: None if paired is None else getattr(paired, name) for name in counts},
    }


def _cells(paired: EvaluationReportPaired | None) -> tuple[str, ...]:
    """The same for a reader."""
    if paired is None:
        return ("", "", "", "", "")
    return (_counted(paired.help), _counted(paired.harm), _chance(paired.p), f"{paired.to_yes:,}", f"{paired.to_no:,}")


#: What a judge rates, and what becomes of it.
_RATED = ("concept", "instruction", "fluency", "score", "difference")


def _rating(mean: EvaluationJudgeMean | None) -> str:
    if mean is None or mean.value is None:
        return "" if mean is None else "–"
    return f"{mean.value:.3f}" + ("" if mean.standard_error is None else f" ± {mean.standard_error:.3f}")


def _rating_rows(ratings: EvaluationJudgeRatings) -> list[tuple[str, ...]]:
    return [
        (arm.name, *(_rating(getattr(arm, name)) for name in _RATED), f"{arm.rated:,} of {arm.rated + arm.unrated:,}")
        for arm in ratings.arms
    ]


def _rated(ratings: Sequence[EvaluationJudgeRatings]) -> str:
    """A table a concept."""
    return "".join(
        display.table(["arm", *_RATED, "rated"], _rating_rows(each))
        + display.note(escape(f"“{each.concept}”, 0 to 2 by {each.judge}, with standard errors; difference: against plain"))
        for each in ratings
    )


_PAIRED = ["put right", "lost", "p", "to Yes", "to No"]


def _frame(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> "pandas.DataFrame":
    import pandas

    found = pandas.DataFrame(list(rows), columns=list(columns))
    for name in found.columns.intersection(["helped", "harmed", "to_yes", "to_no", "seed"]):
        found[name] = found[name].astype("Int64")
    return found


def _axes(axes: "Axes | None") -> "Axes":
    """Those given, or of a new figure, for help against harm."""
    if axes is None:
        try:
            from matplotlib import pyplot
        except ImportError:
            raise LucarneError("plots need matplotlib, which is not installed: pip install matplotlib") from None
        axes = pyplot.subplots(figsize=(6.4, 4.2), layout="constrained")[1]
    axes.set_xlabel("right answers that are lost")
    axes.set_ylabel("wrong answers that are put right")
    axes.xaxis.set_major_formatter("{x:.1%}")
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.grid(True, linewidth=0.4, alpha=0.5)
    return axes


def _point(axes: "Axes", paired: EvaluationReportPaired, **style: Any) -> None:
    """Help against harm, with their intervals; nothing where one of the two was asked of no question."""
    if paired.harm.value is not None and paired.help.value is not None:
        axes.errorbar(
            [paired.harm.value], [paired.help.value], xerr=_error(paired.harm), yerr=_error(paired.help),
            **{"fmt": "o", "capsize": 2.5, "elinewidth": 1, **style},
        )  # fmt: skip


def _error(rate: EvaluationReportRate) -> list[list[float]]:
    """How far the interval reaches below and above."""
    value, low, high = rate.value or 0.0, rate.low or 0.0, rate.high or 0.0
    return [[value - low], [high - value]]


def _legend(axes: "Axes", title: str | None = None) -> None:
    """Below the points, where it hides none."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize="small", title=title, loc="upper left", bbox_to_anchor=(0, -0.16), frameon=False, alignment="left")


class Answers(View[EvaluationReportReport]):
    """What a model said to a set's questions: arms beside one another, each with its controls."""

    answered: int
    arms: list[EvaluationReportArm]
    changes: list[EvaluationReportChange] | None
    controls: list[EvaluationReportControl]
    format: EvaluationRunFormat
    missing: int
    questions: int
    ratings: list[EvaluationJudgeRatings] | None

    def arm(self, name: str) -> EvaluationReportArm:
        for each in self.result.arms:
            if each.name == name:
                return each
        raise KeyError(f"there is no arm {name}, there are {', '.join(each.name for each in self.result.arms)}")

    def _own(self) -> list[EvaluationReportArm]:
        """The arms that are no controls."""
        return [each for each in self.result.arms if each.role not in CONTROLS]

    def _of(self, arm: EvaluationReportArm) -> list[EvaluationReportControl]:
        return [each for each in self.result.controls if each.of == arm.name]

    @staticmethod
    def _called(control: EvaluationReportControl) -> str:
        return f"{CONTROLS[control.role]}, {control.seeds} {'draw' if control.seeds == 1 else 'draws'}"

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for arm in self._own():
            yield arm.name, _counted(arm.accuracy), *_cells(arm.paired)
            for control in self._of(arm):
                yield f"· {self._called(control)}", "", *_cells(control.paired)

    def _head(self) -> str:
        missing = f", {self.result.missing:,} without their picture" if self.result.missing else ""
        return f"{self.result.answered:,} of {self.result.questions:,} questions answered{missing}"

    def text_display(self) -> str:
        rows = [(*rest, name) for name, *rest in self._rows()]
        return f"{self._head()}\n" + display.text_table(["right", *_PAIRED, "arm"], rows) + "".join(
            f"\n“{each.concept}”, 0 to 2 by {each.judge}, ± standard errors\n"
            + display.text_table([*_RATED, "rated", "arm"], [(*rest, name) for name, *rest in _rating_rows(each)])
            for each in self.result.ratings or []
        )  # fmt: skip

    def _turned(self) -> list[tuple[str, ...]]:
        """Kinds of questions in which an arm turns answers."""
        return [
            (arm.name, each.kind, _counted(each.accuracy), *_cells(each.paired))
            for arm in self._own()
            for each in arm.kinds
            if each.paired is not None and (each.paired.helped or each.paired.harmed)
        ]

    def _metrics(self) -> tuple[list[str], list[tuple[str, ...]]]:
        """The benchmark's own numbers, an arm a column."""
        arms = self._own()
        values = [{each.name: each.value for each in arm.metrics} for arm in arms]
        names = dict.fromkeys(name for each in values for name in each)
        rows = [
            (name, *("–" if each.get(name) is None else f"{each[name]:.4f}".replace("-", "−") for each in values))
            for name in names
        ]
        return ["", *(arm.name for arm in arms)], rows

    def _repr_html_(self) -> str:
        turned, changed = self._turned(), self.result.changes or []
        heads, metrics = self._metrics()
        questions = [(each.arm, each.question, each.answer, each.before, each.after, each.image or "") for each in changed]
        return display.box(
            self._head(),
            display.table(["arm", "right", *_PAIRED], self._rows()),
            display.note("in brackets 95 % intervals (Wilson); p of McNemar’s exact test"),
            _rated(self.result.ratings or []),
            display.folded("the benchmark’s own numbers", display.table(heads, metrics)),
            display.folded("kinds in which answers turn", display.table(
                ["arm", "kind", "right", *_PAIRED], turned, (0, 1)) if turned else ""),
            display.folded(f"questions that turn, {len(changed)} listed", display.table(
                ["arm", "question", "right answer", "plain", "changed", "picture"], questions, range(6)) if changed else ""),
        )  # fmt: skip

    def frame(self, of: Rows = "arms") -> "pandas.DataFrame":
        """A row for each of: arms (each draw of a control is one), their kinds of questions, the questions that an arm
        turns, controls with all draws together, the benchmark's own metrics, a judge's ratings by concept and arm."""
        paired = list(_pair(None))
        if of == "arms":
            rows = [
                {"arm": each.name, "role": each.role, "of": each.of, "seed": None if each.seed is None else int(each.seed),
                 **_accuracy(each.accuracy), "unclear": each.unclear, **_pair(each.paired)}
                for each in self.result.arms
            ]  # fmt: skip
            return _frame(rows, ["arm", "role", "of", "seed", "right", "total", "accuracy", "low", "high", "unclear", *paired])
        if of == "kinds":
            rows = [
                {"arm": arm.name, "role": arm.role, "kind": each.kind, **_accuracy(each.accuracy), **_pair(each.paired)}
                for arm in self.result.arms
                for each in arm.kinds
            ]
            return _frame(rows, ["arm", "role", "kind", "right", "total", "accuracy", "low", "high", *paired])
        if of == "controls":
            rows = [
                {"of": each.of, "role": each.role, "draws": each.seeds, **_pair(each.paired)} for each in self.result.controls
            ]
            return _frame(rows, ["of", "role", "draws", *paired])
        if of == "metrics":
            rows = [
                {"arm": arm.name, "metric": each.name, "value": each.value, "low": each.rate and each.rate.low,
                 "high": each.rate and each.rate.high}
                for arm in self.result.arms
                for each in arm.metrics
            ]  # fmt: skip
            return _frame(rows, ["arm", "metric", "value", "low", "high"])
        if of == "changes":
            columns = ["arm", "id", "kind", "image", "question", "answer", "before", "after"]
            return _frame([{name: each.get(name) for name in columns} for each in self.result.changes or []], columns)
        if of == "ratings":
            columns = {name: name if name in ("score", "difference") else f"mean_{name}" for name in _RATED}
            rows = [
                {"concept": each.concept, "judge": each.judge, "arm": arm.name, "rated": arm.rated, "unrated": arm.unrated}
                | {f"{column}{end}": mean and getattr(mean, value)
                   for name, column in columns.items() for mean in [getattr(arm, name)]
                   for end, value in (("", "value"), ("_error", "standard_error"))}
                for each in self.result.ratings or []
                for arm in each.arms
            ]  # fmt: skip
            ends = [f"{column}{end}" for column in columns.values() for end in ("", "_error")]
            return _frame(rows, ["concept", "judge", "arm", "rated", "unrated", *ends])
        raise ValueError(f"there is no frame of {of!r}, expected arms, kinds, changes, controls, metrics or ratings")

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """Help against harm of each arm with 95 % intervals, controls hollow, with matplotlib."""
        axes = _axes(axes)
        number = 0
        for arm in self._own():
            if arm.paired is None:
                continue
            colour = f"C{number % 10}"
            number += 1
            _point(axes, arm.paired, color=colour, label=arm.name)
            for control in self._of(arm):
                name, mark = f"{arm.name}, {self._called(control)}", MARKS[control.role]
                _point(axes, control.paired, color=colour, fmt=mark, markerfacecolor="none", alpha=0.6, label=name)
        _legend(axes)
        return axes


class Evaluation(Answers):
    """The same of a run that has just ended, with its file of answers."""

    def __init__(self, report: EvaluationReportReport, run: EvaluationRunEvaluated, folder: Any = None):
        super().__init__(report)
        #: Goes with this object, and its files with it; None where the file of answers was named.
        self._folder = folder
        #: The file of answers.
        self.path: str = run.answers
        #: How many questions were asked now, and how many had been answered before.
        self.asked: int = run.asked
        self.known: int = run.known
        self.seconds: float = run.seconds


class Search(View[SteeringSearchFound]):
    """A recipe that was searched for, with the front that it was chosen from.

    Where a recipe is asked for (`generate`, `steer`, `evaluate`), this object stands for its file.
    """

    path: str
    recipe: Recipe
    seconds: float

    def __init__(self, result: SteeringSearchFound, labels: Mapping[int, str]):
        super().__init__(result)
        self.labels = labels

    @property
    def evidence(self) -> SteeringSearchEvidence:
        evidence = self.result.recipe.evidence
        assert evidence is not None, "the kernel writes evidence into every recipe that it found"
        return evidence

    @property
    def chosen(self) -> SteeringSearchPoint | None:
        """The point of the front that is the recipe."""
        return next((each for each in self.evidence.front if each.is_chosen), None)

    @property
    def held_out(self) -> Answers:
        """The answers of the half that nothing was chosen on: the front's changes, and the recipe's controls."""
        return Answers(self.evidence.held_out)

    def _named(self, point: SteeringSearchPoint) -> str:
        return ", ".join(self.labels[each.feature] for each in point.interventions if each.feature in self.labels)

    @property
    def front(self) -> "pandas.DataFrame":
        """A row for each change that no other is better than in both help and harm, on both halves."""
        halves = [("", "choosing"), ("held_out_", "held_out")]
        rows = []
        for each in self.evidence.front:
            row: dict[str, Any] = {
                "change": each.name, "chosen": each.is_chosen, "labels": self._named(each),
                "features": [change.feature for change in each.interventions],
            }  # fmt: skip
            for prefix, half in halves:
                paired = getattr(each, half)
                for name in ("helped", "harmed", "p"):
                    row[prefix + name] = getattr(paired, name)
                row |= {**_bounds(f"{prefix}help", paired.help), **_bounds(f"{prefix}harm", paired.harm)}
            rows.append(row)
        import pandas

        return pandas.DataFrame(rows)

    def frame(self) -> "pandas.DataFrame":
        return self.front

    def _head(self) -> str:
        found = self.evidence
        met = "" if found.meets_max_harm else f"; none loses at most {found.max_harm:.1%} of the right answers"
        return (
            f"{found.tried:,} changes tried on {found.failing.choosing:,} wrong and {found.keeping.choosing:,} right answers, "
            f"reported on {found.failing.held_out:,} and {found.keeping.held_out:,} others{met}"
        )

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (f"{'→ ' if each.is_chosen else ''}{each.name}",
             *(_counted(rate) for half in (each.choosing, each.held_out) for rate in (half.help, half.harm)),
             self._named(each))
            for each in self.evidence.front
        ]  # fmt: skip

    _HEADS = ["put right, choosing", "lost, choosing", "put right, held out", "lost, held out"]

    def text_display(self) -> str:
        rows = [(*rest[:-1], f"{name}  {rest[-1]}".rstrip()) for name, *rest in self._rows()]
        return f"{self.result.path}: {self._head()}\n" + display.text_table([*self._HEADS, "change, labels"], rows)

    def _repr_html_(self) -> str:
        return display.box(
            f"{display.escape(self.result.recipe.name)}: {display.escape(self.chosen.name if self.chosen else '')}",
            display.note(display.escape(self._head())),
            display.table(["change", *self._HEADS, "labels"], self._rows(), (0, 5)),
            display.note(f"→ the recipe, {display.escape(self.result.path)}"),
            display.folded("the held-out half, with controls", self.held_out._repr_html_()),
        )

    def plot(self, axes: "Axes | None" = None) -> "Axes":
        """The front, help against harm: hollow where it was chosen on, filled with 95 % intervals where it was not."""
        axes = _axes(axes)
        for number, each in enumerate(self.evidence.front):
            colour = f"C{number % 10}"
            _point(axes, each.held_out, color=colour, label=f"{each.name}{' (the recipe)' if each.is_chosen else ''}")
            chosen = each.choosing
            if chosen.harm.value is not None and chosen.help.value is not None:
                axes.plot([chosen.harm.value], [chosen.help.value], "o", color=colour, markerfacecolor="none")
        _legend(axes, "held out; hollow: the half that was chosen on")
        return axes

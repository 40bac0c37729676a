"""What the handles do, as generators that yield requests `(method, params, result type, progress)` and
are sent the answers, so that threads and event loops share them."""

from __future__ import annotations

import os
import tempfile
import warnings
from typing import Any, Generator, Iterable, Mapping, Sequence

from . import build, remote
from .behaviour import Answers, Evaluation, Search
from .errors import KernelWarning, LucarneError, RequestFailed, response_error
from .kinds import IndexMissing, IndexStale
from .progress import Report, job_progress
from .reconnecting import History
from .records import Record
from .types import (
    AblationRunResult,
    AttributionCompareResult,
    AttributionComputeResult,
    ContextGenerateResult,
    ContextLogitsResult,
    ContextOpenResult,
    ContextTokensResult,
    EvaluationJudgeJudged,
    EvaluationReportReport,
    EvaluationRunEvaluated,
    FeatureActivationsResult,
    FeatureInfoResult,
    FeatureRenderResult,
    IndexSearchResult,
    Job,
    JobStarted,
    KernelStatusResult,
    SessionExportResult,
    SessionOpenResult,
    SessionSaveResult,
    SteeringGenerateResult,
    SteeringSearchFound,
)
from .views import Ablated, Attribution, Comparison, FeatureCard, Features, Found, Generated, Logits, Steered, Tokens

Request = tuple[str, Mapping[str, Any], type, Any]
Steps = Generator[Request, Any, Any]


def warn(status: KernelStatusResult) -> None:
    """Passes the kernel's own warnings on; Python shows each once."""
    for message in (status.message or "").split("; "):
        if message:
            warnings.warn(message, KernelWarning, stacklevel=2)


def autoencoder(given: str | None) -> Steps:
    """The autoencoder's name: the one given, or the one loaded last."""
    if given is not None:
        return given
    status = yield "kernel/status", {}, KernelStatusResult, None
    if not status.saes:
        raise LucarneError("no autoencoder is loaded: load one with kernel.sae.load(path=…), or open a context first")
    warn(status)
    return status.saes[-1].sae


def loaded() -> Steps:
    """Has the kernel load what it was started with, which it does for the first prompt."""
    status = yield "kernel/status", {}, KernelStatusResult, None
    if not status.models:
        opened = yield "context/open", {"parts": build.parts("?", None)}, ContextOpenResult, None
        yield "context/close", {"context": opened.context}, Record, None


def labels(latents: Iterable[int], sae: str) -> Steps:
    """What latents of an autoencoder are called in its index; empty where none is open."""
    wanted = sorted(set(latents))
    found: dict[int, str] = {}
    if wanted:
        try:
            query = {"latents": wanted}
            answer = yield "index/search", {"query": query, "sae": sae, "limit": len(wanted)}, IndexSearchResult, None
            found = {each.latent: each.label for each in answer.items if each.label}
        except (IndexMissing, IndexStale):
            pass
    return found


def open_(
    parts: list[Mapping[str, Any]], chat: Any, model: str | None, progress: Any, history: History, host: str | None
) -> Steps:
    """On another machine the first numbers are noted, so that they can be compared after the line was lost."""
    params = {"parts": parts, "chat": chat, "model": model}
    found = yield "context/open", params, ContextOpenResult, progress
    if host is not None:
        history.number(found.context, (yield "context/logits", {"context": found.context, "topK": 5}, Record, None))
    return found


def save_session(params: Mapping[str, Any], progress: Any, host: str | None) -> Steps:
    """The file is one of this machine, wherever the kernel is."""
    if host is None:
        return (yield "session/save", params, SessionSaveResult, progress)
    return (yield from remote.save(_asked("session/save", {**params, "path": None}, SessionSaveResult, progress), params["path"]))


def open_session(path: str, any_model: bool, progress: Any, host: str | None) -> Steps:
    """Differences are warnings of Python, too."""
    params = remote.session_params(path, {"anyModel": any_model or None}, host)
    found = yield "session/open", params, SessionOpenResult, progress
    for message in found.warnings:
        warnings.warn(message, KernelWarning, stacklevel=2)
    return found


def export_session(params: Mapping[str, Any], progress: Any, host: str | None) -> Steps:
    """What could not be shown is a warning of Python, too. The files are of this machine, wherever the kernel is."""
    if host is None:
        found = yield "session/export", params, SessionExportResult, progress
    else:
        sent = remote.session_params(params["path"], {"format": params["format"]}, host)
        found = yield from remote.export(_asked("session/export", sent, SessionExportResult, progress), params["output"])
    for message in found.warnings:
        warnings.warn(message, KernelWarning, stacklevel=2)
    return found


def _asked(method: str, params: Mapping[str, Any], result: type, progress: Any) -> Steps:
    return (yield method, params, result, progress)


def generate(context: str, params: Mapping[str, Any], progress: Any) -> Steps:
    found = yield "context/generate", {"context": context, **params}, ContextGenerateResult, progress
    return Generated(found)


def tokens(context: str, span: Any) -> Steps:
    return Tokens((yield "context/tokens", {"context": context, "span": span}, ContextTokensResult, None))


def logits(context: str, params: Mapping[str, Any]) -> Steps:
    return Logits((yield "context/logits", {"context": context, **params}, ContextLogitsResult, None))


def attribute(
    context: str, target: Mapping[str, Any], sae: str | Sequence[str] | None, params: Mapping[str, Any], progress: Any
) -> Steps:
    """Of one autoencoder by its name, or of several by a list of names."""
    single = isinstance(sae, str) or sae is None
    named = {"sae": (yield from autoencoder(sae))} if single else {"saes": build.names(sae, "an autoencoder")}
    found = yield "attribution/compute", {"context": context, **named, "target": target, **params}, AttributionComputeResult, progress
    measured = found.verification.items if found.verification else []
    features_ = [each.feature for each in [*found.items, *measured] if each.get("feature")]
    called = {}
    for name in [named["sae"]] if single else named["saes"]:
        called[name] = yield from labels((each.index for each in features_ if each.sae == name), name)
    return Attribution(found, called[named["sae"]]) if single else Attribution(found, {}, called)


def compare(
    context: str, other: str, target: Mapping[str, Any], sae: str | None, params: Mapping[str, Any], progress: Any
) -> Steps:
    name = yield from autoencoder(sae)
    sent = {"context": context, "other": other, "sae": name, "target": target, **params}
    found = yield "attribution/compare", sent, AttributionCompareResult, progress
    tokens_ = []
    for each in (context, other):
        tokens_.append((yield "context/tokens", {"context": each}, ContextTokensResult, None).tokens)
    called = yield from labels((each.feature.index for each in found.items), name)
    return Comparison(found, called, tokens_[0], tokens_[1])


def features(context: str, sae: str | None, params: Mapping[str, Any], progress: Any) -> Steps:
    name = yield from autoencoder(sae)
    sent = {"context": context, "sae": name, **params}
    found = yield "feature/activations", sent, FeatureActivationsResult, progress
    listed = yield "context/tokens", {"context": context}, ContextTokensResult, None
    called = yield from labels((each.feature.index for each in found.items), name)
    return Features(found, listed.tokens, called)


def steer(
    context: str, values: Any, sae: str | None, at: Any, generated: bool | None, params: Mapping[str, Any], progress: Any
) -> Steps:
    name = yield from autoencoder(sae)
    changes = build.clamps(values, name, at, generated)
    sent = {"context": context, "sae": name, "interventions": changes, **params}
    return Steered((yield "steering/generate", sent, SteeringGenerateResult, progress))


def ablate(
    context: str, changes: Any, targets: list[Any], sae: str | None, at: Any, params: Mapping[str, Any], progress: Any
) -> Steps:
    name = yield from autoencoder(sae)
    sent = {
        "context": context,
        "sae": name,
        "interventions": build.zeros(changes, name, at),
        "targets": targets,
        **params,
    }
    found = yield "ablation/run", sent, AblationRunResult, progress
    return Ablated(found, [build.target_text(each) for each in targets])


def card(latent: Any, sae: str | None, examples: int, top_k: int) -> Steps:
    """A feature card; without an index it has no examples."""
    name = None if isinstance(latent, Mapping) or hasattr(latent, "to_dict") else (yield from autoencoder(sae))
    feature = build.feature(latent, name or "")
    info = yield "feature/info", {"feature": feature, "topK": top_k}, FeatureInfoResult, None
    label = (yield from labels([feature["index"]], feature["sae"])).get(feature["index"])
    pictures: list[Any] = []
    texts: list[Any] = []
    montage = None
    if examples > 0:
        try:
            asked = {"feature": feature, "topK": examples}
            small = {**asked, "style": "dimmed", "size": 112}
            drawn = yield "feature/render", small, FeatureRenderResult, None
            pictures = [each for each in drawn.renderings if each.mime_type == "image/png"]
            texts = [each for each in drawn.renderings if each.mime_type == "text/html"]
            if pictures:
                whole = yield "feature/render", {**small, "montage": {}}, FeatureRenderResult, None
                montage = whole.renderings[0].base64 if whole.renderings else None
            if not texts:
                written = {**asked, "topK": min(3, examples), "view": "text"}
                texts = (yield "feature/render", written, FeatureRenderResult, None).renderings
        except RequestFailed:
            pass  # No index, or its pictures are gone: the card says what the weights say.
    called = label or (info.explanation.text if info.explanation else None)
    return FeatureCard(feature, info, called, pictures, texts, montage)


def search(query: Any, limit: int, index: str | None) -> Steps:
    """`query` as words of explanations, or as the wire has it."""
    asked = {"text": query} if isinstance(query, str) else query
    return Found((yield "index/search", {"index": index, "query": asked, "limit": limit}, IndexSearchResult, None))


def wait(job: str, report: Report | None) -> Steps:
    """How a job ended. Asked twice a second, so that Ctrl-C is heard in between."""
    try:
        while True:
            state = yield "job/wait", {"job": job, "timeoutMs": 500}, Job, False
            if report is not None and state.progress is not None:
                report(job_progress(state))
            if state.state not in ("queued", "running"):
                return state
    finally:
        if report is not None:
            report(None)


def finished(method: str, params: Mapping[str, Any], kind: type[Record], report: Report | None) -> Steps:
    """The result of a job that nobody else waits for: where the wait ends early, the job is cancelled."""
    started = yield method, params, JobStarted, None
    try:
        state = yield from wait(started.job, report)
    except GeneratorExit:
        raise
    except BaseException:
        try:
            yield "job/cancel", {"job": started.job}, Record, False
        except LucarneError:
            pass  # What ended the wait is the news.
        raise
    if state.state == "failed" and state.error is not None:
        raise response_error({"code": RequestFailed.code, "message": state.error.message, "data": {"kind": state.error.kind}})
    if state.state != "completed":
        raise LucarneError(f"the job {started.job} ({method}) is {state.state}" + (f": {state.message}" if state.message else ""))
    return kind(state.result.to_dict())


def evaluate(
    params: Mapping[str, Any], arms: Any, answers: Any, changes: int, report: Report | None
) -> Steps:
    """`answers` without a file are kept in a folder of their own, as long as the result is."""
    sae = params["sae"]
    if sae is None:
        yield from loaded()
        if arms or params["reconstruction"]:
            sae = yield from autoencoder(None)
    folder = tempfile.TemporaryDirectory(prefix="lucarne-answers-") if answers is None else None
    file = build.path(answers) if folder is None else os.path.join(folder.name, "answers.jsonl")
    sent = {**params, "sae": sae, "answers": file, "arms": build.arms(arms, sae or "") or None}
    found = yield from finished("evaluation/run", sent, EvaluationRunEvaluated, report)
    told = yield "evaluation/report", {"answers": [file], "changes": changes}, EvaluationReportReport, None
    return Evaluation(told, found, folder)


def read_answers(files: list[Any], changes: int, ratings: list[Any] | None) -> Steps:
    sent = {"answers": files, "changes": changes, "ratings": ratings}
    return Answers((yield "evaluation/report", sent, EvaluationReportReport, None))


def judge_answers(params: Mapping[str, Any], changes: int, report: Report | None) -> Steps:
    yield from finished("evaluation/judge", params, EvaluationJudgeJudged, report)
    return (yield from read_answers(params["answers"], changes, [params["ratings"]]))


def search_steering(params: Mapping[str, Any], sae: str | None, report: Report | None) -> Steps:
    if sae is None:
        yield from loaded()
    name = yield from autoencoder(sae)
    found = yield from finished("steering/search", {**params, "sae": name}, SteeringSearchFound, report)
    changed = [each.feature for point in found.recipe.evidence.front for each in point.interventions]
    return Search(found, (yield from labels([*changed, *(each.feature for each in found.recipe.interventions)], name)))

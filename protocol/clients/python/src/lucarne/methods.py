"""The protocol's methods. Written by protocol/generator from protocol/openrpc.json."""

# fmt: off
from __future__ import annotations

from typing import Any, Literal, Mapping, Sequence

from .calls import AsyncCaller, AsyncStream, Caller, Progress, Stream
from .records import Record, Tensor
from .types import (
    AblationRunChange, AblationRunResult, AblationRunTargetValues, ActivationReadResult,
    ActivationThreshold, ActivationThresholdMeasure, AttributionCompareAgreement,
    AttributionCompareAligned, AttributionCompareItem, AttributionComparePatched,
    AttributionComparePlace, AttributionCompareResult, AttributionComputeAggregate,
    AttributionComputeCompleteness, AttributionComputeCoverage, AttributionComputeExplanation,
    AttributionComputeIdentity, AttributionComputeImageStyle, AttributionComputeItem,
    AttributionComputeMeasured, AttributionComputeMethod, AttributionComputeNamedRegion,
    AttributionComputeOfSae, AttributionComputeOrigin, AttributionComputePartScore,
    AttributionComputePartsMethod, AttributionComputePartsRequest, AttributionComputeRender,
    AttributionComputeRendering, AttributionComputeResult, AttributionComputeTargetValue,
    AttributionComputeTextStyle, AttributionComputeToken, AttributionComputeTokenTable,
    AttributionComputeVerification, Box, CoactiveFeature, ConceptPrompt, ContextCloseResult,
    ContextGenerateResult, ContextLogitsItem, ContextLogitsResult, ContextOpenChat,
    ContextOpenImage, ContextOpenPartSpan, ContextOpenResult, ContextOpenTemplate, ContextOpenView,
    ContextTokensResult, ContextTokensToken, CorpusPlace, DomainErrorData, EvaluationJudgeArm,
    EvaluationJudgeJudged, EvaluationJudgeMean, EvaluationJudgeRatings, EvaluationReportArm,
    EvaluationReportChange, EvaluationReportControl, EvaluationReportKind, EvaluationReportMetric,
    EvaluationReportPaired, EvaluationReportRate, EvaluationReportReport, EvaluationReportRole,
    EvaluationRunArm, EvaluationRunControls, EvaluationRunDataset, EvaluationRunEvaluated,
    EvaluationRunFormat, Explanation, ExplanationAuthor, ExplanationAuthorKind,
    ExplanationDissectDissected, ExplanationDissectFound, ExplanationGenerateAnswerForm,
    ExplanationGenerateBlankPicture, ExplanationGenerateEndpoint, ExplanationGenerateExplainer,
    ExplanationGenerateGenerated, ExplanationGetResult, ExplanationListResult,
    ExplanationRefineRefined, ExplanationRefineRefiner, ExplanationScore, ExplanationScoreMask,
    ExplanationScoreMean, ExplanationScoreRow, ExplanationScoreScored, ExplanationScoreScorer,
    ExplanationState, FeatureActivationsActivation, FeatureActivationsItem, FeatureActivationsRank,
    FeatureActivationsResult, FeatureDashboardResult, FeatureExamplesImage, FeatureExamplesItem,
    FeatureExamplesPosition, FeatureExamplesRanking, FeatureExamplesResult, FeatureInfoExplanation,
    FeatureInfoLogits, FeatureInfoNeighbour, FeatureInfoResult, FeatureInfoStats,
    FeatureInfoTokenEffect, FeatureRef, FeatureRenderBackground, FeatureRenderInterpolation,
    FeatureRenderMissing, FeatureRenderMontage, FeatureRenderRendering, FeatureRenderResult,
    FeatureRenderStyle, FeatureStatistics, FeatureStatisticsBin, FeatureStatisticsQuantiles, Finish,
    GeneratedToken, ImageSource, ImageSourceReading, IndexAnnotateAnnotated, IndexBuildBuilt,
    IndexBuildKeepPictures, IndexBuildShard, IndexBuildSkipped, IndexBuildTemplate, IndexBuildView,
    IndexCloseResult, IndexDescription, IndexMergeMerged, IndexNeighboursMeasure,
    IndexNeighboursResult, IndexSearchItem, IndexSearchQuery, IndexSearchResult, IndexSkippedItem,
    IndexSkippedResult, InitializeAttributionProvider, InitializeCapabilities, InitializeClientInfo,
    InitializeContextProvider, InitializeLimits, InitializeOptions, InitializeRemote,
    InitializeServerInfo, Intervention, InterventionOperation, Job, JobFailure, JobListResult,
    JobLogResult, JobProgress, JobStarted, JobState, KernelStatusAutoencoder,
    KernelStatusConnection, KernelStatusContext, KernelStatusDevice, KernelStatusHealth,
    KernelStatusMemory, KernelStatusMemoryItem, KernelStatusModel, KernelStatusQueue,
    KernelStatusResult, KernelStatusVision, KernelStatusVisionModel, LabelScore, LargeInteger,
    LatentSelection, LatentSelectionOrder, LatentSelectionTop, ModelLoadImage, ModelLoadPrecision,
    ModelLoadResizing, ModelLoadResult, Part, PictureView, ProgressToken, PromptCheckPart,
    PromptCheckResult, PromptCheckTurn, PromptDiagnostic, PromptDiagnosticSeverity, PromptFront,
    PromptFrontClamp, PromptFrontImage, PromptOpenPart, PromptOpenResult, PromptOpenToken, Recipe,
    RecipeChange, Region, RpcDiscoverResult, SAECheckChecked, SAECheckPrediction, SAEFitConvention,
    SAEFitKind, SAEFitReading, SAELoadActivation, SAELoadFit, SAELoadFormat, SAEOptions,
    SAEOptionsActivation, SAESitesPlace, SAETrainTrained, SAETrainWeightType, SaeFitResult,
    SaeLoadResult, SaeSitesResult, SavedSession, SavedSessionAutoencoder, SavedSessionContext,
    SavedSessionFrame, SavedSessionModel, SavedSessionPart, SavedSessionPicture, SentImage,
    SessionExportFormat, SessionExportResult, SessionOpenOpened, SessionOpenResult,
    SessionSaveResult, Span, Splice, SpliceErrorTerm, SpliceReceipt, SpliceReselect,
    SteeringGenerateComparison, SteeringGenerateEffect, SteeringGenerateOutput,
    SteeringGenerateOutputName, SteeringGenerateReceipt, SteeringGenerateResult,
    SteeringSearchCandidates, SteeringSearchEvidence, SteeringSearchFound, SteeringSearchHalves,
    SteeringSearchOperations, SteeringSearchPlace, SteeringSearchPoint, Target, TextPosition,
    TextRange, TokenSet, TokenSpec, VideoSource, View, WireNumbers,
)


class RpcMethods:
    """The methods rpc/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def discover(self) -> RpcDiscoverResult:
        """rpc.discover: This document."""
        return self._kernel.call("rpc.discover", {}, RpcDiscoverResult)


class KernelMethods:
    """The methods kernel/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def status(self) -> KernelStatusResult:
        """kernel/status: What is loaded, what waits and how much memory is in use. Never waits for the engine."""
        return self._kernel.call("kernel/status", {}, KernelStatusResult)


class ModelMethods:
    """The methods model/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def load(self, *, path: str, precision: ModelLoadPrecision | None = None, resizing: ModelLoadResizing | None = None, device: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> ModelLoadResult:
        """model/load: Loads a checkpoint's folder and makes it the model that contexts are opened on.

          path: Absolute.
          precision: Absent: auto.
          resizing: Absent: torchvision.
          device: What the model's layers run on: cpu (this kernel's own operators on the processor), cuda or
            cuda:N (a card, through PyTorch's libraries), torch:cpu (the same on the processor, to compare),
            auto (the first card where libraries and card are there, else the processor). Absent: as the
            kernel was started, cpu if that says nothing. precision int8 runs on the processor alone.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: CheckpointInvalid, DeadlineExceeded, DeviceUnavailable, IoError, OutOfMemory, PathDenied.
        """
        return self._kernel.call("model/load", {"path": path, "precision": precision, "resizing": resizing, "device": device, "deadlineMs": deadline_ms}, ModelLoadResult, progress=progress)


class SaeMethods:
    """The methods sae/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def load(self, *, path: str, site: str | None = None, model: str | None = None, k: int | None = None, input_scale: float | None = None, activation: SAEOptionsActivation | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SaeLoadResult:
        """sae/load: Loads a sparse autoencoder from the files of sparsify, SAELens, Gemma Scope,
        dictionary_learning and others (SAELoad.Format). One whose width or site does not fit the model is
        refused.

          path: Absolute: a folder, one that holds a folder or file for each layer, or such a file.
          site: Where it reads the model, by any name of a tensor of a block: resid_post.24, model.layers.24,
            blocks.24.hook_resid_post and the like for the stream after a block, mlp_out.24 or
            blocks.24.hook_mlp_out for what its MLP adds. A transcoder's is transcoder.24, or two names,
            "mlp_in.24 -> mlp_out.24"; vision.resid_post.22 is a layer of the vision tower. It overrides what
            the folder or the configuration says, with a warning where they differ; absent: what they say.
          model: Absent: the model loaded last.
          k: Latents active at a token, for files that do not say it. Refused where they do and mean another
            number, or have no use for it.
          input_scale: What activations are multiplied by before they are encoded, and reconstructions divided
            by: the factor of SAELens' expected_average_only_in, which its files do not hold, or that of vlm-
            saes, which otherwise is taken from the file's name.
          activation: Which latents are active, where the files leave it open: topk or signed-topk for Qwen-
            Scope (absent: topk, without values below zero), topk or jumprelu for dictionary_learning's ae.pt
            without its config.json, relu or topk for circuit-tracer's whose config.yaml has no top_k.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: CheckpointInvalid, DeadlineExceeded, IoError, ModelNotLoaded, OutOfMemory, PathDenied,
        SaeMismatch.
        """
        return self._kernel.call("sae/load", {"path": path, "site": site, "model": model, "k": k, "inputScale": input_scale, "activation": activation, "deadlineMs": deadline_ms}, SaeLoadResult, progress=progress)

    def sites(self, *, model: str | None = None, deadline_ms: int | None = None) -> SaeSitesResult:
        """sae/sites: The places of a model that an autoencoder can be of, and for those where it cannot why.

          model: Absent: the model loaded last.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.

        Raises: DeadlineExceeded, ModelNotLoaded.
        """
        return self._kernel.call("sae/sites", {"model": model, "deadlineMs": deadline_ms}, SaeSitesResult)

    def fit(self, *, sae: str, context: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SaeFitResult:
        """sae/fit: How well an autoencoder fits its model on open contexts, by kind of token, and whether
        another convention than its files' fits better.

        Positions count to one kind: first (position 0, whose residual is far longer than any other in many
        models), text, each view of a picture by its name, and newline (what closes a view's rows); all is
        every position but the first, and last the one the answer is read at. The conventions are measured
        over all: what another reading of the same weights leaves of the variance, or the same reading a block
        below or above.

          context: Absent: all open contexts of the autoencoder's model.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, DeadlineExceeded, ModelNotLoaded, OutOfMemory, SaeMismatch,
        UnsupportedTarget.
        """
        return self._kernel.call("sae/fit", {"sae": sae, "context": context, "deadlineMs": deadline_ms}, SaeFitResult, progress=progress)

    def train(self, *, site: str, corpus: CorpusPlace | Mapping[str, Any], output: str, latents: int, k: int, steps: int, model: str | None = None, limit: int | None = None, template: IndexBuildTemplate | None = None, batch: int | None = None, learning_rate: float | None = None, dead_after: int | None = None, seed: int | None = None, type: SAETrainWeightType | None = None, save_every: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """sae/train: Trains a TopK autoencoder on a model's residual stream: a job, which continues where an
        earlier one ended.

        The job's result is a SAETrain.Trained; its progress has the metrics fvu, l0, dead, learningRate and
        tokensPerSecond, new once a second. Tokens are counted first: what would not fit in memory fails with
        outOfMemory before anything is run. A resumed job collects the activations again and continues from
        the saved state; its weights are bit by bit those of an uninterrupted run.

          site: Where the model is read, as resid_post.5.
          output: The folder to write, absolute; the autoencoder goes into it under the site's module name.
          k: Active latents a token.
          model: A loaded model's name or a checkpoint's folder; absent: the model loaded last.
          limit: Entries of the corpus to look at; absent: all.
          template: How prompts are rendered; absent: model.
          batch: Tokens a step; absent: 2048.
          learning_rate: The highest; absent: 2e-4 / √(M / 2¹⁴).
          dead_after: Tokens without firing after which a latent counts as dead; absent: 500000.
          seed: Of the start and of the order of tokens; absent: 0.
          type: Of the written weights; absent: F32.
          save_every: Steps between saves of the state; absent: 500.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("sae/train", {"site": site, "corpus": corpus, "output": output, "latents": latents, "k": k, "steps": steps, "model": model, "limit": limit, "template": template, "batch": batch, "learningRate": learning_rate, "deadAfter": dead_after, "seed": seed, "type": type, "saveEvery": save_every, "subscribe": subscribe}, JobStarted)

    def check(self, *, sae: str, corpus: CorpusPlace | Mapping[str, Any], limit: int | None = None, template: IndexBuildTemplate | None = None, subscribe: bool | None = None) -> JobStarted:
        """sae/check: Measures how well an autoencoder can replace the residual stream on a data set: a job.

        The job's result is a SAECheck.Checked. A resumed job begins anew.

          limit: Entries of the corpus to look at; absent: all.
          template: How prompts are rendered; absent: model.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("sae/check", {"sae": sae, "corpus": corpus, "limit": limit, "template": template, "subscribe": subscribe}, JobStarted)


class ContextMethods:
    """The methods context/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def open(self, *, parts: Sequence[Part | Mapping[str, Any]], chat: ContextOpenChat | Mapping[str, Any] | None = None, model: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> ContextOpenResult:
        """context/open: Makes a prompt of text and images resident: tokens, key/value cache and the residual at
        each site.

        Consecutive parts of one role make one message. With template none the parts are joined as they are,
        an image standing for the model's image token.

          model: Absent: the model loaded last.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: DeadlineExceeded, ImageUnreadable, IoError, ModelNotLoaded, OutOfMemory, PathDenied,
        PositionOutOfRange, UnsupportedTarget.
        """
        return self._kernel.call("context/open", {"parts": parts, "chat": chat, "model": model, "deadlineMs": deadline_ms}, ContextOpenResult, progress=progress)

    def tokens(self, *, context: str, version: int | None = None, span: Span | Mapping[str, Any] | None = None) -> ContextTokensResult:
        """context/tokens: The tokens of a context, and the pixels that each image token covers.

          version: Where given, the context must be at this version, else contextVersionMismatch.

        Raises: ContextNotFound, ContextVersionMismatch, PositionOutOfRange.
        """
        return self._kernel.call("context/tokens", {"context": context, "version": version, "span": span}, ContextTokensResult)

    def tokens_stream(self, *, context: str, version: int | None = None, span: Span | Mapping[str, Any] | None = None) -> Stream[ContextTokensToken, ContextTokensResult]:
        """context/tokens: The same as tokens, its tokens as they are found, then `.result`.

        The tokens of a context, and the pixels that each image token covers.

          version: Where given, the context must be at this version, else contextVersionMismatch.

        Raises: ContextNotFound, ContextVersionMismatch, PositionOutOfRange.
        """
        return self._kernel.stream("context/tokens", {"context": context, "version": version, "span": span}, ContextTokensResult, "tokens", ContextTokensToken)

    def logits(self, *, context: str, top_k: int, version: int | None = None, position: int | None = None) -> ContextLogitsResult:
        """context/logits: The likeliest next tokens after a position.

          top_k: May be the whole vocabulary.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          position: Absent or −1: the last.

        Raises: ContextNotFound, ContextVersionMismatch, PositionOutOfRange.
        """
        return self._kernel.call("context/logits", {"context": context, "topK": top_k, "version": version, "position": position}, ContextLogitsResult)

    def generate(self, *, context: str, max_tokens: int, version: int | None = None, temperature: float | None = None, top_p: float | None = None, seed: LargeInteger | None = None, stop: Sequence[str] | None = None, interventions: Sequence[Intervention | Mapping[str, Any]] | None = None, sae: str | None = None, recipe: str | None = None, splice: Splice | Mapping[str, Any] | None = None, append: bool | None = None, deadline_ms: int | None = None, progress: Progress = None) -> ContextGenerateResult:
        """context/generate: Continues a context token by token, with interventions where given.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          temperature: 0 or absent: greedy, ties to the lowest id.
          stop: Texts that end the generation.
          sae: The autoencoder to splice if no intervention names one.
          recipe: A recipe's file, absolute, whose changes are made before the interventions given.
          append: Whether the tokens stay with the context, whose version then rises.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch.
        """
        return self._kernel.call("context/generate", {"context": context, "maxTokens": max_tokens, "version": version, "temperature": temperature, "topP": top_p, "seed": seed, "stop": stop, "interventions": interventions, "sae": sae, "recipe": recipe, "splice": splice, "append": append, "deadlineMs": deadline_ms}, ContextGenerateResult, progress=progress)

    def generate_stream(self, *, context: str, max_tokens: int, version: int | None = None, temperature: float | None = None, top_p: float | None = None, seed: LargeInteger | None = None, stop: Sequence[str] | None = None, interventions: Sequence[Intervention | Mapping[str, Any]] | None = None, sae: str | None = None, recipe: str | None = None, splice: Splice | Mapping[str, Any] | None = None, append: bool | None = None, deadline_ms: int | None = None, progress: Progress = None) -> Stream[GeneratedToken, ContextGenerateResult]:
        """context/generate: The same as generate, its tokens as they are found, then `.result`.

        Continues a context token by token, with interventions where given.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          temperature: 0 or absent: greedy, ties to the lowest id.
          stop: Texts that end the generation.
          sae: The autoencoder to splice if no intervention names one.
          recipe: A recipe's file, absolute, whose changes are made before the interventions given.
          append: Whether the tokens stay with the context, whose version then rises.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch.
        """
        return self._kernel.stream("context/generate", {"context": context, "maxTokens": max_tokens, "version": version, "temperature": temperature, "topP": top_p, "seed": seed, "stop": stop, "interventions": interventions, "sae": sae, "recipe": recipe, "splice": splice, "append": append, "deadlineMs": deadline_ms}, ContextGenerateResult, "tokens", GeneratedToken, progress=progress)

    def close(self, *, context: str) -> ContextCloseResult:
        """context/close: Lets go of a context and its memory.

        Raises: ContextNotFound.
        """
        return self._kernel.call("context/close", {"context": context}, ContextCloseResult)


class PromptMethods:
    """The methods prompt/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def check(self, *, text: str, directory: str | None = None, images: Sequence[SentImage | Mapping[str, Any]] | None = None) -> PromptCheckResult:
        """prompt/check: Reads a prompt file without a model: what it says, where, and what is wrong with it.

        prompt-files.md beside this document describes the format.

          text: The whole file.
          directory: The folder that the file's relative paths start from, absolute.
          images: Images of the front matter, sent by a client whose files are on another machine: their paths
            are not looked at.

        Raises: PathDenied.
        """
        return self._kernel.call("prompt/check", {"text": text, "directory": directory, "images": images}, PromptCheckResult)

    def open(self, *, text: str, directory: str | None = None, images: Sequence[SentImage | Mapping[str, Any]] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> PromptOpenResult:
        """prompt/open: Makes a prompt file resident as context/open does, and says where in the file each token
        is.

        The same text again gives the same context while that is open and unchanged; an edited one re-uses
        what the two share. What the file names and cannot be loaded is a diagnostic, not an error.

          text: The whole file.
          directory: The folder that the file's relative paths start from, absolute.
          images: Images of the front matter, sent by a client whose files are on another machine: their paths
            are not looked at.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: CheckpointInvalid, DeadlineExceeded, ModelNotLoaded, OutOfMemory, PathDenied,
        PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return self._kernel.call("prompt/open", {"text": text, "directory": directory, "images": images, "deadlineMs": deadline_ms}, PromptOpenResult, progress=progress)


class SessionMethods:
    """The methods session/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def save(self, *, path: str | None = None, contexts: Sequence[str] | None = None, entries: Sequence[Any] | None = None, note: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SessionSaveResult:
        """session/save: Writes the client's contexts as one file: their parts, their pictures, what was
        appended, and what the client says was asked.

        A file appears whole or not at all. One that is there is replaced if it is a session. Pictures that
        were opened by their paths are read again, and must be what they were.

          path: The file, absolute. Absent: the session comes with the result.
          contexts: Which contexts; absent: all that the client has open.
          entries: Kept as they are, and given back by session/open.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, DeadlineExceeded, ImageUnreadable, IoError, OutOfMemory, PathDenied,
        UnsupportedTarget.
        """
        return self._kernel.call("session/save", {"path": path, "contexts": contexts, "entries": entries, "note": note, "deadlineMs": deadline_ms}, SessionSaveResult, progress=progress)

    def open(self, *, path: str | None = None, session: SavedSession | Mapping[str, Any] | None = None, any_model: bool | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SessionOpenResult:
        """session/open: Opens every context of a session again, or none of them.

        A context needs the model that it was opened on, whose digest must be the same unless anyModel is
        true. Other autoencoders, precisions and resizings are warnings: contexts can be opened without them,
        but answers may be others.

          path: A session's file, absolute. Either this or session.
          session: A session as session/save gave it.
          any_model: Whether contexts of a model that is not loaded are opened on the model that the client
            loaded last, with a warning. Absent: no.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: Busy, DeadlineExceeded, ImageUnreadable, IoError, ModelNotLoaded, OutOfMemory, PathDenied,
        PositionOutOfRange, UnsupportedTarget.
        """
        return self._kernel.call("session/open", {"path": path, "session": session, "anyModel": any_model, "deadlineMs": deadline_ms}, SessionOpenResult, progress=progress)

    def export(self, *, format: SessionExportFormat, path: str | None = None, session: SavedSession | Mapping[str, Any] | None = None, output: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SessionExportResult:
        """session/export: A session as a page to read, or as a notebook that asks again with the Python client.

        Shown is what the session's entries hold: of an entry that is an object with a method, its params and
        its result. Nothing is computed, and no model is needed. A page is one file that loads nothing and
        runs nothing.

          path: A session's file, absolute. Either this or session.
          session: A session as session/save gave it.
          output: The file to write, absolute; nothing may be there. Absent: the text comes with the result.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: DeadlineExceeded, ImageUnreadable, IoError, OutOfMemory, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("session/export", {"format": format, "path": path, "session": session, "output": output, "deadlineMs": deadline_ms}, SessionExportResult, progress=progress)


class ActivationMethods:
    """The methods activation/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def read(self, *, context: str, site: str, version: int | None = None, span: Span | Mapping[str, Any] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> ActivationReadResult:
        """activation/read: A tensor of a block at every position: the residual stream, or what a half of the
        block reads or adds.

          site: As resid_post.24, mlp_out.24, attn_heads.24; any block.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, OutOfMemory, PositionOutOfRange.
        """
        return self._kernel.call("activation/read", {"context": context, "site": site, "version": version, "span": span, "deadlineMs": deadline_ms}, ActivationReadResult, progress=progress)


class FeatureMethods:
    """The methods feature/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def activations(self, *, context: str, sae: str, version: int | None = None, region: Region | Mapping[str, Any] | None = None, top_k: int | None = None, rank_by: FeatureActivationsRank | None = None, deadline_ms: int | None = None, progress: Progress = None) -> FeatureActivationsResult:
        """feature/activations: The latents that are active in a region.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          region: Absent: the whole context.
          top_k: Absent: 20.
          rank_by: Absent: max.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, PositionOutOfRange, SaeMismatch.
        """
        return self._kernel.call("feature/activations", {"context": context, "sae": sae, "version": version, "region": region, "topK": top_k, "rankBy": rank_by, "deadlineMs": deadline_ms}, FeatureActivationsResult, progress=progress)

    def activations_stream(self, *, context: str, sae: str, version: int | None = None, region: Region | Mapping[str, Any] | None = None, top_k: int | None = None, rank_by: FeatureActivationsRank | None = None, deadline_ms: int | None = None, progress: Progress = None) -> Stream[FeatureActivationsItem, FeatureActivationsResult]:
        """feature/activations: The same as activations, its items as they are found, then `.result`.

        The latents that are active in a region.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          region: Absent: the whole context.
          top_k: Absent: 20.
          rank_by: Absent: max.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, PositionOutOfRange, SaeMismatch.
        """
        return self._kernel.stream("feature/activations", {"context": context, "sae": sae, "version": version, "region": region, "topK": top_k, "rankBy": rank_by, "deadlineMs": deadline_ms}, FeatureActivationsResult, "items", FeatureActivationsItem, progress=progress)

    def info(self, *, feature: FeatureRef | Mapping[str, Any], top_k: int | None = None, deadline_ms: int | None = None, progress: Progress = None) -> FeatureInfoResult:
        """feature/info: What is known of a latent without any prompt.

          top_k: Tokens and neighbours to list; absent: 10.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: DeadlineExceeded, FeatureOutOfRange, IndexStale, SaeMismatch.
        """
        return self._kernel.call("feature/info", {"feature": feature, "topK": top_k, "deadlineMs": deadline_ms}, FeatureInfoResult, progress=progress)

    def examples(self, *, feature: FeatureRef | Mapping[str, Any], index: str | None = None, view: IndexBuildView | None = None, rank_by: FeatureExamplesRanking | None = None, offset: int | None = None, top_k: int | None = None) -> FeatureExamplesResult:
        """feature/examples: The places of an index's corpus where a latent is most active.

          index: Absent: the index of the feature's autoencoder.
          view: Absent: the view where the latent's largest activation is, of equal ones the first.
          rank_by: Absent: mean, the paper's.
          top_k: Absent: 5, the paper's.

        Raises: FeatureOutOfRange, IndexMissing.
        """
        return self._kernel.call("feature/examples", {"feature": feature, "index": index, "view": view, "rankBy": rank_by, "offset": offset, "topK": top_k}, FeatureExamplesResult)

    def render(self, *, feature: FeatureRef | Mapping[str, Any], index: str | None = None, view: IndexBuildView | None = None, rank_by: FeatureExamplesRanking | None = None, offset: int | None = None, top_k: int | None = None, style: FeatureRenderStyle | None = None, interpolation: FeatureRenderInterpolation | None = None, level: float | None = None, size: int | None = None, montage: FeatureRenderMontage | Mapping[str, Any] | None = None) -> FeatureRenderResult:
        """feature/render: Pictures of the places where a latent is most active, what it does not see darkened.

        Pictures are read again from where the index found them. One that has changed, by its digest, is not
        drawn.

          index: Absent: the index of the feature's autoencoder.
          view: Absent: the view where the latent's largest activation is, of equal ones the first; of
            pictures' views with a montage.
          rank_by: Absent: mean.
          top_k: Absent: 5.
          style: Absent: dimmed.
          interpolation: Absent: patches; paper always smooths.
          level: The brightness that is left to what is not active; absent: 0.2.
          size: The longer side in pixels; absent: the picture's own, in a montage 256.
          montage: All in one picture.

        Raises: FeatureOutOfRange, IndexMissing, IoError, UnsupportedTarget.
        """
        return self._kernel.call("feature/render", {"feature": feature, "index": index, "view": view, "rankBy": rank_by, "offset": offset, "topK": top_k, "style": style, "interpolation": interpolation, "level": level, "size": size, "montage": montage}, FeatureRenderResult)

    def dashboard(self, *, feature: FeatureRef | Mapping[str, Any], index: str | None = None, top_k: int | None = None, path: str | None = None) -> FeatureDashboardResult:
        """feature/dashboard: One self-contained HTML page of what an index knows of a latent.

          index: Absent: the index of the feature's autoencoder.
          top_k: Exemplars of each ranking of each view; absent: 12.
          path: The file to write, absolute; absent: the page comes with the result.

        Raises: FeatureOutOfRange, IndexMissing, IoError, PathDenied.
        """
        return self._kernel.call("feature/dashboard", {"feature": feature, "index": index, "topK": top_k, "path": path}, FeatureDashboardResult)


class AttributionMethods:
    """The methods attribution/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def compute(self, *, context: str, target: Target | Mapping[str, Any], version: int | None = None, sae: str | None = None, saes: Sequence[str] | None = None, method: AttributionComputeMethod | None = None, steps: int | None = None, region: Region | Mapping[str, Any] | None = None, top_k: int | None = None, aggregate: AttributionComputeAggregate | None = None, splice: Splice | Mapping[str, Any] | None = None, parts: AttributionComputePartsRequest | Mapping[str, Any] | None = None, verify: int | None = None, seed: int | None = None, budget: int | None = None, per_token: bool | None = None, render: AttributionComputeRender | Mapping[str, Any] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AttributionComputeResult:
        """attribution/compute: How much each active latent supports a target, what the parts of the prompt
        contribute, and whether that can be relied on.

        A positive score supports the answer: by the method asked for, the fall of the target when the latent
        is set to zero there. gradient is z·(W_dec·g) with g the target's gradient, right to first order
        alone; the shares of parts are measured, by ablating all features of a part together, and the scores
        of some features are checked by exact ablation. What was not asked for is done within a budget of runs
        of the blocks above the site.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          sae: The autoencoder whose features are scored; absent where saes names several.
          saes: Several autoencoders of the context's model, each once, whose features are ranked together
            after one backward pass; in the place of sae. Error terms are kept, and shares of parts are
            measured by occlusion alone. Where one site lies above another, the scores of both tell the same
            effect: they do not add up across autoencoders.
          method: Absent: gradient; heldNorms for tokens, and for what is rendered.
          steps: Points of integratedGradients; absent: 16.
          region: Absent: the whole context.
          top_k: Items to list; absent: 20.
          aggregate: Absent: none.
          parts: How the parts' shares are measured; absent: by ablation, where the budget allows it.
          verify: n: the n strongest items, the n strongest of a second method and n others drawn at random
            are measured by exact ablation. Absent: 8, or as many as the budget allows.
          seed: Of what is drawn at random; absent: 0.
          budget: The most runs of the blocks above the site for parts and verification. Absent: what is cheap
            for the model's size, and no limit to what was asked for.
          per_token: Whether to give each item's score for every token of the target, too.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, NumericalFailure, OutOfMemory,
        PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return self._kernel.call("attribution/compute", {"context": context, "target": target, "version": version, "sae": sae, "saes": saes, "method": method, "steps": steps, "region": region, "topK": top_k, "aggregate": aggregate, "splice": splice, "parts": parts, "verify": verify, "seed": seed, "budget": budget, "perToken": per_token, "render": render, "deadlineMs": deadline_ms}, AttributionComputeResult, progress=progress)

    def compute_stream(self, *, context: str, target: Target | Mapping[str, Any], version: int | None = None, sae: str | None = None, saes: Sequence[str] | None = None, method: AttributionComputeMethod | None = None, steps: int | None = None, region: Region | Mapping[str, Any] | None = None, top_k: int | None = None, aggregate: AttributionComputeAggregate | None = None, splice: Splice | Mapping[str, Any] | None = None, parts: AttributionComputePartsRequest | Mapping[str, Any] | None = None, verify: int | None = None, seed: int | None = None, budget: int | None = None, per_token: bool | None = None, render: AttributionComputeRender | Mapping[str, Any] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> Stream[AttributionComputeItem, AttributionComputeResult]:
        """attribution/compute: The same as compute, its items as they are found, then `.result`.

        How much each active latent supports a target, what the parts of the prompt contribute, and whether
        that can be relied on.

        A positive score supports the answer: by the method asked for, the fall of the target when the latent
        is set to zero there. gradient is z·(W_dec·g) with g the target's gradient, right to first order
        alone; the shares of parts are measured, by ablating all features of a part together, and the scores
        of some features are checked by exact ablation. What was not asked for is done within a budget of runs
        of the blocks above the site.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          sae: The autoencoder whose features are scored; absent where saes names several.
          saes: Several autoencoders of the context's model, each once, whose features are ranked together
            after one backward pass; in the place of sae. Error terms are kept, and shares of parts are
            measured by occlusion alone. Where one site lies above another, the scores of both tell the same
            effect: they do not add up across autoencoders.
          method: Absent: gradient; heldNorms for tokens, and for what is rendered.
          steps: Points of integratedGradients; absent: 16.
          region: Absent: the whole context.
          top_k: Items to list; absent: 20.
          aggregate: Absent: none.
          parts: How the parts' shares are measured; absent: by ablation, where the budget allows it.
          verify: n: the n strongest items, the n strongest of a second method and n others drawn at random
            are measured by exact ablation. Absent: 8, or as many as the budget allows.
          seed: Of what is drawn at random; absent: 0.
          budget: The most runs of the blocks above the site for parts and verification. Absent: what is cheap
            for the model's size, and no limit to what was asked for.
          per_token: Whether to give each item's score for every token of the target, too.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, NumericalFailure, OutOfMemory,
        PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return self._kernel.stream("attribution/compute", {"context": context, "target": target, "version": version, "sae": sae, "saes": saes, "method": method, "steps": steps, "region": region, "topK": top_k, "aggregate": aggregate, "splice": splice, "parts": parts, "verify": verify, "seed": seed, "budget": budget, "perToken": per_token, "render": render, "deadlineMs": deadline_ms}, AttributionComputeResult, "items", AttributionComputeItem, progress=progress)

    def compare(self, *, context: str, other: str, sae: str, target: Target | Mapping[str, Any], version: int | None = None, top_k: int | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AttributionCompareResult:
        """attribution/compare: What makes a target differ between two contexts: which features, where, and how
        much each explains when it is patched from one into the other.

        To first order a feature explains Σ (z − z′)·(W_dec · ½(g + g′)) of the difference. The largest are
        measured in both directions: the activations of one context are put into the other at corresponding
        positions, the error term kept.

          other: The context that it is compared with: of the same model.
          target: The same for both; a position counts in each.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          top_k: Features to measure and list; absent: 10.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, NumericalFailure, OutOfMemory,
        PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return self._kernel.call("attribution/compare", {"context": context, "other": other, "sae": sae, "target": target, "version": version, "topK": top_k, "deadlineMs": deadline_ms}, AttributionCompareResult, progress=progress)


class AblationMethods:
    """The methods ablation/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def run(self, *, context: str, sae: str, interventions: Sequence[Intervention | Mapping[str, Any]], targets: Sequence[Target | Mapping[str, Any]], version: int | None = None, splice: Splice | Mapping[str, Any] | None = None, top_k: int | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AblationRunResult:
        """ablation/run: What happens to targets when latents are changed.

          sae: The autoencoder that is spliced in; interventions may name others of the model, which are
            spliced into the same run.
          interventions: Several autoencoders' are met in the order of the places at which they write; each
            code is that of the run as the earlier ones have changed it.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          top_k: Changed tokens to list; absent: 10.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return self._kernel.call("ablation/run", {"context": context, "sae": sae, "interventions": interventions, "targets": targets, "version": version, "splice": splice, "topK": top_k, "deadlineMs": deadline_ms}, AblationRunResult, progress=progress)


class SteeringMethods:
    """The methods steering/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def generate(self, *, context: str, sae: str, interventions: Sequence[Intervention | Mapping[str, Any]], max_tokens: int, version: int | None = None, temperature: float | None = None, top_p: float | None = None, seed: LargeInteger | None = None, stop: Sequence[str] | None = None, recipe: str | None = None, splice: Splice | Mapping[str, Any] | None = None, compare_with: Sequence[SteeringGenerateComparison] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SteeringGenerateResult:
        """steering/generate: Continues a context with interventions, beside the same without them.

          sae: The autoencoder that is spliced in; interventions may name others of the model, which are
            spliced into the same run.
          interventions: Several autoencoders' are met in the order of the places at which they write; each
            code is that of the run as the earlier ones have changed it.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          temperature: 0 or absent: greedy, ties to the lowest id.
          stop: Texts that end the generation.
          recipe: A recipe's file, absolute, whose changes are made before the interventions given.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch.
        """
        return self._kernel.call("steering/generate", {"context": context, "sae": sae, "interventions": interventions, "maxTokens": max_tokens, "version": version, "temperature": temperature, "topP": top_p, "seed": seed, "stop": stop, "recipe": recipe, "splice": splice, "compareWith": compare_with, "deadlineMs": deadline_ms}, SteeringGenerateResult, progress=progress)

    def generate_stream(self, *, context: str, sae: str, interventions: Sequence[Intervention | Mapping[str, Any]], max_tokens: int, version: int | None = None, temperature: float | None = None, top_p: float | None = None, seed: LargeInteger | None = None, stop: Sequence[str] | None = None, recipe: str | None = None, splice: Splice | Mapping[str, Any] | None = None, compare_with: Sequence[SteeringGenerateComparison] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> Stream[Record, SteeringGenerateResult]:
        """steering/generate: The same as generate, its partial results as they are found, then `.result`.

        Continues a context with interventions, beside the same without them.

          sae: The autoencoder that is spliced in; interventions may name others of the model, which are
            spliced into the same run.
          interventions: Several autoencoders' are met in the order of the places at which they write; each
            code is that of the run as the earlier ones have changed it.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          temperature: 0 or absent: greedy, ties to the lowest id.
          stop: Texts that end the generation.
          recipe: A recipe's file, absolute, whose changes are made before the interventions given.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch.
        """
        return self._kernel.stream("steering/generate", {"context": context, "sae": sae, "interventions": interventions, "maxTokens": max_tokens, "version": version, "temperature": temperature, "topP": top_p, "seed": seed, "stop": stop, "recipe": recipe, "splice": splice, "compareWith": compare_with, "deadlineMs": deadline_ms}, SteeringGenerateResult, "", Record, progress=progress)

    def search(self, *, dataset: EvaluationRunDataset | Mapping[str, Any], recipe: str, sae: str, name: str | None = None, failing: Sequence[str] | None = None, keeping: Sequence[str] | None = None, candidates: SteeringSearchCandidates | Mapping[str, Any] | None = None, operations: SteeringSearchOperations | Mapping[str, Any] | None = None, places: Sequence[SteeringSearchPlace] | None = None, features: int | None = None, arms: int | None = None, max_harm: float | None = None, seed: LargeInteger | None = None, controls: EvaluationRunControls | Mapping[str, Any] | None = None, limit: int | None = None, instruction: str | None = None, template: IndexBuildTemplate | None = None, max_tokens: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """steering/search: Looks for changes of features that put wrong answers right and lose few right ones: a
        job, which writes a recipe.

        The plain model answers a set's questions; those that it gets wrong are to be put right, those that it
        gets right to be kept. Pictures are split in two halves by the seed: features and changes are chosen
        on one, and reported on the other, with controls. Candidates are the features that attribution,
        measured by exact ablation where it is strongest, finds behind wrong answers, those whose activity
        differs most between wrong and right ones, and those that are named. Each change is tried alone at
        each place, then the best together. The answers of every round are kept in a folder beside the recipe,
        so that a search that was cut off goes on. The job's result is a SteeringSearch.Found.

          recipe: The file that is written, absolute; rounds are kept in the folder of that name with .search
            behind it.
          name: What the recipe is called; absent: as the file.
          failing: Wrong answers of these kinds are to be put right; absent: all.
          keeping: Right answers of these kinds are to be kept; absent: all.
          candidates: Absent: 12 by attribution and 12 by contrast.
          operations: Absent: zero, half, and a clamp at the 0.9 quantile of the feature's own activity.
          places: Where changes are made; absent: all, question, image and last.
          features: Features of a recipe at most; absent: 3.
          arms: Changes that a round tries at most; absent: 512.
          max_harm: Of the right answers, the share that may be lost in the choosing half; absent: 0.01.
          seed: Of the split; absent: 0.
          controls: Of the recipe, in the other half; absent: 5 of each.
          limit: Questions of the set at most; absent: all.
          instruction: Added behind each question, after a line break; absent: nothing.
          template: How questions are rendered, where the set does not say; absent: model.
          max_tokens: Of an answer; absent: 16.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("steering/search", {"dataset": dataset, "recipe": recipe, "sae": sae, "name": name, "failing": failing, "keeping": keeping, "candidates": candidates, "operations": operations, "places": places, "features": features, "arms": arms, "maxHarm": max_harm, "seed": seed, "controls": controls, "limit": limit, "instruction": instruction, "template": template, "maxTokens": max_tokens, "subscribe": subscribe}, JobStarted)


class IndexMethods:
    """The methods index/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def build(self, *, path: str, sae: str, corpus: CorpusPlace | Mapping[str, Any], views: Sequence[IndexBuildView] | None = None, exemplars: int | None = None, span_tokens: int | None = None, sampled_tokens: int | None = None, template: IndexBuildTemplate | None = None, questions: Sequence[str] | None = None, prompt_files: Sequence[str] | None = None, answer_tokens: int | None = None, annotate: bool | None = None, shard: IndexBuildShard | Mapping[str, Any] | None = None, limit: int | None = None, keep_pictures: IndexBuildKeepPictures | None = None, subscribe: bool | None = None) -> JobStarted:
        """index/build: Runs a corpus through a model and an autoencoder and indexes the features: a job, which
        continues where an earlier one ended.

        The job's result is an IndexBuild.Built. It fails with indexStale on an index of another model or
        autoencoder, with busy where another job writes to it, and pauses where the disk is full.

          path: The absolute path of the index file; it is created if it does not exist.
          views: Absent: all.
          exemplars: Best places kept of a latent under each ranking of each view; absent: 20.
          span_tokens: Tokens of a span of text; absent: 64.
          sampled_tokens: Tokens whose codes are kept to count which latents are active together; absent:
            65536.
          template: Absent: none; model where something is asked.
          questions: Asked about each picture of the corpus, each by itself and with the model's own answer
            behind it. A picture becomes an item of its views, and with each question an item of the view
            text, which has every token behind the picture: the question's, the template's and the answer's.
            Texts of the corpus are left out. 256 at most, with promptFiles.
          prompt_files: Texts of prompt files, asked as questions are: each shows one image, in whose place
            the corpus' picture stands. Of its front matter the image's name and the template count.
          answer_tokens: The most tokens of an answer, which is greedy; 0: none is generated; absent: 16.
          annotate: Whether the work of index/annotate is done at the end, with its own defaults; absent: no.
          limit: Entries of the corpus to look at; absent: all.
          keep_pictures: Absent: reference.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("index/build", {"path": path, "sae": sae, "corpus": corpus, "views": views, "exemplars": exemplars, "spanTokens": span_tokens, "sampledTokens": sampled_tokens, "template": template, "questions": questions, "promptFiles": prompt_files, "answerTokens": answer_tokens, "annotate": annotate, "shard": shard, "limit": limit, "keepPictures": keep_pictures, "subscribe": subscribe}, JobStarted)

    def merge(self, *, path: str, inputs: Sequence[str], subscribe: bool | None = None) -> JobStarted:
        """index/merge: Makes one index of several that hold parts of one corpus: a job that needs no model.

        The job's result is an IndexMerge.Merged.

          path: The new index's file, absolute.
          inputs: The shards' files, absolute.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied.
        """
        return self._kernel.call("index/merge", {"path": path, "inputs": inputs, "subscribe": subscribe}, JobStarted)

    def open(self, *, path: str, sae: str | None = None, check: bool | None = None) -> IndexDescription:
        """index/open: Opens a feature index for reading; where sae is given, one that was built for another
        autoencoder is refused.

          path: The index's file, absolute.
          sae: The autoencoder it is to belong to; absent: the loaded one that it was built for, if there is
            one.
          check: Whether the whole file is looked through for damage first; absent: no.

        Raises: IndexMissing, IndexStale, IoError, PathDenied, SaeMismatch.
        """
        return self._kernel.call("index/open", {"path": path, "sae": sae, "check": check}, IndexDescription)

    def info(self, *, index: str | None = None) -> IndexDescription:
        """index/info: What an open index holds.

          index: Absent: the only open index, or the one that the kernel was started with.

        Raises: IndexMissing.
        """
        return self._kernel.call("index/info", {"index": index}, IndexDescription)

    def skipped(self, *, index: str | None = None, offset: int | None = None, limit: int | None = None) -> IndexSkippedResult:
        """index/skipped: The entries of a corpus that an index did not take in, by name.

          index: Absent: the only open index, or the one that the kernel was started with.
          limit: Absent: 100.

        Raises: IndexMissing.
        """
        return self._kernel.call("index/skipped", {"index": index, "offset": offset, "limit": limit}, IndexSkippedResult)

    def close(self, *, index: str) -> IndexCloseResult:
        """index/close: Lets go of an index.

        Raises: IndexMissing.
        """
        return self._kernel.call("index/close", {"index": index}, IndexCloseResult)

    def search(self, *, query: IndexSearchQuery | Mapping[str, Any], index: str | None = None, sae: str | None = None, offset: int | None = None, limit: int | None = None) -> IndexSearchResult:
        """index/search: Finds latents of an index.

        Which features fire in a region of a context: ask feature/activations, and give its latents here for
        their labels.

          index: An open index's name, or a file's absolute path; absent: that of the autoencoder, or the only
            one that is open.
          sae: The autoencoder whose index is meant where none is named.
          limit: Absent: 100.

        Raises: FeatureOutOfRange, IndexMissing, IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("index/search", {"query": query, "index": index, "sae": sae, "offset": offset, "limit": limit}, IndexSearchResult)

    def neighbours(self, *, latent: int, index: str | None = None, sae: str | None = None, by: IndexNeighboursMeasure | None = None, offset: int | None = None, limit: int | None = None) -> IndexNeighboursResult:
        """index/neighbours: The latents nearest to one, by decoder rows or by what is active together.

          index: An open index's name, or a file's absolute path; absent: that of the autoencoder, or the only
            one that is open.
          sae: The autoencoder whose index is meant where none is named.
          by: Absent: decoder.
          limit: Absent: 100.

        Raises: FeatureOutOfRange, IndexMissing, IoError, PathDenied.
        """
        return self._kernel.call("index/neighbours", {"latent": latent, "index": index, "sae": sae, "by": by, "offset": offset, "limit": limit}, IndexNeighboursResult)

    def annotate(self, *, index: str, sae: str, tokens: int | None = None, neighbours: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """index/annotate: Keeps with an index the tokens that decoder rows raise and lower, and the nearest
        rows: a job, which continues where an earlier one ended.

        The job's result is an IndexAnnotate.Annotated. It fails with indexStale on an index of another model
        or autoencoder.

          index: The index's file, absolute.
          tokens: To each side; absent: 20.
          neighbours: Absent: 20.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied.
        """
        return self._kernel.call("index/annotate", {"index": index, "sae": sae, "tokens": tokens, "neighbours": neighbours, "subscribe": subscribe}, JobStarted)


class ExplanationMethods:
    """The methods explanation/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def put(self, *, latent: int, author: ExplanationAuthor | Mapping[str, Any], index: str | None = None, text: str | None = None, state: ExplanationState | None = None, method: str | None = None, evidence: Sequence[str] | None = None, concept: str | None = None) -> Explanation:
        """explanation/put: Adds what somebody says of a latent as its newest revision.

          index: An open index's name, or a file's absolute path; absent: the only one that this client
            opened, or the kernel's --index. The one that came with the program is refused.
          text: Absent or empty where the latent is uninterpretable.
          state: Absent: explained.
          method: Absent: manual.
          concept: The kind of concept that it names, such as scene, object, part, material, texture or
            colour.

        Raises: Busy, FeatureOutOfRange, IndexMissing, IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("explanation/put", {"latent": latent, "author": author, "index": index, "text": text, "state": state, "method": method, "evidence": evidence, "concept": concept}, Explanation)

    def get(self, *, latent: int, index: str | None = None, records: bool | None = None) -> ExplanationGetResult:
        """explanation/get: Every revision of a latent's explanation, newest first, with their scores.

          index: An open index's name, or a file's absolute path; absent: the only one that is open.
          records: Whether questions and answers as they were are sent, too; absent: no.

        Raises: FeatureOutOfRange, IndexMissing, IoError, PathDenied.
        """
        return self._kernel.call("explanation/get", {"latent": latent, "index": index, "records": records}, ExplanationGetResult)

    def list(self, *, index: str | None = None, state: ExplanationState | None = None, offset: int | None = None, limit: int | None = None) -> ExplanationListResult:
        """explanation/list: The newest revision of each latent that has one, by latent.

          index: An open index's name, or a file's absolute path; absent: the only one that is open.
          state: Only those whose newest revision is in this state.
          limit: Absent: 100.

        Raises: IndexMissing, IoError, PathDenied.
        """
        return self._kernel.call("explanation/list", {"index": index, "state": state, "offset": offset, "limit": limit}, ExplanationListResult)

    def generate(self, *, index: str, features: LatentSelection | Mapping[str, Any], explainer: ExplanationGenerateExplainer | Mapping[str, Any], blank_picture: ExplanationGenerateBlankPicture | Mapping[str, Any] | None = None, view: IndexBuildView | None = None, rank_by: FeatureExamplesRanking | None = None, exemplars: int | None = None, style: FeatureRenderStyle | None = None, interpolation: FeatureRenderInterpolation | None = None, level: float | None = None, side: int | None = None, answer: ExplanationGenerateAnswerForm | None = None, max_tokens: int | None = None, concurrency: int | None = None, request_seconds: float | None = None, tries: int | None = None, again: bool | None = None, subscribe: bool | None = None) -> JobStarted:
        """explanation/generate: Has a model say what latents stand for, by their best pictures and texts: a job.

        The job's result is an ExplanationGenerate.Generated. A failure is recorded with its reason as a
        revision of its own, and tried again when the job is resumed or begun anew. After three questions in a
        row that got no answer the job pauses.

          index: The index's file, absolute.
          blank_picture: No exemplars: the resident model is shown a white picture of side pixels either way
            with the latent held, and says what it sees. Where it says the same of the picture as it is, or
            changed as far in a random direction, the latent counts as uninterpretable.
          view: Whose exemplars are shown; absent: the index's first, most often base.
          rank_by: Absent: mean.
          exemplars: Absent: 5.
          style: How a picture is shown, as feature/render draws it; absent: dimmed.
          interpolation: Absent: patches; paper always smooths.
          level: The brightness that is left to what is not active; absent: 0.2.
          side: Pixels of a shown picture's longer side at most; absent: 336. Paper draws the model's tile.
          answer: Absent: json.
          max_tokens: Absent: 256.
          concurrency: Questions under way at once; absent: 4.
          request_seconds: Absent: 300.
          tries: Absent: 5.
          again: Whether latents that this explainer has explained are explained again; absent: no.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("explanation/generate", {"index": index, "features": features, "explainer": explainer, "blankPicture": blank_picture, "view": view, "rankBy": rank_by, "exemplars": exemplars, "style": style, "interpolation": interpolation, "level": level, "side": side, "answer": answer, "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries, "again": again, "subscribe": subscribe}, JobStarted)

    def dissect(self, *, sae: str, concepts: str, index: str | None = None, view: IndexBuildView | None = None, threshold: ActivationThreshold | Mapping[str, Any] | None = None, prompt: ConceptPrompt | Mapping[str, Any] | None = None, minimum_io_u: float | None = None, minimum_ratio: float | None = None, subscribe: bool | None = None) -> JobStarted:
        """explanation/dissect: Names latents by the concepts whose masks their maps overlap (Network
        Dissection): a job.

        Latent, threshold and concept are chosen on every other picture with and without the concept, and
        measured on the rest. The job's result is an ExplanationDissect.Dissected. Without an index nothing is
        written.

          concepts: The concept set's JSON file, absolute: a list of {attribute, name, places: [{picture,
            values, mask?}]}, pictures and masks beside it; values are the grey levels of the picture's mask
            that are the concept.
          index: The index's file, absolute.
          view: Absent: tiles.
          threshold: Absent: quantiles 0, 0.5 and 0.8.
          prompt: How the pictures are run; absent: the picture alone.
          minimum_io_u: The least IoU on the measuring half of the pictures; absent: 0.04.
          minimum_ratio: How many times a random latent's IoU it must be; absent: 5.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied.
        """
        return self._kernel.call("explanation/dissect", {"sae": sae, "concepts": concepts, "index": index, "view": view, "threshold": threshold, "prompt": prompt, "minimumIoU": minimum_io_u, "minimumRatio": minimum_ratio, "subscribe": subscribe}, JobStarted)

    def refine(self, *, index: str, by: ExplanationRefineRefiner | Mapping[str, Any], features: LatentSelection | Mapping[str, Any] | None = None, concepts: str | None = None, answer: ExplanationGenerateAnswerForm | None = None, max_tokens: int | None = None, concurrency: int | None = None, request_seconds: float | None = None, tries: int | None = None, again: bool | None = None, subscribe: bool | None = None) -> JobStarted:
        """explanation/refine: Makes short noun phrases of explanations, to be looked for in pictures: a job.

        A phrase is kept as a revision of its own, with the evidence of what it was made of, and names that in
        refines; its method is refine:rule, refine:chat or refine:resident. What cannot be named is kept as
        uninterpretable. A failure is told in the job's log and counted, and leaves the index as it is. After
        three questions in a row that got no answer the job pauses. The job's result is an
        ExplanationRefine.Refined.

          index: The index's file, absolute.
          features: Absent: all that have an explanation.
          concepts: A concept set's JSON file, absolute: a phrase that names one of its concepts is of that
            concept's kind.
          answer: How a model answers; absent: json of a server, text of the resident model.
          max_tokens: Absent: 256.
          concurrency: Questions under way at once; absent: 4.
          request_seconds: Absent: 300.
          tries: Absent: 5.
          again: Whether explanations that this refiner has refined are refined again; absent: no.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("explanation/refine", {"index": index, "by": by, "features": features, "concepts": concepts, "answer": answer, "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries, "again": again, "subscribe": subscribe}, JobStarted)

    def score(self, *, index: str, sae: str, scorers: Sequence[ExplanationScoreScorer] | None = None, concepts: str | None = None, judge: ExplanationGenerateExplainer | Mapping[str, Any] | None = None, features: LatentSelection | Mapping[str, Any] | None = None, view: IndexBuildView | None = None, rank_by: FeatureExamplesRanking | None = None, prompt: ConceptPrompt | Mapping[str, Any] | None = None, exemplars: int | None = None, mask: ExplanationScoreMask | None = None, quantile: float | None = None, grounding_threshold: float | None = None, pool: int | None = None, trials: int | None = None, questions: int | None = None, seed: int | None = None, answer: ExplanationGenerateAnswerForm | None = None, max_tokens: int | None = None, concurrency: int | None = None, request_seconds: float | None = None, tries: int | None = None, again: bool | None = None, subscribe: bool | None = None) -> JobStarted:
        """explanation/score: Measures how well explanations hold, and how much of one piece latents are: a job;
        the scores are kept with the index.

        What is asked of which source: iou and auc of a concept set's masks, or iou, clip and monosemanticity
        of the kernel's vision worker; consistency, detection, fuzz and intruder of a judge. An explanation
        that dissection of the same set chose is measured on the other half of its pictures alone. Scores
        stand beside what chance gives: the same measure on random pictures of the index, drawn by the seed.
        Scores that are kept with the same settings are not measured again. The job's result is an
        ExplanationScore.Scored.

          index: The index's file, absolute.
          scorers: Absent: those of concepts where it is given, those of the vision worker where the kernel
            has one, those of the judge where it is given.
          concepts: The concept set's JSON file, absolute: a list of {attribute, name, places: [{picture,
            values, mask?}]}, pictures and masks beside it; values are the grey levels of the picture's mask
            that are the concept. With it iou and auc are measured on its pictures.
          judge: Who looks at pictures for consistency, detection, fuzz and intruder.
          features: Absent: all that have an explanation; for intruder and monosemanticity all that are active
            in the view.
          view: Whose exemplars and activations are looked at; absent: tiles with concepts, else base.
          rank_by: What a latent's best pictures are; absent: mean.
          prompt: How the pictures of concepts are run; absent: the picture alone.
          exemplars: Pictures of a latent that are looked at; absent: 5.
          mask: Where a latent counts as active for iou; absent: smoothed with the vision worker, patches with
            concepts.
          quantile: For mask quantile: the share of a latent's positive activations that are too small to
            count; absent: 0.8.
          grounding_threshold: The least score of a box that the vision worker's detector finds; absent: 0.3.
          pool: Random pictures of the index, of different contents, from which what chance gives is drawn and
            on which latents are not active or less; absent: 100.
          trials: Draws of as many random pictures; absent: 10 for iou, 30 for clip.
          questions: Pictures that the judge is asked about for detection and fuzz, half of them where the
            latent is active, and rounds of intruder; absent: 10.
          seed: Absent: 0.
          answer: How the judge answers; absent: json of a server, text of the resident model.
          max_tokens: Of the judge's answer; absent: 256.
          concurrency: Questions to the judge under way at once; absent: 4.
          request_seconds: For one question to the judge; absent: 300.
          tries: Absent: 5.
          again: Whether what has been scored with the same settings is scored again; absent: no.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget, VisionUnavailable.
        """
        return self._kernel.call("explanation/score", {"index": index, "sae": sae, "scorers": scorers, "concepts": concepts, "judge": judge, "features": features, "view": view, "rankBy": rank_by, "prompt": prompt, "exemplars": exemplars, "mask": mask, "quantile": quantile, "groundingThreshold": grounding_threshold, "pool": pool, "trials": trials, "questions": questions, "seed": seed, "answer": answer, "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries, "again": again, "subscribe": subscribe}, JobStarted)


class EvaluationMethods:
    """The methods evaluation/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def run(self, *, dataset: EvaluationRunDataset | Mapping[str, Any], answers: str, model: str | None = None, sae: str | None = None, arms: Sequence[EvaluationRunArm | Mapping[str, Any]] | None = None, reconstruction: bool | None = None, controls: EvaluationRunControls | Mapping[str, Any] | None = None, kinds: Sequence[str] | None = None, limit: int | None = None, shard: IndexBuildShard | Mapping[str, Any] | None = None, instruction: str | None = None, template: IndexBuildTemplate | None = None, max_tokens: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """evaluation/run: Has a model answer the questions of a benchmark, as it is and changed: a job.

        Each question is asked of the plain model, of its reconstruction where that is asked for, and in every
        arm; controls stand beside the arms. Answers are kept in a file of JSON lines, a question a line: a
        run that was cut off goes on with the questions that are not there. A picture is run once for all of
        its questions, and an arm runs the blocks above the autoencoder's site alone. Questions whose picture
        is missing are listed there and counted. The job's result is an EvaluationRun.Evaluated.

          answers: The file that answers are kept in, absolute.
          model: Absent: that of the autoencoder, else the current one.
          sae: The autoencoder of the arms and the reconstruction; absent: that of the arms' features.
          arms: Beside the plain model.
          reconstruction: Whether one more arm has the autoencoder's reconstruction in the residual's place;
            absent: no.
          controls: For each arm with interventions; absent: none.
          kinds: Questions of these kinds alone; absent: all.
          limit: Questions of the set at most; absent: all.
          shard: A part of the set's pictures, each with its questions; absent: all.
          instruction: Added behind each question, after a line break; absent: nothing.
          template: How questions are rendered, where the set does not say; absent: model.
          max_tokens: Of an answer; absent: 16.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("evaluation/run", {"dataset": dataset, "answers": answers, "model": model, "sae": sae, "arms": arms, "reconstruction": reconstruction, "controls": controls, "kinds": kinds, "limit": limit, "shard": shard, "instruction": instruction, "template": template, "maxTokens": max_tokens, "subscribe": subscribe}, JobStarted)

    def judge(self, *, answers: Sequence[str], ratings: str, judge: ExplanationGenerateExplainer | Mapping[str, Any], concept: str, arms: Sequence[str] | None = None, limit: int | None = None, answer: ExplanationGenerateAnswerForm | None = None, max_tokens: int | None = None, concurrency: int | None = None, request_seconds: float | None = None, tries: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """evaluation/judge: Has a judge rate the texts that arms answer with: how far they bring in a concept,
        how far they answer the question, how well they read: a job.

        For steering towards a concept, as AxBench rates it: each text gets three ratings of 0 to 2, asked for
        one by one; its score is their harmonic mean, 0 where one is 0. The judge sees the question and the
        text, not the picture. A text that several arms answer a question with is rated once. Ratings are kept
        in a file of JSON lines, one a rating: a job that was cut off goes on with those that are not there,
        and asks again what had no answer or one that cannot be read. After three questions in a row that got
        no answer the job pauses. The job's result is an EvaluationJudge.Judged.

          answers: Files of one run of evaluation/run, absolute.
          ratings: The file that ratings are kept in, absolute.
          concept: What is steered towards, in words.
          arms: Whose answers are rated beside the plain model's, by their names; absent: all.
          limit: Answered questions at most, from the first; absent: all.
          answer: How the judge answers; absent: json of a server, text of the resident model.
          max_tokens: Of the judge's answer; absent: 256.
          concurrency: Questions to the judge under way at once; absent: 4.
          request_seconds: For one question to the judge; absent: 300.
          tries: Absent: 5.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("evaluation/judge", {"answers": answers, "ratings": ratings, "judge": judge, "concept": concept, "arms": arms, "limit": limit, "answer": answer, "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries, "subscribe": subscribe}, JobStarted)

    def report(self, *, answers: Sequence[str], changes: int | None = None, ratings: Sequence[str] | None = None) -> EvaluationReportReport:
        """evaluation/report: What files of answers say: arms beside one another, with intervals, help, harm and
        controls.

        Several files are parts of one run. The benchmark's own numbers are counted as its official script
        counts them; intervals are Wilson's at 95 %; p is the exact two-sided test of McNemar.

          answers: Files of evaluation/run, absolute.
          changes: Questions to list of each arm whose answer is right where the plain one is not, or the
            reverse; absent: 0.
          ratings: Files of evaluation/judge on these answers, absolute; absent: none.

        Raises: PathDenied, UnsupportedTarget.
        """
        return self._kernel.call("evaluation/report", {"answers": answers, "changes": changes, "ratings": ratings}, EvaluationReportReport)


class JobMethods:
    """The methods job/…"""

    def __init__(self, kernel: Caller):
        self._kernel = kernel

    def list(self, *, state: JobState | None = None, offset: int | None = None, limit: int | None = None) -> JobListResult:
        """job/list: The jobs that are known, newest first.

          state: Only those in this state.
          limit: Absent: 100.
        """
        return self._kernel.call("job/list", {"state": state, "offset": offset, "limit": limit}, JobListResult)

    def get(self, *, job: str) -> Job:
        """job/get: The job as it is now.

        Raises: JobNotFound.
        """
        return self._kernel.call("job/get", {"job": job}, Job)

    def wait(self, *, job: str, timeout_ms: int | None = None, deadline_ms: int | None = None, progress: Progress = None) -> Job:
        """job/wait: Waits until a job is neither queued nor running, or a time is over: the job as it is then.

          timeout_ms: Absent: 60000.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: DeadlineExceeded, JobNotFound.
        """
        return self._kernel.call("job/wait", {"job": job, "timeoutMs": timeout_ms, "deadlineMs": deadline_ms}, Job, progress=progress)

    def cancel(self, *, job: str) -> Job:
        """job/cancel: Ends a job at its next step; what it did so far stays.

        Raises: Busy, JobNotFound.
        """
        return self._kernel.call("job/cancel", {"job": job}, Job)

    def pause(self, *, job: str) -> Job:
        """job/pause: Lets a job rest at its next step, until job/resume.

        Raises: Busy, JobNotFound.
        """
        return self._kernel.call("job/pause", {"job": job}, Job)

    def resume(self, *, job: str, subscribe: bool | None = None) -> Job:
        """job/resume: Goes on with a job that is paused, interrupted or failed.

          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, JobNotFound.
        """
        return self._kernel.call("job/resume", {"job": job, "subscribe": subscribe}, Job)

    def log(self, *, job: str, from_: int | None = None, lines: int | None = None) -> JobLogResult:
        """job/log: Lines of a job's log.

          from_: The first line, from 0; absent: 0.
          lines: Absent: 100.

        Raises: JobNotFound.
        """
        return self._kernel.call("job/log", {"job": job, "from": from_, "lines": lines}, JobLogResult)


class Methods:
    """Every namespace of the protocol."""

    def __init__(self: Caller) -> None:
        self.rpc = RpcMethods(self)
        self.kernel = KernelMethods(self)
        self.model = ModelMethods(self)
        self.sae = SaeMethods(self)
        self.context = ContextMethods(self)
        self.prompt = PromptMethods(self)
        self.session = SessionMethods(self)
        self.activation = ActivationMethods(self)
        self.feature = FeatureMethods(self)
        self.attribution = AttributionMethods(self)
        self.ablation = AblationMethods(self)
        self.steering = SteeringMethods(self)
        self.index = IndexMethods(self)
        self.explanation = ExplanationMethods(self)
        self.evaluation = EvaluationMethods(self)
        self.job = JobMethods(self)


class AsyncRpcMethods:
    """The methods rpc/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def discover(self) -> RpcDiscoverResult:
        """rpc.discover: This document."""
        return await self._kernel.call("rpc.discover", {}, RpcDiscoverResult)


class AsyncKernelMethods:
    """The methods kernel/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def status(self) -> KernelStatusResult:
        """kernel/status: What is loaded, what waits and how much memory is in use. Never waits for the engine."""
        return await self._kernel.call("kernel/status", {}, KernelStatusResult)


class AsyncModelMethods:
    """The methods model/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def load(self, *, path: str, precision: ModelLoadPrecision | None = None, resizing: ModelLoadResizing | None = None, device: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> ModelLoadResult:
        """model/load: Loads a checkpoint's folder and makes it the model that contexts are opened on.

          path: Absolute.
          precision: Absent: auto.
          resizing: Absent: torchvision.
          device: What the model's layers run on: cpu (this kernel's own operators on the processor), cuda or
            cuda:N (a card, through PyTorch's libraries), torch:cpu (the same on the processor, to compare),
            auto (the first card where libraries and card are there, else the processor). Absent: as the
            kernel was started, cpu if that says nothing. precision int8 runs on the processor alone.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: CheckpointInvalid, DeadlineExceeded, DeviceUnavailable, IoError, OutOfMemory, PathDenied.
        """
        return await self._kernel.call("model/load", {"path": path, "precision": precision, "resizing": resizing, "device": device, "deadlineMs": deadline_ms}, ModelLoadResult, progress=progress)


class AsyncSaeMethods:
    """The methods sae/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def load(self, *, path: str, site: str | None = None, model: str | None = None, k: int | None = None, input_scale: float | None = None, activation: SAEOptionsActivation | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SaeLoadResult:
        """sae/load: Loads a sparse autoencoder from the files of sparsify, SAELens, Gemma Scope,
        dictionary_learning and others (SAELoad.Format). One whose width or site does not fit the model is
        refused.

          path: Absolute: a folder, one that holds a folder or file for each layer, or such a file.
          site: Where it reads the model, by any name of a tensor of a block: resid_post.24, model.layers.24,
            blocks.24.hook_resid_post and the like for the stream after a block, mlp_out.24 or
            blocks.24.hook_mlp_out for what its MLP adds. A transcoder's is transcoder.24, or two names,
            "mlp_in.24 -> mlp_out.24"; vision.resid_post.22 is a layer of the vision tower. It overrides what
            the folder or the configuration says, with a warning where they differ; absent: what they say.
          model: Absent: the model loaded last.
          k: Latents active at a token, for files that do not say it. Refused where they do and mean another
            number, or have no use for it.
          input_scale: What activations are multiplied by before they are encoded, and reconstructions divided
            by: the factor of SAELens' expected_average_only_in, which its files do not hold, or that of vlm-
            saes, which otherwise is taken from the file's name.
          activation: Which latents are active, where the files leave it open: topk or signed-topk for Qwen-
            Scope (absent: topk, without values below zero), topk or jumprelu for dictionary_learning's ae.pt
            without its config.json, relu or topk for circuit-tracer's whose config.yaml has no top_k.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: CheckpointInvalid, DeadlineExceeded, IoError, ModelNotLoaded, OutOfMemory, PathDenied,
        SaeMismatch.
        """
        return await self._kernel.call("sae/load", {"path": path, "site": site, "model": model, "k": k, "inputScale": input_scale, "activation": activation, "deadlineMs": deadline_ms}, SaeLoadResult, progress=progress)

    async def sites(self, *, model: str | None = None, deadline_ms: int | None = None) -> SaeSitesResult:
        """sae/sites: The places of a model that an autoencoder can be of, and for those where it cannot why.

          model: Absent: the model loaded last.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.

        Raises: DeadlineExceeded, ModelNotLoaded.
        """
        return await self._kernel.call("sae/sites", {"model": model, "deadlineMs": deadline_ms}, SaeSitesResult)

    async def fit(self, *, sae: str, context: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SaeFitResult:
        """sae/fit: How well an autoencoder fits its model on open contexts, by kind of token, and whether
        another convention than its files' fits better.

        Positions count to one kind: first (position 0, whose residual is far longer than any other in many
        models), text, each view of a picture by its name, and newline (what closes a view's rows); all is
        every position but the first, and last the one the answer is read at. The conventions are measured
        over all: what another reading of the same weights leaves of the variance, or the same reading a block
        below or above.

          context: Absent: all open contexts of the autoencoder's model.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, DeadlineExceeded, ModelNotLoaded, OutOfMemory, SaeMismatch,
        UnsupportedTarget.
        """
        return await self._kernel.call("sae/fit", {"sae": sae, "context": context, "deadlineMs": deadline_ms}, SaeFitResult, progress=progress)

    async def train(self, *, site: str, corpus: CorpusPlace | Mapping[str, Any], output: str, latents: int, k: int, steps: int, model: str | None = None, limit: int | None = None, template: IndexBuildTemplate | None = None, batch: int | None = None, learning_rate: float | None = None, dead_after: int | None = None, seed: int | None = None, type: SAETrainWeightType | None = None, save_every: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """sae/train: Trains a TopK autoencoder on a model's residual stream: a job, which continues where an
        earlier one ended.

        The job's result is a SAETrain.Trained; its progress has the metrics fvu, l0, dead, learningRate and
        tokensPerSecond, new once a second. Tokens are counted first: what would not fit in memory fails with
        outOfMemory before anything is run. A resumed job collects the activations again and continues from
        the saved state; its weights are bit by bit those of an uninterrupted run.

          site: Where the model is read, as resid_post.5.
          output: The folder to write, absolute; the autoencoder goes into it under the site's module name.
          k: Active latents a token.
          model: A loaded model's name or a checkpoint's folder; absent: the model loaded last.
          limit: Entries of the corpus to look at; absent: all.
          template: How prompts are rendered; absent: model.
          batch: Tokens a step; absent: 2048.
          learning_rate: The highest; absent: 2e-4 / √(M / 2¹⁴).
          dead_after: Tokens without firing after which a latent counts as dead; absent: 500000.
          seed: Of the start and of the order of tokens; absent: 0.
          type: Of the written weights; absent: F32.
          save_every: Steps between saves of the state; absent: 500.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("sae/train", {"site": site, "corpus": corpus, "output": output, "latents": latents, "k": k, "steps": steps, "model": model, "limit": limit, "template": template, "batch": batch, "learningRate": learning_rate, "deadAfter": dead_after, "seed": seed, "type": type, "saveEvery": save_every, "subscribe": subscribe}, JobStarted)

    async def check(self, *, sae: str, corpus: CorpusPlace | Mapping[str, Any], limit: int | None = None, template: IndexBuildTemplate | None = None, subscribe: bool | None = None) -> JobStarted:
        """sae/check: Measures how well an autoencoder can replace the residual stream on a data set: a job.

        The job's result is a SAECheck.Checked. A resumed job begins anew.

          limit: Entries of the corpus to look at; absent: all.
          template: How prompts are rendered; absent: model.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("sae/check", {"sae": sae, "corpus": corpus, "limit": limit, "template": template, "subscribe": subscribe}, JobStarted)


class AsyncContextMethods:
    """The methods context/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def open(self, *, parts: Sequence[Part | Mapping[str, Any]], chat: ContextOpenChat | Mapping[str, Any] | None = None, model: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> ContextOpenResult:
        """context/open: Makes a prompt of text and images resident: tokens, key/value cache and the residual at
        each site.

        Consecutive parts of one role make one message. With template none the parts are joined as they are,
        an image standing for the model's image token.

          model: Absent: the model loaded last.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: DeadlineExceeded, ImageUnreadable, IoError, ModelNotLoaded, OutOfMemory, PathDenied,
        PositionOutOfRange, UnsupportedTarget.
        """
        return await self._kernel.call("context/open", {"parts": parts, "chat": chat, "model": model, "deadlineMs": deadline_ms}, ContextOpenResult, progress=progress)

    async def tokens(self, *, context: str, version: int | None = None, span: Span | Mapping[str, Any] | None = None) -> ContextTokensResult:
        """context/tokens: The tokens of a context, and the pixels that each image token covers.

          version: Where given, the context must be at this version, else contextVersionMismatch.

        Raises: ContextNotFound, ContextVersionMismatch, PositionOutOfRange.
        """
        return await self._kernel.call("context/tokens", {"context": context, "version": version, "span": span}, ContextTokensResult)

    def tokens_stream(self, *, context: str, version: int | None = None, span: Span | Mapping[str, Any] | None = None) -> AsyncStream[ContextTokensToken, ContextTokensResult]:
        """context/tokens: The same as tokens, its tokens as they are found, then `.result`.

        The tokens of a context, and the pixels that each image token covers.

          version: Where given, the context must be at this version, else contextVersionMismatch.

        Raises: ContextNotFound, ContextVersionMismatch, PositionOutOfRange.
        """
        return self._kernel.stream("context/tokens", {"context": context, "version": version, "span": span}, ContextTokensResult, "tokens", ContextTokensToken)

    async def logits(self, *, context: str, top_k: int, version: int | None = None, position: int | None = None) -> ContextLogitsResult:
        """context/logits: The likeliest next tokens after a position.

          top_k: May be the whole vocabulary.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          position: Absent or −1: the last.

        Raises: ContextNotFound, ContextVersionMismatch, PositionOutOfRange.
        """
        return await self._kernel.call("context/logits", {"context": context, "topK": top_k, "version": version, "position": position}, ContextLogitsResult)

    async def generate(self, *, context: str, max_tokens: int, version: int | None = None, temperature: float | None = None, top_p: float | None = None, seed: LargeInteger | None = None, stop: Sequence[str] | None = None, interventions: Sequence[Intervention | Mapping[str, Any]] | None = None, sae: str | None = None, recipe: str | None = None, splice: Splice | Mapping[str, Any] | None = None, append: bool | None = None, deadline_ms: int | None = None, progress: Progress = None) -> ContextGenerateResult:
        """context/generate: Continues a context token by token, with interventions where given.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          temperature: 0 or absent: greedy, ties to the lowest id.
          stop: Texts that end the generation.
          sae: The autoencoder to splice if no intervention names one.
          recipe: A recipe's file, absolute, whose changes are made before the interventions given.
          append: Whether the tokens stay with the context, whose version then rises.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch.
        """
        return await self._kernel.call("context/generate", {"context": context, "maxTokens": max_tokens, "version": version, "temperature": temperature, "topP": top_p, "seed": seed, "stop": stop, "interventions": interventions, "sae": sae, "recipe": recipe, "splice": splice, "append": append, "deadlineMs": deadline_ms}, ContextGenerateResult, progress=progress)

    def generate_stream(self, *, context: str, max_tokens: int, version: int | None = None, temperature: float | None = None, top_p: float | None = None, seed: LargeInteger | None = None, stop: Sequence[str] | None = None, interventions: Sequence[Intervention | Mapping[str, Any]] | None = None, sae: str | None = None, recipe: str | None = None, splice: Splice | Mapping[str, Any] | None = None, append: bool | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AsyncStream[GeneratedToken, ContextGenerateResult]:
        """context/generate: The same as generate, its tokens as they are found, then `.result`.

        Continues a context token by token, with interventions where given.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          temperature: 0 or absent: greedy, ties to the lowest id.
          stop: Texts that end the generation.
          sae: The autoencoder to splice if no intervention names one.
          recipe: A recipe's file, absolute, whose changes are made before the interventions given.
          append: Whether the tokens stay with the context, whose version then rises.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch.
        """
        return self._kernel.stream("context/generate", {"context": context, "maxTokens": max_tokens, "version": version, "temperature": temperature, "topP": top_p, "seed": seed, "stop": stop, "interventions": interventions, "sae": sae, "recipe": recipe, "splice": splice, "append": append, "deadlineMs": deadline_ms}, ContextGenerateResult, "tokens", GeneratedToken, progress=progress)

    async def close(self, *, context: str) -> ContextCloseResult:
        """context/close: Lets go of a context and its memory.

        Raises: ContextNotFound.
        """
        return await self._kernel.call("context/close", {"context": context}, ContextCloseResult)


class AsyncPromptMethods:
    """The methods prompt/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def check(self, *, text: str, directory: str | None = None, images: Sequence[SentImage | Mapping[str, Any]] | None = None) -> PromptCheckResult:
        """prompt/check: Reads a prompt file without a model: what it says, where, and what is wrong with it.

        prompt-files.md beside this document describes the format.

          text: The whole file.
          directory: The folder that the file's relative paths start from, absolute.
          images: Images of the front matter, sent by a client whose files are on another machine: their paths
            are not looked at.

        Raises: PathDenied.
        """
        return await self._kernel.call("prompt/check", {"text": text, "directory": directory, "images": images}, PromptCheckResult)

    async def open(self, *, text: str, directory: str | None = None, images: Sequence[SentImage | Mapping[str, Any]] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> PromptOpenResult:
        """prompt/open: Makes a prompt file resident as context/open does, and says where in the file each token
        is.

        The same text again gives the same context while that is open and unchanged; an edited one re-uses
        what the two share. What the file names and cannot be loaded is a diagnostic, not an error.

          text: The whole file.
          directory: The folder that the file's relative paths start from, absolute.
          images: Images of the front matter, sent by a client whose files are on another machine: their paths
            are not looked at.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: CheckpointInvalid, DeadlineExceeded, ModelNotLoaded, OutOfMemory, PathDenied,
        PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return await self._kernel.call("prompt/open", {"text": text, "directory": directory, "images": images, "deadlineMs": deadline_ms}, PromptOpenResult, progress=progress)


class AsyncSessionMethods:
    """The methods session/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def save(self, *, path: str | None = None, contexts: Sequence[str] | None = None, entries: Sequence[Any] | None = None, note: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SessionSaveResult:
        """session/save: Writes the client's contexts as one file: their parts, their pictures, what was
        appended, and what the client says was asked.

        A file appears whole or not at all. One that is there is replaced if it is a session. Pictures that
        were opened by their paths are read again, and must be what they were.

          path: The file, absolute. Absent: the session comes with the result.
          contexts: Which contexts; absent: all that the client has open.
          entries: Kept as they are, and given back by session/open.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, DeadlineExceeded, ImageUnreadable, IoError, OutOfMemory, PathDenied,
        UnsupportedTarget.
        """
        return await self._kernel.call("session/save", {"path": path, "contexts": contexts, "entries": entries, "note": note, "deadlineMs": deadline_ms}, SessionSaveResult, progress=progress)

    async def open(self, *, path: str | None = None, session: SavedSession | Mapping[str, Any] | None = None, any_model: bool | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SessionOpenResult:
        """session/open: Opens every context of a session again, or none of them.

        A context needs the model that it was opened on, whose digest must be the same unless anyModel is
        true. Other autoencoders, precisions and resizings are warnings: contexts can be opened without them,
        but answers may be others.

          path: A session's file, absolute. Either this or session.
          session: A session as session/save gave it.
          any_model: Whether contexts of a model that is not loaded are opened on the model that the client
            loaded last, with a warning. Absent: no.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: Busy, DeadlineExceeded, ImageUnreadable, IoError, ModelNotLoaded, OutOfMemory, PathDenied,
        PositionOutOfRange, UnsupportedTarget.
        """
        return await self._kernel.call("session/open", {"path": path, "session": session, "anyModel": any_model, "deadlineMs": deadline_ms}, SessionOpenResult, progress=progress)

    async def export(self, *, format: SessionExportFormat, path: str | None = None, session: SavedSession | Mapping[str, Any] | None = None, output: str | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SessionExportResult:
        """session/export: A session as a page to read, or as a notebook that asks again with the Python client.

        Shown is what the session's entries hold: of an entry that is an object with a method, its params and
        its result. Nothing is computed, and no model is needed. A page is one file that loads nothing and
        runs nothing.

          path: A session's file, absolute. Either this or session.
          session: A session as session/save gave it.
          output: The file to write, absolute; nothing may be there. Absent: the text comes with the result.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: DeadlineExceeded, ImageUnreadable, IoError, OutOfMemory, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("session/export", {"format": format, "path": path, "session": session, "output": output, "deadlineMs": deadline_ms}, SessionExportResult, progress=progress)


class AsyncActivationMethods:
    """The methods activation/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def read(self, *, context: str, site: str, version: int | None = None, span: Span | Mapping[str, Any] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> ActivationReadResult:
        """activation/read: A tensor of a block at every position: the residual stream, or what a half of the
        block reads or adds.

          site: As resid_post.24, mlp_out.24, attn_heads.24; any block.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, OutOfMemory, PositionOutOfRange.
        """
        return await self._kernel.call("activation/read", {"context": context, "site": site, "version": version, "span": span, "deadlineMs": deadline_ms}, ActivationReadResult, progress=progress)


class AsyncFeatureMethods:
    """The methods feature/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def activations(self, *, context: str, sae: str, version: int | None = None, region: Region | Mapping[str, Any] | None = None, top_k: int | None = None, rank_by: FeatureActivationsRank | None = None, deadline_ms: int | None = None, progress: Progress = None) -> FeatureActivationsResult:
        """feature/activations: The latents that are active in a region.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          region: Absent: the whole context.
          top_k: Absent: 20.
          rank_by: Absent: max.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, PositionOutOfRange, SaeMismatch.
        """
        return await self._kernel.call("feature/activations", {"context": context, "sae": sae, "version": version, "region": region, "topK": top_k, "rankBy": rank_by, "deadlineMs": deadline_ms}, FeatureActivationsResult, progress=progress)

    def activations_stream(self, *, context: str, sae: str, version: int | None = None, region: Region | Mapping[str, Any] | None = None, top_k: int | None = None, rank_by: FeatureActivationsRank | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AsyncStream[FeatureActivationsItem, FeatureActivationsResult]:
        """feature/activations: The same as activations, its items as they are found, then `.result`.

        The latents that are active in a region.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          region: Absent: the whole context.
          top_k: Absent: 20.
          rank_by: Absent: max.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, PositionOutOfRange, SaeMismatch.
        """
        return self._kernel.stream("feature/activations", {"context": context, "sae": sae, "version": version, "region": region, "topK": top_k, "rankBy": rank_by, "deadlineMs": deadline_ms}, FeatureActivationsResult, "items", FeatureActivationsItem, progress=progress)

    async def info(self, *, feature: FeatureRef | Mapping[str, Any], top_k: int | None = None, deadline_ms: int | None = None, progress: Progress = None) -> FeatureInfoResult:
        """feature/info: What is known of a latent without any prompt.

          top_k: Tokens and neighbours to list; absent: 10.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: DeadlineExceeded, FeatureOutOfRange, IndexStale, SaeMismatch.
        """
        return await self._kernel.call("feature/info", {"feature": feature, "topK": top_k, "deadlineMs": deadline_ms}, FeatureInfoResult, progress=progress)

    async def examples(self, *, feature: FeatureRef | Mapping[str, Any], index: str | None = None, view: IndexBuildView | None = None, rank_by: FeatureExamplesRanking | None = None, offset: int | None = None, top_k: int | None = None) -> FeatureExamplesResult:
        """feature/examples: The places of an index's corpus where a latent is most active.

          index: Absent: the index of the feature's autoencoder.
          view: Absent: the view where the latent's largest activation is, of equal ones the first.
          rank_by: Absent: mean, the paper's.
          top_k: Absent: 5, the paper's.

        Raises: FeatureOutOfRange, IndexMissing.
        """
        return await self._kernel.call("feature/examples", {"feature": feature, "index": index, "view": view, "rankBy": rank_by, "offset": offset, "topK": top_k}, FeatureExamplesResult)

    async def render(self, *, feature: FeatureRef | Mapping[str, Any], index: str | None = None, view: IndexBuildView | None = None, rank_by: FeatureExamplesRanking | None = None, offset: int | None = None, top_k: int | None = None, style: FeatureRenderStyle | None = None, interpolation: FeatureRenderInterpolation | None = None, level: float | None = None, size: int | None = None, montage: FeatureRenderMontage | Mapping[str, Any] | None = None) -> FeatureRenderResult:
        """feature/render: Pictures of the places where a latent is most active, what it does not see darkened.

        Pictures are read again from where the index found them. One that has changed, by its digest, is not
        drawn.

          index: Absent: the index of the feature's autoencoder.
          view: Absent: the view where the latent's largest activation is, of equal ones the first; of
            pictures' views with a montage.
          rank_by: Absent: mean.
          top_k: Absent: 5.
          style: Absent: dimmed.
          interpolation: Absent: patches; paper always smooths.
          level: The brightness that is left to what is not active; absent: 0.2.
          size: The longer side in pixels; absent: the picture's own, in a montage 256.
          montage: All in one picture.

        Raises: FeatureOutOfRange, IndexMissing, IoError, UnsupportedTarget.
        """
        return await self._kernel.call("feature/render", {"feature": feature, "index": index, "view": view, "rankBy": rank_by, "offset": offset, "topK": top_k, "style": style, "interpolation": interpolation, "level": level, "size": size, "montage": montage}, FeatureRenderResult)

    async def dashboard(self, *, feature: FeatureRef | Mapping[str, Any], index: str | None = None, top_k: int | None = None, path: str | None = None) -> FeatureDashboardResult:
        """feature/dashboard: One self-contained HTML page of what an index knows of a latent.

          index: Absent: the index of the feature's autoencoder.
          top_k: Exemplars of each ranking of each view; absent: 12.
          path: The file to write, absolute; absent: the page comes with the result.

        Raises: FeatureOutOfRange, IndexMissing, IoError, PathDenied.
        """
        return await self._kernel.call("feature/dashboard", {"feature": feature, "index": index, "topK": top_k, "path": path}, FeatureDashboardResult)


class AsyncAttributionMethods:
    """The methods attribution/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def compute(self, *, context: str, target: Target | Mapping[str, Any], version: int | None = None, sae: str | None = None, saes: Sequence[str] | None = None, method: AttributionComputeMethod | None = None, steps: int | None = None, region: Region | Mapping[str, Any] | None = None, top_k: int | None = None, aggregate: AttributionComputeAggregate | None = None, splice: Splice | Mapping[str, Any] | None = None, parts: AttributionComputePartsRequest | Mapping[str, Any] | None = None, verify: int | None = None, seed: int | None = None, budget: int | None = None, per_token: bool | None = None, render: AttributionComputeRender | Mapping[str, Any] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AttributionComputeResult:
        """attribution/compute: How much each active latent supports a target, what the parts of the prompt
        contribute, and whether that can be relied on.

        A positive score supports the answer: by the method asked for, the fall of the target when the latent
        is set to zero there. gradient is z·(W_dec·g) with g the target's gradient, right to first order
        alone; the shares of parts are measured, by ablating all features of a part together, and the scores
        of some features are checked by exact ablation. What was not asked for is done within a budget of runs
        of the blocks above the site.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          sae: The autoencoder whose features are scored; absent where saes names several.
          saes: Several autoencoders of the context's model, each once, whose features are ranked together
            after one backward pass; in the place of sae. Error terms are kept, and shares of parts are
            measured by occlusion alone. Where one site lies above another, the scores of both tell the same
            effect: they do not add up across autoencoders.
          method: Absent: gradient; heldNorms for tokens, and for what is rendered.
          steps: Points of integratedGradients; absent: 16.
          region: Absent: the whole context.
          top_k: Items to list; absent: 20.
          aggregate: Absent: none.
          parts: How the parts' shares are measured; absent: by ablation, where the budget allows it.
          verify: n: the n strongest items, the n strongest of a second method and n others drawn at random
            are measured by exact ablation. Absent: 8, or as many as the budget allows.
          seed: Of what is drawn at random; absent: 0.
          budget: The most runs of the blocks above the site for parts and verification. Absent: what is cheap
            for the model's size, and no limit to what was asked for.
          per_token: Whether to give each item's score for every token of the target, too.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, NumericalFailure, OutOfMemory,
        PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return await self._kernel.call("attribution/compute", {"context": context, "target": target, "version": version, "sae": sae, "saes": saes, "method": method, "steps": steps, "region": region, "topK": top_k, "aggregate": aggregate, "splice": splice, "parts": parts, "verify": verify, "seed": seed, "budget": budget, "perToken": per_token, "render": render, "deadlineMs": deadline_ms}, AttributionComputeResult, progress=progress)

    def compute_stream(self, *, context: str, target: Target | Mapping[str, Any], version: int | None = None, sae: str | None = None, saes: Sequence[str] | None = None, method: AttributionComputeMethod | None = None, steps: int | None = None, region: Region | Mapping[str, Any] | None = None, top_k: int | None = None, aggregate: AttributionComputeAggregate | None = None, splice: Splice | Mapping[str, Any] | None = None, parts: AttributionComputePartsRequest | Mapping[str, Any] | None = None, verify: int | None = None, seed: int | None = None, budget: int | None = None, per_token: bool | None = None, render: AttributionComputeRender | Mapping[str, Any] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AsyncStream[AttributionComputeItem, AttributionComputeResult]:
        """attribution/compute: The same as compute, its items as they are found, then `.result`.

        How much each active latent supports a target, what the parts of the prompt contribute, and whether
        that can be relied on.

        A positive score supports the answer: by the method asked for, the fall of the target when the latent
        is set to zero there. gradient is z·(W_dec·g) with g the target's gradient, right to first order
        alone; the shares of parts are measured, by ablating all features of a part together, and the scores
        of some features are checked by exact ablation. What was not asked for is done within a budget of runs
        of the blocks above the site.

          version: Where given, the context must be at this version, else contextVersionMismatch.
          sae: The autoencoder whose features are scored; absent where saes names several.
          saes: Several autoencoders of the context's model, each once, whose features are ranked together
            after one backward pass; in the place of sae. Error terms are kept, and shares of parts are
            measured by occlusion alone. Where one site lies above another, the scores of both tell the same
            effect: they do not add up across autoencoders.
          method: Absent: gradient; heldNorms for tokens, and for what is rendered.
          steps: Points of integratedGradients; absent: 16.
          region: Absent: the whole context.
          top_k: Items to list; absent: 20.
          aggregate: Absent: none.
          parts: How the parts' shares are measured; absent: by ablation, where the budget allows it.
          verify: n: the n strongest items, the n strongest of a second method and n others drawn at random
            are measured by exact ablation. Absent: 8, or as many as the budget allows.
          seed: Of what is drawn at random; absent: 0.
          budget: The most runs of the blocks above the site for parts and verification. Absent: what is cheap
            for the model's size, and no limit to what was asked for.
          per_token: Whether to give each item's score for every token of the target, too.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, NumericalFailure, OutOfMemory,
        PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return self._kernel.stream("attribution/compute", {"context": context, "target": target, "version": version, "sae": sae, "saes": saes, "method": method, "steps": steps, "region": region, "topK": top_k, "aggregate": aggregate, "splice": splice, "parts": parts, "verify": verify, "seed": seed, "budget": budget, "perToken": per_token, "render": render, "deadlineMs": deadline_ms}, AttributionComputeResult, "items", AttributionComputeItem, progress=progress)

    async def compare(self, *, context: str, other: str, sae: str, target: Target | Mapping[str, Any], version: int | None = None, top_k: int | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AttributionCompareResult:
        """attribution/compare: What makes a target differ between two contexts: which features, where, and how
        much each explains when it is patched from one into the other.

        To first order a feature explains Σ (z − z′)·(W_dec · ½(g + g′)) of the difference. The largest are
        measured in both directions: the activations of one context are put into the other at corresponding
        positions, the error term kept.

          other: The context that it is compared with: of the same model.
          target: The same for both; a position counts in each.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          top_k: Features to measure and list; absent: 10.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, NumericalFailure, OutOfMemory,
        PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return await self._kernel.call("attribution/compare", {"context": context, "other": other, "sae": sae, "target": target, "version": version, "topK": top_k, "deadlineMs": deadline_ms}, AttributionCompareResult, progress=progress)


class AsyncAblationMethods:
    """The methods ablation/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def run(self, *, context: str, sae: str, interventions: Sequence[Intervention | Mapping[str, Any]], targets: Sequence[Target | Mapping[str, Any]], version: int | None = None, splice: Splice | Mapping[str, Any] | None = None, top_k: int | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AblationRunResult:
        """ablation/run: What happens to targets when latents are changed.

          sae: The autoencoder that is spliced in; interventions may name others of the model, which are
            spliced into the same run.
          interventions: Several autoencoders' are met in the order of the places at which they write; each
            code is that of the run as the earlier ones have changed it.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          top_k: Changed tokens to list; absent: 10.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch, UnsupportedTarget.
        """
        return await self._kernel.call("ablation/run", {"context": context, "sae": sae, "interventions": interventions, "targets": targets, "version": version, "splice": splice, "topK": top_k, "deadlineMs": deadline_ms}, AblationRunResult, progress=progress)


class AsyncSteeringMethods:
    """The methods steering/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def generate(self, *, context: str, sae: str, interventions: Sequence[Intervention | Mapping[str, Any]], max_tokens: int, version: int | None = None, temperature: float | None = None, top_p: float | None = None, seed: LargeInteger | None = None, stop: Sequence[str] | None = None, recipe: str | None = None, splice: Splice | Mapping[str, Any] | None = None, compare_with: Sequence[SteeringGenerateComparison] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> SteeringGenerateResult:
        """steering/generate: Continues a context with interventions, beside the same without them.

          sae: The autoencoder that is spliced in; interventions may name others of the model, which are
            spliced into the same run.
          interventions: Several autoencoders' are met in the order of the places at which they write; each
            code is that of the run as the earlier ones have changed it.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          temperature: 0 or absent: greedy, ties to the lowest id.
          stop: Texts that end the generation.
          recipe: A recipe's file, absolute, whose changes are made before the interventions given.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch.
        """
        return await self._kernel.call("steering/generate", {"context": context, "sae": sae, "interventions": interventions, "maxTokens": max_tokens, "version": version, "temperature": temperature, "topP": top_p, "seed": seed, "stop": stop, "recipe": recipe, "splice": splice, "compareWith": compare_with, "deadlineMs": deadline_ms}, SteeringGenerateResult, progress=progress)

    def generate_stream(self, *, context: str, sae: str, interventions: Sequence[Intervention | Mapping[str, Any]], max_tokens: int, version: int | None = None, temperature: float | None = None, top_p: float | None = None, seed: LargeInteger | None = None, stop: Sequence[str] | None = None, recipe: str | None = None, splice: Splice | Mapping[str, Any] | None = None, compare_with: Sequence[SteeringGenerateComparison] | None = None, deadline_ms: int | None = None, progress: Progress = None) -> AsyncStream[Record, SteeringGenerateResult]:
        """steering/generate: The same as generate, its partial results as they are found, then `.result`.

        Continues a context with interventions, beside the same without them.

          sae: The autoencoder that is spliced in; interventions may name others of the model, which are
            spliced into the same run.
          interventions: Several autoencoders' are met in the order of the places at which they write; each
            code is that of the run as the earlier ones have changed it.
          version: Where given, the context must be at this version, else contextVersionMismatch.
          temperature: 0 or absent: greedy, ties to the lowest id.
          stop: Texts that end the generation.
          recipe: A recipe's file, absolute, whose changes are made before the interventions given.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: ContextNotFound, ContextVersionMismatch, DeadlineExceeded, FeatureOutOfRange,
        NumericalFailure, OutOfMemory, PositionOutOfRange, SaeMismatch.
        """
        return self._kernel.stream("steering/generate", {"context": context, "sae": sae, "interventions": interventions, "maxTokens": max_tokens, "version": version, "temperature": temperature, "topP": top_p, "seed": seed, "stop": stop, "recipe": recipe, "splice": splice, "compareWith": compare_with, "deadlineMs": deadline_ms}, SteeringGenerateResult, "", Record, progress=progress)

    async def search(self, *, dataset: EvaluationRunDataset | Mapping[str, Any], recipe: str, sae: str, name: str | None = None, failing: Sequence[str] | None = None, keeping: Sequence[str] | None = None, candidates: SteeringSearchCandidates | Mapping[str, Any] | None = None, operations: SteeringSearchOperations | Mapping[str, Any] | None = None, places: Sequence[SteeringSearchPlace] | None = None, features: int | None = None, arms: int | None = None, max_harm: float | None = None, seed: LargeInteger | None = None, controls: EvaluationRunControls | Mapping[str, Any] | None = None, limit: int | None = None, instruction: str | None = None, template: IndexBuildTemplate | None = None, max_tokens: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """steering/search: Looks for changes of features that put wrong answers right and lose few right ones: a
        job, which writes a recipe.

        The plain model answers a set's questions; those that it gets wrong are to be put right, those that it
        gets right to be kept. Pictures are split in two halves by the seed: features and changes are chosen
        on one, and reported on the other, with controls. Candidates are the features that attribution,
        measured by exact ablation where it is strongest, finds behind wrong answers, those whose activity
        differs most between wrong and right ones, and those that are named. Each change is tried alone at
        each place, then the best together. The answers of every round are kept in a folder beside the recipe,
        so that a search that was cut off goes on. The job's result is a SteeringSearch.Found.

          recipe: The file that is written, absolute; rounds are kept in the folder of that name with .search
            behind it.
          name: What the recipe is called; absent: as the file.
          failing: Wrong answers of these kinds are to be put right; absent: all.
          keeping: Right answers of these kinds are to be kept; absent: all.
          candidates: Absent: 12 by attribution and 12 by contrast.
          operations: Absent: zero, half, and a clamp at the 0.9 quantile of the feature's own activity.
          places: Where changes are made; absent: all, question, image and last.
          features: Features of a recipe at most; absent: 3.
          arms: Changes that a round tries at most; absent: 512.
          max_harm: Of the right answers, the share that may be lost in the choosing half; absent: 0.01.
          seed: Of the split; absent: 0.
          controls: Of the recipe, in the other half; absent: 5 of each.
          limit: Questions of the set at most; absent: all.
          instruction: Added behind each question, after a line break; absent: nothing.
          template: How questions are rendered, where the set does not say; absent: model.
          max_tokens: Of an answer; absent: 16.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("steering/search", {"dataset": dataset, "recipe": recipe, "sae": sae, "name": name, "failing": failing, "keeping": keeping, "candidates": candidates, "operations": operations, "places": places, "features": features, "arms": arms, "maxHarm": max_harm, "seed": seed, "controls": controls, "limit": limit, "instruction": instruction, "template": template, "maxTokens": max_tokens, "subscribe": subscribe}, JobStarted)


class AsyncIndexMethods:
    """The methods index/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def build(self, *, path: str, sae: str, corpus: CorpusPlace | Mapping[str, Any], views: Sequence[IndexBuildView] | None = None, exemplars: int | None = None, span_tokens: int | None = None, sampled_tokens: int | None = None, template: IndexBuildTemplate | None = None, questions: Sequence[str] | None = None, prompt_files: Sequence[str] | None = None, answer_tokens: int | None = None, annotate: bool | None = None, shard: IndexBuildShard | Mapping[str, Any] | None = None, limit: int | None = None, keep_pictures: IndexBuildKeepPictures | None = None, subscribe: bool | None = None) -> JobStarted:
        """index/build: Runs a corpus through a model and an autoencoder and indexes the features: a job, which
        continues where an earlier one ended.

        The job's result is an IndexBuild.Built. It fails with indexStale on an index of another model or
        autoencoder, with busy where another job writes to it, and pauses where the disk is full.

          path: The absolute path of the index file; it is created if it does not exist.
          views: Absent: all.
          exemplars: Best places kept of a latent under each ranking of each view; absent: 20.
          span_tokens: Tokens of a span of text; absent: 64.
          sampled_tokens: Tokens whose codes are kept to count which latents are active together; absent:
            65536.
          template: Absent: none; model where something is asked.
          questions: Asked about each picture of the corpus, each by itself and with the model's own answer
            behind it. A picture becomes an item of its views, and with each question an item of the view
            text, which has every token behind the picture: the question's, the template's and the answer's.
            Texts of the corpus are left out. 256 at most, with promptFiles.
          prompt_files: Texts of prompt files, asked as questions are: each shows one image, in whose place
            the corpus' picture stands. Of its front matter the image's name and the template count.
          answer_tokens: The most tokens of an answer, which is greedy; 0: none is generated; absent: 16.
          annotate: Whether the work of index/annotate is done at the end, with its own defaults; absent: no.
          limit: Entries of the corpus to look at; absent: all.
          keep_pictures: Absent: reference.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("index/build", {"path": path, "sae": sae, "corpus": corpus, "views": views, "exemplars": exemplars, "spanTokens": span_tokens, "sampledTokens": sampled_tokens, "template": template, "questions": questions, "promptFiles": prompt_files, "answerTokens": answer_tokens, "annotate": annotate, "shard": shard, "limit": limit, "keepPictures": keep_pictures, "subscribe": subscribe}, JobStarted)

    async def merge(self, *, path: str, inputs: Sequence[str], subscribe: bool | None = None) -> JobStarted:
        """index/merge: Makes one index of several that hold parts of one corpus: a job that needs no model.

        The job's result is an IndexMerge.Merged.

          path: The new index's file, absolute.
          inputs: The shards' files, absolute.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied.
        """
        return await self._kernel.call("index/merge", {"path": path, "inputs": inputs, "subscribe": subscribe}, JobStarted)

    async def open(self, *, path: str, sae: str | None = None, check: bool | None = None) -> IndexDescription:
        """index/open: Opens a feature index for reading; where sae is given, one that was built for another
        autoencoder is refused.

          path: The index's file, absolute.
          sae: The autoencoder it is to belong to; absent: the loaded one that it was built for, if there is
            one.
          check: Whether the whole file is looked through for damage first; absent: no.

        Raises: IndexMissing, IndexStale, IoError, PathDenied, SaeMismatch.
        """
        return await self._kernel.call("index/open", {"path": path, "sae": sae, "check": check}, IndexDescription)

    async def info(self, *, index: str | None = None) -> IndexDescription:
        """index/info: What an open index holds.

          index: Absent: the only open index, or the one that the kernel was started with.

        Raises: IndexMissing.
        """
        return await self._kernel.call("index/info", {"index": index}, IndexDescription)

    async def skipped(self, *, index: str | None = None, offset: int | None = None, limit: int | None = None) -> IndexSkippedResult:
        """index/skipped: The entries of a corpus that an index did not take in, by name.

          index: Absent: the only open index, or the one that the kernel was started with.
          limit: Absent: 100.

        Raises: IndexMissing.
        """
        return await self._kernel.call("index/skipped", {"index": index, "offset": offset, "limit": limit}, IndexSkippedResult)

    async def close(self, *, index: str) -> IndexCloseResult:
        """index/close: Lets go of an index.

        Raises: IndexMissing.
        """
        return await self._kernel.call("index/close", {"index": index}, IndexCloseResult)

    async def search(self, *, query: IndexSearchQuery | Mapping[str, Any], index: str | None = None, sae: str | None = None, offset: int | None = None, limit: int | None = None) -> IndexSearchResult:
        """index/search: Finds latents of an index.

        Which features fire in a region of a context: ask feature/activations, and give its latents here for
        their labels.

          index: An open index's name, or a file's absolute path; absent: that of the autoencoder, or the only
            one that is open.
          sae: The autoencoder whose index is meant where none is named.
          limit: Absent: 100.

        Raises: FeatureOutOfRange, IndexMissing, IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("index/search", {"query": query, "index": index, "sae": sae, "offset": offset, "limit": limit}, IndexSearchResult)

    async def neighbours(self, *, latent: int, index: str | None = None, sae: str | None = None, by: IndexNeighboursMeasure | None = None, offset: int | None = None, limit: int | None = None) -> IndexNeighboursResult:
        """index/neighbours: The latents nearest to one, by decoder rows or by what is active together.

          index: An open index's name, or a file's absolute path; absent: that of the autoencoder, or the only
            one that is open.
          sae: The autoencoder whose index is meant where none is named.
          by: Absent: decoder.
          limit: Absent: 100.

        Raises: FeatureOutOfRange, IndexMissing, IoError, PathDenied.
        """
        return await self._kernel.call("index/neighbours", {"latent": latent, "index": index, "sae": sae, "by": by, "offset": offset, "limit": limit}, IndexNeighboursResult)

    async def annotate(self, *, index: str, sae: str, tokens: int | None = None, neighbours: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """index/annotate: Keeps with an index the tokens that decoder rows raise and lower, and the nearest
        rows: a job, which continues where an earlier one ended.

        The job's result is an IndexAnnotate.Annotated. It fails with indexStale on an index of another model
        or autoencoder.

          index: The index's file, absolute.
          tokens: To each side; absent: 20.
          neighbours: Absent: 20.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, PathDenied.
        """
        return await self._kernel.call("index/annotate", {"index": index, "sae": sae, "tokens": tokens, "neighbours": neighbours, "subscribe": subscribe}, JobStarted)


class AsyncExplanationMethods:
    """The methods explanation/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def put(self, *, latent: int, author: ExplanationAuthor | Mapping[str, Any], index: str | None = None, text: str | None = None, state: ExplanationState | None = None, method: str | None = None, evidence: Sequence[str] | None = None, concept: str | None = None) -> Explanation:
        """explanation/put: Adds what somebody says of a latent as its newest revision.

          index: An open index's name, or a file's absolute path; absent: the only one that this client
            opened, or the kernel's --index. The one that came with the program is refused.
          text: Absent or empty where the latent is uninterpretable.
          state: Absent: explained.
          method: Absent: manual.
          concept: The kind of concept that it names, such as scene, object, part, material, texture or
            colour.

        Raises: Busy, FeatureOutOfRange, IndexMissing, IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("explanation/put", {"latent": latent, "author": author, "index": index, "text": text, "state": state, "method": method, "evidence": evidence, "concept": concept}, Explanation)

    async def get(self, *, latent: int, index: str | None = None, records: bool | None = None) -> ExplanationGetResult:
        """explanation/get: Every revision of a latent's explanation, newest first, with their scores.

          index: An open index's name, or a file's absolute path; absent: the only one that is open.
          records: Whether questions and answers as they were are sent, too; absent: no.

        Raises: FeatureOutOfRange, IndexMissing, IoError, PathDenied.
        """
        return await self._kernel.call("explanation/get", {"latent": latent, "index": index, "records": records}, ExplanationGetResult)

    async def list(self, *, index: str | None = None, state: ExplanationState | None = None, offset: int | None = None, limit: int | None = None) -> ExplanationListResult:
        """explanation/list: The newest revision of each latent that has one, by latent.

          index: An open index's name, or a file's absolute path; absent: the only one that is open.
          state: Only those whose newest revision is in this state.
          limit: Absent: 100.

        Raises: IndexMissing, IoError, PathDenied.
        """
        return await self._kernel.call("explanation/list", {"index": index, "state": state, "offset": offset, "limit": limit}, ExplanationListResult)

    async def generate(self, *, index: str, features: LatentSelection | Mapping[str, Any], explainer: ExplanationGenerateExplainer | Mapping[str, Any], blank_picture: ExplanationGenerateBlankPicture | Mapping[str, Any] | None = None, view: IndexBuildView | None = None, rank_by: FeatureExamplesRanking | None = None, exemplars: int | None = None, style: FeatureRenderStyle | None = None, interpolation: FeatureRenderInterpolation | None = None, level: float | None = None, side: int | None = None, answer: ExplanationGenerateAnswerForm | None = None, max_tokens: int | None = None, concurrency: int | None = None, request_seconds: float | None = None, tries: int | None = None, again: bool | None = None, subscribe: bool | None = None) -> JobStarted:
        """explanation/generate: Has a model say what latents stand for, by their best pictures and texts: a job.

        The job's result is an ExplanationGenerate.Generated. A failure is recorded with its reason as a
        revision of its own, and tried again when the job is resumed or begun anew. After three questions in a
        row that got no answer the job pauses.

          index: The index's file, absolute.
          blank_picture: No exemplars: the resident model is shown a white picture of side pixels either way
            with the latent held, and says what it sees. Where it says the same of the picture as it is, or
            changed as far in a random direction, the latent counts as uninterpretable.
          view: Whose exemplars are shown; absent: the index's first, most often base.
          rank_by: Absent: mean.
          exemplars: Absent: 5.
          style: How a picture is shown, as feature/render draws it; absent: dimmed.
          interpolation: Absent: patches; paper always smooths.
          level: The brightness that is left to what is not active; absent: 0.2.
          side: Pixels of a shown picture's longer side at most; absent: 336. Paper draws the model's tile.
          answer: Absent: json.
          max_tokens: Absent: 256.
          concurrency: Questions under way at once; absent: 4.
          request_seconds: Absent: 300.
          tries: Absent: 5.
          again: Whether latents that this explainer has explained are explained again; absent: no.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("explanation/generate", {"index": index, "features": features, "explainer": explainer, "blankPicture": blank_picture, "view": view, "rankBy": rank_by, "exemplars": exemplars, "style": style, "interpolation": interpolation, "level": level, "side": side, "answer": answer, "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries, "again": again, "subscribe": subscribe}, JobStarted)

    async def dissect(self, *, sae: str, concepts: str, index: str | None = None, view: IndexBuildView | None = None, threshold: ActivationThreshold | Mapping[str, Any] | None = None, prompt: ConceptPrompt | Mapping[str, Any] | None = None, minimum_io_u: float | None = None, minimum_ratio: float | None = None, subscribe: bool | None = None) -> JobStarted:
        """explanation/dissect: Names latents by the concepts whose masks their maps overlap (Network
        Dissection): a job.

        Latent, threshold and concept are chosen on every other picture with and without the concept, and
        measured on the rest. The job's result is an ExplanationDissect.Dissected. Without an index nothing is
        written.

          concepts: The concept set's JSON file, absolute: a list of {attribute, name, places: [{picture,
            values, mask?}]}, pictures and masks beside it; values are the grey levels of the picture's mask
            that are the concept.
          index: The index's file, absolute.
          view: Absent: tiles.
          threshold: Absent: quantiles 0, 0.5 and 0.8.
          prompt: How the pictures are run; absent: the picture alone.
          minimum_io_u: The least IoU on the measuring half of the pictures; absent: 0.04.
          minimum_ratio: How many times a random latent's IoU it must be; absent: 5.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied.
        """
        return await self._kernel.call("explanation/dissect", {"sae": sae, "concepts": concepts, "index": index, "view": view, "threshold": threshold, "prompt": prompt, "minimumIoU": minimum_io_u, "minimumRatio": minimum_ratio, "subscribe": subscribe}, JobStarted)

    async def refine(self, *, index: str, by: ExplanationRefineRefiner | Mapping[str, Any], features: LatentSelection | Mapping[str, Any] | None = None, concepts: str | None = None, answer: ExplanationGenerateAnswerForm | None = None, max_tokens: int | None = None, concurrency: int | None = None, request_seconds: float | None = None, tries: int | None = None, again: bool | None = None, subscribe: bool | None = None) -> JobStarted:
        """explanation/refine: Makes short noun phrases of explanations, to be looked for in pictures: a job.

        A phrase is kept as a revision of its own, with the evidence of what it was made of, and names that in
        refines; its method is refine:rule, refine:chat or refine:resident. What cannot be named is kept as
        uninterpretable. A failure is told in the job's log and counted, and leaves the index as it is. After
        three questions in a row that got no answer the job pauses. The job's result is an
        ExplanationRefine.Refined.

          index: The index's file, absolute.
          features: Absent: all that have an explanation.
          concepts: A concept set's JSON file, absolute: a phrase that names one of its concepts is of that
            concept's kind.
          answer: How a model answers; absent: json of a server, text of the resident model.
          max_tokens: Absent: 256.
          concurrency: Questions under way at once; absent: 4.
          request_seconds: Absent: 300.
          tries: Absent: 5.
          again: Whether explanations that this refiner has refined are refined again; absent: no.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("explanation/refine", {"index": index, "by": by, "features": features, "concepts": concepts, "answer": answer, "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries, "again": again, "subscribe": subscribe}, JobStarted)

    async def score(self, *, index: str, sae: str, scorers: Sequence[ExplanationScoreScorer] | None = None, concepts: str | None = None, judge: ExplanationGenerateExplainer | Mapping[str, Any] | None = None, features: LatentSelection | Mapping[str, Any] | None = None, view: IndexBuildView | None = None, rank_by: FeatureExamplesRanking | None = None, prompt: ConceptPrompt | Mapping[str, Any] | None = None, exemplars: int | None = None, mask: ExplanationScoreMask | None = None, quantile: float | None = None, grounding_threshold: float | None = None, pool: int | None = None, trials: int | None = None, questions: int | None = None, seed: int | None = None, answer: ExplanationGenerateAnswerForm | None = None, max_tokens: int | None = None, concurrency: int | None = None, request_seconds: float | None = None, tries: int | None = None, again: bool | None = None, subscribe: bool | None = None) -> JobStarted:
        """explanation/score: Measures how well explanations hold, and how much of one piece latents are: a job;
        the scores are kept with the index.

        What is asked of which source: iou and auc of a concept set's masks, or iou, clip and monosemanticity
        of the kernel's vision worker; consistency, detection, fuzz and intruder of a judge. An explanation
        that dissection of the same set chose is measured on the other half of its pictures alone. Scores
        stand beside what chance gives: the same measure on random pictures of the index, drawn by the seed.
        Scores that are kept with the same settings are not measured again. The job's result is an
        ExplanationScore.Scored.

          index: The index's file, absolute.
          scorers: Absent: those of concepts where it is given, those of the vision worker where the kernel
            has one, those of the judge where it is given.
          concepts: The concept set's JSON file, absolute: a list of {attribute, name, places: [{picture,
            values, mask?}]}, pictures and masks beside it; values are the grey levels of the picture's mask
            that are the concept. With it iou and auc are measured on its pictures.
          judge: Who looks at pictures for consistency, detection, fuzz and intruder.
          features: Absent: all that have an explanation; for intruder and monosemanticity all that are active
            in the view.
          view: Whose exemplars and activations are looked at; absent: tiles with concepts, else base.
          rank_by: What a latent's best pictures are; absent: mean.
          prompt: How the pictures of concepts are run; absent: the picture alone.
          exemplars: Pictures of a latent that are looked at; absent: 5.
          mask: Where a latent counts as active for iou; absent: smoothed with the vision worker, patches with
            concepts.
          quantile: For mask quantile: the share of a latent's positive activations that are too small to
            count; absent: 0.8.
          grounding_threshold: The least score of a box that the vision worker's detector finds; absent: 0.3.
          pool: Random pictures of the index, of different contents, from which what chance gives is drawn and
            on which latents are not active or less; absent: 100.
          trials: Draws of as many random pictures; absent: 10 for iou, 30 for clip.
          questions: Pictures that the judge is asked about for detection and fuzz, half of them where the
            latent is active, and rounds of intruder; absent: 10.
          seed: Absent: 0.
          answer: How the judge answers; absent: json of a server, text of the resident model.
          max_tokens: Of the judge's answer; absent: 256.
          concurrency: Questions to the judge under way at once; absent: 4.
          request_seconds: For one question to the judge; absent: 300.
          tries: Absent: 5.
          again: Whether what has been scored with the same settings is scored again; absent: no.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget, VisionUnavailable.
        """
        return await self._kernel.call("explanation/score", {"index": index, "sae": sae, "scorers": scorers, "concepts": concepts, "judge": judge, "features": features, "view": view, "rankBy": rank_by, "prompt": prompt, "exemplars": exemplars, "mask": mask, "quantile": quantile, "groundingThreshold": grounding_threshold, "pool": pool, "trials": trials, "questions": questions, "seed": seed, "answer": answer, "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries, "again": again, "subscribe": subscribe}, JobStarted)


class AsyncEvaluationMethods:
    """The methods evaluation/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def run(self, *, dataset: EvaluationRunDataset | Mapping[str, Any], answers: str, model: str | None = None, sae: str | None = None, arms: Sequence[EvaluationRunArm | Mapping[str, Any]] | None = None, reconstruction: bool | None = None, controls: EvaluationRunControls | Mapping[str, Any] | None = None, kinds: Sequence[str] | None = None, limit: int | None = None, shard: IndexBuildShard | Mapping[str, Any] | None = None, instruction: str | None = None, template: IndexBuildTemplate | None = None, max_tokens: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """evaluation/run: Has a model answer the questions of a benchmark, as it is and changed: a job.

        Each question is asked of the plain model, of its reconstruction where that is asked for, and in every
        arm; controls stand beside the arms. Answers are kept in a file of JSON lines, a question a line: a
        run that was cut off goes on with the questions that are not there. A picture is run once for all of
        its questions, and an arm runs the blocks above the autoencoder's site alone. Questions whose picture
        is missing are listed there and counted. The job's result is an EvaluationRun.Evaluated.

          answers: The file that answers are kept in, absolute.
          model: Absent: that of the autoencoder, else the current one.
          sae: The autoencoder of the arms and the reconstruction; absent: that of the arms' features.
          arms: Beside the plain model.
          reconstruction: Whether one more arm has the autoencoder's reconstruction in the residual's place;
            absent: no.
          controls: For each arm with interventions; absent: none.
          kinds: Questions of these kinds alone; absent: all.
          limit: Questions of the set at most; absent: all.
          shard: A part of the set's pictures, each with its questions; absent: all.
          instruction: Added behind each question, after a line break; absent: nothing.
          template: How questions are rendered, where the set does not say; absent: model.
          max_tokens: Of an answer; absent: 16.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("evaluation/run", {"dataset": dataset, "answers": answers, "model": model, "sae": sae, "arms": arms, "reconstruction": reconstruction, "controls": controls, "kinds": kinds, "limit": limit, "shard": shard, "instruction": instruction, "template": template, "maxTokens": max_tokens, "subscribe": subscribe}, JobStarted)

    async def judge(self, *, answers: Sequence[str], ratings: str, judge: ExplanationGenerateExplainer | Mapping[str, Any], concept: str, arms: Sequence[str] | None = None, limit: int | None = None, answer: ExplanationGenerateAnswerForm | None = None, max_tokens: int | None = None, concurrency: int | None = None, request_seconds: float | None = None, tries: int | None = None, subscribe: bool | None = None) -> JobStarted:
        """evaluation/judge: Has a judge rate the texts that arms answer with: how far they bring in a concept,
        how far they answer the question, how well they read: a job.

        For steering towards a concept, as AxBench rates it: each text gets three ratings of 0 to 2, asked for
        one by one; its score is their harmonic mean, 0 where one is 0. The judge sees the question and the
        text, not the picture. A text that several arms answer a question with is rated once. Ratings are kept
        in a file of JSON lines, one a rating: a job that was cut off goes on with those that are not there,
        and asks again what had no answer or one that cannot be read. After three questions in a row that got
        no answer the job pauses. The job's result is an EvaluationJudge.Judged.

          answers: Files of one run of evaluation/run, absolute.
          ratings: The file that ratings are kept in, absolute.
          concept: What is steered towards, in words.
          arms: Whose answers are rated beside the plain model's, by their names; absent: all.
          limit: Answered questions at most, from the first; absent: all.
          answer: How the judge answers; absent: json of a server, text of the resident model.
          max_tokens: Of the judge's answer; absent: 256.
          concurrency: Questions to the judge under way at once; absent: 4.
          request_seconds: For one question to the judge; absent: 300.
          tries: Absent: 5.
          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: IoError, PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("evaluation/judge", {"answers": answers, "ratings": ratings, "judge": judge, "concept": concept, "arms": arms, "limit": limit, "answer": answer, "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries, "subscribe": subscribe}, JobStarted)

    async def report(self, *, answers: Sequence[str], changes: int | None = None, ratings: Sequence[str] | None = None) -> EvaluationReportReport:
        """evaluation/report: What files of answers say: arms beside one another, with intervals, help, harm and
        controls.

        Several files are parts of one run. The benchmark's own numbers are counted as its official script
        counts them; intervals are Wilson's at 95 %; p is the exact two-sided test of McNemar.

          answers: Files of evaluation/run, absolute.
          changes: Questions to list of each arm whose answer is right where the plain one is not, or the
            reverse; absent: 0.
          ratings: Files of evaluation/judge on these answers, absolute; absent: none.

        Raises: PathDenied, UnsupportedTarget.
        """
        return await self._kernel.call("evaluation/report", {"answers": answers, "changes": changes, "ratings": ratings}, EvaluationReportReport)


class AsyncJobMethods:
    """The methods job/…"""

    def __init__(self, kernel: AsyncCaller):
        self._kernel = kernel

    async def list(self, *, state: JobState | None = None, offset: int | None = None, limit: int | None = None) -> JobListResult:
        """job/list: The jobs that are known, newest first.

          state: Only those in this state.
          limit: Absent: 100.
        """
        return await self._kernel.call("job/list", {"state": state, "offset": offset, "limit": limit}, JobListResult)

    async def get(self, *, job: str) -> Job:
        """job/get: The job as it is now.

        Raises: JobNotFound.
        """
        return await self._kernel.call("job/get", {"job": job}, Job)

    async def wait(self, *, job: str, timeout_ms: int | None = None, deadline_ms: int | None = None, progress: Progress = None) -> Job:
        """job/wait: Waits until a job is neither queued nor running, or a time is over: the job as it is then.

          timeout_ms: Absent: 60000.
          deadline_ms: The request fails with kind deadlineExceeded this many milliseconds after it arrived.
          progress: True for a bar, or a function of each $/progress value.

        Raises: DeadlineExceeded, JobNotFound.
        """
        return await self._kernel.call("job/wait", {"job": job, "timeoutMs": timeout_ms, "deadlineMs": deadline_ms}, Job, progress=progress)

    async def cancel(self, *, job: str) -> Job:
        """job/cancel: Ends a job at its next step; what it did so far stays.

        Raises: Busy, JobNotFound.
        """
        return await self._kernel.call("job/cancel", {"job": job}, Job)

    async def pause(self, *, job: str) -> Job:
        """job/pause: Lets a job rest at its next step, until job/resume.

        Raises: Busy, JobNotFound.
        """
        return await self._kernel.call("job/pause", {"job": job}, Job)

    async def resume(self, *, job: str, subscribe: bool | None = None) -> Job:
        """job/resume: Goes on with a job that is paused, interrupted or failed.

          subscribe: Whether job/didUpdate is sent; absent: no.

        Raises: Busy, IoError, JobNotFound.
        """
        return await self._kernel.call("job/resume", {"job": job, "subscribe": subscribe}, Job)

    async def log(self, *, job: str, from_: int | None = None, lines: int | None = None) -> JobLogResult:
        """job/log: Lines of a job's log.

          from_: The first line, from 0; absent: 0.
          lines: Absent: 100.

        Raises: JobNotFound.
        """
        return await self._kernel.call("job/log", {"job": job, "from": from_, "lines": lines}, JobLogResult)


class AsyncMethods:
    """Every namespace of the protocol."""

    def __init__(self: AsyncCaller) -> None:
        self.rpc = AsyncRpcMethods(self)
        self.kernel = AsyncKernelMethods(self)
        self.model = AsyncModelMethods(self)
        self.sae = AsyncSaeMethods(self)
        self.context = AsyncContextMethods(self)
        self.prompt = AsyncPromptMethods(self)
        self.session = AsyncSessionMethods(self)
        self.activation = AsyncActivationMethods(self)
        self.feature = AsyncFeatureMethods(self)
        self.attribution = AsyncAttributionMethods(self)
        self.ablation = AsyncAblationMethods(self)
        self.steering = AsyncSteeringMethods(self)
        self.index = AsyncIndexMethods(self)
        self.explanation = AsyncExplanationMethods(self)
        self.evaluation = AsyncEvaluationMethods(self)
        self.job = AsyncJobMethods(self)

"""The protocol's types. Written by protocol/generator from protocol/openrpc.json."""

# fmt: off
from __future__ import annotations

from typing import Any, Literal, Union

from .records import Record, Tensor


ActivationThresholdMeasure = Literal["quantile", "peak"]
"""quantile: A quantile of the latent's activations where it is active. peak: A share of its largest."""
AttributionComputeAggregate = Literal["none", "feature", "token", "part"]
"""What scores are added up over."""
AttributionComputeImageStyle = Literal["patches", "smooth"]
"""patches: Each token's pixels in one colour. smooth: Interpolated between tokens."""
AttributionComputeMethod = Literal["gradient", "heldNorms", "relevance", "integratedGradients", "ablation"]
"""gradient: Activation times gradient, one backward pass. heldNorms: The same with the scales of normalisations
treated as constants in the backward pass. relevance: A conserving backward pass, as in layer-wise relevance
propagation: the shares add up to the target. integratedGradients: The gradient averaged on the way from no
latent to all. ablation: The rest of the model run again without each latent.
"""
AttributionComputeOrigin = Literal["strongest", "secondMethod", "random"]
"""strongest: Among the strongest by the method asked for. secondMethod: Among the strongest by a second method.
random: Drawn from the other active ones.
"""
AttributionComputePartsMethod = Literal["ablation", "shapley", "sum", "occlusion", "none"]
"""ablation: The target's fall when all of a part's features go to zero together. shapley: Shapley values over at
most six regions, exact: 2ⁿ runs. sum: The sum of first-order scores, a tangent and no measurement. occlusion:
The input itself changed: pixels painted with the picture's mean colour, words replaced. none: Not at all.
"""
AttributionComputeTextStyle = Literal["png", "html"]
Box = list[float]
"""Pixels of an image as given: [x0, y0, x1, y1], x to the right, y down, half open."""
ContextOpenTemplate = Literal["model", "none"]
"""model: The checkpoint's own chat template. The prompt begins as apply_chat_template(tokenize=True) has it.
none: No template. The tokenizer's special tokens, such as BOS, are put in front, as tokenizer(text) does,
unless the text begins with them already.
"""
EvaluationReportRole = Literal["plain", "reconstruction", "intervention", "randomFeatures", "randomDirection"]
"""plain: the model as it is; reconstruction: the autoencoder's reconstruction in the residual's place;
randomFeatures: an arm's changes made to other features, drawn among those that are about as active;
randomDirection: as large a change as an arm's at every position, in a random direction.
"""
EvaluationRunFormat = Literal["pope", "hallusionBench", "amber", "questions"]
"""pope: JSON lines of POPE, and its rule that whatever is not a No is a Yes; hallusionBench:
HallusionBench.json, answers read by their words; amber: queries and annotations of AMBER, answers exactly Yes
or No; questions: JSON lines of {id?, image?, question, answer?, kind?, template?}; those without an answer
count in no accuracy.
"""
ExplanationAuthorKind = Literal["human", "program", "model"]
ExplanationGenerateAnswerForm = Literal["json", "text"]
"""json: an object of JSON, such as one that says whether there is a common concept, and which; text: a sentence,
or of a judge one word, for models that write no JSON.
"""
ExplanationScoreMask = Literal["smoothed", "patches", "quantile"]
"""smoothed: any activation counts, and the map is enlarged bilinearly as in the paper, so that a patch reaches
into its neighbours; patches: any activation counts, patches are laid over the pixels as they are; quantile:
patches whose activation is at least a quantile of the latent's positive ones.
"""
ExplanationScoreScorer = Literal["iou", "auc", "clip", "consistency", "detection", "fuzz", "intruder", "monosemanticity"]
"""iou: the overlap of the latent's activations on its best pictures with the masks of what its explanation
names; auc: how well its largest activation distinguishes pictures with the concept from those without; clip:
the similarity of the explanation and the latent's best pictures, in hundredths; consistency: whether a judge
finds what the explanation says where the latent is active; detection: whether a judge tells by the
explanation which pictures the latent is active on; fuzz: whether it tells which places are lit rightly;
intruder: whether it finds the picture that the latent is not active on, without an explanation;
monosemanticity: how alike the pictures are to another model, weighted by the activations.
"""
ExplanationState = Literal["explained", "uninterpretable", "failed"]
"""uninterpretable: the explainer looked and found nothing in common; failed: there was no answer, it may be
tried again.
"""
FeatureActivationsRank = Literal["max", "mean", "sum"]
"""What a latent's activations in the region are reduced to."""
FeatureExamplesRanking = Literal["max", "mean", "mass"]
"""What the activations a in a view of n positions are reduced to. max: max a. mean: sum a / n, over all
positions of the view. mass: sum a.
"""
FeatureRenderBackground = Literal["light", "dark"]
FeatureRenderInterpolation = Literal["patches", "smooth"]
FeatureRenderStyle = Literal["paper", "dimmed", "black", "weighted"]
"""paper: the published pipeline's square tile, inactive patches at 31/255, smoothed; dimmed: inactive patches at
level; black: inactive patches black; weighted: each patch by its share of the strongest activation.
"""
Finish = Literal["stop", "length"]
"""Why a generation ended. stop: The model ended its turn or a stop text was reached. length: maxTokens were
written.
"""
ImageSourceReading = Literal["loadImage", "open"]
"""loadImage: As load_image of a path or an address: turned upright as its EXIF data say, an alpha channel
dropped. open: As a picture opened with Pillow and handed to the processor: transparency on white, orientation
left as stored.
"""
IndexBuildKeepPictures = Literal["reference", "copy"]
"""reference: Where the picture is. copy: The picture's bytes."""
IndexBuildTemplate = Literal["none", "model"]
"""none: the picture, the text and the answer one after the other; model: the model's chat template."""
IndexBuildView = str
"""A part of prompts that is counted apart: one of a picture's views by its name, such as base and tiles of
LLaVA-NeXT and LLaVA-OneVision, image of Qwen2.5-VL and Qwen3-VL, base and crop1 of Gemma 3, or text.
"""
IndexNeighboursMeasure = Literal["decoder", "coactivation"]
"""decoder: The cosine of decoder rows, as far as index/annotate has kept them. coactivation: The Jaccard index
of the sampled tokens where both are active.
"""
InterventionOperation = Literal["clamp", "add", "scale", "zero"]
"""clamp: Set to value. add: Add value. scale: Multiply by value. zero: Set to zero."""
JobState = Literal["queued", "running", "paused", "completed", "failed", "cancelled", "interrupted"]
"""interrupted: its process ended before it did; it can be resumed, as one that is paused or failed."""
KernelStatusHealth = Literal["ok", "warning", "error"]
LargeInteger = Union[int, str]
"""A whole number; beyond 2^53 a string of digits."""
LatentSelectionOrder = Literal["latent", "frequency", "max"]
"""latent: The latents that are active anywhere, rising."""
ModelLoadPrecision = Literal["auto", "float32", "bfloat16", "int8"]
"""What products are made in. auto: bfloat16 where the weights are, else float32. float32: Everything in float32:
slow, and held to the reference. int8: As bfloat16, with 8-bit weights, a scale a row, for the decoder's
projections and head: half the bytes to read for every generated token, for work that is mostly generation.
Weights are rounded, so answers differ. Never chosen by auto.
"""
ModelLoadResizing = Literal["torchvision", "pillow", "pillow13"]
"""Which library's resizing is applied to pictures before the model sees them, bit for bit. torchvision: That of
transformers 5 where torchvision is installed, what most pipelines have today; within two levels of 255 of
pillow. pillow: That of transformers with Pillow up to version 12. pillow13: That of transformers with Pillow
13, which resizes tall pictures in the other order: up to eight levels apart.
"""
ProgressToken = Union[str, int]
"""What a client calls a stream of progress."""
PromptDiagnosticSeverity = Literal["error", "warning"]
"""error: The file cannot be opened as it is. warning: It can."""
SAEFitConvention = Literal["decoderBias", "signs", "blockBelow", "blockAbove", "unitScale"]
"""decoderBias: b_dec taken off the input where the files' reading does not, or left there where it does; signs:
values below zero kept among the k largest, or left out where they are kept; blockBelow and blockAbove: the
same place of the neighbouring block; unitScale: activations brought to the mean norm √D before they are
encoded, reconstructions brought back.
"""
SAELoadActivation = Literal["topk", "relu", "jumprelu", "signed-topk", "abs-topk"]
SAELoadFormat = Literal["sparsify", "saelens", "gemma-scope", "gemma-scope-2", "dictionary_learning", "circuit-tracer", "moground", "qwen-scope", "mmdiff", "vlm-saes", "llama-scope", "llamascopium", "overcomplete"]
SAEOptionsActivation = Literal["topk", "relu", "jumprelu", "signed-topk"]
SAETrainWeightType = Literal["F32", "F16", "BF16"]
SessionExportFormat = Literal["html", "ipynb"]
"""html: A page. ipynb: A Jupyter notebook."""
SpliceErrorTerm = Literal["keep", "drop"]
"""keep: The stream keeps what the autoencoder does not explain. drop: The stream is the autoencoder's
reconstruction.
"""
SpliceReselect = Literal["none", "topk"]
"""none: Interventions change the code after top-k. topk: Interventions change the pre-activations, and top-k is
taken again.
"""
SteeringGenerateComparison = Literal["plain", "reconstruction"]
"""plain: The model as it is. reconstruction: On the autoencoder's reconstruction x̂ at every position, without
the interventions, whatever the splice.
"""
SteeringGenerateOutputName = Literal["steered", "plain", "reconstruction"]
SteeringSearchPlace = Literal["all", "question", "image", "last", "generated"]
"""all: every position of the prompt; generated: every generated token alone."""
View = str
"""How an image token sees its image, by the name of one of the image's views: in LLaVA-NeXT base, whole and
small, or tiles, one tile of it in full.
"""


class AblationRunChange(Record):
    after: float
    before: float
    """Probability."""
    text: str
    token: int


class AblationRunTargetValues(Record):
    after: float
    """With the splice and the interventions."""
    before: float
    """The model as it is."""
    reconstruction: float
    """On the autoencoder's reconstruction x̂ at every position, without the interventions, whatever the splice."""


class ActivationThreshold(Record):
    """From which activation on a position counts as active."""

    at: list[float]
    """Of these the best is chosen; 0 counts every activity."""
    by: ActivationThresholdMeasure


class AttributionCompareAgreement(Record):
    """How well what was predicted agrees with the mean of what was measured both ways."""

    n: int
    """How many were measured."""
    pearson: float | None
    """Of predicted and measured; absent below eight pairs or without variance."""
    signs_counted: int
    """Pairs whose fall is more than a fiftieth of the largest."""
    slope: float | None
    """Σ predicted · measured / Σ predicted²: what a score must be multiplied by to be a fall."""
    spearman: float | None
    """The rank correlation, likewise."""
    wrong_signs: int
    """Of signsCounted, those with the other sign."""


class AttributionCompareAligned(Record):
    """How the two contexts' positions lie beside each other. A position without a counterpart is patched as if
    nothing were active at the other side.
    """

    only_in_context: int
    only_in_other: int
    pairs: int


class AttributionCompareItem(Record):
    """A feature whose activations differ. Positive where it makes the first context's target larger than the
    other's.
    """

    feature: FeatureRef
    measured: AttributionComparePatched
    places: list[AttributionComparePlace]
    """Where its activations differ most, at most eight places."""
    predicted: float
    """Σ (z − z′)·(W_dec · ½(g + g′)) over positions: to first order what it explains of the difference."""


class AttributionComparePatched(Record):
    """What patching explains of the difference, exactly."""

    into_context: float
    """The fall of the first context's target when it gets the other's activations."""
    into_other: float
    """The rise of the other's target when it gets the first one's."""


class AttributionComparePlace(Record):
    activation: float
    other_activation: float
    other_position: int | None
    position: int | None
    """Absent where only the other context has it."""


class AttributionComputeCompleteness(Record):
    """The shares of total = Σ x·g, g by the method's rule, and what they leave of the target. With relevance
    nothing is left of a logit or a difference of two.
    """

    bias: float
    """Of the decoder's bias; with relevance of the biases of the projections above the site as well, and of what
    Qwen3-VL adds between blocks above it.
    """
    bypass: float | None
    """Of what the residual stream holds beside what the autoencoder is of; absent where that is the stream
    itself.
    """
    error_term: float
    """Of what the autoencoder leaves out."""
    remainder: float
    """The target less the total."""
    skip: float | None
    """Of what a transcoder's skip connection takes from its input; absent without one."""
    sum: float
    """Σ z·(W_dec·g) over every active latent at every position, before what re-selection would put in."""
    total: float


class AttributionComputeCoverage(Record):
    """How much of a question exact ablation answered."""

    candidates: int
    measured: int


class AttributionComputeExplanation(Record):
    """The answer in words. Sentences about causes are made from measured numbers alone."""

    sentences: list[str]
    title: str
    """The target with its tokens spelt out."""


class AttributionComputeIdentity(Record):
    """target = start + features + gap; features = Σ byPart + interaction; start = bias + errorTerm + elsewhere."""

    bias: float | None
    """The value on the decoder's bias alone; absent for occlusion."""
    elsewhere: float | None
    """What features outside of the parts add; absent where there are none."""
    error_term: float | None
    """What the autoencoder's error adds to the bias; absent for occlusion."""
    features: float
    """What the parts do together."""
    gap: float
    """Rounding where everything is measured; what a first-order sum misses otherwise."""
    interaction: float
    """What they do together beyond what each does alone."""
    method: AttributionComputePartsMethod
    runs: int
    """Runs that it took."""
    start: float
    """The value with all the parts' features at zero; for occlusion, with all parts hidden."""
    target: float


class AttributionComputeItem(Record):
    """What is summed over is absent."""

    activation: float | None
    feature: FeatureRef | None
    measured: float | None
    """The exact fall, where it was measured."""
    part: str | None
    position: int | None
    sae: str | None
    """With saes, where no feature tells it: whose features are summed over."""
    score: float
    """By the method asked for."""


class AttributionComputeMeasured(Record):
    feature: FeatureRef | None
    """Absent for all features of a token."""
    measured: float
    origin: AttributionComputeOrigin
    position: int | None
    predicted: float
    sae: str | None
    """With saes, where no feature tells it: whose features they are."""


class AttributionComputeNamedRegion(Record):
    name: str | None
    """Absent: as the region reads."""
    region: Region


class AttributionComputeOfSae(Record):
    """What is told of one of several autoencoders."""

    completeness: AttributionComputeCompleteness | None
    """With a method that makes one backward pass; each closes by itself."""
    sae: str


class AttributionComputePartScore(Record):
    active: int | None
    """How many (position, latent) pairs are active in it; absent for occlusion."""
    part: str
    score: float


class AttributionComputePartsRequest(Record):
    """How the shares of parts are measured."""

    method: AttributionComputePartsMethod | None
    """Absent: ablation."""
    regions: list[AttributionComputeNamedRegion] | None
    """Absent: the context's parts, the template's tokens and what was generated."""
    replacement: TokenSpec | None
    """For occlusion: the token that replaces the tokens of a text; absent: a space."""


class AttributionComputeRender(Record):
    """Pictures to draw; an absent member means none."""

    image: AttributionComputeImageStyle | None
    """A heat map over each image, as PNG."""
    text: AttributionComputeTextStyle | None
    """A strip of the text's tokens."""


class AttributionComputeRendering(Record):
    base64: str
    mime_type: str
    name: str
    """What it shows, as image 0, patches."""
    sae: str | None
    """With saes: whose scores it shows."""


class AttributionComputeTargetValue(Record):
    """What was asked about, and its value."""

    answer: list[AttributionComputeToken]
    """The tokens that count as the answer; a sequence's, one after the other."""
    baseline: list[AttributionComputeToken] | None
    """The tokens it is compared with; absent without a comparison."""
    position: int
    """The position whose logits are read; of a sequence, the first."""
    title: str
    """The target with its very tokens spelt out."""
    value: float


class AttributionComputeToken(Record):
    id: int
    text: str


class AttributionComputeTokenTable(Record):
    """The listed items' scores for each token of the target."""

    scores: list[list[float]]
    """A row a token, a column an item."""
    tokens: list[AttributionComputeToken]
    """Empty where the target is not one token after the other."""
    values: list[float]
    """Each token's own log probability; of another target, its value."""


class AttributionComputeVerification(Record):
    """Scores checked by exact ablation: of the strongest, of those that a second method finds strongest, and of
    others drawn at random.
    """

    items: list[AttributionComputeMeasured]
    n: int
    """How many were measured."""
    not_reliable: list[str] | None
    """Why the scores should not be relied on; absent where nothing speaks against it."""
    pearson: float | None
    """Of predicted and measured; absent below eight pairs or without variance."""
    signs_counted: int
    """Pairs whose fall is more than a fiftieth of the largest."""
    slope: float | None
    """Σ predicted · measured / Σ predicted²: what a score must be multiplied by to be a fall."""
    spearman: float | None
    """The rank correlation, likewise."""
    wrong_signs: int
    """Of signsCounted, those with the other sign."""


class CoactiveFeature(Record):
    """A latent that is active at the same tokens as another, counted on an index's sample."""

    count: int
    """Sampled tokens where both are active."""
    feature: FeatureRef
    jaccard: float
    """That count over the tokens where one of the two is active."""


class ConceptPrompt(Record):
    """How the pictures of a concept set are run."""

    template: IndexBuildTemplate | None
    """Absent: none."""
    text: str | None
    """What follows the picture."""


class ContextLogitsItem(Record):
    log_prob: float
    logit: float
    text: str
    token: int


class ContextOpenChat(Record):
    add_generation_prompt: bool | None
    """Whether the assistant's turn is opened; absent: yes."""
    continue_answer: bool | None
    """Whether the last part, an assistant's text, is the beginning of the answer: it then follows the generation
    prompt and its turn stays open. Absent: no.
    """
    template: ContextOpenTemplate | None
    """Absent: model."""


class ContextOpenImage(Record):
    base: ContextOpenView
    height: int
    part: str
    tiles: ContextOpenView | None
    """The tiles with their newline tokens, where the model makes any."""
    views: list[PictureView]
    """All its views, in the order of their tokens."""
    width: int
    """Pixels, as given."""


class ContextOpenPartSpan(Record):
    part: str
    span: Span


class ContextOpenView(Record):
    grid: list[int]
    """Tokens, [rows, columns], newline tokens not counted."""
    span: Span


class ContextTokensToken(Record):
    box: Box | None
    """The pixels of the image as given that the token covers."""
    id: int
    image: int | None
    """The image, counted from 0."""
    part: str | None
    """Absent: a token of the chat template."""
    position: int
    text: str
    view: View | None


class CorpusPlace(Record):
    """Where pictures and prompts are read from; paths are absolute."""

    folder: str | None
    list: str | None
    tar: str | None
    prompts: str | None


class DomainErrorData(Record):
    """The data member of an error -32803; more members by kind."""

    available_bytes: int | None
    hint: str | None
    kind: str
    message: str
    needed_bytes: int | None
    retryable: bool


class EvaluationJudgeArm(Record):
    concept: EvaluationJudgeMean
    """How far the text brings in the concept, 0 to 2."""
    difference: EvaluationJudgeMean | None
    """The score less that of the plain model's answer to the same question, over those that are rated in both;
    absent for the plain model.
    """
    fluency: EvaluationJudgeMean
    """How well the text reads, 0 to 2."""
    instruction: EvaluationJudgeMean
    """How far the text answers the question, 0 to 2."""
    name: str
    rated: int
    """Answers that have all three ratings. The means are of them."""
    score: EvaluationJudgeMean
    """The mean of the texts' harmonic means, 0 to 2; a text with a rating of 0 counts as 0."""
    unrated: int
    """Answers that do not."""


class EvaluationJudgeJudged(Record):
    """The result of a job of evaluation/judge."""

    asked: int
    """Ratings that were given now."""
    completion_tokens: int
    failed: int
    """Ratings that are missing: the judge gave no answer, or one that cannot be read. The job's log says why."""
    known: int
    """Ratings that had been given before."""
    prompt_tokens: int
    """As the server counts them."""
    ratings: str
    """The file."""
    report: EvaluationJudgeRatings
    seconds: float
    texts: int
    """Different answers to rate; each has three ratings."""


class EvaluationJudgeMean(Record):
    count: int
    standard_error: float | None
    """The standard deviation (of n - 1) over the root of n; absent of fewer than two."""
    value: float | None
    """Absent of nothing."""


class EvaluationJudgeRatings(Record):
    """How a judge rates the answers of arms by one concept: of the arms that it was asked about."""

    arms: list[EvaluationJudgeArm]
    concept: str
    judge: str
    """The name of the judge's model."""


class EvaluationReportArm(Record):
    accuracy: EvaluationReportRate
    kinds: list[EvaluationReportKind]
    metrics: list[EvaluationReportMetric]
    """The benchmark's own numbers."""
    name: str
    of: str | None
    """The arm that a control belongs to."""
    paired: EvaluationReportPaired | None
    """Against the plain model; absent for that."""
    right: int
    role: EvaluationReportRole
    seed: LargeInteger | None
    unclear: int
    """Answers that are neither Yes nor No where one of them was asked for."""
    wrong: int


class EvaluationReportChange(Record):
    """A question that an arm answers otherwise."""

    after: str
    answer: str
    """The right one."""
    arm: str
    before: str
    """What the plain model says."""
    id: str
    image: str | None
    """As the set's file names it."""
    kind: str | None
    question: str


class EvaluationReportControl(Record):
    """The controls of one arm, all seeds together."""

    of: str
    paired: EvaluationReportPaired
    role: EvaluationReportRole
    seeds: int


class EvaluationReportKind(Record):
    """The questions of one kind."""

    accuracy: EvaluationReportRate
    kind: str
    paired: EvaluationReportPaired | None


class EvaluationReportMetric(Record):
    name: str
    rate: EvaluationReportRate | None
    """Where the number is a share."""
    value: float | None
    """Absent where nothing of its kind was asked or answered."""


class EvaluationReportPaired(Record):
    """The same questions before and after a change."""

    both_right: int
    both_wrong: int
    harm: EvaluationReportRate
    """Of what was right, the share that is lost."""
    harmed: int
    """Right before, not right after."""
    help: EvaluationReportRate
    """Of what was not right, the share that is put right."""
    helped: int
    """Not right before, right after."""
    p: float | None
    """McNemar's exact test, two-sided: how likely so uneven a split of helped and harmed is, were both as
    likely; absent of several draws together, which are the same questions.
    """
    to_no: int
    """Answers that became a No."""
    to_yes: int
    """Answers that became a Yes."""


class EvaluationReportRate(Record):
    """How many of how many, with Wilson's 95 % interval; without value, low and high of nothing."""

    count: int
    high: float | None
    low: float | None
    total: int
    value: float | None


class EvaluationReportReport(Record):
    answered: int
    arms: list[EvaluationReportArm]
    changes: list[EvaluationReportChange] | None
    """Where they are asked for."""
    controls: list[EvaluationReportControl]
    format: EvaluationRunFormat
    missing: int
    """Whose picture is missing or cannot be read."""
    questions: int
    """Of the set, as far as they were asked for; those of all shards."""
    ratings: list[EvaluationJudgeRatings] | None
    """A judge's, where files of ratings are given: one a file."""


class EvaluationRunArm(Record):
    """What is changed, by interventions or by a recipe."""

    interventions: list[Intervention] | None
    """Regions are those of every question's prompt: its parts are image and question."""
    name: str
    """Unlike that of any other arm."""
    recipe: str | None
    """A recipe's file, absolute."""
    splice: Splice | None


class EvaluationRunControls(Record):
    directions: int | None
    """Draws of random directions; absent: none."""
    features: int | None
    """Draws of random features; absent: none."""
    seed: LargeInteger | None
    """Absent: 0."""


class EvaluationRunDataset(Record):
    annotations: str | None
    """AMBER's file of annotations, absolute; of other sets none."""
    format: EvaluationRunFormat
    path: str
    """The file of questions, absolute."""
    pictures: str | None
    """The folder that the pictures' names start from, absolute; absent: that of the questions."""


class EvaluationRunEvaluated(Record):
    """The result of a job of evaluation/run."""

    answers: str
    """The file."""
    asked: int
    """Questions that were answered now."""
    known: int
    """Those that had been answered before."""
    missing: int
    """Whose picture is missing or cannot be read."""
    report: EvaluationReportReport
    seconds: float


class Explanation(Record):
    """One attempt to say what a latent stands for. Attempts are added, never changed."""

    author: ExplanationAuthor
    concept: str | None
    """The kind of concept that it names, such as scene, object, part, material, texture or colour; absent where
    nobody said.
    """
    created: float
    """Seconds since 1970."""
    evidence: list[str]
    """What it rests on, such as digests of items."""
    id: int
    latent: int
    method: str
    """How it was made: manual, dissection, chat, resident, blank-picture, refine:rule, refine:chat,
    refine:resident.
    """
    path: str | None
    """The file of the index that it was written to; in explanation/put's answer alone."""
    record: str | None
    """Question and answer as they were."""
    refines: int | None
    """The id of the explanation that it is a shorter form of."""
    revision: int
    """From 1, by latent."""
    scores: list[ExplanationScore]
    state: ExplanationState
    text: str
    """The explanation, or what failed; empty where a latent is uninterpretable."""


class ExplanationAuthor(Record):
    kind: ExplanationAuthorKind
    name: str


class ExplanationScore(Record):
    """How well an explanation holds, by one measure."""

    baseline: float | None
    """The same measure by chance."""
    count: int
    """The examples it rests on."""
    created: float
    details: Any | None
    """Further figures."""
    kind: str
    value: float


class ExplanationDissectDissected(Record):
    """The result of a job of explanation/dissect."""

    active_latents: int
    """Latents that are active somewhere in the set."""
    concepts: list[ExplanationDissectFound]
    """Each concept's best latent."""
    found_concepts: int
    """Of these, those with a latent that meets the minimum."""
    measured_concepts: int
    """Concepts that can be measured, in two pictures or more."""
    named_latents: int
    """Latents named by a concept."""
    pictures: int
    unnamed_share: float
    """The share of active latents without a name."""


class ExplanationDissectFound(Record):
    """A concept and the latent that is best on one half of the pictures, measured on the other."""

    baseline: float
    """The mean over all active latents at the same threshold."""
    concept: str
    iou: float
    latent: int
    threshold: float


class ExplanationGenerateBlankPicture(Record):
    """A blank picture on which one latent is held at a value, at every token of the picture."""

    question: str | None
    """Absent: Describe the image."""
    sae: str | None
    """Absent: the loaded one that the index was built for; another is refused."""
    strength: float | None
    """What the latent is held at, in its largest activation in the index's view; absent: 4."""


class ExplanationGenerateEndpoint(Record):
    """Its key is the kernel's environment variable LUCARNE_EXPLAINER_KEY, and never on the wire."""

    model: str
    url: str
    """http or https, such as http://localhost:8000/v1."""


class ExplanationGenerateExplainer(Record):
    """Who explains: a server of OpenAI's chat completions, or the resident model."""

    endpoint: ExplanationGenerateEndpoint | None
    resident: Record | None


class ExplanationGenerateGenerated(Record):
    """The result of a job of explanation/generate. Every latent that was asked about is in one of the first five
    counts.
    """

    completion_tokens: int
    explained: int
    failed: int
    """Recorded with the reason; tried again when the job is resumed or begun anew."""
    known: int
    """Explained by this explainer before."""
    prompt_tokens: int
    seconds: float
    silent: int
    """Never active in the view."""
    uninterpretable: int


class ExplanationRefineRefined(Record):
    """The result of a job of explanation/refine. Every latent that was asked about and has an explanation is in
    one of the first five counts.
    """

    completion_tokens: int
    failed: int
    """Without an answer, or one that can be read."""
    known: int
    """Refined by this refiner before."""
    prompt_tokens: int
    refined: int
    seconds: float
    unchanged: int
    """Explanations that are such phrases, and of whose kind nothing new is known: nothing is added."""
    uninterpretable: int
    """That name nothing that could be looked for."""


class ExplanationRefineRefiner(Record):
    """Who makes phrases of explanations: the program itself by a rule, a server of OpenAI's chat completions, or
    the resident model.
    """

    rule: Record | None
    endpoint: ExplanationGenerateEndpoint | None
    resident: Record | None


class ExplanationScoreMean(Record):
    """What the scorers of one kind found."""

    baseline: float | None
    """The mean of what chance gives."""
    count: int
    """Latents that were scored."""
    kind: str
    over_all: float
    """Over all latents that were asked about, those without a score as 0."""
    value: float
    """Over the latents that were scored."""


class ExplanationScoreRow(Record):
    """The explanations of one kind of concept, or those that cannot be scored."""

    concept: str
    """Such as object or colour; other where nobody said; uninterpretable, failed, unmatched."""
    count: int
    means: list[ExplanationScoreMean]


class ExplanationScoreScored(Record):
    """The result of a job of explanation/score. Every latent that was asked about is in one of the first four
    counts.
    """

    failed: int
    known: int
    """Scores that were kept with the same settings before."""
    means: list[ExplanationScoreMean]
    rows: list[ExplanationScoreRow]
    scored: int
    seconds: float
    uninterpretable: int
    unmatched: int
    """Whose explanation names no concept of the set."""


class FeatureActivationsActivation(Record):
    position: int
    value: float


class FeatureActivationsItem(Record):
    feature: FeatureRef
    positions: list[FeatureActivationsActivation]
    """Where it is active, in order."""
    score: float


class FeatureExamplesImage(Record):
    grid: list[int]
    """Rows and columns of patches in the view."""
    height: int
    length: int | None
    offset: int | None
    """Where it lies in the archive."""
    path: str | None
    """The picture's file, or the archive that contains it; absent if the index holds its bytes."""
    views: list[PictureView]
    """The picture's views that the index has taken in, in the order of their tokens."""
    width: int
    """Pixels, as it is shown."""


class FeatureExamplesItem(Record):
    image: FeatureExamplesImage | None
    """Of pictures."""
    item: int
    """The entry's number in the index."""
    name: str
    positions: list[FeatureExamplesPosition]
    """Where the latent is active, in order."""
    score: float
    source: str | None
    span: int | None
    """Of text: the number of the span in its text."""
    tokens: list[str] | None


class FeatureExamplesPosition(Record):
    box: Box | None
    """The pixels of the picture under it."""
    position: int
    """In the view's grid, row by row, or in the span."""
    value: float


class FeatureInfoExplanation(Record):
    author: str | None
    label_scores: list[LabelScore] | None
    """How well it holds: the newest iou, or else dissection, then the newest auc; absent where neither was
    measured.
    """
    score: float | None
    """Of its scores the newest."""
    text: str


class FeatureInfoLogits(Record):
    """Empty lists for a feature of the vision tower, whose direction reaches no logit by itself."""

    promoted: list[FeatureInfoTokenEffect]
    suppressed: list[FeatureInfoTokenEffect]


class FeatureInfoNeighbour(Record):
    cosine: float
    feature: FeatureRef


class FeatureInfoStats(Record):
    """Members that need an index are absent without one."""

    decoder_norm: float
    encoder_bias: float | None
    frequency: float | None
    """Fraction of positions where it is active."""
    max: float | None
    mean: float | None
    """Mean activation where it is active."""
    views: list[FeatureStatistics] | None
    """The same by view, with more; absent without an index."""


class FeatureInfoTokenEffect(Record):
    text: str
    token: int
    value: float


class FeatureRef(Record):
    """A latent of a loaded autoencoder."""

    index: int
    sae: str


class FeatureRenderMissing(Record):
    """An exemplar that could not be drawn: its picture is missing or has changed."""

    item: int
    message: str
    name: str


class FeatureRenderMontage(Record):
    """All in one picture."""

    background: FeatureRenderBackground | None
    """Absent: light."""
    columns: int | None
    """Absent: 5 at most."""


class FeatureRenderRendering(Record):
    base64: str
    item: int | None
    mime_type: Literal["image/png", "text/html"]
    name: str | None
    """The entry of the corpus; absent for a montage."""
    score: float | None


class FeatureStatistics(Record):
    """How a latent is active over one view of an index's corpus."""

    frequency: float
    """Fraction of the view's positions where it is active."""
    histogram: list[FeatureStatisticsBin]
    """Counts of activations by size, rising, without empty ends."""
    items: int
    max: float
    mean: float
    """Where it is active: the mean, and the largest."""
    positions: int
    """Positions and entries where it is active."""
    quantiles: FeatureStatisticsQuantiles
    """Each at most 1/16 from the true one."""
    view: IndexBuildView


class FeatureStatisticsBin(Record):
    """How many activations are from from up to to."""

    count: int
    from_: float
    to: float


class FeatureStatisticsQuantiles(Record):
    """Activations that a tenth, half, nine tenths and 99 hundredths of the active positions do not exceed."""

    p10: float
    p50: float
    p90: float
    p99: float


class GeneratedToken(Record):
    """A token that the model wrote."""

    id: int
    log_prob: float
    """Under the distribution it was drawn from, before temperature."""
    text: str


class ImageSource(Record):
    """A file of the kernel's machine, or the bytes of a PNG, JPEG, WebP, GIF or BMP file."""

    reading: ImageSourceReading | None
    """Which of the two ways of transformers the picture takes into the processor. Absent: loadImage."""
    path: str | None
    uri: str | None
    base64: str | None


class IndexAnnotateAnnotated(Record):
    """The result of a job of index/annotate."""

    latents: int
    """Annotated now, and by earlier runs."""
    seconds: float


class IndexBuildBuilt(Record):
    """The result of a job of index/build."""

    annotated: IndexAnnotateAnnotated | None
    """Where annotate was asked for."""
    code_seconds: float
    """Of these, encoding."""
    items: int
    """In the index now."""
    items_per_second: float
    model_seconds: float
    """Of these, running the model to the site, and its answers."""
    new_items: int
    """Taken in by this run."""
    overhead: float
    """The time that was neither the model's nor the autoencoder's nor spent waiting, as a share of the two:
    counting, ranking and writing where they did not run beside them.
    """
    path: str
    seconds: float
    """Of this run."""
    skipped: IndexBuildSkipped
    """Not in it, by reason; all runs of this index together."""


class IndexBuildShard(Record):
    """The entries whose content's digest leaves index when divided by count."""

    count: int
    index: int


class IndexBuildSkipped(Record):
    duplicate: int
    unreadable: int
    unusable: int


class IndexDescription(Record):
    """What an index is and how much it holds."""

    active_latents: int
    """Latents that were active somewhere."""
    bytes: int
    exemplars: int
    """Best places kept of a latent under each ranking of each view."""
    explained_latents: int
    index: str
    items: int
    latents: int
    model_digest: str
    """SHA-256 of the contents it was built for."""
    path: str
    positions: Record
    """Positions of all items, by view."""
    sae: str | None
    """The loaded autoencoder it belongs to."""
    sae_digest: str
    site: str
    skipped: IndexBuildSkipped


class IndexMergeMerged(Record):
    """The result of a job of index/merge."""

    content_digest: str
    """SHA-256 of what the index says, whatever the order in which it was learnt."""
    items: int
    path: str


class IndexSearchItem(Record):
    label: str | None
    """What the latent is called."""
    label_scores: list[LabelScore] | None
    """How well the label holds: the newest iou, or else dissection, then the newest auc; absent where neither
    was measured.
    """
    latent: int
    score: float | None
    """Higher is better: rank of the text, size of the effect on the token's logit, largest activation, cosine or
    Jaccard index; absent for latents that were given.
    """


class IndexSearchQuery(Record):
    """What is looked for: words of explanations; a token that decoder rows raise, or lower; the latents that
    have an item among their best, by its name or its picture's file; the labels of given latents; the nearest
    decoder rows.
    """

    text: str | None
    lowered: bool | None
    token: str | None
    item: str | None
    view: IndexBuildView | None
    picture: str | None
    latents: list[int] | None
    neighbours_of: int | None


class IndexSkippedItem(Record):
    message: str
    name: str
    reason: Literal["duplicate", "unreadable", "unusable"]


class InitializeAttributionProvider(Record):
    methods: list[AttributionComputeMethod]


class InitializeCapabilities(Record):
    """What the kernel offers; an absent member means that it does not."""

    ablation_provider: bool | None
    activation_provider: bool | None
    attribution_provider: InitializeAttributionProvider | None
    context_provider: InitializeContextProvider | None
    feature_provider: bool | None
    job_provider: bool | None
    model_provider: bool | None
    partial_results: bool | None
    session_provider: bool | None
    steering_provider: bool | None
    work_done_progress: bool | None


class InitializeClientInfo(Record):
    name: str
    version: str | None


class InitializeContextProvider(Record):
    append: bool
    """Whether generated tokens can be kept."""
    images: bool
    """Whether parts may be images."""


class InitializeLimits(Record):
    inline_numbers: int
    """A longer array of numbers travels as a tensor."""
    max_context_tokens: int | None
    """Positions of a context, where the model is known."""
    max_contexts: int
    """Contexts that may be open."""
    max_message_bytes: int
    """Bytes of a message to the kernel."""
    max_queued_requests: int
    """Requests that may wait for the engine."""
    memory_bytes: int
    """Bytes that the kernel may use."""


class InitializeOptions(Record):
    """What to load, by absolute path."""

    index: str | None
    """A feature index."""
    memory_limit: int | None
    """Bytes that the kernel may use."""
    model: str | None
    """A checkpoint's folder."""
    sae_options: list[SAEOptions] | None
    """What their files leave open, the first for the first of saes; {} for one that needs nothing."""
    saes: list[str] | None
    """Autoencoders' folders or files."""


class InitializeRemote(Record):
    """The machine that the kernel runs on, seen from another."""

    host: str
    """What the client calls it; at most 255 characters are kept."""


class InitializeServerInfo(Record):
    name: str
    version: str


class Intervention(Record):
    """A change to one latent's activation."""

    at: list[Region] | None
    """Absent: every position of the prompt."""
    feature: FeatureRef
    generated: bool | None
    """Whether the change is made at every generated token too."""
    op: InterventionOperation
    value: float | None
    """Required by every op but zero."""


class Job(Record):
    """Work that outlives its request: what it is, how far it is and what came of it."""

    created: float
    """Seconds since 1970."""
    ended: float | None
    error: JobFailure | None
    """Of a job that failed."""
    job: str
    message: str | None
    """Why it is paused or failed, in words."""
    method: str
    """The request that began it."""
    params: Record
    progress: JobProgress | None
    result: Any | None
    """Of a job that is completed; its shape is given by the method that started it."""
    started: float | None
    state: JobState


class JobFailure(Record):
    """What error.data of a request would have contained."""

    kind: str
    message: str


class JobProgress(Record):
    """How far a job is, in units of its own: entries, steps, latents."""

    done: int
    """In units of its own: entries, steps, latents."""
    message: str | None
    metrics: Record | None
    """What else can be measured on the way, such as fvu of a training."""
    rate: float | None
    """Units a second of this run."""
    remaining_seconds: float | None
    total: int | None
    """Absent where it is not known."""


class JobStarted(Record):
    """A job was started; job/get, job/wait and job/didUpdate report on it."""

    job: str


class KernelStatusAutoencoder(Record):
    bytes: int
    k: int
    latents: int
    model: str | None
    path: str
    sae: str
    site: str


class KernelStatusConnection(Record):
    """A client of a shared kernel."""

    bytes: int
    """Bytes that they hold."""
    connection: int
    """Its number, in the order of arrival."""
    contexts: int
    """How many contexts it has open."""
    name: str | None
    """What initialize called it."""
    own: bool
    """Whether it is the one that asks."""
    process: int | None
    """Its process: what holds the other end of the socket."""
    waiting: int
    """Its requests that wait for the engine."""


class KernelStatusContext(Record):
    bytes: int
    context: str
    token_count: int
    version: int


class KernelStatusDevice(Record):
    """A device that models were loaded on, through PyTorch's libraries."""

    device: str
    """As model/load takes it."""
    free: int | None
    """Bytes that nobody holds; what PyTorch keeps for the next tensors counts as held."""
    library: str
    """The version of PyTorch."""
    message: str | None
    """Why it can be used no more; absent while it can."""
    name: str
    """What it calls itself."""
    total: int | None
    """Bytes of its memory; absent for torch:cpu, which has the process's."""


class KernelStatusMemory(Record):
    """Bytes."""

    items: list[KernelStatusMemoryItem]
    limit: int
    """What the kernel may use beside mapped weights."""
    used: int
    """The sum of the items but the mapped weights, whose pages the system can drop and read again."""


class KernelStatusMemoryItem(Record):
    bytes: int
    name: str


class KernelStatusModel(Record):
    architecture: str
    bytes: int
    """Bytes of the weights' files, which other processes may share, and of the weights made for int8."""
    device: str | None
    """What its layers run on; absent for the processor."""
    model: str
    path: str
    precision: ModelLoadPrecision
    """What products are made in."""
    resizing: ModelLoadResizing | None
    """Which library's resizing is applied to pictures; absent for a text model."""


class KernelStatusQueue(Record):
    running: str | None
    """The method that the engine is at."""
    waiting: int


class KernelStatusVision(Record):
    """The vision worker: other people's models for pictures, in a process that is started when it is first
    asked.
    """

    command: str
    device: str | None
    memory: int | None
    """Resident bytes of the process."""
    message: str | None
    """Why it did not do what it was last asked for."""
    models: list[KernelStatusVisionModel] | None
    name: str | None
    process: int | None
    """Its id; absent while none runs."""
    starts: int
    """Processes that were started so far."""
    version: str | None
    versions: Record | None
    """Of the libraries that it runs on."""


class KernelStatusVisionModel(Record):
    digest: str
    """SHA-256 over its files."""
    name: str
    """Its class."""
    role: str
    """grounding, segmentation or embedding."""


class LabelScore(Record):
    """How well a label holds, by one measure, in short."""

    baseline: float | None
    """The same measure by chance."""
    kind: Literal["iou", "dissection", "auc"]
    value: float


class LatentSelection(Record):
    """Which latents a job is about."""

    latents: list[int] | None
    range: Span | None
    top: LatentSelectionTop | None
    state: ExplanationState | None


class LatentSelectionTop(Record):
    by: LatentSelectionOrder
    count: int
    offset: int | None
    """Absent: the first."""


class ModelLoadImage(Record):
    """How the model sees one tile of an image."""

    patch_grid: list[int]
    """Patches of a tile, [rows, columns]; [0, 0] in a model whose pictures are seen whole at sizes of their own,
    as Qwen2.5-VL's and Qwen3-VL's.
    """
    tokens_per_tile: int


class Part(Record):
    """A piece of a prompt: some text, one image, or a video as its frames, where the model's family sees videos."""

    id: str | None
    """What regions call it; the kernel names parts without one."""
    role: str | None
    """Absent: user."""
    text: str | None
    image: ImageSource | None
    video: VideoSource | None


class PictureView(Record):
    """A view of a picture among its tokens: a grid of cells, row by row, each of them a token. The cell of row r
    and column c is the token first + r · (columns + separators) + c.
    """

    columns: int
    first: int | None
    """The token of the first cell: a position of the context; of an index's picture, counted from the picture's
    first token. Absent where only the grid is known.
    """
    name: str
    """As the model's family calls it: LLaVA-NeXT and LLaVA-OneVision have base and tiles, Qwen2.5-VL and
    Qwen3-VL have image, Gemma 3 base and with pan-and-scan crop1, crop2 and so on. A video has frame1, frame2
    and so on, each over its own frame.
    """
    rows: int
    separators: int | None
    """Tokens without pixels that close each row. Absent where only the grid is known."""


class PromptCheckPart(Record):
    """Either a text, as the model gets it, or an image."""

    image: str | None
    """The image's name."""
    range: TextRange
    """Of an image that no turn names: its line in the front matter."""
    text: str | None


class PromptCheckTurn(Record):
    parts: list[PromptCheckPart]
    range: TextRange
    role: Literal["system", "user", "assistant"]


class PromptDiagnostic(Record):
    """What is wrong with a prompt file, and where."""

    message: str
    range: TextRange
    severity: PromptDiagnosticSeverity


class PromptFront(Record):
    """The lines between the two --- lines of a prompt file."""

    answer: str | None
    """The token that attribution is about."""
    baseline: str | None
    """The token that it is compared with."""
    images: list[PromptFrontImage]
    model: str | None
    """A checkpoint's folder; absolute where the file's folder is known, as every path here."""
    sae: str | None
    """An autoencoder's folder or file."""
    sae_options: SAEOptions | None
    """What its files leave open; absent where nothing is given."""
    steer: list[PromptFrontClamp]
    template: ContextOpenTemplate


class PromptFrontClamp(Record):
    """A latent and the value that steering holds it at."""

    index: int
    value: float


class PromptFrontImage(Record):
    name: str
    path: str


class PromptOpenPart(Record):
    image: str | None
    """The image's name."""
    part: str
    """What regions call it: an image by its name, a text by its role; numbered where that is taken."""
    range: TextRange
    role: str
    span: Span


class PromptOpenToken(Record):
    position: int
    range: TextRange
    """Whole characters: tokens that share one have ranges that overlap."""
    text: str
    """What the token alone stands for, U+FFFD for a part of a character."""


class Recipe(Record):
    """Changes of features as a file: what steering/search writes, and context/generate, steering/generate,
    evaluation/run and serve --recipe apply, with the model and the autoencoder that they were made for alone.
    """

    evidence: SteeringSearchEvidence | None
    """What the search found; absent in a recipe written by hand."""
    format: Literal["lucarne-recipe"]
    interventions: list[RecipeChange]
    model_digest: str
    """SHA-256 that stands for the model's content, as index/info tells it."""
    name: str
    sae_digest: str
    """The same of the autoencoder."""
    site: str
    splice: Splice | None
    version: int


class RecipeChange(Record):
    at: list[Region] | None
    """Absent: every position of the prompt. The part question stands for the texts of a prompt that has no part
    of that name.
    """
    feature: int
    generated: bool | None
    op: InterventionOperation
    value: float | None
    """Required by every op but zero."""


class Region(Record):
    """Some of a context's positions."""

    span: Span | None
    part: str | None
    last: int | None
    """So many positions at the end: 1 is where the next token is predicted."""
    box: Box | None
    image: int | None
    view: View | None


class SAECheckChecked(Record):
    """The result of a job of sae/check."""

    contexts: int
    """Prompts that were run."""
    dead: int
    """Latents that were active at no token."""
    fvu: float | None
    """Σ(x̂ − x)² / Σ(x − mean)² over all tokens, the mean being theirs; absent where they do not vary."""
    l0: float
    """Mean number of active latents of a token."""
    latents: int
    mean_context_fvu: float | None
    """The mean over prompts of the same with the prompt's own mean."""
    prediction: SAECheckPrediction | None
    """Absent where no prompt has a token of text to predict."""
    sae: str
    site: str
    skipped: int
    """Entries that could not be used; the log has their names."""
    tokens: int
    """All tokens of the prompts, template and pictures included."""


class SAECheckPrediction(Record):
    """How the model predicts the tokens of the texts: mean cross-entropy in nats; absent where no prompt has
    one.
    """

    kl: float
    """Mean KL(plain ‖ reconstruction) of the distributions that predict them, in nats."""
    loss_recovered: float | None
    """(zero − reconstruction) / (zero − plain); absent where the two are equal."""
    plain: float
    reconstruction: float
    """With the residual at the site replaced by its reconstruction, at every position."""
    tokens: int
    """Tokens that were predicted: those of texts and answers, not of templates and pictures."""
    zero: float
    """With the residual at the site replaced by zero, at every position."""


class SAEFitKind(Record):
    fvu: float | None
    """Fraction of the variance about these positions' own mean that is unexplained; absent where they do not
    vary.
    """
    kind: str
    l0: float
    """Mean number of active latents."""
    norm_ratio: float
    """The mean of ‖ŷ‖ / ‖y‖."""
    relative_error: float | None
    """Σ‖ŷ − y‖² / Σ‖y‖²; absent where y is zero."""
    tokens: int


class SAEFitReading(Record):
    convention: SAEFitConvention
    fvu: float | None
    """Over the positions of all, as there; absent where they do not vary."""
    l0: float
    """Mean number of active latents."""


class SAELoadFit(Record):
    fvu: float
    """Fraction of variance unexplained."""
    l0: float
    """Mean number of active latents."""


class SAEOptions(Record):
    """What an autoencoder's files may leave open, as in sae/load."""

    activation: SAEOptionsActivation | None
    """Which latents are active."""
    input_scale: float | None
    """What activations are multiplied by before they are encoded."""
    k: int | None
    """Latents active at a token."""
    site: str | None
    """Where it reads the model; it overrides what the files say."""


class SAESitesPlace(Record):
    first: int | None
    """The first block, or layer of the tower, that has it."""
    is_served: bool
    """Whether an autoencoder of it can be loaded."""
    last: int | None
    names: list[str]
    """What libraries call the same tensor on this model."""
    reason: str | None
    """Why it cannot."""
    site: str
    """Its name, N the number of the block, or of the tower's layer; of a place that has none here what it is."""
    width: int | None
    """Numbers a position; of a transcoder, those that it reads."""


class SAETrainTrained(Record):
    """The result of a job of sae/train."""

    dead: int
    """Latents that have not been active for deadAfter tokens."""
    entries: int
    fvu: float | None
    """Of the last batch; absent where a run had no step left to do."""
    k: int
    l0: float | None
    latents: int
    path: str
    """The autoencoder's folder, for sae/load."""
    site: str
    skipped: int
    """Entries that could not be used; the log has their names."""
    steps: int
    tokens: int
    """Tokens that it was trained on, again and again."""


class SavedSession(Record):
    """Contexts as a file: how each was opened, its pictures, and what a client asked about them. session/save
    writes it, session/open opens its contexts again.
    """

    contexts: list[SavedSessionContext]
    """In the order of opening."""
    created: float
    """Seconds since 1970."""
    entries: list[Any]
    """What the client gave, as it was: questions and answers, for a log. session/export reads those that are
    objects with method, params and result.
    """
    format: Literal["lucarne-session"]
    kernel_version: str | None
    """Of the lucarne that wrote it, as initialize tells it; absent in files of earlier ones."""
    models: list[SavedSessionModel]
    """Those that the contexts were opened on."""
    note: str | None
    """What the client says of it."""
    pictures: list[SavedSessionPicture]
    """Each once, however many parts show it."""
    saes: list[SavedSessionAutoencoder]
    """Those that were loaded for these models."""
    version: int


class SavedSessionAutoencoder(Record):
    digest: str
    """SHA-256 that stands for its content, as index/info tells it."""
    model: str
    """What its model was called."""
    sae: str
    """What it was called."""
    site: str


class SavedSessionContext(Record):
    appended: list[list[int]]
    """Ids of tokens that context/generate appended, a list each time."""
    chat: ContextOpenChat
    context: str
    """What it was called."""
    model: str
    """Which of the models."""
    parts: list[SavedSessionPart]
    token_count: int
    """All tokens, those appended included."""
    tokens_digest: str
    """SHA-256 of all tokens' ids in decimal with a comma between two, in lower-case hexadecimal."""


class SavedSessionFrame(Record):
    picture: str
    """The sha256 of one of the pictures."""
    reading: ImageSourceReading | None
    """Absent: loadImage."""


class SavedSessionModel(Record):
    architecture: str
    digest: str
    """SHA-256 that stands for its content, as index/info tells it."""
    model: str
    """What it was called."""
    precision: ModelLoadPrecision
    resizing: ModelLoadResizing | None
    """Absent in a model of text."""


class SavedSessionPart(Record):
    """Some text, a picture or a video."""

    frames: list[SavedSessionFrame] | None
    """A video's."""
    id: str
    picture: str | None
    """The sha256 of one of the pictures. Absent of a text and of a video."""
    reading: ImageSourceReading | None
    """Absent: loadImage."""
    role: str
    text: str | None
    """Absent of a picture and of a video."""


class SavedSessionPicture(Record):
    base64: str
    """The bytes of the file as it was given."""
    name: str | None
    """Its file's, where it had one."""
    sha256: str
    """Of the file's bytes, in lower-case hexadecimal."""


class SentImage(Record):
    """An image that a prompt file names, sent."""

    base64: str | None
    """The bytes of its file; prompt/check needs none."""
    name: str
    """Its name in the front matter."""


class SessionOpenOpened(Record):
    context: str
    """What it is called now."""
    images: list[ContextOpenImage]
    parts: list[ContextOpenPartSpan]
    """As context/open tells them, and so images."""
    same_tokens: bool
    """Whether all tokens have the ids that they had."""
    saved: str
    """What the session calls it."""
    token_count: int
    version: int


class Span(Record):
    """Positions start ..< end of the expanded sequence, in which every image token counts."""

    end: int
    start: int


class Splice(Record):
    """How an autoencoder is put into the residual stream."""

    error_term: SpliceErrorTerm | None
    """Whether the stream keeps what the autoencoder does not explain."""
    reselect: SpliceReselect | None
    """Whether interventions change the pre-activations, top-k being taken again."""


class SpliceReceipt(Record):
    """What was really done of one of several autoencoders."""

    dropped: int
    """Activations, each of a latent at a position, that were asked for and that top-k left out."""
    mean_norm: float
    """Mean length of decode(z′) − decode(z) over these positions, z being its code there; 0 where there are
    none.
    """
    positions: int
    """Positions at which they did."""
    sae: str
    steps: int
    """Forward passes in which its changes changed the stream."""


class SteeringGenerateEffect(Record):
    kl_per_token: WireNumbers
    """KL(plain ‖ steered) in nats of the distributions that predict each token of the steered text."""


class SteeringGenerateOutput(Record):
    finish: Finish
    name: SteeringGenerateOutputName
    text: str
    tokens: list[GeneratedToken]


class SteeringGenerateReceipt(Record):
    """What was really done."""

    dropped: int
    """Activations, each of a latent at a position, that were asked for and that top-k left out."""
    mean_norm: float
    """Mean length of decode(z′) − decode(z) over these positions; 0 where there are none."""
    positions: int
    """Positions at which an intervention changed the stream. The error term that a splice drops is no change."""
    steps: int
    """Forward passes in which an intervention changed the stream: the prompt is one, each generated token that
    is read another.
    """


class SteeringSearchCandidates(Record):
    attribution: int | None
    """Features that attribution finds behind wrong answers, and as many that it finds against them; absent: 12."""
    contrast: int | None
    """Features whose mean activity at the last position differs most; absent: 12."""
    features: list[int] | None
    """Named ones."""
    index: str | None
    """An index's file, absolute, whose labels are searched for words."""
    words: list[str] | None
    """Features whose label has one of these, the 12 best of each."""


class SteeringSearchEvidence(Record):
    failing: SteeringSearchHalves
    """Wrong answers."""
    front: list[SteeringSearchPoint]
    held_out: EvaluationReportReport
    """Of the other half, the controls of the recipe among the arms."""
    keeping: SteeringSearchHalves
    """Right answers."""
    left_out: int | None
    """Answers in neither: wrong ones of kinds that are not to be put right, right ones of kinds that are not to
    be kept.
    """
    max_harm: float
    meets_max_harm: bool
    """Whether the recipe keeps to maxHarm in the choosing half; where nothing does, it is the change with the
    greatest surplus of help over harm.
    """
    question_digest: str
    """SHA-256 of the file of questions."""
    seed: LargeInteger
    tried: int
    """Changes that were tried."""


class SteeringSearchFound(Record):
    """The result of a job of steering/search."""

    path: str
    """The recipe's file."""
    recipe: Recipe
    seconds: float


class SteeringSearchHalves(Record):
    choosing: int
    held_out: int


class SteeringSearchOperations(Record):
    quantiles: list[float] | None
    """Clamps at these quantiles of the feature's positive activations; absent: 0.9."""
    scales: list[float] | None
    """Absent: 0.5."""
    zero: bool | None
    """Absent: yes."""


class SteeringSearchPoint(Record):
    """A change that no other one of the choosing half is better than in both help and harm."""

    choosing: EvaluationReportPaired
    held_out: EvaluationReportPaired
    interventions: list[RecipeChange]
    is_chosen: bool
    """Whether it is the recipe."""
    name: str


class Target(Record):
    """A number that the model's output is asked about."""

    answer: TokenSet | None
    baseline: TokenSet | None
    """Absent: the likeliest token that does not spell the answer."""
    kind: Literal["logitDiff"] | Literal["logit"] | Literal["logProb"] | Literal["sequenceLogProb"] | None
    position: int | None
    """Absent or -1: the last."""
    token: TokenSpec | None
    text: str | None
    """In the place of tokens: a text, as the tokenizer splits it by itself."""
    tokens: list[TokenSpec] | None


class TextPosition(Record):
    """A place between two characters of a text file, as the Language Server Protocol counts."""

    character: int
    """UTF-16 code units before it in its line."""
    line: int


class TextRange(Record):
    """A stretch of a text file, half open; lines from 0, as the Language Server Protocol counts."""

    end: TextPosition
    start: TextPosition


class TokenSet(Record):
    """One token; several of which any will do; or every token that spells a text, with or without a space before
    it, in capitals or not.
    """

    id: int | None
    text: str | None
    variants: bool | None
    """Whether every spelling is meant; absent: this one token."""


class TokenSpec(Record):
    """A token by its id, or by a text that is exactly one token."""

    id: int | None
    text: str | None


class VideoSource(Record):
    """A video as pictures of one size in the order in which they are shown. Which frames of a film these are is
    the client's choice: none is left out. A region's image counts videos, too, in the order of the parts;
    view names a frame, and box is in that frame's pixels.
    """

    frames: list[ImageSource]
    """At most 512."""


class WireNumbers(Record):
    """A list of numbers; beyond 4,096 of them a tensor of one dimension."""

    base64: str | None
    dtype: Literal["float32"] | None
    shape: list[int] | None


class RpcDiscoverResult(Record):
    """What rpc.discover answers."""



class KernelStatusResult(Record):
    """What kernel/status answers."""

    connections: list[KernelStatusConnection] | None
    """Who shares the kernel, in the order of arrival; absent where it has one client alone. contexts are the
    asking client's own, queue, memory and jobs are everybody's.
    """
    contexts: list[KernelStatusContext]
    devices: list[KernelStatusDevice] | None
    """Absent where every model has been on the processor."""
    health: KernelStatusHealth
    jobs: list[Job] | None
    """Jobs of this kernel that are queued or run; absent where there are none."""
    memory: KernelStatusMemory
    message: str | None
    """What is wrong, where something is."""
    models: list[KernelStatusModel]
    queue: KernelStatusQueue
    recipe: str | None
    """The file of the recipe that context/generate follows where a request changes nothing itself; absent
    without --recipe.
    """
    saes: list[KernelStatusAutoencoder]
    unicode: str
    """The version of Unicode whose normal forms tokenizers use."""
    vision: KernelStatusVision | None
    """Absent where the kernel was started without --vision."""


class ModelLoadResult(Record):
    """What model/load answers."""

    architecture: str
    bytes: int
    """Bytes of the weights' files, and of the weights made for int8."""
    device: str | None
    """What its layers run on; absent for the processor."""
    hidden_size: int
    image: ModelLoadImage
    layers: int
    model: str
    vocabulary_size: int


class SaeLoadResult(Record):
    """What sae/load answers."""

    activation: SAELoadActivation
    """Which latents are active: the k largest that are positive, all positive ones, those above their
    thresholds, the k largest whatever their sign, or the k of largest magnitude. The last two may be below
    zero.
    """
    bytes: int
    fit: SAELoadFit | None
    """How well it fits the model on its newest open context, else on a probe prompt; absent where that does not
    vary, and where it is no finite number.
    """
    format: SAELoadFormat
    """Whose files it was read from."""
    input_size: int
    k: int
    """Latents active at a position; where each is judged by itself, all of them at most."""
    latents: int
    output_size: int | None
    """Of a transcoder: the width of what it makes of what it reads."""
    sae: str
    site: str


class SaeSitesResult(Record):
    """What sae/sites answers."""

    blocks: int
    model: str
    sites: list[SAESitesPlace]
    """Layers of the vision tower, blocks' places in the order in which a run meets them, then transcoders, then
    places that are known and not served.
    """


class SaeFitResult(Record):
    """What sae/fit answers."""

    better: SAEFitConvention | None
    """The convention that leaves least of the variance, where that is at most half of what the files' leaves;
    absent where none does.
    """
    contexts: int
    conventions: list[SAEFitReading]
    """Those that the autoencoder could have been meant by."""
    explanation: str | None
    """The better convention in a sentence; absent with it."""
    kinds: list[SAEFitKind]
    sae: str
    site: str


class ContextOpenResult(Record):
    """What context/open answers."""

    computed: int
    """Positions that had to be computed."""
    context: str
    images: list[ContextOpenImage]
    parts: list[ContextOpenPartSpan]
    reused: int
    """Positions whose computation could be taken from another context."""
    token_count: int
    version: int


class ContextTokensResult(Record):
    """What context/tokens answers."""

    tokens: list[ContextTokensToken]


class ContextLogitsResult(Record):
    """What context/logits answers."""

    items: list[ContextLogitsItem]
    """By descending logit, ties by the lower id."""


class ContextGenerateResult(Record):
    """What context/generate answers."""

    finish: Finish
    recipe: str | None
    """The file of the recipe that was followed: the request's, or that which the kernel serves. Attribution,
    logits and what is compared with are of the model without it.
    """
    text: str
    tokens: list[GeneratedToken]
    version: int | None
    """The context's new version, where tokens were appended."""


class ContextCloseResult(Record):
    """What context/close answers."""



class PromptCheckResult(Record):
    """What prompt/check answers."""

    diagnostics: list[PromptDiagnostic]
    front: PromptFront
    turns: list[PromptCheckTurn]


class PromptOpenResult(Record):
    """What prompt/open answers."""

    computed: int
    """Positions that had to be computed."""
    context: str | None
    """Absent, as what belongs to it, where a diagnostic is an error."""
    diagnostics: list[PromptDiagnostic]
    front: PromptFront
    images: list[ContextOpenImage]
    """In the order of the parts."""
    model: str | None
    """The model's name."""
    parts: list[PromptOpenPart]
    reused: int
    """Positions whose computation could be taken from another context."""
    sae: str | None
    """The name of the autoencoder that questions about the file are for: the file's, else the model's newest."""
    token_count: int | None
    tokens: list[PromptOpenToken]
    """The tokens that hold some of the file's text."""
    version: int | None


class SessionSaveResult(Record):
    """What session/save answers."""

    bytes: int
    """How long the file is, or would be."""
    contexts: list[str]
    """Those that are in it."""
    path: str | None
    """Absent where the session is in the result."""
    session: SavedSession | None
    """Absent where it was written to a file."""


class SessionOpenResult(Record):
    """What session/open answers."""

    contexts: list[SessionOpenOpened]
    """In the session's order."""
    created: float
    """Seconds since 1970."""
    entries: list[Any]
    """What session/save was given."""
    note: str | None
    warnings: list[str]
    """What is not as it was, with both values."""


class SessionExportResult(Record):
    """What session/export answers."""

    bytes: int
    """How long the file is, or would be."""
    output: str | None
    """Absent where the text is in the result."""
    text: str | None
    """Absent where it was written to a file."""
    warnings: list[str]
    """What could not be shown."""


class ActivationReadResult(Record):
    """What activation/read answers."""

    tensor: Tensor
    """[positions, width]: the hidden size, heads times their size for attn_heads."""


class FeatureActivationsResult(Record):
    """What feature/activations answers."""

    fvu: float | None
    """Fraction of the residual's variance there that the autoencoder leaves unexplained; absent where that does
    not vary.
    """
    items: list[FeatureActivationsItem]
    """By descending score, ties by the lower index."""
    l0: float
    """Mean number of active latents at a position of the region."""


class FeatureInfoResult(Record):
    """What feature/info answers."""

    coactive: list[CoactiveFeature] | None
    """Latents active at the same tokens; absent without an index."""
    explanation: FeatureInfoExplanation | None
    logits: FeatureInfoLogits
    """The direct effect of the decoder row on the logits: W_U · (γ ⊙ W_dec), γ being the last norm's weight,
    without that norm's scale.
    """
    neighbours: list[FeatureInfoNeighbour]
    """The nearest decoder rows, by descending cosine."""
    stats: FeatureInfoStats


class FeatureExamplesResult(Record):
    """What feature/examples answers."""

    index: str
    items: list[FeatureExamplesItem]
    """Best first."""
    rank_by: FeatureExamplesRanking
    view: IndexBuildView


class FeatureRenderResult(Record):
    """What feature/render answers."""

    index: str
    missing: list[FeatureRenderMissing] | None
    """Exemplars that could not be drawn: their pictures are gone, or no longer what they were."""
    renderings: list[FeatureRenderRendering]
    """PNG of pictures, HTML of text, best first; a montage is one."""
    view: IndexBuildView


class FeatureDashboardResult(Record):
    """What feature/dashboard answers."""

    bytes: int
    """Of the page."""
    html: str | None
    """The page, where no file was asked for."""
    index: str
    path: str | None
    """The file that was written."""


class AttributionComputeResult(Record):
    """What attribution/compute answers."""

    by_part: list[AttributionComputePartScore]
    """What each part contributes; empty where it was not measured."""
    by_sae: list[AttributionComputeOfSae] | None
    """With saes: what is told of each, in their order."""
    completeness: AttributionComputeCompleteness | None
    """With a method that makes one backward pass, of sae."""
    coverage: AttributionComputeCoverage | None
    """With method ablation: how many candidates were measured. Beyond 4,096 those with the smallest gradient
    scores are not.
    """
    elapsed: float
    """Seconds."""
    endpoint_difference: float | None
    """With method integratedGradients: the target's fall between the two ends of the path, which the region's
    scores approach as steps grow.
    """
    explanation: AttributionComputeExplanation
    identity: AttributionComputeIdentity | None
    """The line that closes; with byPart."""
    items: list[AttributionComputeItem]
    """Largest magnitude first, by what was measured where it was, else by the score: those that oppose the
    answer stand beside those that support it.
    """
    method: AttributionComputeMethod
    remainder: float | None
    """With method integratedGradients: what the sum of the region's scores leaves of endpointDifference."""
    renderings: list[AttributionComputeRendering] | None
    splice: Splice
    table: AttributionComputeTokenTable | None
    """With perToken."""
    target: AttributionComputeTargetValue
    verification: AttributionComputeVerification | None


class AttributionCompareResult(Record):
    """What attribution/compare answers."""

    agreement: AttributionCompareAgreement
    """Predicted and measured over the items."""
    aligned: AttributionCompareAligned
    difference: float
    """value − other."""
    elapsed: float
    """Seconds."""
    explanation: AttributionComputeExplanation
    items: list[AttributionCompareItem]
    """Largest magnitude of what was predicted first."""
    other: float
    """The target's value in the other context."""
    target: AttributionComputeTargetValue
    together: AttributionComparePatched
    """All features patched at once."""


class AblationRunResult(Record):
    """What ablation/run answers."""

    kl: float
    """KL(before ‖ after) at the last position, in nats."""
    receipts: list[SpliceReceipt] | None
    """With several autoencoders: what was done of each to the run on the context itself, sae first, then in the
    order of the interventions.
    """
    targets: list[AblationRunTargetValues]
    """In the order asked."""
    top_changes: list[AblationRunChange]
    """The tokens whose probability at the last position changes most."""


class SteeringGenerateResult(Record):
    """What steering/generate answers."""

    effect: SteeringGenerateEffect
    outputs: list[SteeringGenerateOutput]
    receipt: SteeringGenerateReceipt
    """Of several autoencoders together: a position counts once for each that changed it."""
    receipts: list[SpliceReceipt] | None
    """With several autoencoders: of each, sae first, then in the order of the interventions."""


class IndexSkippedResult(Record):
    """What index/skipped answers."""

    items: list[IndexSkippedItem]


class IndexCloseResult(Record):
    """What index/close answers."""



class IndexSearchResult(Record):
    """What index/search answers."""

    has_more: bool
    """Whether there are more behind the page."""
    items: list[IndexSearchItem]


class IndexNeighboursResult(Record):
    """What index/neighbours answers."""

    has_more: bool
    """Whether there are more behind the page."""
    items: list[IndexSearchItem]


class ExplanationGetResult(Record):
    """What explanation/get answers."""

    items: list[Explanation]
    label: str | None
    """What the latent is called: its newest explanation that is one."""


class ExplanationListResult(Record):
    """What explanation/list answers."""

    items: list[Explanation]
    total: int
    """Of all pages."""


class JobListResult(Record):
    """What job/list answers."""

    items: list[Job]
    total: int
    """Of all pages."""


class JobLogResult(Record):
    """What job/log answers."""

    lines: list[str]
    next: int
    """The line after the last one given."""


AblationRunChange._members = {'after': None, 'before': None, 'text': None, 'token': None}
AblationRunTargetValues._members = {'after': None, 'before': None, 'reconstruction': None}
ActivationThreshold._members = {'at': None, 'by': None}
AttributionCompareAgreement._members = {'n': None, 'pearson': None, 'signsCounted': None, 'slope': None, 'spearman': None, 'wrongSigns': None}
AttributionCompareAligned._members = {'onlyInContext': None, 'onlyInOther': None, 'pairs': None}
AttributionCompareItem._members = {'feature': FeatureRef, 'measured': AttributionComparePatched, 'places': AttributionComparePlace, 'predicted': None}
AttributionComparePatched._members = {'intoContext': None, 'intoOther': None}
AttributionComparePlace._members = {'activation': None, 'otherActivation': None, 'otherPosition': None, 'position': None}
AttributionComputeCompleteness._members = {'bias': None, 'bypass': None, 'errorTerm': None, 'remainder': None, 'skip': None, 'sum': None, 'total': None}
AttributionComputeCoverage._members = {'candidates': None, 'measured': None}
AttributionComputeExplanation._members = {'sentences': None, 'title': None}
AttributionComputeIdentity._members = {'bias': None, 'elsewhere': None, 'errorTerm': None, 'features': None, 'gap': None, 'interaction': None, 'method': None, 'runs': None, 'start': None, 'target': None}
AttributionComputeItem._members = {'activation': None, 'feature': FeatureRef, 'measured': None, 'part': None, 'position': None, 'sae': None, 'score': None}
AttributionComputeMeasured._members = {'feature': FeatureRef, 'measured': None, 'origin': None, 'position': None, 'predicted': None, 'sae': None}
AttributionComputeNamedRegion._members = {'name': None, 'region': Region}
AttributionComputeOfSae._members = {'completeness': AttributionComputeCompleteness, 'sae': None}
AttributionComputePartScore._members = {'active': None, 'part': None, 'score': None}
AttributionComputePartsRequest._members = {'method': None, 'regions': AttributionComputeNamedRegion, 'replacement': TokenSpec}
AttributionComputeRender._members = {'image': None, 'text': None}
AttributionComputeRendering._members = {'base64': None, 'mimeType': None, 'name': None, 'sae': None}
AttributionComputeTargetValue._members = {'answer': AttributionComputeToken, 'baseline': AttributionComputeToken, 'position': None, 'title': None, 'value': None}
AttributionComputeToken._members = {'id': None, 'text': None}
AttributionComputeTokenTable._members = {'scores': None, 'tokens': AttributionComputeToken, 'values': None}
AttributionComputeVerification._members = {'items': AttributionComputeMeasured, 'n': None, 'notReliable': None, 'pearson': None, 'signsCounted': None, 'slope': None, 'spearman': None, 'wrongSigns': None}
CoactiveFeature._members = {'count': None, 'feature': FeatureRef, 'jaccard': None}
ConceptPrompt._members = {'template': None, 'text': None}
ContextLogitsItem._members = {'logProb': None, 'logit': None, 'text': None, 'token': None}
ContextOpenChat._members = {'addGenerationPrompt': None, 'continueAnswer': None, 'template': None}
ContextOpenImage._members = {'base': ContextOpenView, 'height': None, 'part': None, 'tiles': ContextOpenView, 'views': PictureView, 'width': None}
ContextOpenPartSpan._members = {'part': None, 'span': Span}
ContextOpenView._members = {'grid': None, 'span': Span}
ContextTokensToken._members = {'box': None, 'id': None, 'image': None, 'part': None, 'position': None, 'text': None, 'view': None}
CorpusPlace._members = {'folder': None, 'list': None, 'tar': None, 'prompts': None}
DomainErrorData._members = {'availableBytes': None, 'hint': None, 'kind': None, 'message': None, 'neededBytes': None, 'retryable': None}
EvaluationJudgeArm._members = {'concept': EvaluationJudgeMean, 'difference': EvaluationJudgeMean, 'fluency': EvaluationJudgeMean, 'instruction': EvaluationJudgeMean, 'name': None, 'rated': None, 'score': EvaluationJudgeMean, 'unrated': None}
EvaluationJudgeJudged._members = {'asked': None, 'completionTokens': None, 'failed': None, 'known': None, 'promptTokens': None, 'ratings': None, 'report': EvaluationJudgeRatings, 'seconds': None, 'texts': None}
EvaluationJudgeMean._members = {'count': None, 'standardError': None, 'value': None}
EvaluationJudgeRatings._members = {'arms': EvaluationJudgeArm, 'concept': None, 'judge': None}
EvaluationReportArm._members = {'accuracy': EvaluationReportRate, 'kinds': EvaluationReportKind, 'metrics': EvaluationReportMetric, 'name': None, 'of': None, 'paired': EvaluationReportPaired, 'right': None, 'role': None, 'seed': None, 'unclear': None, 'wrong': None}
EvaluationReportChange._members = {'after': None, 'answer': None, 'arm': None, 'before': None, 'id': None, 'image': None, 'kind': None, 'question': None}
EvaluationReportControl._members = {'of': None, 'paired': EvaluationReportPaired, 'role': None, 'seeds': None}
EvaluationReportKind._members = {'accuracy': EvaluationReportRate, 'kind': None, 'paired': EvaluationReportPaired}
EvaluationReportMetric._members = {'name': None, 'rate': EvaluationReportRate, 'value': None}
EvaluationReportPaired._members = {'bothRight': None, 'bothWrong': None, 'harm': EvaluationReportRate, 'harmed': None, 'help': EvaluationReportRate, 'helped': None, 'p': None, 'toNo': None, 'toYes': None}
EvaluationReportRate._members = {'count': None, 'high': None, 'low': None, 'total': None, 'value': None}
EvaluationReportReport._members = {'answered': None, 'arms': EvaluationReportArm, 'changes': EvaluationReportChange, 'controls': EvaluationReportControl, 'format': None, 'missing': None, 'questions': None, 'ratings': EvaluationJudgeRatings}
EvaluationRunArm._members = {'interventions': Intervention, 'name': None, 'recipe': None, 'splice': Splice}
EvaluationRunControls._members = {'directions': None, 'features': None, 'seed': None}
EvaluationRunDataset._members = {'annotations': None, 'format': None, 'path': None, 'pictures': None}
EvaluationRunEvaluated._members = {'answers': None, 'asked': None, 'known': None, 'missing': None, 'report': EvaluationReportReport, 'seconds': None}
Explanation._members = {'author': ExplanationAuthor, 'concept': None, 'created': None, 'evidence': None, 'id': None, 'latent': None, 'method': None, 'path': None, 'record': None, 'refines': None, 'revision': None, 'scores': ExplanationScore, 'state': None, 'text': None}
ExplanationAuthor._members = {'kind': None, 'name': None}
ExplanationScore._members = {'baseline': None, 'count': None, 'created': None, 'details': None, 'kind': None, 'value': None}
ExplanationDissectDissected._members = {'activeLatents': None, 'concepts': ExplanationDissectFound, 'foundConcepts': None, 'measuredConcepts': None, 'namedLatents': None, 'pictures': None, 'unnamedShare': None}
ExplanationDissectFound._members = {'baseline': None, 'concept': None, 'iou': None, 'latent': None, 'threshold': None}
ExplanationGenerateBlankPicture._members = {'question': None, 'sae': None, 'strength': None}
ExplanationGenerateEndpoint._members = {'model': None, 'url': None}
ExplanationGenerateExplainer._members = {'endpoint': ExplanationGenerateEndpoint, 'resident': None}
ExplanationGenerateGenerated._members = {'completionTokens': None, 'explained': None, 'failed': None, 'known': None, 'promptTokens': None, 'seconds': None, 'silent': None, 'uninterpretable': None}
ExplanationRefineRefined._members = {'completionTokens': None, 'failed': None, 'known': None, 'promptTokens': None, 'refined': None, 'seconds': None, 'unchanged': None, 'uninterpretable': None}
ExplanationRefineRefiner._members = {'rule': None, 'endpoint': ExplanationGenerateEndpoint, 'resident': None}
ExplanationScoreMean._members = {'baseline': None, 'count': None, 'kind': None, 'overAll': None, 'value': None}
ExplanationScoreRow._members = {'concept': None, 'count': None, 'means': ExplanationScoreMean}
ExplanationScoreScored._members = {'failed': None, 'known': None, 'means': ExplanationScoreMean, 'rows': ExplanationScoreRow, 'scored': None, 'seconds': None, 'uninterpretable': None, 'unmatched': None}
FeatureActivationsActivation._members = {'position': None, 'value': None}
FeatureActivationsItem._members = {'feature': FeatureRef, 'positions': FeatureActivationsActivation, 'score': None}
FeatureExamplesImage._members = {'grid': None, 'height': None, 'length': None, 'offset': None, 'path': None, 'views': PictureView, 'width': None}
FeatureExamplesItem._members = {'image': FeatureExamplesImage, 'item': None, 'name': None, 'positions': FeatureExamplesPosition, 'score': None, 'source': None, 'span': None, 'tokens': None}
FeatureExamplesPosition._members = {'box': None, 'position': None, 'value': None}
FeatureInfoExplanation._members = {'author': None, 'labelScores': LabelScore, 'score': None, 'text': None}
FeatureInfoLogits._members = {'promoted': FeatureInfoTokenEffect, 'suppressed': FeatureInfoTokenEffect}
FeatureInfoNeighbour._members = {'cosine': None, 'feature': FeatureRef}
FeatureInfoStats._members = {'decoderNorm': None, 'encoderBias': None, 'frequency': None, 'max': None, 'mean': None, 'views': FeatureStatistics}
FeatureInfoTokenEffect._members = {'text': None, 'token': None, 'value': None}
FeatureRef._members = {'index': None, 'sae': None}
FeatureRenderMissing._members = {'item': None, 'message': None, 'name': None}
FeatureRenderMontage._members = {'background': None, 'columns': None}
FeatureRenderRendering._members = {'base64': None, 'item': None, 'mimeType': None, 'name': None, 'score': None}
FeatureStatistics._members = {'frequency': None, 'histogram': FeatureStatisticsBin, 'items': None, 'max': None, 'mean': None, 'positions': None, 'quantiles': FeatureStatisticsQuantiles, 'view': None}
FeatureStatisticsBin._members = {'count': None, 'from': None, 'to': None}
FeatureStatisticsQuantiles._members = {'p10': None, 'p50': None, 'p90': None, 'p99': None}
GeneratedToken._members = {'id': None, 'logProb': None, 'text': None}
ImageSource._members = {'reading': None, 'path': None, 'uri': None, 'base64': None}
IndexAnnotateAnnotated._members = {'latents': None, 'seconds': None}
IndexBuildBuilt._members = {'annotated': IndexAnnotateAnnotated, 'codeSeconds': None, 'items': None, 'itemsPerSecond': None, 'modelSeconds': None, 'newItems': None, 'overhead': None, 'path': None, 'seconds': None, 'skipped': IndexBuildSkipped}
IndexBuildShard._members = {'count': None, 'index': None}
IndexBuildSkipped._members = {'duplicate': None, 'unreadable': None, 'unusable': None}
IndexDescription._members = {'activeLatents': None, 'bytes': None, 'exemplars': None, 'explainedLatents': None, 'index': None, 'items': None, 'latents': None, 'modelDigest': None, 'path': None, 'positions': None, 'sae': None, 'saeDigest': None, 'site': None, 'skipped': IndexBuildSkipped}
IndexMergeMerged._members = {'contentDigest': None, 'items': None, 'path': None}
IndexSearchItem._members = {'label': None, 'labelScores': LabelScore, 'latent': None, 'score': None}
IndexSearchQuery._members = {'text': None, 'lowered': None, 'token': None, 'item': None, 'view': None, 'picture': None, 'latents': None, 'neighboursOf': None}
IndexSkippedItem._members = {'message': None, 'name': None, 'reason': None}
InitializeAttributionProvider._members = {'methods': None}
InitializeCapabilities._members = {'ablationProvider': None, 'activationProvider': None, 'attributionProvider': InitializeAttributionProvider, 'contextProvider': InitializeContextProvider, 'featureProvider': None, 'jobProvider': None, 'modelProvider': None, 'partialResults': None, 'sessionProvider': None, 'steeringProvider': None, 'workDoneProgress': None}
InitializeClientInfo._members = {'name': None, 'version': None}
InitializeContextProvider._members = {'append': None, 'images': None}
InitializeLimits._members = {'inlineNumbers': None, 'maxContextTokens': None, 'maxContexts': None, 'maxMessageBytes': None, 'maxQueuedRequests': None, 'memoryBytes': None}
InitializeOptions._members = {'index': None, 'memoryLimit': None, 'model': None, 'saeOptions': SAEOptions, 'saes': None}
InitializeRemote._members = {'host': None}
InitializeServerInfo._members = {'name': None, 'version': None}
Intervention._members = {'at': Region, 'feature': FeatureRef, 'generated': None, 'op': None, 'value': None}
Job._members = {'created': None, 'ended': None, 'error': JobFailure, 'job': None, 'message': None, 'method': None, 'params': None, 'progress': JobProgress, 'result': None, 'started': None, 'state': None}
JobFailure._members = {'kind': None, 'message': None}
JobProgress._members = {'done': None, 'message': None, 'metrics': None, 'rate': None, 'remainingSeconds': None, 'total': None}
JobStarted._members = {'job': None}
KernelStatusAutoencoder._members = {'bytes': None, 'k': None, 'latents': None, 'model': None, 'path': None, 'sae': None, 'site': None}
KernelStatusConnection._members = {'bytes': None, 'connection': None, 'contexts': None, 'name': None, 'own': None, 'process': None, 'waiting': None}
KernelStatusContext._members = {'bytes': None, 'context': None, 'tokenCount': None, 'version': None}
KernelStatusDevice._members = {'device': None, 'free': None, 'library': None, 'message': None, 'name': None, 'total': None}
KernelStatusMemory._members = {'items': KernelStatusMemoryItem, 'limit': None, 'used': None}
KernelStatusMemoryItem._members = {'bytes': None, 'name': None}
KernelStatusModel._members = {'architecture': None, 'bytes': None, 'device': None, 'model': None, 'path': None, 'precision': None, 'resizing': None}
KernelStatusQueue._members = {'running': None, 'waiting': None}
KernelStatusVision._members = {'command': None, 'device': None, 'memory': None, 'message': None, 'models': KernelStatusVisionModel, 'name': None, 'process': None, 'starts': None, 'version': None, 'versions': None}
KernelStatusVisionModel._members = {'digest': None, 'name': None, 'role': None}
LabelScore._members = {'baseline': None, 'kind': None, 'value': None}
LatentSelection._members = {'latents': None, 'range': Span, 'top': LatentSelectionTop, 'state': None}
LatentSelectionTop._members = {'by': None, 'count': None, 'offset': None}
ModelLoadImage._members = {'patchGrid': None, 'tokensPerTile': None}
Part._members = {'id': None, 'role': None, 'text': None, 'image': ImageSource, 'video': VideoSource}
PictureView._members = {'columns': None, 'first': None, 'name': None, 'rows': None, 'separators': None}
PromptCheckPart._members = {'image': None, 'range': TextRange, 'text': None}
PromptCheckTurn._members = {'parts': PromptCheckPart, 'range': TextRange, 'role': None}
PromptDiagnostic._members = {'message': None, 'range': TextRange, 'severity': None}
PromptFront._members = {'answer': None, 'baseline': None, 'images': PromptFrontImage, 'model': None, 'sae': None, 'saeOptions': SAEOptions, 'steer': PromptFrontClamp, 'template': None}
PromptFrontClamp._members = {'index': None, 'value': None}
PromptFrontImage._members = {'name': None, 'path': None}
PromptOpenPart._members = {'image': None, 'part': None, 'range': TextRange, 'role': None, 'span': Span}
PromptOpenToken._members = {'position': None, 'range': TextRange, 'text': None}
Recipe._members = {'evidence': SteeringSearchEvidence, 'format': None, 'interventions': RecipeChange, 'modelDigest': None, 'name': None, 'saeDigest': None, 'site': None, 'splice': Splice, 'version': None}
RecipeChange._members = {'at': Region, 'feature': None, 'generated': None, 'op': None, 'value': None}
Region._members = {'span': Span, 'part': None, 'last': None, 'box': None, 'image': None, 'view': None}
SAECheckChecked._members = {'contexts': None, 'dead': None, 'fvu': None, 'l0': None, 'latents': None, 'meanContextFvu': None, 'prediction': SAECheckPrediction, 'sae': None, 'site': None, 'skipped': None, 'tokens': None}
SAECheckPrediction._members = {'kl': None, 'lossRecovered': None, 'plain': None, 'reconstruction': None, 'tokens': None, 'zero': None}
SAEFitKind._members = {'fvu': None, 'kind': None, 'l0': None, 'normRatio': None, 'relativeError': None, 'tokens': None}
SAEFitReading._members = {'convention': None, 'fvu': None, 'l0': None}
SAELoadFit._members = {'fvu': None, 'l0': None}
SAEOptions._members = {'activation': None, 'inputScale': None, 'k': None, 'site': None}
SAESitesPlace._members = {'first': None, 'isServed': None, 'last': None, 'names': None, 'reason': None, 'site': None, 'width': None}
SAETrainTrained._members = {'dead': None, 'entries': None, 'fvu': None, 'k': None, 'l0': None, 'latents': None, 'path': None, 'site': None, 'skipped': None, 'steps': None, 'tokens': None}
SavedSession._members = {'contexts': SavedSessionContext, 'created': None, 'entries': None, 'format': None, 'kernelVersion': None, 'models': SavedSessionModel, 'note': None, 'pictures': SavedSessionPicture, 'saes': SavedSessionAutoencoder, 'version': None}
SavedSessionAutoencoder._members = {'digest': None, 'model': None, 'sae': None, 'site': None}
SavedSessionContext._members = {'appended': None, 'chat': ContextOpenChat, 'context': None, 'model': None, 'parts': SavedSessionPart, 'tokenCount': None, 'tokensDigest': None}
SavedSessionFrame._members = {'picture': None, 'reading': None}
SavedSessionModel._members = {'architecture': None, 'digest': None, 'model': None, 'precision': None, 'resizing': None}
SavedSessionPart._members = {'frames': SavedSessionFrame, 'id': None, 'picture': None, 'reading': None, 'role': None, 'text': None}
SavedSessionPicture._members = {'base64': None, 'name': None, 'sha256': None}
SentImage._members = {'base64': None, 'name': None}
SessionOpenOpened._members = {'context': None, 'images': ContextOpenImage, 'parts': ContextOpenPartSpan, 'sameTokens': None, 'saved': None, 'tokenCount': None, 'version': None}
Span._members = {'end': None, 'start': None}
Splice._members = {'errorTerm': None, 'reselect': None}
SpliceReceipt._members = {'dropped': None, 'meanNorm': None, 'positions': None, 'sae': None, 'steps': None}
SteeringGenerateEffect._members = {'klPerToken': WireNumbers}
SteeringGenerateOutput._members = {'finish': None, 'name': None, 'text': None, 'tokens': GeneratedToken}
SteeringGenerateReceipt._members = {'dropped': None, 'meanNorm': None, 'positions': None, 'steps': None}
SteeringSearchCandidates._members = {'attribution': None, 'contrast': None, 'features': None, 'index': None, 'words': None}
SteeringSearchEvidence._members = {'failing': SteeringSearchHalves, 'front': SteeringSearchPoint, 'heldOut': EvaluationReportReport, 'keeping': SteeringSearchHalves, 'leftOut': None, 'maxHarm': None, 'meetsMaxHarm': None, 'questionDigest': None, 'seed': None, 'tried': None}
SteeringSearchFound._members = {'path': None, 'recipe': Recipe, 'seconds': None}
SteeringSearchHalves._members = {'choosing': None, 'heldOut': None}
SteeringSearchOperations._members = {'quantiles': None, 'scales': None, 'zero': None}
SteeringSearchPoint._members = {'choosing': EvaluationReportPaired, 'heldOut': EvaluationReportPaired, 'interventions': RecipeChange, 'isChosen': None, 'name': None}
Target._members = {'answer': TokenSet, 'baseline': TokenSet, 'kind': None, 'position': None, 'token': TokenSpec, 'text': None, 'tokens': TokenSpec}
TextPosition._members = {'character': None, 'line': None}
TextRange._members = {'end': TextPosition, 'start': TextPosition}
TokenSet._members = {'id': None, 'text': None, 'variants': None}
TokenSpec._members = {'id': None, 'text': None}
VideoSource._members = {'frames': ImageSource}
WireNumbers._members = {'base64': None, 'dtype': None, 'shape': None}
RpcDiscoverResult._members = {}
KernelStatusResult._members = {'connections': KernelStatusConnection, 'contexts': KernelStatusContext, 'devices': KernelStatusDevice, 'health': None, 'jobs': Job, 'memory': KernelStatusMemory, 'message': None, 'models': KernelStatusModel, 'queue': KernelStatusQueue, 'recipe': None, 'saes': KernelStatusAutoencoder, 'unicode': None, 'vision': KernelStatusVision}
ModelLoadResult._members = {'architecture': None, 'bytes': None, 'device': None, 'hiddenSize': None, 'image': ModelLoadImage, 'layers': None, 'model': None, 'vocabularySize': None}
SaeLoadResult._members = {'activation': None, 'bytes': None, 'fit': SAELoadFit, 'format': None, 'inputSize': None, 'k': None, 'latents': None, 'outputSize': None, 'sae': None, 'site': None}
SaeSitesResult._members = {'blocks': None, 'model': None, 'sites': SAESitesPlace}
SaeFitResult._members = {'better': None, 'contexts': None, 'conventions': SAEFitReading, 'explanation': None, 'kinds': SAEFitKind, 'sae': None, 'site': None}
ContextOpenResult._members = {'computed': None, 'context': None, 'images': ContextOpenImage, 'parts': ContextOpenPartSpan, 'reused': None, 'tokenCount': None, 'version': None}
ContextTokensResult._members = {'tokens': ContextTokensToken}
ContextLogitsResult._members = {'items': ContextLogitsItem}
ContextGenerateResult._members = {'finish': None, 'recipe': None, 'text': None, 'tokens': GeneratedToken, 'version': None}
ContextCloseResult._members = {}
PromptCheckResult._members = {'diagnostics': PromptDiagnostic, 'front': PromptFront, 'turns': PromptCheckTurn}
PromptOpenResult._members = {'computed': None, 'context': None, 'diagnostics': PromptDiagnostic, 'front': PromptFront, 'images': ContextOpenImage, 'model': None, 'parts': PromptOpenPart, 'reused': None, 'sae': None, 'tokenCount': None, 'tokens': PromptOpenToken, 'version': None}
SessionSaveResult._members = {'bytes': None, 'contexts': None, 'path': None, 'session': SavedSession}
SessionOpenResult._members = {'contexts': SessionOpenOpened, 'created': None, 'entries': None, 'note': None, 'warnings': None}
SessionExportResult._members = {'bytes': None, 'output': None, 'text': None, 'warnings': None}
ActivationReadResult._members = {'tensor': Tensor}
FeatureActivationsResult._members = {'fvu': None, 'items': FeatureActivationsItem, 'l0': None}
FeatureInfoResult._members = {'coactive': CoactiveFeature, 'explanation': FeatureInfoExplanation, 'logits': FeatureInfoLogits, 'neighbours': FeatureInfoNeighbour, 'stats': FeatureInfoStats}
FeatureExamplesResult._members = {'index': None, 'items': FeatureExamplesItem, 'rankBy': None, 'view': None}
FeatureRenderResult._members = {'index': None, 'missing': FeatureRenderMissing, 'renderings': FeatureRenderRendering, 'view': None}
FeatureDashboardResult._members = {'bytes': None, 'html': None, 'index': None, 'path': None}
AttributionComputeResult._members = {'byPart': AttributionComputePartScore, 'bySae': AttributionComputeOfSae, 'completeness': AttributionComputeCompleteness, 'coverage': AttributionComputeCoverage, 'elapsed': None, 'endpointDifference': None, 'explanation': AttributionComputeExplanation, 'identity': AttributionComputeIdentity, 'items': AttributionComputeItem, 'method': None, 'remainder': None, 'renderings': AttributionComputeRendering, 'splice': Splice, 'table': AttributionComputeTokenTable, 'target': AttributionComputeTargetValue, 'verification': AttributionComputeVerification}
AttributionCompareResult._members = {'agreement': AttributionCompareAgreement, 'aligned': AttributionCompareAligned, 'difference': None, 'elapsed': None, 'explanation': AttributionComputeExplanation, 'items': AttributionCompareItem, 'other': None, 'target': AttributionComputeTargetValue, 'together': AttributionComparePatched}
AblationRunResult._members = {'kl': None, 'receipts': SpliceReceipt, 'targets': AblationRunTargetValues, 'topChanges': AblationRunChange}
SteeringGenerateResult._members = {'effect': SteeringGenerateEffect, 'outputs': SteeringGenerateOutput, 'receipt': SteeringGenerateReceipt, 'receipts': SpliceReceipt}
IndexSkippedResult._members = {'items': IndexSkippedItem}
IndexCloseResult._members = {}
IndexSearchResult._members = {'hasMore': None, 'items': IndexSearchItem}
IndexNeighboursResult._members = {'hasMore': None, 'items': IndexSearchItem}
ExplanationGetResult._members = {'items': Explanation, 'label': None}
ExplanationListResult._members = {'items': Explanation, 'total': None}
JobListResult._members = {'items': Job, 'total': None}
JobLogResult._members = {'lines': None, 'next': None}

/** The protocol's methods. Written by protocol/generator from protocol/openrpc.json. */

/** What a method can report while it runs: progress, and members that come in parts. */
export const reports = {
  "model/load": { progress: true, parts: null },
  "sae/load": { progress: true, parts: null },
  "sae/fit": { progress: true, parts: null },
  "context/open": { progress: true, parts: null },
  "context/tokens": { progress: false, parts: "tokens" },
  "context/generate": { progress: true, parts: "tokens" },
  "prompt/open": { progress: true, parts: null },
  "session/save": { progress: true, parts: null },
  "session/open": { progress: true, parts: null },
  "session/export": { progress: true, parts: null },
  "activation/read": { progress: true, parts: null },
  "feature/activations": { progress: true, parts: "items" },
  "feature/info": { progress: true, parts: null },
  "attribution/compute": { progress: true, parts: "items" },
  "attribution/compare": { progress: true, parts: null },
  "ablation/run": { progress: true, parts: null },
  "steering/generate": { progress: true, parts: "tokens" },
  "job/wait": { progress: true, parts: null },
};

/**
 * Every method by its name, `methods(connection).context.open(params, options)`.
 * @param {{request: function(string, object, object): Promise<object>}} kernel asks and answers;
 *   see connection.js for its options.
 */
export const methods = (kernel) => ({
  rpc: {
    /** This document. */
    discover: (params, options) => kernel.request("rpc.discover", params, options),
  },
  kernel: {
    /** What is loaded, what waits and how much memory is in use. Never waits for the engine. */
    status: (params, options) => kernel.request("kernel/status", params, options),
  },
  model: {
    /**
     * Loads a checkpoint's folder and makes it the model that contexts are opened on.
     * @param {string} params.path Absolute.
     * @param {("auto"|"float32"|"bfloat16"|"int8")} [params.precision] Absent: auto.
     * @param {("torchvision"|"pillow"|"pillow13")} [params.resizing] Absent: torchvision.
     * @param {string} [params.device] What the model's layers run on: cpu (this kernel's own
     *   operators on the processor), cuda or cuda:N (a card, through PyTorch's libraries),
     *   torch:cpu (the same on the processor, to compare), auto (the first card where libraries and
     *   card are there, else the processor). Absent: as the kernel was started, cpu if that says
     *   nothing. precision int8 runs on the processor alone.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    load: (params, options) => kernel.request("model/load", params, options),
  },
  sae: {
    /**
     * Loads a sparse autoencoder from the files of sparsify, SAELens, Gemma Scope,
     * dictionary_learning and others (SAELoad.Format). One whose width or site does not fit the
     * model is refused.
     * @param {string} params.path Absolute: a folder, one that holds a folder or file for each
     *   layer, or such a file.
     * @param {string} [params.site] Where it reads the model, by any name of a tensor of a block:
     *   resid_post.24, model.layers.24, blocks.24.hook_resid_post and the like for the stream after
     *   a block, mlp_out.24 or blocks.24.hook_mlp_out for what its MLP adds. A transcoder's is
     *   transcoder.24, or two names, "mlp_in.24 -> mlp_out.24"; vision.resid_post.22 is a layer of
     *   the vision tower. It overrides what the folder or the configuration says, with a warning
     *   where they differ; absent: what they say.
     * @param {string} [params.model] Absent: the model loaded last.
     * @param {number} [params.k] Latents active at a token, for files that do not say it. Refused
     *   where they do and mean another number, or have no use for it.
     * @param {number} [params.inputScale] What activations are multiplied by before they are
     *   encoded, and reconstructions divided by: the factor of SAELens' expected_average_only_in,
     *   which its files do not hold, or that of vlm-saes, which otherwise is taken from the file's
     *   name.
     * @param {("topk"|"relu"|"jumprelu"|"signed-topk")} [params.activation] Which latents are
     *   active, where the files leave it open: topk or signed-topk for Qwen-Scope (absent: topk,
     *   without values below zero), topk or jumprelu for dictionary_learning's ae.pt without its
     *   config.json, relu or topk for circuit-tracer's whose config.yaml has no top_k.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    load: (params, options) => kernel.request("sae/load", params, options),
    /**
     * The places of a model that an autoencoder can be of, and for those where it cannot why.
     * @param {string} [params.model] Absent: the model loaded last.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    sites: (params, options) => kernel.request("sae/sites", params, options),
    /**
     * How well an autoencoder fits its model on open contexts, by kind of token, and whether
     * another convention than its files' fits better.
     * Positions count to one kind: first (position 0, whose residual is far longer than any other
     * in many models), text, each view of a picture by its name, and newline (what closes a view's
     * rows); all is every position but the first, and last the one the answer is read at. The
     * conventions are measured over all: what another reading of the same weights leaves of the
     * variance, or the same reading a block below or above.
     * @param {string} params.sae
     * @param {string} [params.context] Absent: all open contexts of the autoencoder's model.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    fit: (params, options) => kernel.request("sae/fit", params, options),
    /**
     * Trains a TopK autoencoder on a model's residual stream: a job, which continues where an
     * earlier one ended.
     * The job's result is a SAETrain.Trained; its progress has the metrics fvu, l0, dead,
     * learningRate and tokensPerSecond, new once a second. Tokens are counted first: what would not
     * fit in memory fails with outOfMemory before anything is run. A resumed job collects the
     * activations again and continues from the saved state; its weights are bit by bit those of an
     * uninterrupted run.
     * @param {string} [params.model] A loaded model's name or a checkpoint's folder; absent: the
     *   model loaded last.
     * @param {string} params.site Where the model is read, as resid_post.5.
     * @param {CorpusPlace} params.corpus
     * @param {number} [params.limit] Entries of the corpus to look at; absent: all.
     * @param {("none"|"model")} [params.template] How prompts are rendered; absent: model.
     * @param {string} params.output The folder to write, absolute; the autoencoder goes into it
     *   under the site's module name.
     * @param {number} params.latents
     * @param {number} params.k Active latents a token.
     * @param {number} params.steps
     * @param {number} [params.batch] Tokens a step; absent: 2048.
     * @param {number} [params.learningRate] The highest; absent: 2e-4 / √(M / 2¹⁴).
     * @param {number} [params.deadAfter] Tokens without firing after which a latent counts as dead;
     *   absent: 500000.
     * @param {number} [params.seed] Of the start and of the order of tokens; absent: 0.
     * @param {("F32"|"F16"|"BF16")} [params.type] Of the written weights; absent: F32.
     * @param {number} [params.saveEvery] Steps between saves of the state; absent: 500.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    train: (params, options) => kernel.request("sae/train", params, options),
    /**
     * Measures how well an autoencoder can replace the residual stream on a data set: a job.
     * The job's result is a SAECheck.Checked. A resumed job begins anew.
     * @param {string} params.sae
     * @param {CorpusPlace} params.corpus
     * @param {number} [params.limit] Entries of the corpus to look at; absent: all.
     * @param {("none"|"model")} [params.template] How prompts are rendered; absent: model.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    check: (params, options) => kernel.request("sae/check", params, options),
  },
  context: {
    /**
     * Makes a prompt of text and images resident: tokens, key/value cache and the residual at each
     * site.
     * Consecutive parts of one role make one message. With template none the parts are joined as
     * they are, an image standing for the model's image token.
     * @param {Part[]} params.parts
     * @param {ContextOpen.Chat} [params.chat]
     * @param {string} [params.model] Absent: the model loaded last.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    open: (params, options) => kernel.request("context/open", params, options),
    /**
     * The tokens of a context, and the pixels that each image token covers.
     * @param {string} params.context
     * @param {number} [params.version] Where given, the context must be at this version, else
     *   contextVersionMismatch.
     * @param {Span} [params.span]
     */
    tokens: (params, options) => kernel.request("context/tokens", params, options),
    /**
     * The likeliest next tokens after a position.
     * @param {string} params.context
     * @param {number} [params.version] Where given, the context must be at this version, else
     *   contextVersionMismatch.
     * @param {number} [params.position] Absent or −1: the last.
     * @param {number} params.topK May be the whole vocabulary.
     */
    logits: (params, options) => kernel.request("context/logits", params, options),
    /**
     * Continues a context token by token, with interventions where given.
     * @param {string} params.context
     * @param {number} [params.version] Where given, the context must be at this version, else
     *   contextVersionMismatch.
     * @param {number} params.maxTokens
     * @param {number} [params.temperature] 0 or absent: greedy, ties to the lowest id.
     * @param {number} [params.topP]
     * @param {LargeInteger} [params.seed]
     * @param {string[]} [params.stop] Texts that end the generation.
     * @param {Intervention[]} [params.interventions]
     * @param {string} [params.sae] The autoencoder to splice if no intervention names one.
     * @param {string} [params.recipe] A recipe's file, absolute, whose changes are made before the
     *   interventions given.
     * @param {Splice} [params.splice]
     * @param {boolean} [params.append] Whether the tokens stay with the context, whose version then
     *   rises.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    generate: (params, options) => kernel.request("context/generate", params, options),
    /**
     * Lets go of a context and its memory.
     * @param {string} params.context
     */
    close: (params, options) => kernel.request("context/close", params, options),
  },
  prompt: {
    /**
     * Reads a prompt file without a model: what it says, where, and what is wrong with it.
     * prompt-files.md beside this document describes the format.
     * @param {string} params.text The whole file.
     * @param {string} [params.directory] The folder that the file's relative paths start from,
     *   absolute.
     * @param {SentImage[]} [params.images] Images of the front matter, sent by a client whose files
     *   are on another machine: their paths are not looked at.
     */
    check: (params, options) => kernel.request("prompt/check", params, options),
    /**
     * Makes a prompt file resident as context/open does, and says where in the file each token is.
     * The same text again gives the same context while that is open and unchanged; an edited one
     * re-uses what the two share. What the file names and cannot be loaded is a diagnostic, not an
     * error.
     * @param {string} params.text The whole file.
     * @param {string} [params.directory] The folder that the file's relative paths start from,
     *   absolute.
     * @param {SentImage[]} [params.images] Images of the front matter, sent by a client whose files
     *   are on another machine: their paths are not looked at.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    open: (params, options) => kernel.request("prompt/open", params, options),
  },
  session: {
    /**
     * Writes the client's contexts as one file: their parts, their pictures, what was appended, and
     * what the client says was asked.
     * A file appears whole or not at all. One that is there is replaced if it is a session.
     * Pictures that were opened by their paths are read again, and must be what they were.
     * @param {string} [params.path] The file, absolute. Absent: the session comes with the result.
     * @param {string[]} [params.contexts] Which contexts; absent: all that the client has open.
     * @param {object[]} [params.entries] Kept as they are, and given back by session/open.
     * @param {string} [params.note]
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    save: (params, options) => kernel.request("session/save", params, options),
    /**
     * Opens every context of a session again, or none of them.
     * A context needs the model that it was opened on, whose digest must be the same unless
     * anyModel is true. Other autoencoders, precisions and resizings are warnings: contexts can be
     * opened without them, but answers may be others.
     * @param {string} [params.path] A session's file, absolute. Either this or session.
     * @param {SavedSession} [params.session] A session as session/save gave it.
     * @param {boolean} [params.anyModel] Whether contexts of a model that is not loaded are opened
     *   on the model that the client loaded last, with a warning. Absent: no.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    open: (params, options) => kernel.request("session/open", params, options),
    /**
     * A session as a page to read, or as a notebook that asks again with the Python client.
     * Shown is what the session's entries hold: of an entry that is an object with a method, its
     * params and its result. Nothing is computed, and no model is needed. A page is one file that
     * loads nothing and runs nothing.
     * @param {string} [params.path] A session's file, absolute. Either this or session.
     * @param {SavedSession} [params.session] A session as session/save gave it.
     * @param {("html"|"ipynb")} params.format
     * @param {string} [params.output] The file to write, absolute; nothing may be there. Absent:
     *   the text comes with the result.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    export: (params, options) => kernel.request("session/export", params, options),
  },
  activation: {
    /**
     * A tensor of a block at every position: the residual stream, or what a half of the block reads
     * or adds.
     * @param {string} params.context
     * @param {number} [params.version] Where given, the context must be at this version, else
     *   contextVersionMismatch.
     * @param {string} params.site As resid_post.24, mlp_out.24, attn_heads.24; any block.
     * @param {Span} [params.span]
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    read: (params, options) => kernel.request("activation/read", params, options),
  },
  feature: {
    /**
     * The latents that are active in a region.
     * @param {string} params.context
     * @param {number} [params.version] Where given, the context must be at this version, else
     *   contextVersionMismatch.
     * @param {string} params.sae
     * @param {Region} [params.region] Absent: the whole context.
     * @param {number} [params.topK] Absent: 20.
     * @param {("max"|"mean"|"sum")} [params.rankBy] Absent: max.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    activations: (params, options) => kernel.request("feature/activations", params, options),
    /**
     * What is known of a latent without any prompt.
     * @param {FeatureRef} params.feature
     * @param {number} [params.topK] Tokens and neighbours to list; absent: 10.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    info: (params, options) => kernel.request("feature/info", params, options),
    /**
     * The places of an index's corpus where a latent is most active.
     * @param {FeatureRef} params.feature
     * @param {string} [params.index] Absent: the index of the feature's autoencoder.
     * @param {string} [params.view] Absent: the view where the latent's largest activation is, of
     *   equal ones the first.
     * @param {("max"|"mean"|"mass")} [params.rankBy] Absent: mean, the paper's.
     * @param {number} [params.offset]
     * @param {number} [params.topK] Absent: 5, the paper's.
     */
    examples: (params, options) => kernel.request("feature/examples", params, options),
    /**
     * Pictures of the places where a latent is most active, what it does not see darkened.
     * Pictures are read again from where the index found them. One that has changed, by its digest,
     * is not drawn.
     * @param {FeatureRef} params.feature
     * @param {string} [params.index] Absent: the index of the feature's autoencoder.
     * @param {string} [params.view] Absent: the view where the latent's largest activation is, of
     *   equal ones the first; of pictures' views with a montage.
     * @param {("max"|"mean"|"mass")} [params.rankBy] Absent: mean.
     * @param {number} [params.offset]
     * @param {number} [params.topK] Absent: 5.
     * @param {("paper"|"dimmed"|"black"|"weighted")} [params.style] Absent: dimmed.
     * @param {("patches"|"smooth")} [params.interpolation] Absent: patches; paper always smooths.
     * @param {number} [params.level] The brightness that is left to what is not active; absent:
     *   0.2.
     * @param {number} [params.size] The longer side in pixels; absent: the picture's own, in a
     *   montage 256.
     * @param {FeatureRender.Montage} [params.montage] All in one picture.
     */
    render: (params, options) => kernel.request("feature/render", params, options),
    /**
     * One self-contained HTML page of what an index knows of a latent.
     * @param {FeatureRef} params.feature
     * @param {string} [params.index] Absent: the index of the feature's autoencoder.
     * @param {number} [params.topK] Exemplars of each ranking of each view; absent: 12.
     * @param {string} [params.path] The file to write, absolute; absent: the page comes with the
     *   result.
     */
    dashboard: (params, options) => kernel.request("feature/dashboard", params, options),
  },
  attribution: {
    /**
     * How much each active latent supports a target, what the parts of the prompt contribute, and
     * whether that can be relied on.
     * A positive score supports the answer: by the method asked for, the fall of the target when
     * the latent is set to zero there. gradient is z·(W_dec·g) with g the target's gradient, right
     * to first order alone; the shares of parts are measured, by ablating all features of a part
     * together, and the scores of some features are checked by exact ablation. What was not asked
     * for is done within a budget of runs of the blocks above the site.
     * @param {string} params.context
     * @param {number} [params.version] Where given, the context must be at this version, else
     *   contextVersionMismatch.
     * @param {string} [params.sae] The autoencoder whose features are scored; absent where saes
     *   names several.
     * @param {string[]} [params.saes] Several autoencoders of the context's model, each once, whose
     *   features are ranked together after one backward pass; in the place of sae. Error terms are
     *   kept, and shares of parts are measured by occlusion alone. Where one site lies above
     *   another, the scores of both tell the same effect: they do not add up across autoencoders.
     * @param {Target} params.target
     * @param {("gradient"|"heldNorms"|"relevance"|"integratedGradients"|"ablation")}
     *   [params.method] Absent: gradient; heldNorms for tokens, and for what is rendered.
     * @param {number} [params.steps] Points of integratedGradients; absent: 16.
     * @param {Region} [params.region] Absent: the whole context.
     * @param {number} [params.topK] Items to list; absent: 20.
     * @param {("none"|"feature"|"token"|"part")} [params.aggregate] Absent: none.
     * @param {Splice} [params.splice]
     * @param {AttributionCompute.PartsRequest} [params.parts] How the parts' shares are measured;
     *   absent: by ablation, where the budget allows it.
     * @param {number} [params.verify] n: the n strongest items, the n strongest of a second method
     *   and n others drawn at random are measured by exact ablation. Absent: 8, or as many as the
     *   budget allows.
     * @param {number} [params.seed] Of what is drawn at random; absent: 0.
     * @param {number} [params.budget] The most runs of the blocks above the site for parts and
     *   verification. Absent: what is cheap for the model's size, and no limit to what was asked
     *   for.
     * @param {boolean} [params.perToken] Whether to give each item's score for every token of the
     *   target, too.
     * @param {AttributionCompute.Render} [params.render]
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    compute: (params, options) => kernel.request("attribution/compute", params, options),
    /**
     * What makes a target differ between two contexts: which features, where, and how much each
     * explains when it is patched from one into the other.
     * To first order a feature explains Σ (z − z′)·(W_dec · ½(g + g′)) of the difference. The
     * largest are measured in both directions: the activations of one context are put into the
     * other at corresponding positions, the error term kept.
     * @param {string} params.context
     * @param {number} [params.version] Where given, the context must be at this version, else
     *   contextVersionMismatch.
     * @param {string} params.other The context that it is compared with: of the same model.
     * @param {string} params.sae
     * @param {Target} params.target The same for both; a position counts in each.
     * @param {number} [params.topK] Features to measure and list; absent: 10.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    compare: (params, options) => kernel.request("attribution/compare", params, options),
  },
  ablation: {
    /**
     * What happens to targets when latents are changed.
     * @param {string} params.context
     * @param {number} [params.version] Where given, the context must be at this version, else
     *   contextVersionMismatch.
     * @param {string} params.sae The autoencoder that is spliced in; interventions may name others
     *   of the model, which are spliced into the same run.
     * @param {Intervention[]} params.interventions Several autoencoders' are met in the order of
     *   the places at which they write; each code is that of the run as the earlier ones have
     *   changed it.
     * @param {Target[]} params.targets
     * @param {Splice} [params.splice]
     * @param {number} [params.topK] Changed tokens to list; absent: 10.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    run: (params, options) => kernel.request("ablation/run", params, options),
  },
  steering: {
    /**
     * Continues a context with interventions, beside the same without them.
     * @param {string} params.context
     * @param {number} [params.version] Where given, the context must be at this version, else
     *   contextVersionMismatch.
     * @param {string} params.sae The autoencoder that is spliced in; interventions may name others
     *   of the model, which are spliced into the same run.
     * @param {Intervention[]} params.interventions Several autoencoders' are met in the order of
     *   the places at which they write; each code is that of the run as the earlier ones have
     *   changed it.
     * @param {number} params.maxTokens
     * @param {number} [params.temperature] 0 or absent: greedy, ties to the lowest id.
     * @param {number} [params.topP]
     * @param {LargeInteger} [params.seed]
     * @param {string[]} [params.stop] Texts that end the generation.
     * @param {string} [params.recipe] A recipe's file, absolute, whose changes are made before the
     *   interventions given.
     * @param {Splice} [params.splice]
     * @param {("plain"|"reconstruction")[]} [params.compareWith]
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    generate: (params, options) => kernel.request("steering/generate", params, options),
    /**
     * Looks for changes of features that put wrong answers right and lose few right ones: a job,
     * which writes a recipe.
     * The plain model answers a set's questions; those that it gets wrong are to be put right,
     * those that it gets right to be kept. Pictures are split in two halves by the seed: features
     * and changes are chosen on one, and reported on the other, with controls. Candidates are the
     * features that attribution, measured by exact ablation where it is strongest, finds behind
     * wrong answers, those whose activity differs most between wrong and right ones, and those that
     * are named. Each change is tried alone at each place, then the best together. The answers of
     * every round are kept in a folder beside the recipe, so that a search that was cut off goes
     * on. The job's result is a SteeringSearch.Found.
     * @param {EvaluationRun.Dataset} params.dataset
     * @param {string} params.recipe The file that is written, absolute; rounds are kept in the
     *   folder of that name with .search behind it.
     * @param {string} params.sae
     * @param {string} [params.name] What the recipe is called; absent: as the file.
     * @param {string[]} [params.failing] Wrong answers of these kinds are to be put right; absent:
     *   all.
     * @param {string[]} [params.keeping] Right answers of these kinds are to be kept; absent: all.
     * @param {SteeringSearch.Candidates} [params.candidates] Absent: 12 by attribution and 12 by
     *   contrast.
     * @param {SteeringSearch.Operations} [params.operations] Absent: zero, half, and a clamp at the
     *   0.9 quantile of the feature's own activity.
     * @param {("all"|"question"|"image"|"last"|"generated")[]} [params.places] Where changes are
     *   made; absent: all, question, image and last.
     * @param {number} [params.features] Features of a recipe at most; absent: 3.
     * @param {number} [params.arms] Changes that a round tries at most; absent: 512.
     * @param {number} [params.maxHarm] Of the right answers, the share that may be lost in the
     *   choosing half; absent: 0.01.
     * @param {LargeInteger} [params.seed] Of the split; absent: 0.
     * @param {EvaluationRun.Controls} [params.controls] Of the recipe, in the other half; absent: 5
     *   of each.
     * @param {number} [params.limit] Questions of the set at most; absent: all.
     * @param {string} [params.instruction] Added behind each question, after a line break; absent:
     *   nothing.
     * @param {("none"|"model")} [params.template] How questions are rendered, where the set does
     *   not say; absent: model.
     * @param {number} [params.maxTokens] Of an answer; absent: 16.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    search: (params, options) => kernel.request("steering/search", params, options),
  },
  index: {
    /**
     * Runs a corpus through a model and an autoencoder and indexes the features: a job, which
     * continues where an earlier one ended.
     * The job's result is an IndexBuild.Built. It fails with indexStale on an index of another
     * model or autoencoder, with busy where another job writes to it, and pauses where the disk is
     * full.
     * @param {string} params.path The absolute path of the index file; it is created if it does not
     *   exist.
     * @param {string} params.sae
     * @param {CorpusPlace} params.corpus
     * @param {string[]} [params.views] Absent: all.
     * @param {number} [params.exemplars] Best places kept of a latent under each ranking of each
     *   view; absent: 20.
     * @param {number} [params.spanTokens] Tokens of a span of text; absent: 64.
     * @param {number} [params.sampledTokens] Tokens whose codes are kept to count which latents are
     *   active together; absent: 65536.
     * @param {("none"|"model")} [params.template] Absent: none; model where something is asked.
     * @param {string[]} [params.questions] Asked about each picture of the corpus, each by itself
     *   and with the model's own answer behind it. A picture becomes an item of its views, and with
     *   each question an item of the view text, which has every token behind the picture: the
     *   question's, the template's and the answer's. Texts of the corpus are left out. 256 at most,
     *   with promptFiles.
     * @param {string[]} [params.promptFiles] Texts of prompt files, asked as questions are: each
     *   shows one image, in whose place the corpus' picture stands. Of its front matter the image's
     *   name and the template count.
     * @param {number} [params.answerTokens] The most tokens of an answer, which is greedy; 0: none
     *   is generated; absent: 16.
     * @param {boolean} [params.annotate] Whether the work of index/annotate is done at the end,
     *   with its own defaults; absent: no.
     * @param {IndexBuild.Shard} [params.shard]
     * @param {number} [params.limit] Entries of the corpus to look at; absent: all.
     * @param {("reference"|"copy")} [params.keepPictures] Absent: reference.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    build: (params, options) => kernel.request("index/build", params, options),
    /**
     * Makes one index of several that hold parts of one corpus: a job that needs no model.
     * The job's result is an IndexMerge.Merged.
     * @param {string} params.path The new index's file, absolute.
     * @param {string[]} params.inputs The shards' files, absolute.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    merge: (params, options) => kernel.request("index/merge", params, options),
    /**
     * Opens a feature index for reading; where sae is given, one that was built for another
     * autoencoder is refused.
     * @param {string} params.path The index's file, absolute.
     * @param {string} [params.sae] The autoencoder it is to belong to; absent: the loaded one that
     *   it was built for, if there is one.
     * @param {boolean} [params.check] Whether the whole file is looked through for damage first;
     *   absent: no.
     */
    open: (params, options) => kernel.request("index/open", params, options),
    /**
     * What an open index holds.
     * @param {string} [params.index] Absent: the only open index, or the one that the kernel was
     *   started with.
     */
    info: (params, options) => kernel.request("index/info", params, options),
    /**
     * The entries of a corpus that an index did not take in, by name.
     * @param {string} [params.index] Absent: the only open index, or the one that the kernel was
     *   started with.
     * @param {number} [params.offset]
     * @param {number} [params.limit] Absent: 100.
     */
    skipped: (params, options) => kernel.request("index/skipped", params, options),
    /**
     * Lets go of an index.
     * @param {string} params.index
     */
    close: (params, options) => kernel.request("index/close", params, options),
    /**
     * Finds latents of an index.
     * Which features fire in a region of a context: ask feature/activations, and give its latents
     * here for their labels.
     * @param {string} [params.index] An open index's name, or a file's absolute path; absent: that
     *   of the autoencoder, or the only one that is open.
     * @param {string} [params.sae] The autoencoder whose index is meant where none is named.
     * @param {IndexSearch.Query} params.query
     * @param {number} [params.offset]
     * @param {number} [params.limit] Absent: 100.
     */
    search: (params, options) => kernel.request("index/search", params, options),
    /**
     * The latents nearest to one, by decoder rows or by what is active together.
     * @param {string} [params.index] An open index's name, or a file's absolute path; absent: that
     *   of the autoencoder, or the only one that is open.
     * @param {string} [params.sae] The autoencoder whose index is meant where none is named.
     * @param {number} params.latent
     * @param {("decoder"|"coactivation")} [params.by] Absent: decoder.
     * @param {number} [params.offset]
     * @param {number} [params.limit] Absent: 100.
     */
    neighbours: (params, options) => kernel.request("index/neighbours", params, options),
    /**
     * Keeps with an index the tokens that decoder rows raise and lower, and the nearest rows: a
     * job, which continues where an earlier one ended.
     * The job's result is an IndexAnnotate.Annotated. It fails with indexStale on an index of
     * another model or autoencoder.
     * @param {string} params.index The index's file, absolute.
     * @param {string} params.sae
     * @param {number} [params.tokens] To each side; absent: 20.
     * @param {number} [params.neighbours] Absent: 20.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    annotate: (params, options) => kernel.request("index/annotate", params, options),
  },
  explanation: {
    /**
     * Adds what somebody says of a latent as its newest revision.
     * @param {string} [params.index] An open index's name, or a file's absolute path; absent: the
     *   only one that this client opened, or the kernel's --index. The one that came with the
     *   program is refused.
     * @param {number} params.latent
     * @param {string} [params.text] Absent or empty where the latent is uninterpretable.
     * @param {("explained"|"uninterpretable"|"failed")} [params.state] Absent: explained.
     * @param {Explanation.Author} params.author
     * @param {string} [params.method] Absent: manual.
     * @param {string[]} [params.evidence]
     * @param {string} [params.concept] The kind of concept that it names, such as scene, object,
     *   part, material, texture or colour.
     */
    put: (params, options) => kernel.request("explanation/put", params, options),
    /**
     * Every revision of a latent's explanation, newest first, with their scores.
     * @param {string} [params.index] An open index's name, or a file's absolute path; absent: the
     *   only one that is open.
     * @param {number} params.latent
     * @param {boolean} [params.records] Whether questions and answers as they were are sent, too;
     *   absent: no.
     */
    get: (params, options) => kernel.request("explanation/get", params, options),
    /**
     * The newest revision of each latent that has one, by latent.
     * @param {string} [params.index] An open index's name, or a file's absolute path; absent: the
     *   only one that is open.
     * @param {("explained"|"uninterpretable"|"failed")} [params.state] Only those whose newest
     *   revision is in this state.
     * @param {number} [params.offset]
     * @param {number} [params.limit] Absent: 100.
     */
    list: (params, options) => kernel.request("explanation/list", params, options),
    /**
     * Has a model say what latents stand for, by their best pictures and texts: a job.
     * The job's result is an ExplanationGenerate.Generated. A failure is recorded with its reason
     * as a revision of its own, and tried again when the job is resumed or begun anew. After three
     * questions in a row that got no answer the job pauses.
     * @param {string} params.index The index's file, absolute.
     * @param {LatentSelection} params.features
     * @param {ExplanationGenerate.Explainer} params.explainer
     * @param {ExplanationGenerate.BlankPicture} [params.blankPicture] No exemplars: the resident
     *   model is shown a white picture of side pixels either way with the latent held, and says
     *   what it sees. Where it says the same of the picture as it is, or changed as far in a random
     *   direction, the latent counts as uninterpretable.
     * @param {string} [params.view] Whose exemplars are shown; absent: the index's first, most
     *   often base.
     * @param {("max"|"mean"|"mass")} [params.rankBy] Absent: mean.
     * @param {number} [params.exemplars] Absent: 5.
     * @param {("paper"|"dimmed"|"black"|"weighted")} [params.style] How a picture is shown, as
     *   feature/render draws it; absent: dimmed.
     * @param {("patches"|"smooth")} [params.interpolation] Absent: patches; paper always smooths.
     * @param {number} [params.level] The brightness that is left to what is not active; absent:
     *   0.2.
     * @param {number} [params.side] Pixels of a shown picture's longer side at most; absent: 336.
     *   Paper draws the model's tile.
     * @param {("json"|"text")} [params.answer] Absent: json.
     * @param {number} [params.maxTokens] Absent: 256.
     * @param {number} [params.concurrency] Questions under way at once; absent: 4.
     * @param {number} [params.requestSeconds] Absent: 300.
     * @param {number} [params.tries] Absent: 5.
     * @param {boolean} [params.again] Whether latents that this explainer has explained are
     *   explained again; absent: no.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    generate: (params, options) => kernel.request("explanation/generate", params, options),
    /**
     * Names latents by the concepts whose masks their maps overlap (Network Dissection): a job.
     * Latent, threshold and concept are chosen on every other picture with and without the concept,
     * and measured on the rest. The job's result is an ExplanationDissect.Dissected. Without an
     * index nothing is written.
     * @param {string} params.sae
     * @param {string} params.concepts The concept set's JSON file, absolute: a list of {attribute,
     *   name, places: [{picture, values, mask?}]}, pictures and masks beside it; values are the
     *   grey levels of the picture's mask that are the concept.
     * @param {string} [params.index] The index's file, absolute.
     * @param {string} [params.view] Absent: tiles.
     * @param {ActivationThreshold} [params.threshold] Absent: quantiles 0, 0.5 and 0.8.
     * @param {ConceptPrompt} [params.prompt] How the pictures are run; absent: the picture alone.
     * @param {number} [params.minimumIoU] The least IoU on the measuring half of the pictures;
     *   absent: 0.04.
     * @param {number} [params.minimumRatio] How many times a random latent's IoU it must be;
     *   absent: 5.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    dissect: (params, options) => kernel.request("explanation/dissect", params, options),
    /**
     * Makes short noun phrases of explanations, to be looked for in pictures: a job.
     * A phrase is kept as a revision of its own, with the evidence of what it was made of, and
     * names that in refines; its method is refine:rule, refine:chat or refine:resident. What cannot
     * be named is kept as uninterpretable. A failure is told in the job's log and counted, and
     * leaves the index as it is. After three questions in a row that got no answer the job pauses.
     * The job's result is an ExplanationRefine.Refined.
     * @param {string} params.index The index's file, absolute.
     * @param {ExplanationRefine.Refiner} params.by
     * @param {LatentSelection} [params.features] Absent: all that have an explanation.
     * @param {string} [params.concepts] A concept set's JSON file, absolute: a phrase that names
     *   one of its concepts is of that concept's kind.
     * @param {("json"|"text")} [params.answer] How a model answers; absent: json of a server, text
     *   of the resident model.
     * @param {number} [params.maxTokens] Absent: 256.
     * @param {number} [params.concurrency] Questions under way at once; absent: 4.
     * @param {number} [params.requestSeconds] Absent: 300.
     * @param {number} [params.tries] Absent: 5.
     * @param {boolean} [params.again] Whether explanations that this refiner has refined are
     *   refined again; absent: no.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    refine: (params, options) => kernel.request("explanation/refine", params, options),
    /**
     * Measures how well explanations hold, and how much of one piece latents are: a job; the scores
     * are kept with the index.
     * What is asked of which source: iou and auc of a concept set's masks, or iou, clip and
     * monosemanticity of the kernel's vision worker; consistency, detection, fuzz and intruder of a
     * judge. An explanation that dissection of the same set chose is measured on the other half of
     * its pictures alone. Scores stand beside what chance gives: the same measure on random
     * pictures of the index, drawn by the seed. Scores that are kept with the same settings are not
     * measured again. The job's result is an ExplanationScore.Scored.
     * @param {string} params.index The index's file, absolute.
     * @param {string} params.sae
     * @param {("iou"|"auc"|"clip"|"consistency"|"detection"|"fuzz"|"intruder"|"monosemanticity")[]}
     *   [params.scorers] Absent: those of concepts where it is given, those of the vision worker
     *   where the kernel has one, those of the judge where it is given.
     * @param {string} [params.concepts] The concept set's JSON file, absolute: a list of
     *   {attribute, name, places: [{picture, values, mask?}]}, pictures and masks beside it; values
     *   are the grey levels of the picture's mask that are the concept. With it iou and auc are
     *   measured on its pictures.
     * @param {ExplanationGenerate.Explainer} [params.judge] Who looks at pictures for consistency,
     *   detection, fuzz and intruder.
     * @param {LatentSelection} [params.features] Absent: all that have an explanation; for intruder
     *   and monosemanticity all that are active in the view.
     * @param {string} [params.view] Whose exemplars and activations are looked at; absent: tiles
     *   with concepts, else base.
     * @param {("max"|"mean"|"mass")} [params.rankBy] What a latent's best pictures are; absent:
     *   mean.
     * @param {ConceptPrompt} [params.prompt] How the pictures of concepts are run; absent: the
     *   picture alone.
     * @param {number} [params.exemplars] Pictures of a latent that are looked at; absent: 5.
     * @param {("smoothed"|"patches"|"quantile")} [params.mask] Where a latent counts as active for
     *   iou; absent: smoothed with the vision worker, patches with concepts.
     * @param {number} [params.quantile] For mask quantile: the share of a latent's positive
     *   activations that are too small to count; absent: 0.8.
     * @param {number} [params.groundingThreshold] The least score of a box that the vision worker's
     *   detector finds; absent: 0.3.
     * @param {number} [params.pool] Random pictures of the index, of different contents, from which
     *   what chance gives is drawn and on which latents are not active or less; absent: 100.
     * @param {number} [params.trials] Draws of as many random pictures; absent: 10 for iou, 30 for
     *   clip.
     * @param {number} [params.questions] Pictures that the judge is asked about for detection and
     *   fuzz, half of them where the latent is active, and rounds of intruder; absent: 10.
     * @param {number} [params.seed] Absent: 0.
     * @param {("json"|"text")} [params.answer] How the judge answers; absent: json of a server,
     *   text of the resident model.
     * @param {number} [params.maxTokens] Of the judge's answer; absent: 256.
     * @param {number} [params.concurrency] Questions to the judge under way at once; absent: 4.
     * @param {number} [params.requestSeconds] For one question to the judge; absent: 300.
     * @param {number} [params.tries] Absent: 5.
     * @param {boolean} [params.again] Whether what has been scored with the same settings is scored
     *   again; absent: no.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    score: (params, options) => kernel.request("explanation/score", params, options),
  },
  evaluation: {
    /**
     * Has a model answer the questions of a benchmark, as it is and changed: a job.
     * Each question is asked of the plain model, of its reconstruction where that is asked for, and
     * in every arm; controls stand beside the arms. Answers are kept in a file of JSON lines, a
     * question a line: a run that was cut off goes on with the questions that are not there. A
     * picture is run once for all of its questions, and an arm runs the blocks above the
     * autoencoder's site alone. Questions whose picture is missing are listed there and counted.
     * The job's result is an EvaluationRun.Evaluated.
     * @param {EvaluationRun.Dataset} params.dataset
     * @param {string} params.answers The file that answers are kept in, absolute.
     * @param {string} [params.model] Absent: that of the autoencoder, else the current one.
     * @param {string} [params.sae] The autoencoder of the arms and the reconstruction; absent: that
     *   of the arms' features.
     * @param {EvaluationRun.Arm[]} [params.arms] Beside the plain model.
     * @param {boolean} [params.reconstruction] Whether one more arm has the autoencoder's
     *   reconstruction in the residual's place; absent: no.
     * @param {EvaluationRun.Controls} [params.controls] For each arm with interventions; absent:
     *   none.
     * @param {string[]} [params.kinds] Questions of these kinds alone; absent: all.
     * @param {number} [params.limit] Questions of the set at most; absent: all.
     * @param {IndexBuild.Shard} [params.shard] A part of the set's pictures, each with its
     *   questions; absent: all.
     * @param {string} [params.instruction] Added behind each question, after a line break; absent:
     *   nothing.
     * @param {("none"|"model")} [params.template] How questions are rendered, where the set does
     *   not say; absent: model.
     * @param {number} [params.maxTokens] Of an answer; absent: 16.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    run: (params, options) => kernel.request("evaluation/run", params, options),
    /**
     * Has a judge rate the texts that arms answer with: how far they bring in a concept, how far
     * they answer the question, how well they read: a job.
     * For steering towards a concept, as AxBench rates it: each text gets three ratings of 0 to 2,
     * asked for one by one; its score is their harmonic mean, 0 where one is 0. The judge sees the
     * question and the text, not the picture. A text that several arms answer a question with is
     * rated once. Ratings are kept in a file of JSON lines, one a rating: a job that was cut off
     * goes on with those that are not there, and asks again what had no answer or one that cannot
     * be read. After three questions in a row that got no answer the job pauses. The job's result
     * is an EvaluationJudge.Judged.
     * @param {string[]} params.answers Files of one run of evaluation/run, absolute.
     * @param {string} params.ratings The file that ratings are kept in, absolute.
     * @param {ExplanationGenerate.Explainer} params.judge
     * @param {string} params.concept What is steered towards, in words.
     * @param {string[]} [params.arms] Whose answers are rated beside the plain model's, by their
     *   names; absent: all.
     * @param {number} [params.limit] Answered questions at most, from the first; absent: all.
     * @param {("json"|"text")} [params.answer] How the judge answers; absent: json of a server,
     *   text of the resident model.
     * @param {number} [params.maxTokens] Of the judge's answer; absent: 256.
     * @param {number} [params.concurrency] Questions to the judge under way at once; absent: 4.
     * @param {number} [params.requestSeconds] For one question to the judge; absent: 300.
     * @param {number} [params.tries] Absent: 5.
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    judge: (params, options) => kernel.request("evaluation/judge", params, options),
    /**
     * What files of answers say: arms beside one another, with intervals, help, harm and controls.
     * Several files are parts of one run. The benchmark's own numbers are counted as its official
     * script counts them; intervals are Wilson's at 95 %; p is the exact two-sided test of McNemar.
     * @param {string[]} params.answers Files of evaluation/run, absolute.
     * @param {number} [params.changes] Questions to list of each arm whose answer is right where
     *   the plain one is not, or the reverse; absent: 0.
     * @param {string[]} [params.ratings] Files of evaluation/judge on these answers, absolute;
     *   absent: none.
     */
    report: (params, options) => kernel.request("evaluation/report", params, options),
  },
  job: {
    /**
     * The jobs that are known, newest first.
     * @param {("queued"|"running"|"paused"|"completed"|"failed"|"cancelled"|"interrupted")}
     *   [params.state] Only those in this state.
     * @param {number} [params.offset]
     * @param {number} [params.limit] Absent: 100.
     */
    list: (params, options) => kernel.request("job/list", params, options),
    /**
     * The job as it is now.
     * @param {string} params.job
     */
    get: (params, options) => kernel.request("job/get", params, options),
    /**
     * Waits until a job is neither queued nor running, or a time is over: the job as it is then.
     * @param {string} params.job
     * @param {number} [params.timeoutMs] Absent: 60000.
     * @param {number} [params.deadlineMs] The request fails with kind deadlineExceeded this many
     *   milliseconds after it arrived.
     */
    wait: (params, options) => kernel.request("job/wait", params, options),
    /**
     * Ends a job at its next step; what it did so far stays.
     * @param {string} params.job
     */
    cancel: (params, options) => kernel.request("job/cancel", params, options),
    /**
     * Lets a job rest at its next step, until job/resume.
     * @param {string} params.job
     */
    pause: (params, options) => kernel.request("job/pause", params, options),
    /**
     * Goes on with a job that is paused, interrupted or failed.
     * @param {string} params.job
     * @param {boolean} [params.subscribe] Whether job/didUpdate is sent; absent: no.
     */
    resume: (params, options) => kernel.request("job/resume", params, options),
    /**
     * Lines of a job's log.
     * @param {string} params.job
     * @param {number} [params.from] The first line, from 0; absent: 0.
     * @param {number} [params.lines] Absent: 100.
     */
    log: (params, options) => kernel.request("job/log", params, options),
  },
});

import Autoencoders
import Images
import Interpretation
import Models
import Tensors
import World

extension Engine {
  /// Weights beyond which the probe shows no picture, whose tiles would take a large model seconds.
  private static let pictureProbeBytes = 1 << 30
  private static let probeText = "What does the picture show? Describe the objects in it."

  /// The share of unexplained variance above which an autoencoder is taken for one
  /// of another site or model.
  private static let badFit = 0.75

  /// Warns of an autoencoder that does not fit.
  func warn(of fit: AutoencoderFit?, _ loaded: ResidentAutoencoder) {
    guard let fvu = fit?.fvu, fvu > Self.badFit else { return }
    let share = fvu < 10 ? "\(Int((100 * fvu).rounded())) %" : "\(fvu) times all"
    warn(
      "the autoencoder \"\(loaded.autoencoder.name)\" leaves \(share) of the variance at "
        + "\(loaded.autoencoder.site.outputName) unexplained: it was probably "
        + "trained on another model or site")
  }

  /// How well an autoencoder fits its model: on the contexts that are open, or on a probe prompt;
  /// nil where that has a picture of which it has no rows.
  func fit(of loaded: ResidentAutoencoder, cancellation: Cancellation) throws -> AutoencoderFit? {
    do {
      return try probe(loaded, cancellation: cancellation)
    } catch InterpretationError.pictureWithoutRows {
      return nil
    }
  }

  private func probe(
    _ loaded: ResidentAutoencoder, cancellation: Cancellation
  ) throws -> AutoencoderFit? {
    let model = try model(named: loaded.modelName)
    let autoencoder = loaded.autoencoder
    let isOfPictures = autoencoder.site.towerLayer != nil
    if let open = openContexts.last(where: {
      $0.modelName == loaded.modelName && !(isOfPictures && $0.context.prompt.images.isEmpty)
    }) {
      if isOfPictures {
        try reserveRun(of: open, autoencoder: autoencoder, savesForPullback: false)
      }
      return try fit(
        of: autoencoder, on: open.context.rows(at: autoencoder.site, cancellation: cancellation),
        cancellation: cancellation)
    }
    var parts: [PromptPart] = [.text(Self.probeText)]
    if model.model.acceptsPictures,
      isOfPictures || model.model.byteCount < Self.pictureProbeBytes, let picture = probePicture()
    {
      parts.insert(.picture(picture), at: 0)
    }
    let prompt = try probePrompt(parts, model.model, cancellation: cancellation)
    if isOfPictures, let tower = model.model.towerBytes(prompt.images.map(\.tiles)) {
      try reserve(tower.kept + tower.working, for: "a picture's way through the vision tower")
    }
    var cache = model.model.makeCache(for: prompt)
    return try fit(
      of: autoencoder,
      on: model.model.rows(
        at: autoencoder.site, of: prompt, cache: &cache, cancellation: cancellation),
      cancellation: cancellation)
  }

  /// On the rows that it reads; nil where there are none.
  private func fit(
    of autoencoder: LoadedAutoencoder, on rows: SiteRows, cancellation: Cancellation
  ) throws -> AutoencoderFit? {
    let places = rows.covered(among: 0..<rows.count)
    guard !places.isEmpty else { return nil }
    let isWhole = places.count == rows.count
    return try autoencoder.weights.fit(
      isWhole ? rows.input : rows.input.rows(places),
      making: isWhole ? rows.output : rows.output.rows(places), cancellation: cancellation)
  }

  /// A plain text model may have no template, and some refuse a text alone.
  private func probePrompt(
    _ parts: [PromptPart], _ model: Model, cancellation: Cancellation
  ) throws -> Prompt {
    do { return try model.prompt(parts, cancellation: cancellation) } catch let error
      where !(error is CancellationError)
    { return try model.prompt(parts, template: .plain, cancellation: cancellation) }
  }

  private func probePicture() -> Picture? {
    world?.probePicture.flatMap { try? PictureDecoder().picture(atPath: $0) }
  }
}

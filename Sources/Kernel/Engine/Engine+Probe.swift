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
        + "\(loaded.autoencoder.site.output.name) unexplained: it was probably "
        + "trained on another model or site")
  }

  /// How well an autoencoder fits its model: on the contexts that are open, or on a probe prompt.
  func fit(of loaded: ResidentAutoencoder, cancellation: Cancellation) throws -> AutoencoderFit? {
    let model = try model(named: loaded.modelName)
    let autoencoder = loaded.autoencoder
    if let open = openContexts.last(where: { $0.modelName == loaded.modelName }) {
      let rows = try open.context.rows(at: autoencoder.site, cancellation: cancellation)
      return try autoencoder.weights.fit(
        rows.input, making: rows.output, cancellation: cancellation)
    }
    var parts: [PromptPart] = [.text(Self.probeText)]
    if model.model.acceptsPictures, model.model.byteCount < Self.pictureProbeBytes,
      let picture = probePicture()
    {
      parts.insert(.picture(picture), at: 0)
    }
    let prompt = try probePrompt(parts, model.model, cancellation: cancellation)
    let decoder = model.model.decoder
    var cache = model.model.makeCache(for: prompt)
    let rows = try decoder.rows(
      at: autoencoder.site,
      of: model.model.embeddings(prompt, cache: &cache, cancellation: cancellation),
      cache: &cache, cancellation: cancellation)
    return try autoencoder.weights.fit(rows.input, making: rows.output, cancellation: cancellation)
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

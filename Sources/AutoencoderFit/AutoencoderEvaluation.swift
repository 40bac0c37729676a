import Autoencoders
package import Interpretation
package import Models
package import Tensors

/// How well an autoencoder stands in for what it is of, over prompts added one by one.
///
/// T tokens, D hidden size, M latents. Sums are kept in double precision; nothing grows
/// with the number of prompts.
package struct AutoencoderEvaluation {
  /// The logits of so many rows are held at once.
  private static let rowsAtOnce = 64

  private let model: Model
  private let autoencoder: LoadedAutoencoder
  /// The first token's residual: sums of squares about a point among the data lose no digits.
  private var origin: [Double] = []
  private var sum: [Double] = []
  private var squares = 0.0
  private var errors = 0.0
  private var active = 0
  private var contextShares: [Double] = []
  private var isAlive: [Bool]
  private var (plain, rebuilt, zeroed, divergence) = (0.0, 0.0, 0.0, 0.0)

  /// Prompts, their tokens, and the tokens of text that were predicted.
  package private(set) var contexts = 0
  package private(set) var tokens = 0
  package private(set) var predictedTokens = 0

  package init(model: Model, autoencoder: LoadedAutoencoder) {
    self.model = model
    self.autoencoder = autoencoder
    isAlive = [Bool](repeating: false, count: autoencoder.weights.latentCount)
  }

  // MARK: What was found

  /// Σ(x̂ − x)² / Σ(x − mean)² over all tokens, x being what it makes again.
  package var fvu: Double? {
    let offset = sum.reduce(0) { $0 + $1 * $1 }
    let variance = squares - offset / Double(max(1, tokens))
    return variance > 0 ? errors / variance : nil
  }

  /// The mean over prompts of the same about each prompt's own mean.
  package var meanContextFVU: Double? {
    contextShares.isEmpty ? nil : contextShares.reduce(0, +) / Double(contextShares.count)
  }

  package var l0: Double { tokens == 0 ? 0 : Double(active) / Double(tokens) }

  /// Latents that were active nowhere.
  package var deadCount: Int { isAlive.count { !$0 } }

  /// Mean cross-entropies in nats of the model's own run, of that on reconstructions and of that on
  /// zeros, and the mean KL(own ‖ on reconstructions); nil before any token of text.
  package var prediction: (plain: Double, reconstruction: Double, zero: Double, divergence: Double)?
  {
    guard predictedTokens > 0 else { return nil }
    let count = Double(predictedTokens)
    return (plain / count, rebuilt / count, zeroed / count, divergence / count)
  }

  // MARK: Adding

  /// Upper estimate of the bytes that adding a prompt takes beside what is held.
  package func byteCount(adding prompt: Prompt) -> Int {
    let count = prompt.tokens.count
    let width = model.decoder.hiddenSize + autoencoder.weights.outputSize
    let tower =
      autoencoder.site.towerLayer == nil ? nil : model.towerBytes(prompt.images.map(\.tiles))
    let rows = 6 * 4 * count * width
    let logits = 3 * 4 * Self.rowsAtOnce * model.decoder.vocabularySize
    let parts = [
      autoencoder.weights.encodingBytes(rows: count), rows, logits, tower?.kept ?? 0,
      tower?.working ?? 0,
    ]
    return parts.reduce(model.prefillBytes(prompt)) { sum, next in
      let (value, overflow) = sum.addingReportingOverflow(next)
      return overflow ? .max : value
    }
  }

  /// Runs a prompt. Nothing is added where it throws.
  package mutating func add(_ prompt: Prompt, cancellation: Cancellation) throws {
    var cache = model.makeCache(for: prompt)
    let rows = try model.rows(
      at: autoencoder.site, of: prompt, cache: &cache, cancellation: cancellation)
    let code = try rows.code(by: autoencoder.weights, cancellation: cancellation)
    let losses = try losses(
      of: prompt, rows, code: code, empty: cache.emptied, cancellation: cancellation)
    let made = try autoencoder.weights.reconstruction(code, of: rows.input)
    let places = rows.covered(among: 0..<rows.count)
    if !places.isEmpty {
      let isWhole = places.count == rows.count
      addFit(
        isWhole ? rows.output : rows.output.rows(places),
        reconstruction: isWhole ? made : made.rows(places), code: code)
    }
    if let losses {
      plain += losses.plain
      rebuilt += losses.reconstruction
      zeroed += losses.zero
      divergence += losses.divergence
      predictedTokens += losses.count
    }
    contexts += 1
  }

  private mutating func addFit(_ x: Matrix, reconstruction: Matrix, code: SparseCode) {
    if origin.isEmpty {
      origin = x.row(0).map(Double.init)
      sum = [Double](repeating: 0, count: x.columns)
    }
    x.withSpan { values in
      for index in values.indices {
        let column = index % x.columns
        let difference = Double(values[index]) - origin[column]
        sum[column] += difference
        squares += difference * difference
      }
    }
    let error = (reconstruction - x).sumOfSquares()
    errors += error
    let variance = x.totalVariance()
    if variance > 0 { contextShares.append(error / variance) }
    for latent in code.indices { isAlive[Int(latent)] = true }
    active += code.activeCount
    tokens += x.rows
  }

  // MARK: Prediction

  private struct Losses {
    var (plain, reconstruction, zero, divergence) = (0.0, 0.0, 0.0, 0.0)
    var count = 0
  }

  /// Positions whose next token belongs to a text of the prompt.
  private func predictingPositions(_ prompt: Prompt) -> [Int] {
    let pictures = Set(prompt.images.map(\.part))
    return prompt.partSpans.indices.filter { !pictures.contains($0) }
      .flatMap { prompt.partSpans[$0] }.filter { $0 > 0 }.map { $0 - 1 }
  }

  private func losses(
    of prompt: Prompt, _ rows: SiteRows, code: SparseCode, empty: KeyValueCache,
    cancellation: Cancellation
  ) throws -> Losses? {
    let positions = predictingPositions(prompt)
    guard !positions.isEmpty else { return nil }
    let (decoder, site) = (model.decoder, autoencoder.site)
    let streams = [
      rows.stream,
      try rows.input(
        making: autoencoder.weights.reconstruction(code, of: rows.input),
        cancellation: cancellation
      ).stream,
      try rows.withoutMade(cancellation: cancellation).stream,
    ]
    let outputs = try streams.map { stream in
      var (cache, tap) = (empty, SiteTap())
      return try decoder.forward(
        stream, over: site.write..<decoder.end, cache: &cache, tap: &tap,
        cancellation: cancellation
      ).rows(positions)
    }
    var losses = Losses()
    losses.count = positions.count
    for start in stride(from: 0, to: positions.count, by: Self.rowsAtOnce) {
      try cancellation.check()
      let rows = start..<min(positions.count, start + Self.rowsAtOnce)
      let logits = try outputs.map { try model.decoder.finiteLogits($0.slice(rows: rows)) }
      for row in 0..<rows.count {
        let token = prompt.tokens[positions[start + row] + 1]
        let (own, rebuilt, zeroed) = (logits[0].row(row), logits[1].row(row), logits[2].row(row))
        losses.plain += Self.crossEntropy(own, token)
        losses.reconstruction += Self.crossEntropy(rebuilt, token)
        losses.zero += Self.crossEntropy(zeroed, token)
        losses.divergence += Double(Interpretation.divergence(own, from: rebuilt))
      }
    }
    return losses
  }

  private static func crossEntropy(_ logits: [Float], _ token: Int) -> Double {
    Double(logSumExp(logits)) - Double(logits[token])
  }
}

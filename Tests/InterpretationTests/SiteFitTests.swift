import AutoencoderFit
import Autoencoders
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// Fits by kind of token, and conventions that are known because the weights were made for them.
@Suite struct SiteFitTests {
  /// Directions that rows lie in, orthonormal, by Gram and Schmidt in double precision.
  private func basis(of rows: Matrix) -> [[Double]] {
    var found: [[Double]] = []
    for row in 0..<rows.rows {
      var rest = rows.row(row).map(Double.init)
      for _ in 0..<2 {
        for known in found {
          let share = zip(rest, known).reduce(0) { $0 + $1.0 * $1.1 }
          rest = zip(rest, known).map { $0 - share * $1 }
        }
      }
      let length = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 1e-4 { found.append(rest.map { $0 / length }) }
    }
    return found
  }

  /// One that makes of every x what of it lies in some directions: each way round a latent.
  private func projecting(
    _ directions: [[Double]], bias: [Float]? = nil, subtracts: Bool = true,
    activation: LatentActivation = .relu, at site: AutoencoderSite, _ bench: SiteBench
  ) throws -> LoadedAutoencoder {
    let width = directions[0].count
    let both = directions + directions.map { $0.map { -$0 } }
    let rows = Matrix(
      rows: both.count, columns: width, values: both.flatMap { $0 }.map { Float($0) })
    return LoadedAutoencoder(
      name: "sae",
      weights: try SparseAutoencoder(
        configuration: AutoencoderConfiguration(
          inputSize: width, latentCount: both.count, k: activation.k ?? both.count),
        encoder: WeightMatrix(rows), encoderBias: [Float](repeating: 0, count: both.count),
        decoder: WeightMatrix(rows),
        decoderBias: bias ?? [Float](repeating: 0, count: width),
        activation: activation, subtractsDecoderBias: subtracts, compute: bench.model.compute),
      site: site)
  }

  private func unit(_ width: Int) -> [[Double]] {
    (0..<width).map { column in (0..<width).map { $0 == column ? 1 : 0 } }
  }

  private func fit(_ autoencoder: LoadedAutoencoder, _ bench: SiteBench) throws -> SiteFit {
    var fit = SiteFit(autoencoder)
    try fit.add(try bench.context(), cancellation: .never)
    return fit
  }

  private let bench: SiteBench
  private let site = AutoencoderSite(.residualPost(0))

  init() throws { bench = try SiteBench(SiteBench.names[0]) }

  @Test func whatFitsHasNoBetterConvention() throws {
    let width = bench.model.decoder.hiddenSize
    let found = try fit(try projecting(unit(width), at: site, bench), bench)
    #expect(found.better == nil)
    for (name, kind) in found.kinds where name != "first" && name != "last" {
      #expect(try #require(kind.fvu) < 1e-9)
      #expect(abs(kind.normRatio - 1) < 1e-5)
    }
    #expect(found.conventions[.signs] == nil)
  }

  @Test func aBiasThatIsTakenOffOrNotShows() throws {
    let width = bench.model.decoder.hiddenSize
    let bias = (0..<width).map { Float($0 % 5) - 2 }
    for subtracts in [true, false] {
      // Made of x − b_dec it is x again, made of x it is x + b_dec.
      let found = try fit(
        try projecting(unit(width), bias: bias, subtracts: subtracts, at: site, bench), bench)
      #expect(found.better == (subtracts ? nil : .decoderBias))
    }
  }

  @Test func signsThatWereCutOffShow() throws {
    let width = bench.model.decoder.hiddenSize
    // Of one way round alone, the values below zero carry half of everything.
    func one(_ activation: LatentActivation) throws -> LoadedAutoencoder {
      let rows = Matrix(
        rows: width, columns: width, values: unit(width).flatMap { $0 }.map { Float($0) })
      return LoadedAutoencoder(
        name: "sae",
        weights: try SparseAutoencoder(
          configuration: AutoencoderConfiguration(
            inputSize: width, latentCount: width, k: width),
          encoder: WeightMatrix(rows), encoderBias: [Float](repeating: 0, count: width),
          decoder: WeightMatrix(rows), decoderBias: [Float](repeating: 0, count: width),
          activation: activation, compute: bench.model.compute), site: site)
    }
    #expect(try fit(one(.topK(width)), bench).better == .signs)
    #expect(try fit(one(.signedTopK(width)), bench).better == nil)
  }

  @Test func oneBlockOffShows() throws {
    let rows = try bench.context().tensor(
      at: .residualPost(1), keep: false, cancellation: .never)
    let directions = basis(of: rows)
    try #require(directions.count < bench.model.decoder.hiddenSize)
    for (block, better) in [
      (0, SiteFit.Convention.blockAbove), (1, nil), (2, .blockBelow),
    ] {
      let place = AutoencoderSite(.residualPost(block))
      #expect(try fit(try projecting(directions, at: place, bench), bench).better == better)
    }
  }

  /// Sums over kinds, against the formulas over the rows that they name.
  @Test func kindsAreTheirRows() throws {
    let bench = try SiteBench(try #require(SiteBench.names.first { $0.model == "sites/llama3" }))
    let context = try bench.context()
    var found = SiteFit(bench.autoencoder)
    try found.add(context, cancellation: .never)
    let rows = try context.rows(at: bench.autoencoder.site, cancellation: .never)
    let code = try context.code(of: bench.autoencoder, cancellation: .never)
    let made = try bench.autoencoder.weights.reconstruction(code, of: rows.input)
    let image = try #require(context.prompt.images.first)
    #expect(
      found.kinds.map(\.name) == ["all", "first", "text"]
        + (try #require(bench.model.pictures).viewNames) + ["newline", "last"])
    let kinds = context.tokenKinds
    for view in image.layout.views {
      let kind = try #require(kinds.first { $0.name == view.name })
      #expect(kind.positions == view.cellTokens.map { image.span.lowerBound + $0 })
    }
    let apart = kinds.filter { !["all", "last"].contains($0.name) }.flatMap(\.positions)
    #expect(apart.sorted() == Array(0..<context.tokenCount))
    for (kind, (name, fit)) in zip(kinds, found.kinds) {
      #expect(kind.name == name && fit.tokens == kind.positions.count)
      let y = kind.positions.map { rows.output.row($0).map(Double.init) }
      let z = kind.positions.map { made.row($0).map(Double.init) }
      var mean = [Double](repeating: 0, count: y[0].count)
      for row in y {
        for (column, value) in row.enumerated() { mean[column] += value / Double(y.count) }
      }
      func squares(_ a: [[Double]], _ b: [[Double]]) -> Double {
        var sum = 0.0
        for (first, second) in zip(a, b) {
          for (one, other) in zip(first, second) { sum += (one - other) * (one - other) }
        }
        return sum
      }
      let zeros = y.map { $0.map { _ in 0.0 } }
      let error = squares(z, y)
      let relative = try #require(fit.relativeError)
      #expect(abs(relative - error / squares(y, zeros)) < 1e-5 * relative)
      let variance = squares(y, y.map { _ in mean })
      if kind.positions.count > 1 {
        let fvu = try #require(fit.fvu)
        #expect(abs(fvu - error / variance) < 1e-5 * fvu)
      } else {
        #expect(fit.fvu == nil)
      }
      var ratio = 0.0
      for (made, own) in zip(z, y) {
        ratio += (squares([made], zeros) / squares([own], zeros)).squareRoot() / Double(y.count)
      }
      #expect(abs(fit.normRatio - ratio) < 1e-5)
    }
  }
}

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

  /// Weights made of rows brought to the norm √D: what lies around their mean, and their mean as
  /// b_dec. Read as they are, every row misses the same part of the mean.
  @Test func anInputScaleThatWasLeftOutShows() throws {
    let site = AutoencoderSite(.residualPost(1))
    let x = try rows(at: site)
    let others = Array(x.dropFirst())
    let scale = self.scale(x)
    let mean = self.mean(x)
    let centred = Matrix(
      rows: x.count, columns: mean.count,
      values: x.flatMap { row in zip(row, mean).map { Float($0 - $1) } })
    let directions = basis(of: centred)
    try #require(directions.count < mean.count)
    var rest = mean
    for known in directions {
      let share = zip(rest, known).reduce(0.0) { $0 + $1.0 * $1.1 }
      rest = zip(rest, known).map { $0 - share * $1 }
    }
    let missed = squares(rest, [Double](repeating: 0, count: rest.count))
    let found = try fit(
      try projecting(directions, bias: mean.map { Float($0 * scale) }, at: site, bench), bench)
    let own = (1 - scale) * (1 - scale) * missed * Double(others.count) / variance(others)
    try #require(own > 0.02)
    let all = try #require(found.kinds.first { $0.name == "all" }?.fit.fvu)
    #expect(abs(all - own) < 1e-4 * own, "\(all), by formula \(own)")
    #expect(try #require(found.conventions[.unitScale]?.fvu) < 1e-9)
    #expect(found.better == .unitScale)
  }

  /// A threshold is cut off what is scaled: by element, soft(s·x) / s is made of x.
  @Test func aScaleMovesWhatAThresholdCutsOff() throws {
    let x = Array(try rows(at: site).dropFirst())
    let scale = self.scale(try rows(at: site))
    let threshold = 0.4
    let weights = try thresholded(threshold)
    let found = try fit(weights, bench)
    func soft(_ value: Double) -> Double {
      value > threshold ? value - threshold : min(value + threshold, 0)
    }
    var error = 0.0
    for row in x { error += squares(row.map { soft(scale * $0) / scale }, row) }
    let fvu = try #require(found.conventions[.unitScale]?.fvu)
    #expect(abs(fvu - error / variance(x)) < 1e-5 * fvu, "\(fvu)")
  }

  /// What a transcoder makes has a scale of its own: s_in·x·W / s_out is made of x.
  @Test func aTranscodersTwoScalesAreApart() throws {
    let place = try AutoencoderSite(named: "transcoder.1", in: bench.model)
    let (x, y) = (try rows(at: place), try rows(at: place, made: true))
    let width = x[0].count
    let signs: [[Double]] = unit(width) + unit(width).map { $0.map { -$0 } }
    let encoder = Matrix(
      rows: 2 * width, columns: width, values: signs.flatMap { $0 }.map { Float($0) })
    let turned: [[Double]] = unit(width).map { row in
      let moved: [Double] = Array(row[1...]) + [row[0]]
      return moved.map { 0.5 * $0 }
    }
    let both: [[Double]] = turned + turned.map { $0.map { -$0 } }
    let decoder = Matrix(
      rows: 2 * width, columns: width, values: both.flatMap { $0 }.map { Float($0) })
    let found = try fit(
      LoadedAutoencoder(
        name: "sae",
        weights: try SparseAutoencoder(
          configuration: AutoencoderConfiguration(
            inputSize: width, latentCount: 2 * width, k: 2 * width),
          encoder: WeightMatrix(encoder), encoderBias: [Float](repeating: 0, count: 2 * width),
          decoder: WeightMatrix(decoder), decoderBias: [Float](repeating: 0, count: width),
          activation: .relu, subtractsDecoderBias: false, compute: bench.model.compute),
        site: place), bench)
    let factor = 0.5 * scale(x) / scale(y)
    var error = 0.0
    for (row, output) in zip(x, y).dropFirst() {
      // W moves each input one place to the left, the first to the end.
      let moved: [Double] = Array(row[1...]) + [row[0]]
      error += squares(moved.map { factor * $0 }, output)
    }
    let fvu = try #require(found.conventions[.unitScale]?.fvu)
    #expect(abs(fvu - error / variance(Array(y.dropFirst()))) < 1e-5 * fvu, "\(fvu)")
  }

  /// What is read, or made, in double precision.
  private func rows(at site: AutoencoderSite, made: Bool = false) throws -> [[Double]] {
    let rows = try bench.context().rows(at: site, cancellation: .never)
    let matrix = made ? rows.output : rows.input
    return (0..<matrix.rows).map { matrix.row($0).map(Double.init) }
  }

  /// √D over the mean norm of all rows but the first.
  private func scale(_ x: [[Double]]) -> Double {
    let zero = [Double](repeating: 0, count: x[0].count)
    let norms: [Double] = x.dropFirst().map { squares($0, zero).squareRoot() }
    return Double(zero.count).squareRoot() * Double(norms.count) / norms.reduce(0, +)
  }

  private func mean(_ x: [[Double]]) -> [Double] {
    var sum = [Double](repeating: 0, count: x[0].count)
    for row in x { sum = zip(sum, row).map { $0 + $1 } }
    return sum.map { $0 / Double(x.count) }
  }

  /// |a − b|².
  private func squares(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for (first, second) in zip(a, b) { sum += (first - second) * (first - second) }
    return sum
  }

  /// Σ|x − mean|².
  private func variance(_ x: [[Double]]) -> Double {
    let mean = self.mean(x)
    var sum = 0.0
    for row in x { sum += squares(row, mean) }
    return sum
  }

  /// Of each element what is beyond a threshold, either way.
  private func thresholded(_ threshold: Double) throws -> LoadedAutoencoder {
    let width = bench.model.decoder.hiddenSize
    let both = unit(width) + unit(width).map { $0.map { -$0 } }
    let rows = Matrix(
      rows: 2 * width, columns: width, values: both.flatMap { $0 }.map { Float($0) })
    return LoadedAutoencoder(
      name: "sae",
      weights: try SparseAutoencoder(
        configuration: AutoencoderConfiguration(
          inputSize: width, latentCount: 2 * width, k: 2 * width),
        encoder: WeightMatrix(rows),
        encoderBias: [Float](repeating: Float(-threshold), count: 2 * width),
        decoder: WeightMatrix(rows), decoderBias: [Float](repeating: 0, count: width),
        activation: .relu, compute: bench.model.compute), site: site)
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

import Autoencoders
import Foundation
import Tensors
import Testing

/// The search for active latents in bfloat16 against a full sort of float32 products, bit for bit.
@Suite struct SearchTests {
  @Test(arguments: KernelPath.available, [ScalarType.float32, .float16, .bfloat16])
  func equalsAFullSortOfFloat32Products(path: KernelPath, type: ScalarType) throws {
    for (rows, width, latents, k) in [
      (1, 64, 1_003, 7), (2, 37, 640, 31), (7, 130, 2_117, 64), (33, 96, 1_500, 256),
      (5, 1_057, 301, 12),
    ] {
      var random = Uniform(seed: UInt64(rows * latents))
      let encoder = random.matrix(latents, width)
      let subject = try SearchCase(
        encoder: encoder, type: type, bias: random.matrix(1, latents, scale: 0.2).values, k: k,
        path: path)
      try subject.check(random.matrix(rows, width))
    }
  }

  @Test(arguments: SearchCase.paths, Difficulty.allCases)
  func equalsAFullSortWhereLatentsAreHardToTellApart(
    path: KernelPath, difficulty: Difficulty
  ) throws {
    var random = Uniform(seed: 77)
    let (width, latents) = (48, 2_400)
    var encoder = random.matrix(latents, width)
    var bias = [Float](repeating: 0, count: latents)
    var x = random.matrix(9, width)
    difficulty.apply(to: &encoder, &bias, &x)
    for k in [1, 5, 64, 700, latents] {
      for type in [ScalarType.float32, .bfloat16] {
        try SearchCase(encoder: encoder, type: type, bias: bias, k: k, path: path).check(x)
      }
    }
  }

  /// Sets of rows and latents that are unlike those of a trained autoencoder.
  enum Difficulty: String, CaseIterable {
    case equalRows, unitsInTheLastPlace, belowBFloat16, nothingPositive, fewPositive, huge, tiny
    case subnormal, unlikeNorms, oneLargeActivation, zeros, largeBias

    func apply(to encoder: inout Matrix, _ bias: inout [Float], _ x: inout Matrix) {
      let (latents, width) = (encoder.rows, encoder.columns)
      switch self {
      case .equalRows:
        for row in 0..<latents { encoder.setRow(row, encoder.row(row % 3)) }
      case .unitsInTheLastPlace:
        for row in 1..<latents {
          var values = encoder.row(0)
          let place = row % width
          values[place] = row % 2 == 0 ? values[place].nextUp : values[place].nextDown
          encoder.setRow(row, values)
        }
      case .belowBFloat16:
        for row in 1..<latents {
          let values = encoder.row(row % 7).enumerated().map {
            $1 * (1 + Float((row * 31 + $0) % 97) * 1e-5)
          }
          encoder.setRow(row, values)
        }
      case .nothingPositive: bias = bias.map { _ in -1_000 }
      case .fewPositive: bias = bias.indices.map { $0 % 40 == 3 ? 1 : -20 }
      case .huge: x = x.scaled(by: 1e30)
      case .tiny:
        x = x.scaled(by: 1e-20)
        encoder = encoder.scaled(by: 1e-12)
      case .subnormal:
        x = x.scaled(by: 0x1p-130)
        encoder = encoder.scaled(by: 1e3)
      case .unlikeNorms:
        for row in 0..<latents {
          let scale = Float(sign: .plus, exponent: row % 41 - 20, significand: 1)
          encoder.setRow(row, encoder.row(row).map { $0 * scale })
        }
      case .oneLargeActivation: for row in 0..<x.rows { x[row, 5] = 3_000.7 }
      case .zeros: x = Matrix(rows: x.rows, columns: width)
      case .largeBias: bias = bias.indices.map { Float($0 % 11) * 1e6 }
      }
    }
  }

  /// Latents that are judged one by one, against all float32 products: thresholds at exact
  /// pre-activations, between two and far away; rows with more active latents than a search keeps.
  @Test(arguments: SearchCase.paths, [nil] + Difficulty.allCases.map(Optional.init))
  func thresholdsPassWhatPassesInFloat32(path: KernelPath, difficulty: Difficulty?) throws {
    var random = Uniform(seed: 78)
    let (width, latents) = (48, 2_400)
    var encoder = random.matrix(latents, width)
    var bias = random.matrix(1, latents, scale: 0.3).values
    var x = random.matrix(5, width)
    difficulty?.apply(to: &encoder, &bias, &x)
    x = SearchCase.searched(x, on: path)
    for type in [ScalarType.float32, .float16, .bfloat16] {
      if type == .float16, difficulty == .tiny || difficulty == .unlikeNorms { continue }
      let subject = try SearchCase(encoder: encoder, type: type, bias: bias, k: latents, path: path)
      let exact = Compute(team: Reference.compute.team, precision: .float32, path: path)
      let product = Linear(subject.encoder, bias: bias, compute: exact)(x)
      let largest = max(product.maxMagnitude, .leastNonzeroMagnitude)
      let thresholds = (0..<latents).map { latent -> Float in
        switch latent % 4 {
        case 0: max(0, product[latent % 5, latent])
        case 1: max(0, product[latent % 5, latent].nextDown)
        case 2: largest / 3
        default: 0
        }
      }
      for activation in [LatentActivation.jumpReLU(thresholds: thresholds), .relu] {
        for precision in [Precision.float32, .bfloat16] {
          let code = try subject.autoencoder(precision, activation).encode(x, tileElements: 3_000)
          for row in 0..<x.rows {
            let values = product.row(row)
            let active = values.indices.filter {
              values[$0] > (activation == .relu ? 0 : thresholds[$0])
            }.sorted { values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1 }
            #expect(code.row(row).indices.map(Int.init) == active, "row \(row), \(activation.name)")
            #expect(
              code.row(row).values.map(\.bitPattern) == active.map { values[$0].bitPattern },
              "row \(row), \(activation.name)")
          }
        }
      }
    }
  }

  /// 1 + 2⁻⁸ rounds to 1 and 1 + 3·2⁻⁸ to 1 + 2⁻⁶, so that all roundings of latent 70 go one way
  /// and those of latent 33 the other, as far as they can: the rounded sum of 33 is larger by
  /// almost as much as the bounds of both allow, and its exact one is smaller.
  @Test(arguments: KernelPath.available, [0.5, 1.5, 1.9, 1.95])
  func noLatentIsLostWhereRoundingDoesItsWorst(path: KernelPath, gap: Double) throws {
    let (width, latents) = (1_024, 300)
    let rough = (0..<width).map { 1 + ($0 < width / 2 ? 1 : 3) * Float(0x1p-8) }
    let signs = (0..<width).map { $0 < width / 2 ? Float(1) : -1 }
    for (values, weights) in [(rough, signs), (signs, rough)] {
      var encoder = Matrix(rows: latents, columns: width)
      encoder.setRow(70, weights)
      encoder.setRow(33, weights.map { -$0 })
      // Exact and rounded sums: -4 and -8 of latent 70, 4 and 8 of latent 33.
      var bias = [Float](repeating: 0, count: latents)
      bias[70] = 108
      bias[33] = Float(92 + 4 * gap)
      let x = Matrix(rows: 1, columns: width, values: values)
      for k in [1, 2] {
        try SearchCase(encoder: encoder, type: .float32, bias: bias, k: k, path: path).check(x)
      }
    }
  }

  @Test(arguments: SearchCase.paths)
  func changesActOnFloat32PreActivations(path: KernelPath) throws {
    var random = Uniform(seed: 5)
    let (rows, width, latents) = (6, 40, 1_300)
    var encoder = random.matrix(latents, width)
    for row in 600..<latents { encoder.setRow(row, encoder.row(row % 9)) }
    let bias = random.matrix(1, latents, scale: 0.1).values
    let x = SearchCase.searched(random.matrix(rows, width), on: path)
    let changes = [
      LatentChange(rows: [0..<6], latent: 3, rule: .add(0.5)),
      LatentChange(rows: [1..<3, 2..<4], latent: 3, rule: .scale(1.5)),
      LatentChange(rows: [0..<2], latent: 610, rule: .zero),
      LatentChange(rows: [2..<6], latent: 12, rule: .clamp(0.001)),
      LatentChange(rows: [4..<5], latent: 1_299, rule: .clamp(90)),
      LatentChange(rows: [5..<6], latent: 0, rule: .clamp(-3)),
    ]
    for k in [1, 8, 200, 1_300] {
      let subject = try SearchCase(
        encoder: encoder, type: .float32, bias: bias, k: k, path: path)
      let exact = try subject.autoencoder(.float32).encode(x, changing: changes)
      for elements in [200, 4_096, 1 << 20] {
        let found = try subject.autoencoder(.bfloat16).encode(
          x, changing: changes, tileElements: elements)
        #expect(found == exact, "k \(k)")
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity, 3e38], [nil, LatentActivation.relu])
  func failsAsFloat32ProductsDo(value: Float, activation: LatentActivation?) throws {
    var random = Uniform(seed: 6)
    for inWeights in [true, false] {
      var (encoder, x) = (random.matrix(300, 24), random.matrix(4, 24))
      if inWeights { encoder[211, 7] = value } else { x[2, 7] = value }
      if value == 3e38 { if inWeights { x[3, 7] = 100 } else { encoder[130, 7] = 100 } }
      x = SearchCase.searched(x, on: .best)
      let subject = try SearchCase(
        encoder: encoder, type: .float32, bias: [Float](repeating: 0, count: 300), k: 5,
        path: .best)
      let exact = #expect(throws: AutoencoderError.self) {
        try subject.autoencoder(.float32, activation).encode(x)
      }
      let found = #expect(throws: AutoencoderError.self) {
        try subject.autoencoder(.bfloat16, activation).encode(x)
      }
      #expect(found == exact)
    }
  }

  @Test func stopsBetweenTilesWhenCancelled() throws {
    var random = Uniform(seed: 8)
    let subject = try SearchCase(
      encoder: random.matrix(300, 24), type: .float32, bias: [Float](repeating: 0, count: 300),
      k: 5, path: .best)
    let autoencoder = try subject.autoencoder(.bfloat16)
    #expect(throws: CancellationError.self) {
      try autoencoder.encode(random.matrix(3, 24), cancellation: Cancellation { true })
    }
    #expect(try autoencoder.encode(random.matrix(3, 24)).rows == 3)
  }

  /// A copy in bfloat16 where products read one, two norms of each row, and where products are of
  /// integers a scale.
  @Test(arguments: KernelPath.available)
  func tellsWhatTheSearchKeepsInMemory(path: KernelPath) throws {
    var random = Uniform(seed: 9)
    let encoder = random.matrix(300, 24)
    let bias = [Float](repeating: 0, count: 300)
    for (type, copy) in [(ScalarType.float32, 300 * 24 * 2), (.bfloat16, 0)] {
      let subject = try SearchCase(encoder: encoder, type: type, bias: bias, k: 5, path: path)
      let (plain, searching) = (
        try subject.autoencoder(.float32), try subject.autoencoder(.bfloat16)
      )
      #expect(plain.searchBytes == 0)
      #expect(searching.searchBytes == (path == .avx2 ? 300 * 12 : copy + 300 * 8))
      #expect(searching.byteCount == plain.byteCount)
    }
  }
}

/// An encoder as a file holds it, and what encodes with it.
struct SearchCase {
  /// The plainest path, the fastest and the emulated one.
  static let paths = KernelPath.available.filter {
    $0 == .portable || $0 == .best || $0 == .amxEmulated
  }

  let encoder: WeightMatrix
  let bias: [Float]
  let k: Int
  let path: KernelPath

  init(encoder: Matrix, type: ScalarType, bias: [Float], k: Int, path: KernelPath) throws {
    (self.bias, self.k, self.path) = (bias, k, path)
    let folder = try TemporaryFolder()
    // One byte in front, so that nothing is aligned.
    var bytes: [UInt8] = [0]
    for value in encoder.values {
      let bits =
        switch type {
        case .float32: value.bitPattern
        case .float16: UInt32(Float16(value).bitPattern)
        case .bfloat16: value.bitPattern >> 16
        case .int8: preconditionFailure("not a type of files")
        }
      for index in 0..<type.byteCount {
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(8 * index)))
      }
    }
    try Data(bytes).write(to: URL(filePath: "\(folder.path)/weights"))
    self.encoder = try WeightMatrix(
      file: MappedFile(path: "\(folder.path)/weights"), byteOffset: 1, type: type,
      rows: encoder.rows, columns: encoder.columns)
  }

  func autoencoder(
    _ precision: Precision, _ activation: LatentActivation? = nil
  ) throws -> SparseAutoencoder {
    try SparseAutoencoder(
      configuration: AutoencoderConfiguration(
        inputSize: encoder.columns, latentCount: encoder.rows, k: k),
      encoder: encoder, encoderBias: bias, decoder: encoder,
      decoderBias: [Float](repeating: 0, count: encoder.columns), activation: activation,
      compute: Compute(team: Reference.compute.team, precision: precision, path: path))
  }

  /// The rows of x as often as it takes until there are enough of them to be searched.
  static func searched(_ x: Matrix, on path: KernelPath) -> Matrix {
    let fewest = RoundedWeights.Rounding.fastest(on: path).fewestRows
    return Matrix(stacking: Array(repeating: x, count: (fewest + x.rows - 1) / x.rows))
  }

  /// Codes of both precisions against a full sort of the product.
  func check(_ x: Matrix) throws {
    let x = Self.searched(x, on: path)
    let exact = Compute(team: Reference.compute.team, precision: .float32, path: path)
    let product = Linear(encoder, bias: bias, compute: exact)(x)
    for elements in [300, 1 << 20] {
      var codes = try [Precision.float32, .bfloat16].map {
        try autoencoder($0).encode(x, tileElements: elements)
      }
      if let withoutCopy = try autoencoder(.bfloat16).withoutCopy() {
        let fewest = RoundedWeights.Rounding.bfloat16AsRead.fewestRows
        let copies = Array(repeating: x, count: (fewest + x.rows - 1) / x.rows)
        codes.append(
          try withoutCopy.encode(Matrix(stacking: copies), tileElements: elements))
      }
      for row in 0..<x.rows {
        let values = product.row(row)
        let order = values.indices.filter { values[$0] > 0 }.sorted {
          values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1
        }.prefix(k)
        for code in codes {
          #expect(code.row(row).indices.map(Int.init) == Array(order), "row \(row), k \(k)")
          #expect(
            code.row(row).values.map(\.bitPattern) == order.map { values[$0].bitPattern },
            "row \(row), k \(k)")
        }
      }
    }
  }
}

/// Sums of four uniform numbers, which are nearly normal, of variance about 1.
struct Uniform {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> Float {
    var sum: Float = -2
    for _ in 0..<4 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      sum += Float(state >> 40) * 0x1p-24
    }
    return sum * 1.73
  }

  mutating func matrix(_ rows: Int, _ columns: Int, scale: Float = 1) -> Matrix {
    Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in next() * scale })
  }
}

import FoundationEssentials

/// Bytes of small tables, little endian.
struct BlobWriter {
  private var bytes: [UInt8] = []

  var data: Data { Data(bytes) }

  mutating func append(_ value: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func append(_ value: Float) { append(value.bitPattern) }
}

/// Reads what `BlobWriter` wrote. What is not there reads as nil.
struct BlobReader {
  private let data: Data
  private var place: Int

  init(_ data: Data) {
    self.data = data
    place = data.startIndex
  }

  var remaining: Int { data.endIndex - place }

  mutating func next<Value: FixedWidthInteger & UnsignedInteger>(_ type: Value.Type = Value.self)
    -> Value?
  {
    let size = Value.bitWidth / 8
    guard remaining >= size else { return nil }
    var value: Value = 0
    for index in 0..<size { value |= Value(data[place + index]) << (8 * index) }
    place += size
    return value
  }

  mutating func nextFloat() -> Float? { next(UInt32.self).map { Float(bitPattern: $0) } }
}

extension LatentStatistics {
  /// From the first bin with a count to the last.
  var histogramData: Data {
    var writer = BlobWriter()
    guard let first = histogram.firstIndex(where: { $0 > 0 }),
      let last = histogram.lastIndex(where: { $0 > 0 })
    else { return writer.data }
    writer.append(UInt8(first))
    for count in histogram[first...last] { writer.append(count) }
    return writer.data
  }

  /// - Returns: nil where the bytes are none of `histogramData`.
  init?(positions: Int, items: Int, sum: Int64, max: Float, histogramData: Data) {
    self.init()
    self.positions = positions
    self.items = items
    self.sum = sum
    self.max = max
    var reader = BlobReader(histogramData)
    guard let first = reader.next(UInt8.self) else {
      if positions != 0 { return nil }
      return
    }
    var bin = Int(first)
    while let count = reader.next(UInt32.self) {
      guard bin < Self.bins else { return nil }
      histogram[bin] = count
      bin += 1
    }
    guard reader.remaining == 0 else { return nil }
  }
}

extension ActivationMap {
  var data: Data {
    var writer = BlobWriter()
    for position in positions { writer.append(position) }
    for value in values { writer.append(value) }
    return writer.data
  }

  /// - Returns: nil where the bytes are none of `data`: positions rise, and values are finite.
  init?(_ data: Data) {
    guard data.count.isMultiple(of: 6) else { return nil }
    var reader = BlobReader(data)
    let count = data.count / 6
    self.init(
      positions: (0..<count).compactMap { _ in reader.next(UInt16.self) },
      values: (0..<count).compactMap { _ in reader.nextFloat() })
    guard zip(positions, positions.dropFirst()).allSatisfy({ $0 < $1 }),
      values.allSatisfy(\.isFinite)
    else { return nil }
  }
}

extension IndexCommit.ExemplarList {
  var data: Data {
    var writer = BlobWriter()
    for exemplar in exemplars {
      writer.append(exemplar.score)
      writer.append(UInt32(truncatingIfNeeded: exemplar.item))
      writer.append(UInt32(truncatingIfNeeded: exemplar.span))
    }
    return writer.data
  }

  /// - Returns: nil where the bytes are none of `data`.
  init?(latent: Int, view: IndexView, ranking: IndexRanking, data: Data) {
    guard data.count.isMultiple(of: 12) else { return nil }
    var reader = BlobReader(data)
    var exemplars: [Exemplar] = []
    while let score = reader.nextFloat(), let item = reader.next(UInt32.self),
      let span = reader.next(UInt32.self)
    {
      guard score.isFinite else { return nil }
      exemplars.append(
        Exemplar(
          latent: latent, view: view, ranking: ranking, item: Int(item), span: Int(span),
          score: score))
    }
    self.init(latent: latent, view: view, ranking: ranking, exemplars: exemplars)
  }
}

extension SampledToken {
  var data: Data {
    var writer = BlobWriter()
    for latent in latents { writer.append(UInt32(bitPattern: latent)) }
    return writer.data
  }

  init(hash: UInt64, data: Data) {
    var reader = BlobReader(data)
    self.init(hash: hash, latents: [])
    while let latent = reader.next(UInt32.self) { latents.append(Int32(bitPattern: latent)) }
  }
}

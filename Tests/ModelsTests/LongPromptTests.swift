import Models
import Synchronization
import Tensors
import TestSupport
import Testing

/// Rows enough that one block takes them in tiles. The prompt's embeddings repeated: what they mean
/// does not matter.
@Suite struct LongPromptTests {
  private let decoder: Decoder
  private let x: Matrix  // [9000, D]

  init() throws {
    let reference = try ReferenceCase.named("qwen2-text", "text")
    decoder = try reference.model().decoder
    let rows = try reference.tensors().matrix("embeddings")
    var all = Matrix(stacking: Array(repeating: rows, count: 9_000 / rows.rows + 1))
    all = all.slice(rows: 0..<9_000)
    x = all
  }

  private func run(cancellation: Cancellation = .never) throws -> Matrix {
    var cache = decoder.makeCache()
    return try decoder.forward(x, blocks: 0..<1, cache: &cache, cancellation: cancellation)
  }

  /// Between two looks lies a tile of rows, or one of queries: a few thousand looks in all.
  @Test func aCancelIsSeenWhereverABlockStands() throws {
    let looks = Looks()
    let whole = try run(cancellation: Cancellation { looks.next() < 0 })
    #expect(try run() == whole)
    let all = looks.next()
    #expect(all > 200)
    for last in stride(from: 0, to: all, by: max(1, all / 12)) {
      let seen = Looks()
      #expect(throws: CancellationError.self, "look \(last) of \(all)") {
        try run(cancellation: Cancellation { seen.next() >= last })
      }
    }
  }

  /// Rows do not depend on each other's tiles: a prompt in pieces is the whole, bit for bit.
  @Test func tilesChangeNothing() throws {
    var cache = decoder.makeCache()
    let pieces = try [0..<700, 700..<4_500, 4_500..<9_000].map {
      try decoder.forward(x.slice(rows: $0), blocks: 0..<1, cache: &cache)
    }
    #expect(try Matrix(stacking: pieces) == run())
  }
}

/// How often was asked whether the run is cancelled.
private final class Looks: Sendable {
  private let count = Atomic(0)

  /// The number of this look, from 0.
  func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
}

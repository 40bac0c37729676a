/// What a vision worker is asked for and answers: boxes in pixels of the picture, masks over its
/// pixels, vectors. The protocol's page is `protocol/workers/README.md`.
package struct VisionBox: Sendable, Equatable {
  /// x0, y0, x1, y1 in pixels of the picture.
  package var corners: [Double]
  package var score: Double
  /// Which of the phrases that were asked for.
  package var phrase: Int

  package init(corners: [Double], score: Double, phrase: Int) {
    self.corners = corners
    self.score = score
    self.phrase = phrase
  }
}

/// Pixels of a picture, row by row, as the lengths of alternating runs: outside, inside, outside …
package struct VisionMask: Sendable, Equatable {
  package var width: Int
  package var height: Int
  package var runs: [Int]

  package init(width: Int, height: Int, runs: [Int]) {
    self.width = width
    self.height = height
    self.runs = runs
  }

  /// Marks the mask's pixels in `pixels`, `[height, width]`, beside those that are marked.
  package func mark(_ pixels: inout [Bool]) {
    var place = 0
    for (index, length) in runs.enumerated() {
      if !index.isMultiple(of: 2) {
        for pixel in place..<min(place + length, pixels.count) { pixels[pixel] = true }
      }
      place += length
    }
  }
}

/// A picture as a worker is given it: the bytes of its file.
package struct VisionPicture: Sendable {
  package var bytes: [UInt8]
  /// Pixels, as it is shown: what masks must have.
  package var width: Int
  package var height: Int

  package init(bytes: [UInt8], width: Int, height: Int) {
    self.bytes = bytes
    self.width = width
    self.height = height
  }
}

/// What came of one picture or text of a batch.
package typealias VisionResult<Value> = Result<Value, VisionItemError>

/// Why one picture or text of a batch has no result, in words.
package struct VisionItemError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// What a worker says of itself when it has started.
package struct VisionFacts: Sendable, Equatable {
  package struct Model: Sendable, Equatable {
    /// `grounding`, `segmentation` or `embedding`.
    package var role: String
    package var name: String
    /// SHA-256 over its files, in hexadecimal.
    package var digest: String
    /// Numbers of a vector; of embeddings alone.
    package var dimensions: Int?
  }

  /// The role of the model that answers each method.
  static let roles = [
    "ground": "grounding", "segment": "segmentation", "embed": "embedding",
  ]

  package var name: String
  package var version: String
  package var methods: [String]
  package var device: String
  /// Versions of the libraries that it runs on.
  package var versions: [String: String]
  package var models: [Model]

  /// Numbers of a vector; 0 without a model for them.
  var dimensions: Int { models.first { $0.role == "embedding" }?.dimensions ?? 0 }

  package func digest(ofRole role: String) -> String? {
    models.first { $0.role == role }?.digest
  }
}

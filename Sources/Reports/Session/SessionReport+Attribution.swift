extension SessionReport {
  /// Why the model said a token: places, features and parts, as far as they were asked for.
  package struct Attribution: Sendable {
    /// The target, spelt out.
    package let title: String
    package let value: Double
    package let method: String
    /// The score of each token that has one.
    package var places: Places?
    package var features: [Feature] = []
    package var parts: [Part] = []
    /// What features do beyond each part alone, and the target without any of them.
    package var sums: [(name: String, value: Double)] = []
    package var check: Check?
    package var sentences: [String] = []

    package init(title: String, value: Double, method: String) {
      self.title = title
      self.value = value
      self.method = method
    }
  }

  /// Scores over the prompt: positive supports the answer.
  package struct Places: Sendable {
    package let maps: [Map]
    package let words: [(text: String, score: Double)]
    /// The largest magnitude over words and patches; words are drawn beside it.
    package let largest: Double

    package init(maps: [Map], words: [(text: String, score: Double)], largest: Double) {
      self.maps = maps
      self.words = words
      self.largest = largest
    }
  }

  /// Scores over a picture.
  package struct Map: Sendable {
    /// Among the session's pictures.
    package let picture: Int
    /// Which view of it the cells are of.
    package let view: String
    package let cells: [Cell]

    package init(picture: Int, view: String, cells: [Cell]) {
      self.picture = picture
      self.view = view
      self.cells = cells
    }

    /// A patch in the picture's pixels.
    package struct Cell: Sendable {
      package let left: Double
      package let top: Double
      package let right: Double
      package let bottom: Double
      package let score: Double

      package init(left: Double, top: Double, right: Double, bottom: Double, score: Double) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
        self.score = score
      }
    }
  }

  package struct Feature: Sendable {
    package let index: Int
    package let label: String?
    package let score: Double
    /// The exact fall, where it was measured.
    package let measured: Double?
    package let activation: Double?

    package init(
      index: Int, label: String?, score: Double, measured: Double?, activation: Double?
    ) {
      self.index = index
      self.label = label
      self.score = score
      self.measured = measured
      self.activation = activation
    }

    /// What was measured, else the score.
    var effect: Double { measured ?? score }
  }

  package struct Part: Sendable {
    package let name: String
    package let score: Double

    package init(name: String, score: Double) {
      self.name = name
      self.score = score
    }
  }

  /// Scores beside what was measured.
  package struct Check: Sendable {
    package let points: [Point]
    /// In one line, such as `pearson 0.97`.
    package let figures: [String]
    /// Why scores should not be relied on; empty where nothing speaks against it.
    package let doubts: [String]

    package init(points: [Point], figures: [String], doubts: [String]) {
      self.points = points
      self.figures = figures
      self.doubts = doubts
    }

    package struct Point: Sendable {
      package let name: String
      /// Why it was measured: `strongest`, `secondMethod` or `random`.
      package let origin: String
      package let predicted: Double
      package let measured: Double

      package init(name: String, origin: String, predicted: Double, measured: Double) {
        self.name = name
        self.origin = origin
        self.predicted = predicted
        self.measured = measured
      }
    }
  }
}

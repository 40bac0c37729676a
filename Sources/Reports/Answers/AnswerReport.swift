/// How a model answered a benchmark's questions, as it is and changed: as a page, as CSV and as
/// values.
package struct AnswerReport: Sendable {
  /// How many of how many.
  package struct Rate: Sendable, Equatable {
    package var count: Int
    package var total: Int
    /// Wilson's at 95 %; nil of nothing.
    package var interval: ClosedRange<Double>?

    package init(count: Int, total: Int, interval: ClosedRange<Double>?) {
      self.count = count
      self.total = total
      self.interval = interval
    }

    /// nil of nothing.
    package var value: Double? { total > 0 ? Double(count) / Double(total) : nil }
  }

  /// What a change did to the answers of the plain model.
  package struct Outcome: Sendable, Equatable {
    package var bothRight: Int
    package var bothWrong: Int
    package var helped: Int
    package var harmed: Int
    package var help: Rate
    package var harm: Rate
    /// By McNemar's exact test.
    package var probability: Double
    package var toYes: Int
    package var toNo: Int

    package init(
      bothRight: Int, bothWrong: Int, helped: Int, harmed: Int, help: Rate, harm: Rate,
      probability: Double, toYes: Int, toNo: Int
    ) {
      self.bothRight = bothRight
      self.bothWrong = bothWrong
      self.helped = helped
      self.harmed = harmed
      self.help = help
      self.harm = harm
      self.probability = probability
      self.toYes = toYes
      self.toNo = toNo
    }
  }

  /// A number of the benchmark's own.
  package struct Metric: Sendable, Equatable {
    package var name: String
    /// nil where nothing of its kind was asked or answered.
    package var value: Double?
    package var rate: Rate?

    package init(name: String, value: Double?, rate: Rate?) {
      self.name = name
      self.value = value
      self.rate = rate
    }
  }

  package struct Kind: Sendable, Equatable {
    package var name: String
    package var accuracy: Rate
    /// nil for the plain model.
    package var outcome: Outcome?

    package init(name: String, accuracy: Rate, outcome: Outcome?) {
      self.name = name
      self.accuracy = accuracy
      self.outcome = outcome
    }
  }

  package enum Role: String, Sendable, CaseIterable {
    case plain, reconstruction, intervention, randomFeatures, randomDirection

    package var isControl: Bool { self == .randomFeatures || self == .randomDirection }
  }

  package struct Arm: Sendable, Equatable {
    package var name: String
    package var role: Role
    /// What it changes, in words.
    package var change: String?
    /// The arm that a control belongs to.
    package var controlled: String?
    /// Of a control's draw.
    package var seed: String?
    package var accuracy: Rate
    /// Answers that are neither Yes nor No where one of them was asked for.
    package var unclear: Int
    package var metrics: [Metric]
    package var kinds: [Kind]
    /// nil for the plain model.
    package var outcome: Outcome?

    package init(
      name: String, role: Role, change: String? = nil, controlled: String? = nil,
      seed: String? = nil, accuracy: Rate, unclear: Int, metrics: [Metric], kinds: [Kind],
      outcome: Outcome?
    ) {
      self.name = name
      self.role = role
      self.change = change
      self.controlled = controlled
      self.seed = seed
      self.accuracy = accuracy
      self.unclear = unclear
      self.metrics = metrics
      self.kinds = kinds
      self.outcome = outcome
    }
  }

  /// All draws of one arm's controls of one role together.
  package struct Control: Sendable, Equatable {
    package var controlled: String
    package var role: Role
    package var draws: Int
    package var accuracy: Rate
    package var outcome: Outcome

    package init(controlled: String, role: Role, draws: Int, accuracy: Rate, outcome: Outcome) {
      self.controlled = controlled
      self.role = role
      self.draws = draws
      self.accuracy = accuracy
      self.outcome = outcome
    }
  }

  /// A question that an arm puts right or loses.
  package struct Flip: Sendable, Equatable {
    package var id: String
    /// As the questions name it; nil for one without a picture.
    package var picture: String?
    package var kind: String?
    package var question: String
    /// The right answer.
    package var answer: String
    package var before: String
    package var after: String

    package init(
      id: String, picture: String?, kind: String?, question: String, answer: String,
      before: String, after: String
    ) {
      self.id = id
      self.picture = picture
      self.kind = kind
      self.question = question
      self.answer = answer
      self.before = before
      self.after = after
    }
  }

  /// Some of the questions whose answers an arm turns; how many there are, its outcome says.
  package struct Flips: Sendable, Equatable {
    package var arm: String
    package var helped: [Flip]
    package var harmed: [Flip]

    package init(arm: String, helped: [Flip], harmed: [Flip]) {
      self.arm = arm
      self.helped = helped
      self.harmed = harmed
    }
  }

  package struct Picture: Sendable, Equatable {
    package var bytes: [UInt8]
    package var type: String
    package var width: Int
    package var height: Int

    package init(bytes: [UInt8], type: String, width: Int, height: Int) {
      self.bytes = bytes
      self.type = type
      self.width = width
      self.height = height
    }
  }

  package var benchmark: String
  /// How answers are read and the benchmark's own numbers counted, in words.
  package var method: String
  package var model: String
  package var settings: [(name: String, value: String)] = []
  /// Those that were to be asked, those that were answered, and those whose picture is missing.
  package var questions: Int
  package var answered: Int
  package var missing: Int
  /// In the order in which they were asked.
  package var arms: [Arm]
  package var controls: [Control]
  package var flips: [Flips] = []
  /// A judge's, one a concept.
  package var ratings: [Ratings] = []
  /// By the names that flips have.
  package var pictures: [String: Picture] = [:]
  /// Pictures of flips that were not found, or could not be read.
  package var lostPictures = 0
  /// Where pictures were looked for.
  package var pictureFolders: [String] = []

  package init(
    benchmark: String, method: String, model: String, questions: Int, answered: Int, missing: Int,
    arms: [Arm], controls: [Control]
  ) {
    self.benchmark = benchmark
    self.method = method
    self.model = model
    self.questions = questions
    self.answered = answered
    self.missing = missing
    self.arms = arms
    self.controls = controls
  }

  /// Questions that were neither answered nor found without a picture.
  var unasked: Int { max(0, questions - answered - missing) }

  /// All but controls, the plain model first.
  var shownArms: [Arm] {
    let shown = arms.filter { !$0.role.isControl }
    return shown.filter { $0.role == .plain } + shown.filter { $0.role != .plain }
  }

  func draws(of control: Control) -> [Arm] {
    arms.filter { $0.role == control.role && ($0.controlled ?? "") == control.controlled }
  }
}

// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Looks for changes of features that put wrong answers right and lose few right ones: a job, which
/// writes a recipe.
///
/// The plain model answers a set's questions; those that it gets wrong are to be put right, those
/// that it gets right to be kept. Pictures are split in two halves by the seed: features and
/// changes are chosen on one, and reported on the other, with controls. Candidates are the features
/// that attribution, measured by exact ablation where it is strongest, finds behind wrong answers,
/// those whose activity differs most between wrong and right ones, and those that are named. Each
/// change is tried alone at each place, then the best together. The answers of every round are kept
/// in a folder beside the recipe, so that a search that was cut off goes on. The job's result is a
/// SteeringSearch.Found.
package enum SteeringSearch: Request {
  package static let method = "steering/search"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    package var dataset: EvaluationRun.Dataset
    /// The file that is written, absolute; rounds are kept in the folder of that name with .search
    /// behind it.
    package var recipe: String
    package var sae: String
    /// What the recipe is called; absent: as the file.
    package var name: String?
    /// Wrong answers of these kinds are to be put right; absent: all.
    package var failing: [String]?
    /// Right answers of these kinds are to be kept; absent: all.
    package var keeping: [String]?
    /// Absent: 12 by attribution and 12 by contrast.
    package var candidates: Candidates?
    /// Absent: zero, half, and a clamp at the 0.9 quantile of the feature's own activity.
    package var operations: Operations?
    /// Where changes are made; absent: all, question, image and last.
    package var places: [Place]?
    /// Features of a recipe at most; absent: 3.
    package var features: Int?
    /// Changes that a round tries at most; absent: 512.
    package var arms: Int?
    /// Of the right answers, the share that may be lost in the choosing half; absent: 0.01.
    package var maxHarm: Double?
    /// Of the split; absent: 0.
    package var seed: UInt64?
    /// Of the recipe, in the other half; absent: 5 of each.
    package var controls: EvaluationRun.Controls?
    /// Questions of the set at most; absent: all.
    package var limit: Int?
    /// Added behind each question, after a line break; absent: nothing.
    package var instruction: String?
    /// How questions are rendered, where the set does not say; absent: model.
    package var template: IndexBuild.Template?
    /// Of an answer; absent: 16.
    package var maxTokens: Int?

    package init(
      dataset: EvaluationRun.Dataset, recipe: String, sae: String, name: String? = nil,
      failing: [String]? = nil, keeping: [String]? = nil, candidates: Candidates? = nil,
      operations: Operations? = nil, places: [Place]? = nil, features: Int? = nil, arms: Int? = nil,
      maxHarm: Double? = nil, seed: UInt64? = nil, controls: EvaluationRun.Controls? = nil,
      limit: Int? = nil, instruction: String? = nil, template: IndexBuild.Template? = nil,
      maxTokens: Int? = nil
    ) {
      self.dataset = dataset
      self.recipe = recipe
      self.sae = sae
      self.name = name
      self.failing = failing
      self.keeping = keeping
      self.candidates = candidates
      self.operations = operations
      self.places = places
      self.features = features
      self.arms = arms
      self.maxHarm = maxHarm
      self.seed = seed
      self.controls = controls
      self.limit = limit
      self.instruction = instruction
      self.template = template
      self.maxTokens = maxTokens
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      dataset = try members.decode(EvaluationRun.Dataset.self, forKey: .dataset)
      recipe = try members.decode(String.self, forKey: .recipe)
      sae = try members.decode(String.self, forKey: .sae)
      name = try members.decodeIfPresent(String.self, forKey: .name)
      failing = members.contains(.failing) ? try members.nonEmpty(.failing) : nil
      keeping = members.contains(.keeping) ? try members.nonEmpty(.keeping) : nil
      candidates = try members.decodeIfPresent(Candidates.self, forKey: .candidates)
      operations = try members.decodeIfPresent(Operations.self, forKey: .operations)
      places = members.contains(.places) ? try members.nonEmpty(.places) : nil
      features = try members.optionalInteger(.features, in: 1...4)
      arms = try members.optionalInteger(.arms, in: 1...4096)
      maxHarm = try members.optionalNumber(.maxHarm, in: 0...1)
      seed = try members.decodeIfPresent(UInt64.self, forKey: .seed)
      controls = try members.decodeIfPresent(EvaluationRun.Controls.self, forKey: .controls)
      limit = try members.optionalInteger(.limit, in: 1...Int.max)
      instruction = try members.decodeIfPresent(String.self, forKey: .instruction)
      template = try members.decodeIfPresent(IndexBuild.Template.self, forKey: .template)
      maxTokens = try members.optionalInteger(.maxTokens, in: 1...4096)
    }
  }

  package typealias Result = JobStarted

  package struct Candidates: Codable, Sendable, Equatable {
    /// Features that attribution finds behind wrong answers, and as many that it finds against
    /// them; absent: 12.
    package var attribution: Int?
    /// Features whose mean activity at the last position differs most; absent: 12.
    package var contrast: Int?
    /// Named ones.
    package var features: [Int]?
    /// An index's file, absolute, whose labels are searched for words.
    package var index: String?
    /// Features whose label has one of these, the 12 best of each.
    package var words: [String]?

    package init(
      attribution: Int? = nil, contrast: Int? = nil, features: [Int]? = nil, index: String? = nil,
      words: [String]? = nil
    ) {
      self.attribution = attribution
      self.contrast = contrast
      self.features = features
      self.index = index
      self.words = words
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      attribution = try members.optionalInteger(.attribution, in: 0...1000)
      contrast = try members.optionalInteger(.contrast, in: 0...1000)
      features = try members.decodeIfPresent([Int].self, forKey: .features)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      words = try members.decodeIfPresent([String].self, forKey: .words)
    }
  }

  package struct Evidence: Codable, Sendable, Equatable {
    /// SHA-256 of the file of questions.
    package var questionDigest: String
    package var seed: UInt64
    /// Wrong answers.
    package var failing: Halves
    /// Right answers.
    package var keeping: Halves
    /// Answers in neither: wrong ones of kinds that are not to be put right, right ones of kinds
    /// that are not to be kept.
    package var leftOut: Int?
    /// Changes that were tried.
    package var tried: Int
    package var maxHarm: Double
    /// Whether the recipe keeps to maxHarm in the choosing half; where nothing does, it is the
    /// change with the greatest surplus of help over harm.
    package var meetsMaxHarm: Bool
    package var front: [Point]
    /// Of the other half, the controls of the recipe among the arms.
    package var heldOut: EvaluationReport.Report

    package init(
      questionDigest: String, seed: UInt64, failing: Halves, keeping: Halves, leftOut: Int? = nil,
      tried: Int, maxHarm: Double, meetsMaxHarm: Bool, front: [Point],
      heldOut: EvaluationReport.Report
    ) {
      self.questionDigest = questionDigest
      self.seed = seed
      self.failing = failing
      self.keeping = keeping
      self.leftOut = leftOut
      self.tried = tried
      self.maxHarm = maxHarm
      self.meetsMaxHarm = meetsMaxHarm
      self.front = front
      self.heldOut = heldOut
    }
  }

  /// The result of a job of steering/search.
  package struct Found: Codable, Sendable, Equatable {
    /// The recipe's file.
    package var path: String
    package var recipe: Recipe
    package var seconds: Double

    package init(path: String, recipe: Recipe, seconds: Double) {
      self.path = path
      self.recipe = recipe
      self.seconds = seconds
    }
  }

  package struct Halves: Codable, Sendable, Equatable {
    package var choosing: Int
    package var heldOut: Int

    package init(choosing: Int, heldOut: Int) {
      self.choosing = choosing
      self.heldOut = heldOut
    }
  }

  package struct Operations: Codable, Sendable, Equatable {
    /// Absent: yes.
    package var zero: Bool?
    /// Absent: 0.5.
    package var scales: [Double]?
    /// Clamps at these quantiles of the feature's positive activations; absent: 0.9.
    package var quantiles: [Double]?

    package init(zero: Bool? = nil, scales: [Double]? = nil, quantiles: [Double]? = nil) {
      self.zero = zero
      self.scales = scales
      self.quantiles = quantiles
    }
  }

  package enum Place: String, WireName {
    /// every position of the prompt.
    case all
    case question
    case image
    case last
    /// every generated token alone.
    case generated
  }

  /// A change that no other one of the choosing half is better than in both help and harm.
  package struct Point: Codable, Sendable, Equatable {
    package var name: String
    package var interventions: [Recipe.Change]
    package var choosing: EvaluationReport.Paired
    package var heldOut: EvaluationReport.Paired
    /// Whether it is the recipe.
    package var isChosen: Bool

    package init(
      name: String, interventions: [Recipe.Change], choosing: EvaluationReport.Paired,
      heldOut: EvaluationReport.Paired, isChosen: Bool
    ) {
      self.name = name
      self.interventions = interventions
      self.choosing = choosing
      self.heldOut = heldOut
      self.isChosen = isChosen
    }
  }
}

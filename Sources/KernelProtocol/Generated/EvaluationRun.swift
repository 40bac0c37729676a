// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Has a model answer the questions of a benchmark, as it is and changed: a job.
///
/// Each question is asked of the plain model, of its reconstruction where that is asked for, and in
/// every arm; controls stand beside the arms. Answers are kept in a file of JSON lines, a question
/// a line: a run that was cut off goes on with the questions that are not there. A picture is run
/// once for all of its questions, and an arm runs the blocks above the autoencoder's site alone.
/// Questions whose picture is missing are listed there and counted. The job's result is an
/// EvaluationRun.Evaluated.
package enum EvaluationRun: Request {
  package static let method = "evaluation/run"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    package var dataset: Dataset
    /// The file that answers are kept in, absolute.
    package var answers: String
    /// Absent: that of the autoencoder, else the current one.
    package var model: String?
    /// The autoencoder of the arms and the reconstruction; absent: that of the arms' features.
    package var sae: String?
    /// Beside the plain model.
    package var arms: [Arm]?
    /// Whether one more arm has the autoencoder's reconstruction in the residual's place; absent:
    /// no.
    package var reconstruction: Bool?
    /// For each arm with interventions; absent: none.
    package var controls: Controls?
    /// Questions of these kinds alone; absent: all.
    package var kinds: [String]?
    /// Questions of the set at most; absent: all.
    package var limit: Int?
    /// A part of the set's pictures, each with its questions; absent: all.
    package var shard: IndexBuild.Shard?
    /// Added behind each question, after a line break; absent: nothing.
    package var instruction: String?
    /// How questions are rendered, where the set does not say; absent: model.
    package var template: IndexBuild.Template?
    /// Of an answer; absent: 16.
    package var maxTokens: Int?

    package init(
      dataset: Dataset, answers: String, model: String? = nil, sae: String? = nil,
      arms: [Arm]? = nil, reconstruction: Bool? = nil, controls: Controls? = nil,
      kinds: [String]? = nil, limit: Int? = nil, shard: IndexBuild.Shard? = nil,
      instruction: String? = nil, template: IndexBuild.Template? = nil, maxTokens: Int? = nil
    ) {
      self.dataset = dataset
      self.answers = answers
      self.model = model
      self.sae = sae
      self.arms = arms
      self.reconstruction = reconstruction
      self.controls = controls
      self.kinds = kinds
      self.limit = limit
      self.shard = shard
      self.instruction = instruction
      self.template = template
      self.maxTokens = maxTokens
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      dataset = try members.decode(Dataset.self, forKey: .dataset)
      answers = try members.decode(String.self, forKey: .answers)
      model = try members.decodeIfPresent(String.self, forKey: .model)
      sae = try members.decodeIfPresent(String.self, forKey: .sae)
      arms = try members.decodeIfPresent([Arm].self, forKey: .arms)
      reconstruction = try members.decodeIfPresent(Bool.self, forKey: .reconstruction)
      controls = try members.decodeIfPresent(Controls.self, forKey: .controls)
      kinds = members.contains(.kinds) ? try members.nonEmpty(.kinds) : nil
      limit = try members.optionalInteger(.limit, in: 1...Int.max)
      shard = try members.decodeIfPresent(IndexBuild.Shard.self, forKey: .shard)
      instruction = try members.decodeIfPresent(String.self, forKey: .instruction)
      template = try members.decodeIfPresent(IndexBuild.Template.self, forKey: .template)
      maxTokens = try members.optionalInteger(.maxTokens, in: 1...4096)
    }
  }

  package typealias Result = JobStarted

  /// What is changed, by interventions or by a recipe.
  package struct Arm: Codable, Sendable, Equatable {
    /// Unlike that of any other arm.
    package var name: String
    /// Regions are those of every question's prompt: its parts are image and question.
    package var interventions: [Intervention]?
    /// A recipe's file, absolute.
    package var recipe: String?
    package var splice: Splice?

    package init(
      name: String, interventions: [Intervention]? = nil, recipe: String? = nil,
      splice: Splice? = nil
    ) {
      self.name = name
      self.interventions = interventions
      self.recipe = recipe
      self.splice = splice
    }
  }

  package struct Controls: Codable, Sendable, Equatable {
    /// Draws of random features; absent: none.
    package var features: Int?
    /// Draws of random directions; absent: none.
    package var directions: Int?
    /// Absent: 0.
    package var seed: UInt64?

    package init(features: Int? = nil, directions: Int? = nil, seed: UInt64? = nil) {
      self.features = features
      self.directions = directions
      self.seed = seed
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      features = try members.optionalInteger(.features, in: 0...100)
      directions = try members.optionalInteger(.directions, in: 0...100)
      seed = try members.decodeIfPresent(UInt64.self, forKey: .seed)
    }
  }

  package struct Dataset: Codable, Sendable, Equatable {
    package var format: Format
    /// The file of questions, absolute.
    package var path: String
    /// AMBER's file of annotations, absolute; of other sets none.
    package var annotations: String?
    /// The folder that the pictures' names start from, absolute; absent: that of the questions.
    package var pictures: String?

    package init(
      format: Format, path: String, annotations: String? = nil, pictures: String? = nil
    ) {
      self.format = format
      self.path = path
      self.annotations = annotations
      self.pictures = pictures
    }
  }

  /// The result of a job of evaluation/run.
  package struct Evaluated: Codable, Sendable, Equatable {
    /// The file.
    package var answers: String
    /// Questions that were answered now.
    package var asked: Int
    /// Those that had been answered before.
    package var known: Int
    /// Whose picture is missing or cannot be read.
    package var missing: Int
    package var seconds: Double
    package var report: EvaluationReport.Report

    package init(
      answers: String, asked: Int, known: Int, missing: Int, seconds: Double,
      report: EvaluationReport.Report
    ) {
      self.answers = answers
      self.asked = asked
      self.known = known
      self.missing = missing
      self.seconds = seconds
      self.report = report
    }
  }

  package enum Format: String, WireName {
    /// JSON lines of POPE, and its rule that whatever is not a No is a Yes.
    case pope
    /// HallusionBench.json, answers read by their words.
    case hallusionBench
    /// queries and annotations of AMBER, answers exactly Yes or No.
    case amber
    /// JSON lines of {id?, image?, question, answer?, kind?, template?}; those without an answer
    /// count in no accuracy.
    case questions
  }
}

import Indexing
import Models
import TestSupport

/// Tests/Fixtures/questions: pictures with questions and answers, run whole by transformers.
struct QuestionReference: Decodable, Sendable {
  struct Prompt: Decodable, Sendable {
    /// Without one it is a prompt file.
    let question: String?
    let file: String?
    /// As items have it.
    let text: String
  }

  struct Item: Decodable, Sendable {
    let answer: String
    let answerTokens: Int
    let tokens: [String]
    let digest: String
  }

  struct Picture: Decodable, Sendable {
    let image: String
    let digest: String
    let items: [Item]
  }

  let answerTokens: Int
  let prompts: [Prompt]
  let pictures: [Picture]

  static func load() throws -> QuestionReference { try Fixtures.json("questions/questions.json") }

  /// The prompts; the one of a file taken apart by hand.
  var questions: [PictureQuestion] {
    prompts.map { prompt in
      if let question = prompt.question { return PictureQuestion(question) }
      return PictureQuestion(
        turns: [
          .init(role: "system", part: .text("Be brief.")), .init(role: "user", part: .picture),
          .init(role: "user", part: .text("Name a colour.")),
          .init(role: "assistant", part: .text("It is")),
        ], template: .modelThenAnswer)
    }
  }
}

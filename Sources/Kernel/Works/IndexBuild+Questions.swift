import FeatureIndex
import Indexing
import KernelProtocol
import Models
import PromptFiles
import SystemReasons

extension IndexBuild.Params {
  private static let mostQuestions = 256
  private static let usualAnswerTokens = 16

  /// How prompts are rendered where it is not said: what is asked, by the model's chat template.
  var renderedTemplate: IndexBuild.Template {
    template ?? (questions == nil && promptFiles == nil ? .none : .model)
  }

  /// What each picture is asked; nil where nothing is.
  ///
  /// - Throws: `KernelError.unsupported` for what cannot be asked, and for prompt files with
  ///   errors.
  func pictureQuestions() throws(KernelError) -> ItemCoder.Questions? {
    var asked: [PictureQuestion] = []
    for text in questions ?? [] {
      guard text.contains(where: { !$0.isWhitespace }) else {
        throw .unsupported("a question is empty, expected words")
      }
      asked.append(
        PictureQuestion(
          text,
          template: renderedTemplate == .none ? .plain : .model(addGenerationPrompt: true)))
    }
    for text in promptFiles ?? [] { asked.append(try PictureQuestion(promptFile: text)) }
    guard !asked.isEmpty else {
      if answerTokens != nil {
        throw .unsupported("answerTokens is for questions and promptFiles, of which none is given")
      }
      return nil
    }
    guard asked.count <= Self.mostQuestions else {
      throw .unsupported("\(asked.count) questions, expected at most \(Self.mostQuestions)")
    }
    guard Set(asked.map(\.text)).count == asked.count else {
      throw .unsupported("a question is given twice")
    }
    if case .prompts = corpus {
      throw .unsupported(
        "a corpus of prompts has its own texts: questions are asked about the pictures of a "
          + "folder, a list or a tar")
    }
    if let views, !views.contains(IndexView.text.name) {
      throw .unsupported("what is asked is in the view text, which is not among the views")
    }
    return ItemCoder.Questions(asked, answerTokens: answerTokens ?? Self.usualAnswerTokens)
  }
}

extension PictureQuestion {
  /// - Throws: `KernelError.unsupported` for a file with errors, with other than one image, or
  ///   with nothing behind it.
  fileprivate init(promptFile text: String) throws(KernelError) {
    let file = PromptFile(text)
    if let wrong = file.diagnostics.first(where: { $0.severity == .error }) {
      throw .unsupported(
        "the prompt file is wrong at line \(wrong.range.start.line + 1): \(wrong.message)")
    }
    let turns = file.parts.map { role, part in
      switch part.content {
      case .text(let text): Turn(role: role, part: .text(text.string))
      case .image: Turn(role: role, part: .picture)
      }
    }
    let pictures = turns.count { $0.part == .picture }
    guard pictures == 1 else {
      throw .unsupported(
        "the prompt file shows \(pictures) images, expected one, in whose place the corpus' "
          + "pictures stand")
    }
    let template: PromptTemplate =
      switch file.front.template {
      case .none: .plain
      case .model: file.beginsAnswer ? .modelThenAnswer : .model(addGenerationPrompt: true)
      }
    guard template != .plain || turns.last?.part != .picture else {
      throw .unsupported("the prompt file asks nothing behind its image")
    }
    self.init(turns: turns, template: template)
  }
}

import JSON
import KernelProtocol
import Reports

/// A session as a Jupyter notebook (nbformat 4.5) that asks again with the Python client: it opens
/// the session's file, and has a cell for each answer, with what was saved as its output.
struct SessionNotebook {
  private static let entryLimit = 400

  private let session: SavedSession
  private let report: SessionReport
  /// The session's file as the notebook finds it.
  private let file: String

  init(_ session: SavedSession, _ report: SessionReport, file: String) {
    self.session = session
    self.report = report
    self.file = file
  }

  func bytes() throws -> [UInt8] {
    let value: JSONValue = [
      "cells": .array(numbered(cells)), "nbformat": 4, "nbformat_minor": 5,
      "metadata": [
        "kernelspec": ["display_name": "Python 3", "language": "python", "name": "python3"],
        "language_info": ["name": "python"],
      ],
    ]
    return try value.bytes()
  }

  /// Each with the id that the format asks for.
  private func numbered(_ cells: [NotebookCell]) -> [JSONValue] {
    cells.enumerated().map { $1.value(id: "cell-\($0 + 1)") }
  }

  private var cells: [NotebookCell] {
    var cells: [NotebookCell] = [
      .words(opening), .code(opened, outputs: []), .code(again, outputs: []),
    ]
    let labels = SessionLabels(session.entries)
    let reading = SessionReading(session)
    var (room, left, long, comparisons) = (Self.entryLimit, 0, 0, 0)
    for (number, question) in reading.questions.enumerated() {
      cells.append(.words(prompt(question.prompt, number: number + 1)))
      let maps = number < report.questions.count ? report.questions[number].attributions : []
      for asked in question.entries where asked.entry.result != nil {
        guard let call = NotebookCall(asked, in: question) else {
          comparisons += asked.entry.method == AttributionCompare.method ? 1 : 0
          continue
        }
        guard call.source.utf8.count <= NotebookCall.sourceLimit else {
          long += 1
          continue
        }
        guard room > 0 else {
          left += 1
          continue
        }
        room -= 1
        cells.append(
          .code(call.source, outputs: call.outputs(labels, maps: maps, pictures: report.pictures)))
      }
      if question.contexts.isEmpty {
        cells.append(
          .words("The contexts of this question are not in the session's file: they were closed."))
      }
    }
    if left > 0 { cells.append(.words("\(left) answers more are left out.")) }
    if long > 0 {
      cells.append(
        .words(
          "Requests of more than \(NotebookCall.sourceLimit) characters are left out: \(long)."))
    }
    if comparisons > 0 {
      cells.append(
        .words("Comparisons of two contexts are not asked again here: \(comparisons)."))
    }
    return cells
  }

  // MARK: Texts

  private var opening: String {
    var lines = ["# A session with Lucarne"]
    if let created = report.created { lines.append("Saved on \(created).") }
    if let note = session.note { lines.append(NotebookCell.escaped(note, limit: 2_000)) }
    lines.append(
      "The session's file must lie at the path in the next cell. The outputs are those that were "
        + "saved; running a cell asks again, and its last line says what is not as it was. Another "
        + "model than the one that ships is named there: `Kernel(model=…, saes=[…])`.")
    lines += session.models.prefix(20).map { model in
      "Model "
        + NotebookCell.escaped("\(model.model): \(model.architecture), \(model.digest)", limit: 400)
    }
    lines += session.saes.prefix(20).map { sae in
      "Autoencoder " + NotebookCell.escaped("\(sae.sae) at \(sae.site): \(sae.digest)", limit: 400)
    }
    return lines.joined(separator: "\n\n")
  }

  private var opened: String {
    """
    from lucarne import Kernel

    SESSION = \(PythonText.literal(.string(file)))
    kernel = Kernel()
    session = kernel.open_session(SESSION)
    """
  }

  /// An answer that was appended is part of its context: to ask for it again, the prompt is opened
  /// without it.
  private var again: String {
    """
    import json

    with open(SESSION) as file:
        saved = json.load(file)
    pictures = {each["sha256"]: each["base64"] for each in saved["pictures"]}


    def prompt(name):
        \"""Opens the prompt of a saved context anew, without what was appended to it.\"""
        context = next(each for each in saved["contexts"] if each["context"] == name)
        parts = []
        for each in context["parts"]:
            part = {"id": each["id"], "role": each["role"]}
            if "text" in each:
                part["text"] = each["text"]
            else:
                reading = each.get("reading", "loadImage")
                part["image"] = {"base64": pictures[each["picture"]], "reading": reading}
            parts.append(part)
        return kernel.context.open(parts=parts, chat=context["chat"]).context
    """
  }

  private func prompt(_ prompt: SessionPrompt, number: Int) -> String {
    let turns = prompt.turns.map { turn in
      let role = NotebookCell.escaped(turn.role, limit: 40)
      guard let text = turn.text else {
        let digest = turn.picture.map { " " + NotebookCell.escaped($0, limit: 64) } ?? ""
        return "<p><b>\(role)</b>: a picture\(digest)</p>"
      }
      return "<p><b>\(role)</b></p>\n<pre>\(NotebookCell.escaped(text, limit: 20_000))</pre>"
    }
    return "## Question \(number)\n\n" + turns.joined(separator: "\n\n")
  }
}

/// A cell of a notebook.
enum NotebookCell {
  case words(String)
  case code(String, outputs: [JSONValue])

  func value(id: String) -> JSONValue {
    switch self {
    case .words(let text):
      ["cell_type": "markdown", "id": .string(id), "metadata": [:], "source": .string(text)]
    case .code(let text, let outputs):
      [
        "cell_type": "code", "id": .string(id), "metadata": [:], "source": .string(text),
        "execution_count": nil, "outputs": .array(outputs),
      ]
    }
  }

  /// Text in which neither HTML nor Markdown, nor an address, nor a formula is read: it stays one
  /// line, whose line breaks are those of a preformatted text alone.
  static func escaped(_ text: String, limit: Int) -> String {
    let cut = text.count > limit ? text.prefix(limit) + "…" : text[...]
    var result = ""
    for scalar in cut.unicodeScalars {
      if "$*_`[]\\~|#+-=:@.&<>\"'\n\r".unicodeScalars.contains(scalar) {
        result += "&#\(scalar.value);"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

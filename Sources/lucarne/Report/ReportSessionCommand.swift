import ArgumentParser
import Kernel

/// A session's file as a page to read, or as a notebook to ask again.
struct ReportSessionCommand: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument { case html, ipynb }

  static let configuration = CommandConfiguration(
    commandName: "session",
    abstract: "Write a saved session as a page, and as a notebook that asks again.",
    discussion: """
      Takes a file that the window's "Save session", the Python client or "session/save" wrote. \
      The page shows prompts with their pictures, answers, attributions with their heat maps, \
      changes and their receipts, as far as answers were saved; it is one file that loads nothing \
      and runs nothing. The notebook opens the session with the Python client and asks the same \
      again. No model is needed. Without --format, session.html and session.ipynb are written \
      into the folder --output, or one file where its name ends with .html or .ipynb.
      """)

  @Argument(help: "The session's file.")
  var file: String

  @Option(
    help: """
      The folder to write to, created if it does not exist, or the file; a file that is there is \
      replaced.
      """)
  var output: String

  @Option(help: "Write one file of this format (default: both into a folder).")
  var format: Format?

  func validate() throws {
    guard !output.isEmpty else {
      throw ValidationError("--output is empty, expected a folder or a file")
    }
    let ending = ending
    guard !ending.isEmpty, ending != format?.rawValue else { return }
    if let known = Format(rawValue: ending) {
      if let format {
        throw ValidationError(
          "--output ends with .\(known.rawValue), --format is \(format.rawValue)")
      }
    } else if format == nil, ending == "pdf" || ending == "htm" || ending == "md" {
      throw ValidationError(
        "--output ends with .\(ending), expected a folder, or a name that ends with .html or "
          + ".ipynb")
    }
  }

  /// What stands behind the last point of the output's name, in small letters.
  private var ending: String {
    let name = output.split(separator: "/").last ?? ""
    return name.firstIndex(of: ".").flatMap { _ in name.split(separator: ".").last }?
      .lowercased() ?? ""
  }

  func run() throws {
    let session = try LocalSession(path: absolutePath(file))
    for warning in session.warnings { tell("warning: \(warning)") }
    let path = absolutePath(output)
    var outputs = Format.allCases.map { ($0, "\(path)/session.\($0.rawValue)") }
    if let format = format ?? Format(rawValue: ending) {
      outputs = [(format, path)]
    } else {
      try makeFolder(path)
    }
    for (_, output) in outputs { try checkOutput(output, besides: [absolutePath(file)]) }
    for (format, output) in outputs {
      switch format {
      case .html: try writeFile(session.page(), to: output)
      case .ipynb: try writeFile(session.notebook(output: output), to: output)
      }
      tell(output)
    }
  }
}

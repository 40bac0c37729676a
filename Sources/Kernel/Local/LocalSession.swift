import KernelProtocol
import Reports

/// Makes a page or a notebook of a session's file in this process; no model is needed.
package struct LocalSession {
  private let path: String
  private let session: SavedSession
  private let report: SessionReport

  /// - Parameter path: absolute.
  /// - Throws: `KernelError` where it is no session, `DomainError` of kind `imageUnreadable` where
  ///   a picture is damaged.
  package init(path: String) throws {
    self.path = path
    session = try SessionFile.read(path) { _ in }
    try session.checkPictures()
    report = try SessionReport(session) { _ in }
  }

  /// What could not be shown, in words.
  package var warnings: [String] { report.warnings }

  package func page() -> [UInt8] { Array(SessionPage(report).html.utf8) }

  /// - Parameter output: where it will lie: a session beside it is named by its file's name.
  package func notebook(output: String) throws -> [UInt8] {
    try SessionNotebook(session, report, file: SessionFile.name(of: path, from: output)).bytes()
  }
}

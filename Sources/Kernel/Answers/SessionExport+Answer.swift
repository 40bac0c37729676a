import FoundationEssentials
import JSONRPC
import KernelProtocol
import Reports
import SystemReasons
import Tensors

extension SessionExport: EngineThenShelfAnswerable {
  /// Refuses what cannot be written, and what would not fit in memory, before anything is read.
  static func prepare(_ params: Params, engine: Engine, call: Call) throws {
    if let output = params.output { try requireNew(output) }
    let bytes: Int
    switch (params.path, params.session) {
    case (let path?, nil):
      let file = try FilePath(path).path
      let facts = try? FileManager.default.attributesOfItem(atPath: file)
      bytes = (facts?[.size] as? Int) ?? 0
    case (nil, let session?):
      bytes = session.pictures.reduce(0) { $0 + $1.base64.utf8.count }
    case (nil, nil), (.some, .some):
      throw WireError.mismatch(
        path: "params.path", expected: "either this or \"session\"",
        found: params.path == nil ? "neither" : "both")
    }
    let held = min(bytes, SessionFile.byteLimit)
    try engine.reserve(8 * held, for: "a session of \(held) bytes")
  }

  /// Reads, draws and writes, for which the engine does not wait.
  static func answer(
    _ params: Params, _ prepared: Void, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let cancellation = Cancellation(call)
    let session = try session(params)
    try session.checkPictures()
    let report = try SessionReport(session) { done in
      try cancellation.check()
      call.report(title: "Exporting the session", fraction: done)
    }
    let bytes = try self.bytes(params, session, report)
    try cancellation.check()
    guard let output = params.output else {
      guard bytes.count <= SessionFile.messageLimit else {
        throw KernelError.unsupported(
          "the export has \(bytes.count) bytes, expected at most \(SessionFile.messageLimit): give "
            + "an output")
      }
      return Result(
        text: String(decoding: bytes, as: UTF8.self), bytes: bytes.count, warnings: report.warnings)
    }
    try requireNew(output)
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: output), options: .atomic)
    } catch {
      throw DomainError(.ioError, "\(output) cannot be written: \(systemReason(of: error))")
    }
    return Result(output: output, bytes: bytes.count, warnings: report.warnings)
  }

  private static func session(_ params: Params) throws -> SavedSession {
    if let session = params.session {
      try session.check()
      return session
    }
    return try SessionFile.read(params.path ?? "") { _ in }
  }

  private static func bytes(
    _ params: Params, _ session: SavedSession, _ report: SessionReport
  ) throws -> [UInt8] {
    switch params.format {
    case .html: return Array(SessionPage(report).html.utf8)
    case .ipynb:
      let file = params.path.map { SessionFile.name(of: $0, from: params.output) }
      return try SessionNotebook(session, report, file: file ?? SessionFile.usualName).bytes()
    }
  }

  private static func requireNew(_ output: String) throws(KernelError) {
    let path = try NewFilePath(output).path
    guard !FileManager.default.fileExists(atPath: path) else {
      throw .pathDenied(path: path, reason: "a file is there already, expected a new name")
    }
  }
}

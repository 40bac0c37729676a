import JSONRPC

/// What a scripted job did, and where.
final class Record: Sendable {
  private let lines = Monitor<[String]>([])

  func add(_ what: String, _ engine: StubEngine) {
    lines.update { $0.append(what + (engine.isHere ? " on the engine's thread" : " on its own")) }
  }

  var all: [String] { lines.read { $0 } }

  func wait(for count: Int) -> Bool { lines.wait(seconds: 30) { $0.count >= count } }
}

import FeatureIndex
import Foundation
import TestSupport
import Testing

/// Damaged and hostile index files: everything that reads one answers or refuses, and ends.
@Suite struct IndexFuzzTests {
  private let folder: IndexFolder
  private let sound: String

  init() throws {
    folder = try IndexFolder()
    sound = folder.file("sound")
    try RandomCorpus(count: 6, seed: 5).build(at: sound)
    let store = try FeatureIndexStore.open(at: sound, writing: true)
    try store.put([
      ExplanationRecord(
        latent: 3, state: .explained, text: "fishes",
        author: ExplanationAuthor(kind: .human, name: "somebody"), method: "manual", created: 12)
    ])
    try store.put(derived: [
      DerivedFacts(
        latent: 3, promoted: [IndexedToken(token: 1, text: "a", effect: 2)], suppressed: [],
        neighbours: [(latent: 4, cosine: 0.5)])
    ])
    try store.checkpoint()
  }

  private func copy() throws -> String {
    let path = folder.file("damaged")
    for suffix in ["", "-wal", "-shm", "-journal", ".lock", ".merged"] {
      try? FileManager.default.removeItem(atPath: path + suffix)
    }
    try FileManager.default.copyItem(atPath: sound, toPath: path)
    return path
  }

  /// A file that holds its reader up ends the round as a failure, not the run as a hang.
  private func read(_ path: String, _ what: String) -> FuzzRun.Outcome {
    let end = ContinuousClock.now + .seconds(60)
    do {
      let isLate: @Sendable () -> Bool = { ContinuousClock.now > end }
      try FeatureIndexStore.stopping(when: isLate) {
        try readEverything(of: path)
        _ = try FeatureIndexStore.open(at: path, writing: true).state()
      }
      return .answered
    } catch FeatureIndexError.interrupted {
      Issue.record("reading does not end: \(what)")
      return .refused
    } catch {
      #expect(error is FeatureIndexError, "\(error): \(what)")
      return .refused
    }
  }

  /// What was made by hand or found by the rounds below, and stays found.
  @Test func survivesTheCorpus() throws {
    let seeds = try Fixtures.seeds("fuzz/index")
    try #require(seeds.count >= 10)
    for seed in seeds {
      let statements = String(decoding: seed, as: UTF8.self)
      let path = try copy()
      try IndexGrammar.run(statements.components(separatedBy: ";\n"), on: path)
      _ = read(path, statements)
    }
  }

  @Test func survivesDamage() throws {
    let run = FuzzRun(rounds: 120, seed: 2026)
    let outcome = try run("index files") { round, random in
      var grammar = IndexGrammar(random: random)
      let path = try copy()
      var what = "round \(round) of seed \(run.seed)"
      let scribbles = Int.random(in: 0..<3, using: &grammar.random) == 0
      if !scribbles || Bool.random(using: &grammar.random) {
        let statements = (0..<Int.random(in: 1...4, using: &grammar.random)).map { _ in
          grammar.statement()
        }
        try? IndexGrammar.run(statements, on: path)
        what += ": " + statements.joined(separator: "; ")
      }
      if scribbles { try grammar.scribble(path) }
      return read(path, what)
    }
    #expect(outcome.answered > 0 && outcome.refused > 0)
  }
}

import Foundation
import Interpretation
import Tensors
import TestSupport
import Testing

@Suite struct AblationRunTests {
  @Test(arguments: Bench.names)
  func everyOperationGivesTheReferencesValues(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    for expected in bench.reference.ablations {
      let splice = Splice(errorTerm: expected.errorTerm, reselect: expected.reselect)
      let changes = try #require(bench.reference.interventions[expected.set])
      let found = try bench.ablate(
        changes.map(\.intervention),
        targets: try expected.targets.map { try bench.target($0.target) },
        splice: splice, in: context)
      let what = "\(expected.set), \(splice.key)"
      expectClose(found.targets.map(\.before), expected.targets.map(\.before), "\(what), before")
      expectClose(
        found.targets.map(\.reconstruction), expected.targets.map(\.reconstruction),
        "\(what), reconstruction")
      expectClose(found.targets.map(\.after), expected.targets.map(\.after), "\(what), after")
      #expect(abs(found.divergence - expected.kl) <= 1e-4 * max(1, expected.kl), "\(what)")
      expect(found.receipt, expected.receipt, what)
    }
  }

  @Test(arguments: Bench.names)
  func theNextTokensProbabilitiesAreTheReferences(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let plain = try bench.tensors.matrix("logProbs.plain").row(0).map(exp)
    let target = try bench.target("logitDiff.last")
    for expected in bench.reference.ablations {
      let splice = Splice(errorTerm: expected.errorTerm, reselect: expected.reselect)
      let changes = try #require(bench.reference.interventions[expected.set])
      let after = try bench.tensors.matrix("logProbs.\(expected.set).\(splice.key)").row(0)
        .map(exp)
      let found = try bench.ablate(
        changes.map(\.intervention), targets: [target], splice: splice, in: context,
        topChanges: plain.count
      ).topChanges.sorted { $0.token < $1.token }
      #expect(found.map(\.token) == Array(plain.indices))
      expectClose(found.map(\.before), plain, "\(expected.set), before")
      expectClose(found.map(\.after), after, "\(expected.set), \(splice.key)")
    }
  }

  @Test(arguments: Bench.names)
  func noInterventionWithTheErrorKeptIsThePlainRunItself(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let targets = try bench.reference.targets.keys.sorted().map { try bench.target($0) }
    for splice in [Splice(), Splice(reselection: .topK)] {
      let found = try bench.ablate([], targets: targets, splice: splice, in: context)
      #expect(found.targets.allSatisfy { $0.before == $0.after })
      #expect(found.divergence == 0)
      #expect(found.topChanges.allSatisfy { $0.before == $0.after })
      #expect(found.receipt.positions == 0)
    }
  }

  @Test(arguments: Bench.names)
  func noInterventionWithTheErrorDroppedIsTheReconstruction(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let targets = try bench.reference.targets.keys.sorted().map { try bench.target($0) }
    for splice in [Splice(errorTerm: .drop), Splice(errorTerm: .drop, reselection: .topK)] {
      let found = try bench.ablate([], targets: targets, splice: splice, in: context)
      #expect(found.targets.allSatisfy { $0.reconstruction == $0.after })
      #expect(found.targets.contains { $0.before != $0.after })
    }
  }

  @Test func topChangesAreThoseOfProbability() throws {
    let bench = try Bench("llama3")
    let context = try bench.context()
    let changes = try #require(bench.reference.interventions["clamp-dead"])
    let found = try bench.ablate(
      changes.map(\.intervention), targets: [], splice: Splice(), in: context, topChanges: 5)
    let before = softmax(try bench.tensors.matrix("logProbs.plain").row(0))
    let after = softmax(try bench.tensors.matrix("logProbs.clamp-dead.keep-none").row(0))
    let moved = before.indices.sorted { abs(after[$0] - before[$0]) > abs(after[$1] - before[$1]) }
    #expect(found.topChanges.map(\.token) == Array(moved.prefix(5)))
  }

  private func expect(
    _ found: InterventionReceipt, _ expected: InterpretationReference.Receipt, _ what: String
  ) {
    #expect(found.passes == expected.steps, "\(what), passes")
    #expect(found.positions == expected.positions, "\(what), positions")
    #expect(found.dropped == expected.dropped, "\(what), dropped")
    #expect(
      abs(found.meanNorm - expected.meanNorm) <= 1e-4 * max(1, expected.meanNorm),
      "\(what), mean norm")
  }
}

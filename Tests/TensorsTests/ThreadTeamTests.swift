import Synchronization
import Tensors
import Testing

@Suite struct ThreadTeamTests {
  @Test(arguments: [1, 2, 3, 8])
  func runsEveryPartOnce(threads: Int) {
    let team = ThreadTeam(threadCount: threads)
    for parts in [0, 1, 2, 7, 1000] {
      let seen = Mutex([Int](repeating: 0, count: parts))
      team.run(parts) { part in seen.withLock { $0[part] += 1 } }
      #expect(seen.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }

  @Test func manyShortRunsFinish() {
    let team = ThreadTeam(threadCount: 4)
    let total = Atomic(0)
    for _ in 0..<3000 { team.run(5) { part in total.add(part, ordering: .relaxed) } }
    #expect(total.load(ordering: .relaxed) == 30_000)
  }

  @Test func callersOnManyThreadsTakeTurns() async {
    let team = ThreadTeam(threadCount: 3)
    let total = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<200 { team.run(4) { _ in total.count.add(1, ordering: .relaxed) } }
        }
      }
    }
    #expect(total.count.load(ordering: .relaxed) == 6400)
  }

  @Test func aRunInsideABodyFinishes() {
    let team = ThreadTeam(threadCount: 3)
    let total = Atomic(0)
    team.run(6) { _ in team.run(5) { _ in total.add(1, ordering: .relaxed) } }
    #expect(total.load(ordering: .relaxed) == 30)
  }

  @Test func teamsComeAndGo() {
    let total = Atomic(0)
    for i in 0..<100 {
      ThreadTeam(threadCount: 1 + i % 5).run(3) { _ in total.add(1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 300)
  }

  @Test func cancellationThrowsOnceAsked() throws {
    try Cancellation.never.check()
    let cancelled = Cancellation { true }
    #expect(cancelled.isCancelled)
    #expect(throws: CancellationError.self) { try cancelled.check() }
  }
}

private final class Counter: Sendable {
  let count = Atomic(0)
}

import JSONRPC
import Testing

/// The order in which a lane does the work of several clients.
@Suite struct TurnTests {
  /// A queue whose thread is held until everything has been given to it.
  private func order(_ submit: (WorkQueue, Monitor<[String]>) -> Void, count: Int) -> [String] {
    let queue = WorkQueue(name: "turns")
    let gate = Monitor(false)
    let done = Monitor<[String]>([])
    queue.submit(for: ClientID(99)) { _ = gate.wait { $0 ? true : nil } }
    submit(queue, done)
    gate.update { $0 = true }
    #expect(done.wait(seconds: 10) { $0.count == count })
    return done.read { $0 }
  }

  @Test func aSingleClientIsServedInTheOrderOfArrival() {
    let found = order(
      { queue, done in
        for index in 0..<1000 {
          queue.submit(for: .only) { done.update { $0.append("\(index)") } }
        }
      }, count: 1000)
    #expect(found == (0..<1000).map(String.init))
  }

  @Test func clientsTakeTurnsHoweverMuchEachAsks() {
    let found = order(
      { queue, done in
        for (client, count) in [(1, 6), (2, 2), (3, 1)] {
          for index in 0..<count {
            queue.submit(for: ClientID(client)) { done.update { $0.append("\(client).\(index)") } }
          }
        }
      }, count: 9)
    #expect(found == ["1.0", "2.0", "3.0", "1.1", "2.1", "1.2", "1.3", "1.4", "1.5"])
  }

  @Test func whoWasServedLongestAgoGoesFirst() {
    let found = order(
      { queue, done in
        for index in 0..<3 {
          queue.submit(for: ClientID(1)) {
            done.update { $0.append("1.\(index)") }
            // Asked while the first client's flood is under way.
            if index == 0 {
              queue.submit(for: ClientID(2)) { done.update { $0.append("2.0") } }
            }
          }
        }
      }, count: 4)
    #expect(found == ["1.0", "2.0", "1.1", "1.2"])
  }

  @Test func aJobsStepComesBehindWhatWaitedForAllOfThem() {
    let found = order(
      { queue, done in
        for index in 0..<2 {
          queue.submit(for: .only) { done.update { $0.append("\(index)") } }
        }
        queue.submit { done.update { $0.append("step") } }
        for index in 2..<4 {
          queue.submit(for: .only) { done.update { $0.append("\(index)") } }
        }
      }, count: 5)
    #expect(found == ["0", "1", "step", "2", "3"])
  }

  @Test func whatAClientThatLeftAskedIsDropped() {
    let found = order(
      { queue, done in
        for index in 0..<5 {
          queue.submit(for: ClientID(1)) { done.update { $0.append("1.\(index)") } }
        }
        queue.submit(for: ClientID(2)) { done.update { $0.append("2") } }
        queue.drop(ClientID(1))
        queue.submit(for: ClientID(2)) { done.update { $0.append("end") } }
      }, count: 2)
    #expect(found == ["2", "end"])
  }
}

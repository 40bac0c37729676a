import Tensors
import Testing

@Suite struct CeilingsTests {
  /// What a machine reaches is not known beforehand; that it is a rate of more than a 386's is.
  @Test func ceilingsAreRates() throws {
    let ceilings = Ceilings(team: ThreadTeam(threadCount: 1))
    #expect(ceilings.read > 1e7 && ceilings.read < 1e13)
    if KernelPath.best != .portable {
      let multiply = try #require(ceilings.multiply)
      #expect(multiply > 1e7 && multiply < 1e14)
    }
    #expect(Ceilings(path: .portable, team: ThreadTeam(threadCount: 1)).multiply == nil)
  }
}

import Foundation
import Models
import Randomness
import Testing

@Suite struct SamplerTests {
  /// Probabilities 1/7, 2/7, 4/7.
  static let logits: [Float] = [0, 0.693_147_18, 1.386_294_36]

  @Test func greedyTakesTheLargestAndOfEqualsTheFirst() throws {
    var sampler = Sampler()
    let choice = try sampler.choose([1, 3, 2, 3])
    #expect(choice.token == 1)
    // −log(2 + e⁻¹ + e⁻²)
    #expect(abs(choice.logProbability - -0.917_576) < 1e-5)
  }

  @Test func theSameSeedDrawsTheSameTokens() throws {
    let options = try SamplingOptions(temperature: 1, topP: 1, seed: 7)
    #expect(try draws(options, 100) == draws(options, 100))
    let other = try SamplingOptions(temperature: 1, topP: 1, seed: 8)
    #expect(try draws(options, 100) != draws(other, 100))
  }

  @Test func frequenciesFollowTheSoftmax() throws {
    let count = 7000
    let drawn = try draws(SamplingOptions(temperature: 1, topP: 1, seed: 1), count)
    for (token, expected) in [1.0 / 7, 2.0 / 7, 4.0 / 7].enumerated() {
      let found = Double(drawn.filter { $0 == token }.count)
      let deviation = (Double(count) * expected * (1 - expected)).squareRoot()
      #expect(abs(found - Double(count) * expected) < 4 * deviation)
    }
  }

  @Test func temperatureSharpens() throws {
    let count = 2100
    let drawn = try draws(SamplingOptions(temperature: 0.5, topP: 1, seed: 1), count)
    // Squared probabilities: 1/21, 4/21, 16/21.
    let found = Double(drawn.filter { $0 == 2 }.count)
    let deviation = (Double(count) * 16 / 21 * 5 / 21).squareRoot()
    #expect(abs(found - Double(count) * 16 / 21) < 4 * deviation)
  }

  @Test func theNucleusLeavesOutTheTail() throws {
    let drawn = try draws(SamplingOptions(temperature: 1, topP: 0.8, seed: 1), 1000)
    #expect(Set(drawn) == [1, 2])
    let narrow = try draws(SamplingOptions(temperature: 1, topP: 0.1, seed: 1), 100)
    #expect(Set(narrow) == [2])
  }

  /// Against a choice written out: the words that a sort puts first until they make up `topP` of
  /// the whole, and the one among them that the seed's number falls on. Many are equally likely.
  @Test(arguments: [1, 0.95, 0.3], [1, 0.02])
  func aLargeVocabularyIsCutAsASortCutsIt(topP: Double, temperature: Double) throws {
    var numbers = SplitMix64(seed: 3)
    let logits = (0..<40_000).map { _ in Float(numbers.next(below: 900)) / 30 }
    var sampler = Sampler(
      try SamplingOptions(temperature: Float(temperature), topP: Float(topP), seed: 11))
    var random = SplitMix64(seed: 11)
    let peak = Double(logits.max() ?? 0)
    let weights = logits.map { exp((Double($0) - peak) / Double(Float(temperature))) }
    let total = weights.reduce(0, +)
    let order = weights.indices.sorted { a, b in
      weights[a] == weights[b] ? a < b : weights[a] > weights[b]
    }
    var (sum, nucleus) = (0.0, [Int]())
    for word in order {
      sum += weights[word]
      nucleus.append(word)
      if sum >= Double(Float(topP)) * total { break }
    }
    for _ in 0..<20 {
      var point: Double = random.nextUnit() * sum
      let expected = nucleus.first {
        point -= weights[$0]
        return point < 0
      }
      #expect(try sampler.choose(logits).token == expected)
    }
  }

  @Test func settingsOutOfRangeAreRefused() {
    #expect(throws: ModelError.self) { try SamplingOptions(temperature: -1) }
    #expect(throws: ModelError.self) { try SamplingOptions(temperature: .nan) }
    #expect(throws: ModelError.self) { try SamplingOptions(temperature: .infinity) }
    #expect(throws: ModelError.self) { try SamplingOptions(temperature: 1, topP: 0) }
    #expect(throws: ModelError.self) { try SamplingOptions(temperature: 1, topP: 1.5) }
  }

  @Test func logitsThatAreNotFiniteAreRefused() throws {
    var sampler = Sampler()
    #expect(throws: ModelError.self) { try sampler.choose([1, .nan]) }
    #expect(throws: ModelError.self) { try sampler.choose([.infinity, 1]) }
  }

  private func draws(_ options: SamplingOptions, _ count: Int) throws -> [Int] {
    var sampler = Sampler(options)
    return try (0..<count).map { _ in try sampler.choose(Self.logits).token }
  }
}

@Suite struct StopWatcherTests {
  @Test func aStopStringIsFoundHoweverTheTextArrives() {
    let text = "one two STOP three"
    for size in 1...text.utf8.count {
      var watcher = StopWatcher(["STOP", "never"])
      var released: [UInt8] = []
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        released += watcher.append(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      released += watcher.flush()
      #expect(String(decoding: released, as: UTF8.self) == "one two ")
      #expect(watcher.isStopped)
    }
  }

  @Test func onlyWhatMayBecomeAStopStringIsHeldBack() {
    var watcher = StopWatcher(["aab", ""])
    #expect(watcher.append(Array("xaa".utf8)) == Array("x".utf8))
    #expect(watcher.append(Array("a".utf8)) == Array("a".utf8))
    #expect(watcher.append(Array("c".utf8)) == Array("aac".utf8))
    #expect(watcher.append(Array("a".utf8)).isEmpty)
    #expect(watcher.flush() == Array("a".utf8))
    #expect(!watcher.isStopped)
  }

  @Test func theEarliestStopStringCounts() {
    var watcher = StopWatcher(["d", "bc"])
    #expect(watcher.append(Array("abcd".utf8)) == Array("a".utf8))
  }
}

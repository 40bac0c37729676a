import Foundation
import TestSupport
import Testing
import VisionWorkers

/// A worker as the kernel sees it, held to a scripted process: what it answers, and every way in
/// which it may fail.
@Suite struct VisionWorkerTests {
  private let folder: TemporaryFolder
  private var log: String { folder.path + "/log" }

  init() throws { folder = try TemporaryFolder() }

  private func worker(
    _ behaviour: String, at method: String = "ground", times: Int? = nil,
    limits: VisionLimits = VisionLimits()
  ) -> VisionWorker {
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Conformance/vision_worker.py").path
    let words = [script, log, behaviour, method] + (times.map { ["\($0)"] } ?? [])
    return VisionWorker(
      command: "python3 " + words.map { "'\($0)'" }.joined(separator: " "), limits: limits)
  }

  /// The head of a PNG of a size, which is all that the script reads.
  private func picture(width: Int = 6, height: Int = 4) -> VisionPicture {
    func number(_ value: Int) -> [UInt8] { [0, 0, UInt8(value >> 8), UInt8(value & 255)] }
    let bytes = [UInt8](repeating: 0, count: 16) + number(width) + number(height)
    return VisionPicture(bytes: bytes, width: width, height: height)
  }

  private func ground(_ worker: VisionWorker) throws -> [VisionResult<[VisionBox]>] {
    try worker.ground([(picture(), ["a dog"])], threshold: 0.3, isStopped: { false })
  }

  private func error(_ body: () throws -> Void) -> VisionError? {
    do { try body() } catch { return error as? VisionError }
    return nil
  }

  private let digest = String(repeating: "ab", count: 32)

  private var methodsAsked: [String] {
    ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n").map(
      String.init)
  }

  @Test func answersAreThoseOfTheProcess() throws {
    let worker = worker("well")
    #expect(worker.status.process == nil && worker.status.starts == 0)
    let boxes = try worker.ground(
      [(picture(), ["a dog", "nothing", "a cat"]), (picture(width: 8), ["nothing"])],
      threshold: 0.3, isStopped: { false })
    #expect(
      boxes == [
        .success([
          VisionBox(corners: [0, 0, 3, 2], score: 0.9, phrase: 0),
          VisionBox(corners: [0, 0, 3, 2], score: 0.9, phrase: 2),
        ]), .success([]),
      ])
    let masks = try worker.segment(
      [(picture(width: 4, height: 2), try boxes[0].get())], isStopped: { false })
    let mask = try #require(try masks[0].get().first)
    var pixels = [Bool](repeating: false, count: 8)
    mask.mark(&pixels)
    #expect(pixels == [true, true, false, false, true, true, false, false])
    #expect(try masks[0].get().count == 2)
    let texts = (0..<40).map { String(repeating: "a", count: $0 + 1) }
    let vectors = try worker.embed(texts: texts, isStopped: { false })
    #expect(vectors == (0..<40).map { .success([Float($0 + 1), 1.5]) })
    // Texts go in batches; one process answered them all.
    #expect(methodsAsked.count { $0 == "embed" } == 3)
    #expect(methodsAsked.count { $0 == "initialize" } == 1)
    let status = worker.status
    #expect(status.starts == 1 && status.facts?.name == "scripted" && status.failure == nil)
    let models = try #require(status.facts?.models)
    #expect(models.map(\.role) == ["embedding", "grounding", "segmentation"])
    #expect(models.map(\.name) == ["Script", "Script", "Script"])
    #expect(models.map(\.digest) == [digest, digest, digest])
    #expect(models.map(\.dimensions) == [2, nil, nil])
    #expect(try #require(status.memory) > 1 << 20)
  }

  @Test(arguments: [("die", "ended with exit code 3"), ("killed", "was ended by signal 9")])
  func aWorkerThatDiesIsStartedAgain(behaviour: String, ending: String) throws {
    let once = worker(behaviour, times: 1)
    #expect(try ground(once)[0].get().count == 1)
    #expect(once.status.starts == 2)
    try FileManager.default.removeItem(atPath: log)
    let always = worker(behaviour)
    let error = try #require(error { _ = try ground(always) })
    guard case .ended("ground", ending, let tail) = error else {
      Issue.record("\(error)")
      return
    }
    // No control character of a worker reaches a terminal.
    #expect(tail == (behaviour == "die" ? "out of luck [31m" : ""))
    #expect(always.status.starts == 2 && always.status.process == nil)
    #expect(always.status.failure == error.description)
  }

  @Test func aWorkerThatHangsIsEnded() throws {
    var limits = VisionLimits()
    limits.requestSeconds = 1
    let slow = worker("hang", times: 1, limits: limits)
    let start = ContinuousClock.now
    #expect(error { _ = try ground(slow) } == .tooSlow(during: "ground", seconds: 1))
    // The next question is another process'.
    #expect(try ground(slow)[0].get().count == 1)
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test func whoeverWaitsCanStop() throws {
    let slow = worker("hang", times: 1)
    let start = ContinuousClock.now
    #expect(throws: CancellationError.self) {
      _ = try slow.ground(
        [(picture(), ["a dog"])], threshold: 0.3,
        isStopped: { ContinuousClock.now - start > .seconds(1) })
    }
    #expect(try ground(slow)[0].get().count == 1)
  }

  @Test(arguments: ["garbage", "id", "few", "long"])
  func whatCannotBeReadIsToldAndNotTaken(behaviour: String) throws {
    var limits = VisionLimits()
    limits.answerBytes = 100_000
    let worker = worker(behaviour, times: 1, limits: limits)
    let error = try #require(error { _ = try ground(worker) })
    guard case .unreadable("ground", let reason) = error else {
      Issue.record("\(error)")
      return
    }
    let expected = [
      "garbage": "expected", "id": "its id is 3, expected 2",
      "few": "it has 0 results, expected 1", "long": "it is longer than 100000 bytes",
    ]
    #expect(reason.contains(expected[behaviour] ?? ""), "\(reason)")
    #expect(try ground(worker)[0].get().count == 1)
  }

  @Test func aWorkerOfAnotherProtocolIsRefused() throws {
    let worker = worker("protocol", at: "initialize")
    #expect(error { _ = try ground(worker) } == .otherProtocol(found: "2", expected: 1))
  }

  @Test func modelsThatAWorkerDoesNotNameAreRefused() throws {
    #expect(
      error { _ = try ground(worker("nodigest", at: "initialize")) }
        == .unreadable(
          during: "initialize",
          reason: "models.segmentation.digest is \"zz\", expected a digest of 64 hexadecimal "
            + "digits"))
    #expect(
      error { _ = try ground(worker("nodimensions", at: "initialize")) }
        == .unreadable(
          during: "initialize",
          reason: "models.embedding.dimensions is absent, expected 1 to 65536"))
    #expect(
      error { _ = try ground(worker("nameless")) }
        == .unreadable(
          during: "ground",
          reason: "models.grounding is absent, expected a digest of 64 hexadecimal digits"))
  }

  @Test func anotherModelThanTheOneThatBeganIsToldAndNotTaken() throws {
    let other = String(repeating: "cd", count: 32)
    let changing = worker("changed", times: 1)
    #expect(
      error { _ = try ground(changing) }
        == .changed(role: "grounding", found: other, expected: digest))
    #expect(changing.status.process == nil)
    // Of what is started next too, to whom began with the first.
    try FileManager.default.removeItem(atPath: log)
    let first = worker("other", times: 1)
    let began = try first.facts(isStopped: { false })
    let id = try #require(first.status.process)
    kill(pid_t(id), SIGKILL)
    let asked = error {
      _ = try first.ground(
        [(picture(), ["a dog"])], threshold: 0.3, began: began, isStopped: { false })
    }
    #expect(asked == .changed(role: "grounding", found: digest, expected: other))
    #expect(try ground(first)[0].get().count == 1)
  }

  @Test func aWorkerThatClosesItsOutputIsToldFromOneThatDied() throws {
    let error = try #require(error { _ = try ground(worker("closed")) })
    #expect(error == .ended(during: "ground", ending: "closed its output", tail: ""))
  }

  @Test func ofManyBoxesTheBestAreTaken() throws {
    let boxes = try ground(worker("many"))[0].get()
    // A hundred of each score: of the third highest, as many as there is room for.
    #expect(
      boxes.map(\.score)
        == [0.59, 0.58, 0.57].flatMap { score in
          [Double](repeating: score, count: score == 0.57 ? 56 : 100)
        })
  }

  @Test func aCommandThatIsNoneIsTold() throws {
    let worker = VisionWorker(command: "/nowhere/python -m lucarne_vision")
    let error = try #require(error { _ = try ground(worker) })
    guard case .ended("initialize", "ended with exit code 127", let tail) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(tail.contains("No such file"))
    #expect(worker.status.starts == 1)
  }

  @Test func aRefusalIsTheWorkersAndItGoesOn() throws {
    let worker = worker("refuse", times: 1)
    #expect(
      error { _ = try ground(worker) }
        == .refused(method: "ground", message: "items: found 0, expected 1"))
    #expect(worker.status.process != nil)
  }

  @Test func itemsThatCannotBeUsedAreToldOneByOne() throws {
    func mask(_ behaviour: String) throws -> VisionResult<[VisionMask]> {
      let box = VisionBox(corners: [0, 0, 1, 1], score: 1, phrase: 0)
      return try worker(behaviour, at: "segment").segment(
        [(picture(), [box])], isStopped: { false })[0]
    }
    #expect(
      try mask("size")
        == .failure(.init("a mask has 7 × 4 pixels, expected 6 × 4, as its picture has")))
    #expect(try mask("runs") == .failure(.init("a mask's runs do not add up to its pixels")))
    #expect(
      try ground(worker("box"))[0]
        == .failure(.init("a box is not x0, y0, x1, y1 with x0 ≤ x1 and y0 ≤ y1")))
    #expect(try ground(worker("item"))[0] == .failure(.init("the picture cannot be read")))
    let zero = worker("zero", at: "embed")
    #expect(
      try zero.embed(texts: ["a", "b"], isStopped: { false })
        == [.failure(.init("its vector is zero")), .success([1, 1.5])])
    #expect(
      try worker("longer", at: "embed").embed(texts: ["a", "b"], isStopped: { false })
        == [
          .failure(
            .init("its vector has 3 numbers, expected 2, as the worker said when it started")),
          .success([1, 1.5]),
        ])
    // NaN is no JSON.
    guard
      case .unreadable = error({
        _ = try worker("nan", at: "embed").embed(texts: ["a"], isStopped: { false })
      })
    else {
      Issue.record("NaN was taken")
      return
    }
  }

  @Test func aStoppedWorkerIsGone() throws {
    for behaviour in ["well", "deaf"] {
      var limits = VisionLimits()
      limits.endSeconds = 0.5
      let worker = worker(behaviour, limits: limits)
      _ = try ground(worker)
      let id = try #require(worker.status.process)
      worker.stop()
      #expect(kill(pid_t(id), 0) != 0, "the process still runs")
      #expect(throws: CancellationError.self) { _ = try ground(worker) }
    }
  }

  @Test func whatItIsAskedByManyIsAnsweredInTurn() async throws {
    let worker = worker("well")
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 1...8 {
        group.addTask {
          let text = String(repeating: "a", count: number)
          for _ in 0..<10 {
            guard
              try worker.embed(texts: [text], isStopped: { false })
                == [.success([Float(number), 1.5])]
            else { return false }
          }
          return true
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
    #expect(worker.status.starts == 1)
  }
}

import Foundation
import Tensors
import TestSupport
import Testing
import Torch

/// Libraries and devices that are not as they should be are told in words, never by a trap.
@Suite(.serialized) struct LibraryTests {
  private static let good = ["-DVERSION=0x020b000000000000"]
  private static let telling = ["-DVERSION=0x020d000000000000", "-DTELLS"]

  private func refusal(of folder: String) throws -> String {
    let error = #expect(throws: TorchError.self) {
      try TorchLibrary(folder: folder, threads: 1)
    }
    guard case .noLibrary(_, let reason) = try #require(error) else {
      Issue.record("found \(error as Any)")
      return ""
    }
    return reason
  }

  private func refusal(of fake: FakeLibrary) throws -> String {
    try withExtendedLifetime(fake) { try refusal(of: fake.path) }
  }

  @Test func refusesAFolderWithoutALibrary() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path, "/nowhere/at all", "/dev/null"] {
      let expected = "there is no libtorch_cpu.so in \(path), nor in its lib or torch/lib"
      #expect(try refusal(of: path) == expected)
    }
    #expect(try refusal(of: "") == "expected the path of a folder")
    #expect(try refusal(of: "a\0b") == "expected the path of a folder")
    #expect(try refusal(of: String(repeating: "x", count: 5_000)).hasPrefix("there is no libtorch"))
  }

  /// The system itself would map a file that was cut short, and end this process.
  @Test(arguments: ["libtorch_cpu.so", "libc10.so", "libgomp.so.1"], [10, 70, 400, 5_000])
  func refusesHalfALibrary(name: String, length: Int) throws {
    let fake = try FakeLibrary(Self.good)
    let bytes = try Data(contentsOf: URL(filePath: "\(fake.path)/libtorch_cpu.so"))
    try #require(bytes.count > length)
    // A link to the library would be written through.
    try? FileManager.default.removeItem(atPath: "\(fake.path)/\(name)")
    try fake.folder.write(bytes.prefix(length), name)
    if name != "libtorch_cpu.so", length < 64 { return }
    let reason = try refusal(of: fake)
    #expect(
      reason.hasPrefix("the system cannot load them: ") && reason.contains(name), "\(reason)")
  }

  @Test func refusesWhatIsNoLibrary() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("no library".utf8), "libtorch_cpu.so")
    #expect(try refusal(of: folder.path).contains("file too short"))
    try folder.write(Array(String(repeating: "no library", count: 1_000).utf8), "libtorch_cpu.so")
    #expect(try refusal(of: folder.path).contains("invalid ELF header"))
  }

  @Test(arguments: [
    ("0x0209000000000000", "2.9"), ("0x0210000000000000", "2.16"), ("0x010d000000000000", "1.13"),
    ("0x030b000000000000", "3.11"),
  ])
  func refusesOtherVersionsByNumber(_ number: String, version: String) throws {
    let fake = try FakeLibrary(["-DVERSION=\(number)"])
    #expect(try refusal(of: fake) == "PyTorch is \(version), expected 2.10 to 2.15")
    #expect(TorchLibrary.acceptedVersions == "2.10 to 2.15")
  }

  @Test func refusesALibraryThatTellsNoVersion() throws {
    #expect(
      try refusal(of: FakeLibrary([]))
        == "PyTorch is one that tells no version, expected 2.10 to 2.15")
  }

  @Test func namesWhatIsMissing() throws {
    let fake = try FakeLibrary(Self.good + ["-DLACKS_COPY"])
    #expect(try refusal(of: fake) == "they lack aoti_torch_copy_, aoti_torch_zero_")
  }

  @Test(arguments: ["", "/", "/lib"])
  func findsTheLibrariesInTheirFolder(_ ending: String) throws {
    let fake = try FakeLibrary(Self.good)
    var folder = fake.path
    if ending == "/lib" {
      let parent = try TemporaryFolder()
      try FileManager.default.createSymbolicLink(
        atPath: "\(parent.path)/lib", withDestinationPath: fake.path)
      folder = parent.path
      let library = try TorchLibrary(folder: folder, threads: 1)
      #expect(library.folder == "\(folder)/lib")
      return
    }
    let library = try TorchLibrary(folder: folder + ending, threads: 1)
    #expect(library.folder == folder && library.version == "2.11")
    #expect(library.threadCount == 7)
  }

  // MARK: Devices

  @Test(arguments: ["gpu", "cuda:", "cuda:-1", "cuda:01", "cuda:1:2", "", "CPU", "cuda:9999999999"])
  func refusesNamesThatMeanNoDevice(_ name: String) {
    let error = #expect(throws: TorchError.self) { try TorchDevice.Place(named: name) }
    #expect(
      error?.description
        == "there is no device \"\(name)\": expected cpu, cuda or cuda:N")
  }

  private func refusal(_ place: TorchDevice.Place, of fake: FakeLibrary) throws -> String {
    let library = try withExtendedLifetime(fake) {
      try TorchLibrary(folder: fake.path, threads: 1)
    }
    let error = #expect(throws: TorchError.self) { try TorchDevice(place, of: library) }
    return error?.description ?? ""
  }

  @Test func tellsWhyThereIsNoCUDA() throws {
    #expect(
      try refusal(.cuda(0), of: FakeLibrary(Self.good))
        == "there is no device \"cuda:0\": this PyTorch is built without CUDA")
    #expect(
      try refusal(.cuda(0), of: FakeLibrary(Self.good + ["-DNO_DRIVER"], devices: 1))
        == "there is no device \"cuda:0\": no CUDA device can be used: CUDA driver version is "
        + "insufficient for CUDA runtime version (CUDA's error 35)")
    #expect(
      try refusal(.cuda(0), of: FakeLibrary(Self.good, devices: 0))
        == "there is no device \"cuda:0\": CUDA has no device")
    #expect(
      try refusal(.cuda(9), of: FakeLibrary(Self.good, devices: 1))
        == "there is no device \"cuda:9\": CUDA has cuda:0 alone")
    #expect(
      try refusal(.cuda(9), of: FakeLibrary(Self.good, devices: 2))
        == "there is no device \"cuda:9\": CUDA has cuda:0 to cuda:1")
    let half = try FakeLibrary(Self.good)
    try half.folder.write(
      Array(String(repeating: "no library", count: 1_000).utf8), "libtorch_cuda.so")
    let reason = try refusal(.cuda(0), of: half)
    #expect(reason.contains("libtorch_cuda.so") && reason.contains("invalid ELF header"))
  }

  private func operators(_ fake: FakeLibrary) throws -> TorchOperators {
    let library = try withExtendedLifetime(fake) {
      try TorchLibrary(folder: fake.path, threads: 1)
    }
    return try TorchOperators(device: TorchDevice(.cuda(0), of: library), precision: .float32)
  }

  @Test func knowsItsCard() throws {
    let device = try operators(FakeLibrary(Self.good, devices: 1)).device
    #expect(device.name == "Fake card 0" && device.place.description == "cuda:0")
    #expect(device.memory()?.free == 3 << 20 && device.memory()?.total == 100 << 20)
    try device.synchronize()
    #expect(device.lossReason == nil)
  }

  /// Whichever allocation fails: it is told, and nothing is left.
  @Test(arguments: 0..<24)
  func tellsThatThereIsNoMemory(room: Int) throws {
    let fake = try FakeLibrary(Self.telling, devices: 1, room: room)
    let engine = try operators(fake)
    let library = engine.device.library
    let error = #expect(throws: TorchError.self) { try Self.request(engine) }
    guard case .outOfMemory(_, "cuda:0", let free, let total, let reason) = error else {
      Issue.record("found \(error as Any)")
      return
    }
    #expect(free == 3 << 20 && total == 100 << 20)
    #expect(reason == "CUDA out of memory. Tried to allocate 20.00 MiB.")
    #expect(engine.device.lossReason == nil)
    withExtendedLifetime(engine) {
      // The column of ones is kept for later.
      #expect(library.liveTensors <= 1)
    }
  }

  private static func request(_ engine: TorchOperators) throws {
    let x = try engine.rows(Matrix(rows: 2, columns: 3))
    let weight = try engine.vector([1, 2, 3])
    let y = try engine.rmsNorm(x, weight: weight, epsilon: 1e-6)
    _ = try engine.rmsNormPullback(
      x, weight: weight, epsilon: 1e-6, outputGradient: y, holdingScale: false)
    _ = try engine.matrix(y)
  }

  /// What takes nothing but memory lacked memory, whether the version says so or not.
  @Test func tellsThatOldVersionsTellNoReason() throws {
    let reason = "PyTorch 2.11 tells its reasons on standard error alone"
    let full = try operators(FakeLibrary(Self.good, devices: 1, room: 0))
    #expect(
      throws: TorchError.outOfMemory(
        operation: "24 bytes", device: "cuda:0", free: 3 << 20, total: 100 << 20, reason: reason)
    ) { try Self.request(full) }
    // Of operators it is not known.
    var failed: Set<String> = []
    for room in 1..<20 {
      let engine = try operators(FakeLibrary(Self.good, devices: 1, room: room))
      let error = #expect(throws: TorchError.self) { try Self.request(engine) }
      guard case .failed(let operation, "cuda:0", reason) = error else { continue }
      failed.insert(operation)
    }
    #expect(failed.isSuperset(of: ["mul", "mm", "rsqrt", "add"]), "\(failed)")
  }

  /// The device goes away after any number of operators: it is told as lost then and ever after,
  /// and nothing more is asked of it.
  @Test(arguments: 0..<12, [true, false])
  func tellsThatADeviceIsLost(calls: Int, tells: Bool) throws {
    let fake = try FakeLibrary(
      tells ? Self.telling : Self.good, devices: 1, lostAfter: calls)
    let engine = try operators(fake)
    let lost = TorchError.deviceLost(
      device: "cuda:0",
      reason: "CUDA's error 700, an illegal memory access was encountered")
    #expect(throws: lost) { try Self.request(engine) }
    #expect(engine.device.lossReason != nil)
    #expect(throws: lost) { try engine.rows(Matrix(rows: 1, columns: 1)) }
    #expect(throws: lost) { try engine.device.synchronize() }
    #expect(engine.device.library.liveTensors <= 1)
  }

  @Test func leavesEightBitsToTheHost() throws {
    let fake = try FakeLibrary(Self.good)
    let library = try withExtendedLifetime(fake) {
      try TorchLibrary(folder: fake.path, threads: 1)
    }
    let device = try TorchDevice(.cpu, of: library)
    let error = #expect(throws: TorchError.self) {
      try TorchOperators(device: device, precision: .int8)
    }
    #expect(error?.description == "found precision int8 on torch:cpu, expected bfloat16 or float32")
    let engine = try TorchOperators(device: device, precision: .bfloat16)
    let eight = try WeightMatrix(Matrix(rows: 2, columns: 2)).quantised(
      team: ThreadTeam(threadCount: 1))
    #expect(throws: TorchError.self) { try engine.linear(eight, bias: nil) }
  }
}

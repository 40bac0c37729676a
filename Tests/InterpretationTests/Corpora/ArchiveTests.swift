import Corpora
import FeatureIndex
import Foundation
import Images
import Interpretation
import Tensors
import TestSupport
import Testing

/// Archives made by Python's tarfile, and damaged copies of them.
@Suite struct ArchiveTests {
  private struct Place: Equatable {
    let name: String
    let offset: Int
    let size: Int
  }

  private func places(_ kind: String) throws -> [Place] {
    let data = Data(try Fixtures.bytes("corpus/members.json"))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [[Any]]])
    return try #require(all[kind]).map {
      Place(
        name: $0[0] as? String ?? "", offset: $0[1] as? Int ?? -1, size: $0[2] as? Int ?? -1)
    }
  }

  @Test(arguments: ["pax", "gnu", "ustar"])
  func samplesComeOutAsTheyWentIn(kind: String) throws {
    let path = Fixtures.path("corpus/\(kind).tar")
    let entries = try CorpusSource.archive(path).entries()
    let places = try places(kind)
    let long = try #require(places.first { $0.name.hasSuffix("/picture.png") }?.name)
    #expect(
      entries.map(\.name) == [
        "shard/0001.png", "shard/0002.jpg", "shard/0003.txt", "shard/0004.left.jpeg",
        "shard/0004.right.png", long, "../escape.png", "shard/0005.png", "shard/0006.png",
      ])
    #expect(
      entries.map(\.text) == ["a caption\n", "été", "text alone", nil, nil, nil, nil, nil, nil])
    #expect(entries[1].source == "holiday")
    for entry in entries where entry.problem == nil && entry.picture != nil {
      let place = try #require(places.first { $0.name == entry.name })
      #expect(entry.picture == .slice(path: path, offset: place.offset, length: place.size))
    }
    let grey: [UInt8]? = try Fixtures.bytes("images/grey.png")
    #expect(try entries[4].picture?.bytes() == grey)
    #expect(entries[6].problem?.contains("leads out") == true)
    #expect(entries[8].problem?.contains("symbolic link") == true)
  }

  /// The same entries; nothing in it can be found again, so that pictures come along.
  @Test func aGzippedArchiveGivesWhatThePlainOneGives() throws {
    let packed = try CorpusReader.start(
      .archive(Fixtures.path("corpus/pax.tar.gz")), options: .init()
    ).all()
    let plain = try CorpusReader.start(
      .archive(Fixtures.path("corpus/pax.tar")), options: .init()
    ).all()
    #expect(packed.count == 9)
    #expect(packed.map(\.digest) == plain.map(\.digest))
    #expect(packed.map(\.entry.name) == plain.map(\.entry.name))
    for (here, there) in zip(packed, plain) {
      if let picture = here.entry.picture {
        guard case .stored = picture else {
          Issue.record("\(picture)")
          continue
        }
      }
      let (a, b) = (try here.entry.picture?.bytes(), try there.entry.picture?.bytes())
      #expect(a == b)
    }
  }

  @Test func gzipThroughAPipeIsSeenByItsBytes() throws {
    let scratch = try Scratch()
    let (pipe, file) = (try scratch.pipe(), Fixtures.path("corpus/pax.tar.gz"))
    let writer = Process()
    writer.executableURL = URL(filePath: "/bin/sh")
    writer.arguments = ["-c", "sleep 0.1; cat '\(file)' > '\(pipe)'"]
    try writer.run()
    let streamed = try CorpusReader.start(.archive(pipe), options: .init()).all()
    writer.waitUntilExit()
    #expect(streamed.count == 9)
  }

  @Test func damagedGzipIsToldAfterTheEntriesBeforeIt() throws {
    let scratch = try Scratch()
    let whole = try Fixtures.bytes("corpus/pax.tar.gz")
    var changed = whole
    // Behind gzip's header of ten bytes: a block of a kind that deflate does not have.
    changed[10] = 0xFF
    for (bytes, words) in [
      (Array(whole.prefix(whole.count * 2 / 3)), "breaks off"), (changed, "gzip data are damaged"),
      (Array(whole.prefix(2)), "breaks off"), ([0x1F, 0x8B] + Array("nothing".utf8), "damaged"),
    ] {
      try scratch.write(bytes, "bad.tar.gz")
      var corpus = try CorpusSource.archive(scratch.path + "/bad.tar.gz").open()
      let error = #expect(throws: CorpusError.self) {
        while try corpus.next(cancellation: .never) != nil {}
      }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  /// The end mark of a tar comes before the checksum and the length that gzip writes last.
  @Test(arguments: [
    (-8, "incorrect data check"), (-4, "incorrect length check"), (0, "before their checksum"),
  ])
  func whatGzipSaysLastIsChecked(place: Int, words: String) throws {
    let scratch = try Scratch()
    var bytes = try Fixtures.bytes("corpus/pax.tar.gz")
    if place == 0 { bytes.removeLast(3) } else { bytes[bytes.count + place] ^= 1 }
    try scratch.write(bytes, "bad.tar.gz")
    var corpus = try CorpusSource.archive(scratch.path + "/bad.tar.gz").open()
    let error = #expect(throws: CorpusError.self) {
      while try corpus.next(cancellation: .never) != nil {}
    }
    let text = error?.description ?? ""
    #expect(text.contains(words) && text.contains("/bad.tar.gz"), "\(text)")
  }

  @Test func aPipeThatStaysOpenEndsWithItsMember() throws {
    let scratch = try Scratch()
    let (pipe, file) = (try scratch.pipe(), Fixtures.path("corpus/pax.tar.gz"))
    let writer = Process()
    writer.executableURL = URL(filePath: "/bin/sh")
    writer.arguments = ["-c", "exec 3> '\(pipe)'; cat '\(file)' >&3; exec sleep 600"]
    try writer.run()
    let streamed = try CorpusReader.start(.archive(pipe), options: .init()).all()
    #expect(streamed.count == 9)
    #expect(writer.isRunning)
    writer.terminate()
    writer.waitUntilExit()
  }

  /// A member of zeros without end: refused long before it is unpacked, and cancelled at once.
  @Test func aBombIsRefusedByItsRatio() throws {
    let scratch = try Scratch()
    let maker = Process()
    maker.executableURL = URL(filePath: "/usr/bin/python3")
    maker.arguments = [
      "-c",
      """
      import gzip, sys, tarfile
      member = tarfile.TarInfo("a.bin")
      member.size = 1 << 30
      with gzip.open(sys.argv[1], "wb", 6) as out:
          out.write(member.tobuf(tarfile.GNU_FORMAT))
          for _ in range(160): out.write(bytes(1 << 20))
      """, scratch.path + "/bomb.tar.gz",
    ]
    try maker.run()
    maker.waitUntilExit()
    var corpus = try CorpusSource.archive(scratch.path + "/bomb.tar.gz").open()
    let error = #expect(throws: CorpusError.self) {
      try corpus.next(cancellation: .never)
    }
    #expect(
      error?.description.contains("more than 256 times as many") == true,
      "\(error?.description ?? "")")
    var again = try CorpusSource.archive(scratch.path + "/bomb.tar.gz").open()
    #expect(throws: CancellationError.self) {
      try again.next(cancellation: Cancellation { true })
    }
  }

  @Test(arguments: ["gnu", "ustar"])
  func namesOfAnotherEncodingAreKeptApart(kind: String) throws {
    let path = Fixtures.path("corpus/latin-1-\(kind).tar")
    let entries = try CorpusSource.archive(path).entries()
    let long = String(repeating: "x", count: 120) + "\\xE9.png"
    #expect(
      entries.map(\.name)
        == ["caf\\xE9.png", "caf\\xEA.png", "\\xFC/\\xE9.txt"] + (kind == "gnu" ? [long] : []))
    #expect(entries.allSatisfy { $0.problem == nil })
    let picture: [UInt8]? = try Fixtures.bytes("images/rgb.png")
    #expect(try entries[1].picture?.bytes() == picture)
  }

  /// Through a pipe nothing can be found again, so that pictures come along;
  /// everything else is the same.
  @Test func aPipeGivesWhatTheFileGives() throws {
    let scratch = try Scratch()
    let (pipe, file) = (try scratch.pipe(), Fixtures.path("corpus/pax.tar"))
    let writer = Process()
    writer.executableURL = URL(filePath: "/bin/sh")
    writer.arguments = ["-c", "sleep 0.2; cat '\(file)' > '\(pipe)'"]
    try writer.run()
    let streamed = try CorpusReader.start(.archive(pipe), options: .init()).all()
    writer.waitUntilExit()
    let read = try CorpusReader.start(.archive(file), options: .init()).all()
    #expect(streamed.map(\.digest) == read.map(\.digest))
    #expect(streamed.map(\.entry.name) == read.map(\.entry.name))
    for (here, there) in zip(streamed, read) {
      let (a, b) = (try here.entry.picture?.bytes(), try there.entry.picture?.bytes())
      #expect(a == b)
    }
  }

  /// Entries before the break are given, the broken sample is not, and the end is
  /// told from a whole archive's.
  @Test func anArchiveThatBreaksOffSaysWhere() throws {
    let scratch = try Scratch()
    let bytes = try Fixtures.bytes("corpus/gnu.tar")
    let places = try places("gnu")
    let third = try #require(places.first { $0.name == "shard/0003.txt" })
    for cut in [third.offset + 3, third.offset - 100, third.offset - 512] {
      try scratch.write(Array(bytes[..<cut]), "cut.tar")
      var corpus = try CorpusSource.archive(scratch.path + "/cut.tar").open()
      #expect(try corpus.next(cancellation: .never)?.name == "shard/0001.png")
      let error = #expect(throws: CorpusError.self) {
        try corpus.next(cancellation: .never)
      }
      #expect(error.map { "\($0)".contains("cut.tar") } == true)
    }
  }

  @Test func hostileHeadersAreRefused() throws {
    let scratch = try Scratch()
    let original = try Fixtures.bytes("corpus/gnu.tar")
    let place = try #require(places("gnu").first { $0.name == "shard/0001.png" })
    let header = place.offset - 512
    func refused(_ change: (inout [UInt8]) -> Void, fixSum: Bool = true) throws -> String {
      var bytes = original
      change(&bytes)
      if fixSum {
        for index in 148..<156 { bytes[header + index] = 0x20 }
        let sum = bytes[header..<header + 512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let text = String(repeating: "0", count: 6 - digits.count) + digits
        bytes.replaceSubrange(header + 148..<header + 154, with: Array(text.utf8))
        bytes[header + 154] = 0
      }
      try scratch.write(bytes, "hostile.tar")
      let error = #expect(throws: CorpusError.self) {
        try CorpusSource.archive(scratch.path + "/hostile.tar").entries()
      }
      return error.map { "\($0)" } ?? ""
    }
    #expect(try refused({ $0[header] = 0x58 }, fixSum: false).contains("checksum"))
    let huge = [UInt8](repeating: 0x37, count: 11) + [0]
    #expect(
      try refused { $0.replaceSubrange(header + 124..<header + 136, with: huge) }.contains("ends"))
    let beyond = [0x80] + [UInt8](repeating: 0xFF, count: 11)
    #expect(
      try refused { $0.replaceSubrange(header + 124..<header + 136, with: beyond) }
        .contains("64 bits"))
    let negative = [UInt8](repeating: 0xFF, count: 12)
    #expect(
      try refused { $0.replaceSubrange(header + 124..<header + 136, with: negative) }
        .contains("negative"))
    #expect(try refused { $0[header + 126] = 0x39 }.contains("octal"))
    #expect(try refused { $0[header + 156] = UInt8(ascii: "x") }.contains("pax"))
  }

  /// Whatever the bytes, reading ends in entries or in an error.
  @Test func changedArchivesEndInEntriesOrAnError() throws {
    let scratch = try Scratch()
    let seeds = try ["pax", "gnu", "ustar"].map { try Fixtures.bytes("corpus/\($0).tar") }
    let run = FuzzRun(rounds: 1_000, seed: 4)
    let found = try run("archives") { round, random in
      var bytes = seeds[round % 3]
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      if round % 2 == 0 { bytes = withChecksums(bytes) }
      if round % 5 == 0 { bytes = mutate(bytes, using: &random) }
      try scratch.write(bytes, "fuzz.tar")
      do {
        for entry in try CorpusSource.archive(scratch.path + "/fuzz.tar").entries() {
          _ = try? entry.picture?.bytes()
        }
        return .answered
      } catch is CorpusError { return .refused }
    }
    #expect(found.answered > 0 && found.refused > 0)
  }

  /// Right checksums at every block that may be a header: what lies behind
  /// them would never be reached.
  private func withChecksums(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for start in stride(from: 0, to: bytes.count - 511, by: 512)
    where bytes[start + 257..<start + 262].elementsEqual("ustar".utf8) {
      for index in 148..<156 { bytes[start + index] = 0x20 }
      let digits = String(bytes[start..<start + 512].reduce(0) { $0 + Int($1) }, radix: 8)
      let text = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
      bytes.replaceSubrange(start + 148..<start + 154, with: Array(text.utf8))
      bytes[start + 154] = 0
    }
    return bytes
  }
}

import Corpora
import Foundation
import Glibc
import Images
import Interpretation
import Tensors
import TestSupport
import Testing

/// Files whose names are no UTF-8 are taken in like others, and opened again
/// by what they are shown as.
@Suite struct FileNameTests {
  @Test(arguments: [
    (Array("a".utf8), "a"), ([], ""), ([0x63, 0xE9], "c\\xE9"),
    ([0xFF, 0xFE, 0x61], "\\xFF\\xFEa"),
    (Array("é\u{1F642}".utf8) + [0xC3], "é\u{1F642}\\xC3"),
    ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
    (Array("back\\slash".utf8), "back\\slash"),
  ])
  func bytesGoThereAndBack(bytes: [UInt8], text: String) {
    #expect(FileName.text(bytes) == text)
    #expect((FileName.bytes(text) ?? Array(text.utf8)) == bytes)
  }

  @Test func onlyBytesFrom80OnAreEscapes() {
    #expect(FileName.bytes("a\\x41") == nil)
    #expect(FileName.bytes("a\\xZZ") == nil)
    #expect(FileName.bytes("a\\xE") == nil)
  }

  private func write(_ bytes: [UInt8], _ name: [UInt8], in folder: String) throws {
    let path = (Array(folder.utf8) + [0x2F] + name).map(CChar.init(bitPattern:)) + [0]
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT, 0o644)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    #expect(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
  }

  private func makeFolder(_ name: [UInt8], in folder: String) throws {
    let path = (Array(folder.utf8) + [0x2F] + name).map(CChar.init(bitPattern:)) + [0]
    try #require(unsafe mkdir(path, 0o755) == 0)
  }

  @Test func aFolderListsThemAndTheyAreRead() throws {
    let scratch = try Scratch()
    let (rgb, grey) = (try Fixtures.bytes("images/rgb.png"), try Fixtures.bytes("images/grey.png"))
    try makeFolder([0xFC], in: scratch.path)
    try write(rgb, [0x61, 0xE9] + Array(".png".utf8), in: scratch.path)
    try write(grey, [0x61, 0xEA] + Array(".png".utf8), in: scratch.path)
    try write(rgb, [0xFC, 0x2F, 0xFF], in: scratch.path)
    try write(grey, Array("b\\xE9.png".utf8), in: scratch.path)
    let entries = try CorpusSource.folder(scratch.path).entries()
    #expect(entries.map(\.name) == ["\\xFC/\\xFF", "a\\xE9.png", "a\\xEA.png", "b\\xE9.png"])
    let contents = try entries.map { try $0.picture?.bytes() }
    #expect(contents == [rgb, rgb, grey, grey])
  }

  @Test func aListNamesThem() throws {
    let scratch = try Scratch()
    let rgb = try Fixtures.bytes("images/rgb.png")
    try write(rgb, [0x61, 0xE9] + Array(".png".utf8), in: scratch.path)
    try scratch.write([0x61, 0xE9] + Array(".png\n".utf8), "list.txt")
    let entries = try CorpusSource.list(scratch.path + "/list.txt").entries()
    #expect(entries.map(\.name) == ["a\\xE9.png"])
    #expect(try entries[0].picture?.bytes() == rgb)
  }
}

import Foundation
import RemoteKernels
import Testing

/// What a shell makes of words that were quoted for it.
@Suite struct RemoteWordsTests {
  /// Each shell that is installed reads the words back, one a line.
  @Test(arguments: ["sh", "bash", "zsh", "fish"])
  func aShellReadsTheWordsAsTheyAre(shell: String) throws {
    let path = ["/bin/\(shell)", "/usr/bin/\(shell)"].first(
      where: FileManager.default.isExecutableFile)
    guard let path else { return }
    let words = [
      "plain", "", "two words", "it's", "''", "a\\b", "\\", "$HOME", "`id`", "$(id)", "a;b",
      "a|b>c",
      "*", "~", "~/x", "!!", "\"", "#no", "-x", "--", "ä€😀", "{a,b}", "%s", "a=b", "&&", "\\'\\\\'",
    ]
    let command = try #require(RemoteWords.command(["printf", "[%s]\\n"] + words))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["-c", command]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let read = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(String(decoding: read, as: UTF8.self) == words.map { "[\($0)]\n" }.joined())
  }

  @Test(arguments: ["a\nb", "a\u{0}b", "\u{1B}[1m", "\u{7F}"])
  func controlCharactersAreRefused(word: String) {
    #expect(RemoteWords.command(["echo", word]) == nil)
  }

  @Test(arguments: ["-oProxyCommand=touch x", "", " gpu", "gpu\nx"])
  func aHostThatSshWouldReadOtherwiseIsRefused(name: String) {
    #expect(RemoteHost(name: name).problem != nil)
  }

  @Test func theHostAndItsCommandStandBehindAllOptions() throws {
    let host = RemoteHost(
      name: "me@gpu7", sshOptions: ["Port=2222"], program: "bin/lucarne", socket: "/run/k.sock",
      kernelOptions: ["--model", "/models/my model"])
    #expect(host.problem == nil)
    let end = host.arguments.suffix(3)
    #expect(
      Array(end) == [
        "--", "me@gpu7",
        "bin/lucarne attach --over-ssh --spawn /run/k.sock -- --model '/models/my model'",
      ])
    let own = try #require(host.arguments.firstIndex(of: "BatchMode=yes"))
    let given = try #require(host.arguments.firstIndex(of: "Port=2222"))
    #expect(given < own)
  }
}

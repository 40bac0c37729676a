import RemoteKernels
import Testing

@Suite struct GreetingTests {
  private let greeting = Greeting(version: "1.2.3", wire: "1.0")

  /// However the bytes fall, and whatever a shell has printed before.
  @Test(
    arguments: [1, 2, 7, 1000],
    [
      ("Welcome to gpu7\n\n#lucarne-attach\n*** disk 98% full ***\r\n", 1),
      ("\u{1B}]0;gpu7\u{07}", 1), ("y", 60_000),
    ])
  func isFoundBehindWhateverAShellPrints(step: Int, said: (text: String, times: Int)) {
    let noise = String(repeating: said.text, count: said.times)
    let bytes = Array((noise + greeting.line + "Content-Length: 2\r\n\r\n{}").utf8)
    var reader = GreetingReader()
    var rest: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: step) {
      rest += reader.push(bytes[start..<min(start + step, bytes.count)])
    }
    #expect(reader.greeting == greeting)
    #expect(String(decoding: rest, as: UTF8.self) == "Content-Length: 2\r\n\r\n{}")
  }

  @Test func isGivenUpWhereTooMuchElseComes() {
    var reader = GreetingReader()
    let line = Array((String(repeating: "y", count: 99) + "\n").utf8)
    for _ in 0..<600 { _ = reader.push(line[...]) }
    #expect(!reader.isTooNoisy)
    for _ in 0..<100 { _ = reader.push(line[...]) }
    #expect(reader.isTooNoisy)
    #expect(reader.push(Array(greeting.line.utf8)[...]).isEmpty)
    #expect(reader.greeting == nil)
  }
}

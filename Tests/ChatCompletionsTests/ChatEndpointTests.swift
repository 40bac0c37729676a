import ChatCompletions
import Testing

@Suite struct ChatEndpointTests {
  @Test(arguments: [
    ("http://localhost:8000/v1", "http://localhost:8000/v1/chat/completions"),
    ("http://localhost:8000", "http://localhost:8000/v1/chat/completions"),
    ("HTTPS://api.example.org/openai/v1/", "https://api.example.org/openai/v1/chat/completions"),
    ("http://[::1]:11434/v1/chat/completions", "http://[::1]:11434/v1/chat/completions"),
    ("https://a.b/d?api-version=1", "https://a.b/d/chat/completions?api-version=1"),
  ])
  func completesAnAddress(given: String, expected: String) throws {
    #expect(try ChatEndpoint(url: given, model: "m").url == expected)
  }

  @Test(arguments: [
    "", "localhost:8000", "ftp://host/v1", "file:///etc/passwd", "http://", "http:///v1",
    "http://user:word@host/v1", "http://host:0/v1", "http://host:65536/", "http://host:x/",
    "http://ho st/", "http://host/v1#part", "http://höst/", "http://host/\r\nX: y",
    "http://[::1/v1",
    "http://host/" + String(repeating: "x", count: 3000),
  ])
  func refusesWhatIsNoAddress(given: String) {
    #expect {
      try ChatEndpoint(url: given, model: "m")
    } throws: { error in
      guard case .invalidEndpoint = error as? ChatError else { return false }
      return "\(error)".count < 400
    }
  }

  @Test func refusesNamesAndKeysThatNoHeaderCanCarry() {
    #expect(throws: ChatError.self) { try ChatEndpoint(url: "http://h", model: "") }
    #expect(throws: ChatError.self) { try ChatEndpoint(url: "http://h", model: "m", key: "a\nb") }
    #expect(throws: ChatError.self) { try ChatEndpoint(url: "http://h", model: "m", key: "ä") }
  }

  @Test(arguments: [
    "http://ann:sesame@host/v1", "http://ann:sesame@host:80/v1?key=sesame", "ftp://sesame@host",
    "http://a@sesame@host",
  ])
  func aRefusalDoesNotRepeatWhoLogsIn(url: String) throws {
    let error = #expect(throws: ChatError.self) { try ChatEndpoint(url: url, model: "m") }
    #expect(!"\(try #require(error))".contains("sesame"))
  }
}

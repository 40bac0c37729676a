import ArgumentParser

/// How questions are put to a model.
struct AskingArguments: ParsableArguments {
  @Option(help: "Tokens of an answer at most (default: 256).")
  var maxTokens: Int?

  @Option(help: "Questions to a server under way at once (default: 4).")
  var concurrency: Int?

  @Option(help: "Seconds to wait for an answer of a server (default: 300).")
  var requestSeconds: Double?

  @Option(help: "Times that a question is put to a server that does not answer (default: 5).")
  var tries: Int?
}

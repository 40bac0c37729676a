/// How the server for agents behaves.
package struct AgentOptions: Sendable {
  /// The program's version, which results carry.
  package var version: String
  /// A concept set with masks that explanations are scored on where a call names none.
  package var concepts: String?
  /// Seconds after which a call that is not done answers with a job id.
  package var patience: Double
  /// Calls that may be open at a time.
  package var openCalls: Int
  /// Bytes of a message; longer ones are skipped.
  package var messageBytes: Int

  package init(
    version: String, concepts: String? = nil, patience: Double = 10, openCalls: Int = 64,
    messageBytes: Int = 16 << 20
  ) {
    self.version = version
    self.concepts = concepts
    self.patience = patience
    self.openCalls = openCalls
    self.messageBytes = messageBytes
  }
}

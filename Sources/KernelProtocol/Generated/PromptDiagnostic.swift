// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

/// What is wrong with a prompt file, and where.
package struct PromptDiagnostic: Codable, Sendable, Equatable {
  package var range: TextRange
  package var severity: Severity
  package var message: String

  package init(range: TextRange, severity: Severity, message: String) {
    self.range = range
    self.severity = severity
    self.message = message
  }

  package enum Severity: String, WireName {
    /// The file cannot be opened as it is.
    case error
    /// It can.
    case warning
  }
}

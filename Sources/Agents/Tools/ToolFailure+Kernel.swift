import JSON
import JSONRPC

extension ToolFailure {
  /// A failure of the kernel, with what an agent can do about it by its tools.
  init(_ failure: ResponseFailure) {
    guard failure.code != FailureCode.cancelled else {
      self.init("the call was cancelled", next: "Call the tool again if you still need it.")
      return
    }
    let kind = failure.data?["kind"]?.stringValue ?? "error \(failure.code)"
    let hint = failure.data?["hint"]?.stringValue
    var message = "\(kind): \(failure.message)"
    if let tokens = failure.data?["tokens"]?.arrayValue {
      let split = tokens.prefix(8).compactMap(\.stringValue).map { JSONWriter.quoted($0) }
      message += " (tokens: \(split.joined(separator: ", ")))"
    }
    self.init(message, next: Self.advice[kind] ?? hint ?? "Change the arguments, or give up.")
  }

  private static let advice: [String: String] = [
    "contextNotFound": "The context is gone. Call context_open again and use its context_id.",
    "modelNotLoaded": "Start the server with --model, or without it for the embedded world.",
    "saeMismatch": "Call kernel_status for the loaded autoencoders' names, or leave \"sae\" out.",
    "featureOutOfRange":
      "Call kernel_status for the number of latents, or search_features for one.",
    "positionOutOfRange": "Call context_tokens for the positions and images of this context.",
    "unsupportedTarget":
      "Give each of answer and baseline as exactly one token, leading space included; "
      + "context_open's next_tokens lists likely ones.",
    "indexMissing": "Start the server with --index FILE; without an index use feature_info.",
    "indexStale":
      "The index belongs to another autoencoder: start the server with the right --index.",
    "pathDenied": "Give an absolute path of this machine.",
    "imageUnreadable": "Give a PNG, JPEG, WebP, GIF or BMP file by its absolute path.",
    "ioError": "Check that the path exists on the kernel's machine.",
    "jobNotFound": "Use a job_id that a tool answered with.",
    "outOfMemory": "Use a shorter prompt, or start the server with a larger --memory-limit.",
    "busy": "Wait a moment and call again.",
    "deadlineExceeded": "Ask for less, or call again.",
    "numericalFailure": "Use smaller values.",
    "invalidParams": "Change the argument that the message names.",
  ]
}

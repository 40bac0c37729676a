/// Why a kernel that this program started did not do what it was asked for.
enum ClientError: Error, CustomStringConvertible {
  case cannotStart(reason: String)
  case kernelEnded(during: String, ending: String)
  case refused(method: String, message: String)
  case unreadableAnswer(method: String, reason: String)

  var description: String {
    switch self {
    case .cannotStart(let reason): "the kernel could not be started: \(reason)"
    case .kernelEnded(let method, let ending):
      "the kernel \(ending) before it answered \(method); what it wrote is above"
    case .refused(let method, let message): "the kernel refused \(method): \(message)"
    case .unreadableAnswer(let method, let reason):
      "the kernel's answer to \(method) could not be read: \(reason)"
    }
  }
}

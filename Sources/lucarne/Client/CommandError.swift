/// Why a command that talks to a kernel could not go on.
enum CommandError: Error, CustomStringConvertible {
  case cannotStart(reason: String)
  case kernelEnded(during: String, ending: String)
  case refused(method: String, message: String)
  case unreadableAnswer(method: String, reason: String)
  case heldOutUnreadable(path: String, reason: String)
  case noWorld
  case noPicture(String)
  case noAutoencoder
  case unknownPrecision(String)
  case noAnswer(question: String)
  case cannotWrite(path: String, reason: String)

  var description: String {
    switch self {
    case .cannotStart(let reason): "the kernel could not be started: \(reason)"
    case .kernelEnded(let method, let ending):
      "the kernel \(ending) before it answered \(method); what it wrote is above"
    case .refused(let method, let message): "the kernel refused \(method): \(message)"
    case .unreadableAnswer(let method, let reason):
      "the kernel's answer to \(method) could not be read: \(reason)"
    case .heldOutUnreadable(let path, let reason): "\(path) could not be read: \(reason)"
    case .noWorld:
      "the embedded world is not beside the program, expected in lucarne_World.resources"
    case .noPicture(let name):
      "there is no picture \"\(name)\": expected a file or the name of a held-out picture"
    case .noAutoencoder:
      "the kernel has no autoencoder loaded: give its folder with --sae"
    case .unknownPrecision(let name):
      "there is no precision \"\(name)\": expected bfloat16, float32 or int8"
    case .noAnswer(let question): "the model gave no answer to \"\(question)\""
    case .cannotWrite(let path, let reason): "\(path) could not be written: \(reason)"
    }
  }
}

/// Why the demo could not go on.
enum DemoError: Error, CustomStringConvertible {
  case heldOutUnreadable(path: String, reason: String)
  case noPicture(String)
  case noQuestion(picture: String)
  case alreadyThere(path: String)
  case noAutoencoder
  case noAnswer(question: String)

  var description: String {
    switch self {
    case .heldOutUnreadable(let path, let reason): "\(path) could not be read: \(reason)"
    case .noPicture(let name):
      "there is no picture \"\(name)\": expected a file or the name of a held-out picture"
    case .noQuestion(let picture):
      "what to ask about \"\(picture)\" is not given: expected --question with a text"
    case .alreadyThere(let path):
      "\(path) is there already and is not overwritten: give another folder with --output"
    case .noAutoencoder:
      "the kernel has no autoencoder loaded: give its folder with --sae"
    case .noAnswer(let question): "the model gave no answer to \"\(question)\""
    }
  }
}

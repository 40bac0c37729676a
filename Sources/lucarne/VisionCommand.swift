import World

/// The command of a shell that starts a vision worker, as an option states it.
///
/// - Parameter stated: the command; or `masks`, for the worker that ships with the program and
///   answers from the shipped pictures' masks; or `masks:FILE`, from those of another concept set.
func visionCommand(_ stated: String?) throws -> String? {
  guard let stated, stated == "masks" || stated.hasPrefix("masks:") else { return stated }
  let world = try shippedWorld()
  let file = String(stated.dropFirst("masks:".count))
  let concepts = file.isEmpty ? world.concepts : absolutePath(file)
  return "python3 \(shellWord(world.masksWorker)) --concepts \(shellWord(concepts))"
}

/// A text as one word of a shell's command.
private func shellWord(_ text: String) -> String {
  "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
    + "'"
}

import World

/// The file of questions that a command is given, absolute; that of the pictures that ship where
/// it is given none.
func questionFile(_ stated: String?) throws -> String {
  try stated.map(absolutePath) ?? shippedWorld().questions
}

import KernelProtocol

/// Recipes as commands are given them.
package enum LocalRecipes {
  /// The path of a file that is a recipe.
  /// - Throws: where it is none.
  package static func checked(_ path: String) throws -> String {
    _ = try Recipe(at: path)
    return path
  }
}

package import Tensors

/// The weights of one module: a checkpoint seen from below a prefix of names.
///
///     let attention = checkpoint.scope("language_model.layers.0")["self_attn"]
///     let query = try attention.matrix("q_proj.weight", rows: 4096, columns: 4096)
package struct WeightScope {
  package let checkpoint: Checkpoint
  package let prefix: String
  let quantiser: WeightQuantiser?

  /// The scope of a module within this one.
  package subscript(_ module: String) -> WeightScope {
    WeightScope(checkpoint: checkpoint, prefix: fullName(module), quantiser: quantiser)
  }

  /// The scope of the `index`-th module of a list.
  package subscript(_ index: Int) -> WeightScope { self["\(index)"] }

  /// The weights `name` [rows, columns] where they lie. Throws `.missing`, `.shape`, `.type`.
  package func matrix(
    _ name: String, rows: Int, columns: Int
  ) throws(CheckpointError) -> WeightMatrix {
    try checkpoint.matrix(fullName(name), rows: rows, columns: columns)
  }

  /// The weights `name` [rows, columns] of a linear layer: as 8-bit weights where the scope has a
  /// quantiser, else where they lie. Throws as `matrix`, and what the quantiser throws.
  package func linearMatrix(_ name: String, rows: Int, columns: Int) throws -> WeightMatrix {
    let stored = try matrix(name, rows: rows, columns: columns)
    return try quantiser?(stored, named: fullName(name)) ?? stored
  }

  /// The weights `name` [count] as float32, each held to be finite.
  /// Throws `.missing`, `.shape`, `.type`, `.notFinite`.
  package func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
    let values = try checkpoint.vector(fullName(name), count: count)
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(fullName(name), element: index)
    }
    return values
  }

  package func contains(_ name: String) -> Bool { checkpoint.contains(fullName(name)) }

  package func requireFinite(_ name: String, rowStride: Int = 1) throws(CheckpointError) {
    try checkpoint.requireFinite(fullName(name), rowStride: rowStride)
  }

  private func fullName(_ name: String) -> String { prefix.isEmpty ? name : "\(prefix).\(name)" }
}

import Checkpoints
internal import JSON

/// The rotary embeddings of both kinds of Gemma 3's layers.
struct Gemma3Rotary {
  /// Of layers that see everything.
  let global: RotaryRecipe
  /// Of layers with a window.
  let local: RotaryRecipe

  /// From `rope_parameters` with an object for each kind of layer (transformers 5), or
  /// `rope_theta`, `rope_local_base_freq` and a `rope_scaling` of the global layers alone (before).
  /// A member of `rope_scaling` counts before that of `rope_parameters`.
  init(_ reader: ConfigurationReader) throws(CheckpointError) {
    let both = try reader.child("rope_parameters")
    let kinds = LayerKind.allCases.map(\.rawValue)
    if let both, let other = both.object.members.first(where: { !kinds.contains($0.name) }) {
      throw both.error(other.name, other.value, "\(kinds.joined(separator: " and ")) alone")
    }
    let contextLength = try reader.size(
      "max_position_embeddings", default: 131_072, limit: 1 << 30)
    func recipe(
      _ kind: LayerKind, scaling: ConfigurationReader?, theta: Double
    ) throws(CheckpointError) -> RotaryRecipe {
      let own = try both?.child(kind.rawValue)
      var members = own?.object ?? JSONObject()
      for member in scaling?.object.members ?? [] { members[member.name] = member.value }
      let path = scaling?.path ?? own?.path ?? reader.path
      return try RotaryRecipe(
        ConfigurationReader(object: members, path: path), theta: theta, outer: reader,
        contextLength: contextLength)
    }
    global = try recipe(
      .full, scaling: try reader.child("rope_scaling"),
      theta: try reader.positive("rope_theta", default: 1_000_000))
    local = try recipe(
      .sliding, scaling: nil, theta: try reader.positive("rope_local_base_freq", default: 10_000))
  }
}

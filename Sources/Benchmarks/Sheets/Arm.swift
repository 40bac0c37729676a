import JSON

/// One way in which the questions of a set are answered.
package struct Arm: Sendable, Hashable {
  package enum Role: String, Sendable, CaseIterable {
    /// The model as it is.
    case plain
    /// With the autoencoder's reconstruction in the residual's place.
    case reconstruction
    case intervention
    /// An intervention on other features, drawn at random among those that are about as active.
    case randomFeatures
    /// As much of a change as an intervention makes, in a random direction.
    case randomDirection
  }

  package var name: String
  package var role: Role
  /// The arm that a control belongs to.
  package var controlled: String?
  /// What a control's draw was seeded with.
  package var seed: UInt64?

  package init(name: String, role: Role, controlled: String? = nil, seed: UInt64? = nil) {
    self.name = name
    self.role = role
    self.controlled = controlled
    self.seed = seed
  }

  package static let plain = Arm(name: "plain", role: .plain)
  package static let reconstruction = Arm(name: "reconstruction", role: .reconstruction)

  package var isControl: Bool { role == .randomFeatures || role == .randomDirection }
}

extension Arm {
  var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    object["role"] = .string(role.rawValue)
    object["of"] = controlled.map { .string($0) }
    object["seed"] = seed.map { .string("\($0)") }
    return .object(object)
  }

  init?(_ json: JSONValue) {
    guard let name = json["name"]?.stringValue,
      let role = json["role"]?.stringValue.flatMap(Role.init)
    else { return nil }
    self.init(
      name: name, role: role, controlled: json["of"]?.stringValue,
      seed: json["seed"]?.stringValue.flatMap { UInt64($0) })
  }
}

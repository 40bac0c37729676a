/// The members of an object in the order of the text.
///
/// Nothing forbids two members with one name. All of them are kept, so that a reader can refuse
/// them; look-up, writing and comparison see the last.
package struct JSONObject: Sendable {
  package struct Member: Sendable, Equatable {
    package let name: String
    package let value: JSONValue

    package init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// Up to here walking the members is quicker than hashing a name.
  private static let walkedCount = 16

  /// Every member, those that a later one of the same name hides included.
  package private(set) var members: [Member] = []
  /// Where the last member of each name is; empty for a small object, which is walked.
  private var places: [String: Int] = [:]

  package init() {}

  package init(_ members: [Member]) {
    self.members = members
    index()
  }

  /// The members in the order of their names.
  package init(_ values: [String: JSONValue]) {
    self.init(values.sorted { $0.key < $1.key }.map { Member(name: $0.key, value: $0.value) })
  }

  /// The value under `name`, of several the last. Setting replaces it where it stands, or appends;
  /// setting nil removes every member of that name.
  package subscript(name: String) -> JSONValue? {
    get { place(of: name).map { members[$0].value } }
    set {
      guard let newValue else {
        members.removeAll { $0.name == name }
        return index()
      }
      let member = Member(name: name, value: newValue)
      if let place = place(of: name) {
        members[place] = member
      } else {
        members.append(member)
        if !places.isEmpty { places[name] = members.count - 1 } else { index() }
      }
    }
  }

  /// The value under `name` unless it is absent or null.
  package func present(_ name: String) -> JSONValue? {
    guard let value = self[name], !value.isNull else { return nil }
    return value
  }

  /// A name that more than one member has; the first of those in the text.
  package var repeatedName: String? {
    if !places.isEmpty, places.count == members.count { return nil }
    return members.indices.first { place(of: members[$0].name) != $0 }.map { members[$0].name }
  }

  /// One member for each name, hidden ones left out, in the order of the names.
  package var sortedMembers: [Member] {
    let visible = repeatedName == nil ? members : visibleMembers
    return visible.sorted { $0.name < $1.name }
  }

  /// Every member with its value changed.
  package func mapValues<Failure: Error>(
    _ change: (JSONValue) throws(Failure) -> JSONValue
  ) throws(Failure) -> JSONObject {
    var changed: [Member] = []
    changed.reserveCapacity(members.count)
    for member in members {
      changed.append(Member(name: member.name, value: try change(member.value)))
    }
    return JSONObject(changed)
  }

  private var visibleMembers: [Member] {
    members.indices.filter { place(of: members[$0].name) == $0 }.map { members[$0] }
  }

  private func place(of name: String) -> Int? {
    places.isEmpty ? members.lastIndex { $0.name == name } : places[name]
  }

  private mutating func index() {
    places = [:]
    guard members.count > Self.walkedCount else { return }
    places.reserveCapacity(members.count)
    for (place, member) in members.enumerated() { places[member.name] = place }
  }
}

extension JSONObject: Equatable {
  /// Whether both have the same names, and the same value under each; the order does not count.
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members == right.members || left.sortedMembers == right.sortedMembers
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral members: (String, JSONValue)...) {
    self.init(members.map { Member(name: $0.0, value: $0.1) })
  }
}

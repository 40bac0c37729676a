import Benchmarks
import KernelProtocol

extension QuestionSet {
  /// The questions of some kinds, each picture's together, in the order in which pictures come
  /// first.
  ///
  /// - Parameter kinds: nil for all.
  /// - Throws: `KernelError.unsupported` where none is left.
  func items(ofKinds kinds: [String]?, limit: Int?) throws(KernelError) -> [QuestionItem] {
    let wanted = kinds.map { Set($0) }
    let chosen = items.filter { item in
      wanted.map { item.kind.map($0.contains) == true } ?? true
    }.prefix(limit ?? .max)
    guard !chosen.isEmpty else {
      let known = Set(items.compactMap(\.kind)).sorted().prefix(50)
        .map { "\"\($0)\"" }.joined(separator: ", ")
      throw .unsupported(
        "no question is of the kinds asked for: the set's kinds are "
          + (known.isEmpty ? "none" : known))
    }
    var groups: [[QuestionItem]] = []
    var places: [String: Int] = [:]
    for item in chosen {
      if let place = places[item.scene] {
        groups[place].append(item)
      } else {
        places[item.scene] = groups.count
        groups.append([item])
      }
    }
    return groups.flatMap(\.self)
  }
}

extension QuestionItem {
  /// What questions of one picture have in common; a question without one stands alone.
  var scene: String {
    guard let picture else { return "question \(id)" }
    let parts = picture.split(separator: "/").filter { $0 != "." }
    return "image " + (picture.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}

extension IndexBuild.Shard {
  /// Every so many pictures, each with its questions.
  /// - Throws: `KernelError.unsupported` for a part that there is not.
  func items(of items: [QuestionItem]) throws(KernelError) -> [QuestionItem] {
    guard count > 0, (0..<count).contains(index) else {
      throw .unsupported(
        "the shard is \(index) of \(count), expected 0 to one less than their number")
    }
    var numbers: [String: Int] = [:]
    for item in items where numbers[item.scene] == nil { numbers[item.scene] = numbers.count }
    return items.filter { item in numbers[item.scene].map { $0 % count == index } == true }
  }
}

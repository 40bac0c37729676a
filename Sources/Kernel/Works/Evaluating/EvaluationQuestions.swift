import Benchmarks
import KernelProtocol

extension EvaluationRun.Params {
  /// The questions that are asked for, each picture's together, in the order in which pictures
  /// come first.
  /// - Throws: `KernelError.unsupported` where none is left.
  func items(of set: QuestionSet) throws(KernelError) -> [QuestionItem] {
    let wanted = kinds.map { Set($0) }
    let chosen = set.items.filter { item in
      wanted.map { item.kind.map($0.contains) == true } ?? true
    }.prefix(limit ?? .max)
    guard !chosen.isEmpty else {
      let known = Set(set.items.compactMap(\.kind)).sorted().prefix(50)
        .map { "\"\($0)\"" }.joined(separator: ", ")
      throw .unsupported(
        "no question is of the kinds asked for: the set's kinds are "
          + (known.isEmpty ? "none" : known))
    }
    var groups: [[QuestionItem]] = []
    var places: [String: Int] = [:]
    for item in chosen {
      if let picture = item.picture, let place = places[picture] {
        groups[place].append(item)
      } else {
        if let picture = item.picture { places[picture] = groups.count }
        groups.append([item])
      }
    }
    return groups.flatMap(\.self)
  }
}

/// A part of a set: every so many pictures, each with its questions; a question without a picture
/// stands for one.
struct PictureShard {
  let index: Int
  let count: Int

  /// - Throws: `KernelError.unsupported`.
  init(_ shard: IndexBuild.Shard) throws(KernelError) {
    guard shard.count > 0, (0..<shard.count).contains(shard.index) else {
      throw .unsupported(
        "the shard is \(shard.index) of \(shard.count), expected 0 to one less than their number")
    }
    (index, count) = (shard.index, shard.count)
  }

  func items(of items: [QuestionItem], all: [QuestionItem]) -> [QuestionItem] {
    var numbers: [String: Int] = [:]
    var next = 0
    for item in all {
      let key = item.picture.map { "image \($0)" } ?? "question \(item.id)"
      if numbers[key] == nil {
        numbers[key] = next
        next += 1
      }
    }
    return items.filter { item in
      let key = item.picture.map { "image \($0)" } ?? "question \(item.id)"
      return numbers[key].map { $0 % count == index } == true
    }
  }
}

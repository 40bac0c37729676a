/// What a template knows as `loop` in one round of a loop.
package final class TemplateLoopState: Sendable {
  /// Which loop of the evaluation it is.
  let number: Int
  let items: [TemplateValue]
  let index: Int
  /// Of recursion, from 0.
  let depth: Int

  init(number: Int, items: [TemplateValue], index: Int, depth: Int) {
    self.number = number
    self.items = items
    self.index = index
    self.depth = depth
  }

  /// Nil where a loop has nothing of the name.
  func attribute(_ name: String) -> TemplateValue? {
    switch name {
    case "index": .integer(index + 1)
    case "index0": .integer(index)
    case "revindex": .integer(items.count - index)
    case "revindex0": .integer(items.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == items.count - 1)
    case "length": .integer(items.count)
    case "depth": .integer(depth + 1)
    case "depth0": .integer(depth)
    case "previtem": index > 0 ? items[index - 1] : .undefined(name: "there is no previous item")
    case "nextitem":
      index + 1 < items.count ? items[index + 1] : .undefined(name: "there is no next item")
    default: nil
    }
  }
}

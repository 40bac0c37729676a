/// The names of one block. A macro keeps the scope in which it was defined, and sees what is set
/// there later, too.
final class TemplateScope {
  let parent: TemplateScope?
  private var values: [String: TemplateValue]

  init(parent: TemplateScope?, values: [String: TemplateValue] = [:]) {
    self.parent = parent
    self.values = values
  }

  func set(_ name: String, _ value: TemplateValue) { values[name] = value }

  func lookUp(_ name: String) -> TemplateValue? {
    var scope: TemplateScope? = self
    while let current = scope {
      if let value = current.values[name] { return value }
      scope = current.parent
    }
    return nil
  }
}

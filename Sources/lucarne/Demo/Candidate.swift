import JSON
import KernelProtocol
import Reports

/// A token as a candidate for the answer.
struct Candidate {
  let id: Int
  let text: String
  let probability: Double

  init(_ item: ContextLogits.Item) {
    id = item.token
    text = item.text
    probability = exponential(item.logProb)
  }

  /// `"Yes" 95 %`: in quotes, since tokens may differ by a space alone.
  var figure: String {
    let share = 100 * probability
    let text = share > 0 && share < 0.1 ? "below 0.1 %" : "\(NumberText.fixed(share, 1)) %"
    return "\(JSONWriter.quoted(self.text)) \(text)"
  }
}

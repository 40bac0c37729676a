/// How well a label holds, by one measure, beside what chance gives.
package struct LabelScore: Sendable, Equatable {
  /// As an index has it: `iou`, `dissection`, `auc`.
  package var kind: String
  package var value: Double
  package var baseline: Double?

  package init(kind: String, value: Double, baseline: Double? = nil) {
    self.kind = kind
    self.value = value
    self.baseline = baseline
  }

  /// What people call a measure. Indexes of earlier versions have the area under the ROC curve as
  /// `detection`.
  package static func name(ofKind kind: String) -> String {
    switch kind {
    case "iou": "IoU"
    case "dissection": "IoU, dissection"
    case "auc", "detection": "AUC"
    case "clip": "CLIP"
    default: kind
    }
  }

  /// `IoU 0.31, by chance 0.02`.
  package var text: String {
    let name = kind == "dissection" ? "IoU" : Self.name(ofKind: kind)
    return "\(name) \(NumberText.fixed(value))"
      + (baseline.map { ", by chance \(NumberText.fixed($0))" } ?? "")
  }

  /// Several in one line of their own; nothing where there are none.
  static func line(_ scores: [LabelScore]) -> String {
    guard !scores.isEmpty else { return "" }
    let spans = scores.map { "<span>\(HTMLText.escaped($0.text))</span>" }
    return "<span class=\"quality\">\(spans.joined())</span>"
  }
}

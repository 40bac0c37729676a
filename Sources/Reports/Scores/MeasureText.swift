/// What measures of explanations are called, and what they are, in words.
package enum MeasureText {
  /// The order in which measures are shown; others follow by name.
  private static let order = [
    "iou", "auc", "clip", "consistency", "people", "detection", "fuzz", "intruder",
    "monosemanticity", "dissection",
  ]

  package static func sorted(_ measures: some Sequence<String>) -> [String] {
    let found = Set(measures)
    return order.filter(found.contains) + found.subtracting(order).sorted()
  }

  package static func title(_ measure: String) -> String {
    switch measure {
    case "iou": "IoU"
    case "auc": "AUC"
    case "clip": "CLIP score"
    case "consistency": "Consistency, by a judge"
    case "people": "Consistency, by people"
    case "detection": "Detection"
    case "fuzz": "Fuzzing"
    case "intruder": "Intruder"
    case "monosemanticity": "Monosemanticity"
    case "dissection": "IoU of dissection"
    default: measure
    }
  }

  /// A sentence; nil for a measure that is not known.
  package static func definition(_ measure: String) -> String? {
    switch measure {
    case "iou":
      "The overlap of the places where a feature is active with the mask of what its "
        + "explanation names, divided by their union: the mean over the feature's best "
        + "pictures. By chance: over random pictures."
    case "auc":
      "How well a feature's largest activation tells pictures with the concept from those "
        + "without: the area under the ROC curve. By chance: 0.5."
    case "clip":
      "100 × the cosine of explanation and picture, negative ones as 0, by a model of "
        + "pictures and texts: the mean over the feature's best pictures. By chance: over "
        + "random pictures."
    case "consistency":
      "The share of explanations that a judge finds in what is lit in the feature's best "
        + "pictures. By chance: in those of another feature."
    case "people":
      "The share of answers by which people find the explanation in what is lit in the "
        + "feature's best pictures. By chance: the share for explanations of other features."
    case "detection":
      "How well a judge tells by the explanation on which pictures the feature is active: "
        + "balanced accuracy. By chance: 0.5."
    case "fuzz":
      "How well a judge tells by the explanation whether what is lit is where the feature "
        + "is active: balanced accuracy. By chance: 0.5."
    case "intruder":
      "The share of rounds in which a judge finds the one picture of five on which the "
        + "feature is not active. No explanation is needed. By chance: 1 of 5."
    case "monosemanticity":
      "How alike the pictures are on which the feature is active, to a model of pictures, "
        + "weighted by the activations. No explanation is needed. By chance: with the "
        + "activations given to other pictures."
    case "dissection":
      "The overlap of a feature's activations with the concept that it was named by, on the"
        + " half of the pictures on which the name was not chosen. By chance: the mean of all "
        + "active features."
    default: nil
    }
  }

  /// Digits behind the point that a value is shown with.
  package static func digits(_ measure: String) -> Int { measure == "clip" ? 1 : 3 }
}

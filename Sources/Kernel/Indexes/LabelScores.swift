import FeatureIndex
import KernelProtocol
import Reports

extension [ScoreRecord] {
  /// Those that are told beside a label, each the newest of its kind: the overlap with masks, that
  /// of the latent's best pictures or else that of a dissection, then the area under the ROC curve.
  var besideLabel: [ScoreRecord] {
    let overlap = last { $0.kind == "iou" } ?? last { $0.kind == "dissection" }
    var area = last { $0.kind == "auc" || $0.kind == Self.earlierArea }
    area?.kind = "auc"
    return [overlap, area].compactMap(\.self)
  }

  /// The same on the wire; nil where there are none.
  var labelScores: [KernelProtocol.LabelScore]? {
    let told = besideLabel
    return told.isEmpty ? nil : told.map { .init($0) }
  }

  /// What indexes of earlier versions call the area under the ROC curve.
  private static var earlierArea: String { "detection" }
}

extension Reports.LabelScore {
  init(_ score: ScoreRecord) {
    self.init(kind: score.kind, value: score.value, baseline: score.baseline)
  }
}

extension KernelProtocol.LabelScore {
  init(_ score: ScoreRecord) {
    self.init(kind: score.kind, value: score.value, baseline: score.baseline)
  }
}

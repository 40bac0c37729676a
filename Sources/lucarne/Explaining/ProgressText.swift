import KernelProtocol
import Reports

/// How far a job is, in a line for a terminal: a bar where its end is known.
func progressText(_ progress: Job.Progress, _ unit: String) -> String {
  var parts: [String] = []
  let noun = unit.isEmpty ? "" : " " + unit
  if let total = progress.total, total > 0 {
    let share = min(1, Double(progress.done) / Double(total))
    let full = Int(share * 20)
    parts.append(
      "[" + String(repeating: "#", count: full) + String(repeating: "-", count: 20 - full) + "] "
        + NumberText.percent(share).alignedRight(to: 5))
    parts.append("\(progress.done)/\(total)\(noun)")
  } else {
    parts.append("\(progress.done)\(noun)")
  }
  if let left = progress.remainingSeconds, left.isFinite, left >= 1 {
    parts.append("\(durationText(left)) left")
  }
  if let message = progress.message { parts.append(message) }
  return parts.joined(separator: "  ")
}

/// Seconds as people say them: 0.4 s, 40 s, 3 min 20 s, 2 h 5 min.
func durationText(_ seconds: Double) -> String {
  if seconds < 9.95 { return NumberText.fixed(max(0, seconds), 1) + " s" }
  let whole = Int(min(max(0, seconds), 1e9).rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole % 3600 / 60) min"
}

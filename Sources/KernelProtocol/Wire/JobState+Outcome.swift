extension JobState {
  /// Whether nothing more happens to the job by itself.
  package var isSettled: Bool { self != .queued && self != .running }
  /// Whether `job/resume` begins it again.
  package var isResumable: Bool { [.paused, .failed, .interrupted].contains(self) }
}

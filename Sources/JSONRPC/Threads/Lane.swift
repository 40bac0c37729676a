/// Where a method's requests run.
package enum Lane: String, Sendable, CaseIterable {
  /// On the reader, at once and before the next message: only for what takes no time at all.
  case immediate
  /// On the control thread: what needs no model. Never waits for the engine.
  case control
  /// On the index thread: what reads and writes indexes, whose files may be slow.
  /// Never waits for the engine.
  case index
  /// On the engine thread, one after another in the order of arrival; several clients take turns.
  case engine
  /// On a thread of its own: what only waits for something else to happen.
  case waiting
}

/// The threads that requests run on. Several connections may share them.
package struct Lanes: Sendable {
  package let control: WorkQueue
  package let index: WorkQueue
  package let engine: WorkQueue

  package init(
    control: WorkQueue = WorkQueue(name: "control"), index: WorkQueue = WorkQueue(name: "index"),
    engine: WorkQueue = WorkQueue(name: "engine")
  ) {
    self.control = control
    self.index = index
    self.engine = engine
  }

  /// The queue of a lane that has one for all requests.
  func queue(of lane: Lane) -> WorkQueue? {
    switch lane {
    case .immediate, .waiting: nil
    case .control: control
    case .index: index
    case .engine: engine
    }
  }
}

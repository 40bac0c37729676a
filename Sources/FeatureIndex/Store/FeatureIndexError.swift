/// Why an index cannot be used.
package enum FeatureIndexError: Error, Equatable, CustomStringConvertible {
  case missing(path: String)
  /// There is something else, or a file that is damaged.
  case invalid(path: String, reason: String)
  /// Written by a later version of the program.
  case newer(path: String)
  /// Another process or job writes to it; `holder` is the process, where it is known.
  case busy(path: String, holder: Int? = nil)
  /// Built for another model, autoencoder or with other options.
  case stale(path: String, reason: String)
  /// Its last writer ended amid a change, which readers may not undo.
  case cutOff(path: String)
  /// There is no room for what is to be written; nothing of it was.
  case diskFull(path: String)
  case exists(path: String)
  /// It, or what SQLite needs beside it, cannot be opened.
  case unreachable(path: String)
  /// Stopped by whoever asked for it; nothing is left behind.
  case interrupted(path: String)
  case inputOutput(path: String, reason: String)
  case value(what: String, found: String, expected: String)

  package var description: String {
    switch self {
    case .missing(let path):
      "there is no index at \(path): build one with \"lucarne index build\" or index/build"
    case .invalid(let path, let reason):
      "\(path) is not a valid index: \(reason); it was left as it is: remove or rename it and "
        + "build it again, or restore a copy"
    case .newer(let path): "\(path) was written by a later version of the program"
    case .busy(let path, let holder?):
      "the index \(path) is being written by process \(holder): wait for it, or cancel it"
    case .busy(let path, nil):
      "the index \(path) is being written by another job or process: wait for it, or cancel it"
    case .cutOff(let path):
      "\(path) was interrupted in the middle of a change: the next program that writes to it, such "
        + "as its build, undoes the change"
    case .stale(let path, let reason): "the index \(path) does not fit: \(reason)"
    case .diskFull(let path):
      "the disk of \(path) is full: what was indexed before is safe; free some space and resume"
    case .exists(let path): "\(path) exists already"
    case .unreachable(let path):
      "\(path) cannot be opened: who asks must be allowed to read it, and to write to its folder "
        + "where its last writer "
        + "was cut off"
    case .interrupted(let path): "the work on \(path) was stopped"
    case .inputOutput(let path, let reason): "\(path): \(reason)"
    case .value(let what, let found, let expected):
      "\(what) is \(found), expected \(expected)"
    }
  }
}

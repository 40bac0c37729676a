import ArgumentParser

/// Does work that needs no kernel with a line on how far it is, and ends it at Ctrl-C.
///
/// - Parameter work: what is done; it calls what it is given now and then, with a line for a
///   terminal.
/// - Throws: what the work throws; `ExitCode` where it was stopped.
func showingProgress<Value>(
  _ work: (_ report: (String) throws -> Void) throws -> Value
) throws -> Value {
  let stop = Interruption()
  var line = ProgressLine()
  defer { line.end() }
  return try work { text in
    if stop.isRequested { throw ExitCode(130) }
    line.show(text)
  }
}

import JSONRPC
import Kernel

/// The folder of the PyTorch that Python would import, without importing it.
///
/// Nothing is looked for in the current folder, from which `python3 -c` would import before all
/// others: it may be anybody's.
/// - Parameter goesOn: whether the answer is still waited for.
func pythonTorchFolder(while goesOn: () -> Bool) -> TorchFolder {
  let question = """
    import sys
    sys.path = [p for p in sys.path if p not in ("", ".")]
    import importlib.util as u
    s = u.find_spec("torch")
    places = s and s.submodule_search_locations
    print("\(mark)" + (places[0] if places else ""))
    """
  let hint = "install torch, or name its folder with --torch"
  do {
    // What it says beside the answer is nobody's.
    let process = try ChildProcess(
      "/bin/sh", arguments: ["sh", "-c", "exec python3 -c \"$1\" 2>/dev/null", "sh", question])
    process.closeInput()
    var bytes: [UInt8] = []
    let end = ContinuousClock.now + patience
    while goesOn(), ContinuousClock.now < end, bytes.count < 1 << 16 {
      guard process.hasOutput(within: 100) else {
        // Somebody else may hold its pipe.
        if process.hasEnded(within: 0) { break }
        continue
      }
      let more = process.read()
      if more.isEmpty { break }
      bytes += more
    }
    let isLate = ContinuousClock.now >= end
    if isLate || !goesOn() || !process.hasEnded(within: 1_000) { process.kill() }
    let (isClean, ending) = process.waitForEnd()
    guard isClean else {
      let what = isLate ? "gave no answer in \(patience)" : ending
      return .absent(reason: "python3, asked where torch is, \(what): \(hint)")
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let answer = lines.last(where: { $0.hasPrefix(mark) }), answer != mark else {
      return .absent(reason: "python3 finds no torch: \(hint)")
    }
    return .found(String(answer.dropFirst(mark.count)))
  } catch {
    return .absent(reason: "python3 cannot be started: \(error): \(hint)")
  }
}

/// Before the answer, which is not all that a Python may print.
private let mark = "torch is in "

private let patience = Duration.seconds(20)

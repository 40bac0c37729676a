import JSONRPC
import Kernel

/// The folder of the PyTorch that Python would import, without importing it.
func pythonTorchFolder() -> TorchFolder {
  let question =
    "import importlib.util as u; s = u.find_spec('torch'); "
    + "print(s.submodule_search_locations[0] if s and s.submodule_search_locations else '')"
  let hint = "install torch, or name its folder with --torch"
  do {
    let process = try ChildProcess(
      "/usr/bin/env", arguments: ["env", "python3", "-c", question], errors: .piped)
    process.closeInput()
    var bytes: [UInt8] = []
    while process.hasOutput(within: 20_000), bytes.count < 1 << 16 {
      let more = process.read()
      if more.isEmpty { break }
      bytes += more
    }
    if !process.hasEnded(within: 1_000) { process.kill() }
    let (isClean, ending) = process.waitForEnd()
    guard isClean else {
      return .absent(reason: "python3, asked where torch is, \(ending): \(hint)")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let folder = text.split(separator: "\n").first else {
      return .absent(reason: "python3 finds no torch: \(hint)")
    }
    return .found(String(folder))
  } catch {
    return .absent(reason: "python3 cannot be started: \(error): \(hint)")
  }
}

import ArgumentParser
import Kernel
import Tensors

/// What every command that computes may use of the machine.
struct ComputeArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: """
      Bytes that may be allocated, mapped weights not counted (default: three quarters of the \
      memory that the machine, the container or the job has available).
      """,
    transform: byteCount)
  var memoryLimit: Int?

  @Option(help: "Threads for computation (default: one per processor).")
  var threads: Int?

  @Option(
    help: """
      What models run on: cpu; cuda or cuda:N, a card through PyTorch's libraries; torch:cpu, \
      those libraries on the processor, to compare; auto, the first card where libraries and card \
      are there.
      """)
  var device = "cpu"

  @Option(
    help: """
      The folder of PyTorch's libraries, .../site-packages/torch (default: where python3 finds \
      torch).
      """)
  var torch: String?

  func validate() throws {
    do throws(KernelError) { _ = try DeviceChoice(named: device) } catch {
      throw ValidationError("--device: \(error)")
    }
    if let torch, torch.isEmpty { throw ValidationError("--torch is empty, expected a folder") }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to 1024")
    }
  }

  var threadCount: Int { threads ?? processorCount() }

  /// A kernel's options with the device that is asked for.
  func onDevice(_ options: KernelOptions) -> KernelOptions {
    var options = options
    if let choice = try? DeviceChoice(named: device) { options.device = choice }
    let given = torch.map(absolutePath)
    options.torch = { given.map(TorchFolder.found) ?? pythonTorchFolder(while: $0) }
    return options
  }
}

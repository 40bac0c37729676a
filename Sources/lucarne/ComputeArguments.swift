import ArgumentParser
import Tensors

/// What every command that computes may use of the machine.
struct ComputeArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: """
      Bytes that may be allocated, mapped weights not counted (default: three quarters of the \
      available memory).
      """,
    transform: byteCount)
  var memoryLimit: Int?

  @Option(help: "Threads for computation (default: one per processor).")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to 1024")
    }
  }

  var threadCount: Int { threads ?? processorCount() }
}

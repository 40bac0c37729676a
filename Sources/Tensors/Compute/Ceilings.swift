import CKernels
import Synchronization

/// What the processor reaches at best, measured: what a benchmark's figures are shares of.
package struct Ceilings: Sendable {
  /// The instructions measured.
  package let path: KernelPath
  /// Float operations a second of all threads together, operands in registers; nil where the path has no instruction of its own.
  package let multiply: Double?
  /// Bytes a second that all threads together read from memory.
  package let read: Double

  /// Measures for about a second: the best of some short runs, as what a machine can do is not what it did on average.
  package init(path: KernelPath = .best, team: ThreadTeam) {
    self.path = path
    multiply = Self.multiplyRate(path: path, team: team)
    read = Self.readRate(team: team)
  }

  private static func multiplyRate(path: KernelPath, team: ThreadTeam) -> Double? {
    guard kernel_multiply_burst(path.code) > 0 else { return nil }
    return best { seconds in
      let total = Mutex(0.0)
      let time = seconds {
        team.run(team.threadCount) { _ in
          var done = 0.0
          for _ in 0..<1000 { done += kernel_multiply_burst(path.code) }
          total.withLock { $0 += done }
        }
      }
      return total.withLock { $0 } / time
    }
  }

  private static func readRate(team: ThreadTeam) -> Double {
    let part = 64 << 20
    let parts = 16
    // Written first, or every page would be the same page of zeros.
    let memory = Matrix(rows: parts, columns: part / 4)
    return best { seconds in
      let time = seconds {
        team.run(parts) { index in
          unsafe memory.withPointer {
            unsafe _ = kernel_read_memory(
              UnsafeRawPointer($0) + index * part, part)
          }
        }
      }
      return Double(part * parts) / time
    }
  }

  private static func best(_ run: ((() -> Void) -> Double) -> Double) -> Double {
    let clock = ContinuousClock()
    return (0..<5).map { _ in run { body in clock.measure(body) / .seconds(1) } }.max() ?? 0
  }
}

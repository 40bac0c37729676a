import CKernels
import Glibc
import Synchronization

/// What this machine can do at most, measured: the bounds that speeds are held against.
///
/// Speeds of a shared machine vary from minute to minute: measure beside what is to be compared.
package struct Ceilings: Sendable {
  package let team: ThreadTeam

  package init(team: ThreadTeam) {
    self.team = team
  }

  /// Multiplications and additions a second of the path's widest instruction on every thread of the
  /// team, operands in registers: the best of `runs` runs.
  /// - Parameter seconds: about how long each run takes.
  package func multiplyAdds(
    path: KernelPath, runs: Int = 5, seconds: Double = 0.04
  ) -> Double {
    precondition(KernelPath.available.contains(path), "\(path) does not run here")
    var batches = 64
    // The processor settles on its frequency while the number of batches is found.
    while multiply(path, batches: batches) < seconds, batches < 1 << 40 { batches *= 2 }
    let operations = kernel_multiply_operations(path.code, batches)
    let best = (0..<max(1, runs)).map { _ in multiply(path, batches: batches) }.min()
    return operations * Double(team.threadCount) / (best ?? .infinity)
  }

  /// Bytes a second that all threads together read from anonymous memory, each its own stretch: the
  /// best of `runs` passes over `bytes` bytes, which should be many times the last cache.
  /// - Returns: nil where the memory cannot be had.
  package func memoryRead(bytes: Int = 1 << 30, runs: Int = 5) -> Double? {
    guard
      let base = unsafe mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe base != MAP_FAILED
    else { return nil }
    defer { unsafe munmap(base, bytes) }
    _ = unsafe madvise(base, bytes, MADV_HUGEPAGE)
    let buffer = unsafe Stretch(base: UnsafeRawPointer(base), count: bytes)
    let share = bytes / team.threadCount
    team.run(team.threadCount) { part in
      // Pages that were never written all read the same page of zeros.
      unsafe memset(
        UnsafeMutableRawPointer(mutating: buffer.base + part * share), Int32(part + 1), share)
    }
    return best(of: buffer, runs: runs)
  }

  /// The same from the first `bytes` bytes of a mapped file, in small pages as weights are. The
  /// first pass brings the pages in and is not counted.
  /// - Returns: nil for a smaller file.
  package func memoryRead(of file: MappedFile, bytes: Int = 1 << 30, runs: Int = 3) -> Double? {
    guard bytes > 0, file.byteCount >= bytes, let address = unsafe file.address else { return nil }
    let buffer = unsafe Stretch(base: address, count: bytes)
    _ = read(buffer)
    return best(of: buffer, runs: runs)
  }

  /// Seconds that every thread of the team needs for so many batches.
  private func multiply(_ path: KernelPath, batches: Int) -> Double {
    let sink = Mutex<Float>(0)
    return timed {
      team.run(team.threadCount) { _ in
        let result = kernel_multiply(path.code, batches)
        sink.withLock { $0 += result }
      }
    }
  }

  private func best(of buffer: Stretch, runs: Int) -> Double {
    let seconds = (0..<max(1, runs)).map { _ in read(buffer) }.min() ?? .infinity
    return Double(buffer.count / team.threadCount * team.threadCount) / seconds
  }

  private func read(_ buffer: Stretch) -> Double {
    let share = buffer.count / team.threadCount
    let sink = Mutex<UInt64>(0)
    return timed {
      team.run(team.threadCount) { part in
        let sum = unsafe kernel_read(buffer.base + part * share, share)
        sink.withLock { $0 &+= sum }
      }
    }
  }

  private func timed(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    return (ContinuousClock.now - start) / .seconds(1)
  }
}

/// Memory that is only read and outlives the threads that read it.
@safe private struct Stretch: @unchecked Sendable {
  let base: UnsafeRawPointer
  let count: Int
}

extension MappedFile {
  /// Bytes of the file whose pages are in memory now, as Linux's `mincore`
  /// tells; nil where it does not.
  package func residentByteCount() -> Int? {
    guard let address = unsafe address else { return 0 }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    var states = [UInt8](repeating: 0, count: (byteCount + page - 1) / page)
    guard
      unsafe mincore(UnsafeMutableRawPointer(mutating: address), byteCount, &states) == 0
    else { return nil }
    return min(byteCount, states.count { $0 & 1 == 1 } * page)
  }
}

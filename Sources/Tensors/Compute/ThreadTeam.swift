import CKernels

/// A fork-join team of threads, each with a stack of 8 MB, that ends with the object.
///
/// `@unchecked Sendable`: the team's own lock guards its state.
@safe package final class ThreadTeam: @unchecked Sendable {
  package let threadCount: Int
  private let team: OpaquePointer

  /// A team of `threadCount` threads, the calling one included. Where the system
  /// grants fewer, it has fewer.
  package init(threadCount: Int) {
    var count = max(1, min(threadCount, 1024))
    var created = unsafe kernel_team_create(Int32(count))
    while unsafe created == nil, count > 1 {
      count /= 2
      unsafe created = kernel_team_create(Int32(count))
    }
    guard let created = unsafe created else { fatalError("no memory for a thread team") }
    self.threadCount = count
    unsafe team = created
  }

  deinit { unsafe kernel_team_destroy(team) }

  /// Calls `body` once for each part in `0..<parts`, spread over the team, and
  /// returns when all have returned.
  ///
  /// Callers on several threads take turns. A run inside a body runs its parts one after
  /// the other on that thread.
  package func run(_ parts: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var call: @Sendable (Int) -> Void = body
      unsafe withUnsafeMutablePointer(to: &call) { context in
        unsafe kernel_team_run(
          team, parts,
          { context, part in
            guard let context = unsafe context else { return }
            unsafe context.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(part)
          }, context)
      }
    }
  }
}

import COpenBLAS
import Synchronization

/// What operators compute with: threads, the precision of products and the instructions. Handed to
/// layers when they are made.
package final class Compute: Sendable {
  package let team: ThreadTeam
  package let precision: Precision
  package let path: KernelPath

  package init(team: ThreadTeam, precision: Precision, path: KernelPath = .best) {
    self.team = team
    self.precision = precision
    self.path = path
  }
}

/// OpenBLAS keeps its thread count and its work queue for the whole process, and its threaded
/// products may not run on two threads at once (OpenMathLib/OpenBLAS issue 5836). This lock is the
/// guard of that state; nothing else is shared through it.
private let openBLAS = Mutex<Int32>(0)

/// c [m, n] = alpha a b + beta c, row-major, a and b transposed or not: float32 through
/// OpenBLAS with `threads` threads.
///
/// The result depends on the shapes and the thread count only. A row may differ in its last bits
/// from the same row in a call with another m.
func multiply(
  _ a: UnsafePointer<Float>, stride aStride: Int, transposed aTransposed: Bool,
  _ b: UnsafePointer<Float>, stride bStride: Int, transposed bTransposed: Bool,
  into c: UnsafeMutablePointer<Float>, stride cStride: Int, m: Int, n: Int, k: Int, beta: Float,
  threads: Int
) {
  guard m > 0, n > 0 else { return }
  precondition(
    max(m, n, k, aStride, bStride, cStride) <= Int32.max, "a side beyond OpenBLAS's integers")
  openBLAS.withLock { current in
    if current != Int32(threads) {
      openblas_set_num_threads(Int32(threads))
      current = Int32(threads)
    }
    unsafe cblas_sgemm(
      CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans,
      bTransposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a,
      Int32(max(aStride, 1)), b, Int32(max(bStride, 1)), beta, c, Int32(max(cStride, 1)))
  }
}

import Glibc
import KernelProtocol
import SystemReasons

/// The index that came with the program: everybody's, so that nobody writes to it.
package struct InstalledIndex: Sendable {
  /// nil where none came with it.
  let path: String?

  package init(path: String?) { self.path = path }

  /// - Throws: `DomainError` of kind `pathDenied` where a path, by whatever name, leads to it.
  func refuse(writingTo other: String) throws(DomainError) {
    guard isSame(as: other) else { return }
    throw DomainError(
      .pathDenied, "the index \(quoted(other)) came with the program and is read-only",
      hint:
        "write to an index of your own: copy its file or build one with index/build, and open it "
        + "with "
        + "index/open or name its path")
  }

  /// Whether a path, by whatever name, leads to it.
  package func isSame(as other: String) -> Bool {
    var (first, second) = (stat(), stat())
    guard let path, unsafe stat(path, &first) == 0, unsafe stat(other, &second) == 0 else {
      return false
    }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}

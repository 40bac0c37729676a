import Glibc

/// What tells a file from any other, and from the same one after a change.
struct FileStamp: Sendable, Equatable {
  private let device: UInt
  private let number: UInt
  private let bytes: Int
  private let (seconds, nanoseconds): (Int, Int)

  init(_ status: stat) {
    device = UInt(status.st_dev)
    number = UInt(status.st_ino)
    bytes = Int(status.st_size)
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}

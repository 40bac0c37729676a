internal import Glibc

/// What a path leads to where that is there and is no regular file, in words such as "a named
/// pipe"; nil otherwise. Links are followed, nothing is opened.
package func irregularKind(at path: String) -> String? {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return nil }
  return irregularKind(ofMode: status.st_mode)
}

/// The same of what has the mode `mode`, as the system tells it.
package func irregularKind(ofMode mode: UInt32) -> String? {
  switch mode & S_IFMT {
  case S_IFREG: nil
  case S_IFDIR: "a folder"
  case S_IFIFO: "a named pipe"
  case S_IFSOCK: "a socket"
  case S_IFCHR, S_IFBLK: "a device"
  default: "no regular file"
  }
}

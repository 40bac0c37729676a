import CTorch

/// PyTorch's libraries, found in a folder, opened and asked for their version.
///
/// `@unchecked Sendable`: what is behind the pointer is written only while it is opened, but for a
/// counter, which is atomic.
@safe package final class TorchLibrary: @unchecked Sendable {
  /// Where the libraries lie.
  package let folder: String
  /// As "2.13".
  package let version: String
  let pointer: OpaquePointer

  /// The versions that are accepted, in words.
  package static let acceptedVersions =
    "2.\(CTORCH_OLDEST_MINOR) to 2.\(CTORCH_NEWEST_MINOR)"

  /// Opens the libraries.
  ///
  /// - Parameters:
  ///   - folder: `…/torch` or `…/torch/lib`, where `libtorch_cpu.so` lies.
  ///   - threads: how many threads PyTorch's own work on the processor takes.
  /// - Throws: `TorchError.noLibrary`, with the reason in words.
  package init(folder: String, threads: Int) throws(TorchError) {
    guard !folder.isEmpty, !folder.utf8.contains(0) else {
      throw .noLibrary(folder: folder, reason: "expected the path of a folder")
    }
    var opened: OpaquePointer?
    var message = [CChar](repeating: 0, count: Int(CTORCH_MESSAGE_LENGTH))
    let outcome = unsafe ctorch_open(folder, &opened, &message)
    guard let opened = unsafe opened, Int(outcome) == CTORCH_OPENED else {
      let words = text(of: message)
      let reason =
        switch Int(outcome) {
        case CTORCH_NAMES_MISSING: "they lack \(words)"
        case CTORCH_NOT_LOADED: "the system cannot load them: \(words)"
        default: words
        }
      throw .noLibrary(folder: folder, reason: reason)
    }
    unsafe pointer = opened
    self.folder = unsafe String(cString: ctorch_folder(opened))
    version = unsafe "\(ctorch_major(opened)).\(ctorch_minor(opened))"
    unsafe _ = ctorch_set_threads(opened, Int32(clamping: max(1, threads)))
  }

  deinit { unsafe ctorch_close(pointer) }

  /// How many threads PyTorch's work on the processor takes. Where its version does not let itself
  /// be told, it is another number than was asked for.
  package var threadCount: Int { unsafe Int(ctorch_threads(pointer)) }

  /// Tensors that are there, views included.
  package var liveTensors: Int { unsafe Int(ctorch_live_tensors(pointer)) }

  /// How many devices CUDA has, and why none where there is none.
  package var cudaDevices: (count: Int, reason: String) {
    var message = [CChar](repeating: 0, count: Int(CTORCH_MESSAGE_LENGTH))
    let count = unsafe ctorch_cuda_count(pointer, &message)
    return (Int(count), text(of: message))
  }

  /// What PyTorch says of the last failure on this thread; empty where its version says nothing.
  var reason: String {
    var message = [CChar](repeating: 0, count: Int(CTORCH_MESSAGE_LENGTH))
    unsafe ctorch_reason(pointer, &message)
    return text(of: message)
  }
}

/// A C string's text, up to its end, one line of it.
func text(of bytes: [CChar]) -> String {
  let bytes = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
}

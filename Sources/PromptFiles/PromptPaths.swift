import Glibc
package import KernelProtocol
import SystemReasons

extension PromptFile {
  /// Makes the front matter's paths absolute and reports those that lead nowhere.
  ///
  /// - Parameters:
  ///   - directory: the file's folder; nil for a text that has none.
  ///   - sent: names of images that came with the text, whose paths are not looked at.
  ///   - host: what a client on another machine calls this one, for what is said of paths.
  /// - Returns: the front matter as the wire has it.
  /// - Throws: where the folder's path is not absolute.
  package mutating func resolvedFront(
    directory: String?, sent: Set<String> = [], host: String? = nil
  ) throws(PromptFolderError) -> PromptFront {
    if let directory, !directory.hasPrefix("/") || directory.utf8.contains(0) {
      throw PromptFolderError(path: directory)
    }
    let images = front.images.map { image in
      PromptFront.Image(
        name: image.name.value,
        path: resolved(
          image.path, in: directory, as: sent.contains(image.name.value) ? .sent : .file, host))
    }
    return PromptFront(
      model: front.model.map { resolved($0, in: directory, as: .folder, host) },
      sae: front.sae.map { resolved($0, in: directory, as: .folderOrFile, host) },
      saeOptions: front.saeOptions == SAEOptions() ? nil : front.saeOptions,
      images: images, template: front.template, answer: front.answer?.value,
      baseline: front.baseline?.value,
      steer: front.steer.map { .init(index: $0.index.value, value: $0.value.value) })
  }

  private enum Kind { case file, folder, folderOrFile, sent }

  private mutating func resolved(
    _ path: Located<String>, in directory: String?, as kind: Kind, _ host: String?
  ) -> String {
    var absolute = path.value
    guard !absolute.isEmpty, !absolute.utf8.contains(0) else {
      report(path.range, "a path is not empty and has no zero byte")
      return path.value
    }
    guard !WebAddress.isOne(absolute) else {
      report(path.range, "\(quoted(absolute)): \(WebAddress.refusal)")
      return path.value
    }
    if !absolute.hasPrefix("/") {
      guard let directory else {
        report(
          path.range, "the relative path \(quoted(absolute)) needs a file's folder to start from")
        return path.value
      }
      while absolute.hasPrefix("./") { absolute.removeFirst(2) }
      absolute = directory + (directory.hasSuffix("/") ? "" : "/") + absolute
    }
    if kind != .sent, let reason = reason(against: absolute, as: kind) {
      let place = host.map { " on \($0)" } ?? ""
      report(path.range, "\(quoted(absolute)) \(reason)\(place)")
    }
    return absolute
  }

  private func reason(against path: String, as kind: Kind) -> String? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      return errno == ENOENT || errno == ENOTDIR ? "does not exist" : "cannot be looked at"
    }
    let type = status.st_mode & S_IFMT
    switch kind {
    case .file where type != S_IFREG: return "is not a file"
    case .folder where type != S_IFDIR: return "is not a folder"
    case .folderOrFile where type != S_IFREG && type != S_IFDIR:
      return "is neither a folder nor a file"
    default: return unsafe access(path, R_OK) == 0 ? nil : "must not be read"
    }
  }
}

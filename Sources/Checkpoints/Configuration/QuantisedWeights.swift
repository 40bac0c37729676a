internal import Glibc
internal import JSON

/// Finds out whether a checkpoint's weights were quantised by some library, none of whose ways of
/// storing them are read, so that the refusal names the method and not the first tensor that looks
/// odd.
enum QuantisedWeights {
  /// The sections that name a method: transformers', compressed-tensors' before it, mlx's.
  private static let sections = ["quantization_config", "compression_config", "quantization"]
  private static let bits = ["bits", "w_bit", "nbits", "num_bits"]

  /// Throws `.quantised` where config.json, or the configuration of its text model, names a method.
  static func refuse(in object: JSONObject) throws(CheckpointError) {
    for object in [object, object.present("text_config")?.objectValue ?? JSONObject()] {
      for section in sections {
        guard let found = object.present(section)?.objectValue else { continue }
        throw .quantised(file: "config.json", method: method(section, found))
      }
    }
  }

  /// Throws `.quantised` where files beside or instead of config.json tell of it.
  static func refuse(besideConfiguration folder: String) throws(CheckpointError) {
    for (name, method) in [("quantize_config.json", "gptq"), ("quant_config.json", "awq")]
    where ConfigurationFile.exists(name, in: folder) {
      let stated = try ConfigurationFile.read(name, in: folder)
      let named = stated.present("quant_method") == nil ? method : nil
      throw .quantised(file: name, method: self.method("", stated, named: named))
    }
    if folder.hasSuffix(".gguf") { throw .quantised(file: folder, method: "gguf") }
    if !ConfigurationFile.exists("config.json", in: folder),
      let name = firstFile(in: folder, ending: ".gguf")
    {
      throw .quantised(file: name, method: "gguf")
    }
  }

  /// The method as the file names it, and its bits where it tells them.
  private static func method(
    _ section: String, _ object: JSONObject, named: String? = nil
  ) -> String {
    let stated =
      object.present("quant_method")?.stringValue ?? object.present("format")?.stringValue
    var method = named ?? stated.map { String($0.prefix(100)) } ?? "an unnamed method"
    if section == "quantization", stated == nil { method = "mlx" }
    for bits in ["4", "8"] where object.present("load_in_\(bits)bit")?.boolValue == true {
      method += ", \(bits) bits"
    }
    if let count = bits.lazy.compactMap({ object.present($0)?.plainInteger }).first {
      method += ", \(count) bits"
    }
    return method
  }

  private static func firstFile(in folder: String, ending: String) -> String? {
    guard let directory = unsafe opendir(folder) else { return nil }
    defer { unsafe closedir(directory) }
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(ending) { return name }
    }
    return nil
  }
}

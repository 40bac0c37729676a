internal import JSON

extension ConfigurationReader {
  /// The configuration of the model in `folder`, config.json. Throws `.quantised` where that or a
  /// file beside it tells of weights stored in some library's own way, `.unreadable`, `.malformed`.
  package init(modelIn folder: String) throws(CheckpointError) {
    try QuantisedWeights.refuse(besideConfiguration: folder)
    self.init(object: try ConfigurationFile.read("config.json", in: folder), path: "")
    try QuantisedWeights.refuse(in: object)
  }

  /// The object in `folder`/`name`, which errors call `path`. Throws `.unreadable`, `.malformed`.
  package init(_ name: String, in folder: String, path: String) throws(CheckpointError) {
    self.init(object: try ConfigurationFile.read(name, in: folder), path: path)
  }

  /// The same; an empty object where there is no such file.
  package init(
    ifPresent name: String, in folder: String, path: String
  ) throws(CheckpointError) {
    self.init(
      object: try ConfigurationFile.readIfPresent(name, in: folder) ?? JSONObject(), path: path)
  }
}

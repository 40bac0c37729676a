import FoundationEssentials
import Images
import KernelProtocol
import Reports

extension SessionReport {
  /// Attributions of all questions together, each of which has maps of thousands of patches.
  private static let attributionLimit = 60
  /// Pictures that cannot be shown are told one by one, up to so many.
  private static let toldLimit = 20
  /// Models, pictures and contexts whose digests are listed, of each kind.
  private static let factLimit = 200

  /// - Parameter check: called before each picture and question with the share that is done; may
  ///   throw to stop.
  init(_ session: SavedSession, check: (Double) throws -> Void) throws {
    let reading = SessionReading(session)
    let labels = SessionLabels(session.entries)
    let count = Double(max(1, session.pictures.count + reading.questions.count))
    let opened = Set(
      session.contexts.lazy.flatMap(\.parts).filter { $0.reading == .open }.compactMap(\.picture))
    let pictures = try session.pictures.enumerated().map { number, picture in
      try check(Double(number) / count)
      return Picture(
        picture, treatment: opened.contains(picture.sha256) ? .opened : .loaded)
    }
    let places = Dictionary(
      session.pictures.enumerated().map { ($1.sha256, $0) }, uniquingKeysWith: { $1 })
    var questions: [Question] = []
    var room = Self.attributionLimit
    for (number, question) in reading.questions.enumerated() {
      let done = Double(session.pictures.count + number) / count
      var answers = try SessionAnswers(
        question, labels: labels, pictures: places, check: { try check(done) })
      questions.append(answers.question(attributions: &room))
    }
    self.init(
      created: Self.time(session.created), note: session.note, facts: Self.facts(session),
      pictures: pictures, questions: questions)
    let lost = pictures.filter { $0.content == nil }
    warnings =
      reading.warnings
      + lost.prefix(Self.toldLimit).map {
        "the picture \($0.name.prefix(100)) with the SHA-256 \($0.digest.prefix(64)) cannot be "
          + "shown: it is no PNG, JPEG, WebP, GIF or BMP, or too large"
      }
    if lost.count > Self.toldLimit {
      warnings.append("\(lost.count - Self.toldLimit) pictures more cannot be shown")
    }
  }

  private static func time(_ seconds: Double) -> String? {
    // Beyond the year 9999 no calendar need go.
    guard seconds.isFinite, (0..<253_402_300_800).contains(seconds) else { return nil }
    let date = Date(timeIntervalSince1970: seconds)
    return date.formatted(.iso8601.year().month().day()) + " at "
      + date.formatted(.iso8601.time(includingFractionalSeconds: false)) + " UTC"
  }

  private static func facts(_ session: SavedSession) -> [(name: String, value: String)] {
    var facts: [(name: String, value: String)] = []
    if let version = session.kernelVersion { facts.append(("saved by lucarne", version)) }
    for model in session.models.prefix(factLimit) {
      facts.append(("model \(model.model)", model.digest))
      let resizing = model.resizing.map { ", pictures resized as \($0.rawValue)" } ?? ""
      facts.append(
        (
          "model \(model.model), how",
          "\(model.architecture), \(model.precision.rawValue)\(resizing)"
        )
      )
    }
    for sae in session.saes.prefix(factLimit) {
      facts.append(("autoencoder \(sae.sae) at \(sae.site)", sae.digest))
    }
    for picture in session.pictures.prefix(factLimit) {
      facts.append(("picture \(picture.name ?? "without a name")", picture.sha256))
    }
    for context in session.contexts.prefix(factLimit) {
      facts.append(
        ("tokens of \(context.context), \(context.tokenCount) of them", context.tokensDigest))
    }
    return facts
  }
}

extension SessionReport.Picture {
  /// Files up to so many bytes travel as they are, in a page that may have many.
  private static let byteLimit = 1 << 20
  /// Pixels of the longer side of those that do not.
  private static let side = 1_024

  fileprivate init(_ saved: SavedSession.Picture, treatment: PictureTreatment) {
    self.init(
      name: saved.name ?? "picture", digest: saved.sha256,
      content: Self.content(saved.base64, treatment))
  }

  private static func content(_ base64: String, _ treatment: PictureTreatment) -> Content? {
    let decoder = PictureDecoder(treatment: treatment)
    guard let bytes = Base64.decode(base64), let header = try? decoder.header(of: bytes),
      let picture = try? decoder.picture(from: bytes)
    else { return nil }
    let type: String? =
      switch header.format {
      case .png: "image/png"
      case .jpeg: "image/jpeg"
      case .webP, .gif, .bmp: nil
      }
    if let type, bytes.count <= byteLimit, header.orientation == .upright {
      return Content(bytes: bytes, type: type, width: picture.width, height: picture.height)
    }
    let side = min(side, max(picture.width, picture.height))
    guard let fitted = try? picture.fitted(side: side), let encoded = try? PNGEncoder.data(fitted)
    else { return nil }
    return Content(
      bytes: encoded, type: "image/png", width: picture.width, height: picture.height)
  }
}

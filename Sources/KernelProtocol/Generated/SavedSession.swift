// Written by protocol/generator from protocol/openrpc.json.

package import JSON

/// Contexts as a file: how each was opened, its pictures, and what a client asked about them.
/// session/save writes it, session/open opens its contexts again.
package struct SavedSession: Codable, Sendable, Equatable {
  package var format: String
  package var version: Int
  /// Seconds since 1970.
  package var created: Double
  /// Of the lucarne that wrote it, as initialize tells it; absent in files of earlier ones.
  package var kernelVersion: String?
  /// What the client says of it.
  package var note: String?
  /// Those that the contexts were opened on.
  package var models: [Model]
  /// Those that were loaded for these models.
  package var saes: [Autoencoder]
  /// Each once, however many parts show it.
  package var pictures: [Picture]
  /// In the order of opening.
  package var contexts: [Context]
  /// What the client gave, as it was: questions and answers, for a log. session/export reads those
  /// that are objects with method, params and result.
  package var entries: [JSONValue]

  package init(
    format: String, version: Int, created: Double, kernelVersion: String? = nil,
    note: String? = nil, models: [Model], saes: [Autoencoder], pictures: [Picture],
    contexts: [Context], entries: [JSONValue]
  ) {
    self.format = format
    self.version = version
    self.created = created
    self.kernelVersion = kernelVersion
    self.note = note
    self.models = models
    self.saes = saes
    self.pictures = pictures
    self.contexts = contexts
    self.entries = entries
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    format = try members.decode(String.self, forKey: .format)
    version = try members.integer(.version, in: 1...1)
    created = try members.decode(Double.self, forKey: .created)
    kernelVersion = try members.decodeIfPresent(String.self, forKey: .kernelVersion)
    note = try members.decodeIfPresent(String.self, forKey: .note)
    models = try members.decode([Model].self, forKey: .models)
    saes = try members.decode([Autoencoder].self, forKey: .saes)
    pictures = try members.decode([Picture].self, forKey: .pictures)
    contexts = try members.decode([Context].self, forKey: .contexts)
    entries = try members.decode([JSONValue].self, forKey: .entries)
  }

  package struct Model: Codable, Sendable, Equatable {
    /// What it was called.
    package var model: String
    /// SHA-256 that stands for its content, as index/info tells it.
    package var digest: String
    package var architecture: String
    package var precision: ModelLoad.Precision
    /// Absent in a model of text.
    package var resizing: ModelLoad.Resizing?

    package init(
      model: String, digest: String, architecture: String, precision: ModelLoad.Precision,
      resizing: ModelLoad.Resizing? = nil
    ) {
      self.model = model
      self.digest = digest
      self.architecture = architecture
      self.precision = precision
      self.resizing = resizing
    }
  }

  package struct Autoencoder: Codable, Sendable, Equatable {
    /// What it was called.
    package var sae: String
    /// What its model was called.
    package var model: String
    /// SHA-256 that stands for its content, as index/info tells it.
    package var digest: String
    package var site: String

    package init(sae: String, model: String, digest: String, site: String) {
      self.sae = sae
      self.model = model
      self.digest = digest
      self.site = site
    }
  }

  package struct Picture: Codable, Sendable, Equatable {
    /// Of the file's bytes, in lower-case hexadecimal.
    package var sha256: String
    /// Its file's, where it had one.
    package var name: String?
    /// The bytes of the file as it was given.
    package var base64: String

    package init(sha256: String, name: String? = nil, base64: String) {
      self.sha256 = sha256
      self.name = name
      self.base64 = base64
    }
  }

  /// Some text, a picture or a video.
  package struct Part: Codable, Sendable, Equatable {
    package var id: String
    package var role: String
    /// Absent of a picture and of a video.
    package var text: String?
    /// The sha256 of one of the pictures. Absent of a text and of a video.
    package var picture: String?
    /// Absent: loadImage.
    package var reading: ImageSource.Reading?
    /// A video's.
    package var frames: [Frame]?

    package init(
      id: String, role: String, text: String? = nil, picture: String? = nil,
      reading: ImageSource.Reading? = nil, frames: [Frame]? = nil
    ) {
      self.id = id
      self.role = role
      self.text = text
      self.picture = picture
      self.reading = reading
      self.frames = frames
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      id = try members.decode(String.self, forKey: .id)
      role = try members.decode(String.self, forKey: .role)
      text = try members.decodeIfPresent(String.self, forKey: .text)
      picture = try members.decodeIfPresent(String.self, forKey: .picture)
      reading = try members.decodeIfPresent(ImageSource.Reading.self, forKey: .reading)
      frames = members.contains(.frames) ? try members.nonEmpty(.frames) : nil
    }
  }

  package struct Frame: Codable, Sendable, Equatable {
    /// The sha256 of one of the pictures.
    package var picture: String
    /// Absent: loadImage.
    package var reading: ImageSource.Reading?

    package init(picture: String, reading: ImageSource.Reading? = nil) {
      self.picture = picture
      self.reading = reading
    }
  }

  package struct Context: Codable, Sendable, Equatable {
    /// What it was called.
    package var context: String
    /// Which of the models.
    package var model: String
    package var chat: ContextOpen.Chat
    package var parts: [Part]
    /// Ids of tokens that context/generate appended, a list each time.
    package var appended: [[Int]]
    /// All tokens, those appended included.
    package var tokenCount: Int
    /// SHA-256 of all tokens' ids in decimal with a comma between two, in lower-case hexadecimal.
    package var tokensDigest: String

    package init(
      context: String, model: String, chat: ContextOpen.Chat, parts: [Part], appended: [[Int]],
      tokenCount: Int, tokensDigest: String
    ) {
      self.context = context
      self.model = model
      self.chat = chat
      self.parts = parts
      self.appended = appended
      self.tokenCount = tokenCount
      self.tokensDigest = tokensDigest
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      model = try members.decode(String.self, forKey: .model)
      chat = try members.decode(ContextOpen.Chat.self, forKey: .chat)
      parts = try members.nonEmpty(.parts)
      appended = try members.decode([[Int]].self, forKey: .appended)
      tokenCount = try members.integer(.tokenCount, in: 1...Int.max)
      tokensDigest = try members.decode(String.self, forKey: .tokensDigest)
    }
  }
}

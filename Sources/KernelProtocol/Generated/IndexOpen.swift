package import JSONRPC

/// Opens a feature index for reading. One that was built for another autoencoder than the one it is opened for is
/// refused with `indexStale`.
package enum IndexOpen: Request {
  package static let method = "index/open"
  package static let lane = Lane.engine

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var path: String
    /// The autoencoder it is to belong to; absent: the loaded one that it was built for, if there is one.
    package var sae: String?
    /// Whether the whole file is looked through for damage first; absent: no.
    package var check: Bool?

    package init(path: String, sae: String? = nil, check: Bool? = nil) {
      self.path = path
      self.sae = sae
      self.check = check
    }
  }

  package typealias Result = IndexDescription
}

/// What an open index holds.
package enum IndexInfo: Request {
  package static let method = "index/info"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// Absent: the only one, or the one that the kernel was started with.
    package var index: String?

    package init(index: String? = nil) { self.index = index }
  }

  package typealias Result = IndexDescription
}

/// Lets go of an index.
package enum IndexClose: Request {
  package static let method = "index/close"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    package var index: String

    package init(index: String) { self.index = index }
  }

  package typealias Result = Empty
}

/// The entries of a corpus that an index did not take in, by name.
package enum IndexSkipped: Request {
  package static let method = "index/skipped"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    package var index: String?
    package var offset: Int?
    /// Absent: 100.
    package var limit: Int?

    package init(index: String? = nil, offset: Int? = nil, limit: Int? = nil) {
      self.index = index
      self.offset = offset
      self.limit = limit
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      offset = try members.optionalInteger(.offset, in: Bounds.count)
      limit = try members.optionalInteger(.limit, in: Bounds.count)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var items: [Item]

    package init(items: [Item]) { self.items = items }
  }

  package struct Item: Codable, Sendable, Equatable {
    package var name: String
    /// `duplicate`, `unreadable` or `unusable`.
    package var reason: String
    package var message: String

    package init(name: String, reason: String, message: String) {
      self.name = name
      self.reason = reason
      self.message = message
    }
  }
}

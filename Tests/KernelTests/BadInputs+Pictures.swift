import Foundation
import JSON
import JSONRPC
import TestSupport

extension BadInput {
  static let pictures: [BadInput] = [
    BadInput("a text file as an image", "imageUnreadable") { scene in
      scene.open(["image": ["path": TinyWorld.path("models/llama3/config.json")]])
    },
    BadInput("an empty file as an image", "imageUnreadable") { scene in
      scene.open(["image": ["path": try scene.file("empty.png", [])]])
    },
    BadInput("a folder as an image", "imageUnreadable") { scene in
      scene.open(["image": ["path": TinyWorld.path("models/pictures")]])
    },
    BadInput("a device as an image", "imageUnreadable") { scene in
      scene.open(["image": ["path": "/dev/zero"]])
    },
    BadInput("an image that is not there", "ioError") { scene in
      scene.open(["image": ["path": "/nowhere.png"]])
    },
    BadInput("relative image path", "pathDenied") { scene in
      scene.open(["image": ["path": "../landscape.png"]])
    },
    BadInput("an image address of the web", "pathDenied") { scene in
      scene.open(["image": ["uri": "https://example.org/a.png"]])
    },
    BadInput("an address that is none", "pathDenied") { scene in
      scene.open(["image": ["uri": "::not an address::"]])
    },
    BadInput("an image's base64 that is none", "imageUnreadable") { scene in
      scene.open(["image": ["base64": "%%%"]])
    },
    BadInput("a picture header of 60,000 × 60,000", "imageUnreadable") { scene in
      scene.image(ForgedPNG.header(width: 60_000, height: 60_000))
    },
    BadInput("a picture bomb: 1.4 GB of pixels in 1 MB", "imageUnreadable") { scene in
      scene.image(ForgedPNG.bomb(width: 30_000, height: 3000) + [UInt8](repeating: 0, count: 1000))
    },
    BadInput("a header that the pixels do not fill", "imageUnreadable") { scene in
      scene.image(ForgedPNG.header(width: 4000, height: 4000))
    },
    BadInput("half a picture", "imageUnreadable") { scene in
      let whole = try Fixtures.bytes("models/pictures/landscape.png")
      return scene.image(Array(whole.prefix(whole.count / 2)))
    },
    BadInput("a picture of one pixel", "works") { scene in
      scene.image(try Fixtures.bytes("images/one-pixel.png"))
    },
    BadInput("a JPEG of one pixel", "works") { scene in
      scene.image(try Fixtures.bytes("images/one-pixel.jpg"))
    },
    BadInput("half a WebP", "imageUnreadable") { scene in
      let whole = try Fixtures.bytes("images/photo.webp")
      return scene.image(Array(whole.prefix(whole.count / 2)))
    },
    BadInput("a WebP of one pixel", "works") { scene in
      scene.image(try Fixtures.bytes("images/one-pixel.webp"))
    },
    BadInput("a GIF of one pixel", "works") { scene in
      scene.image(try Fixtures.bytes("images/one-pixel.gif"))
    },
    BadInput("a BMP", "works") { scene in
      scene.image(try Fixtures.bytes("images/runs-8.bmp"))
    },
    BadInput("a picture of 30,000 × 1 pixels", "works") { scene in
      scene.image(ForgedPNG.bomb(width: 30_000, height: 1))
    },
    BadInput("an image for a text model", "unsupportedTarget") { scene in
      let path = TinyWorld.path("models/qwen2-text")
      let loaded = try scene.client.ask("model/load", ["path": path])
      return .request(
        "context/open",
        [
          "parts": [["image": ["path": TinyWorld.picture]]], "chat": ["template": "none"],
          "model": loaded["model"] ?? nil,
        ])
    },
  ]

  static let prompts: [BadInput] = [
    BadInput("no parts", "invalidParams") { scene in scene.open() },
    BadInput("a part of nothing", "invalidParams") { scene in scene.open(["id": "a"]) },
    BadInput("a part of text and image", "invalidParams") { scene in
      scene.open(["text": "a", "image": ["path": TinyWorld.picture]])
    },
    BadInput("an image from two places", "invalidParams") { scene in
      scene.open(["image": ["path": TinyWorld.picture, "base64": ""]])
    },
    BadInput("two parts of one id", "unsupportedTarget") { scene in
      scene.open(["id": "a", "text": "b"], ["id": "a", "text": "c"])
    },
    BadInput("a text that holds the image token", "unsupportedTarget") { scene in
      scene.open(["text": "see <image> there"])
    },
    BadInput("an image token put together by two texts", "unsupportedTarget") { scene in
      scene.open(["text": "see <im"], ["text": "age> there"])
    },
    BadInput("a turn that the template refuses", "unsupportedTarget") { scene in
      try scene.templated("{{ raise_exception('only users') if messages[0].role == 'system' }}")
    },
    BadInput("a turn that the template cannot render", "unsupportedTarget") { scene in
      try scene.templated("{{ {'user': 'U'}[messages[0].role] + 'x' }}")
    },
    BadInput("a picture in a turn that the template shows none in", "unsupportedTarget") { scene in
      try scene.templated("{{ messages[0].role }}", part: ["image": ["path": TinyWorld.picture]])
    },
    BadInput("a template where there is none", "unsupportedTarget") { scene in
      try scene.templated(nil)
    },
    BadInput("a template that needs another", "checkpointInvalid") { scene in
      try scene.model {
        try $0.replace("chat_template.jinja", with: Array("{% include 'a' %}".utf8))
      }
    },
    BadInput("a role that only the template knows", "works") { scene in
      .request(
        "context/open", ["parts": [["text": "a", "role": "robot"]], "model": "llama3"])
    },
    BadInput("a template that does not exist", "invalidParams") { scene in
      .request("context/open", ["parts": [["text": "a"]], "chat": ["template": "poem"]])
    },
    BadInput("a prompt of 100,000 tokens", "positionOutOfRange") { scene in
      scene.open(["text": .string(String(repeating: "house ", count: 100_000))])
    },
    BadInput("an empty text", "works") { scene in scene.open(["text": ""]) },
    BadInput("unknown members everywhere", "works") { scene in
      .request(
        "context/open",
        [
          "parts": [["text": "house", "colour": "red"]], "chat": ["template": "none", "x": 1],
          "model": "llama3", "later": [1, 2, 3],
        ])
    },
  ]
}

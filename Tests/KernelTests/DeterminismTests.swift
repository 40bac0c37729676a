import JSON
import JSONRPC
import Kernel
import KernelProtocol
import Testing

/// The same request gives the same bytes.
@Suite struct DeterminismTests {
  private static func questions(_ session: OpenSession) throws -> [(String, JSONValue)] {
    let target = try session.world.target("logitDiff.last")
    let clamp: JSONValue = [
      "op": "clamp", "feature": ["sae": session.sae, "index": 41], "value": 14.82,
      "generated": true,
    ]
    return [
      ("context/tokens", session.params(sae: false)),
      ("context/logits", session.params(["topK": 384], sae: false)),
      ("context/generate", session.params(["maxTokens": 12], sae: false)),
      ("activation/read", session.params(["site": "resid_post.3"], sae: false)),
      ("feature/activations", session.params(["topK": 96, "rankBy": "sum"])),
      ("feature/info", ["feature": ["sae": session.sae, "index": 3], "topK": 20]),
      (
        "attribution/compute",
        session.params([
          "target": target, "method": "gradient", "topK": 200, "verify": 3,
          "render": ["image": "smooth", "text": "png"],
        ])
      ),
      (
        "attribution/compute",
        session.params([
          "target": target, "method": "ablation", "region": ["span": ["start": 20, "end": 28]],
        ])
      ),
      ("ablation/run", session.params(["interventions": [clamp], "targets": [target]])),
      (
        "steering/generate",
        session.params([
          "interventions": [clamp], "maxTokens": 8, "temperature": 0.7, "seed": 3,
          "compareWith": ["plain", "reconstruction"],
        ])
      ),
    ]
  }

  /// An answer's bytes without its id and its time.
  private static func masked(_ body: [UInt8]) -> String {
    String(decoding: body, as: UTF8.self)
      .replacing(#/"elapsed":[-+.e0-9]+/#, with: "\"elapsed\":0")
      .replacing(#/"id":[0-9]+,"jsonrpc"/#, with: "\"id\":0,\"jsonrpc\"")
  }

  @Test func aloneAndAmongOthers() throws {
    let session = try OpenSession()
    let client = session.client
    let questions = try Self.questions(session)
    let alone = try questions.map { method, params in
      Self.masked(try client.reply(to: client.request(method, params)).body)
    }
    for (answer, question) in zip(alone, questions) {
      #expect(answer.contains("\"result\""), "\(question.0): \(answer.prefix(300))")
    }
    // In another order, twice, without waiting, between requests that come and go.
    let order = Array(questions.indices.reversed()) + Array(questions.indices)
    var ids: [(index: Int, id: Int64)] = []
    for index in order {
      let (method, params) = questions[index]
      ids.append((index, try client.request(method, params)))
      try client.request("kernel/status")
      try client.cancel(client.request("context/open", session.world.prompt))
    }
    for (index, id) in ids {
      #expect(Self.masked(try client.reply(to: id).body) == alone[index], "\(questions[index].0)")
    }
  }

  @Test func inAnotherKernelWithMoreThreads() throws {
    let answers = try [1, 3].map { threads in
      let world = try TinyWorld()
      let client = try KernelClient(.init(memoryLimit: 1 << 30, threads: threads, world: nil))
      try client.ask("model/load", ["path": world.model, "precision": "float32"])
      let sae = try client.ask("sae/load", ["path": world.autoencoder])["sae"] ?? nil
      let context = try client.ask("context/open", world.prompt)["context"] ?? nil
      let id = try client.request(
        "attribution/compute",
        [
          "context": context, "sae": sae, "target": try world.target("logitDiff.last"),
          "method": "gradient", "topK": 500,
        ])
      return Self.masked(try client.reply(to: id).body)
    }
    #expect(answers[0] == answers[1])
  }
}

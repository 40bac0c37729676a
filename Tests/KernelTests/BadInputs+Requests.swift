import JSON
import JSONRPC

extension BadInput {
  static let contexts: [BadInput] = [
    BadInput("a context that never was", "contextNotFound") { scene in
      .request("context/logits", ["context": "ctx_999", "topK": 1])
    },
    BadInput("a closed context", "contextNotFound") { scene in
      let opened = try scene.client.ask(
        "context/open", ["parts": [["text": "a"]], "chat": ["template": "none"], "model": "llama3"])
      let context = opened["context"] ?? nil
      try scene.client.ask("context/close", ["context": context])
      return .request("context/generate", ["context": context, "maxTokens": 1])
    },
    BadInput("a closed context, closed again", "contextNotFound") { scene in
      .request("context/close", ["context": "ctx_2"])
    },
    BadInput("another version of a context", "contextVersionMismatch") { scene in
      scene.ask("context/tokens", ["version": 4], sae: false)
    },
    BadInput("a version of 0", "invalidParams") { scene in
      scene.ask("context/tokens", ["version": 0], sae: false)
    },
    BadInput("a position behind the end", "positionOutOfRange") { scene in
      scene.ask("context/logits", ["position": 71, "topK": 1], sae: false)
    },
    BadInput("a position of -2", "invalidParams") { scene in
      scene.ask("context/logits", ["position": -2, "topK": 1], sae: false)
    },
    BadInput("a position of 10^18", "positionOutOfRange") { scene in
      scene.ask("context/logits", ["position": 1_000_000_000_000_000_000, "topK": 1], sae: false)
    },
    BadInput("a position of 1.5", "invalidParams") { scene in
      scene.ask("context/logits", ["position": 1.5, "topK": 1], sae: false)
    },
    BadInput("a negative topK", "invalidParams") { scene in
      scene.ask("context/logits", ["topK": -1], sae: false)
    },
    BadInput("a topK of 10^30", "invalidParams") { scene in
      scene.ask("context/logits", ["topK": 1e30], sae: false)
    },
    BadInput("a topK of 2^62", "works") { scene in
      scene.ask("context/logits", ["topK": 4_611_686_018_427_387_904], sae: false)
    },
    BadInput("a span behind the end", "positionOutOfRange") { scene in
      scene.ask("context/tokens", ["span": ["start": 70, "end": 72]], sae: false)
    },
    BadInput("a span backwards", "invalidParams") { scene in
      scene.ask("context/tokens", ["span": ["start": 9, "end": 3]], sae: false)
    },
    BadInput("a negative span", "invalidParams") { scene in
      scene.ask("context/tokens", ["span": ["start": -3, "end": 3]], sae: false)
    },
    BadInput("a site that does not exist", "unsupportedTarget") { scene in
      scene.ask("activation/read", ["site": "resid_post.4"], sae: false)
    },
    BadInput("a site without a number", "unsupportedTarget") { scene in
      scene.ask("activation/read", ["site": "resid_post.99999999999999999999"], sae: false)
    },
    BadInput("a temperature of -1", "invalidParams") { scene in
      scene.ask("context/generate", ["maxTokens": 2, "temperature": -1], sae: false)
    },
    BadInput("a topP of 2", "invalidParams") { scene in
      scene.ask("context/generate", ["maxTokens": 2, "topP": 2], sae: false)
    },
    BadInput("a topP of 0 with a temperature", "unsupportedTarget") { scene in
      scene.ask("context/generate", ["maxTokens": 2, "topP": 0, "temperature": 1], sae: false)
    },
    BadInput("more tokens than the model has positions", "unsupportedTarget") { scene in
      scene.ask("context/generate", ["maxTokens": 1_000_000_000], sae: false)
    },
    BadInput("2^63 - 1 tokens", "unsupportedTarget") { scene in
      scene.ask("context/generate", ["maxTokens": 9_223_372_036_854_775_807], sae: false)
    },
    BadInput("-1 tokens", "invalidParams") { scene in
      scene.ask("context/generate", ["maxTokens": -1], sae: false)
    },
    BadInput("a splice without an SAE", "unsupportedTarget") { scene in
      scene.ask(
        "context/generate", ["maxTokens": 1, "splice": ["errorTerm": "drop"]], sae: false)
    },
    BadInput("a model that is not loaded", "modelNotLoaded") { scene in
      .request("context/open", ["parts": [["text": "a"]], "model": "gpt"])
    },
    BadInput("a deadline of -1 ms", "invalidParams") { scene in
      scene.ask("context/generate", ["maxTokens": 1, "deadlineMs": -1], sae: false)
    },
    BadInput("a NaN in JSON", "-32700") { _ in
      .raw(#"{"jsonrpc":"2.0","id":9,"method":"x","params":{"value":NaN}}"#)
    },
    BadInput("an infinity in JSON", "-32700") { _ in
      .raw(#"{"jsonrpc":"2.0","id":9,"method":"x","params":{"value":1e999}}"#)
    },
  ]

  static let features: [BadInput] = [
    BadInput("a missing \"sae\"", "invalidParams") { scene in
      scene.ask("feature/activations", [:], sae: false)
    },
    BadInput("an SAE that is not loaded", "saeMismatch") { scene in
      scene.attribution(["sae": "nope"])
    },
    BadInput("a latent behind the end", "featureOutOfRange") { scene in
      .request("feature/info", ["feature": ["sae": scene.sae, "index": 96]])
    },
    BadInput("a latent of 2^62", "featureOutOfRange") { scene in
      scene.ablation(["feature": ["sae": scene.sae, "index": 4_611_686_018_427_387_904]])
    },
    BadInput("a latent of -1", "invalidParams") { scene in
      .request("feature/info", ["feature": ["sae": scene.sae, "index": -1]])
    },
    BadInput("a part that does not exist", "positionOutOfRange") { scene in
      scene.ask("feature/activations", ["region": ["part": "sky"]])
    },
    BadInput("an image that does not exist", "positionOutOfRange") { scene in
      scene.ask("feature/activations", ["region": ["image": 1]])
    },
    BadInput("a box outside the image", "positionOutOfRange") { scene in
      scene.ask("feature/activations", ["region": ["image": 0, "box": [500, 500, 600, 600]]])
    },
    BadInput("a box inside out", "invalidParams") { scene in
      scene.ask("feature/activations", ["region": ["image": 0, "box": [30, 30, 10, 10]]])
    },
    BadInput("a box of 2^62", "positionOutOfRange") { scene in
      let far: JSONValue = 4_611_686_018_427_387_904
      return scene.ask(
        "feature/activations", ["region": ["image": 0, "box": [far, far, far, far]]])
    },
    BadInput("a region of two kinds", "invalidParams") { scene in
      scene.ask("feature/activations", ["region": ["part": "words", "image": 0]])
    },
    BadInput("a text that is not one token", "unsupportedTarget") { scene in
      scene.attribution(["target": ["kind": "logit", "token": ["text": "house and tree"]]])
    },
    BadInput("an empty text for a token", "unsupportedTarget") { scene in
      scene.attribution(["target": ["kind": "logit", "token": ["text": ""]]])
    },
    BadInput("a token behind the vocabulary", "unsupportedTarget") { scene in
      scene.attribution(["target": ["kind": "logit", "token": ["id": 384]]])
    },
    BadInput("a target at a position behind the end", "positionOutOfRange") { scene in
      scene.attribution(["target": ["kind": "logit", "token": ["id": 1], "position": 500]])
    },
    BadInput("a target of no tokens", "invalidParams") { scene in
      scene.attribution(["target": ["kind": "sequenceLogProb", "tokens": []]])
    },
    BadInput("a target of 600 tokens", "unsupportedTarget") { scene in
      scene.attribution([
        "target": [
          "kind": "sequenceLogProb",
          "tokens": .array([JSONValue](repeating: ["id": 1], count: 600)),
        ]
      ])
    },
    BadInput("a token compared with itself", "unsupportedTarget") { scene in
      scene.attribution([
        "target": ["kind": "logitDiff", "answer": ["id": 3], "baseline": ["id": 3]]
      ])
    },
    BadInput("a set of no tokens", "unsupportedTarget") { scene in
      scene.attribution(["target": ["kind": "logitDiff", "answer": []]])
    },
    BadInput("variants of nothing", "unsupportedTarget") { scene in
      scene.attribution([
        "target": ["kind": "logitDiff", "answer": ["text": " ", "variants": true]]
      ])
    },
    BadInput("a sequence of an empty text", "unsupportedTarget") { scene in
      scene.attribution(["target": ["kind": "sequenceLogProb", "text": ""]])
    },
    BadInput("regions that overlap in Shapley values", "unsupportedTarget") { scene in
      scene.attribution([
        "parts": [
          "method": "shapley",
          "regions": [
            ["region": ["span": ["start": 0, "end": 9]]],
            ["region": ["span": ["start": 8, "end": 12]]],
          ],
        ]
      ])
    },
    BadInput("Shapley values of seven regions", "unsupportedTarget") { scene in
      scene.attribution([
        "parts": [
          "method": "shapley",
          "regions": .array(
            (0..<7).map { ["region": ["span": ["start": .integer($0), "end": .integer($0 + 1)]]] }),
        ]
      ])
    },
    BadInput("parts of no regions", "unsupportedTarget") { scene in
      scene.attribution(["parts": ["regions": []]])
    },
    BadInput("half a picture to hide", "positionOutOfRange") { scene in
      scene.attribution([
        "parts": [
          "method": "occlusion", "regions": [["region": ["span": ["start": 9, "end": 11]]]],
        ]
      ])
    },
    BadInput("a budget that parts do not fit", "unsupportedTarget") { scene in
      scene.attribution(["budget": 0, "parts": ["method": "ablation"]])
    },
    BadInput("a verification of 2^62", "unsupportedTarget") { scene in
      scene.attribution(["budget": 9, "verify": 4_611_686_018_427_387_904])
    },
    BadInput("a table of integrated gradients", "unsupportedTarget") { scene in
      scene.attribution(["method": "integratedGradients", "perToken": true])
    },
    BadInput("a comparison with itself", "unsupportedTarget") { scene in
      scene.ask(
        "attribution/compare",
        ["other": scene.session.context, "target": ["kind": "logit", "token": ["id": 3]]])
    },
    BadInput("a comparison with no context", "contextNotFound") { scene in
      scene.ask(
        "attribution/compare",
        ["other": "ctx_404", "target": ["kind": "logit", "token": ["id": 3]]])
    },
    BadInput("a target that does not exist", "invalidParams") { scene in
      scene.attribution(["target": ["kind": "mood"]])
    },
    BadInput("a method that does not exist", "invalidParams") { scene in
      scene.attribution(["method": "magic"])
    },
    BadInput("0 steps", "invalidParams") { scene in
      scene.attribution(["method": "integratedGradients", "steps": 0])
    },
    BadInput("2^62 steps", "unsupportedTarget") { scene in
      scene.attribution(["method": "integratedGradients", "steps": 4_611_686_018_427_387_904])
    },
    BadInput("10,000 steps within 20 ms", "deadlineExceeded") { scene in
      scene.attribution(["method": "integratedGradients", "steps": 10_000, "deadlineMs": 20])
    },
    BadInput("an intervention of 10^300", "unsupportedTarget") { scene in
      scene.ablation(["value": 1e300])
    },
    BadInput("a clamp of 3·10^38, which overflows", "numericalFailure") { scene in
      scene.ablation(["value": 3e38])
    },
    BadInput("a scale of 3·10^38, which overflows", "numericalFailure") { scene in
      scene.ablation(["op": "scale", "value": 3e38, "feature": ["sae": scene.sae, "index": 55]])
    },
    BadInput("an addition of -3·10^38, which overflows", "numericalFailure") { scene in
      scene.ablation(["op": "add", "value": -3e38])
    },
    BadInput("steering that overflows", "numericalFailure") { scene in
      scene.ask(
        "steering/generate",
        [
          "interventions": [
            [
              "op": "clamp", "feature": ["sae": scene.sae, "index": 1], "value": 3e38,
              "generated": true,
            ]
          ], "maxTokens": 3,
        ])
    },
    BadInput("a clamp without a value", "invalidParams") { scene in
      scene.ask(
        "ablation/run",
        [
          "interventions": [["op": "clamp", "feature": ["sae": scene.sae, "index": 1]]],
          "targets": [],
        ])
    },
    BadInput("an intervention that does not exist", "invalidParams") { scene in
      scene.ablation(["op": "explode"])
    },
    BadInput("an intervention on a feature of an SAE that is not loaded", "saeMismatch") { scene in
      scene.ablation(["feature": ["sae": "other", "index": 1]])
    },
    BadInput("an intervention behind the end", "positionOutOfRange") { scene in
      scene.ablation(["at": [["span": ["start": 80, "end": 90]]]])
    },
    BadInput("a steered text that is to be appended", "unsupportedTarget") { scene in
      scene.ask(
        "context/generate",
        [
          "maxTokens": 1, "append": true,
          "interventions": [["op": "zero", "feature": ["sae": scene.sae, "index": 1]]],
        ], sae: false)
    },
  ]
}

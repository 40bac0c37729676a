// swift-format-ignore-file
// Written by protocol/generator from protocol/openrpc.json.

/// The published contract, byte for byte.
package let openRPCDocument = #"""
{
  "openrpc": "1.3.2",
  "info": {
    "title": "Lucarne",
    "version": "1.0.0",
    "description": "Attribution, ablation and steering of a resident large multimodal model. JSON-RPC 2.0 over standard input and output with the Base Protocol 0.9; README.md beside this file gives the rules that a schema cannot express."
  },
  "methods": [
    {
      "name": "initialize",
      "summary": "The first request: who the client is, and what the kernel can do.",
      "description": "It loads nothing itself; what initializationOptions name is loaded when it is first needed.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "processId",
          "description": "The client's process; when it ends, so does the kernel.",
          "required": false,
          "schema": {"type": ["integer", "null"]}
        },
        {"name": "clientInfo", "required": false, "schema": {"$ref": "#/components/schemas/Initialize.ClientInfo"}},
        {
          "name": "capabilities",
          "description": "What the client can do; members of language clients are ignored.",
          "required": false,
          "schema": {}
        },
        {
          "name": "initializationOptions",
          "required": false,
          "schema": {"$ref": "#/components/schemas/Initialize.Options"}
        },
        {"name": "trace", "description": "off, messages or verbose.", "required": false, "schema": {"type": "string"}},
        {
          "name": "remote",
          "description": "Given where the kernel runs on another machine than the client: processId is none of its machine and not looked at, and what is said of files names the machine. lucarne attach --ssh gives it.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/Initialize.Remote"}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["serverInfo", "protocolVersion", "capabilities", "limits"],
          "properties": {
            "serverInfo": {"$ref": "#/components/schemas/Initialize.ServerInfo"},
            "protocolVersion": {"type": "string"},
            "capabilities": {"$ref": "#/components/schemas/Initialize.Capabilities"},
            "limits": {"$ref": "#/components/schemas/Initialize.Limits"},
            "remote": {
              "$ref": "#/components/schemas/Initialize.Remote",
              "description": "As it was given: paths are that machine's, so that what lies on the client's is sent as bytes or text."
            }
          }
        }
      },
      "x-lane": "immediate",
      "examples": [
        {
          "name": "initialize",
          "params": [
            {"name": "processId", "value": 4242},
            {"name": "clientInfo", "value": {"name": "notebook", "version": "1.0"}},
            {"name": "capabilities", "value": {}},
            {
              "name": "initializationOptions",
              "value": {"model": "/models/llava-next", "saes": ["/saes/resid_post.24"], "memoryLimit": 17179869184}
            }
          ],
          "result": {
            "name": "result",
            "value": {
              "serverInfo": {"name": "lucarne", "version": "0.1.0"},
              "protocolVersion": "1.0",
              "capabilities": {
                "modelProvider": true,
                "contextProvider": {"images": true, "append": true},
                "activationProvider": true,
                "featureProvider": true,
                "attributionProvider": {
                  "methods": ["gradient", "heldNorms", "relevance", "integratedGradients", "ablation"]
                },
                "ablationProvider": true,
                "steeringProvider": true,
                "workDoneProgress": true,
                "partialResults": true
              },
              "limits": {
                "maxMessageBytes": 67108864,
                "maxQueuedRequests": 1024,
                "maxContexts": 64,
                "maxContextTokens": 8192,
                "inlineNumbers": 4096,
                "memoryBytes": 17179869184
              }
            }
          }
        }
      ]
    },
    {
      "name": "shutdown",
      "summary": "Finishes or cancels what is open and takes no more requests. Answered with null, after every open request.",
      "paramStructure": "by-name",
      "params": [],
      "result": {"name": "result", "schema": {"type": "null"}},
      "x-lane": "immediate",
      "examples": [{"name": "shutdown", "params": [], "result": {"name": "result", "value": null}}]
    },
    {
      "name": "rpc.discover",
      "summary": "This document.",
      "paramStructure": "by-name",
      "params": [],
      "result": {"name": "result", "schema": {"type": "object", "required": ["openrpc", "info", "methods"]}},
      "x-lane": "control",
      "examples": [
        {
          "name": "rpc.discover",
          "params": [],
          "result": {
            "name": "result",
            "value": {"openrpc": "1.3.2", "info": {"title": "Lucarne", "version": "1.0.0"}, "methods": []}
          }
        }
      ]
    },
    {
      "name": "kernel/status",
      "summary": "What is loaded, what waits and how much memory is in use. Never waits for the engine.",
      "paramStructure": "by-name",
      "params": [],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["health", "models", "saes", "contexts", "queue", "memory", "unicode"],
          "properties": {
            "health": {"$ref": "#/components/schemas/KernelStatus.Health"},
            "message": {"type": "string", "description": "What is wrong, where something is."},
            "models": {"type": "array", "items": {"$ref": "#/components/schemas/KernelStatus.Model"}},
            "saes": {"type": "array", "items": {"$ref": "#/components/schemas/KernelStatus.Autoencoder"}},
            "contexts": {"type": "array", "items": {"$ref": "#/components/schemas/KernelStatus.Context"}},
            "queue": {"$ref": "#/components/schemas/KernelStatus.Queue"},
            "memory": {"$ref": "#/components/schemas/KernelStatus.Memory"},
            "unicode": {"type": "string", "description": "The version of Unicode whose normal forms tokenizers use."},
            "recipe": {
              "type": "string",
              "description": "The file of the recipe that context/generate follows where a request changes nothing itself; absent without --recipe."
            },
            "vision": {
              "$ref": "#/components/schemas/KernelStatus.Vision",
              "description": "Absent where the kernel was started without --vision."
            },
            "devices": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/KernelStatus.Device"},
              "description": "Absent where every model has been on the processor."
            },
            "jobs": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/Job"},
              "description": "Jobs of this kernel that are queued or run; absent where there are none."
            },
            "connections": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/KernelStatus.Connection"},
              "description": "Who shares the kernel, in the order of arrival; absent where it has one client alone. contexts are the asking client's own, queue, memory and jobs are everybody's."
            }
          }
        }
      },
      "x-lane": "control",
      "examples": [
        {
          "name": "kernel/status",
          "params": [],
          "result": {
            "name": "result",
            "value": {
              "health": "ok",
              "models": [
                {
                  "model": "model_1",
                  "path": "/models/llava-next",
                  "architecture": "LlavaNextForConditionalGeneration",
                  "precision": "bfloat16",
                  "resizing": "torchvision",
                  "bytes": 16710000000
                }
              ],
              "saes": [
                {
                  "sae": "sae_1",
                  "path": "/saes/resid_post.24",
                  "model": "model_1",
                  "site": "resid_post.24",
                  "latents": 131072,
                  "k": 256,
                  "bytes": 2147483648
                }
              ],
              "contexts": [{"context": "ctx_1", "version": 1, "tokenCount": 2359, "bytes": 620000000}],
              "queue": {"running": "attribution/compute", "waiting": 2},
              "memory": {"limit": 34359738368, "used": 620000000, "items": [{"name": "contexts", "bytes": 620000000}]},
              "unicode": "14.0.0",
              "connections": [
                {
                  "connection": 3,
                  "own": true,
                  "name": "notebook",
                  "process": 4711,
                  "contexts": 1,
                  "bytes": 620000000,
                  "waiting": 2
                },
                {
                  "connection": 5,
                  "own": false,
                  "name": "Neovim",
                  "process": 4802,
                  "contexts": 0,
                  "bytes": 0,
                  "waiting": 0
                }
              ]
            }
          }
        }
      ]
    },
    {
      "name": "model/load",
      "summary": "Loads a checkpoint's folder and makes it the model that contexts are opened on.",
      "paramStructure": "by-name",
      "params": [
        {"name": "path", "description": "Absolute.", "required": true, "schema": {"type": "string"}},
        {
          "name": "precision",
          "description": "Absent: auto.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ModelLoad.Precision"}
        },
        {
          "name": "resizing",
          "description": "Absent: torchvision.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ModelLoad.Resizing"}
        },
        {
          "name": "device",
          "description": "What the model's layers run on: cpu (this kernel's own operators on the processor), cuda or cuda:N (a card, through PyTorch's libraries), torch:cpu (the same on the processor, to compare), auto (the first card where libraries and card are there, else the processor). Absent: as the kernel was started, cpu if that says nothing. precision int8 runs on the processor alone.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["model", "architecture", "layers", "hiddenSize", "vocabularySize", "image", "bytes"],
          "properties": {
            "model": {"type": "string"},
            "architecture": {"type": "string"},
            "layers": {"type": "integer"},
            "hiddenSize": {"type": "integer"},
            "vocabularySize": {"type": "integer"},
            "image": {"$ref": "#/components/schemas/ModelLoad.Image"},
            "bytes": {
              "type": "integer",
              "minimum": 0,
              "description": "Bytes of the weights' files, and of the weights made for int8."
            },
            "device": {"type": "string", "description": "What its layers run on; absent for the processor."}
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": ["checkpointInvalid", "deadlineExceeded", "deviceUnavailable", "ioError", "outOfMemory", "pathDenied"],
      "examples": [
        {
          "name": "model/load",
          "params": [{"name": "path", "value": "/models/llava-next"}, {"name": "precision", "value": "auto"}],
          "result": {
            "name": "result",
            "value": {
              "model": "model_1",
              "architecture": "LlavaNextForConditionalGeneration",
              "layers": 32,
              "hiddenSize": 4096,
              "vocabularySize": 128320,
              "image": {"patchGrid": [24, 24], "tokensPerTile": 576},
              "bytes": 16710000000
            }
          }
        }
      ]
    },
    {
      "name": "sae/load",
      "summary": "Loads a sparse autoencoder from the files of sparsify, SAELens, Gemma Scope, dictionary_learning and others (SAELoad.Format). One whose width or site does not fit the model is refused.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "path",
          "description": "Absolute: a folder, one that holds a folder or file for each layer, or such a file.",
          "required": true,
          "schema": {"type": "string"}
        },
        {
          "name": "site",
          "description": "Where it reads the model, by any name of a tensor of a block: resid_post.24, model.layers.24, blocks.24.hook_resid_post and the like for the stream after a block, mlp_out.24 or blocks.24.hook_mlp_out for what its MLP adds. A transcoder's is transcoder.24, or two names, \"mlp_in.24 -> mlp_out.24\"; vision.resid_post.22 is a layer of the vision tower. It overrides what the folder or the configuration says, with a warning where they differ; absent: what they say.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "model",
          "description": "Absent: the model loaded last.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "k",
          "description": "Latents active at a token, for files that do not say it. Refused where they do and mean another number, or have no use for it.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "inputScale",
          "description": "What activations are multiplied by before they are encoded, and reconstructions divided by: the factor of SAELens' expected_average_only_in, which its files do not hold, or that of vlm-saes, which otherwise is taken from the file's name.",
          "required": false,
          "schema": {"type": "number"}
        },
        {
          "name": "activation",
          "description": "Which latents are active, where the files leave it open: topk or signed-topk for Qwen-Scope (absent: topk, without values below zero), topk or jumprelu for dictionary_learning's ae.pt without its config.json, relu or topk for circuit-tracer's whose config.yaml has no top_k.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/SAEOptions.Activation"}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["sae", "site", "latents", "k", "inputSize", "bytes", "format", "activation"],
          "properties": {
            "sae": {"type": "string"},
            "site": {"type": "string"},
            "latents": {"type": "integer"},
            "k": {
              "type": "integer",
              "description": "Latents active at a position; where each is judged by itself, all of them at most."
            },
            "inputSize": {"type": "integer"},
            "outputSize": {"type": "integer", "description": "Of a transcoder: the width of what it makes of what it reads."},
            "bytes": {"type": "integer", "minimum": 0},
            "format": {"$ref": "#/components/schemas/SAELoad.Format", "description": "Whose files it was read from."},
            "activation": {
              "$ref": "#/components/schemas/SAELoad.Activation",
              "description": "Which latents are active: the k largest that are positive, all positive ones, those above their thresholds, the k largest whatever their sign, or the k of largest magnitude. The last two may be below zero."
            },
            "fit": {
              "$ref": "#/components/schemas/SAELoad.Fit",
              "description": "How well it fits the model on its newest open context, else on a probe prompt; absent where that does not vary, and where it is no finite number."
            }
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": [
        "checkpointInvalid",
        "deadlineExceeded",
        "ioError",
        "modelNotLoaded",
        "outOfMemory",
        "pathDenied",
        "saeMismatch"
      ],
      "examples": [
        {
          "name": "sae/load",
          "params": [{"name": "path", "value": "/saes/resid_post.24"}, {"name": "site", "value": "resid_post.24"}],
          "result": {
            "name": "result",
            "value": {
              "sae": "sae_1",
              "site": "resid_post.24",
              "latents": 131072,
              "k": 256,
              "inputSize": 4096,
              "bytes": 2147483648,
              "format": "sparsify",
              "activation": "topk",
              "fit": {"fvu": 0.12, "l0": 256.0}
            }
          }
        }
      ]
    },
    {
      "name": "sae/sites",
      "summary": "The places of a model that an autoencoder can be of, and for those where it cannot why.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "model",
          "description": "Absent: the model loaded last.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["model", "blocks", "sites"],
          "properties": {
            "model": {"type": "string"},
            "blocks": {"type": "integer"},
            "sites": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/SAESites.Place"},
              "description": "Layers of the vision tower, blocks' places in the order in which a run meets them, then transcoders, then places that are known and not served."
            }
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": ["deadlineExceeded", "modelNotLoaded"],
      "examples": [
        {
          "name": "sae/sites",
          "params": [{"name": "model", "value": "llava-next"}],
          "result": {
            "name": "result",
            "value": {
              "model": "llava-next",
              "blocks": 32,
              "sites": [
                {"site": "mlp_out.N", "first": 0, "last": 31, "width": 4096, "names": ["blocks.N.hook_mlp_out"], "isServed": true},
                {"site": "mlp_in.N", "first": 0, "last": 31, "width": 4096, "names": ["blocks.N.mlp.hook_in"], "isServed": false, "reason": "it is read by a half of a block"}
              ]
            }
          }
        }
      ]
    },
    {
      "name": "sae/fit",
      "summary": "How well an autoencoder fits its model on open contexts, by kind of token, and whether another convention than its files' fits better.",
      "description": "Positions count to one kind: first (position 0, whose residual is far longer than any other in many models), text, each view of a picture by its name, and newline (what closes a view's rows); all is every position but the first, and last the one the answer is read at. The conventions are measured over all: what another reading of the same weights leaves of the variance, or the same reading a block below or above.",
      "paramStructure": "by-name",
      "params": [
        {"name": "sae", "required": true, "schema": {"type": "string"}},
        {
          "name": "context",
          "description": "Absent: all open contexts of the autoencoder's model.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["sae", "site", "contexts", "kinds", "conventions"],
          "properties": {
            "sae": {"type": "string"},
            "site": {"type": "string"},
            "contexts": {"type": "integer"},
            "kinds": {"type": "array", "items": {"$ref": "#/components/schemas/SAEFit.Kind"}},
            "conventions": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/SAEFit.Reading"},
              "description": "Those that the autoencoder could have been meant by."
            },
            "better": {
              "$ref": "#/components/schemas/SAEFit.Convention",
              "description": "The convention that leaves least of the variance, where that is at most half of what the files' leaves; absent where none does."
            },
            "explanation": {"type": "string", "description": "The better convention in a sentence; absent with it."}
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": [
        "contextNotFound",
        "deadlineExceeded",
        "modelNotLoaded",
        "outOfMemory",
        "saeMismatch",
        "unsupportedTarget"
      ],
      "examples": [
        {
          "name": "sae/fit",
          "params": [{"name": "sae", "value": "sae_1"}],
          "result": {
            "name": "result",
            "value": {
              "sae": "sae_1",
              "site": "resid_post.24",
              "contexts": 1,
              "kinds": [
                {"kind": "all", "tokens": 615, "fvu": 0.25, "relativeError": 0.125, "normRatio": 0.875, "l0": 256.0},
                {"kind": "last", "tokens": 1, "relativeError": 0.25, "normRatio": 0.75, "l0": 256.0}
              ],
              "conventions": [{"convention": "decoderBias", "fvu": 0.5, "l0": 256.0}]
            }
          }
        }
      ]
    },
    {
      "name": "context/open",
      "summary": "Makes a prompt of text and images resident: tokens, key/value cache and the residual at each site.",
      "description": "Consecutive parts of one role make one message. With template none the parts are joined as they are, an image standing for the model's image token.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "parts",
          "required": true,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}, "minItems": 1}
        },
        {"name": "chat", "required": false, "schema": {"$ref": "#/components/schemas/ContextOpen.Chat"}},
        {
          "name": "model",
          "description": "Absent: the model loaded last.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["context", "version", "tokenCount", "parts", "images", "reused", "computed"],
          "properties": {
            "context": {"type": "string"},
            "version": {"type": "integer"},
            "tokenCount": {"type": "integer"},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/ContextOpen.PartSpan"}},
            "images": {"type": "array", "items": {"$ref": "#/components/schemas/ContextOpen.Image"}},
            "reused": {
              "type": "integer",
              "description": "Positions whose computation could be taken from another context."
            },
            "computed": {"type": "integer", "description": "Positions that had to be computed."}
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": [
        "deadlineExceeded",
        "imageUnreadable",
        "ioError",
        "modelNotLoaded",
        "outOfMemory",
        "pathDenied",
        "positionOutOfRange",
        "unsupportedTarget"
      ],
      "examples": [
        {
          "name": "context/open",
          "params": [
            {
              "name": "parts",
              "value": [
                {"id": "map", "image": {"path": "/pictures/map.png"}},
                {"id": "question", "text": "Is Bolivia written on the map?"}
              ]
            },
            {"name": "chat", "value": {"template": "model", "addGenerationPrompt": true}}
          ],
          "result": {
            "name": "result",
            "value": {
              "context": "ctx_1",
              "version": 1,
              "tokenCount": 2359,
              "parts": [
                {"part": "map", "span": {"start": 5, "end": 2341}},
                {"part": "question", "span": {"start": 2341, "end": 2349}}
              ],
              "images": [
                {
                  "part": "map",
                  "width": 640,
                  "height": 480,
                  "base": {"grid": [24, 24], "span": {"start": 5, "end": 581}},
                  "tiles": {"grid": [36, 48], "span": {"start": 581, "end": 2345}},
                  "views": [
                    {"name": "base", "rows": 24, "columns": 24, "first": 5, "separators": 0},
                    {"name": "tiles", "rows": 36, "columns": 48, "first": 581, "separators": 1}
                  ]
                }
              ],
              "reused": 0,
              "computed": 2359
            }
          }
        }
      ]
    },
    {
      "name": "context/tokens",
      "summary": "The tokens of a context, and the pixels that each image token covers.",
      "paramStructure": "by-name",
      "params": [
        {"name": "context", "required": true, "schema": {"type": "string"}},
        {
          "name": "version",
          "description": "Where given, the context must be at this version, else contextVersionMismatch.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {"name": "span", "required": false, "schema": {"$ref": "#/components/schemas/Span"}},
        {
          "name": "partialResultToken",
          "description": "Items of the result are sent under this token as they are found; the result's own list is then empty.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["tokens"],
          "properties": {"tokens": {"type": "array", "items": {"$ref": "#/components/schemas/ContextTokens.Token"}}}
        }
      },
      "x-lane": "engine",
      "x-partialResult": {
        "type": "object",
        "required": ["tokens"],
        "properties": {"tokens": {"type": "array", "items": {"$ref": "#/components/schemas/ContextTokens.Token"}}}
      },
      "x-errorKinds": ["contextNotFound", "contextVersionMismatch", "positionOutOfRange"],
      "examples": [
        {
          "name": "context/tokens",
          "params": [{"name": "context", "value": "ctx_1"}, {"name": "span", "value": {"start": 4, "end": 6}}],
          "result": {
            "name": "result",
            "value": {
              "tokens": [
                {"position": 4, "id": 271, "text": "\n\n"},
                {
                  "position": 5,
                  "id": 128256,
                  "text": "<image>",
                  "part": "map",
                  "image": 0,
                  "view": "base",
                  "box": [0, 0, 26.5, 20]
                }
              ]
            }
          }
        }
      ]
    },
    {
      "name": "context/logits",
      "summary": "The likeliest next tokens after a position.",
      "paramStructure": "by-name",
      "params": [
        {"name": "context", "required": true, "schema": {"type": "string"}},
        {
          "name": "version",
          "description": "Where given, the context must be at this version, else contextVersionMismatch.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "position",
          "description": "Absent or −1: the last.",
          "required": false,
          "schema": {"type": "integer", "minimum": -1}
        },
        {
          "name": "topK",
          "description": "May be the whole vocabulary.",
          "required": true,
          "schema": {"type": "integer", "minimum": 0}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["items"],
          "properties": {
            "items": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/ContextLogits.Item"},
              "description": "By descending logit, ties by the lower id."
            }
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": ["contextNotFound", "contextVersionMismatch", "positionOutOfRange"],
      "examples": [
        {
          "name": "context/logits",
          "params": [
            {"name": "context", "value": "ctx_1"},
            {"name": "version", "value": 1},
            {"name": "position", "value": -1},
            {"name": "topK", "value": 2}
          ],
          "result": {
            "name": "result",
            "value": {
              "items": [
                {"token": 9642, "text": "Yes", "logit": 21.5, "logProb": -0.25},
                {"token": 2822, "text": "No", "logit": 20.125, "logProb": -1.625}
              ]
            }
          }
        }
      ]
    },
    {
      "name": "context/generate",
      "summary": "Continues a context token by token, with interventions where given.",
      "paramStructure": "by-name",
      "params": [
        {"name": "context", "required": true, "schema": {"type": "string"}},
        {
          "name": "version",
          "description": "Where given, the context must be at this version, else contextVersionMismatch.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {"name": "maxTokens", "required": true, "schema": {"type": "integer", "minimum": 0}},
        {
          "name": "temperature",
          "description": "0 or absent: greedy, ties to the lowest id.",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1000000.0}
        },
        {"name": "topP", "required": false, "schema": {"type": "number", "minimum": 0, "maximum": 1}},
        {"name": "seed", "required": false, "schema": {"$ref": "#/components/schemas/LargeInteger"}},
        {
          "name": "stop",
          "description": "Texts that end the generation.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}}
        },
        {
          "name": "interventions",
          "required": false,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Intervention"}}
        },
        {
          "name": "sae",
          "description": "The autoencoder to splice if no intervention names one.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "recipe",
          "description": "A recipe's file, absolute, whose changes are made before the interventions given.",
          "required": false,
          "schema": {"type": "string"}
        },
        {"name": "splice", "required": false, "schema": {"$ref": "#/components/schemas/Splice"}},
        {
          "name": "append",
          "description": "Whether the tokens stay with the context, whose version then rises.",
          "required": false,
          "schema": {"type": "boolean"}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "partialResultToken",
          "description": "Items of the result are sent under this token as they are found; the result's own list is then empty.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["text", "tokens", "finish"],
          "properties": {
            "text": {"type": "string"},
            "tokens": {"type": "array", "items": {"$ref": "#/components/schemas/GeneratedToken"}},
            "finish": {"$ref": "#/components/schemas/Finish"},
            "version": {"type": "integer", "description": "The context's new version, where tokens were appended."},
            "recipe": {
              "type": "string",
              "description": "The file of the recipe that was followed: the request's, or that which the kernel serves. Attribution, logits and what is compared with are of the model without it."
            }
          }
        }
      },
      "x-lane": "engine",
      "x-partialResult": {
        "type": "object",
        "required": ["tokens"],
        "properties": {"tokens": {"type": "array", "items": {"$ref": "#/components/schemas/GeneratedToken"}}}
      },
      "x-errorKinds": [
        "contextNotFound",
        "contextVersionMismatch",
        "deadlineExceeded",
        "featureOutOfRange",
        "numericalFailure",
        "outOfMemory",
        "positionOutOfRange",
        "saeMismatch"
      ],
      "examples": [
        {
          "name": "context/generate",
          "params": [
            {"name": "context", "value": "ctx_1"},
            {"name": "maxTokens", "value": 16},
            {"name": "temperature", "value": 0.7},
            {"name": "topP", "value": 0.9},
            {"name": "seed", "value": 7},
            {"name": "stop", "value": ["\n"]},
            {
              "name": "interventions",
              "value": [{"op": "scale", "feature": {"sae": "sae_1", "index": 71}, "value": 0.5, "generated": true}]
            },
            {"name": "splice", "value": {"errorTerm": "keep"}},
            {"name": "append", "value": true}
          ],
          "result": {
            "name": "result",
            "value": {
              "text": "Yes.",
              "tokens": [{"id": 9642, "text": "Yes", "logProb": -0.25}, {"id": 13, "text": ".", "logProb": -0.125}],
              "finish": "stop",
              "version": 2
            }
          }
        }
      ]
    },
    {
      "name": "context/close",
      "summary": "Lets go of a context and its memory.",
      "paramStructure": "by-name",
      "params": [{"name": "context", "required": true, "schema": {"type": "string"}}],
      "result": {"name": "result", "schema": {"type": "object"}},
      "x-lane": "engine",
      "x-errorKinds": ["contextNotFound"],
      "examples": [
        {
          "name": "context/close",
          "params": [{"name": "context", "value": "ctx_1"}],
          "result": {"name": "result", "value": {}}
        }
      ]
    },
    {
      "name": "prompt/check",
      "summary": "Reads a prompt file without a model: what it says, where, and what is wrong with it.",
      "description": "prompt-files.md beside this document describes the format.",
      "paramStructure": "by-name",
      "params": [
        {"name": "text", "description": "The whole file.", "required": true, "schema": {"type": "string"}},
        {
          "name": "directory",
          "description": "The folder that the file's relative paths start from, absolute.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "images",
          "description": "Images of the front matter, sent by a client whose files are on another machine: their paths are not looked at.",
          "required": false,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/SentImage"}}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["front", "turns", "diagnostics"],
          "properties": {
            "front": {"$ref": "#/components/schemas/PromptFront"},
            "turns": {"type": "array", "items": {"$ref": "#/components/schemas/PromptCheck.Turn"}},
            "diagnostics": {"type": "array", "items": {"$ref": "#/components/schemas/PromptDiagnostic"}}
          }
        }
      },
      "x-lane": "control",
      "x-errorKinds": ["pathDenied"],
      "examples": [
        {
          "name": "prompt/check",
          "params": [
            {
              "name": "text",
              "value": "---\nimages:\n  map: maps/andes.png\nanswer: \" Yes\"\nbaseline: \" No\"\n---\n@user\n![map]\nIs it big?\n@assistant\n"
            },
            {"name": "directory", "value": "/prompts"}
          ],
          "result": {
            "name": "result",
            "value": {
              "front": {
                "images": [{"name": "map", "path": "/prompts/maps/andes.png"}],
                "template": "model",
                "answer": " Yes",
                "baseline": " No",
                "steer": []
              },
              "turns": [
                {
                  "role": "user",
                  "range": {"start": {"line": 6, "character": 0}, "end": {"line": 8, "character": 10}},
                  "parts": [
                    {
                      "range": {"start": {"line": 7, "character": 0}, "end": {"line": 7, "character": 6}},
                      "image": "map"
                    },
                    {
                      "range": {"start": {"line": 8, "character": 0}, "end": {"line": 8, "character": 10}},
                      "text": "Is it big?"
                    }
                  ]
                },
                {
                  "role": "assistant",
                  "range": {"start": {"line": 9, "character": 0}, "end": {"line": 9, "character": 10}},
                  "parts": []
                }
              ],
              "diagnostics": [
                {
                  "range": {"start": {"line": 2, "character": 7}, "end": {"line": 2, "character": 21}},
                  "severity": "error",
                  "message": "\"/prompts/maps/andes.png\" does not exist"
                }
              ]
            }
          }
        }
      ]
    },
    {
      "name": "prompt/open",
      "summary": "Makes a prompt file resident as context/open does, and says where in the file each token is.",
      "description": "The same text again gives the same context while that is open and unchanged; an edited one re-uses what the two share. What the file names and cannot be loaded is a diagnostic, not an error.",
      "paramStructure": "by-name",
      "params": [
        {"name": "text", "description": "The whole file.", "required": true, "schema": {"type": "string"}},
        {
          "name": "directory",
          "description": "The folder that the file's relative paths start from, absolute.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "images",
          "description": "Images of the front matter, sent by a client whose files are on another machine: their paths are not looked at.",
          "required": false,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/SentImage"}}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["front", "parts", "images", "tokens", "diagnostics", "reused", "computed"],
          "properties": {
            "context": {
              "type": "string",
              "description": "Absent, as what belongs to it, where a diagnostic is an error."
            },
            "version": {"type": "integer"},
            "tokenCount": {"type": "integer"},
            "model": {"type": "string", "description": "The model's name."},
            "sae": {
              "type": "string",
              "description": "The name of the autoencoder that questions about the file are for: the file's, else the model's newest."
            },
            "front": {"$ref": "#/components/schemas/PromptFront"},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/PromptOpen.Part"}},
            "images": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/ContextOpen.Image"},
              "description": "In the order of the parts."
            },
            "tokens": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/PromptOpen.Token"},
              "description": "The tokens that hold some of the file's text."
            },
            "diagnostics": {"type": "array", "items": {"$ref": "#/components/schemas/PromptDiagnostic"}},
            "reused": {
              "type": "integer",
              "description": "Positions whose computation could be taken from another context."
            },
            "computed": {"type": "integer", "description": "Positions that had to be computed."}
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": [
        "checkpointInvalid",
        "deadlineExceeded",
        "modelNotLoaded",
        "outOfMemory",
        "pathDenied",
        "positionOutOfRange",
        "saeMismatch",
        "unsupportedTarget"
      ],
      "examples": [
        {
          "name": "prompt/open",
          "params": [
            {
              "name": "text",
              "value": "---\nimages:\n  map: maps/andes.png\nanswer: \" Yes\"\nbaseline: \" No\"\n---\n@user\n![map]\nIs it big?\n@assistant\n"
            },
            {"name": "directory", "value": "/prompts"}
          ],
          "result": {
            "name": "result",
            "value": {
              "context": "ctx_1",
              "version": 1,
              "tokenCount": 2354,
              "model": "llava",
              "sae": "sae",
              "front": {
                "images": [{"name": "map", "path": "/prompts/maps/andes.png"}],
                "template": "model",
                "answer": " Yes",
                "baseline": " No",
                "steer": []
              },
              "parts": [
                {
                  "part": "map",
                  "role": "user",
                  "range": {"start": {"line": 7, "character": 0}, "end": {"line": 7, "character": 6}},
                  "span": {"start": 5, "end": 2341},
                  "image": "map"
                },
                {
                  "part": "user",
                  "role": "user",
                  "range": {"start": {"line": 8, "character": 0}, "end": {"line": 8, "character": 10}},
                  "span": {"start": 2341, "end": 2345}
                }
              ],
              "images": [
                {
                  "part": "map",
                  "width": 640,
                  "height": 480,
                  "base": {"grid": [24, 24], "span": {"start": 5, "end": 581}},
                  "tiles": {"grid": [36, 48], "span": {"start": 581, "end": 2341}},
                  "views": [
                    {"name": "base", "rows": 24, "columns": 24, "first": 5, "separators": 0},
                    {"name": "tiles", "rows": 36, "columns": 48, "first": 581, "separators": 1}
                  ]
                }
              ],
              "tokens": [
                {
                  "position": 2341,
                  "text": "Is",
                  "range": {"start": {"line": 8, "character": 0}, "end": {"line": 8, "character": 2}}
                },
                {
                  "position": 2342,
                  "text": " it",
                  "range": {"start": {"line": 8, "character": 2}, "end": {"line": 8, "character": 5}}
                },
                {
                  "position": 2343,
                  "text": " big",
                  "range": {"start": {"line": 8, "character": 5}, "end": {"line": 8, "character": 9}}
                },
                {
                  "position": 2344,
                  "text": "?",
                  "range": {"start": {"line": 8, "character": 9}, "end": {"line": 8, "character": 10}}
                }
              ],
              "diagnostics": [],
              "reused": 0,
              "computed": 2354
            }
          }
        }
      ]
    },
    {
      "name": "session/save",
      "summary": "Writes the client's contexts as one file: their parts, their pictures, what was appended, and what the client says was asked.",
      "description": "A file appears whole or not at all. One that is there is replaced if it is a session. Pictures that were opened by their paths are read again, and must be what they were.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "path",
          "description": "The file, absolute. Absent: the session comes with the result.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "contexts",
          "description": "Which contexts; absent: all that the client has open.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}}
        },
        {
          "name": "entries",
          "description": "Kept as they are, and given back by session/open.",
          "required": false,
          "schema": {"type": "array", "items": {}}
        },
        {"name": "note", "required": false, "schema": {"type": "string"}},
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["contexts", "bytes"],
          "properties": {
            "path": {"type": "string", "description": "Absent where the session is in the result."},
            "session": {
              "$ref": "#/components/schemas/SavedSession",
              "description": "Absent where it was written to a file."
            },
            "contexts": {"type": "array", "items": {"type": "string"}, "description": "Those that are in it."},
            "bytes": {"type": "integer", "description": "How long the file is, or would be."}
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": [
        "contextNotFound",
        "deadlineExceeded",
        "imageUnreadable",
        "ioError",
        "outOfMemory",
        "pathDenied",
        "unsupportedTarget"
      ],
      "examples": [
        {
          "name": "session/save",
          "params": [{"name": "entries", "value": [{"asked": "context/generate", "text": "No."}]}],
          "result": {
            "name": "result",
            "value": {
              "session": {
                "format": "lucarne-session",
                "version": 1,
                "created": 1792000000,
                "models": [
                  {
                    "model": "llava-next",
                    "digest": "5f0c",
                    "architecture": "LlavaNextForConditionalGeneration",
                    "precision": "bfloat16",
                    "resizing": "torchvision"
                  }
                ],
                "saes": [{"sae": "resid_post.24", "model": "llava-next", "digest": "9a31", "site": "resid_post.24"}],
                "pictures": [],
                "contexts": [
                  {
                    "context": "ctx_1",
                    "model": "llava-next",
                    "chat": {"template": "model", "addGenerationPrompt": true},
                    "parts": [{"id": "question", "role": "user", "text": "Is Bolivia in Asia?"}],
                    "appended": [[2822, 13]],
                    "tokenCount": 19,
                    "tokensDigest": "c771"
                  }
                ],
                "entries": [{"asked": "context/generate", "text": "No."}]
              },
              "contexts": ["ctx_1"],
              "bytes": 842
            }
          }
        }
      ]
    },
    {
      "name": "session/open",
      "summary": "Opens every context of a session again, or none of them.",
      "description": "A context needs the model that it was opened on, whose digest must be the same unless anyModel is true. Other autoencoders, precisions and resizings are warnings: contexts can be opened without them, but answers may be others.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "path",
          "description": "A session's file, absolute. Either this or session.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "session",
          "description": "A session as session/save gave it.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/SavedSession"}
        },
        {
          "name": "anyModel",
          "description": "Whether contexts of a model that is not loaded are opened on the model that the client loaded last, with a warning. Absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["contexts", "entries", "warnings", "created"],
          "properties": {
            "contexts": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/SessionOpen.Opened"},
              "description": "In the session's order."
            },
            "entries": {"type": "array", "items": {}, "description": "What session/save was given."},
            "warnings": {
              "type": "array",
              "items": {"type": "string"},
              "description": "What is not as it was, with both values."
            },
            "created": {"type": "number", "description": "Seconds since 1970."},
            "note": {"type": "string"}
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": [
        "busy",
        "deadlineExceeded",
        "imageUnreadable",
        "ioError",
        "modelNotLoaded",
        "outOfMemory",
        "pathDenied",
        "positionOutOfRange",
        "unsupportedTarget"
      ],
      "examples": [
        {
          "name": "session/open",
          "params": [{"name": "path", "value": "/sessions/bolivia.session.json"}],
          "result": {
            "name": "result",
            "value": {
              "contexts": [
                {
                  "saved": "ctx_1",
                  "context": "ctx_1",
                  "version": 2,
                  "tokenCount": 19,
                  "parts": [{"part": "question", "span": {"start": 4, "end": 10}}],
                  "images": [],
                  "sameTokens": true
                }
              ],
              "entries": [{"asked": "context/generate", "text": "No."}],
              "warnings": [],
              "created": 1792000000
            }
          }
        }
      ]
    },
    {
      "name": "session/export",
      "summary": "A session as a page to read, or as a notebook that asks again with the Python client.",
      "description": "Shown is what the session's entries hold: of an entry that is an object with a method, its params and its result. Nothing is computed, and no model is needed. A page is one file that loads nothing and runs nothing.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "path",
          "description": "A session's file, absolute. Either this or session.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "session",
          "description": "A session as session/save gave it.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/SavedSession"}
        },
        {"name": "format", "required": true, "schema": {"$ref": "#/components/schemas/SessionExport.Format"}},
        {
          "name": "output",
          "description": "The file to write, absolute; nothing may be there. Absent: the text comes with the result.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["bytes", "warnings"],
          "properties": {
            "output": {"type": "string", "description": "Absent where the text is in the result."},
            "text": {"type": "string", "description": "Absent where it was written to a file."},
            "bytes": {"type": "integer", "description": "How long the file is, or would be."},
            "warnings": {"type": "array", "items": {"type": "string"}, "description": "What could not be shown."}
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": ["deadlineExceeded", "imageUnreadable", "ioError", "outOfMemory", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "session/export",
          "params": [
            {"name": "path", "value": "/sessions/bolivia.session.json"},
            {"name": "format", "value": "html"},
            {"name": "output", "value": "/sessions/bolivia.html"}
          ],
          "result": {
            "name": "result",
            "value": {"output": "/sessions/bolivia.html", "bytes": 41873, "warnings": []}
          }
        }
      ]
    },
    {
      "name": "activation/read",
      "summary": "A tensor of a block at every position: the residual stream, or what a half of the block reads or adds.",
      "paramStructure": "by-name",
      "params": [
        {"name": "context", "required": true, "schema": {"type": "string"}},
        {
          "name": "version",
          "description": "Where given, the context must be at this version, else contextVersionMismatch.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {"name": "site", "description": "As resid_post.24, mlp_out.24, attn_heads.24; any block.", "required": true, "schema": {"type": "string"}},
        {"name": "span", "required": false, "schema": {"$ref": "#/components/schemas/Span"}},
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["tensor"],
          "properties": {
            "tensor": {"$ref": "#/components/schemas/WireTensor", "description": "[positions, width]: the hidden size, heads times their size for attn_heads."}
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": [
        "contextNotFound",
        "contextVersionMismatch",
        "deadlineExceeded",
        "outOfMemory",
        "positionOutOfRange"
      ],
      "examples": [
        {
          "name": "activation/read",
          "params": [
            {"name": "context", "value": "ctx_1"},
            {"name": "site", "value": "resid_post.24"},
            {"name": "span", "value": {"start": 0, "end": 1}}
          ],
          "result": {
            "name": "result",
            "value": {"tensor": {"shape": [1, 2], "dtype": "float32", "base64": "AACAPwAAAMA="}}
          }
        }
      ]
    },
    {
      "name": "feature/activations",
      "summary": "The latents that are active in a region.",
      "paramStructure": "by-name",
      "params": [
        {"name": "context", "required": true, "schema": {"type": "string"}},
        {
          "name": "version",
          "description": "Where given, the context must be at this version, else contextVersionMismatch.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {"name": "sae", "required": true, "schema": {"type": "string"}},
        {
          "name": "region",
          "description": "Absent: the whole context.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/Region"}
        },
        {"name": "topK", "description": "Absent: 20.", "required": false, "schema": {"type": "integer", "minimum": 0}},
        {
          "name": "rankBy",
          "description": "Absent: max.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureActivations.Rank"}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "partialResultToken",
          "description": "Items of the result are sent under this token as they are found; the result's own list is then empty.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["items", "l0"],
          "properties": {
            "items": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/FeatureActivations.Item"},
              "description": "By descending score, ties by the lower index."
            },
            "l0": {"type": "number", "description": "Mean number of active latents at a position of the region."},
            "fvu": {
              "type": "number",
              "description": "Fraction of the residual's variance there that the autoencoder leaves unexplained; absent where that does not vary."
            }
          }
        }
      },
      "x-lane": "engine",
      "x-partialResult": {
        "type": "object",
        "required": ["items"],
        "properties": {
          "items": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FeatureActivations.Item"},
            "description": "By descending score, ties by the lower index."
          }
        }
      },
      "x-errorKinds": [
        "contextNotFound",
        "contextVersionMismatch",
        "deadlineExceeded",
        "positionOutOfRange",
        "saeMismatch"
      ],
      "examples": [
        {
          "name": "feature/activations",
          "params": [
            {"name": "context", "value": "ctx_1"},
            {"name": "sae", "value": "sae_1"},
            {"name": "region", "value": {"image": 0, "view": "tiles", "box": [10, 20, 110.5, 80]}},
            {"name": "topK", "value": 1},
            {"name": "rankBy", "value": "max"}
          ],
          "result": {
            "name": "result",
            "value": {
              "items": [
                {
                  "feature": {"sae": "sae_1", "index": 71},
                  "score": 4.25,
                  "positions": [{"position": 903, "value": 4.25}, {"position": 904, "value": 1.5}]
                }
              ],
              "l0": 256.0,
              "fvu": 0.125
            }
          }
        }
      ]
    },
    {
      "name": "feature/info",
      "summary": "What is known of a latent without any prompt.",
      "paramStructure": "by-name",
      "params": [
        {"name": "feature", "required": true, "schema": {"$ref": "#/components/schemas/FeatureRef"}},
        {
          "name": "topK",
          "description": "Tokens and neighbours to list; absent: 10.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["stats", "logits", "neighbours"],
          "properties": {
            "stats": {"$ref": "#/components/schemas/FeatureInfo.Stats"},
            "explanation": {"$ref": "#/components/schemas/FeatureInfo.Explanation"},
            "logits": {
              "$ref": "#/components/schemas/FeatureInfo.Logits",
              "description": "The direct effect of the decoder row on the logits: W_U · (γ ⊙ W_dec), γ being the last norm's weight, without that norm's scale."
            },
            "neighbours": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/FeatureInfo.Neighbour"},
              "description": "The nearest decoder rows, by descending cosine."
            },
            "coactive": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/CoactiveFeature"},
              "description": "Latents active at the same tokens; absent without an index."
            }
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": ["deadlineExceeded", "featureOutOfRange", "indexStale", "saeMismatch"],
      "examples": [
        {
          "name": "feature/info",
          "params": [{"name": "feature", "value": {"sae": "sae_1", "index": 71}}, {"name": "topK", "value": 1}],
          "result": {
            "name": "result",
            "value": {
              "stats": {"decoderNorm": 1.0, "frequency": 0.0125, "mean": 1.75, "max": 19.5},
              "explanation": {"text": "written words", "author": "program", "score": 0.75},
              "logits": {
                "promoted": [{"token": 9642, "text": "Yes", "value": 0.5}],
                "suppressed": [{"token": 2822, "text": "No", "value": -0.25}]
              },
              "neighbours": [{"feature": {"sae": "sae_1", "index": 904}, "cosine": 0.625}]
            }
          }
        }
      ]
    },
    {
      "name": "feature/examples",
      "summary": "The places of an index's corpus where a latent is most active.",
      "paramStructure": "by-name",
      "params": [
        {"name": "feature", "required": true, "schema": {"$ref": "#/components/schemas/FeatureRef"}},
        {
          "name": "index",
          "description": "Absent: the index of the feature's autoencoder.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "view",
          "description": "Absent: the view where the latent's largest activation is, of equal ones the first.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.View"}
        },
        {
          "name": "rankBy",
          "description": "Absent: mean, the paper's.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureExamples.Ranking"}
        },
        {"name": "offset", "required": false, "schema": {"type": "integer", "minimum": 0}},
        {
          "name": "topK",
          "description": "Absent: 5, the paper's.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["index", "view", "rankBy", "items"],
          "properties": {
            "index": {"type": "string"},
            "view": {"$ref": "#/components/schemas/IndexBuild.View"},
            "rankBy": {"$ref": "#/components/schemas/FeatureExamples.Ranking"},
            "items": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/FeatureExamples.Item"},
              "description": "Best first."
            }
          }
        }
      },
      "x-lane": "index",
      "x-errorKinds": ["featureOutOfRange", "indexMissing"],
      "examples": [
        {
          "name": "feature/examples",
          "params": [
            {"name": "feature", "value": {"sae": "sae_1", "index": 123}},
            {"name": "view", "value": "base"},
            {"name": "rankBy", "value": "mean"},
            {"name": "topK", "value": 1}
          ],
          "result": {
            "name": "result",
            "value": {
              "index": "index_1",
              "view": "base",
              "rankBy": "mean",
              "items": [
                {
                  "item": 12,
                  "name": "beach-06.png",
                  "score": 0.42,
                  "image": {
                    "path": "/pictures/beach-06.png",
                    "width": 640,
                    "height": 480,
                    "grid": [24, 24],
                    "views": [
                      {"name": "base", "rows": 24, "columns": 24, "first": 0, "separators": 0},
                      {"name": "tiles", "rows": 36, "columns": 48, "first": 576, "separators": 1}
                    ]
                  },
                  "positions": [{"position": 25, "value": 3.5, "box": [26, 20, 53, 40]}]
                }
              ]
            }
          }
        }
      ]
    },
    {
      "name": "feature/render",
      "summary": "Pictures of the places where a latent is most active, what it does not see darkened.",
      "description": "Pictures are read again from where the index found them. One that has changed, by its digest, is not drawn.",
      "paramStructure": "by-name",
      "params": [
        {"name": "feature", "required": true, "schema": {"$ref": "#/components/schemas/FeatureRef"}},
        {
          "name": "index",
          "description": "Absent: the index of the feature's autoencoder.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "view",
          "description": "Absent: the view where the latent's largest activation is, of equal ones the first; of pictures' views with a montage.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.View"}
        },
        {
          "name": "rankBy",
          "description": "Absent: mean.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureExamples.Ranking"}
        },
        {"name": "offset", "required": false, "schema": {"type": "integer", "minimum": 0}},
        {
          "name": "topK",
          "description": "Absent: 5.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 100}
        },
        {
          "name": "style",
          "description": "Absent: dimmed.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureRender.Style"}
        },
        {
          "name": "interpolation",
          "description": "Absent: patches; paper always smooths.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureRender.Interpolation"}
        },
        {
          "name": "level",
          "description": "The brightness that is left to what is not active; absent: 0.2.",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1}
        },
        {
          "name": "size",
          "description": "The longer side in pixels; absent: the picture's own, in a montage 256.",
          "required": false,
          "schema": {"type": "integer", "minimum": 16, "maximum": 2048}
        },
        {
          "name": "montage",
          "description": "All in one picture.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureRender.Montage"}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["index", "view", "renderings"],
          "properties": {
            "index": {"type": "string"},
            "view": {"$ref": "#/components/schemas/IndexBuild.View"},
            "renderings": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/FeatureRender.Rendering"},
              "description": "PNG of pictures, HTML of text, best first; a montage is one."
            },
            "missing": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/FeatureRender.Missing"},
              "description": "Exemplars that could not be drawn: their pictures are gone, or no longer what they were."
            }
          }
        }
      },
      "x-lane": "index",
      "x-errorKinds": ["featureOutOfRange", "indexMissing", "ioError", "unsupportedTarget"],
      "examples": [
        {
          "name": "feature/render",
          "params": [
            {"name": "feature", "value": {"sae": "sae_1", "index": 123}},
            {"name": "style", "value": "weighted"},
            {"name": "topK", "value": 1}
          ],
          "result": {
            "name": "result",
            "value": {
              "index": "index_1",
              "view": "base",
              "renderings": [
                {"mimeType": "image/png", "base64": "iVBORw0KGgo=", "name": "beach-06.png", "item": 4, "score": 1.75}
              ]
            }
          }
        }
      ]
    },
    {
      "name": "feature/dashboard",
      "summary": "One self-contained HTML page of what an index knows of a latent.",
      "paramStructure": "by-name",
      "params": [
        {"name": "feature", "required": true, "schema": {"$ref": "#/components/schemas/FeatureRef"}},
        {
          "name": "index",
          "description": "Absent: the index of the feature's autoencoder.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "topK",
          "description": "Exemplars of each ranking of each view; absent: 12.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 100}
        },
        {
          "name": "path",
          "description": "The file to write, absolute; absent: the page comes with the result.",
          "required": false,
          "schema": {"type": "string"}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["index", "bytes"],
          "properties": {
            "index": {"type": "string"},
            "html": {"type": "string", "description": "The page, where no file was asked for."},
            "path": {"type": "string", "description": "The file that was written."},
            "bytes": {"type": "integer", "minimum": 0, "description": "Of the page."}
          }
        }
      },
      "x-lane": "index",
      "x-errorKinds": ["featureOutOfRange", "indexMissing", "ioError", "pathDenied"],
      "examples": [
        {
          "name": "feature/dashboard",
          "params": [
            {"name": "feature", "value": {"sae": "sae_1", "index": 123}},
            {"name": "path", "value": "/reports/feature-123.html"}
          ],
          "result": {
            "name": "result",
            "value": {"index": "index_1", "path": "/reports/feature-123.html", "bytes": 412345}
          }
        }
      ]
    },
    {
      "name": "attribution/compute",
      "summary": "How much each active latent supports a target, what the parts of the prompt contribute, and whether that can be relied on.",
      "description": "A positive score supports the answer: by the method asked for, the fall of the target when the latent is set to zero there. gradient is z·(W_dec·g) with g the target's gradient, right to first order alone; the shares of parts are measured, by ablating all features of a part together, and the scores of some features are checked by exact ablation. What was not asked for is done within a budget of runs of the blocks above the site.",
      "paramStructure": "by-name",
      "params": [
        {"name": "context", "required": true, "schema": {"type": "string"}},
        {
          "name": "version",
          "description": "Where given, the context must be at this version, else contextVersionMismatch.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "sae",
          "description": "The autoencoder whose features are scored; absent where saes names several.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "saes",
          "description": "Several autoencoders of the context's model, each once, whose features are ranked together after one backward pass; in the place of sae. Error terms are kept, and shares of parts are measured by occlusion alone. Where one site lies above another, the scores of both tell the same effect: they do not add up across autoencoders.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {"name": "target", "required": true, "schema": {"$ref": "#/components/schemas/Target"}},
        {
          "name": "method",
          "description": "Absent: gradient; heldNorms for tokens, and for what is rendered.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/AttributionCompute.Method"}
        },
        {
          "name": "steps",
          "description": "Points of integratedGradients; absent: 16.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "region",
          "description": "Absent: the whole context.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/Region"}
        },
        {
          "name": "topK",
          "description": "Items to list; absent: 20.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
        },
        {
          "name": "aggregate",
          "description": "Absent: none.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/AttributionCompute.Aggregate"}
        },
        {"name": "splice", "required": false, "schema": {"$ref": "#/components/schemas/Splice"}},
        {
          "name": "parts",
          "description": "How the parts' shares are measured; absent: by ablation, where the budget allows it.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/AttributionCompute.PartsRequest"}
        },
        {
          "name": "verify",
          "description": "n: the n strongest items, the n strongest of a second method and n others drawn at random are measured by exact ablation. Absent: 8, or as many as the budget allows.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
        },
        {
          "name": "seed",
          "description": "Of what is drawn at random; absent: 0.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
        },
        {
          "name": "budget",
          "description": "The most runs of the blocks above the site for parts and verification. Absent: what is cheap for the model's size, and no limit to what was asked for.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
        },
        {
          "name": "perToken",
          "description": "Whether to give each item's score for every token of the target, too.",
          "required": false,
          "schema": {"type": "boolean"}
        },
        {"name": "render", "required": false, "schema": {"$ref": "#/components/schemas/AttributionCompute.Render"}},
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "partialResultToken",
          "description": "Items of the result are sent under this token as they are found; the result's own list is then empty.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["target", "items", "byPart", "explanation", "method", "splice", "elapsed"],
          "properties": {
            "target": {"$ref": "#/components/schemas/AttributionCompute.TargetValue"},
            "items": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/AttributionCompute.Item"},
              "description": "Largest magnitude first, by what was measured where it was, else by the score: those that oppose the answer stand beside those that support it."
            },
            "byPart": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/AttributionCompute.PartScore"},
              "description": "What each part contributes; empty where it was not measured."
            },
            "identity": {
              "$ref": "#/components/schemas/AttributionCompute.Identity",
              "description": "The line that closes; with byPart."
            },
            "completeness": {
              "$ref": "#/components/schemas/AttributionCompute.Completeness",
              "description": "With a method that makes one backward pass, of sae."
            },
            "bySae": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/AttributionCompute.OfSae"},
              "description": "With saes: what is told of each, in their order."
            },
            "verification": {"$ref": "#/components/schemas/AttributionCompute.Verification"},
            "explanation": {"$ref": "#/components/schemas/AttributionCompute.Explanation"},
            "renderings": {"type": "array", "items": {"$ref": "#/components/schemas/AttributionCompute.Rendering"}},
            "method": {"$ref": "#/components/schemas/AttributionCompute.Method"},
            "splice": {"$ref": "#/components/schemas/Splice"},
            "elapsed": {"type": "number", "description": "Seconds."},
            "coverage": {
              "$ref": "#/components/schemas/AttributionCompute.Coverage",
              "description": "With method ablation: how many candidates were measured. Beyond 4,096 those with the smallest gradient scores are not."
            },
            "endpointDifference": {
              "type": "number",
              "description": "With method integratedGradients: the target's fall between the two ends of the path, which the region's scores approach as steps grow."
            },
            "remainder": {
              "type": "number",
              "description": "With method integratedGradients: what the sum of the region's scores leaves of endpointDifference."
            },
            "table": {"$ref": "#/components/schemas/AttributionCompute.TokenTable", "description": "With perToken."}
          }
        }
      },
      "x-lane": "engine",
      "x-partialResult": {
        "type": "object",
        "required": ["items"],
        "properties": {
          "items": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/AttributionCompute.Item"},
            "description": "Largest magnitude first, by what was measured where it was, else by the score: those that oppose the answer stand beside those that support it."
          }
        }
      },
      "x-errorKinds": [
        "contextNotFound",
        "contextVersionMismatch",
        "deadlineExceeded",
        "numericalFailure",
        "outOfMemory",
        "positionOutOfRange",
        "saeMismatch",
        "unsupportedTarget"
      ],
      "examples": [
        {
          "name": "attribution/compute",
          "params": [
            {"name": "context", "value": "ctx_1"},
            {"name": "sae", "value": "sae_1"},
            {
              "name": "target",
              "value": {
                "kind": "logitDiff",
                "answer": {"text": "Yes", "variants": true},
                "baseline": [{"text": "No"}, {"id": 494}]
              }
            },
            {"name": "method", "value": "gradient"},
            {"name": "region", "value": {"part": "map"}},
            {"name": "topK", "value": 1},
            {"name": "aggregate", "value": "none"},
            {"name": "splice", "value": {"errorTerm": "keep", "reselect": "none"}},
            {
              "name": "parts",
              "value": {
                "method": "ablation",
                "regions": [{"name": "map", "region": {"part": "map"}}, {"region": {"image": 0, "box": [0, 0, 48, 24]}}]
              }
            },
            {"name": "verify", "value": 1},
            {"name": "render", "value": {"image": "smooth", "text": "html"}},
            {"name": "seed", "value": 7},
            {"name": "budget", "value": 64},
            {"name": "perToken", "value": true}
          ],
          "result": {
            "name": "result",
            "value": {
              "target": {
                "value": 1.375,
                "title": "log odds of {\"Yes\", \" yes\"} over {\"No\", \" No\"}",
                "answer": [{"id": 445, "text": "Yes"}, {"id": 501, "text": " yes"}],
                "baseline": [{"id": 446, "text": "No"}, {"id": 494, "text": " No"}],
                "position": 910
              },
              "items": [
                {
                  "feature": {"sae": "sae_1", "index": 71},
                  "position": 903,
                  "part": "map",
                  "activation": 4.25,
                  "score": 0.75
                }
              ],
              "byPart": [
                {"part": "map", "score": 1.0, "active": 640},
                {"part": "question", "score": 0.25, "active": 96}
              ],
              "identity": {
                "method": "ablation",
                "target": 1.375,
                "start": 0.25,
                "features": 1.125,
                "interaction": -0.125,
                "errorTerm": 0.5,
                "bias": -0.5,
                "elsewhere": 0.25,
                "gap": 0.0,
                "runs": 5
              },
              "completeness": {"sum": 1.25, "bias": 0.125, "errorTerm": 0.5, "total": 1.875, "remainder": -0.5},
              "verification": {
                "items": [
                  {
                    "feature": {"sae": "sae_1", "index": 71},
                    "position": 903,
                    "predicted": 0.75,
                    "measured": 0.6875,
                    "origin": "strongest"
                  }
                ],
                "n": 1,
                "wrongSigns": 0,
                "signsCounted": 1,
                "notReliable": ["1 measurement is too few to say how well scores agree, 8 are needed"]
              },
              "explanation": {
                "title": "log odds of {\"Yes\", \" yes\"} over {\"No\", \" No\"}",
                "sentences": [
                  "log odds of {\"Yes\", \" yes\"} over {\"No\", \" No\"} = +1.38.",
                  "Ablated one by one: map +1.00, question +0.25; all together +1.12."
                ]
              },
              "renderings": [{"mimeType": "image/png", "base64": "iVBORw0KGgo=", "name": "image 0, smooth"}],
              "method": "gradient",
              "splice": {"errorTerm": "keep", "reselect": "none"},
              "elapsed": 0.75,
              "table": {"tokens": [], "values": [1.375], "scores": [[0.75]]}
            }
          }
        }
      ]
    },
    {
      "name": "attribution/compare",
      "summary": "What makes a target differ between two contexts: which features, where, and how much each explains when it is patched from one into the other.",
      "description": "To first order a feature explains Σ (z − z′)·(W_dec · ½(g + g′)) of the difference. The largest are measured in both directions: the activations of one context are put into the other at corresponding positions, the error term kept.",
      "paramStructure": "by-name",
      "params": [
        {"name": "context", "required": true, "schema": {"type": "string"}},
        {
          "name": "version",
          "description": "Where given, the context must be at this version, else contextVersionMismatch.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "other",
          "description": "The context that it is compared with: of the same model.",
          "required": true,
          "schema": {"type": "string"}
        },
        {"name": "sae", "required": true, "schema": {"type": "string"}},
        {
          "name": "target",
          "description": "The same for both; a position counts in each.",
          "required": true,
          "schema": {"$ref": "#/components/schemas/Target"}
        },
        {
          "name": "topK",
          "description": "Features to measure and list; absent: 10.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 1024}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": [
            "target",
            "other",
            "difference",
            "items",
            "together",
            "aligned",
            "agreement",
            "explanation",
            "elapsed"
          ],
          "properties": {
            "target": {"$ref": "#/components/schemas/AttributionCompute.TargetValue"},
            "other": {"type": "number", "description": "The target's value in the other context."},
            "difference": {"type": "number", "description": "value − other."},
            "items": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/AttributionCompare.Item"},
              "description": "Largest magnitude of what was predicted first."
            },
            "together": {
              "$ref": "#/components/schemas/AttributionCompare.Patched",
              "description": "All features patched at once."
            },
            "aligned": {"$ref": "#/components/schemas/AttributionCompare.Aligned"},
            "agreement": {
              "$ref": "#/components/schemas/AttributionCompare.Agreement",
              "description": "Predicted and measured over the items."
            },
            "explanation": {"$ref": "#/components/schemas/AttributionCompute.Explanation"},
            "elapsed": {"type": "number", "description": "Seconds."}
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": [
        "contextNotFound",
        "contextVersionMismatch",
        "deadlineExceeded",
        "numericalFailure",
        "outOfMemory",
        "positionOutOfRange",
        "saeMismatch",
        "unsupportedTarget"
      ],
      "examples": [
        {
          "name": "attribution/compare",
          "params": [
            {"name": "context", "value": "ctx_1"},
            {"name": "other", "value": "ctx_2"},
            {"name": "sae", "value": "sae_1"},
            {"name": "target", "value": {"kind": "logitDiff", "answer": {"text": "Yes"}}},
            {"name": "topK", "value": 1}
          ],
          "result": {
            "name": "result",
            "value": {
              "target": {
                "value": 1.375,
                "title": "logit(\"Yes\") − logit(\"No\")",
                "answer": [{"id": 445, "text": "Yes"}],
                "baseline": [{"id": 446, "text": "No"}],
                "position": 910
              },
              "other": -0.625,
              "difference": 2.0,
              "items": [
                {
                  "feature": {"sae": "sae_1", "index": 71},
                  "predicted": 1.25,
                  "measured": {"intoContext": 1.5, "intoOther": 1.0},
                  "places": [{"position": 903, "otherPosition": 903, "activation": 4.25, "otherActivation": 0.0}]
                }
              ],
              "together": {"intoContext": 1.75, "intoOther": 1.875},
              "aligned": {"pairs": 911, "onlyInContext": 0, "onlyInOther": 0},
              "agreement": {"n": 1, "wrongSigns": 0, "signsCounted": 1},
              "explanation": {
                "title": "logit(\"Yes\") − logit(\"No\")",
                "sentences": ["logit(\"Yes\") − logit(\"No\") = +1.38 here and −0.62 there, a difference of +2.00."]
              },
              "elapsed": 1.5
            }
          }
        }
      ]
    },
    {
      "name": "ablation/run",
      "summary": "What happens to targets when latents are changed.",
      "paramStructure": "by-name",
      "params": [
        {"name": "context", "required": true, "schema": {"type": "string"}},
        {
          "name": "version",
          "description": "Where given, the context must be at this version, else contextVersionMismatch.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "sae",
          "description": "The autoencoder that is spliced in; interventions may name others of the model, which are spliced into the same run.",
          "required": true,
          "schema": {"type": "string"}
        },
        {
          "name": "interventions",
          "description": "Several autoencoders' are met in the order of the places at which they write; each code is that of the run as the earlier ones have changed it.",
          "required": true,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Intervention"}}
        },
        {
          "name": "targets",
          "required": true,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Target"}}
        },
        {"name": "splice", "required": false, "schema": {"$ref": "#/components/schemas/Splice"}},
        {
          "name": "topK",
          "description": "Changed tokens to list; absent: 10.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["targets", "topChanges", "kl"],
          "properties": {
            "targets": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/AblationRun.TargetValues"},
              "description": "In the order asked."
            },
            "topChanges": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/AblationRun.Change"},
              "description": "The tokens whose probability at the last position changes most."
            },
            "kl": {"type": "number", "description": "KL(before ‖ after) at the last position, in nats."},
            "receipts": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/SpliceReceipt"},
              "description": "With several autoencoders: what was done of each to the run on the context itself, sae first, then in the order of the interventions."
            }
          }
        }
      },
      "x-lane": "engine",
      "x-errorKinds": [
        "contextNotFound",
        "contextVersionMismatch",
        "deadlineExceeded",
        "featureOutOfRange",
        "numericalFailure",
        "outOfMemory",
        "positionOutOfRange",
        "saeMismatch",
        "unsupportedTarget"
      ],
      "examples": [
        {
          "name": "ablation/run",
          "params": [
            {"name": "context", "value": "ctx_1"},
            {"name": "sae", "value": "sae_1"},
            {
              "name": "interventions",
              "value": [
                {"op": "zero", "feature": {"sae": "sae_1", "index": 71}, "at": [{"span": {"start": 903, "end": 905}}]}
              ]
            },
            {
              "name": "targets",
              "value": [
                {"kind": "logit", "token": {"id": 9642}, "position": -1},
                {"kind": "sequenceLogProb", "tokens": [{"text": "Yes"}, {"text": "."}]}
              ]
            },
            {"name": "topK", "value": 1}
          ],
          "result": {
            "name": "result",
            "value": {
              "targets": [
                {"before": 21.5, "reconstruction": 21.5, "after": 20.75},
                {"before": -0.375, "reconstruction": -0.375, "after": -0.875}
              ],
              "topChanges": [{"token": 9642, "text": "Yes", "before": 0.78125, "after": 0.5}],
              "kl": 0.125
            }
          }
        }
      ]
    },
    {
      "name": "steering/generate",
      "summary": "Continues a context with interventions, beside the same without them.",
      "paramStructure": "by-name",
      "params": [
        {"name": "context", "required": true, "schema": {"type": "string"}},
        {
          "name": "version",
          "description": "Where given, the context must be at this version, else contextVersionMismatch.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "sae",
          "description": "The autoencoder that is spliced in; interventions may name others of the model, which are spliced into the same run.",
          "required": true,
          "schema": {"type": "string"}
        },
        {
          "name": "interventions",
          "description": "Several autoencoders' are met in the order of the places at which they write; each code is that of the run as the earlier ones have changed it.",
          "required": true,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Intervention"}}
        },
        {"name": "maxTokens", "required": true, "schema": {"type": "integer", "minimum": 0}},
        {
          "name": "temperature",
          "description": "0 or absent: greedy, ties to the lowest id.",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1000000.0}
        },
        {"name": "topP", "required": false, "schema": {"type": "number", "minimum": 0, "maximum": 1}},
        {"name": "seed", "required": false, "schema": {"$ref": "#/components/schemas/LargeInteger"}},
        {
          "name": "stop",
          "description": "Texts that end the generation.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}}
        },
        {
          "name": "recipe",
          "description": "A recipe's file, absolute, whose changes are made before the interventions given.",
          "required": false,
          "schema": {"type": "string"}
        },
        {"name": "splice", "required": false, "schema": {"$ref": "#/components/schemas/Splice"}},
        {
          "name": "compareWith",
          "required": false,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/SteeringGenerate.Comparison"}}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "partialResultToken",
          "description": "Items of the result are sent under this token as they are found; the result's own list is then empty.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["outputs", "effect", "receipt"],
          "properties": {
            "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/SteeringGenerate.Output"}},
            "effect": {"$ref": "#/components/schemas/SteeringGenerate.Effect"},
            "receipt": {
              "$ref": "#/components/schemas/SteeringGenerate.Receipt",
              "description": "Of several autoencoders together: a position counts once for each that changed it."
            },
            "receipts": {
              "type": "array",
              "items": {"$ref": "#/components/schemas/SpliceReceipt"},
              "description": "With several autoencoders: of each, sae first, then in the order of the interventions."
            }
          }
        }
      },
      "x-lane": "engine",
      "x-partialResult": {
        "type": "object",
        "required": ["tokens", "name"],
        "properties": {
          "tokens": {"type": "array", "items": {"$ref": "#/components/schemas/GeneratedToken"}},
          "name": {"$ref": "#/components/schemas/SteeringGenerate.OutputName"}
        }
      },
      "x-errorKinds": [
        "contextNotFound",
        "contextVersionMismatch",
        "deadlineExceeded",
        "featureOutOfRange",
        "numericalFailure",
        "outOfMemory",
        "positionOutOfRange",
        "saeMismatch"
      ],
      "examples": [
        {
          "name": "steering/generate",
          "params": [
            {"name": "context", "value": "ctx_1"},
            {"name": "sae", "value": "sae_1"},
            {
              "name": "interventions",
              "value": [{"op": "clamp", "feature": {"sae": "sae_1", "index": 71}, "value": 8.0, "generated": false}]
            },
            {"name": "maxTokens", "value": 2},
            {"name": "splice", "value": {"errorTerm": "drop", "reselect": "topk"}},
            {"name": "compareWith", "value": ["plain"]}
          ],
          "result": {
            "name": "result",
            "value": {
              "outputs": [
                {
                  "name": "steered",
                  "text": "No.",
                  "tokens": [{"id": 2822, "text": "No", "logProb": -0.125}, {"id": 13, "text": ".", "logProb": -0.25}],
                  "finish": "length"
                },
                {
                  "name": "plain",
                  "text": "Yes.",
                  "tokens": [{"id": 9642, "text": "Yes", "logProb": -0.25}, {"id": 13, "text": ".", "logProb": -0.125}],
                  "finish": "length"
                }
              ],
              "effect": {"klPerToken": [1.5, 0.25]},
              "receipt": {"steps": 3, "positions": 2361, "meanNorm": 2.5, "dropped": 0}
            }
          }
        }
      ]
    },
    {
      "name": "steering/search",
      "summary": "Looks for changes of features that put wrong answers right and lose few right ones: a job, which writes a recipe.",
      "description": "The plain model answers a set's questions; those that it gets wrong are to be put right, those that it gets right to be kept. Pictures are split in two halves by the seed: features and changes are chosen on one, and reported on the other, with controls. Candidates are the features that attribution, measured by exact ablation where it is strongest, finds behind wrong answers, those whose activity differs most between wrong and right ones, and those that are named. Each change is tried alone at each place, then the best together. The answers of every round are kept in a folder beside the recipe, so that a search that was cut off goes on. The job's result is a SteeringSearch.Found.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "dataset",
          "required": true,
          "schema": {"$ref": "#/components/schemas/EvaluationRun.Dataset"}
        },
        {
          "name": "recipe",
          "description": "The file that is written, absolute; rounds are kept in the folder of that name with .search behind it.",
          "required": true,
          "schema": {"type": "string"}
        },
        {"name": "sae", "required": true, "schema": {"type": "string"}},
        {
          "name": "name",
          "description": "What the recipe is called; absent: as the file.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "failing",
          "description": "Wrong answers of these kinds are to be put right; absent: all.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {
          "name": "keeping",
          "description": "Right answers of these kinds are to be kept; absent: all.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {
          "name": "candidates",
          "description": "Absent: 12 by attribution and 12 by contrast.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/SteeringSearch.Candidates"}
        },
        {
          "name": "operations",
          "description": "Absent: zero, half, and a clamp at the 0.9 quantile of the feature's own activity.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/SteeringSearch.Operations"}
        },
        {
          "name": "places",
          "description": "Where changes are made; absent: all, question, image and last.",
          "required": false,
          "schema": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SteeringSearch.Place"},
            "minItems": 1
          }
        },
        {
          "name": "features",
          "description": "Features of a recipe at most; absent: 3.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 4}
        },
        {
          "name": "arms",
          "description": "Changes that a round tries at most; absent: 512.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 4096}
        },
        {
          "name": "maxHarm",
          "description": "Of the right answers, the share that may be lost in the choosing half; absent: 0.01.",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1}
        },
        {
          "name": "seed",
          "description": "Of the split; absent: 0.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/LargeInteger"}
        },
        {
          "name": "controls",
          "description": "Of the recipe, in the other half; absent: 5 of each.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/EvaluationRun.Controls"}
        },
        {
          "name": "limit",
          "description": "Questions of the set at most; absent: all.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "instruction",
          "description": "Added behind each question, after a line break; absent: nothing.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "template",
          "description": "How questions are rendered, where the set does not say; absent: model.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.Template"}
        },
        {
          "name": "maxTokens",
          "description": "Of an answer; absent: 16.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 4096}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "steering/search",
          "params": [
            {
              "name": "dataset",
              "value": {"format": "questions", "path": "/sets/probes/questions.jsonl"}
            },
            {"name": "recipe", "value": "/recipes/no-countries-of-the-mind.json"},
            {"name": "sae", "value": "sae_1"},
            {"name": "failing", "value": ["probe"]}
          ],
          "result": {"name": "result", "value": {"job": "job_8"}}
        }
      ]
    },
    {
      "name": "index/build",
      "summary": "Runs a corpus through a model and an autoencoder and indexes the features: a job, which continues where an earlier one ended.",
      "description": "The job's result is an IndexBuild.Built. It fails with indexStale on an index of another model or autoencoder, with busy where another job writes to it, and pauses where the disk is full.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "path",
          "description": "The absolute path of the index file; it is created if it does not exist.",
          "required": true,
          "schema": {"type": "string"}
        },
        {"name": "sae", "required": true, "schema": {"type": "string"}},
        {"name": "corpus", "required": true, "schema": {"$ref": "#/components/schemas/CorpusPlace"}},
        {
          "name": "views",
          "description": "Absent: all.",
          "required": false,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/IndexBuild.View"}, "minItems": 1}
        },
        {
          "name": "exemplars",
          "description": "Best places kept of a latent under each ranking of each view; absent: 20.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
        },
        {
          "name": "spanTokens",
          "description": "Tokens of a span of text; absent: 64.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 65535}
        },
        {
          "name": "sampledTokens",
          "description": "Tokens whose codes are kept to count which latents are active together; absent: 65536.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 16777216}
        },
        {
          "name": "template",
          "description": "Absent: none; model where something is asked.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.Template"}
        },
        {
          "name": "questions",
          "description": "Asked about each picture of the corpus, each by itself and with the model's own answer behind it. A picture becomes an item of its views, and with each question an item of the view text, which has every token behind the picture: the question's, the template's and the answer's. Texts of the corpus are left out. 256 at most, with promptFiles.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {
          "name": "promptFiles",
          "description": "Texts of prompt files, asked as questions are: each shows one image, in whose place the corpus' picture stands. Of its front matter the image's name and the template count.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {
          "name": "answerTokens",
          "description": "The most tokens of an answer, which is greedy; 0: none is generated; absent: 16.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 512}
        },
        {
          "name": "annotate",
          "description": "Whether the work of index/annotate is done at the end, with its own defaults; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        },
        {"name": "shard", "required": false, "schema": {"$ref": "#/components/schemas/IndexBuild.Shard"}},
        {
          "name": "limit",
          "description": "Entries of the corpus to look at; absent: all.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "keepPictures",
          "description": "Absent: reference.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.KeepPictures"}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["busy", "ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "index/build",
          "params": [
            {"name": "path", "value": "/indexes/world.index"},
            {"name": "sae", "value": "sae_1"},
            {"name": "corpus", "value": {"folder": "/pictures"}},
            {"name": "exemplars", "value": 20}
          ],
          "result": {"name": "result", "value": {"job": "job_1"}}
        }
      ]
    },
    {
      "name": "index/merge",
      "summary": "Makes one index of several that hold parts of one corpus: a job that needs no model.",
      "description": "The job's result is an IndexMerge.Merged.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "path",
          "description": "The new index's file, absolute.",
          "required": true,
          "schema": {"type": "string"}
        },
        {
          "name": "inputs",
          "description": "The shards' files, absolute.",
          "required": true,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["busy", "ioError", "pathDenied"],
      "examples": [
        {
          "name": "index/merge",
          "params": [
            {"name": "path", "value": "/indexes/all.index"},
            {"name": "inputs", "value": ["/indexes/0.index", "/indexes/1.index"]}
          ],
          "result": {"name": "result", "value": {"job": "job_2"}}
        }
      ]
    },
    {
      "name": "index/open",
      "summary": "Opens a feature index for reading; where sae is given, one that was built for another autoencoder is refused.",
      "paramStructure": "by-name",
      "params": [
        {"name": "path", "description": "The index's file, absolute.", "required": true, "schema": {"type": "string"}},
        {
          "name": "sae",
          "description": "The autoencoder it is to belong to; absent: the loaded one that it was built for, if there is one.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "check",
          "description": "Whether the whole file is looked through for damage first; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/IndexDescription"}},
      "x-lane": "engine",
      "x-errorKinds": ["indexMissing", "indexStale", "ioError", "pathDenied", "saeMismatch"],
      "examples": [
        {
          "name": "index/open",
          "params": [{"name": "path", "value": "/indexes/world.index"}, {"name": "sae", "value": "sae_1"}],
          "result": {
            "name": "result",
            "value": {
              "index": "index_1",
              "path": "/indexes/world.index",
              "sae": "sae_1",
              "modelDigest": "6f1e",
              "saeDigest": "09ab",
              "site": "resid_post.24",
              "latents": 131072,
              "exemplars": 20,
              "items": 997,
              "skipped": {"duplicate": 2, "unreadable": 1, "unusable": 0},
              "positions": {"base": 574272, "tiles": 2297088, "text": 0},
              "activeLatents": 120331,
              "explainedLatents": 4802,
              "bytes": 812646400
            }
          }
        }
      ]
    },
    {
      "name": "index/info",
      "summary": "What an open index holds.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "index",
          "description": "Absent: the only open index, or the one that the kernel was started with.",
          "required": false,
          "schema": {"type": "string"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/IndexDescription"}},
      "x-lane": "index",
      "x-errorKinds": ["indexMissing"],
      "examples": [
        {
          "name": "index/info",
          "params": [{"name": "index", "value": "index_1"}],
          "result": {
            "name": "result",
            "value": {
              "index": "index_1",
              "path": "/indexes/world.index",
              "sae": "sae_1",
              "modelDigest": "6f1e",
              "saeDigest": "09ab",
              "site": "resid_post.24",
              "latents": 131072,
              "exemplars": 20,
              "items": 997,
              "skipped": {"duplicate": 2, "unreadable": 1, "unusable": 0},
              "positions": {"base": 574272, "tiles": 2297088, "text": 0},
              "activeLatents": 120331,
              "explainedLatents": 4802,
              "bytes": 812646400
            }
          }
        }
      ]
    },
    {
      "name": "index/skipped",
      "summary": "The entries of a corpus that an index did not take in, by name.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "index",
          "description": "Absent: the only open index, or the one that the kernel was started with.",
          "required": false,
          "schema": {"type": "string"}
        },
        {"name": "offset", "required": false, "schema": {"type": "integer", "minimum": 0}},
        {"name": "limit", "description": "Absent: 100.", "required": false, "schema": {"type": "integer", "minimum": 0}}
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["items"],
          "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/IndexSkipped.Item"}}}
        }
      },
      "x-lane": "index",
      "x-errorKinds": ["indexMissing"],
      "examples": [
        {
          "name": "index/skipped",
          "params": [{"name": "index", "value": "index_1"}, {"name": "limit", "value": 1}],
          "result": {
            "name": "result",
            "value": {
              "items": [{"name": "broken.png", "reason": "unreadable", "message": "the PNG ends within its pixels"}]
            }
          }
        }
      ]
    },
    {
      "name": "index/close",
      "summary": "Lets go of an index.",
      "paramStructure": "by-name",
      "params": [{"name": "index", "required": true, "schema": {"type": "string"}}],
      "result": {"name": "result", "schema": {"type": "object"}},
      "x-lane": "index",
      "x-errorKinds": ["indexMissing"],
      "examples": [
        {
          "name": "index/close",
          "params": [{"name": "index", "value": "index_1"}],
          "result": {"name": "result", "value": {}}
        }
      ]
    },
    {
      "name": "index/search",
      "summary": "Finds latents of an index.",
      "description": "Which features fire in a region of a context: ask feature/activations, and give its latents here for their labels.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "index",
          "description": "An open index's name, or a file's absolute path; absent: that of the autoencoder, or the only one that is open.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "sae",
          "description": "The autoencoder whose index is meant where none is named.",
          "required": false,
          "schema": {"type": "string"}
        },
        {"name": "query", "required": true, "schema": {"$ref": "#/components/schemas/IndexSearch.Query"}},
        {"name": "offset", "required": false, "schema": {"type": "integer", "minimum": 0, "maximum": 2147483647}},
        {
          "name": "limit",
          "description": "Absent: 100.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 10000}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["items", "hasMore"],
          "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/IndexSearch.Item"}},
            "hasMore": {"type": "boolean", "description": "Whether there are more behind the page."}
          }
        }
      },
      "x-lane": "index",
      "x-errorKinds": ["featureOutOfRange", "indexMissing", "ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "index/search",
          "params": [
            {"name": "index", "value": "index_1"},
            {"name": "query", "value": {"text": "beach umbrella"}},
            {"name": "limit", "value": 10}
          ],
          "result": {
            "name": "result",
            "value": {"items": [{"latent": 12, "score": 3.5, "label": "striped beach umbrellas"}], "hasMore": false}
          }
        }
      ]
    },
    {
      "name": "index/neighbours",
      "summary": "The latents nearest to one, by decoder rows or by what is active together.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "index",
          "description": "An open index's name, or a file's absolute path; absent: that of the autoencoder, or the only one that is open.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "sae",
          "description": "The autoencoder whose index is meant where none is named.",
          "required": false,
          "schema": {"type": "string"}
        },
        {"name": "latent", "required": true, "schema": {"type": "integer", "minimum": 0}},
        {
          "name": "by",
          "description": "Absent: decoder.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexNeighbours.Measure"}
        },
        {"name": "offset", "required": false, "schema": {"type": "integer", "minimum": 0, "maximum": 2147483647}},
        {
          "name": "limit",
          "description": "Absent: 100.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 10000}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["items", "hasMore"],
          "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/IndexSearch.Item"}},
            "hasMore": {"type": "boolean", "description": "Whether there are more behind the page."}
          }
        }
      },
      "x-lane": "index",
      "x-errorKinds": ["featureOutOfRange", "indexMissing", "ioError", "pathDenied"],
      "examples": [
        {
          "name": "index/neighbours",
          "params": [
            {"name": "index", "value": "index_1"},
            {"name": "latent", "value": 3},
            {"name": "by", "value": "decoder"}
          ],
          "result": {
            "name": "result",
            "value": {"items": [{"latent": 12, "score": 0.71, "label": "striped beach umbrellas"}], "hasMore": true}
          }
        }
      ]
    },
    {
      "name": "index/annotate",
      "summary": "Keeps with an index the tokens that decoder rows raise and lower, and the nearest rows: a job, which continues where an earlier one ended.",
      "description": "The job's result is an IndexAnnotate.Annotated. It fails with indexStale on an index of another model or autoencoder.",
      "paramStructure": "by-name",
      "params": [
        {"name": "index", "description": "The index's file, absolute.", "required": true, "schema": {"type": "string"}},
        {"name": "sae", "required": true, "schema": {"type": "string"}},
        {
          "name": "tokens",
          "description": "To each side; absent: 20.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
        },
        {
          "name": "neighbours",
          "description": "Absent: 20.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["busy", "ioError", "pathDenied"],
      "examples": [
        {
          "name": "index/annotate",
          "params": [{"name": "index", "value": "/indexes/world.index"}, {"name": "sae", "value": "sae"}],
          "result": {"name": "result", "value": {"job": "job_3"}}
        }
      ]
    },
    {
      "name": "explanation/put",
      "summary": "Adds what somebody says of a latent as its newest revision.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "index",
          "description": "An open index's name, or a file's absolute path; absent: the only one that this client opened, or the kernel's --index. The one that came with the program is refused.",
          "required": false,
          "schema": {"type": "string"}
        },
        {"name": "latent", "required": true, "schema": {"type": "integer", "minimum": 0}},
        {
          "name": "text",
          "description": "Absent or empty where the latent is uninterpretable.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "state",
          "description": "Absent: explained.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ExplanationState"}
        },
        {"name": "author", "required": true, "schema": {"$ref": "#/components/schemas/Explanation.Author"}},
        {"name": "method", "description": "Absent: manual.", "required": false, "schema": {"type": "string"}},
        {"name": "evidence", "required": false, "schema": {"type": "array", "items": {"type": "string"}}},
        {
          "name": "concept",
          "description": "The kind of concept that it names, such as scene, object, part, material, texture or colour.",
          "required": false,
          "schema": {"type": "string"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/Explanation"}},
      "x-lane": "index",
      "x-errorKinds": ["busy", "featureOutOfRange", "indexMissing", "ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "explanation/put",
          "params": [
            {"name": "index", "value": "index_1"},
            {"name": "latent", "value": 12},
            {"name": "text", "value": "striped beach umbrellas"},
            {"name": "author", "value": {"kind": "human", "name": "Ada"}},
            {"name": "evidence", "value": ["5f3c"]}
          ],
          "result": {
            "name": "result",
            "value": {
              "id": 7,
              "latent": 12,
              "revision": 2,
              "state": "explained",
              "text": "striped beach umbrellas",
              "author": {"kind": "human", "name": "Ada"},
              "method": "manual",
              "evidence": ["5f3c"],
              "created": 1795000000,
              "scores": [],
              "path": "/data/umbrellas.index"
            }
          }
        }
      ]
    },
    {
      "name": "explanation/get",
      "summary": "Every revision of a latent's explanation, newest first, with their scores.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "index",
          "description": "An open index's name, or a file's absolute path; absent: the only one that is open.",
          "required": false,
          "schema": {"type": "string"}
        },
        {"name": "latent", "required": true, "schema": {"type": "integer", "minimum": 0}},
        {
          "name": "records",
          "description": "Whether questions and answers as they were are sent, too; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["items"],
          "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Explanation"}},
            "label": {"type": "string", "description": "What the latent is called: its newest explanation that is one."}
          }
        }
      },
      "x-lane": "index",
      "x-errorKinds": ["featureOutOfRange", "indexMissing", "ioError", "pathDenied"],
      "examples": [
        {
          "name": "explanation/get",
          "params": [{"name": "index", "value": "index_1"}, {"name": "latent", "value": 12}],
          "result": {
            "name": "result",
            "value": {
              "items": [
                {
                  "id": 7,
                  "latent": 12,
                  "revision": 2,
                  "state": "explained",
                  "text": "striped beach umbrellas",
                  "author": {"kind": "human", "name": "Ada"},
                  "method": "manual",
                  "evidence": ["5f3c"],
                  "created": 1795000000,
                  "scores": [
                    {
                      "kind": "iou",
                      "value": 0.41,
                      "baseline": 0.02,
                      "count": 5,
                      "details": {"heldOut": 0},
                      "created": 1795000100
                    }
                  ]
                }
              ],
              "label": "striped beach umbrellas"
            }
          }
        }
      ]
    },
    {
      "name": "explanation/list",
      "summary": "The newest revision of each latent that has one, by latent.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "index",
          "description": "An open index's name, or a file's absolute path; absent: the only one that is open.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "state",
          "description": "Only those whose newest revision is in this state.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ExplanationState"}
        },
        {"name": "offset", "required": false, "schema": {"type": "integer", "minimum": 0, "maximum": 2147483647}},
        {
          "name": "limit",
          "description": "Absent: 100.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 10000}
        }
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["items", "total"],
          "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Explanation"}},
            "total": {"type": "integer", "minimum": 0, "description": "Of all pages."}
          }
        }
      },
      "x-lane": "index",
      "x-errorKinds": ["indexMissing", "ioError", "pathDenied"],
      "examples": [
        {
          "name": "explanation/list",
          "params": [
            {"name": "index", "value": "index_1"},
            {"name": "state", "value": "explained"},
            {"name": "limit", "value": 1}
          ],
          "result": {
            "name": "result",
            "value": {
              "items": [
                {
                  "id": 7,
                  "latent": 12,
                  "revision": 2,
                  "state": "explained",
                  "text": "striped beach umbrellas",
                  "author": {"kind": "human", "name": "Ada"},
                  "method": "manual",
                  "evidence": ["5f3c"],
                  "created": 1795000000,
                  "scores": [
                    {
                      "kind": "iou",
                      "value": 0.41,
                      "baseline": 0.02,
                      "count": 5,
                      "details": {"heldOut": 0},
                      "created": 1795000100
                    }
                  ]
                }
              ],
              "total": 40
            }
          }
        }
      ]
    },
    {
      "name": "explanation/generate",
      "summary": "Has a model say what latents stand for, by their best pictures and texts: a job.",
      "description": "The job's result is an ExplanationGenerate.Generated. A failure is recorded with its reason as a revision of its own, and tried again when the job is resumed or begun anew. After three questions in a row that got no answer the job pauses.",
      "paramStructure": "by-name",
      "params": [
        {"name": "index", "description": "The index's file, absolute.", "required": true, "schema": {"type": "string"}},
        {"name": "features", "required": true, "schema": {"$ref": "#/components/schemas/LatentSelection"}},
        {
          "name": "explainer",
          "required": true,
          "schema": {"$ref": "#/components/schemas/ExplanationGenerate.Explainer"}
        },
        {
          "name": "blankPicture",
          "description": "No exemplars: the resident model is shown a white picture of side pixels either way with the latent held, and says what it sees. Where it says the same of the picture as it is, or changed as far in a random direction, the latent counts as uninterpretable.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ExplanationGenerate.BlankPicture"}
        },
        {
          "name": "view",
          "description": "Whose exemplars are shown; absent: the index's first, most often base.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.View"}
        },
        {
          "name": "rankBy",
          "description": "Absent: mean.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureExamples.Ranking"}
        },
        {
          "name": "exemplars",
          "description": "Absent: 5.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 50}
        },
        {
          "name": "style",
          "description": "How a picture is shown, as feature/render draws it; absent: dimmed.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureRender.Style"}
        },
        {
          "name": "interpolation",
          "description": "Absent: patches; paper always smooths.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureRender.Interpolation"}
        },
        {
          "name": "level",
          "description": "The brightness that is left to what is not active; absent: 0.2.",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1}
        },
        {
          "name": "side",
          "description": "Pixels of a shown picture's longer side at most; absent: 336. Paper draws the model's tile.",
          "required": false,
          "schema": {"type": "integer", "minimum": 16, "maximum": 2048}
        },
        {
          "name": "answer",
          "description": "Absent: json.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ExplanationGenerate.AnswerForm"}
        },
        {
          "name": "maxTokens",
          "description": "Absent: 256.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 65536}
        },
        {
          "name": "concurrency",
          "description": "Questions under way at once; absent: 4.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 64}
        },
        {
          "name": "requestSeconds",
          "description": "Absent: 300.",
          "required": false,
          "schema": {"type": "number", "minimum": 0.1, "maximum": 3600}
        },
        {
          "name": "tries",
          "description": "Absent: 5.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 20}
        },
        {
          "name": "again",
          "description": "Whether latents that this explainer has explained are explained again; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "explanation/generate",
          "params": [
            {"name": "index", "value": "/indexes/world.index"},
            {"name": "features", "value": {"top": {"by": "frequency", "count": 100}}},
            {"name": "explainer", "value": {"endpoint": {"url": "http://localhost:8000/v1", "model": "qwen"}}}
          ],
          "result": {"name": "result", "value": {"job": "job_4"}}
        }
      ]
    },
    {
      "name": "explanation/dissect",
      "summary": "Names latents by the concepts whose masks their maps overlap (Network Dissection): a job.",
      "description": "Latent, threshold and concept are chosen on every other picture with and without the concept, and measured on the rest. The job's result is an ExplanationDissect.Dissected. Without an index nothing is written.",
      "paramStructure": "by-name",
      "params": [
        {"name": "sae", "required": true, "schema": {"type": "string"}},
        {
          "name": "concepts",
          "description": "The concept set's JSON file, absolute: a list of {attribute, name, places: [{picture, values, mask?}]}, pictures and masks beside it; values are the grey levels of the picture's mask that are the concept.",
          "required": true,
          "schema": {"type": "string"}
        },
        {"name": "index", "description": "The index's file, absolute.", "required": false, "schema": {"type": "string"}},
        {
          "name": "view",
          "description": "Absent: tiles.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.View"}
        },
        {
          "name": "threshold",
          "description": "Absent: quantiles 0, 0.5 and 0.8.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ActivationThreshold"}
        },
        {
          "name": "prompt",
          "description": "How the pictures are run; absent: the picture alone.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ConceptPrompt"}
        },
        {
          "name": "minimumIoU",
          "description": "The least IoU on the measuring half of the pictures; absent: 0.04.",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1}
        },
        {
          "name": "minimumRatio",
          "description": "How many times a random latent's IoU it must be; absent: 5.",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1000000000}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["ioError", "pathDenied"],
      "examples": [
        {
          "name": "explanation/dissect",
          "params": [
            {"name": "sae", "value": "sae"},
            {"name": "concepts", "value": "/concepts/concepts.json"},
            {"name": "index", "value": "/indexes/world.index"}
          ],
          "result": {"name": "result", "value": {"job": "job_5"}}
        }
      ]
    },
    {
      "name": "explanation/refine",
      "summary": "Makes short noun phrases of explanations, to be looked for in pictures: a job.",
      "description": "A phrase is kept as a revision of its own, with the evidence of what it was made of, and names that in refines; its method is refine:rule, refine:chat or refine:resident. What cannot be named is kept as uninterpretable. A failure is told in the job's log and counted, and leaves the index as it is. After three questions in a row that got no answer the job pauses. The job's result is an ExplanationRefine.Refined.",
      "paramStructure": "by-name",
      "params": [
        {"name": "index", "description": "The index's file, absolute.", "required": true, "schema": {"type": "string"}},
        {"name": "by", "required": true, "schema": {"$ref": "#/components/schemas/ExplanationRefine.Refiner"}},
        {
          "name": "features",
          "description": "Absent: all that have an explanation.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/LatentSelection"}
        },
        {
          "name": "concepts",
          "description": "A concept set's JSON file, absolute: a phrase that names one of its concepts is of that concept's kind.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "answer",
          "description": "How a model answers; absent: json of a server, text of the resident model.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ExplanationGenerate.AnswerForm"}
        },
        {
          "name": "maxTokens",
          "description": "Absent: 256.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 65536}
        },
        {
          "name": "concurrency",
          "description": "Questions under way at once; absent: 4.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 64}
        },
        {
          "name": "requestSeconds",
          "description": "Absent: 300.",
          "required": false,
          "schema": {"type": "number", "minimum": 0.1, "maximum": 3600}
        },
        {
          "name": "tries",
          "description": "Absent: 5.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 20}
        },
        {
          "name": "again",
          "description": "Whether explanations that this refiner has refined are refined again; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "explanation/refine",
          "params": [
            {"name": "index", "value": "/indexes/world.index"},
            {"name": "by", "value": {"rule": {}}}
          ],
          "result": {"name": "result", "value": {"job": "job_5"}}
        }
      ]
    },
    {
      "name": "explanation/score",
      "summary": "Measures how well explanations hold, and how much of one piece latents are: a job; the scores are kept with the index.",
      "description": "What is asked of which source: iou and auc of a concept set's masks, or iou, clip and monosemanticity of the kernel's vision worker; consistency, detection, fuzz and intruder of a judge. An explanation that dissection of the same set chose is measured on the other half of its pictures alone. Scores stand beside what chance gives: the same measure on random pictures of the index, drawn by the seed. Scores that are kept with the same settings are not measured again. The job's result is an ExplanationScore.Scored.",
      "paramStructure": "by-name",
      "params": [
        {"name": "index", "description": "The index's file, absolute.", "required": true, "schema": {"type": "string"}},
        {"name": "sae", "required": true, "schema": {"type": "string"}},
        {
          "name": "scorers",
          "description": "Absent: those of concepts where it is given, those of the vision worker where the kernel has one, those of the judge where it is given.",
          "required": false,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/ExplanationScore.Scorer"}, "minItems": 1}
        },
        {
          "name": "concepts",
          "description": "The concept set's JSON file, absolute: a list of {attribute, name, places: [{picture, values, mask?}]}, pictures and masks beside it; values are the grey levels of the picture's mask that are the concept. With it iou and auc are measured on its pictures.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "judge",
          "description": "Who looks at pictures for consistency, detection, fuzz and intruder.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ExplanationGenerate.Explainer"}
        },
        {
          "name": "features",
          "description": "Absent: all that have an explanation; for intruder and monosemanticity all that are active in the view.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/LatentSelection"}
        },
        {
          "name": "view",
          "description": "Whose exemplars and activations are looked at; absent: tiles with concepts, else base.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.View"}
        },
        {
          "name": "rankBy",
          "description": "What a latent's best pictures are; absent: mean.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/FeatureExamples.Ranking"}
        },
        {
          "name": "prompt",
          "description": "How the pictures of concepts are run; absent: the picture alone.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ConceptPrompt"}
        },
        {
          "name": "exemplars",
          "description": "Pictures of a latent that are looked at; absent: 5.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 1000}
        },
        {
          "name": "mask",
          "description": "Where a latent counts as active for iou; absent: smoothed with the vision worker, patches with concepts.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ExplanationScore.Mask"}
        },
        {
          "name": "quantile",
          "description": "For mask quantile: the share of a latent's positive activations that are too small to count; absent: 0.8.",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1}
        },
        {
          "name": "groundingThreshold",
          "description": "The least score of a box that the vision worker's detector finds; absent: 0.3.",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1}
        },
        {
          "name": "pool",
          "description": "Random pictures of the index, of different contents, from which what chance gives is drawn and on which latents are not active or less; absent: 100.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 100000}
        },
        {
          "name": "trials",
          "description": "Draws of as many random pictures; absent: 10 for iou, 30 for clip.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 10000}
        },
        {
          "name": "questions",
          "description": "Pictures that the judge is asked about for detection and fuzz, half of them where the latent is active, and rounds of intruder; absent: 10.",
          "required": false,
          "schema": {"type": "integer", "minimum": 2, "maximum": 1000}
        },
        {"name": "seed", "description": "Absent: 0.", "required": false, "schema": {"type": "integer", "minimum": 0}},
        {
          "name": "answer",
          "description": "How the judge answers; absent: json of a server, text of the resident model.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ExplanationGenerate.AnswerForm"}
        },
        {
          "name": "maxTokens",
          "description": "Of the judge's answer; absent: 256.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 65536}
        },
        {
          "name": "concurrency",
          "description": "Questions to the judge under way at once; absent: 4.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 64}
        },
        {
          "name": "requestSeconds",
          "description": "For one question to the judge; absent: 300.",
          "required": false,
          "schema": {"type": "number", "minimum": 0.1, "maximum": 3600}
        },
        {
          "name": "tries",
          "description": "Absent: 5.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 20}
        },
        {
          "name": "again",
          "description": "Whether what has been scored with the same settings is scored again; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["ioError", "pathDenied", "unsupportedTarget", "visionUnavailable"],
      "examples": [
        {
          "name": "explanation/score",
          "params": [
            {"name": "index", "value": "/indexes/world.index"},
            {"name": "sae", "value": "sae"},
            {"name": "concepts", "value": "/concepts/concepts.json"},
            {"name": "scorers", "value": ["iou"]}
          ],
          "result": {"name": "result", "value": {"job": "job_6"}}
        }
      ]
    },
    {
      "name": "evaluation/run",
      "summary": "Has a model answer the questions of a benchmark, as it is and changed: a job.",
      "description": "Each question is asked of the plain model, of its reconstruction where that is asked for, and in every arm; controls stand beside the arms. Answers are kept in a file of JSON lines, a question a line: a run that was cut off goes on with the questions that are not there. A picture is run once for all of its questions, and an arm runs the blocks above the autoencoder's site alone. Questions whose picture is missing are listed there and counted. The job's result is an EvaluationRun.Evaluated.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "dataset",
          "required": true,
          "schema": {"$ref": "#/components/schemas/EvaluationRun.Dataset"}
        },
        {
          "name": "answers",
          "description": "The file that answers are kept in, absolute.",
          "required": true,
          "schema": {"type": "string"}
        },
        {
          "name": "model",
          "description": "Absent: that of the autoencoder, else the current one.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "sae",
          "description": "The autoencoder of the arms and the reconstruction; absent: that of the arms' features.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "arms",
          "description": "Beside the plain model.",
          "required": false,
          "schema": {"type": "array", "items": {"$ref": "#/components/schemas/EvaluationRun.Arm"}}
        },
        {
          "name": "reconstruction",
          "description": "Whether one more arm has the autoencoder's reconstruction in the residual's place; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        },
        {
          "name": "controls",
          "description": "For each arm with interventions; absent: none.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/EvaluationRun.Controls"}
        },
        {
          "name": "kinds",
          "description": "Questions of these kinds alone; absent: all.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {
          "name": "limit",
          "description": "Questions of the set at most; absent: all.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "shard",
          "description": "A part of the set's pictures, each with its questions; absent: all.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.Shard"}
        },
        {
          "name": "instruction",
          "description": "Added behind each question, after a line break; absent: nothing.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "template",
          "description": "How questions are rendered, where the set does not say; absent: model.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.Template"}
        },
        {
          "name": "maxTokens",
          "description": "Of an answer; absent: 16.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 4096}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "evaluation/run",
          "params": [
            {
              "name": "dataset",
              "value": {
                "format": "pope",
                "path": "/pope/coco_pope_random.json",
                "pictures": "/coco/val2014"
              }
            },
            {"name": "answers", "value": "/runs/pope-random.jsonl"},
            {"name": "sae", "value": "sae_1"},
            {
              "name": "arms",
              "value": [
                {
                  "name": "quiet",
                  "interventions": [{"op": "zero", "feature": {"sae": "sae_1", "index": 182}}]
                }
              ]
            },
            {"name": "controls", "value": {"features": 5, "directions": 5}}
          ],
          "result": {"name": "result", "value": {"job": "job_7"}}
        }
      ]
    },
    {
      "name": "evaluation/judge",
      "summary": "Has a judge rate the texts that arms answer with: how far they bring in a concept, how far they answer the question, how well they read: a job.",
      "description": "For steering towards a concept, as AxBench rates it: each text gets three ratings of 0 to 2, asked for one by one; its score is their harmonic mean, 0 where one is 0. The judge sees the question and the text, not the picture. A text that several arms answer a question with is rated once. Ratings are kept in a file of JSON lines, one a rating: a job that was cut off goes on with those that are not there, and asks again what had no answer or one that cannot be read. After three questions in a row that got no answer the job pauses. The job's result is an EvaluationJudge.Judged.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "answers",
          "description": "Files of one run of evaluation/run, absolute.",
          "required": true,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {
          "name": "ratings",
          "description": "The file that ratings are kept in, absolute.",
          "required": true,
          "schema": {"type": "string"}
        },
        {
          "name": "judge",
          "required": true,
          "schema": {"$ref": "#/components/schemas/ExplanationGenerate.Explainer"}
        },
        {
          "name": "concept",
          "description": "What is steered towards, in words.",
          "required": true,
          "schema": {"type": "string"}
        },
        {
          "name": "arms",
          "description": "Whose answers are rated beside the plain model's, by their names; absent: all.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {
          "name": "limit",
          "description": "Answered questions at most, from the first; absent: all.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "answer",
          "description": "How the judge answers; absent: json of a server, text of the resident model.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ExplanationGenerate.AnswerForm"}
        },
        {
          "name": "maxTokens",
          "description": "Of the judge's answer; absent: 256.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 65536}
        },
        {
          "name": "concurrency",
          "description": "Questions to the judge under way at once; absent: 4.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 64}
        },
        {
          "name": "requestSeconds",
          "description": "For one question to the judge; absent: 300.",
          "required": false,
          "schema": {"type": "number", "minimum": 0.1, "maximum": 3600}
        },
        {
          "name": "tries",
          "description": "Absent: 5.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1, "maximum": 20}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "evaluation/judge",
          "params": [
            {"name": "answers", "value": ["/runs/stories.jsonl"]},
            {"name": "ratings", "value": "/runs/stories-sad.ratings.jsonl"},
            {"name": "judge", "value": {"endpoint": {"url": "http://localhost:8000/v1", "model": "qwen"}}},
            {"name": "concept", "value": "sadness"}
          ],
          "result": {"name": "result", "value": {"job": "job_9"}}
        }
      ]
    },
    {
      "name": "evaluation/report",
      "summary": "What files of answers say: arms beside one another, with intervals, help, harm and controls.",
      "description": "Several files are parts of one run. The benchmark's own numbers are counted as its official script counts them; intervals are Wilson's at 95 %; p is the exact two-sided test of McNemar.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "answers",
          "description": "Files of evaluation/run, absolute.",
          "required": true,
          "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1}
        },
        {
          "name": "changes",
          "description": "Questions to list of each arm whose answer is right where the plain one is not, or the reverse; absent: 0.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 100000}
        },
        {
          "name": "ratings",
          "description": "Files of evaluation/judge on these answers, absolute; absent: none.",
          "required": false,
          "schema": {"type": "array", "items": {"type": "string"}}
        }
      ],
      "result": {
        "name": "result",
        "schema": {"$ref": "#/components/schemas/EvaluationReport.Report"}
      },
      "x-lane": "index",
      "x-errorKinds": ["pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "evaluation/report",
          "params": [{"name": "answers", "value": ["/runs/pope-random.jsonl"]}],
          "result": {
            "name": "result",
            "value": {
              "format": "pope",
              "questions": 4,
              "answered": 3,
              "missing": 1,
              "arms": [
                {
                  "name": "plain",
                  "role": "plain",
                  "right": 2,
                  "wrong": 1,
                  "unclear": 0,
                  "accuracy": {
                    "count": 2,
                    "total": 3,
                    "value": 0.6667,
                    "low": 0.2077,
                    "high": 0.9385
                  },
                  "metrics": [
                    {
                      "name": "yesRatio",
                      "value": 0.6667,
                      "rate": {
                        "count": 2,
                        "total": 3,
                        "value": 0.6667,
                        "low": 0.2077,
                        "high": 0.9385
                      }
                    }
                  ],
                  "kinds": []
                }
              ],
              "controls": []
            }
          }
        }
      ]
    },
    {
      "name": "sae/train",
      "summary": "Trains a TopK autoencoder on a model's residual stream: a job, which continues where an earlier one ended.",
      "description": "The job's result is a SAETrain.Trained; its progress has the metrics fvu, l0, dead, learningRate and tokensPerSecond, new once a second. Tokens are counted first: what would not fit in memory fails with outOfMemory before anything is run. A resumed job collects the activations again and continues from the saved state; its weights are bit by bit those of an uninterrupted run.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "model",
          "description": "A loaded model's name or a checkpoint's folder; absent: the model loaded last.",
          "required": false,
          "schema": {"type": "string"}
        },
        {
          "name": "site",
          "description": "Where the model is read, as resid_post.5.",
          "required": true,
          "schema": {"type": "string"}
        },
        {"name": "corpus", "required": true, "schema": {"$ref": "#/components/schemas/CorpusPlace"}},
        {
          "name": "limit",
          "description": "Entries of the corpus to look at; absent: all.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "template",
          "description": "How prompts are rendered; absent: model.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.Template"}
        },
        {
          "name": "output",
          "description": "The folder to write, absolute; the autoencoder goes into it under the site's module name.",
          "required": true,
          "schema": {"type": "string"}
        },
        {"name": "latents", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": 2147483648}},
        {
          "name": "k",
          "description": "Active latents a token.",
          "required": true,
          "schema": {"type": "integer", "minimum": 1, "x-maximum": "latents"}
        },
        {"name": "steps", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": 2147483648}},
        {
          "name": "batch",
          "description": "Tokens a step; absent: 2048.",
          "required": false,
          "schema": {"type": "integer", "minimum": 2, "maximum": 2147483648}
        },
        {
          "name": "learningRate",
          "description": "The highest; absent: 2e-4 / √(M / 2¹⁴).",
          "required": false,
          "schema": {"type": "number", "minimum": 0, "maximum": 1}
        },
        {
          "name": "deadAfter",
          "description": "Tokens without firing after which a latent counts as dead; absent: 500000.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "seed",
          "description": "Of the start and of the order of tokens; absent: 0.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0}
        },
        {
          "name": "type",
          "description": "Of the written weights; absent: F32.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/SAETrain.WeightType"}
        },
        {
          "name": "saveEvery",
          "description": "Steps between saves of the state; absent: 500.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["busy", "ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "sae/train",
          "params": [
            {"name": "model", "value": "/models/llava-next"},
            {"name": "site", "value": "resid_post.24"},
            {"name": "corpus", "value": {"prompts": "/data/prompts.jsonl"}},
            {"name": "output", "value": "/saes/mine"},
            {"name": "latents", "value": 131072},
            {"name": "k", "value": 256},
            {"name": "steps", "value": 50000},
            {"name": "learningRate", "value": 0.0001}
          ],
          "result": {"name": "result", "value": {"job": "job_3"}}
        }
      ]
    },
    {
      "name": "sae/check",
      "summary": "Measures how well an autoencoder can replace the residual stream on a data set: a job.",
      "description": "The job's result is a SAECheck.Checked. A resumed job begins anew.",
      "paramStructure": "by-name",
      "params": [
        {"name": "sae", "required": true, "schema": {"type": "string"}},
        {"name": "corpus", "required": true, "schema": {"$ref": "#/components/schemas/CorpusPlace"}},
        {
          "name": "limit",
          "description": "Entries of the corpus to look at; absent: all.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        },
        {
          "name": "template",
          "description": "How prompts are rendered; absent: model.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/IndexBuild.Template"}
        },
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/JobStarted"}},
      "x-lane": "control",
      "x-errorKinds": ["busy", "ioError", "pathDenied", "unsupportedTarget"],
      "examples": [
        {
          "name": "sae/check",
          "params": [
            {"name": "sae", "value": "sae_1"},
            {"name": "corpus", "value": {"prompts": "/data/held-out.jsonl"}},
            {"name": "limit", "value": 200}
          ],
          "result": {"name": "result", "value": {"job": "job_4"}}
        }
      ]
    },
    {
      "name": "job/list",
      "summary": "The jobs that are known, newest first.",
      "paramStructure": "by-name",
      "params": [
        {
          "name": "state",
          "description": "Only those in this state.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/JobState"}
        },
        {"name": "offset", "required": false, "schema": {"type": "integer", "minimum": 0, "maximum": 2147483647}},
        {"name": "limit", "description": "Absent: 100.", "required": false, "schema": {"type": "integer", "minimum": 0}}
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["items", "total"],
          "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}},
            "total": {"type": "integer", "minimum": 0, "description": "Of all pages."}
          }
        }
      },
      "x-lane": "control",
      "examples": [
        {
          "name": "job/list",
          "params": [{"name": "state", "value": "running"}],
          "result": {
            "name": "result",
            "value": {
              "items": [
                {
                  "job": "job_1",
                  "method": "index/build",
                  "params": {"path": "/indexes/world.index", "sae": "sae_1", "corpus": {"folder": "/pictures"}},
                  "state": "running",
                  "progress": {
                    "done": 120,
                    "total": 1000,
                    "rate": 12.5,
                    "remainingSeconds": 70.4,
                    "message": "3 skipped"
                  },
                  "created": 1795000000,
                  "started": 1795000001
                }
              ],
              "total": 1
            }
          }
        }
      ]
    },
    {
      "name": "job/get",
      "summary": "The job as it is now.",
      "paramStructure": "by-name",
      "params": [{"name": "job", "required": true, "schema": {"type": "string"}}],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/Job"}},
      "x-lane": "control",
      "x-errorKinds": ["jobNotFound"],
      "examples": [
        {
          "name": "job/get",
          "params": [{"name": "job", "value": "job_1"}],
          "result": {
            "name": "result",
            "value": {
              "job": "job_1",
              "method": "index/build",
              "params": {"path": "/indexes/world.index", "sae": "sae_1", "corpus": {"folder": "/pictures"}},
              "state": "running",
              "progress": {"done": 120, "total": 1000, "rate": 12.5, "remainingSeconds": 70.4, "message": "3 skipped"},
              "created": 1795000000,
              "started": 1795000001
            }
          }
        }
      ]
    },
    {
      "name": "job/wait",
      "summary": "Waits until a job is neither queued nor running, or a time is over: the job as it is then.",
      "paramStructure": "by-name",
      "params": [
        {"name": "job", "required": true, "schema": {"type": "string"}},
        {
          "name": "timeoutMs",
          "description": "Absent: 60000.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 86400000}
        },
        {
          "name": "workDoneToken",
          "description": "Progress is reported under this token.",
          "required": false,
          "schema": {"$ref": "#/components/schemas/ProgressToken"}
        },
        {
          "name": "deadlineMs",
          "description": "The request fails with kind deadlineExceeded this many milliseconds after it arrived.",
          "required": false,
          "schema": {"type": "integer", "minimum": 1}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/Job"}},
      "x-lane": "waiting",
      "x-errorKinds": ["deadlineExceeded", "jobNotFound"],
      "examples": [
        {
          "name": "job/wait",
          "params": [{"name": "job", "value": "job_1"}, {"name": "timeoutMs", "value": 5000}],
          "result": {
            "name": "result",
            "value": {
              "job": "job_1",
              "method": "index/build",
              "params": {"path": "/indexes/world.index", "sae": "sae_1", "corpus": {"folder": "/pictures"}},
              "state": "paused",
              "progress": {"done": 120, "total": 1000, "rate": 12.5, "remainingSeconds": 70.4, "message": "3 skipped"},
              "created": 1795000000,
              "started": 1795000001,
              "message": "no room is left on the disk",
              "ended": 1795000099
            }
          }
        }
      ]
    },
    {
      "name": "job/cancel",
      "summary": "Ends a job at its next step; what it did so far stays.",
      "paramStructure": "by-name",
      "params": [{"name": "job", "required": true, "schema": {"type": "string"}}],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/Job"}},
      "x-lane": "control",
      "x-errorKinds": ["busy", "jobNotFound"],
      "examples": [
        {
          "name": "job/cancel",
          "params": [{"name": "job", "value": "job_1"}],
          "result": {
            "name": "result",
            "value": {
              "job": "job_1",
              "method": "index/build",
              "params": {"path": "/indexes/world.index", "sae": "sae_1", "corpus": {"folder": "/pictures"}},
              "state": "running",
              "progress": {"done": 120, "total": 1000, "rate": 12.5, "remainingSeconds": 70.4, "message": "3 skipped"},
              "created": 1795000000,
              "started": 1795000001
            }
          }
        }
      ]
    },
    {
      "name": "job/pause",
      "summary": "Lets a job rest at its next step, until job/resume.",
      "paramStructure": "by-name",
      "params": [{"name": "job", "required": true, "schema": {"type": "string"}}],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/Job"}},
      "x-lane": "control",
      "x-errorKinds": ["busy", "jobNotFound"],
      "examples": [
        {
          "name": "job/pause",
          "params": [{"name": "job", "value": "job_1"}],
          "result": {
            "name": "result",
            "value": {
              "job": "job_1",
              "method": "index/build",
              "params": {"path": "/indexes/world.index", "sae": "sae_1", "corpus": {"folder": "/pictures"}},
              "state": "running",
              "progress": {"done": 120, "total": 1000, "rate": 12.5, "remainingSeconds": 70.4, "message": "3 skipped"},
              "created": 1795000000,
              "started": 1795000001
            }
          }
        }
      ]
    },
    {
      "name": "job/resume",
      "summary": "Goes on with a job that is paused, interrupted or failed.",
      "paramStructure": "by-name",
      "params": [
        {"name": "job", "required": true, "schema": {"type": "string"}},
        {
          "name": "subscribe",
          "description": "Whether job/didUpdate is sent; absent: no.",
          "required": false,
          "schema": {"type": "boolean"}
        }
      ],
      "result": {"name": "result", "schema": {"$ref": "#/components/schemas/Job"}},
      "x-lane": "control",
      "x-errorKinds": ["busy", "ioError", "jobNotFound"],
      "examples": [
        {
          "name": "job/resume",
          "params": [{"name": "job", "value": "job_1"}],
          "result": {
            "name": "result",
            "value": {
              "job": "job_1",
              "method": "index/build",
              "params": {"path": "/indexes/world.index", "sae": "sae_1", "corpus": {"folder": "/pictures"}},
              "state": "queued",
              "progress": {"done": 120, "total": 1000, "rate": 12.5, "remainingSeconds": 70.4, "message": "3 skipped"},
              "created": 1795000000,
              "started": 1795000001
            }
          }
        }
      ]
    },
    {
      "name": "job/log",
      "summary": "Lines of a job's log.",
      "paramStructure": "by-name",
      "params": [
        {"name": "job", "required": true, "schema": {"type": "string"}},
        {
          "name": "from",
          "description": "The first line, from 0; absent: 0.",
          "required": false,
          "schema": {"type": "integer", "minimum": 0, "maximum": 2147483647}
        },
        {"name": "lines", "description": "Absent: 100.", "required": false, "schema": {"type": "integer", "minimum": 0}}
      ],
      "result": {
        "name": "result",
        "schema": {
          "type": "object",
          "required": ["lines", "next"],
          "properties": {
            "lines": {"type": "array", "items": {"type": "string"}},
            "next": {"type": "integer", "minimum": 0, "description": "The line after the last one given."}
          }
        }
      },
      "x-lane": "control",
      "x-errorKinds": ["jobNotFound"],
      "examples": [
        {
          "name": "job/log",
          "params": [{"name": "job", "value": "job_1"}, {"name": "from", "value": 0}, {"name": "lines", "value": 2}],
          "result": {
            "name": "result",
            "value": {
              "lines": ["2026-11-20T10:00:00Z running", "2026-11-20T10:01:38Z paused: no room is left on the disk"],
              "next": 2
            }
          }
        }
      ]
    }
  ],
  "x-notifications": [
    {
      "name": "initialized",
      "direction": "client",
      "summary": "The client has read the answer to initialize; may be left out.",
      "params": {"type": "object"}
    },
    {
      "name": "exit",
      "direction": "client",
      "summary": "Ends the process: code 0 after shutdown, else 1.",
      "params": {"type": "object"}
    },
    {
      "name": "$/cancelRequest",
      "direction": "client",
      "summary": "Asks an open request to stop; it is still answered, with -32800 or with its result.",
      "params": {"type": "object", "required": ["id"], "properties": {"id": {"type": ["string", "integer"]}}},
      "example": {"id": 5}
    },
    {
      "name": "$/setTrace",
      "direction": "client",
      "summary": "Whether the kernel reports each message.",
      "params": {
        "type": "object",
        "required": ["value"],
        "properties": {"value": {"enum": ["off", "messages", "verbose"]}}
      },
      "example": {"value": "messages"}
    },
    {
      "name": "$/logTrace",
      "direction": "kernel",
      "summary": "A message came or went.",
      "params": {
        "type": "object",
        "required": ["message"],
        "properties": {"message": {"type": "string"}, "verbose": {"type": "string"}}
      },
      "example": {"message": "received request 5 attribution/compute"}
    },
    {
      "name": "$/progress",
      "direction": "kernel",
      "summary": "Progress under a workDoneToken, or items under a partialResultToken (x-partialResult of the method).",
      "params": {
        "type": "object",
        "required": ["token", "value"],
        "properties": {
          "token": {"$ref": "#/components/schemas/ProgressToken"},
          "value": {
            "type": "object",
            "if": {"required": ["kind"]},
            "then": {
              "oneOf": [
                {
                  "properties": {
                    "kind": {"const": "begin"},
                    "title": {"type": "string"},
                    "message": {"type": "string"},
                    "percentage": {"type": "integer", "minimum": 0, "maximum": 100},
                    "cancellable": {"type": "boolean"}
                  },
                  "required": ["kind", "title"]
                },
                {
                  "properties": {
                    "kind": {"const": "report"},
                    "message": {"type": "string"},
                    "percentage": {"type": "integer", "minimum": 0, "maximum": 100}
                  },
                  "required": ["kind"]
                },
                {"properties": {"kind": {"const": "end"}, "message": {"type": "string"}}, "required": ["kind"]}
              ]
            }
          }
        }
      },
      "example": {
        "token": "w1",
        "value": {"kind": "begin", "title": "attribution", "percentage": 10, "cancellable": true}
      }
    },
    {
      "name": "job/didUpdate",
      "direction": "kernel",
      "summary": "A job that was begun with subscribe, as it is now: at most ten times a second, and always as it ended.",
      "params": {"$ref": "#/components/schemas/Job"},
      "example": {
        "job": "job_1",
        "method": "index/build",
        "params": {"path": "/indexes/world.index", "sae": "sae_1", "corpus": {"folder": "/pictures"}},
        "state": "running",
        "progress": {"done": 120, "total": 1000, "rate": 12.5, "remainingSeconds": 70.4, "message": "3 skipped"},
        "created": 1795000000,
        "started": 1795000001
      }
    }
  ],
  "x-errors": [
    {"code": -32700, "name": "ParseError", "description": "No JSON, no UTF-8 or no frame; id null."},
    {
      "code": -32600,
      "name": "InvalidRequest",
      "description": "No message, a batch, an id in use, initialize twice, anything after shutdown; id null if there is none."
    },
    {"code": -32601, "name": "MethodNotFound", "description": "There is no such method."},
    {"code": -32602, "name": "InvalidParams", "description": "data = {kind: \"invalidParams\", path, expected?}."},
    {"code": -32603, "name": "InternalError", "description": "A fault of the kernel; its log has the details."},
    {"code": -32002, "name": "ServerNotInitialized", "description": "Before initialize."},
    {"code": -32800, "name": "RequestCancelled", "description": "The client cancelled, or shut the kernel down."},
    {
      "code": -32803,
      "name": "RequestFailed",
      "description": "A failure of the domain; data = {kind, message, retryable, hint?, ...}."
    }
  ],
  "x-errorKinds": [
    {"kind": "modelNotLoaded", "description": "No model is loaded, or none of that name."},
    {"kind": "saeMismatch", "description": "There is no such autoencoder, or its width or site does not fit the model."},
    {"kind": "contextNotFound", "description": "There is no such context; it may have been closed."},
    {"kind": "contextVersionMismatch", "description": "The context has changed; version is its current version."},
    {"kind": "positionOutOfRange", "description": "A position, span, part or image is outside the context."},
    {"kind": "featureOutOfRange", "description": "The autoencoder has fewer latents."},
    {
      "kind": "unsupportedTarget",
      "description": "What is asked cannot be done: the target cannot be computed, the chat template refuses the messages, a text makes what stands for a picture. A text that is not one token is answered with tokens, the split it gives."
    },
    {"kind": "outOfMemory", "description": "Refused beforehand, with neededBytes and availableBytes; of a device also what failed on the way, with availableBytes alone."},
    {"kind": "deadlineExceeded", "description": "Not done within deadlineMs."},
    {
      "kind": "imageUnreadable",
      "description": "No picture of a format that is read (PNG, JPEG, WebP, GIF, BMP), a damaged one, or one too large."
    },
    {"kind": "checkpointInvalid", "description": "The files of a model or an autoencoder are not what they should be."},
    {"kind": "indexMissing", "description": "There is no feature index."},
    {"kind": "indexStale", "description": "The index was made for other weights."},
    {"kind": "jobNotFound", "description": "There is no such job."},
    {"kind": "busy", "description": "Too many requests are waiting."},
    {"kind": "numericalFailure", "description": "A number was not finite."},
    {"kind": "pathDenied", "description": "The path is not absolute, or may not be read."},
    {"kind": "ioError", "description": "A file could not be read or written."},
    {
      "kind": "visionUnavailable",
      "description": "The kernel has no vision worker, it does not start, or it cannot do what is asked."
    },
    {
      "kind": "deviceUnavailable",
      "description": "There is no such device, PyTorch's libraries cannot be used, or the device failed. Of one that is lost models are loaded on the processor again and their contexts are closed."
    },
    {
      "kind": "connectionLost",
      "description": "The kernel's machine cannot be reached, or the line to it was cut before the answer came. lucarne attach --ssh answers so; what was open is gone."
    }
  ],
  "components": {
    "schemas": {
      "AblationRun.Change": {
        "type": "object",
        "required": ["token", "text", "before", "after"],
        "properties": {
          "token": {"type": "integer"},
          "text": {"type": "string"},
          "before": {"type": "number", "description": "Probability."},
          "after": {"type": "number"}
        }
      },
      "AblationRun.TargetValues": {
        "type": "object",
        "required": ["before", "reconstruction", "after"],
        "properties": {
          "before": {"type": "number", "description": "The model as it is."},
          "reconstruction": {
            "type": "number",
            "description": "On the autoencoder's reconstruction x̂ at every position, without the interventions, whatever the splice."
          },
          "after": {"type": "number", "description": "With the splice and the interventions."}
        }
      },
      "ActivationThreshold": {
        "type": "object",
        "description": "From which activation on a position counts as active.",
        "required": ["by", "at"],
        "properties": {
          "by": {"$ref": "#/components/schemas/ActivationThreshold.Measure"},
          "at": {
            "type": "array",
            "items": {"type": "number", "minimum": 0, "maximum": 1},
            "minItems": 1,
            "maxItems": 16,
            "description": "Of these the best is chosen; 0 counts every activity."
          }
        }
      },
      "ActivationThreshold.Measure": {
        "description": "quantile: A quantile of the latent's activations where it is active. peak: A share of its largest.",
        "enum": ["quantile", "peak"]
      },
      "AttributionCompare.Agreement": {
        "type": "object",
        "description": "How well what was predicted agrees with the mean of what was measured both ways.",
        "required": ["n", "wrongSigns", "signsCounted"],
        "properties": {
          "n": {"type": "integer", "minimum": 0, "description": "How many were measured."},
          "pearson": {
            "type": "number",
            "description": "Of predicted and measured; absent below eight pairs or without variance."
          },
          "spearman": {"type": "number", "description": "The rank correlation, likewise."},
          "slope": {
            "type": "number",
            "description": "Σ predicted · measured / Σ predicted²: what a score must be multiplied by to be a fall."
          },
          "wrongSigns": {"type": "integer", "minimum": 0, "description": "Of signsCounted, those with the other sign."},
          "signsCounted": {
            "type": "integer",
            "minimum": 0,
            "description": "Pairs whose fall is more than a fiftieth of the largest."
          }
        }
      },
      "AttributionCompare.Aligned": {
        "type": "object",
        "description": "How the two contexts' positions lie beside each other. A position without a counterpart is patched as if nothing were active at the other side.",
        "required": ["pairs", "onlyInContext", "onlyInOther"],
        "properties": {
          "pairs": {"type": "integer", "minimum": 0},
          "onlyInContext": {"type": "integer", "minimum": 0},
          "onlyInOther": {"type": "integer", "minimum": 0}
        }
      },
      "AttributionCompare.Item": {
        "type": "object",
        "description": "A feature whose activations differ. Positive where it makes the first context's target larger than the other's.",
        "required": ["feature", "predicted", "measured", "places"],
        "properties": {
          "feature": {"$ref": "#/components/schemas/FeatureRef"},
          "predicted": {
            "type": "number",
            "description": "Σ (z − z′)·(W_dec · ½(g + g′)) over positions: to first order what it explains of the difference."
          },
          "measured": {"$ref": "#/components/schemas/AttributionCompare.Patched"},
          "places": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/AttributionCompare.Place"},
            "description": "Where its activations differ most, at most eight places."
          }
        }
      },
      "AttributionCompare.Patched": {
        "type": "object",
        "description": "What patching explains of the difference, exactly.",
        "required": ["intoContext", "intoOther"],
        "properties": {
          "intoContext": {
            "type": "number",
            "description": "The fall of the first context's target when it gets the other's activations."
          },
          "intoOther": {"type": "number", "description": "The rise of the other's target when it gets the first one's."}
        }
      },
      "AttributionCompare.Place": {
        "type": "object",
        "required": ["activation", "otherActivation"],
        "properties": {
          "position": {"type": "integer", "description": "Absent where only the other context has it."},
          "otherPosition": {"type": "integer"},
          "activation": {"type": "number"},
          "otherActivation": {"type": "number"}
        }
      },
      "AttributionCompute.Aggregate": {
        "description": "What scores are added up over.",
        "enum": ["none", "feature", "token", "part"]
      },
      "AttributionCompute.Completeness": {
        "type": "object",
        "description": "The shares of total = Σ x·g, g by the method's rule, and what they leave of the target. With relevance nothing is left of a logit or a difference of two.",
        "required": ["sum", "bias", "errorTerm", "total", "remainder"],
        "properties": {
          "sum": {
            "type": "number",
            "description": "Σ z·(W_dec·g) over every active latent at every position, before what re-selection would put in."
          },
          "bias": {
            "type": "number",
            "description": "Of the decoder's bias; with relevance of the biases of the projections above the site as well, and of what Qwen3-VL adds between blocks above it."
          },
          "skip": {"type": "number", "description": "Of what a transcoder's skip connection takes from its input; absent without one."},
          "errorTerm": {"type": "number", "description": "Of what the autoencoder leaves out."},
          "bypass": {
            "type": "number",
            "description": "Of what the residual stream holds beside what the autoencoder is of; absent where that is the stream itself."
          },
          "total": {"type": "number"},
          "remainder": {"type": "number", "description": "The target less the total."}
        }
      },
      "AttributionCompute.Coverage": {
        "type": "object",
        "description": "How much of a question exact ablation answered.",
        "required": ["measured", "candidates"],
        "properties": {"measured": {"type": "integer", "minimum": 0}, "candidates": {"type": "integer", "minimum": 0}}
      },
      "AttributionCompute.Explanation": {
        "type": "object",
        "description": "The answer in words. Sentences about causes are made from measured numbers alone.",
        "required": ["title", "sentences"],
        "properties": {
          "title": {"type": "string", "description": "The target with its tokens spelt out."},
          "sentences": {"type": "array", "items": {"type": "string"}}
        }
      },
      "AttributionCompute.Identity": {
        "type": "object",
        "description": "target = start + features + gap; features = Σ byPart + interaction; start = bias + errorTerm + elsewhere.",
        "required": ["method", "target", "start", "features", "interaction", "gap", "runs"],
        "properties": {
          "method": {"$ref": "#/components/schemas/AttributionCompute.PartsMethod"},
          "target": {"type": "number"},
          "start": {
            "type": "number",
            "description": "The value with all the parts' features at zero; for occlusion, with all parts hidden."
          },
          "features": {"type": "number", "description": "What the parts do together."},
          "interaction": {"type": "number", "description": "What they do together beyond what each does alone."},
          "errorTerm": {
            "type": "number",
            "description": "What the autoencoder's error adds to the bias; absent for occlusion."
          },
          "bias": {"type": "number", "description": "The value on the decoder's bias alone; absent for occlusion."},
          "elsewhere": {
            "type": "number",
            "description": "What features outside of the parts add; absent where there are none."
          },
          "gap": {
            "type": "number",
            "description": "Rounding where everything is measured; what a first-order sum misses otherwise."
          },
          "runs": {"type": "integer", "minimum": 0, "description": "Runs that it took."}
        }
      },
      "AttributionCompute.ImageStyle": {
        "description": "patches: Each token's pixels in one colour. smooth: Interpolated between tokens.",
        "enum": ["patches", "smooth"]
      },
      "AttributionCompute.Item": {
        "type": "object",
        "description": "What is summed over is absent.",
        "required": ["score"],
        "properties": {
          "feature": {"$ref": "#/components/schemas/FeatureRef"},
          "sae": {"type": "string", "description": "With saes, where no feature tells it: whose features are summed over."},
          "position": {"type": "integer"},
          "part": {"type": "string"},
          "activation": {"type": "number"},
          "score": {"type": "number", "description": "By the method asked for."},
          "measured": {"type": "number", "description": "The exact fall, where it was measured."}
        }
      },
      "AttributionCompute.Measured": {
        "type": "object",
        "required": ["predicted", "measured", "origin"],
        "properties": {
          "feature": {"$ref": "#/components/schemas/FeatureRef", "description": "Absent for all features of a token."},
          "sae": {"type": "string", "description": "With saes, where no feature tells it: whose features they are."},
          "position": {"type": "integer"},
          "predicted": {"type": "number"},
          "measured": {"type": "number"},
          "origin": {"$ref": "#/components/schemas/AttributionCompute.Origin"}
        }
      },
      "AttributionCompute.Method": {
        "description": "gradient: Activation times gradient, one backward pass. heldNorms: The same with the scales of normalisations treated as constants in the backward pass. relevance: A conserving backward pass, as in layer-wise relevance propagation: the shares add up to the target. integratedGradients: The gradient averaged on the way from no latent to all. ablation: The rest of the model run again without each latent.",
        "enum": ["gradient", "heldNorms", "relevance", "integratedGradients", "ablation"]
      },
      "AttributionCompute.NamedRegion": {
        "type": "object",
        "required": ["region"],
        "properties": {
          "name": {"type": "string", "description": "Absent: as the region reads."},
          "region": {"$ref": "#/components/schemas/Region"}
        }
      },
      "AttributionCompute.OfSae": {
        "type": "object",
        "description": "What is told of one of several autoencoders.",
        "required": ["sae"],
        "properties": {
          "sae": {"type": "string"},
          "completeness": {
            "$ref": "#/components/schemas/AttributionCompute.Completeness",
            "description": "With a method that makes one backward pass; each closes by itself."
          }
        }
      },
      "AttributionCompute.Origin": {
        "description": "strongest: Among the strongest by the method asked for. secondMethod: Among the strongest by a second method. random: Drawn from the other active ones.",
        "enum": ["strongest", "secondMethod", "random"]
      },
      "AttributionCompute.PartScore": {
        "type": "object",
        "required": ["part", "score"],
        "properties": {
          "part": {"type": "string"},
          "score": {"type": "number"},
          "active": {
            "type": "integer",
            "minimum": 0,
            "description": "How many (position, latent) pairs are active in it; absent for occlusion."
          }
        }
      },
      "AttributionCompute.PartsMethod": {
        "description": "ablation: The target's fall when all of a part's features go to zero together. shapley: Shapley values over at most six regions, exact: 2ⁿ runs. sum: The sum of first-order scores, a tangent and no measurement. occlusion: The input itself changed: pixels painted with the picture's mean colour, words replaced. none: Not at all.",
        "enum": ["ablation", "shapley", "sum", "occlusion", "none"]
      },
      "AttributionCompute.PartsRequest": {
        "type": "object",
        "description": "How the shares of parts are measured.",
        "properties": {
          "method": {"$ref": "#/components/schemas/AttributionCompute.PartsMethod", "description": "Absent: ablation."},
          "regions": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/AttributionCompute.NamedRegion"},
            "description": "Absent: the context's parts, the template's tokens and what was generated."
          },
          "replacement": {
            "$ref": "#/components/schemas/TokenSpec",
            "description": "For occlusion: the token that replaces the tokens of a text; absent: a space."
          }
        }
      },
      "AttributionCompute.Render": {
        "type": "object",
        "description": "Pictures to draw; an absent member means none.",
        "properties": {
          "image": {
            "$ref": "#/components/schemas/AttributionCompute.ImageStyle",
            "description": "A heat map over each image, as PNG."
          },
          "text": {
            "$ref": "#/components/schemas/AttributionCompute.TextStyle",
            "description": "A strip of the text's tokens."
          }
        }
      },
      "AttributionCompute.Rendering": {
        "type": "object",
        "required": ["mimeType", "base64", "name"],
        "properties": {
          "mimeType": {"type": "string"},
          "base64": {"type": "string"},
          "name": {"type": "string", "description": "What it shows, as image 0, patches."},
          "sae": {"type": "string", "description": "With saes: whose scores it shows."}
        }
      },
      "AttributionCompute.TargetValue": {
        "type": "object",
        "description": "What was asked about, and its value.",
        "required": ["value", "title", "answer", "position"],
        "properties": {
          "value": {"type": "number"},
          "title": {"type": "string", "description": "The target with its very tokens spelt out."},
          "answer": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/AttributionCompute.Token"},
            "description": "The tokens that count as the answer; a sequence's, one after the other."
          },
          "baseline": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/AttributionCompute.Token"},
            "description": "The tokens it is compared with; absent without a comparison."
          },
          "position": {
            "type": "integer",
            "description": "The position whose logits are read; of a sequence, the first."
          }
        }
      },
      "AttributionCompute.TextStyle": {"enum": ["png", "html"]},
      "AttributionCompute.Token": {
        "type": "object",
        "required": ["id", "text"],
        "properties": {"id": {"type": "integer"}, "text": {"type": "string"}}
      },
      "AttributionCompute.TokenTable": {
        "type": "object",
        "description": "The listed items' scores for each token of the target.",
        "required": ["tokens", "values", "scores"],
        "properties": {
          "tokens": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/AttributionCompute.Token"},
            "description": "Empty where the target is not one token after the other."
          },
          "values": {
            "type": "array",
            "items": {"type": "number"},
            "description": "Each token's own log probability; of another target, its value."
          },
          "scores": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "number"}},
            "description": "A row a token, a column an item."
          }
        }
      },
      "AttributionCompute.Verification": {
        "type": "object",
        "description": "Scores checked by exact ablation: of the strongest, of those that a second method finds strongest, and of others drawn at random.",
        "required": ["items", "n", "wrongSigns", "signsCounted"],
        "properties": {
          "items": {"type": "array", "items": {"$ref": "#/components/schemas/AttributionCompute.Measured"}},
          "n": {"type": "integer", "minimum": 0, "description": "How many were measured."},
          "pearson": {
            "type": "number",
            "description": "Of predicted and measured; absent below eight pairs or without variance."
          },
          "spearman": {"type": "number", "description": "The rank correlation, likewise."},
          "slope": {
            "type": "number",
            "description": "Σ predicted · measured / Σ predicted²: what a score must be multiplied by to be a fall."
          },
          "wrongSigns": {"type": "integer", "minimum": 0, "description": "Of signsCounted, those with the other sign."},
          "signsCounted": {
            "type": "integer",
            "minimum": 0,
            "description": "Pairs whose fall is more than a fiftieth of the largest."
          },
          "notReliable": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Why the scores should not be relied on; absent where nothing speaks against it."
          }
        }
      },
      "Box": {
        "description": "Pixels of an image as given: [x0, y0, x1, y1], x to the right, y down, half open.",
        "type": "array",
        "items": {"type": "number"},
        "minItems": 4,
        "maxItems": 4
      },
      "CoactiveFeature": {
        "type": "object",
        "description": "A latent that is active at the same tokens as another, counted on an index's sample.",
        "required": ["feature", "count", "jaccard"],
        "properties": {
          "feature": {"$ref": "#/components/schemas/FeatureRef"},
          "count": {"type": "integer", "minimum": 0, "description": "Sampled tokens where both are active."},
          "jaccard": {"type": "number", "description": "That count over the tokens where one of the two is active."}
        }
      },
      "ConceptPrompt": {
        "type": "object",
        "description": "How the pictures of a concept set are run.",
        "properties": {
          "text": {"type": "string", "description": "What follows the picture."},
          "template": {"$ref": "#/components/schemas/IndexBuild.Template", "description": "Absent: none."}
        }
      },
      "ContextLogits.Item": {
        "type": "object",
        "required": ["token", "text", "logit", "logProb"],
        "properties": {
          "token": {"type": "integer"},
          "text": {"type": "string"},
          "logit": {"type": "number"},
          "logProb": {"type": "number"}
        }
      },
      "ContextOpen.Chat": {
        "type": "object",
        "properties": {
          "template": {"$ref": "#/components/schemas/ContextOpen.Template", "description": "Absent: model."},
          "addGenerationPrompt": {
            "type": "boolean",
            "description": "Whether the assistant's turn is opened; absent: yes."
          },
          "continueAnswer": {
            "type": "boolean",
            "description": "Whether the last part, an assistant's text, is the beginning of the answer: it then follows the generation prompt and its turn stays open. Absent: no."
          }
        }
      },
      "ContextOpen.Image": {
        "type": "object",
        "required": ["part", "width", "height", "base", "views"],
        "properties": {
          "part": {"type": "string"},
          "width": {"type": "integer", "description": "Pixels, as given."},
          "height": {"type": "integer"},
          "base": {"$ref": "#/components/schemas/ContextOpen.View"},
          "tiles": {
            "$ref": "#/components/schemas/ContextOpen.View",
            "description": "The tiles with their newline tokens, where the model makes any."
          },
          "views": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/PictureView"},
            "description": "All its views, in the order of their tokens."
          }
        }
      },
      "ContextOpen.PartSpan": {
        "type": "object",
        "required": ["part", "span"],
        "properties": {"part": {"type": "string"}, "span": {"$ref": "#/components/schemas/Span"}}
      },
      "ContextOpen.Template": {
        "description": "model: The checkpoint's own chat template. The prompt begins as apply_chat_template(tokenize=True) has it. none: No template. The tokenizer's special tokens, such as BOS, are put in front, as tokenizer(text) does, unless the text begins with them already.",
        "enum": ["model", "none"]
      },
      "ContextOpen.View": {
        "type": "object",
        "required": ["grid", "span"],
        "properties": {
          "grid": {
            "type": "array",
            "items": {"type": "integer"},
            "description": "Tokens, [rows, columns], newline tokens not counted."
          },
          "span": {"$ref": "#/components/schemas/Span"}
        }
      },
      "ContextTokens.Token": {
        "type": "object",
        "required": ["position", "id", "text"],
        "properties": {
          "position": {"type": "integer"},
          "id": {"type": "integer"},
          "text": {"type": "string"},
          "part": {"type": "string", "description": "Absent: a token of the chat template."},
          "image": {"type": "integer", "description": "The image, counted from 0."},
          "view": {"$ref": "#/components/schemas/View"},
          "box": {
            "$ref": "#/components/schemas/Box",
            "description": "The pixels of the image as given that the token covers."
          }
        }
      },
      "CorpusPlace": {
        "oneOf": [
          {
            "type": "object",
            "description": "The pictures below a folder.",
            "required": ["folder"],
            "properties": {"folder": {"type": "string"}}
          },
          {
            "type": "object",
            "description": "A text file with a picture's path in each line.",
            "required": ["list"],
            "properties": {"list": {"type": "string"}}
          },
          {
            "type": "object",
            "description": "A WebDataset tar, gzipped or not: a file, or a named pipe that something writes to.",
            "required": ["tar"],
            "properties": {"tar": {"type": "string"}}
          },
          {
            "type": "object",
            "description": "JSON lines of prompts.",
            "required": ["prompts"],
            "properties": {"prompts": {"type": "string"}}
          }
        ],
        "description": "Where pictures and prompts are read from; paths are absolute."
      },
      "DomainErrorData": {
        "description": "The data member of an error -32803; more members by kind.",
        "type": "object",
        "required": ["kind", "message", "retryable"],
        "properties": {
          "kind": {"type": "string"},
          "message": {"type": "string"},
          "retryable": {"type": "boolean"},
          "hint": {"type": "string"},
          "neededBytes": {"type": "integer"},
          "availableBytes": {"type": "integer"}
        }
      },
      "EvaluationJudge.Judged": {
        "type": "object",
        "description": "The result of a job of evaluation/judge.",
        "required": ["ratings", "texts", "asked", "known", "failed", "seconds", "promptTokens", "completionTokens", "report"],
        "properties": {
          "ratings": {"type": "string", "description": "The file."},
          "texts": {
            "type": "integer",
            "minimum": 0,
            "description": "Different answers to rate; each has three ratings."
          },
          "asked": {"type": "integer", "minimum": 0, "description": "Ratings that were given now."},
          "known": {"type": "integer", "minimum": 0, "description": "Ratings that had been given before."},
          "failed": {
            "type": "integer",
            "minimum": 0,
            "description": "Ratings that are missing: the judge gave no answer, or one that cannot be read. The job's log says why."
          },
          "seconds": {"type": "number"},
          "promptTokens": {"type": "integer", "minimum": 0, "description": "As the server counts them."},
          "completionTokens": {"type": "integer", "minimum": 0},
          "report": {"$ref": "#/components/schemas/EvaluationJudge.Ratings"}
        }
      },
      "EvaluationJudge.Ratings": {
        "type": "object",
        "description": "How a judge rates the answers of arms by one concept: of the arms that it was asked about.",
        "required": ["concept", "judge", "arms"],
        "properties": {
          "concept": {"type": "string"},
          "judge": {"type": "string", "description": "The name of the judge's model."},
          "arms": {"type": "array", "items": {"$ref": "#/components/schemas/EvaluationJudge.Arm"}}
        }
      },
      "EvaluationJudge.Arm": {
        "type": "object",
        "required": ["name", "rated", "unrated", "concept", "instruction", "fluency", "score"],
        "properties": {
          "name": {"type": "string"},
          "rated": {
            "type": "integer",
            "minimum": 0,
            "description": "Answers that have all three ratings. The means are of them."
          },
          "unrated": {"type": "integer", "minimum": 0, "description": "Answers that do not."},
          "concept": {
            "$ref": "#/components/schemas/EvaluationJudge.Mean",
            "description": "How far the text brings in the concept, 0 to 2."
          },
          "instruction": {
            "$ref": "#/components/schemas/EvaluationJudge.Mean",
            "description": "How far the text answers the question, 0 to 2."
          },
          "fluency": {
            "$ref": "#/components/schemas/EvaluationJudge.Mean",
            "description": "How well the text reads, 0 to 2."
          },
          "score": {
            "$ref": "#/components/schemas/EvaluationJudge.Mean",
            "description": "The mean of the texts' harmonic means, 0 to 2; a text with a rating of 0 counts as 0."
          },
          "difference": {
            "$ref": "#/components/schemas/EvaluationJudge.Mean",
            "description": "The score less that of the plain model's answer to the same question, over those that are rated in both; absent for the plain model."
          }
        }
      },
      "EvaluationJudge.Mean": {
        "type": "object",
        "required": ["count"],
        "properties": {
          "count": {"type": "integer", "minimum": 0},
          "value": {"type": "number", "description": "Absent of nothing."},
          "standardError": {
            "type": "number",
            "description": "The standard deviation (of n - 1) over the root of n; absent of fewer than two."
          }
        }
      },
      "EvaluationReport.Arm": {
        "type": "object",
        "required": ["name", "role", "right", "wrong", "unclear", "accuracy", "metrics", "kinds"],
        "properties": {
          "name": {"type": "string"},
          "role": {"$ref": "#/components/schemas/EvaluationReport.Role"},
          "of": {"type": "string", "description": "The arm that a control belongs to."},
          "seed": {"$ref": "#/components/schemas/LargeInteger"},
          "right": {"type": "integer", "minimum": 0},
          "wrong": {"type": "integer", "minimum": 0},
          "unclear": {
            "type": "integer",
            "minimum": 0,
            "description": "Answers that are neither Yes nor No where one of them was asked for."
          },
          "accuracy": {"$ref": "#/components/schemas/EvaluationReport.Rate"},
          "metrics": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/EvaluationReport.Metric"},
            "description": "The benchmark's own numbers."
          },
          "kinds": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/EvaluationReport.Kind"}
          },
          "paired": {
            "$ref": "#/components/schemas/EvaluationReport.Paired",
            "description": "Against the plain model; absent for that."
          }
        }
      },
      "EvaluationReport.Change": {
        "type": "object",
        "description": "A question that an arm answers otherwise.",
        "required": ["arm", "id", "question", "answer", "before", "after"],
        "properties": {
          "arm": {"type": "string"},
          "id": {"type": "string"},
          "image": {"type": "string", "description": "As the set's file names it."},
          "kind": {"type": "string"},
          "question": {"type": "string"},
          "answer": {"type": "string", "description": "The right one."},
          "before": {"type": "string", "description": "What the plain model says."},
          "after": {"type": "string"}
        }
      },
      "EvaluationReport.Control": {
        "type": "object",
        "description": "The controls of one arm, all seeds together.",
        "required": ["of", "role", "seeds", "paired"],
        "properties": {
          "of": {"type": "string"},
          "role": {"$ref": "#/components/schemas/EvaluationReport.Role"},
          "seeds": {"type": "integer", "minimum": 0},
          "paired": {"$ref": "#/components/schemas/EvaluationReport.Paired"}
        }
      },
      "EvaluationReport.Kind": {
        "type": "object",
        "description": "The questions of one kind.",
        "required": ["kind", "accuracy"],
        "properties": {
          "kind": {"type": "string"},
          "accuracy": {"$ref": "#/components/schemas/EvaluationReport.Rate"},
          "paired": {"$ref": "#/components/schemas/EvaluationReport.Paired"}
        }
      },
      "EvaluationReport.Metric": {
        "type": "object",
        "required": ["name"],
        "properties": {
          "name": {"type": "string"},
          "value": {
            "type": "number",
            "description": "Absent where nothing of its kind was asked or answered."
          },
          "rate": {
            "$ref": "#/components/schemas/EvaluationReport.Rate",
            "description": "Where the number is a share."
          }
        }
      },
      "EvaluationReport.Paired": {
        "type": "object",
        "description": "The same questions before and after a change.",
        "required": [
          "bothRight",
          "bothWrong",
          "helped",
          "harmed",
          "help",
          "harm",
          "toYes",
          "toNo"
        ],
        "properties": {
          "bothRight": {"type": "integer", "minimum": 0},
          "bothWrong": {"type": "integer", "minimum": 0},
          "helped": {
            "type": "integer",
            "minimum": 0,
            "description": "Not right before, right after."
          },
          "harmed": {
            "type": "integer",
            "minimum": 0,
            "description": "Right before, not right after."
          },
          "help": {
            "$ref": "#/components/schemas/EvaluationReport.Rate",
            "description": "Of what was not right, the share that is put right."
          },
          "harm": {
            "$ref": "#/components/schemas/EvaluationReport.Rate",
            "description": "Of what was right, the share that is lost."
          },
          "p": {
            "type": "number",
            "description": "McNemar's exact test, two-sided: how likely so uneven a split of helped and harmed is, were both as likely; absent of several draws together, which are the same questions."
          },
          "toYes": {"type": "integer", "minimum": 0, "description": "Answers that became a Yes."},
          "toNo": {"type": "integer", "minimum": 0, "description": "Answers that became a No."}
        }
      },
      "EvaluationReport.Rate": {
        "type": "object",
        "description": "How many of how many, with Wilson's 95 % interval; without value, low and high of nothing.",
        "required": ["count", "total"],
        "properties": {
          "count": {"type": "integer", "minimum": 0},
          "total": {"type": "integer", "minimum": 0},
          "value": {"type": "number"},
          "low": {"type": "number"},
          "high": {"type": "number"}
        }
      },
      "EvaluationReport.Report": {
        "type": "object",
        "required": ["format", "questions", "answered", "missing", "arms", "controls"],
        "properties": {
          "format": {"$ref": "#/components/schemas/EvaluationRun.Format"},
          "questions": {
            "type": "integer",
            "minimum": 0,
            "description": "Of the set, as far as they were asked for; those of all shards."
          },
          "answered": {"type": "integer", "minimum": 0},
          "missing": {
            "type": "integer",
            "minimum": 0,
            "description": "Whose picture is missing or cannot be read."
          },
          "arms": {"type": "array", "items": {"$ref": "#/components/schemas/EvaluationReport.Arm"}},
          "controls": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/EvaluationReport.Control"}
          },
          "changes": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/EvaluationReport.Change"},
            "description": "Where they are asked for."
          },
          "ratings": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/EvaluationJudge.Ratings"},
            "description": "A judge's, where files of ratings are given: one a file."
          }
        }
      },
      "EvaluationReport.Role": {
        "enum": ["plain", "reconstruction", "intervention", "randomFeatures", "randomDirection"],
        "description": "plain: the model as it is; reconstruction: the autoencoder's reconstruction in the residual's place; randomFeatures: an arm's changes made to other features, drawn among those that are about as active; randomDirection: as large a change as an arm's at every position, in a random direction."
      },
      "EvaluationRun.Arm": {
        "type": "object",
        "description": "What is changed, by interventions or by a recipe.",
        "required": ["name"],
        "properties": {
          "name": {"type": "string", "description": "Unlike that of any other arm."},
          "interventions": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Intervention"},
            "description": "Regions are those of every question's prompt: its parts are image and question."
          },
          "recipe": {"type": "string", "description": "A recipe's file, absolute."},
          "splice": {"$ref": "#/components/schemas/Splice"}
        }
      },
      "EvaluationRun.Controls": {
        "type": "object",
        "properties": {
          "features": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "description": "Draws of random features; absent: none."
          },
          "directions": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "description": "Draws of random directions; absent: none."
          },
          "seed": {"$ref": "#/components/schemas/LargeInteger", "description": "Absent: 0."}
        }
      },
      "EvaluationRun.Dataset": {
        "type": "object",
        "required": ["format", "path"],
        "properties": {
          "format": {"$ref": "#/components/schemas/EvaluationRun.Format"},
          "path": {"type": "string", "description": "The file of questions, absolute."},
          "annotations": {
            "type": "string",
            "description": "AMBER's file of annotations, absolute; of other sets none."
          },
          "pictures": {
            "type": "string",
            "description": "The folder that the pictures' names start from, absolute; absent: that of the questions."
          }
        }
      },
      "EvaluationRun.Evaluated": {
        "type": "object",
        "description": "The result of a job of evaluation/run.",
        "required": ["answers", "asked", "known", "missing", "seconds", "report"],
        "properties": {
          "answers": {"type": "string", "description": "The file."},
          "asked": {
            "type": "integer",
            "minimum": 0,
            "description": "Questions that were answered now."
          },
          "known": {
            "type": "integer",
            "minimum": 0,
            "description": "Those that had been answered before."
          },
          "missing": {
            "type": "integer",
            "minimum": 0,
            "description": "Whose picture is missing or cannot be read."
          },
          "seconds": {"type": "number"},
          "report": {"$ref": "#/components/schemas/EvaluationReport.Report"}
        }
      },
      "EvaluationRun.Format": {
        "enum": ["pope", "hallusionBench", "amber", "questions"],
        "description": "pope: JSON lines of POPE, and its rule that whatever is not a No is a Yes; hallusionBench: HallusionBench.json, answers read by their words; amber: queries and annotations of AMBER, answers exactly Yes or No; questions: JSON lines of {id?, image?, question, answer?, kind?, template?}; those without an answer count in no accuracy."
      },
      "Explanation": {
        "type": "object",
        "description": "One attempt to say what a latent stands for. Attempts are added, never changed.",
        "required": ["id", "latent", "revision", "state", "text", "author", "method", "evidence", "created", "scores"],
        "properties": {
          "id": {"type": "integer", "minimum": 0},
          "latent": {"type": "integer", "minimum": 0},
          "revision": {"type": "integer", "minimum": 1, "description": "From 1, by latent."},
          "state": {"$ref": "#/components/schemas/ExplanationState"},
          "text": {
            "type": "string",
            "description": "The explanation, or what failed; empty where a latent is uninterpretable."
          },
          "author": {"$ref": "#/components/schemas/Explanation.Author"},
          "method": {"type": "string", "description": "How it was made: manual, dissection, chat, resident, blank-picture, refine:rule, refine:chat, refine:resident."},
          "evidence": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What it rests on, such as digests of items."
          },
          "created": {"type": "number", "description": "Seconds since 1970."},
          "scores": {"type": "array", "items": {"$ref": "#/components/schemas/Explanation.Score"}},
          "concept": {
            "type": "string",
            "description": "The kind of concept that it names, such as scene, object, part, material, texture or colour; absent where nobody said."
          },
          "refines": {
            "type": "integer",
            "minimum": 0,
            "description": "The id of the explanation that it is a shorter form of."
          },
          "record": {"type": "string", "description": "Question and answer as they were."},
          "path": {
            "type": "string",
            "description": "The file of the index that it was written to; in explanation/put's answer alone."
          }
        }
      },
      "Explanation.Author": {
        "type": "object",
        "required": ["kind", "name"],
        "properties": {"kind": {"$ref": "#/components/schemas/Explanation.AuthorKind"}, "name": {"type": "string"}}
      },
      "Explanation.AuthorKind": {"enum": ["human", "program", "model"]},
      "Explanation.Score": {
        "type": "object",
        "description": "How well an explanation holds, by one measure.",
        "required": ["kind", "value", "count", "created"],
        "properties": {
          "kind": {"type": "string"},
          "value": {"type": "number"},
          "baseline": {"type": "number", "description": "The same measure by chance."},
          "count": {"type": "integer", "minimum": 0, "description": "The examples it rests on."},
          "details": {"description": "Further figures."},
          "created": {"type": "number"}
        }
      },
      "ExplanationDissect.Dissected": {
        "type": "object",
        "description": "The result of a job of explanation/dissect.",
        "required": [
          "pictures",
          "activeLatents",
          "namedLatents",
          "unnamedShare",
          "measuredConcepts",
          "foundConcepts",
          "concepts"
        ],
        "properties": {
          "pictures": {"type": "integer", "minimum": 0},
          "activeLatents": {
            "type": "integer",
            "minimum": 0,
            "description": "Latents that are active somewhere in the set."
          },
          "namedLatents": {"type": "integer", "minimum": 0, "description": "Latents named by a concept."},
          "unnamedShare": {"type": "number", "description": "The share of active latents without a name."},
          "measuredConcepts": {
            "type": "integer",
            "minimum": 0,
            "description": "Concepts that can be measured, in two pictures or more."
          },
          "foundConcepts": {
            "type": "integer",
            "minimum": 0,
            "description": "Of these, those with a latent that meets the minimum."
          },
          "concepts": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ExplanationDissect.Found"},
            "description": "Each concept's best latent."
          }
        }
      },
      "ExplanationDissect.Found": {
        "type": "object",
        "description": "A concept and the latent that is best on one half of the pictures, measured on the other.",
        "required": ["concept", "latent", "threshold", "iou", "baseline"],
        "properties": {
          "concept": {"type": "string"},
          "latent": {"type": "integer", "minimum": 0},
          "threshold": {"type": "number"},
          "iou": {"type": "number"},
          "baseline": {"type": "number", "description": "The mean over all active latents at the same threshold."}
        }
      },
      "ExplanationGenerate.AnswerForm": {
        "enum": ["json", "text"],
        "description": "json: an object of JSON, such as one that says whether there is a common concept, and which; text: a sentence, or of a judge one word, for models that write no JSON."
      },
      "ExplanationGenerate.BlankPicture": {
        "type": "object",
        "description": "A blank picture on which one latent is held at a value, at every token of the picture.",
        "properties": {
          "sae": {"type": "string", "description": "Absent: the loaded one that the index was built for; another is refused."},
          "question": {"type": "string", "description": "Absent: Describe the image."},
          "strength": {
            "type": "number",
            "description": "What the latent is held at, in its largest activation in the index's view; absent: 4."
          }
        }
      },
      "ExplanationGenerate.Endpoint": {
        "type": "object",
        "description": "Its key is the kernel's environment variable LUCARNE_EXPLAINER_KEY, and never on the wire.",
        "required": ["url", "model"],
        "properties": {
          "url": {"type": "string", "description": "http or https, such as http://localhost:8000/v1."},
          "model": {"type": "string"}
        }
      },
      "ExplanationGenerate.Explainer": {
        "description": "Who explains: a server of OpenAI's chat completions, or the resident model.",
        "oneOf": [
          {
            "type": "object",
            "required": ["endpoint"],
            "properties": {"endpoint": {"$ref": "#/components/schemas/ExplanationGenerate.Endpoint"}}
          },
          {
            "type": "object",
            "required": ["resident"],
            "properties": {"resident": {"type": "object", "properties": {"model": {"type": "string"}}}}
          }
        ]
      },
      "ExplanationGenerate.Generated": {
        "type": "object",
        "description": "The result of a job of explanation/generate. Every latent that was asked about is in one of the first five counts.",
        "required": [
          "explained",
          "uninterpretable",
          "failed",
          "known",
          "silent",
          "seconds",
          "promptTokens",
          "completionTokens"
        ],
        "properties": {
          "explained": {"type": "integer", "minimum": 0},
          "uninterpretable": {"type": "integer", "minimum": 0},
          "failed": {
            "type": "integer",
            "minimum": 0,
            "description": "Recorded with the reason; tried again when the job is resumed or begun anew."
          },
          "known": {"type": "integer", "minimum": 0, "description": "Explained by this explainer before."},
          "silent": {"type": "integer", "minimum": 0, "description": "Never active in the view."},
          "seconds": {"type": "number"},
          "promptTokens": {"type": "integer", "minimum": 0},
          "completionTokens": {"type": "integer", "minimum": 0}
        }
      },
      "ExplanationRefine.Refined": {
        "type": "object",
        "description": "The result of a job of explanation/refine. Every latent that was asked about and has an explanation is in one of the first five counts.",
        "required": [
          "refined",
          "unchanged",
          "uninterpretable",
          "failed",
          "known",
          "seconds",
          "promptTokens",
          "completionTokens"
        ],
        "properties": {
          "refined": {"type": "integer", "minimum": 0},
          "unchanged": {
            "type": "integer",
            "minimum": 0,
            "description": "Explanations that are such phrases, and of whose kind nothing new is known: nothing is added."
          },
          "uninterpretable": {"type": "integer", "minimum": 0, "description": "That name nothing that could be looked for."},
          "failed": {"type": "integer", "minimum": 0, "description": "Without an answer, or one that can be read."},
          "known": {"type": "integer", "minimum": 0, "description": "Refined by this refiner before."},
          "seconds": {"type": "number"},
          "promptTokens": {"type": "integer", "minimum": 0},
          "completionTokens": {"type": "integer", "minimum": 0}
        }
      },
      "ExplanationRefine.Refiner": {
        "description": "Who makes phrases of explanations: the program itself by a rule, a server of OpenAI's chat completions, or the resident model.",
        "oneOf": [
          {"type": "object", "required": ["rule"], "properties": {"rule": {"type": "object"}}},
          {
            "type": "object",
            "required": ["endpoint"],
            "properties": {"endpoint": {"$ref": "#/components/schemas/ExplanationGenerate.Endpoint"}}
          },
          {
            "type": "object",
            "required": ["resident"],
            "properties": {"resident": {"type": "object", "properties": {"model": {"type": "string"}}}}
          }
        ]
      },
      "ExplanationScore.Mask": {
        "enum": ["smoothed", "patches", "quantile"],
        "description": "smoothed: any activation counts, and the map is enlarged bilinearly as in the paper, so that a patch reaches into its neighbours; patches: any activation counts, patches are laid over the pixels as they are; quantile: patches whose activation is at least a quantile of the latent's positive ones."
      },
      "ExplanationScore.Mean": {
        "type": "object",
        "description": "What the scorers of one kind found.",
        "required": ["kind", "value", "overAll", "count"],
        "properties": {
          "kind": {"type": "string"},
          "value": {"type": "number", "description": "Over the latents that were scored."},
          "baseline": {"type": "number", "description": "The mean of what chance gives."},
          "overAll": {
            "type": "number",
            "description": "Over all latents that were asked about, those without a score as 0."
          },
          "count": {"type": "integer", "minimum": 0, "description": "Latents that were scored."}
        }
      },
      "ExplanationScore.Row": {
        "type": "object",
        "description": "The explanations of one kind of concept, or those that cannot be scored.",
        "required": ["concept", "count", "means"],
        "properties": {
          "concept": {
            "type": "string",
            "description": "Such as object or colour; other where nobody said; uninterpretable, failed, unmatched."
          },
          "count": {"type": "integer", "minimum": 0},
          "means": {"type": "array", "items": {"$ref": "#/components/schemas/ExplanationScore.Mean"}}
        }
      },
      "ExplanationScore.Scored": {
        "type": "object",
        "description": "The result of a job of explanation/score. Every latent that was asked about is in one of the first four counts.",
        "required": ["scored", "uninterpretable", "failed", "unmatched", "known", "means", "rows", "seconds"],
        "properties": {
          "scored": {"type": "integer", "minimum": 0},
          "uninterpretable": {"type": "integer", "minimum": 0},
          "failed": {"type": "integer", "minimum": 0},
          "unmatched": {
            "type": "integer",
            "minimum": 0,
            "description": "Whose explanation names no concept of the set."
          },
          "known": {
            "type": "integer",
            "minimum": 0,
            "description": "Scores that were kept with the same settings before."
          },
          "means": {"type": "array", "items": {"$ref": "#/components/schemas/ExplanationScore.Mean"}},
          "rows": {"type": "array", "items": {"$ref": "#/components/schemas/ExplanationScore.Row"}},
          "seconds": {"type": "number"}
        }
      },
      "ExplanationScore.Scorer": {
        "enum": ["iou", "auc", "clip", "consistency", "detection", "fuzz", "intruder", "monosemanticity"],
        "description": "iou: the overlap of the latent's activations on its best pictures with the masks of what its explanation names; auc: how well its largest activation distinguishes pictures with the concept from those without; clip: the similarity of the explanation and the latent's best pictures, in hundredths; consistency: whether a judge finds what the explanation says where the latent is active; detection: whether a judge tells by the explanation which pictures the latent is active on; fuzz: whether it tells which places are lit rightly; intruder: whether it finds the picture that the latent is not active on, without an explanation; monosemanticity: how alike the pictures are to another model, weighted by the activations."
      },
      "ExplanationState": {
        "enum": ["explained", "uninterpretable", "failed"],
        "description": "uninterpretable: the explainer looked and found nothing in common; failed: there was no answer, it may be tried again."
      },
      "FeatureActivations.Activation": {
        "type": "object",
        "required": ["position", "value"],
        "properties": {"position": {"type": "integer"}, "value": {"type": "number"}}
      },
      "FeatureActivations.Item": {
        "type": "object",
        "required": ["feature", "score", "positions"],
        "properties": {
          "feature": {"$ref": "#/components/schemas/FeatureRef"},
          "score": {"type": "number"},
          "positions": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FeatureActivations.Activation"},
            "description": "Where it is active, in order."
          }
        }
      },
      "FeatureActivations.Rank": {
        "description": "What a latent's activations in the region are reduced to.",
        "enum": ["max", "mean", "sum"]
      },
      "FeatureExamples.Image": {
        "type": "object",
        "required": ["width", "height", "grid", "views"],
        "properties": {
          "path": {
            "type": "string",
            "description": "The picture's file, or the archive that contains it; absent if the index holds its bytes."
          },
          "offset": {"type": "integer", "minimum": 0, "description": "Where it lies in the archive."},
          "length": {"type": "integer", "minimum": 0},
          "width": {"type": "integer", "minimum": 0, "description": "Pixels, as it is shown."},
          "height": {"type": "integer", "minimum": 0},
          "grid": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0},
            "description": "Rows and columns of patches in the view."
          },
          "views": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/PictureView"},
            "description": "The picture's views that the index has taken in, in the order of their tokens."
          }
        }
      },
      "FeatureExamples.Item": {
        "type": "object",
        "required": ["item", "name", "score", "positions"],
        "properties": {
          "item": {"type": "integer", "minimum": 0, "description": "The entry's number in the index."},
          "name": {"type": "string"},
          "source": {"type": "string"},
          "score": {"type": "number"},
          "image": {"$ref": "#/components/schemas/FeatureExamples.Image", "description": "Of pictures."},
          "span": {"type": "integer", "minimum": 0, "description": "Of text: the number of the span in its text."},
          "tokens": {"type": "array", "items": {"type": "string"}},
          "positions": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FeatureExamples.Position"},
            "description": "Where the latent is active, in order."
          }
        }
      },
      "FeatureExamples.Position": {
        "type": "object",
        "required": ["position", "value"],
        "properties": {
          "position": {
            "type": "integer",
            "minimum": 0,
            "description": "In the view's grid, row by row, or in the span."
          },
          "value": {"type": "number"},
          "box": {"$ref": "#/components/schemas/Box", "description": "The pixels of the picture under it."}
        }
      },
      "FeatureExamples.Ranking": {
        "enum": ["max", "mean", "mass"],
        "description": "What the activations a in a view of n positions are reduced to. max: max a. mean: sum a / n, over all positions of the view. mass: sum a."
      },
      "FeatureInfo.Explanation": {
        "type": "object",
        "required": ["text"],
        "properties": {
          "text": {"type": "string"},
          "author": {"type": "string"},
          "score": {"type": "number", "description": "Of its scores the newest."},
          "labelScores": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/LabelScore"},
            "description": "How well it holds: the newest iou, or else dissection, then the newest auc; absent where neither was measured."
          }
        }
      },
      "FeatureInfo.Logits": {
        "type": "object",
        "description": "Empty lists for a feature of the vision tower, whose direction reaches no logit by itself.",
        "required": ["promoted", "suppressed"],
        "properties": {
          "promoted": {"type": "array", "items": {"$ref": "#/components/schemas/FeatureInfo.TokenEffect"}},
          "suppressed": {"type": "array", "items": {"$ref": "#/components/schemas/FeatureInfo.TokenEffect"}}
        }
      },
      "FeatureInfo.Neighbour": {
        "type": "object",
        "required": ["feature", "cosine"],
        "properties": {"feature": {"$ref": "#/components/schemas/FeatureRef"}, "cosine": {"type": "number"}}
      },
      "FeatureInfo.Stats": {
        "type": "object",
        "description": "Members that need an index are absent without one.",
        "required": ["decoderNorm"],
        "properties": {
          "decoderNorm": {"type": "number"},
          "encoderBias": {"type": "number"},
          "frequency": {"type": "number", "description": "Fraction of positions where it is active."},
          "mean": {"type": "number", "description": "Mean activation where it is active."},
          "max": {"type": "number"},
          "views": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FeatureStatistics"},
            "description": "The same by view, with more; absent without an index."
          }
        }
      },
      "FeatureInfo.TokenEffect": {
        "type": "object",
        "required": ["token", "text", "value"],
        "properties": {"token": {"type": "integer"}, "text": {"type": "string"}, "value": {"type": "number"}}
      },
      "FeatureRef": {
        "description": "A latent of a loaded autoencoder.",
        "type": "object",
        "required": ["sae", "index"],
        "properties": {"sae": {"type": "string"}, "index": {"type": "integer", "minimum": 0}}
      },
      "FeatureRender.Background": {"enum": ["light", "dark"]},
      "FeatureRender.Interpolation": {"enum": ["patches", "smooth"]},
      "FeatureRender.Missing": {
        "type": "object",
        "description": "An exemplar that could not be drawn: its picture is missing or has changed.",
        "required": ["item", "name", "message"],
        "properties": {
          "item": {"type": "integer", "minimum": 0},
          "name": {"type": "string"},
          "message": {"type": "string"}
        }
      },
      "FeatureRender.Montage": {
        "type": "object",
        "description": "All in one picture.",
        "properties": {
          "columns": {"type": "integer", "minimum": 1, "maximum": 100, "description": "Absent: 5 at most."},
          "background": {"$ref": "#/components/schemas/FeatureRender.Background", "description": "Absent: light."}
        }
      },
      "FeatureRender.Rendering": {
        "type": "object",
        "required": ["mimeType", "base64"],
        "properties": {
          "mimeType": {"enum": ["image/png", "text/html"]},
          "base64": {"type": "string"},
          "name": {"type": "string", "description": "The entry of the corpus; absent for a montage."},
          "item": {"type": "integer", "minimum": 0},
          "score": {"type": "number"}
        }
      },
      "FeatureRender.Style": {
        "enum": ["paper", "dimmed", "black", "weighted"],
        "description": "paper: the published pipeline's square tile, inactive patches at 31/255, smoothed; dimmed: inactive patches at level; black: inactive patches black; weighted: each patch by its share of the strongest activation."
      },
      "FeatureStatistics": {
        "type": "object",
        "description": "How a latent is active over one view of an index's corpus.",
        "required": ["view", "positions", "items", "frequency", "mean", "max", "quantiles", "histogram"],
        "properties": {
          "view": {"$ref": "#/components/schemas/IndexBuild.View"},
          "positions": {"type": "integer", "minimum": 0, "description": "Positions and entries where it is active."},
          "items": {"type": "integer", "minimum": 0},
          "frequency": {"type": "number", "description": "Fraction of the view's positions where it is active."},
          "mean": {"type": "number", "description": "Where it is active: the mean, and the largest."},
          "max": {"type": "number"},
          "quantiles": {
            "$ref": "#/components/schemas/FeatureStatistics.Quantiles",
            "description": "Each at most 1/16 from the true one."
          },
          "histogram": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/FeatureStatistics.Bin"},
            "description": "Counts of activations by size, rising, without empty ends."
          }
        }
      },
      "FeatureStatistics.Bin": {
        "type": "object",
        "description": "How many activations are from from up to to.",
        "required": ["from", "to", "count"],
        "properties": {"from": {"type": "number"}, "to": {"type": "number"}, "count": {"type": "integer", "minimum": 0}}
      },
      "FeatureStatistics.Quantiles": {
        "type": "object",
        "description": "Activations that a tenth, half, nine tenths and 99 hundredths of the active positions do not exceed.",
        "required": ["p10", "p50", "p90", "p99"],
        "properties": {
          "p10": {"type": "number"},
          "p50": {"type": "number"},
          "p90": {"type": "number"},
          "p99": {"type": "number"}
        }
      },
      "Finish": {
        "description": "Why a generation ended. stop: The model ended its turn or a stop text was reached. length: maxTokens were written.",
        "enum": ["stop", "length"]
      },
      "GeneratedToken": {
        "type": "object",
        "description": "A token that the model wrote.",
        "required": ["id", "text", "logProb"],
        "properties": {
          "id": {"type": "integer"},
          "text": {"type": "string"},
          "logProb": {"type": "number", "description": "Under the distribution it was drawn from, before temperature."}
        }
      },
      "ImageSource": {
        "description": "A file of the kernel's machine, or the bytes of a PNG, JPEG, WebP, GIF or BMP file.",
        "type": "object",
        "properties": {
          "reading": {
            "$ref": "#/components/schemas/ImageSource.Reading",
            "description": "Which of the two ways of transformers the picture takes into the processor. Absent: loadImage."
          }
        },
        "oneOf": [
          {"required": ["path"], "properties": {"path": {"type": "string"}}},
          {"required": ["uri"], "properties": {"uri": {"type": "string"}}},
          {"required": ["base64"], "properties": {"base64": {"type": "string"}}}
        ]
      },
      "ImageSource.Reading": {
        "description": "loadImage: As load_image of a path or an address: turned upright as its EXIF data say, an alpha channel dropped. open: As a picture opened with Pillow and handed to the processor: transparency on white, orientation left as stored.",
        "enum": ["loadImage", "open"]
      },
      "IndexAnnotate.Annotated": {
        "type": "object",
        "description": "The result of a job of index/annotate.",
        "required": ["latents", "seconds"],
        "properties": {
          "latents": {"type": "integer", "minimum": 0, "description": "Annotated now, and by earlier runs."},
          "seconds": {"type": "number"}
        }
      },
      "IndexBuild.Built": {
        "type": "object",
        "description": "The result of a job of index/build.",
        "required": [
          "path",
          "items",
          "skipped",
          "newItems",
          "seconds",
          "itemsPerSecond",
          "modelSeconds",
          "codeSeconds",
          "overhead"
        ],
        "properties": {
          "path": {"type": "string"},
          "items": {"type": "integer", "minimum": 0, "description": "In the index now."},
          "skipped": {
            "$ref": "#/components/schemas/IndexBuild.Skipped",
            "description": "Not in it, by reason; all runs of this index together."
          },
          "newItems": {"type": "integer", "minimum": 0, "description": "Taken in by this run."},
          "seconds": {"type": "number", "description": "Of this run."},
          "itemsPerSecond": {"type": "number"},
          "modelSeconds": {
            "type": "number",
            "description": "Of these, running the model to the site, and its answers."
          },
          "codeSeconds": {"type": "number", "description": "Of these, encoding."},
          "overhead": {
            "type": "number",
            "description": "The time that was neither the model's nor the autoencoder's nor spent waiting, as a share of the two: counting, ranking and writing where they did not run beside them."
          },
          "annotated": {
            "$ref": "#/components/schemas/IndexAnnotate.Annotated",
            "description": "Where annotate was asked for."
          }
        }
      },
      "IndexBuild.KeepPictures": {
        "enum": ["reference", "copy"],
        "description": "reference: Where the picture is. copy: The picture's bytes."
      },
      "IndexBuild.Shard": {
        "type": "object",
        "description": "The entries whose content's digest leaves index when divided by count.",
        "required": ["index", "count"],
        "properties": {
          "index": {"type": "integer", "minimum": 0, "x-exclusiveMaximum": "count"},
          "count": {"type": "integer", "minimum": 1, "maximum": 65536}
        }
      },
      "IndexBuild.Skipped": {
        "type": "object",
        "required": ["duplicate", "unreadable", "unusable"],
        "properties": {
          "duplicate": {"type": "integer", "minimum": 0},
          "unreadable": {"type": "integer", "minimum": 0},
          "unusable": {"type": "integer", "minimum": 0}
        }
      },
      "IndexBuild.Template": {
        "enum": ["none", "model"],
        "description": "none: the picture, the text and the answer one after the other; model: the model's chat template."
      },
      "IndexBuild.View": {
        "type": "string",
        "description": "A part of prompts that is counted apart: one of a picture's views by its name, such as base and tiles of LLaVA-NeXT and LLaVA-OneVision, image of Qwen2.5-VL and Qwen3-VL, base and crop1 of Gemma 3, or text."
      },
      "IndexDescription": {
        "type": "object",
        "description": "What an index is and how much it holds.",
        "required": [
          "index",
          "path",
          "modelDigest",
          "saeDigest",
          "site",
          "latents",
          "exemplars",
          "items",
          "skipped",
          "positions",
          "activeLatents",
          "explainedLatents",
          "bytes"
        ],
        "properties": {
          "index": {"type": "string"},
          "path": {"type": "string"},
          "sae": {"type": "string", "description": "The loaded autoencoder it belongs to."},
          "modelDigest": {"type": "string", "description": "SHA-256 of the contents it was built for."},
          "saeDigest": {"type": "string"},
          "site": {"type": "string"},
          "latents": {"type": "integer", "minimum": 0},
          "exemplars": {
            "type": "integer",
            "minimum": 0,
            "description": "Best places kept of a latent under each ranking of each view."
          },
          "items": {"type": "integer", "minimum": 0},
          "skipped": {"$ref": "#/components/schemas/IndexBuild.Skipped"},
          "positions": {
            "type": "object",
            "additionalProperties": {"type": "integer", "minimum": 0},
            "description": "Positions of all items, by view."
          },
          "activeLatents": {"type": "integer", "minimum": 0, "description": "Latents that were active somewhere."},
          "explainedLatents": {"type": "integer", "minimum": 0},
          "bytes": {"type": "integer", "minimum": 0}
        }
      },
      "IndexMerge.Merged": {
        "type": "object",
        "description": "The result of a job of index/merge.",
        "required": ["path", "items", "contentDigest"],
        "properties": {
          "path": {"type": "string"},
          "items": {"type": "integer", "minimum": 0},
          "contentDigest": {
            "type": "string",
            "description": "SHA-256 of what the index says, whatever the order in which it was learnt."
          }
        }
      },
      "IndexNeighbours.Measure": {
        "description": "decoder: The cosine of decoder rows, as far as index/annotate has kept them. coactivation: The Jaccard index of the sampled tokens where both are active.",
        "enum": ["decoder", "coactivation"]
      },
      "IndexSearch.Item": {
        "type": "object",
        "required": ["latent"],
        "properties": {
          "latent": {"type": "integer", "minimum": 0},
          "score": {
            "type": "number",
            "description": "Higher is better: rank of the text, size of the effect on the token's logit, largest activation, cosine or Jaccard index; absent for latents that were given."
          },
          "label": {"type": "string", "description": "What the latent is called."},
          "labelScores": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/LabelScore"},
            "description": "How well the label holds: the newest iou, or else dissection, then the newest auc; absent where neither was measured."
          }
        }
      },
      "IndexSearch.Query": {
        "description": "What is looked for: words of explanations; a token that decoder rows raise, or lower; the latents that have an item among their best, by its name or its picture's file; the labels of given latents; the nearest decoder rows.",
        "oneOf": [
          {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
          {
            "type": "object",
            "required": ["token"],
            "properties": {"token": {"type": "string"}, "lowered": {"type": "boolean"}}
          },
          {
            "type": "object",
            "required": ["item"],
            "properties": {"item": {"type": "string"}, "view": {"$ref": "#/components/schemas/IndexBuild.View"}}
          },
          {
            "type": "object",
            "required": ["picture"],
            "properties": {"picture": {"type": "string"}, "view": {"$ref": "#/components/schemas/IndexBuild.View"}}
          },
          {
            "type": "object",
            "required": ["latents"],
            "properties": {"latents": {"type": "array", "items": {"type": "integer", "minimum": 0}}}
          },
          {
            "type": "object",
            "required": ["neighboursOf"],
            "properties": {"neighboursOf": {"type": "integer", "minimum": 0}}
          }
        ]
      },
      "IndexSkipped.Item": {
        "type": "object",
        "required": ["name", "reason", "message"],
        "properties": {
          "name": {"type": "string"},
          "reason": {"enum": ["duplicate", "unreadable", "unusable"]},
          "message": {"type": "string"}
        }
      },
      "Initialize.AttributionProvider": {
        "type": "object",
        "required": ["methods"],
        "properties": {
          "methods": {"type": "array", "items": {"$ref": "#/components/schemas/AttributionCompute.Method"}}
        }
      },
      "Initialize.Capabilities": {
        "type": "object",
        "description": "What the kernel offers; an absent member means that it does not.",
        "properties": {
          "modelProvider": {"type": "boolean"},
          "contextProvider": {"$ref": "#/components/schemas/Initialize.ContextProvider"},
          "activationProvider": {"type": "boolean"},
          "featureProvider": {"type": "boolean"},
          "attributionProvider": {"$ref": "#/components/schemas/Initialize.AttributionProvider"},
          "ablationProvider": {"type": "boolean"},
          "steeringProvider": {"type": "boolean"},
          "sessionProvider": {"type": "boolean"},
          "jobProvider": {"type": "boolean"},
          "workDoneProgress": {"type": "boolean"},
          "partialResults": {"type": "boolean"}
        }
      },
      "Initialize.ClientInfo": {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "version": {"type": "string"}}
      },
      "Initialize.ContextProvider": {
        "type": "object",
        "required": ["images", "append"],
        "properties": {
          "images": {"type": "boolean", "description": "Whether parts may be images."},
          "append": {"type": "boolean", "description": "Whether generated tokens can be kept."}
        }
      },
      "Initialize.Limits": {
        "type": "object",
        "required": ["maxMessageBytes", "maxQueuedRequests", "maxContexts", "inlineNumbers", "memoryBytes"],
        "properties": {
          "maxMessageBytes": {"type": "integer", "minimum": 0, "description": "Bytes of a message to the kernel."},
          "maxQueuedRequests": {"type": "integer", "description": "Requests that may wait for the engine."},
          "maxContexts": {"type": "integer", "description": "Contexts that may be open."},
          "maxContextTokens": {"type": "integer", "description": "Positions of a context, where the model is known."},
          "inlineNumbers": {"type": "integer", "description": "A longer array of numbers travels as a tensor."},
          "memoryBytes": {"type": "integer", "minimum": 0, "description": "Bytes that the kernel may use."}
        }
      },
      "Initialize.Options": {
        "type": "object",
        "description": "What to load, by absolute path.",
        "properties": {
          "model": {"type": "string", "description": "A checkpoint's folder."},
          "saes": {"type": "array", "items": {"type": "string"}, "description": "Autoencoders' folders or files."},
          "saeOptions": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SAEOptions"},
            "description": "What their files leave open, the first for the first of saes; {} for one that needs nothing."
          },
          "index": {"type": "string", "description": "A feature index."},
          "memoryLimit": {"type": "integer", "minimum": 1, "description": "Bytes that the kernel may use."}
        }
      },
      "Initialize.Remote": {
        "description": "The machine that the kernel runs on, seen from another.",
        "type": "object",
        "required": ["host"],
        "properties": {
          "host": {"type": "string", "description": "What the client calls it; at most 255 characters are kept."}
        }
      },
      "Initialize.ServerInfo": {
        "type": "object",
        "required": ["name", "version"],
        "properties": {"name": {"type": "string"}, "version": {"type": "string"}}
      },
      "Intervention": {
        "description": "A change to one latent's activation.",
        "type": "object",
        "required": ["op", "feature"],
        "properties": {
          "op": {"$ref": "#/components/schemas/Intervention.Operation"},
          "feature": {"$ref": "#/components/schemas/FeatureRef"},
          "value": {"type": "number", "description": "Required by every op but zero."},
          "at": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Region"},
            "description": "Absent: every position of the prompt."
          },
          "generated": {"type": "boolean", "description": "Whether the change is made at every generated token too."}
        },
        "if": {"properties": {"op": {"const": "zero"}}},
        "else": {"required": ["value"]}
      },
      "Intervention.Operation": {
        "description": "clamp: Set to value. add: Add value. scale: Multiply by value. zero: Set to zero.",
        "enum": ["clamp", "add", "scale", "zero"]
      },
      "Job": {
        "type": "object",
        "description": "Work that outlives its request: what it is, how far it is and what came of it.",
        "required": ["job", "method", "params", "state", "created"],
        "properties": {
          "job": {"type": "string"},
          "method": {"type": "string", "description": "The request that began it."},
          "params": {"type": "object"},
          "state": {"$ref": "#/components/schemas/JobState"},
          "progress": {"$ref": "#/components/schemas/Job.Progress"},
          "message": {"type": "string", "description": "Why it is paused or failed, in words."},
          "result": {"description": "Of a job that is completed; its shape is given by the method that started it."},
          "error": {"$ref": "#/components/schemas/Job.Failure", "description": "Of a job that failed."},
          "created": {"type": "number", "description": "Seconds since 1970."},
          "started": {"type": "number"},
          "ended": {"type": "number"}
        }
      },
      "Job.Failure": {
        "type": "object",
        "description": "What error.data of a request would have contained.",
        "required": ["kind", "message"],
        "properties": {"kind": {"type": "string"}, "message": {"type": "string"}}
      },
      "Job.Progress": {
        "type": "object",
        "description": "How far a job is, in units of its own: entries, steps, latents.",
        "required": ["done"],
        "properties": {
          "done": {"type": "integer", "minimum": 0, "description": "In units of its own: entries, steps, latents."},
          "total": {"type": "integer", "minimum": 0, "description": "Absent where it is not known."},
          "rate": {"type": "number", "description": "Units a second of this run."},
          "remainingSeconds": {"type": "number"},
          "message": {"type": "string"},
          "metrics": {
            "type": "object",
            "additionalProperties": {"type": "number"},
            "description": "What else can be measured on the way, such as fvu of a training."
          }
        }
      },
      "JobStarted": {
        "type": "object",
        "description": "A job was started; job/get, job/wait and job/didUpdate report on it.",
        "required": ["job"],
        "properties": {"job": {"type": "string"}}
      },
      "JobState": {
        "enum": ["queued", "running", "paused", "completed", "failed", "cancelled", "interrupted"],
        "description": "interrupted: its process ended before it did; it can be resumed, as one that is paused or failed."
      },
      "KernelStatus.Autoencoder": {
        "type": "object",
        "required": ["sae", "path", "site", "latents", "k", "bytes"],
        "properties": {
          "sae": {"type": "string"},
          "path": {"type": "string"},
          "model": {"type": "string"},
          "site": {"type": "string"},
          "latents": {"type": "integer"},
          "k": {"type": "integer"},
          "bytes": {"type": "integer", "minimum": 0}
        }
      },
      "KernelStatus.Connection": {
        "type": "object",
        "description": "A client of a shared kernel.",
        "required": ["connection", "own", "contexts", "bytes", "waiting"],
        "properties": {
          "connection": {"type": "integer", "description": "Its number, in the order of arrival."},
          "own": {"type": "boolean", "description": "Whether it is the one that asks."},
          "name": {"type": "string", "description": "What initialize called it."},
          "process": {"type": "integer", "description": "Its process: what holds the other end of the socket."},
          "contexts": {"type": "integer", "minimum": 0, "description": "How many contexts it has open."},
          "bytes": {"type": "integer", "minimum": 0, "description": "Bytes that they hold."},
          "waiting": {"type": "integer", "minimum": 0, "description": "Its requests that wait for the engine."}
        }
      },
      "KernelStatus.Context": {
        "type": "object",
        "required": ["context", "version", "tokenCount", "bytes"],
        "properties": {
          "context": {"type": "string"},
          "version": {"type": "integer"},
          "tokenCount": {"type": "integer"},
          "bytes": {"type": "integer", "minimum": 0}
        }
      },
      "KernelStatus.Health": {"enum": ["ok", "warning", "error"]},
      "KernelStatus.Device": {
        "type": "object",
        "description": "A device that models were loaded on, through PyTorch's libraries.",
        "required": ["device", "name", "library"],
        "properties": {
          "device": {"type": "string", "description": "As model/load takes it."},
          "name": {"type": "string", "description": "What it calls itself."},
          "library": {"type": "string", "description": "The version of PyTorch."},
          "total": {"type": "integer", "minimum": 0, "description": "Bytes of its memory; absent for torch:cpu, which has the process's."},
          "free": {
            "type": "integer",
            "minimum": 0,
            "description": "Bytes that nobody holds; what PyTorch keeps for the next tensors counts as held."
          },
          "message": {"type": "string", "description": "Why it can be used no more; absent while it can."}
        }
      },
      "KernelStatus.Memory": {
        "type": "object",
        "description": "Bytes.",
        "required": ["limit", "used", "items"],
        "properties": {
          "limit": {"type": "integer", "minimum": 0, "description": "What the kernel may use beside mapped weights."},
          "used": {
            "type": "integer",
            "minimum": 0,
            "description": "The sum of the items but the mapped weights, whose pages the system can drop and read again."
          },
          "items": {"type": "array", "items": {"$ref": "#/components/schemas/KernelStatus.MemoryItem"}}
        }
      },
      "KernelStatus.MemoryItem": {
        "type": "object",
        "required": ["name", "bytes"],
        "properties": {"name": {"type": "string"}, "bytes": {"type": "integer", "minimum": 0}}
      },
      "KernelStatus.Model": {
        "type": "object",
        "required": ["model", "path", "architecture", "precision", "bytes"],
        "properties": {
          "model": {"type": "string"},
          "path": {"type": "string"},
          "architecture": {"type": "string"},
          "precision": {"$ref": "#/components/schemas/ModelLoad.Precision", "description": "What products are made in."},
          "resizing": {
            "$ref": "#/components/schemas/ModelLoad.Resizing",
            "description": "Which library's resizing is applied to pictures; absent for a text model."
          },
          "bytes": {
            "type": "integer",
            "minimum": 0,
            "description": "Bytes of the weights' files, which other processes may share, and of the weights made for int8."
          },
          "device": {"type": "string", "description": "What its layers run on; absent for the processor."}
        }
      },
      "KernelStatus.Queue": {
        "type": "object",
        "required": ["waiting"],
        "properties": {
          "running": {"type": "string", "description": "The method that the engine is at."},
          "waiting": {"type": "integer"}
        }
      },
      "KernelStatus.Vision": {
        "type": "object",
        "description": "The vision worker: other people's models for pictures, in a process that is started when it is first asked.",
        "required": ["command", "starts"],
        "properties": {
          "command": {"type": "string"},
          "process": {"type": "integer", "description": "Its id; absent while none runs."},
          "memory": {"type": "integer", "minimum": 0, "description": "Resident bytes of the process."},
          "name": {"type": "string"},
          "version": {"type": "string"},
          "device": {"type": "string"},
          "versions": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Of the libraries that it runs on."
          },
          "models": {"type": "array", "items": {"$ref": "#/components/schemas/KernelStatus.VisionModel"}},
          "message": {"type": "string", "description": "Why it did not do what it was last asked for."},
          "starts": {"type": "integer", "minimum": 0, "description": "Processes that were started so far."}
        }
      },
      "KernelStatus.VisionModel": {
        "type": "object",
        "required": ["role", "name", "digest"],
        "properties": {
          "role": {"type": "string", "description": "grounding, segmentation or embedding."},
          "name": {"type": "string", "description": "Its class."},
          "digest": {"type": "string", "description": "SHA-256 over its files."}
        }
      },
      "LabelScore": {
        "type": "object",
        "description": "How well a label holds, by one measure, in short.",
        "required": ["kind", "value"],
        "properties": {
          "kind": {"enum": ["iou", "dissection", "auc"]},
          "value": {"type": "number"},
          "baseline": {"type": "number", "description": "The same measure by chance."}
        }
      },
      "LargeInteger": {
        "description": "A whole number; beyond 2^53 a string of digits.",
        "oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+$"}]
      },
      "LatentSelection": {
        "description": "Which latents a job is about.",
        "oneOf": [
          {
            "type": "object",
            "required": ["latents"],
            "properties": {"latents": {"type": "array", "items": {"type": "integer", "minimum": 0}}}
          },
          {"type": "object", "required": ["range"], "properties": {"range": {"$ref": "#/components/schemas/Span"}}},
          {
            "type": "object",
            "description": "The first in an order of the view.",
            "required": ["top"],
            "properties": {"top": {"$ref": "#/components/schemas/LatentSelection.Top"}}
          },
          {
            "type": "object",
            "description": "Those whose newest explanation is in a state.",
            "required": ["state"],
            "properties": {"state": {"$ref": "#/components/schemas/ExplanationState"}}
          }
        ]
      },
      "LatentSelection.Order": {
        "description": "latent: The latents that are active anywhere, rising.",
        "enum": ["latent", "frequency", "max"]
      },
      "LatentSelection.Top": {
        "type": "object",
        "required": ["by", "count"],
        "properties": {
          "by": {"$ref": "#/components/schemas/LatentSelection.Order"},
          "count": {"type": "integer", "minimum": 0, "maximum": 2147483647},
          "offset": {"type": "integer", "minimum": 0, "maximum": 2147483647, "description": "Absent: the first."}
        }
      },
      "ModelLoad.Image": {
        "type": "object",
        "description": "How the model sees one tile of an image.",
        "required": ["patchGrid", "tokensPerTile"],
        "properties": {
          "patchGrid": {
            "type": "array",
            "items": {"type": "integer"},
            "description": "Patches of a tile, [rows, columns]; [0, 0] in a model whose pictures are seen whole at sizes of their own, as Qwen2.5-VL's and Qwen3-VL's."
          },
          "tokensPerTile": {"type": "integer"}
        }
      },
      "ModelLoad.Precision": {
        "description": "What products are made in. auto: bfloat16 where the weights are, else float32. float32: Everything in float32: slow, and held to the reference. int8: As bfloat16, with 8-bit weights, a scale a row, for the decoder's projections and head: half the bytes to read for every generated token, for work that is mostly generation. Weights are rounded, so answers differ. Never chosen by auto.",
        "enum": ["auto", "float32", "bfloat16", "int8"]
      },
      "ModelLoad.Resizing": {
        "description": "Which library's resizing is applied to pictures before the model sees them, bit for bit. torchvision: That of transformers 5 where torchvision is installed, what most pipelines have today; within two levels of 255 of pillow. pillow: That of transformers with Pillow up to version 12. pillow13: That of transformers with Pillow 13, which resizes tall pictures in the other order: up to eight levels apart.",
        "enum": ["torchvision", "pillow", "pillow13"]
      },
      "Part": {
        "description": "A piece of a prompt: some text, one image, or a video as its frames, where the model's family sees videos.",
        "type": "object",
        "properties": {
          "id": {"type": "string", "description": "What regions call it; the kernel names parts without one."},
          "role": {"type": "string", "description": "Absent: user."}
        },
        "oneOf": [
          {"required": ["text"], "properties": {"text": {"type": "string"}}},
          {"required": ["image"], "properties": {"image": {"$ref": "#/components/schemas/ImageSource"}}},
          {"required": ["video"], "properties": {"video": {"$ref": "#/components/schemas/VideoSource"}}}
        ]
      },
      "PictureView": {
        "type": "object",
        "description": "A view of a picture among its tokens: a grid of cells, row by row, each of them a token. The cell of row r and column c is the token first + r · (columns + separators) + c.",
        "required": ["name", "rows", "columns"],
        "properties": {
          "name": {
            "type": "string",
            "description": "As the model's family calls it: LLaVA-NeXT and LLaVA-OneVision have base and tiles, Qwen2.5-VL and Qwen3-VL have image, Gemma 3 base and with pan-and-scan crop1, crop2 and so on. A video has frame1, frame2 and so on, each over its own frame."
          },
          "rows": {"type": "integer", "minimum": 0},
          "columns": {"type": "integer", "minimum": 0},
          "first": {
            "type": "integer",
            "minimum": 0,
            "description": "The token of the first cell: a position of the context; of an index's picture, counted from the picture's first token. Absent where only the grid is known."
          },
          "separators": {
            "type": "integer",
            "minimum": 0,
            "description": "Tokens without pixels that close each row. Absent where only the grid is known."
          }
        }
      },
      "ProgressToken": {"description": "What a client calls a stream of progress.", "type": ["string", "integer"]},
      "PromptCheck.Part": {
        "type": "object",
        "description": "Either a text, as the model gets it, or an image.",
        "required": ["range"],
        "properties": {
          "range": {
            "$ref": "#/components/schemas/TextRange",
            "description": "Of an image that no turn names: its line in the front matter."
          },
          "text": {"type": "string"},
          "image": {"type": "string", "description": "The image's name."}
        }
      },
      "PromptCheck.Turn": {
        "type": "object",
        "required": ["role", "range", "parts"],
        "properties": {
          "role": {"enum": ["system", "user", "assistant"]},
          "range": {"$ref": "#/components/schemas/TextRange"},
          "parts": {"type": "array", "items": {"$ref": "#/components/schemas/PromptCheck.Part"}}
        }
      },
      "PromptDiagnostic": {
        "type": "object",
        "description": "What is wrong with a prompt file, and where.",
        "required": ["range", "severity", "message"],
        "properties": {
          "range": {"$ref": "#/components/schemas/TextRange"},
          "severity": {"$ref": "#/components/schemas/PromptDiagnostic.Severity"},
          "message": {"type": "string"}
        }
      },
      "PromptDiagnostic.Severity": {
        "description": "error: The file cannot be opened as it is. warning: It can.",
        "enum": ["error", "warning"]
      },
      "PromptFront": {
        "type": "object",
        "description": "The lines between the two --- lines of a prompt file.",
        "required": ["images", "template", "steer"],
        "properties": {
          "model": {
            "type": "string",
            "description": "A checkpoint's folder; absolute where the file's folder is known, as every path here."
          },
          "sae": {"type": "string", "description": "An autoencoder's folder or file."},
          "saeOptions": {
            "$ref": "#/components/schemas/SAEOptions",
            "description": "What its files leave open; absent where nothing is given."
          },
          "images": {"type": "array", "items": {"$ref": "#/components/schemas/PromptFront.Image"}},
          "template": {"$ref": "#/components/schemas/ContextOpen.Template"},
          "answer": {"type": "string", "description": "The token that attribution is about."},
          "baseline": {"type": "string", "description": "The token that it is compared with."},
          "steer": {"type": "array", "items": {"$ref": "#/components/schemas/PromptFront.Clamp"}}
        }
      },
      "PromptFront.Clamp": {
        "type": "object",
        "description": "A latent and the value that steering holds it at.",
        "required": ["index", "value"],
        "properties": {"index": {"type": "integer", "minimum": 0}, "value": {"type": "number"}}
      },
      "PromptFront.Image": {
        "type": "object",
        "required": ["name", "path"],
        "properties": {"name": {"type": "string"}, "path": {"type": "string"}}
      },
      "PromptOpen.Part": {
        "type": "object",
        "required": ["part", "role", "range", "span"],
        "properties": {
          "part": {
            "type": "string",
            "description": "What regions call it: an image by its name, a text by its role; numbered where that is taken."
          },
          "role": {"type": "string"},
          "range": {"$ref": "#/components/schemas/TextRange"},
          "span": {"$ref": "#/components/schemas/Span"},
          "image": {"type": "string", "description": "The image's name."}
        }
      },
      "PromptOpen.Token": {
        "type": "object",
        "required": ["position", "text", "range"],
        "properties": {
          "position": {"type": "integer", "minimum": 0},
          "text": {
            "type": "string",
            "description": "What the token alone stands for, U+FFFD for a part of a character."
          },
          "range": {
            "$ref": "#/components/schemas/TextRange",
            "description": "Whole characters: tokens that share one have ranges that overlap."
          }
        }
      },
      "Recipe": {
        "type": "object",
        "description": "Changes of features as a file: what steering/search writes, and context/generate, steering/generate, evaluation/run and serve --recipe apply, with the model and the autoencoder that they were made for alone.",
        "required": [
          "format",
          "version",
          "name",
          "modelDigest",
          "saeDigest",
          "site",
          "interventions"
        ],
        "properties": {
          "format": {"enum": ["lucarne-recipe"], "x-enumNames": ["recipe"]},
          "version": {"type": "integer", "minimum": 1, "maximum": 1},
          "name": {"type": "string"},
          "modelDigest": {
            "type": "string",
            "description": "SHA-256 that stands for the model's content, as index/info tells it."
          },
          "saeDigest": {"type": "string", "description": "The same of the autoencoder."},
          "site": {"type": "string"},
          "interventions": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Recipe.Change"},
            "minItems": 1
          },
          "splice": {"$ref": "#/components/schemas/Splice"},
          "evidence": {
            "$ref": "#/components/schemas/SteeringSearch.Evidence",
            "description": "What the search found; absent in a recipe written by hand."
          }
        }
      },
      "Recipe.Change": {
        "type": "object",
        "required": ["op", "feature"],
        "properties": {
          "op": {"$ref": "#/components/schemas/Intervention.Operation"},
          "feature": {"type": "integer", "minimum": 0},
          "value": {"type": "number", "description": "Required by every op but zero."},
          "at": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Region"},
            "description": "Absent: every position of the prompt. The part question stands for the texts of a prompt that has no part of that name."
          },
          "generated": {"type": "boolean"}
        }
      },
      "Region": {
        "description": "Some of a context's positions.",
        "type": "object",
        "oneOf": [
          {"required": ["span"], "properties": {"span": {"$ref": "#/components/schemas/Span"}}},
          {"required": ["part"], "properties": {"part": {"type": "string"}}},
          {
            "required": ["last"],
            "properties": {
              "last": {
                "type": "integer",
                "minimum": 1,
                "description": "So many positions at the end: 1 is where the next token is predicted."
              }
            }
          },
          {
            "required": ["image"],
            "properties": {
              "image": {"type": "integer", "minimum": 0},
              "view": {"$ref": "#/components/schemas/View"},
              "box": {"$ref": "#/components/schemas/Box"}
            }
          }
        ]
      },
      "SAECheck.Checked": {
        "type": "object",
        "description": "The result of a job of sae/check.",
        "required": ["sae", "site", "contexts", "skipped", "tokens", "l0", "latents", "dead"],
        "properties": {
          "sae": {"type": "string"},
          "site": {"type": "string"},
          "contexts": {"type": "integer", "minimum": 0, "description": "Prompts that were run."},
          "skipped": {
            "type": "integer",
            "minimum": 0,
            "description": "Entries that could not be used; the log has their names."
          },
          "tokens": {
            "type": "integer",
            "minimum": 0,
            "description": "All tokens of the prompts, template and pictures included."
          },
          "fvu": {
            "type": "number",
            "description": "Σ(x̂ − x)² / Σ(x − mean)² over all tokens, the mean being theirs; absent where they do not vary."
          },
          "meanContextFvu": {
            "type": "number",
            "description": "The mean over prompts of the same with the prompt's own mean."
          },
          "l0": {"type": "number", "description": "Mean number of active latents of a token."},
          "latents": {"type": "integer"},
          "dead": {"type": "integer", "minimum": 0, "description": "Latents that were active at no token."},
          "prediction": {
            "$ref": "#/components/schemas/SAECheck.Prediction",
            "description": "Absent where no prompt has a token of text to predict."
          }
        }
      },
      "SAECheck.Prediction": {
        "type": "object",
        "description": "How the model predicts the tokens of the texts: mean cross-entropy in nats; absent where no prompt has one.",
        "required": ["tokens", "plain", "reconstruction", "zero", "kl"],
        "properties": {
          "tokens": {
            "type": "integer",
            "minimum": 0,
            "description": "Tokens that were predicted: those of texts and answers, not of templates and pictures."
          },
          "plain": {"type": "number"},
          "reconstruction": {
            "type": "number",
            "description": "With the residual at the site replaced by its reconstruction, at every position."
          },
          "zero": {
            "type": "number",
            "description": "With the residual at the site replaced by zero, at every position."
          },
          "lossRecovered": {
            "type": "number",
            "description": "(zero − reconstruction) / (zero − plain); absent where the two are equal."
          },
          "kl": {
            "type": "number",
            "description": "Mean KL(plain ‖ reconstruction) of the distributions that predict them, in nats."
          }
        }
      },
      "SAEFit.Convention": {
        "enum": ["decoderBias", "signs", "blockBelow", "blockAbove", "unitScale"],
        "description": "decoderBias: b_dec taken off the input where the files' reading does not, or left there where it does; signs: values below zero kept among the k largest, or left out where they are kept; blockBelow and blockAbove: the same place of the neighbouring block; unitScale: activations brought to the mean norm √D before they are encoded, reconstructions brought back."
      },
      "SAEFit.Kind": {
        "type": "object",
        "required": ["kind", "tokens", "normRatio", "l0"],
        "properties": {
          "kind": {"type": "string"},
          "tokens": {"type": "integer"},
          "fvu": {
            "type": "number",
            "description": "Fraction of the variance about these positions' own mean that is unexplained; absent where they do not vary."
          },
          "relativeError": {"type": "number", "description": "Σ‖ŷ − y‖² / Σ‖y‖²; absent where y is zero."},
          "normRatio": {"type": "number", "description": "The mean of ‖ŷ‖ / ‖y‖."},
          "l0": {"type": "number", "description": "Mean number of active latents."}
        }
      },
      "SAEFit.Reading": {
        "type": "object",
        "required": ["convention", "l0"],
        "properties": {
          "convention": {"$ref": "#/components/schemas/SAEFit.Convention"},
          "fvu": {"type": "number", "description": "Over the positions of all, as there; absent where they do not vary."},
          "l0": {"type": "number", "description": "Mean number of active latents."}
        }
      },
      "SAELoad.Activation": {"enum": ["topk", "relu", "jumprelu", "signed-topk", "abs-topk"]},
      "SAELoad.Fit": {
        "type": "object",
        "required": ["fvu", "l0"],
        "properties": {
          "fvu": {"type": "number", "description": "Fraction of variance unexplained."},
          "l0": {"type": "number", "description": "Mean number of active latents."}
        }
      },
      "SAEOptions": {
        "type": "object",
        "description": "What an autoencoder's files may leave open, as in sae/load.",
        "properties": {
          "site": {
            "type": "string",
            "description": "Where it reads the model; it overrides what the files say."
          },
          "k": {"type": "integer", "minimum": 1, "description": "Latents active at a token."},
          "inputScale": {
            "type": "number",
            "description": "What activations are multiplied by before they are encoded."
          },
          "activation": {
            "$ref": "#/components/schemas/SAEOptions.Activation",
            "description": "Which latents are active."
          }
        }
      },
      "SAEOptions.Activation": {"enum": ["topk", "relu", "jumprelu", "signed-topk"]},
      "SAELoad.Format": {
        "enum": [
          "sparsify",
          "saelens",
          "gemma-scope",
          "gemma-scope-2",
          "dictionary_learning",
          "circuit-tracer",
          "moground",
          "qwen-scope",
          "mmdiff",
          "vlm-saes",
          "llama-scope",
          "llamascopium",
          "overcomplete"
        ]
      },
      "SAESites.Place": {
        "type": "object",
        "required": ["site", "names", "isServed"],
        "properties": {
          "site": {"type": "string", "description": "Its name, N the number of the block, or of the tower's layer; of a place that has none here what it is."},
          "first": {"type": "integer", "description": "The first block, or layer of the tower, that has it."},
          "last": {"type": "integer"},
          "width": {"type": "integer", "description": "Numbers a position; of a transcoder, those that it reads."},
          "names": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What libraries call the same tensor on this model."
          },
          "isServed": {"type": "boolean", "description": "Whether an autoencoder of it can be loaded."},
          "reason": {"type": "string", "description": "Why it cannot."}
        }
      },
      "SAETrain.Trained": {
        "type": "object",
        "description": "The result of a job of sae/train.",
        "required": ["path", "site", "latents", "k", "steps", "tokens", "entries", "skipped", "dead"],
        "properties": {
          "path": {"type": "string", "description": "The autoencoder's folder, for sae/load."},
          "site": {"type": "string"},
          "latents": {"type": "integer"},
          "k": {"type": "integer"},
          "steps": {"type": "integer"},
          "tokens": {"type": "integer", "minimum": 0, "description": "Tokens that it was trained on, again and again."},
          "entries": {"type": "integer", "minimum": 0},
          "skipped": {
            "type": "integer",
            "minimum": 0,
            "description": "Entries that could not be used; the log has their names."
          },
          "fvu": {"type": "number", "description": "Of the last batch; absent where a run had no step left to do."},
          "l0": {"type": "number"},
          "dead": {
            "type": "integer",
            "minimum": 0,
            "description": "Latents that have not been active for deadAfter tokens."
          }
        }
      },
      "SAETrain.WeightType": {"enum": ["F32", "F16", "BF16"], "x-enumNames": ["float32", "float16", "bfloat16"]},
      "SavedSession": {
        "type": "object",
        "description": "Contexts as a file: how each was opened, its pictures, and what a client asked about them. session/save writes it, session/open opens its contexts again.",
        "required": ["format", "version", "created", "models", "saes", "pictures", "contexts", "entries"],
        "properties": {
          "format": {"enum": ["lucarne-session"], "x-enumNames": ["session"]},
          "version": {"type": "integer", "minimum": 1, "maximum": 1},
          "created": {"type": "number", "description": "Seconds since 1970."},
          "kernelVersion": {
            "type": "string",
            "description": "Of the lucarne that wrote it, as initialize tells it; absent in files of earlier ones."
          },
          "note": {"type": "string", "description": "What the client says of it."},
          "models": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SavedSession.Model"},
            "description": "Those that the contexts were opened on."
          },
          "saes": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SavedSession.Autoencoder"},
            "description": "Those that were loaded for these models."
          },
          "pictures": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SavedSession.Picture"},
            "description": "Each once, however many parts show it."
          },
          "contexts": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SavedSession.Context"},
            "description": "In the order of opening."
          },
          "entries": {
            "type": "array",
            "items": {},
            "description": "What the client gave, as it was: questions and answers, for a log. session/export reads those that are objects with method, params and result."
          }
        }
      },
      "SavedSession.Model": {
        "type": "object",
        "required": ["model", "digest", "architecture", "precision"],
        "properties": {
          "model": {"type": "string", "description": "What it was called."},
          "digest": {"type": "string", "description": "SHA-256 that stands for its content, as index/info tells it."},
          "architecture": {"type": "string"},
          "precision": {"$ref": "#/components/schemas/ModelLoad.Precision"},
          "resizing": {"$ref": "#/components/schemas/ModelLoad.Resizing", "description": "Absent in a model of text."}
        }
      },
      "SavedSession.Autoencoder": {
        "type": "object",
        "required": ["sae", "model", "digest", "site"],
        "properties": {
          "sae": {"type": "string", "description": "What it was called."},
          "model": {"type": "string", "description": "What its model was called."},
          "digest": {"type": "string", "description": "SHA-256 that stands for its content, as index/info tells it."},
          "site": {"type": "string"}
        }
      },
      "SavedSession.Picture": {
        "type": "object",
        "required": ["sha256", "base64"],
        "properties": {
          "sha256": {"type": "string", "description": "Of the file's bytes, in lower-case hexadecimal."},
          "name": {"type": "string", "description": "Its file's, where it had one."},
          "base64": {"type": "string", "description": "The bytes of the file as it was given."}
        }
      },
      "SavedSession.Part": {
        "type": "object",
        "description": "Some text, a picture or a video.",
        "required": ["id", "role"],
        "properties": {
          "id": {"type": "string"},
          "role": {"type": "string"},
          "text": {"type": "string", "description": "Absent of a picture and of a video."},
          "picture": {"type": "string", "description": "The sha256 of one of the pictures. Absent of a text and of a video."},
          "reading": {"$ref": "#/components/schemas/ImageSource.Reading", "description": "Absent: loadImage."},
          "frames": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SavedSession.Frame"},
            "minItems": 1,
            "description": "A video's."
          }
        }
      },
      "SavedSession.Frame": {
        "type": "object",
        "required": ["picture"],
        "properties": {
          "picture": {"type": "string", "description": "The sha256 of one of the pictures."},
          "reading": {"$ref": "#/components/schemas/ImageSource.Reading", "description": "Absent: loadImage."}
        }
      },
      "SavedSession.Context": {
        "type": "object",
        "required": ["context", "model", "chat", "parts", "appended", "tokenCount", "tokensDigest"],
        "properties": {
          "context": {"type": "string", "description": "What it was called."},
          "model": {"type": "string", "description": "Which of the models."},
          "chat": {"$ref": "#/components/schemas/ContextOpen.Chat"},
          "parts": {"type": "array", "items": {"$ref": "#/components/schemas/SavedSession.Part"}, "minItems": 1},
          "appended": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "integer"}},
            "description": "Ids of tokens that context/generate appended, a list each time."
          },
          "tokenCount": {"type": "integer", "minimum": 1, "description": "All tokens, those appended included."},
          "tokensDigest": {
            "type": "string",
            "description": "SHA-256 of all tokens' ids in decimal with a comma between two, in lower-case hexadecimal."
          }
        }
      },
      "SentImage": {
        "description": "An image that a prompt file names, sent.",
        "type": "object",
        "required": ["name"],
        "properties": {
          "name": {"type": "string", "description": "Its name in the front matter."},
          "base64": {"type": "string", "description": "The bytes of its file; prompt/check needs none."}
        }
      },
      "SessionExport.Format": {
        "description": "html: A page. ipynb: A Jupyter notebook.",
        "enum": ["html", "ipynb"]
      },
      "SessionOpen.Opened": {
        "type": "object",
        "required": ["saved", "context", "version", "tokenCount", "parts", "images", "sameTokens"],
        "properties": {
          "saved": {"type": "string", "description": "What the session calls it."},
          "context": {"type": "string", "description": "What it is called now."},
          "version": {"type": "integer"},
          "tokenCount": {"type": "integer"},
          "parts": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ContextOpen.PartSpan"},
            "description": "As context/open tells them, and so images."
          },
          "images": {"type": "array", "items": {"$ref": "#/components/schemas/ContextOpen.Image"}},
          "sameTokens": {"type": "boolean", "description": "Whether all tokens have the ids that they had."}
        }
      },
      "Span": {
        "description": "Positions start ..< end of the expanded sequence, in which every image token counts.",
        "type": "object",
        "required": ["start", "end"],
        "properties": {
          "start": {"type": "integer", "minimum": 0},
          "end": {"type": "integer", "minimum": 0, "x-minimum": "start"}
        }
      },
      "Splice": {
        "description": "How an autoencoder is put into the residual stream.",
        "type": "object",
        "properties": {
          "errorTerm": {
            "$ref": "#/components/schemas/Splice.ErrorTerm",
            "default": "keep",
            "description": "Whether the stream keeps what the autoencoder does not explain."
          },
          "reselect": {
            "$ref": "#/components/schemas/Splice.Reselect",
            "default": "none",
            "description": "Whether interventions change the pre-activations, top-k being taken again."
          }
        }
      },
      "Splice.ErrorTerm": {
        "description": "keep: The stream keeps what the autoencoder does not explain. drop: The stream is the autoencoder's reconstruction.",
        "enum": ["keep", "drop"]
      },
      "Splice.Reselect": {
        "description": "none: Interventions change the code after top-k. topk: Interventions change the pre-activations, and top-k is taken again.",
        "enum": ["none", "topk"]
      },
      "SpliceReceipt": {
        "type": "object",
        "description": "What was really done of one of several autoencoders.",
        "required": ["sae", "steps", "positions", "meanNorm", "dropped"],
        "properties": {
          "sae": {"type": "string"},
          "steps": {"type": "integer", "description": "Forward passes in which its changes changed the stream."},
          "positions": {"type": "integer", "description": "Positions at which they did."},
          "meanNorm": {
            "type": "number",
            "description": "Mean length of decode(z′) − decode(z) over these positions, z being its code there; 0 where there are none."
          },
          "dropped": {
            "type": "integer",
            "description": "Activations, each of a latent at a position, that were asked for and that top-k left out."
          }
        }
      },
      "SteeringGenerate.Comparison": {
        "description": "plain: The model as it is. reconstruction: On the autoencoder's reconstruction x̂ at every position, without the interventions, whatever the splice.",
        "enum": ["plain", "reconstruction"]
      },
      "SteeringGenerate.Effect": {
        "type": "object",
        "required": ["klPerToken"],
        "properties": {
          "klPerToken": {
            "$ref": "#/components/schemas/WireNumbers",
            "description": "KL(plain ‖ steered) in nats of the distributions that predict each token of the steered text."
          }
        }
      },
      "SteeringGenerate.Output": {
        "type": "object",
        "required": ["name", "text", "tokens", "finish"],
        "properties": {
          "name": {"$ref": "#/components/schemas/SteeringGenerate.OutputName"},
          "text": {"type": "string"},
          "tokens": {"type": "array", "items": {"$ref": "#/components/schemas/GeneratedToken"}},
          "finish": {"$ref": "#/components/schemas/Finish"}
        }
      },
      "SteeringGenerate.OutputName": {"enum": ["steered", "plain", "reconstruction"]},
      "SteeringGenerate.Receipt": {
        "type": "object",
        "description": "What was really done.",
        "required": ["steps", "positions", "meanNorm", "dropped"],
        "properties": {
          "steps": {
            "type": "integer",
            "description": "Forward passes in which an intervention changed the stream: the prompt is one, each generated token that is read another."
          },
          "positions": {
            "type": "integer",
            "description": "Positions at which an intervention changed the stream. The error term that a splice drops is no change."
          },
          "meanNorm": {
            "type": "number",
            "description": "Mean length of decode(z′) − decode(z) over these positions; 0 where there are none."
          },
          "dropped": {
            "type": "integer",
            "description": "Activations, each of a latent at a position, that were asked for and that top-k left out."
          }
        }
      },
      "SteeringSearch.Candidates": {
        "type": "object",
        "properties": {
          "attribution": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000,
            "description": "Features that attribution finds behind wrong answers, and as many that it finds against them; absent: 12."
          },
          "contrast": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000,
            "description": "Features whose mean activity at the last position differs most; absent: 12."
          },
          "features": {"type": "array", "items": {"type": "integer"}, "description": "Named ones."},
          "index": {
            "type": "string",
            "description": "An index's file, absolute, whose labels are searched for words."
          },
          "words": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Features whose label has one of these, the 12 best of each."
          }
        }
      },
      "SteeringSearch.Evidence": {
        "type": "object",
        "required": [
          "questionDigest",
          "seed",
          "failing",
          "keeping",
          "tried",
          "maxHarm",
          "meetsMaxHarm",
          "front",
          "heldOut"
        ],
        "properties": {
          "questionDigest": {"type": "string", "description": "SHA-256 of the file of questions."},
          "seed": {"$ref": "#/components/schemas/LargeInteger"},
          "failing": {
            "$ref": "#/components/schemas/SteeringSearch.Halves",
            "description": "Wrong answers."
          },
          "keeping": {
            "$ref": "#/components/schemas/SteeringSearch.Halves",
            "description": "Right answers."
          },
          "leftOut": {
            "type": "integer",
            "minimum": 0,
            "description": "Answers in neither: wrong ones of kinds that are not to be put right, right ones of kinds that are not to be kept."
          },
          "tried": {"type": "integer", "minimum": 0, "description": "Changes that were tried."},
          "maxHarm": {"type": "number"},
          "meetsMaxHarm": {
            "type": "boolean",
            "description": "Whether the recipe keeps to maxHarm in the choosing half; where nothing does, it is the change with the greatest surplus of help over harm."
          },
          "front": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SteeringSearch.Point"}
          },
          "heldOut": {
            "$ref": "#/components/schemas/EvaluationReport.Report",
            "description": "Of the other half, the controls of the recipe among the arms."
          }
        }
      },
      "SteeringSearch.Found": {
        "type": "object",
        "description": "The result of a job of steering/search.",
        "required": ["path", "recipe", "seconds"],
        "properties": {
          "path": {"type": "string", "description": "The recipe's file."},
          "recipe": {"$ref": "#/components/schemas/Recipe"},
          "seconds": {"type": "number"}
        }
      },
      "SteeringSearch.Halves": {
        "type": "object",
        "required": ["choosing", "heldOut"],
        "properties": {
          "choosing": {"type": "integer", "minimum": 0},
          "heldOut": {"type": "integer", "minimum": 0}
        }
      },
      "SteeringSearch.Operations": {
        "type": "object",
        "properties": {
          "zero": {"type": "boolean", "description": "Absent: yes."},
          "scales": {"type": "array", "items": {"type": "number"}, "description": "Absent: 0.5."},
          "quantiles": {
            "type": "array",
            "items": {"type": "number"},
            "description": "Clamps at these quantiles of the feature's positive activations; absent: 0.9."
          }
        }
      },
      "SteeringSearch.Place": {
        "enum": ["all", "question", "image", "last", "generated"],
        "description": "all: every position of the prompt; generated: every generated token alone."
      },
      "SteeringSearch.Point": {
        "type": "object",
        "description": "A change that no other one of the choosing half is better than in both help and harm.",
        "required": ["name", "interventions", "choosing", "heldOut", "isChosen"],
        "properties": {
          "name": {"type": "string"},
          "interventions": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Recipe.Change"}
          },
          "choosing": {"$ref": "#/components/schemas/EvaluationReport.Paired"},
          "heldOut": {"$ref": "#/components/schemas/EvaluationReport.Paired"},
          "isChosen": {"type": "boolean", "description": "Whether it is the recipe."}
        }
      },
      "Target": {
        "description": "A number that the model's output is asked about.",
        "oneOf": [
          {
            "type": "object",
            "required": ["kind", "answer"],
            "properties": {
              "kind": {"const": "logitDiff"},
              "answer": {"$ref": "#/components/schemas/TokenSet"},
              "baseline": {
                "$ref": "#/components/schemas/TokenSet",
                "description": "Absent: the likeliest token that does not spell the answer."
              },
              "position": {"type": "integer", "minimum": -1, "description": "Absent or -1: the last."}
            },
            "description": "How much the logit of the answer is above the baseline's; of sets, log Σ exp logit of one less that of the other."
          },
          {
            "type": "object",
            "required": ["kind", "token"],
            "properties": {
              "kind": {"const": "logit"},
              "token": {"$ref": "#/components/schemas/TokenSpec"},
              "position": {"type": "integer", "minimum": -1, "description": "Absent or -1: the last."}
            }
          },
          {
            "type": "object",
            "required": ["kind", "token"],
            "properties": {
              "kind": {"const": "logProb"},
              "token": {"$ref": "#/components/schemas/TokenSpec"},
              "position": {"type": "integer", "minimum": -1, "description": "Absent or -1: the last."}
            }
          },
          {
            "type": "object",
            "required": ["kind"],
            "properties": {
              "kind": {"const": "sequenceLogProb"},
              "tokens": {"type": "array", "items": {"$ref": "#/components/schemas/TokenSpec"}, "minItems": 1},
              "text": {
                "type": "string",
                "minLength": 1,
                "description": "In the place of tokens: a text, as the tokenizer splits it by itself."
              }
            },
            "oneOf": [{"required": ["tokens"]}, {"required": ["text"]}]
          }
        ]
      },
      "TextPosition": {
        "type": "object",
        "description": "A place between two characters of a text file, as the Language Server Protocol counts.",
        "required": ["line", "character"],
        "properties": {
          "line": {"type": "integer", "minimum": 0},
          "character": {"type": "integer", "minimum": 0, "description": "UTF-16 code units before it in its line."}
        }
      },
      "TextRange": {
        "type": "object",
        "description": "A stretch of a text file, half open; lines from 0, as the Language Server Protocol counts.",
        "required": ["start", "end"],
        "properties": {
          "start": {"$ref": "#/components/schemas/TextPosition"},
          "end": {"$ref": "#/components/schemas/TextPosition"}
        }
      },
      "TokenSet": {
        "description": "One token; several of which any will do; or every token that spells a text, with or without a space before it, in capitals or not.",
        "oneOf": [
          {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "integer", "minimum": 0}},
            "not": {"required": ["text"]}
          },
          {
            "type": "object",
            "required": ["text"],
            "properties": {
              "text": {"type": "string"},
              "variants": {"type": "boolean", "description": "Whether every spelling is meant; absent: this one token."}
            },
            "not": {"required": ["id"]}
          },
          {"type": "array", "items": {"$ref": "#/components/schemas/TokenSpec"}, "minItems": 1, "maxItems": 512}
        ]
      },
      "TokenSpec": {
        "description": "A token by its id, or by a text that is exactly one token.",
        "oneOf": [
          {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "integer", "minimum": 0}},
            "not": {"required": ["text"]}
          },
          {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string"}},
            "not": {"required": ["id"]}
          }
        ]
      },
      "VideoSource": {
        "description": "A video as pictures of one size in the order in which they are shown. Which frames of a film these are is the client's choice: none is left out. A region's image counts videos, too, in the order of the parts; view names a frame, and box is in that frame's pixels.",
        "type": "object",
        "required": ["frames"],
        "properties": {
          "frames": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ImageSource"},
            "minItems": 1,
            "description": "At most 512."
          }
        }
      },
      "View": {
        "type": "string",
        "description": "How an image token sees its image, by the name of one of the image's views: in LLaVA-NeXT base, whole and small, or tiles, one tile of it in full."
      },
      "WireNumbers": {
        "description": "A list of numbers; beyond 4,096 of them a tensor of one dimension.",
        "oneOf": [
          {"type": "array", "items": {"type": "number"}, "maxItems": 4096},
          {"$ref": "#/components/schemas/WireTensor"}
        ]
      },
      "WireTensor": {
        "description": "Numbers, little endian, row-major.",
        "type": "object",
        "required": ["shape", "dtype", "base64"],
        "properties": {
          "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
          "dtype": {"const": "float32"},
          "base64": {"type": "string", "contentEncoding": "base64"}
        }
      }
    }
  }
}

"""#

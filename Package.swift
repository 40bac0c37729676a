// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "lucarne",
  products: [.executable(name: "lucarne", targets: ["lucarne"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // MARK: Texts
    .target(name: "SystemReasons"),
    .testTarget(name: "SystemReasonsTests", dependencies: ["SystemReasons"]),
    .target(name: "JSON", dependencies: ["SystemReasons"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"]),

    // MARK: Numbers
    .target(name: "Randomness"),
    .testTarget(name: "RandomnessTests", dependencies: ["Randomness"]),
    .target(
      name: "CKernels",
      // Debug builds would run the hot loops unoptimised; -O3 comes last on
      // the command line and wins.
      cSettings: [.unsafeFlags(["-O3"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "CMappings"),
    .target(name: "Tensors", dependencies: ["CKernels", "COpenBLAS", "CMappings"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),
    .target(name: "CTorch", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "Torch", dependencies: ["CTorch", "Tensors"]),
    .testTarget(name: "TorchTests", dependencies: ["Tensors", "Torch", "TestSupport"]),

    // MARK: Files
    .target(name: "Checkpoints", dependencies: ["JSON", "Tensors", "CZlib"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Tensors", "Checkpoints", "TestSupport"]),
    .target(name: "COniguruma", linkerSettings: [.linkedLibrary("onig")]),
    .target(name: "Tokenization", dependencies: ["JSON", "COniguruma"]),
    .testTarget(name: "TokenizationTests", dependencies: ["Tokenization", "TestSupport"]),
    .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .target(
      name: "CWebP", linkerSettings: [.linkedLibrary("webp"), .linkedLibrary("webpdemux")]),
    .target(name: "CGIF", linkerSettings: [.linkedLibrary("gif")]),
    .target(name: "Images", dependencies: ["CPNG", "CJPEG", "CWebP", "CGIF"]),
    .testTarget(name: "ImagesTests", dependencies: ["Images", "TestSupport"]),

    // MARK: Models and features
    .target(
      name: "Models",
      dependencies: ["JSON", "Randomness", "Tensors", "Checkpoints", "Tokenization", "Images"]),
    .testTarget(
      name: "ModelsTests",
      dependencies: [
        "Randomness", "Tensors", "Torch", "Checkpoints", "Tokenization", "Images", "Models",
        "TestSupport",
      ]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "Autoencoders",
      dependencies: ["SystemReasons", "JSON", "Randomness", "Tensors", "Checkpoints"]),
    .testTarget(
      name: "AutoencodersTests",
      dependencies: ["Tensors", "Torch", "Checkpoints", "Autoencoders", "TestSupport"]),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(
      name: "FeatureIndex",
      dependencies: [
        "SystemReasons", "Randomness", "CSQLite", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "FeatureIndexTests",
      dependencies: ["FeatureIndex", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(
      name: "Interpretation",
      dependencies: ["Randomness", "Tensors", "Checkpoints", "Images", "Models", "Autoencoders"]),
    .target(
      name: "Corpora",
      dependencies: [
        "SystemReasons", "JSON", "Tensors", "Images", "Models", "CZlib", "FeatureIndex",
      ]),
    .target(
      name: "Indexing",
      dependencies: [
        "SystemReasons", "JSON", "Tensors", "Checkpoints", "Tokenization", "Images", "Models",
        "Autoencoders", "FeatureIndex", "Interpretation", "Corpora",
      ]),
    .target(
      name: "Explanations",
      dependencies: [
        "SystemReasons", "JSON", "Randomness", "Tensors", "Images", "Models", "Autoencoders",
        "FeatureIndex",
        "Interpretation", "Corpora", "Indexing", "Benchmarks",
      ]),
    .target(name: "Benchmarks", dependencies: ["SystemReasons", "JSON"]),
    .testTarget(name: "BenchmarksTests", dependencies: ["JSON", "Benchmarks", "TestSupport"]),
    .target(
      name: "AutoencoderFit",
      dependencies: ["Tensors", "Models", "Autoencoders", "Interpretation"]),
    .testTarget(
      name: "InterpretationTests",
      dependencies: [
        "Tensors", "Checkpoints", "Tokenization", "Images", "Models", "Autoencoders",
        "FeatureIndex", "Interpretation", "Corpora", "Indexing", "Benchmarks", "Explanations",
        "AutoencoderFit", "Randomness", "TestSupport",
      ]),

    // MARK: Telling
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "ChatCompletions", dependencies: ["JSON", "Randomness", "CCurl"]),
    .testTarget(
      name: "ChatCompletionsTests", dependencies: ["JSON", "ChatCompletions", "TestSupport"]),
    .target(name: "Reports"),
    .testTarget(name: "ReportsTests", dependencies: ["Reports"]),

    // MARK: The wire
    .target(name: "JSONRPC", dependencies: ["JSON"]),
    .testTarget(name: "JSONRPCTests", dependencies: ["JSON", "JSONRPC", "TestSupport"]),
    .target(name: "VisionWorkers", dependencies: ["JSON", "JSONRPC"]),
    .testTarget(
      name: "VisionWorkersTests", dependencies: ["VisionWorkers", "TestSupport"]),
    .target(name: "KernelProtocol", dependencies: ["JSON", "JSONRPC"]),
    .testTarget(
      name: "KernelProtocolTests",
      dependencies: ["JSON", "JSONRPC", "KernelProtocol"]),

    .target(
      name: "Agents", dependencies: ["JSON", "Randomness", "Images", "JSONRPC", "KernelProtocol"]),
    .testTarget(
      name: "AgentsTests",
      dependencies: ["JSON", "JSONRPC", "Agents", "World", "Kernel"]),

    .target(name: "Browser", dependencies: ["JSONRPC"], resources: [.copy("Page")]),
    .testTarget(name: "BrowserTests", dependencies: ["Browser"]),

    // MARK: The kernel
    .target(
      name: "Jobs",
      dependencies: ["SystemReasons", "JSON", "Tensors", "JSONRPC", "KernelProtocol"]),
    .testTarget(
      name: "JobsTests",
      dependencies: ["JSON", "Tensors", "JSONRPC", "KernelProtocol", "Jobs"]),
    .target(
      name: "World", exclude: ["Training", "README.md"], resources: [.copy("Resources")]),
    .target(
      name: "PromptFiles", dependencies: ["SystemReasons", "JSON", "JSONRPC", "KernelProtocol"]),
    .target(
      name: "Kernel",
      dependencies: [
        "SystemReasons", "JSON", "Randomness", "Tensors", "Checkpoints", "Tokenization", "Images",
        "Models", "Autoencoders", "FeatureIndex", "Interpretation", "Corpora", "Indexing",
        "Explanations", "Benchmarks", "AutoencoderFit", "ChatCompletions", "Reports", "JSONRPC",
        "KernelProtocol",
        "Jobs", "World", "PromptFiles", "Torch", "VisionWorkers",
      ]),
    .testTarget(
      name: "KernelTests",
      dependencies: [
        "JSON", "Tensors", "Torch", "Checkpoints", "Images", "Autoencoders", "FeatureIndex",
        "Benchmarks", "JSONRPC", "KernelProtocol", "World", "Kernel", "LanguageServer", "Reports",
        "TestSupport",
      ]),
    .target(
      name: "LanguageServer",
      dependencies: [
        "SystemReasons", "JSON", "JSONRPC", "KernelProtocol", "PromptFiles", "Kernel",
      ]),
    .target(
      name: "RemoteKernels",
      dependencies: ["JSON", "Images", "JSONRPC", "KernelProtocol", "PromptFiles"]),
    .testTarget(name: "RemoteKernelsTests", dependencies: ["JSON", "RemoteKernels"]),
    .executableTarget(
      name: "lucarne",
      dependencies: [
        "SystemReasons", "JSON", "Randomness", "CMappings", "Tensors", "Checkpoints",
        "Tokenization", "Images", "Models", "Autoencoders", "FeatureIndex", "Interpretation",
        "Indexing", "Explanations", "Reports", "JSONRPC", "KernelProtocol", "Agents", "Browser",
        "World", "Kernel", "LanguageServer", "RemoteKernels",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .target(
      name: "TestSupport", dependencies: ["Tensors", "Checkpoints", "Torch"],
      path: "Tests/TestSupport"),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)

/// One set of rules for every Swift target.
let rules: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .treatAllWarnings(as: .error),
]
for target in package.targets where target.type != .system {
  if ![
    "CKernels", "CPNG", "CJPEG", "CWebP", "CGIF", "CCurl", "CTorch", "CSQLite", "CMappings",
    "COniguruma",
  ].contains(target.name) {
    target.swiftSettings = rules
  }
}

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
    .target(name: "JSON"),
    .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"]),

    // MARK: Numbers
    .target(
      name: "CKernels",
      // Debug builds would run the hot loops unoptimised; -O3 comes last on the command line and wins.
      cSettings: [.unsafeFlags(["-O3"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "CMappings"),
    .target(name: "Tensors", dependencies: ["CKernels", "CMappings", "COpenBLAS"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TestSupport"]),

    // MARK: Files
    .target(name: "Checkpoints", dependencies: ["Tensors", "JSON"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "TestSupport"]),
    .target(name: "COniguruma", linkerSettings: [.linkedLibrary("onig")]),
    .target(name: "Tokenization", dependencies: ["COniguruma", "JSON", "SystemReasons"]),
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
      name: "Models", dependencies: ["Tensors", "Checkpoints", "Tokenization", "Images", "JSON"]),
    .testTarget(
      name: "ModelsTests",
      dependencies: ["Models", "Tensors", "Checkpoints", "Tokenization", "Images", "TestSupport"]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "Autoencoders",
      dependencies: ["Tensors", "Checkpoints", "JSON", "SystemReasons", "CZlib"]),
    .testTarget(name: "AutoencodersTests", dependencies: ["Autoencoders", "TestSupport"]),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(
      name: "FeatureIndex",
      dependencies: ["CSQLite", "SystemReasons", .product(name: "GRDB", package: "GRDB.swift")]),
    .testTarget(name: "FeatureIndexTests", dependencies: ["FeatureIndex", "TestSupport"]),
    .target(
      name: "Interpretation",
      dependencies: ["Models", "Autoencoders", "FeatureIndex", "SystemReasons", "CZlib"]),
    .testTarget(
      name: "InterpretationTests",
      dependencies: ["Interpretation", "Models", "Checkpoints", "FeatureIndex", "TestSupport"]),

    // MARK: Telling
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "ChatCompletions", dependencies: ["CCurl", "JSON"]),
    .testTarget(
      name: "ChatCompletionsTests", dependencies: ["ChatCompletions", "JSON", "TestSupport"]),
    .target(name: "Reports"),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "TestSupport"]),

    // MARK: The wire
    .target(name: "JSONRPC", dependencies: ["JSON"]),
    .testTarget(name: "JSONRPCTests", dependencies: ["JSONRPC", "JSON", "TestSupport"]),
    .target(name: "KernelProtocol", dependencies: ["JSONRPC", "JSON"]),
    .testTarget(
      name: "KernelProtocolTests",
      dependencies: ["KernelProtocol", "JSONRPC", "JSON", "TestSupport"]),

    .target(name: "Agents", dependencies: ["KernelProtocol", "JSONRPC", "JSON", "Images"]),
    .testTarget(
      name: "AgentsTests",
      dependencies: ["Agents", "Kernel", "World", "JSONRPC", "JSON", "TestSupport"]),

    // MARK: The kernel
    .target(
      name: "World", exclude: ["Training", "README.md"], resources: [.copy("Resources")]),
    .target(
      name: "Kernel",
      dependencies: [
        "Interpretation", "FeatureIndex", "ChatCompletions", "Reports", "KernelProtocol", "World",
        "JSON", "SystemReasons",
      ]),
    .testTarget(
      name: "KernelTests",
      dependencies: ["Kernel", "FeatureIndex", "World", "JSON", "TestSupport"]),
    .executableTarget(
      name: "lucarne",
      dependencies: [
        "CMappings", "Kernel", "Agents", "Reports", "SystemReasons",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .target(
      name: "TestSupport", dependencies: ["Tensors", "Checkpoints"], path: "Tests/TestSupport"),
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
    "CKernels", "CPNG", "CJPEG", "CWebP", "CGIF", "CCurl", "CSQLite", "CMappings", "COniguruma",
  ].contains(target.name) {
    target.swiftSettings = rules
  }
}

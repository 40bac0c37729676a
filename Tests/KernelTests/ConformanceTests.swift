import Foundation
import TestSupport
import Testing

/// The release binary over real pipes, asked by Tests/Conformance/probe.py.
@Suite struct ConformanceTests {
  @Test func theProgramPassesEveryRowOfTheProbe() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let probe = ProgramRun.path("../Conformance/probe.py")
    let (status, text) = try ProgramRun.run(["python3", probe, program])
    print(text)
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(status == 0, "\(failures.joined(separator: "\n"))")
    #expect(text.contains("rows passed"), "\(text.suffix(2000))")
  }

  @Test func aKernelThatManyShareHarmsNoneOfThem() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/sharing.py"), program,
    ])
    print(text)
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(status == 0, "\(failures.joined(separator: "\n"))")
  }

  @Test func aKernelOfAnotherMachineIsToItsClientLikeOneOfThisOrItSaysWhyNot() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", "-B", ProgramRun.path("../Conformance/ssh.py"), program,
    ])
    print(text)
    let isLacking = status == 77 && ProcessInfo.processInfo.environment["CI"] == nil
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(
      status == 0 || isLacking,
      "ended with \(status): \(failures.joined(separator: "\n")) \(text.suffix(2000))")
  }

  @Test func aSessionIsOpenAgainInAnotherKernelOrRefusedInWords() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", "-B", ProgramRun.path("../Conformance/sessions.py"), program,
    ])
    print(text)
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(status == 0, "\(failures.joined(separator: "\n")) \(text.suffix(2000))")
  }

  @Test func aSessionIsAPageAndANotebookOrRefusedInWords() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", "-B", ProgramRun.path("../Conformance/exports.py"), program,
    ])
    print(text)
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(status == 0, "\(failures.joined(separator: "\n")) \(text.suffix(2000))")
  }

  @Test func aWindowInTheBrowserLetsItsUserInAndNobodyElse() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", "-B", ProgramRun.path("../Conformance/ui.py"), program,
    ])
    print(text)
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(status == 0, "\(failures.joined(separator: "\n")) \(text.suffix(2000))")
  }

  @Test func scoringComesToItsEndWhoeverDies() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/score_kills.py"), program,
    ])
    print(text)
    let failures = text.split(separator: "\n").filter {
      $0.hasPrefix("FAILED") || $0.hasPrefix("seed")
    }
    #expect(status == 0, "\(failures.joined(separator: "\n"))")
  }

  @Test func aPumpIsToItsClientWhatTheProgramIs() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lucarne-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let socket = folder.appendingPathComponent("kernel.sock").path
    let server = Process()
    server.executableURL = URL(fileURLWithPath: program)
    server.arguments = ["serve", "--listen", socket, "--jobs", ""]
    try server.run()
    defer {
      server.terminate()
      server.waitUntilExit()
    }
    for _ in 0..<1000 where !FileManager.default.fileExists(atPath: socket) { usleep(10_000) }
    let (status, text) = try ProgramRun.run(
      ["python3", ProgramRun.path("../Conformance/probe.py"), program, "attach", socket])
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(status == 0, "\(failures.joined(separator: "\n"))")
  }

  @Test func everyBlockOfTheReadmeRunsAsItIsWritten() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Readme/run.py"), program,
    ])
    print(text)
    #expect(status == 0, "\(text)")
  }

  @Test func librariesAreOpenedFromWhereTheUserPutThem() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", "-B", ProgramRun.path("../Conformance/torch_place.py"), program,
    ])
    print(text)
    #expect(status == 0, "\(text)")
  }

  @Test func everyCommandSaysInWordsWhatItRefuses() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/commands.py"), program,
    ])
    print(text)
    #expect(status == 0, "\(text)")
  }

  @Test func commandsAboutExplanationsDoWhatTheySay() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/explaining.py"), program,
    ])
    print(text)
    #expect(status == 0, "\(text)")
  }

  @Test func aRatingSheetIsBlindAndItsAnswersAreReadBack() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/rating.py"), program,
    ])
    print(text)
    let isLacking = status == 77 && ProcessInfo.processInfo.environment["CI"] == nil
    #expect(status == 0 || isLacking, "ended with \(status): \(text)")
  }

  @Test func theWindowShowsWhatTheKernelAnswers() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/window.py"), program,
    ])
    print(text)
    let isLacking = status == 77 && ProcessInfo.processInfo.environment["CI"] == nil
    #expect(status == 0 || isLacking, "ended with \(status): \(text)")
  }

  @Test func theEditorsPanelDrawsWhatTheKernelAnswers() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", "-B", ProgramRun.path("../Conformance/panel.py"), program,
    ])
    print(text)
    let isLacking = status == 77 && ProcessInfo.processInfo.environment["CI"] == nil
    #expect(status == 0 || isLacking, "ended with \(status): \(text)")
  }

  @Test func anInstalledProgramFindsItsWorldWhereverItIsMoved() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/install.py"), program,
    ])
    print(text)
    #expect(status == 0, "\(text)")
  }

  @Test func anIndexSurvivesWhateverBecomesOfItsBuilder() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/index.py"), program,
    ])
    print(text)
    #expect(status == 0, "\(text)")
  }

  @Test func pagesLinkToEachOtherAndOpenWhereAFeatureIsStrongest() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/pages.py"), program,
    ])
    print(text)
    #expect(status == 0, "\(text)")
  }

  @Test(arguments: [
    "fields.py", "scores.py", "judges.py", "evaluating.py", "ratings.py", "blank_picture.py",
    "families.py",
  ])
  func everyNumberIsWhatItsDescriptionSays(script: String) throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let installed = ProgramRun.path("../../.build/clients/bin/python")
    let python = FileManager.default.isExecutableFile(atPath: installed) ? installed : "python3"
    let (status, text) = try ProgramRun.run([
      python, ProgramRun.path("../Conformance/\(script)"), program,
    ])
    print(text)
    let isLacking = status == 77 && ProcessInfo.processInfo.environment["CI"] == nil
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(
      status == 0 || isLacking,
      "ended with \(status): \(failures.joined(separator: "\n")) \(text.suffix(2000))")
  }

  @Test(.enabled("needs the Python package jsonschema") { hasSchemaPackage() })
  func everyRecordedAnswerFitsThePublishedSchemas() throws {
    let folder = ProgramRun.path("../../protocol/examples")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let (status, text) = try ProgramRun.run(
      ["python3", ProgramRun.path("../Conformance/schema.py")] + names.map { "\(folder)/\($0)" })
    #expect(status == 0, "\(text)")
  }

  private static func hasSchemaPackage() -> Bool {
    (try? ProgramRun.run(["python3", "-c", "import jsonschema"]).status) == 0
  }
}

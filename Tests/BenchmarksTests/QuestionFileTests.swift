import Benchmarks
import TestSupport
import Testing

/// Files that are no set of questions, and what is said of them.
@Suite struct QuestionFileTests {
  private func refusal(
    _ format: QuestionFormat, _ text: String, annotations: String? = nil
  ) throws -> String? {
    let folder = try TemporaryFolder()
    try folder.write(text.utf8, "set")
    if let annotations { try folder.write(annotations.utf8, "annotations") }
    do {
      _ = try QuestionSet(
        format, at: folder.path + "/set",
        annotations: annotations.map { _ in folder.path + "/annotations" })
      return nil
    } catch {
      #expect(error.description.hasPrefix(error.path + " is not a set of questions: "))
      return error.reason
    }
  }

  @Test(arguments: [
    ("", "it has no question"),
    (
      "{\"question\": 1, \"answer\": \"Yes\"}", "line 1: \"question\" is integer 1, expected a text"
    ),
    ("{\"question\": \"?\", \"answer\": 1}", "line 1: \"answer\" is integer 1, expected a text"),
    (
      "\n{\"question\": \"?\", \"answer\": \" \"}",
      "line 2: \"answer\" is blank, expected a word, or no answer at all"
    ), ("1", "line 1: found integer 1, expected an object"),
    (
      " [1]",
      "it is a JSON list, expected an object a line; files of HallusionBench and AMBER are lists: "
        + "name their format"
    ),
    (
      "{\"question_id\": 1, \"text\": \"?\", \"label\": \"yes\"}",
      "line 1: \"question_id\" is unknown, expected \"id\", \"image\", \"question\", "
        + "\"answer\", \"kind\", \"template\"; POPE's files are of the format pope"
    ),
    (
      "{\"question\": \"?\", \"answer\": \"Yes\", \"imgae\": \"a.png\"}",
      "line 1: \"imgae\" is unknown, expected \"id\", \"image\", \"question\", \"answer\", "
        + "\"kind\", \"template\""
    ),
    (
      "{\"id\": \"a\", \"question\": \"?\", \"answer\": \"Yes\"}\n"
        + "{\"id\": \"a\", \"question\": \"!\", \"answer\": \"No\"}",
      "the id \"a\" is there twice"
    ),
    (
      "{\"question\": \"?\", \"answer\": \"Yes\", \"template\": \"chat\"}",
      "line 1: \"template\" is \"chat\", expected \"none\" or \"model\""
    ),
  ])
  func ownLinesOfAnotherShapeAreRefused(text: String, reason: String) throws {
    #expect(try refusal(.questions, text) == reason)
  }

  @Test func publicFilesOfAnotherShapeAreRefused() throws {
    #expect(
      try refusal(
        .pope,
        "{\"question_id\": 1, \"image\": \"a\", \"text\": \"?\", \"label\": \"maybe\"}")
        == "line 1: \"label\" is string \"maybe\", expected \"yes\" or \"no\"")
    #expect(
      try refusal(.hallusionBench, "{}") == "found object, expected a list of questions")
    #expect(
      try refusal(.hallusionBench, "[{\"category\": \"XX\"}]")
        == "question 0: \"category\" is string \"XX\", expected \"VD\" or \"VS\"")
    #expect(
      try refusal(.amber, "[{\"id\": 9, \"image\": \"a\", \"query\": \"?\"}]", annotations: "[]")
        == "query 0: its id is 9, the annotations, counted from 1, are those of 1 to 0")
    #expect(
      try refusal(
        .amber, "[{\"id\": -9223372036854775808, \"image\": \"a\", \"query\": \"?\"}]",
        annotations: "[]"
      )?.hasPrefix("query 0: its id is -9223372036854775808,") == true)
    #expect(
      try refusal(.amber, "[{\"id\": 0, \"image\": \"a\", \"query\": \"?\"}]", annotations: "[]")
        == "query 0: its id is 0, the annotations, counted from 1, are those of 1 to 0")
    #expect(
      try refusal(
        .amber, "[{\"id\": 1, \"image\": \"a\", \"query\": \"?\"}]",
        annotations: "[{\"id\": 2, \"type\": \"relation\", \"truth\": \"yes\"}]")
        == "the annotation of id 1 says that it is of another id")
    #expect(
      try refusal(.pope, "", annotations: "[]") == "annotations are given, which only AMBER has")
    #expect(
      try refusal(.amber, "[]")
        == "AMBER's queries go with the file of its annotations, which is not given: name it as "
        + "annotations (--annotations on the command line)")
  }

  @Test func aMissingFileIsNamed() {
    #expect(throws: QuestionSetError(path: "/none", reason: "No such file or directory")) {
      try QuestionSet(.pope, at: "/none")
    }
    #expect(throws: QuestionSetError.self) { try QuestionSet(.pope, at: "/tmp") }
  }
}

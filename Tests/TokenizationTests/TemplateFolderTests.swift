import Foundation
import Testing
import Tokenization

/// The files in which the two classes of transformers look for a template, and the names that they
/// hand to it. The order is that of `PreTrainedTokenizerBase.from_pretrained` and
/// `ProcessorMixin.get_processor_dict`.
@Suite struct TemplateFolderTests {
  private final class Folder {
    let path: String

    init() throws {
      let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      try FileManager.default.createDirectory(
        at: url.appending(path: "additional_chat_templates"), withIntermediateDirectories: true)
      path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    func rendered(by reader: TemplateReader) throws -> String {
      try ChatTemplate(folder: path, reader: reader).render([], addGenerationPrompt: false)
    }
  }

  @Test func isFoundInEveryFileThatMayHoldIt() throws {
    let folder = try Folder()
    for reader in [TemplateReader.tokenizer, .processor] {
      #expect(throws: TokenizationError.noTemplate(folder: folder.path)) {
        try folder.rendered(by: reader)
      }
    }
    let several = #"[{"name":"rag","template":"a"},{"name":"default","template":"b"}]"#
    try folder.write(#"{"chat_template": \#(several)}"#, "tokenizer_config.json")
    #expect(try folder.rendered(by: .tokenizer) == "b")
    try folder.write("other", "additional_chat_templates/tool_use.jinja")
    #expect(throws: TokenizationError.self) { try folder.rendered(by: .tokenizer) }
    try folder.write("c\n", "chat_template.jinja")
    #expect(try folder.rendered(by: .tokenizer) == "c")
    #expect(try folder.rendered(by: .processor) == "c")
    try folder.write("d", "additional_chat_templates/default.jinja")
    #expect(try folder.rendered(by: .tokenizer) == "d")
    #expect(try folder.rendered(by: .processor) == "c")
    try folder.write(#"{"chat_template": "e"}"#, "chat_template.json")
    #expect(try folder.rendered(by: .tokenizer) == "d")
    #expect(try folder.rendered(by: .processor) == "e")
    try folder.write(#"{"chat_template": "f"}"#, "processor_config.json")
    #expect(try folder.rendered(by: .tokenizer) == "d")
    #expect(try folder.rendered(by: .processor) == "f")
    #expect(throws: TokenizationError.self) { try Tokenizer(folder: folder.path) }
  }

  @Test func knowsTheSpecialTokensThatTransformersHandsOn() throws {
    let folder = try Folder()
    try folder.write(
      #"""
      {"tokenizer_class": "Qwen2Tokenizer", "bos_token": null, "pad_token": {"content": "<p>"},
       "image_token": "<image>", "model_specific_special_tokens": {"audio_token": "<a>"}}
      """#, "tokenizer_config.json")
    try folder.write(
      #"{"eos_token": "</s>", "pad_token": {"content": "<q>"}}"#, "special_tokens_map.json")
    let older = try TokenizerConfiguration(folder: folder.path)
    #expect(
      older.specialTokens == [
        "unk_token": "<|endoftext|>", "eos_token": "</s>", "pad_token": "<q>",
        "image_token": "<image>", "audio_token": "<a>",
      ])
    #expect(older.beginToken == nil)
    try folder.write(
      #"{"tokenizer_class": "LlamaTokenizerFast", "added_tokens_decoder": {}}"#,
      "tokenizer_config.json")
    let newer = try TokenizerConfiguration(folder: folder.path)
    #expect(newer.specialTokens == ["unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"])
  }
}

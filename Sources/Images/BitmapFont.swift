/// Printable ASCII in dots, five wide and seven high.
enum BitmapFont {
  static let width = 5
  static let height = 7
  /// Dots from one character to the next.
  static let advance = 6

  /// The dots of each row, the leftmost in bit 4. What is not printable ASCII
  /// is drawn as an open box.
  static func rows(of character: Unicode.Scalar) -> [UInt8] {
    let index = Int(character.value) - 0x20
    let glyph = glyphs.indices.contains(index) ? glyphs[index] : "vhhhhhv"
    return glyph.utf8.map { $0 <= 0x39 ? $0 - 0x30 : $0 - 0x61 + 10 }
  }

  /// From space to tilde: seven rows of five dots, each row one digit to the base of 32.
  private static let glyphs = [
    "0000000", "4444404", "aaa0000", "aavavaa", "4fke5u4", "oo248jj", "cik8lid", "4400000",
    "2488842", "8422248", "04lel40", "044v440", "0000448", "000v000", "00000cc", "011248g",
    "ehjlphe", "4c4444e", "eh1248v", "v2421he", "26aiv22", "vgu11he", "68guhhe", "v124888",
    "ehhehhe", "ehhf12c", "0cc0cc0", "0cc0448", "248g842", "00v0v00", "8421248", "eh12404",
    "eh1dlle", "ehhhvhh", "uhhuhhu", "ehggghe", "shhhhhs", "vgguggv", "vgguggg", "ehgnhhf",
    "hhhvhhh", "e44444e", "72222ic", "hikokih", "ggggggv", "hrllhhh", "hhpljhh", "ehhhhhe",
    "uhhuggg", "ehhhlid", "uhhukih", "fgge11u", "v444444", "hhhhhhe", "hhhhha4", "hhhllla",
    "hha4ahh", "hhha444", "v1248gv", "e88888e", "0g84210", "e22222e", "4ah0000", "000000v",
    "8420000", "00e1fhf", "ggmphhu", "00egghe", "11djhhf", "00ehvge", "698s888", "0fhhf1e",
    "ggmphhh", "40c444e", "20622ic", "ggikoki", "c44444e", "00qlllh", "00mphhh", "00ehhhe",
    "00uhugg", "00djf11", "00mpggg", "00fge1u", "88s8896", "00hhhjd", "00hhha4", "00hllla",
    "00ha4ah", "00hhf1e", "00v248v", "2448442", "4444444", "8442448", "008l200",
  ]
}

import KernelProtocol

/// The held-out questions beside the story's own: some to choose by, the others
/// to judge what was chosen.
///
/// Without a wrong answer about a map there is nothing to put right, and there are none.
struct OtherQuestions {
  private let pictures: [HeldOutPicture]
  private let heldOut: HeldOutSet
  private let asked: Asked
  private let interview: Interview

  init(_ heldOut: HeldOutSet, of place: StoryPicture, _ asked: Asked, interview: Interview) {
    (self.heldOut, self.asked, self.interview) = (heldOut, asked, interview)
    let isWrong =
      place.known.map { $0.isAboutMap && $0.isYesOrNo && $0.answer != asked.answer } ?? false
    pictures = isWrong ? heldOut.pictures.filter { $0.name != place.name } : []
  }

  /// What maps without probes show, where the story's answer is right and given.
  func calibration() throws -> [Asked] {
    try open { picture, question in
      isForCalibration(question, about: picture)
    }.filter(\.isRight)
  }

  /// What a removal does to every other question about what maps show, and to one of
  /// another kind for each picture.
  func evaluation(of removal: Removal) throws -> RemovalEvaluation? {
    guard !pictures.isEmpty else { return nil }
    let probes = try open { $1.isProbe }
    let others = try open { picture, question in
      if question.isAboutMap {
        return !question.isProbe && !isForCalibration(question, about: picture)
      }
      return picture.questions.first { !$0.isAboutMap && $0.isYesOrNo }?.text == question.text
    }
    var draw = try ControlDraw(seed: 1, over: probes, interview: interview)
    let controls = (0..<RemovalEvaluation.draws).map { _ in draw.like(removal) }
    return try RemovalEvaluation(
      removal, controls: controls, probes: probes, others: others, interview: interview)
  }

  private func isForCalibration(
    _ question: PictureQuestion, about picture: HeldOutPicture
  ) -> Bool {
    !picture.questions.contains(where: \.isProbe) && question.isAboutMap
      && question.answer == asked.answer
  }

  private func open(
    where isWanted: (HeldOutPicture, PictureQuestion) -> Bool
  ) throws -> [Asked] {
    try pictures.flatMap { picture in
      try picture.questions.filter { $0.isYesOrNo && isWanted(picture, $0) }.map {
        try interview.ask($0.text, about: heldOut.path(of: picture), right: $0.answer)
      }
    }
  }
}

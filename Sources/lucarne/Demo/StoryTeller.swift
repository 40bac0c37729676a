import KernelProtocol

/// Finds the story out, step by step, telling each as soon as it is known.
struct StoryTeller {
  let interview: Interview
  let heldOut: HeldOutSet
  let narrate: (TerminalReport.Step) -> Void

  /// - Parameters:
  ///   - picture: a held-out picture's name or a file; none for the first probe
  ///     that deceives the model.
  ///   - question: in place of the picture's own.
  func tell(picture: String?, question: String?) throws -> Story {
    let (place, asked) = try opening(picture: picture, question: question)
    let candidates = try interview.candidates(for: asked, count: 2)
    narrate(.question(place, asked, candidates))
    let explanation = try Explanation(
      asked, words: try place.facts.map(heldOut.words) ?? [], interview: interview)
    narrate(.explanation(explanation))
    let others = OtherQuestions(heldOut, of: place, asked, interview: interview)
    let calibration = try others.calibration()
    let search = try RemovalSearch(
      explanation, calibration: calibration, interview: interview)
    let steering = try search.chosen.map {
      try interview.answers($0.removal, asked, compareWith: [.plain, .reconstruction])
    }
    narrate(.search(search, asked, steering))
    let evaluation = try search.chosen.flatMap {
      try others.evaluation(of: $0.removal)
    }
    if let evaluation { narrate(.evaluation(evaluation)) }
    return Story(
      modelFacts: interview.modelFacts, saeFacts: interview.saeFacts, picture: place, asked: asked,
      candidates: candidates, explanation: explanation, search: search, steering: steering,
      evaluation: evaluation)
  }

  // MARK: The question

  /// The picture and question as asked for; without any the first probe that the model gets wrong.
  private func opening(picture: String?, question: String?) throws -> (StoryPicture, Asked) {
    if let picture { return try ask(try place(picture, question: question)) }
    var first: (StoryPicture, Asked)?
    for candidate in heldOut.pictures {
      guard let probe = candidate.questions.first(where: \.isProbe) else { continue }
      let found = try ask(place(candidate, question: question, otherwise: probe))
      if question != nil || !found.1.isRight { return found }
      first = first ?? found
    }
    guard let first else {
      throw DemoError.heldOutUnreadable(path: heldOut.folder, reason: "there is no probe in it")
    }
    return first
  }

  private func place(_ name: String, question: String?) throws -> StoryPicture {
    if let known = heldOut.pictures.first(where: { $0.name == name }) {
      let own = known.questions.first(where: \.isProbe) ?? known.questions.first
      return place(known, question: question, otherwise: own)
    }
    let path = absolutePath(name)
    guard isFile(path) else { throw DemoError.noPicture(name) }
    guard let question, !question.isEmpty else { throw DemoError.noQuestion(picture: name) }
    return StoryPicture(path: path, name: name, facts: nil, question: question)
  }

  private func place(
    _ known: HeldOutPicture, question: String?, otherwise own: PictureQuestion?
  ) -> StoryPicture {
    StoryPicture(
      path: heldOut.path(of: known), name: known.name, facts: known,
      question: question ?? own?.text ?? "Describe the image.")
  }

  private func ask(_ place: StoryPicture) throws -> (StoryPicture, Asked) {
    let asked = try interview.ask(
      place.question, about: place.path, right: place.known?.answer)
    return (place, asked)
  }
}

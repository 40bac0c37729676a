import KernelProtocol

/// Finds the story out, step by step, telling each as soon as it is known.
struct StoryTeller {
  let interview: Interview
  let heldOut: HeldOutSet
  let narrate: (TerminalReport.Step) -> Void

  /// - Parameters:
  ///   - picture: a held-out picture's name or a file; none for the first probe that deceives the model.
  ///   - question: in place of the picture's own.
  func tell(picture: String?, question: String?) throws -> Story {
    let (place, asked) = try opening(picture: picture, question: question)
    let candidates = try interview.candidates(for: asked, count: 100)
    narrate(.question(place, asked, candidates))
    let explanation = try Explanation(asked, interview: interview)
    narrate(.explanation(explanation))
    let calibrationPictures = heldOut.pictures.filter { picture in
      picture.name != place.name && !picture.words.isEmpty
        && !picture.questions.contains(where: \.isProbe)
    }
    let words = try wordFeatures(calibrationPictures)
    narrate(.words(words))
    let calibration = try questions(of: calibrationPictures) {
      $0.kind.hasPrefix("map") && $0.answer == asked.answer
    }.filter(\.isRight)
    let search = try ClampSearch(
      explanation, words: words, calibration: calibration, interview: interview)
    let steering = try search.clamp.map {
      try interview.steered($0, asked, compareWith: [.plain, .reconstruction])
    }
    narrate(.search(search, explanation, steering))
    let evaluation = try search.clamp.flatMap { clamp in
      asked.isYesOrNo ? try evaluate(clamp, except: place) : nil
    }
    if let evaluation { narrate(.evaluation(evaluation)) }
    return Story(
      modelFacts: interview.modelFacts, saeFacts: interview.saeFacts, picture: place, asked: asked,
      explanation: explanation, words: words, search: search, steering: steering,
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
    return StoryPicture(
      path: path, name: name, facts: nil, question: question ?? "Describe the image.", right: nil)
  }

  private func place(
    _ known: HeldOutPicture, question: String?, otherwise own: PictureQuestion?
  ) -> StoryPicture {
    let text = question ?? own?.text ?? "Describe the image."
    return StoryPicture(
      path: heldOut.path(of: known), name: known.name, facts: known, question: text,
      right: known.questions.first { $0.text == text }?.answer)
  }

  private func ask(_ place: StoryPicture) throws -> (StoryPicture, Asked) {
    let asked = try interview.ask(
      place.question, about: place.path, named: place.name, right: place.right)
    return (place, asked)
  }

  // MARK: Other pictures

  private func wordFeatures(_ pictures: [HeldOutPicture]) throws -> WordFeatures {
    try WordFeatures(
      pictures.compactMap { picture in
        let onMap = picture.questions.first { $0.kind.hasPrefix("map") }
        guard let question = onMap ?? picture.questions.first else { return nil }
        return (try ask(question, about: picture), try heldOut.wordMask(of: picture))
      }, interview: interview)
  }

  private func questions(
    of pictures: [HeldOutPicture], where isWanted: (PictureQuestion) -> Bool
  ) throws -> [Asked] {
    try pictures.flatMap { picture in
      try picture.questions.filter { $0.isYesOrNo && isWanted($0) }
        .map { try ask($0, about: picture) }
    }
  }

  private func ask(_ question: PictureQuestion, about picture: HeldOutPicture) throws -> Asked {
    try interview.ask(
      question.text, about: heldOut.path(of: picture), named: picture.name,
      right: question.answer)
  }

  /// Every question about the other pictures with probes.
  private func evaluate(_ clamp: Clamp, except place: StoryPicture) throws -> ClampEvaluation {
    let others = heldOut.pictures.filter {
      $0.name != place.name && $0.questions.contains(where: \.isProbe)
    }
    let probes = try questions(of: others) { $0.isProbe }
    let rest = try questions(of: others) { !$0.isProbe }
    let pool = try probes.first.map { probe in
      try interview.activations(probe, region: .part(Interview.picturePart))
        .map(\.feature).filter { !clamp.features.contains($0) }.sorted { $0.index < $1.index }
    }
    var draw = ControlDraw(seed: 1)
    let controls = (0..<ClampEvaluation.draws).map { _ in
      clamp.moved(to: draw.features(clamp.features.count, of: pool ?? []))
    }
    return try ClampEvaluation(
      clamp, controls: controls, probes: probes, others: rest, interview: interview)
  }
}

/// stub
struct HTMLReport {
  init(_ story: Story, pictures: StoryPictures) {}
  var page: String { "" }
}

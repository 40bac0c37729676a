import Benchmarks
import JSONRPC
import KernelProtocol

extension EvaluationReport: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    let sheet = try AnswerSheet(
      joining: try params.answers.map { given in
        let path = try FilePath(given).path
        return (path, try AnswerSheet(path: path))
      })
    var report = Report(BenchmarkReport(sheet))
    if let limit = params.changes {
      report.changes = sheet.header.arms.filter { $0.role != .plain }
        .flatMap { sheet.changes(in: $0, limit: limit).map(Change.init) }
    }
    report.ratings = try params.ratings?.map { given in
      let path = try FilePath(given).path
      return EvaluationJudge.Ratings(
        try RatingReport(try RatingSheet(path: path), of: sheet, path: path))
    }
    return report
  }
}

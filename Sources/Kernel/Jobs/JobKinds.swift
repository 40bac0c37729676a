/// The methods that begin jobs.
let jobKinds: [String: JobKind] = [:]

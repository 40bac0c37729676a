import KernelProtocol

/// The requests that begin jobs.
let jobRequests: [any JobRequest.Type] = allRequests.compactMap { $0 as? any JobRequest.Type }

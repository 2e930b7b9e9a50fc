internal import ArgumentParser
internal import Cronmill

/// Settings of a query processor, as `setup` and `configure` take them.
struct QueryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Most values a result may have, or none. Default: 1000000.", valueName: "n"))
    var resultLimit: String?
    @Option(help: "A query with more: its task is dead, or the lowest values are kept (cut). Default: dead.")
    var overLimit: OverLimitOption?
    @Option(
        help: ArgumentHelp(
            "Age from which a result that is asked for is computed again, or none. Default: none.",
            valueName: "duration"
        )
    )
    var refreshAfter: String?

    /// Whether any of them was given.
    var isEmpty: Bool { resultLimit == nil && overLimit == nil && refreshAfter == nil }

    /// Adds them to a request.
    func add(to request: inout ProcessorRequest) throws {
        if let resultLimit {
            if resultLimit == "none" {
                request.query.resultLimit = .unbounded
            } else if let limit = Int(resultLimit), limit > 0, limit <= 1_000_000_000 {
                request.query.resultLimit = .at(limit)
            } else {
                throw CronmillError(
                    .usage,
                    "--result-limit \(resultLimit): not a number from 1 to 1000000000",
                    hint: "Or none."
                )
            }
        }
        request.query.overLimit = overLimit.map { $0 == .dead ? .dead : .cut }
        if let refreshAfter {
            let age = refreshAfter == "none" ? nil : try Duration(refreshAfter, of: "--refresh-after")
            if age == .zero { throw CronmillError(.usage, "--refresh-after 0: say \"refresh\": true in the task") }
            request.query.refreshAfter = age.map { .at($0) } ?? .unbounded
        }
    }
}

/// What `--over-limit` takes.
enum OverLimitOption: String, CaseIterable, ExpressibleByArgument {
    case dead
    case cut
}

/// What `--result-layout` takes.
enum ResultLayoutOption: String, CaseIterable, ExpressibleByArgument {
    case cronmill
    case partitioncache

    /// The same for the library.
    var layout: QueryRequest.Layout { self == .cronmill ? .cronmill : .partitioncache }
}

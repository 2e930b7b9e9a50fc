internal import ArgumentParser
internal import Cronmill
internal import Postgres

/// By what tasks are looked for, for the commands that are about several.
struct SearchOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only those with this tag; repeatable: with all of these.", valueName: "tag"))
    var tag: [String] = []
    @Option(help: ArgumentHelp("Only those with this tag; repeatable: with one of these.", valueName: "tag"))
    var anyTag: [String] = []
    @Option(
        help: ArgumentHelp(
            "Only those whose payload contains this; of a queue that is configured with --search-payload.",
            valueName: "json"
        )
    )
    var payload: String?

    func validate() throws {
        for (flag, tags) in [("--tag", tag), ("--any-tag", anyTag)] {
            if let fault = TagFault.of(tags, flag: flag) { throw ValidationError(fault) }
        }
        if let payload, !payload.contains(where: { !$0.isWhitespace }) {
            throw ValidationError("--payload is empty; everything is found without it.")
        }
    }

    /// Refuses what is no SQLSTATE.
    static func check(sqlstate: String?) throws {
        if let sqlstate, !SQLState.canBe(sqlstate) {
            throw ValidationError("--sqlstate is a code like 23505 or MC020.")
        }
    }

    /// Whether any of them was given.
    var isEmpty: Bool { search.isEmpty }

    /// The search they make.
    var search: TaskSearch {
        var search = TaskSearch()
        search.tagsAll = tag
        search.tagsAny = anyTag
        search.payload = payload
        return search
    }

    /// Does what looks for tasks; of a payload that is no JSON the error says so.
    func searching<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError where payload != nil && error.sqlState == .invalidTextRepresentation {
            throw CronmillError(
                .failed,
                "--payload is not JSON",
                detail: error.detail ?? error.message,
                hint: #"It is what a payload contains: '{"to": 1}'."#
            )
        }
    }
}

internal import Cronmill
internal import Postgres

/// What an action is done to, as the query of its address names it.
enum Target: Sendable, Equatable {
    case processor(database: String, name: String)
    /// Dead tasks of a processor's queue: all, or those with this SQLSTATE, with this in their message, or both.
    case deadTasks(database: String, processor: String, sqlState: String?, message: String?)
    case task(database: String, id: Int64)
    case alarm(Int64)

    /// - Throws: `Problem` for a query that does not name what this action is done to.
    init(_ action: Action, _ query: Query) throws(Problem) {
        switch action {
        case .pause, .resume:
            try query.check(allowed: ["db", "processor", "back"])
            self = .processor(database: try query.needed("db"), name: try query.needed("processor"))
        case .cancel:
            try query.check(allowed: ["db", "task", "back"])
            self = try Self.task(query)
        case .acknowledge:
            try query.check(allowed: ["alarm", "back"])
            self = .alarm(try query.number("alarm"))
        case .redrive, .purge:
            if query["task"] != nil {
                try query.check(allowed: ["db", "task", "back"])
                self = try Self.task(query)
                return
            }
            let group: Set = action == .redrive ? ["sqlstate", "message"] : []
            try query.check(allowed: group.union(["db", "processor", "back"]))
            let sqlState = query["sqlstate"]
            guard sqlState.map(SQLState.canBe) != false else {
                throw .badRequest("sqlstate is a code like 23505 or MC020.")
            }
            // Every message has the empty text in it: a group of messages that are empty would be all of them.
            guard query["message"] != "" else { throw .badRequest("message has no value.") }
            self = .deadTasks(
                database: try query.needed("db"),
                processor: try query.needed("processor"),
                sqlState: sqlState,
                message: query["message"]
            )
        }
    }

    private static func task(_ query: Query) throws(Problem) -> Target {
        .task(database: try query.needed("db"), id: try query.number("task"))
    }

    /// The work database it is in, if it is in one.
    var database: String? {
        switch self {
        case .processor(let database, _), .deadTasks(let database, _, _, _), .task(let database, _): database
        case .alarm: nil
        }
    }

    /// What it is, name by name.
    var facts: [(name: String, value: String)] {
        let own: [(name: String, value: String)] =
            switch self {
            case .processor(_, let name): [("processor", name)]
            case .deadTasks(_, let processor, let sqlState, let message):
                [("processor", processor)] + (sqlState.map { [("SQLSTATE", $0)] } ?? [])
                    + (message.map { [("message has", $0)] } ?? [])
            case .task(_, let id): [("task", String(id))]
            case .alarm(let id): [("alarm", String(id))]
            }
        return (database.map { [("database", $0)] } ?? []) + own
    }

    /// The same on the command line.
    func command(_ action: Action) -> String {
        switch self {
        case .processor(let database, let name):
            return "cronmill \(action.rawValue) \(name.shellWord) --database \(database.shellWord)"
        case .deadTasks(let database, let processor, let sqlState, let message):
            let state = sqlState.map { " --sqlstate \($0)" } ?? ""
            let text = message.map { " --error=\($0.shellWord)" } ?? ""
            let age = action == .purge ? " --dead 0" : ""
            return
                "cronmill \(action.rawValue) \(processor.shellWord) --database \(database.shellWord)\(state)\(text)\(age)"
        case .task(let database, let id):
            let number = action == .cancel ? "\(id)" : "--id \(id)"
            return "cronmill \(action.rawValue) --database \(database.shellWord) \(number)"
        case .alarm(let id): return "cronmill alarms acknowledge \(id)"
        }
    }
}

internal import Cronmill
internal import Postgres

/// Which tasks an address asks for: what `cronmill tasks` takes, keys, SQLSTATE and age, and the place of a page.
struct TaskQuery: Sendable {
    let database: String
    private(set) var request = TaskPageRequest()
    /// What was typed, by name, without what was left empty.
    private let typed: [(name: StaticString, value: String)]

    static let names: [StaticString] = ["queue", "state", "tag", "payload", "key", "group", "sqlstate", "age"]

    /// - Throws: `Problem` for a state, an age, a SQLSTATE or a tag that cannot be one, and for a page of another list.
    init(_ query: Query, database: String) throws(Problem) {
        try query.check(allowed: Set(Self.names.map { "\($0)" } + ["db", "page"]))
        self.database = database
        typed = Self.names.compactMap { name in
            query["\(name)"].flatMap { $0.isEmpty ? nil : (name, $0) }
        }
        let values = Dictionary(uniqueKeysWithValues: typed.map { ("\($0.name)", $0.value) })
        request.queue = values["queue"]
        if let text = values["state"], text != "waiting" {
            guard let state = QueuedTask.State(rawValue: text) else {
                let known = QueuedTask.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw .badRequest("A task is waiting, \(known).")
            }
            request.state = state
        }
        if let tag = values["tag"] {
            guard TagFault.of([tag], flag: "tag") == nil else { throw .badRequest("No task can have this tag.") }
            request.search.tagsAll = [tag]
        }
        request.search.payload = values["payload"]
        (request.uniqueKey, request.groupKey) = (values["key"], values["group"])
        if let code = values["sqlstate"] {
            guard SQLState.canBe(code) else {
                throw .badRequest("A SQLSTATE is five digits or capital letters.")
            }
            request.sqlState = code
        }
        if let text = values["age"] {
            do throws(DurationError) {
                request.age = try Duration(userText: text)
            } catch {
                throw .badRequest("An age is 30m, 1h30m, 90s, 500ms or 2d.")
            }
        }
        if let page = query["page"] { request.after = try position(of: page) }
    }

    func value(_ name: StaticString) -> String { typed.first { "\($0.name)" == "\(name)" }?.value ?? "" }

    /// The address of the list, from its beginning or from a place on.
    func address(after position: TaskPosition? = nil) -> HTML {
        var address = Link.to("tasks", ["db": database])
        for (name, value) in typed { address += "&amp;\("\(name)")=\(query: value)" }
        if let position { address += "&amp;page=\(query: token(of: position))" }
        return address
    }

    // MARK: Places

    /// Of this list: a place means nothing in another one.
    private var list: String {
        String(
            Asset.hash(
                ([database] + typed.flatMap { ["\($0.name)", $0.value] }).map(\.percentEncoded).joined(separator: "&")
            ),
            radix: 36
        )
    }

    private func token(of position: TaskPosition) -> String {
        [
            list, String(position.level), String(position.id), position.time?.percentEncoded ?? "",
            position.queue.percentEncoded,
        ].joined(separator: "!")
    }

    private func position(of token: String) throws(Problem) -> TaskPosition {
        let parts = token.split(separator: "!", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == list, let level = Int(parts[1]), (0...9).contains(level),
            let id = Int64(parts[2]), let time = String(queryValue: parts[3]), let queue = String(queryValue: parts[4]),
            time.isEmpty || time.wholeMatch(of: Self.time) != nil
        else { throw .badRequest("This page is not one of this list.") }
        return TaskPosition(queue: queue, level: level, time: time.isEmpty ? nil : time, id: id)
    }

    private static var time: Regex<Substring> { #/\d{4,5}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00/# }
}

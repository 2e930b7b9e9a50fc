internal import Cronmill
internal import Postgres

/// A work database of the demo; its queue and its processor are named like it.
struct DemoDatabase: Sendable, Hashable {
    let name: String
    /// The function that does a task, made by `sql/demo/<name>.sql`.
    let handler: String
    /// What that file makes, for people.
    let contents: String
    /// Parallel jobs, where it is not the default.
    let slots: Int?
    /// What becomes of a record before it is a task's payload.
    let payload: Payload

    enum Payload: Sendable, Hashable {
        /// The record as it is.
        case record
        /// The record, and the standard it is of.
        case labelled
    }

    /// The role the handlers run as.
    static let role = "demo_runner"

    static let languages = DemoDatabase(
        name: "languages",
        handler: "app.add_language",
        contents: "a table, handler app.add_language",
        slots: nil,
        payload: .record
    )
    static let places = DemoDatabase(
        name: "places",
        handler: "app.add_place",
        contents: "3 tables, handler app.add_place",
        slots: 2,
        payload: .labelled
    )
    static let all = [languages, places]

    /// What is typed after `cronmill setup`.
    ///
    /// - Parameter interval: time between two starts, where pg_cron can do better than its minute.
    func setupArguments(every interval: Duration?) -> [String] {
        ["--database", name, "--queue", name, "--handler", handler, "--run-as", Self.role]
            + (slots.map { ["--slots", String($0)] } ?? [])
            + (interval.map { ["--every", $0.roundTripText] } ?? [])
    }

    /// The program that turns tables into lines of JSON, one for each payload.
    private var filter: String {
        switch payload {
        case .record: ".[][]"
        case .labelled: "to_entries[] | {standard: .key, record: .value[]}"
        }
    }

    /// The command line that enqueues the records of the tables.
    func enqueueLine(_ tables: [CodeTable]) -> String {
        CommandLineText.wrapped("jq -c '\(filter)'", tables.map(\.file)) + " |\n"
            + "    cronmill enqueue --database \(name) --queue \(name) -"
    }

    /// What `filter` does, in SQL, to the text of one table; one column, `line`.
    func lines(of text: String) -> SQL {
        let record: SQL =
            switch payload {
            case .record: "r.value"
            case .labelled: "jsonb_build_object('standard', t.key, 'record', r.value)"
            }
        return """
            select (\(sql: record))::text as line
            from jsonb_each(\(text)::jsonb) as t
            cross join lateral jsonb_array_elements(t.value) as r
            """
    }
}

internal import Postgres

/// A column of `cronmill.processor` that users set: the one list of them, by which `setup` and `configure` read, compare,
/// tell and write a setting, and `export` carries it along. Those of query processors are `QueryRequest`'s.
struct ProcessorColumn: Sendable {
    let name: String
    /// What it is called in progress lines: `backoff-cap`.
    let title: String
    let kind: Kind
    /// What a request asks for; nil leaves the column as it is.
    fileprivate let asked: @Sendable (ProcessorRequest) -> (text: String, value: SQL)?

    enum Kind: Sendable {
        case number
        case text
        /// Shown by these two words.
        case flag(on: String, off: String)
        case duration
        /// A duration, or null for never, which is asked for as zero.
        case age

        var isAge: Bool {
            if case .age = self { true } else { false }
        }
    }

    static let all: [ProcessorColumn] = [
        .number("slots") { $0.slots },
        .text("schedule") { $0.schedule?.text },
        .text("linger") { $0.linger?.columnText },
        .duration("timeout") { $0.timeout },
        .number("max_attempts") { $0.maxAttempts },
        .duration("backoff_base") { $0.backoffBase },
        .duration("backoff_cap") { $0.backoffCap },
        .duration("poll_interval") { $0.pollInterval },
        .flag("alone", on: "on", off: "off") { $0.isAlone },
        .text("handler_search_path", title: "search-path") { $0.searchPath?.description },
        .age("keep_done") { $0.keepDone },
        .age("keep_dead") { $0.keepDead },
        .age("keep_attempts") { $0.keepAttempts },
        .age("sleep_after") { $0.sleepAfter },
        .flag("enabled", on: "true", off: "false") { $0.isEnabled },
    ]

    private init(
        _ name: String,
        title: String? = nil,
        _ kind: Kind,
        _ asked: @escaping @Sendable (ProcessorRequest) -> (text: String, value: SQL)?
    ) {
        self.name = name
        self.title = title ?? name.replacing("_", with: "-")
        self.kind = kind
        self.asked = asked
    }

    private static func number(_ name: String, _ asked: @escaping @Sendable (ProcessorRequest) -> Int?) -> Self {
        Self(name, .number) { asked($0).map { (String($0), "\($0)") } }
    }

    private static func text(
        _ name: String,
        title: String? = nil,
        _ asked: @escaping @Sendable (ProcessorRequest) -> String?
    ) -> Self {
        Self(name, title: title, .text) { asked($0).map { ($0, "\($0)") } }
    }

    private static func flag(
        _ name: String,
        on: String,
        off: String,
        _ asked: @escaping @Sendable (ProcessorRequest) -> Bool?
    ) -> Self {
        Self(name, .flag(on: on, off: off)) { asked($0).map { ($0 ? on : off, "\($0)") } }
    }

    private static func duration(_ name: String, _ asked: @escaping @Sendable (ProcessorRequest) -> Duration?) -> Self {
        Self(name, .duration) { asked($0).map { ($0.intervalText, "\($0.intervalText)") } }
    }

    private static func age(_ name: String, _ asked: @escaping @Sendable (ProcessorRequest) -> Duration?) -> Self {
        Self(name, .age) { asked($0).map { ($0.intervalText, $0 == .zero ? "null" : "\($0.intervalText)") } }
    }

    /// The column of row `p` as the text that `ProcessorSetting` has, named for it.
    var expression: SQL {
        // A table of an older version, which setup is to upgrade, may not have one that can be null.
        let column: SQL =
            kind.isAge ? "(to_jsonb(p) ->> \(literal: name))::interval" : "p.\(unsafeRaw: name)"
        let microseconds: SQL = "floor(extract(epoch from \(sql: column)) * 1000000)::bigint"
        let text: SQL =
            switch kind {
            case .number: "\(sql: column)::text"
            case .text: column
            case .flag(let on, let off): "case when \(sql: column) then \(literal: on) else \(literal: off) end"
            case .duration: "concat(\(sql: microseconds), ' microseconds')"
            case .age: "concat(coalesce(\(sql: microseconds), 0), ' microseconds')"
            }
        return "\(sql: text) as \(unsafeRaw: name)"
    }

    /// Whether its values stand in SQL without quotes.
    var isUnquoted: Bool {
        switch kind {
        case .number, .flag: true
        case .text, .duration, .age: false
        }
    }
}

/// A column of `cronmill.processor` and the value asked for it.
struct ProcessorSetting: Sendable {
    let column: String
    let title: String
    let text: String
    let value: SQL

    /// The value for people.
    func shown(_ text: String) -> String { text.shownSetting(of: column) }
}

extension String {
    /// As the text of a column, for people.
    func shownSetting(of column: String) -> String {
        // A processor that falls asleep after no time is one that never does.
        column == "sleep_after" && microseconds == .zero ? "never" : microseconds?.roundTripText ?? self
    }

    /// The duration that a column's text stands for, if it is one.
    var microseconds: Duration? {
        guard hasSuffix(" microseconds") else { return nil }
        return Int64(prefix { $0 != " " }).map { .microseconds($0) }
    }
}

extension ProcessorRequest {
    /// What is asked of the row's columns, in the order of the list.
    var settings: [ProcessorSetting] {
        ProcessorColumn.all.compactMap { column in
            column.asked(self).map {
                ProcessorSetting(column: column.name, title: column.title, text: $0.text, value: $0.value)
            }
        }
    }
}

/// A Swift value that can stand for a parameter of a statement.
public protocol SQLValue: Sendable {
    /// The value as PostgreSQL's text format has it; nil is null.
    var sqlText: String? { get }
}

/// A value that can be an element of an array parameter: every one but an array.
public protocol SQLElement: SQLValue {}

extension String: SQLElement {
    /// The string itself.
    public var sqlText: String? { self }
}

extension Int: SQLElement {
    /// The number in digits.
    public var sqlText: String? { String(self) }
}

extension Int64: SQLElement {
    /// The number in digits.
    public var sqlText: String? { String(self) }
}

extension Int32: SQLElement {
    /// The number in digits.
    public var sqlText: String? { String(self) }
}

extension Bool: SQLElement {
    /// `true` or `false`.
    public var sqlText: String? { self ? "true" : "false" }
}

extension Double: SQLElement {
    /// The shortest digits that give the same number back; `inf`, `-inf` or `nan` otherwise.
    public var sqlText: String? { description }
}

extension Duration: SQLElement {
    /// An interval of whole microseconds, which is PostgreSQL's own resolution: `1500000 microseconds`.
    public var sqlText: String? {
        let (seconds, attoseconds) = components
        return "\(Int128(seconds) * 1_000_000 + Int128(attoseconds) / 1_000_000_000_000) microseconds"
    }
}

extension Optional: SQLValue where Wrapped: SQLValue {
    /// The wrapped value's text, or nil, which is null.
    public var sqlText: String? { flatMap(\.sqlText) }
}

extension Optional: SQLElement where Wrapped: SQLElement {}

extension Array: SQLValue where Element: SQLElement {
    /// An array literal: `{"a","b",NULL}`.
    public var sqlText: String? { ArrayText.literal(map(\.sqlText)) }
}

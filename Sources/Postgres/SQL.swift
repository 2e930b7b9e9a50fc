/// A statement and the values of its parameters.
///
/// What is interpolated becomes a parameter, never text:
///
/// ```swift
/// let due: SQL = "select id from \(identifier: [schema, "job"]) where name = \(name) and tries < \(limit)"
/// // text:       select id from cron.job where name = $1 and tries < $2
/// // parameters: ["nightly", "3"]
/// ```
///
/// Utility statements (`create role`, `copy`, `set`) take no parameters; write their values with `\(literal:)`.
public struct SQL: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case text(String)
        case parameter(String?)
    }

    let parts: [Part]

    /// Takes a statement as it is. Nothing in the text is checked or escaped.
    public init(unsafeRaw: String) {
        parts = [.text(unsafeRaw)]
    }

    init(parts: [Part]) {
        self.parts = parts
    }

    /// The statement with `$1`, `$2` ... in the places of its values.
    public var text: String {
        var text = ""
        var count = 0
        for part in parts {
            switch part {
            case .text(let piece):
                text += piece
            case .parameter:
                count += 1
                text += "$\(count)"
            }
        }
        return text
    }

    /// The values in PostgreSQL's text format; nil is null.
    public var parameters: [String?] {
        var parameters: [String?] = []
        for part in parts {
            if case .parameter(let value) = part {
                parameters.append(value)
            }
        }
        return parameters
    }

    /// The statement with its values written in it as quoted literals: what psql can run.
    public var script: String {
        parts.map { part in
            switch part {
            case .text(let piece): piece
            case .parameter(let value): value.map(Literal.quoted) ?? "null"
            }
        }.joined()
    }
}

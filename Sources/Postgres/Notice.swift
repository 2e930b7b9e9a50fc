/// A message the server sent beside a result: `raise notice`, a warning, or information about a command.
public struct Notice: Sendable, Hashable {
    /// `WARNING`, `NOTICE`, `INFO`, `LOG` or `DEBUG`, never translated.
    public var severity: String
    /// The code, `00000` for an ordinary notice.
    public var sqlState: SQLState?
    /// The primary message.
    public var message: String
    /// The second message with particulars.
    public var detail: String?
    /// What the server suggests.
    public var hint: String?
    /// The functions and statements in which it was raised, innermost first.
    public var context: String?
    /// The schema of the object concerned.
    public var schema: String?
    /// The table concerned.
    public var table: String?
    /// The column concerned.
    public var column: String?
    /// The constraint concerned.
    public var constraint: String?
    /// The database of the connection.
    public var database: String?

    /// Makes a notice of which only the severity and message are known.
    public init(severity: String, message: String, sqlState: SQLState? = nil, database: String? = nil) {
        self.severity = severity
        self.message = message
        self.sqlState = sqlState
        self.database = database
    }
}

extension Notice: CustomStringConvertible {
    /// The notice as psql prints it.
    public var description: String {
        var lines = ["\(severity):  \(message)"]
        for (label, text) in [("DETAIL", detail), ("HINT", hint), ("CONTEXT", context)] {
            if let text {
                lines.append("\(label):  \(text)")
            }
        }
        return lines.joined(separator: "\n")
    }
}

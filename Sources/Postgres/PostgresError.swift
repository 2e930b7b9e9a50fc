/// Whatever went wrong between this process and a database, with every field the server sent.
///
/// ```swift
/// catch let error as PostgresError where error.sqlState == .uniqueViolation
/// ```
public struct PostgresError: Error, Sendable, Hashable {
    /// Who found the fault.
    public enum Kind: Sendable, Hashable {
        /// The connection could not be made, or was lost.
        case connection
        /// The server reported an error about a statement.
        case server
        /// The statement was never sent, or its result was not what the caller asked for.
        case client
    }

    /// Who found the fault.
    public var kind: Kind
    /// The code of the condition; a refused connection has one too when the server gave it.
    public var sqlState: SQLState?
    /// `ERROR`, `FATAL` or `PANIC`, never translated; nil where the server did not speak.
    public var severity: String?
    /// The primary message, exactly as it was received.
    public var message: String
    /// The second message with particulars.
    public var detail: String?
    /// What the server suggests.
    public var hint: String?
    /// The functions and statements in which the error happened, innermost first, one per line.
    public var context: String?
    /// The schema of the object concerned.
    public var schema: String?
    /// The table concerned.
    public var table: String?
    /// The column concerned.
    public var column: String?
    /// The data type concerned.
    public var dataType: String?
    /// The constraint concerned.
    public var constraint: String?
    /// The place in `statement`, in characters from 1.
    public var position: Int?
    /// The place in `internalQuery`, in characters from 1.
    public var internalPosition: Int?
    /// The statement inside a function which failed.
    public var internalQuery: String?
    /// The database of the connection, or the one that was asked for.
    public var database: String?
    /// The statement with `$1` in the place of its values.
    public var statement: String?

    /// Makes an error of which only the message is known.
    public init(
        kind: Kind,
        message: String,
        sqlState: SQLState? = nil,
        database: String? = nil,
        statement: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.sqlState = sqlState
        self.database = database
        self.statement = statement
    }
}

extension PostgresError: CustomStringConvertible {
    /// The error as psql prints it: the severity and message, then DETAIL, HINT and CONTEXT on lines of their own.
    public var description: String {
        var lines = [severity.map { "\($0):  \(message)" } ?? message]
        for (label, text) in [("DETAIL", detail), ("HINT", hint), ("QUERY", internalQuery), ("CONTEXT", context)] {
            if let text {
                lines.append("\(label):  \(text)")
            }
        }
        return lines.joined(separator: "\n")
    }
}

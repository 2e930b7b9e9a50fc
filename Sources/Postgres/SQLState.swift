/// The five characters by which PostgreSQL tells one condition from another, for example `57014`.
///
/// Source: PostgreSQL manual, appendix A, "PostgreSQL Error Codes". Codes without a name here are written as literals.
public struct SQLState: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The code as the server sent it.
    public let code: String

    /// Wraps a code received as text.
    public init(_ code: String) {
        self.code = code
    }

    /// Wraps a code written in the source.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The code itself.
    public var description: String { code }

    /// Whether a text can be a code: five digits or capital letters.
    public static func canBe(_ text: String) -> Bool {
        text.utf8.count == 5 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }

    /// Whether the code belongs to a class, which is its first two characters: `isClass("08")` is any connection exception.
    public func isClass(_ prefix: String) -> Bool {
        prefix.utf8.count == 2 && code.hasPrefix(prefix)
    }
}

extension SQLState {
    /// 08006: the connection failed.
    public static let connectionFailure: SQLState = "08006"
    /// 0A000: the server does not support the feature.
    public static let featureNotSupported: SQLState = "0A000"
    /// 22021: bytes that are no text in the encoding they are said to have.
    public static let characterNotInRepertoire: SQLState = "22021"
    /// 22023: the value of a parameter is invalid.
    public static let invalidParameterValue: SQLState = "22023"
    /// 22P02: a text that is no value of the type.
    public static let invalidTextRepresentation: SQLState = "22P02"
    /// 23502: a null in a column that is not null.
    public static let notNullViolation: SQLState = "23502"
    /// 23503: a foreign key has no counterpart.
    public static let foreignKeyViolation: SQLState = "23503"
    /// 23505: a unique key exists already.
    public static let uniqueViolation: SQLState = "23505"
    /// 23514: a check constraint is violated.
    public static let checkViolation: SQLState = "23514"
    /// 25006: a write in a read-only transaction, for example on a standby.
    public static let readOnlySQLTransaction: SQLState = "25006"
    /// 25P02: a statement in a transaction that has failed already.
    public static let inFailedSQLTransaction: SQLState = "25P02"
    /// 28000: the role may not log in in this way.
    public static let invalidAuthorization: SQLState = "28000"
    /// 28P01: the password is wrong.
    public static let invalidPassword: SQLState = "28P01"
    /// 3D000: the database does not exist.
    public static let invalidCatalogName: SQLState = "3D000"
    /// 3F000: the schema does not exist.
    public static let invalidSchemaName: SQLState = "3F000"
    /// 40001: the transaction could not be serialized; try again.
    public static let serializationFailure: SQLState = "40001"
    /// 40P01: the transaction was chosen to end a deadlock; try again.
    public static let deadlockDetected: SQLState = "40P01"
    /// 42501: a privilege is missing.
    public static let insufficientPrivilege: SQLState = "42501"
    /// 08001: a foreign server could not be connected to.
    public static let clientUnableToConnect: SQLState = "08001"
    /// 2F003: a foreign server asked for no password, which one who is no superuser has to give.
    public static let prohibitedSQLStatementAttempted: SQLState = "2F003"
    /// 42601: the statement cannot be parsed.
    public static let syntaxError: SQLState = "42601"
    /// 42703: the column does not exist.
    public static let undefinedColumn: SQLState = "42703"
    /// 42704: the object (a role, a type, an extension, a setting) does not exist.
    public static let undefinedObject: SQLState = "42704"
    /// 42710: the object exists already.
    public static let duplicateObject: SQLState = "42710"
    /// 42723: the function exists already.
    public static let duplicateFunction: SQLState = "42723"
    /// 42883: the function or operator does not exist.
    public static let undefinedFunction: SQLState = "42883"
    /// 42P01: the table does not exist.
    public static let undefinedTable: SQLState = "42P01"
    /// 42P04: the database exists already.
    public static let duplicateDatabase: SQLState = "42P04"
    /// 42P06: the schema exists already.
    public static let duplicateSchema: SQLState = "42P06"
    /// 42P07: the table exists already.
    public static let duplicateTable: SQLState = "42P07"
    /// 53300: the server has no connection left.
    public static let tooManyConnections: SQLState = "53300"
    /// 54000: more than a limit of the program allows.
    public static let programLimitExceeded: SQLState = "54000"
    /// 55000: the object is not in the state the operation needs.
    public static let objectNotInPrerequisiteState: SQLState = "55000"
    /// 55006: the object is used by others, for example a database with sessions.
    public static let objectInUse: SQLState = "55006"
    /// 55P03: a lock is held by others.
    public static let lockNotAvailable: SQLState = "55P03"
    /// 57014: the statement was cancelled, by request or by a timeout.
    public static let queryCanceled: SQLState = "57014"
    /// 57P01: an administrator ended the session.
    public static let adminShutdown: SQLState = "57P01"
    /// 57P03: the server is starting up or shutting down.
    public static let cannotConnectNow: SQLState = "57P03"
    /// P0001: `raise exception` without a code of its own.
    public static let raiseException: SQLState = "P0001"
}

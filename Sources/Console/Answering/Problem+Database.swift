internal import Cronmill
internal import HTTPTypes
internal import Postgres

extension Problem {
    /// What a database, or the library, has refused to who is logged in: in the library's words, which name what was asked for
    /// and what to do; but not in the server's, which may have anything in them: in those of Cronmill's own functions.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as CronmillError:
            let status = Self.status(error.sqlState) ?? (error.kind == .unreachable ? .serviceUnavailable : .conflict)
            self.init(status: status, detail: Self.sentences(error.message, error.detail, error.hint))
        // What functions of ours say.
        case let error as PostgresError where error.sqlState?.isClass("MC") == true:
            self.init(
                status: Self.status(error.sqlState) ?? .conflict,
                detail: Self.sentences(error.message, error.detail, error.hint)
            )
        case let error as PostgresError where error.isRefusal:
            self.init(status: .forbidden, detail: Self.sentences(error.message, error.detail, error.hint))
        case let error as PostgresError:
            switch error.kind {
            case .connection where error.sqlState == .invalidCatalogName:
                self.init(status: .notFound, detail: "There is no such database.")
            case .connection where Self.refusals.contains(error.sqlState):
                self.init(status: .forbidden, detail: "The role may not log in to the database.")
            case .connection:
                self.init(status: .serviceUnavailable, detail: "The database \(Snapshot.reason(error)).")
            case .server, .client:
                self.init(
                    status: Self.status(error.sqlState) ?? .internalServerError,
                    detail: "The database \(Snapshot.reason(error))."
                )
            }
        default: self.init(status: .serviceUnavailable, detail: "It took too long, and was given up.")
        }
    }

    /// Each with one full stop.
    private static func sentences(_ texts: String?...) -> String {
        texts.compactMap { $0 }.map { $0.hasSuffix(".") ? $0 : "\($0)." }.joined(separator: " ").controlsEscaped
    }

    private static let refusals: Set<SQLState?> = [.invalidPassword, .invalidAuthorization, .insufficientPrivilege]

    private static func status(_ sqlState: SQLState?) -> HTTPResponse.Status? {
        switch sqlState {
        case SQLState.insufficientPrivilege, "MC003": .forbidden
        case SQLState.undefinedObject: .notFound
        case SQLState.readOnlySQLTransaction, SQLState.queryCanceled: .serviceUnavailable
        case SQLState.serializationFailure, SQLState.deadlockDetected, SQLState.lockNotAvailable: .conflict
        // A value that is none, and a search of payloads that are not searched.
        case "MC025": .badRequest
        case let state? where state.isClass("22"): .badRequest
        default: nil
        }
    }
}

extension PostgresError {
    /// Whether the library has refused to touch what belongs to a role that is trusted less, in words of its own.
    var isRefusal: Bool { kind == .client && hint != nil }
}

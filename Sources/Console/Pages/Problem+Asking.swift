internal import Cronmill
internal import HTTPTypes
internal import Postgres

extension Problem {
    /// Of a page that asks a database, what came of that; in words of this program: what a server says may name hosts, roles
    /// and what is in payloads.
    init(asking error: any Error) {
        let state = (error as? PostgresError)?.sqlState ?? (error as? CronmillError)?.sqlState
        switch state {
        case SQLState.insufficientPrivilege, "MC003":
            self.init(status: .forbidden, detail: "The role may not see this. It takes a monitor, or an operator.")
        case SQLState.undefinedObject:
            self.init(status: .notFound, detail: "There is no such database, queue, processor or task.")
        case "MC025":
            self.init(
                status: .badRequest,
                detail: "The payloads of the queue are not searched. cronmill configure --search-payload makes it so."
            )
        case let state? where state.isClass("22"):
            self.init(status: .badRequest, detail: "The database cannot read a value of the filter (\(state)).")
        default:
            self.init(status: .serviceUnavailable, detail: "The database \(Snapshot.reason(error)).")
        }
    }
}

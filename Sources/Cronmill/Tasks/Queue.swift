internal import Postgres

/// A queue of a work database.
enum Queue {
    /// Refuses a queue that is not there. A role that may not see our tables learns it from the function it calls.
    static func check(_ name: String, _ session: Session) throws {
        let access = try session.one(
            """
            select case
                when has_schema_privilege('cronmill', 'usage') then has_table_privilege('cronmill.queue', 'select')
                else false
            end as may_see
            """
        )
        guard try access.get("may_see") else { return }
        let known: [String] = try session.query("select q.name from cronmill.queue as q order by q.name").map {
            try $0.get("name")
        }
        guard known.contains(name) else {
            throw CronmillError.unknownQueue(name, database: session.database, known: known)
        }
    }
}

import Postgres
import Testing

extension Fixture {
    /// Does something while the housekeeper watches, whatever pg_cron's next tick is.
    func whileWatching(_ body: () async throws -> Void) async throws {
        let watching = Task {
            let connection = try await server.connect()
            while !Task.isCancelled { try await connection.execute("call cronmill_cron.watch()") }
        }
        defer { watching.cancel() }
        try await body()
    }

    /// Makes the handler note what it does only when it gets an advisory lock, 4711, that the test may hold.
    func makeHandlerWait() async throws {
        try await script(
            """
            create or replace function app.work(payload jsonb) returns void language plpgsql as $$
            begin
                perform pg_advisory_xact_lock_shared(4711);
                insert into app.done (n) values ((payload ->> 'n')::bigint);
            end $$
            """
        )
    }

    /// Waits until a handler stands before an advisory lock that the test holds.
    func handlerWaits() async throws {
        try await eventually("the handler is at work") {
            try await rows(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'
                """
            ) == ["1"]
        }
    }

    /// Waits until no backend of the first database holds an advisory lock: a slot's, for one.
    func whenNoBackendWorks() async throws {
        try await eventually("the locks are free") {
            try await rows(
                """
                select 1 from pg_locks as l join pg_database as d on d.oid = l.database
                where d.datname = current_database() and l.locktype = 'advisory'
                """
            ) == []
        }
    }
}

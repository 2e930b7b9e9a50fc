import Postgres
import Testing

extension Fixture {
    /// Sets up query processor `fragments` with results in `app.query_result`, and a table `app.point (id, x, name)` of
    /// a thousand rows that the runner may read.
    func setUpQueries(_ more: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await script(
            """
            create table app.point (id bigint primary key, x integer, name text);
            insert into app.point select n, n % 10, 'point ' || n from generate_series(1, 1000) as n;
            grant select on app.point to \(runner)
            """
        )
        let result = try await cronmillHere(queryArguments(more))
        try #require(result.exitCode == 0, "\(result.errors)", sourceLocation: sourceLocation)
    }

    func queryArguments(_ more: [String] = []) -> [String] {
        [
            "setup", "--queue", "fragments", "--query-results", "app.query_result", "--run-as", runner,
            "--schedule", Self.never, "--enable",
        ] + more
    }

    /// Puts a query into the queue, with more members of the payload as JSON.
    func ask(_ query: String, key: String = "id", more: String = "{}") async throws {
        _ = try await rows(
            """
            select cronmill.enqueue(
                'fragments', jsonb_build_object('query', \(query)::text, 'partition_key', \(key)::text) || \(more)::jsonb)
            """
        )
    }

    /// Runs the processor as pg_cron does.
    func answer() async throws { try await call("fragments") }

    /// SQLSTATE and message of the dead tasks, in the order in which they were put in.
    func deadQueries() async throws -> [String] {
        try await rows("select d.error_sqlstate, d.error_message from cronmill.dead_task as d order by d.task_id")
    }
}

import Cronmill
import Postgres
import PrivateServer
import Synchronization
import Testing

/// A server whose pg_cron is in the application database `shop`, with our processors in `shop` and `analytics` and jobs
/// of three other owners, each of which notes in `app.note` where and as whom it ran.
struct MoveFixture: Sendable {
    let server: TestServer
    /// The database pg_cron is in at the beginning.
    let home: String

    static let databases = ["shop", "analytics"]
    /// A schedule that comes, but not while a test goes.
    static let rare = "0 0 1 1 *"
    /// A command with a quote and a line break in it.
    static let quoted = "insert into app.note (job) values ('it''s\nbob''s')"

    /// Runs `body` with such a server.
    static func with(home: String = "shop", schedule: String, _ body: (MoveFixture) async throws -> Void) async throws {
        try await withServer(cronDatabase: home) { server in
            let fixture = MoveFixture(server: server, home: home)
            try await fixture.create(schedule: schedule)
            try await body(fixture)
        }
    }

    private func create(schedule: String) async throws {
        try await script(
            "create role runner login; create role ann login; create role bob login; create role carl login",
            in: "postgres"
        )
        for database in Self.databases {
            try await script("create database \(database)", in: "postgres")
            try await script(
                """
                create schema app;
                create table app.done (n bigint);
                create table app.note (job text, role text default current_user, place text default current_database(),
                    at timestamptz default clock_timestamp());
                create function app.work(payload jsonb) returns void language sql begin atomic
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end;
                grant usage on schema app to runner, ann, bob, carl;
                grant insert on app.done to runner;
                grant insert on app.note to ann, bob, carl;
                """,
                in: database
            )
        }
        let result = try await cronmill(
            ["setup", "--database", "shop", "--database", "analytics", "--queue", "work", "--handler", "app.work"]
                + ["--run-as", "runner", "--slots", "2", "--schedule", schedule, "--enable"],
            cron: home
        )
        try #require(result.exitCode == 0, "\(result.errors)")
        try await script(
            """
            grant usage on schema cron to bob;
            grant execute on function cron.alter_job(bigint, text, text, text, text, boolean) to carl;
            revoke execute on function cron.unschedule(bigint) from public;
            create policy "carl sees all" on cron.job for select to carl using (true);
            create index run_start on cron.job_run_details (start_time);
            select cron.schedule_in_database('idle', '\(schedule)', 'insert into app.note (job) values (''idle'')', 'shop', 'ann', false);
            select cron.schedule_in_database('quoted', '\(schedule)', '\(Self.quoted.replacing("'", with: "''"))', 'analytics', 'bob');
            select cron.schedule_in_database('failing', '\(schedule)', 'select 1 / 0', 'shop', 'ann');
            select cron.schedule_in_database('slow', '\(schedule)',
                'insert into app.note (job) select ''slow'' from pg_sleep(20)', 'shop', 'carl');
            select cron.schedule_in_database('unnamed', '\(schedule)', 'insert into app.note (job) values (''unnamed'')', 'shop', 'bob');
            update cron.job set jobname = null where jobname = 'unnamed';
            insert into cron.job_run_details
                (jobid, runid, job_pid, database, username, command, status, return_message, start_time, end_time)
            select 900, 20000 + n, n, 'shop', 'ann', 'select ' || n, 'succeeded', E'1\\trow\\n', now() - interval '2 days',
                now() - interval '2 days'
            from generate_series(1, 10000) as n;
            select setval('cron.runid_seq', 40000);
            """,
            in: home
        )
    }

    func cronmill(_ arguments: [String], cron: String? = nil) async throws -> ProgramResult {
        try await server.cronmill(arguments + (cron.map { ["--cron-database", $0] } ?? []))
    }

    /// Runs `cronmill migrate` with the restart command of this server.
    func migrate(_ command: String, from: String? = nil, to: String = "postgres", _ more: String...) async throws
        -> ProgramResult
    {
        try await server.cronmill(arguments(command, from: from, to: to, more))
    }

    func arguments(_ command: String, from: String? = nil, to: String = "postgres", _ more: [String] = []) -> [String] {
        let restarts = ["apply", "rollback"].contains(command)
        return ["migrate", command, "--from", from ?? home, "--to", to] + more
            + (restarts ? ["--restart-command", server.server.restartCommand, "--yes"] : [])
    }

    func script(_ text: String, in database: String) async throws {
        let connection = try await server.connect(database)
        try await connection.script(text)
        await connection.close()
    }

    /// The rows of a query by the superuser, columns joined by `|`, null shown as `-`.
    func rows(_ sql: SQL, in database: String) async throws -> [String] {
        let connection = try await server.connect(database)
        let rows = try await connection.query(sql)
        await connection.close()
        return rows.map { row in row.columns.map { row[$0] ?? "-" }.joined(separator: "|") }
    }

    /// Every job of a cron database, whole. A housekeeper runs wherever pg_cron is, here shown as `here`.
    func jobs(in database: String) async throws -> [String] {
        try await rows(
            """
            select j.jobid, j.schedule, j.command, j.nodename, j.nodeport,
                case when j.database = current_database() and j.command like 'call cronmill_cron.%' then 'here' else j.database end,
                j.username, j.active, j.jobname
            from cron.job as j order by j.jobid
            """,
            in: database
        )
    }

    /// Rights, policies and indexes on pg_cron's objects.
    func rights(in database: String) async throws -> [String] {
        try await rows(
            """
            select o.name, x.privilege_type, x.grantee::regrole
            from (
                select n.nspname::text as name, n.nspacl as acl from pg_namespace as n where n.nspname = 'cron'
                union all
                select p.oid::regprocedure::text, p.proacl from pg_proc as p where p.pronamespace = 'cron'::regnamespace
                union all
                select c.oid::regclass::text, c.relacl from pg_class as c
                where c.relnamespace = 'cron'::regnamespace and c.relkind in ('r', 'S')
            ) as o
            cross join lateral aclexplode(o.acl) as x
            union all
            select p.policyname::text, p.cmd, null from pg_policies as p where p.schemaname = 'cron'
            union all
            select i.indexname::text, i.indexdef, null from pg_indexes as i where i.schemaname = 'cron'
            order by 1, 2, 3
            """,
            in: database
        )
    }

    /// Rows of the history made before the test, as one checksum, and their number.
    func oldHistory(in database: String) async throws -> [String] {
        try await rows(
            """
            select count(*), md5(string_agg(d::text, '' order by d.runid))
            from cron.job_run_details as d where d.runid between 20001 and 30000
            """,
            in: database
        )
    }

    /// Whether the two databases never have a job that runs in both: looks until it is cancelled.
    func watchForDoubles(_ other: String) -> Task<[String], Never> {
        Task {
            var found: Set<String> = []
            while !Task.isCancelled {
                do {
                    let here: Set<String> = Set(try await active(in: home))
                    let there: Set<String> = Set(try await active(in: other))
                    found.formUnion(here.intersection(there))
                } catch {
                    // The server restarts, or there is no pg_cron there at this moment.
                }
                try? await Task.sleep(for: .milliseconds(100))
            }
            return found.sorted()
        }
    }

    private func active(in database: String) async throws -> [String] {
        try await rows(
            "select j.jobid from cron.job as j where j.active and j.schedule <> '0 0 31 2 *'",
            in: database
        )
    }
}

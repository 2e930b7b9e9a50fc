import Postgres
import Testing

/// Code that runs in a session of somebody who may do more than it may.
@Suite("Deputies", .timeLimit(.minutes(60)))
struct DeputyTests {
    @Test("maintenance by a superuser lends no rights to the functions of the tables it maintains")
    func maintenance() async throws {
        try await withServer { server in
            try await withDatabases(2, on: server, waitsForTurn: false) { fixture in
                let (mine, theirs) = (fixture.databases[0], fixture.databases[1])
                try await server.makeRole("tenant")
                try await fixture.setUp()
                _ = try await fixture.cronmill(["grant", "monitor", "tenant", "--database", mine])
                _ = try await fixture.cronmill(["grant", "producer", "tenant", "--queue", "work", "--database", mine])
                try await fixture.script("insert into cronmill.queue (name) values ('other')")
                for database in [mine, "postgres"] {
                    try await fixture.script("create schema tenant authorization tenant", in: database)
                }
                try await fixture.script(
                    "insert into cronmill_cron.alarm (kind, database_name, detail) values ('silent', '\(theirs)', 'secret')",
                    in: "postgres"
                )
                let trap = { (statement: String) in
                    """
                    create table tenant.caught (who text, what text);
                    create function tenant.attempt() returns void language plpgsql as $$
                    begin
                        \(statement);
                    exception when others then
                        insert into tenant.caught values (current_user, sqlerrm);
                    end $$;
                    create function tenant.trap(n integer) returns integer language plpgsql immutable as $$
                    begin
                        perform tenant.attempt();
                        return n;
                    end $$;
                    create table tenant.t (n integer);
                    create index on tenant.t (tenant.trap(n));
                    insert into tenant.t select n from generate_series(1, 3) as n
                    """
                }
                let work = try await server.connectByPassword(mine, as: "tenant")
                try await work.script(trap("perform cronmill.enqueue('other', '{}')"))
                let cron = try await server.connectByPassword("postgres", as: "tenant")
                try await cron.script(
                    trap(
                        """
                        insert into tenant.caught
                        select current_user, a.detail from cronmill_cron.alarms(null) as a where a.detail = 'secret'
                        """
                    )
                )
                for database in [mine, "postgres"] {
                    for statement in ["analyze tenant.t", "reindex table tenant.t", "vacuum full tenant.t"] {
                        try await fixture.script(statement, in: database)
                    }
                }
                #expect(try await fixture.rows("select count(*) from cronmill.task", in: mine) == ["0"])
                #expect(
                    try await fixture.rows("select distinct who, what from tenant.caught order by 2", in: mine) == [
                        "tenant|role \"postgres\" does nothing here in the course of maintenance",
                        "tenant|role \"tenant\" may not enqueue to queue \"other\"",
                    ]
                )
                #expect(
                    try await fixture.cronRows("select distinct who, what from tenant.caught")
                        == ["tenant|role \"postgres\" does nothing here in the course of maintenance"]
                )
                // What is not maintenance goes on as before.
                try await fixture.script("select cronmill.enqueue('other', '{}')", in: mine)
                try await work.script("select cronmill.enqueue('work', '{}')")
                #expect(try await fixture.rows("select count(*) from cronmill.task", in: mine) == ["2"])
                #expect(
                    try await fixture.cronRows("select detail from cronmill_cron.alarms(null) where detail = 'secret'")
                        == ["secret"]
                )
                await work.close()
                await cron.close()
            }
        }
    }

    @Test("a job that looks like one of ours is nobody's of ours, and changes no verdict")
    func lookAlike() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await server.makeRole("stranger")
                try await fixture.setUp("--enable")
                let name = try await fixture.cronRows(
                    "select cronmill_cron.job_name(\(fixture.database), 'work', 2)"
                )[0]
                try await fixture.script(
                    """
                    grant usage on schema cron to stranger;
                    grant execute on function cron.schedule_in_database(text, text, text, text, text, boolean) to stranger
                    """,
                    in: "postgres"
                )
                let stranger = try await server.connect("postgres", as: "stranger")
                try await stranger.script(
                    """
                    select cron.schedule_in_database('\(name)', '* * * * *', 'call cronmill_processor.work(2)', '\(fixture.database)')
                    """
                )
                await stranger.close()
                #expect(try await fixture.cronmillHere("sync", "--check") == DriftTests.clean)
                let jobs = try await fixture.jobs()
                let synchronized = try await fixture.cronmillHere("sync")
                #expect(synchronized.exitCode == 0)
                #expect(try await fixture.jobs() == jobs)
                try await fixture.script(
                    "select cron.unschedule(jobid) from cron.job where username = 'stranger'",
                    in: "postgres"
                )
            }
        }
    }
}

import Postgres
import Testing

/// Plain SQL that disables a processor while pg_cron's run is in a task, without the wait of the command line.
@Suite("Deactivation", .timeLimit(.minutes(20)))
struct DeactivationTests {
    @Test("disabled by plain SQL a run ends, killed with workers or at its next batch, and every task is done once")
    func plainSQL() async throws {
        try await withDatabases(waitsForTurn: false) { place in
            let abilities = try await ServerAbilities(of: place.server)
            try await place.setUp(schedule: nil, "--every", abilities.hasSeconds ? "5s" : "1m")
            guard !abilities.runsOneAtATime else { return }
            try await place.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    if payload ->> 'n' = '2' and (payload -> 'again') is null then
                        perform pg_advisory_xact_lock(7, 2);
                        perform pg_sleep(8);
                    end if;
                end $$
                """
            )
            try await place.enqueue(4)
            try await place.script("update cronmill.processor set enabled = true")
            try await eventually("pg_cron's run is in the second task") {
                try await place.rows(
                    """
                    select true from pg_locks as l join pg_database as d on d.oid = l.database
                    where l.locktype = 'advisory' and l.classid = 7 and l.objid = 2 and d.datname = current_database()
                    """
                ) == ["t"]
            }
            try await place.script("update cronmill.processor set enabled = false")
            try await eventually("the run is over", within: .seconds(30)) {
                try await place.rows("select running from cronmill.processor_status") == ["0"]
            }
            let waiting = try await place.rows(
                "select payload ->> 'n' as n, attempts from cronmill.task order by 1"
            )
            // A worker is killed in the task; a session goes on to the end of its batch.
            #expect(waiting.contains("2|0") == abilities.usesWorkers)
            #expect(waiting.allSatisfy { $0.hasSuffix("|0") }, "nobody is charged")
            #expect(try await place.done() + waiting.compactMap { Int($0.prefix(1)) } == [1, 2, 3, 4])
            try await eventually("pg_cron has noted that it was stopped, not that it failed", within: .seconds(20)) {
                let runs = try await place.cronmillHere("runs", "--limit", "1")
                return runs.output.contains("stopped") && !runs.output.contains("failed")
            }

            try await place.script("update cronmill.task set payload = payload || jsonb_build_object('again', true)")
            try await place.script("update cronmill.processor set enabled = true")
            try await eventually("the next run has done the rest") { try await place.done() == [1, 2, 3, 4] }
            #expect(try await place.rows("select count(*) from cronmill.dead_task") == ["0"])
            let disabled = try await place.cronmillHere("disable")
            #expect(disabled.exitCode == 0, "\(disabled.errors)")
        }
    }
}

import Postgres
import Testing

/// Plain SQL that disables a processor while pg_cron's run is in a task, without the wait of the command line.
@Suite("Deactivation", .timeLimit(.minutes(60)))
struct DeactivationTests {
    @Test("disabled by plain SQL a run ends, killed with workers or at its next batch, and every task is done once")
    func plainSQL() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            let abilities = try await ServerAbilities(of: fixture.server)
            try await fixture.setUp(schedule: nil, "--every", abilities.hasSeconds ? "5s" : "1m")
            guard !abilities.runsOneAtATime else { return }
            try await fixture.script(
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
            try await fixture.enqueue(4)
            try await fixture.script("update cronmill.processor set enabled = true")
            try await eventually("pg_cron's run is in the second task") {
                try await fixture.rows(
                    """
                    select true from pg_locks as l join pg_database as d on d.oid = l.database
                    where l.locktype = 'advisory' and l.classid = 7 and l.objid = 2 and d.datname = current_database()
                    """
                ) == ["t"]
            }
            try await fixture.script("update cronmill.processor set enabled = false")
            try await eventually("the run is over", within: .seconds(30)) {
                try await fixture.rows("select running from cronmill.processor_status") == ["0"]
            }
            let waiting = try await fixture.rows(
                "select payload ->> 'n' as n, attempts from cronmill.task order by 1"
            )
            // A worker is killed in the task; a session goes on to the end of its batch.
            #expect(waiting.contains("2|0") == abilities.usesWorkers)
            #expect(waiting.allSatisfy { $0.hasSuffix("|0") }, "nobody is charged")
            #expect(try await fixture.done() + waiting.compactMap { Int($0.prefix(1)) } == [1, 2, 3, 4])
            try await eventually("pg_cron has noted that it was stopped, not that it failed", within: .seconds(20)) {
                let runs = try await fixture.cronmillHere("runs", "--limit", "1")
                return runs.output.contains("stopped") && !runs.output.contains("failed")
            }

            try await fixture.script("update cronmill.task set payload = payload || jsonb_build_object('again', true)")
            try await fixture.script("update cronmill.processor set enabled = true")
            try await eventually("the next run has done the rest") { try await fixture.done() == [1, 2, 3, 4] }
            #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["0"])
            let disabled = try await fixture.cronmillHere("disable")
            #expect(disabled.exitCode == 0, "\(disabled.errors)")
        }
    }

    /// Leaves a processor as a `disable` does that comes to no end while a run is in a task.
    private func disableHalf(_ fixture: Fixture, _ body: () async throws -> Void) async throws {
        try await fixture.makeHandlerWait()
        try await fixture.enqueue(2)
        let holder = try await fixture.connect()
        try await holder.execute("select pg_advisory_lock(4711)")
        async let run: Void = fixture.call()
        try await fixture.handlerWaits()
        let disabled = try await fixture.cronmillHere("disable", "--wait", "0.2s")
        #expect(disabled.exitCode == 1)
        #expect(try await fixture.rows("select enabled, paused, paused_for from cronmill.processor") == ["t|t|disable"])
        try await body()
        try await holder.execute("select pg_advisory_unlock(4711)")
        try await run
        await holder.close()
    }

    @Test("status does not hide a disable that came to no end, and enable ends its pause and says so")
    func half() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await disableHalf(fixture) {
                let status = try await fixture.cronmillHere("status", "--exit-code", "--json")
                #expect(status.exitCode == 3)
                #expect(status.output.contains("\"verdict\": \"interrupted\""))
            }
            let enabled = try await fixture.cronmillHere("enable")
            #expect(enabled.exitCode == 0)
            #expect(
                (enabled.output + enabled.errors).contains(
                    "enable processor work, and resume it: a disable that did not come to its end had paused it"
                )
            )
            #expect(try await fixture.rows("select enabled, paused, paused_for from cronmill.processor") == ["t|f|-"])
            let status = try await fixture.cronmillHere("status", "--exit-code")
            #expect(status.exitCode == 0)
        }
    }

    @Test("disable after one that came to no end disables, and leaves no pause")
    func again() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await disableHalf(fixture) {}
            let disabled = try await fixture.cronmillHere("disable")
            #expect(disabled.exitCode == 0, "\(disabled.errors)")
            #expect(try await fixture.rows("select enabled, paused, paused_for from cronmill.processor") == ["f|f|-"])
        }
    }

    @Test("a person's pause outlasts disable and enable, and enable says that it is there")
    func anothersPause() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            for command in ["pause", "disable"] {
                let result = try await fixture.cronmillHere(command)
                #expect(result.exitCode == 0, "\(result.errors)")
            }
            #expect(try await fixture.rows("select enabled, paused, paused_for from cronmill.processor") == ["f|t|-"])
            let enabled = try await fixture.cronmillHere("enable")
            #expect(
                enabled.errors.contains(
                    "\(fixture.database): processor work is paused, no task is begun: "
                        + "cronmill resume work --database \(fixture.database)"
                )
            )
            #expect(try await fixture.rows("select enabled, paused, paused_for from cronmill.processor") == ["t|t|-"])
        }
    }
}

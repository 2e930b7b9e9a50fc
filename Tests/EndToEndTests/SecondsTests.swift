import Postgres
import Testing

/// Schedules in seconds, which pg_cron learned late: runs linger until the next start is due.
@Suite("Schedules in seconds", .timeLimit(.minutes(60)))
struct SecondsTests {
    @Test("a processor of every 10 seconds runs on end, in runs of 10 seconds that neither overlap nor pile up")
    func everyTenSeconds() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            guard try await ServerAbilities(of: fixture.server).hasSeconds else {
                // What is said then is among the bad input.
                return
            }
            let setup = try await fixture.cronmill(
                fixture.setupArguments(schedule: nil, ["--every", "10s", "--slots", "2", "--enable"])
            )
            try #require(setup.exitCode == 0, "\(setup.errors)")
            #expect(
                try await fixture.jobs()
                    == (1...2).map { slot in
                        "cronmill \(fixture.database)/work#\(slot)|10 seconds|call cronmill_processor.work(\(slot))|\(fixture.runner)|t"
                    }
            )
            try await fixture.enqueue(1000)
            try await eventually("three runs of each slot are over, and the fourth has begun") {
                try await fixture.rows(
                    """
                    select s.slot from cronmill.slot as s join cronmill.run as r using (slot_id)
                    group by s.slot having count(*) >= 4 and count(r.ended_at) >= 3 order by 1
                    """
                ) == ["1", "2"]
            }
            #expect(try await fixture.done() == Array(1...1000))

            // pg_cron keeps a run that came due meanwhile and starts it at the end of the one before.
            let order: SQL = """
                select s.slot, row_number() over w as number, r.end_reason, r.ended_at - r.started_at as length,
                    lead(r.started_at) over w - r.ended_at as gap
                from cronmill.run as r join cronmill.slot as s using (slot_id)
                window w as (partition by s.slot order by r.run_id)
                """
            #expect(
                try await fixture.rows(
                    """
                    select o.slot, o.number, o.end_reason, o.length, o.gap from (\(sql: order)) as o
                    where o.number <= 3 and (o.end_reason <> 'budget' or o.length not between '10 s' and '13 s'
                        or o.gap not between '0 s' and '2 s')
                    """
                ) == []
            )
            #expect(
                try await fixture.rows("select distinct owed_ticks from cronmill.slot") == ["0"]
            )
            let disabled = try await fixture.cronmillHere("disable")
            #expect(disabled.exitCode == 0, "\(disabled.errors)")
        }
    }

    @Test("a schedule in seconds and one in minutes can be changed into each other while runs go on")
    func change() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            guard try await ServerAbilities(of: fixture.server).hasSeconds else { return }
            let setup = try await fixture.cronmill(
                fixture.setupArguments(schedule: nil, ["--every", "2s", "--enable"])
            )
            try #require(setup.exitCode == 0, "\(setup.errors)")
            try await fixture.enqueue(1)
            try await eventually("the task is done") { try await fixture.done() == [1] }
            let changed = try await fixture.cronmillHere("configure", "work", "--every", "3s")
            #expect(changed.exitCode == 0, "\(changed.errors)")
            try await fixture.script("delete from app.done")
            try await fixture.enqueue(1)
            try await eventually("a run of the new length is over") {
                try await fixture.rows(
                    """
                    select true from cronmill.run as r
                    where r.ended_at - r.started_at between '3 s' and '6 s' limit 1
                    """
                ) == ["t"]
            }
            #expect(try await fixture.done() == [1])
            let never = try await fixture.cronmillHere("configure", "work", "--schedule", Fixture.never)
            #expect(never.exitCode == 0, "\(never.errors)")
            try await eventually("the last run is over", within: .seconds(20)) {
                try await fixture.rows("select count(*) from cronmill.run where ended_at is null") == ["0"]
            }
            let runs = try await fixture.rows("select count(*) from cronmill.run")
            try await Task.sleep(for: .seconds(5))
            #expect(try await fixture.rows("select count(*) from cronmill.run") == runs)
        }
    }
}

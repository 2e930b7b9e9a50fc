import Postgres
import Testing

/// What is removed of pg_cron's history and of tasks, by age and by count, and what is not.
@Suite("Pruning", .timeLimit(.minutes(60)))
struct PruneTests {
    /// Puts runs into the history: of each of the jobs one per hour, back to so many hours ago.
    private func makeHistory(_ fixture: Fixture, hours: Int) async throws {
        try await fixture.script(
            """
            update cronmill_cron.housekeeping set pass.is_over = true, pass.began_at = now();
            insert into cron.job_run_details (jobid, runid, job_pid, database, username, command, status, return_message, start_time, end_time)
            select j.jobid, nextval('cron.runid_seq'), 1, j.database, j.username, j.command, 'succeeded', 'CALL', t, t + interval '1 s'
            from generate_series(\(hours), 1, -1) as n
            cross join (
                select o.jobid, o.command, o.database, o.username from cron.job as o where o.database <> 'postgres'
                union all
                select 987654, 'select 1', 'postgres', 'postgres'
            ) as j
            cross join lateral (select now() - n * interval '1 hour') as c (t)
            """,
            in: "postgres"
        )
    }

    private func runs(_ fixture: Fixture) async throws -> [String] {
        try await fixture.cronRows(
            """
            select coalesce(j.processor, 'others') as processor, count(*)
            from cron.job_run_details as d
            left join cronmill_cron.job as j on j.jobid = d.jobid and j.slot > 0
            where j.jobid is not null or d.jobid = 987654
            group by 1 order by 1
            """
        )
    }

    @Test("runs go by age, by count, per processor, as a rehearsal says; those of other jobs only if told so")
    func history() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--slots", "2")
                try await fixture.setUp(queue: "more")
                try await makeHistory(fixture, hours: 100)
                #expect(try await runs(fixture) == ["more|100", "others|100", "work|200"])
                let rehearsal = try await fixture.cronmill([
                    "prune", "--all", "--processor", "work", "--older-than", "90h30m", "--dry-run",
                ])
                let table = """
                    DATABASE  PROCESSOR  RUNS  DONE TASKS  DEAD TASKS  COUNTERS
                    \(fixture.database)\(String(repeating: " ", count: max(0, 10 - fixture.database.count)))work         20           0           0         0

                    """
                #expect(rehearsal.output == table)
                #expect(rehearsal.errors == "nothing is removed: --dry-run\n")
                #expect(try await runs(fixture) == ["more|100", "others|100", "work|200"])
                let pruned = try await fixture.cronmill([
                    "prune", "--all", "--processor", "work", "--older-than", "90h30m",
                ])
                #expect(pruned == ProgramResult(output: table, errors: "removed\n", exitCode: 0))
                #expect(try await runs(fixture) == ["more|100", "others|100", "work|180"])

                _ = try await fixture.cronmillHere("prune", "--keep", "30")
                #expect(try await runs(fixture) == ["more|30", "others|100", "work|30"])
                // Of two slots the newest thirty together.
                #expect(
                    try await fixture.cronRows(
                        """
                        select count(*) from cron.job_run_details
                        where command like 'call cronmill_processor.work%' and start_time > now() - interval '15 hours 1 minute'
                        """
                    ) == ["30"]
                )
                // What is set decides where nothing is named.
                #expect(try await fixture.cronmillHere("prune").errors == "nothing to remove\n")
                let set = try await fixture.cronmillHere("prune", "--set", "keep=10", "--processor", "more")
                #expect(set.exitCode == 0, "\(set.errors)")
                _ = try await fixture.cronmillHere("prune", "--set", "older-than=5h")
                _ = try await fixture.cronmillHere("prune")
                #expect(try await runs(fixture) == ["more|4", "others|100", "work|8"])

                let asked = try await fixture.cronmill(["prune", "--all", "--older-than", "50h", "--include-others"])
                #expect(asked.exitCode == 1)
                #expect(asked.errors.contains("old runs of jobs that are not Cronmill's would be removed"))
                #expect(try await runs(fixture) == ["more|4", "others|100", "work|8"])
                let all = try await fixture.cronmill([
                    "prune", "--all", "--older-than", "50h30m", "--include-others", "--yes",
                ])
                #expect(all.output.contains("(jobs of others)"), "\(all.output)\(all.errors)")
                #expect(try await runs(fixture) == ["more|4", "others|50", "work|8"])
                let unknown = try await fixture.cronmillHere("prune", "--processor", "wrok", "--keep", "1")
                #expect(unknown.exitCode == 1)
                #expect(unknown.errors.contains("processor \"wrok\" does not exist in database"))

                // A job of somebody else that has a jobid of ours is not ours.
                try await fixture.script(
                    "update cron.job_run_details set command = 'select 2' where command like '%more%'",
                    in: "postgres"
                )
                _ = try await fixture.cronmillHere("prune", "--older-than", "0")
                #expect(try await runs(fixture) == ["more|4", "others|50"])
            }
        }
    }

    @Test("the housekeeper removes what is older than seven days, over windows and gaps, and jobs long gone")
    func housekeeper() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp()
                try await makeHistory(fixture, hours: 200)
                try await fixture.script("select setval('cron.runid_seq', 3000000)", in: "postgres")
                try await makeHistory(fixture, hours: 2)
                try await fixture.script(
                    """
                    insert into cronmill_cron.job (jobid, database_name, processor, slot, run_as, made_at, removed_at)
                    values (5000, '\(fixture.database)', 'gone', 1, 'x', now() - interval '1 year', now() - interval '30 days');
                    update cronmill_cron.housekeeping set pass = null
                    """,
                    in: "postgres"
                )
                try await eventually("it has been at work", within: .seconds(130)) {
                    try await fixture.cronRows("select (h.pass).is_over from cronmill_cron.housekeeping as h") == ["t"]
                }
                #expect(try await runs(fixture) == ["others|202", "work|169"])
                #expect(
                    try await fixture.cronRows("select count(*) from cronmill_cron.job where processor = 'gone'") == [
                        "0"
                    ]
                )
                #expect(
                    try await fixture.cronRows(
                        """
                        select count(*) from cron.job_run_details as d
                        join cronmill_cron.job as j on j.jobid = d.jobid
                        where j.processor = 'house' and d.status = 'failed'
                        """
                    ) == ["0"]
                )
            }
        }
    }

    @Test("finished and dead tasks go by what their processor says, also a disabled one's; the rest stays")
    func tasks() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--keep-done", "1h", "--keep-dead", "2h")
            try await fixture.setUp(queue: "more")
            try await fixture.script(
                """
                insert into cronmill.done_task (task_id, queue_id, priority, attempts, run_at, enqueued_at, finished_at, payload)
                select q.queue_id * 1000 + n, q.queue_id, 0, 0, now(), now(), now() - n * interval '30 minutes', '{}'
                from cronmill.queue as q cross join generate_series(1, 10) as n;
                insert into cronmill.dead_task (task_id, queue_id, priority, attempts, run_at, enqueued_at, payload, failed_at,
                    error_sqlstate, error_message)
                select q.queue_id * 1000 + n, q.queue_id, 0, 1, now(), now(), '{}', now() - n * interval '30 minutes', 'XX000', 'no'
                from cronmill.queue as q cross join generate_series(1, 10) as n;
                """
            )
            let left: SQL = """
                select q.name, (select count(*) from cronmill.done_task as d where d.queue_id = q.queue_id) as done,
                    (select count(*) from cronmill.dead_task as d where d.queue_id = q.queue_id) as dead
                from cronmill.queue as q order by 1
                """
            let rehearsal = try await fixture.cronmillHere("prune", "--dry-run", "--json")
            #expect(rehearsal.output.contains("\"done_tasks\": 9"), "\(rehearsal.output)")
            #expect(rehearsal.output.contains("\"dead_tasks\": 7"))
            #expect(try await fixture.rows(left) == ["more|10|10", "work|10|10"])
            let result = try await fixture.cronmillHere("prune")
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(try await fixture.rows(left) == ["more|10|10", "work|1|3"])

            // A processor at work tidies up for the disabled one.
            try await fixture.script("update cronmill.processor set enabled = true where name = 'more'")
            try await fixture.script("update cronmill.done_task set finished_at = now() - interval '2 hours'")
            try await fixture.script("update cronmill.installation set tidied_at = now() - interval '2 hours'")
            try await fixture.call("more")
            #expect(try await fixture.rows(left) == ["more|10|10", "work|0|3"])
        }
    }

    @Test("without superuser runs are removed as their roles, and only theirs")
    func withoutSuperuser() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.makeInstaller()
                let installer = ["DB_USER": "installer"]
                let setup = try await fixture.cronmill(
                    fixture.setupArguments(["--max-running-jobs", "32", "--others", "0", "--link-host", "127.0.0.1"]),
                    environment: installer
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
                try await makeHistory(fixture, hours: 20)
                let pruned = try await fixture.cronmill(
                    ["prune", "--database", fixture.database, "--older-than", "10h30m"],
                    environment: installer
                )
                #expect(pruned.exitCode == 0, "\(pruned.errors)")
                #expect(try await runs(fixture) == ["others|20", "work|10"])
                let all = try await fixture.cronmill(
                    ["prune", "--all", "--keep", "3", "--include-others", "--yes"],
                    environment: installer
                )
                #expect(all.exitCode == 0, "\(all.errors)")
                #expect(try await runs(fixture) == ["others|20", "work|3"])
                let stranger = try await fixture.cronmill(
                    ["prune", "--database", fixture.database],
                    environment: ["DB_USER": fixture.runner]
                )
                #expect(stranger.exitCode == 1)
            }
        }
    }
}

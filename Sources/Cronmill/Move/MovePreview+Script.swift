internal import Postgres

extension MovePreview {
    /// What a person runs in psql, in three parts, where there is no superuser, as on managed clouds: the jobs that can
    /// be seen, by pg_cron's functions only. They get new numbers and have a new history; one without a name is named
    /// for its number. Jobs of Cronmill are not among them: `cronmill setup` and `sync` make those.
    public var script: String {
        let others = jobs.filter { $0.processor == nil }
        let roles = Set(others.map(\.role)).sorted().map { Identifier($0).quoted }.joined(separator: ", ")
        var lines = [
            "-- It ends at the first error: what comes after one is not to be done in what another has put there.",
            "\\set ON_ERROR_STOP on",
            "",
            "-- 1. In the old database: no job is started any more. Wait until none runs.",
            "\\connect \(Plan.connectArgument(oldDatabase))",
        ]
        if !roles.isEmpty {
            lines += [
                "grant usage on schema cron to \(roles);",
                "grant execute on function cron.alter_job(bigint, text, text, text, text, boolean) to \(roles);",
            ]
        }
        for job in others where job.isActive {
            let rest: SQL = "select cron.alter_job(\(job.jobid), schedule := \(Migration.never));"
            lines += ["begin;", "set local role \(Identifier(job.role).quoted);", rest.script, "commit;"]
        }
        lines += [
            "select d.jobid, d.start_time from cron.job_run_details as d where d.status = 'running';",
            "",
            "-- 2. Where the server is configured: cron.database_name = \(newDatabase.quotedLiteral). Restart it.",
            "",
            "-- 3. In the new database.",
            "\\connect \(Plan.connectArgument(newDatabase))",
            "create extension pg_cron;",
        ]
        if !roles.isEmpty {
            lines += [
                "grant usage on schema cron to \(roles);",
                "grant execute on function cron.schedule_in_database(text, text, text, text, text, boolean) to \(roles);",
            ]
        }
        for job in others {
            let made: SQL = """
                select cron.schedule_in_database(\(job.name ?? "job_\(job.jobid)"), \(job.schedule), \(job.command), \
                \(job.database), active := \(literal: job.isActive));
                """
            lines += ["begin;", "set local role \(Identifier(job.role).quoted);", made.script, "commit;"]
        }
        return lines.map { $0 + "\n" }.joined()
    }
}

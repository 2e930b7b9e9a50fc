internal import Postgres

/// pg_cron's history of runs.
struct RunHistory {
    let session: Session

    init(_ session: Session) { self.session = session }

    /// Whether pg_cron keeps no history; nil if that may not be read.
    func isOff() throws -> Bool? {
        try session.one(
            """
            select case when pg_has_role('pg_read_all_settings', 'usage')
                then current_setting('cron.log_run', true) = 'off' end as is_off
            """
        ).get("is_off")
    }

    /// Refuses who may not change pg_cron's history for us.
    func checkOwner() throws {
        let row = try session.one(
            """
            select has_function_privilege(p.oid, 'execute') as may, session_user as me, pg_get_userbyid(p.proowner) as owner
            from pg_catalog.pg_proc as p
            where p.pronamespace = 'cronmill_cron'::regnamespace and p.proname = 'begin_prune'
            """
        )
        guard try !row.get("may") else { return }
        let (me, owner): (String, String) = try (row.get("me"), row.get("owner"))
        throw CronmillError(
            .failed,
            "role \"\(me)\" may not prune the history",
            detail: "It belongs to \"\(owner)\", who owns the registry; the housekeeper prunes it every hour.",
            hint: "Connect as \"\(owner)\".",
            database: session.database
        )
    }

    /// Autovacuum does not see what pg_cron writes there.
    func vacuum() throws {
        let mayVacuum: Bool = try session.one(
            """
            select pg_has_role(c.relowner, 'usage') as may
            from pg_catalog.pg_class as c
            where c.oid = 'cron.job_run_details'::regclass
            """
        ).get("may")
        if mayVacuum { try session.executeAlone("vacuum (analyze) cron.job_run_details") }
    }
}

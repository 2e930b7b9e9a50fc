import Glibc
import Postgres
import PrivateServer

/// Kills what wakes processors, or one that is falling asleep.
struct WakeKiller: Sendable {
    let fixture: ChaosFixture

    enum Kind: String, Sendable, CaseIterable {
        case postmaster = "kill -9 of the postmaster"
        case housekeeper = "pg_terminate_backend of the housekeeper"
        case fallingAsleep = "pg_terminate_backend of slots, amid the word that one falls asleep"
        case immediate = "immediate stop and start of the server"
        case launcher = "pg_terminate_backend of pg_cron's launcher"
        case link = "pg_terminate_backend of a link, amid the word that a slot falls asleep"
        case slots = "pg_terminate_backend of slots, when they have nothing to do"

        /// Whether it waits itself for slots to be where they are to be hit.
        var isForRest: Bool { self == .fallingAsleep || self == .link }
    }

    /// - Returns: whether anybody was hit.
    /// - Throws: `PrivateServerError` when the server does not start again.
    func kill(_ kind: Kind, choice: UInt64, patience: Int) async throws -> Bool {
        do {
            switch kind {
            case .postmaster: try await fixture.server.crash()
            case .immediate: try await fixture.server.restart(immediate: true)
            case .housekeeper:
                return try await terminate("a.query like 'call cronmill_cron.watch()%'", patience: patience)
            case .slots:
                // They fall asleep after a second without a task.
                await Producer.pause(Int(choice % 1_200))
                return try await terminate(
                    """
                    a.pid in (
                        select l.pid from pg_locks as l
                        where l.locktype = 'advisory' and l.objsubid = 2
                            and l.classid = cronmill_cron.lock_class('slot')::oid
                    )
                    """,
                    patience: patience
                )
            case .launcher:
                let hits = try await terminate("a.backend_type = 'pg_cron launcher'", patience: patience)
                // Before 1.6 only a restart of the server brings it back.
                if try await !fixture.launcherReturns() { try await fixture.server.crash() }
                return hits
            case .fallingAsleep:
                return try await amidWord("a.application_name ~ '^cronmill slot'", patience: patience)
            case .link:
                return try await amidWord("a.query ~ 'INTO cronmill_cron.link_rest'", patience: patience)
            }
            return true
        } catch let error as PostgresError where error.isPassing {
            return false
        }
    }

    /// Terminates them as soon as there is one: after the end of a server they come back one by one.
    private func terminate(_ who: String, patience: Int) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(patience)
        while ContinuousClock.now < end {
            let hits = try await fixture.with(ChaosFixture.cronDatabase) { connection in
                try await connection.query(
                    """
                    select pg_terminate_backend(a.pid) as hits
                    from pg_stat_activity as a
                    where a.pid <> pg_backend_pid() and \(unsafeRaw: who)
                    """
                ).count
            }
            if hits > 0 { return true }
            await Producer.pause(50)
        }
        return false
    }

    /// Waits in the server until a link says that somebody falls asleep, which takes milliseconds, and terminates.
    private func amidWord(_ who: String, patience: Int) async throws -> Bool {
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            try await connection.script(
                """
                do $$
                declare hits integer;
                begin
                    for i in 1 .. \(patience * 500) loop
                        perform pg_stat_clear_snapshot();
                        if exists (
                            select from pg_stat_activity as a
                            where a.datname = current_database() and a.query ~ 'INTO cronmill_cron.link_rest'
                                and a.xact_start is not null and a.pid <> pg_backend_pid()
                        ) then
                            select count(pg_terminate_backend(a.pid)) into hits
                            from pg_stat_activity as a
                            where a.pid <> pg_backend_pid() and a.xact_start is not null and \(who);
                            if hits > 0 then
                                perform set_config('chaos.hits', 'yes', false);
                                return;
                            end if;
                        end if;
                        perform pg_sleep(0.002);
                    end loop;
                end $$
                """
            )
            let rows = try await connection.query("select current_setting('chaos.hits', true) = 'yes' as hits")
            return try rows.first?.get("hits", as: Bool?.self) ?? false
        }
    }
}

extension ChaosFixture {
    /// Whether pg_cron's launcher comes back by itself; before 1.6 only a restart of the server brings it back.
    func launcherReturns() async throws -> Bool {
        try await insist(ChaosFixture.cronDatabase) { connection in
            let rows = try await connection.query("select s.launcher_returns from cronmill_cron.scheduler() as s")
            return try rows.first?.get("launcher_returns") ?? false
        }
    }
}

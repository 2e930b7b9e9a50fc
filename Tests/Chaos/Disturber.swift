import Glibc
import Postgres
import PrivateServer

/// Does what the schedule says, until its time is up and enough processes have been killed.
struct Disturber: Sendable {
    let fixture: ChaosFixture
    let ledger: Ledger
    let options: ChaosOptions
    let commands: CommandKiller

    /// - Throws: `PrivateServerError` when the server does not start again.
    func run() async throws {
        let end = ContinuousClock.now + options.length
        // A run that hits nothing must end, too.
        let last = end + options.length + .seconds(120)
        for entry in DisturbanceSchedule(seed: options.seed) {
            let now = ContinuousClock.now
            if now >= end, ledger.kills >= options.kills || now >= last { return }
            try await Task.sleep(for: entry.pause)
            do {
                try await perform(entry)
            } catch let error as PostgresError where error.isPassing {
                // It came while the server was starting.
            }
        }
    }

    private func perform(_ entry: DisturbanceSchedule.Entry) async throws {
        var hits = true
        switch entry.disturbance {
        case .backendKilled: hits = try await killBackend(entry.choice)
        case .backendTerminated: hits = try await signal("pg_terminate_backend", entry.choice)
        case .backendCanceled: hits = try await signal("pg_cancel_backend", entry.choice)
        case .postmasterKilled: try await fixture.server.crash()
        case .launcherTerminated:
            let launcher = try await terminateLauncher()
            hits = launcher != nil
            if try await fixture.launcherReturns() {
                if let launcher, try await !isReplaced(launcher: launcher) {
                    ledger.note(surprise: "pg_cron's launcher did not come back")
                }
            } else {
                if hits { try await expectVerdict() }
                try await Task.sleep(for: .milliseconds(Int(entry.choice % 500)))
                try await fixture.server.crash()
            }
        case .linkTerminated: hits = try await terminateLink()
        case .commandKilled:
            return commands.start(entry.choice)
        case .statementTimeout, .settingChanged:
            return
        }
        if hits { ledger.note(entry.disturbance) }
    }

    /// A backend that says it works for a slot; two times of three one that is at work at this moment, if there is any.
    private func victim(_ connection: Connection, _ choice: UInt64) async throws -> (pid: Int, start: String)? {
        for _ in 0..<40 {
            let rows = try await connection.query(
                """
                select a.pid, a.backend_start, a.application_name ~ 'until [0-9]' as is_at_work
                from pg_stat_activity as a
                where a.application_name ~ '^cronmill slot [0-9]+ start [0-9]+'
                order by a.datname, a.application_name
                """
            )
            let atWork: [Row] = try rows.filter { try $0.get("is_at_work") }
            let choices = choice >> 32 % 3 > 0 && !atWork.isEmpty ? atWork : rows
            if !choices.isEmpty {
                let row = choices[Int(choice % UInt64(choices.count))]
                return (try row.get("pid"), try row.get("backend_start"))
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    private func killBackend(_ choice: UInt64) async throws -> Bool {
        let pid = try await fixture.with(ChaosFixture.cronDatabase) { try await victim($0, choice)?.pid }
        guard let pid, kill(pid_t(pid), SIGKILL) == 0 else { return false }
        return true
    }

    private func signal(_ function: String, _ choice: UInt64) async throws -> Bool {
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            guard let (pid, start) = try await victim(connection, choice) else { return false }
            let rows = try await connection.query(
                """
                select \(identifier: function)(a.pid) as hits
                from pg_stat_activity as a
                where a.pid = \(pid) and a.backend_start = \(start)::timestamptz
                """
            )
            return try rows.first?.get("hits") ?? false
        }
    }

    /// - Returns: its process, if there was one.
    private func terminateLauncher() async throws -> Int? {
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            let rows = try await connection.query(
                "select a.pid from pg_stat_activity as a where a.backend_type = 'pg_cron launcher'"
            )
            guard let pid = try rows.first?.get("pid", as: Int.self) else { return nil }
            try await connection.execute("select pg_terminate_backend(\(pid))")
            return pid
        }
    }

    /// `status` has to say that nothing goes on until the server is restarted.
    private func expectVerdict() async throws {
        let result = try await ChaosProgram(fixture: fixture).run(["status", "--all"])
        if !result.text.contains("does not come back: restart the server") {
            ledger.note(surprise: "status, when the launcher is gone for ever, says:\n\(result.text)")
        }
    }

    private func isReplaced(launcher: Int) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            let isBack = try await fixture.insist(ChaosFixture.cronDatabase) { connection in
                let rows = try await connection.query(
                    """
                    select from pg_stat_activity as a where a.backend_type = 'pg_cron launcher' and a.pid <> \(launcher)
                    """
                )
                return !rows.isEmpty
            }
            if isBack { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// Links live for milliseconds, so the server itself looks out for one.
    private func terminateLink() async throws -> Bool {
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            try await connection.script(
                """
                do $$
                declare hits boolean;
                begin
                    for i in 1 .. 1000 loop
                        perform pg_stat_clear_snapshot();
                        select pg_terminate_backend(a.pid) into hits
                        from pg_stat_activity as a
                        where a.application_name in ('cronmill link', 'postgres_fdw')
                            and a.datname = current_database()
                        limit 1;
                        if hits then
                            perform set_config('chaos.hits', 'yes', false);
                            return;
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

internal import Postgres
internal import SQLFiles

extension Migration {
    /// Sets `cron.database_name` for the next start of the server.
    ///
    /// - Parameters:
    ///   - deployment: where pg_cron is to go.
    ///   - isReset: whether the setting was not made by ALTER SYSTEM before, so that it is enough to take it away.
    func set(_ deployment: Deployment, isReset: Bool = false) async throws -> String? {
        let name = deployment.cronDatabase
        return try await onOld { session in
            if try Self.nextDatabase(session) == name { return "it is so already" }
            do {
                if isReset { try session.executeAlone("alter system reset cron.database_name") }
                if try Self.nextDatabase(session) != name {
                    try session.executeAlone("alter system set cron.database_name = \(literal: name)")
                }
            } catch let error as PostgresError {
                throw notSet(name, "cron.database_name cannot be set: \(error.message)")
            }
            let next = try Self.nextDatabase(session)
            guard next == name else {
                throw notSet(name, "cron.database_name is \(next.quotedLiteral) by another setting, which wins")
            }
            return nil
        }
    }

    private func notSet(_ name: String, _ message: String) -> CronmillError {
        CronmillError(
            .failed,
            message,
            detail: "All jobs rest meanwhile.",
            hint: "Set it where this server is configured: cron.database_name = \(name.quotedLiteral); "
                + "restart the server, and give the same command again.",
            database: oldDatabase
        )
    }

    /// Has the server restarted, or waits for it, until pg_cron is in another database.
    ///
    /// - Throws: `CronmillError` if nobody restarts it, or in vain; what `restart` throws.
    func restart(into deployment: Deployment, command: String, holding lock: AdvisoryLock) async throws -> String? {
        let name = deployment.cronDatabase
        if try await onOld({ try CronState.configuredDatabase($0) }) == name { return nil }
        let start = ContinuousClock.now
        await lock.release()
        if let restart {
            try await restart()
        } else if restartLimit > .zero {
            remark("restart the server now; waiting \(restartLimit.shortText) for it")
        }
        while true {
            do {
                if try await onOld({ try CronState.configuredDatabase($0) }) == name { break }
            } catch let error as PostgresError where error.isOfRestart {
                // It is on its way.
            }
            guard ContinuousClock.now - start < restartLimit else {
                throw CronmillError(
                    .failed,
                    "the server has to be restarted",
                    detail: "All jobs rest until pg_cron is in database \"\(name)\".",
                    hint: "Restart it, then go on with: cronmill migrate \(command) "
                        + "--from \(oldDatabase.shellWord) --to \(newDatabase.shellWord) (or name how: --restart-command)",
                    database: oldDatabase
                )
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        try await take(lock)
        return "after \((ContinuousClock.now - start).shortText)"
    }
}

extension Migration {
    /// The database that pg_cron works in after the next start of the server, by its files.
    private static func nextDatabase(_ session: Session) throws -> String {
        try session.one(.nextCronDatabase).get("name")
    }
}

extension PostgresError {
    /// Whether it says that the server is not there, or not yet, or not any more.
    fileprivate var isOfRestart: Bool {
        kind == .connection || sqlState == .adminShutdown || sqlState == .cannotConnectNow
            || sqlState?.isClass("57") == true
    }
}

extension CronState {
    /// The database that pg_cron works in since the server's start; nil where it is not loaded or may not be read.
    static func configuredDatabase(_ session: Session) throws -> String? { try inspect(session).configuredDatabase }
}

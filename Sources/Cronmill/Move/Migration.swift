internal import Postgres

/// pg_cron on its way from one database of an instance to another, with the jobs of everybody.
///
/// Steps are noted in schema `cronmill_migration` of the database that pg_cron leaves, and each can be done again: what
/// was cut off goes on from there. Between the first and the last no job is active in both databases.
///
/// ```swift
/// var migration = try deployment.migration(from: "shop", to: "postgres")
/// migration.restart = { try await restartServer() }
/// try await migration.apply()
/// try await migration.finish(migration.planFinish())
/// ```
public struct Migration: Sendable {
    /// The deployment as it is while pg_cron is in the old database.
    let from: Deployment
    /// The deployment as it is when pg_cron is in the new one.
    let to: Deployment

    /// The database that pg_cron leaves.
    public var oldDatabase: String { from.cronDatabase }
    /// The database that pg_cron goes to.
    public var newDatabase: String { to.cronDatabase }

    /// How long to wait for runs to end before pg_cron is moved.
    public var runLimit: Duration = .seconds(600)
    /// How long to wait for the server to be restarted and back.
    public var restartLimit: Duration = .seconds(120)
    /// Restarts the server; nil leaves it to a person.
    public var restart: (@Sendable () async throws -> Void)?
    /// Told of each step before it is done, and of what it did.
    public var onProgress: @Sendable (MigrationProgress) -> Void = { _ in }

    /// A schedule that never comes: a job that has it rests, and its run ends by itself. Deactivating the job would orphan
    /// the run or kill it (docs/pg_cron.md, Runs).
    static let never = "0 0 31 2 *"
}

/// What a migration says while it goes.
public enum MigrationProgress: Sendable, Hashable {
    /// A step begins.
    case begun(MigrationStep)
    /// A step is done; what it did, if there is more to say than its title.
    case ended(MigrationStep, note: String?)
    /// Something to know.
    case remark(String)
}

extension Deployment {
    /// A move of pg_cron between two databases of the instance.
    ///
    /// - Parameters:
    ///   - old: the database that pg_cron leaves.
    ///   - new: the database it goes to.
    /// - Throws: `CronmillError` of kind `usage` if they are the same one.
    public func migration(from old: String, to new: String) throws -> Migration {
        guard old != new else {
            throw CronmillError(
                .usage,
                "--from and --to name the same database, \"\(old)\"",
                hint: "Name the database pg_cron is in and the one it is to go to."
            )
        }
        let targets = [old, new].reduce(into: [String: ConnectionInfo]()) { targets, name in
            targets[name] = name == cronDatabase ? cron : exceptions[name] ?? work.database(name)
        }
        func deployment(_ name: String) -> Deployment {
            var deployment = self
            deployment.cron = targets[name] ?? work.database(name)
            deployment.exceptions.merge(targets) { $1 }
            return deployment
        }
        return Migration(from: deployment(old), to: deployment(new))
    }
}

/// A step of a migration, or of its rollback, in the order in which they are done.
public enum MigrationStep: String, Sendable, Hashable, CaseIterable {
    /// Every job is noted in the journal and rests.
    case quiesce
    /// Runs end.
    case drain
    /// `cron.database_name` is changed.
    case setting
    /// The server is restarted.
    case restart
    /// pg_cron is created in the new database, with the rights it had.
    case `extension`
    /// Every job is made there, not active yet.
    case jobs
    /// The registry of Cronmill goes to the new database.
    case registry
    /// Every job is compared with the journal.
    case verify
    /// The old jobs are deactivated, the new ones activated.
    case activate
    /// Work databases reach the registry in its new database.
    case links
    /// The run history is carried over.
    case history
    /// The old database gets its jobs, schedules and flags back.
    case restore
    /// What was made in the new database is dropped.
    case remove
    /// What changed in work databases meanwhile reaches the registry.
    case settle

    /// The steps of a migration.
    public static let forward: [MigrationStep] = [
        .quiesce, .drain, .setting, .restart, .extension, .jobs, .registry, .verify, .activate, .links, .history,
        .settle,
    ]

    /// The steps of its rollback.
    public static let back: [MigrationStep] = [
        .quiesce, .drain, .setting, .restart, .history, .restore, .links, .remove, .settle,
    ]

    /// What it does, for people.
    ///
    /// - Parameters:
    ///   - leaving: the database that is left: the old one, or in a rollback the new one.
    ///   - reaching: the other one.
    public func title(leaving: String, reaching: String) -> String {
        switch self {
        case .quiesce: "note every job of database \(leaving) and let it rest"
        case .drain: "wait for runs to end"
        case .setting: "set cron.database_name to \(reaching)"
        case .restart: "wait for the restart of the server"
        case .extension: "create pg_cron in database \(reaching)"
        case .jobs: "make the jobs in database \(reaching)"
        case .registry: "carry the registry to database \(reaching)"
        case .verify: "compare every job"
        case .activate: "activate the jobs in database \(reaching)"
        case .links: "lead work databases to the registry in database \(reaching)"
        case .history: "carry the run history to database \(reaching)"
        case .restore: "restore the jobs of database \(reaching)"
        case .remove: "drop pg_cron and the registry in database \(leaving)"
        case .settle: "compare work databases with the registry"
        }
    }
}

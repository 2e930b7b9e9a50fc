internal import Postgres
internal import SQLFiles

/// What is found in the cron database before anything is planned.
struct CronState: HalfState, Sendable {
    static let folder = "cron"

    var database: String
    var user: String
    var isSuperuser: Bool
    /// The major version of the server: 15 for 15.4.
    var serverVersion: Int
    var extensionVersion: String?
    /// The database pg_cron is configured for, where the setting can be read.
    var configuredDatabase: String?
    /// True if pg_cron is among the preloaded libraries, nil if that cannot be read.
    var isPreloaded: Bool?
    var isInstalled: Bool
    /// Role that owns our schema, if it is there.
    var owner: String?
    /// What is installed of it, where the role may see that.
    var half: InstalledHalf?
    var cronHost: String?
    var port: String
    var usesBackgroundWorkers: Bool?

    /// With what is installed of it, which takes a look at all of its routines.
    ///
    /// - Parameter isStrict: whether the tables have to be those of their version, as for installing.
    static func inspect(
        _ session: Session,
        _ files: [SQLFile] = SQLFile.all,
        isStrict: Bool = false
    ) throws -> CronState {
        var state = try facts(session)
        state.half = try state.installedHalf(files, isStrict: isStrict, session)
        return state
    }

    static func facts(_ session: Session) throws -> CronState {
        let row = try session.one(.cronState)
        return try CronState(
            database: row.get("database"),
            user: row.get("user"),
            isSuperuser: row.get("is_superuser"),
            serverVersion: row.get("server_version"),
            extensionVersion: row.get("version"),
            configuredDatabase: row.get("configured"),
            isPreloaded: row.get("is_preloaded"),
            isInstalled: row.get("is_installed"),
            owner: row.get("owner"),
            cronHost: row.get("cron_host"),
            port: row.get("port"),
            usesBackgroundWorkers: row.get("workers")
        )
    }

    /// Refuses where there is no registry, saying where it may be.
    func checkInstalled() throws {
        // A registry that pg_cron has left tells nothing of what runs.
        if let configuredDatabase, configuredDatabase != database { throw wrongDatabase(configuredDatabase) }
        guard !isInstalled else { return }
        throw CronmillError(
            .failed,
            "nothing is installed in cron database \"\(database)\"",
            hint: "Begin with: cronmill setup --database NAME",
            database: database
        )
    }

    private func wrongDatabase(_ configured: String) -> CronmillError {
        CronmillError(
            .failed,
            "pg_cron is configured for database \"\(configured)\", not \"\(database)\"",
            detail: "pg_cron works in one database of an instance only: cron.database_name.",
            hint: "Name it: --cron-database \(configured.shellWord) (or PG_CRON_DATABASE).",
            database: database
        )
    }

    /// The oldest PostgreSQL on which Cronmill is tested.
    private static let oldestServer = 15

    /// Refuses where PostgreSQL is too old or pg_cron cannot be used, saying why.
    func check() throws {
        guard serverVersion >= Self.oldestServer else {
            throw CronmillError(
                .failed,
                "PostgreSQL \(serverVersion) is too old",
                detail: "Cronmill is made for PostgreSQL \(Self.oldestServer) and newer, and tested there only.",
                hint: "Upgrade the server first (pg_upgrade takes pg_cron's jobs along).",
                database: database
            )
        }
        if isPreloaded == false {
            throw CronmillError(
                .failed,
                "pg_cron is not loaded on this server",
                hint: "Install it (Debian: postgresql-NN-cron), set shared_preload_libraries = 'pg_cron', restart.",
                database: database
            )
        }
        if let configuredDatabase, configuredDatabase != database { throw wrongDatabase(configuredDatabase) }
        guard let extensionVersion else { return }
        let parts = extensionVersion.split { !$0.isNumber }.compactMap { Int($0) }
        guard let major = parts.first, major > 1 || (major == 1 && parts.dropFirst().first ?? 0 >= 4) else {
            throw CronmillError(
                .failed,
                "pg_cron \(extensionVersion) is too old",
                detail: "cron.schedule_in_database came with 1.4.",
                hint: "Install a newer pg_cron, restart, and: alter extension pg_cron update;",
                database: database
            )
        }
    }
}

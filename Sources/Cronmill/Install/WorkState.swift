internal import Postgres
internal import SQLFiles

/// What is found in a work database before anything is planned.
struct WorkState: HalfState, Sendable {
    static let folder = "work"

    var database: String
    var user: String
    var isSuperuser: Bool
    var hasForeignDataWrapper: Bool
    var isInstalled: Bool
    /// Role that owns our schema, if it is there.
    var owner: String?
    var isOwnedBySuperuser: Bool
    var hasRegistry: Bool
    /// Whether server and user mapping of the link are there.
    var hasLink: Bool
    var linkDatabase: String?
    /// Role that owns the link's server, if it is there.
    var serverOwner: String?
    /// What is installed of it, where the role may see that.
    var half: InstalledHalf?
    var linkRole: String?
    var cronDatabase: String?
    var isLinked: Bool?

    /// With what is installed of it, which takes a look at all of its routines.
    ///
    /// - Parameter isStrict: whether the tables have to be those of their version, as for installing.
    static func inspect(
        _ session: Session,
        _ files: [SQLFile] = SQLFile.all,
        isStrict: Bool = false
    ) throws -> WorkState {
        var state = try facts(session)
        state.half = try state.installedHalf(files, isStrict: isStrict, session)
        if state.half != nil {
            let installation = try session.one(
                "select i.link_role, i.cron_database, i.linked from cronmill.installation as i"
            )
            state.linkRole = try installation.get("link_role")
            state.cronDatabase = try installation.get("cron_database")
            state.isLinked = try installation.get("linked")
        }
        return state
    }

    static func facts(_ session: Session) throws -> WorkState {
        let row = try session.one(.workState)
        return try WorkState(
            database: row.get("database"),
            user: row.get("user"),
            isSuperuser: row.get("is_superuser"),
            hasForeignDataWrapper: row.get("has_fdw"),
            isInstalled: row.get("is_installed"),
            owner: row.get("owner"),
            isOwnedBySuperuser: row.get("is_owned_by_superuser"),
            hasRegistry: row.get("has_registry"),
            hasLink: row.get("has_link"),
            linkDatabase: row.get("link_database"),
            serverOwner: row.get("server_owner")
        )
    }
}

extension WorkState {
    /// Refuses a work database that is not set up, or whose schema belongs to another role.
    static func checkOwner(of database: String, _ session: Session) throws {
        let state = try WorkState.glance(session)
        guard state.isInstalled else { throw CronmillError.notSetUp(database) }
        try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill", database: state.database)
    }
}

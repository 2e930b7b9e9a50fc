internal import Postgres
internal import SQLFiles

/// What is found in a work database before anything is planned.
struct WorkState: Sendable {
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

    /// - Parameter isStrict: whether the tables have to be those of their version, as for installing.
    static func inspect(
        _ session: Session,
        _ files: [SQLFile] = SQLFile.all,
        isStrict: Bool = false
    ) throws -> WorkState {
        let row = try session.one(
            """
            select
                current_database() as database,
                current_user as user,
                (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = current_user) as is_superuser,
                exists (select 1 from pg_catalog.pg_extension as e where e.extname = 'postgres_fdw') as has_fdw,
                -- to_regclass would want USAGE on the schema.
                exists (
                    select 1 from pg_catalog.pg_class as c
                    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                    where n.nspname = 'cronmill' and c.relname = 'installation'
                ) as is_installed,
                (select pg_get_userbyid(n.nspowner) from pg_catalog.pg_namespace as n where n.nspname = 'cronmill') as owner,
                coalesce(
                    (
                        select r.rolsuper from pg_catalog.pg_namespace as n
                        join pg_catalog.pg_roles as r on r.oid = n.nspowner where n.nspname = 'cronmill'
                    ), false
                ) as is_owned_by_superuser,
                exists (
                    select 1 from pg_catalog.pg_class as c
                    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                    where n.nspname = 'cronmill' and c.relname = 'registry'
                ) as has_registry,
                exists (
                    select 1 from pg_catalog.pg_user_mappings as m
                    where m.srvname = 'cronmill' and m.usename = current_user
                ) as has_link,
                (
                    select substr(o.option, length('dbname=') + 1)
                    from pg_catalog.pg_foreign_server as s
                    cross join lateral unnest(s.srvoptions) as o (option)
                    where s.srvname = 'cronmill' and o.option like 'dbname=%'
                ) as link_database,
                (
                    select pg_get_userbyid(s.srvowner) from pg_catalog.pg_foreign_server as s where s.srvname = 'cronmill'
                ) as server_owner
            """
        )
        var state = try WorkState(
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
        if state.isInstalled, state.isSuperuser || state.owner == state.user {
            state.half = try InstalledHalf(SQLScript(folder: "work", of: files), isStrict: isStrict, session)
            let installation = try session.one(
                "select i.link_role, i.cron_database, i.linked from cronmill.installation as i"
            )
            state.linkRole = try installation.get("link_role")
            state.cronDatabase = try installation.get("cron_database")
            state.isLinked = try installation.get("linked")
        }
        return state
    }
}

extension WorkState {
    /// Refuses a work database that is not set up, or whose schema belongs to another role.
    static func checkOwner(of database: String, _ session: Session) throws {
        let state = try WorkState.inspect(session)
        guard state.isInstalled else { throw CronmillError.notSetUp(database) }
        try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill", database: state.database)
    }
}

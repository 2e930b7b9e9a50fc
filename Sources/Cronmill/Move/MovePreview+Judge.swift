internal import Postgres
internal import SQLFiles

extension MovePreview {
    /// Notes what is in the way, by what is in both databases.
    mutating func judge(_ old: CronState, _ new: NewDatabase) {
        func obstacle(_ text: String, _ remedy: String?, in database: String) {
            obstacles.append(Obstacle(text: text, remedy: remedy, database: database))
        }
        let users =
            old.user == new.user
            ? [(old.isSuperuser, old.user, oldDatabase)]
            : [(new.isSuperuser, new.user, newDatabase), (old.isSuperuser, old.user, oldDatabase)]
        for (isSuperuser, user, database) in users where !isSuperuser {
            obstacles.insert(
                Obstacle(
                    text: "role \"\(user)\" is not a superuser, and so may see and move its own jobs only",
                    remedy: "alter role \(Identifier(user).quoted) superuser;"
                        + " -- or by hand, as cronmill migrate plan --sql says",
                    database: database
                ),
                at: 0
            )
        }
        if new.version != nil {
            obstacle(
                "database \"\(newDatabase)\" has an extension pg_cron of its own, whose jobs would begin to run",
                "drop extension pg_cron;",
                in: newDatabase
            )
        }
        if let stranger = new.stranger {
            obstacle(
                "database \"\(newDatabase)\" belongs to role \"\(stranger)\", and pg_cron works there as a superuser, by names "
                    + "and settings that the owner chooses",
                "alter database \(Identifier(newDatabase).quoted) owner to \(Identifier(new.user).quoted);",
                in: newDatabase
            )
        }
        for schema in new.schemas where new.version == nil {
            obstacle(
                "database \"\(newDatabase)\" has a schema \(schema) already, whose it may be",
                "drop schema \(schema) cascade;",
                in: newDatabase
            )
        }
        if new.availableVersion == nil {
            obstacle("extension pg_cron is not available in database \"\(newDatabase)\"", nil, in: newDatabase)
        }
        if new.isInstalled {
            obstacle(
                "database \"\(newDatabase)\" has a registry of Cronmill already",
                "drop schema cronmill_cron cascade;",
                in: newDatabase
            )
        }
        if old.isInstalled, old.isSuperuser, let owner = old.owner, owner != old.user {
            obstacles.append(.owner(owner, of: "cronmill_cron", for: old.user, in: oldDatabase))
        }
        remarks += [
            "cron.database_name is set from \(oldDatabase) to \(newDatabase) by ALTER SYSTEM; the server has to be restarted",
            "what was granted on pg_cron, policies and indexes on its tables go along",
            "until finish, rollback restores database \(oldDatabase) as it is now, by another restart; jobs that are made "
                + "meanwhile and the run history are taken along, changes of jobs that were moved are not",
            "after finish there is no way back but a move in the other direction",
        ]
        if workDatabases.contains(where: { $0 != newDatabase }) {
            let linked = workDatabases.filter { $0 != newDatabase }
            remarks.append(
                "work databases are led to the registry in database \(newDatabase), by links with new passwords: "
                    + linked.joined(separator: ", ")
            )
            remarks.append(
                "settings of processors cannot be changed between the first step and the last; enqueueing goes on"
            )
        }
    }
}

/// What is in the new database before anything is moved.
struct NewDatabase: Sendable {
    var version: String?
    var isInstalled: Bool
    var availableVersion: String?
    var isSuperuser: Bool
    var user: String
    /// Who owns it and could act as a superuser there: pg_cron's launcher works as one in it.
    var stranger: String?
    /// Schemas that pg_cron and Cronmill make, and that are there.
    var schemas: [String]

    init(_ session: Session) throws {
        let row = try session.one(.newDatabase)
        version = try row.get("version")
        isInstalled = try row.get("is_installed")
        availableVersion = try row.get("available")
        isSuperuser = try row.get("is_superuser")
        user = try row.get("user")
        stranger = try row.get("stranger")
        schemas = try row.get("schemas")
    }
}

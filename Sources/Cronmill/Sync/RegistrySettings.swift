internal import Postgres

/// What the registry has to know of one processor.
struct RegistrySettings: Sendable, Hashable {
    var database: String
    var name: String
    var isEnabled: Bool
    var slots: Int
    var schedule: String
    var linger: String
    var runAs: String
    /// As PostgreSQL writes it; nil for one that never sleeps.
    var sleepAfter: String?

    /// Those of all processors of the session's work database, by name.
    static func all(_ session: Session) throws -> [String: RegistrySettings] {
        try read(
            """
            select current_database() as database, p.name, p.enabled, p.slots, p.schedule, p.linger, p.run_as,
                to_jsonb(p) ->> 'sleep_after' as sleep_after
            from cronmill.processor as p
            """,
            session
        )
    }

    /// Those of a work database as the registry has them, by name.
    static func registered(_ database: String, _ session: Session) throws -> [String: RegistrySettings] {
        try read(
            """
            select w.name as database, p.name, p.enabled, p.slots, p.schedule, p.linger, p.run_as,
                to_jsonb(p) ->> 'sleep_after' as sleep_after
            from cronmill_cron.processor as p
            join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
            where w.name = \(database)
            """,
            session
        )
    }

    private static func read(_ query: SQL, _ session: Session) throws -> [String: RegistrySettings] {
        var all: [String: RegistrySettings] = [:]
        for row in try session.query(query) {
            let settings = try RegistrySettings(
                database: row.get("database"),
                name: row.get("name"),
                isEnabled: row.get("enabled"),
                slots: row.get("slots"),
                schedule: row.get("schedule"),
                linger: row.get("linger"),
                runAs: row.get("run_as"),
                sleepAfter: row.get("sleep_after")
            )
            all[settings.name] = settings
        }
        return all
    }

    /// What tells the registry of it, in the cron database.
    var order: SQL {
        """
        select cronmill_cron.take_settings(
            \(literal: database), \(literal: name), \(literal: isEnabled), \(literal: slots), \(literal: schedule),
            \(literal: linger), \(literal: runAs), false, \(sql: sleepAfter.literal)
        )
        """
    }

    /// What can differ, by column, for people.
    var columns: KeyValuePairs<String, String> {
        [
            "enabled": isEnabled ? "t" : "f", "linger": linger, "run_as": runAs, "schedule": schedule,
            "sleep_after": sleepAfter ?? "never", "slots": String(slots),
        ]
    }
}

extension Plan {
    /// Tells the registry of a processor, not through the link but in the cron database itself.
    mutating func tell(_ settings: RegistrySettings, in cronDatabase: String) {
        add(
            "tell the registry of processor \(settings.name)",
            in: cronDatabase,
            settings.order
        )
    }

    /// Strikes a processor, and its jobs, out of the registry.
    mutating func strikeOut(_ name: String, of database: String, in cronDatabase: String) {
        add(
            "strike out processor \(name), which the work database does not have",
            in: cronDatabase,
            """
            select cronmill_cron.take_settings(
                \(literal: database), \(literal: name), false, 1, '* * * * *', '0', '', true
            )
            """
        )
    }
}

/// What was given, in the order in which it counts: flags, environment, file. `resolved()` makes connections of it.
struct Settings: Sendable {
    /// The flags that name part of a connection. There is none for a password: it would be seen in the process list.
    enum Flag: String, Sendable, Hashable, CaseIterable {
        case host, port, user
        case cronHost = "cron-host"
        case cronPort = "cron-port"
        case cronUser = "cron-user"
        case cronDatabase = "cron-database"
    }

    /// The flags that were given. `--host`, `--port` and `--user` are for both sides, unless the cron side has its own.
    var flags: [Flag: String] = [:]

    /// The values of `--database`.
    var databases: [String] = []

    /// The environment of the process.
    var environment: [String: String]

    /// The environment file, if there is one.
    var file: EnvironmentFile?

    /// Finds each value and where it came from. A variable that is empty counts as not given.
    ///
    /// - Throws: `SettingsError` for a port that is none, a flag without a value, a connection string where a name or a
    ///   URI belongs, and `DB_*` and `PG_QUEUE_*` that differ.
    func resolved() throws(SettingsError) -> ResolvedSettings {
        for flag in Flag.allCases where flags[flag] == "" {
            throw SettingsError("flag --\(flag.rawValue) has no value")
        }

        var work: [String: Setting] = [:]
        var cron: [String: Setting] = [:]
        for part in ConnectionPart.all {
            let fallback = try variable(part.workVariable, alias: part.alias, isSecret: part.isSecret)
            work[part.keyword] = given(part.flag) ?? fallback
            let own = try variable(part.cronVariable, isSecret: part.isSecret)
            cron[part.keyword] = given(part.cronFlag) ?? given(part.flag) ?? own ?? fallback
        }
        work["dbname"] = try variable("DB_NAME", alias: "PG_QUEUE_DB")
        // Never DB_NAME: pg_cron is in one database, and work databases are many.
        let cronDatabase = try variable("PG_CRON_DATABASE")
        cron["dbname"] = given(.cronDatabase) ?? cronDatabase ?? Setting("postgres", source: .builtIn)

        var named: [Setting] = []
        for value in databases where !named.contains(where: { $0.value == value }) {
            guard !value.isEmpty else { throw SettingsError("flag --database has no value") }
            named.append(Setting(value, source: .flag("database")))
        }
        for setting in [work["port"], cron["port"]].compactMap({ $0 }) { try checkPort(setting) }
        for setting in [work["dbname"], cron["dbname"]].compactMap({ $0 }) + named { try checkDatabase(setting) }
        return ResolvedSettings(work: work, cron: cron, databases: named, ignored: ignored)
    }

    private func given(_ flag: Flag?) -> Setting? {
        guard let flag, let value = flags[flag] else { return nil }
        return Setting(value, source: .flag(flag.rawValue))
    }

    /// The value of a variable, or of the other name it has, from the environment or else from the file.
    private func variable(
        _ name: String,
        alias: String? = nil,
        isSecret: Bool = false
    ) throws(SettingsError) -> Setting? {
        let keys = [name, alias].compactMap { $0 }
        let fromEnvironment = keys.compactMap { key -> Setting? in
            guard let value = environment[key], !value.isEmpty else { return nil }
            return Setting(value, source: .environment(key), isSecret: isSecret)
        }
        if let setting = try one(of: fromEnvironment) { return setting }
        guard let file else { return nil }
        let fromFile = keys.compactMap { key -> Setting? in
            guard let entry = file.entries[key], !entry.value.isEmpty else { return nil }
            return Setting(entry.value, source: .file(file.name, line: entry.line, key: key), isSecret: isSecret)
        }
        return try one(of: fromFile)
    }

    /// The one value that a setting has under its names.
    private func one(of settings: [Setting]) throws(SettingsError) -> Setting? {
        guard let first = settings.first, let last = settings.last, first.value != last.value else {
            return settings.first
        }
        throw SettingsError(
            "\(first.source) and \(last.source) differ",
            hint: "They are two names of the same setting: keep one."
        )
    }

    private func checkPort(_ setting: Setting) throws(SettingsError) {
        let isNumber = setting.value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let port = Int(setting.value), (1...65_535).contains(port) else {
            throw SettingsError("port \"\(setting.value)\" is not a number from 1 to 65535 (\(setting.source))")
        }
    }

    private func checkDatabase(_ setting: Setting) throws(SettingsError) {
        // libpq takes a name with a = in it for a connection string, which may hold a password: do not repeat it.
        guard ConnectionURI.isURI(setting.value) || !setting.value.contains("=") else {
            throw SettingsError(
                "database (\(setting.source)) is neither a name nor a connection URI",
                hint: "Use a name, or a URI like postgresql://host:5432/database."
            )
        }
    }

    /// Cache settings of tools that keep their queues in the same variables; there is no cache here.
    private var ignored: [String] {
        Set(environment.keys).union(file?.entries.keys.map { $0 } ?? []).filter { name in
            name.hasPrefix("CACHE_") || name.hasPrefix("REDIS_") || name.hasPrefix("ROCKSDB_")
                || (name.hasPrefix("PG_") && name.contains("_CACHE_"))
        }
        .sorted()
    }
}

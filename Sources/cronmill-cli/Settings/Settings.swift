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

    /// The password that libpq takes where none is given: from its own variable, or a service.
    var libpqPassword: Setting?

    /// Finds each value and where it came from. A variable that is empty counts as not given.
    ///
    /// A connection URI in `DB_NAME` or `PG_CRON_DATABASE` is a whole address: it takes the place of the side's other
    /// variables, lest a password go to a server it is not for. `DB_NAME`'s counts for the cron side as `DB_*` do.
    ///
    /// - Throws: `SettingsError` for a port that is none, a flag without a value, a connection string where a name or a
    ///   URI belongs, and `DB_*` and `PG_QUEUE_*` that differ.
    func resolved() throws(SettingsError) -> ResolvedSettings {
        for flag in Flag.allCases where flags[flag]?.isEmpty == true {
            throw SettingsError("flag --\(flag.rawValue) has no value")
        }
        let workDatabase = try variable("DB_NAME", alias: "PG_QUEUE_DB")
        // Never DB_NAME: pg_cron is in one database, and work databases are many.
        let ownCronDatabase = try variable("PG_CRON_DATABASE")
        let cronDatabase = given(.cronDatabase) ?? ownCronDatabase ?? Setting("postgres", source: .builtIn)
        let workAddress = try address(workDatabase)
        let cronAddress = try address(cronDatabase)

        var work = workAddress?.others ?? [:]
        var cron = cronAddress?.others ?? [:]
        for part in ConnectionPart.all {
            let variable = try variable(part.workVariable, alias: part.alias, isSecret: part.isSecret)
            let fallback = workAddress.map { $0.settings[part.keyword] } ?? variable
            work[part.keyword] = given(part.flag) ?? fallback
            let own = try self.variable(part.cronVariable, isSecret: part.isSecret)
            cron[part.keyword] =
                given(part.cronFlag) ?? cronAddress.map { $0.settings[part.keyword] } ?? given(part.flag) ?? own
                ?? fallback
        }
        work["dbname"] = workAddress?.settings["dbname"] ?? workDatabase
        cron["dbname"] = cronAddress?.settings["dbname"] ?? cronDatabase
        // What the URI says of TLS and the like is about its server.
        if cronAddress == nil, let workAddress, cron["host"] == work["host"] { cron.merge(workAddress.others) { $1 } }
        // Where both are given libpq goes to hostaddr, and the flag would have no effect.
        if given(.host) != nil { work["hostaddr"] = nil }
        if let host = cron["host"], case .flag = host.source { cron["hostaddr"] = nil }

        var named: [Setting] = []
        for value in databases where !named.contains(where: { $0.value.hasSameBytes(as: value) }) {
            guard !value.isEmpty else { throw SettingsError("flag --database has no value") }
            let setting = Setting(value, source: .flag("database"))
            if let port = try address(setting)?.settings["port"] { try checkPort(port) }
            named.append(setting)
        }
        for case let setting? in [work["port"], cron["port"]] { try checkPort(setting) }
        return ResolvedSettings(
            work: work,
            cron: cron,
            databases: named,
            ignored: ignored,
            libpqPassword: libpqPassword,
            openFile: holdsSecret ? file?.name : nil
        )
    }

    /// The address, if it is a URI, or nil for a name.
    private func address(_ setting: Setting?) throws(SettingsError) -> ConnectionAddress? {
        guard let setting else { return nil }
        try checkDatabase(setting)
        return ConnectionURI.isURI(setting.value) ? try ConnectionAddress(setting) : nil
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
        let names = [name, alias].compactMap { $0 }
        var given: [Setting] = []
        for key in names {
            guard let value = environment[key], !value.isEmpty else { continue }
            given.append(Setting(value, source: .environment(key), isSecret: isSecret))
        }
        if let setting = try one(of: given) { return setting }
        guard let file else { return nil }
        for key in names {
            guard let entry = file.entries[key], !entry.value.isEmpty else { continue }
            let source = Setting.Source.file(file.name, line: entry.line, key: key, isNamed: file.isNamed)
            given.append(Setting(entry.value, source: source, isSecret: isSecret))
        }
        return try one(of: given)
    }

    private func one(of settings: [Setting]) throws(SettingsError) -> Setting? {
        guard let first = settings.first, let last = settings.last, !first.value.hasSameBytes(as: last.value)
        else {
            return settings.first
        }
        throw SettingsError(
            "\(first.source) and \(last.source) differ",
            hint: "They are two names of the same setting: keep one."
        )
    }

    private var holdsSecret: Bool {
        guard let file, file.isReadByOthers else { return false }
        return file.entries.contains { name, entry in
            !entry.value.isEmpty && (name.hasSuffix("PASSWORD") || ConnectionURI.redacted(entry.value) != entry.value)
        }
    }

    private func checkPort(_ setting: Setting) throws(SettingsError) {
        // Not repeated: in a URI that lacks its host, what is taken for the port is the password.
        // With several hosts libpq takes as many ports.
        let ports = setting.value.split(separator: ",", omittingEmptySubsequences: false)
        let areValid = ports.allSatisfy { text in
            let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            return isNumber && Int(text).map((1...65_535).contains) == true
        }
        guard areValid else {
            throw SettingsError("the port is not a number from 1 to 65535 (\(setting.source))")
        }
    }

    private func checkDatabase(_ setting: Setting) throws(SettingsError) {
        // libpq takes a name with a = in it for a connection string, and another tool's URI may hold a password, too: do
        // not repeat it. A name may have a = in it, if nothing before one is a word libpq knows.
        let isForeign = ConnectionURI.isKeywords(setting.value) || ConnectionURI.isForeign(setting.value)
        guard ConnectionURI.isURI(setting.value) || !isForeign else {
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

extension String {
    /// As servers compare: Swift takes é and e with an accent for the same, no database or password does.
    fileprivate func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

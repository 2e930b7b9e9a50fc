internal import Cronmill
internal import Postgres

/// What a command works with: connections, the databases asked, and where to write.
struct Context: Sendable {
    let deployment: Deployment
    /// Work databases, by name.
    let databases: [String]
    let output: Output
    let isQuiet: Bool

    /// - Parameter needsDatabases: whether it makes no sense without any.
    /// - Throws: `SettingsError` for wrong usage; errors of connecting where `--all` has to look.
    init(_ options: ConnectionOptions, _ asked: DatabaseOptions, needsDatabases: Bool = true) async throws {
        var (deployment, names) = try Self.resolve(options, databases: asked.all ? nil : asked.database)
        if asked.all {
            names = try await deployment.registeredDatabases()
            if names.isEmpty, !options.quiet { options.output.note("no work database is registered") }
        } else if names.isEmpty, needsDatabases {
            throw SettingsError(
                "no work database is named",
                hint: "Name one with --database (repeatable) or DB_NAME, or ask for --all."
            )
        }
        self.deployment = deployment
        self.databases = names
        self.output = options.output
        self.isQuiet = options.quiet
    }

    /// The deployment, and the work databases that are named; nil asks for none.
    static func resolve(_ options: ConnectionOptions, databases: [String]?) throws -> (Deployment, [String]) {
        let settings = try options.resolved(databases: databases ?? [])
        var deployment = try Self.deployment(settings, options)
        guard databases != nil else { return (deployment, []) }
        var names: [String] = []
        let named = settings.databases.isEmpty ? [settings.work["dbname"]].compactMap { $0 } : settings.databases
        for setting in named {
            guard ConnectionURI.isURI(setting.value) else {
                names.append(setting.value)
                continue
            }
            let target = try Self.target(setting, settings.work, settings)
            let name = target["dbname"] ?? ""
            if let other = deployment.exceptions[name] ?? (names.contains(name) ? deployment.work : nil) {
                guard other != target else { continue }
                throw SettingsError("database \"\(name)\" is named in two ways", hint: "Keep one of them.")
            }
            deployment.exceptions[name] = target
            names.append(name)
        }
        for name in names { _ = try ObjectName(name, of: "database") }
        return (deployment, names)
    }

    /// What a URI says. One that names no server is about the one of the settings.
    private static func target(
        _ setting: Setting,
        _ fallback: [String: Setting],
        _ settings: ResolvedSettings
    ) throws -> ConnectionInfo {
        var target: ConnectionInfo
        do {
            target = try ConnectionInfo(uri: setting.value)
        } catch {
            throw SettingsError("the connection URI is not understood: \(error.message) (\(setting.source))")
        }
        guard target["dbname"]?.isEmpty == false else {
            throw SettingsError("the connection URI names no database (\(setting.source))")
        }
        var connection = try ConnectionAddress(setting).settings
        let namesServer = target["host"] != nil || target["hostaddr"] != nil || target["service"] != nil
        for (keyword, value) in namesServer ? [:] : fallback where keyword != "dbname" && target[keyword] == nil {
            target[keyword] = value.value
            connection[keyword] = value
        }
        try settings.checkTrust(connection)
        return guarded(target)
    }

    /// With the demand that no password be sent in clear text to a server that proves nothing, where libpq has it (16+)
    /// and nobody has said what is to be demanded.
    private static func guarded(_ target: ConnectionInfo) -> ConnectionInfo {
        let defaults = ConnectionInfo.defaults
        func value(_ keyword: String) -> String? { target[keyword] ?? defaults[keyword] }
        guard ConnectionInfo.knows("require_auth"), value("require_auth") == nil, value("password") != nil,
            value("sslmode")?.hasPrefix("verify-") != true
        else { return target }
        var guarded = target
        guarded["require_auth"] = "!password"
        return guarded
    }

    /// The deployment alone, for commands that are about the cron database.
    static func deployment(_ settings: ResolvedSettings, _ options: ConnectionOptions) throws -> Deployment {
        let output = options.output
        try settings.checkTrust(settings.cron)
        try settings.checkTrust(settings.work)
        var cron = guarded(ConnectionInfo(settings.cron.mapValues(\.value)))
        if let setting = settings.cron["dbname"] {
            if ConnectionURI.isURI(setting.value) { cron = try target(setting, settings.cron, settings) }
            _ = try ObjectName(cron["dbname"] ?? "", of: "database")
        }
        var deployment = Deployment(
            cron: cron,
            work: guarded(ConnectionInfo(settings.work.mapValues(\.value))),
            onNotice: { notice in
                if notice.severity == "WARNING" { output.warn(notice.message) }
            }
        )
        deployment.onWait = { output.note($0) }
        if options.verbose {
            deployment.onStatement = { trace in
                output.noteLines("\(trace.database): \(trace.duration.shortText): \(trace.text)")
            }
        }
        return deployment
    }

    init(deployment: Deployment, databases: [String], options: ConnectionOptions) {
        self.deployment = deployment
        self.databases = databases
        self.output = options.output
        self.isQuiet = options.quiet
    }

    /// Does something for each database asked.
    func forEachDatabase(_ body: (String) async throws -> ExitStatus) async throws {
        try await forEachDatabase(databases, body)
    }

    /// Does something for each of these databases; errors are reported with the database's name, the rest is done.
    ///
    /// - Throws: `Failure.reported` with the worst exit status, if that is not 0.
    func forEachDatabase(_ databases: [String], _ body: (String) async throws -> ExitStatus) async throws {
        var status = ExitStatus.done
        for database in databases {
            do {
                status = .worst(status, try await body(database))
            } catch let error where !(error is CancellationError) && !(error is OutputError) {
                if databases.count > 1 { output.note("cronmill: database \(database):") }
                status = .worst(status, Failure.report(error, to: output))
            }
        }
        if status != .done { throw Failure.reported(status) }
    }

    /// Asks each of the databases; errors are reported with the database's name, and the rest is given.
    ///
    /// - Returns: what was found, by database in the order asked, and the worst exit status.
    func gather<Value: Sendable>(
        _ body: @escaping @Sendable (String) async throws -> Value
    ) async throws -> (found: [(database: String, value: Value)], status: ExitStatus) {
        var found: [(database: String, value: Value)] = []
        var status = ExitStatus.done
        for result in await deployment.forEach(databases, body) {
            switch result.outcome {
            case .success(let value): found.append((result.database, value))
            case .failure(let error):
                if error is CancellationError { throw error }
                if databases.count > 1 { output.note("cronmill: database \(result.database):") }
                status = .worst(status, Failure.report(error, to: output))
            }
        }
        return (found, status)
    }

    /// Does something in each of the databases, one after the other, and writes what came of it as one JSON array.
    ///
    /// - Throws: `Failure.reported` with the worst exit status, if that is not 0.
    func writeArray(_ body: (String) async throws -> JSON) async throws {
        var found: [JSON] = []
        do {
            try await forEachDatabase { database in
                found.append(try await body(database))
                return .done
            }
        } catch let failure as Failure {
            try output.write(JSON.array(found).prettyText)
            throw failure
        }
        try output.write(JSON.array(found).prettyText)
    }

    /// Says something to the person, unless asked to be quiet.
    func say(_ text: String) {
        if !isQuiet { output.note(text) }
    }

    /// Applies a plan and tells each step, or prints it as a script.
    func carryOut(_ plan: Plan, database: String, dryRun: Bool) async throws {
        if dryRun {
            try output.write(script: plan.script)
            if plan.isEmpty { say("\(database): nothing to change") }
            if let obstacle = plan.obstacle { say("\(database): note: you may not run this: \(obstacle.message)") }
        } else if plan.isEmpty {
            say("\(database): nothing to change")
        } else {
            let output = output
            let isQuiet = isQuiet
            try await deployment.apply(plan) { step in
                if !isQuiet { output.note("\(step.database): \(step.title)") }
            }
        }
        for remark in plan.remarks { say("\(database): note: \(remark)") }
    }
}

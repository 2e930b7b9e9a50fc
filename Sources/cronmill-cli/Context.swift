internal import Cronmill
internal import Postgres

/// What a command works with: connections, the databases asked, and where to write.
struct Context: Sendable {
    let deployment: Deployment
    /// Work databases, by name.
    let databases: [String]
    let output: Output
    let isQuiet: Bool

    /// - Throws: `SettingsError` for wrong usage; errors of connecting where `--all` has to look.
    init(_ options: ConnectionOptions, _ asked: DatabaseOptions) async throws {
        let settings = try options.resolved(databases: asked.database)
        var deployment = Self.deployment(settings, options)
        var names: [String] = []
        for setting in settings.databases {
            guard ConnectionURI.isURI(setting.value) else {
                names.append(setting.value)
                continue
            }
            let target = try ConnectionInfo(uri: setting.value)
            guard let name = target["dbname"] else {
                throw SettingsError("the connection URI names no database (\(setting.source))")
            }
            deployment.exceptions[name] = target
            names.append(name)
        }
        if asked.all {
            names = try await deployment.registeredDatabases()
        } else if names.isEmpty {
            guard let name = settings.work["dbname"]?.value else {
                throw SettingsError(
                    "no work database is named",
                    hint: "Name one with --database (repeatable) or DB_NAME, or ask for --all."
                )
            }
            names = [name]
        }
        self.deployment = deployment
        self.databases = names
        self.output = options.output
        self.isQuiet = options.quiet
    }

    /// The deployment alone, for commands that are about the cron database.
    static func deployment(_ settings: ResolvedSettings, _ options: ConnectionOptions) -> Deployment {
        let output = options.output
        var deployment = Deployment(
            cron: ConnectionInfo(settings.cron.mapValues(\.value)),
            work: ConnectionInfo(settings.work.mapValues(\.value)),
            onNotice: { notice in
                if notice.severity == "WARNING" { output.warn(notice.message) }
            }
        )
        if options.verbose {
            deployment.onStatement = { trace in
                output.note("\(trace.database): \(trace.duration.shortText): \(trace.text)")
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

    /// Says something to the person, unless asked to be quiet.
    func say(_ text: String) {
        if !isQuiet { output.note(text) }
    }

    /// Applies a plan and tells each step, or prints it as a script.
    func carryOut(_ plan: Plan, database: String, dryRun: Bool) async throws {
        if dryRun {
            try output.write(plan.script)
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

internal import ArgumentParser
internal import Cronmill
internal import Postgres
internal import Synchronization

/// Flags of every command that connects.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Server of the work databases (DB_HOST).", valueName: "host"))
    var host: String?
    @Option(help: ArgumentHelp("Its port (DB_PORT).", valueName: "port"))
    var port: String?
    @Option(help: ArgumentHelp("Role to connect as (DB_USER).", valueName: "role"))
    var user: String?
    @Option(help: ArgumentHelp("Server of the cron database, if named otherwise (PG_CRON_HOST).", valueName: "host"))
    var cronHost: String?
    @Option(help: ArgumentHelp("Its port (PG_CRON_PORT).", valueName: "port"))
    var cronPort: String?
    @Option(help: ArgumentHelp("Role to connect as there (PG_CRON_USER).", valueName: "role"))
    var cronUser: String?
    @Option(help: ArgumentHelp("Database that holds pg_cron (PG_CRON_DATABASE). Default: postgres.", valueName: "name"))
    var cronDatabase: String?
    @Option(
        help: ArgumentHelp("Environment file. Default: .env, if there is one.", valueName: "file"),
        completion: .file()
    )
    var envFile: String?
    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color: Terminal.Colour = .auto
    @Flag(help: "Show statements, without values, and how long they took.")
    var verbose = false
    @Flag(help: "Say nothing but errors.")
    var quiet = false

    /// Where to write.
    var output: Output {
        Output(terminal: Terminal(environment: ProcessEnvironment.variables, colour: color))
    }

    /// The connections, from flags, environment and file.
    func resolved(databases: [String] = []) throws -> ResolvedSettings {
        var settings = Settings(environment: ProcessEnvironment.variables)
        settings.databases = databases
        let given: [(Settings.Flag, String?)] = [
            (.host, host), (.port, port), (.user, user), (.cronHost, cronHost), (.cronPort, cronPort),
            (.cronUser, cronUser), (.cronDatabase, cronDatabase),
        ]
        for (flag, value) in given { settings.flags[flag] = value }
        settings.file =
            try envFile.map { try EnvironmentFile.read(path: $0, isNamed: true) } ?? EnvironmentFile.read(path: ".env")
        settings.libpqPassword = ConnectionInfo.defaults["password"].map { password in
            let isVariable = settings.environment["PGPASSWORD"] == password
            return Setting(password, source: isVariable ? .environment("PGPASSWORD") : .service, isSecret: true)
        }
        if let envFile, settings.file == nil { throw SettingsError("environment file \(envFile) does not exist") }
        return try settings.resolved()
    }
}

extension Terminal.Colour: ExpressibleByArgument {}

/// The environment of this process.
enum ProcessEnvironment {
    static var variables: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
            entry += 1
        }
        return variables
    }
}

extension Terminal {
    /// The terminal as it is, without flags.
    static var current: Terminal { Terminal(environment: ProcessEnvironment.variables, colour: .auto) }
}

internal import Glibc

internal import ArgumentParser
internal import Cronmill
internal import Postgres

struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show every setting and where it came from, and try both connections.",
        discussion: """
            Passwords are hidden. (libpq) is what is left to libpq: service and password files, its defaults.

            Examples:
              cronmill config
              cronmill config --database shop --env-file production.env --json
            """
    )

    @Option(help: ArgumentHelp("Work database to try, a name or a URI; repeatable (DB_NAME).", valueName: "name"))
    var database: [String] = []
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let output = connection.output
        let settings = try connection.resolved(databases: database)
        let environment = ProcessEnvironment.variables
        if !json { try output.write(Table(settings.shown(environment))) }
        if connection.verbose, !settings.ignored.isEmpty {
            output.note("ignored, as other tools' own: \(settings.ignored.joined(separator: ", "))")
        }
        if let file = settings.openFile {
            output.note("\(file) holds a password, and others can read it: chmod 600 \(file)")
        }
        let trials = try await trials()
        if json {
            try output.write(JSON.report(settings, trials, environment).prettyText)
        } else {
            try output.writeLine()
            try output.write(Table(trials))
        }
        if settings.databases.isEmpty, settings.work["dbname"] == nil, !connection.quiet {
            output.note("No work database is named, so none was tried: name one with --database or DB_NAME.")
        }
        var status = ExitStatus.done
        for trial in trials {
            guard case .failure(let error) = trial.outcome else { continue }
            output.note("cronmill: \(trial.side) database \(trial.database):")
            status = .worst(status, Failure.report(error, to: output))
        }
        if status != .done { throw Failure.reported(status) }
    }

    private func trials() async throws -> [ConnectionTrial] {
        let (deployment, databases) = try Context.resolve(connection, databases: database)
        var trials: [ConnectionTrial] = []
        for database in databases {
            trials.append(try await .make(.work, database) { try await deployment.probeWork(database) })
        }
        trials.append(try await .make(.cron, deployment.cronDatabase) { try await deployment.probeCron() })
        return trials
    }
}

internal import ArgumentParser
internal import Cronmill

struct Server: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the server: sizes, vacuum, connections, replication, old snapshots.",
        discussion: """
            Of the server the cron database is in, and of Cronmill's tables in it and in
            the databases asked, which may be none. Catalogs and statistics are read, and no table: numbers
            of rows are estimates. What takes pg_monitor is said to be not readable for
            who is no member of it, and is null in JSON.

            Examples:
              cronmill server
              cronmill server --all
              cronmill server --database shop --json
            """
    )

    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let context = try await Context(connection, asked, needsDatabases: false)
        let report = try await context.deployment.serverReport(databases: context.databases)
        let output = context.output
        if json {
            try output.write(report.json.prettyText)
        } else {
            try write(report, to: output)
        }
        var status = ExitStatus.done
        if case .failure(let error) = report.server {
            output.note("cronmill: cron database \(context.deployment.cronDatabase):")
            status = Failure.report(error, to: output)
        }
        for result in report.databases {
            guard case .failure(let error) = result.outcome else { continue }
            output.note("cronmill: database \(result.database):")
            status = .worst(status, Failure.report(error, to: output))
        }
        if status != .done { throw Failure.reported(status) }
    }

    private func write(_ report: ServerReport, to output: Output) throws {
        if case .success(let state) = report.server {
            try output.write(lines: state.lines(report.sizes))
            if let standbys = state.standbys, !standbys.isEmpty {
                try output.writeLine()
                try output.write(Table(standbys))
            }
            try output.writeLine()
            try output.write(Table(report.sizes))
        }
        let tables = report.tables
        if !tables.isEmpty {
            try output.writeLine()
            try output.write(Table(tables))
        }
        for remark in report.remarks { output.note(remark) }
    }
}

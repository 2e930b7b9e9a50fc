internal import ArgumentParser
internal import Cronmill

struct CheckPermissions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-permissions",
        abstract: "Say what roles have, lack, and have for nothing, and how to put it right.",
        discussion: """
            Only looks, unless --grant. Exit code 3 if anything is to be put right.

            Examples:
              cronmill check-permissions --all
              cronmill check-permissions --database shop --grant
              cronmill check-permissions --all --sql
              cronmill check-permissions --database shop --run-as app_runner
            """
    )

    @Flag(help: "Run those grants and revokes that you may run; print the rest.")
    var grant = false
    @Flag(help: "Print only the SQL that puts it right.")
    var sql = false
    @Option(help: ArgumentHelp("Role that is to do the tasks, before set-up.", valueName: "role"))
    var runAs: String?
    @Flag(help: "As JSON; what is right, too.")
    var json = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if [grant, sql, json].count(where: { $0 }) > 1 {
            throw ValidationError("Only one of --grant, --sql and --json.")
        }
    }

    func run() async throws {
        let context = try await Context(connection, asked)
        let role = try runAs.map { try ObjectName($0, of: "role").text }
        var report = try await context.deployment.checkPermissions(databases: context.databases, runAs: role)
        if grant {
            let remedies = report.remedies { $0.isGrant && report.mayRun($0) }
            try await context.deployment.apply(remedies) { remedy in
                for line in remedy.sql.split(separator: "\n") { context.say("\(remedy.database): \(line)") }
            }
            if !remedies.isEmpty {
                report = try await context.deployment.checkPermissions(databases: context.databases, runAs: role)
            }
        }
        var status: ExitStatus = report.wrong.isEmpty ? .done : .finding
        for failure in report.failures {
            guard case .failure(let error) = failure.outcome else { continue }
            context.output.note("cronmill: database \(failure.database):")
            status = .worst(status, Failure.report(error, to: context.output))
        }
        if json {
            try context.output.write(JSON.report(report).prettyText)
        } else if sql {
            try context.output.write(script: report.script)
        } else {
            try context.output.write(lines: report.lines(verbose: connection.verbose))
            context.say(report.summary)
        }
        for remark in report.remarks { context.say("note: \(remark)") }
        if status != .done { throw Failure.reported(status) }
    }
}

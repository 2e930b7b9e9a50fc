internal import ArgumentParser
internal import Cronmill

struct MigratePlan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say what a move would do, and what is in its way.",
        discussion: """
            Only looks. Exit code 3 if something has to be put right before.

            Examples:
              cronmill migrate plan --from shop --to postgres
              cronmill migrate plan --from shop --to postgres --json
              cronmill migrate plan --from shop --to postgres --sql
            """
    )

    @Flag(help: "As JSON.")
    var json = false
    @Flag(help: "As SQL for a person, by pg_cron's functions only, where there is no superuser.")
    var sql = false
    @OptionGroup var options: MigrationOptions

    func validate() throws {
        if json, sql { throw ValidationError("Only one of --json and --sql.") }
    }

    func run() async throws {
        let (migration, context) = try options.migration()
        let status = try await migration.status()
        guard status.state == .none else {
            context.say("a move is under way: cronmill migrate status --from \(options.from) --to \(options.to)")
            try context.output.write(json ? status.json.prettyText : status.text(of: migration, on: context.output))
            return
        }
        let preview = try await migration.preview()
        if sql, preview.nothingToMove == nil { return try context.output.write(script: preview.script) }
        try context.show(preview, json: json)
    }
}

extension Context {
    /// Writes what a move would do.
    ///
    /// - Throws: `Failure.reported(.finding)` if something is in its way.
    func show(_ preview: MovePreview, json: Bool) throws {
        if json {
            try output.write(preview.json.prettyText)
        } else if let reason = preview.nothingToMove {
            try output.writeLine("nothing to move: \(reason)")
        } else {
            if !preview.jobs.isEmpty { try output.write(Table(preview.jobs)) }
            try output.write(lines: preview.lines)
        }
        if !preview.obstacles.isEmpty { throw Failure.reported(.finding) }
    }
}

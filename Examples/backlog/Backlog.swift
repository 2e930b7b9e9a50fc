import Cronmill
import Postgres

/// Sets up a queue, puts tasks in, and says how many wait.
@main
struct Backlog {
    static func main() async throws {
        let server = try ConnectionInfo(uri: CommandLine.arguments[1])
        let deployment = Deployment(cron: server.database("postgres"), work: server)

        var letters = ProcessorRequest()
        letters.queue = try ObjectName("letters", of: "queue")
        letters.handler = "app.send_letter"
        letters.runAs = "app_runner"
        var setup = SetupRequest()
        setup.processor = letters
        let plan = try await deployment.planSetup(setup, database: "shop")
        try await deployment.apply(plan)

        let tasks = [#"{"to": "reader-1"}"#, #"{"to": "reader-2"}"#].joined(separator: "\n")
        let result = try await deployment.enqueue(into: "letters", database: "shop", text: tasks)
        print("\(plan.steps.count) steps, \(result.enqueued) tasks")

        let report = try await deployment.status(databases: ["shop"])
        for case .success(let processors) in report.databases.map(\.outcome) {
            for processor in processors {
                print("\(processor.database)/\(processor.processor): \(processor.ready) ready")
            }
        }
    }
}

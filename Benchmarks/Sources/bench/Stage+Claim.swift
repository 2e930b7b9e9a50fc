internal import Foundation
internal import Postgres
internal import Synchronization

/// How the statements that claim tasks were carried out.
struct ClaimPlan: Sendable {
    /// How the table was read: `Index Scan using task_pkey`, ...
    var scans: Set<String> = []
    /// Buffers of the statement that took the most tasks.
    var buffers = 0
    /// The tasks it took.
    var tasks = 0
}

extension Stage {
    /// Drains the first thousand tasks of a queue and looks at the plans of all statements that the procedure ran.
    ///
    /// auto_explain sees them wherever they are nested, and so whatever the claim looks like in a later version.
    func claimPlan(waiting count: Int) async throws -> ClaimPlan {
        try await fill("noop", count)
        try await script(
            """
            load 'auto_explain';
            alter role bench_runner set session_preload_libraries = 'auto_explain';
            alter role bench_runner set auto_explain.log_min_duration = 0;
            alter role bench_runner set auto_explain.log_nested_statements = on;
            alter role bench_runner set auto_explain.log_analyze = on;
            alter role bench_runner set auto_explain.log_buffers = on;
            alter role bench_runner set auto_explain.log_format = json;
            alter role bench_runner set auto_explain.log_level = notice;
            """
        )
        let messages = Messages()
        let session = try await connect(as: "bench_runner") { notice in messages.add(notice.message) }
        try await session.execute("call cronmill_processor.noop(0, 1000)")
        await session.close()
        try await script("alter role bench_runner reset all")
        _ = try await emptyByDelete("noop")
        var plan = ClaimPlan()
        for message in messages.all {
            guard let start = message.firstIndex(of: "{") else { continue }
            let statement = try JSONDecoder().decode(ExplainedStatement.self, from: Data(message[start...].utf8))
            let nodes = statement.plan.all.filter { $0.relation == "task" && $0.operation == nil }
            plan.scans.formUnion(nodes.map(\.title))
            let tasks = statement.plan.all.filter { $0.type == "LockRows" }.map { Int($0.rows) }.max() ?? 0
            if tasks > plan.tasks {
                plan.tasks = tasks
                plan.buffers = statement.plan.buffers
            }
        }
        guard plan.tasks > 0 else { throw InvalidRound("no plan of a claim among \(messages.all.count) messages") }
        return plan
    }
}

/// Notices come on the connection's thread.
private final class Messages: Sendable {
    private let messages = Mutex<[String]>([])

    var all: [String] { messages.withLock { $0 } }

    func add(_ message: String) {
        messages.withLock { $0.append(message) }
    }
}

private struct ExplainedStatement: Decodable {
    var plan: Node

    enum CodingKeys: String, CodingKey {
        case plan = "Plan"
    }

    struct Node: Decodable {
        var type: String
        var operation: String?
        var relation: String?
        var index: String?
        var rows: Double
        var hit: Int
        var read: Int
        var children: [Node]?

        enum CodingKeys: String, CodingKey {
            case type = "Node Type"
            case operation = "Operation"
            case relation = "Relation Name"
            case index = "Index Name"
            case rows = "Actual Rows"
            case hit = "Shared Hit Blocks"
            case read = "Shared Read Blocks"
            case children = "Plans"
        }

        var all: [Node] { [self] + (children ?? []).flatMap(\.all) }
        var buffers: Int { hit + read }
        var title: String { index.map { "\(type) using \($0)" } ?? type }
    }
}

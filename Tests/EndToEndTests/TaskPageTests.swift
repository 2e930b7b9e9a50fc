import Cronmill
import Postgres
import Testing

/// Tasks page by page, as the console lists them.
@Suite("Task pages", .timeLimit(.minutes(60)))
struct TaskPageTests {
    /// The numbers of all tasks, page after page, with something done between two.
    private static func walk(
        _ request: TaskPageRequest,
        _ fixture: Fixture,
        between: (_ page: Int) async throws -> Void = { _ in }
    ) async throws -> [Int64] {
        let deployment = fixture.server.deployment
        var (request, seen, page) = (request, [Int64](), 0)
        repeat {
            let found = try await deployment.taskPage(request, in: fixture.database)
            seen += found.entries.map(\.task.id)
            request.after = found.next
            page += 1
            try await between(page)
        } while request.after != nil && page < 1_000
        return seen
    }

    private static let dead = """
        insert into cronmill.dead_task (task_id, queue_id, priority, attempts, run_at, enqueued_at, payload, failed_at,
            error_sqlstate, error_message)
        select t.id, q.queue_id, 0, 5, now(), now(), '{}', now(), case when t.id % 100 = 0 then '22012' else '22P02' end, 'x'
        from generate_series(%1, %2) as t (id), cronmill.queue as q where q.name = 'work'
        """

    private static func die(_ from: Int, _ to: Int, _ fixture: Fixture) async throws {
        try await fixture.script(dead.replacing("%1", with: "\(from)").replacing("%2", with: "\(to)"))
    }

    @Test("of 10,000 dead tasks each is seen once while others die and are redriven; a SQLSTATE is found among them")
    func dead() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            try await Self.die(1, 10_000, fixture)
            var request = TaskPageRequest()
            (request.state, request.limit) = (.dead, 500)
            let seen = try await Self.walk(request, fixture) { page in
                // Others come before and behind, and seen ones go.
                try await Self.die(20_000 + page, 20_000 + page, fixture)
                try await fixture.script("delete from cronmill.dead_task where task_id = \(page)")
            }
            #expect(seen.filter { $0 <= 10_000 } == Array(1...10_000))
            #expect(Set(seen).count == seen.count)

            request.sqlState = "22012"
            request.limit = 50
            #expect(
                try await Self.walk(request, fixture) == stride(from: 100, through: 10_000, by: 100).map(Int64.init)
                    + (try await fixture.rows(
                        "select task_id from cronmill.dead_task where task_id > 20000 and task_id % 100 = 0"
                    ))
                    .compactMap(Int64.init)
            )
        }
    }

    @Test(
        "those that wait come in the order in which they are claimed, whatever is done meanwhile; keys and groups are found"
    )
    func waiting() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            try await fixture.setUp(queue: "zzz")
            try await fixture.script(
                """
                select cronmill.enqueue(case when i % 2 = 0 then 'work' else 'zzz' end, '{}', priority => i % 3,
                    run_at => now() + (i % 7) * interval '1 hour', unique_key => 'k' || i, group_key => 'g' || i % 10)
                from generate_series(1, 200) as i
                """
            )
            let expected = try await fixture.rows(
                """
                select t.task_id from cronmill.task as t join cronmill.queue as q on q.queue_id = t.queue_id
                order by q.name, t.priority desc, t.run_at, t.task_id
                """
            ).compactMap(Int64.init)
            try #require(expected.count == 200)
            var request = TaskPageRequest()
            request.limit = 7
            let seen = try await Self.walk(request, fixture) { page in
                try await fixture.script("select cronmill.cancel(array[\(expected[page])]::bigint[])")
            }
            #expect(Set(seen).count == seen.count)
            #expect(seen == expected.filter(Set(seen).contains))
            #expect(seen.count >= 200 - 30)

            let scheduled = TaskPageRequest.scheduled
            let later = try await fixture.rows(
                "select task_id from cronmill.task where run_at > now() order by task_id"
            ).compactMap(Int64.init)
            #expect(try await Self.walk(scheduled, fixture).sorted() == later)

            var keyed = TaskPageRequest()
            keyed.uniqueKey = "k77"
            #expect(try await Self.walk(keyed, fixture).count == 1)
            keyed.uniqueKey = nil
            (keyed.groupKey, keyed.limit) = ("g3", 3)
            let group = try await fixture.rows(
                "select task_id from cronmill.task where group_key = 'g3' order by task_id"
            )
            #expect(try await Self.walk(keyed, fixture) == group.compactMap(Int64.init))
        }
    }

    @Test("300,000 tasks that wait are paged, also from their middle, as quickly as few")
    func quick() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            try await fixture.script(
                """
                insert into cronmill.task (queue_id, payload, run_at)
                select q.queue_id, '{}', now() + i * interval '1 ms' from generate_series(1, 300000) as i, cronmill.queue as q
                """
            )
            try await fixture.script("analyze cronmill.task")
            let row = try await fixture.rows(
                """
                select task_id, to_char(run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') from cronmill.task
                order by run_at, task_id offset 150000 limit 1
                """
            )
            let parts = try #require(row.first).split(separator: "|")
            let middle = TaskPosition(
                queue: "work",
                level: 0,
                time: String(parts[1]),
                id: try #require(Int64(parts[0]))
            )
            var deployment = fixture.server.deployment
            // It takes a tenth of that; others are at work on the machine.
            deployment.statementTimeout = .milliseconds(500)
            for after in [nil, middle] {
                for state: QueuedTask.State? in [nil, .scheduled, .retrying] {
                    var request = TaskPageRequest()
                    (request.state, request.after) = (state, after)
                    // A statement that takes longer is an error.
                    let page = try await deployment.taskPage(request, in: fixture.database)
                    #expect(page.entries.count == (state == .retrying ? 0 : 50), "\(String(describing: state))")
                    #expect(page.next != nil)
                }
            }
        }
    }
}

extension TaskPageRequest {
    fileprivate static var scheduled: TaskPageRequest {
        var request = TaskPageRequest()
        (request.state, request.limit) = (.scheduled, 9)
        return request
    }
}

import Cronmill
import Postgres
import Testing

/// Handlers that cannot be called at all.
@Suite("Handlers that cannot be called", .timeLimit(.minutes(60)))
struct MissingHandlerTests {
    /// What happens to a handler, and the message of the run.
    struct Fault: Sendable, CustomTestStringConvertible {
        let statements: String
        let message: String
        var testDescription: String { statements }
    }

    static let faults = [
        Fault(
            statements: "alter function app.work(jsonb) rename to gone",
            message: "handler app.work(jsonb) does not exist in database \"DATABASE\""
        ),
        Fault(
            statements: "alter schema app rename to other",
            message: "handler app.work(jsonb) does not exist in database \"DATABASE\""
        ),
        Fault(
            statements: """
                drop function app.work(jsonb);
                create function app.work(p jsonb, a integer default 1) returns void language sql as 'select';
                create function app.work(p jsonb, a text default 'x') returns void language sql as 'select'
                """,
            message: "handler app.work(jsonb) does not exist in database \"DATABASE\""
        ),
        Fault(
            statements: "revoke execute on function app.work(jsonb) from public",
            message: "role \"RUNNER\" may not execute handler app.work(jsonb)"
        ),
        Fault(
            statements: "revoke usage on schema app from RUNNER",
            message: "role \"RUNNER\" may not execute handler app.work(jsonb)"
        ),
    ]

    @Test("ends the run with an error and charges nobody, and status says so", arguments: faults)
    func fault(_ fault: Fault) async throws {
        try await withDatabases { fixture in
            let text = { (text: String) in
                text.replacing("DATABASE", with: fixture.database).replacing("RUNNER", with: fixture.runner)
            }
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.enqueue(20)
            try await fixture.script(text(fault.statements))
            for _ in 1...2 {
                let error = try await expectedError { try await fixture.call() }
                #expect(error.sqlState == "MC021")
                #expect(error.message == text(fault.message))
            }
            #expect(
                try await fixture.rows(
                    "select count(*) as n, sum(attempts) as a, count(failed_at) as f from cronmill.task"
                )
                    == ["20|0|0"]
            )
            let runs = try await fixture.rows("select distinct failed, dead, end_reason from cronmill.run")
            #expect(runs == ["0|0|no handler"])
            #expect(
                try await fixture.rows("select handler_fault from cronmill.processor_status") == [text(fault.message)]
            )
            let status = try await fixture.cronmillHere("status", "--exit-code")
            #expect(status.exitCode == 3)
            #expect(status.output.contains("failing"), "\(status.output)")
            #expect(
                status.errors.contains("--handler SCHEMA.FUNCTION") != fault.statements.contains("revoke")
                    && status.errors.contains("repair: cronmill "),
                "\(status.errors)"
            )
            // The runs have told so, and are counted: the link is not silent.
            let troubles = try await fixture.cronRows(
                """
                select t.kind, t.processor, t.detail, t.is_raised
                from cronmill_cron.troubles() as t where t.database_name = \(fixture.database)
                """
            )
            #expect(
                troubles == [
                    "failing|work|Its handler cannot be called, and its tasks wait: "
                        + "cronmill status work --database \(fixture.database)|t"
                ]
            )
            let totals = try await fixture.server.deployment.processorTotals(databases: [fixture.database])
            #expect(totals.map { [$0.runs, $0.failedRuns] } == [[2, 2]])
        }
    }

    @Test("one that returns something else than its procedure expects charges nobody")
    func otherResult() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                drop function app.work(jsonb);
                create function app.work(payload jsonb) returns cronmill.outcome language sql as 'select cronmill.done()'
                """
            )
            let changed = try await fixture.cronmillHere("configure", "work", "--handler", "app.work")
            #expect(changed.exitCode == 0, "\(changed.errors)")
            try await fixture.script(
                """
                drop function app.work(jsonb);
                create function app.work(payload jsonb) returns void language sql as 'select'
                """
            )
            try await fixture.enqueue(5)
            let error = try await expectedError { try await fixture.call() }
            #expect(error.sqlState == "MC021")
            #expect(error.message == "handler app.work(jsonb) returns void now")
            // The first are called by themselves, as one without a result can be, and are done.
            let left = try await fixture.rows(
                """
                select count(*) + (select r.done from cronmill.run as r) as n, sum(t.attempts) as a,
                    (select count(*) from cronmill.dead_task) as dead
                from cronmill.task as t
                """
            )
            #expect(left == ["5|0|0"])
        }
    }

    @Test("the same error raised inside a handler is a failure of its task")
    func inside() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '3' then perform app.no_such_function(); end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(5)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 4, 5])
            #expect(
                try await fixture.rows("select payload ->> 'n' as n, attempts, error_sqlstate from cronmill.task")
                    == ["3|1|42883"]
            )
        }
    }

    @Test("a task that was begun alone is given its attempt back")
    func givenBack() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(1)
            try await fixture.call()
            try await fixture.enqueue(3)
            // As after a run that was killed.
            try await fixture.script("update cronmill.slot set ended_number = 0")
            try await fixture.script("alter function app.work(jsonb) rename to gone")
            let error = try await expectedError { try await fixture.call() }
            #expect(error.sqlState == "MC021")
            #expect(
                try await fixture.rows("select distinct attempts, began_at is null as waits from cronmill.task") == [
                    "0|t"
                ]
            )
            try await fixture.script("alter function app.gone(jsonb) rename to work")
            try await fixture.call()
            #expect(try await fixture.done() == [1, 1, 2, 3])
        }
    }

    @Test(
        "a row that names no function is refused, and told what a handler is, not to configure a processor without name"
    )
    func row() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let error = try await expectedError {
                try await fixture.script("update cronmill.processor set handler = 'app.wrok(jsonb)'")
            }
            #expect(error.sqlState == "MC008")
            #expect(error.message == "handler app.wrok(jsonb) does not exist in database \"\(fixture.database)\"")
            #expect(error.hint?.hasPrefix("A handler is a function (payload jsonb) or ") == true, "\(error.hint ?? "")")
        }
    }
}

import Postgres
import Testing

/// Handlers that say more than done or failed.
@Suite("Outcomes", .timeLimit(.minutes(60)))
struct OutcomeTests {
    private static let byValue = """
        create function app.judge(task_id bigint, payload jsonb, attempt integer) returns cronmill.outcome
        language plpgsql as $$
        begin
            insert into app.done (n) values ((payload ->> 'n')::bigint);
            return case (payload ->> 'n')::integer
                when 2 then cronmill.snooze(now() + '1 hour')
                when 3 then cronmill.dead('no such address')
                when 4 then cronmill.done()
            end;
        end $$
        """
    private static let ofPayload = """
        create function app.judge(payload jsonb) returns cronmill.outcome
        language plpgsql as $$
        begin
            insert into app.done (n) values ((payload ->> 'n')::bigint);
            return case (payload ->> 'n')::integer
                when 2 then cronmill.snooze(now() + '1 hour')
                when 3 then cronmill.dead('no such address')
            end;
        end $$
        """
    private static let byRaising = """
        create function app.judge(payload jsonb) returns void
        language plpgsql as $$
        begin
            insert into app.done (n) values ((payload ->> 'n')::bigint);
            case (payload ->> 'n')::integer
                when 2 then perform cronmill.raise_snooze(now() + '1 hour');
                when 3 then perform cronmill.raise_dead('no such address');
                else null;
            end case;
        end $$
        """

    @Test(
        "later puts a task off without an attempt, never buries it, and the rest is done; what was done stays with a value",
        arguments: [(byValue, [1, 2, 3, 4]), (ofPayload, [1, 2, 3, 4]), (byRaising, [1, 4])]
    )
    func outcomes(handler: String, done: [Int]) async throws {
        try await withDatabases { fixture in
            #expect(try await fixture.cronmillHere("setup").exitCode == 0)
            try await fixture.script(handler)
            let setup = try await fixture.cronmillHere(
                "setup",
                "--queue",
                "work",
                "--handler",
                "app.judge",
                "--run-as",
                fixture.runner,
                "--schedule",
                Fixture.never,
                "--enable"
            )
            #expect(setup.exitCode == 0, "\(setup.errors)")
            try await fixture.enqueue(4)
            try await fixture.call()
            #expect(try await fixture.done() == done)
            #expect(
                try await fixture.rows(
                    "select payload ->> 'n' as n, attempts, run_at > now() + interval '50 minutes' as is_later from cronmill.task"
                ) == ["2|0|t"]
            )
            #expect(
                try await fixture.rows(
                    "select payload ->> 'n' as n, attempts, error_sqlstate, error_message from cronmill.dead_task"
                ) == ["3|1|MC102|no such address"]
            )
            #expect(try await fixture.rows("select done, failed, dead from cronmill.run") == ["2|1|1"])
        }
    }

    @Test(
        "whatever a handler takes and returns, each task is done once beside such as fail, and these are dead",
        arguments: [
            "(payload jsonb) returns void", "(payload jsonb) returns cronmill.outcome",
            "(task_id bigint, payload jsonb, attempt integer) returns void",
            "(task_id bigint, payload jsonb, attempt integer) returns cronmill.outcome",
            "(task_ids bigint[], payloads jsonb[]) returns void",
        ]
    )
    func besideFailures(signature: String) async throws {
        try await withDatabases { fixture in
            #expect(try await fixture.cronmillHere("setup").exitCode == 0)
            let payloads = signature.contains("payloads") ? "unnest(payloads)" : "(select payload)"
            try await fixture.script(
                """
                create function app.judge\(signature) language plpgsql as $$
                declare
                    p jsonb;
                begin
                    for p in select \(payloads) loop
                        insert into app.done (n) values ((p ->> 'n')::bigint);
                        if (p ->> 'n')::bigint % 50 = 0 then
                            raise exception 'n is %', p ->> 'n';
                        end if;
                    end loop;
                    \(signature.hasSuffix("outcome") ? "return cronmill.done();" : "")
                end $$
                """
            )
            let setup = try await fixture.cronmillHere(
                "setup",
                "--queue",
                "work",
                "--handler",
                "app.judge",
                "--run-as",
                fixture.runner,
                "--max-attempts",
                "1",
                "--schedule",
                Fixture.never,
                "--enable"
            )
            #expect(setup.exitCode == 0, "\(setup.errors)")
            try await fixture.enqueue(300)
            try await fixture.call()
            #expect(try await fixture.done() == (1...300).filter { $0 % 50 != 0 })
            #expect(
                try await fixture.rows("select payload ->> 'n', error_message from cronmill.dead_task order by task_id")
                    == stride(from: 50, through: 300, by: 50).map { "\($0)|n is \($0)" }
            )
            #expect(try await fixture.rows("select done, failed, dead from cronmill.run") == ["294|6|6"])
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
        }
    }
}

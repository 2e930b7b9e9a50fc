import Postgres
import Testing

/// A function of the user's that is told of alarms, and what others could make of it.
@Suite("The alarm function", .timeLimit(.minutes(60)))
struct AlarmFunctionTests {
    @Test("a function that another could replace is not named, and one that was replaced is not called")
    func replaced() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                for role in ["alerter", "tenant"] { try await server.makeRole(role) }
                try await fixture.setUp("--enable")
                let function = "create function ops.on_alarm(alarm jsonb) returns void language sql as ''"
                try await fixture.script(
                    """
                    create schema ops authorization tenant;
                    grant usage on schema ops to alerter;
                    \(function); alter function ops.on_alarm(jsonb) owner to postgres
                    """,
                    in: "postgres"
                )
                // The owner of the schema may drop what is in it.
                for (role, fault) in [
                    (nil, "role \"postgres\" is a superuser"),
                    ("alerter", "role \"tenant\" owns the schema, and could do by it all that role \"alerter\" may"),
                ] {
                    let refused = try await fixture.cronmill(
                        ["alarms", "deliver", "ops.on_alarm"] + (role.map { ["--run-as", $0] } ?? [])
                    )
                    #expect(refused.exitCode == 1)
                    #expect(refused.errors.contains("detail: It is not safe: \(fault)."), "\(refused.errors)")
                }
                try await fixture.script("alter schema ops owner to postgres", in: "postgres")
                let set = try await fixture.cronmill(["alarms", "deliver", "ops.on_alarm", "--run-as", "alerter"])
                #expect(set.exitCode == 0, "\(set.errors)")
                try await fixture.script(
                    "insert into cronmill_cron.alarm (kind, detail) values ('capacity', 'full')",
                    in: "postgres"
                )
                // Given away afterwards, by whoever may; and replaced.
                for (change, fault) in [
                    (
                        "alter schema ops owner to tenant",
                        "role \"tenant\" owns the schema, and could do by it all that role \"alerter\" may"
                    ),
                    (
                        "alter schema ops owner to postgres; alter function ops.on_alarm(jsonb) owner to tenant",
                        "role \"tenant\" owns the function, and could do by it all that role \"alerter\" may"
                    ),
                    (
                        "drop function ops.on_alarm(jsonb); \(function)",
                        "the function that was named is gone, whatever has its name now"
                    ),
                    ("alter role alerter superuser", "the function that was named is gone, whatever has its name now"),
                ] {
                    try await fixture.script(change, in: "postgres")
                    let alerter = try await server.connect("postgres", as: "alerter")
                    let error = try await expectedError { try await alerter.script("call cronmill_cron.deliver()") }
                    #expect(error.sqlState == "MC018" && error.message == "nobody is told of alarms: \(fault)")
                    await alerter.close()
                    let check = try await fixture.cronmill(["check-permissions", "--all"])
                    #expect(check.exitCode == 3)
                    #expect(check.output.contains("function ops.on_alarm(jsonb) is not told of alarms: \(fault)"))
                }
                let told = try await fixture.cronRows(
                    "select tell_attempts, raised_told_at from cronmill_cron.alarm where kind = 'capacity'"
                )
                #expect(told == ["0|-"])
                // Named again it is called; by a superuser never.
                let refused = try await fixture.cronmill(["alarms", "deliver", "ops.on_alarm", "--run-as", "alerter"])
                #expect(refused.errors.contains("role \"alerter\" is a superuser"))
                try await fixture.script("alter role alerter nosuperuser", in: "postgres")
                let again = try await fixture.cronmill(["alarms", "deliver", "ops.on_alarm", "--run-as", "alerter"])
                #expect(again.exitCode == 0, "\(again.errors)")
                let alerter = try await server.connect("postgres", as: "alerter")
                try await alerter.script("call cronmill_cron.deliver()")
                await alerter.close()
                #expect(
                    try await fixture.cronRows(
                        "select raised_told_at is not null from cronmill_cron.alarm where kind = 'capacity'"
                    ) == ["t"]
                )
                #expect(try await fixture.cronmill(["check-permissions", "--all"]).exitCode == 0)
            }
        }
    }
}

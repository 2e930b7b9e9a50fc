import Foundation
import Postgres
import SQLFiles
import Testing

/// A registry without superuser calls pg_cron through functions that each run-as role owns. What a role does to its own
/// must neither be run by the registry's owner nor stop the others.
@Suite("Functions of run-as roles", .timeLimit(.minutes(60)))
struct RoleFunctionTests {
    @Test("a run-as role can name none of the functions it owns, and so change none", arguments: [false, true])
    func unnamed(asMember: Bool) async throws {
        try await withTenants { tenants in
            // Where it was let in by somebody, and has changed them, they are not called.
            if asMember {
                try await tenants.fixture.script(
                    "create role accomplice login in role evil; grant usage on schema cronmill_run_as to accomplice",
                    in: "postgres"
                )
            }
            let evil = try await tenants.fixture.server.connect("postgres", as: asMember ? "accomplice" : "evil")
            try await evil.script(Tenants.trap)
            for (attempt, statement) in Tenants.attempts + (asMember ? [] : Tenants.otherAttempts) {
                if asMember {
                    try await evil.script(statement)
                } else {
                    let error = try await expectedError { try await evil.script(statement) }
                    #expect(error.sqlState == .insufficientPrivilege, "\(attempt): \(error.message)")
                }
            }
            await evil.close()
            try await tenants.writeHistory()
            for command in [
                ["runs"], ["status"], ["check-permissions"], ["stats"], ["sync", "--check"], ["prune", "--keep", "1"],
            ] {
                let result = try await tenants.goes(command + ["--all"])
                #expect([0, 3].contains(result.exitCode), "\(command): \(result.errors)")
            }
            let installer = try await tenants.fixture.server.connect("postgres", as: "installer")
            try await installer.script("select cronmill_cron.raise_alarms(); select cronmill_cron.keep_pruning()")
            #expect(try await tenants.fixture.cronRows("select who from evil.caught") == [])
            #expect(
                try await tenants.fixture.cronRows("select role_name, fault from cronmill_cron.broken_roles()")
                    == (asMember ? ["evil|they were changed"] : [])
            )
            if asMember {
                // Even made anew they are not called as long as somebody could change them.
                try await installer.script("select cronmill_cron.make_role_functions('evil')")
                #expect(
                    try await tenants.fixture.cronRows("select role_name, fault from cronmill_cron.broken_roles()")
                        == ["evil|role \"accomplice\" may use schema cronmill_run_as, and so change them"]
                )
                let refused = try await expectedError {
                    try await installer.script(
                        "select cronmill_cron.schedule_job('evil', 'x', '* * * * *', 'select 1', 'postgres', true)"
                    )
                }
                #expect(refused.sqlState == "MC003")
                let jobs = try await tenants.fixture.cronRows(
                    "select count(*) from cron.job where username = 'evil'"
                )
                #expect(jobs == ["1"])
                try await tenants.fixture.script("drop owned by accomplice; drop role accomplice", in: "postgres")
                #expect(try await tenants.goes(["sync", "--check", "--all"]) == DriftTests.clean)
            }
            await installer.close()
        }
    }

    @Test("a run-as role that drops its functions stops nobody else: it is named, repaired, and can be removed")
    func dropped() async throws {
        try await withTenants { tenants in
            let fixture = tenants.fixture
            let (first, second) = (fixture.databases[0], fixture.databases[1])
            let good = try await fixture.jobs(of: first)
            let evil = try await fixture.server.connect("postgres", as: "evil")
            try await evil.script("drop owned by evil")
            let installer = try await fixture.server.connect("postgres", as: "installer")
            try await installer.script("select cronmill_cron.raise_alarms(); select cronmill_cron.keep_pruning()")
            #expect(
                try await fixture.cronRows("select kind, detail from cronmill_cron.alarm where cleared_at is null") == [
                    "roles|Functions in schema cronmill_run_as may not be called, so these roles' jobs and runs are not "
                        + "seen: \"evil\" (they were dropped)."
                ]
            )
            await installer.close()
            let status = try await tenants.goes(["status", "--all"])
            #expect(status.exitCode == 0)
            #expect(status.errors.contains("warning: jobs and runs of role \"evil\" cannot be seen"))
            #expect(!status.errors.contains("is gone from cron.job"))
            let check = try await tenants.goes(["check-permissions", "--all"])
            #expect(check.exitCode == 3)
            #expect(check.output.contains("select cronmill_cron.make_role_functions('evil');"))
            // Others go on, and the offender's jobs are not struck out.
            for command in ["disable", "enable", "sync"] {
                let others = try await tenants.goes([command, "--database", first])
                #expect(others.exitCode == 0, "\(command): \(others.errors)")
            }
            #expect(try await fixture.jobs(of: first) == good)
            let own = try await tenants.goes(["disable", "--database", second])
            #expect(own.exitCode == 1 && own.errors.contains("they were dropped"))
            #expect(own.errors.contains("hint: cronmill setup makes them what they were."))
            #expect(try await fixture.jobs(of: second).count == 1)

            let setup = try await tenants.goes(["setup", "--database", second])
            #expect(setup.errors == "postgres: make the functions by which jobs of role evil are made\n")
            #expect(try await tenants.goes(["sync", "--check", "--all"]) == DriftTests.clean)
            try await evil.script("drop owned by evil")
            await evil.close()
            let removed = try await tenants.goes(["remove", "--everything", "--yes", "--database", second])
            #expect(removed.exitCode == 0, "\(removed.errors)")
            #expect(try await fixture.jobs(of: second) == [])
            #expect(try await fixture.jobs(of: first) == good)
            #expect(
                try await fixture.cronRows(
                    """
                    select distinct p.proname from pg_proc as p
                    join pg_namespace as n on n.oid = p.pronamespace where n.nspname = 'cronmill_run_as'
                    """
                ) == [fixture.runner]
            )
        }
    }

    @Test("in functions that others own no operator is looked up, and no name without its schema")
    func qualified() throws {
        let file = try #require(SQLFile.all.first { $0.path == "cron/roles/as_role.sql" })
        let bodies = file.text.components(separatedBy: "$function$").enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }
        #expect(bodies.count == 6)
        for (_, body) in bodies {
            let statements = body.split(separator: "\n").filter { !$0.contains("--") }.joined(separator: "\n")
                .replacing(/operator\(pg_catalog\.[<>=]+\)/, with: "").replacing(":=", with: "")
                .replacing("::pg_catalog.", with: "")
            #expect(!statements.contains { "+-*/<>=~!@#%^&|`?:".contains($0) }, "\(statements)")
            for call in statements.matches(of: /(\w+\.)?\w+\(/) {
                #expect(call.output.1 == "cron.", "\(call.output.0)")
            }
            for table in statements.matches(of: /(?:from|join|update|into) (\w+\.\w+)? as/) {
                #expect(table.output.1?.hasPrefix("cron.") == true, "\(table.output.0)")
            }
        }
    }

    @Test("a registry of a superuser calls no function of another's, and makes none")
    func superuser() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            #expect(try await fixture.cronRows("select to_regnamespace('cronmill_run_as')") == ["-"])
            #expect(
                try await fixture.cronRows(
                    """
                    select p.oid::regprocedure from pg_proc as p
                    where p.pronamespace = 'cronmill_cron'::regnamespace and p.proowner <> 10
                    """
                ) == []
            )
        }
    }
}

/// Two work databases of an installer without superuser: one of a run-as role that does its work, one of role `evil`.
private struct Tenants {
    let fixture: Fixture

    func goes(_ arguments: [String]) async throws -> ProgramResult {
        try await fixture.cronmill(arguments, environment: ["DB_USER": "installer"])
    }

    /// Two runs of each job, old enough to be removed.
    func writeHistory() async throws {
        try await fixture.script(
            """
            insert into cron.job_run_details (jobid, runid, username, command, status, start_time, end_time)
            select jobid, 1000000 + 1000 * n + jobid, username, command, 'succeeded', now() - interval '30 days', now()
            from cron.job, generate_series(1, 2) as n
            """,
            in: "postgres"
        )
    }

    /// Operators that note as whom they are called.
    static let trap = """
        set role evil;
        create table evil.caught (who text); grant insert on evil.caught to public;
        create function evil.above(a bigint, b bigint) returns boolean language plpgsql as
            $$ begin insert into evil.caught values (current_user); return true; end $$;
        create operator evil.> (leftarg = bigint, rightarg = bigint, function = evil.above);
        create operator evil.<= (leftarg = bigint, rightarg = bigint, function = evil.above);
        create operator evil.= (leftarg = bigint, rightarg = bigint, function = evil.above);
        reset role
        """

    /// What an owner does to his function.
    static let attempts = [
        ("runs as its caller", "alter function cronmill_run_as.evil() security invoker"),
        ("looks names up", "alter function cronmill_run_as.evil(bigint, bigint) set search_path = evil, pg_catalog"),
        ("looks operators up", "alter function cronmill_run_as.evil(bigint[]) set search_path = evil, pg_catalog"),
        ("fails", "alter function cronmill_run_as.evil() set row_security = off"),
        ("forbids the call", "revoke all on function cronmill_run_as.evil(bigint) from evil, installer"),
        ("runs as its caller, the prune's", "alter routine cronmill_run_as.evil(bigint[]) security invoker"),
    ]

    /// What he could not do even if he could name it.
    static let otherAttempts = [
        ("has another name", "alter function cronmill_run_as.evil(bigint) rename to evil2"),
        ("lets all call it", "grant execute on all functions in schema cronmill_run_as to public"),
    ]
}

private func withTenants(_ body: (Tenants) async throws -> Void) async throws {
    try await withServer { server in
        try await withDatabases(2, on: server, waitsForTurn: false) { fixture in
            try await fixture.makeInstaller()
            try await server.makeRole("evil")
            try await fixture.script(
                """
                grant evil to installer; grant usage on schema cron to evil;
                grant execute on function
                    cron.schedule_in_database(text, text, text, text, text, boolean),
                    cron.alter_job(bigint, text, text, text, text, boolean) to evil;
                create schema evil authorization evil; grant usage on schema evil to public
                """,
                in: "postgres"
            )
            try await fixture.script("grant usage on schema app to evil", in: fixture.databases[1])
            for (database, role) in [(fixture.databases[0], fixture.runner), (fixture.databases[1], "evil")] {
                let setup = try await fixture.cronmill(
                    [
                        "setup", "--database", database, "--queue", "work", "--handler", "app.work", "--run-as", role,
                        "--schedule", Fixture.never, "--max-running-jobs", "32", "--others", "0", "--enable",
                    ],
                    environment: ["DB_USER": "installer"]
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
            }
            try await body(Tenants(fixture: fixture))
        }
    }
}

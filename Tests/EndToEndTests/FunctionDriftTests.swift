import Postgres
import Testing

/// Functions, views and triggers of ours that somebody has changed, on both sides.
@Suite("Functions changed by hand", .timeLimit(.minutes(60)))
struct FunctionDriftTests {
    @Test("each is named, and made what it was, by sync; then the rest is compared with it")
    func byHand() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                let listing = { (schema: String, database: String) in
                    let connection = try await fixture.connect(database)
                    let lines = try await SchemaListing.lines(schema, connection)
                    await connection.close()
                    return lines
                }
                let work = try await listing("cronmill", fixture.database)
                let cron = try await listing("cronmill_cron", "postgres")
                try await fixture.script(
                    """
                    do $$ begin
                        execute regexp_replace(
                            pg_get_functiondef('cronmill.claim'::regproc), e'\nbegin\n', e'\nbegin\n    -- By hand.\n');
                    end $$;
                    drop function cronmill.assert_original();
                    drop view cronmill.processor_status; create view cronmill.processor_status as select 1 as one;
                    drop function cronmill.shell_word(text);
                    create function cronmill.shell_word(word text) returns integer language sql as 'select 1';
                    alter table cronmill.processor disable trigger processor_2_sync;
                    update cronmill.processor set slots = 2;
                    create function cronmill.mine() returns integer language sql as 'select 1'
                    """
                )
                try await fixture.script(
                    """
                    drop function cronmill_cron.differences(text[]);
                    alter function cronmill_cron.take_link() security invoker;
                    alter view cronmill_cron.link reset (security_barrier)
                    """,
                    in: "postgres"
                )
                let claim = try await fixture.rows("select 'cronmill.claim'::regproc::regprocedure")[0]
                let functions = [
                    "postgres: routine cronmill_cron.differences(text[]) is gone",
                    "postgres: routine cronmill_cron.take_link() is not as it was installed",
                    "postgres: view cronmill_cron.link is not as it was installed",
                    "\(fixture.database): routine cronmill.assert_original() is gone",
                    "\(fixture.database): routine \(claim) is not as it was installed",
                    "\(fixture.database): routine cronmill.mine() is none of cronmill's",
                    "\(fixture.database): routine cronmill.shell_word(text) is not as it was installed",
                    "\(fixture.database): trigger processor_2_sync of cronmill.processor is not as it was installed",
                    "\(fixture.database): view cronmill.processor_status is not as it was installed",
                ].map { "\($0)\n" }.joined()
                let settings = "\(fixture.database): work: slots is 2, the registry has 1\n"
                #expect(
                    try await fixture.cronmillHere("sync", "--check")
                        == ProgramResult(output: functions, errors: "", exitCode: 3)
                )
                let repaired = try await fixture.cronmillHere("sync")
                #expect(repaired.exitCode == 0, "\(repaired.errors)")
                #expect(repaired.output == functions + settings)
                #expect(try await fixture.cronmillHere("sync", "--check") == DriftTests.clean)
                #expect(try await fixture.jobs().count == 2)
                #expect(try await listing("cronmill", fixture.database) == work)
                #expect(try await listing("cronmill_cron", "postgres") == cron)
                // Their privileges are there again, too.
                let permissions = try await fixture.cronmillHere("check-permissions")
                #expect(permissions.exitCode == 0, "\(permissions.output)")
                try await fixture.enqueue(2)
                try await fixture.call()
                #expect(try await fixture.done() == [1, 2])
            }
        }
    }

    @Test("functions of another version are said, and left to setup")
    func otherVersion() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                "update cronmill.installation set fingerprint = concat('0 ', split_part(fingerprint, ' ', 2))"
            )
            let line =
                "\(fixture.database): the functions of schema cronmill are of another version; "
                + "repair: cronmill setup --database \(fixture.database)\n"
            #expect(
                try await fixture.cronmillHere("sync", "--check")
                    == ProgramResult(output: line, errors: "", exitCode: 3)
            )
            let left = try await fixture.cronmillHere("sync")
            #expect(
                left == ProgramResult(output: line, errors: "\(fixture.database): nothing to change\n", exitCode: 3)
            )
            let setup = try await fixture.cronmillHere("setup")
            #expect(setup.exitCode == 0, "\(setup.errors)")
            #expect(try await fixture.cronmillHere("sync", "--check") == DriftTests.clean)
        }
    }

    @Test("set-up drops functions of an older version, and leaves one that something depends on")
    func staleFunctions() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                """
                create function cronmill.queue_id(name text, old boolean) returns bigint language sql as 'select 1::bigint';
                create function cronmill.used(old boolean) returns boolean language sql immutable as 'select true';
                create view app.uses as select cronmill.used(true) as used;
                """
            )
            let again = try await fixture.cronmillHere("setup")
            #expect(again.exitCode == 0, "\(again.errors)")
            #expect(again.errors.contains("routine cronmill.used(boolean) is of an older version and is left"))
            #expect(
                try await fixture.rows(
                    "select to_regprocedure('cronmill.queue_id(text, boolean)') as a, to_regprocedure('cronmill.used(boolean)') as b"
                ) == ["-|cronmill.used(boolean)"]
            )
        }
    }
}

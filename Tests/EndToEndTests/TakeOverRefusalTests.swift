import Postgres
import Testing

@testable import Cronmill

/// What is not taken over, and the reason that is given.
@Suite("Taking over, refused", .timeLimit(.minutes(60)))
struct TakeOverRefusalTests {
    private static let jobs = "create table app.jobs (id bigint primary key, payload jsonb)"
    private static let cases: [(made: String, arguments: [String], errors: String)] = [
        (
            "create view app.jobs as select 1 as id", [],
            """
            error: app.jobs is a view
            detail: Rows are taken from ordinary tables only, by a trigger that sees each of them.
            hint: Name the table below it.
            """
        ),
        (
            "create table app.jobs (id bigint primary key, payload jsonb) partition by range (id)", [],
            """
            error: app.jobs is a partitioned table
            detail: Rows are taken from ordinary tables only, by a trigger that sees each of them.
            """
        ),
        (
            jobs + "; create table app.part () inherits (app.jobs)", [],
            """
            error: app.jobs is part of an inheritance tree
            detail: Rows are taken from ordinary tables only, by a trigger that sees each of them.
            """
        ),
        (
            jobs + "; create table app.log (job bigint references app.jobs)", [],
            """
            error: table app.jobs has a foreign key: log_job_fkey of app.log
            detail: Rows leave the table, so nothing can refer to them, nor be watched by them.
            hint: Drop it first, if the queue can do without.
            """
        ),
        (
            jobs + "; create function app.t() returns trigger language plpgsql as 'begin return new; end';"
                + "create trigger note after insert on app.jobs for each row execute function app.t()", [],
            """
            error: table app.jobs has a trigger: note
            detail: It would fire for rows that are only passing through.
            hint: Drop it first, if the queue can do without.
            """
        ),
        (
            jobs + "; create rule quiet as on insert to app.jobs do instead nothing", [],
            """
            error: table app.jobs has a rule: quiet
            detail: It would rewrite the statements by which rows are moved.
            hint: Drop it first, if the queue can do without.
            """
        ),
        (
            "create table app.jobs (id bigint, payload jsonb)", [],
            """
            error: table app.jobs has no primary key of one column
            hint: Name a column that identifies a row: --id COLUMN
            """
        ),
        (
            "create table app.jobs (id bigint, payload jsonb)", ["--id", "id"],
            """
            error: column id of table app.jobs does not identify a row
            detail: It has to be not null and unique, so that a row is moved once.
            hint: alter table app.jobs alter id set not null, add unique (id);
            """
        ),
        (
            "create table app.jobs (id bigint primary key, payload bytea)", [],
            """
            error: --payload payload: the column is of type bytea
            hint: It has to be one of: bpchar, json, jsonb, text, varchar.
            """
        ),
        (
            "create table app.jobs (id bigint primary key, payload jsonb, state text, made timestamptz)", [],
            """
            error: columns of table app.jobs would be lost: state, made
            hint: Take the whole row, --payload-row, or give them up: --ignore state --ignore made
            """
        ),
        (
            "create table app.jobs (id bigint primary key, payload jsonb, state text not null)", ["--ignore", "state"],
            """
            error: --undo could not make a row without: state
            detail: They are not null and have no default.
            hint: Take the whole row: --payload-row
            """
        ),
        (
            jobs, ["--priority", "payloads"],
            """
            error: --priority payloads: table app.jobs has no such column
            hint: Did you mean "payload"?
            """
        ),
        (
            "create table app.job (id bigint primary key, payload jsonb)", [],
            """
            error: table app.jobs does not exist in database "{database}"
            hint: Did you mean app.job?
            """
        ),
        (
            "create schema other; create table other.jobs ()", ["--table", "jobs"],
            """
            error: table jobs is not schema-qualified
            hint: Name its schema: --table SCHEMA.jobs
            """
        ),
    ]

    @Test("what cannot be taken over without a loss is refused before anything is done")
    func refusals() async throws {
        try await withDatabases { fixture in
            for (made, arguments, errors) in Self.cases {
                try await fixture.script(made)
                let table = arguments.contains("--table") ? [] : ["--table", "app.jobs"]
                let result = try await fixture.cronmillHere(
                    [
                        "migrate", "takeover", "--payload", "payload", "--queue", "work", "--handler", "app.work",
                        "--run-as",
                    ]
                        + [fixture.runner] + table + arguments
                )
                let expected = errors.replacing("{database}", with: fixture.database)
                    .split(separator: "\n").map { "cronmill: \($0)\n" }.joined()
                #expect(result == ProgramResult(output: "", errors: expected, exitCode: 1))
                #expect(try await fixture.rows("select to_regnamespace('cronmill')") == ["-"])
                try await fixture.script(
                    """
                    do $$ begin
                        execute coalesce((
                            select string_agg(format('drop %s if exists %s cascade', k.kind, c.oid::regclass), ';')
                            from pg_class as c join (values ('r', 'table'), ('p', 'table'), ('v', 'view')) as k (relkind, kind)
                                on k.relkind = c.relkind
                            where c.relnamespace = 'app'::regnamespace and c.relname <> 'done'), 'select');
                        drop function if exists app.t();
                    end $$
                    """
                )
            }
        }
    }

    @Test(
        "a table by which a third role's function would run as the installer is refused, and names it",
        arguments: [
            ("alter table app.jobs add check ((payload::text)::evil.text is not null) not valid", "type evil.text"),
            ("create index on app.jobs ((payload::text::evil.text is null))", "type evil.text"),
            ("alter table app.jobs add g text generated always as (payload::text::evil.text) stored", "type evil.text"),
            ("alter table app.jobs add check (evil.may(1)) not valid", "function evil.may(integer)"),
            ("alter table app.jobs add h text default evil.name()", "function evil.name()"),
            (
                "create domain app.d as text default evil.name(); alter table app.jobs add h app.d",
                "function evil.name()"
            ),
            (
                "create type app.r as range (subtype = evil.text); alter table app.jobs add h app.r",
                "type evil.text"
            ),
            (
                "create type app.e as enum ('a'); create function evil.text_of(app.e) returns json language sql as 'select null::json';"
                    + "alter function evil.text_of(app.e) owner to %o; create cast (app.e as json) with function evil.text_of(app.e);"
                    + "alter table app.jobs add h app.e",
                "function evil.text_of(app.e)"
            ),
        ]
    )
    func thirdRoles(statement: String, what: String) async throws {
        try await withDatabases { fixture in
            let stranger = "stranger\(fixture.runner)"
            try await fixture.makeJobs(1)
            try await fixture.server.makeRole(stranger)
            try await fixture.script(
                """
                create schema evil authorization \(stranger);
                create function evil.may(integer) returns boolean language sql immutable as 'select true';
                create function evil.name() returns text language sql as 'select null::text';
                create domain evil.text as text check (evil.may(1));
                alter function evil.may(integer) owner to \(stranger);
                alter function evil.name() owner to \(stranger);
                alter domain evil.text owner to \(stranger)
                """
            )
            try await fixture.script(statement.replacing("%o", with: stranger))
            let columns = ["g", "h"].filter { statement.contains("add \($0) ") }
            let refused = try await fixture.cronmill(fixture.takeOverArguments + columns.flatMap { ["--ignore", $0] })
            #expect(refused.exitCode == 1)
            #expect(
                refused.errors.contains("cronmill: error: \(what) of table app.jobs belongs to role \"\(stranger)\"\n"),
                "\(refused.errors)"
            )
        }
    }

    @Test("who may make foreign keys to a table could have triggers run; who only reads it by a view refuses nothing")
    func references() async throws {
        try await withDatabases { fixture in
            try await fixture.makeJobs(1)
            let reader = "reader\(fixture.runner)"
            try await fixture.server.makeRole(reader)
            try await fixture.script(
                """
                create schema r authorization \(reader); grant usage on schema app to \(reader);
                grant select, references (id) on app.jobs to \(reader)
                """
            )
            let refused = try await fixture.cronmill(fixture.takeOverArguments)
            #expect(
                refused.errors.contains(
                    "cronmill: error: role \"\(reader)\" may make foreign keys to table app.jobs\n"
                ),
                "\(refused.errors)"
            )
            try await fixture.script("revoke references (id) on app.jobs from \(reader)")
            let connection = try await fixture.connect(as: reader)
            try await connection.script(
                """
                create function r.f(jsonb) returns boolean language sql as 'select true';
                create view r.v as select r.f(payload) from app.jobs
                """
            )
            await connection.close()
            let taken = try await fixture.cronmill(fixture.takeOverArguments)
            #expect(taken.exitCode == 0, "\(taken.errors)")
        }
    }

    @Test("two take-overs of a database do not go at once, nor one and the undoing of another")
    func oneAtATime() async throws {
        try await withDatabases { fixture in
            try await fixture.makeJobs(1)
            let lock = AdvisoryLock(.takeOver(of: fixture.database), deployment: fixture.server.deployment)
            try #require(try await lock.take())
            let undo = ["migrate", "takeover", "--database", fixture.database, "--table", "app.jobs", "--undo"]
            for arguments in [fixture.takeOverArguments, undo] {
                let refused = try await fixture.cronmill(arguments)
                #expect(refused.exitCode == 1)
                #expect(
                    refused.errors.hasPrefix(
                        "cronmill: error: another take-over in database \"\(fixture.database)\", or the undoing of one, is going\n"
                    ),
                    "\(refused.errors)"
                )
            }
            await lock.release()
            let taken = try await fixture.cronmill(fixture.takeOverArguments)
            #expect(taken.exitCode == 0, "\(taken.errors)")
        }
    }

    @Test("a table of another's is refused with what to do, and one with row security")
    func privileges() async throws {
        try await withDatabases { fixture in
            try await fixture.makeJobs(1)
            let (owner, installer) = ("owner\(fixture.runner)", "installer\(fixture.runner)")
            try await fixture.script(
                """
                create role \(owner) createrole;
                create role \(installer) login;
                alter table app.jobs owner to \(owner);
                grant usage on schema app to \(installer);
                """
            )
            let arguments = fixture.takeOverArguments + ["--user", installer]
            let refused = try await fixture.cronmill(arguments)
            #expect(refused.exitCode == 1)
            #expect(
                refused.errors == """
                    cronmill: error: table app.jobs belongs to role "\(owner)"
                    cronmill: detail: Only its owner may put the trigger on it that forwards new rows.
                    cronmill: hint: Connect as that role, if Cronmill is set up by it, or: alter table app.jobs owner to \(installer);

                    """
            )
            // To be a member of the owner is not to be the owner.
            try await fixture.script("grant \(owner) to \(installer)")
            let member = try await fixture.cronmill(arguments)
            #expect(member.exitCode == 1)
            #expect(
                member.errors == """
                    cronmill: error: table app.jobs belongs to role "\(owner)"
                    cronmill: detail: Its rows are moved as role "\(installer)", and so would be what that role lets triggers, types or casts do.
                    cronmill: hint: Connect as role "\(owner)", if Cronmill is set up by it; or, with what grants it needs then: alter table app.jobs owner to \(installer);

                    """
            )
            try await fixture.script(
                "alter table app.jobs owner to \(installer);"
                    + "alter table app.jobs enable row level security, force row level security"
            )
            let hidden = try await fixture.cronmill(arguments)
            #expect(hidden.errors.contains("table app.jobs has row security"), "\(hidden.errors)")
        }
    }

    @Test("taken over in another way, without a handler, or its queue removed: refused, and nothing is lost")
    func otherwise() async throws {
        try await withDatabases { fixture in
            try await fixture.makeJobs(2)
            let bare = ["migrate", "takeover", "--table", "app.jobs", "--payload-row"]
            let missing = try await fixture.cronmillHere(bare + ["--queue", "work"])
            #expect(missing.errors.contains("queue \"work\" does not exist"), "\(missing.errors)")
            #expect(missing.errors.contains("hint: Name the function that does its tasks: --handler SCHEMA.FUNCTION"))
            #expect(try await fixture.cronmill(fixture.takeOverArguments).exitCode == 0)
            let other = try await fixture.cronmillHere(bare + ["--queue", "work"])
            #expect(other.exitCode == 1)
            #expect(
                other.errors.contains("table app.jobs is taken over already, in another way, into queue \"work\""),
                "\(other.errors)"
            )
            let removal = try await fixture.cronmillHere("remove", "--queue", "work", "--yes")
            #expect(removal.exitCode == 1)
            #expect(
                removal.errors.contains("rows inserted into table app.jobs are forwarded to queue \"work\""),
                "\(removal.errors)"
            )
            // All of Cronmill goes with its trigger: producers are not left with errors.
            let all = try await fixture.cronmillHere("remove", "--everything", "--yes")
            #expect(all.errors.contains("note: Rows inserted into table app.jobs, which was taken over, stay there"))
            try await fixture.script("insert into app.jobs (prio) values (1)")
            #expect(try await fixture.rows("select count(*) from app.jobs") == ["1"])
        }
    }

    @Test(
        "flags that do not go together are refused before connecting",
        arguments: [
            ([], "Name a --table, or say --partitioncache."),
            (["--table", "a.b", "--partitioncache"], "Name a --table, or say --partitioncache."),
            (["--table", "a.b", "--payload", "p"], "Name the queue the rows go to: --queue NAME."),
            (["--table", "a.b", "--queue", "q"], "Say what the payload is: --payload COLUMN or --payload-row."),
            (
                ["--table", "a.b", "--queue", "q", "--payload", "p", "--only", "status"],
                "--only status is not COLUMN=VALUE."
            ),
            (["--table", "a.b", "--undo", "--queue", "q"], "--undo knows how it was taken over: leave the rest out."),
            (
                ["--table", "a.b", "--queue", "q", "--payload-row", "--prefix", "x"],
                "--prefix, --job, --result-type, --result-layout and --accept-failing"
            ),
            (["--partitioncache", "--slots", "3"], "--partitioncache takes its settings from there"),
        ]
    )
    func usage(arguments: [String], message: String) async throws {
        let server = try await TestServer.shared()
        let result = try await server.cronmill(["migrate", "takeover", "--database", "x"] + arguments)
        #expect(result.exitCode == 64)
        #expect(result.errors.lowercased().contains(message.dropLast().lowercased()), "\(result.errors)")
    }
}

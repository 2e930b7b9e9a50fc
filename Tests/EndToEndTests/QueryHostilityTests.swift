import Postgres
import Testing

/// Queries whose authors mean harm.
@Suite("Hostile queries", .timeLimit(.minutes(60)))
struct QueryHostilityTests {
    /// Texts, and what the reason of their death begins with.
    private static let texts: [(text: String, reason: String)] = [
        ("select 1; select 2", "the task's query is more than one statement"),
        ("select 1; drop table app.point", "the task's query is more than one statement"),
        ("select 1); drop table app.point; select (1", "syntax error"),
        ("select 1; commit", "the task's query is more than one statement"),
        ("commit", "syntax error"),
        ("delete from app.done", "syntax error"),
        ("delete from app.done returning n", "syntax error"),
        ("with d as (insert into app.done values (1) returning n) select n from d", "views must not contain"),
        ("select id into app.stolen from app.point", "views must not contain"),
        ("select id from app.point for update", "cannot execute SELECT FOR UPDATE in a read-only transaction"),
        ("explain analyze insert into app.done values (1)", "syntax error"),
        ("analyze insert into app.done values (1)", "syntax error"),
        ("(analyze) insert into app.done values (1)", "syntax error"),
        ("copy (select 1) to program 'true'", "syntax error"),
        ("do $$ begin insert into app.done values (1); end $$", "syntax error"),
        ("create temporary table t (n bigint)", "syntax error"),
        ("declare c cursor with hold for select 1", "syntax error"),
        ("prepare p as select 1", "syntax error"),
        ("set role postgres", "syntax error"),
        ("reset session authorization", "syntax error"),
        ("listen x", "syntax error"),
        ("notify x", "syntax error"),
        ("select 1 with check option", "syntax error"),
        ("select $1", "there is no parameter $1"),
        (" -- nothing", "syntax error"),
        ("select id from app.secret", "permission denied for table secret"),
        ("select id from app.nowhere", "relation \"app.nowhere\" does not exist"),
        ("select from app.point", "the query has 0 columns"),
        ("select name, x from app.point", "the query has several columns, none of them named \"id\""),
        ("select 1, 2", "the query has several columns"),
        ("select 1.5", "the query's column has type numeric"),
        ("select 1 from pg_advisory_unlock_all()", "a query may not call pg_advisory_unlock_all()"),
        (
            "select id from app.point order by pg_advisory_unlock_all() is null",
            "a query may not call pg_advisory_unlock_all()"
        ),
        (
            "select case when false then set_config('application_name', 'x', false)::bigint end",
            "a query may not call set_config"
        ),
        ("select set_config('transaction_read_only', null, true)::bigint", "a query may not call set_config"),
        ("select pg_terminate_backend(pg_backend_pid())::integer", "a query may not call pg_terminate_backend"),
        ("select pg_cancel_backend(pid)::integer from pg_stat_activity", "a query may not call pg_cancel_backend"),
        ("select 1 from pg_sleep(100)", "a query may not call pg_sleep"),
        ("select nextval('cronmill.task_task_id_seq')", "a query may not call nextval"),
        ("select lo_create(0)::bigint", "a query may not call lo_create"),
        ("select 1 where pg_notify('a', 'b') is null", "a query may not call pg_notify"),
        (
            "select length(query_to_xml('select pg_advisory_unlock_all()', true, true, '')::text)",
            "a query may not call query_to_xml"
        ),
        ("select 1 where xpath_exists('//a', '<a/>')", "a query may not call XML functions"),
        ("select array_length(xpath('//a', '<a/>'), 1)", "a query may not call XML functions"),
        ("select 1 where '//a' is not null and xmlexists('//a' passing '<a/>')", "a query may not call XML functions"),
        (
            "select n from xmltable('/a' passing '<a/>' columns n bigint path '@n') as t",
            "a query may not call XML functions"
        ),
        ("select length(xmlelement(name a)::text)", "a query may not call XML functions"),
        ("select 1 where xml_is_well_formed('<a/>')", "a query may not call XML functions"),
        ("select count(*) from ts_stat('select pg_advisory_unlock_all()')", "a query may not call ts_stat"),
        ("select 1 from cronmill.give_back(1, 1, '(0,1)')", "a query may not call cronmill.give_back"),
        ("select app.volatile(1)", "a query may not call app.volatile"),
        ("select 1 operator(app.@@@) 2", "a query may not call app.volatile_of_two"),
        (
            "select n from crosstab('select pg_advisory_unlock_all(), 1, 1') as c (n bigint, a bigint)",
            "a query may not call public.crosstab(text)"
        ),
        ("select app.liar()", "cannot execute INSERT in a read-only transaction"),
        ("select '5'::app.evil::bigint", "cannot execute INSERT in a read-only transaction"),
        ("select app.false_constant() + 1", "cannot execute INSERT in a read-only transaction"),
        ("select 1 as \":funcid 2077\" from app.volatile(1)", "a query may not call app.volatile"),
    ]

    @Test("none of them does anything: each is dead with the reason, and the query after it is done")
    func texts() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries()
            try await fixture.script(
                """
                create extension tablefunc;
                create table app.secret (id bigint);
                create function app.volatile(n bigint) returns bigint language sql as 'select n';
                create function app.volatile_of_two(a integer, b integer) returns bigint language sql as 'select 1';
                create operator app.@@@ (function = app.volatile_of_two, leftarg = integer, rightarg = integer);
                create function app.inner() returns bigint language sql as 'insert into app.done values (1) returning n';
                grant select on app.done to \(fixture.runner);
                create function app.check(n bigint) returns boolean language plpgsql
                    as 'begin insert into app.done values (n); return true; end';
                create domain app.evil as bigint check (app.check(value));
                create function app.false_constant() returns bigint immutable language plpgsql
                    as 'begin return app.inner(); end';
                create function app.liar() returns bigint stable language plpgsql as 'begin return app.inner(); end'
                """
            )
            for (text, _) in Self.texts { try await fixture.ask(text) }
            try await fixture.ask("select id from app.point", more: #"{"hash": "innocent"}"#)
            try await fixture.answer()
            let dead = try await fixture.rows(
                "select d.payload ->> 'query' as query, d.error_message from cronmill.dead_task as d order by d.task_id"
            )
            let matched = zip(dead, Self.texts).filter { $0.hasPrefix("\($1.text)|\($1.reason)") }.count
            #expect(matched == Self.texts.count, "\(dead.joined(separator: "\n"))")
            #expect(try await fixture.rows("select query_hash, row_count from app.query_result") == ["innocent|1000"])
            #expect(try await fixture.rows("select count(*) from app.done") == ["0"])
            #expect(try await fixture.rows("select count(*) from app.point") == ["1000"])
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            let slot = try await fixture.rows(
                "select r.ended_at is not null as is_clean, r.done, r.failed, r.dead from cronmill.run as r"
            )
            #expect(slot == ["t|1|\(Self.texts.count)|\(Self.texts.count)"])
        }
    }

    @Test(
        "a payload that is no query task is dead, and says what is wrong",
        arguments: [
            (#"[]"#, "the payload is not an object"),
            (#"{"query": "select 1"}"#, "the payload lacks query or partition_key"),
            (#"{"partition_key": "id"}"#, "the payload lacks query or partition_key"),
            (#"{"query": 1, "partition_key": ""}"#, "the payload's partition_key, query is not what it has to be"),
            (#"{"query": "select 1", "partition_key": "id", "hash": 7}"#, "the payload's hash is not"),
            (#"{"query": "select 1", "partition_key": "id", "refresh": "yes"}"#, "the payload's refresh is not"),
            (
                #"{"query": "select 1", "partition_key": "id", "partition_datatype": "no; such"}"#,
                "partition_datatype is no; such"
            ),
        ]
    )
    func payloads(payload: String, reason: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries()
            _ = try await fixture.rows("select cronmill.enqueue('fragments', \(payload)::jsonb)")
            try await fixture.answer()
            let dead = try await fixture.deadQueries()
            #expect(dead.count == 1 && dead[0].hasPrefix("MC102|\(reason)"), "\(dead)")
        }
    }
}

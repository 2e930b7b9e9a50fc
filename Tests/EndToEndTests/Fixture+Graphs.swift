import Postgres
import Testing

extension Fixture {
    /// Sets up queue `work`, whose handler notes in `app.log` each task it did, by the payload's `ref`. It fails where
    /// `app.ill` has that, is dead where the payload says `"die"`, and gives what the payload has as `result`.
    func setUpGraphs(_ more: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try #require(try await cronmillHere("setup").exitCode == 0, sourceLocation: sourceLocation)
        try await script(
            """
            create table app.log (ref text, at timestamptz not null default clock_timestamp(), inputs jsonb, seen bigint);
            create table app.ill (ref text);
            grant select, insert on app.log to \(runner);
            grant select on app.ill to \(runner);
            create function app.step(task_id bigint, payload jsonb, attempt integer) returns cronmill.outcome
            language plpgsql as $$
            begin
                if payload ? 'seconds' then perform pg_sleep((payload ->> 'seconds')::float); end if;
                if exists (select from app.ill as i where i.ref = payload ->> 'ref') then
                    raise exception '% is ill', payload ->> 'ref';
                end if;
                if payload ? 'die' then return cronmill.dead('as it was told'); end if;
                insert into app.log (ref, inputs, seen)
                values (payload ->> 'ref', cronmill.results(task_id), (select count(*) from app.log));
                return cronmill.done(payload -> 'result');
            end $$;
            """
        )
        let setup = try await cronmillHere(
            [
                "setup", "--queue", "work", "--handler", "app.step", "--run-as", runner, "--schedule", Self.never,
                "--enable",
                "--max-attempts", "1",
            ] + more
        )
        try #require(setup.exitCode == 0, "\(setup.errors)", sourceLocation: sourceLocation)
    }

    /// Puts a graph in: JSON envelopes, a line each; their payloads get their refs. Returns its number.
    func graph(_ envelopes: String, _ more: SQL = "") async throws -> String {
        try await rows(
            """
            select cronmill.enqueue_graph('work', array(
                select jsonb_set(l::jsonb, '{payload}', coalesce(l::jsonb -> 'payload', '{}')
                    || jsonb_build_object('ref', l::jsonb ->> 'ref'))
                from regexp_split_to_table(\(envelopes), E'\\n') with ordinality as l (l, n) where l <> '' order by n
            )\(sql: more)) as graph_id
            """
        )[0]
    }

    /// The nodes of a graph, or of all: `ref state`, in the order of their refs.
    func nodes(_ graph: String? = nil) async throws -> [String] {
        try await rows(
            """
            select concat_ws(' ', n.ref, n.state) as node from cronmill.node as n
            where \(graph)::bigint is null or n.graph_id = \(graph)::bigint order by n.ref collate "C"
            """
        )
    }

    /// The state of a graph.
    func state(of graph: String) async throws -> String {
        try await rows("select g.state from cronmill.graph as g where g.graph_id = \(graph)::bigint")[0]
    }

    /// The number of a node's task.
    func number(of ref: String, in graph: String) async throws -> String {
        try await rows(
            "select n.task_id from cronmill.node as n where n.graph_id = \(graph)::bigint and n.ref = \(ref)"
        )[0]
    }
}

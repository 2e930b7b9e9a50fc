import Postgres
import Synchronization
import Testing

/// Something that several tasks go on until.
final class Ending: Sendable {
    private let value = Mutex(false)

    var hasCome: Bool { value.withLock { $0 } }

    func come() { value.withLock { $0 = true } }
}

extension Fixture {
    /// A queue made by hand, `app.jobs`, whose payloads are `{"n": 1}` and so on, and its worker, which notes them in
    /// `app.done` as the handler does.
    func makeJobs(_ count: Int) async throws {
        try await script(
            """
            create sequence app.n;
            create table app.jobs (
                id bigint generated always as identity primary key,
                payload jsonb not null default jsonb_build_object('n', nextval('app.n')),
                prio integer not null default 0,
                status text not null default 'ready',
                created_at timestamptz not null default now()
            );
            insert into app.jobs (prio) select n % 10 from generate_series(1, \(count)) as n;
            create function app.work_by_hand(rows integer) returns bigint
            language plpgsql as $$
            declare
                ids bigint[];
            begin
                ids := array(select j.id from app.jobs as j order by j.id limit rows for update skip locked);
                perform pg_sleep(0.02);
                insert into app.done (n, payload)
                select (j.payload ->> 'n')::bigint, j.payload from app.jobs as j where j.id = any (ids);
                delete from app.jobs as j where j.id = any (ids);
                return cardinality(ids);
            end
            $$;
            """
        )
    }

    /// Goes on inserting so many rows by a statement; the producer is told of them as before. How many there were.
    func insertJobs(_ size: Int, until ending: Ending) async throws -> Int {
        let connection = try await connect()
        var count = 0
        while !ending.hasCome {
            let rows = try await connection.query(
                "insert into app.jobs (prio) select 1 from generate_series(1, \(size)) returning id"
            )
            #expect(rows.count == size)
            count += rows.count
        }
        await connection.close()
        return count
    }

    /// Goes on working rows off as before; how many there were.
    func workByHand(until ending: Ending) async throws -> Int {
        let connection = try await connect()
        var count = 0
        while !ending.hasCome {
            count += try await connection.query("select app.work_by_hand(20) as done").first?.get("done") ?? 0
        }
        await connection.close()
        return count
    }

    /// The arguments by which `app.jobs` is taken over into queue `work`.
    var takeOverArguments: [String] {
        [
            "migrate", "takeover", "--database", database, "--table", "app.jobs", "--payload", "payload", "--priority",
            "prio", "--created", "created_at", "--only", "status=ready", "--queue", "work", "--handler", "app.work",
            "--run-as", runner, "--schedule", Self.never,
        ]
    }

    /// What has changed in the database itself; other tests change what the whole server shares.
    func changes(since before: DatabaseState) async throws -> [String] {
        let shared = ["pg_authid", "pg_auth_members", "pg_database"]
        return try await DatabaseState.quick([database], on: server).differences(from: before).filter { part in
            part.hasPrefix("\(database) ") && !shared.contains { part.hasSuffix(" \($0)") }
        }
    }

    /// How many are in `app.jobs`, in the queue, and done, and the highest `n` of all of them.
    func whereJobsAre() async throws -> [String] {
        try await rows(
            """
            select concat_ws(
                '|', (select count(*) from app.jobs), (select count(*) from cronmill.task), (select count(*) from app.done),
                (select max(x.n) from (
                    select (j.payload ->> 'n')::bigint as n from app.jobs as j
                    union all select (t.payload ->> 'n')::bigint from cronmill.task as t
                    union all select d.n from app.done as d
                ) as x)
            ) as places
            """
        )
    }
}

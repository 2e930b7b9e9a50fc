import Postgres

/// Looks, when all is quiet again, for what became of every task. Each finding is a sentence.
struct Verification: Sendable {
    let fixture: ChaosFixture
    let ledger: Ledger

    /// Tasks and what became of them, and violations, of all databases.
    func report() async throws -> (lines: [String], violations: [String]) {
        var lines: [String] = []
        var violations: [String] = []
        for database in ChaosFixture.databases {
            try await fixture.insist(database) { try await record(in: $0, database) }
            for (title, sql) in Self.sums {
                let rows = try await fixture.insist(database) { try await $0.query(sql) }
                let texts: [String] = try rows.map { row in
                    "\(try row.get("text", as: String.self)) \(try row.get("number", as: Int.self))"
                }
                lines.append("\(database): \(title): \(texts.isEmpty ? "none" : texts.joined(separator: ", "))")
            }
            for (sentence, sql) in Self.violations {
                let rows = try await fixture.insist(database) { try await $0.query(sql) }
                let findings: [String] = try rows.prefix(10).map { try $0.get("finding") }
                violations += findings.map { "\(database): \(sentence): \($0)" }
                if rows.count > 10 { violations.append("\(database): \(sentence): \(rows.count - 10) more") }
            }
        }
        return (lines, violations)
    }

    /// A task that is done and still queued, or dead and queued, in one snapshot; also while all goes on.
    static let halfDone: SQL = """
        select format('task %s, payload %s', t.task_id, t.payload) as finding
        from cronmill.task as t
        where exists (select from app.effect as e where e.n = (t.payload ->> 'n')::bigint)
            or exists (select from cronmill.dead_task as d where d.task_id = t.task_id)
        """

    /// Puts what was enqueued, as far as it is known, beside what became of it.
    private func record(in connection: Connection, _ database: String) async throws {
        let entries = ledger.entries.filter { $0.database == database }
        try await connection.run { session in
            try session.transaction {
                try session.script(
                    """
                    drop table if exists app.enqueued;
                    create table app.enqueued (n bigint primary key, queue text, deed text, fate text);
                    create index if not exists effect_n on app.effect (n)
                    """
                )
                try session.execute(
                    """
                    insert into app.enqueued (n, queue, deed, fate)
                    select generate_series(e.first, e.last), e.queue, e.deed, e.fate
                    from unnest(
                        \(entries.map(\.numbers.lowerBound))::bigint[], \(entries.map(\.numbers.upperBound))::bigint[],
                        \(entries.map(\.queue))::text[], \(entries.map(\.deed.rawValue))::text[],
                        \(entries.map(\.fate.rawValue))::text[]) as e (first, last, queue, deed, fate)
                    """
                )
                try session.script("analyze app.enqueued; analyze app.effect")
            }
        }
    }

    /// Where each number is found, once for every place.
    private static let places: SQL = """
        (
            select e.n, 'done' as place from app.effect as e
            union all
            select (t.payload ->> 'n')::bigint, 'queued' from cronmill.task as t
            union all
            select (d.payload ->> 'n')::bigint, 'dead' from cronmill.dead_task as d
        )
        """

    private static let sums: [(String, SQL)] = [
        (
            "tasks enqueued",
            "select q.fate as text, count(*) as number from app.enqueued as q group by 1 order by 1"
        ),
        (
            "of them, certainly, to do",
            """
            select q.deed as text, count(*) as number
            from app.enqueued as q where q.fate = 'committed' group by 1 order by 1
            """
        ),
        (
            "became",
            "select p.place as text, count(*) as number from \(sql: places) as p group by 1 order by 1"
        ),
        (
            "dead by",
            "select d.error_sqlstate as text, count(*) as number from cronmill.dead_task as d group by 1 order by 1"
        ),
        (
            "runs ended",
            """
            select coalesce(r.end_reason, 'uncleanly') as text, count(*) as number
            from cronmill.run as r group by 1 order by 1
            """
        ),
        (
            "attempts that failed, before the one that did it",
            """
            select q.deed as text, sum(\(sql: failures)) as number
            from app.enqueued as q where q.fate = 'committed' group by 1 order by 1
            """
        ),
        (
            "charged without having failed",
            "select c.queue as text, sum(c.charges) as number from \(sql: charges) as c group by 1 order by 1"
        ),
    ]

    private static let violations: [(String, SQL)] = [
        (
            "lost, neither done nor queued nor dead",
            """
            select format('number %s of queue %s (%s)', q.n, q.queue, q.deed) as finding
            from app.enqueued as q
            where q.fate = 'committed' and not exists (select from \(sql: places) as p where p.n = q.n)
            """
        ),
        (
            "in more than one place",
            """
            select format('number %s of queue %s (%s): %s', p.n, min(q.queue), min(q.deed), string_agg(p.place, ', '))
                as finding
            from \(sql: places) as p
            left join app.enqueued as q on q.n = p.n
            group by p.n having count(*) > 1
            """
        ),
        (
            "never enqueued, or rolled back",
            """
            select format('number %s: %s', p.n, p.place) as finding
            from \(sql: places) as p
            where not exists (select from app.enqueued as q where q.n = p.n and q.fate <> 'rolled back')
            """
        ),
        (
            "still queued",
            """
            select format('task %s, payload %s, attempts %s, run at %s, began at %s, error %s', t.task_id, t.payload,
                t.attempts, t.run_at, coalesce(t.began_at::text, 'never'), coalesce(t.error_message, 'none')) as finding
            from cronmill.task as t
            """
        ),
        (
            "poison that is not dead with MC020 after its attempts",
            """
            select format('number %s: %s, attempts %s', q.n, coalesce(d.error_sqlstate, 'not dead'), d.attempts) as finding
            from app.enqueued as q
            left join cronmill.dead_task as d on (d.payload ->> 'n')::bigint = q.n
            where q.deed = 'poison' and q.fate = 'committed'
                and (d.error_sqlstate, d.attempts) is distinct from ('MC020', \(Workload.faulty.maxAttempts)::smallint)
            """
        ),
        (
            "dead without a reason",
            """
            select format('task %s, payload %s: %s %s after %s attempts', d.task_id, d.payload, d.error_sqlstate,
                d.error_message, d.attempts) as finding
            from cronmill.dead_task as d
            join cronmill.queue as q on q.queue_id = d.queue_id
            join cronmill.processor as p on p.queue_id = d.queue_id
            where d.attempts < p.max_attempts
                or d.error_sqlstate not in ('MC020', case d.payload ->> 'deed'
                    when 'fail' then 'P0001' when 'overrun' then '57014' else 'MC020' end)
            """
        ),
        (
            "done in an attempt that had to fail",
            """
            select format('number %s (%s), attempt %s', e.n, q.deed, e.attempt) as finding
            from app.effect as e
            join app.enqueued as q on q.n = e.n
            where e.attempt <= \(sql: failures)
            """
        ),
        (
            "more charges than runs that ended uncleanly",
            """
            select format('queue %s: %s charges, %s runs', c.queue, c.charges, r.runs) as finding
            from (select c.queue, sum(c.charges) as charges from \(sql: charges) as c group by 1) as c
            cross join lateral (
                select count(*) as runs
                from cronmill.run as r
                join cronmill.slot as s on s.slot_id = r.slot_id
                join cronmill.processor as p on p.processor_id = s.processor_id
                where p.name = c.queue and r.ended_at is null
                    and not exists (
                        select from pg_stat_activity as a where a.pid = r.pid and a.backend_start <= r.started_at)
            ) as r
            where c.charges > r.runs
            """
        ),
        (
            "done before one that it comes after",
            """
            select format('number %s, after %s', c.ref, p.ref) as finding
            from cronmill.edge as e
            join cronmill.node as c on c.task_id = e.child_id
            join cronmill.node as p on p.task_id = e.parent_id
            join app.effect as ce on ce.n = c.ref::bigint
            left join app.effect as pe on pe.n = p.ref::bigint
            where pe.n is null or pe.done_at > ce.done_at
            """
        ),
        (
            "of a graph, and not done, or not told to those that come after it",
            """
            select format('number %s is %s', n.ref, n.state) as finding
            from cronmill.node as n where n.state <> 'done' or not n.is_settled or n.is_left
            """
        ),
        ("done or dead, and still queued", halfDone),
    ]

    /// The first attempts of a task that its handler lets fail.
    private static let failures: SQL = """
        case
            when q.deed in ('fail', 'node') then case when q.n % 20 = 7 then 1 + q.n % 3 % 2 else 0 end
            when q.deed = 'overrun' then 1
            else 0
        end
        """

    /// Attempts that were charged to tasks whose handlers did not fail in them, by queue: a crash may cost one task one
    /// attempt, an administrator's cancel none.
    private static let charges: SQL = """
        (
            select q.queue, sum(e.attempt - 1 - \(sql: failures)) as charges
            from app.effect as e join app.enqueued as q on q.n = e.n
            group by 1
            union all
            select q.queue, sum(d.attempts)
            from cronmill.dead_task as d join app.enqueued as q on q.n = (d.payload ->> 'n')::bigint
            where d.error_sqlstate = 'MC020'
            group by 1
        )
        """
}

import Postgres

/// The queues of a run and what their tasks do.
enum Workload {
    /// A queue, and the processor of the same name.
    struct Queue: Sendable, Hashable {
        let name: String
        /// Bounds of the timeouts it is given, in seconds.
        let timeouts: ClosedRange<Int>
        let maxAttempts: Int
    }

    static let quick = Queue(name: "quick", timeouts: 40...60, maxAttempts: 20)
    static let slow = Queue(name: "slow", timeouts: 40...60, maxAttempts: 20)
    static let faulty = Queue(name: "faulty", timeouts: 2...4, maxAttempts: 5)
    static let queues = [quick, slow, faulty]
    /// Slots a processor may have in the course of a run.
    static let slots = 1...3

    /// Seconds of a timeout that no task of theirs takes, however busy the machine.
    private static let patience = 300

    /// What a task does besides noting its number.
    enum Deed: String, Sendable, CaseIterable {
        case nothing
        case sleep
        /// A task of a graph; fails as the next one does.
        case node
        /// Raises an error at its first attempts, as many as the payload says, mostly none.
        case fail
        /// Ends its own backend, every time.
        case poison
        /// Fails beside others of its kind: a temporary table, a local setting; has a deferred constraint.
        case share
        /// Sleeps far beyond its timeout at the first attempt, under a name of its own.
        case overrun
    }

    /// SQL that makes a payload of the column `n`.
    static func payload(_ deed: Deed) -> SQL {
        """
        jsonb_build_object('n', n, 'deed', \(deed.rawValue)::text,
            'fails', case when n % 20 = 7 then 1 + n % 3 % 2 else 0 end)
        """
    }

    /// A call that enqueues a graph of these tasks: each but the first comes after one to three of those before it.
    static func graph(_ queue: Queue, _ numbers: ClosedRange<Int>) -> SQL {
        """
        select cronmill.enqueue_graph(\(queue.name), array(
            select jsonb_strip_nulls(jsonb_build_object('ref', n::text, 'payload', \(sql: payload(.node)), 'after', (
                select jsonb_agg(distinct (\(numbers.lowerBound)::bigint
                    + (n * k * 7919) % (n - \(numbers.lowerBound)::bigint))::text)
                from generate_series(1, least(3, n - \(numbers.lowerBound)::bigint)) as k)))
            from generate_series(\(numbers.lowerBound)::bigint, \(numbers.upperBound)) as n))
        """
    }

    /// Every effect is a row, and nothing keeps a second one out.
    static let handler = """
        create schema app;
        create table app.effect (
            n bigint not null,
            task_id bigint not null,
            attempt integer not null,
            stamp double precision not null default random(),
            done_at timestamptz not null default clock_timestamp()
        );
        create table app.parent (n bigint primary key);
        create table app.child (n bigint references app.parent deferrable initially deferred);
        create function app.work(task_id bigint, payload jsonb, attempt integer) returns void language plpgsql as $$
        begin
            insert into app.effect (n, task_id, attempt) values ((payload ->> 'n')::bigint, task_id, attempt);
            case payload ->> 'deed'
                when 'nothing' then null;
                when 'sleep' then perform pg_sleep(0.005 + 0.03 * random());
                when 'fail', 'node' then
                    if attempt <= (payload ->> 'fails')::integer then
                        raise exception 'attempt % fails', attempt;
                    end if;
                when 'poison' then
                    perform pg_terminate_backend(pg_backend_pid());
                    perform pg_sleep(60);
                when 'share' then
                    if coalesce(current_setting('app.n', true), '') not in ('', payload ->> 'n') then
                        raise exception 'the setting of another task';
                    end if;
                    perform set_config('app.n', payload ->> 'n', true);
                    create temporary table shared (n bigint) on commit drop;
                    insert into app.child values ((payload ->> 'n')::bigint);
                    insert into app.parent values ((payload ->> 'n')::bigint);
                when 'overrun' then
                    if attempt = 1 then
                        perform set_config('application_name', 'mine', false);
                        perform pg_sleep(60);
                    end if;
            end case;
        end $$;
        grant usage on schema app to \(ChaosFixture.runner);
        grant insert on app.effect, app.parent, app.child to \(ChaosFixture.runner);
        """

    /// Delays of tenths of seconds, so that attempts are used up while the run lasts.
    static let shortDelays = """
        update cronmill.processor
        set backoff_base = '100 milliseconds', backoff_cap = '1 second', poll_interval = '40 milliseconds'
        """

    /// The arguments of `cronmill setup` for a queue in all databases.
    static func setup(_ queue: Queue, _ options: ChaosOptions) -> [String] {
        ["setup"] + ChaosFixture.databases.flatMap { ["--database", $0] } + [
            "--queue", queue.name, "--handler", "app.work", "--run-as", ChaosFixture.runner, "--slots", "2",
            "--timeout", "\(options.hasPoison ? queue.timeouts.upperBound : patience)s",
            "--max-attempts", "\(queue.maxAttempts)",
        ] + (options.schedule.map { ["--schedule", $0] } ?? [])
    }
}

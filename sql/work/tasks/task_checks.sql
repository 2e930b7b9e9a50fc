-- Checks of cronmill.task. Here, not with the table, because some are made of functions. As short
-- as they can be: PostgreSQL reads and plans their text anew for every statement that inserts. They
-- are made together, so that the table is read once where an older version has left others. An
-- upgrade of 0.1.0 has locked it by then (003_tags.sql).
do $$
begin
    if not exists (
        select
        from pg_catalog.pg_constraint as c
        join pg_catalog.pg_depend as d
            on d.classid = 'pg_catalog.pg_constraint'::regclass and d.objid = c.oid
        where c.conrelid = 'cronmill.task'::regclass
            and d.refclassid = 'pg_catalog.pg_proc'::regclass
            and d.refobjid = 'cronmill.is_timeout(interval)'::regprocedure
    ) then
        alter table cronmill.task
            drop constraint if exists task_times_in_range,
            drop constraint if exists task_timeout_in_range,
            drop constraint if exists task_max_attempts_in_range,
            -- What cannot be reckoned with would end every run that comes to it.
            add constraint task_times_in_range check (
                least(run_at, enqueued_at) >= '2000-01-01 00:00+00'
                and greatest(run_at, enqueued_at) <= '9999-12-31 00:00+00'
            ),
            add constraint task_timeout_in_range check (cronmill.is_timeout(timeout)),
            add constraint task_max_attempts_in_range check (
                cronmill.is_attempt_limit(max_attempts)
            );
    end if;
end $$;

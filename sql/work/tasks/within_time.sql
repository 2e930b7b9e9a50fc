-- The nearest time at which a task may be due: with infinite times, and those before and after all
-- that is meant, nothing can be reckoned. Null stays null. Without a set clause it becomes a part
-- of the statement that calls it.
-- Executed by: adopt_task, enqueue, enqueue_many, finish, read_envelope.
create or replace function cronmill.within_time(run_at timestamptz)
returns timestamptz
language sql volatile parallel safe security invoker
begin atomic
    select case
        when within_time.run_at = '-infinity' then clock_timestamp()
        when within_time.run_at < '2000-01-01 00:00+00' then '2000-01-01 00:00+00'::timestamptz
        when within_time.run_at > '9999-12-31 00:00+00' then '9999-12-31 00:00+00'::timestamptz
        else within_time.run_at
    end;
end;
comment on function cronmill.within_time(timestamptz)
    is 'The nearest time at which a task may be due.';
revoke all on function cronmill.within_time(timestamptz) from public;

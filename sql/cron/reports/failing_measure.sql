-- How far a share of failures is of what is allowed, in per cent: from 1 on it is failing. Fewer
-- than three say nothing.
-- Executed by: judged, processor_jobs.
create or replace function cronmill_cron.failing_measure(
    failed bigint, total bigint, allowed integer
)
returns numeric
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case when failing_measure.failed >= 3
        then failing_measure.failed * 100.0 / nullif(failing_measure.total, 0)
            / failing_measure.allowed end;
end;
comment on function cronmill_cron.failing_measure(bigint, bigint, integer)
    is 'How far a share of failures is of what is allowed: from 1 on it is failing.';
revoke all on function cronmill_cron.failing_measure(bigint, bigint, integer) from public;

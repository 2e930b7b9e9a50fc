-- The next ticks of a recurring template, in UTC and in its zone. Of one that is disabled those
-- that it would have.
-- $1 name: its name, text.
-- $2 total: how many, integer.
-- Columns: tick, local.
with recursive tick (number, schedule, zone, tick) as (
    select
        1, r.schedule, r.zone,
        coalesce(r.next_at, cronmill.next_tick(r.schedule, r.zone, statement_timestamp()))
    from cronmill.recurring as r
    where r.name = $1
    union all
    select
        t.number + 1, t.schedule, t.zone, cronmill.next_tick(t.schedule, t.zone, t.tick)
    from tick as t
    where t.number < $2
)
select
    to_char(t.tick at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as tick,
    to_char(t.tick at time zone t.zone, 'Dy YYYY-MM-DD HH24:MI') as local
from tick as t
where t.tick is not null
order by t.number

-- How long tasks of each processor waited and their handlers took, since it was set up: of runs
-- before the last one as their slots have it, and of the last.
-- Columns: processor, waited, worked.
select p.name as processor, s.waited, s.worked
from cronmill.processor as p
cross join lateral (
    select
        array_agg(h.waited order by h.place) as waited,
        array_agg(h.worked order by h.place) as worked
    from (
        select n.place,
            sum(coalesce(s.waited[n.place], 0) + coalesce(r.waited[n.place], 0))::bigint as waited,
            sum(coalesce(s.worked[n.place], 0) + coalesce(r.worked[n.place], 0))::bigint as worked
        from generate_series(1, 40) as n (place)
        join cronmill.slot as s on s.processor_id = p.processor_id
        left join cronmill.run as r on r.run_id = s.last_run_id
        group by n.place
    ) as h
) as s
where s.waited is not null
order by p.name

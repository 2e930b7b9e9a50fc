-- The statements that make the recurring templates of some queues what they are here.
-- $1 queues: names of queues, text[].
-- Columns: name, statement.
select
    r.name,
    format(
        e'select cronmill.set_recurring(\n'
            '    name => %L, queue => %L, schedule => %L, template => %L, zone => %L,\n'
            '    catch_up => %L, catch_up_within => %L, overlap => %L, enabled => %L%s)',
        r.name, q.name, r.schedule, r.template, r.zone, r.catch_up, r.catch_up_within, r.overlap,
        r.enabled, ', defined_by => ' || quote_literal(r.defined_by)
    ) as statement
from cronmill.recurring as r
join cronmill.queue as q on q.queue_id = r.queue_id
where q.name = any ($1)
order by r.name collate "C"

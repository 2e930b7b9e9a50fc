-- What an import can change beside the settings of processors, as one text: queues, who has which
-- part, what is generated, result tables, recurring templates.
-- Columns: rest.
select jsonb_build_array(
    array(select q.name from cronmill.queue as q order by q.name),
    array(
        select jsonb_build_array(g.role_name, g.part, g.queue_id)
        from cronmill.grantee as g order by 1
    ),
    array(
        select jsonb_build_array(
            pg_get_functiondef(f.oid), array(select unnest(f.proacl)::text order by 1)
        )
        from pg_catalog.pg_proc as f
        where f.pronamespace = 'cronmill_processor'::regnamespace
        order by f.oid::regprocedure::text
    ),
    array(
        select to_regclass(p.result_table)::oid from cronmill.processor as p order by p.name
    ),
    array(
        select to_jsonb(r) - '{recurring_id,next_at,last_at,last_task_id,changed_at}'::text[]
        from cronmill.recurring as r order by r.name
    )
)::text as rest

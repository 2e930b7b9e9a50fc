-- Enables or disables a row of PartitionCache's settings, as it was, and says which its jobs are:
-- the body of a `do`. The table's own trigger would make the jobs anew, as the role that is
-- connected: it rests meanwhile, where that role may have it rest.
-- {{table}}, a literal: its quoted name.
-- {{name}}, a literal: of the row.
-- {{enabled}}: whether it was.
-- {{jobs}}: what gives their ids.
declare
    config constant regclass := {{table}}::regclass;
    resting name[] := array(
        select t.tgname
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where t.tgrelid = config and not t.tgisinternal and t.tgenabled = 'O'
            and pg_catalog.pg_has_role(c.relowner, 'usage')
        order by t.tgname
    );
    one name;
begin
    foreach one in array resting loop
        execute pg_catalog.format('alter table %s disable trigger %I', config, one);
    end loop;
    execute pg_catalog.format(
        'update %s set enabled = $1 where job_name = $2 and enabled <> $1', config)
    using {{enabled}}, {{name}};
    if exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = config and a.attname = 'job_ids' and not a.attisdropped
    ) then
        execute pg_catalog.format('update %s set job_ids = $1 where job_name = $2', config)
        using ({{jobs}})::bigint[], {{name}};
    end if;
    foreach one in array resting loop
        execute pg_catalog.format('alter table %s enable trigger %I', config, one);
    end loop;
end

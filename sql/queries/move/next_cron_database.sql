-- In which database pg_cron will be after a restart: one row where the setting is known.
-- Columns: name.
select
    case when s.source = 'command line'
        then s.setting else coalesce(f.setting, s.boot_val)
    end as name
from pg_catalog.pg_settings as s
left join (
    select g.setting from pg_catalog.pg_file_settings as g
    where g.name = 'cron.database_name' order by g.seqno desc limit 1
) as f on true
where s.name = 'cron.database_name'

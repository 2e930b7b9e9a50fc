-- Refuses where jobs noted of a processor cannot be seen: they would be struck out, and go on.
-- Executed by: reconcile.
create or replace function cronmill_cron.assert_seen(database_name text, processor text)
returns void
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if not cronmill_cron.acts_for_all_roles() then
        perform cronmill_cron.assert_sound(r.rolname)
        from pg_catalog.pg_roles as r
        where r.rolname <> current_user and r.rolname in (
            select o.run_as
            from cronmill_cron.job as o
            where (o.database_name, o.processor)
                = (assert_seen.database_name, assert_seen.processor)
                and o.removed_at is null
        );
    end if;
end
$function$;
comment on function cronmill_cron.assert_seen(text, text)
    is 'Refuses where jobs of a processor cannot be seen.';
revoke all on function cronmill_cron.assert_seen(text, text) from public;

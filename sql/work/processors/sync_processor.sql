-- Trigger function: carries a change of a processor's row to the registry in the same commit, and
-- keeps the run-as role's grants. Runs as the installer, who owns the link.
-- Executed by: trigger processor_2_sync. Where the link does not work, the command line tells the
-- registry itself and says so by a setting of its transaction, whose number it is: one of the
-- database or of a role cannot be it. Anybody can make such a setting: it counts only if who logged
-- in is a member of the schema's owner, who could switch this trigger off anyhow.
create or replace function cronmill.sync_processor()
returns trigger
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    is_told constant boolean := coalesce(
            pg_catalog.current_setting('cronmill.registry_is_told', true)
                = pg_current_xact_id()::text,
            false)
        and pg_catalog.pg_has_role(session_user, current_user, 'member');
begin
    if is_told then
        perform cronmill.assert_own_doing();
    end if;
    perform cronmill.assert_original();
    if tg_op <> 'INSERT' and (tg_op = 'DELETE' or new.run_as <> old.run_as) then
        if old.result_table is not null then
            perform cronmill.revoke_query(old.run_as, old.name, old.result_table);
        end if;
        perform cronmill.revoke_run_as(old.run_as, old.name);
    end if;
    if tg_op = 'DELETE' then
        if not is_told then
            perform cronmill.send_to_registry(old, true);
        end if;
        return null;
    end if;
    if tg_op = 'INSERT' or new.run_as <> old.run_as then
        perform cronmill.grant_run_as(new.run_as, new.name);
        if new.result_table is not null then
            perform cronmill.grant_query(new.run_as, new.name, new.result_table);
        end if;
    end if;
    -- Of a processor that sleeps, a pause does not end by itself.
    if tg_op = 'UPDATE' and old.paused and not new.paused then
        perform cronmill.wake(new.queue_id);
    end if;
    if not is_told and (
        tg_op = 'INSERT'
        or (new.enabled, new.slots, new.schedule, new.linger, new.run_as, new.sleep_after)
        is distinct from (
            old.enabled, old.slots, old.schedule, old.linger, old.run_as, old.sleep_after
        )
    ) then
        perform cronmill.send_to_registry(new, false);
    end if;
    -- Nobody needs to ring for one that sleeps no more. After the registry, as its runs lock them.
    if tg_op = 'UPDATE' and old.sleep_after is not null and new.sleep_after is null then
        perform cronmill.set_asleep(new.processor_id, false, null);
        delete from cronmill.sleep as s where s.processor_id = new.processor_id;
    end if;
    return null;
end
$function$;
comment on function cronmill.sync_processor()
    is 'Trigger: carries a processor''s settings to the registry in the same commit.';
revoke all on function cronmill.sync_processor() from public;

-- Takes the permission back; refuses while a processor of that database runs as the role.
-- Changes cronmill_cron.run_as and privileges.
-- Executed by: the registry's owner; cronmill revoke run-as.
create or replace function cronmill_cron.forbid_run_as(database_name text, role_name text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    known_id constant integer := (
        select w.work_database_id
        from cronmill_cron.work_database as w
        where w.name = forbid_run_as.database_name
    );
    processors text[];
begin
    processors := array(
        select p.name
        from cronmill_cron.processor as p
        where p.work_database_id = known_id and p.run_as = forbid_run_as.role_name
        order by p.name
    );
    if cardinality(processors) > 0 then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format(
                'processors of database "%s" run as role "%s": %s',
                forbid_run_as.database_name, forbid_run_as.role_name,
                pg_catalog.array_to_string(processors, ', ')),
            hint = pg_catalog.format(
                'First give them another: cronmill configure %s --database %s --run-as ROLE',
                cronmill_cron.shell_word(processors[1]),
                cronmill_cron.shell_word(forbid_run_as.database_name));
    end if;
    delete from cronmill_cron.run_as as a
    where a.work_database_id = known_id and a.role_name = forbid_run_as.role_name;
    perform cronmill_cron.release_role(forbid_run_as.role_name);
end
$function$;
comment on function cronmill_cron.forbid_run_as(text, text)
    is 'Takes back the permission of a role for the jobs of a work database.';
revoke all on function cronmill_cron.forbid_run_as(text, text) from public;

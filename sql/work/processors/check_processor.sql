-- Trigger function: refuses a processor that could not run. The schedule and the capacity are
-- checked by the registry, which knows pg_cron.
-- Executed by: trigger processor_1_check.
create or replace function cronmill.check_processor()
returns trigger
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $function$
declare
    handler_oid constant oid := pg_catalog.to_regprocedure(new.handler);
    generated constant text := pg_catalog.format('cronmill_processor.%I(jsonb)', new.name);
    fault record;
begin
    if tg_op = 'UPDATE' and (new.name, new.processor_id, new.queue_id)
        is distinct from (old.name, old.processor_id, old.queue_id)
    then
        raise exception using
            errcode = 'MC002',
            message = pg_catalog.format(
                'processor "%s" cannot be renamed or given another queue', old.name),
            hint = 'Remove it and set up another; the tasks stay in their queue.';
    end if;
    if (new.result_table is not null) <> (new.handler = generated)
        or tg_op = 'UPDATE' and new.result_table is distinct from old.result_table
    then
        raise exception using
            errcode = 'MC002',
            message = pg_catalog.format(
                'processor "%s" cannot keep its results in %s', new.name, new.result_table),
            detail = 'The handler of a query processor is generated with the table''s name in it, '
                'and stays with it.',
            hint = 'Query processors are made with: '
                'cronmill setup --queue NAME --query-results SCHEMA.TABLE';
    end if;
    if not new.paused then
        new.paused_for := null;
    end if;
    new.changed_at := clock_timestamp();
    if new.sleep_after is not null
        and (tg_op = 'INSERT' or old.sleep_after is null)
        and cronmill.ring_remedy() is not null
    then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format(
                'processor "%s" cannot sleep: no task could wake it', new.name),
            detail = pg_catalog.format(
                'A task does so by a setting of role "%s", which the owner of schema cronmill may '
                    'not make.',
                (select i.link_role from cronmill.installation as i)),
            hint = pg_catalog.format(
                'Use --sleep-after never, or have a superuser say: %s', cronmill.ring_remedy());
    end if;
    if tg_op = 'UPDATE'
        and (new.handler, new.run_as) = (old.handler, old.run_as)
        and new.enabled <= old.enabled
    then
        -- A processor that has become impossible can still be paused and disabled.
        return new;
    end if;
    if not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = new.run_as) then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format('role "%s" does not exist', new.run_as),
            hint = pg_catalog.format('create role %I login;', new.run_as);
    end if;
    if not (select r.rolcanlogin from pg_catalog.pg_roles as r where r.rolname = new.run_as) then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format('role "%s" is not permitted to log in', new.run_as),
            detail = 'pg_cron runs a job by logging in as its role.',
            hint = pg_catalog.format('alter role %I login;', new.run_as);
    end if;
    if not pg_catalog.has_database_privilege(new.run_as, pg_catalog.current_database(), 'connect')
    then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format('role "%s" may not connect to database "%s"',
                new.run_as, pg_catalog.current_database()),
            hint = pg_catalog.format(
                'grant connect on database %I to %I;', pg_catalog.current_database(), new.run_as);
    end if;
    if new.result_table is not null then
        if not pg_catalog.has_database_privilege(
            new.run_as, pg_catalog.current_database(), 'temporary')
        then
            raise exception using
                errcode = 'MC008',
                message = pg_catalog.format(
                    'role "%s" may not make temporary views in database "%s"',
                    new.run_as, pg_catalog.current_database()),
                detail = 'A query is made a view of before it is run.',
                hint = pg_catalog.format(
                    'grant temporary on database %I to %I;',
                    pg_catalog.current_database(), new.run_as);
        end if;
    end if;
    select f.message, f.hint into fault
    from cronmill.function_fault(new.handler, new.run_as, null) as f;
    -- What it takes to execute a generated handler is granted after this.
    if fault.message is not null and (new.result_table is null or handler_oid is null) then
        raise exception using errcode = 'MC008', message = fault.message, hint = fault.hint;
    end if;
    if not exists (
        select 1
        from pg_catalog.pg_proc as p
        where p.pronamespace = 'cronmill_processor'::regnamespace
            and p.proname = new.name
            and p.prokind = 'p'
    ) then
        raise exception using
            errcode = 'MC002',
            message = pg_catalog.format('processor "%s" has no procedure', new.name),
            hint = 'Processors are made with: '
                'cronmill setup --queue NAME --handler SCHEMA.FUNCTION';
    end if;
    if not exists (
        select 1
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_proc as h on h.oid = handler_oid
        join pg_catalog.pg_namespace as n on n.oid = h.pronamespace
        where p.pronamespace = 'cronmill_processor'::regnamespace
            and p.proname = new.name
            and pg_catalog.oidvectortypes(p.proargtypes) = 'bigint[], jsonb[], integer[], boolean'
            and pg_catalog.strpos(p.prosrc, pg_catalog.format('%I.%I(', n.nspname, h.proname)) > 0
    ) then
        raise exception using
            errcode = 'MC008',
            message = pg_catalog.format(
                'the procedure of processor "%s" does not call %s', new.name, new.handler),
            hint = pg_catalog.format(
                'The two are changed together: cronmill configure %s --database %s --handler %s',
                cronmill.shell_word(new.name), cronmill.shell_word(pg_catalog.current_database()),
                cronmill.shell_word(new.handler));
    end if;
    return new;
end
$function$;
comment on function cronmill.check_processor()
    is 'Trigger: refuses a processor that could not run.';
revoke all on function cronmill.check_processor() from public;

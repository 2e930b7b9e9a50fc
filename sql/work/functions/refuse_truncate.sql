-- Trigger function: TRUNCATE fires no row trigger, so it would leave jobs without their processors.
-- Executed by: trigger processor_3_truncate.
create or replace function cronmill.refuse_truncate()
returns trigger
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'MC002',
        message = 'processors cannot be truncated',
        detail = 'Their jobs in the cron database would stay.',
        hint = 'delete from cronmill.processor;';
end
$function$;
comment on function cronmill.refuse_truncate() is 'Trigger: refuses TRUNCATE.';
revoke all on function cronmill.refuse_truncate() from public;

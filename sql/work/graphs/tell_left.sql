-- Settles what earlier transactions could not, apart from what a batch did: nobody is charged for
-- it.
-- Executed by: run; the processor's run-as role, between its transactions.
create or replace procedure cronmill.tell_left(run cronmill.run_start)
language plpgsql
as $procedure$
begin
    if cronmill.settle_left(run.processor_id) then
        commit;
    end if;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
end
$procedure$;
comment on procedure cronmill.tell_left(cronmill.run_start)
    is 'Settles what earlier transactions could not.';
revoke all on procedure cronmill.tell_left(cronmill.run_start) from public;

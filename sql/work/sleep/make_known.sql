-- At the beginning of a processor's first run since it sleeps: tells the registry that it is awake,
-- and which slots are its own. Until then none of them is seen at work, and its first task may take
-- long. If it cannot be told now it is as every run tells it, two seconds later.
-- Executed by: run; the processor's run-as role, between its transactions.
create or replace procedure cronmill.make_known(run cronmill.run_start)
language plpgsql
as $procedure$
declare
    is_told boolean;
begin
    if run.slot = 1 and run.sleep_after is not null
        and not cronmill.is_known_to_sleep(run.processor_id)
    then
        call cronmill.try_to_tell(run, 'awake', null, false, is_told);
    end if;
end
$procedure$;
comment on procedure cronmill.make_known(cronmill.run_start)
    is 'Tells the registry of a processor that sleeps, at its first run.';
revoke all on procedure cronmill.make_known(cronmill.run_start) from public;

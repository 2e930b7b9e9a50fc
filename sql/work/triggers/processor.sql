-- Triggers of cronmill.processor; the number in the name is the order.
create or replace trigger processor_0_one_at_a_time
before insert or delete or update of enabled, slots, schedule, linger, run_as, sleep_after
    on cronmill.processor
for each statement execute function cronmill.one_at_a_time();
comment on trigger processor_0_one_at_a_time on cronmill.processor
    is 'Lets one transaction at a time change what the registry has to know.';
create or replace trigger processor_1_check
before insert or update on cronmill.processor
for each row execute function cronmill.check_processor();
comment on trigger processor_1_check on cronmill.processor
    is 'Refuses a processor that could not run.';
create or replace trigger processor_2_sync
after insert or update or delete on cronmill.processor
for each row execute function cronmill.sync_processor();
comment on trigger processor_2_sync on cronmill.processor
    is 'Carries the settings to the registry in the same commit.';
create or replace trigger processor_3_truncate
before truncate on cronmill.processor
for each statement execute function cronmill.refuse_truncate();
comment on trigger processor_3_truncate on cronmill.processor is 'Refuses TRUNCATE.';

-- Triggers of the tables that no run goes without: cronmill.installation and cronmill.slot.
create or replace trigger installation_1_keep
before delete or truncate on cronmill.installation
for each statement execute function cronmill.refuse_truncate();
comment on trigger installation_1_keep on cronmill.installation is 'Refuses DELETE and TRUNCATE.';
create or replace trigger slot_1_truncate
before truncate on cronmill.slot
for each statement execute function cronmill.refuse_truncate();
comment on trigger slot_1_truncate on cronmill.slot is 'Refuses TRUNCATE.';

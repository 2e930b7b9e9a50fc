-- The statements that let the owner of this schema ring; null: here nothing keeps him from it.
-- Executed by: check_processor, lie_down; check-permissions of the command line.
create or replace function cronmill.ring_remedy()
returns text
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select null::text;
end;
comment on function cronmill.ring_remedy() is 'What lets the owner of this schema ring.';
revoke all on function cronmill.ring_remedy() from public;

-- Whether the registry's owner may make jobs for other roles and see everybody's. Where it may not,
-- pg_cron is called through functions owned by each run-as role (docs/engine.md, Settings, and who
-- knows them).
-- Executed by: many functions.
create or replace function cronmill_cron.acts_for_all_roles()
returns boolean
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = current_user;
end;
comment on function cronmill_cron.acts_for_all_roles()
    is 'True if the registry''s owner is a superuser.';
revoke all on function cronmill_cron.acts_for_all_roles() from public;

-- The statements that let the owner of this schema ring, which he does by a setting of the link's
-- role; null if he may. With createrole one may set up, and lose it later; from PostgreSQL 16 on it
-- takes the administration of that role, too.
-- Executed by: check_processor, lie_down; check-permissions of the command line.
create or replace function cronmill.ring_remedy()
returns text
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select nullif(
        concat_ws(
            ' ',
            case when not o.rolcreaterole
                then format('alter role %I createrole;', o.rolname)
            end,
            case when current_setting('server_version_num')::integer >= 160000
                    and not pg_has_role(l.oid, 'member with admin option')
                then format('grant %I to %I with admin option;', l.rolname, o.rolname)
            end
        ),
        ''
    )
    from pg_catalog.pg_roles as o
    cross join cronmill.installation as i
    left join pg_catalog.pg_roles as l on l.rolname = i.link_role
    where o.rolname = current_user and not o.rolsuper;
end;
comment on function cronmill.ring_remedy() is 'What lets the owner of this schema ring.';
revoke all on function cronmill.ring_remedy() from public;

-- The work database "languages" of `cronmill demo`: a table and the handler that fills it.
-- Needs the role demo_runner, as which the handler runs.
create schema app;
comment on schema app is 'The demo''s own tables and handler; nothing of Cronmill''s.';

-- Without a unique constraint, so that a record that arrived twice could be seen in app.arrival.
create table app.language (
    language_id bigint generated always as identity,
    alpha_3 text not null,
    alpha_2 text,
    bibliographic text,
    name text not null,
    inverted_name text,
    common_name text,
    scope text not null,
    type text not null,
    arrived_at timestamptz not null default clock_timestamp(),
    constraint language_pkey primary key (language_id),
    constraint alpha_3_has_three_letters check (alpha_3 ~ '^[a-z]{3}$'),
    constraint alpha_2_has_two_letters check (alpha_2 ~ '^[a-z]{2}$'),
    constraint scope_is_known check (scope in ('I', 'M', 'S')),
    constraint type_is_known check (type in ('A', 'C', 'E', 'H', 'L', 'S'))
);
comment on table app.language is 'Languages of ISO 639-3, one per task.';
comment on column app.language.language_id is 'Key, in the order of arrival.';
comment on column app.language.alpha_3 is 'Code of ISO 639-3.';
comment on column app.language.alpha_2 is 'Code of ISO 639-1, for some.';
comment on column app.language.bibliographic is 'Code of ISO 639-2/B where it differs.';
comment on column app.language.name is 'Name in English.';
comment on column app.language.inverted_name is 'Name to sort by.';
comment on column app.language.common_name is 'Name in daily use.';
comment on column app.language.scope is 'I individual, M macrolanguage, S special.';
comment on column app.language.type
    is 'A ancient, C constructed, E extinct, H historical, L living, S special.';
comment on column app.language.arrived_at is 'When its task was done.';

-- Handler: stores one record of iso_639-3.json. Changes app.language. Executed by: demo_runner.
create function app.add_language(payload jsonb)
returns void
language sql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    insert into app.language (
        alpha_3, alpha_2, bibliographic, name, inverted_name, common_name, scope, type
    )
    values (
        payload ->> 'alpha_3', payload ->> 'alpha_2', payload ->> 'bibliographic',
        payload ->> 'name', payload ->> 'inverted_name', payload ->> 'common_name',
        payload ->> 'scope', payload ->> 'type'
    );
end;
comment on function app.add_language(jsonb) is 'Handler: stores one record of iso_639-3.json.';

-- What has arrived, for the check at the end. Read by: the installer.
create view app.arrival as
select
    'ISO 639-3' as standard,
    count(*) as arrived,
    count(distinct l.alpha_3) as records,
    min(l.arrived_at) as first_at,
    max(l.arrived_at) as last_at
from app.language as l;
comment on view app.arrival
    is 'Rows that arrived, different records among them, when the first and the last came.';

revoke all on function app.add_language(jsonb) from public;
grant usage on schema app to demo_runner;
grant execute on function app.add_language(jsonb) to demo_runner;
grant insert on app.language to demo_runner;

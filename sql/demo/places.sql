-- The work database "places" of `cronmill demo`: three tables and the handler that fills them.
-- Needs the role demo_runner, as which the handler runs.
create schema app;
comment on schema app is 'The demo''s own tables and handler; nothing of Cronmill''s.';

-- None of the tables has a unique constraint on its code, so that a record that arrived twice could
-- be seen in app.arrival.
create table app.country (
    country_id bigint generated always as identity,
    alpha_2 text not null,
    alpha_3 text not null,
    number smallint not null,
    name text not null,
    official_name text,
    common_name text,
    flag text not null,
    arrived_at timestamptz not null default clock_timestamp(),
    constraint country_pkey primary key (country_id),
    constraint alpha_2_has_two_letters check (alpha_2 ~ '^[A-Z]{2}$'),
    constraint alpha_3_has_three_letters check (alpha_3 ~ '^[A-Z]{3}$')
);
comment on table app.country is 'Countries of ISO 3166-1, one per task.';
comment on column app.country.country_id is 'Key, in the order of arrival.';
comment on column app.country.alpha_2 is 'Code of two letters.';
comment on column app.country.alpha_3 is 'Code of three letters.';
comment on column app.country.number is 'Code of three digits.';
comment on column app.country.name is 'Short name in English.';
comment on column app.country.official_name is 'Official name in English.';
comment on column app.country.common_name is 'Name in daily use.';
comment on column app.country.flag is 'Flag, as two regional indicator letters.';
comment on column app.country.arrived_at is 'When its task was done.';

create table app.subdivision (
    subdivision_id bigint generated always as identity,
    code text not null,
    country text not null generated always as (split_part(code, '-', 1)) stored,
    parent text,
    name text not null,
    type text not null,
    arrived_at timestamptz not null default clock_timestamp(),
    constraint subdivision_pkey primary key (subdivision_id),
    constraint code_has_two_parts check (code ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$')
);
comment on table app.subdivision is 'Subdivisions of countries, ISO 3166-2, one per task.';
comment on column app.subdivision.subdivision_id is 'Key, in the order of arrival.';
comment on column app.subdivision.code is 'Code: the country''s two letters and up to three signs.';
comment on column app.subdivision.country is 'Code of the country, app.country.alpha_2.';
comment on column app.subdivision.parent
    is 'Code of the subdivision it is a part of, as the standard writes it.';
comment on column app.subdivision.name is 'Name.';
comment on column app.subdivision.type is 'Province, district, parish ...';
comment on column app.subdivision.arrived_at is 'When its task was done.';

create table app.currency (
    currency_id bigint generated always as identity,
    alpha_3 text not null,
    number smallint not null,
    name text not null,
    arrived_at timestamptz not null default clock_timestamp(),
    constraint currency_pkey primary key (currency_id),
    constraint alpha_3_has_three_letters check (alpha_3 ~ '^[A-Z]{3}$')
);
comment on table app.currency is 'Currencies of ISO 4217, one per task.';
comment on column app.currency.currency_id is 'Key, in the order of arrival.';
comment on column app.currency.alpha_3 is 'Code of three letters.';
comment on column app.currency.number is 'Code of three digits.';
comment on column app.currency.name is 'Name in English.';
comment on column app.currency.arrived_at is 'When its task was done.';

-- Handler: stores one record, in the table for the standard it is of. Changes app.country,
-- app.subdivision, app.currency. Executed by: demo_runner.
create function app.add_place(payload jsonb)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    entry constant jsonb := payload -> 'record';
begin
    case payload ->> 'standard'
        when '3166-1' then
            insert into app.country (
                alpha_2, alpha_3, number, name, official_name, common_name, flag
            )
            values (
                entry ->> 'alpha_2', entry ->> 'alpha_3', (entry ->> 'numeric')::smallint,
                entry ->> 'name', entry ->> 'official_name',
                entry ->> 'common_name', entry ->> 'flag'
            );
        when '3166-2' then
            insert into app.subdivision (code, parent, name, type)
            values (entry ->> 'code', entry ->> 'parent', entry ->> 'name', entry ->> 'type');
        when '4217' then
            insert into app.currency (alpha_3, number, name)
            values (entry ->> 'alpha_3', (entry ->> 'numeric')::smallint, entry ->> 'name');
        else
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format('there is no table for the standard %s', payload -> 'standard');
    end case;
end
$function$;
comment on function app.add_place(jsonb)
    is 'Handler: stores one record of ISO 3166-1, 3166-2 or 4217.';

-- What has arrived, for the check at the end. Read by: the installer.
create view app.arrival as
select
    'ISO 3166-1' as standard,
    count(*) as arrived,
    count(distinct c.alpha_2) as records,
    min(c.arrived_at) as first_at,
    max(c.arrived_at) as last_at
from app.country as c
union all
select
    'ISO 3166-2',
    count(*),
    count(distinct s.code),
    min(s.arrived_at),
    max(s.arrived_at)
from app.subdivision as s
union all
select
    'ISO 4217',
    count(*),
    count(distinct u.alpha_3),
    min(u.arrived_at),
    max(u.arrived_at)
from app.currency as u;
comment on view app.arrival
    is 'Rows that arrived, different records among them, when the first and the last '
        'came, per standard.';

revoke all on function app.add_place(jsonb) from public;
grant usage on schema app to demo_runner;
grant execute on function app.add_place(jsonb) to demo_runner;
grant insert on app.country, app.subdivision, app.currency to demo_runner;

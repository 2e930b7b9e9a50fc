-- Each of the 60 small work databases of `cronmill demo`: a table and the handler that fills it.
-- Needs the role demo_runner, as which the handler runs.
create schema app;
comment on schema app is 'The demo''s own tables and handler; nothing of Cronmill''s.';

-- Without a unique constraint, so that a letter that was sent twice could be seen.
create table app.letter (
    letter_id bigint generated always as identity,
    n integer not null,
    sent_at timestamptz not null default clock_timestamp(),
    constraint letter_pkey primary key (letter_id)
);
comment on table app.letter is 'Letters that were sent, one per task.';
comment on column app.letter.letter_id is 'Key, in the order of sending.';
comment on column app.letter.n is 'The number of its task.';
comment on column app.letter.sent_at is 'When its task was done.';

-- Handler: sends a letter, which takes a moment. Changes app.letter. Executed by: demo_runner.
create function app.send_letter(payload jsonb)
returns void
language sql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    insert into app.letter (n) values ((payload ->> 'n')::integer);
    select pg_sleep(0.03);
end;
comment on function app.send_letter(jsonb) is 'Handler: sends a letter, which takes a moment.';

revoke all on function app.send_letter(jsonb) from public;
grant usage on schema app to demo_runner;
grant execute on function app.send_letter(jsonb) to demo_runner;
grant insert on app.letter to demo_runner;

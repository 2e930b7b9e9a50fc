-- What is done by one at a time: who does it locks its row. No advisory lock, because those anybody
-- may take who may connect.
create table cronmill_cron.turn (
    name text collate "C" not null,
    constraint turn_pkey primary key (name)
);
insert into cronmill_cron.turn (name) values ('privileges'), ('alarms'), ('thresholds');
comment on table cronmill_cron.turn is 'What is done by one at a time: who does it locks its row.';
comment on column cronmill_cron.turn.name is 'What is done.';

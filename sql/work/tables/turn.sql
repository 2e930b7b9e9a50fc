-- Changes of processors and of privileges are made by one at a time: who makes one locks this row.
-- No advisory lock, because those anybody may take who may connect.
create table cronmill.turn (
    only_row boolean not null default true,
    constraint turn_pkey primary key (only_row),
    constraint turn_has_one_row check (only_row)
);
insert into cronmill.turn (only_row) values (true);
comment on table cronmill.turn is 'One row, locked by who changes processors or privileges.';
comment on column cronmill.turn.only_row is 'Always true: keeps the table to one row.';

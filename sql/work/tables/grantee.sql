-- Which part a role has been given in this database, by cronmill grant. The privileges follow from
-- it (wanted_privileges); to which queues a producer may enqueue is told by this table alone.
create table cronmill.grantee (
    role_name text collate "C" not null,
    part text not null,
    queue_id integer,
    granted_at timestamptz not null default clock_timestamp(),
    constraint grantee_part_is_known check (part in ('producer', 'operator', 'monitor')),
    constraint grantee_producer_has_a_queue check ((part = 'producer') = (queue_id is not null)),
    constraint grantee_queue_exists foreign key (queue_id)
        references cronmill.queue (queue_id) on delete cascade
);
create unique index grantee_of_queue on cronmill.grantee (queue_id, role_name)
    where queue_id is not null;
create unique index grantee_of_part on cronmill.grantee (role_name, part) where queue_id is null;
-- It has no key that is never null: without this a publication for all tables would refuse every
-- revoke.
alter table cronmill.grantee replica identity full;
comment on table cronmill.grantee
    is 'Producers, operators and monitors: roles and the parts they have been given.';
comment on column cronmill.grantee.role_name is 'The role.';
comment on column cronmill.grantee.part is 'producer, operator or monitor.';
comment on column cronmill.grantee.queue_id
    is 'The queue a producer may enqueue to; null for the other parts.';
comment on column cronmill.grantee.granted_at is 'When it was given.';
comment on index cronmill.grantee_of_queue
    is 'The producers of a queue; a role is one of them once.';
comment on index cronmill.grantee_of_part is 'A role has a part once.';

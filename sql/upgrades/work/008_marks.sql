-- Up to where the slots of a queue have claimed: what a transaction that has not ended tells the
-- others, which no table can. Each eighth queue shares three sequences, so there is written of
-- which queue and priority (16 for each queue, plus the priority) the time (microseconds since
-- 2000) and the number of the task are. It saves walking over what others have, and is no promise:
-- a claim locks what it takes. Logged, because unlogged sequences cannot be read where a standby
-- was promoted ("bad magic number"). Changed by: share_mark.
do $$
begin
    for register in 0..7 loop
        execute format(
            'create sequence cronmill.mark_%1$s_of minvalue 0;'
            'create sequence cronmill.mark_%1$s_at minvalue 0;'
            'create sequence cronmill.mark_%1$s_id minvalue 0;'
            'comment on sequence cronmill.mark_%1$s_of '
            'is ''Queue and priority that mark_%1$s_at and mark_%1$s_id are of.'';'
            'comment on sequence cronmill.mark_%1$s_at '
            'is ''Up to which time slots have claimed, microseconds since 2000.'';'
            'comment on sequence cronmill.mark_%1$s_id '
            'is ''Up to which task, of those of that time, slots have claimed.''',
            register);
    end loop;
end $$;
alter type cronmill.level_claim add attribute is_cut boolean;
-- From which mark a claim looks, and up to which task it may take; null: as far as it goes.
create type cronmill.stretch as (
    from_at timestamptz,
    from_id bigint,
    until_at timestamptz,
    until_id bigint
);
comment on type cronmill.stretch is 'The part of a queue that a claim looks at.';
-- Where the first claim of a run goes on, see cronmill.claim; null is from the beginning.
create type cronmill.resume as (
    mark_at timestamptz[],
    mark_id bigint[],
    full_scan_at timestamptz,
    scan_took interval
);
comment on type cronmill.resume is 'Where the first claim of a run goes on.';
alter type cronmill.claim add attribute is_held_up boolean;
alter type cronmill.run_start add attribute resume cronmill.resume;
alter table cronmill.slot
    add column mark_at timestamptz[],
    add column mark_id bigint[],
    add column full_scan_at timestamptz,
    add column scan_took interval;
comment on column cronmill.slot.mark_at
    is 'Where the next run goes on, by priority, where a look from the beginning takes long: '
        'up to this time the last one has looked.';
comment on column cronmill.slot.mark_id is 'The task of that time up to which it has looked.';
comment on column cronmill.slot.full_scan_at is 'When to look from the beginning again.';
comment on column cronmill.slot.scan_took is 'What the last look from the beginning took.';
comment on column cronmill.processor.poll_interval
    is 'How often a lingering run looks into its queue while tasks come in; '
        'after some seconds without any two and a half times less often.';
drop function if exists
    cronmill.wait_for_tasks(double precision),
    cronmill.end_run(integer, cronmill.run_start, text, cronmill.counters);
drop procedure if exists
    cronmill.close_run(cronmill.run_start, text, cronmill.counters, timestamptz, text);

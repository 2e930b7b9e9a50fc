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

-- The tags of a task, or those of a search: each once, in the order given; null if there are none.
-- Refuses what is no tag, and too many; of a search an empty list, which could mean all or nothing.
-- Executed by: enqueue, enqueue_envelopes, enqueue_many, find_tasks, purge_done, read_envelope;
-- monitors, through find_tasks.
create or replace function cronmill.check_tags(tags text[], is_search boolean default false)
returns text[]
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    fault text;
    kept text[];
begin
    if array_ndims(check_tags.tags) > 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'tags are a list, not an array of several dimensions';
    end if;
    if check_tags.is_search and cardinality(check_tags.tags) = 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a list of tags to be found is empty',
            hint = 'Null, or leaving it out, is without this condition.';
    end if;
    select case
        when t.tag is null then 'a tag is not null'
        when t.tag = '' then 'a tag is not empty'
        when octet_length(t.tag) > 100
            then pg_catalog.format('tag "%s..." has more than 100 bytes', left(t.tag, 20))
        else pg_catalog.format('tag %s has a control character', to_json(t.tag))
    end
    into fault
    from unnest(check_tags.tags) as t (tag)
    where t.tag is null or octet_length(t.tag) not between 1 and 100 or t.tag ~ '[\x01-\x1f\x7f]'
    limit 1;
    if found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = fault,
            hint = 'A tag has 1 to 100 bytes, and no control characters.';
    end if;
    select array_agg(t.tag order by t.position) into kept
    from (
        select t.tag, min(t.position) as position
        from unnest(check_tags.tags) with ordinality as t (tag, position)
        group by t.tag
    ) as t;
    if cardinality(kept) > 32 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('%s tags are more than 32', cardinality(kept)),
            hint = 'What only the handler reads belongs into the payload.';
    end if;
    return kept;
end
$function$;
comment on function cronmill.check_tags(text[], boolean)
    is 'Tags, each once; refuses what is no tag.';
revoke all on function cronmill.check_tags(text[], boolean) from public;

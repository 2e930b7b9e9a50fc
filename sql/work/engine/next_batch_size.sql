-- Size of the next batch: so many tasks as take a quarter of a second, from one to 5000, changing
-- fourfold at most, and so few that about 25 of them fail. A batch that was not full and quick says
-- nothing new.
-- Executed by: run; the processor's run-as role.
create or replace function cronmill.next_batch_size(
    total integer, batch_size integer, took interval, failures bigint
)
returns integer
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select greatest(1, least(
        5000,
        4 * next_batch_size.batch_size,
        25 * next_batch_size.total / nullif(next_batch_size.failures, 0),
        case
            when next_batch_size.total < next_batch_size.batch_size
                and next_batch_size.took < interval '0.25 seconds' then next_batch_size.batch_size
            else greatest(
                next_batch_size.batch_size / 4,
                least(1000000, next_batch_size.total * 0.25
                    / greatest(0.000001, extract(epoch from next_batch_size.took)))::integer)
        end
    ));
end;
comment on function cronmill.next_batch_size(integer, integer, interval, bigint)
    is 'Size of the next batch, for transactions of about a quarter of a second.';
revoke all on function cronmill.next_batch_size(integer, integer, interval, bigint) from public;

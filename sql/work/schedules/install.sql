-- The registry's functions that read schedules, made in schema cronmill: SQLScript puts the one
-- name in the place of the other. psql would make them in cronmill_cron.
\ir ../../cron/schedules/is_every_minute.sql
\ir ../../cron/schedules/schedule_seconds.sql
\ir ../../cron/schedules/schedule_fields.sql
\ir ../../cron/schedules/schedule_range.sql
\ir ../../cron/schedules/schedule_item.sql
\ir ../../cron/schedules/schedule_values.sql
\ir ../../cron/schedules/schedule_fault.sql
\ir ../../cron/schedules/fields_fault.sql
\ir ../../cron/schedules/nearest_due.sql

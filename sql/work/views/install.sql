\ir processor_status.sql

\ir installation.sql
\ir processor.sql
\ir task.sql

\ir done.sql
\ir snooze.sql
\ir dead.sql
\ir note_result.sql
\ir assert_done.sql
\ir raise_snooze.sql
\ir raise_dead.sql

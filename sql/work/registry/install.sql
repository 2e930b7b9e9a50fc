\ir backlog.sql
\ir begin_push.sql
\ir tell_registry.sql
\ir note_silence.sql
\ir push.sql

\ir lock_class.sql
\ir is_held.sql
\ir is_at_work.sql
\ir take_lock.sql
\ir take_turn.sql

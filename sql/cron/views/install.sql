\ir link.sql
\ir link_backlog.sql

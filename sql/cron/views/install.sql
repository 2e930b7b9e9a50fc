\ir link.sql
\ir link_backlog.sql
\ir link_rest.sql

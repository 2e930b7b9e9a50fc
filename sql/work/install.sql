-- What setup installs in a work database, in this order. Files of tables/ are run once; the others
-- can be run again. Of linked/ and direct/ one is used: linked/ where the registry is in another
-- database. The server, the user mapping and the row of cronmill.installation are made by setup
-- (templates/). Functions that set jit to off read catalogs and reports: compiling that takes
-- longer than running it.

\ir tables/install.sql
\ir locks/install.sql
\ir processors/install.sql
\ir graphs/install.sql
\ir tasks/install.sql
\ir schedules/install.sql
\ir recurring/install.sql
\ir outcomes/install.sql
\ir engine/install.sql
\ir queries/install.sql
\ir registry/install.sql
\ir sleep/install.sql
\ir privileges/install.sql
\ir triggers/install.sql
\ir views/install.sql

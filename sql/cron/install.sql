-- Functions that set jit to off read catalogs and reports: compiling that takes longer than running
-- it.

\ir tables/install.sql
\ir registry/install.sql
\ir roles/install.sql
\ir schedules/install.sql
\ir jobs/install.sql
\ir demand/install.sql
\ir reports/install.sql
\ir alarms/install.sql
\ir housekeeping/install.sql
\ir views/install.sql
\ir privileges/install.sql

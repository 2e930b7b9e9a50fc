-- Refuses exported settings where the tables are of another version: the body of a `do`.
-- {{version}}: the one they are for.
declare
    version constant integer := (select i.schema_version from cronmill.installation as i);
begin
    if version <> {{version}} then
        raise exception using
            errcode = 'MC014',
            message = format(
                'these settings are for schema version %s, and database "%s" has version %s',
                {{version}}, current_database(), version),
            hint = 'Export them again after cronmill setup has brought both databases up to date.';
    end if;
end

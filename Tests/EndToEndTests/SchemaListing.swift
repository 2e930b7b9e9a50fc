import Postgres

/// What a schema of ours is made of, a line each, the same with every version of PostgreSQL: relations, columns,
/// constraints, indexes, types, functions and triggers.
enum SchemaListing {
    static func lines(_ schema: String, _ connection: Connection) async throws -> [String] {
        try await connection.execute("set search_path = pg_catalog, pg_temp")
        return try await connection.query(
            """
            with ours as (select n.oid from pg_namespace as n where n.nspname = \(schema))
            select regexp_replace(l.line, '\\s+', ' ', 'g') as line from (
            select concat(
                case c.relkind when 'r' then 'table' when 'v' then 'view' when 'f' then 'foreign table'
                    when 'S' then 'sequence' when 'c' then 'type' end, ' ', c.relname
            ) as line
            from pg_class as c
            where c.relnamespace = (select oid from ours) and c.relkind in ('r', 'v', 'f', 'S', 'c')
            union all
            select concat(
                'column ', c.relname, '.', a.attname, ' ', lpad(row_number() over (
                    partition by c.oid order by a.attnum)::text, 2, '0'),
                ' ', format_type(a.atttypid, a.atttypmod),
                case when a.attnotnull then ' not null' end,
                case when a.attidentity <> '' then ' identity ' || a.attidentity::text end,
                ' default ' || pg_get_expr(d.adbin, d.adrelid)
            )
            from pg_class as c
            join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
            where c.relnamespace = (select oid from ours) and c.relkind in ('r', 'v', 'f', 'c')
            union all
            select concat('constraint ', c.relname, '.', k.conname, ' ', pg_get_constraintdef(k.oid))
            from pg_constraint as k
            join pg_class as c on c.oid = k.conrelid
            -- From PostgreSQL 18 on NOT NULL is a constraint, too.
            where c.relnamespace = (select oid from ours) and k.contype in ('p', 'u', 'f', 'c', 'x')
            union all
            select concat('index ', pg_get_indexdef(i.indexrelid))
            from pg_index as i
            join pg_class as c on c.oid = i.indexrelid
            where c.relnamespace = (select oid from ours)
            union all
            select concat(
                case p.prokind when 'p' then 'procedure ' else 'function ' end,
                p.proname, '(', pg_get_function_arguments(p.oid), ')',
                ' returns ' || pg_get_function_result(p.oid),
                ' ', l.lanname, ' volatility ', p.provolatile, ' parallel ', p.proparallel,
                case when p.proisstrict then ' strict' end,
                case when p.prosecdef then ' security definer' end,
                ' set ' || array_to_string(p.proconfig, '; ')
            )
            from pg_proc as p
            join pg_language as l on l.oid = p.prolang
            where p.pronamespace = (select oid from ours)
            union all
            select concat('trigger ', pg_get_triggerdef(t.oid))
            from pg_trigger as t
            join pg_class as c on c.oid = t.tgrelid
            where c.relnamespace = (select oid from ours) and not t.tgisinternal
            ) as l
            order by l.line collate "C"
            """
        ).map { try $0.get("line") }
    }
}

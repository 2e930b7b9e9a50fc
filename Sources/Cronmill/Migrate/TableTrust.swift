internal import Postgres

extension Session {
    /// Refuses a table by which another role could act as the one connected: whoever owns it, its schema, a type of its
    /// columns, or a function that its checks or triggers call, or may put triggers on it, can have functions of theirs run by whoever reads and changes its rows, or put
    /// another table in its place. A role that may become the one connected gains nothing by that.
    ///
    /// - Parameters:
    ///   - table: quoted and schema-qualified.
    ///   - use: what happens to its rows.
    /// - Throws: `CronmillError` saying whose it is; `PostgresError`.
    func checkTrust(in table: String, use: String = "moved") throws {
        if let row = try query(Self.strangers(table)).first {
            let (what, owner, me): (String, String, String) = try (row.get("what"), row.get("owner"), row.get("me"))
            let quotedName: String = try row.get("quoted_name")
            throw CronmillError(
                .failed,
                "\(what == "table" ? "table \(table)" : "\(what) \(quotedName) of table \(table)") belongs to role \"\(owner)\"",
                detail:
                    "Its rows are \(use) as role \"\(me)\", and so would be what that role lets triggers, types or casts do.",
                hint: "Connect as role \"\(owner)\", if Cronmill is set up by it; or, with what grants it needs then: "
                    + "alter \(what) \(quotedName) owner to \(Identifier(me).quoted);",
                database: database
            )
        }
        if let row = try query(Self.grantees(table)).first {
            let (grantee, me): (String?, String) = try (row.get("grantee"), row.get("me"))
            throw CronmillError(
                .failed,
                "\(grantee.map { "role \"\($0)\"" } ?? "everybody") may put triggers on table \(table)",
                detail: "Its rows are \(use) as role \"\(me)\", and so would be what those triggers do.",
                hint: "revoke trigger on \(table) from \(grantee.map { Identifier($0).quoted } ?? "public");",
                database: database
            )
        }
    }

    /// Who else may put triggers on the table and may not become the role connected.
    private static func grantees(_ table: String) -> SQL {
        """
        select r.rolname as grantee, session_user as me
        from pg_catalog.pg_class as c
        cross join lateral aclexplode(c.relacl) as g
        left join pg_catalog.pg_roles as r on r.oid = g.grantee
        where c.oid = \(table)::regclass and g.privilege_type = 'TRIGGER'
            and (r.oid is null or not \(sql: mayBecomeMe("r.oid")))
        order by r.oid is null desc, r.rolname
        limit 1
        """
    }

    /// To inherit rights of a role is not to be one that may become it, where these are two things.
    private static func mayBecomeMe(_ role: SQL) -> SQL {
        """
        pg_has_role(
            \(sql: role), session_user,
            case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end
        )
        """
    }

    /// The table, its schema, its columns' types, and the functions that its defaults, checks, indexes and triggers call, as far as their owners may not become the role connected.
    private static func strangers(_ table: String) -> SQL {
        """
        with recursive used as (
            select t.oid, t.typbasetype, t.typelem, t.typrelid, t.typowner, t.typnamespace
            from pg_catalog.pg_attribute as a
            join pg_catalog.pg_type as t on t.oid = a.atttypid
            where a.attrelid = \(table)::regclass and a.attnum > 0 and not a.attisdropped
            union
            select t.oid, t.typbasetype, t.typelem, t.typrelid, t.typowner, t.typnamespace
            from used as u
            join pg_catalog.pg_type as t
                on t.oid in (u.typbasetype, u.typelem)
                or t.oid in (select m.atttypid from pg_catalog.pg_attribute as m where m.attrelid = u.typrelid and m.attnum > 0)
        ),
        -- What is made for the table and its domains: defaults, checks, indexes, triggers, rules, policies. A trigger or a
        -- check may call what belongs to a third role.
        made (classid, objid) as (
            select d.classid, d.objid
            from pg_catalog.pg_depend as d
            where (d.refclassid, d.refobjid) = ('pg_catalog.pg_class'::regclass, \(table)::regclass)
                or d.refclassid = 'pg_catalog.pg_type'::regclass and d.refobjid in (select u.oid from used as u)
                    and d.classid = 'pg_catalog.pg_constraint'::regclass
                    and exists (
                        select from pg_catalog.pg_constraint as k where k.oid = d.objid and k.contypid = d.refobjid
                    )
        ),
        called (oid) as (
            select d.refobjid
            from made as m
            join pg_catalog.pg_depend as d on (d.classid, d.objid) = (m.classid, m.objid)
            where d.refclassid = 'pg_catalog.pg_proc'::regclass
            union
            select o.oprcode
            from made as m
            join pg_catalog.pg_depend as d on (d.classid, d.objid) = (m.classid, m.objid)
            join pg_catalog.pg_operator as o on o.oid = d.refobjid
            where d.refclassid = 'pg_catalog.pg_operator'::regclass
        ),
        owned as (
            select 1 as place, 'table' as what, \(table) as quoted_name, c.relowner as owner
            from pg_catalog.pg_class as c where c.oid = \(table)::regclass
            union all
            -- Who owns a database owns schema public by way of a role without other members.
            select 2, 'schema', quote_ident(n.nspname),
                case when n.nspowner = to_regrole('pg_database_owner') then d.datdba else n.nspowner end
            from pg_catalog.pg_class as c
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            join pg_catalog.pg_database as d on d.datname = current_database()
            where c.oid = \(table)::regclass
            union all
            select 3, 'type', format_type(u.oid, null), u.typowner
            from used as u
            where u.typnamespace <> 'pg_catalog'::regnamespace
            union all
            select 4, 'function', p.oid::regprocedure::text, p.proowner
            from called as c
            join pg_catalog.pg_proc as p on p.oid = c.oid
            where p.pronamespace <> 'pg_catalog'::regnamespace
        )
        select o.what, o.quoted_name, pg_get_userbyid(o.owner) as owner, session_user as me
        from owned as o
        where not \(sql: mayBecomeMe("o.owner"))
        order by o.place, o.quoted_name
        limit 1
        """
    }
}

internal import Postgres

/// Whether a table can be read and changed without running what another role put there.
struct TableTrust {
    let session: Session

    init(_ session: Session) { self.session = session }

    /// Refuses a table by which another role could act as the one connected: whoever owns it, its schema, a type of its
    /// columns, or a function that its checks or triggers call, or may put triggers on it, can have functions of theirs run
    /// by whoever reads and changes its rows, or put
    /// another table in its place. A role that may become the one connected gains nothing by that.
    ///
    /// - Parameters:
    ///   - table: quoted and schema-qualified.
    ///   - use: what happens to its rows.
    /// - Throws: `CronmillError` saying whose it is; `PostgresError`.
    func check(_ table: String, use: String = "moved") throws {
        if let row = try session.query(Self.strangers(table)).first {
            let (what, owner, me): (String, String, String) = try (row.get("what"), row.get("owner"), row.get("me"))
            let isOwn = ["table", "schema", "type"].contains(what)
            let quotedName: String = try row.get("quoted_name")
            throw CronmillError(
                .failed,
                "\(what == "table" ? "table \(table)" : "\(what) \(quotedName) of table \(table)") belongs to role \"\(owner)\"",
                detail:
                    "Its rows are \(use) as role \"\(me)\", and so would be what that role lets triggers, types or casts do.",
                hint: "Connect as role \"\(owner)\", if Cronmill is set up by it; or, "
                    + (isOwn ? "with what grants it needs then: " : "when you have read what it does: ")
                    + "alter \(what) \(quotedName) owner to \(Identifier(me).quoted);",
                database: session.database
            )
        }
        if let row = try session.query(Self.grantees(table)).first {
            let (grantee, privilege, me): (String?, String, String) = try (
                row.get("grantee"), row.get("privilege"), row.get("me")
            )
            let isTrigger = privilege == "trigger"
            throw CronmillError(
                .failed,
                "\(grantee.map { "role \"\($0)\"" } ?? "everybody") may \(isTrigger ? "put triggers on" : "make foreign keys to") "
                    + "table \(table)",
                detail:
                    "Its rows are \(use) as role \"\(me)\", and so would be what those \(isTrigger ? "triggers" : "keys") do.",
                hint: "revoke \(privilege) on \(table) from \(grantee.map { Identifier($0).quoted } ?? "public");",
                database: session.database
            )
        }
    }

    /// Who else may put triggers on the table, or make foreign keys to it, and may not become the role connected.
    private static func grantees(_ table: String) -> SQL {
        """
        select r.rolname as grantee, lower(g.privilege_type) as privilege, session_user as me
        from pg_catalog.pg_class as c
        cross join lateral (
            select x.grantee, x.privilege_type from aclexplode(c.relacl) as x
            union all
            select x.grantee, x.privilege_type
            from pg_catalog.pg_attribute as t
            cross join lateral aclexplode(t.attacl) as x
            where t.attrelid = c.oid
        ) as g
        left join pg_catalog.pg_roles as r on r.oid = g.grantee
        where c.oid = \(table)::regclass and g.privilege_type in ('TRIGGER', 'REFERENCES')
            and (r.oid is null or not \(sql: mayBecomeMe("r.oid")))
        order by r.oid is null desc, g.privilege_type desc, r.rolname
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

    /// The table, its schema, its columns' types, and the functions that its defaults, checks, indexes and triggers call, as
    /// far as their owners may not become the role connected.
    private static func strangers(_ table: String) -> SQL {
        """
        with recursive reached (classid, objid) as (
            select 'pg_catalog.pg_class'::regclass::oid, \(table)::regclass::oid
            union
            select x.classid, x.objid
            from reached as r
            cross join lateral (
                -- What belongs to it: defaults, checks, indexes, triggers, rules, policies of the table; checks of a domain.
                select d.classid, d.objid
                from pg_catalog.pg_depend as d
                where (d.refclassid, d.refobjid) = (r.classid, r.objid) and d.deptype in ('a', 'i')
                union all
                -- What it uses: types, what these are made of, functions, operators.
                select d.refclassid, d.refobjid
                from pg_catalog.pg_depend as d
                where (d.classid, d.objid) = (r.classid, r.objid)
                    and d.refclassid in (
                        'pg_catalog.pg_type'::regclass, 'pg_catalog.pg_proc'::regclass,
                        'pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_class'::regclass
                    )
                union all
                select 'pg_catalog.pg_class'::regclass, t.typrelid from pg_catalog.pg_type as t
                where r.classid = 'pg_catalog.pg_type'::regclass and t.oid = r.objid and t.typrelid <> 0
                union all
                select 'pg_catalog.pg_proc'::regclass, k.castfunc from pg_catalog.pg_cast as k
                where r.classid = 'pg_catalog.pg_type'::regclass and r.objid in (k.castsource, k.casttarget) and k.castfunc <> 0
            ) as x
            -- A function, or another relation, is its owner's: it is asked who that is, and nothing further.
            where r.classid <> 'pg_catalog.pg_proc'::regclass
                and (
                    r.classid <> 'pg_catalog.pg_class'::regclass or r.objid = \(table)::regclass
                    or (select c.relkind in ('i', 'I', 'c') from pg_catalog.pg_class as c where c.oid = r.objid)
                )
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
            select 3, 'type', format_type(t.oid, null), t.typowner
            from reached as r
            join pg_catalog.pg_type as t on t.oid = r.objid
            where r.classid = 'pg_catalog.pg_type'::regclass and t.typnamespace <> 'pg_catalog'::regnamespace
                and t.typelem = 0
            union all
            select 4, 'function', p.oid::regprocedure::text, p.proowner
            from reached as r
            join pg_catalog.pg_proc as p on p.oid = r.objid
            where r.classid = 'pg_catalog.pg_proc'::regclass and p.pronamespace <> 'pg_catalog'::regnamespace
            union all
            select 5, case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, c.oid::regclass::text,
                c.relowner
            from reached as r
            join pg_catalog.pg_class as c on c.oid = r.objid
            where r.classid = 'pg_catalog.pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                and c.relnamespace <> 'pg_catalog'::regnamespace
        )
        select o.what, o.quoted_name, pg_get_userbyid(o.owner) as owner, session_user as me
        from owned as o
        where not \(sql: mayBecomeMe("o.owner"))
        order by o.place, o.quoted_name
        limit 1
        """
    }
}

internal import Postgres

extension PermissionCheck {
    /// A link's role logs in and can do nothing else.
    static let linkRoles = PermissionCheck { inspection in
        let cron = inspection.cron
        return cron.links.sorted { $0.key < $1.key }.flatMap { database, name -> [PermissionFinding] in
            guard let role = inspection.roles[name] else {
                return [
                    .wrong(
                        "the role of the link from database \"\(database)\" does not exist",
                        in: cron.database,
                        role: name,
                        Remedy(
                            sql: "create role \(Identifier(name).quoted) login;",
                            database: cron.database,
                            executor: .superuser
                        )
                    )
                ]
            }
            let quoted = Identifier(name).quoted
            var findings: [PermissionFinding] = [
                .needed(
                    "may log in",
                    isThere: role.canLogin,
                    in: cron.database,
                    role: name,
                    .grant("alter role \(quoted) login;", in: cron.database, by: .superuser)
                )
            ]
            func superfluous(_ text: String, _ sql: String) {
                findings.append(
                    PermissionFinding(
                        state: .superfluous,
                        database: cron.database,
                        role: name,
                        text: text,
                        remedy: .grant(sql, in: cron.database, by: .superuser)
                    )
                )
            }
            for attribute in role.attributes { superfluous(attribute, "alter role \(quoted) no\(attribute);") }
            for group in role.memberOf {
                superfluous("membership in role \(group)", "revoke \(Identifier(group).quoted) from \(quoted);")
            }
            return findings
        }
    }

    /// Every link leads to this cron database and can log in.
    static let links = PermissionCheck { inspection in
        inspection.works.filter(\.isLinked).flatMap { work -> [PermissionFinding] in
            let wanted = [("dbname", inspection.cron.database), ("port", inspection.cron.port)]
            let mistaken = wanted.filter { work.linkOptions[$0.0] != $0.1 }
            guard mistaken.isEmpty else {
                let options = mistaken.map { "set \($0.0) \($0.1.quotedLiteral)" }.joined(separator: ", ")
                let found = mistaken.map { "\($0.0) \(work.linkOptions[$0.0] ?? "nothing")" }.joined(separator: ", ")
                return [
                    .wrong(
                        "the link leads to \(found)",
                        in: work.database,
                        Remedy(
                            sql: "alter server cronmill options (\(options));",
                            database: work.database,
                            executor: .role(work.owner)
                        )
                    )
                ]
            }
            guard work.isLinkTried else { return [.unknown("whether the link can log in", in: work.database)] }
            guard let error = work.linkError else { return [.present("the link works", in: work.database)] }
            return [
                .wrong(
                    "the link cannot log in: \(error)",
                    in: work.database,
                    role: work.linkRole,
                    linkRemedy(work, inspection)
                )
            ]
        }
    }

    /// By what the catalogs say of the role and of pg_hba.conf: the error's text is in the language of `lc_messages`.
    private static func linkRemedy(_ work: WorkFacts, _ inspection: PermissionInspection) -> Remedy? {
        guard let name = work.linkRole, let role = inspection.roles[name] else { return nil }
        if !role.canLogin {
            return .grant("alter role \(Identifier(name).quoted) login;", in: work.database, by: .superuser)
        }
        let database = work.linkOptions["dbname"] ?? inspection.cron.database
        if !role.connectable.contains(database) {
            return .grant("connect on database \(Identifier(database).quoted)", to: name, in: database)
        }
        // The server let it in without a password, and then postgres_fdw refused.
        let isOpen = work.linkState == .prohibitedSQLStatementAttempted
        guard isOpen || work.linkState == .clientUnableToConnect else { return nil }
        let host = work.linkOptions["host"] ?? ""
        guard isOpen || AuthenticationRule.canJudge(host) else {
            return Remedy(
                sql: "alter server cronmill options (\(host.isEmpty ? "add" : "set") host '127.0.0.1');",
                database: work.database,
                executor: .role(work.owner)
            )
        }
        let rules = inspection.cron.authentication
        let method = rules.map {
            AuthenticationRule.first(of: $0, role: role, database: database, host: host)?.method ?? "reject"
        }
        guard !isOpen, ["scram-sha-256", "md5", "password"].contains(method ?? "password") else {
            let lines = [
                "-- above the other lines of pg_hba.conf:",
                "-- host \"\(database)\" \"\(name.replacing("\"", with: "\"\""))\" 127.0.0.1/32 scram-sha-256",
                "select pg_reload_conf();",
            ]
            return Remedy(sql: lines.joined(separator: "\n"), database: work.database, executor: .superuser)
        }
        var plan = Plan()
        do {
            try plan.rotatePassword(of: name, in: work.database)
        } catch {
            return nil
        }
        return plan.steps.first?.statements.first.map {
            Remedy(sql: $0.script, database: work.database, executor: .role(work.owner))
        }
    }

    /// Roles with a part that may log in may connect to where they have something to see or to do.
    static let connects = PermissionCheck { inspection in
        let cron = inspection.cron
        var findings: [PermissionFinding] = []
        func look(_ facts: PrivilegeFacts, _ database: String, parts: Set<String>) {
            guard let owner = cron.databases[database] else { return }
            let names = Set(facts.wanted.filter { parts.contains($0.part) }.map(\.role))
            for role in names.sorted().compactMap({ inspection.roles[$0] }) where role.canLogin {
                findings.append(.connect(role, to: database, owner: owner))
            }
        }
        look(cron.privileges, cron.database, parts: ["link", "operator", "monitor"])
        for work in inspection.works {
            look(work.privileges, work.database, parts: ["producer", "operator", "monitor"])
        }
        return findings.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
